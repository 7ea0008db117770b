"""What other programs change in the files comes in; nothing is lost, nothing is overwritten unseen."""

import json
import os
from datetime import datetime

import attrs
import pytest
from koschuso_files.driver import FilesDriver
from koschuso_files.outside import Outside

from koschuso.model import Event, EventStatus, Organisation, Participation, Person, Task, TimeSpan
from koschuso.store import ANY, Store

EVENT = Event(
    id="fachtag@office.example",
    title="Fachtag",
    span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=3),
    status=EventStatus.DURCHGEFUEHRT,
)
PERSON = Person(id="p-1", given_name="Eva", family_name="Muster", email="muster@kreis.example", salutation="Frau")
NEW_EVENT = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//other//EN\r\nBEGIN:VEVENT\r\nUID:ABC-1\r\n"
    b"DTSTAMP:20251001T080000Z\r\nDTSTART:20251016T090000Z\r\nDTEND:20251016T100000Z\r\nSUMMARY:Neu\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)
NEW_CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:k-1\r\nN:Beispiel;Ali;;;\r\nFN:Ali Beispiel\r\nEND:VCARD\r\n"


class Office:
    """An office folder, and what other programs do in it."""

    def __init__(self, root):
        self.root = root
        self.driver = FilesDriver(root)
        self.store = Store(self.driver)

    def path(self, record):
        face = self.driver.holding.faces.of((record.KIND, record.id))
        return self.root / face.path

    def write(self, path, data):
        """Write as programs for a vdir do: under another name, then renamed."""
        temporary = path.with_name("." + path.name + ".swp")
        temporary.write_bytes(data)
        temporary.replace(path)

    def edit(self, record, *pairs):
        path = self.path(record)
        data = path.read_bytes()
        for old, new in pairs:
            assert old in data
            data = data.replace(old, new)
        self.write(path, data)

    def look(self):
        return [finding.rule.removeprefix("files.") for finding in self.driver.take_in()]

    def reopened(self, **options):
        self.driver.close()
        self.driver = FilesDriver(self.root, **options)
        self.store = Store(self.driver)
        return self

    def get(self, record):
        found = self.store.find(type(record), record.id)
        return None if found is None else found.value

    def feed(self):
        return [(change.id, change.operation.value) for change in self.store.changes()]


@pytest.fixture
def office(tmp_path):
    opened = Office(tmp_path / "office")
    yield opened
    opened.driver.close()


# --- the layout


def test_events_and_people_lie_in_collections_and_the_rest_as_json(office):
    participation = Participation(id="t-1", event_id=EVENT.id, name="Eva Muster", email="muster@kreis.example")
    office.store.put_all(
        [
            EVENT,
            PERSON,
            participation,
            Task(id="a-1", title="Anrufen"),
            Organisation(id="o-1", name="Träger", type="traeger"),
        ]
    )
    names = {str(path.relative_to(office.root)) for path in office.root.rglob("*") if path.is_file()}
    assert {
        "kalender/fachtag@office.example.ics", "kalender/displayname", "kalender/color", "kontakte/p-1.vcf",
        "aufgaben/a-1.ics", "organisationen/o-1.vcf", "daten/participation/t-1.json",
    } <= names  # fmt: skip
    text = office.path(EVENT).read_bytes()
    assert b"SUMMARY:Fachtag" in text
    assert b"ATTENDEE" in text
    assert json.loads(office.path(participation).read_bytes())["id"] == "t-1"
    assert not [name for name in names if name.endswith(".tmp")]
    if os.name == "posix":
        assert office.root.stat().st_mode & 0o077 == 0
        assert office.path(EVENT).stat().st_mode & 0o177 == 0


@pytest.mark.parametrize(
    "id_",
    [
        "a/b\\c",
        "../../x",
        "CON",
        "con",
        "nul.txt",
        "A",
        "a",
        "Ä" * 400,
        "x" * 1000,
        ".",
        "..",
        "-",
        "a.",
        "😀",
        "a b",
        "%",
        "a:b",
    ],
)
def test_any_id_has_a_safe_name_of_its_own(office, id_):
    person = attrs.evolve(PERSON, id=id_)
    others = [attrs.evolve(PERSON, id=other) for other in ("a", "A", "con", "CON")]
    office.store.put_all([person, *others])
    paths = {str(office.path(one)).casefold() for one in {one.id: one for one in (person, *others)}.values()}
    assert len(paths) == len({person.id, "a", "A", "con", "CON"})
    path = office.path(person)
    assert path.parent == office.root / "kontakte"
    assert len(path.name.encode()) < 200
    assert path.name.isascii()
    office.edit(person, (b"Muster", b"Neumann"))
    office.look()
    assert office.get(person).family_name == "Neumann"


