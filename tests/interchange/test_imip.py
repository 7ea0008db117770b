"""Scheduling mails (RFC 6047): what other programs look at, what cannot be smuggled in, and mails that come back."""

import email
import email.policy
from datetime import UTC, date, datetime
from email.message import EmailMessage

import attrs
import pytest

from koschuso.errors import Refused, WrongUse
from koschuso.interchange import ical, imip, itip
from koschuso.interchange.format import recognise
from koschuso.model import Event, EventStatus, Location, Participation, ParticipationStatus, TimeSpan

OFFICE = itip.CalendarUser(email="buero@kreis.example", name="Büro, Kreis")
STAMP = datetime(2025, 9, 1, 8, tzinfo=UTC)
EVENT = Event(
    id="fachtag@kreis.example",
    title="Fachtag: Übergänge\nund mehr",
    span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=3),
    status=EventStatus.EINLADUNG,
    location=Location(name="Kreishaus", room="Saal 2"),
    description="Wir freuen uns.\nAnfahrt mit dem Bus.",
)
EVA = Participation(id="p1", event_id=EVENT.id, name="Eva Muster", email="eva@schule.example")
ALI = Participation(id="p2", event_id=EVENT.id, name="Ali Beispiel", email="ali@traeger.example")
REQUEST = itip.request(EVENT, [EVA, ALI], organiser=OFFICE, stamp=STAMP)


def invitation(**more):
    return imip.message(REQUEST, **{"sender": OFFICE.email, "sender_name": OFFICE.name, **more})


def parsed(mail):
    return email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)


# -- what is made --------------------------------------------------------------------------------------------------------


def test_a_mail_has_the_parts_that_programs_look_for():
    mail = parsed(invitation())

    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/calendar",
        "application/ics",
    ]
    calendar = list(mail.walk())[3]
    assert calendar["Content-Type"].params == {"method": "REQUEST", "charset": "utf-8"} or (
        calendar["Content-Type"].params["method"] == "REQUEST" and calendar.get_content_charset() == "utf-8"
    )
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert calendar.get_payload(decode=True) == REQUEST
    attachment = list(mail.walk())[4]
    assert (attachment.get_filename(), attachment.get_content_disposition()) == ("invite.ics", "attachment")
    assert attachment.get_content() == REQUEST
    assert not mail.defects
    assert mail["MIME-Version"] == "1.0"


def test_a_mail_says_in_german_what_it_is_about():
    mail = parsed(invitation())
    text = mail.get_body(("plain",)).get_content()

    assert mail["Subject"] == "Einladung: Fachtag: Übergänge und mehr"
    assert "Wann: 15.10.2025, 9:00–12:00 Uhr" in text
    assert "Wo: Kreishaus, Saal 2" in text
    assert "Anfahrt mit dem Bus." in text
    assert mail["From"] == '"Büro, Kreis" <buero@kreis.example>'


@pytest.mark.parametrize(
    ("data", "subject"),
    [
        (itip.cancel(EVENT, [EVA], organiser=OFFICE, stamp=STAMP), "Absage: "),
        (itip.cancel(EVENT, [EVA], organiser=OFFICE, stamp=STAMP, uninvite=True), "Ausladung: "),
        (itip.request(attrs.evolve(EVENT, sequence=1), [EVA], organiser=OFFICE, stamp=STAMP), "Geänderte Einladung: "),
        (itip.publish(EVENT, organiser=OFFICE, stamp=STAMP), "Termin: "),
        (itip.add(EVENT, [EVA], to=EVENT, organiser=OFFICE, stamp=STAMP), "Weiterer Termin: "),
        (itip.counter(EVENT, EVA, organiser=OFFICE, stamp=STAMP), "Terminvorschlag: "),
        (
            itip.reply(
                attrs.evolve(EVENT),
                attrs.evolve(EVA, status=ParticipationStatus.ANGEMELDET),
                organiser=OFFICE,
                stamp=STAMP,
            ),
            "Zusage: ",
        ),
        (
            itip.reply(EVENT, attrs.evolve(EVA, status=ParticipationStatus.ABGEMELDET), organiser=OFFICE, stamp=STAMP),
            "Abmeldung: ",
        ),
    ],
)
def test_the_subject_names_the_kind_of_message(data, subject):
    mail = parsed(imip.message(data, sender=OFFICE.email, recipients=["eva@schule.example"]))

    assert mail["Subject"] == f"{subject}Fachtag: Übergänge und mehr"


