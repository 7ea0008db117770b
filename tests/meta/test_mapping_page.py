"""docs/reference/mapping.md says which property says which field; the tables of the page are those of the code."""

import os
from pathlib import Path

from koschuso.interchange.ical.event import event_table
from koschuso.interchange.ical.task import activity_table, milestone_table, task_table
from koschuso.interchange.vcard.keep import TABLES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "mapping.md"
COMPONENTS = {
    "VEVENT and `Event`": event_table,
    "VTODO and `Task`": task_table,
    "VJOURNAL with `X-KOSCHUSO-DATENSATZ:activity` and `Activity`": activity_table,
    "VJOURNAL with `X-KOSCHUSO-DATENSATZ:milestone` and `Milestone`": milestone_table,
    "A card of a person and `Person`": lambda: TABLES["person"],
    "A card of an organisation and `Organisation`": lambda: TABLES["organisation"],
    "A card of a group and `Committee`": lambda: TABLES["committee"],
}
NO_FIELDS = {"org", "related", "members", "derived"}  # what only the reader of cards knows


def section(title, table):
    lines = [f"## {title}", "", "| Properties | Fields |", "|---|---|"]
    for aspect in table.aspects:
        names = ", ".join(f"`{name}`" for name in aspect.names)
        fields = ", ".join(f"`{field}`" for field in aspect.fields if field not in NO_FIELDS)
        lines.append(f"| {names} | {fields or '–'} |")
    return "\n".join(lines)


def test_the_page_shows_the_tables_of_the_code():
    page = PAGE.read_text(encoding="utf-8")
    beginning = page.partition("<!-- tables -->")[0]
    tables = "\n\n".join(section(title, build()) for title, build in COMPONENTS.items())
    expected = f"{beginning}<!-- tables -->\n\n{tables}\n"
    if os.environ.get("KOSCHUSO_UPDATE_GOLDEN"):
        PAGE.write_text(expected, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == expected
