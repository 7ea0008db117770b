"""What the driver says to PostgreSQL, and conditions as SQL.

Every statement names the office and touches the tables of one schema only, so a distributed PostgreSQL finds the one
machine that keeps the office. Values are parameters without exception; the schema is an identifier.
"""

# ruff: noqa: S608 - texts of known columns; every value is a parameter

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs
from psycopg import sql

from koschuso.store.conditions import OneOf, Prefix, Range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.store.conditions import Condition

__all__ = ["COLUMNS", "COLUMN_TYPES", "LARGE", "PAGE", "Statements", "beginnings", "statements_for"]

PAGE = 500
"""Rows that are read at once."""

LARGE = 8192
"""Bytes up to which a body comes with its page; a larger one is fetched when its turn comes."""

COLUMNS = (
    "office", "kind", "id", "seq", "operation", "at", "previous", "digest", "link", "body",
    "ix_type", "ix_subject", "ix_object", "ix_begin", "ix_end", "ix_place",
)  # fmt: skip
COLUMN_TYPES = (
    # The bytes of a body go as they are; the server checks that they are UTF-8.
    "text", "text", "text", "int8", "text", "int8", "int8", "text", "text", "bytea",
    "text", "text", "text", "text", "text", "text",
)  # fmt: skip

_INDEX = "ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place"
_CONDITION_COLUMNS = {
    "id": "id",
    "type": "ix_type",
    "subject": "ix_subject",
    "object": "ix_object",
    "begin": "ix_begin",
    "end": "ix_end",
    "place": "ix_place",
}
_BODY = "convert_to(body, 'UTF8')"
_PAGED_BODY = f"CASE WHEN octet_length(body) <= {LARGE} THEN {_BODY} END"
_EITHER = "SELECT {what} FROM {{record}} WHERE {where} UNION ALL SELECT {what} FROM {{past}} WHERE {where}"
# A list in a condition (``= ANY``) is not for statements that write: without true statistics, as within the transaction
# that fills a table, the server weighs it like no condition and walks through the whole office for each row.
_STATE = "seq, CASE WHEN body IS NOT NULL THEN link END AS link"
_CHANGE = "office = %(office)s AND seq = %(seq)s"
_REPLACED = "unnest(%(seqs)s::bigint[]) AS replaced (seq)"
_WINDOW = "office = %(office)s AND seq > %(after)s AND seq <= %(until)s"


def _either(what: str, where: str, order: str = "") -> str:
    return _EITHER.format(what=what, where=where) + order