def test_whole_days_and_series_are_told_as_such():
    days = attrs.evolve(
        EVENT, span=TimeSpan.days(date(2025, 10, 15), date(2025, 10, 16)), recurrence=("RRULE:FREQ=YEARLY;COUNT=2",)
    )
    text = parsed(imip.message(itip.request(days, [EVA], organiser=OFFICE, stamp=STAMP), sender=OFFICE.email)).get_body(
        ("plain",)
    )

    assert "Wann: 15.10.2025 bis 16.10.2025 (erster Termin einer Reihe)" in text.get_content()


def test_what_an_organiser_says_goes_to_the_attendees_and_an_answer_to_the_organiser():
    assert imip.recipients_of(REQUEST) == ("eva@schule.example", "ali@traeger.example")
    assert imip.recipients_of(itip.cancel(EVENT, [ALI], organiser=OFFICE, stamp=STAMP, uninvite=True)) == (
        "ali@traeger.example",
    )
    answer = itip.reply(EVENT, EVA, organiser=OFFICE, stamp=STAMP)
    assert imip.recipients_of(answer) == ("buero@kreis.example",)
    own = attrs.evolve(EVA, email="BUERO@kreis.example")
    assert imip.recipients_of(itip.request(EVENT, [own, ALI], organiser=OFFICE, stamp=STAMP)) == (
        "ali@traeger.example",
    )
    with pytest.raises(Refused, match="PUBLISH"):
        imip.message(itip.publish(EVENT, organiser=OFFICE, stamp=STAMP), sender=OFFICE.email)


def test_the_same_arguments_give_the_same_bytes():
    assert invitation().as_bytes() == invitation().as_bytes()
    assert invitation(text="Anders").as_bytes() != invitation().as_bytes()
    assert b"\nDate:" not in invitation().as_bytes()
    mail = invitation(date=STAMP, message_id="<1@kreis.example>", draft=True)
    assert (mail["Date"], mail["Message-ID"], mail["X-Unsent"]) == (
        "Mon, 01 Sep 2025 08:00:00 +0000",
        "<1@kreis.example>",
        "1",
    )


def test_lines_are_short_and_end_as_smtp_wants():
    data = invitation().as_bytes()

    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "Hallo\r\nBcc: x@y.example"},
        {"subject": "Hallo\nBcc: x@y.example"},
        {"sender": "a@b.example\r\nBcc: x@y.example"},
        {"sender": "niemand"},
        {"sender_name": "Büro\r\nBcc: x@y.example"},
        {"recipients": ["a@b.example, c@d.example"]},
        {"recipients": ["a@b.example\x00"]},
        {"recipients": ["\x0ba@b.example"]},
        {"message_id": "<1@a>\r\nX: y"},
        {"date": datetime(2025, 9, 1)},
    ],
)
def test_nothing_is_smuggled_into_the_head(wrong):
    with pytest.raises(WrongUse):
        invitation(**wrong)


def test_a_title_with_line_breaks_stays_one_line():
    event = attrs.evolve(EVENT, title="Fachtag\r\nBcc: x@y.example\r\n\r\nText")
    mail = imip.message(itip.request(event, [EVA], organiser=OFFICE, stamp=STAMP), sender=OFFICE.email)

    assert parsed(mail)["Bcc"] is None
    assert parsed(mail)["Subject"] == "Einladung: Fachtag Bcc: x@y.example Text"


def test_an_address_with_an_umlaut_in_its_domain_is_written_as_mail_servers_know_it():
    assert parsed(invitation(recipients=["eva@müller.example"]))["To"] == "eva@xn--mller-kva.example"


def test_a_calendar_without_method_is_no_message():
    with pytest.raises(Refused, match="METHOD"):
        imip.message(ical.write([EVENT]), sender=OFFICE.email)


# -- what Outlook looks at -------------------------------------------------------------------------------------------------


def problem_rules(mail):
    return [finding.rule for finding in imip.problems(mail)]


def test_an_invitation_has_nothing_that_hides_the_buttons():
    assert problem_rules(invitation()) == []


def test_what_hides_the_buttons_is_told():
    assert problem_rules(invitation(recipients=["wer@anders.example"])) == ["imip.empfaenger"]
    series = attrs.evolve(EVENT, recurrence=("RRULE:FREQ=WEEKLY;COUNT=3",))
    two = itip.request([series, itip.instance(series, datetime(2025, 10, 22, 9))], [EVA], organiser=OFFICE, stamp=STAMP)
    assert problem_rules(imip.message(two, sender=OFFICE.email)) == ["imip.mehrere"]

    mail = invitation()
    part = mail.get_payload()[0].get_payload()[1]
    part.set_param("method", "PUBLISH")
    assert problem_rules(mail) == ["imip.methode"]
    mail = invitation()
    mail.get_payload()[0].get_payload().reverse()
    assert problem_rules(mail) == ["imip.reihenfolge"]
    mail = EmailMessage()
    mail.set_content("nichts")
    assert problem_rules(mail) == ["imip.kein_kalender"]
    nobody = REQUEST.replace(b"ORGANIZER", b"X-ORGANIZER")
    assert problem_rules(imip.message(nobody, sender=OFFICE.email)) == ["imip.veranstalter"]


