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

__all__ = ["COLUMNS", "COLUMN_TYPES", "LARGE", "PAGE", "Selection", "Statements", "beginnings", "statements_for"]

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
_LOOKED_UP = ("id", "subject", "object")  # what has an index, the best one first
_BODY = "convert_to(body, 'UTF8')"
_PAGED_BODY = f"CASE WHEN octet_length(body) <= {LARGE} THEN {_BODY} END"
_EITHER = "SELECT {what} FROM {{record}} WHERE {where} UNION ALL SELECT {what} FROM {{past}} WHERE {where}"
# A list in a condition (``= ANY``) is not for statements that write: without true statistics, as within the transaction
# that fills a table, the server weighs it like no condition and walks through the whole office for each row.
_STATE = "seq, CASE WHEN body IS NOT NULL THEN link END AS link"
_CHANGE = "office = %(office)s AND seq = %(seq)s"
_REPLACED = "unnest(%(seqs)s::bigint[]) AS replaced (seq)"
_OF_KIND = ("office = %(office)s", "kind = %(kind)s", "body IS NOT NULL", "id > %(after)s")
_WINDOW = "office = %(office)s AND seq > %(after)s AND seq <= %(until)s"


def _either(what: str, where: str, order: str = "") -> str:
    return _EITHER.format(what=what, where=where) + order


_TEXTS = {
    "enter": "SELECT store, head_seq, head_link, seq, link, operation, body, ix_type, ix_subject, ix_object, ix_begin, "
    "ix_end, ix_place FROM {schema}.enter({place}, $1, $2, $3)",
    "save": f"SELECT {{schema}}.save({', '.join(f'${number + 1}' for number in range(len(COLUMNS) + 2))})",
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

    def selection(self, kind: str, conditions: Iterable[Condition], after: str | None, *, whole: bool) -> Selection:
        """Tell how the documents of a kind are read in key order.

        Args:
            kind: Kind of the documents.
            conditions: Joined by *and*.
            after: Leave out ids up to and including this one.
            whole: With the index values.
        """
        conditions = tuple(conditions)
        parameters: dict[str, Any] = {"kind": kind, "after": after or ""}
        parts = tuple(_compiled(condition, f"c{number}", parameters) for number, condition in enumerate(conditions))
        walk = _walk(self.schema, parts, whole)
        looked_up = [
            (_LOOKED_UP.index(condition.name), number, condition.values)
            for number, condition in enumerate(conditions)
            if isinstance(condition, OneOf) and condition.name in _LOOKED_UP
        ]
        if not looked_up:
            return Selection(walk, parameters)
        best, number, values = min(looked_up)
        wanted = sorted({value for value in values if "\0" not in value})
        others = parts[:number] + parts[number + 1 :]
        if best and len(wanted) == 1:
            return Selection(walk, parameters, _lookup_one(self.schema, _LOOKED_UP[best], others, whole), wanted[0])
        return Selection(
            walk, parameters, _lookup(self.schema, _LOOKED_UP[best], others, whole), wanted, by_id=best == 0
        )


@attrs.frozen
class Selection:
    """How the documents that meet conditions are read, in key order.

    Attributes:
        walk: Reads a page of them on the way through all documents of the kind, behind the parameter ``after``.
        parameters: For both statements.
        lookup: Reads those that an index finds under the parameter ``wanted``, `PAGE` of them and one more.
        wanted: The value to look up, or several in their order.
        by_id: Whether these are ids: then there is one document at most for each.
    """

    walk: bytes
    parameters: dict[str, Any]
    lookup: bytes | None = None
    wanted: str | list[str] = ""
    by_id: bool = False


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
def _walk(schema: str, parts: tuple[str, ...], whole: bool) -> bytes:
    limits = " AND ".join([*_OF_KIND, *parts])
    what = f"id, seq, link, {_PAGED_BODY}{f', {_INDEX}' if whole else ''}"
    return _composed(schema, f"SELECT {what} FROM {{record}} WHERE {limits} ORDER BY id LIMIT {PAGE}")


@lru_cache(maxsize=256)
def _lookup(schema: str, name: str, parts: tuple[str, ...], whole: bool) -> bytes:
    """Look documents up by an index, whatever the statistics say.

    Asked for one value, a server without true statistics takes any index for as good as another and walks through the
    whole kind. Asked for a span from the value to itself in the order of the column, only one index gives that order.
    """
    columns, found = _found(name, "wanted.value", parts, whole)
    return _composed(
        schema,
        f"SELECT {columns} FROM (SELECT found.* FROM unnest(%(wanted)s::text[]) AS wanted (value) CROSS JOIN LATERAL "
        f"({found} OFFSET 0) AS found LIMIT {PAGE + 1}) AS found ORDER BY id",
    )


@lru_cache(maxsize=256)
def _lookup_one(schema: str, name: str, parts: tuple[str, ...], whole: bool) -> bytes:
    """Do what `_lookup` does for a single value.

    The inner question hides the value from the planner, which would look up in old statistics how frequent it is; and a
    plan that does not depend on the value can be kept.
    """
    columns, found = _found(name, "(SELECT %(wanted)s::text)", parts, whole)
    return _composed(schema, f"SELECT {columns} FROM ({found} LIMIT {PAGE + 1}) AS found ORDER BY id")


def _found(name: str, value: str, parts: tuple[str, ...], whole: bool) -> tuple[str, str]:
    """Give the columns of a page, and what finds the rows that have a value."""
    column = _CONDITION_COLUMNS[name]
    columns = f"id, seq, link, body{f', {_INDEX}' if whole else ''}"
    limits = " AND ".join([*_OF_KIND, f"{column} >= {value} AND {column} <= {value}", *parts])
    return columns.replace("body", _PAGED_BODY), f"SELECT {columns} FROM {{record}} WHERE {limits} ORDER BY {column}"


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
