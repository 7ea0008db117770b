"""What the SQLite driver says to SQLite: its statements, and conditions as SQL."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from koschuso.store.conditions import OneOf, Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from koschuso.store.conditions import Condition

__all__ = [
    "BLANK",
    "FEED",
    "GET",
    "HEAD",
    "KEEP",
    "LAST_ID",
    "LINK",
    "NEWEST",
    "REPLACE",
    "SCAN",
    "STATE",
    "STATES",
    "STEPS",
    "compiled",
    "insertion",
]

GET = (
    "SELECT id, seq, link, CAST(body AS BLOB), ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place "
    "FROM record WHERE kind = ? AND id = ? AND body IS NOT NULL"
)
SCAN = (
    "SELECT id, seq, link, CAST(body AS BLOB), ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place "
    "FROM record WHERE kind = ? AND body IS NOT NULL AND id > ?"
)
STATE = "SELECT id, seq, iif(body IS NULL, NULL, link) FROM record WHERE kind = ? AND id = ?"
STATES = (
    "SELECT id, seq, iif(body IS NULL, NULL, link) FROM record "
    "WHERE kind = ? AND id IN (SELECT value FROM json_each(?))"
)
LAST_ID = "SELECT max(id) FROM record WHERE kind = ?"
KEEP = "INSERT INTO past SELECT * FROM record WHERE seq = ?"
REPLACE = (
    "UPDATE record SET seq = ?3, operation = ?4, at = ?5, previous = ?6, digest = ?7, link = ?8, "
    "body = ?9, ix_type = ?10, ix_subject = ?11, ix_object = ?12, ix_begin = ?13, ix_end = ?14, "
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
LINK = "SELECT link FROM record WHERE seq = ?1 UNION ALL SELECT link FROM past WHERE seq = ?1"
FEED = (
    "SELECT seq, kind, id, operation, at, link FROM record WHERE seq > ?1 AND seq <= ?2 "
    "UNION ALL SELECT seq, kind, id, operation, at, link FROM past WHERE seq > ?1 AND seq <= ?2 ORDER BY seq"
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
_COLUMNS = (
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


def insertion(rows: Sequence[tuple[Any, ...]]) -> tuple[str, Iterable[tuple[Any, ...]]]:
    """Give the statement that inserts new rows, and its parameters.

    Columns without any value are left out: sqlite3 asks its adapters about each ``None``, which costs as much as
    storing the column.

    Args:
        rows: At least one; in the order that `REPLACE` has too.
    """
    columns = list(zip(*rows, strict=True))
    filled = tuple(number for number, column in enumerate(columns) if column.count(None) < len(column))
    return _insert_into(filled), zip(*(columns[number] for number in filled), strict=True)


@lru_cache(maxsize=64)
def _insert_into(filled: tuple[int, ...]) -> str:
    names = ", ".join(_COLUMNS[number] for number in filled)
    return f"INSERT INTO record ({names}) VALUES ({', '.join('?' * len(filled))})"  # noqa: S608 - known columns


def compiled(condition: Condition) -> tuple[str, list[str]]:
    """Turn a condition into SQL over one known column; the texts stay parameters."""
    column = _CONDITION_COLUMNS[condition.name]
    if isinstance(condition, OneOf):
        return f"{column} IN (SELECT value FROM json_each(?))", [json.dumps(condition.values)]  # noqa: S608 - a known column
    if isinstance(condition, Range):
        low, high, missing = condition.low, condition.high, condition.missing
    else:
        low, high, missing = condition.text, condition.beyond, False
    limits = [(sign, limit) for sign, limit in ((">=", low), ("<", high)) if limit is not None]
    inner = " AND ".join([f"{column} {sign} ?" for sign, _ in limits] or [f"{column} IS NOT NULL"])
    return f"({column} IS NULL OR ({inner}))" if missing else inner, [limit for _, limit in limits]
