"""Export as an act: every way out passes the data-protection filter, targets tell their losses, feeds remember."""

import inspect
import io
import json
import zipfile
from datetime import UTC, datetime

import attrs
import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.cli.export_output import print_export
from koschuso.errors import Unavailable, WrongUse
from koschuso.interchange.format import Format, Writing
from koschuso.model import (
    Committee,
    Event,
    EventStatus,
    LegalBasis,
    Organisation,
    Person,
    Publication,
    Reference,
    Relation,
    Task,
    TimeSpan,
    Visibility,
)
from koschuso.office import exporting
from koschuso.privacy import Filtered

HIDDEN = "Zimtstern"
"""A name that nobody outside may see."""

SHOWN = Person(
    id="p-1",
    given_name="Eva",
    family_name="Muster",
    email="muster@kreis.example",
    publication=Publication.NAME_DIENSTLICH,
    legal_bases=tuple(
        LegalBasis(purpose=purpose, basis="aufgabe") for purpose in ("veroeffentlichung", "netzwerkverteiler")
    ),
)
INSIDE = Person(id="p-2", given_name="Ina", family_name=HIDDEN, email="zimtstern@kreis.example")
HAUS = Organisation(id="o-1", type="sonstige", name="Haus der Bildung")
WORKS = Relation(id="r", type="arbeitet_an", source=Reference("person", "p-1"), target=Reference("organisation", "o-1"))
PUBLIC = Event(
    id="e-1",
    title="Fachtag",
    span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=6, zone="Europe/Berlin"),
    status=EventStatus.EINLADUNG,
    visibility=Visibility.OEFFENTLICH,
)
PRIVATE = attrs.evolve(PUBLIC, id="e-2", title=f"Gespräch {HIDDEN}", visibility=Visibility.INTERN)
EVERYTHING = (SHOWN, INSIDE, HAUS, WORKS, PUBLIC, PRIVATE, Task(id="t", title=f"Anruf {HIDDEN}"))

WAYS = [
    ("a.ics", ""),
    ("a.ics", "google"),
    ("a.vcf", ""),
    ("a.vcf", "outlook"),
    ("a.ics.zip", ""),
    ("a.vcf.zip", "outlook"),
    ("a.csv", "outlook"),
    ("a.csv", ""),
    ("a.xlsx", ""),
    ("a.jsonl", ""),
    ("feed", ""),
]
"""Every way out of an office: ending and target."""


@pytest.fixture
def office(tmp_path):
    with Office.init(tmp_path / "buero", name="Büro Muster", ags="05974") as opened:
        opened.save(*EVERYTHING)
        yield opened


@pytest.fixture
def folder(office):
    return str(office.folder)


def go(office, folder, way, audience):
    """Export one way; give all the text that left."""
    ending, target = way
    if ending == "feed":
        return office.feed(audience=audience).data
    path = folder / ending
    office.export(path, audience=audience, target=target, kinds=["person"] if way == ("a.csv", "") else ())
    data = path.read_bytes()
    if ending.endswith((".zip", ".xlsx")):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"".join(name.encode() + archive.read(name) for name in archive.namelist())
    return data


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("audience", ["netzwerk", "oeffentlich"])
def test_no_way_out_goes_round_the_filter(office, tmp_path, way, audience):
    assert HIDDEN.encode() not in go(office, tmp_path, way, audience)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_asks_the_filter_for_its_audience(office, tmp_path, way, monkeypatch):
    asked = []

    def nobody(records, audience, **_more):
        asked.append((len(list(records)) > 0, audience))
        return Filtered(records=())

    monkeypatch.setattr("koschuso.privacy.for_audience", nobody)

    data = go(office, tmp_path, way, "netzwerk")

    assert asked == [(True, "netzwerk")]
    assert not any(word in data for word in (b"Muster;", b"Eva", b"Fachtag", HIDDEN.encode()))


def test_every_writing_format_is_among_the_ways(office):
    endings = {ending for ending, _ in WAYS}
    writers = [found for found in office.registry.formats.values() if found.write is not None]

    assert all(any(f"a{suffix}" in endings for suffix in found.suffixes) for found in writers)


def test_the_filter_is_asked_in_one_place_only():
    source = inspect.getsource(exporting)

    assert source.count("for_audience(") == 1
    assert source.count("view.records(") == 1


def test_a_target_gets_findings_and_one_sentence(office, tmp_path):
    result = office.export(tmp_path / "a.vcf", kinds=("person",), target="outlook")

    assert "ziel.outlook.eine_karte" in [finding.rule for finding in result.lost]
    assert result.loss_sentence.startswith("Outlook zeigt voraussichtlich nicht: alle Kontakte nach dem ersten")
    assert result.target == "outlook"
    plain = office.export(tmp_path / "b.vcf", kinds=("person",))
    assert (plain.loss_sentence, plain.target) == ("", "")
    assert not any(finding.rule.startswith("ziel.") for finding in plain.lost)


