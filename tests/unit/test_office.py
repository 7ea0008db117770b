"""The office: settings, saving, importing and exporting as acts."""

from datetime import date, datetime
from importlib.resources import files

import attrs
import pytest

from koschuso import Office, Settings
from koschuso.errors import InvalidRecord, NotFound, Refused, Unavailable, UnsafeLocation, WrongUse
from koschuso.model import (
    Event,
    EventStatus,
    FuzzyDate,
    Location,
    Organisation,
    Participation,
    Person,
    Position,
    Publication,
    Task,
    TaskStatus,
    TimeSpan,
    Visibility,
    Workload,
)
from koschuso.office.settings import SETTINGS
from koschuso.store import ANY

FACHTAG = Event(
    id="fachtag",
    title="Fachtag",
    span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=6),
    status=EventStatus.EINLADUNG,
    capacity=80,
)


@pytest.fixture
def office(tmp_path):
    with Office.init(tmp_path / "buero", name="Büro Muster", ags="05974") as opened:
        yield opened


def test_a_new_office_is_a_folder_with_settings_and_a_store(tmp_path):
    Office.init(tmp_path / "buero", name="Büro Muster", ags="05974").close()

    assert {"koschuso.toml", "koschuso.db"} <= {path.name for path in (tmp_path / "buero").iterdir()}
    with Office.open(tmp_path / "buero") as opened:
        assert opened.settings == Settings(name="Büro Muster", ags="05974")


@pytest.mark.parametrize("place", ["buero", "buero/koschuso.db"])
def test_an_office_opens_by_folder_and_by_database_file(tmp_path, place):
    with Office.init(tmp_path / "buero", name="Büro Muster", ags="05974") as office:
        office.save(FACHTAG)

    with Office.open(tmp_path / place) as office:
        assert office.get(Event, "fachtag") == FACHTAG
        assert office.settings.name == "Büro Muster"


def test_a_store_without_a_folder_opens_by_url():
    with Office.open("memory:", settings=Settings(name="Büro", ags="05")) as office:
        office.save(FACHTAG)
        assert list(office.records(Event)) == [FACHTAG]


def test_init_opens_the_same_office_and_refuses_another_one(tmp_path):
    Office.init(tmp_path, name="Büro Muster", ags="05974").close()

    Office.init(tmp_path, name="Büro Muster", ags="05974").close()
    with pytest.raises(Refused, match="schon ein anderes Büro"):
        Office.init(tmp_path, name="Büro Muster", ags="05978")


def test_what_is_not_an_office_is_told_with_what_to_do(tmp_path):
    with pytest.raises(Refused, match="koschuso init"):
        Office.open(tmp_path)
    with pytest.raises(NotFound, match="koschuso init"):
        Office.open(tmp_path / "nirgends")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[buero]\nname = 'x'\n", r"\[buero\] ags fehlt"),
        ("[buero]\nname = 'x'\nags = '05974'\nfarbe = 'blau'\n", "farbe ist keine bekannte Einstellung"),
        ("[buero]\nname = 'x'\nags = 5974\n", "nicht von der Art Text"),
        ("[buero]\nname = 'x'\nags = '09162'\n", "kein Gemeindeschlüssel in Nordrhein-Westfalen"),
        ("[buero\n", "nicht lesbar"),
        ("name = 'x'\n", "außerhalb eines Abschnitts"),
        ("[buero]\nname = 'x'\nags = '05974'\n[datenschutz]\nschwellenwert = 1\n", "Schwellenwert von 1"),
        ("[buero]\nname = 'x'\nags = '05974'\n[plugins]\naktiv = 'alle'\n", "keine Liste von Texten"),
    ],
)
def test_wrong_settings_are_refused_with_the_place(tmp_path, content, words):
    (tmp_path / SETTINGS).write_text(content, encoding="utf-8")

    with pytest.raises(Refused, match=words):
        Office.open(tmp_path)


def test_settings_are_written_as_they_are_read(tmp_path):
    settings = Settings(name='Büro "Nord" \\ Süd', ags="05974040", plugins=("soest",), threshold=5)
    (tmp_path / SETTINGS).write_text(settings.to_toml(), encoding="utf-8")

    assert Settings.read(tmp_path) == settings


def test_saving_the_same_record_again_changes_nothing(office):
    first = office.save(FACHTAG)
    revision = office.store.get(Event, "fachtag").revision
    second = office.save(FACHTAG)
    third = office.save(attrs.evolve(FACHTAG, title="Fachtag Schulsozialarbeit"))

    assert [len(found) for found in (first.created, second.unchanged, third.updated)] == [1, 1, 1]
    assert office.store.get(Event, "fachtag").revision != revision


