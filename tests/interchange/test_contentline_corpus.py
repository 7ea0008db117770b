"""The line codec on real files: nothing raises, nothing is lost, and damage is told where it is."""

import gc
import re
import time
from collections import Counter
from typing import NamedTuple

import pytest

from koschuso.interchange import notes as rules
from koschuso.interchange.component import read_components
from koschuso.interchange.contentline import join
from koschuso.interchange.notes import Notes
from koschuso.interchange.segment import read_segments
from koschuso.model.finding import Severity

pytestmark = pytest.mark.shared

MISSPELT_ENDS = {
    "icalendar/calendars/timezone_same_start_and_offset.ics": "END:VCALENDARD",
    "recurring-ical-events/calendars/issue_201_test_matrix.ics": "END:VTOOD",
}
DAMAGED_THOUGH_OK = {
    *MISSPELT_ENDS,
    "libical/test-data/smallcluster.ics",  # BEGIN:VCALENDAR twice at the beginning
}
NOT_UNDERSTOOD = {  # one line each, broken by its producer
    "caldavtester/CardDAV/bulk/simple/15.vcf",
    "icalendar/calendars/issue_168_input.ics",
    "icalendar/calendars/timezone_rdate.ics",
    "kcontacts/vcard4.vcf",
    "recurring-ical-events/calendars/issue_61_time_zone_error.ics",
}
BINARY_PHOTO = "kcontacts/vcard12.vcf.2_1ref"  # raw bytes of a picture, zero bytes included


def read(data):
    notes = Notes()
    return list(read_components(data, notes)), notes.findings


class Read(NamedTuple):
    """A file of the corpus, what was read in it and what was told about it."""

    path: str
    expect: str
    producer: str
    data: bytes
    trees: list
    findings: list


@pytest.fixture(scope="module")
def corpus(corpus_files):
    return [Read(file.path, file.expect, file.producer, file.data, *read(file.data)) for file in corpus_files]


@pytest.fixture(scope="module")
def sound(corpus):
    return [file for file in corpus if file.expect == "ok"]


def texts_of(trees):
    return [text for tree in trees for text in tree.texts()]


def canonical(line):
    """BEGIN and END in one spelling; everything else as it is."""
    match = re.fullmatch(r"(begin|end)\s*:\s*(.*?)\s*", line, re.IGNORECASE)
    return f"{match[1].upper()}:{match[2].upper()}" if match else line


def independent_lines(data):
    """Logical lines by the shortest possible lexer, which shares no code with ours."""
    data = re.sub(rb"\r*\n|\r", b"\n", data.removeprefix(b"\xef\xbb\xbf"))
    soft = re.compile(rb"(?im)^([^:\n]*[;=]QUOTED-PRINTABLE[^:\n]*:(?:.*=\n)*.*)=\n")
    while (joined := soft.sub(rb"\1", data)) != data:
        data = joined
    data = re.sub(rb"\n+[ \t]", b"", data)
    return [line for line in data.decode().split("\n") if line.strip()]


def test_every_file_is_read_within_a_second_and_none_raises(corpus_files):
    assert len(corpus_files) > 1500
    gc.collect()
    gc.freeze()  # what other tests hold is none of our time
    try:
        for file in corpus_files:
            started = time.process_time()
            trees, _ = read(file.data)
            join(texts_of(trees))
            assert time.process_time() - started < 1, file.path
    finally:
        gc.unfreeze()


def test_no_line_of_a_sound_file_is_lost_or_changed(sound):
    compared = 0
    for file in sound:
        try:
            expected = Counter(map(canonical, independent_lines(file.data)))
        except UnicodeDecodeError:
            continue
        found = Counter(map(canonical, texts_of(file.trees)))
        if file.path in MISSPELT_ENDS:
            expected = Counter({line: count for line, count in expected.items() if not line.startswith("END:")})
            found = Counter({line: count for line, count in found.items() if not line.startswith("END:")})
        assert found == expected, file.path
        compared += 1
    assert compared > 1300


def test_what_was_written_reads_back_the_same(sound):
    for file in sound:
        written = join(texts_of(file.trees))
        assert all(len(line) <= 76 for line in written.split(b"\r\n") if b"QUOTED-PRINTABLE" not in line.upper()), (
            file.path
        )
        again, _ = read(written)
        assert texts_of(again) == texts_of(file.trees), file.path
        assert join(texts_of(again)) == written, file.path


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\r\r\n"])
def test_line_ends_make_no_difference(sound, part, end):
    for file in part([file for file in sound if b"\r" not in file.data]):
        assert texts_of(read(file.data.replace(b"\n", end))[0]) == texts_of(file.trees), file.path


