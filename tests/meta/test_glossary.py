"""The glossary and the model's public names agree, in both directions."""

import re
from pathlib import Path

import attrs
import pytest

from koschuso import catalogues, model

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"

KEPT = [
    "ags",
    "schulnummer",
    "schulform",
    "schulaufsicht",
    "traeger",
    "traegernummer",
    "taetigkeit",
    "taetigkeitsprofil",
    "saeule",
    "sozialindexstufe",
    "schuljahr",
    "schulhalbjahr",
    "stichtag",
    "rechtsform",
    "entgeltgruppe",
    "tarif",
    "vzae",
    "foerderziel",
    "regierungsbezirk",
    "kreis",
    "gemeinde",
    "ferien",
    "feiertag",
]


def rows() -> list[tuple[str, list[str], bool]]:
    """The rows that are bound to the code: German term, names in code, whether the term is kept."""
    bound = []
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 5 and cells[0] not in {"German term", "---"}:
            bound.append((cells[0], re.findall(r"`([^`]+)`", cells[1]), cells[2] == "kept"))
    return bound


ROWS = rows()
NAMES = sorted({name for _, names, _ in ROWS for name in names})
CLASSES = {name: value for name in model.__all__ if isinstance(value := getattr(model, name), type)}


@pytest.fixture(scope="module")
def vocabulary() -> set[str]:
    """Names of catalogues and keys of their entries."""
    shipped = catalogues.load_all()
    return {*shipped, *(entry.key for catalogue in shipped.values() for entry in catalogue)}


def attributes(cls: type) -> set[str]:
    fields = {field.name for field in attrs.fields(cls)} if attrs.has(cls) else set()
    return fields | {name for name in dir(cls) if not name.startswith("_")}


def test_every_public_class_of_the_model_is_in_the_glossary():
    assert set(CLASSES) - set(NAMES) == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_name_in_the_glossary_exists(name, vocabulary):
    owner, _, attribute = name.partition(".")
    if attribute:
        assert attribute in attributes(CLASSES[owner])
    else:
        assert name in model.__all__ or name in vocabulary


def test_every_row_names_something_in_code_and_no_term_stands_twice():
    assert all(names for _, names, _ in ROWS)
    terms = [term for term, _, _ in ROWS]
    assert len(terms) == len(set(terms)) > 80


def test_exactly_the_agreed_german_terms_are_kept():
    kept = {part.lower() for _, names, is_kept in ROWS if is_kept for name in names for part in name.split(".")}
    assert set(KEPT) <= {*kept, *(word for name in kept for word in name.split("_"))}


@pytest.mark.parametrize(
    "half", ["school_form", "traeger_number", "school_number", "activity_profile", "pillar", "school_year", "pay_grade"]
)
def test_kept_terms_are_nowhere_translated(half):
    for name, cls in CLASSES.items():
        assert half not in attributes(cls), name
