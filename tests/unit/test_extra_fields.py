"""One declaration of a field does everything: checked, stored, asked for, shown, written to files, kept from others."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import attrs
import pytest

from koschuso import Office, Settings
from koschuso.cli import main
from koschuso.errors import InvalidRecord, WrongUse
from koschuso.interchange import ical, vcard
from koschuso.interchange.format import ReadOptions, WriteOptions
from koschuso.model import (
    Activity,
    Catalogue,
    Entry,
    Event,
    EventStatus,
    ExtraField,
    FieldType,
    LegalBasis,
    Organisation,
    Period,
    Person,
    PrivacyClass,
    SchoolProfile,
    Severity,
    TimeSpan,
    Visibility,
)
from koschuso.plugin import hookimpl
from koschuso.plugin.registry import Registry
from koschuso.privacy import access
from koschuso.query import AtLeast, Before, Equals, HeldOn, Missing, Overlaps, Query
from koschuso.store import ANY, Store, open_store

SPACES = Catalogue(
    name="muster:sozialraum",
    title="Sozialräume",
    version="1",
    entries=(Entry(key="muster:nord", label="Nord"), Entry(key="muster:sued", label="Süd")),
)
RAUM = ExtraField(
    name="muster:sozialraum",
    record_kind="organisation",
    label="Sozialraum",
    type=FieldType.KEY,
    catalogue="muster:sozialraum",
    privacy=PrivacyClass.OEFFENTLICH,
    help="In welchem Sozialraum liegt die Schule?",
)
STUNDEN = ExtraField(
    name="muster:stunden",
    record_kind="organisation",
    label="Stunden",
    type=FieldType.DECIMAL,
    privacy=PrivacyClass.NETZWERK,
)
VERMERK = ExtraField(
    name="muster:vermerk", record_kind="organisation", label="Vermerk", privacy=PrivacyClass.VERTRAULICH
)
SCHULUNG = ExtraField(
    name="muster:schulung", record_kind="person", label="Letzte Schulung", type=FieldType.DATE, required=True
)
BARRIEREFREI = ExtraField(
    name="muster:barrierefrei",
    record_kind="event",
    label="Barrierefrei",
    type=FieldType.BOOLEAN,
    privacy=PrivacyClass.OEFFENTLICH,
)
PLAETZE = ExtraField(name="muster:plaetze", record_kind="event", label="Plätze", type=FieldType.INTEGER)
FAHRT = ExtraField(name="muster:fahrtzeit", record_kind="activity", label="Fahrtzeit", type=FieldType.INTEGER)
FIELDS = (RAUM, STUNDEN, VERMERK, SCHULUNG, BARRIEREFREI, PLAETZE, FAHRT)

SCHOOL = Organisation(
    id="schule-100001",
    type="schule",
    name="Schule am Teich",
    ags="05974040",
    school=SchoolProfile(schulnummer="100001", schulform="grundschule"),
    extras={"muster:sozialraum": "muster:nord", "muster:stunden": "19.5", "muster:vermerk": "Streng vertraulich"},
)
PERSON = Person(id="p-1", given_name="Eva", family_name="Eisvogel", extras={"muster:schulung": "2024-03-01"})
EVENT = Event(
    id="fachtag",
    title="Fachtag",
    status=EventStatus.EINLADUNG,
    visibility=Visibility.OEFFENTLICH,
    span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=6),
    extras={"muster:barrierefrei": True, "muster:plaetze": 80},
)
ACTIVITY = Activity(id="a-1", day=date(2025, 8, 27), taetigkeit="beratung", minutes=30, extras={"muster:fahrtzeit": 15})
RECORDS = (SCHOOL, PERSON, EVENT, ACTIVITY)


def plugin(*fields):
    """A plugin with these fields and the catalogue of Sozialräume."""
    return SimpleNamespace(
        koschuso_fields=hookimpl(_named("koschuso_fields", lambda: fields)),
        koschuso_catalogues=hookimpl(_named("koschuso_catalogues", lambda: [SPACES])),
    )


def _named(name, function):
    function.__name__ = name
    return function


def opened(store: Store, *fields: ExtraField, enabled: bool = True) -> Office:
    """An office over a store, with or without the plugin."""
    registry = Registry.load(given={"muster": plugin(*(fields or FIELDS))} if enabled else {})
    assert not registry.failures
    return Office(store=store, registry=registry, settings=Settings(name="Büro Muster", ags="05974"))


@pytest.fixture(params=["memory:", "sqlite"])
def store(request, tmp_path):
    url = request.param if request.param == "memory:" else f"sqlite:///{tmp_path}/koschuso.db"
    with open_store(url) as opened_store:
        yield opened_store


@pytest.fixture
def office(store):
    return opened(store)


# -- checked when saved ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.KIND)
def test_values_that_fit_are_stored_in_one_json_form(office, record):
    office.save(record)
    assert office.get(type(record), record.id) == record


@pytest.mark.parametrize(
    ("record", "name", "value", "rule", "words"),
    [
        (PERSON, "muster:schulung", "1. März", "zusatzfeld.wert", "»Letzte Schulung«"),
        (SCHOOL, "muster:sozialraum", "muster:west", "zusatzfeld.schluessel", "»Sozialräume«"),
        (SCHOOL, "muster:stunden", 19.5, "zusatzfeld.wert", "wie 19,5"),
        (EVENT, "muster:barrierefrei", "ja", "zusatzfeld.wert", "ja oder nein"),
        (ACTIVITY, "muster:fahrtzeit", True, "zusatzfeld.wert", "ganze Zahl"),
        (SCHOOL, "muster:sozialram", "muster:nord", "zusatzfeld.unbekannt", "meinten Sie »muster:sozialraum«"),
        (PERSON, "muster:plaetze", 7, "zusatzfeld.unbekannt", "gehört zu Datensätzen der Art »event«"),
        (PERSON, "fort:feld", 7, "zusatzfeld.unbekannt", "schalten Sie das Plugin »fort« ein"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_stored(office, record, name, value, rule, words):
    other = Person(id="p-2", family_name="Reiher")
    wrong = attrs.evolve(record, extras={**record.extras, name: value})
    with pytest.raises(InvalidRecord, match=words) as refused:
        office.save(other, wrong)
    (finding,) = refused.value.findings
    assert (finding.rule, finding.kind, finding.id, finding.field) == (rule, record.KIND, record.id, name)
    assert finding.severity is Severity.ERROR
    assert office.store.find(Person, "p-2") is None
    assert office.store.find(type(record), record.id) is None


def test_a_missing_required_value_is_found_by_the_check_and_not_refused(office):
    office.save(attrs.evolve(PERSON, extras={}))
    missing = [finding for finding in office.check() if finding.rule == "zusatzfeld.fehlt"]
    assert [(finding.id, finding.field) for finding in missing] == [("p-1", "muster:schulung")]


def test_the_store_alone_knows_no_plugins(office):
    wrong = attrs.evolve(PERSON, extras={"muster:schulung": 7, "fort:x": 1})
    office.store.put(wrong, expect=ANY)
    assert office.get(Person, "p-1") == wrong
    office.save(attrs.evolve(wrong, email="eisvogel@kreis.example"))  # what was stored before passes
    with pytest.raises(InvalidRecord):
        office.save(attrs.evolve(wrong, extras={"muster:schulung": 8, "fort:x": 1}))
    assert "zusatzfeld.wert" in {finding.rule for finding in office.check()}


# -- the plugin comes and goes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.KIND)
def test_removing_the_plugin_keeps_the_values(store, tmp_path, record):
    opened(store).save(record)
    without = opened(store, enabled=False)
    edited = {"person": {"phones": ("02921 1",)}, "activity": {"minutes": 45}}.get(record.KIND, {})
    edited = edited or {"title" if record.KIND == "event" else "name": "Neuer Name"}
    without.save(attrs.evolve(without.get(type(record), record.id), **edited))
    file = tmp_path / ("datei.ics" if record.KIND in {"event", "activity"} else "datei.vcf")
    without.export(file, kinds=[record.KIND])
    result = without.import_file(file)
    assert result.refused == ()
    assert len(result.unchanged) == 1

    again = opened(store).get(type(record), record.id)
    assert again.extras == record.extras
    assert all(getattr(again, name) == value for name, value in edited.items())


def test_a_changed_declaration_costs_no_value(store):
    opened(store).save(SCHOOL)
    changed = opened(store, attrs.evolve(STUNDEN, type=FieldType.INTEGER))
    changed.save(attrs.evolve(SCHOOL, name="Schule am See"))
    assert changed.get(Organisation, SCHOOL.id).extras == SCHOOL.extras
    assert "zusatzfeld.wert" in {finding.rule for finding in changed.check()}


# -- asked for ------------------------------------------------------------------------------------------------------------


def schools(*values):
    return [
        attrs.evolve(
            SCHOOL,
            id=f"schule-10000{number}",
            school=SchoolProfile(schulnummer=f"10000{number}", schulform="grundschule"),
            extras={"muster:stunden": value} if value else {},
        )
        for number, value in enumerate(values, 1)
    ]


@pytest.mark.parametrize("name", ["muster:stunden", "extras.muster:stunden"])
def test_numbers_are_asked_for_and_ordered_as_numbers(office, name):
    office.save(*schools("9.5", "10.25", None, "-3", "39"))
    found = office.records(Organisation, AtLeast(name, Decimal("9.5")), Before(name, 39))
    assert [record.extras["muster:stunden"] for record in found] == ["9.5", "10.25"]
    ordered = office.store.query(Query(Organisation, order_by=name, descending=True))
    assert [stored.value.extras.get("muster:stunden") for stored in ordered] == ["39", "10.25", "9.5", "-3", None]
    assert [record.id for record in office.records(Organisation, Missing(name))] == ["schule-100003"]
    assert len(list(office.records(Organisation, Equals(name, Decimal("9.50"))))) == 1


def test_days_are_asked_for_as_days(office):
    days = ("2024-03-01", "2025-10-15", "2025-12-31")
    office.save(*(attrs.evolve(PERSON, id=day, extras={"muster:schulung": day}) for day in days))

    def asked(condition):
        return [record.id for record in office.records(Person, condition)]

    assert asked(AtLeast("muster:schulung", date(2025, 10, 15))) == ["2025-10-15", "2025-12-31"]
    assert asked(Before("extras.muster:schulung", date(2025, 1, 1))) == ["2024-03-01"]
    assert asked(Equals("muster:schulung", date(2025, 10, 15))) == ["2025-10-15"]
    assert asked(HeldOn("muster:schulung", date(2025, 10, 15))) == ["2025-10-15"]
    assert asked(Overlaps("muster:schulung", Period.calendar_year(2025))) == ["2025-10-15", "2025-12-31"]


# -- files --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.KIND)
def test_values_travel_to_another_office_by_file(office, tmp_path, record):
    office.save(record)
    file = tmp_path / ("datei.ics" if record.KIND in {"event", "activity"} else "datei.vcf")
    result = office.export(file, kinds=[record.KIND])
    assert not [finding for finding in result.lost if "Zusatzfeld" in finding.message]
    with open_store("memory:") as empty:
        other = opened(empty)
        other.import_file(file)
        open_values = {name: value for name, value in record.extras.items() if name != "muster:vermerk"}
        assert other.get(type(record), record.id).extras == open_values
        assert other.import_file(file).changes[0].outcome.value == "unverändert"
    assert len(office.import_file(file).unchanged) == 1


def test_what_is_confidential_never_leaves_and_the_rest_as_far_as_it_may(office, tmp_path):
    office.save(SCHOOL)
    carried = {}
    for audience in ("intern", "netzwerk", "oeffentlich"):
        file = tmp_path / f"{audience}.vcf"
        office.export(file, kinds=["organisation"], audience=audience)
        text = file.read_text(encoding="utf-8")
        assert "Streng vertraulich" not in text
        carried[audience] = {
            name for name in ("SOZIALRAUM", "STUNDEN", "VERMERK") if f"X-KOSCHUSO-MUSTER-{name}:" in text
        }
    assert carried == {
        "intern": {"SOZIALRAUM", "STUNDEN"},
        "netzwerk": {"SOZIALRAUM", "STUNDEN"},
        "oeffentlich": {"SOZIALRAUM"},
    }


def test_a_confidential_line_that_was_read_without_the_plugin_does_not_leave_either(store, tmp_path):
    card = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p-9\r\nN:Reiher;Ute;;;\r\nFN:Ute Reiher\r\n"
        "X-KOSCHUSO-MUSTER-GEHEIM:Streng vertraulich\r\nEND:VCARD\r\n"
    )
    (tmp_path / "alt.vcf").write_bytes(card.encode())
    opened(store, enabled=False).import_file(tmp_path / "alt.vcf")
    geheim = ExtraField(name="muster:geheim", record_kind="person", label="Geheim", privacy=PrivacyClass.VERTRAULICH)
    office = opened(store, geheim)
    office.export(tmp_path / "neu.vcf")
    assert b"vertraulich" not in (tmp_path / "neu.vcf").read_bytes()

    result = office.import_file(tmp_path / "alt.vcf")  # the same bytes, and yet something new
    assert len(result.updated) == 1
    person = office.get(Person, "p-9")
    assert person.extras == {"muster:geheim": "Streng vertraulich"}
    assert not [entry for entry in person.foreign if "GEHEIM" in entry]
    assert len(office.import_file(tmp_path / "alt.vcf").unchanged) == 1


CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Muster//DE\r\nBEGIN:VEVENT\r\nUID:e-1\r\nDTSTAMP:20250101T000000Z\r\n"
    "DTSTART:20251015T070000Z\r\nSUMMARY:Fachtag\r\n{}END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_a_bad_value_in_a_file_is_told_kept_as_a_line_and_the_rest_is_taken(office, tmp_path):
    file = tmp_path / "k.ics"
    lines = "X-KOSCHUSO-MUSTER-PLAETZE:viele\r\nX-KOSCHUSO-MUSTER-BARRIEREFREI:ja\r\n"
    file.write_bytes(CALENDAR.format(lines).encode())
    result = office.import_file(file)
    (finding,) = [finding for finding in result.findings if finding.rule == "ical.zusatzfeld"]
    assert "»Plätze« (muster:plaetze)" in finding.message
    assert finding.line == 9
    event = office.get(Event, "e-1")
    assert event.extras == {"muster:barrierefrei": True}
    assert "X-KOSCHUSO-MUSTER-PLAETZE:viele" in event.foreign


def test_an_unknown_key_in_a_file_is_told_and_the_stored_value_stays(office, tmp_path):
    office.save(SCHOOL)
    file = tmp_path / "s.vcf"
    office.export(file, kinds=["organisation"])
    text = file.read_bytes().replace(b":muster:nord", b":muster:west").replace(b"Schule am Teich", b"Schule am See")
    file.write_bytes(text)
    result = office.import_file(file)
    assert [finding.rule for finding in result.findings] == ["zusatzfeld.schluessel"]
    school = office.get(Organisation, SCHOOL.id)
    assert (school.name, school.extras) == ("Schule am See", SCHOOL.extras)


def test_lines_in_a_reminder_are_not_values_of_the_event():
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT1H\r\nDESCRIPTION:x\r\nX-KOSCHUSO-MUSTER-PLAETZE:7\r\nEND:VALARM\r\n"
    (event,) = ical.read(CALENDAR.format(alarm).encode(), ReadOptions(fields=FIELDS)).records
    assert event.extras == {}
    assert "X-KOSCHUSO-MUSTER-PLAETZE:7" in event.foreign


def test_what_no_plugin_declares_is_not_written_and_told():
    options = WriteOptions(stamp=datetime(2025, 10, 1, tzinfo=UTC), fields=(BARRIEREFREI,))
    writing = ical.writing([EVENT], options)
    assert b"BARRIEREFREI:true" in writing.data
    assert b"PLAETZE" not in writing.data
    assert [finding.rule for finding in writing.findings] == ["ical.zusatzfelder"]
    writing = vcard.writing([PERSON], options)
    assert b"SCHULUNG" not in writing.data
    assert "Zusatzfelder" in writing.findings[0].message


def test_an_own_change_and_a_change_in_the_file_meet_field_by_field(office, tmp_path):
    file = tmp_path / "k.ics"
    lines = "X-KOSCHUSO-MUSTER-PLAETZE:80\r\nX-KOSCHUSO-MUSTER-BARRIEREFREI:true\r\n"
    file.write_bytes(CALENDAR.format(lines).encode())
    office.import_file(file)
    event = office.get(Event, "e-1")
    office.save(attrs.evolve(event, extras={**event.extras, "muster:plaetze": 60}))
    file.write_bytes(CALENDAR.format(lines.replace("true", "false")).encode())
    result = office.import_file(file)
    assert office.get(Event, "e-1").extras == {"muster:plaetze": 60, "muster:barrierefrei": False}
    assert result.changes[0].fields == ("muster:barrierefrei",)

    file.write_bytes(CALENDAR.format(lines.replace("80", "100")).encode())
    told = office.import_file(file).findings
    assert office.get(Event, "e-1").extras["muster:plaetze"] == 60
    assert [finding.rule for finding in told] == ["import.selbst_geaendert"]
    assert "muster:plaetze" in told[0].message


def test_a_value_that_an_own_edit_replaced_is_written_once(office, tmp_path):
    (event,) = ical.read(CALENDAR.format("X-KOSCHUSO-MUSTER-PLAETZE:70\r\n").encode()).records
    office.save(attrs.evolve(event, extras={"muster:plaetze": 60}))
    office.export(tmp_path / "k.ics")
    assert (tmp_path / "k.ics").read_bytes().count(b"MUSTER-PLAETZE") == 1


# -- people ------------------------------------------------------------------------------------------------------------


def test_access_and_the_view_of_reports_know_the_labels(office):
    office.save(*RECORDS)
    report = access("p-1", office, declared=office.registry.declared)
    assert report.records["person"][0]["extras"] == {"muster:schulung": "2024-03-01"}
    assert report.labels["muster:schulung"] == "Letzte Schulung"
    assert json.loads(report.to_json())["bezeichnungen"] == {"muster:schulung": "Letzte Schulung"}
    view = office.view()
    assert [field.label for field in view.fields("organisation", "netzwerk")] == ["Sozialraum", "Stunden"]
    school = view.get(Organisation, SCHOOL.id)
    assert [(extra.label, extra.text) for extra in view.extras(school)] == [("Sozialraum", "Nord"), ("Stunden", "19,5")]
    assert [extra.label for extra in view.extras(school, "oeffentlich")] == ["Sozialraum"]


def stellen(office, **given):
    """The table of schools without Schulsozialarbeit: headings, rows, notes."""
    document = office.report("stellenuebersicht", stichtag=date(2025, 10, 15), **given)
    table = next(
        block for section in document.sections for block in section.blocks if getattr(block, "key", "") == "t5"
    )
    return [column.title for column in table.columns], table.rows, table.notes


def test_a_report_about_schools_shows_the_fields_that_the_office_wants(office):
    office.save(SCHOOL)
    assert stellen(office)[0][-1] == "MPT, SPF, andere"
    headings, rows, _ = stellen(office, felder="Sozialraum, muster:stunden", audience="intern")
    assert headings[-2:] == ["Sozialraum", "Stunden"]
    assert rows[0][-2:] == ("Nord", Fraction("19.5"))
    headings, rows, notes = stellen(office, felder="Sozialraum,Stunden,Vermerk")  # for a public meeting
    assert (headings[-1], rows[0][-1]) == ("Sozialraum", "Nord")
    assert "Für diesen Empfängerkreis nicht bestimmt: »Stunden«, »Vermerk«." in notes
    with pytest.raises(WrongUse, match="muster:sozialraum"):
        stellen(office, felder="gibtesnicht")


def test_the_settings_name_the_fields_once_and_a_missing_plugin_stops_no_report(store):
    settings = Settings(name="Büro", ags="05974", report_fields=("muster:sozialraum",))
    office = opened(store)
    office.settings = settings
    office.save(SCHOOL)
    assert stellen(office)[0][-1] == "Sozialraum"
    without = opened(store, enabled=False)
    without.settings = settings
    assert stellen(without)[0][-1] == "MPT, SPF, andere"


def test_a_person_that_is_removed_takes_its_values_with_it(office):
    office.save(attrs.evolve(PERSON, legal_bases=(LegalBasis(purpose="netzwerkverteiler", basis="aufgabe"),)))
    office.store.remove(Person, "p-1", expect=ANY)
    assert access("p-1", office).records == {}


# -- the command line -----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """An office on disk whose plugin is handed over, and its commands."""
    folder = tmp_path / "buero"
    Office.init(folder, name="Büro Muster", ags="05974").close()
    load = Registry.load
    monkeypatch.setattr(Registry, "load", lambda *_args, **_more: load(given={"muster": plugin(*FIELDS)}))
    with Office.open(folder) as office:
        office.save(*RECORDS, *schools("9.5", "10.25")[1:])

    def command(*arguments):
        status = main([*arguments, "--buero", str(folder)])
        output = capsys.readouterr()
        return SimpleNamespace(exit_code=status, output=output.out, stdout=output.out, stderr=output.err)

    return command


def test_show_is_a_form_with_labels_german_values_and_what_is_still_to_be_entered(run):
    shown = run("show", SCHOOL.id).output
    assert "  Zusatzfelder (muster):\n    Sozialraum: Nord\n    Stunden: 19,5\n" in shown
    shown = run("show", "schule-100002").output
    assert "    Sozialraum: — (In welchem Sozialraum liegt die Schule?)\n    Stunden: 10,25\n" in shown
    assert "Letzte Schulung: 01.03.2024" in run("show", "p-1").output
    assert "Barrierefrei: ja" in run("show", "fachtag").output


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["organisation", "--filter", "muster:sozialraum=Nord"], ["schule-100001"]),
        (["organisation", "--filter", "Sozialraum=muster:nord"], ["schule-100001"]),
        (["organisation", "--filter", "Stunden>=10,25", "--sort", "Stunden"], ["schule-100002", "schule-100001"]),
        (["organisation", "--filter", "Stunden<19,5"], ["schule-100002"]),
        (["person", "--filter", "Letzte Schulung=1.3.2024"], ["p-1"]),
        (["event", "--filter", "muster:barrierefrei=ja"], ["fachtag"]),
        (["activity", "--filter", "extras.muster:fahrtzeit=15"], ["a-1"]),
        (["organisation", "--sort", "muster:stunden", "--absteigend"], ["schule-100001", "schule-100002"]),
        (["event", "--filter", "fort:feld=7"], []),
        (["activity", "--filter", "minutes>=30", "--filter", "day<1.1.2026"], ["a-1"]),
    ],
)
def test_list_filters_and_orders_by_fields_of_plugins(run, arguments, ids):
    result = run("list", *arguments, "--json")
    assert [record["id"] for record in json.loads(result.stdout)] == ids


def test_a_filter_with_a_value_that_cannot_be_is_refused(run):
    result = run("list", "organisation", "--filter", "Stunden=viele")
    assert result.exit_code == 2
    assert "»Stunden«" in result.stderr
    assert run("list", "organisation", "--filter", "gibtesnicht=1").exit_code == 2
