"""The line codec: bytes to lines and back, parameters, values, components, and what damage does to them."""

import io
import time
import tracemalloc

import pytest

from koschuso.interchange import notes as rules
from koschuso.interchange.component import Component, Parser, read_components
from koschuso.interchange.contentline import (
    ContentLine,
    LineParser,
    fold,
    fold_quoted_printable,
    format_line,
    join,
    parse_line,
    unfold,
)
from koschuso.interchange.limits import MAX_FINDINGS_PER_RULE, Limits
from koschuso.interchange.notes import READING_RULES, Notes
from koschuso.interchange.segment import read_segments
from koschuso.interchange.textvalue import (
    decode_quoted_printable,
    encode_quoted_printable,
    escape_text,
    join_structured,
    split_structured,
    split_text,
    unescape_text,
)


def rules_of(notes):
    return [finding.rule for finding in notes.findings]


def read(data, limits=None):
    notes = Notes("probe.ics")
    trees = list(read_components(data, notes, limits or Limits()))
    return trees, notes


# --- physical and logical lines -----------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r", b"\r\r\n"])
def test_every_line_end_is_understood(end):
    data = end.join([b"A:1", b" 2", b"\t3", b"", b"B:4", b""])
    assert unfold(data) == [(1, "A:123"), (5, "B:4")]


def test_a_fold_may_cut_a_utf8_sequence():
    notes = Notes()
    assert unfold(b"SUMMARY:Pr\xc3\r\n \xbcfung\r\nX:1\r\n", notes) == [(1, "SUMMARY:Prüfung"), (3, "X:1")]
    assert notes.findings == []


def test_a_byte_order_mark_is_no_part_of_the_first_name():
    assert unfold(b"\xef\xbb\xbfA:1\n") == [(1, "A:1")]
    trees, notes = read(b"\xef\xbb\xbfBEGIN:VCARD\nFN:Eva\nEND:VCARD\n\xef\xbb\xbfBEGIN:VCARD\nFN:Ina\nEND:VCARD\n")
    assert [tree.first("FN").value for tree in trees] == ["Eva", "Ina"]
    assert notes.findings == []


@pytest.mark.parametrize(("codec", "mark"), [("utf-16-le", "\ufeff"), ("utf-16-be", "\ufeff"), ("utf-16-le", "")])
def test_utf16_is_recognised_and_told(codec, mark):
    data = f"{mark}BEGIN:VCARD\r\nFN:Jörg\r\nEND:VCARD\r\n".encode(codec)
    for source in (data, io.BytesIO(data)):
        trees, notes = read(source)
        assert trees[0].first("FN").value == "Jörg"
        assert rules_of(notes) == [rules.UTF16.key]


def test_windows_1252_is_read_and_told_and_utf8_beside_it_is_kept():
    data = b"BEGIN:VCARD\nN:M\xfcller \x96 \x80\nNOTE:f\xc3\xbcr\nORG:f\xc3\xbcr M\xfcller\nEND:VCARD\n"
    trees, notes = read(data)
    assert [line.value for line in trees[0].lines] == ["Müller – €", "für", "für Müller"]
    assert [(finding.rule, finding.line) for finding in notes.findings] == [
        (rules.CHARSET_GUESSED.key, 2),
        (rules.CHARSET_GUESSED.key, 4),
    ]


def test_bytes_that_windows_1252_leaves_undefined_stay_tellable_apart():
    ((_, text),) = unfold(b"X:\x81\x8d\x8f\x90\x9d")
    assert text == "X:\x81\x8d\x8f\x90\x9d"


def test_the_charset_that_a_line_declares_decides():
    notes = Notes()
    lines = unfold(
        b"N;CHARSET=ISO-8859-2:\xb9\nFN;CHARSET=ISO-8859-1:\x84J\xf6rg\x93\nX;CHARSET=punycode:\xfc\n", notes
    )
    assert [text.partition(":")[2] for _, text in lines] == ["š", "„Jörg“", "ü"]
    assert rules_of(notes) == [rules.CHARSET_CONVERTED.key] * 2 + [rules.CHARSET_GUESSED.key]


