"""`koschuso message` is one act: the mails are written and the office notes it, or neither."""

from datetime import datetime

import pytest

from koschuso import Office
from koschuso.cli import main
from koschuso.model import Event, EventStatus, Organisation, Participation, TimeSpan, Visibility


@pytest.fixture
def office(tmp_path, monkeypatch):
    with Office.init(tmp_path / "buero", name="Muster", ags="05974") as office:
        office.save(
            Organisation(id="stelle", type="sonstige", name="Stelle", email="buero@kreis.example"),
            Event(
                id="fachtag",
                title="Fachtag",
                span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=6, zone="Europe/Berlin"),
                status=EventStatus.EINLADUNG,
                visibility=Visibility.NETZWERK,
                organiser_ids=("stelle",),
            ),
            Participation(id="p", event_id="fachtag", name="Eva Muster", email="eva@schule.example"),
        )
    monkeypatch.chdir(tmp_path / "buero")
    return tmp_path / "buero"


def test_a_cancellation_that_cannot_be_written_cancels_nothing(office, capsys):
    assert main(["message", "fachtag", "--method", "cancel", "-o", "fehlt/absage.eml"]) == 2

    assert "Den Ordner fehlt gibt es nicht" in capsys.readouterr().err
    with Office.open(office) as opened:
        assert opened.get(Event, "fachtag").status is EventStatus.EINLADUNG


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("arguments", [["--method", "reply"], ["--method", "cancel", "--ausladen"]])
def test_who_is_meant_is_asked_for_by_its_option(capsys, arguments):
    assert main(["message", "fachtag", *arguments, "-o", "a.eml"]) == 2
    assert "--wer" in capsys.readouterr().err


@pytest.mark.usefixtures("office")
def test_an_event_that_is_not_there_is_named(capsys):
    assert main(["message", "gibtsnicht", "-o", "a.eml"]) == 1
    assert "»gibtsnicht« gibt es nicht" in capsys.readouterr().err


def test_what_cannot_be_written_as_a_whole_is_neither_sent_nor_noted(office, capsys):
    with Office.open(office) as opened:
        opened.save(Participation(id="q", event_id="fachtag", name="Ada Muster", email="ada@schule.example"))
    (office / "absage-2.eml").mkdir()

    assert main(["message", "fachtag", "--method", "cancel", "-o", "absage.eml"]) == 1

    assert "absage-2.eml" in capsys.readouterr().err
    assert not (office / "absage-1.eml").exists()
    with Office.open(office) as opened:
        assert opened.get(Event, "fachtag").status is EventStatus.EINLADUNG