def test_moved_occurrences_lie_in_the_file_of_their_series(office):
    series = attrs.evolve(EVENT, recurrence=("RRULE:FREQ=WEEKLY;COUNT=3",))
    moved = Event(
        id="verlegt", title="Verlegt", span=TimeSpan.at(datetime(2025, 10, 23, 9), hours=1),
        occurrence_of=series.id, occurrence_at="RECURRENCE-ID;TZID=Europe/Berlin:20251022T090000",
    )  # fmt: skip
    office.store.put_all([moved, series])
    assert [path.name for path in (office.root / "kalender").glob("*.ics")] == ["fachtag@office.example.ics"]
    assert office.path(series).read_bytes().count(b"BEGIN:VEVENT") == 2
    office.edit(series, (b"SUMMARY:Verlegt", b"SUMMARY:Noch einmal verlegt"))
    assert office.look() == []
    assert office.get(moved).title == "Noch einmal verlegt"
    office.store.remove(Event, moved.id, expect=ANY)
    assert office.path(series).read_bytes().count(b"BEGIN:VEVENT") == 1


# --- edits


def test_an_edited_event_comes_in_as_a_change_and_keeps_what_the_format_cannot_carry(office):
    office.store.put(EVENT, expect=ANY)
    office.edit(EVENT, (b"SUMMARY:Fachtag", b"SUMMARY:Fachtag 2025"), (b"X-KOSCHUSO-STATUS:durchgefuehrt\r\n", b""))
    assert office.look() == []
    assert office.get(EVENT) == attrs.evolve(EVENT, title="Fachtag 2025")
    assert office.feed() == [(EVENT.id, "put"), (EVENT.id, "put")]
    assert b"SUMMARY:Fachtag 2025" in office.path(EVENT).read_bytes()
    assert office.look() == []
    assert len(office.feed()) == 2


def test_an_edited_card_comes_in_and_keeps_our_own_facts(office):
    office.store.put(PERSON, expect=ANY)
    office.write(
        office.path(PERSON),
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p-1\r\nN:Muster;Eva;;;\r\nFN:Eva Muster\r\nEMAIL:neu@kreis.example\r\nEND:VCARD\r\n",
    )
    assert office.look() == []
    assert (office.get(PERSON).email, office.get(PERSON).salutation) == ("neu@kreis.example", "Frau")


def test_edits_come_in_at_the_next_opening_and_at_the_next_transaction(office):
    office.store.put(EVENT, expect=ANY)
    office.driver.close()
    office.edit(EVENT, (b"SUMMARY:Fachtag", b"SUMMARY:Eins"))
    office.reopened()
    assert office.get(EVENT).title == "Eins"
    office.edit(EVENT, (b"SUMMARY:Eins", b"SUMMARY:Zwei"))
    office.driver._outside._next = 0.0
    assert office.get(EVENT).title == "Zwei"


def test_an_edited_json_file_comes_in(office):
    participation = Participation(id="t-1", event_id="e", name="Eva Muster")
    office.store.put(participation, expect=ANY)
    office.edit(participation, (b"Eva Muster", "Eva Müller".encode()))
    assert office.look() == []
    assert office.get(participation).name == "Eva Müller"


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\0\0", b"no calendar", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:other\r\nEND:VEVENT\r\n", NEW_EVENT],
)
def test_what_cannot_be_taken_in_is_set_aside_and_never_overwritten_silently(office, data):
    office.store.put(EVENT, expect=ANY)
    before = office.path(EVENT).read_bytes()
    office.driver.close()
    office.write(office.path(EVENT), data)
    office.reopened()
    assert [finding.rule for finding in office.driver.findings] == ["files.nicht_uebernommen"]
    assert office.get(EVENT) == EVENT
    assert [path.read_bytes() for path in (office.root / "konflikte").iterdir()] == [data]
    assert office.path(EVENT).read_bytes()[:30] == before[:30]
    assert "fachtag@office.example" in (office.root / "meldungen.txt").read_text(encoding="utf-8")
    assert office.look() == []