def test_control_characters_are_removed_and_the_original_is_told():
    notes = Notes()
    assert unfold(b"A:1\nB:x\0y\x07\tz\n", notes) == [(1, "A:1"), (2, "B:xy\tz")]
    (finding,) = notes.findings
    assert (finding.rule, finding.line, finding.value) == (rules.CONTROL_CHARACTER.key, 2, "B:x\\x00y\\x07\\tz")


def test_what_stands_behind_a_control_character_at_the_beginning_is_a_line_of_its_own():
    notes = Notes()
    lines, _ = LineParser(notes).lines(b"A:1\n\x1f\t B:2\n\x01 \nC: \x02 3\n")
    assert [(line.name, line.value, line.number) for line in lines] == [("A", "1", 1), ("B", "2", 2), ("C", "  3", 4)]
    assert rules_of(notes) == [rules.CONTROL_CHARACTER.key] * 3
    assert not any(text.startswith((" ", "\t")) for _, text in unfold(b"A:1\n\x1f\t B:2\n", Notes()))


def test_blank_lines_before_a_continuation_are_passed_over():
    notes = Notes()
    data = b"VERSION\n\n :2.0\nX:a\n\n\n b\n\n c\n"
    assert unfold(data, Notes()) == [(1, "VERSION:2.0"), (4, "X:abc")]
    lines, _ = LineParser(notes).lines(data)
    assert [(line.name, line.value, line.number) for line in lines] == [("VERSION", "2.0", 1), ("X", "abc", 4)]
    assert rules_of(notes) == [rules.BLANK_BEFORE_FOLD.key] * 2


def test_an_indentation_that_continues_nothing_is_removed():
    notes = Notes()
    assert [line.text for line in LineParser(notes).lines(b"\n  A:1\nB:2\n")[0]] == ["A:1", "B:2"]
    assert rules_of(notes) == [rules.ORPHAN_FOLD.key]


def test_line_numbers_are_physical():
    trees, _ = read(
        b"\r\nBEGIN:VCALENDAR\r\nA:1\r\n 2\r\n 3\r\nBEGIN:VEVENT\r\nB:1\r\n 2\r\nC:1\r\nEND:VEVENT\r\n\r\nD:1\r\n"
    )
    assert [(line.name, line.number) for line in trees[0].lines] == [("A", 3), ("D", 12)]
    event = trees[0].children[0]
    assert event.number == 6
    assert [line.number for line in event.lines] == [7, 9]


# --- quoted-printable and base64 of old cards -----------------------------------------------------------------------


@pytest.mark.parametrize("parameter", ["ENCODING=QUOTED-PRINTABLE", "quoted-printable", "encoding=Quoted-Printable"])
def test_soft_breaks_are_joined(parameter):
    data = f"BEGIN:VCARD\r\nNOTE;{parameter}:Zeile 1=0D=0A=\r\n zwei=\r\nEnde\r\nFN:x\r\nEND:VCARD\r\n".encode()
    trees, notes = read(data)
    note, name = trees[0].lines
    assert note.value == "Zeile 1=0D=0A zweiEnde"
    assert note.param("ENCODING").upper() == "QUOTED-PRINTABLE"
    assert (name.value, name.number) == ("x", 5)
    assert notes.findings == []


def test_an_equals_sign_elsewhere_is_no_soft_break():
    assert unfold(b"URL:https://example.org/?a=\nNOTE;ENCODING=QUOTED-PRINTABLE:a=\nb") == [
        (1, "URL:https://example.org/?a="),
        (2, "NOTE;ENCODING=QUOTED-PRINTABLE:ab"),
    ]


