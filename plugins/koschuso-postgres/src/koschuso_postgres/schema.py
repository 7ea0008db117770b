"""The tables in PostgreSQL and the steps from one version to the next.

One set of tables for all offices of a schema. ``office`` is the first column of every key and of every index and is
named in every statement; there are no sequences, triggers or foreign keys. So a distributed PostgreSQL can keep each
office on one machine (``sql/citus.sql``), and an office that wants its own tables takes another schema.

``office`` holds the head of each office's chain: number and link of its newest change. ``record`` holds the newest
change of each document, a put with its content or a removal without; what it replaces moves to ``past``. ``body`` is
text and not ``jsonb``, which would forget spacing, the order of keys, doubled keys and the digits of numbers (T1);
the view ``document`` shows it as ``jsonb`` for whoever asks in SQL. ``access`` tells which role sees which office.

Two functions spare the saving of one record its many messages: ``enter`` takes the lock of an office and reads one
document, ``save`` writes one. They run with the rights of who calls them, and name the office in all they do.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from psycopg import errors, sql

from koschuso.errors import NotSupported, Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from koschuso_postgres.connections import Connection

__all__ = ["OLDEST_SERVER", "STEPS", "prepare", "require_office"]

OLDEST_SERVER = 150000
"""PostgreSQL 15: views that ask with the rights of whoever reads them."""

_TEXT = 'text COLLATE "C"'
_CHANGE = f"""
    office {_TEXT} NOT NULL,
    kind {_TEXT} NOT NULL,
    id {_TEXT} NOT NULL,
    seq bigint NOT NULL,
    operation {_TEXT} NOT NULL,
    at bigint NOT NULL,
    previous bigint,
    digest {_TEXT} NOT NULL,
    link {_TEXT} NOT NULL,
    body {_TEXT},
    ix_type {_TEXT},
    ix_subject {_TEXT},
    ix_object {_TEXT},
    ix_begin {_TEXT},
    ix_end {_TEXT},
    ix_place {_TEXT}
