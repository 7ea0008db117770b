"""The shipped catalogues are sound, cover what the model names, and change only on purpose."""

import csv
import os
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import attrs
import pytest

from koschuso import catalogues, model
from koschuso.errors import InvalidRecord, NotFound, Refused
from koschuso.model.catalogue import Catalogue
from koschuso.model.folding import fold
from koschuso.model.values import is_key

NAMES = catalogues.names()
GOLDEN = Path(__file__).parents[1] / "golden" / "catalogues.txt"

VOCABULARIES = [
    "audience",
    "aufgabenstatus",
    "ausweichregel",
    "befristung",
    "beratungsform",
    "beziehungsart",
    "datenquelle",
    "dokumentart",
    "einsatztaetigkeit",
    "finanzierungsquelle",
    "foerderziel",
    "gremienart",
    "kernbereich",
    "konzeptstatus",
    "kostenart",
    "meide",
    "mitgliedsrolle",
    "organisationsart",
    "personenfunktion",
    "personenstatus",
    "qualifikation",
    "rechtsform",
    "rechtsgrundlage",
    "regierungsbezirk",
    "reichweite",
    "rhythmus",
    "saeule",
    "schulaufsicht",
    "schulbetriebsstatus",
    "schulform",
    "schulformgruppe",
    "sichtbarkeit",
    "sozialindexstufe",
    "taetigkeitsprofil",
    "tarif",
    "teilnahmerolle",
    "teilnahmestatus",
    "teilnahmezaehlung",
    "thema",
    "veranstaltungsart",
    "veranstaltungsformat",
    "veranstaltungsstatus",
    "veroeffentlichung",
    "zeitraumart",
    "zielgruppe",
    "zweck",
]


@pytest.fixture(scope="module")
def shipped() -> dict[str, Catalogue]:
    return dict(catalogues.load_all())


def test_every_vocabulary_of_the_field_is_shipped():
    assert list(NAMES) == VOCABULARIES


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_catalogue_loads_under_its_name_and_says_where_it_comes_from(name):
    catalogue = catalogues.load(name)
    assert catalogue.name == name
    assert catalogue.title
    assert catalogue.version.endswith("koschuso.1")
    assert catalogue.source
    assert catalogue.entries


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_valid_labels_unique_and_every_entry_has_a_source(name):
    catalogue = catalogues.load(name)
    labels = Counter(fold(entry.label) for entry in catalogue)
    for entry in catalogue:
        assert is_key(entry.key)
        assert ":" not in entry.key, "a prefix belongs to plugins"
        assert labels[fold(entry.label)] == 1, entry.label
        assert entry.label == entry.label.strip()
        assert entry.source


@pytest.mark.parametrize("name", NAMES)
def test_every_key_label_and_alias_finds_its_entry(name):
    catalogue = catalogues.load(name)
    for entry in catalogue:
        for text in (entry.key, entry.label, *entry.aliases, entry.label.upper(), f" {entry.label} "):
            assert catalogue.find(text) == entry, text


@pytest.mark.parametrize("name", NAMES)
def test_shared_keys_resolve(name):
    catalogue = catalogues.load(name)
    for entry in catalogue:
        assert catalogue.shared_key(entry.key) in catalogue


def test_values_that_are_keys_of_a_catalogue_exist_there(shipped):
    for catalogue in shipped.values():
        for column in catalogue.columns:
            if column.refers_to:
                for entry in catalogue:
                    for value in entry.values(column.key):
                        assert value in shipped[column.refers_to], (catalogue.name, entry.key, column.key, value)


def test_every_column_is_used_and_flags_are_flags(shipped):
    flags = {
        "schulsozialarbeit", "gebietskoerperschaft", "one_at_a_time", "counts_for_coordination", "is_school",
        "in_operation", "exported",
    }  # fmt: skip
    for catalogue in shipped.values():
        for column in catalogue.columns:
            holders = [entry for entry in catalogue if column.key in entry.attributes]
            assert holders, (catalogue.name, column.key)
            if column.key in flags:
                assert {entry.flag(column.key) for entry in holders} <= {True, False}


