"""Import as an act: what is new, changed, kept or left out; who is newer; and what is not even parsed again."""

import time
from datetime import date

import attrs
import pytest

from koschuso import Office
from koschuso.errors import Refused, WrongUse
from koschuso.model import Event, EventStatus, Person, Reference, TimeSpan
from koschuso.office.taking_in import intake
from koschuso.store import ANY


def event(
    uid, title="Fachtag", *, sequence=0, modified="20250901T080000Z", place="Kreishaus", stamp="20250801T080000Z"
):
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{stamp}",
        f"SEQUENCE:{sequence}",
        *([f"LAST-MODIFIED:{modified}"] if modified else []),
        "DTSTART;TZID=Europe/Berlin:20251015T090000",
        "DTEND;TZID=Europe/Berlin:20251015T120000",
        f"SUMMARY:{title}",
        f"LOCATION:{place}",
        "END:VEVENT",
    ]
    return "\r\n".join(lines)


def calendar(*events):
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Muster//DE", *events, "END:VCALENDAR", ""]
    ).encode()


def cards(*persons):
    lines = []
    for uid, name, more in persons:
        lines += ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{name}", f"N:{name};;;;", *more, "END:VCARD"]
    return "\r\n".join([*lines, ""]).encode()


@pytest.fixture
def office(tmp_path):
    with Office.init(tmp_path / "buero", name="Büro Muster", ags="05974") as opened:
        yield opened


@pytest.fixture
def take(office, tmp_path):
    def taken(data, name="kalender.ics", **options):
        file = tmp_path / name
        file.write_bytes(data)
        return office.import_file(file, **options)

    return taken


def edit(office, uid, **fields):
    office.save(attrs.evolve(office.get(Event, uid), **fields))


def rules(result):
    return [finding.rule for finding in result.findings]


def test_a_dry_run_names_what_would_be_new_changed_and_unchanged_and_writes_nothing(office, take):
    take(calendar(event("a"), event("b")))
    cursor = office.store.cursor()

    result = take(calendar(event("a"), event("b", "Neuer Titel", sequence=1), event("c")), dry_run=True)

    assert {str(change.reference): (str(change.outcome), change.fields) for change in result.changes} == {
        "event/a": ("unverändert", ()),
        "event/b": ("geändert", ("foreign", "title", "sequence")),
        "event/c": ("neu", ()),
    }
    assert "Es wurde nichts geschrieben" in result.summary()
    assert office.store.cursor() == cursor


def test_a_dry_run_and_the_import_after_it_say_the_same(take):
    take(calendar(event("a"), event("b")))
    newer = calendar(event("a", "Anders", sequence=1), event("c"))

    assert take(newer, dry_run=True).changes == take(newer).changes


def test_the_same_file_again_changes_nothing_in_the_store(office, take):
    first = take(calendar(event("a"), event("b")))
    cursor, changed = office.store.cursor(), office.store.last_changed_at()

    second = take(calendar(event("a"), event("b")))

    assert set(second.unchanged) == set(first.created)
    assert (office.store.cursor(), office.store.last_changed_at()) == (cursor, changed)


def test_what_did_not_change_is_not_parsed_again(office, take, monkeypatch):
    take(calendar(event("a"), event("b")))
    parsed = []
    parser = office.registry.formats["koschuso:ical"].portions

    def watched(stream, options):
        for portion in parser(stream, options):
            parsed.extend(record.id for record in portion.records)
            yield portion

    formats = {
        name: attrs.evolve(found, portions=watched) if name == "koschuso:ical" else found
        for name, found in office.registry.formats.items()
    }
    monkeypatch.setattr(type(office.registry), "formats", formats)
    result = take(calendar(event("a"), event("b", "Anders"), event("c")))

    assert parsed == ["b", "c"]
    assert [len(found) for found in (result.created, result.updated, result.unchanged)] == [1, 1, 1]


def test_a_record_that_was_removed_comes_back_with_the_file(office, take):
    take(calendar(event("a"), event("b")))
    office.store.remove(Event, "a", expect=ANY)

    result = take(calendar(event("a"), event("b")))

    assert result.created == (Reference("event", "a"),)
    assert office.get(Event, "a").title == "Fachtag"


