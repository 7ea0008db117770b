"""Scheduling messages (RFC 5546): what each method says, and what it does to what an office holds."""

import re
import time
from datetime import UTC, date, datetime

import attrs
import icalendar
import invited_office
import pytest

from koschuso.errors import Refused, WrongUse
from koschuso.interchange import ical, itip
from koschuso.interchange.editions import calendar_edition, card_edition
from koschuso.interchange.itip.replying import last_answer
from koschuso.model import (
    Event,
    EventStatus,
    Organisation,
    Participation,
    ParticipationStatus,
    Person,
    Reading,
    Task,
    TaskStatus,
    TimeSpan,
)

OFFICE = itip.CalendarUser(email="buero@kreis.example", name="Koordinierungsstelle")
BASE = datetime(2025, 9, 1, 8, tzinfo=UTC)
EVENT = Event(
    id="fachtag@kreis.example",
    title="Fachtag: Übergänge, gemeinsam",
    span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=3),
    status=EventStatus.EINLADUNG,
    description="Wir freuen uns auf Sie.",
    organiser_ids=("amt",),
    partner_ids=("partner",),
    series_id="reihe",
)
SERIES = attrs.evolve(EVENT, id="zirkel@kreis.example", recurrence=("RRULE:FREQ=WEEKLY;COUNT=5",))
AMT = Organisation(id="amt", type="koordinierungsstelle", name="Amt", email="buero@kreis.example")
EVA = Participation(id="p-eva", event_id=EVENT.id, name="Eva Muster", email="eva@schule.example")
ALI = Participation(id="p-ali", event_id=EVENT.id, name="Ali Beispiel", email="ali@traeger.example")


class Store(invited_office.Store):
    """What an office holds."""

    def event(self, id_=EVENT.id):
        return self["event", id_]


