"""Calendars of any size: in portions as at once, in bounded memory, and what is known is not read again."""

import io
import subprocess
import sys
import textwrap
from datetime import UTC, datetime

import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from koschuso.interchange import ical
from koschuso.interchange.format import ReadOptions, WriteOptions
from koschuso.interchange.ical.streaming import portions

ZONE = """\
BEGIN:VTIMEZONE
TZID:Hausuhr
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0117
TZOFFSETTO:+0117
END:STANDARD
END:VTIMEZONE
"""


def event(number, *lines, uid=None, zone="Europe/Berlin"):
    return "\n".join(
        (
            "BEGIN:VEVENT",
            f"UID:{uid or number}",
            "DTSTAMP:20250901T080000Z",
            f"DTSTART;TZID={zone}:202510{number % 27 + 1:02d}T093000",
            f"SUMMARY:Fachtag {number}",
            *lines,
            "END:VEVENT\n",
        )
    )


def calendar(*parts, version="2.0"):
    return f"BEGIN:VCALENDAR\nVERSION:{version}\nPRODID:-//Beispiel//DE\n{''.join(parts)}END:VCALENDAR\n".encode()


def read(data, options=None, **bounds):
    return list(portions(io.BytesIO(data), options, **bounds))


def joined(found, name):
    return tuple(item for portion in found for item in getattr(portion, name))


def told(findings):
    return sorted((finding.line or 0, finding.rule, finding.message, finding.value) for finding in findings)


def assert_same(found, data):
    whole = ical.read(data)
    assert joined(found, "records") == whole.records
    assert told(joined(found, "findings")) == told(whole.findings)
    assert told(joined(found, "left_out")) == told(whole.left_out)
    assert found[-1].position == len(data)


def sources_of(found):
    return {source.digest: source for source in joined(found, "sources")}


def again(data, before):
    return read(data, ReadOptions(known=sources_of(before).get))


def broken_calendar():
    return calendar(
        event(1),
        event(2, "ATTENDEE;CN=Eva:mailto:eva@schule.example", "ATTENDEE;CN=Eva:mailto:eva@schule.example"),
        event(3, "ohne Doppelpunkt", "RRULE:FREQ=NIE"),
        event(4, uid="1"),
        "BEGIN:VEVENT\nUID:leer\nEND:VEVENT\n",
        "BEGIN:VFREEBUSY\nUID:f\nEND:VFREEBUSY\n",
        event(5, zone="Hausuhr"),
        event(6, zone="Nirgends"),
        "X-DAZWISCHEN:1\n",
        event(7, "DTEND;TZID=Europe/Berlin:20200101T000000"),
        ZONE,
    )


@pytest.mark.parametrize("held", [0, 300, 10**9])
@pytest.mark.parametrize("components", [1, 2, 1000])
def test_portions_give_what_reading_at_once_gives(held, components):
    data = broken_calendar() + calendar(event(1), event(8)) + event(9).encode() + b"verirrt\n"
    assert_same(read(data, held=held, components=components), data)


@given(
    gone=st.lists(st.integers(0, 10**6), max_size=12),
    twice=st.booleans(),
    held=st.sampled_from([0, 200, 1000, 5000]),
    components=st.integers(1, 9),
)
@settings(max_examples=examples(100), deadline=None)
def test_damaged_files_are_read_alike_however_they_are_divided(gone, twice, held, components):
    lines = broken_calendar().splitlines(keepends=True)
    for place in gone:
        del lines[place % len(lines)]
    if twice:
        lines += broken_calendar().splitlines(keepends=True)
    data = b"".join(lines)
    assert_same(read(data, held=held, components=components), data)


def test_zones_behind_the_events_of_a_large_calendar_are_found():
    data = calendar(*(event(number, zone="Hausuhr") for number in range(30)), ZONE)
    found = read(data, held=0, components=10)
    assert len(found) > 2
    assert {record.foreign[0] for record in joined(found, "records")} == {"BEGIN:VTIMEZONE"}
    assert_same(found, data)


def test_an_empty_file_gives_one_portion_with_a_finding():
    (portion,) = read(b"")
    assert [finding.rule for finding in portion.findings] == ["datei.ohne_bestandteil"]
    assert portion.position == 0


