"""ical.js, the parser of calendars in browsers and mail programs, reads all of what koschuso writes."""

import csv
import json
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import attrs
import icalendar
import pytest
from content_lines import components_of

from koschuso.interchange import ical, itip, vcard
from koschuso.model import Event, FuzzyDate, Participation, ParticipationStatus, Task, TimeSpan
from koschuso.testing.examples import full_records

pytestmark = [pytest.mark.slow, pytest.mark.programs]

SCRIPT = Path(__file__).parent / "ical_js.cjs"
DATES = frozenset(
    {"dtstart", "dtend", "due", "dtstamp", "created", "last-modified", "completed", "recurrence-id", "exdate", "rdate"}
)
TEXTS = frozenset({"uid", "summary", "location", "description", "fn", "note", "title", "email", "tel"})
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")


@pytest.fixture
def read(programs, tmp_path):
    """Gives what ical.js reads of files: the components of each, or the error that it ended with."""
    node = programs("ical.js")

    def ask(files):
        paths = []
        for number, data in enumerate(files):
            path = tmp_path / f"{number:05d}.txt"
            path.write_bytes(data)
            paths.append(str(path))
        done = subprocess.run(
            ["node", SCRIPT],
            input="\n".join(paths),
            env={**node.environment, "KOSCHUSO_PROGRAMS": str(node.folder.parent)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(files)
        return answers

    return ask


def moment(written):
    """A date or time as ical.js shows it."""
    year, month, day, hour, minute, second, utc = _MOMENT.fullmatch(written).groups()
    return f"{year}-{month}-{day}" if hour is None else f"{year}-{month}-{day}T{hour}:{minute}:{second}{utc}"


def zone(line):
    return next((value.strip('"') for name, value in line.parameters if name == "TZID"), "")


def expected(data):
    """What the file says, by a plain reader of its lines."""
    return [
        {
            "name": component.name.lower(),
            "depth": component.depth,
            "counts": component.counts,
            "dates": [
                [line.name.lower(), zone(line), *map(moment, line.value.split(","))]
                for line in component.lines
                if line.name.lower() in DATES and _MOMENT.match(line.value)
            ],
            "texts": [[line.name.lower(), line.text] for line in component.lines if line.name.lower() in TEXTS],
            "undecoded": [],
        }
        for component in components_of(data)
    ]


def told(answer):
    """What ical.js read; of cards without the dates, and with the semicolons that it leaves escaped in their texts."""
    assert "error" not in answer, answer["error"]
    return [
        {
            **component,
            "dates": [found for found in component["dates"] if found[0] in DATES],
            "texts": [
                [name, *(text.replace("\\;", ";") if component["name"] == "vcard" else text for text in texts)]
                for name, *texts in component["texts"]
            ],
        }
        for component in answer["components"]
    ]


def test_every_export_of_the_example_office_is_read_whole(read, demo):
    files = [(demo / name).read_bytes() for name in ("kalender.ics", "kontakte.vcf")]

    answers = read(files)

    for data, answer in zip(files, answers, strict=True):
        assert told(answer) == expected(data)
        assert len(answer["components"]) > 150


def test_records_with_every_field_and_odd_ones_are_read_whole(read, odd_events, odd_people, stamped):
    full = full_records()
    files = [
        ical.write(list(odd_events), stamped),
        ical.write([record for record in full if record.KIND in ical.FORMAT.kinds], stamped),
        *(
            vcard.write(
                [record for record in (*full, *odd_people) if record.KIND in vcard.FORMAT.kinds],
                stamped,
                version=version,
            )
            for version in ("3.0", "4.0")
        ),
    ]

    answers = read(files)

    for data, answer in zip(files, answers, strict=True):
        assert told(answer) == expected(data)


def messages():
    """A scheduling message of each method about a series, and those about a task."""
    series = Event(
        id="zirkel@odd.example",
        title="Qualitätszirkel: Übergänge; große, kleine Schritte",
        span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=3),
        recurrence=("RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE;TZID=Europe/Berlin:20251022T090000"),
        sequence=2,
    )
    one = itip.instance(series, datetime(2025, 10, 29, 9))
    eva = Participation(id="p-eva", event_id=series.id, name="Muster, Eva", email="eva@schule.example")
    ali = Participation(id="p-ali", event_id=series.id, name='Ali "Alex" Beispiel', email="ali@traeger.example")
    task = Task(id="bericht@odd.example", title="Bericht; kurz", begin=FuzzyDate.of(date(2025, 9, 1)))
    office = itip.CalendarUser(email="buero@kreis.example", name="Büro: Köster, Söhne")
    common = {"organiser": office, "stamp": datetime(2025, 9, 1, 8, tzinfo=UTC)}
    absent = {"status": ParticipationStatus.VERTRETEN}
    return {
        "PUBLISH": itip.publish(series, **common),
        "REQUEST": itip.request([series, one], [eva, ali], comment="Zeile 1\nZeile 2", **common),
        "REPLY": itip.reply(one, attrs.evolve(eva, **absent), delegate=ali, comment='Gern, mit "Rad"', **common),
        "ADD": itip.add(attrs.evolve(series, recurrence=()), [eva], to=series, **common),
        "CANCEL": itip.cancel([one], [eva, ali], **common),
        "REFRESH": itip.refresh(series, eva, **common),
        "COUNTER": itip.counter(series, eva, **common),
        "DECLINECOUNTER": itip.decline_counter(series, [eva], **common),
        "PUBLISH VTODO": itip.publish(task, **common),
        "REQUEST VTODO": itip.request(task, users=[office], **common),
        "CANCEL VTODO": itip.cancel(task, users=[office], **common),
    }


def test_scheduling_messages_are_read_whole(read):
    """Also by icalendar, with the parameters of those who are invited."""
    files = messages()

    answers = read(files.values())

    for (named, data), answer in zip(files.items(), answers, strict=True):
        method, _, component = named.partition(" ")
        assert told(answer) == expected(data)
        calendar = icalendar.Calendar.from_ical(data)
        assert calendar["METHOD"] == method
        (found, *_) = calendar.walk(component or "VEVENT")
        assert not found.errors
        assert found["ORGANIZER"] == "mailto:buero@kreis.example"
        assert found["ORGANIZER"].params["CN"] == "Büro: Köster, Söhne"
    reply = icalendar.Calendar.from_ical(files["REPLY"]).events[0]
    assert reply["ATTENDEE"].params["CN"] == "Muster, Eva"
    assert reply["ATTENDEE"].params["PARTSTAT"] == "DELEGATED"
    assert reply["ATTENDEE"].params["DELEGATED-TO"] == "mailto:ali@traeger.example"
    assert reply["COMMENT"] == 'Gern, mit "Rad"'
    assert icalendar.Calendar.from_ical(files["REQUEST"]).events[0]["COMMENT"] == "Zeile 1\nZeile 2"


def corpus(shared, kind):
    root = shared / "corpus"
    with (root / "INDEX.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == kind and row["expect"] == "ok"]
    return [(row["path"], (root / row["path"]).read_bytes()) for row in rows]


def names(answer):
    """The components of a file and how many properties of which name they have; zones aside, which we may add."""
    found = []
    zone_at = None
    for component in answer["components"]:
        if zone_at is not None and component["depth"] > zone_at:
            continue
        zone_at = component["depth"] if component["name"] == "vtimezone" else None
        if zone_at is None:
            found.append((component["name"], component["counts"], component["dates"], component["undecoded"]))
    return found


@pytest.mark.shared
def test_what_it_reads_of_a_real_calendar_it_reads_of_ours(read, shared):
    """Every calendar of the corpus that ical.js can read, read by us and written again into its own file."""
    files = corpus(shared, "ics")
    ours = [ical.write(ical.read(data)) for _, data in files]

    before, after = read([data for _, data in files]), read(ours)

    readable = [number for number, answer in enumerate(before) if "error" not in answer]
    assert len(readable) > 0.95 * len(files)
    failed = {files[number][0]: after[number]["error"] for number in readable if "error" in after[number]}
    assert failed == {}
    different = [files[number][0] for number in readable if names(before[number]) != names(after[number])]
    assert different == []


@pytest.mark.shared
@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_what_we_write_of_real_address_books_it_reads_whole(read, shared, version):
    """Every address book of the corpus that ical.js can read, read by us and written as new cards."""
    files = corpus(shared, "vcf")
    readable = [
        file for file, answer in zip(files, read([data for _, data in files]), strict=True) if "error" not in answer
    ]
    records = [(path, vcard.read(data).records) for path, data in readable]
    ours = [(path, vcard.write(found, version=version)) for path, found in records if found]

    answers = read([data for _, data in ours])

    assert len(ours) > 0.7 * len(files)
    failed = {path: answer["error"] for (path, _), answer in zip(ours, answers, strict=True) if "error" in answer}
    assert failed == {}
    different = [
        path
        for (path, data), answer in zip(ours, answers, strict=True)
        if [(one["name"], one["counts"]) for one in answer["components"]]
        != [(one.name.lower(), one.counts) for one in components_of(data)]
    ]
    assert different == []
    # kept as they came, and in forms that only older or newer cards know: 2018-01-25 in 4.0, a zone's name in 3.0
    assert {name for answer in answers for one in answer.get("components", ()) for name, _ in one["undecoded"]} <= {
        "bday",
        "rev",
        "tz",
    }
