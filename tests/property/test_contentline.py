"""Whatever is written can be read back, and whatever is read is neither lost nor able to stop the reader."""

import io

from effort import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st

from koschuso.interchange.component import Component, read_components
from koschuso.interchange.contentline import ContentLine, fold, format_line, join, parse_line, unfold
from koschuso.interchange.notes import Notes
from koschuso.interchange.segment import read_segments
from koschuso.interchange.textvalue import (
    decode_quoted_printable,
    encode_quoted_printable,
    escape_text,
    join_structured,
    join_text,
    split_structured,
    split_text,
    unescape_text,
)

NAMES = st.from_regex(r"[A-Z][A-Z0-9-]{0,20}", fullmatch=True).filter(lambda name: name not in {"BEGIN", "END"})
GROUPS = st.one_of(st.just(""), st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True))
NO_CONTROLS = st.characters(exclude_categories=["Cs"], exclude_characters=[chr(code) for code in range(32)])
VALUES = st.text(NO_CONTROLS | st.sampled_from('\t"\\;:,^='), max_size=300)
TEXTS = st.text(NO_CONTROLS | st.sampled_from('\n\t"\\;:,^='), max_size=120)
PARAMS = st.dictionaries(NAMES, st.lists(TEXTS, min_size=1, max_size=3), max_size=4)
LINES = st.builds(
    format_line,
    GROUPS,
    NAMES,
    PARAMS.map(lambda params: {key: values for key, values in params.items() if key != "ENCODING"}),
    VALUES,
)


@given(GROUPS, NAMES, PARAMS, VALUES)
def test_a_formatted_line_is_parsed_into_what_it_was_made_of(group, name, params, value):
    line = parse_line(format_line(group, name, params, value))
    assert (line.group, line.name, line.value) == (group, name, value)
    assert line.params == {key: tuple(values) for key, values in params.items()}


@given(st.lists(LINES, max_size=12), st.sampled_from([b"\r\n", b"\n", b"\r"]))
def test_folded_lines_unfold_to_themselves(lines, end):
    data = b"".join(map(fold, lines))
    assert data == join(lines)
    assert all(len(physical) <= 75 for physical in data.split(b"\r\n"))
    assert [text for _, text in unfold(data.replace(b"\r\n", end))] == lines


@given(LINES, st.integers(1, 40))
def test_lines_folded_anywhere_in_their_bytes_unfold_to_themselves(line, width):
    data = line.encode()
    cut = b"\r\n\t".join(data[start : start + width] for start in range(0, len(data), width))
    # a physical line that is nothing but blanks after its fold is still part of the line
    assert [text for _, text in unfold(cut)] == [line]


@given(TEXTS)
def test_escaped_text_is_unescaped_to_itself(text):
    assert unescape_text(escape_text(text)) == text


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=6))
def test_structured_values_come_back(parts):
    assert split_structured(join_structured(parts)) == parts
    assert [split_text(join_text(part)) for part in parts] == parts


@given(TEXTS)
@example("\n" * 40)
@example("=" * 40 + " ")
def test_quoted_printable_comes_back_through_a_file(text):
    line = f"NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{encode_quoted_printable(text)}"
    data = join(["BEGIN:VCARD", line, "END:VCARD"])
    assert all(len(physical) <= 76 for physical in data.split(b"\r\n"))
    (card,) = read_components(data, notes := Notes())
    assert decode_quoted_printable(card.lines[0].value, "UTF-8") == (text, True)
    assert notes.findings == []


def components(inner):
    def build(name, lines, children, places):
        component = Component(name, [ContentLine(line.head, line.value) for line in map(parse_line, lines)])
        for child, place in zip(children, sorted(places), strict=False):
            child.position = min(place, len(lines))
            component.children.append(child)
        return component

    kinds = st.from_regex(r"X-[A-Z]{1,8}", fullmatch=True)
    return st.builds(build, kinds, st.lists(LINES, max_size=5), inner, st.lists(st.integers(0, 5), max_size=2))


@given(st.recursive(components(st.just([])), lambda parts: components(st.lists(parts, max_size=2)), max_leaves=5))
def test_trees_come_back_with_their_order(tree):
    texts = list(tree.texts())
    (back,) = read_components(join(texts), notes := Notes())
    assert list(back.texts()) == texts
    assert notes.findings == []


PIECES = st.sampled_from(
    [
        b"BEGIN:", b"END:", b"begin:", b"VCALENDAR", b"VEVENT", b"VALARM", b"VCARD", b"AGENT:", b"\r\n", b"\n", b"\r",
        b" ", b"\t", b":", b";", b"=", b'"', b",", b"^", b"\\", b"\0", b"\xef\xbb\xbf", b"\xc3", b"\xbc", b"\xfc", b"A",
        b"NOTE;ENCODING=QUOTED-PRINTABLE:", b"=\r\n", b"PHOTO;BASE64:", b"QUJD", b"CHARSET=utf-16", b"\xff\xfe", b"FN:x",
        b"\r\nBEGIN:VEVENT\r\n", b"\r\nEND:VEVENT\r\n", b"\r\nBEGIN:VCALENDAR\r\n", b"\r\nEND:VCALENDAR\r\n",
    ]
)  # fmt: skip
SOUP = st.one_of(st.binary(max_size=200), st.lists(PIECES | st.binary(max_size=3), max_size=60).map(b"".join))


@settings(max_examples=examples(150))
@given(SOUP)
def test_no_bytes_stop_the_reader_and_reading_what_was_written_changes_nothing(data):
    def texts_of(source):
        # text outside of everything is not written back by anybody
        return [text for tree in read_components(source, Notes()) if tree.name for text in tree.texts()]

    texts = texts_of(data)
    again = texts_of(join(texts))
    assert texts_of(join(again)) == again
    for text in texts:
        assert not set(text) & {chr(code) for code in range(32) if code != 9}


@settings(max_examples=examples(150))
@given(SOUP, st.integers(1, 9))
def test_a_stream_in_small_blocks_is_read_like_the_whole(data, size):
    class Slow(io.BytesIO):
        def read(self, _size=-1):
            return super().read(size)

    def seen(source):
        notes = Notes()
        return [(s.name, s.parents, s.root, s.number, s.raw) for s in read_segments(source, notes)], notes.findings

    assert seen(Slow(data)) == seen(data)


@settings(max_examples=examples(150))
@given(st.lists(LINES, min_size=1, max_size=5), SOUP)
def test_a_sound_card_is_read_whole_whatever_stands_behind_it(lines, soup):
    data = join(["BEGIN:VCARD", *lines, "END:VCARD"])
    card = next(read_components(data + soup.lstrip(b" \t"), Notes()))
    assert [line.text for line in card.lines] == lines