def test_saving_is_all_or_nothing(office):
    broken = Person(id="p", family_name="Eis\udcffvogel")

    with pytest.raises(InvalidRecord):
        office.save(FACHTAG, broken)
    assert list(office.records(Event)) == []


def test_a_calendar_imported_twice_changes_nothing_and_a_dry_run_writes_nothing(office, tmp_path):
    office.save(FACHTAG)
    office.export(tmp_path / "kalender.ics", kinds=("event",))
    with Office.init(tmp_path / "anderes", name="Anderes Büro", ags="05978") as other:
        dry = other.import_file(tmp_path / "kalender.ics", dry_run=True)
        assert (len(dry.created), list(other.records(Event))) == (1, [])
        first = other.import_file(tmp_path / "kalender.ics")
        second = other.import_file(tmp_path / "kalender.ics")

        assert [len(first.created), len(second.unchanged)] == [1, 1]
        assert other.get(Event, "fachtag").span == FACHTAG.span


def test_an_import_changes_only_what_its_format_can_carry(office, tmp_path):
    office.store.put(attrs.evolve(FACHTAG, minutes_reference="Akte 7", extras={"muster:raumplan": "A"}), expect=ANY)
    file = tmp_path / "kalender.ics"
    office.export(file, kinds=("event",))
    file.write_bytes(file.read_bytes().replace(b"SUMMARY:Fachtag", b"SUMMARY:Fachtag 2025"))

    result = office.import_file(file)

    event = office.get(Event, "fachtag")
    assert (event.title, event.minutes_reference, event.extras["muster:raumplan"]) == ("Fachtag 2025", "Akte 7", "A")
    assert "title" in result.changes[0].fields


def test_a_file_that_contradicts_what_is_stored_is_refused_and_the_rest_is_taken(office, tmp_path):
    office.save(attrs.evolve(FACHTAG, registration_deadline=date(2025, 10, 1)))
    other = attrs.evolve(FACHTAG, id="zweiter", title="Zweiter Fachtag")
    office.save(other)
    file = tmp_path / "kalender.ics"
    office.export(file, kinds=("event",))
    lines = file.read_bytes()
    # Moved before its registration deadline by somebody who cannot see that field.
    moved = lines.replace(b"20251015T090000", b"20250915T090000").replace(b"20251015T150000", b"20250915T150000")
    moved = moved.replace(b"X-KOSCHUSO-ANMELDESCHLUSS:20251001\r\n", b"")
    file.write_bytes(moved)

    result = office.import_file(file)

    assert {str(reference) for reference in result.updated} | {
        f"{finding.kind}/{finding.id}" for finding in result.refused
    } >= {"event/zweiter", "event/fachtag"}


@pytest.mark.parametrize("content", [b"", b"hallo", b"\x00\x01\x02", b"{}", b"<html></html>"])
def test_what_no_format_knows_is_refused_in_one_sentence(office, tmp_path, content):
    file = tmp_path / "etwas.ics"
    file.write_bytes(content)

    with pytest.raises(Refused, match=r"etwas\.ics.*(Format|ist leer|Internetseite)"):
        office.import_file(file)


