"""What an office gives its reports: streamed records, its own words, and files to write them in."""

from datetime import date

import pytest

from koschuso import Office, Settings
from koschuso.errors import Refused, WrongUse
from koschuso.model import Activity, Period
from koschuso.plugin import Report, Section, Slot, make_document
from koschuso.query import Equals, Overlaps
from koschuso.reporting import RecordsView, ReportPeriod

OUTLOOK = Slot(key="ausblick", title="Ausblick")
REPORT = "koschuso:probe"


def build(view, parameters):
    sections = (Section(title="Ausblick", blocks=(OUTLOOK,)),)
    return make_document(REPORT, view, parameters, title="Probe", sections=sections)


SAMPLE = Report(name=REPORT, title="Probe", build=build, slots=(OUTLOOK,))


@pytest.fixture
def office(tmp_path, monkeypatch):
    with Office.init(tmp_path / "stelle", name="Koordinierungsstelle Musterkreis", ags="05974") as office:
        known = office.registry.report
        monkeypatch.setattr(office.registry, "report", lambda name: SAMPLE if name == "probe" else known(name))
        yield office


def test_a_view_streams_what_lies_in_a_period_and_meets_the_conditions(office):
    days = {"a": date(2024, 12, 31), "b": date(2025, 1, 1), "c": date(2025, 12, 31), "d": date(2026, 1, 1)}
    activities = [
        Activity(id=name, day=day, taetigkeit="beratung" if name != "c" else "konzept", minutes=30)
        for name, day in days.items()
    ]
    office.save(*reversed(activities))
    period = Overlaps("day", Period.calendar_year(2025))
    in_memory = RecordsView(activities, office=office.view().office, as_of=office.view().as_of)
    for view in (office.view(), in_memory):
        assert [record.id for record in view.stream(Activity)] == ["a", "b", "c", "d"]
        assert [record.id for record in view.stream(Activity, period)] == ["b", "c"]
        assert [record.id for record in view.stream(Activity, period, Equals("taetigkeit", "konzept"))] == ["c"]


def test_an_office_writes_its_words_in_files_that_the_report_reads(office):
    made = office.prepare_texts("probe", year=2025)
    assert made.folder == office.folder / "texte" / "probe" / "2025"
    assert made.empty == ("ausblick",)
    (made.folder / "ausblick.md").write_text("Es geht **weiter**.", encoding="utf-8")
    assert "Es geht **weiter**." in office.report("probe", year=2025).render(".md").decode()
    assert office.prepare_texts("probe", year=2026).copied == ("ausblick",)
    document = office.report("probe", year=2026)
    assert "Es geht" not in document.render(".md").decode()
    assert office.view().text(REPORT, ReportPeriod.year(2026), "ausblick").startswith("ENTWURF")


def test_a_report_without_texts_and_an_office_without_a_folder_say_so(office, monkeypatch):
    with pytest.raises(WrongUse, match="hat keine Stellen für eigene Texte"):
        office.prepare_texts("geschichte")
    with Office.open("memory:", settings=Settings(name="Stelle", ags="05")) as other:
        monkeypatch.setattr(other.registry, "report", lambda _: SAMPLE)
        assert other.folder is None
        with pytest.raises(Refused, match="dieses Büro hat keinen Ordner"):
            other.prepare_texts("probe", year=2025)
