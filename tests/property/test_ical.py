"""Whatever a calendar can carry comes back as it was; whatever bytes come, reading never raises."""

import string
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from effort import examples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from koschuso.interchange import ical
from koschuso.interchange.format import WriteOptions
from koschuso.interchange.ical.event import EVENT_STATUS
from koschuso.model import (
    Activity,
    Address,
    Event,
    EventStatus,
    FuzzyDate,
    Location,
    Milestone,
    Participation,
    ParticipationStatus,
    Reference,
    Task,
    TaskStatus,
    TimeSpan,
    Visibility,
    Workshop,
)

OPTIONS = WriteOptions(stamp=datetime(2025, 10, 1, 8, tzinfo=UTC))

# Control characters cannot stand in a calendar (RFC 5545, 3.1); a carriage return is a line break there.
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=40)
words = (
    st.text(string.ascii_letters + string.digits + " äöüß,;:\\\"'^-_@", min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)
titles = words
ids = st.text(string.ascii_letters + string.digits + "-_.@,;#/", min_size=1, max_size=16)
keys = st.from_regex(r"[a-z][a-z_]{0,8}(\.[a-z_]{1,8}){0,2}", fullmatch=True)
key_lists = st.lists(keys, max_size=3).map(tuple)
id_lists = st.lists(ids, max_size=3).map(tuple)
zones = st.sampled_from([None, "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
walls = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, fold=0)
)
days = st.dates(date(1950, 1, 1), date(2100, 1, 1))
lengths = st.timedeltas(timedelta(0), timedelta(days=40)).map(
    lambda length: timedelta(seconds=int(length.total_seconds()))
)
amounts = st.decimals(0, 1000, places=2, allow_nan=False, allow_infinity=False) | st.none()
whole_days = st.builds(lambda first, more: TimeSpan.days(first, first + timedelta(days=more)), days, st.integers(0, 20))
spans = whole_days | st.builds(
    lambda begin, length, zone: TimeSpan(begin=begin, end=begin + length, zone=zone), walls, lengths, zones
)
places = st.builds(
    Location,
    name=words,
    room=st.just("") | words,
    address=st.none()
    | st.builds(
        Address, street=words, postal_code=st.just("") | st.just("59494"), locality=words, extra=st.just("") | words
    ),
)
fuzzy = st.sampled_from(
    ["08/2016", "2019", "März", "Januar / Februar 2026", "15.10.2025", "2025-10-15", "Schuljahr 2024/25"]
).map(FuzzyDate)
references = st.builds(Reference, keys, ids)


@st.composite
def events(draw):
    status = draw(st.sampled_from(list(EVENT_STATUS)))
    exception = draw(st.booleans())
    return Event(
        id=draw(ids),
        title=draw(texts),
        span=draw(spans),
        type=draw(st.just("") | keys),
        taetigkeit=draw(st.just("") | keys),
        topics=tuple(draw(st.lists(words, max_size=3))),
        description=draw(texts),
        series_id=draw(st.just("") | ids),
        committee_id=draw(st.just("") | ids),
        location=draw(st.none() | places),
        online_url=draw(st.sampled_from(["", "https://konferenz.example/a?b=1,2;3", "siehe Einladung"])),
        format=draw(st.just("") | keys),
        organiser_ids=draw(id_lists),
        partner_ids=draw(id_lists),
        speaker_ids=draw(id_lists),
        target_groups=draw(key_lists),
        schulformen=draw(key_lists),
        capacity=draw(st.none() | st.integers(1, 500)),
        waiting_list=draw(st.booleans()),
        cost=draw(amounts),
        workshops=tuple(
            draw(
                st.lists(
                    st.builds(Workshop, key=keys, title=words, capacity=st.none() | st.integers(0, 99)), max_size=2
                )
            )
        ),
        certificate_hours=draw(amounts),
        status=status,
        visibility=draw(st.sampled_from(Visibility)),
        successor_id=draw(ids) if status is EventStatus.VERSCHOBEN else "",
        sequence=draw(st.integers(0, 99)),
        recurrence=("RRULE:FREQ=WEEKLY",) if draw(st.booleans()) else (),
        occurrence_of=draw(ids) if exception else "",
        occurrence_at="RECURRENCE-ID:20250101T000000Z" if exception else "",
    )


@st.composite
def participations(draw, event_id):
    status = draw(st.sampled_from(ParticipationStatus))
    return Participation(
        id=draw(ids),
        event_id=event_id,
        person_id=draw(st.just("") | ids),
        organisation_id=draw(st.just("") | ids),
        name=draw(words),
        email=draw(st.sampled_from(["", "eva@schule.example"])),
        status=status,
        role=draw(st.sampled_from(["teilnehmend", "referent", "moderation", "gast", "organisation"])),
        rank=draw(st.none() | st.integers(1, 99)) if status is ParticipationStatus.WARTELISTE else None,
        hours=Decimal("2.5") if status is ParticipationStatus.TEILWEISE else None,
        registered_by=draw(st.just("") | ids),
        substitute_id=draw(st.just("") | ids) if status is ParticipationStatus.VERTRETEN else "",
        workshop=draw(st.just("") | keys),
    )


@st.composite
def tasks(draw):
    status = draw(st.sampled_from(TaskStatus))
    return Task(
        id=draw(ids),
        title=draw(titles),
        taetigkeit=draw(st.just("") | keys),
        status=status,
        due=draw(st.none() | fuzzy),
        completed_on=draw(st.none() | days) if status is TaskStatus.ERLEDIGT else None,
        description=draw(texts),
        responsible_ids=draw(id_lists),
        involved=tuple(draw(st.lists(references, max_size=2))),
        subject=draw(st.none() | references),
        parent_id=draw(st.just("") | ids),
        result=draw(words),
        minutes=draw(st.none() | st.integers(0, 9999)),
        percent=draw(st.none() | st.integers(0, 100)),
        cost_category=draw(st.just("") | keys),
        foerderziele=draw(key_lists),
    )


activities = st.builds(
    Activity,
    id=ids,
    day=days,
    taetigkeit=keys,
    minutes=st.integers(1, 1440),
    title=texts,
    person_id=st.just("") | ids,
    subject=st.none() | references,
    reach=st.just("") | keys,
    reached=st.none() | st.integers(0, 999),
    foerderziele=key_lists,
)
milestones = st.builds(
    Milestone,
    id=ids,
    when=fuzzy.filter(lambda when: when.has_year),
    title=titles,
    topics=st.lists(words, max_size=3).map(tuple),
    actors=st.lists(references, max_size=2).map(tuple),
)


@st.composite
def offices(draw):
    found = []
    for record in draw(
        st.lists(events() | tasks() | activities | milestones, max_size=4, unique_by=lambda record: record.id)
    ):
        found.append(record)
        if isinstance(record, Event):
            found += draw(st.lists(participations(record.id), max_size=2, unique_by=lambda record: record.id))
    return tuple(found)


@given(offices())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=examples(120), deadline=None)
def test_what_is_written_is_read_back(records):
    reading = ical.read(ical.write(records, OPTIONS))
    assert reading.records == records
    assert reading.left_out == ()