def test_one_file_a_contact_is_what_outlook_needs(office, tmp_path):
    result = office.export(tmp_path / "a.vcf.zip", kinds=("person",), target="outlook")

    assert "ziel.outlook.eine_karte" not in [finding.rule for finding in result.lost]
    with zipfile.ZipFile(tmp_path / "a.vcf.zip") as archive:
        assert len(archive.namelist()) == 2


def test_without_a_target_the_plain_standard_is_written(office, tmp_path):
    office.export(tmp_path / "a.ics", kinds=("event",))
    office.export(tmp_path / "b.ics", kinds=("event",), target="google")

    assert (tmp_path / "a.ics").read_bytes() == (tmp_path / "b.ics").read_bytes()
    office.export(tmp_path / "a.vcf")
    assert b"VERSION:3.0" in (tmp_path / "a.vcf").read_bytes()


def test_a_plugins_format_gets_the_target_and_may_ignore_it(office, tmp_path, monkeypatch):
    seen = []

    def write(records, options):
        seen.append((options.target, len(records)))
        return Writing(data=b"x")

    own = Format(name="demo:liste", title="Liste", suffixes=(".liste",), recognise=bool, write=write, kinds=("person",))
    own_csv = attrs.evolve(own, name="demo:tabelle", suffixes=(".csv",))
    formats = {**office.registry.formats, own.name: own, own_csv.name: own_csv}
    monkeypatch.setattr(type(office.registry), "formats", formats)
    monkeypatch.setattr(type(office.registry), "using", lambda *_: zipfile.ZipFile(io.BytesIO(), "w"))

    result = office.export(tmp_path / "a.liste", target="google")
    office.export(tmp_path / "a.csv")
    office.export(tmp_path / "b.csv", target="google")

    assert seen == [("google", 2), ("", 2), ("google", 2)]
    assert result.loss_sentence == ""
    assert office.export(tmp_path / "c.csv", target="outlook").format == "Kontaktliste für Outlook (CSV)"


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("a.csv", "", "--target outlook"),
        ("a.csv", "google", "--target outlook"),
        ("a.zip", "", r"\.vcf\.zip"),
        ("a.ics", "lotus", "möglich sind outlook"),
    ],
)
def test_what_cannot_be_written_says_what_can(office, tmp_path, name, target, words):
    with pytest.raises(WrongUse, match=words):
        office.export(tmp_path / name, target=target)
    assert not (tmp_path / name).exists()


def test_the_ways_back_change_nothing(office, tmp_path):
    for name, target in (("a.ics.zip", ""), ("a.vcf.zip", ""), ("a.csv", "outlook")):
        office.export(tmp_path / name, target=target)
        result = office.import_file(tmp_path / name)
        assert (len(result.created), len(result.updated), len(result.refused)) == (0, 0, 0), name
        assert len(result.unchanged) > 0


def test_a_list_of_outlook_goes_beside_the_school_register(office, tmp_path):
    (tmp_path / "kontakte.csv").write_bytes(
        "Vorname;Nachname;Firma;E-Mail-Adresse\r\nUte;Beispiel;;beispiel@kreis.example\r\n".encode("cp1252")
    )

    result = office.import_file(tmp_path / "kontakte.csv")

    assert result.format == "Kontaktliste für Outlook (CSV)"
    assert len(result.created) == 1


@pytest.mark.parametrize("way", [("a.ics", ""), ("a.ics.zip", "outlook"), ("feed", "")])
def test_a_rule_that_other_servers_choke_on_is_never_exported_without_a_warning(office, tmp_path, way, capsys):
    office.save(attrs.evolve(PUBLIC, recurrence=("RRULE:FREQ=SECONDLY",)))

    ending, target = way
    result = office.feed() if ending == "feed" else office.export(tmp_path / ending, target=target)

    (warning,) = [finding for finding in result.lost if finding.rule.startswith("serie.")]
    assert (warning.kind, warning.id, warning.severity.value) == ("event", "e-1", "warnung")
    print_export(result, "intern")
    assert "Woran andere Programme scheitern können:" in capsys.readouterr().out


def test_a_list_with_a_column_about_cases_is_refused_as_a_whole(office, tmp_path):
    (tmp_path / "kontakte.csv").write_bytes(
        b"Vorname;Nachname;Firma;E-Mail-Adresse;Klasse\r\nUte;Beispiel;;beispiel@kreis.example;8b\r\n"
    )

    result = office.import_file(tmp_path / "kontakte.csv")

    assert [finding.rule for finding in result.refused] == ["ds01.fallbezogene_spalte"]
    assert (len(result.created), len(result.left_out)) == (0, 0)


# -- feed ----------------------------------------------------------------------------------------------------------------


def test_a_feed_is_for_the_public_if_nothing_else_is_said(office, tmp_path):
    result = office.feed(tmp_path / "feed.ics")

    data = (tmp_path / "feed.ics").read_bytes()
    assert b"Fachtag" in data
    assert HIDDEN.encode() not in data
    assert b"METHOD:PUBLISH" in data
    assert (result.written, result.path) == (1, tmp_path / "feed.ics")
    assert b"Gespr" in office.feed(audience="intern").data