def test_a_soft_break_never_swallows_the_end_of_the_card():
    trees, notes = read(b"BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:abc=\nEND:VCARD\nBEGIN:VCARD\nFN:x\nEND:VCARD\n")
    assert len(trees) == 2
    assert rules_of(notes) == [rules.SOFT_BREAK_AT_END.key]


def test_base64_lines_without_indentation_are_joined():
    trees, notes = read(b"BEGIN:VCARD\nPHOTO;BASE64:AAAA\nBBBB\nCC==\n\nFN:x\nEND:VCARD\n")
    assert [line.value for line in trees[0].lines] == ["AAAABBBBCC==", "x"]
    assert rules_of(notes) == [rules.BASE64_UNINDENTED.key]


def test_quoted_printable_is_decoded_in_its_charset():
    assert decode_quoted_printable("J=C3=B6rg=0D=0AX", "utf-8") == ("Jörg\nX", True)
    assert decode_quoted_printable("J=F6rg =96 =80", "Windows-1252") == ("Jörg – €", True)
    assert decode_quoted_printable("J=F6rg") == ("Jörg", False)
    assert decode_quoted_printable("J=F6rg", "x-unknown") == ("Jörg", False)
    assert decode_quoted_printable("Jö=C3=B6", "utf-8") == ("Jöö", True)
    assert decode_quoted_printable("a=", "utf-8") == ("a", True)


def test_quoted_printable_lines_are_broken_softly_and_read_back():
    text = "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:" + encode_quoted_printable("Öffentliche Sitzung\n" * 20)
    data = fold(text, soft=True)
    assert data == fold_quoted_printable(text)
    assert all(len(line) <= 76 for line in data.split(b"\r\n"))
    assert unfold(data) == [(1, text)]


# --- parsing one line ---------------------------------------------------------------------------------------------


def test_parameters_are_decoded_and_gathered():
    line = parse_line('item1.tel;type=HOME;Type=voice,"a:b;c,d";X-A=^n^\'^^^x:+49;ext=1')
    assert (line.group, line.name, line.value) == ("item1", "TEL", "+49;ext=1")
    assert line.params["TYPE"] == ("HOME", "voice", "a:b;c,d")
    assert line.param("X-A") == '\n"^^x'
    assert line.head.pairs[0] == ("type", ("HOME",))


def test_bare_parameters_of_old_cards_are_found_under_their_meaning():
    line = parse_line("TEL;WORK;VOICE;QUOTED-PRINTABLE;URL:1")
    assert dict(line.params) == {"TYPE": ("WORK", "VOICE"), "ENCODING": ("QUOTED-PRINTABLE",), "VALUE": ("URL",)}
    assert line.head.pairs == (("", ("WORK",)), ("", ("VOICE",)), ("", ("QUOTED-PRINTABLE",)), ("", ("URL",)))


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("SUMMARY : Leerzeichen", "SUMMARY", " Leerzeichen"),
        ("TEL :1", "TEL", "1"),
        ("X-a/b:1", "X-A/B", "1"),
        ("X-Büro:1", "X-BÜRO", "1"),
        ("EMAIL;TYPE=WORK;:x", "EMAIL", "x"),
        ("TEL;X-Büro:1", "TEL", "1"),
        ("REFRESH - INTERVAL; VALUE = DURATION:PT48H", "REFRESH-INTERVAL", "PT48H"),
        ('ATTENDEE;CN="Muster: Eva; Dr.":mailto:x', "ATTENDEE", "mailto:x"),
        ('SUMMARY:sagt "ja: nein"', "SUMMARY", 'sagt "ja: nein"'),
        ('DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin":20240101T080000', "DTSTART", "20240101T080000"),
    ],
)
def test_habits_of_producers_are_understood_and_kept_verbatim(text, name, value):
    line = parse_line(text)
    assert (line.name, line.value, line.text) == (name, value, text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ohne Doppelpunkt", rules.NO_COLON),
        ("Das ist Text: nicht mehr", rules.BAD_NAME),
        (":ohne Namen", rules.BAD_NAME),
        ("SUMMARY", rules.NO_COLON),
    ],
)
def test_a_line_that_is_not_understood_is_kept_and_told(text, rule):
    parser = LineParser()
    parser.line("SUMMARY:the head is known already")
    line = parser.line(text, 7)
    assert not line.parsed
    assert (line.name, line.value, line.text, line.number) == ("", text, text, 7)
    (finding,) = parser.notes.findings
    assert (finding.rule, finding.line, finding.value) == (rule.key, 7, text)
    assert text not in finding.message
    assert text not in repr(finding)