"""
_VERSION_1 = (
    # Every commit writes the head anew: the rest of the page is for its next versions.
    f"""
    CREATE TABLE {{schema}}.office (
        office {_TEXT} PRIMARY KEY,
        store {_TEXT} NOT NULL,
        seq bigint NOT NULL,
        link {_TEXT} NOT NULL
    ) WITH (fillfactor = 10)
    """,
    f"CREATE TABLE {{schema}}.record ({_CHANGE}, PRIMARY KEY (office, kind, id))",
    "CREATE UNIQUE INDEX record_seq ON {schema}.record (office, seq)",
    # With the kind: so the server prefers it to a walk through all documents of the kind even before it knows statistics.
    "CREATE INDEX record_subject ON {schema}.record (office, kind, ix_subject) WHERE ix_subject IS NOT NULL",
    "CREATE INDEX record_object ON {schema}.record (office, kind, ix_object) WHERE ix_object IS NOT NULL",
    f"CREATE TABLE {{schema}}.past ({_CHANGE}, PRIMARY KEY (office, seq))",
    "CREATE INDEX past_key ON {schema}.past (office, kind, id)",
    f"CREATE TABLE {{schema}}.access (role name NOT NULL, office {_TEXT} NOT NULL, PRIMARY KEY (role, office))",
    # The owner sees everything; every other role only the offices that it is entered for.
    *(
        statement
        for table in ("office", "record", "past")
        for statement in (
            f"ALTER TABLE {{schema}}.{table} ENABLE ROW LEVEL SECURITY",
            (
                f"CREATE POLICY own_offices ON {{schema}}.{table} "  # noqa: S608 - known names
                "USING (office = ANY (ARRAY(SELECT a.office FROM {schema}.access AS a WHERE a.role = current_user)))"
            ),
        )
    ),
    "ALTER TABLE {schema}.access ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own_entries ON {schema}.access USING (role = current_user)",
    # A body need not be JSON for PostgreSQL (a number may be too long for it): then it has no jsonb form.
    """
    CREATE FUNCTION {schema}.as_jsonb(body text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT
    AS $$
    BEGIN
        RETURN body::jsonb;
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE VIEW {schema}.document WITH (security_invoker = true) AS
    SELECT office, kind, id, seq, to_timestamp(at / 1000000.0) AS changed_at, ix_type AS type, ix_subject AS subject,
        ix_object AS object, ix_begin AS "begin", ix_end AS "end", ix_place AS place, {schema}.as_jsonb(body) AS data
    FROM {schema}.record WHERE body IS NOT NULL
    """,
    # Writes the tables anew, so that nothing of deleted rows is left in their files; roles that may not do it
    # themselves do it through this function of the owner. It waits for the writers, and takes both tables at once or
    # neither: a request that waits for one while it holds the other could end in a deadlock with a reader.
    """
    CREATE FUNCTION {schema}.wipe(patience double precision) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        LOCK TABLE {schema}.office IN EXCLUSIVE MODE;
        LOOP
            BEGIN
                LOCK TABLE {schema}.record, {schema}.past IN ACCESS EXCLUSIVE MODE NOWAIT;
                EXIT;
            EXCEPTION WHEN lock_not_available THEN
                IF clock_timestamp() > statement_timestamp() + make_interval(secs => patience) THEN
                    RAISE;
                END IF;
            END;
            PERFORM pg_sleep(0.02);
        END LOOP;
        CLUSTER VERBOSE {schema}.record USING record_seq;
        CLUSTER VERBOSE {schema}.past USING past_pkey;
    END
    $$
    """,
    "REVOKE ALL ON FUNCTION {schema}.wipe(double precision) FROM PUBLIC",
    # The last column of all to be made: what is there is whole.
    "CREATE TABLE {schema}.format (program text NOT NULL, version integer NOT NULL)",
    "INSERT INTO {schema}.format VALUES ('koschuso', 0)",
)

_COLUMNS = """office, kind, id, seq, operation, at, previous, digest, link, body,
            ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place"""
_VERSION_2 = (
    # Each statement in a function sees what is committed when it begins, so head and document are read after the wait.
    # Its plans are kept: making them anew would cost more than all the rest. They look rows up by a whole primary key and
    # are good for any size, which those of other statements are not (`connections`).
    # The arguments: what the lock is named by besides the office; office, kind and id of the document.
    """
    CREATE FUNCTION {schema}.enter(
        text, text, text, text,
        OUT store text, OUT head_seq bigint, OUT head_link text,
        OUT seq bigint, OUT link text, OUT operation text, OUT body text,
        OUT ix_type text, OUT ix_subject text, OUT ix_object text, OUT ix_begin text, OUT ix_end text, OUT ix_place text
    ) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended($1 || $2, 0));
        SELECT o.store, o.seq, o.link INTO store, head_seq, head_link
        FROM {schema}.office AS o WHERE o.office = $2 FOR UPDATE;
        SELECT r.seq, r.link, r.operation, r.body, r.ix_type, r.ix_subject, r.ix_object, r.ix_begin, r.ix_end, r.ix_place
        INTO seq, link, operation, body, ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place
        FROM {schema}.record AS r WHERE r.office = $2 AND r.kind = $3 AND r.id = $4;
    END
    $$
    """,
    # The arguments: the columns of the new row; whether it is the newest change of its transaction, and then the text
    # that wakes followers, if any.
    f"""
    CREATE FUNCTION {{schema}}.save(
        text, text, text, bigint, text, bigint, bigint, text, text, bytea, text, text, text, text, text, text,
        boolean, text
    ) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
    BEGIN
        IF $7 IS NOT NULL THEN
            INSERT INTO {{schema}}.past ({_COLUMNS})
            SELECT {_COLUMNS} FROM {{schema}}.record AS r WHERE r.office = $1 AND r.kind = $2 AND r.id = $3;
            DELETE FROM {{schema}}.record AS r WHERE r.office = $1 AND r.kind = $2 AND r.id = $3;
        END IF;
        INSERT INTO {{schema}}.record ({_COLUMNS})
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, convert_from($10, 'UTF8'), $11, $12, $13, $14, $15, $16);
        IF $17 THEN
            UPDATE {{schema}}.office AS o SET seq = $4, link = $9 WHERE o.office = $1;
            IF $18 IS NOT NULL THEN
                PERFORM pg_notify('koschuso', $18);
            END IF;
        END IF;
    END
    $$
    """,  # noqa: S608 - known names
)


def _create(connection: Connection, schema: str) -> None:
    _run(connection, schema, _VERSION_1)


def _add_functions(connection: Connection, schema: str) -> None:
    _run(connection, schema, _VERSION_2)


def _run(connection: Connection, schema: str, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.execute(sql.SQL(statement).format(schema=sql.Identifier(schema)))


STEPS: tuple[Callable[[Connection, str], None], ...] = (_create, _add_functions)
"""Step number *n* leads from version *n* to *n* + 1; only ever append."""


def prepare(
    connection: Connection,
    schema: str,
    label: str,
    *,
    create: bool,
    steps: Sequence[Callable[[Connection, str], None]] = STEPS,
) -> None:
    """Bring the tables to the current version, or refuse what is not ours before anything is touched.

    Each step is one transaction, so a crash leaves a whole version. An advisory lock keeps two starters apart.

    Args:
        connection: Outside a transaction.
        schema: Schema of the tables.
        label: The database, for messages.
        create: Whether missing tables are made and old ones brought up to date.
        steps: Other ones only in tests.

    Raises:
        NotSupported: A newer koschuso wrote the tables, or server or encoding cannot be used.
        Refused: The schema belongs to another program, is not there, or this role may not create it.
    """
    _require_server(connection, label)
    version = _version(connection, schema, label, len(steps))
    while version < len(steps):
        if not create and version == 0:
            raise Refused(
                f"In {label} gibt es die Tabellen von koschuso nicht. Bitte die Verwaltung der Datenbank bitten, sie "
                "anzulegen (README von koschuso-postgres), oder die Angabe »anlegen=nein« weglassen."
            )
        try:
            with connection.transaction():
                connection.execute("SET LOCAL statement_timeout = 0")
                connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (schema,))
                version = _version(connection, schema, label, len(steps))
                if version < len(steps):
                    if version == 0 and not _exists(connection, schema):
                        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
                    steps[version](connection, schema)
                    version += 1
                    connection.execute(
                        sql.SQL("UPDATE {}.format SET version = %s").format(sql.Identifier(schema)), (version,)
                    )
        except errors.InsufficientPrivilege:
            allowed = False
        else:
            allowed = True
        if not allowed:
            raise Refused(
                f"Diese Rolle darf in {label} keine Tabellen anlegen oder ändern. Bitte die Verwaltung der Datenbank "
                "bitten, koschuso einmal mit der Eigentümer-Rolle zu öffnen (README von koschuso-postgres, »Rollen«)."
            )


def require_office(connection: Connection, schema: str, office: str, label: str, *, create: bool) -> str:
    """Return the identity of an office; it is made where it is missing.

    Raises:
        Refused: It is missing and this role may not make it.
    """
    from koschuso.store.chain import first_link  # noqa: PLC0415 - loaded on use only

    known = sql.SQL("SELECT store FROM {}.office WHERE office = %s").format(sql.Identifier(schema))
    row = connection.execute(known, (office,)).fetchone()
    if row is None and create:
        store = secrets.token_hex(8)
        insert = sql.SQL("INSERT INTO {}.office VALUES (%s, %s, 0, %s) ON CONFLICT DO NOTHING")
        try:
            connection.execute(insert.format(sql.Identifier(schema)), (office, store, first_link(store)))
        except errors.InsufficientPrivilege:
            row = None
        else:
            row = connection.execute(known, (office,)).fetchone()
    if row is None:
        raise Refused(
            f"Das Büro der Speicher-URL gibt es in {label} nicht, oder diese Rolle darf es nicht sehen. Bitte die Angabe "
            "»buero« prüfen oder die Verwaltung der Datenbank um die Freigabe bitten (README von koschuso-postgres)."
        )
    return str(row[0])


def _require_server(connection: Connection, label: str) -> None:
    if connection.info.server_version < OLDEST_SERVER:
        raise NotSupported(f"Der Server von {label} ist zu alt. Gebraucht wird PostgreSQL 15 oder neuer.")
    if connection.info.parameter_status("server_encoding") != "UTF8":
        raise NotSupported(
            f"{label} speichert Texte nicht als UTF-8. Bitte eine Datenbank mit ENCODING 'UTF8' anlegen lassen."
        )
    row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
    if row is None or row[0]:
        raise Unavailable(f"{label} kann zurzeit nur gelesen werden. Bitte den Hauptserver in der URL nennen.")


def _exists(connection: Connection, schema: str) -> bool:
    return connection.execute("SELECT FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone() is not None


def _version(connection: Connection, schema: str, label: str, newest: int) -> int:
    """Read the version; 0 means that there are no tables yet."""
    tables = connection.execute(
        "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')",
        (schema,),
    ).fetchall()
    if not tables:
        return 0
    row = None
    if ("format",) in tables:
        try:
            with connection.transaction():
                row = connection.execute(
                    sql.SQL("SELECT program, version FROM {}.format").format(sql.Identifier(schema))
                ).fetchone()
        except (errors.UndefinedColumn, errors.InsufficientPrivilege) as error:
            row = ("", error.sqlstate)
    if row is not None and row[1] == "42501":
        raise Refused(
            f"Diese Rolle darf die Tabellen von koschuso in {label} nicht lesen. Bitte die Verwaltung der Datenbank um "
            "die Rechte bitten (README von koschuso-postgres, »Rollen«)."
        )
    if row is None or row[0] != "koschuso" or not isinstance(row[1], int):
        raise Refused(
            f"Im Schema der Speicher-URL liegen in {label} Tabellen eines anderen Programms. Bitte mit »schema=…« ein "
            "anderes wählen; es wurde nichts verändert."
        )
    if row[1] > newest:
        raise NotSupported(
            f"Die Tabellen in {label} sind von einer neueren Fassung von koschuso-postgres (Stand {row[1]}, bekannt bis "
            f"{newest}). Bitte koschuso-postgres aktualisieren; es wurde nichts verändert."
        )
    return row[1]
