"""What koschuso reads in real calendars is what icalendar reads, or the difference is decided in peer_differences."""

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from peer_differences import ICALENDAR, RECURRENCE
from peers import calendars, fresh_zones

from koschuso.errors import Refused
from koschuso.interchange import ical
from koschuso.model import Event, Participation

pytestmark = pytest.mark.shared

TEXTS = {
    "SUMMARY": lambda event: event.title,
    "DESCRIPTION": lambda event: event.description,
    "LOCATION": lambda event: str(event.location or ""),
}
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def instant(moment):
    """A moment as text: UTC, wall time or date."""
    if not isinstance(moment, datetime):
        return f"{moment:%Y%m%d}"
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" if moment.tzinfo else f"{moment:%Y%m%dT%H%M%S}"


def our_times(span):
    if span.all_day:
        return instant(span.begin.date()), instant(span.end.date())
    if span.zone is None:
        return instant(span.begin), instant(span.end)
    return instant(span.begin_instant()), instant(span.end_instant())


def peer_times(event):
    begin = event["DTSTART"].dt
    if "DTEND" in event:
        end = event["DTEND"].dt
    elif "DURATION" in event:
        end = begin + event["DURATION"].dt
    else:
        end = begin if isinstance(begin, datetime) else begin + timedelta(days=1)
    return begin, end


def difference_of_times(event, peer):  # noqa: PLR0911 - one for each kind
    """The kind of difference between our times and the peer's; empty for none, "?" for one that is not known."""
    try:
        begin, end = peer_times(peer)
    except AttributeError:
        return "repeated"
    except Exception:  # noqa: BLE001 - vBroken raises an error of its own
        return "broken-value"
    span = event.span
    wall = instant(span.begin)
    try:
        ours = our_times(span)
    except Refused:
        return "own-zone" if isinstance(begin, datetime) and instant(begin.replace(tzinfo=None)) == wall else "?"
    if ours == (instant(begin), instant(end)):
        return ""
    value = peer["DTSTART"]
    if span.all_day and isinstance(begin, datetime):
        return "date-with-zone" if "TZID" in value.params and begin.replace(tzinfo=None) == span.begin else "?"
    if isinstance(begin, datetime) != isinstance(end, datetime) or (
        isinstance(begin, datetime) and (begin.tzinfo is None) != (end.tzinfo is None)
    ):
        return "mixed-types" if ours[0] == instant(begin) else "?"
    if ours[0] == instant(begin) and end <= begin:
        return "end-not-after-begin"
    if isinstance(begin, datetime) and begin.tzinfo is None and "TZID" in value.params and instant(begin) == wall:
        return "unknown-zone"
    return "?"


def guest_of(attendee):
    address = str(attendee).strip()
    mail = address[7:].strip().lower() if address[:7].lower() == "mailto:" else ""
    return mail, str(attendee.params.get("CN", "")).strip()


def difference_of_guests(guests, peer):
    found = peer.get("ATTENDEE", [])
    theirs = Counter(guest_of(attendee) for attendee in (found if isinstance(found, list) else [found]))
    names = {name for _, name in theirs}
    # an attendee without CN is called by the address
    ours = Counter((guest.email.lower(), guest.name if guest.name in names else "") for guest in guests)
    if ours == theirs:
        return ""
    if any("\ufffd" in name for name in names):
        return "character-cut"
    # what is left over has no mailto: on their side, and the same name on ours
    mine = Counter(name for _, name in (ours - theirs).elements())
    left = theirs - ours
    same = mine == Counter(name for _, name in left.elements())
    if not same:
        return "?"
    mails = [mail for mail, _ in left if mail]
    if any(MAIL.fullmatch(mail) for mail in mails):
        return "?"
    return "no-address" if mails else "address"


def differences(file):
    """The kinds of difference in a file, with where they were seen."""
    reading = ical.read(file.data)
    with fresh_zones():
        roots, error = calendars(file.data)
        if error:
            yield "unreadable", error
            return
        peers = [part for root in roots for part in root.subcomponents if part.name == "VEVENT"]
        events = [record for record in reading.records if isinstance(record, Event)]
        refused = [finding for finding in reading.findings if finding.rule == "ical.nicht_uebernommen"]
        refused = [finding for finding in refused if finding.field == "VEVENT"]
        if len(peers) != len(events) + len(refused):
            yield "lost-component", f"{len(peers)} of {len(events) + len(refused)}"
            return
        if refused:
            yield "no-begin", str(len(refused))
            return
        guests = defaultdict(list)
        for record in reading.records:
            if isinstance(record, Participation):
                guests[record.event_id].append(record)
        for event, peer in zip(events, peers, strict=True):
            yield difference_of_times(event, peer), event.id
            yield difference_of_guests(guests[event.id], peer), event.id
            for name, value in TEXTS.items():
                told = peer.get(name, "")
                if not isinstance(told, list) and str(told) != value(event):
                    yield "character-cut" if "\ufffd" in str(told) else "?", f"{event.id} {name}"


def test_times_texts_and_attendees_are_those_of_icalendar_or_the_difference_is_decided(sound_calendars):
    seen, unknown = set(), []
    for file in sound_calendars:
        for kind, where in differences(file):
            if kind == "?":
                unknown.append((file.path, where))
            elif kind:
                seen.add(kind)
    assert unknown == [], "\n".join(map(str, unknown))
    assert seen == set(ICALENDAR)


@pytest.mark.slow
def test_the_first_fifty_occurrences_are_those_of_recurring_ical_events(sound_calendars):
    import recurring_ical_events

    from koschuso.interchange.recurrence import occurrences

    compared, other = 0, []
    for file in sound_calendars:
        kinds = {kind for kind, _ in differences(file)} - {"", "address"}
        events = [record for record in ical.read(file.data).records if isinstance(record, Event)]
        masters = [event for event in events if event.recurrence and not event.occurrence_of]
        if (
            kinds
            or file.path in RECURRENCE
            or len(masters) != 1
            or len({event.occurrence_of or event.id for event in events}) != 1
        ):
            continue
        ours = occurrences(masters[0], events, limit=50)
        if not ours.items or (not ours.complete and len(ours.items) < 50):
            continue
        spans = [item.span for item in ours.items]
        last = max(span.begin for span in spans)
        if last.year > masters[0].span.begin.year + 60:
            continue
        with fresh_zones():
            (root,) = calendars(file.data)[0][:1]
            try:
                found = recurring_ical_events.of(root).between(
                    masters[0].span.begin - timedelta(days=400), last + timedelta(days=2)
                )
            except Exception:  # noqa: BLE001, S112 - the judge may fail in any way
                continue
            peer = sorted(instant(event["DTSTART"].dt) for event in found)
        compared += 1
        mine = sorted(our_times(span)[0] for span in spans)
        if mine != peer[: len(mine)]:
            other.append((file.path, sorted(set(mine) ^ set(peer[: len(mine)]))[:4]))
    assert compared > 100
    assert other == [], "\n".join(map(str, other))