def test_proposals_of_ours_are_marked_as_such(shipped):
    for catalogue in shipped.values():
        for entry in catalogue:
            if entry.source.startswith(("Vorschlag koschuso", "Allgemeinwissen koschuso")):
                assert entry.inferred, (catalogue.name, entry.key)


# -- single catalogues -----------------------------------------------------------------------------------------------


def test_the_taetigkeitsprofil_has_the_four_aufgabenschwerpunkte_and_marks_the_rest_as_ours(shipped):
    profile = shipped["taetigkeitsprofil"]
    assert profile.version == "tp-2022.11+koschuso.1"
    assert profile.provisional
    top = [entry.key for entry in profile.children()]
    assert top == ["beratung", "qualifizierung", "vernetzung", "konzept", "organisation"]
    sourced = [entry.key for entry in profile if not entry.inferred]
    assert sourced == ["beratung", "qualifizierung", "vernetzung", "konzept"]
    assert profile.top("vernetzung.extern.ak_nrw") == "vernetzung"
    assert profile.is_within("vernetzung.intern.rbb", "vernetzung.intern")


def test_schulformen_have_distinct_official_codes_with_their_leading_zeros(shipped):
    codes = [entry.attributes["code"] for entry in shipped["schulform"]]
    assert len(set(codes)) == len(codes) == 27
    assert all(len(code) == 2 for code in codes)
    form = shipped["schulform"]
    assert form.with_attribute("code", "02")[0].key == "grundschule"
    assert form.entry("grundschule").attributes["schulaufsicht"] == "untere"
    assert form.entry("berufskolleg").attributes["report_group"] == "bk_wbk"
    assert form.is_within("foerderschule.berufskolleg", "foerderschule")


def test_what_the_official_key_does_not_explain_is_marked_as_inferred(shipped):
    inferred = {entry.attributes["code"] for entry in shipped["schulform"] if entry.inferred}
    assert inferred == {"0A", "19", "50", "51", "52", "53", "56", "58", "81"}
    not_schools = {entry.attributes["code"] for entry in shipped["schulform"] if not entry.flag("is_school")}
    assert not_schools == {"0A", "50", "51", "52", "53", "56", "58"}


def test_schools_of_four_states_are_in_operation(shipped):
    states = shipped["schulbetriebsstatus"]
    assert {entry.attributes["code"] for entry in states if entry.flag("in_operation")} == {"0", "1", "2", "6"}
    assert {entry.attributes["code"] for entry in states} == set("01234569")


def test_full_time_is_what_the_model_knows(shipped):
    tarif = shipped["tarif"]
    assert tarif.entry("tvoed").attributes["full_time"] == "39:00"
    assert tarif.entry("tv_l").attributes["full_time"] == "39:50"


def test_only_taking_part_counts_as_teilnahme(shipped):
    counted = [entry.key for entry in shipped["teilnahmestatus"].with_attribute("counts_as", "teilnahme")]
    assert counted == ["teilgenommen", "teilweise"]
    assert {state.value for state in model.ParticipationStatus if state.attended} == set(counted)


def test_calendar_states_are_those_of_rfc_5545(shipped):
    allowed = {
        ("aufgabenstatus", "vtodo_status"): {"NEEDS-ACTION", "IN-PROCESS", "COMPLETED", "CANCELLED"},
        ("veranstaltungsstatus", "ical_status"): {"TENTATIVE", "CONFIRMED", "CANCELLED"},
        ("teilnahmestatus", "partstat"): {"NEEDS-ACTION", "TENTATIVE", "ACCEPTED", "DECLINED", "DELEGATED"},
    }
    for (name, column), values in allowed.items():
        assert {value for entry in shipped[name] for value in entry.values(column)} == values
    for entry in shipped["veranstaltungsstatus"]:
        assert entry.flag("exported") == bool(entry.values("ical_status"))


def test_relations_join_kinds_that_exist(shipped):
    ends = {"person", "organisation", "gremium", "jede", *(entry.key for entry in shipped["organisationsart"])}
    for entry in shipped["beziehungsart"]:
        assert entry.values("starts_at")
        assert {*entry.values("starts_at"), *entry.values("points_to")} <= ends, entry.key


