"""Messages of an office: who is written to, what they learn, and what the office remembers of it."""

import email
import email.policy
from datetime import UTC, date, datetime
from decimal import Decimal

import attrs
import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.errors import NotFound, Refused, WrongUse
from koschuso.interchange import ical, imip, itip
from koschuso.model import (
    Event,
    EventStatus,
    LegalBasis,
    Organisation,
    Participation,
    ParticipationStatus,
    Person,
    TimeSpan,
    Visibility,
)
from koschuso.office.taking_in.holdings import StoredRecords

STAMP = datetime(2025, 9, 1, 8, tzinfo=UTC)
AMT = Organisation(id="amt", type="koordinierungsstelle", name="Koordinierungsstelle", email="buero@kreis.example")
EVENT = Event(
    id="fachtag-1",
    title="Fachtag",
    span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=3),
    status=EventStatus.EINLADUNG,
    visibility=Visibility.NETZWERK,
    organiser_ids=("amt",),
    minutes_reference="Ordner 7",
)
EVA = Person(
    id="eva",
    given_name="Eva",
    family_name="Muster",
    email="eva@schule.example",
    legal_bases=(
        LegalBasis(purpose="veranstaltung", basis="einwilligung"),
        LegalBasis(purpose="veranstaltung", basis="vertrag"),
    ),
)
PEOPLE = (
    Participation(id="t-eva", event_id=EVENT.id, person_id="eva"),
    Participation(id="t-ali", event_id=EVENT.id, name="Ali Beispiel", email="ali@traeger.example"),
    Participation(
        id="t-weg",
        event_id=EVENT.id,
        name="Ina Fort",
        email="ina@traeger.example",
        status=ParticipationStatus.ABGEMELDET,
    ),
    Participation(id="t-ohne", event_id=EVENT.id, name="Ohne Adresse"),
)


@pytest.fixture
def office(tmp_path):
    with Office.init(tmp_path / "buero", name="Muster", ags="05974") as opened:
        opened.save(AMT, EVENT, EVA, *PEOPLE)
        yield opened


def parts(mail):
    parsed = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    return parsed, imip.calendar_of(mail.as_bytes()).replace(b"\r\n ", b"").decode()


def invite(office, **more):
    return office.messages(EVENT.id, stamp=STAMP, **more)


def test_everybody_gets_a_mail_in_which_nobody_else_is_named(office):
    result = invite(office)

    assert [str(mail["To"]) for mail in result.mails] == ["ali@traeger.example", "eva@schule.example"]
    for mail, other in zip(result.mails, (b"eva@schule", b"ali@traeger"), strict=True):
        assert imip.problems(mail) == ()
        assert other not in mail.as_bytes()
        assert other.decode() not in parts(mail)[1]
    assert [finding.rule for finding in result.omitted] == ["nachricht.ohne_adresse"]


def test_all_see_all_only_on_request(office):
    (mail,) = invite(office, show_attendees=True).mails

    assert parts(mail)[1].count("ATTENDEE") == 2
    assert imip.problems(mail) == ()


def test_an_invitation_says_what_the_network_may_see(office):
    office.save(
        attrs.evolve(EVENT, description="Programm folgt", budget=Decimal(5), foreign=("X-GEHEIM:1", "COMMENT:intern"))
    )
    mail, calendar = parts(invite(office).mails[0])

    for secret in ("GEHEIM", "intern", "Ordner 7", "t-eva", "t-ali"):
        assert secret not in calendar
    assert "Programm folgt" in calendar
    assert mail["From"] == "Koordinierungsstelle <buero@kreis.example>"


def test_an_event_that_only_the_office_may_see_is_not_sent(office):
    office.save(attrs.evolve(EVENT, visibility=Visibility.INTERN))

    with pytest.raises(Refused, match="intern"):
        invite(office)