def test_what_lasts_is_noted_once_a_day_and_told_in_words(office, caplog):
    office.store.put(EVENT, expect=ANY)
    office.write(office.path(EVENT).with_name("fremd.ics"), b"no calendar")
    for _ in range(3):
        office.reopened()
        assert [finding.rule for finding in office.driver.findings] == ["files.nicht_gelesen"]
    notes = (office.root / "meldungen.txt").read_text(encoding="utf-8")
    assert notes.count("fremd.ics") == 1
    # The command line prints it as it is: no rule, no empty key.
    assert {record.getMessage() for record in caplog.records} == {office.driver.findings[0].message}


def test_both_changed_different_fields_gives_both(office):
    office.store.put(EVENT, expect=ANY)
    office.edit(EVENT, (b"SUMMARY:Fachtag", b"SUMMARY:Von draussen"))
    office.driver._outside._next = float("inf")
    office.store.put(attrs.evolve(EVENT, description="Von hier"), expect=ANY)
    both = attrs.evolve(EVENT, title="Von draussen", description="Von hier")
    assert office.get(EVENT) == both
    assert b"Von hier" in office.path(EVENT).read_bytes()
    assert b"Von draussen" in office.path(EVENT).read_bytes()
    assert not (office.root / "konflikte").exists()
    assert office.reopened().get(EVENT) == both


def test_both_changed_the_same_field_keeps_both_versions(office):
    office.store.put(EVENT, expect=ANY)
    office.edit(EVENT, (b"SUMMARY:Fachtag", b"SUMMARY:Von draussen"))
    office.driver._outside._next = float("inf")
    office.store.put(attrs.evolve(EVENT, title="Von hier"), expect=ANY)
    assert office.get(EVENT).title == "Von hier"
    (kept,) = (office.root / "konflikte").iterdir()
    assert b"SUMMARY:Von draussen" in kept.read_bytes()
    assert [finding.rule for finding in office.driver.findings] == ["files.beide_geaendert"]
    assert b"SUMMARY:Von hier" in office.path(EVENT).read_bytes()


def test_removed_here_and_changed_there_keeps_their_version_aside(office):
    office.store.put(EVENT, expect=ANY)
    path = office.path(EVENT)
    office.edit(EVENT, (b"SUMMARY:Fachtag", b"SUMMARY:Von draussen"))
    office.driver._outside._next = float("inf")
    office.store.remove(Event, EVENT.id, expect=ANY)
    assert not path.exists()
    (kept,) = (office.root / "konflikte").iterdir()
    assert b"SUMMARY:Von draussen" in kept.read_bytes()
    office.driver.purge([("event", EVENT.id)])
    assert list((office.root / "konflikte").iterdir()) == []


# --- new items


def test_new_items_become_records_under_their_own_file_name(office):
    for folder, name, data in (("kalender", "Neuer Termin.ics", NEW_EVENT), ("kontakte", "k.vcf", NEW_CARD)):
        (office.root / folder).mkdir(exist_ok=True)
        (office.root / folder / name).write_bytes(data)
    for name in (".hidden.ics", "half.tmp", "readme.txt", "displayname"):
        (office.root / "kalender" / name).write_bytes(NEW_EVENT)
    assert office.look() == []
    event, person = office.store.get(Event, "ABC-1").value, office.store.get(Person, "k-1").value
    assert (event.title, person.name) == ("Neu", "Ali Beispiel")
    assert office.path(event).name == "Neuer Termin.ics"
    assert office.path(event).read_bytes() == NEW_EVENT
    office.store.put(attrs.evolve(event, title="Geändert"), expect=ANY)
    assert office.path(event).name == "Neuer Termin.ics"
    assert "Geändert".encode() in office.path(event).read_bytes()
    assert office.reopened().store.counts() == {"event": 1, "person": 1}


