"""The content of a golden store: written once by every minor version, kept as it is, and read by every later one (V1).

The author of a driver writes it with the released version (`write_golden`), keeps the files or a dump among the
driver's tests, and gives `StoreUnderTest.golden` a function that opens a copy.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY, Operation

if TYPE_CHECKING:
    from koschuso.store.driver import StoreDriver

__all__ = ["GOLDEN_BODIES", "GOLDEN_FEED", "GOLDEN_INDEX", "GOLDEN_MOMENT", "write_golden"]

GOLDEN_MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When the first change was made; each later one an hour after it."""

GOLDEN_INDEX = Index(type="traeger", begin="2025-08-27", place="05974040")

GOLDEN_BODIES = {
    "a, first": b'{"schema":1,"name":"a"}',
    "a": '{"schema":1,"name":"Träger 2"}'.encode(),
    "b": b'{"schema":1,"name":"b"}',
    "c": b'{"schema":1,"name":"c"}',
}

GOLDEN_FEED = (
    ("a", Operation.PUT),
    ("b", Operation.PUT),
    ("a", Operation.PUT),
    ("c", Operation.PUT),
    ("b", Operation.REMOVE),
)


def write_golden(driver: StoreDriver) -> str:
    """Write the golden content into an empty store.

    Returns:
        The cursor after the third change; keep it beside the files and give it as `StoreUnderTest.golden_cursor`.
    """
    cursor = ""
    puts = (("a", "a, first", Index()), ("b", "b", Index()), ("a", "a", GOLDEN_INDEX), ("c", "c", Index()))
    for number, (id_, body, index) in enumerate(puts):
        with driver.transaction(write=True) as transaction:
            transaction.put(
                "person",
                id_,
                GOLDEN_BODIES[body],
                index,
                expect=ANY if body == "a" else ABSENT,
                at=GOLDEN_MOMENT + timedelta(hours=number),
            )
        if body == "a":
            with driver.transaction(write=False) as reader:
                cursor = reader.cursor()
    with driver.transaction(write=True) as transaction:
        transaction.remove("person", "b", expect=ANY, at=GOLDEN_MOMENT + timedelta(hours=4))
    return cursor