def test_a_missing_quote_costs_no_line():
    parser = LineParser()
    line = parser.line('ATTENDEE;CN="Muster;ROLE=CHAIR:mailto:x')
    assert (line.name, line.param("ROLE"), line.value) == ("ATTENDEE", "CHAIR", "mailto:x")
    assert rules_of(parser.notes) == [rules.BAD_QUOTES.key]


def test_parameters_of_a_line_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        parse_line("A;B=1:2").params["B"] = ("2",)


# --- writing ------------------------------------------------------------------------------------------------------


def test_parameters_are_quoted_and_encoded_where_needed():
    text = format_line("", "ATTENDEE", {"CN": 'Eva "Evi" Muster, Dr.\n^', "ROLE": ["A", "b c"], "X": []}, "mailto:x")
    assert text == "ATTENDEE;CN=\"Eva ^'Evi^' Muster, Dr.^n^^\";ROLE=A,b c:mailto:x"
    line = parse_line(text)
    assert line.params == {"CN": ('Eva "Evi" Muster, Dr.\n^',), "ROLE": ("A", "b c")}


def test_a_value_cannot_become_a_line_of_its_own():
    assert format_line("g", "NOTE", None, "a\r\nEND:VCARD\nb") == "g.NOTE:a\\nEND:VCARD\\nb"
    assert fold("NOTE:a\r\nEND:VCARD") == b"NOTE:a\\nEND:VCARD\r\n"
    assert join(["NOTE:a\nEND:VCARD"]) == b"NOTE:a\\nEND:VCARD\r\n"


@pytest.mark.parametrize(
    "text", ["X:" + "a" * 73, "X:" + "a" * 74, "X:" + "ü" * 200, "X:" + "🎪" * 99, "X:" + "\\n" * 150]
)
def test_folding_cuts_neither_characters_nor_escapes(text):
    physical = fold(text).split(b"\r\n")
    assert physical.pop() == b""
    assert all(len(line) <= 75 for line in physical)
    for line in physical:
        line.decode()
        assert not line.endswith(b"\\")
    assert unfold(fold(text)) == [(1, text)]


def test_a_lone_surrogate_does_not_stop_the_writing():
    assert fold("X:a\ud800b") == b"X:a?b\r\n"


# --- values -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (r"a\nb\Nc", "a\nb\nc"),
        (r"\,\;\\", ",;\\"),
        (r"C:\\neu\\temp", r"C:\neu\temp"),
        (r"http\://x", "http://x"),
        (r"\x bleibt", r"\x bleibt"),
        (r"\\\n", "\\\n"),
        ("am Ende\\", "am Ende\\"),
    ],
)
def test_text_is_unescaped(value, text):
    assert unescape_text(value) == text


def test_text_is_escaped():
    assert escape_text("a\r\nb;c,d\\e\rf") == r"a\nb\;c\,d\\e\nf"


def test_structured_values_are_divided_at_unescaped_separators():
    assert split_structured(r"Muster\;mann;Eva,Maria\, Anna;;\\;") == [
        ["Muster;mann"],
        ["Eva", "Maria, Anna"],
        [""],
        ["\\"],
        [""],
    ]
    assert split_text(r"a\,b,c\\,d") == ["a,b", "c\\", "d"]
    assert join_structured([["a;b"], ["c", "d,e"], []]) == r"a\;b;c,d\,e;"