_TEXTS = {
    "advance": "UPDATE {office} SET seq = %(seq)s, link = %(link)s WHERE office = %(office)s",
    "notify": "SELECT pg_notify('koschuso', {place}::text || %(office)s || ':' || %(seq)s::text)",
    "get": f"SELECT seq, link, operation, {_BODY}, {_INDEX} FROM {{record}} "
    "WHERE office = %(office)s AND kind = %(kind)s AND id = %(id)s",
    "state": f"SELECT id, {_STATE} FROM {{record}} WHERE office = %(office)s AND kind = %(kind)s AND id = %(id)s",
    "states": "SELECT wanted.id, seq, link FROM unnest(%(ids)s::text[]) AS wanted (id) CROSS JOIN LATERAL "
    f"(SELECT {_STATE} FROM {{record}} WHERE office = %(office)s AND kind = %(kind)s AND id = wanted.id OFFSET 0) AS found",
    "last_id": "SELECT max(id) FROM {record} WHERE office = %(office)s AND kind = %(kind)s",
    "insert": f"INSERT INTO {{record}} ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * 9)}, "
    f"convert_from(%s, 'UTF8'), {', '.join(['%s'] * 6)})",
    "copy": f"COPY {{record}} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)",
    # Row level security forbids COPY, so a role that it binds sends the columns as arrays.
    "insert_many": f"INSERT INTO {{record}} ({', '.join(COLUMNS)}) "
    f"SELECT {', '.join(COLUMNS[:9])}, convert_from(body, 'UTF8'), {_INDEX} FROM unnest("
    f"{', '.join(f'%s::{kind}[]' for kind in COLUMN_TYPES)}) AS new ({', '.join(COLUMNS)})",
    "keep": f"INSERT INTO {{past}} ({', '.join(COLUMNS)}) SELECT {', '.join(COLUMNS)} FROM {{record}} WHERE {_CHANGE}",
    "keep_blank": f"INSERT INTO {{past}} ({', '.join(COLUMNS[:9])}) SELECT {', '.join(COLUMNS[:9])} FROM {{record}} "
    f"WHERE {_CHANGE}",
    "keep_many": f"INSERT INTO {{past}} ({', '.join(COLUMNS)}) SELECT found.* FROM {_REPLACED} CROSS JOIN LATERAL "
    f"(SELECT {', '.join(COLUMNS)} FROM {{record}} WHERE office = %(office)s AND seq = replaced.seq OFFSET 0) AS found",
    "drop": f"DELETE FROM {{record}} WHERE {_CHANGE}",
    "drop_many": f"DELETE FROM {{record}} WHERE office = %(office)s AND ctid = ANY(ARRAY(SELECT found.place FROM {_REPLACED} "
    "CROSS JOIN LATERAL (SELECT ctid AS place FROM {record} WHERE office = %(office)s AND seq = replaced.seq OFFSET 0) "
    "AS found))",
    "blank": "UPDATE {past} SET body = NULL, ix_type = NULL, ix_subject = NULL, ix_object = NULL, ix_begin = NULL, "
    "ix_end = NULL, ix_place = NULL WHERE office = %(office)s AND kind = %(kind)s AND id = %(id)s "
    "AND body IS NOT NULL",
    "counts": "SELECT kind, count(*) FROM {record} WHERE office = %(office)s AND body IS NOT NULL GROUP BY kind",
    "link": _either("link", _CHANGE),
    "time": _either("at", _CHANGE),
    "feed": _either("seq, kind, id, operation, at, link", _WINDOW, " ORDER BY seq"),
    "steps": _either(
        f"seq, kind, id, operation, at, link, body IS NULL, {_PAGED_BODY}, {_INDEX}", _WINDOW, " ORDER BY seq"
    ),
    "body": _either(_BODY, _CHANGE),
    "versions": f"SELECT seq, operation, at, link, {_BODY}, {_INDEX} FROM {{past}} "
    "WHERE office = %(office)s AND kind = %(kind)s AND id = %(id)s ORDER BY seq",
    "newest": f"SELECT seq, operation, at, link, {_BODY}, {_INDEX} FROM {{record}} "
    "WHERE office = %(office)s AND kind = %(kind)s AND id = %(id)s",
    "verify": "SELECT 0, " + _either(
        f"seq, kind, id, operation, at, previous, digest, link, body IS NULL, {_PAGED_BODY}, {_INDEX}", _WINDOW, " ORDER BY seq"
    ).removeprefix("SELECT ").replace("UNION ALL SELECT ", "UNION ALL SELECT 1, "),
    "key_of": _either("kind, id", _CHANGE),
    "beyond": "SELECT count(*) FROM (" + _either("seq", "office = %(office)s AND (seq > %(seq)s OR seq < 1)") + ") AS beyond",
    "removed": "SELECT kind, id, max(seq) FROM ("
    + _either("kind, id, seq", "office = %(office)s AND operation <> 'put'")
    + ") AS removals GROUP BY kind, id",
    "stray": "SELECT kind, id, seq FROM {past} AS old WHERE office = %(office)s AND NOT EXISTS (SELECT FROM {record} AS new "
    "WHERE new.office = %(office)s AND new.previous = old.seq) AND NOT EXISTS (SELECT FROM {past} AS new "
    "WHERE new.office = %(office)s AND new.previous = old.seq)",
    "wipe": "SELECT {schema}.wipe(%(patience)s::double precision)",
}  # fmt: skip