def test_a_file_that_was_merely_written_anew_changes_nothing(office, take):
    take(calendar(event("a"), event("b", modified="")))
    revision = office.store.get(Event, "a").revision

    result = take(calendar(event("a", stamp="20260101T080000Z"), event("b", modified="", stamp="20260101T080000Z")))

    assert (len(result.unchanged), result.updated) == (2, ())
    assert office.store.get(Event, "a").revision == revision


def test_a_newer_edition_updates_and_an_older_one_overwrites_nothing(office, take):
    take(calendar(event("a", "Stand zwei", sequence=2)))

    older = take(calendar(event("a", "Stand eins", sequence=1)))
    newer = take(calendar(event("a", "Stand drei", sequence=3)))

    assert (older.kept, rules(older)) == ((Reference("event", "a"),), ["import.aelter"])
    assert newer.updated == (Reference("event", "a"),)
    assert office.get(Event, "a").title == "Stand drei"


def test_last_modified_decides_between_editions_of_one_sequence(office, take):
    take(calendar(event("a", "Neu", modified="20250902T080000Z")))

    result = take(calendar(event("a", "Alt", modified="20250901T080000Z")))

    assert (rules(result), office.get(Event, "a").title) == (["import.aelter"], "Neu")


def test_rev_decides_between_editions_of_a_card(office, take):
    take(cards(("p", "Muster", ["REV:20250902T080000Z", "TITLE:Fachkraft"])), "k.vcf")

    result = take(cards(("p", "Muster-Alt", ["REV:20250801T080000Z"])), "k.vcf")

    assert (rules(result), office.get(Person, "p").family_name) == (["import.aelter"], "Muster")


def test_a_local_edit_survives_the_same_file(office, take):
    take(calendar(event("a")))
    edit(office, "a", title="Fachtag am neuen Ort")

    result = take(calendar(event("a")))

    assert (office.get(Event, "a").title, rules(result)) == ("Fachtag am neuen Ort", [])


def test_file_and_office_are_merged_field_by_field(office, take):
    take(calendar(event("a")))
    edit(office, "a", title="Unser Titel")

    result = take(calendar(event("a", place="Rathaus")))

    merged = office.get(Event, "a")
    assert (merged.title, merged.location.name, rules(result)) == ("Unser Titel", "Rathaus", [])


def test_a_merge_is_remembered_for_the_next_one(office, take):
    take(calendar(event("a")))
    edit(office, "a", title="Unser Titel")
    take(calendar(event("a", place="Rathaus")))

    again = take(calendar(event("a", place="Rathaus")))
    third = take(calendar(event("a", place="Schulamt")))

    merged = office.get(Event, "a")
    assert len(again.unchanged) == 1
    assert (merged.title, merged.location.name, rules(third)) == ("Unser Titel", "Schulamt", [])


def test_a_file_that_is_not_newer_does_not_overwrite_a_local_edit(office, take):
    take(calendar(event("a")))
    edit(office, "a", title="Unser Titel")

    result = take(calendar(event("a", "Titel der Datei", place="Rathaus")))

    merged = office.get(Event, "a")
    assert (merged.title, merged.location.name) == ("Unser Titel", "Rathaus")
    assert rules(result) == ["import.selbst_geaendert"]
    assert "Titel" in result.findings[0].message


def test_a_newer_file_wins_against_a_local_edit_and_says_so(office, take):
    take(calendar(event("a")))
    edit(office, "a", title="Unser Titel", description="Unsere Worte")

    result = take(calendar(event("a", "Titel der Datei", sequence=1)))

    merged = office.get(Event, "a")
    assert (merged.title, merged.description) == ("Titel der Datei", "Unsere Worte")
    assert rules(result) == ["import.neuer_als_eigene_aenderung"]


def test_what_was_not_taken_is_told_again_the_next_time(take):
    take(calendar(event("a", "Stand zwei", sequence=2)))
    older = calendar(event("a", "Stand eins", sequence=1))

    assert rules(take(older)) == rules(take(older)) == ["import.aelter"]