# --- components ---------------------------------------------------------------------------------------------------

CALENDAR = b"""BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
BEGIN:VALARM
ACTION:DISPLAY
END:VALARM
SUMMARY:nach dem Alarm
END:VEVENT
X-WR-CALNAME:zwischendrin
BEGIN:VTODO
UID:2
END:VTODO
END:VCALENDAR
"""


def test_segments_are_found_without_parsing():
    notes = Notes()
    segments = list(read_segments(CALENDAR, notes))
    assert [(segment.name, segment.parents, segment.number) for segment in segments] == [
        ("VCALENDAR", (), 2),
        ("VEVENT", ("VCALENDAR",), 3),
        ("VCALENDAR", (), 10),
        ("VTODO", ("VCALENDAR",), 11),
    ]
    assert segments[3].raw == b"BEGIN:VTODO\nUID:2\nEND:VTODO\n"
    assert notes.findings == []


def test_a_digest_stays_as_long_as_the_bytes_do():
    first, second = (list(read_segments(CALENDAR, Notes())) for _ in range(2))
    assert [segment.digest for segment in first] == [segment.digest for segment in second]
    moved = CALENDAR.replace(b"VERSION:2.0", b"VERSION:2.0\nPRODID:x").replace(b"UID:2", b"UID:3")
    assert [a.digest == b.digest for a, b in zip(first, read_segments(moved, Notes()), strict=True)] == [
        False,
        True,
        True,
        False,
    ]


def test_order_of_lines_and_inner_components_survives():
    trees, notes = read(CALENDAR)
    assert join(trees[0].texts()) == CALENDAR.replace(b"\n", b"\r\n")
    assert [part.name for part in trees[0].walk()] == ["VCALENDAR", "VEVENT", "VALARM", "VTODO"]
    assert notes.findings == []


def test_a_component_can_be_built_by_hand():
    event = Component("VEVENT", [ContentLine(parse_line("UID:1").head, "1")])
    event.children.append(Component("VALARM", [parse_line("ACTION:DISPLAY")]))
    assert list(event.texts()) == [
        "BEGIN:VEVENT",
        "UID:1",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "END:VALARM",
        "END:VEVENT",
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"begin:vcard\nfn:x\nend:vcard\n",
        b"BEGIN:VCARD \nFN:x\nEND:VCARD  \n",
        b"BEGIN: VCARD\nFN:x\nEND:\tVCARD",
        b"BEG\n IN:VCA\n RD\nFN:x\nE\n\tND:VCARD\n",
        b" BEGIN:VCARD\r\nFN:x\r\nEND:VCARD",
        b"\n\n BEGIN:VCARD\nFN:x\nEND:VCARD\n".replace(b"\n BEGIN", b"\nBEGIN"),
        b"BEGIN:VCARD\rFN:x\rEND:VCARD\r",
    ],
)
def test_sloppy_envelopes_are_understood(data):
    trees, notes = read(data)
    assert [(tree.name, [line.value for line in tree.lines], tree.closed) for tree in trees] == [("VCARD", ["x"], True)]
    assert notes.findings == []


def test_several_roots_and_fragments_are_told_apart():
    data = CALENDAR + CALENDAR + b"\n\nBEGIN:VEVENT\nUID:9\nEND:VEVENT\n"
    segments = list(read_segments(data, Notes()))
    assert [segment.root for segment in segments] == [1] * 4 + [2] * 4 + [3]
    assert segments[-1].parents == ()
    trees, notes = read(data)
    assert [(tree.name, len(tree.children)) for tree in trees] == [("VCALENDAR", 2), ("VCALENDAR", 2), ("VEVENT", 0)]
    assert notes.findings == []