lines = st.one_of(
    st.sampled_from(
        [
            "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTODO", "END:VTODO", "BEGIN:VALARM",
            "END:VALARM", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "BEGIN:STANDARD", "END:STANDARD", "TZID:X", "UID:1", "UID:",
            "DTSTART:20250101T000000", "DTSTART;TZID=X:20250101T000000", "DTSTART:99999999", "DTEND:00010101T000000Z",
            "DURATION:P999999999D", "DURATION:-PT1H", "RRULE:FREQ=SECONDLY", "RECURRENCE-ID:20250101", "STATUS:?", "SUMMARY",
            "ATTENDEE:", "ATTENDEE;CN=Eva:mailto:", "ATTENDEE;CN=Eva:mailto:eva@x.example", "CATEGORIES:,,a",
            "X-KOSCHUSO-STATUS:verschoben", "X-KOSCHUSO-PLAETZE:-1", "X-KOSCHUSO-KOSTEN:NaN", "X-KOSCHUSO-ORT:;;;1;;",
            "TZOFFSETFROM:+0100", "TZOFFSETTO:-9999", "BEGIN:VJOURNAL", "X-KOSCHUSO-DATENSATZ:activity", "END:VJOURNAL",
            "X-KOSCHUSO-MINUTEN:5", "X-KOSCHUSO-TAETIGKEIT:a", "DTSTART;VALUE=DATE:20250101", "ORGANIZER;X-KOSCHUSO-ID=1:x",
        ]
    ),
    st.text(max_size=20),
)  # fmt: skip


@given(
    st.lists(lines, max_size=30).map(lambda found: "\n".join(found).encode("utf-8", "replace"))
    | st.binary(max_size=200)
)
@example(b"BEGIN:VTODO\n\x1f\t0")
@example(b"BEGIN:VTODO\n\x1f \nUID:1\nBEGIN:VALARM\n\x01\t\nEND:VALARM")
@example(b"BEGIN:VEVENT\nUID:1\nDTSTART:20250101T000000\nATTENDEE:\nATTENDEE:\nEND:VEVENT")
@settings(max_examples=examples(400), deadline=None)
def test_reading_and_writing_never_raise_and_writing_is_stable(data):
    reading = ical.read(data)
    once = ical.write(reading.records, OPTIONS)
    again = ical.read(once)
    assert again.records == reading.records
    assert ical.write(again.records, OPTIONS) == once
    ical.write(reading, OPTIONS)
