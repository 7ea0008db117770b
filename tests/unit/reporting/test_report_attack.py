"""An attacker reads whole reports of offices drawn from seeds, and solves them for what is hidden (DS-11 to DS-13)."""

import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from time import process_time

import attrs
import pytest
from random_office import AS_OF, OFFICE, Held, RandomOffice
from report_attack import attack

from koschuso.errors import KoschusoError
from koschuso.model import Consultation, Event, EventStatus, Headcount, Participation, ParticipationStatus, TimeSpan
from koschuso.reporting import BUILTIN_RENDERERS, BUILTIN_REPORTS, RecordsView, Sign
from koschuso.reporting.reports.beratungen import BERATUNGEN
from koschuso.reporting.reports.kennzahlen import KENNZAHLEN
from koschuso.reporting.reports.taetigkeitsbericht import TAETIGKEITSBERICHT
from koschuso.reporting.reports.veranstaltungen import VERANSTALTUNGEN

ABOUT_PEOPLE = (VERANSTALTUNGEN, BERATUNGEN, KENNZAHLEN, TAETIGKEITSBERICHT)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*range(8), 15, 104, 111, 122])  # the last ones once found something
@pytest.mark.parametrize("report", ABOUT_PEOPLE, ids=lambda report: report.name)
def test_no_hidden_number_of_a_whole_report_can_be_worked_out(report, seed):
    office = RandomOffice(seed, partial=seed % 3 == 2)
    attack(report, office, threshold=(3, 3, 5, 2)[seed % 4])


def test_no_hidden_number_of_one_report_can_be_worked_out():
    """The same for a single office, so that the daily run attacks something too."""
    assert attack(VERANSTALTUNGEN, RandomOffice(1)) > 10


@dataclass
class Programme:
    """Events by hand: kind, hours and how many named guests came; ``None`` is an event without a list."""

    events: tuple
    records: list = field(default_factory=list)
    held: list = field(default_factory=list)
    open: dict = field(default_factory=dict)
    partial: bool = False

    def __post_init__(self):
        for number, (kind, hours, guests) in enumerate(self.events):
            key, day = f"e-{number}", date(2025, 2 + number, 5)
            span = TimeSpan.at(datetime(2025, 2 + number, 5, 9), hours=hours)
            self.held.append(Held(key, day, kind, (), Decimal(hours)))
            self.records.append(
                Event(id=key, title=key, type=kind, span=span, status=EventStatus.DURCHGEFUEHRT),
            )
            self.records += [
                Participation(
                    id=f"{key}-{guest}",
                    event_id=key,
                    name=f"Gast {number} {guest}",
                    status=ParticipationStatus.TEILGENOMMEN,
                )
                for guest in range(guests or 0)
            ]

    def view(self):
        return RecordsView(self.records, office=OFFICE, as_of=AS_OF)


@pytest.mark.parametrize(
    "events",
    [
        # 2 a + 8 b: with 10 visits and 3·2 + 5·8 person-hours there is one solution.
        (("fachtag", 3, 2), ("fortbildung", 5, 8)),
        (("fachtag", 3, 2), ("fachtag", 5, 8)),
        # Of the third nobody wrote down who came: it takes nothing of the sum away.
        (("fachtag", 3, 2), ("fachtag", 3, None), ("fachtag", 3, 8)),
    ],
)
@pytest.mark.parametrize("report", [VERANSTALTUNGEN, TAETIGKEITSBERICHT], ids=lambda report: report.name)
def test_visits_cannot_be_read_from_person_hours_and_the_length_of_events(report, events):
    assert attack(report, Programme(events))


def test_who_stayed_away_cannot_be_read_from_the_visits_without_a_name():
    """Of 13 who registered, all but those who stayed away came; of 19 visits, 7 were only counted."""
    office = Programme((("fachtag", 3, 4), ("fortbildung", 2, 2), ("fachtag", 2, 6)))
    counted = (Headcount(count=7),)
    absent, came = ParticipationStatus.UNENTSCHULDIGT, ParticipationStatus.TEILGENOMMEN
    office.records += [
        Participation(id="away", event_id="e-0", name="Gast fern", status=absent),
        Participation(id="heads", event_id="e-2", headcounts=counted, status=came),
    ]
    assert attack(VERANSTALTUNGEN, office)


