"""Real calendars of many producers: nothing is lost, nothing raises, whatever the order and the line ends."""

from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path

import pytest
from independent_lexer import content, with_line_ends
from known_differences import CALENDAR, unexplained

from koschuso.interchange import ical
from koschuso.interchange.format import WriteOptions

pytestmark = pytest.mark.shared

OPTIONS = WriteOptions(stamp=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.fixture(scope="module")
def corpus(calendar_files):
    return [(file, ical.read(file.data)) for file in calendar_files]


@pytest.fixture(scope="module")
def sound(corpus):
    return [(file, reading) for file, reading in corpus if file.expect == "ok"]


def test_nothing_of_a_sound_file_is_lost_or_changed(sound, per_producer):
    whole, lossy, needed = {}, {}, set()
    for file, reading in sound:
        left, kinds = unexplained(content(file.data), content(ical.write(reading, OPTIONS)), CALENDAR, reading.findings)
        needed |= kinds
        whole[file.path] = not left
        if left:
            lossy[file.path] = left
    assert lossy == {}
    assert per_producer([file for file, _ in sound], whole) == 1
    assert needed == set(CALENDAR), "a kind of difference that no file shows any more is to be taken from the list"


def test_reading_what_was_written_gives_equal_records_and_writing_again_the_same_bytes(sound, part):
    for file, reading in part(sound, file_of=itemgetter(0)):
        for given in (reading, reading.records):
            written = ical.write(given, OPTIONS)
            again = ical.read(written)
            assert again.records == reading.records, file.path
            assert ical.write(again if given is reading else again.records, OPTIONS) == written, file.path


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r", b"mixed"], ids=["CRLF", "LF", "CR", "mixed"])
def test_line_ends_change_nothing(sound, part, end):
    for file, reading in part(sound, file_of=itemgetter(0)):
        data = with_line_ends(file.data, end)
        if data != file.data and file.path not in CARRIAGE_RETURN_IN_TEXT:
            assert ical.read(data).records == reading.records, file.path


CARRIAGE_RETURN_IN_TEXT: set[str] = set()


def test_the_order_in_which_files_are_read_changes_nothing(sound, part):
    for file, reading in reversed(part(sound, file_of=itemgetter(0))):
        again = ical.read(file.data)
        assert again.records == reading.records, file.path
        assert again.header == reading.header, file.path


def test_no_file_raises_and_what_is_not_sound_is_told(corpus):
    silent = []
    for file, reading in corpus:
        if file.expect in {"tolerate", "reject", "fragment", "fuzz"} and not (reading.findings or reading.left_out):
            silent.append(file.path)
    assert silent == []


def test_each_component_is_a_record_or_is_listed(sound):
    for file, reading in sound:
        records = sum(1 for record in reading.records if record.KIND != "participation")
        places = sum(int(entry.split()[1]) for entry in reading.header if entry.startswith("COMPONENTS "))
        assert places == records, file.path
        refused = [finding for finding in reading.findings if finding.rule == "ical.nicht_uebernommen"]
        assert outermost(reading.header) == len(reading.left_out) + len(refused), file.path


def outermost(header):
    """Count the components right below a calendar, or outside of one, that are no zones."""
    path: list[str] = []
    count = 0
    for line in header:
        if line.startswith("BEGIN:"):
            count += path in ([], ["VCALENDAR"]) and line not in {"BEGIN:VCALENDAR", "BEGIN:VTIMEZONE"}
            path.append(line[6:])
        elif line.startswith("END:"):
            path.pop()
    return count


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "interchange-differences.md"


def test_the_page_of_differences_names_every_kind_and_its_section():
    from known_differences import FORMS, OFFICE, TRANSLATED

    page = PAGE.read_text(encoding="utf-8")
    kinds = {name: kind.section for name, kind in {**CALENDAR, **TRANSLATED}.items()} | FORMS | OFFICE
    assert len(kinds) < 20
    for name, section in kinds.items():
        row = next((line for line in page.splitlines() if line.startswith(f"| `{name}`")), "")
        assert section in row, name
    listed = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert listed == set(kinds)
