"""What `koschuso import` says: equal notes once, a summary that adds up, every file named."""

import json
import os
import zipfile

import pytest

from koschuso import Office
from koschuso.cli import main

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Eva Muster{n}\r\nN:Muster{n};Eva;;;\r\nTEL;HOME:02921 1\r\nTEL;HOME:02921 2\r\nEND:VCARD\r\n"
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Beispiel//DE\r\nBEGIN:VEVENT\r\nUID:fachtag\r\nDTSTAMP:20250101T000000Z\r\n"
    "DTSTART:20251015T090000Z\r\nSUMMARY:Fachtag\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def office(tmp_path, monkeypatch):
    Office.init(tmp_path / "buero", name="Muster", ags="05974").close()
    monkeypatch.chdir(tmp_path / "buero")
    return tmp_path / "buero"


def test_equal_notes_are_told_once_with_their_number(office, capsys):
    (office / "viele.vcf").write_text("".join(CARD.format(n=n) for n in range(300)), newline="")

    assert main(["import", "viele.vcf"]) == 0

    out = capsys.readouterr().out
    assert len(out.splitlines()) < 12
    assert "Hinweis (Zeile 1): Die Karte ab Zeile 1 hat keine Kennung (UID)" in out
    assert "ebenso 299-mal: Zeilen 8, 15, 22, 29, 36 …" in out
    assert "TEL (600-mal)" in out


def test_different_notes_are_not_put_together(office, capsys):
    events = CALENDAR.replace("DTSTART:20251015T090000Z", "DTSTART:20251015T090000Z\r\nSTATUS:QUATSCH\r\nPRIORITY:hoch")
    (office / "k.ics").write_text(events, newline="")

    assert main(["import", "k.ics"]) == 0

    out = capsys.readouterr().out
    assert "Der Wert von STATUS" in out
    assert "ebenso" not in out


def test_a_dry_run_counts_what_it_leaves_out(office, capsys):
    (office / "eine.vcf").write_text(CARD.format(n=""), newline="")

    assert main(["import", "eine.vcf", "--dry-run"]) == 0

    out = capsys.readouterr().out
    assert "Bewusst ausgelassen: 2." in out
    assert ": TEL (2-mal)" in out


def test_a_dry_run_calls_records_by_their_names_and_says_nothing_changed(office, capsys):
    (office / "k.ics").write_text(CALENDAR, newline="")
    (office / "a.vcf").write_text("".join(CARD.format(n=n) for n in range(30)), newline="")

    assert main(["import", "k.ics", "a.vcf", "--dry-run"]) == 0

    out = capsys.readouterr().out
    assert "neu          Veranstaltung »Fachtag« fachtag" in out
    assert "neu          Person »Eva Muster7« karte-" in out
    assert main(["list", "event"]) == 0
    assert "Fachtag" not in capsys.readouterr().out


def test_a_dry_run_does_not_list_everything_that_stays(office, capsys):
    (office / "a.vcf").write_text("".join(CARD.format(n=n) for n in range(30)), newline="")
    assert main(["import", "a.vcf"]) == 0
    capsys.readouterr()

    assert main(["import", "a.vcf", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert out.count("unverändert  Person") == 20
    assert "… und 10 weitere unverändert; alle zeigt --json." in out


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_a_file_that_is_refused_does_not_hide_what_happened_to_the_others(office, capsys, dry_run):
    (office / "k.ics").write_text(CALENDAR, newline="")
    (office / "a.vcf").write_text(CARD.format(n=""), newline="")

    assert main(["import", "k.ics", "fehlt.ics", "a.vcf", *dry_run]) == 1

    captured = capsys.readouterr()
    assert "k.ics: Kalender (iCalendar): 1 neu" in captured.out
    assert "a.vcf: Adressbuch (vCard): 1 neu" in captured.out
    assert "Die Datei fehlt.ics gibt es nicht" in captured.err

    assert main(["import", "fehlt.ics", "a.vcf", "--json", *dry_run]) == 1
    refused, taken = json.loads(capsys.readouterr().out)
    assert refused["file"] == "fehlt.ics"
    assert "gibt es nicht" in refused["error"]
    assert taken["file"] == "a.vcf"


def test_an_empty_calendar_is_said_to_be_empty(office, capsys):
    (office / "leer.ics").write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n", newline="")

    assert main(["import", "leer.ics"]) == 0
    assert "Die Datei enthält keinen Eintrag." in capsys.readouterr().out


def test_a_web_page_is_called_one(office, capsys):
    (office / "seite.ics").write_text("<!DOCTYPE html>\n<html><body>Bitte melden Sie sich an</body></html>")

    assert main(["import", "seite.ics"]) == 1
    error = capsys.readouterr().err
    assert "Internetseite" in error
    assert "Bitte melden Sie sich im Browser an" in error


def test_what_a_mac_adds_to_a_zip_is_no_error(office, capsys):
    with zipfile.ZipFile(office / "mac.zip", "w") as archive:
        archive.writestr("k.ics", CALENDAR)
        archive.writestr("__MACOSX/._k.ics", b"\0\5\26\7\0\2\0\0Mac OS X")

    assert main(["import", "mac.zip"]) == 0
    assert ": 1 neu" in capsys.readouterr().out


def test_what_is_wrong_with_a_file_in_a_zip_names_the_file(office, capsys):
    with zipfile.ZipFile(office / "k.zip", "w") as archive:
        archive.writestr("k.ics", CALENDAR)
        archive.writestr("leer.ics", b"nichts")

    assert main(["import", "k.zip"]) == 1
    assert "Datei 2 im ZIP: Die Datei enthält weder einen Kalender" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_and_not_waited_for(office, capsys):
    os.mkfifo(office / "rohr.ics")

    assert main(["import", "rohr.ics"]) == 1
    assert "keine gewöhnliche Datei" in capsys.readouterr().err