def test_people_without_a_basis_are_not_written_to(office):
    office.save(attrs.evolve(EVA, legal_bases=()))

    result = invite(office)
    assert [str(mail["To"]) for mail in result.mails] == ["ali@traeger.example"]
    assert {finding.rule for finding in result.omitted} == {"nachricht.ohne_rechtsgrundlage", "nachricht.ohne_adresse"}
    with pytest.raises(Refused, match="DS-05"):
        invite(office, people=["t-eva"])


def test_sequence_rises_when_what_matters_has_changed(office):
    assert invite(office).sequence == 0
    assert invite(office).sequence == 0

    event = office.get(Event, EVENT.id)
    office.save(attrs.evolve(event, title="Großer Fachtag"))
    assert invite(office).sequence == 0

    office.save(attrs.evolve(office.get(Event, EVENT.id), span=TimeSpan.at(datetime(2025, 10, 16, 9), hours=3)))
    assert invite(office).sequence == 1
    assert office.get(Event, EVENT.id).sequence == 1

    cancelled = invite(office, method="CANCEL")
    assert cancelled.sequence == 2
    assert office.get(Event, EVENT.id).status is EventStatus.ABGESAGT
    assert invite(office, method="CANCEL").sequence == 2
    with pytest.raises(Refused, match="abgesagt"):
        invite(office)


def test_what_is_remembered_stays_in_the_office(office, tmp_path):
    invite(office)
    office.save(attrs.evolve(office.get(Event, EVENT.id), visibility=Visibility.OEFFENTLICH))

    assert any("VERSENDET" in entry for entry in office.get(Event, EVENT.id).foreign)
    for audience in ("netzwerk", "oeffentlich"):
        office.export(tmp_path / "termine.ics", audience=audience)
        assert b"VERSENDET" not in (tmp_path / "termine.ics").read_bytes()
    office.export(tmp_path / "termine.ics")
    again = ical.read((tmp_path / "termine.ics").read_bytes()).records[0]
    kept = [entry for entry in office.get(Event, EVENT.id).foreign if "VERSENDET" in entry]
    assert [entry for entry in again.foreign if "VERSENDET" in entry] == kept


def test_who_is_uninvited_is_told_and_noted(office):
    result = invite(office, method="CANCEL", people=["ali@traeger.example"], uninvite=True, comment="Zu voll.")
    (mail,) = result.mails

    assert "STATUS" not in parts(mail)[1]
    assert "Zu voll." in parts(mail)[1]
    assert office.get(Participation, "t-ali").status is ParticipationStatus.ABGEMELDET
    assert office.get(Event, EVENT.id).status is EventStatus.EINLADUNG
    with pytest.raises(WrongUse, match="ausgeladen"):
        invite(office, method="CANCEL", uninvite=True)


def test_the_office_answers_an_invitation_of_others(office):
    other = itip.CalendarUser(email="einladung@land.example")
    theirs = Event(
        id="tagung", title="Tagung", span=TimeSpan.at(datetime(2025, 11, 5, 10), hours=2), status=EventStatus.EINLADUNG
    )
    me = Participation(id="x", event_id="tagung", name="Eva Muster", email="eva@schule.example")
    reading = ical.FORMAT.apply(
        ical.read(itip.request(theirs, [me], organiser=other, stamp=STAMP)), StoredRecords(office.store)
    )
    office.save(*reading.records)

    (mail,) = office.messages(
        "tagung", method="REPLY", people=["eva@schule.example"], answer=ParticipationStatus.ANGEMELDET, stamp=STAMP
    ).mails

    assert (str(mail["To"]), str(mail["Subject"])) == ("einladung@land.example", "Zusage: Tagung")
    assert "PARTSTAT=ACCEPTED" in parts(mail)[1]
    (own,) = StoredRecords(office.store).where("participation", "event_id", "tagung")
    assert own.status is ParticipationStatus.ANGEMELDET
    with pytest.raises(Refused, match="andere Stelle"):
        office.messages("tagung")
    (mail,) = office.messages("tagung", method="REFRESH", people=[own.id], stamp=STAMP).mails
    assert mail["Subject"] == "Bitte um den aktuellen Stand: Tagung"


