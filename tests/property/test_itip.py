"""Whatever order messages arrive in, and however often, an office ends in the state of the newest ones."""

from datetime import UTC, datetime, timedelta

import attrs
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from invited_office import Store

from koschuso.interchange import ical, itip
from koschuso.interchange.itip.replying import ANSWERS, last_answer
from koschuso.model import Event, EventStatus, Organisation, Participation, ParticipationStatus, TimeSpan

OFFICE = itip.CalendarUser(email="buero@kreis.example")
BASE = datetime(2025, 9, 1, tzinfo=UTC)
AMT = Organisation(id="amt", type="koordinierungsstelle", name="Amt", email="buero@kreis.example")
EVENT = Event(
    id="fachtag@kreis.example",
    title="Fachtag",
    span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=3),
    status=EventStatus.EINLADUNG,
    organiser_ids=("amt",),
)
PEOPLE = [
    Participation(id=f"p-{number}", event_id=EVENT.id, name=f"Person {number}", email=f"person{number}@schule.example")
    for number in range(3)
]


def edited(version):
    """A version of the event: SEQUENCE, minutes of its DTSTAMP, hour of its begin."""
    sequence, minutes, hour = version
    span = TimeSpan.at(datetime(2025, 10, 15, hour), hours=2)
    return attrs.evolve(EVENT, sequence=sequence, span=span, title=f"Fachtag {sequence}/{minutes}"), minutes


VERSIONS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(8, 18), st.booleans()),
    min_size=1,
    max_size=6,
    unique_by=lambda version: version[:2],
)


@settings(max_examples=examples(50))
@given(VERSIONS, st.randoms(use_true_random=False))
def test_the_newest_version_of_an_event_is_what_stays(versions, random):
    messages = []
    for *version, cancelled in versions:
        event, minutes = edited(version)
        stamp = BASE + timedelta(minutes=minutes)
        make = itip.cancel if cancelled else itip.request
        more = {"sequence": event.sequence} if cancelled else {}
        messages.append(make(event, PEOPLE, organiser=OFFICE, stamp=stamp, **more))
    newest = max(versions, key=lambda version: version[:2])
    arriving = [*messages, *random.sample(messages, len(messages) // 2)]
    random.shuffle(arriving)

    office = Store()
    for data in arriving:
        office.take(data)

    held = office["event", EVENT.id]
    assert held.sequence == newest[0]
    assert held.span.begin.hour == newest[2]
    assert held.status is (EventStatus.ABGESAGT if newest[3] else EventStatus.EINLADUNG)
    if not newest[3]:
        assert held.title == f"Fachtag {newest[0]}/{newest[1]}"


class Answers(RuleBasedStateMachine):
    """An office that invites, and answers that come late, twice and in any order."""

    def __init__(self):
        super().__init__()
        self.office = Store(EVENT, AMT, *PEOPLE)
        self.newest = {}
        self.sent = []

    @rule(who=st.sampled_from(PEOPLE), partstat=st.sampled_from(sorted(ANSWERS)), minutes=st.integers(0, 200))
    def answers(self, who, partstat, minutes):
        event = self.office["event", EVENT.id]
        if (who.id, event.sequence, minutes) in {key for key, _ in self.sent}:
            return  # two answers in the same second: the standard does not say which one counts
        participation = attrs.evolve(who, status=ANSWERS[partstat])
        data = itip.reply(event, participation, organiser=OFFICE, stamp=BASE + timedelta(minutes=minutes))
        self.sent.append(((who.id, event.sequence, minutes), data))
        edition = event.sequence, minutes
        if edition > self.newest.get(who.id, ((-1, -1), ""))[0]:
            self.newest[who.id] = edition, partstat
        self.office.take(data)

    @rule(pick=st.integers(0, 10**6))
    def arrives_again(self, pick):
        if self.sent:
            self.office.take(self.sent[pick % len(self.sent)][1])

    @rule(hour=st.integers(8, 18))
    def is_moved(self, hour):
        event = self.office["event", EVENT.id]
        span = TimeSpan.at(datetime(2025, 10, 15, hour), hours=2)
        moved = attrs.evolve(event, span=span)
        if itip.needs_new_sequence(event, moved):
            self.office["event", EVENT.id] = attrs.evolve(moved, sequence=event.sequence + 1)

    @invariant()
    def the_newest_answer_counts(self):
        for person in PEOPLE:
            held = self.office["participation", person.id]
            edition, partstat = self.newest.get(person.id, ((-1, -1), "NEEDS-ACTION"))
            assert held.status is ANSWERS[partstat]
            if edition[0] >= 0:
                stamp = BASE + timedelta(minutes=edition[1])
                assert last_answer(held) == (edition[0], f"{stamp:%Y%m%dT%H%M%S}")

    @invariant()
    def nobody_else_is_there(self):
        assert len(self.office) == 2 + len(PEOPLE)
        assert self.office["participation", "p-0"].event_id == EVENT.id


TestAnswers = Answers.TestCase
TestAnswers.settings = settings(max_examples=examples(25), stateful_step_count=20, deadline=None)


@settings(max_examples=examples(60))
@given(st.text(max_size=300), st.sampled_from(sorted(ANSWERS)))
def test_any_comment_comes_through_the_answer_the_store_and_the_file(comment, partstat):
    office = Store(EVENT, AMT, *PEOPLE)
    participation = attrs.evolve(PEOPLE[0], status=ANSWERS[partstat])
    office.take(itip.reply(EVENT, participation, organiser=OFFICE, stamp=BASE, comment=comment))

    held = office["participation", "p-0"]
    again = ical.read(ical.write([EVENT, held])).records[1]

    assert again == held
    assert held.status in {ANSWERS[partstat], ParticipationStatus.EINGELADEN}