def test_portions_are_bounded():
    data = calendar(*(event(number) for number in range(2000)))
    assert max(len(portion.records) for portion in ical.portions(io.BytesIO(data))) <= 500
    positions = [portion.position for portion in ical.portions(io.BytesIO(data))]
    assert positions == sorted(positions)
    assert positions[-1] == len(data)


def test_each_portion_says_what_calendar_it_is_from():
    data = calendar("X-WR-CALNAME:Plan\n", *(event(number) for number in range(4)))
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Beispiel//DE", "X-WR-CALNAME:Plan")
    assert [portion.header for portion in read(data, components=3)] == [
        (*lines, "COMPONENTS 2", "END:VCALENDAR"),
        (*lines, "COMPONENTS 2", "END:VCALENDAR"),
    ]
    (whole,) = read(data)
    assert whole.header == ical.read(data).header


@pytest.mark.parametrize("held", [0, 10**9])
def test_a_message_is_never_mixed_with_others_and_stays_whole_if_it_can_be_held(held):
    request = calendar("METHOD:REQUEST\n", *(event(number) for number in range(5)), "BEGIN:VFREEBUSY\nEND:VFREEBUSY\n")
    data = calendar(event(10)) + calendar(event(11)) + request + calendar(event(12))
    found = read(data, held=held, components=4 if held else 1000)
    assert [[record.id for record in portion.records] for portion in found if portion.records] == [
        ["10", "11"],
        ["0", "1", "2", "3", "4"],
        ["12"],
    ]
    methods = ["METHOD:REQUEST" in portion.header for portion in found if portion.records]
    assert methods == [False, True, False]
    assert "BEGIN:VFREEBUSY" in found[1].header


def test_a_file_of_koschuso_says_when_it_was_written():
    stamp = datetime(2025, 10, 1, 8, tzinfo=UTC)
    data = ical.write(ical.read(calendar(event(1))).records, WriteOptions(stamp=stamp))
    assert {portion.written for portion in read(data)} == {stamp}
    assert {portion.written for portion in read(calendar("LAST-MODIFIED:20251001T080000Z\n", event(1)))} == {None}


def test_the_same_event_in_a_message_of_another_method_is_read():
    before = read(calendar("METHOD:REQUEST\n", event(1)))
    assert len(joined(again(calendar("METHOD:CANCEL\n", event(1)), before), "records")) == 1
    assert len(joined(again(calendar("METHOD:REQUEST\n", event(1)), before), "recognised")) == 1


def test_each_component_that_became_records_has_a_source():
    data = calendar(event(1, "ATTENDEE;CN=Eva:mailto:eva@schule.example"), event(2), "BEGIN:VTODO\nUID:t\nEND:VTODO\n")
    sources = joined(read(data), "sources")
    records = ical.read(data).records
    assert [key for source in sources for key in source.records] == [f"{record.KIND}/{record.id}" for record in records]
    assert sources[0].records[0] == "event/1"
    assert {len(source.digest) for source in sources} == {16}
    assert len(sources_of(read(data))) == 3


def test_what_is_known_is_recognised_and_not_read():
    data = broken_calendar()
    before = read(data)
    after = again(data, before)
    assert joined(after, "records") == joined(after, "sources") == ()
    assert joined(after, "recognised") == joined(before, "sources")
    assert told(joined(after, "left_out")) == told(joined(before, "left_out"))


def test_only_what_changed_is_read():
    events = [event(number) for number in range(20)]
    before = read(calendar(*events))
    events[7] = event(7, "LOCATION:Aula")
    found = again(calendar(*events), before)
    assert [record.id for record in joined(found, "records")] == ["7"]
    assert len(joined(found, "recognised")) == 19
    assert joined(found, "sources")[0].records == ("event/7",)