def test_nobody_invites_to_the_offices_own_events_but_the_office(office):
    data = imip.calendar_of(invite(office).mails[0].as_bytes())
    forged = data.replace(b"SEQUENCE:0", b"SEQUENCE:9").replace(b"SUMMARY:Fachtag", b"SUMMARY:Anders")

    reading = ical.FORMAT.apply(ical.read(forged), StoredRecords(office.store))

    assert [finding.rule for finding in reading.findings] == ["itip.eigene"]
    assert reading.records == ()


def test_an_answer_to_the_mail_finds_its_participation(office):
    mails = invite(office).mails
    event = ical.read(imip.calendar_of(mails[1].as_bytes())).records[0]
    reply = itip.reply(
        event,
        Participation(id="x", event_id=event.id, email="eva@schule.example", status=ParticipationStatus.ANGEMELDET),
        stamp=STAMP,
    )

    reading = imip.FORMAT.apply(
        imip.FORMAT.read(imip.message(reply, sender="eva@schule.example").as_bytes(), None), StoredRecords(office.store)
    )

    (changed,) = reading.records
    assert (changed.id, changed.person_id, changed.status) == ("t-eva", "eva", ParticipationStatus.ANGEMELDET)
    assert reading.findings == ()


def test_wrong_requests_are_refused(office):
    with pytest.raises(NotFound):
        office.messages("gibt-es-nicht")
    with pytest.raises(NotFound, match=r"1\. genannte"):
        invite(office, people=["wer@anders.example"])
    with pytest.raises(WrongUse, match="PUBLISH"):
        invite(office, method="PUBLISH")
    with pytest.raises(WrongUse, match="eine Person"):
        invite(office, method="REPLY")
    office.save(attrs.evolve(AMT, email=""))
    with pytest.raises(WrongUse, match="--sender"):
        invite(office)
    assert invite(office, sender="stelle@kreis.example").mails


def test_whole_days_are_told_as_days(office):
    office.save(attrs.evolve(EVENT, span=TimeSpan.days(date(2025, 10, 15))))

    assert "Wann: 15.10.2025" in parts(invite(office).mails[0])[0].get_body(("plain",)).get_content()


# -- the command -----------------------------------------------------------------------------------------------------------


def test_the_command_writes_one_file_for_each_mail(office, tmp_path, capsys):
    office.close()
    place = ["--buero", str(tmp_path / "buero")]
    target = tmp_path / "einladung.eml"

    assert main(["message", EVENT.id, "-o", str(target), *place]) == 0
    out = capsys.readouterr().out
    assert "einladung-1.eml: bereit zum Verschicken." in out
    assert "1 Teilnahmen haben keine Mailadresse." in out
    assert imip.calendar_of((tmp_path / "einladung-2.eml").read_bytes()) is not None

    assert (
        main(
            [
                "message",
                EVENT.id,
                "--method",
                "cancel",
                "--wer",
                "t-ali",
                "-o",
                str(target),
                "--entwurf",
                "--json",
                *place,
            ]
        )
        == 0
    )
    assert '"sequence": 1' in capsys.readouterr().out
    assert b"X-Unsent: 1" in target.read_bytes()
    assert main(["message", EVENT.id, "-o", str(tmp_path / "x.ics"), *place]) != 0
    assert ".eml" in capsys.readouterr().err


# -- what comes back -------------------------------------------------------------------------------------------------------


def answer_to(mail, status, minutes=60, comment=""):
    event = ical.read(imip.calendar_of(mail.as_bytes())).records[0]
    me = Participation(id="x", event_id=event.id, email=str(mail["To"]), status=status)
    data = itip.reply(event, me, stamp=STAMP.replace(hour=9, minute=minutes % 60), comment=comment)
    return imip.message(data, sender=str(mail["To"])).as_bytes()