def test_a_card_inside_agent_is_no_new_card():
    trees, notes = read(b"BEGIN:VCARD\nFN:a\nAGENT:\nBEGIN:VCARD\nFN:b\nEND:VCARD\nTEL:1\nEND:VCARD\n")
    assert [part.first("FN").value for part in trees[0].walk()] == ["a", "b"]
    assert trees[0].first("TEL").value == "1"
    assert notes.findings == []


def test_events_inside_a_poll_stay_inside():
    data = b"BEGIN:VCALENDAR\nBEGIN:VPOLL\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VPOLL\nEND:VCALENDAR\n"
    trees, notes = read(data)
    assert [part.name for part in trees[0].walk()] == ["VCALENDAR", "VPOLL", "VEVENT"]
    assert notes.findings == []


@pytest.mark.parametrize(
    ("data", "found", "kept"),
    [
        (b"BEGIN:VCARD\nFN:x\n", [(rules.NOT_CLOSED, 1)], {"VCARD": ["x"]}),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nBEGIN:VEVENT\nUID:2\nEND:VEVENT\nEND:VCALENDAR\n",
            [(rules.NOT_CLOSED, 2)],
            {"VEVENT": ["1", "2"]},
        ),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nEND:VCALENDAR\n", [(rules.NOT_CLOSED, 2)], {"VEVENT": ["1"]}),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nEND:VTODO\nX:2\nEND:VEVENT\nEND:VCALENDAR\n",
            [(rules.WRONG_END, 4)],
            {"VEVENT": ["1", "2"]},
        ),
        (
            b"BEGIN:VEVENT\nUID:1\nBEGIN:VALARM\nACTION:x\nEND:VEVENT\n",
            [(rules.NOT_CLOSED, 3)],
            {"VEVENT": ["1"], "VALARM": ["x"]},
        ),
        (b"END:VEVENT\nBEGIN:VCARD\nFN:x\nEND:VCARD\n", [(rules.STRAY_END, 1)], {"VCARD": ["x"]}),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\n", [(rules.NOT_CLOSED, 1)], {"VEVENT": ["1"]}),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR\nEND:VCALENDAR\n",
            [(rules.NESTED_CALENDAR, 1)],
            {"VEVENT": ["1"]},
        ),
        (b"\nLogin\nBEGIN:VCARD\nFN:x\nEND:VCARD\n", [(rules.OUTSIDE, 2), (rules.NO_COLON, 2)], {"VCARD": ["x"]}),
        (b"", [(rules.NOTHING_FOUND, None)], {}),
        (b"<html>\n", [(rules.OUTSIDE, 1), (rules.NOTHING_FOUND, None)], {}),
        (b"/etc/passwd", [(rules.OUTSIDE, 1), (rules.NOTHING_FOUND, None)], {}),
    ],
)
def test_a_damaged_envelope_is_told_and_what_is_sound_is_delivered(data, found, kept):
    trees, notes = read(data)
    told = {(finding.rule, finding.line) for finding in notes.findings}
    assert {(rule.key, line) for rule, line in found} <= told
    parts = {}
    for tree in trees:
        for part in tree.walk():
            if part.name not in {"", "VCALENDAR"}:
                parts.setdefault(part.name, []).extend(line.value for line in part.lines)
    assert parts == kept


# --- limits and hostile input -------------------------------------------------------------------------------------


def test_what_lies_too_deep_is_kept_as_lines():
    data = b"BEGIN:VEVENT\n" + b"BEGIN:X-A\n" * 3000 + b"DEEP:1\n" + b"END:X-A\n" * 3000 + b"UID:1\nEND:VEVENT\n"
    trees, notes = read(data)
    assert rules_of(notes) == [rules.TOO_DEEP.key]
    assert len(list(trees[0].walk())) == 8
    assert trees[0].first("UID").value == "1"
    assert join(trees[0].texts()) == data.replace(b"\n", b"\r\n")