def test_a_sound_file_has_a_sound_envelope(sound):
    for file in sound:
        if file.path not in DAMAGED_THOUGH_OK:
            assert [finding for finding in file.findings if finding.severity is Severity.ERROR] == [], file.path


def test_only_a_handful_of_lines_of_sound_files_is_not_understood(sound):
    unparsed = [
        (file.path, line.text)
        for file in sound
        for tree in file.trees
        if tree.name
        for part in tree.walk()
        for line in part.lines
        if not line.parsed
    ]
    assert {path for path, _ in unparsed} == NOT_UNDERSTOOD
    assert len(unparsed) == len(NOT_UNDERSTOOD)


def test_every_finding_about_a_line_names_it(corpus):
    whole_file = {rules.NOTHING_FOUND.key, rules.UTF16.key, rules.TOO_MANY_FINDINGS.key}
    for file in corpus:
        physical = len(re.split(rb"\r*\n|\r", file.data)) + file.data.count(b"\r")
        for finding in file.findings:
            if finding.rule not in whole_file:
                assert finding.line is not None, file.path
                assert 1 <= finding.line <= physical, file.path


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("bad/binary.vcf", rules.NOTHING_FOUND),
        ("bad/deep-nesting.ics", rules.TOO_DEEP),
        ("bad/empty.ics", rules.NOTHING_FOUND),
        ("bad/empty.vcf", rules.NOTHING_FOUND),
        ("bad/end-mismatch.ics", rules.WRONG_END),
        ("bad/end-mismatch.vcf", rules.WRONG_END),
        ("bad/html-instead.ics", rules.NOTHING_FOUND),
        ("bad/html-instead.vcf", rules.NOTHING_FOUND),
        ("bad/line-without-colon.vcf", rules.NO_COLON),
        ("bad/missing-end.vcf", rules.NOT_CLOSED),
        ("bad/no-colon.ics", rules.NO_COLON),
        ("bad/nul-and-control.ics", rules.CONTROL_CHARACTER),
        ("bad/nul.vcf", rules.CONTROL_CHARACTER),
        ("bad/path-in-one-line.ics", rules.NOTHING_FOUND),
        ("bad/qp-eof.vcf", rules.SOFT_BREAK_AT_END),
        ("bad/spaces-around.ics", rules.UNUSUAL_NAME),
        ("bad/truncated.ics", rules.NOT_CLOSED),
        ("bad/unclosed-vevent.ics", rules.NOT_CLOSED),
        ("bad/unescaped-newline.ics", rules.NO_COLON),
        ("ics/cp1252.ics", rules.CHARSET_GUESSED),
        ("vcf/outlook-2.1-raw-cp1252.vcf", rules.CHARSET_CONVERTED),
        ("vcf/utf16le-3.0.vcf", rules.UTF16),
    ],
)
def test_known_damage_is_told(shared, name, rule):
    _, findings = read((shared / "corpus" / "synthetic-dev" / name).read_bytes())
    assert rule.key in {finding.rule for finding in findings}


def test_raw_bytes_of_a_picture_are_told_where_they_cannot_be_kept(shared):
    _, findings = read((shared / "corpus" / BINARY_PHOTO).read_bytes())
    told = [finding for finding in findings if finding.rule == rules.CONTROL_CHARACTER.key]
    assert [finding.line for finding in told] == [6, 9]
    assert all(r"\x00" in finding.value for finding in told)


def test_segments_hold_every_component_that_a_plain_search_finds(sound):
    for file in sound:
        if file.path in DAMAGED_THOUGH_OK or b"BEGIN:VPOLL" in file.data:
            continue
        names = Counter(segment.name for segment in read_segments(file.data, Notes()))
        for kind in (b"VEVENT", b"VTODO", b"VJOURNAL", b"VCARD"):
            plain = re.findall(rb"(?:^|[\r\n]|\xef\xbb\xbf)BEGIN:%s[ \t]*(?=[\r\n])" % kind, file.data, re.IGNORECASE)
            assert names[kind.decode()] == len(plain), file.path