def test_a_saved_answer_is_read_in_and_changes_one_participation(office, tmp_path):
    mails = invite(office).mails
    path = tmp_path / "antwort.eml"
    path.write_bytes(answer_to(mails[1], ParticipationStatus.ANGEMELDET, 10, "Gern."))

    assert office.import_file(path, dry_run=True).updated[0].id == "t-eva"
    result = office.import_file(path)

    assert [reference.id for reference in result.updated] == ["t-eva"]
    assert (len(result.created), result.refused) == (0, ())
    assert office.get(Participation, "t-eva").status is ParticipationStatus.ANGEMELDET
    assert not office.import_file(path).updated

    path.write_bytes(answer_to(mails[1], ParticipationStatus.ABGEMELDET, 5))
    assert [finding.rule for finding in office.import_file(path).findings] == ["itip.veraltet"]
    # what the office noted itself in between is older than an answer that comes now
    office.save(attrs.evolve(office.get(Participation, "t-eva"), status=ParticipationStatus.VORLAEUFIG, workshop="a"))
    path.write_bytes(answer_to(mails[1], ParticipationStatus.ABGEMELDET, 50))
    office.import_file(path)
    assert office.get(Participation, "t-eva").status is ParticipationStatus.ABGEMELDET
    assert office.get(Participation, "t-eva").workshop == "a"


def test_an_answer_without_a_time_is_no_broken_file(office, tmp_path):
    invite(office)
    path = tmp_path / "antwort.ics"
    path.write_bytes(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:fachtag-1\r\n"
        b"DTSTAMP:20250901T090000Z\r\nORGANIZER:mailto:buero@kreis.example\r\n"
        b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:ali@traeger.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )

    result = office.import_file(path)

    assert result.refused == ()
    assert office.get(Participation, "t-ali").status is ParticipationStatus.ANGEMELDET


def test_an_invitation_is_updated_and_cancelled_by_its_files(office, tmp_path):
    other = itip.CalendarUser(email="einladung@land.example")
    theirs = Event(
        id="tagung",
        title="Tagung",
        span=TimeSpan.at(datetime(2025, 11, 5, 10), hours=2),
        status=EventStatus.EINLADUNG,
    )
    me = Participation(id="x", event_id="tagung", name="Eva Muster", email="eva@schule.example")
    path = tmp_path / "einladung.ics"

    def take(data):
        path.write_bytes(data)
        return office.import_file(path)

    take(itip.request(theirs, [me], organiser=other, stamp=STAMP))
    office.save(attrs.evolve(office.get(Event, "tagung"), topics=("Ganztag",), title="Unsere Tagung"))
    moved = attrs.evolve(theirs, sequence=1, span=TimeSpan.at(datetime(2025, 11, 6, 10), hours=2))
    take(itip.request(moved, [me], organiser=other, stamp=STAMP.replace(hour=10)))

    assert office.get(Event, "tagung").span == moved.span
    assert office.get(Event, "tagung").topics == ("Ganztag",)
    forged = itip.cancel(moved, [me], organiser=itip.CalendarUser(email="x@y.example"), stamp=STAMP.replace(hour=11))
    assert [finding.rule for finding in take(forged).refused] == ["itip.anderer_veranstalter"]
    take(itip.cancel(moved, [me], organiser=other, stamp=STAMP.replace(hour=12)))
    assert office.get(Event, "tagung").status is EventStatus.ABGESAGT
    late = take(itip.request(attrs.evolve(moved, title="Alt"), [me], organiser=other, stamp=STAMP.replace(hour=13)))
    assert [finding.rule for finding in late.findings] == ["itip.veraltet"]
    assert office.get(Event, "tagung").status is EventStatus.ABGESAGT


def test_a_mail_without_a_calendar_is_told_to_be_one(office, tmp_path):
    path = tmp_path / "post.eml"
    path.write_bytes(b"From: eva@schule.example\r\nSubject: Hallo\r\n\r\nGuten Tag\r\n")

    assert [finding.rule for finding in office.import_file(path).refused] == ["mail.kein_kalender"]