def test_a_line_that_is_too_long_is_kept_but_not_interpreted():
    trees, notes = read(b"BEGIN:VCARD\nNOTE:" + b"x" * 500 + b"\nFN:x\nEND:VCARD\n", Limits(line_length=100))
    note, name = trees[0].lines
    assert (note.name, len(note.text), name.value) == ("", 505, "x")
    assert [(finding.rule, finding.line) for finding in notes.findings] == [(rules.LINE_TOO_LONG.key, 2)]


def test_too_many_lines_are_left_out():
    trees, notes = read(b"BEGIN:VCARD\n" + b"TEL:1\n" * 500 + b"END:VCARD\n", Limits(properties=100))
    assert len(trees[0].lines) == 99
    assert rules_of(notes) == [rules.TOO_MANY_PROPERTIES.key]


def test_reading_stops_after_too_many_components():
    trees, notes = read(b"BEGIN:VCARD\nFN:x\nEND:VCARD\n" * 20, Limits(components=10))
    assert len(trees) == 10
    assert [(finding.rule, finding.line) for finding in notes.findings] == [(rules.TOO_MANY_COMPONENTS.key, 31)]


@pytest.mark.parametrize("as_stream", [False, True])
def test_a_component_that_is_too_large_is_left_out_and_the_next_one_is_read(as_stream):
    large = b"BEGIN:VCARD\nFN:1\n" + b"NOTE:" + b"x" * 3_000_000 + b"\nEND:VCARD\n"
    data = b"BEGIN:VCARD\nFN:0\nEND:VCARD\n" + large + b"BEGIN:VCARD\nFN:2\nEND:VCARD\n"
    trees, notes = read(io.BytesIO(data) if as_stream else data, Limits(component_bytes=2_000_000))
    assert [(tree.first("FN").value, tree.number) for tree in trees] == [("0", 1), ("2", 8)]
    assert [(finding.rule, finding.line) for finding in notes.findings] == [(rules.TOO_LARGE.key, 4)]


def test_findings_of_one_rule_are_bounded():
    _, notes = read(b"BEGIN:VCARD\n" + b"Unsinn\n" * 5000 + b"END:VCARD\n")
    assert len(notes.findings) == MAX_FINDINGS_PER_RULE + 1
    assert notes.findings[-1].rule == rules.TOO_MANY_FINDINGS.key


