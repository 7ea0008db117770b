"""The whole demonstration as records: the real office, invented people and positions, two invented school years."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from koschuso.demo import deck, people, plans, posts, staffing, story, surveys, work, years
from koschuso.demo.identity import SEED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from koschuso.model import Organisation, Record

__all__ = ["ATTRIBUTION", "records", "register_file"]

ATTRIBUTION = (
    "Schulen und Schulamt sind ein Auszug aus dem Schulverzeichnis: Ministerium für Schule und Bildung NRW, "
    "https://www.schulministerium.nrw/open-data, Stand 04/2026, dl-de/by-2-0 (https://www.govdata.de/dl-de/by-2-0)."
)
"""Source and licence of the real part of the data, as the licence asks for."""


def register_file() -> AbstractContextManager[Path]:
    """Give the shipped part of the official school register as a file: the 107 schools and the Schulamt of Kreis Soest."""
    file = resources.files("koschuso.demo") / "data" / "schuldaten_kreis_soest.csv"
    return resources.as_file(file)


def records(schools: Iterable[Organisation], *, seed: int = SEED) -> tuple[Record, ...]:
    """Build every record of the demonstration that does not come from the register.

    Args:
        schools: The schools as the register reader made them; the positions are at these.
        seed: Seed of everything invented; the same seed and schools give equal records.

    Raises:
        Refused: There are too few schools.
    """
    plan = posts.plan(schools, seed=seed)
    persons = people.records(plan, seed=seed)
    return (
        *deck.records(),
        *persons,
        *staffing.records(plan),
        *years.records(persons, seed=seed),
        *plans.tasks(),
        *story.records(years.JOINT_EVENT_IDS),
        *work.activities(years.events(), seed=seed),
        *work.consultations(seed=seed),
        *surveys.records(),
    )
