"""The roles of sql/rollen.sql may do what koschuso needs, and nothing else."""

# ruff: noqa: S608 - the tests name tables of their own

from pathlib import Path

import psycopg
import pytest
from koschuso_postgres import BACKEND
from koschuso_postgres.__main__ import main
from psycopg import errors

from koschuso.errors import Refused
from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY, Write

SCRIPT = Path(__file__).parents[1] / "src" / "koschuso_postgres" / "sql" / "rollen.sql"


def grant(server, database, schema, office):
    role = f"app_{schema}_{office}"
    server.run(
        "psql", "-q", "-v", f"schema={schema}", "-v", f"buero={office}", "-v", f"rolle={role}",
        "-v", f"auswertung={role}_lesen", "-f", str(SCRIPT), database=database,
    )  # fmt: skip
    for name in (role, f"{role}_lesen"):
        server.run("psql", "-q", "-c", f"ALTER ROLE {name} PASSWORD 'geheim'", database=database)
    return role


@pytest.fixture
def role(server, database, schema, url):
    """The application's role of the office »soest«; beside it there is an office »unna«."""
    for office in ("soest", "unna"):
        with open_driver(url.replace("soest", office), [BACKEND]) as driver, driver.transaction(write=True) as work:
            work.put("person", "a", b'{"office":"%b","n":[1,2.50]}' % office.encode(), Index(), expect=ABSENT)
            work.put("person", "a", b'{"office":"%b","n":[3]}' % office.encode(), Index(), expect=ANY)
    return grant(server, database, schema, "soest")


@pytest.fixture
def as_role(server, database, role):
    with psycopg.connect(server.url_of(database, role, "geheim"), autocommit=True) as connection:
        yield connection


def test_an_application_works_with_its_own_office(server, database, schema, role):
    url = server.url_of(database, role, "geheim", schema=schema, buero="soest")
    with open_driver(url, [BACKEND]) as driver:
        with driver.transaction(write=True) as transaction:
            assert transaction.get("person", "a").body == b'{"office":"soest","n":[3]}'
            transaction.put_many(
                Write("task", f"{n:05}", b"{}", Index(subject=str(n % 3)), ABSENT) for n in range(2100)
            )
            transaction.remove("task", "00001", expect=ANY)
        driver.purge([("task", "00002")])
        assert driver.verify().damages == ()
        assert driver.verify().documents == 2099


def test_an_application_cannot_open_another_office_or_make_one(server, database, schema, role):
    for office in ("unna", "neu"):
        with pytest.raises(Refused, match="Büro"):
            open_driver(server.url_of(database, role, "geheim", schema=schema, buero=office), [BACKEND])
    with pytest.raises(Refused):
        open_driver(server.url_of(database, role, "geheim", schema="fremd", buero="soest"), [BACKEND])