def test_skipping_leaves_the_numbers_of_repeated_ids_as_they_are():
    first, second, third = event(1, uid="x"), event(2, uid="x"), event(3, uid="x")
    data = calendar(first, second, third)
    before = read(data)
    assert [record.id for record in joined(before, "records")] == ["x", "x~2", "x~3"]
    changed = again(calendar(first, second, event(4, uid="x")), before)
    assert [record.id for record in joined(changed, "records")] == ["x~3"]
    only_last = {source.digest: source for source in joined(before, "sources") if source.records[0] == "event/x~3"}
    others = read(data, ReadOptions(known=only_last.get))
    assert [record.id for record in joined(others, "records")] == ["x", "x~2"]
    # without the first one, the others have other numbers: they are read anew
    moved = again(calendar(second, third), before)
    assert [record.id for record in joined(moved, "records")] == ["x", "x~2"]
    assert joined(moved, "recognised") == ()


def test_equal_components_have_different_digests_and_are_all_recognised():
    data = calendar(event(1), event(1), event(1))
    before = read(data)
    assert [source.records for source in joined(before, "sources")] == [("event/1",), ("event/1~2",), ("event/1~3",)]
    assert len(sources_of(before)) == 3
    assert joined(again(data, before), "recognised") == joined(before, "sources")


@pytest.mark.parametrize(
    "other",
    [
        calendar(event(1, zone="Hausuhr"), ZONE.replace("+0117", "+0118")),
        calendar(event(1, zone="Hausuhr")),
        calendar(event(1, zone="Hausuhr"), ZONE, version="1.0"),
        calendar(event(1, zone="Hausuhr"), ZONE).replace(b"-//Beispiel//DE", b"-//koschuso//koschuso//DE"),
    ],
    ids=["other zone", "no zone", "other version", "own file"],
)
def test_a_component_is_read_anew_when_its_surroundings_mean_something_else(other):
    before = read(calendar(event(1, zone="Hausuhr"), ZONE))
    assert len(joined(again(other, before), "records")) == 1


def test_a_component_is_recognised_when_only_its_surroundings_words_change():
    before = read(calendar("X-WR-CALNAME:Alt\n", event(1), ZONE))
    assert len(joined(again(calendar("X-WR-CALNAME:Neu\n", event(2), event(1), ZONE), before), "recognised")) == 1


def test_the_default_zone_belongs_to_what_a_component_means():
    data = calendar(event(1, zone="Nirgends"))
    known = sources_of(read(data)).get
    assert joined(read(data, ReadOptions(known=known, zone="Europe/London")), "recognised") == ()


@pytest.mark.shared
def test_the_corpus_is_read_alike_in_portions(calendar_files, part):
    for file in part(calendar_files):
        found = read(file.data, held=2000, components=3)
        assert_same(found, file.data)
        known = again(file.data, found)
        assert joined(known, "records") == (), file.path
        assert joined(known, "recognised") == joined(found, "sources"), file.path


@pytest.mark.slow
def test_a_large_calendar_takes_bounded_memory_and_linear_time(tmp_path):
    zone = ZONE.replace("Hausuhr", "Europe/Berlin").replace("+0117", "+0100")
    text = "".join(
        event(
            number,
            *(f"ATTENDEE;CN=Gast {number + guest}:mailto:g{number + guest}@schule.example" for guest in range(3)),
        )
        for number in range(1000)
    )
    program = tmp_path / "measure.py"
    program.write_text(
        textwrap.dedent(
            """
            import resource, sys, time
            from koschuso.interchange import ical
            with open(sys.argv[1], "rb") as file:
                next(ical.portions(file))
                start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                began = time.process_time()
                count = sum(len(portion.records) for portion in ical.portions(file))
                taken = time.process_time() - began
            print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) / 1024, taken)
            """
        )
    )
    found = []
    for times in (15, 75):
        path = tmp_path / f"{times}.ics"
        with path.open("w", encoding="utf-8") as file:
            file.write("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Beispiel//DE\n")
            for time in range(times):
                file.write(text.replace("UID:", f"UID:{time}-"))
            file.write(f"{zone}END:VCALENDAR\n")
        shown = subprocess.run(
            [sys.executable, program, path], capture_output=True, text=True, check=True, timeout=300
        ).stdout.split()
        assert int(shown[0]) == times * 4000
        found.append((path.stat().st_size / 2**20, float(shown[1]), float(shown[2])))
    (_, _, short), (size, memory, long) = found
    assert memory < size, "memory does not grow with the file but for a few bytes for each event"
    assert memory < 60
    assert long < short * 5 * 1.6