def hostile(size):
    half = size // 2
    return {
        "one line": b"BEGIN:VCARD\nNOTE:" + b"x" * size,
        "folded line": b"BEGIN:VCARD\nNOTE:" + b"x\n " * (size // 3),
        "blank folds": b"BEGIN:VCARD\nNOTE:x" + b"\n\n x" * (size // 4),
        "quotes": b'BEGIN:VCARD\nX;A="' + b'"' * size,
        "quoted parameters": b"BEGIN:VCARD\nX" + b';A="b"' * (size // 6) + b":1",
        "semicolons": b"BEGIN:VCARD\nX" + b";" * size + b":1",
        "same parameter": b"BEGIN:VCARD\nX" + b";A=1" * (size // 4) + b":1",
        "soft breaks": b"BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:" + b"a=\n" * (size // 3),
        "base64": b"BEGIN:VCARD\nPHOTO;BASE64:" + b"\nAAAA" * (size // 5),
        "begins": b"BEGIN:X\n" * (size // 8),
        "begins and ends": b"BEGIN:VEVENT\nBEGIN:A\nBEGIN:B\n" + b"BEGIN:X\n" * (half // 8) + b"END:Y\n" * (half // 6),
        "ends": b"END:VEVENT\n" * (size // 11),
        "events": b"BEGIN:VEVENT\n" * (size // 13),
        "long name": b"BEGIN:" + b"x" * size,
        "folded name": b"BEGIN:" + b"x\n " * (size // 3),
        "carriage returns": b"BEGIN:VCARD\n" + b"\r" * size,
        "line feeds": b"BEGIN:VCARD\n" + b"\n" * size,
        "blanks": b"BEGIN:VCARD\n" + b" " * size + b"\n" + b" \n" * half,
        "not utf-8": b"BEGIN:VCARD\n" + b"N:\xfc\n" * (size // 5),
        "zeros": b"BEGIN:VCARD\n" + b"\0" * size,
        "carets": b"BEGIN:VCARD\nX;A=" + b"^" * size + b":1",
        "backslashes": b"BEGIN:VCARD\nN:" + b"\\" * size,
        "no colon folded": b"BEGIN:VCARD\n" + b"x\n\n :1\n" * (size // 7),
    }


@pytest.mark.parametrize("kind", hostile(0))
def test_time_grows_no_faster_than_the_input(kind):
    data = hostile(300_000)[kind]
    started = time.process_time()
    trees, _ = read(data)
    written = join(text for tree in trees for text in tree.texts())
    elapsed = time.process_time() - started
    assert elapsed < 8  # a tenth of a second on a quiet machine; quadratic behaviour takes half a minute and more
    assert len(written) < 3 * len(data) + 100


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64])
def test_a_stream_gives_the_same_segments_as_the_bytes(block):
    class Slow(io.BytesIO):
        def read(self, _size=-1):
            return super().read(block)

    data = (CALENDAR * 2).replace(b"\n", b"\r\n") + b"BEGIN:VCARD\r\nFN:J\xc3\r\n \xb6rg\r\r\nN:\rEND:VCARD\r\nX\r\n"

    def seen(source):
        notes = Notes()
        segments = [(s.name, s.parents, s.root, s.number, s.raw) for s in read_segments(source, notes)]
        return segments, notes.findings

    assert seen(Slow(data)) == seen(data)


def test_a_large_file_streams_in_little_memory():
    event = b"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:" + b"x" * 5000 + b"\r\nEND:VEVENT\r\n"

    class Endless(io.RawIOBase):
        left = 4000

        def read(self, _size=-1):
            if not self.left:
                return b""
            self.left -= 100
            return event * 100

    notes = Notes()
    parser = Parser(notes)
    tracemalloc.start()
    count = sum(parser.component(segment).name == "VEVENT" for segment in read_segments(Endless(), notes))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4000
    assert peak < 8_000_000


# --- rules --------------------------------------------------------------------------------------------------------


def test_every_rule_has_its_own_key_and_a_german_sentence():
    keys = [rule.key for rule in READING_RULES]
    assert len(keys) == len(set(keys))
    named = {value.key for value in vars(rules).values() if isinstance(value, rules.ReadingRule)}
    assert named == set(keys)
    for rule in READING_RULES:
        sentence = rule.sentence.format(line=3, name="VEVENT", limit="10")
        assert sentence.endswith(".")
        assert rule.meaning.endswith(".")


def test_a_name_out_of_a_file_reaches_no_message_unless_it_is_harmless():
    _, notes = read(b"BEGIN:Eva Muster, Weg 1\nA:1\n")
    assert all("Muster" not in finding.message for finding in notes.findings)


def test_a_calendar_in_a_calendar_is_neither_without_its_end_nor_its_begin():
    _, notes = read(b"BEGIN:VCALENDAR\n" * 3 + b"END:VCALENDAR\n" * 3)
    assert sorted((finding.line, finding.rule) for finding in notes.findings) == [
        (1, rules.NESTED_CALENDAR.key),
        (2, rules.NESTED_CALENDAR.key),
    ]


def test_zeros_between_the_letters_of_utf_16_hide_no_component():
    trees, notes = read(
        "\ufeffBEGIN:VCARD\nFN:x\nEND:VCARD\n".encode("utf-32-le").replace(b"\xff\xfe\0\0", b"\xff\xfe", 1)
    )
    assert [tree.first("FN").value for tree in trees] == ["x"]
    assert rules_of(notes) == [rules.UTF16.key]