def test_a_new_file_that_is_no_single_item_is_left_alone_and_told_once(office):
    office.store.put(EVENT, expect=ANY)
    two = NEW_EVENT.replace(b"END:VCALENDAR\r\n", b"") + NEW_EVENT.partition(b"EN\r\n")[2].replace(b"ABC-1", b"ABC-2")
    for name, data in (("two.ics", two), ("rubbish.ics", b"rubbish"), ("again.ics", office.path(EVENT).read_bytes())):
        (office.root / "kalender" / name).write_bytes(data)
    assert office.look() == ["nicht_gelesen"] * 3
    assert office.look() == []
    assert office.store.counts() == {"event": 1}
    assert (office.root / "kalender" / "rubbish.ics").read_bytes() == b"rubbish"


def test_a_renamed_file_stays_the_same_item(office):
    office.store.put(EVENT, expect=ANY)
    office.path(EVENT).rename(office.root / "kalender" / "umbenannt.ics")
    assert office.look() == []
    assert office.path(EVENT).name == "umbenannt.ics"
    assert office.feed() == [(EVENT.id, "put")]


# --- deletions


def many(count):
    return [attrs.evolve(EVENT, id=f"e-{number}") for number in range(count)]


def test_a_deleted_file_removes_the_record(office):
    events = many(10)
    office.store.put_all(events)
    office.path(events[3]).unlink()
    assert office.look() == ["geloescht"]
    assert office.get(events[3]) is None
    assert office.feed()[-1] == ("e-3", "remove")


@pytest.mark.parametrize("gone", [1, 3, 10])
def test_too_many_deletions_stop_and_ask(office, gone):
    events = many(10 if gone > 1 else 1)
    office.store.put_all(events)
    for event in events[:gone]:
        office.path(event).unlink()
    assert office.look() == ["viele_geloescht"]
    assert office.look() == []
    assert office.store.counts() == {"event": len(events)}
    office.reopened()
    assert office.store.counts() == {"event": len(events)}
    office.reopened(deletions="zuruecknehmen")
    assert len(list((office.root / "kalender").glob("*.ics"))) == len(events)
    for event in events[:gone]:
        office.path(event).unlink()
    office.reopened(deletions="annehmen")
    assert office.store.counts().get("event", 0) == len(events) - gone


def test_a_vanished_folder_is_no_deletion(office):
    office.store.put_all(many(5))
    (office.root / "kalender").rename(office.root / ".weg")
    assert office.look() == ["viele_geloescht"]
    assert office.store.counts() == {"event": 5}


def test_what_others_need_is_written_again(office):
    events = many(10)
    office.store.put_all([*events, Participation(id="t", event_id="e-0", name="Eva")])
    office.path(events[0]).unlink()
    assert office.look() == ["noch_gebraucht"]
    assert office.get(events[0]) == events[0]
    assert office.path(events[0]).exists()


def test_a_deleted_json_file_is_written_again(office):
    participation = Participation(id="t-1", event_id="e", name="Eva Muster")
    office.store.put(participation, expect=ANY)
    path = office.path(participation)
    path.unlink()
    assert office.look() == []
    assert path.exists()


# --- privacy


def test_a_purge_wipes_what_the_files_of_others_told(office):
    participation = Participation(id="t-1", event_id=EVENT.id, name="Kanarienvogel", email="k@schule.example")
    office.store.put_all([EVENT, participation])
    office.edit(EVENT, (b"SUMMARY:Fachtag", b"SUMMARY:Anders"))
    office.look()
    assert b"Kanarienvogel" in office.path(EVENT).read_bytes()
    office.driver.purge([("participation", "t-1")])
    office.driver.close()
    assert not [path for path in office.root.rglob("*") if path.is_file() and b"Kanarienvogel" in path.read_bytes()]


def test_two_processes_worth_of_drivers_see_each_other(office):
    with FilesDriver(office.root) as other:
        office.store.put_all(many(3))
        with other.transaction(write=False) as transaction:
            assert len(list(transaction.scan("event"))) == 3
            office.store.remove(Event, "e-1", expect=ANY)
            assert len(list(transaction.scan("event"))) == 3
        Store(other).put(PERSON, expect=ANY)
        office.driver.purge([("event", "e-0")])
        with other.transaction(write=False) as transaction:
            assert transaction.counts() == {"event": 1, "person": 1}
        assert other.verify().damages == ()
    assert isinstance(office.driver._outside, Outside)
    assert office.get(PERSON) == PERSON