# -- what comes back -------------------------------------------------------------------------------------------------------

ANSWER = itip.reply(EVENT, attrs.evolve(EVA, status=ParticipationStatus.ANGEMELDET), organiser=OFFICE, stamp=STAMP)


def read(data):
    return imip.FORMAT.read(data, None)


def rules(reading):
    return [finding.rule for finding in reading.findings]


def test_a_mail_is_recognised_by_its_head_and_its_calendar_read():
    data = imip.message(ANSWER, sender=EVA.email).as_bytes()

    assert recognise(data, [ical.FORMAT, imip.FORMAT]) is imip.FORMAT
    assert not ical.recognise(data)
    assert imip.calendar_of(data) == ANSWER
    reading = read(data)
    assert rules(reading) == []
    office = {("event", EVENT.id): EVENT, ("participation", "p1"): EVA}
    assert imip.FORMAT.apply is not None

    class Store:
        def __call__(self, kind, id_):
            return office.get((kind, id_))

        def where(self, kind, field, value):
            return [record for record in office.values() if kind == record.KIND and getattr(record, field) == value]

    (changed,) = imip.FORMAT.apply(reading, Store()).records
    assert (changed.id, changed.status) == ("p1", ParticipationStatus.ANGEMELDET)


def test_a_mail_with_an_unencoded_calendar_is_no_calendar_file():
    data = (
        b"From: eva@schule.example\r\nTo: buero@kreis.example\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: text/calendar; charset="iso-8859-1"; method=REPLY\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
        + ANSWER.decode().encode("latin-1", "replace")
    )

    assert recognise(data, [ical.FORMAT, imip.FORMAT], suffix=".ics") is imip.FORMAT
    assert read(data).records[0].title == EVENT.title
    assert recognise(ANSWER, [ical.FORMAT, imip.FORMAT]) is ical.FORMAT


def test_an_attachment_is_read_where_there_is_nothing_better():
    mail = EmailMessage()
    mail["From"] = "eva@schule.example"
    mail["Subject"] = "Termin"
    mail.set_content("Anbei")
    mail.add_attachment(ical.write([EVENT]), maintype="application", subtype="octet-stream", filename="Termin.ICS")

    assert [record.id for record in read(mail.as_bytes()).records] == [EVENT.id]


def test_a_mail_from_somebody_else_is_pointed_out():
    reading = read(imip.message(ANSWER, sender="fremd@irgendwo.example").as_bytes())

    assert rules(reading) == ["mail.absender"]
    assert "irgendwo" not in repr(reading)
    assert rules(read(imip.message(REQUEST, sender="fremd@irgendwo.example").as_bytes())) == ["mail.absender"]


def nested(depth):
    parts = [f'Content-Type: multipart/mixed; boundary="b{number}"\r\n\r\n--b{number}\r\n' for number in range(depth)]
    return ("From: a@b.example\r\nSubject: x\r\n" + "".join(parts) + "Content-Type: text/calendar\r\n\r\n").encode()


def enclosed(depth):
    return b"From: a@b.example\r\nSubject: x\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * depth


HEAD = b"From: a@b.example\r\nSubject: x\r\n"
HOSTILE = {
    "nested": nested(5_000),
    "nested a little": nested(40),
    "enclosed": enclosed(5_000),
    "enclosed a little": enclosed(90),
    "broken base64": HEAD + b"Content-Type: text/calendar\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!===\xff",
    "unknown encoding": HEAD
    + b"Content-Type: text/calendar; charset=klingonisch\r\nContent-Transfer-Encoding: x\r\n\r\nBEGIN:V",
    "quotes": HEAD + b"Content-Type: text/calendar;" + b'a="' * 200_000 + b"\r\n\r\n",
    "long field": HEAD + b"Content-Disposition: attachment; filename*0*=" + b"%41" * 200_000 + b"\r\n\r\nx",
    "many fields": HEAD + b"Content-Type: text/calendar\r\n" * 20_000 + b"\r\n",
    "address": b"Subject: x\r\nFrom: "
    + b"(" * 100_000
    + b"\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n"
    + ANSWER,
    "no body": HEAD,
    "no end": HEAD
    + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR',
    "encrypted": HEAD + b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nMIAG",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_ends_in_a_finding(name):
    reading = read(HOSTILE[name])

    assert reading.findings
    assert all(finding.message.endswith(".") for finding in reading.findings)
    imip.calendar_of(HOSTILE[name])