@attrs.frozen
class Statements:
    """The statements of one schema, ready to send.

    Attributes:
        schema: Schema of the tables.
        texts: Each statement by its name.
    """

    schema: str
    texts: dict[str, bytes]

    def __getitem__(self, name: str) -> bytes:
        return self.texts[name]

    def page(
        self, kind: str, conditions: Iterable[Condition], after: str | None, *, whole: bool
    ) -> tuple[bytes, dict[str, Any]]:
        """Give the statement that reads a page of the documents of a kind in key order, and its parameters.

        Args:
            kind: Kind of the documents.
            conditions: Joined by *and*.
            after: Leave out ids up to and including this one.
            whole: With the index values.
        """
        parameters: dict[str, Any] = {"kind": kind, "after": after or ""}
        parts = [_compiled(condition, f"c{number}", parameters) for number, condition in enumerate(conditions)]
        return _page(self.schema, tuple(parts), whole), parameters


# The advisory lock makes the queue: PostgreSQL serves its waiters in the order of arrival. The row lock makes the truth:
# it also holds where a distributed database is entered by several doors. Each statement sees what is committed when it
# begins, so the head is read after the wait.
_WRITING = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
    "SELECT pg_advisory_xact_lock(hashtextextended({place} || {name}, 0)); "
    "SELECT store, seq, link FROM {office} WHERE office = {name} FOR UPDATE"
)
_READING = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT store, seq, link FROM {office} WHERE office = {name}"
)


def beginnings(schema: str, office: str) -> tuple[bytes, bytes]:
    """Give what begins a read and a write transaction in one message, once for each driver.

    Several statements in one message take no parameters; the office's name is quoted by psycopg, and holds lower-case
    letters, digits and ``_.-`` only.
    """
    name = sql.Literal(office)
    return _composed(schema, _READING, name=name), _composed(schema, _WRITING, name=name)


@lru_cache(maxsize=8)
def statements_for(schema: str) -> Statements:
    """Make the statements of a schema."""
    return Statements(schema, {name: _composed(schema, text) for name, text in _TEXTS.items()})


def _composed(schema: str, text: str, **more: sql.Composable) -> bytes:
    names = {table: sql.Identifier(schema, table) for table in ("record", "past", "office")}
    # Texts of this module, made of known columns only.
    return (
        sql.SQL(text)
        .format(schema=sql.Identifier(schema), place=sql.Literal(f"{schema}:"), **names, **more)
        .as_bytes(None)
    )


@lru_cache(maxsize=256)
def _page(schema: str, parts: tuple[str, ...], whole: bool) -> bytes:
    limits = " AND ".join(["office = %(office)s", "kind = %(kind)s", "body IS NOT NULL", "id > %(after)s", *parts])
    what = f"id, seq, link, {_PAGED_BODY}{f', {_INDEX}' if whole else ''}"
    return _composed(schema, f"SELECT {what} FROM {{record}} WHERE {limits} ORDER BY id LIMIT {PAGE}")


def _compiled(condition: Condition, name: str, parameters: dict[str, Any]) -> str:
    r"""Turn a condition into SQL over one known column; the texts become parameters.

    PostgreSQL takes no NUL in a text. No stored text has one either, so such limits are said without it: what is not
    less than ``"a\0b"`` is greater than ``"a"``, and nothing is equal to it.
    """
    column = _CONDITION_COLUMNS[condition.name]
    if isinstance(condition, OneOf):
        values = [value for value in condition.values if "\0" not in value]
        if len(values) == 1:
            parameters[name] = values[0]
            return f"{column} = %({name})s"
        parameters[name] = values
        return f"{column} = ANY(%({name})s)"
    if isinstance(condition, Prefix):
        if "\0" in condition.text:
            return "false"
        condition = Range(condition.name, condition.text, condition.beyond)
    limits: list[str] = []
    for sign, strict, limit in ((">=", ">", condition.low), ("<", "<=", condition.high)):
        if limit is not None:
            before, cut, _ = limit.partition("\0")
            parameters[f"{name}{len(limits)}"] = before
            limits.append(f"{column} {strict if cut else sign} %({name}{len(limits)})s")
    inner = " AND ".join(limits or [f"{column} IS NOT NULL"])
    return f"({column} IS NULL OR ({inner}))" if condition.missing else f"({inner})"