def test_pupils_and_parents_are_in_no_vocabulary(shipped):
    forbidden = re.compile(r"^(schueler|kind(er)?$|eltern$|erziehungsberechtigt|diagnose|fall_)")
    for catalogue in shipped.values():
        for entry in catalogue:
            assert not forbidden.search(entry.key.rpartition(".")[2]), (catalogue.name, entry.key)


# -- model and catalogues agree --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("aufgabenstatus", model.TaskStatus),
        ("veranstaltungsstatus", model.EventStatus),
        ("teilnahmestatus", model.ParticipationStatus),
        ("personenstatus", model.PersonStatus),
        ("veroeffentlichung", model.Publication),
        ("sichtbarkeit", model.Visibility),
    ],
)
def test_an_enumeration_of_the_model_has_exactly_the_keys_of_its_catalogue(shipped, name, states):
    assert {str(state) for state in states} == {entry.key for entry in shipped[name]}


@pytest.mark.parametrize(
    ("name", "transitions"),
    [("aufgabenstatus", model.TASK_TRANSITIONS), ("veranstaltungsstatus", model.EVENT_TRANSITIONS)],
)
def test_the_next_states_of_the_catalogue_are_those_that_the_model_allows(shipped, name, transitions):
    for state, following in transitions.items():
        assert set(shipped[name].entry(state).values("next")) == set(following), state


def test_every_catalogue_that_the_model_names_is_shipped():
    named = set()
    for record_type in [getattr(model, name) for name in model.__all__]:
        if isinstance(record_type, type):
            named.update(re.findall(r"catalogue ``(\w+)``", record_type.__doc__ or ""))
    assert named
    assert named <= set(NAMES)


def test_defaults_of_the_model_are_keys_of_the_catalogue_that_the_field_names(shipped):
    checked = set()
    for record_type in model.RECORD_TYPES.values():
        fields = {field.name: field.default for field in attrs.fields(record_type)}
        doc = (record_type.__doc__ or "").replace("Key of the Tätigkeitsprofil", "catalogue ``taetigkeitsprofil``")
        for field, name in re.findall(r"^ +(\w+): .*catalogue ``(\w+)``", doc, flags=re.MULTILINE):
            default = fields[field]
            if isinstance(default, str) and default:
                assert default in shipped[name], (record_type.__name__, field, default)
                checked.add(field)
    assert {"tenure", "duty", "source", "evasion"} <= checked


# -- the official registers ------------------------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "element", "name"),
    [
        ("key_schulformschluessel_2016-02.xml", "Schulform", "schulform"),
        ("key_schulbetriebsschluessel_2016-02.xml", "Schulbetrieb", "schulbetriebsstatus"),
        ("key_rechtsform_2016-02.xml", "Rechtsform", "rechtsform"),
    ],
)
def test_every_code_of_the_official_key_tables_resolves_to_an_entry_of_its_name(shared, shipped, file, element, name):
    rows = ET.parse(shared / "nrw-data" / file).getroot().findall(element)  # noqa: S314 - a file of ours, not input
    assert rows
    for row in rows:
        (entry,) = shipped[name].with_attribute("code", row.findtext("Schluessel", ""))
        official = row.findtext("Bezeichnung", "")
        assert not entry.inferred
        assert official in (entry.label, entry.attributes.get("official_label"), *entry.aliases)


@pytest.mark.shared
@pytest.mark.parametrize("edition", ["2021-09", "2026-04"])
def test_every_code_of_the_school_register_resolves(shared, shipped, edition):
    path = shared / "nrw-data" / f"schuldaten_{edition}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        next(file)
        rows = list(csv.DictReader(file, delimiter=";"))
    columns = {"Schulform": "schulform", "Rechtsform": "rechtsform", "Schulbetriebsschluessel": "schulbetriebsstatus"}
    for column, name in columns.items():
        for code in {row[column] for row in rows}:
            assert len(shipped[name].with_attribute("code", code)) == 1, (column, code)


# -- loading ---------------------------------------------------------------------------------------------------------


def test_an_unknown_catalogue_is_refused_with_the_known_names():
    with pytest.raises(NotFound, match=r"../schulform.*taetigkeitsprofil"):
        catalogues.load("../schulform")


