"""What the Land pays for in the golden office, to be added to `golden_office.records`: six more positions, with costs.

They hold the edge cases of money and months: a volume that changes in the middle, somebody who leaves in the middle of a
month and the vacancy after it, a position at three schools with a rest that no Einsatz covers, one of which nothing is
known, and one person with two funded positions at a time.
"""

from datetime import date
from decimal import Decimal

from golden_office import RICHTLINIE, assignment, position

from koschuso.model import Activity, Funding, FuzzyDate, Occupancy, Period, Person, Reference, Task, TaskStatus

GRANT = "landesfoerderung_richtlinie"
SUMMER = date(2025, 8, 1)
JUNE = date(2025, 6, 16)


def grant(position_id, **more):
    return Funding(id=f"f-{position_id}", position_id=position_id, funding_source=GRANT, **more)


def funding():
    """Give positions, Einsätze and Finanzierungen."""
    # A half until the summer, three quarters from then on: 19,5 and 29,25 of 39 hours. Aue has s1 at the same time.
    until, since = Period(until=SUMMER), Period(since=SUMMER)
    yield position(
        "w1", "19.5", holder="aue", employer_id="birkental", saeule=RICHTLINIE, plan_number="7", period=until
    )
    yield assignment("w1", "schule-04", "19.5", period=until)
    yield position(
        "w2", "29.25", holder="aue", employer_id="birkental", saeule=RICHTLINIE, plan_number="7", period=since
    )
    yield assignment("w2", "schule-04", "29.25", period=since)
    yield grant("w1", percent=Decimal(80))
    yield grant("w2", percent=Decimal(80))
    # Left with 15 June; vacant since then. Of the vacant time only the Säule tells that the Land pays.
    yield Person(id="frueh", given_name="Fee", family_name="Früh")
    gone, vacant = Period(since=date(2025, 1, 1), until=JUNE), Period(since=JUNE)
    yield position("w3", 39, holder="frueh", employer_id="jugendwerk", saeule=RICHTLINIE, plan_number="8", period=gone)
    yield assignment("w3", "schule-05", 39, period=gone)
    # 80 % exactly; 75 000 Euro for a whole post and year.
    yield grant("w3", amount=Decimal(60000), eligible_cost=Decimal(75000), period=Period.calendar_year(2025))
    yield position(
        "w4",
        39,
        occupancy=Occupancy.VAKANT,
        employer_id="jugendwerk",
        saeule=RICHTLINIE,
        plan_number="8",
        period=vacant,
    )
    yield assignment("w4", "schule-05", 39, period=vacant)
    # Nothing is known of it but the Säule, and that it begins in November.
    yield position("w5", None, occupancy=Occupancy.UNBEKANNT, saeule=RICHTLINIE, period=Period(since=date(2025, 11, 1)))
    # At three schools: 19,5 + 9,75 + 4,875 hours; 4,875 hours are left over. Dearer than any amount, and more than 80 %.
    yield Person(id="neu", given_name="Nele", family_name="Neumann-Muster")
    yield position("w6", 39, holder="neu", employer_id="jugendwerk", saeule=RICHTLINIE)
    yield assignment("w6", "schule-01", "19.5")
    yield assignment("w6", "schule-02", "9.75")
    yield assignment("w6", "schule-04", "4.875")
    yield grant("w6", amount=Decimal(68000), eligible_cost=Decimal(82000), period=Period.calendar_year(2025))


NETZWERK, KOORDINIERUNG = "foerderziel.netzwerk", "foerderziel.koordinierung"


def measures():
    """Give tasks and activities with Förderziele."""
    given = {"foerderziele": (NETZWERK,)}
    yield Task(id="m-fertig", title="Wegweiser", status=TaskStatus.ERLEDIGT, completed_on=date(2025, 12, 31), **given)
    yield Task(id="m-frueher", title="Flyer", status=TaskStatus.ERLEDIGT, completed_on=date(2024, 12, 31), **given)
    yield Task(id="m-ohne-datum", title="Ohne Datum", status=TaskStatus.ERLEDIGT, **given)
    # For two aims at once, and still going on.
    yield Task(
        id="m-laeuft",
        title="Qualitätsstandards",
        status=TaskStatus.IN_ARBEIT,
        begin=FuzzyDate("Februar 2025"),
        due=FuzzyDate("Juni 2026"),
        foerderziele=(NETZWERK, KOORDINIERUNG),
    )
    yield Task(id="m-weg", title="Verworfen", status=TaskStatus.VERWORFEN, begin=FuzzyDate("2025"), **given)
    yield Task(id="m-spaeter", title="Erst 2026", begin=FuzzyDate("2026"), **given)
    fachtag = Reference("event", "fachtag")
    # 50 + 70 minutes are 2,0 hours; each alone would round to 0,8 and 1,2.
    yield Activity(
        id="m-a1", day=date(2025, 1, 1), taetigkeit="qualifizierung.fachtag", minutes=50, subject=fachtag, **given
    )
    yield Activity(
        id="m-a2",
        day=date(2025, 12, 31),
        taetigkeit="qualifizierung.fachtag",
        minutes=70,
        subject=fachtag,
        foerderziele=(NETZWERK, KOORDINIERUNG),
    )
    yield Activity(id="m-a3", day=date(2026, 1, 1), taetigkeit="organisation", minutes=60, **given)