def test_a_feed_file_is_its_own_memory(office, tmp_path):
    path = tmp_path / "feed.ics"
    office.feed(path)
    first, written_at = path.read_bytes(), path.stat().st_mtime_ns
    office.save(HAUS, Task(id="t-2", title="anderes"))
    office.feed(path)
    assert path.read_bytes() == first
    assert path.stat().st_mtime_ns == written_at

    office.save(attrs.evolve(PUBLIC, title="Fachtag, verlegt"))
    office.feed(path)
    assert b"SEQUENCE:1" in path.read_bytes()
    assert office.feed(previous=path.read_bytes()).data == path.read_bytes()


def test_a_feed_without_a_file_is_handed_over(office):
    result = office.feed(target="outlook")

    assert result.path is None
    assert result.data.startswith(b"BEGIN:VCALENDAR")
    assert "ziel.outlook.mehrere_termine" not in [finding.rule for finding in result.lost]
    assert "VCALENDAR" not in repr(result)


def test_a_feed_is_a_calendar_and_readable_before_it_is_replaced(office, tmp_path):
    with pytest.raises(WrongUse, match=r"\.ics"):
        office.feed(tmp_path / "feed.vcf")
    (tmp_path / "ordner.ics").mkdir()
    with pytest.raises(Unavailable, match="bisherige Feed"):
        office.feed(tmp_path / "ordner.ics")


# -- command line --------------------------------------------------------------------------------------------------------


def test_the_command_tells_people_one_sentence(folder, tmp_path, capsys):
    assert main(["export", str(tmp_path / "a.ics"), "--target", "outlook", "--buero", folder]) == 0

    text = capsys.readouterr().out
    assert "Ziel: outlook." in text
    assert "Outlook zeigt voraussichtlich nicht: Aufgaben" in text
    assert "Was das Zielprogramm daraus macht:" in text


def test_the_command_tells_programs_rule_and_evidence(folder, tmp_path, capsys):
    arguments = ["export", str(tmp_path / "a.vcf"), "--target", "outlook", "--json", "--buero", folder]
    assert main(arguments) == 0

    told = json.loads(capsys.readouterr().out)
    lost = {finding["rule"]: finding for finding in told["lost"]}
    assert lost["ziel.outlook.eine_karte"]["evidence"] == "angenommen"
    assert lost["ziel.outlook.eine_karte"]["effect"] == "fehlt"
    assert lost["ziel.outlook.eine_karte"]["sources"]
    assert told["loss_sentence"].startswith("Outlook zeigt")
    assert told["target"] == "outlook"


def test_the_command_writes_a_feed(folder, tmp_path, capsys):
    path = tmp_path / "feed.ics"
    assert main(["export", str(path), "--feed", "--json", "--buero", folder]) == 0
    assert json.loads(capsys.readouterr().out)["audience"] == "oeffentlich"
    first = path.read_bytes()
    assert main(["export", str(path), "--feed", "--buero", folder]) == 0
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.ics", "--feed", "--kind", "task"], "lassen Sie --kind weg"),
        (["a.vcf", "--feed"], "Endung .ics"),
        (["a.csv"], "--target outlook"),
        (["a.ics", "--target", "lotus"], "möglich sind: outlook, nextcloud, apple, google"),
    ],
)
def test_wrong_use_ends_in_a_sentence(folder, tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)

    assert main(["export", *arguments, "--buero", folder]) == 2
    assert words in capsys.readouterr().err


def test_the_time_of_a_feed_is_the_last_change_of_the_data(office):
    stamp = office.store.last_changed_at().astimezone(UTC)

    assert f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}".encode() in office.feed().data


# -- numbers and sentences that hold -----------------------------------------------------------------------------------


def test_what_is_not_in_the_file_is_not_counted(office, tmp_path):
    office.save(attrs.evolve(PUBLIC, id="e-3", status=EventStatus.IDEE))

    calendar = office.export(tmp_path / "k.ics", kinds=("event",))
    single = office.export(tmp_path / "k.ics.zip", kinds=("event",))
    feed = office.feed(tmp_path / "f.ics", audience="intern")

    assert (calendar.written, single.written, feed.written) == (2, 2, 2)
    assert any("Idee" in finding.message for finding in calendar.lost)


def test_a_list_says_nothing_about_versions_of_cards_and_names_committees(office, tmp_path):
    office.save(Committee(id="k", name="Beirat", type="steuergruppe"))

    lost = [finding.message for finding in office.export(tmp_path / "k.csv", target="outlook").lost]

    assert not [message for message in lost if "vCard" in message]
    assert "Gremien (1) stehen nicht in der Kontaktliste; sie kennt nur Menschen und Organisationen." in lost


def test_a_missing_folder_is_called_missing(office, tmp_path):
    with pytest.raises(Unavailable, match=r"Den Ordner .*fehlt gibt es nicht"):
        office.export(tmp_path / "fehlt" / "k.ics")


def test_a_name_without_an_ending_is_told_so(office, tmp_path):
    with pytest.raises(WrongUse, match="»kalender« hat keine Endung"):
        office.export(tmp_path / "kalender")