def test_other_settings_read_the_file_anew(office, take):
    data = cards(("p", "Muster", ["BDAY:1980-01-01"]))
    first = take(data, "k.vcf")

    second = take(data, "k.vcf", keep=("BDAY",))

    assert [finding.field for finding in first.left_out] == ["BDAY"]
    assert (second.updated, second.left_out) == ((Reference("person", "p"),), ())
    assert "BDAY:1980-01-01" in office.get(Person, "p").foreign


def test_a_private_property_that_does_not_exist_is_refused_by_name(take):
    with pytest.raises(WrongUse, match="QUATSCH"):
        take(cards(("p", "Muster", ())), "k.vcf", keep=("QUATSCH",))


def test_an_import_that_was_cut_off_after_its_commit_is_taken_up(office, take):
    take(calendar(event("a"), event("b")))
    office.store.remember("einlesen/koschuso:ical/danach", ["veraltet", ""])
    office.store.remove(Event, "b", expect=ANY)

    result = take(calendar(event("a"), event("b")))

    assert (len(result.unchanged), len(result.created)) == (1, 1)


def test_a_restored_backup_is_read_anew(office, take, tmp_path):
    office.store.backup(tmp_path / "sicherung.db")
    take(calendar(event("a")))
    with Office.open(tmp_path / "sicherung.db") as restored:
        result = restored.import_file(tmp_path / "kalender.ics")

    assert len(result.created) == 1


def test_a_large_file_is_read_in_portions(office, take, monkeypatch):
    monkeypatch.setattr(intake, "_WHOLE", 4096)
    steps = []
    many = calendar(*(event(f"termin-{number}", f"Nummer {number}") for number in range(3000)))

    result = take(many, progress=lambda done, total: steps.append((done, total)))

    assert len(result.created) == len(list(office.records(Event))) == 3000
    assert len(steps) > 1
    assert steps[-1] == (len(many), len(many))


def test_a_failure_in_the_middle_leaves_nothing(office, take, monkeypatch):
    monkeypatch.setattr(intake, "_WHOLE", 4096)
    original = office.registry.formats["koschuso:ical"].portions

    def failing(stream, options):
        yield next(iter(original(stream, options)))
        raise RuntimeError("Platte weg")

    formats = {**office.registry.formats}
    formats["koschuso:ical"] = attrs.evolve(formats["koschuso:ical"], portions=failing)
    monkeypatch.setattr(type(office.registry), "formats", formats)
    with pytest.raises(Exception, match="gescheitert"):
        take(calendar(*(event(f"t-{number}") for number in range(3000))))
    assert list(office.records(Event)) == []


def test_an_empty_file_is_refused(take):
    with pytest.raises(Refused, match="leer"):
        take(b"")


def test_an_office_takes_over_what_another_office_changed(office, tmp_path):
    with Office.init(tmp_path / "anderes", name="Anderes Büro", ags="05978") as other:
        fachtag = Event(id="f", title="Fachtag", span=TimeSpan.days(date(2025, 10, 15)), status=EventStatus.EINLADUNG)
        other.save(fachtag)
        other.export(tmp_path / "eins.ics")
        office.import_file(tmp_path / "eins.ics")
        office.save(attrs.evolve(office.get(Event, "f"), minutes_reference="Akte 7"))
        other.save(attrs.evolve(fachtag, target_groups=("fachkraefte",), capacity=80, sequence=1))
        other.export(tmp_path / "zwei.ics")

        result = office.import_file(tmp_path / "zwei.ics")

    taken = office.get(Event, "f")
    assert (taken.target_groups, taken.capacity, taken.minutes_reference) == (("fachkraefte",), 80, "Akte 7")
    assert result.updated == (Reference("event", "f"),)


def test_an_own_export_from_before_a_local_edit_overwrites_nothing(office, tmp_path):
    office.save(Event(id="f", title="Fachtag", span=TimeSpan.days(date(2025, 10, 15)), status=EventStatus.EINLADUNG))
    office.export(tmp_path / "kalender.ics")
    time.sleep(1.1)  # files tell the time in seconds
    edit(office, "f", title="Unser Titel")

    result = office.import_file(tmp_path / "kalender.ics")

    assert (rules(result), office.get(Event, "f").title) == (["import.aelter"], "Unser Titel")