def test_a_missing_file_is_told(office, tmp_path):
    with pytest.raises(NotFound, match="gibt es nicht"):
        office.import_file(tmp_path / "fehlt.ics")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"path": "liste.docx"}, WrongUse, "gehört zu keinem Format"),
        ({"path": "a.ics", "kinds": ("einhorn",)}, WrongUse, "gibt es nicht"),
        ({"path": "a.ics", "kinds": ("position",)}, WrongUse, "nicht aufnehmen"),
        ({"path": "a.ics", "audience": "alle"}, WrongUse, "gibt es nicht"),
        ({"path": "nirgends/a.ics"}, Unavailable, "nicht schreiben"),
    ],
)
def test_an_impossible_export_leaves_no_file(office, tmp_path, arguments, error, words):
    office.save(FACHTAG)

    with pytest.raises(error, match=words):
        office.export(tmp_path / arguments.pop("path"), **arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["buero"]


def test_a_public_calendar_names_nobody_and_shows_only_public_events(office, tmp_path):
    """DS-08: no attendee, no internal event in what is published."""
    office.save(
        attrs.evolve(FACHTAG, visibility=Visibility.OEFFENTLICH, description="Rückfragen unter 02921 303030."),
        attrs.evolve(FACHTAG, id="intern", title="Dienstbesprechung"),
        Participation(id="t", event_id="fachtag", name="Jonas Eisvogel", email="eisvogel@schule.example"),
    )

    result = office.export(tmp_path / "termine.ics", audience="oeffentlich")

    text = (tmp_path / "termine.ics").read_text(encoding="utf-8")
    assert "METHOD:PUBLISH" in text
    assert not any(word in text for word in ("ATTENDEE", "isvogel", "Dienstbesprechung", "303030"))
    assert result.omitted


def test_a_public_address_book_shows_only_who_agreed_to_it(office, tmp_path):
    """DS-07: publication is an explicit choice."""
    office.save(
        Person(id="p-1", given_name="Anna", family_name="Zimtstern"),
        Person(
            id="p-2",
            given_name="Jonas",
            family_name="Eisvogel",
            email="eisvogel@schule.example",
            publication=Publication.NAME_DIENSTLICH,
        ),
    )

    office.export(tmp_path / "kontakte.vcf", audience="oeffentlich")

    text = (tmp_path / "kontakte.vcf").read_text(encoding="utf-8")
    assert "Zimtstern" not in text


def test_private_properties_are_left_out_and_listed(office, tmp_path):
    """DS-02: an import leaves out what is private, and says so."""
    file = tmp_path / "kontakte.vcf"
    file.write_bytes(
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p-9\r\nN:Eisvogel;Jonas;;;\r\nFN:Jonas Eisvogel\r\n"
        b"EMAIL;TYPE=WORK:eisvogel@schule.example\r\nBDAY:1980-04-01\r\nTEL;TYPE=HOME:02921 1\r\nEND:VCARD\r\n"
    )

    result = office.import_file(file)

    assert {finding.field for finding in result.left_out} >= {"BDAY", "TEL"}
    assert "1980" not in repr(office.get(Person, "p-9").foreign)
    assert office.import_file(file, keep=["BDAY"]).updated


def test_reports_save_and_say_what_they_cannot(office, tmp_path):
    office.save(
        Organisation(id="kreis", type="kreis", name="Kreis Muster", ags="05974"),
        Position(id="s", name="Stelle", employer_id="kreis", workload=Workload.parse("19,5 Std.")),
    )
    document = office.report("stellenuebersicht", stichtag=date(2025, 10, 15))

    for name in ("stellen.html", "stellen.csv", "stellen.md"):
        document.save(tmp_path / name)
    with pytest.raises(WrongUse):
        document.save(tmp_path / "stellen.exe")
    with pytest.raises(WrongUse):
        office.report("einhornbericht")
    with pytest.raises(WrongUse):
        office.report("stellenuebersicht", stichtag="bald")
    assert (tmp_path / "stellen.html").stat().st_size > 1000
    assert not (tmp_path / "stellen.exe").exists()


def test_a_record_is_found_by_its_id_alone(office):
    office.save(FACHTAG, Organisation(id="fachtag", type="sonstige", name="Gleichnamig"))

    assert {stored.value.KIND for stored in office.find("fachtag")} == {"event", "organisation"}
    assert [stored.value.KIND for stored in office.find("event/fachtag")] == ["event"]
    assert office.find("nichts") == []


def test_the_office_tells_no_name_in_its_repr(office):
    assert "Muster" not in repr(office)


def test_a_new_edition_of_the_register_keeps_what_the_office_knows_better(office, tmp_path):
    file = tmp_path / "schuldaten.csv"
    file.write_bytes((files("koschuso.demo") / "data" / "schuldaten_kreis_soest.csv").read_bytes())
    office.import_file(file)
    school = next(found for found in office.records(Organisation) if found.type == "schule")
    traeger = next(found for found in office.records(Organisation) if found.traegernummer and not found.school)
    assert school.school is not None
    known = attrs.evolve(school, school=attrs.evolve(school.school, sozialindexstufe=4, pupils=210), phones=("0",))
    office.save(known, attrs.evolve(traeger, phones=("02921 30-0",), email="schule@traeger.example"))

    result = office.import_file(file)

    assert [str(reference) for reference in result.updated] == [f"organisation/{school.id}"]
    again = office.get(Organisation, school.id)
    assert again.school is not None
    assert (again.phones, again.school.sozialindexstufe, again.school.pupils) == (school.phones, 4, 210)
    assert office.get(Organisation, traeger.id).phones == ("02921 30-0",)


def test_a_program_that_strips_our_lines_takes_no_fact_away(office, tmp_path):
    stored = attrs.evolve(
        FACHTAG,
        status=EventStatus.DURCHGEFUEHRT,
        type="fachtag",
        topics=("kinderschutz",),
        location=Location(name="Börde-Halle", room="Saal 1"),
    )
    task = Task(id="t", title="Bericht", status=TaskStatus.WARTET, due=FuzzyDate("03/2026"))
    office.save(stored, task)
    file = tmp_path / "kalender.ics"
    office.export(file, kinds=("event", "task"))
    unfolded = file.read_bytes().replace(b"\r\n ", b"")
    lines = [line for line in unfolded.splitlines() if not line.startswith(b"X-KOSCHUSO")]
    file.write_bytes(b"\r\n".join(lines).replace(b"SUMMARY:Fachtag", b"SUMMARY:Fachtag in Soest") + b"\r\n")

    result = office.import_file(file)

    again = office.get(Event, "fachtag")
    assert again.title == "Fachtag in Soest"
    assert (again.status, again.location, again.type) == (stored.status, stored.location, stored.type)
    assert (office.get(Task, "t").status, office.get(Task, "t").due) == (task.status, task.due)
    assert result.refused == ()


def test_what_another_program_decides_is_taken_over(office, tmp_path):
    office.save(FACHTAG)
    file = tmp_path / "kalender.ics"
    office.export(file, kinds=("event",))
    file.write_bytes(file.read_bytes().replace(b"STATUS:CONFIRMED", b"STATUS:CANCELLED", 1))

    office.import_file(file)

    assert office.get(Event, "fachtag").status is EventStatus.ABGESAGT


def test_a_folder_that_is_refused_is_not_left_behind(tmp_path):
    (tmp_path / "OneDrive").mkdir()

    with pytest.raises(UnsafeLocation, match="OneDrive"):
        Office.init(tmp_path / "OneDrive" / "buero", name="Muster", ags="05974")
    assert list((tmp_path / "OneDrive").iterdir()) == []


@pytest.mark.parametrize("lose", [lambda path: path.unlink(), lambda path: path.write_bytes(b"")])
def test_a_lost_database_is_told_and_not_replaced_by_an_empty_one(tmp_path, lose):
    Office.init(tmp_path / "buero", name="Muster", ags="05974").close()
    lose(tmp_path / "buero" / "koschuso.db")
    before = sorted(path.name for path in (tmp_path / "buero").iterdir())

    with pytest.raises(Unavailable, match="Sicherung"):
        Office.open(tmp_path / "buero")
    assert sorted(path.name for path in (tmp_path / "buero").iterdir()) == before


def test_settings_of_a_windows_editor_are_read(tmp_path):
    settings = Settings(name="Büro Süd", ags="05974")
    (tmp_path / SETTINGS).write_bytes(b"\xef\xbb\xbf" + settings.to_toml().replace("\n", "\r\n").encode())

    assert Settings.read(tmp_path) == settings


def test_settings_in_another_encoding_are_refused_in_german(tmp_path):
    (tmp_path / SETTINGS).write_bytes('[buero]\nname = "Büro"\n'.encode("cp1252"))

    with pytest.raises(Refused, match="UTF-8"):
        Settings.read(tmp_path)


def test_one_unreadable_event_is_told_as_not_taken_and_the_others_are_taken(office, tmp_path):
    file = tmp_path / "kalender.ics"
    good = b"BEGIN:VEVENT\r\nUID:gut\r\nDTSTART:20250101T100000Z\r\nSUMMARY:Gut\r\nEND:VEVENT\r\n"
    bad = b"BEGIN:VEVENT\r\nUID:schlecht\r\nDTSTART:quatsch\r\nSUMMARY:Schlecht\r\nEND:VEVENT\r\n"
    file.write_bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + bad + good + b"END:VCALENDAR\r\n")

    result = office.import_file(file)

    assert [str(reference) for reference in result.created] == ["event/gut"]
    assert [(finding.rule, finding.line) for finding in result.refused] == [("ical.nicht_uebernommen", 3)]
    assert str(office.get(Event, "gut").span) == "01.01.2025, 11:00 Uhr"


def test_figures_about_positions_say_when_none_is_recorded(office):
    for name in ("stellenuebersicht", "kennzahlen"):
        assert office.report(name).sections[0].title == "Noch keine Stellen erfasst"
    office.save(Position(id="s", name="Stelle"))
    assert office.report("kennzahlen").sections[0].title != "Noch keine Stellen erfasst"
