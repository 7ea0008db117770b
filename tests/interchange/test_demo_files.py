"""What the example office hands out, read by other programs' libraries."""

from datetime import UTC, datetime

import icalendar
import pytest
import vobject

from koschuso import Office
from koschuso.model import Committee, Event, Organisation, Person, Publication

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:vobject")


@pytest.fixture(scope="module")
def office(example):
    with Office.open(example) as opened:
        yield opened


@pytest.fixture(scope="module")
def calendar(example):
    return (example / "kalender.ics").read_bytes()


def expected_events(office):
    return {
        event.id: (event.title, event.span.begin if event.span.all_day else event.span.begin_instant())
        for event in office.records(Event)
        if event.span is not None and event.status not in {"idee", "verworfen"}
    }


def instant(value):
    return value.astimezone(UTC) if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def test_icalendar_reads_the_same_events_at_the_same_instants(office, calendar):
    found = {
        str(event["UID"]): (str(event["SUMMARY"]), instant(event["DTSTART"].dt))
        for event in icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    }

    assert found == expected_events(office)


def test_vobject_reads_the_same_events_at_the_same_instants(office, calendar):
    (component,) = vobject.readComponents(calendar.decode())
    found = {event.uid.value: (event.summary.value, instant(event.dtstart.value)) for event in component.vevent_list}

    assert found == expected_events(office)


def test_every_zone_that_is_used_is_declared(calendar):
    parsed = icalendar.Calendar.from_ical(calendar)
    declared = {str(zone["TZID"]) for zone in parsed.walk("VTIMEZONE")}
    used = {
        str(event[name].params["TZID"])
        for event in parsed.walk("VEVENT")
        for name in ("DTSTART", "DTEND")
        if name in event and "TZID" in event[name].params
    }

    assert used == declared == {"Europe/Berlin"}


def test_vobject_reads_the_same_people_and_bodies(office, example):
    text = (example / "kontakte.vcf").read_text(encoding="utf-8")
    found = {card.uid.value: card.fn.value for card in vobject.readComponents(text)}
    people = {person.id: person.name for person in office.records(Person)}
    bodies = {body.id: body.name for kind in (Organisation, Committee) for body in office.records(kind)}

    assert {key: name for key, name in found.items() if key in bodies} == bodies
    # Who may not be in the office's list of contacts (nobody without a legal basis) is not in the file.
    assert {key: name for key, name in found.items() if key not in bodies}.items() <= people.items()
    assert len(found) > 200


def test_mails_and_phones_of_people_arrive(office, example):
    cards = {
        card.uid.value: card for card in vobject.readComponents((example / "kontakte.vcf").read_text(encoding="utf-8"))
    }
    with_mail = [person for person in office.records(Person) if person.email and person.id in cards]

    assert with_mail
    for person in with_mail:
        assert cards[person.id].email.value == person.email


def test_importing_the_own_files_changes_nothing(office, example):
    for name in ("kalender.ics", "kontakte.vcf"):
        result = office.import_file(example / name, dry_run=True)
        assert (result.created, result.updated, result.refused) == ((), (), ()), name


def test_the_public_files_hold_nobody_who_did_not_agree_and_no_private_field(office, tmp_path):
    """DS-07, DS-08, DS-09."""
    calendar = office.export(tmp_path / "oeffentlich.ics", audience="oeffentlich").path.read_text(encoding="utf-8")
    cards = office.export(tmp_path / "oeffentlich.vcf", audience="oeffentlich").path.read_text(encoding="utf-8")
    calendar, cards = (text.replace("\r\n ", "") for text in (calendar, cards))

    assert "ATTENDEE" not in calendar
    people = list(office.records(Person))
    # A functional mailbox is shared: it may stand at a colleague who agreed.
    shown = {person.email for person in people if person.publication is Publication.NAME_DIENSTLICH}
    for person in people:
        if person.publication is not Publication.NAME_DIENSTLICH:
            assert person.family_name not in calendar
            assert person.name not in cards
            assert not person.email or person.email in shown or person.email not in cards
    for word in ("BEFRIST", "ENTGELT", "EINWILLIG", "RECHTSGRUNDLAGE", "PAUSIERT", "VEROEFFENTLICHUNG"):
        assert word not in cards.upper()