def at(minutes):
    return BASE.replace(hour=8 + minutes // 60, minute=minutes % 60)


def rules(reading):
    return [finding.rule for finding in reading.findings if finding.rule.startswith("itip.")]


def lines(data):
    return ical.read(data).header and re.sub(r"\r\n[ \t]", "", data.decode()).split("\r\n")


def names(data, component="VEVENT"):
    text = re.sub(r"\r\n[ \t]", "", data.decode())
    inner = text.split(f"BEGIN:{component}\r\n", 1)[1].split(f"END:{component}", 1)[0]
    return [re.split("[;:]", line, maxsplit=1)[0] for line in inner.split("\r\n") if line]


def answer(status, who=EVA, event=EVENT, minutes=60, **more):
    participation = attrs.evolve(who, event_id=event.id, status=status)
    return itip.reply(event, participation, organiser=OFFICE, stamp=at(minutes), **more)


# -- what the methods say ----------------------------------------------------------------------------------------------


def every_method():
    one = itip.instance(SERIES, datetime(2025, 10, 22, 9))
    common = {"organiser": OFFICE, "stamp": BASE}
    return {
        "PUBLISH": itip.publish(EVENT, **common),
        "REQUEST": itip.request(EVENT, [EVA, ALI], **common),
        "REPLY": answer(ParticipationStatus.ANGEMELDET),
        "ADD": itip.add(EVENT, [EVA], to=SERIES, **common),
        "CANCEL": itip.cancel(one, [EVA, ALI], **common),
        "REFRESH": itip.refresh(EVENT, EVA, **common),
        "COUNTER": itip.counter(EVENT, EVA, **common),
        "DECLINECOUNTER": itip.decline_counter(EVENT, [EVA], comment="Leider nicht.", **common),
    }


@pytest.mark.parametrize("method", list(itip.Method))
def test_a_message_has_what_its_method_demands_and_nothing_that_it_forbids(method):
    data = every_method()[method]
    found = names(data)

    assert f"METHOD:{method}" in lines(data)
    assert itip.EVENT_RULES[method].demanded <= set(found)
    assert not itip.EVENT_RULES[method].forbidden & set(found)
    assert len(found) == len(set(found) | {"ATTENDEE"}) + max(found.count("ATTENDEE") - 1, 0) - (
        "ATTENDEE" not in found
    )


@pytest.mark.parametrize("method", list(itip.Method))
def test_a_message_is_read_by_others_and_says_who_invites(method):
    calendar = icalendar.Calendar.from_ical(every_method()[method])

    assert not calendar.errors
    assert calendar["METHOD"] == method
    (event,) = calendar.events
    assert event["ORGANIZER"] == "mailto:buero@kreis.example"
    if "DTSTART" in event:
        assert calendar.timezones[0]["TZID"] == "Europe/Berlin"
    else:
        assert not calendar.timezones


def test_an_invitation_holds_nothing_that_only_concerns_the_office():
    data = itip.request(
        attrs.evolve(EVENT, foreign=("X-KOSCHUSO-VERSENDET:1/abc",)),
        [
            attrs.evolve(
                EVA, registered_by="person-7", foreign=(f"ATTENDEE;CN=Eva;X-RESPONSE-COMMENT=krank:mailto:{EVA.email}",)
            )
        ],
        organiser=OFFICE,
        stamp=BASE,
    )

    for secret in (b"partner", b"reihe", b"person-7", b"VERSENDET", b"krank", b"X-KOSCHUSO-VERANSTALTER", b"p-eva"):
        assert secret not in data


def test_recorded_people_are_invited_at_their_own_address():
    from koschuso.model import Reference

    person = Person(id="eva-1", given_name="Eva", family_name="Muster", email="eva@schule.example")
    guest = attrs.evolve(EVA, name="", email="", person_id="eva-1")
    contacts = {Reference("person", "eva-1"): person}

    data = itip.request(EVENT, [guest], organiser=OFFICE, stamp=BASE, contacts=contacts)

    assert (
        "ATTENDEE;CN=Eva Muster;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:eva@schule.example"
        in lines(data)
    )
    with pytest.raises(Refused, match="ATTENDEE"):
        itip.request(EVENT, [guest], organiser=OFFICE, stamp=BASE)


def test_a_cancellation_of_some_names_only_them_and_leaves_the_event_as_it_is():
    data = itip.cancel(EVENT, [ALI], organiser=OFFICE, stamp=BASE, uninvite=True)

    assert data.count(b"ATTENDEE") == 1
    assert b"ali@traeger.example" in data
    assert "STATUS" not in names(data)
    assert "SEQUENCE:1" in lines(data)


def test_an_answer_names_exactly_one_attendee_even_when_it_names_a_substitute():
    data = answer(ParticipationStatus.VERTRETEN, delegate=ALI)
    (attendee,) = [line for line in lines(data) if line.startswith("ATTENDEE")]

    assert "PARTSTAT=DELEGATED" in attendee
    assert 'DELEGATED-TO="mailto:ali@traeger.example"' in attendee


def test_all_later_instances_are_meant_with_a_range():
    rest = itip.instance(SERIES, datetime(2025, 10, 29, 9), this_and_future=True)
    data = itip.cancel(rest, [attrs.evolve(EVA, event_id=SERIES.id)], organiser=OFFICE, stamp=BASE)

    assert "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20251029T090000" in lines(data)
    assert f"UID:{SERIES.id}" in lines(data)


def test_an_instance_is_found_from_another_zone_and_of_whole_days():
    days = attrs.evolve(SERIES, span=TimeSpan.days(date(2025, 10, 15)))

    assert itip.instance(SERIES, datetime(2025, 10, 22, 7, tzinfo=UTC)).id.endswith("#20251022T090000")
    assert itip.instance(days, date(2025, 10, 22)).occurrence_at == "RECURRENCE-ID;VALUE=DATE:20251022"


def test_a_task_is_assigned_and_withdrawn():
    task = Task(id="t-1", title="Bericht", status=TaskStatus.GEPLANT, due=None, begin=None)
    with pytest.raises(Refused, match="DTSTART"):
        itip.request(task, users=[OFFICE], organiser=OFFICE, stamp=BASE)
    from koschuso.model import FuzzyDate

    task = attrs.evolve(task, begin=FuzzyDate.of(date(2025, 9, 1)))
    user = itip.CalendarUser(email="eva@schule.example", name="Eva Muster")
    data = itip.request(task, users=[user], organiser=OFFICE, stamp=BASE)

    assert itip.TASK_RULES[itip.Method.REQUEST].demanded <= set(names(data, "VTODO"))
    office = Store()
    office.take(data)
    assert office["task", "t-1"].title == "Bericht"
    office.take(itip.cancel(task, users=[user], organiser=OFFICE, stamp=at(5)))
    assert office["task", "t-1"].status is TaskStatus.VERWORFEN
    with pytest.raises(WrongUse, match="REPLY"):
        itip.message(itip.Draft(method=itip.Method.REPLY, records=[task], organiser=OFFICE, stamp=BASE))


def test_what_cannot_be_sent_is_refused():
    with pytest.raises(WrongUse):
        itip.CalendarUser(email="eva@schule.example\r\nBcc: x@y.example")
    with pytest.raises(Refused, match="abgesagt"):
        itip.request(attrs.evolve(EVENT, status=EventStatus.ABGESAGT), [EVA], organiser=OFFICE, stamp=BASE)
    with pytest.raises(Refused, match="Idee"):
        itip.publish(attrs.evolve(EVENT, status=EventStatus.IDEE), organiser=OFFICE, stamp=BASE)
    with pytest.raises(WrongUse, match="mehreren"):
        itip.request([EVENT, SERIES], [EVA], organiser=OFFICE, stamp=BASE)
    with pytest.raises(WrongUse, match="ausgeladen"):
        itip.cancel(EVENT, organiser=OFFICE, stamp=BASE, uninvite=True)
    with pytest.raises(WrongUse, match="eingeladen"):
        itip.reply(EVENT, EVA, stamp=BASE)


def test_sequence_rises_for_time_recurrence_and_status_only():
    later = attrs.evolve(EVENT, span=TimeSpan.at(datetime(2025, 10, 16, 9), hours=3))

    assert itip.needs_new_sequence(EVENT, later)
    assert itip.needs_new_sequence(
        SERIES, attrs.evolve(SERIES, recurrence=(*SERIES.recurrence, "EXDATE:20251022T070000Z"))
    )
    assert itip.needs_new_sequence(EVENT, attrs.evolve(EVENT, status=EventStatus.GEPLANT))
    assert not itip.needs_new_sequence(EVENT, attrs.evolve(EVENT, title="Anders", description="Anders"))
    assert not itip.needs_new_sequence(EVENT, attrs.evolve(EVENT, status=EventStatus.ANMELDUNG_GESCHLOSSEN))


# -- RFC 5546, section 4: invitations and answers ------------------------------------------------------------------------


def inviting():
    return Store(EVENT, AMT, EVA, ALI)


@pytest.mark.parametrize(
    ("status", "partstat"),
    [
        (ParticipationStatus.ANGEMELDET, "ACCEPTED"),
        (ParticipationStatus.ABGEMELDET, "DECLINED"),
        (ParticipationStatus.VORLAEUFIG, "TENTATIVE"),
    ],
)
def test_an_answer_changes_the_one_participation_and_nothing_else(status, partstat):
    office = inviting()
    data = answer(status, comment='Gern,\nmit Rad; "bis" bald')
    assert f"PARTSTAT={partstat}".encode() in data.replace(b"\r\n ", b"")

    reading = office.take(data)

    assert [record.id for record in reading.records] == ["p-eva"]
    assert office["participation", "p-eva"].status is status
    assert office["participation", "p-ali"] == ALI
    assert office.event() == EVENT
    assert rules(reading) == ["itip.antwort_kommentar"]


def test_a_comment_and_the_time_of_an_answer_survive_every_export():
    office = inviting()
    office.take(answer(ParticipationStatus.ANGEMELDET, comment='Gern,\nmit "Rad"'))
    held = office["participation", "p-eva"]

    again = ical.read(ical.write([EVENT, held])).records[1]

    assert again == held
    assert last_answer(again) == (0, "20250901T090000")
    assert "X-RESPONSE-COMMENT=\"Gern,^nmit ^'Rad^'\"" in held.foreign[0]


def test_an_answer_without_a_time_is_read_as_one():
    office = inviting()
    reading = office.take(
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:fachtag@kreis.example\r\n"
        b"DTSTAMP:20250901T090000Z\r\nORGANIZER:MAILTO:Buero@Kreis.example\r\n"
        b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:EVA@schule.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )

    assert office["participation", "p-eva"].status is ParticipationStatus.ANGEMELDET
    assert all(finding.severity == "info" for finding in reading.findings)


def test_an_answer_of_a_recorded_person_is_found_by_the_address_of_the_person():
    person = Person(id="eva-1", given_name="Eva", family_name="Muster", email="eva@schule.example")
    linked = attrs.evolve(EVA, name="", email="", person_id="eva-1")
    office = Store(EVENT, AMT, linked, person)

    office.take(answer(ParticipationStatus.ANGEMELDET))

    assert office["participation", "p-eva"].status is ParticipationStatus.ANGEMELDET
    assert office["participation", "p-eva"].person_id == "eva-1"


def test_an_older_answer_changes_nothing():
    office = inviting()
    office.take(answer(ParticipationStatus.ABGEMELDET, minutes=90))
    reading = office.take(answer(ParticipationStatus.ANGEMELDET, minutes=60))

    assert office["participation", "p-eva"].status is ParticipationStatus.ABGEMELDET
    assert rules(reading) == ["itip.veraltet"]
    assert rules(office.take(answer(ParticipationStatus.ABGEMELDET, minutes=90))) == ["itip.bekannt"]


def test_an_answer_to_an_earlier_date_changes_nothing():
    office = inviting()
    office["event", EVENT.id] = attrs.evolve(EVENT, sequence=1)

    reading = office.take(answer(ParticipationStatus.ANGEMELDET))

    assert rules(reading) == ["itip.veraltet"]
    assert not reading.records


def test_a_stranger_is_told_about_and_not_entered():
    office = inviting()
    stranger = attrs.evolve(EVA, id="x", email="fremd@irgendwo.example", name="Fremd")

    reading = office.take(answer(ParticipationStatus.ANGEMELDET, stranger))

    assert rules(reading) == ["itip.fremde_antwort"]
    assert not reading.records
    assert "irgendwo" not in repr(reading.findings)


def test_who_delegates_is_represented_by_whom_they_name():
    office = inviting()
    deputy = Participation(id="d", event_id=EVENT.id, email="vertretung@schule.example")
    office.take(answer(ParticipationStatus.VERTRETEN, delegate=deputy))
    held = office["participation", "p-eva"]

    assert held.status is ParticipationStatus.VERTRETEN
    assert office["participation", held.substitute_id].email == "vertretung@schule.example"

    office.take(answer(ParticipationStatus.ANGEMELDET, deputy, minutes=70))
    assert office["participation", held.substitute_id].status is ParticipationStatus.ANGEMELDET


def test_a_substitute_may_answer_before_the_one_who_sends_them():
    office = inviting()
    deputy = Participation(id="d", event_id=EVENT.id, name="Vera Vertretung", email="vertretung@schule.example")
    early = (
        answer(ParticipationStatus.ANGEMELDET, deputy, minutes=70)
        .replace(b"PARTSTAT=ACCEPTED", b'PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:eva@schule.example"')
        .replace(b"\r\n ", b"")
    )
    assert rules(office.take(early)) == ["itip.vertretung"]

    office.take(answer(ParticipationStatus.VERTRETEN, delegate=deputy))

    held = office["participation", "p-eva"]
    assert office["participation", held.substitute_id].status is ParticipationStatus.ANGEMELDET


def test_the_waiting_list_is_left_only_by_declining():
    office = inviting()
    office["participation", "p-eva"] = attrs.evolve(EVA, status=ParticipationStatus.WARTELISTE, rank=3)

    reading = office.take(answer(ParticipationStatus.ANGEMELDET))
    assert rules(reading) == ["itip.antwort_warteliste"]
    assert office["participation", "p-eva"].rank == 3

    office.take(answer(ParticipationStatus.ABGEMELDET, minutes=80))
    assert office["participation", "p-eva"].status is ParticipationStatus.ABGEMELDET
    assert office["participation", "p-eva"].rank is None


def test_no_answer_says_who_was_there():
    office = inviting()
    claim = answer(ParticipationStatus.ANGEMELDET).replace(
        b"PARTSTAT=ACCEPTED", b"PARTSTAT=ACCEPTED;X-KOSCHUSO-STATUS=teilgenommen"
    )
    office.take(claim.replace(b"\r\n ", b""))
    assert office["participation", "p-eva"].status is ParticipationStatus.ANGEMELDET

    office["participation", "p-eva"] = attrs.evolve(EVA, status=ParticipationStatus.TEILGENOMMEN)
    reading = office.take(answer(ParticipationStatus.ABGEMELDET, minutes=99))
    assert rules(reading) == ["itip.antwort_zu_spaet"]
    assert office["participation", "p-eva"].status is ParticipationStatus.TEILGENOMMEN


def test_an_answer_to_one_instance_leaves_the_series_alone():
    guest = attrs.evolve(EVA, event_id=SERIES.id)
    office = Store(SERIES, AMT, guest)
    one = itip.instance(SERIES, datetime(2025, 10, 22, 9))
    data = itip.reply(
        one, attrs.evolve(guest, event_id=one.id, status=ParticipationStatus.ABGEMELDET), organiser=OFFICE, stamp=BASE
    )
    # Google and Exchange give the instance in UTC
    data = data.replace(b"RECURRENCE-ID;TZID=Europe/Berlin:20251022T090000", b"RECURRENCE-ID:20251022T070000Z")

    office.take(data)

    assert office["participation", "p-eva"].status is ParticipationStatus.EINGELADEN
    (absent,) = office.where("participation", "event_id", one.id)
    assert absent.status is ParticipationStatus.ABGEMELDET
    assert office.event(one.id).occurrence_of == SERIES.id
    assert rules(office.take(data)) == ["itip.bekannt"]


def test_an_answer_that_cannot_be_placed_is_refused():
    office = Store(AMT)
    assert rules(office.take(answer(ParticipationStatus.ANGEMELDET))) == ["itip.unbekannt"]
    office = inviting()
    other = answer(ParticipationStatus.ANGEMELDET).replace(b"mailto:buero@kreis", b"mailto:boese@kreis")
    assert rules(office.take(other)) == ["itip.anderer_veranstalter"]
    nobody = answer(ParticipationStatus.ANGEMELDET).replace(b"ATTENDEE", b"X-ATTENDEE")
    assert rules(office.take(nobody)) == ["itip.antwort_von_wem"]
    odd = answer(ParticipationStatus.ANGEMELDET).replace(b"PARTSTAT=ACCEPTED", b"PARTSTAT=X-MAYBE")
    assert rules(office.take(odd)) == ["itip.antwort_unverstaendlich"]
    assert [record for record in office.values() if record.KIND == "participation"] == [EVA, ALI]


# -- RFC 5546, section 4: updates, cancellations, proposals --------------------------------------------------------------


def invited():
    office = Store()
    office.take(itip.request(EVENT, [EVA, ALI], organiser=OFFICE, stamp=BASE))
    return office


def test_an_invitation_is_entered_with_all_who_are_invited():
    office = invited()

    assert office.event().title == EVENT.title
    assert len(office.where("participation", "event_id", EVENT.id)) == 2
    assert rules(office.take(itip.request(EVENT, [EVA, ALI], organiser=OFFICE, stamp=BASE))) == []
    assert len(office) == 3


def test_a_newer_invitation_updates_and_an_older_one_does_not():
    office = invited()
    later = attrs.evolve(EVENT, sequence=1, span=TimeSpan.at(datetime(2025, 10, 22, 9), hours=3))
    office.take(itip.request(later, [EVA], organiser=OFFICE, stamp=at(10)))
    assert office.event().span == later.span

    reading = office.take(itip.request(attrs.evolve(EVENT, title="Alt"), [EVA], organiser=OFFICE, stamp=at(20)))
    assert rules(reading) == ["itip.veraltet"]
    assert not reading.records

    office.take(itip.request(attrs.evolve(later, title="Neu"), [EVA], organiser=OFFICE, stamp=at(30)))
    assert office.event().title == "Neu"


def test_an_answer_given_here_stays_until_the_event_is_another():
    office = invited()
    (own,) = [who for who in office.where("participation", "event_id", EVENT.id) if who.email == EVA.email]
    office["participation", own.id] = attrs.evolve(own, status=ParticipationStatus.ANGEMELDET)

    office.take(itip.request(attrs.evolve(EVENT, title="Neu"), [EVA], organiser=OFFICE, stamp=at(10)))
    assert office["participation", own.id].status is ParticipationStatus.ANGEMELDET

    moved = attrs.evolve(EVENT, sequence=1, span=TimeSpan.at(datetime(2025, 10, 22, 9), hours=3))
    office.take(itip.request(moved, [EVA], organiser=OFFICE, stamp=at(20)))
    assert office["participation", own.id].status is ParticipationStatus.EINGELADEN


def test_a_cancellation_by_another_is_refused():
    office = invited()
    other = itip.CalendarUser(email="boese@irgendwo.example")
    for data in (
        itip.cancel(EVENT, [EVA], organiser=other, stamp=at(10)),
        itip.request(attrs.evolve(EVENT, sequence=9), [EVA], organiser=other, stamp=at(10)),
    ):
        reading = office.take(data)
        assert rules(reading) == ["itip.anderer_veranstalter"]
        assert reading.findings[0].severity == "fehler"
    assert office.event().status is EventStatus.EINLADUNG


def test_a_cancelled_event_is_cancelled_and_stays_so():
    office = invited()
    office.take(itip.cancel(EVENT, [EVA], organiser=OFFICE, stamp=at(10)))
    assert office.event().status is EventStatus.ABGESAGT
    assert office.event().title == EVENT.title

    assert rules(office.take(itip.request(EVENT, [EVA], organiser=OFFICE, stamp=at(20)))) == ["itip.veraltet"]
    assert office.event().status is EventStatus.ABGESAGT
    assert rules(office.take(itip.cancel(EVENT, [EVA], organiser=OFFICE, stamp=at(10)))) == ["itip.bekannt"]


def test_a_cancellation_without_a_time_and_of_what_took_place():
    office = invited()
    bare = (
        b"BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nUID:fachtag@kreis.example\nDTSTAMP:20250902T080000Z\n"
        b"SEQUENCE:1\nORGANIZER:mailto:buero@kreis.example\nATTENDEE:mailto:eva@schule.example\n"
        b"STATUS:CANCELLED\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    kept = dict(office)
    assert rules(office.take(bare)) == []
    assert office.event().status is EventStatus.ABGESAGT

    office.update(kept)
    office["event", EVENT.id] = attrs.evolve(office.event(), status=EventStatus.DURCHGEFUEHRT)
    assert rules(office.take(bare)) == ["itip.absage_zu_spaet"]
    assert office.event().status is EventStatus.DURCHGEFUEHRT


def test_one_instance_is_cancelled_as_an_exception():
    office = Store()
    guest = attrs.evolve(EVA, event_id=SERIES.id)
    office.take(itip.request(SERIES, [guest], organiser=OFFICE, stamp=BASE))
    one = itip.instance(SERIES, datetime(2025, 10, 22, 9))

    office.take(itip.cancel(one, [guest], organiser=OFFICE, stamp=at(10)))

    assert office.event(SERIES.id).status is EventStatus.EINLADUNG
    assert office.event(one.id).status is EventStatus.ABGESAGT
    assert office.event(one.id).occurrence_at == one.occurrence_at
    written = ical.write([office.event(SERIES.id), office.event(one.id)])
    assert [event["STATUS"] for event in icalendar.Calendar.from_ical(written).events] == ["CONFIRMED", "CANCELLED"]

    office.take(itip.cancel(SERIES, [guest], organiser=OFFICE, stamp=at(20)))
    assert office.event(SERIES.id).status is EventStatus.ABGESAGT


def test_an_instance_that_the_series_does_not_have_is_refused():
    guest = attrs.evolve(EVA, event_id=SERIES.id)
    office = Store(SERIES, AMT, guest)
    for none in (datetime(2025, 10, 23, 9), datetime(2025, 10, 22, 10), datetime(2026, 10, 21, 9)):
        one = itip.instance(SERIES, none)
        for data in (
            itip.cancel(one, [guest], organiser=OFFICE, stamp=BASE),
            itip.reply(one, attrs.evolve(guest, event_id=one.id), organiser=OFFICE, stamp=BASE),
        ):
            assert rules(office.take(data)) == ["itip.instanz_unbekannt"]
    assert len(office) == 3


def test_a_cancelled_series_cancels_its_exceptions():
    moved = attrs.evolve(
        itip.instance(SERIES, datetime(2025, 10, 22, 9)), span=TimeSpan.at(datetime(2025, 10, 23, 9), hours=3)
    )
    guest = attrs.evolve(EVA, event_id=SERIES.id)
    office = Store()
    office.take(itip.request([SERIES, moved], [guest], organiser=OFFICE, stamp=BASE))
    assert office.event(moved.id).span == moved.span

    office.take(itip.cancel(SERIES, [guest], organiser=OFFICE, stamp=at(10)))

    assert office.event(moved.id).status is EventStatus.ABGESAGT


def test_who_is_uninvited_no_longer_takes_part():
    office = invited()
    office.take(itip.cancel(EVENT, [ALI], organiser=OFFICE, stamp=at(10), uninvite=True))

    by_mail = {who.email: who.status for who in office.where("participation", "event_id", EVENT.id)}
    assert by_mail == {EVA.email: ParticipationStatus.EINGELADEN, ALI.email: ParticipationStatus.ABGEMELDET}
    assert office.event().status is EventStatus.EINLADUNG
    gone = attrs.evolve(ALI, email="weg@traeger.example")
    reading = office.take(itip.cancel(EVENT, [gone], organiser=OFFICE, stamp=at(20), uninvite=True))
    assert rules(reading) == ["itip.ausladung_unbekannt"]


def test_an_added_date_joins_the_series():
    guest = attrs.evolve(EVA, event_id=SERIES.id)
    office = Store()
    office.take(itip.request(SERIES, [guest], organiser=OFFICE, stamp=BASE))
    extra = attrs.evolve(SERIES, span=TimeSpan.at(datetime(2025, 12, 3, 9), hours=3))
    elsewhere = attrs.evolve(SERIES, title="Abschluss", span=TimeSpan.at(datetime(2025, 12, 10, 18), hours=2))

    data = itip.add(extra, [guest], to=SERIES, organiser=OFFICE, stamp=at(10))
    office.take(data)
    assert office.event(SERIES.id).recurrence[-1] == "RDATE;TZID=Europe/Berlin:20251203T090000"
    assert rules(office.take(data)) == ["itip.bekannt"]

    office.take(itip.add(elsewhere, [guest], to=attrs.evolve(SERIES, sequence=1), organiser=OFFICE, stamp=at(20)))
    exception = office.event(f"{SERIES.id}#20251210T180000")
    assert (exception.title, exception.span.duration.seconds) == ("Abschluss", 7200)

    late = itip.add(
        attrs.evolve(extra, span=TimeSpan.at(datetime(2026, 1, 7, 9), hours=3)),
        [guest],
        to=attrs.evolve(SERIES, sequence=6),
        organiser=OFFICE,
        stamp=at(30),
    )
    assert rules(office.take(late)) == ["itip.luecke"]


def test_a_proposal_and_a_request_for_news_change_nothing_and_are_told():
    office = inviting()
    proposed = attrs.evolve(EVENT, span=TimeSpan.at(datetime(2025, 10, 16, 14), hours=2))
    before = dict(office)

    reading = office.take(itip.counter(proposed, EVA, organiser=OFFICE, stamp=BASE, comment="Da kann ich."))
    assert rules(reading) == ["itip.gegenvorschlag"]
    assert "p-eva" in reading.findings[0].message
    assert "16.10.2025, 14:00–16:00 Uhr" in reading.findings[0].message
    assert rules(office.take(itip.refresh(EVENT, EVA, organiser=OFFICE, stamp=BASE))) == ["itip.bitte_um_stand"]
    assert rules(office.take(itip.decline_counter(EVENT, [EVA], organiser=OFFICE, stamp=BASE))) == [
        "itip.gegenvorschlag_abgelehnt"
    ]
    assert office == before


def test_a_published_calendar_asks_for_nothing():
    reading = ical.read(itip.publish([EVENT, SERIES], organiser=OFFICE, stamp=BASE))

    assert ical.FORMAT.apply(reading, Store()) is reading


def test_a_published_part_of_a_message_is_not_taken_when_it_is_older():
    office = Store()
    office.take(itip.request(attrs.evolve(EVENT, sequence=2, title="Neu"), [EVA], organiser=OFFICE, stamp=at(5)))
    both = itip.publish(EVENT, organiser=OFFICE, stamp=BASE) + itip.refresh(EVENT, EVA, organiser=OFFICE, stamp=BASE)

    assert rules(office.take(both)) == ["itip.veraltet", "itip.bitte_um_stand"]
    assert office.event().title == "Neu"


def test_what_is_no_message_comes_back_as_it_is():
    reading = ical.read(ical.write([EVENT, EVA]))

    assert ical.FORMAT.apply(reading, Store()) is reading
    assert itip.apply(Reading(), lambda _kind, _id: None) == Reading()


def test_a_method_that_nobody_knows_makes_an_ordinary_calendar():
    data = itip.publish(EVENT, organiser=OFFICE, stamp=BASE).replace(b"METHOD:PUBLISH", b"METHOD:X-BUY")
    reading = Store().take(data)

    assert rules(reading) == ["itip.methode_unbekannt"]
    assert [record.id for record in reading.records] == [EVENT.id]


def test_an_invitation_without_uid_is_not_lost():
    data = itip.request(EVENT, [EVA], organiser=OFFICE, stamp=BASE).replace(b"UID:", b"X-UID:")
    office = Store()
    office.take(data)
    assert [record.title for record in office.values() if record.KIND == "event"] == [EVENT.title]
    assert len(office) == 2


@pytest.mark.parametrize(
    "text",
    [
        "METHOD:REPLY\nBEGIN:VEVENT\nEND:VEVENT",
        "METHOD:CANCEL\nBEGIN:VEVENT\nUID:zirkel@kreis.example\nSEQUENCE:5\nRECURRENCE-ID:99991231T235959Z\nEND:VEVENT",
        "METHOD:CANCEL\nBEGIN:VEVENT\nUID:zirkel@kreis.example\nSEQUENCE:5\nRECURRENCE-ID;RANGE=THISANDFUTURE:00010101\nEND:VEVENT",
        'METHOD:REPLY\nBEGIN:VEVENT\nUID:zirkel@kreis.example\nATTENDEE;DELEGATED-TO=":::PARTSTAT=DELEGATED:x\nEND:VEVENT',
        "METHOD:REQUEST\nBEGIN:VEVENT\nUID:zirkel@kreis.example\nSEQUENCE:99999999999999\nDTSTART:morgen\nEND:VEVENT",
        "METHOD:ADD\nBEGIN:VEVENT\nUID:zirkel@kreis.example\nSEQUENCE:7\nDTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY\nEND:VEVENT",
        "METHOD:COUNTER\nMETHOD:REPLY\nBEGIN:VTODO\nUID:a\nEND:VTODO\nBEGIN:VFREEBUSY\nEND:VFREEBUSY",
    ],
)
def test_a_damaged_message_ends_in_findings_and_changes_nothing_it_should_not(text):
    office = Store(SERIES, attrs.evolve(EVA, event_id=SERIES.id), AMT)
    reading = office.take(f"BEGIN:VCALENDAR\n{text}\nEND:VCALENDAR\n".encode())

    assert reading.findings or reading.left_out
    assert office.event(SERIES.id).status is EventStatus.EINLADUNG


def test_time_is_linear_in_the_number_of_people():
    def spent(count):
        people = [attrs.evolve(EVA, id=f"p{number}", email=f"e{number}@schule.example") for number in range(count)]
        office = Store()
        office.take(itip.request(EVENT, people, organiser=OFFICE, stamp=BASE))
        update = ical.read(itip.request(attrs.evolve(EVENT, sequence=1), people, organiser=OFFICE, stamp=at(5)))
        started = time.process_time()
        applied = ical.FORMAT.apply(update, office)
        assert len(applied.records) == count + 1
        return time.process_time() - started

    spent(10)
    # Once is enough: a busy machine may spoil a comparison, but never makes sixteen times out of four look like four.
    assert any(spent(800) < 12 * max(spent(200), 0.005) for _ in range(3))


# -- editions ------------------------------------------------------------------------------------------------------------


def test_the_edition_of_a_record_is_what_its_own_lines_say():
    zone = ("BEGIN:VTIMEZONE", "TZID:X", "LAST-MODIFIED:20300101T000000Z", "END:VTIMEZONE")
    assert calendar_edition(attrs.evolve(EVENT, foreign=(*zone, "DTSTAMP:20250901T080000Z"))) == (0, "20250901T080000")
    told = attrs.evolve(EVENT, sequence=3, foreign=("DTSTAMP:20250901T080000Z", "LAST-MODIFIED;X=1:20240101T000000Z"))
    assert calendar_edition(told) == (3, "20240101T000000")
    assert calendar_edition(EVENT) is None
    assert calendar_edition(EVA) is None


@pytest.mark.parametrize(
    ("line", "edition"),
    [
        ("REV:20250901T080000Z", "20250901T080000"),
        ("REV;VALUE=timestamp:2025-09-01T08:00:00.123Z", "20250901T080000"),
        ("rev:2025-09-01", "20250901T000000"),
        ("REV:2025-09-01T10:00:00+02:00", "20250901T080000"),
        ("REV:gestern", None),
        ("NOTE:REV:20250901T080000Z", None),
    ],
)
def test_the_edition_of_a_card_is_its_revision(line, edition):
    assert card_edition(Person(id="p", family_name="Muster", foreign=(line,))) == edition