HEAD = 'name = "raum"\ntitle = "Räume"\nversion = "1"\n'


def test_a_municipality_writes_its_own_catalogue_in_the_same_form(shipped):
    text = (
        'name = "soest:profil"\ntitle = "Eigene Tätigkeiten"\nversion = "2025"\nextends = "taetigkeitsprofil"\n'
        '[[entry]]\nkey = "soest:sprechstunde"\nlabel = "Digitale Sprechstunde"\nmaps_to = "beratung.fachkraefte"\n'
    )
    extended = shipped["taetigkeitsprofil"].extended_with(catalogues.parse(text, source="eigene.toml"))
    assert extended.find("digitale sprechstunde").key == "soest:sprechstunde"
    assert extended.shared_key("soest:sprechstunde") == "beratung.fachkraefte"


def test_values_of_columns_become_text_and_lists_are_joined():
    text = HEAD + (
        '[columns]\nplaces = "Plätze"\nopen = { title = "Offen", inferred = true }\nnext = "Danach"\n'
        '[[entry]]\nkey = "saal"\nlabel = "Saal"\nplaces = 120\nopen = true\nnext = ["a", "b"]\n'
    )
    catalogue = catalogues.parse(text)
    entry = catalogue.entry("saal")
    assert dict(entry.attributes) == {"places": "120", "open": "true", "next": "a b"}
    assert [column.inferred for column in catalogue.columns] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "kein gültiges TOML"),
        (HEAD + 'titel = "x"', "Im Kopf steht »titel«"),
        (HEAD + "extends = 5", "»extends« ein Text"),
        (HEAD + 'provisional = "ja"', "true oder false"),
        (HEAD + 'entry = "x"', r"\[\[entry\]\]"),
        (HEAD + 'entry = ["x"]', "Eintrag 1 ist keine Tabelle"),
        (HEAD + "[columns]\ncode = 5", "Bei der Spalte »code«"),
        (HEAD + '[columns]\ncode = { titel = "x" }', "steht »titel«"),
        (HEAD + '[[entry]]\nkey = "a"\nlabel = "A"\naliases = "B"', r"Im Eintrag 1 \(»a«\) ist »aliases« eine Liste"),
        (HEAD + '[columns]\nnext = "N"\n[[entry]]\nkey = "a"\nlabel = "A"\nnext = [1]', "»next« ein Text, eine Zahl"),
    ],
)
def test_a_slip_in_a_file_is_refused_with_its_place(text, message):
    with pytest.raises(Refused, match=message) as refusal:
        catalogues.parse(text, source="raum.toml")
    assert str(refusal.value).startswith("raum.toml: ")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('title = "Räume"\nversion = "1"', "katalog.kopf_vollstaendig"),
        (HEAD + '[[entry]]\nlabel = "A"', "katalog.schluesselform"),
        (HEAD + '[[entry]]\nkey = "a"\nlable = "A"', "katalog.spalte_bekannt"),
    ],
)
def test_what_is_missing_or_misspelt_in_a_file_is_named(text, rule):
    with pytest.raises(InvalidRecord) as refusal:
        catalogues.parse(text)
    assert rule in {finding.rule for finding in refusal.value.findings}


# -- golden ----------------------------------------------------------------------------------------------------------


def listing(shipped: dict[str, Catalogue]) -> str:
    lines = []
    for name, catalogue in shipped.items():
        lines.append(f"{name} · {catalogue.title} · {catalogue.version}")
        lines.extend(
            f"    {entry.key} — {entry.label}" + (" [erschlossen]" if entry.inferred else "") for entry in catalogue
        )
        lines.append("")
    return "\n".join(lines)


def test_keys_and_labels_are_those_that_were_reviewed(shipped):
    """A key that is gone breaks stored data: deprecate it instead, then renew with KOSCHUSO_UPDATE_GOLDEN=1."""
    if os.environ.get("KOSCHUSO_UPDATE_GOLDEN"):
        GOLDEN.write_text(listing(shipped), encoding="utf-8")
    assert listing(shipped) == GOLDEN.read_text(encoding="utf-8")