@pytest.mark.parametrize("counted", [0, 7])
def test_a_small_event_cannot_be_read_from_the_number_of_different_people(counted):
    """Nine people came to two events, eleven visits in all: nobody is twice at one event."""
    office = Programme((("fachtag", 3, 2), ("fachtag", 3, 9)))
    if counted:
        heads = (Headcount(count=counted),)
        status = ParticipationStatus.TEILGENOMMEN
        office.records.append(Participation(id="heads", event_id="e-1", headcounts=heads, status=status))
    for number, record in enumerate(office.records):
        if isinstance(record, Participation) and record.name:
            office.records[number] = attrs.evolve(record, name=f"Gast {record.id.rpartition('-')[2]}")
    assert attack(VERANSTALTUNGEN, office)


@pytest.mark.slow
def test_the_longest_list_that_stands_in_full_is_decided_within_seconds():
    """Visits, registrations and person-hours of a hundred events hang together; more are not told one by one."""
    draw = Random(1)  # noqa: S311 - test data
    office = Programme(())
    for number in range(100):
        begin = datetime(2025, 1, 2, 9) + timedelta(days=3 * number)
        span = TimeSpan.at(begin, hours=draw.choice((2, 3, 5)))
        key, kind = f"e-{number:03d}", draw.choice(("fachtag", "fortbildung", "arbeitskreis"))
        office.records.append(Event(id=key, title=key, type=kind, span=span, status=EventStatus.DURCHGEFUEHRT))
        office.records += [
            Participation(
                id=f"{key}-{guest}",
                event_id=key,
                name=f"Gast {draw.randrange(300)}",
                status=draw.choice((*[ParticipationStatus.TEILGENOMMEN] * 9, ParticipationStatus.ANGEMELDET)),
            )
            for guest in range(draw.randint(0, 14))
        ]
    begin = process_time()
    table = VERANSTALTUNGEN.run(office.view(), year=2025, audience="oeffentlich").table("veranstaltungen")
    assert "Teilnahmen" in {column.title for column in table.columns}
    assert process_time() - begin < 20


def test_a_grid_without_sums_tells_nothing_beside_a_table_that_has_them():
    """The Tätigkeitsbericht shows groups by form as a picture, and the sums of the groups in the table of topics."""
    contacts = [
        Consultation(
            id=f"b-{number}", day=date(2025, 3, 1), target_group=group, form=form, count=count, topics=("mobbing",)
        )
        for number, (group, form, count) in enumerate(
            [
                ("fachkraefte", "telefon", 2),
                ("fachkraefte", "video", 9),
                ("schulleitungen", "telefon", 8),
                ("schulleitungen", "video", 7),
            ]
        )
    ]
    office = Programme(())
    office.records += contacts
    assert attack(TAETIGKEITSBERICHT, office)


# -- what nobody may read ----------------------------------------------------------------------------------------------


def asked(report):
    """Give the audience of the widest circle that a report is for; ``None`` where it stays inside."""
    wide = [one for one in ("oeffentlich", "foerdergeber") if not report.audiences or one in report.audiences]
    return wide[0] if wide else None


PUBLISHED = [report for report in BUILTIN_REPORTS if asked(report)]


def test_no_name_pay_grade_term_or_free_word_leaves_the_office():
    """Searched in all that a report says; the renderers have nothing else to write."""
    search(RandomOffice(0), (".json", ".md"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 4))
def test_no_name_pay_grade_term_or_free_word_stands_in_the_bytes_of_any_renderer(seed):
    search(RandomOffice(seed), tuple(renderer.suffix for renderer in BUILTIN_RENDERERS))


def search(office, suffixes):
    assert len(office.secrets) > 20
    for report in PUBLISHED:
        try:
            document = report.run(office.view(), audience=asked(report))
        except KoschusoError as error:
            assert "nichts" in error.message or "kein" in error.message, report.name  # noqa: PT017 - nothing to read
            continue
        for suffix in suffixes:
            text = unpacked(document.render(suffix))
            found = [secret for secret in office.secrets if secret.encode() in text]
            assert not found, f"{report.name} as {suffix}"


def unpacked(data):
    """Give bytes as they are, or all that a packed file holds."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


@pytest.mark.slow
@pytest.mark.parametrize("report", ABOUT_PEOPLE, ids=lambda report: report.name)
def test_the_internal_version_hides_nothing_and_says_so_in_every_format(report):
    office = RandomOffice(1)
    document = report.run(office.view(), year=2025, audience="intern", threshold=50)
    assert (document.internal, document.suppressed) == (True, 0)
    assert all(value is not Sign.SUPPRESSED for table in document.tables() for row in table.rows for value in row)
    for renderer in BUILTIN_RENDERERS:
        assert b"INTERN" in unpacked(renderer.render(document)), renderer.name
    outside = report.run(office.view(), year=2025, audience="oeffentlich")
    assert not outside.internal
    for suffix in (".md", ".csv"):
        assert b"INTERN" not in outside.render(suffix)