@pytest.mark.parametrize("table", ["office", "record", "past"])
def test_an_application_sees_only_its_own_office(as_role, schema, table):
    assert as_role.execute(f"SELECT DISTINCT office FROM {schema}.{table}").fetchall() == [("soest",)]


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE {s}.record",
        "DROP SCHEMA {s} CASCADE",
        "TRUNCATE {s}.record",
        "ALTER TABLE {s}.record DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE {s}.more (n int)",
        "INSERT INTO {s}.access VALUES (current_user, 'unna')",
        "UPDATE {s}.access SET office = 'unna'",
        "UPDATE {s}.format SET version = 99",
        "INSERT INTO {s}.office VALUES ('neu', 'x', 0, 'x')",
        "DELETE FROM {s}.office",
        "UPDATE {s}.office SET store = 'x'",
        "UPDATE {s}.record SET body = 'x'",
        "UPDATE {s}.past SET link = 'x'",
        "DELETE FROM {s}.past",
        (
            "INSERT INTO {s}.record (office, kind, id, seq, operation, at, digest, link) "
            "VALUES ('unna', 'x', 'x', 99, 'put', 0, 'x', 'x')"
        ),
        "SET ROLE postgres",
        "COPY {s}.record TO PROGRAM 'cat'",
    ],
)
def test_an_application_may_not(as_role, schema, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        as_role.execute(statement.format(s=schema))


def test_nothing_of_another_office_changes_by_what_an_application_may_do(as_role, schema, administrator):
    before = administrator.execute(f"SELECT * FROM {schema}.record WHERE office = 'unna'").fetchall()
    as_role.execute(f"DELETE FROM {schema}.record")
    as_role.execute(f"UPDATE {schema}.past SET body = NULL")
    as_role.execute(f"UPDATE {schema}.office SET seq = 99")
    assert administrator.execute(f"SELECT * FROM {schema}.record WHERE office = 'unna'").fetchall() == before
    kept = administrator.execute(
        f"SELECT seq, body IS NULL FROM {schema}.past JOIN {schema}.office USING (office) "
        "WHERE office = 'unna'".replace("seq,", "office.seq,", 1)
    )
    assert kept.fetchall() == [(2, False)]


def test_the_role_for_reports_reads_its_own_office_as_jsonb_and_writes_nothing(server, database, schema, role):
    with psycopg.connect(server.url_of(database, f"{role}_lesen", "geheim"), autocommit=True) as connection:
        query = f"SELECT office, id, data, data->'n' FROM {schema}.document"
        assert connection.execute(query).fetchall() == [("soest", "a", {"office": "soest", "n": [3]}, [3])]
        contained = f"SELECT id FROM {schema}.document WHERE data @> %s"
        assert connection.execute(contained, ('{"n": [3]}',)).fetchall() == [("a",)]
        for statement in ("DELETE FROM {s}.record", "UPDATE {s}.office SET seq = 1", "SELECT {s}.wipe(1)",
                          "SELECT * FROM {s}.past"):  # fmt: skip
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement.format(s=schema))


def test_a_body_that_is_no_jsonb_is_shown_as_nothing_and_disturbs_nobody(opened, schema, administrator):
    with opened.transaction(write=True) as transaction:
        for id_, body in (("a", b'{"n":1}'), ("b", b"1e999999"), ("c", b"no json"), ("d", b"[" * 100_000)):
            transaction.put("person", id_, body, Index(), expect=ABSENT)
    found = administrator.execute(f"SELECT id, data FROM {schema}.document ORDER BY id").fetchall()
    assert found == [("a", {"n": 1}), ("b", None), ("c", None), ("d", None)]


def test_the_index_for_questions_about_the_content_is_used(server, database, schema, opened, administrator):
    with opened.transaction(write=True) as transaction:
        transaction.put_many(Write("task", f"{n:05}", b'{"n":%d}' % n, Index(), ABSENT) for n in range(3000))
    server.run("psql", "-q", "-v", f"schema={schema}", "-f", str(SCRIPT.with_name("jsonb.sql")), database=database)
    administrator.execute(f"ANALYZE {schema}.record")
    plan = administrator.execute(
        f"EXPLAIN SELECT id FROM {schema}.document WHERE office = 'soest' AND data @> '{{\"n\": 7}}'"
    ).fetchall()
    assert "record_jsonb" in str(plan)
    with opened.transaction(write=True) as transaction:
        transaction.put("task", "x", b"no json", Index(), expect=ABSENT)
    assert opened.verify().damages == ()


def test_the_scripts_are_printed_for_the_administrator(capfdbinary):
    assert main(["rollen"]) == 0
    assert capfdbinary.readouterr().out == SCRIPT.read_bytes()
    assert main(["citus"]) == main(["jsonb"]) == 0
    capfdbinary.readouterr()
    assert main([]) == main(["../rollen"]) == 2
    assert "Aufruf" in capfdbinary.readouterr().err.decode()


@pytest.mark.usefixtures("role")
def test_the_script_for_roles_may_be_repeated_and_wants_the_office_first(server, database, schema):
    grant(server, database, schema, "soest")
    with pytest.raises(Exception, match="psql"):
        grant(server, database, schema, "nirgends")
