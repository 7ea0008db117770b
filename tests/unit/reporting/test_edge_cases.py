"""Which test works out which edge case of the field (domain.md 5.7), so that none is lost when tests are moved."""

from fractions import Fraction
from pathlib import Path

import pytest
from golden_office import assignment, position, schools, view

from koschuso.errors import InvalidRecord
from koschuso.model import Workload
from koschuso.reporting import Sign
from koschuso.reporting.reports.stellenuebersicht import STELLENUEBERSICHT

HERE = Path(__file__).parent

EDGE_CASES = {
    "somebody with two employers": ("test_golden_work", "test_where_the_visitors_came_from"),
    "a vacant position": ("test_golden_stellenuebersicht", "test_a_vacancy_is_a_volume_and_no_head"),
    "vacant months of a grant": (
        "test_report_verwendungsnachweis",
        "test_a_position_at_two_schools_counts_its_months_once",
    ),
    "a whole position at two schools, a half one at two (F2)": (
        "test_report_foerderpruefung",
        "test_schools_at_once_are_those_of_the_busiest_day",
    ),
    "hours, VZÄ, both, and both that contradict": (
        "test_edge_cases",
        "test_volumes_are_counted_however_they_were_written",
    ),
    "Landesdienst of 39:50 hours": ("test_golden_stellenuebersicht", "test_t1_school_by_school"),
    "a Teilstandort in another municipality": ("test_golden_stellenuebersicht", "test_t3_by_gemeinde_and_saeule"),
    "a Kreis with five Jugendämter": ("test_golden_work", "test_contacts_by_kind_of_partner"),
    "a Förderschule without a Sozialindex": (
        "test_golden_stellenuebersicht",
        "test_t6_vzae_for_each_school_by_sozialindexstufe",
    ),
    "a coordinator who also works at a school": (
        "test_report_foerderpruefung",
        "test_who_counts_for_the_key_by_saeule",
    ),
    "somebody who left during the year": ("test_golden_work", "test_reach_by_schulform"),
    "where somebody worked who left since": ("test_golden_work", "test_who_left_counts_where_he_worked_on_the_day"),
    "one head at two schools": ("test_golden_stellenuebersicht", "test_t2_by_schulform_and_saeule"),
    "an event that was moved into the holidays": ("test_golden_work", "test_the_list_of_events"),
    "an event that was called off": ("test_golden_work", "test_events_at_a_glance"),
    "no-shows and open registrations": ("test_golden_work", "test_from_registration_to_attendance"),
    "a substitute, and a certificate for one": (
        "test_report_event_papers",
        "test_only_those_who_were_there_get_a_certificate",
    ),
    "registered twice": ("test_report_event_papers", "test_who_is_registered_twice_has_one_line_and_one_certificate"),
    "one mailbox of several people": ("test_golden_work", "test_events_at_a_glance"),
    "names with von, umlauts, no given name": (
        "test_report_event_papers",
        "test_the_list_names_everybody_who_has_a_seat_with_the_institution_in_the_order_of_names",
    ),
    "a free tag": ("test_golden_work", "test_topics_of_events_count_each_event_once_at_the_end"),
    "a Kalenderjahr over two Schuljahre": ("test_golden_work", "test_a_schuljahr_cuts_the_calendar_year"),
    "midnight of the new year in another zone": ("test_golden_work", "test_events_at_a_glance"),
    "hours summed before they are rounded": (
        "test_report_verwendungsnachweis",
        "test_measures_by_foerderziel_count_once_in_all",
    ),
    "unknown is not 0": ("test_golden_work", "test_the_list_of_events"),
    "counted heads without names": ("test_golden_work", "test_counted_heads_are_nobody_in_particular"),
}


@pytest.mark.parametrize("case", EDGE_CASES)
def test_each_edge_case_has_its_test(case):
    module, name = EDGE_CASES[case]
    assert f"def {name}(" in (HERE / f"{module}.py").read_text(encoding="utf-8")


def test_volumes_are_counted_however_they_were_written():
    """As VZÄ, as hours, as both, and as Maßnahmemonate, which say nothing about a week: they are k. A. and never 0."""
    written = {"schule-01": "0,75 Stelle", "schule-02": "10 Std.", "schule-03": "0,5 Stelle (19,5 Std.)"}
    found = list(schools())
    for place, text in (*written.items(), ("schule-04", "18 Maßnahmemonate")):
        volume = Workload.parse(text)
        found += [position(f"v-{place}", volume, holder=place), assignment(f"v-{place}", place, volume)]
    document = STELLENUEBERSICHT.run(view(found), stichtag="31.01.2026")
    table = document.table("t1")
    assert {row[0]: row[7:9] for row in table.rows} == {
        "Grundschule am Anger": (Fraction(3, 4), Fraction("29.25")),  # 0,75 of 39 hours
        "Grundschule Birkenweg": (Fraction(10, 39), 10),
        "Gesamtschule Auenfeld": (Fraction(1, 2), Fraction("19.5")),
        "Schule an der Linde": (Sign.UNKNOWN, Sign.UNKNOWN),
    }
    assert table.totals[7:9] == (Fraction(5, 4) + Fraction(10, 39), Fraction("58.75"))
    with pytest.raises(InvalidRecord, match="widerspricht sich"):
        Workload.parse("0,75 Stelle (19,5 Std.)")
