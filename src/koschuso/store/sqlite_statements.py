"""What the SQLite driver says to SQLite: its statements, and conditions as SQL."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from koschuso.store.conditions import OneOf, Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from koschuso.store.conditions import Condition

__all__ = [
    "BLANK",
    "COLUMNS",
    "CONTENT",
    "FEED",
    "FEED_WITH_CONTENTS",
    "GET",
    "HEAD",
    "KEEP",
    "LAST_ID",
    "LINK",
    "NEWEST",
    "REPLACE",
    "SEAL",
    "STATE",
    "STATES",
    "STEPS",
    "WHOLE",
    "insertions",
    "lookups",
    "selection",
]

WHOLE = "id, seq, link, CAST(body AS BLOB), ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place"
CONTENT = "id, seq, link, CAST(body AS BLOB)"
GET = f"SELECT {WHOLE} FROM record WHERE kind = ? AND id = ? AND body IS NOT NULL"  # noqa: S608 - known columns
STATE = "SELECT id, seq, iif(body IS NULL, NULL, link) FROM record WHERE kind = ? AND id = ?"
STATES = (
    "SELECT id, seq, iif(body IS NULL, NULL, link) FROM record "
    "WHERE kind = ? AND id IN (SELECT value FROM json_each(?))"
)
LAST_ID = "SELECT max(id) FROM record WHERE kind = ?"
KEEP = "INSERT INTO past SELECT * FROM record WHERE seq = ?"
REPLACE = (
    "UPDATE record SET seq = ?3, operation = ?4, at = ?5, previous = ?6, digest = ?7, link = ?8, "
    "body = CAST(?9 AS TEXT), ix_type = ?10, ix_subject = ?11, ix_object = ?12, ix_begin = ?13, ix_end = ?14, "
    "ix_place = ?15 WHERE kind = ?1 AND id = ?2"
)
STEPS = (
    "WITH RECURSIVE step (seq) AS (VALUES (?) UNION ALL SELECT past.previous FROM step JOIN past USING (seq) "
    "WHERE past.previous IS NOT NULL) "
    "SELECT past.seq, operation, at, link, CAST(body AS BLOB), "
    "ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place FROM step JOIN past USING (seq)"
)
BLANK = (
    "UPDATE past SET body = NULL, ix_type = NULL, ix_subject = NULL, ix_object = NULL, ix_begin = NULL, "
    "ix_end = NULL, ix_place = NULL WHERE seq = ?"
)
NEWEST = "SELECT seq, operation, at, link, previous FROM record WHERE kind = ? AND id = ?"
HEAD = "SELECT seq, link FROM record ORDER BY seq DESC LIMIT 1"
SEAL = "UPDATE meta SET value = ? WHERE name = 'head'"
LINK = "SELECT link FROM record WHERE seq = ?1 UNION ALL SELECT link FROM past WHERE seq = ?1"
FEED = (
    "SELECT seq, kind, id, operation, at, link FROM record WHERE seq > ?1 AND seq <= ?2 "
    "UNION ALL SELECT seq, kind, id, operation, at, link FROM past WHERE seq > ?1 AND seq <= ?2 ORDER BY seq"
)
_STEP = (
    "seq, kind, id, operation, at, link, CAST(body AS BLOB), ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place"
)
FEED_WITH_CONTENTS = (
    f"SELECT {_STEP} FROM record WHERE seq > ?1 AND seq <= ?2 "  # noqa: S608 - known columns
    f"UNION ALL SELECT {_STEP} FROM past WHERE seq > ?1 AND seq <= ?2 ORDER BY seq"
)
_CONDITION_COLUMNS = {
    "id": "id",
    "type": "ix_type",
    "subject": "ix_subject",
    "object": "ix_object",
    "begin": "ix_begin",
    "end": "ix_end",
    "place": "ix_place",
}
COLUMNS = (
    "kind",
    "id",
    "seq",
    "operation",
    "at",
    "previous",
    "digest",
    "link",
    "body",
    "ix_type",
    "ix_subject",
    "ix_object",
    "ix_begin",
    "ix_end",
    "ix_place",
)
_INDEXED = frozenset({"subject", "object"})
_FEW = 1000  # documents that are sorted in memory: far below what a page cache holds
_ROWS_AT_ONCE = 50  # with 15 columns within the 999 parameters that every SQLite takes


def insertions(columns: Sequence[Sequence[Any]]) -> Iterator[tuple[str, list[list[Any]]]]:
    """Give the statements that insert new documents, each with its parameters for ``executemany``.

    Columns without any value are left out: sqlite3 asks its adapters about each ``None``, which costs as much as
    storing the column. A statement for many rows at once costs a quarter less than one for each.

    Args:
        columns: The values of each column for all documents, in the order of `COLUMNS`.
    """
    filled = tuple(number for number, values in enumerate(columns) if values.count(None) < len(values))
    values = list(chain.from_iterable(zip(*(columns[number] for number in filled), strict=True)))
    first = 0
    for rows in (_ROWS_AT_ONCE, 1):
        width = rows * len(filled)
        beyond = len(values) - (len(values) - first) % width
        if first < beyond:
            yield _insert_into(filled, rows), [values[at : at + width] for at in range(first, beyond, width)]
        first = beyond


@lru_cache(maxsize=64)
def _insert_into(filled: tuple[int, ...], rows: int) -> str:
    names = ", ".join(COLUMNS[number] for number in filled)
    # Bytes bound as they are and taken as text by SQLite: sqlite3 would make text of them, and bytes of the text again.
    row = f"({', '.join('CAST(? AS TEXT)' if COLUMNS[number] == 'body' else '?' for number in filled)})"
    # FAIL: a row that breaks a rule ends the whole transaction anyway, so SQLite need not prepare to take back only
    # this statement, which would cost more than the rows where ids come in no order.
    return f"INSERT OR FAIL INTO record ({names}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - known columns


def lookups(conditions: Iterable[Condition]) -> Iterator[tuple[str, list[str]]]:
    """Give for each condition with an SQL index the statement that tells whether it picks few rows, and its parameters."""
    for condition in conditions:
        if isinstance(condition, OneOf) and condition.name in _INDEXED:
            part, values = _compiled(condition)
            yield f"SELECT count(*) <= {_FEW} FROM (SELECT 1 FROM record WHERE {part} LIMIT {_FEW + 1})", values  # noqa: S608 - known columns


def selection(
    what: str, kind: str, conditions: Iterable[Condition], after: str | None, *, looked_up: bool = False
) -> tuple[str, list[str]]:
    """Give the statement that reads the documents of a kind in key order, and its parameters.

    Args:
        what: `WHOLE` or `CONTENT`.
        kind: Kind of the documents.
        conditions: Joined by *and*.
        after: Leave out ids up to and including this one.
        looked_up: Whether one of `lookups` picks few rows. Those are found by its index and sorted; left to itself SQLite
            walks the whole kind for the sake of the order.
    """
    plus = "+" if looked_up else ""
    parts, values, behind = [], [kind, after or ""], f"{plus}id > ?"
    for condition in conditions:
        if isinstance(condition, OneOf) and condition.name == "id":
            # The plus keeps SQLite from walking the whole kind where it can look each key up: 1 ms instead of 20.
            behind = "+id > ?"
        part, more = _compiled(condition)
        parts.append(part)
        values += more
    limits = " AND ".join([f"{plus}kind = ?", "body IS NOT NULL", behind, *parts])
    return f"SELECT {what} FROM record WHERE {limits} ORDER BY {plus}id", values  # noqa: S608 - known columns, texts are parameters


def _compiled(condition: Condition) -> tuple[str, list[str]]:
    """Turn a condition into SQL over one known column; the texts stay parameters."""
    column = _CONDITION_COLUMNS[condition.name]
    if isinstance(condition, OneOf):
        if len(condition.values) == 1:
            return f"{column} = ?", [condition.values[0]]
        return f"{column} IN (SELECT value FROM json_each(?))", [json.dumps(condition.values)]  # noqa: S608 - a known column
    if isinstance(condition, Range):
        low, high, missing = condition.low, condition.high, condition.missing
    else:
        low, high, missing = condition.text, condition.beyond, False
    limits = [(sign, limit) for sign, limit in ((">=", low), ("<", high)) if limit is not None]
    inner = " AND ".join([f"{column} {sign} ?" for sign, _ in limits] or [f"{column} IS NOT NULL"])
    return f"({column} IS NULL OR ({inner}))" if missing else inner, [limit for _, limit in limits]
