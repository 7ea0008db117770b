"""khal takes over our calendars and lists the same events."""

import json
import zipfile
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from koschuso import Office
from koschuso.interchange import ical
from koschuso.interchange.one_per_file import ICAL_ZIP
from koschuso.model import Event

pytestmark = [pytest.mark.slow, pytest.mark.programs]

BERLIN = ZoneInfo("Europe/Berlin")
CONFIG = """
[calendars]
[[office]]
path = {calendar}
[locale]
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = office
[sqlite]
path = {cache}
"""
FIELDS = ("uid", "title", "start-long", "end-long", "location", "description", "status", "all-day")


@pytest.fixture
def listed(programs):
    """Gives what khal lists of a calendar file, and how many files it made of it."""
    khal = programs("khal")

    def read(file):
        calendar = khal.home / "calendar"
        config = khal.home / "khal.conf"
        config.write_text(CONFIG.format(calendar=calendar, cache=khal.home / "khal.db"), encoding="utf-8")
        if file.suffix == ".zip":
            # a folder with a file for each event is what khal keeps; nothing has to be imported
            with zipfile.ZipFile(file) as archive:
                archive.extractall(calendar)
        else:
            calendar.mkdir()
            khal.run("-c", config, "import", "--batch", file)
        fields = [part for name in FIELDS for part in ("--json", name)]
        text = khal.run("-c", config, "list", *fields, "2015-01-01", "5000d")
        # an event of several days is listed on each of them
        days = [event for line in text.splitlines() for event in json.loads(line)]
        found = list({(event["uid"], event["start-long"], event["end-long"]): event for event in days}.values())
        # tasks have files of their own in the folder, and are no events
        return found, sum(b"BEGIN:VEVENT" in path.read_bytes() for path in calendar.glob("*.ics"))

    return read


def wall(event):
    span = event.span
    if span.all_day:
        return f"{span.begin:%Y-%m-%d}", f"{span.end - timedelta(days=1):%Y-%m-%d}"
    begin, end = (moment.astimezone(BERLIN) for moment in (span.begin_instant(), span.end_instant()))
    return f"{begin:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}"


def one_line(text):
    """Blanks at the ends are not listed."""
    return text.replace("\r\n", "\n").strip()


@pytest.mark.parametrize("name", ["kalender.ics", "kalender.ics.zip"])
def test_khal_lists_every_event_of_the_example_office(listed, demo, office, tmp_path, name):
    file = demo / name
    if name.endswith(".zip"):
        file = tmp_path / name
        office.export(file)
    events = [
        event for event in office.records(Event) if event.span is not None and event.status not in {"idee", "verworfen"}
    ]
    expected = Counter(
        (
            event.id,
            one_line(event.title),
            *wall(event),
            one_line(str(event.location or "")),
            one_line(event.description),
        )
        for event in events
    )

    found, files = listed(file)

    assert files == len(events) > 100
    assert (
        Counter(
            (
                event["uid"],
                event["title"],
                event["start-long"],
                event["end-long"],
                event["location"],
                event["description"],
            )
            for event in found
        )
        == expected
    )


@pytest.mark.parametrize("suffix", [".ics", ".ics.zip"])
def test_khal_lists_every_occurrence_with_its_exceptions(listed, tmp_path, odd_events, stamped, suffix):
    write = ical.writing if suffix == ".ics" else ICAL_ZIP.write
    file = tmp_path / f"odd{suffix}"
    file.write_bytes(write(list(odd_events), stamped).data)
    expected = Counter(
        (event.id, begin, end) for event, occurrences in odd_events.items() for begin, end in occurrences
    )

    found, files = listed(file)

    assert Counter((event["uid"], event["start-long"], event["end-long"]) for event in found) == expected
    assert files == len({event.occurrence_of or event.id for event in odd_events})


def test_khal_shows_texts_places_and_states_as_they_are(listed, tmp_path, odd_events, stamped):
    file = tmp_path / "odd.ics"
    file.write_bytes(ical.writing(list(odd_events), stamped).data)
    plain = {event.id: event for event in odd_events if not event.recurrence and not event.occurrence_of}

    found, _ = listed(file)

    shown = {event["uid"]: event for event in found}
    for uid, event in plain.items():
        assert shown[uid]["title"] == one_line(event.title)
        assert shown[uid]["description"] == one_line(event.description)
        assert shown[uid]["location"] == one_line(str(event.location or ""))
        assert shown[uid]["all-day"] == str(event.span.all_day)
    assert shown["abgesagt@odd.example"]["status"] == "CANCELLED"
    series = [(event["title"], event["location"]) for event in found if event["uid"] == "reihe-1@odd.example"]
    assert Counter(series) == {
        ("Qualitätszirkel: Übergänge; große, kleine Schritte", "Gesamtschule Süd, Raum 1.07; Anbau"): 4,
        ("Qualitätszirkel (verlegt)", ""): 1,
    }


def test_khal_shows_a_feed_of_the_office_as_any_calendar(listed, tmp_path, odd_events):
    file = tmp_path / "feed.ics"
    with Office.init(tmp_path / "office", name="Muster", ags="05974") as own:
        own.save(*odd_events)
        own.feed(file, audience="intern")
    expected = Counter(
        (event.id, begin, end) for event, occurrences in odd_events.items() for begin, end in occurrences
    )

    found, _ = listed(file)

    assert Counter((event["uid"], event["start-long"], event["end-long"]) for event in found) == expected
