"""Tables are made once and whole, and nothing that is not ours is touched."""

# ruff: noqa: S608 - the tests name tables of their own

import threading

import psycopg
import pytest
from koschuso_postgres import BACKEND
from koschuso_postgres import schema as tables
from koschuso_postgres.address import address_of
from koschuso_postgres.connections import Connections

from koschuso.errors import NotSupported, Refused
from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT
from koschuso.store.url import parse_store_url


def dump(server, database):
    return server.run("pg_dump", "--restrict-key=x", database=database)


@pytest.fixture
def connection(url):
    connections = Connections(address_of(parse_store_url(url, BACKEND.schemes)))
    with connections.connect() as connection:
        yield connection


def test_a_database_that_is_not_utf_8_is_refused_and_left_alone(server):
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING LATIN1 LOCALE 'C' LOCALE_PROVIDER libc")
    before = dump(server, "latin")
    with pytest.raises(NotSupported, match="UTF-8"):
        open_driver(server.url_of("latin"), [BACKEND])
    assert dump(server, "latin") == before


@pytest.mark.parametrize("table", ["record (id int)", "format (id int)", "format (program text, version text)"])
def test_a_schema_of_another_program_is_refused_and_left_alone(server, database, url, schema, administrator, table):
    administrator.execute(f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.{table}")
    before = dump(server, database)
    with pytest.raises(Refused, match="anderen Programms"):
        open_driver(url, [BACKEND])
    assert dump(server, database) == before


def test_an_empty_schema_made_by_the_administrator_is_used(url, schema, administrator):
    administrator.execute(f"CREATE SCHEMA {schema}")
    with open_driver(url, [BACKEND]) as driver, driver.transaction(write=True) as transaction:
        transaction.put("person", "a", b"1", Index(), expect=ABSENT)


@pytest.mark.usefixtures("opened")
def test_tables_of_a_newer_version_are_refused_and_left_alone(server, database, url, schema, administrator):
    administrator.execute(f"UPDATE {schema}.format SET version = version + 1")
    before = dump(server, database)
    with pytest.raises(NotSupported, match="neueren Fassung"):
        open_driver(url, [BACKEND])
    assert dump(server, database) == before


def test_a_step_that_fails_leaves_the_version_before(schema, connection, administrator):
    def good(connection, name):
        connection.execute(f"CREATE TABLE {name}.more (n int)")

    def bad(connection, name):
        connection.execute(f"CREATE TABLE {name}.half (n int)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tables.prepare(connection, schema, "db", create=True, steps=(*tables.STEPS, good, bad))
    version, newest = f"SELECT version FROM {schema}.format", len(tables.STEPS)
    assert administrator.execute(version).fetchall() == [(newest + 1,)]
    assert administrator.execute("SELECT to_regclass(%s)", (f"{schema}.half",)).fetchone() == (None,)
    tables.prepare(connection, schema, "db", create=True, steps=(*tables.STEPS, good, lambda *_: None))
    assert administrator.execute(version).fetchall() == [(newest + 2,)]


def test_several_may_start_at_once(url):
    outcomes = []

    def start():
        with open_driver(url, [BACKEND]) as driver, driver.transaction(write=True) as transaction:
            outcomes.append(transaction.cursor().partition(".")[0])

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6
    assert len(set(outcomes)) == 1


def test_where_nothing_may_be_made_what_is_missing_is_refused(url, schema, administrator):
    with pytest.raises(Refused, match="Tabellen"):
        open_driver(f"{url}&anlegen=nein", [BACKEND])
    assert administrator.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone() == (0,)
    open_driver(url, [BACKEND]).close()
    open_driver(f"{url}&anlegen=nein", [BACKEND]).close()
    with pytest.raises(Refused, match="Büro"):
        open_driver(f"{url.replace('soest', 'unna')}&anlegen=nein", [BACKEND])


@pytest.mark.usefixtures("opened")
def test_every_key_and_index_begins_with_the_office_and_nothing_crosses_it(schema, administrator):
    """What makes it work unchanged on a distributed PostgreSQL."""
    keys = administrator.execute(
        "SELECT c.relname, a.attname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid "
        "JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] "
        "WHERE c.relnamespace = %s::regnamespace",
        (schema,),
    ).fetchall()
    assert len(keys) >= 7
    assert {column for table, column in keys if table != "access"} == {"office"}
    crossing = "SELECT count(*) FROM pg_constraint WHERE connamespace = %s::regnamespace AND contype = 'f'"
    assert administrator.execute(crossing, (schema,)).fetchone() == (0,)
    counted = (
        "SELECT (SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relnamespace = %(s)s::regnamespace), "
        "(SELECT count(*) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid "
        "WHERE c.relnamespace = %(s)s::regnamespace)"
    )
    assert administrator.execute(counted, {"s": schema}).fetchone() == (0, 0)


def test_every_statement_names_the_office():
    from koschuso_postgres.statements import statements_for

    texts = statements_for("koschuso").texts
    for name, text in texts.items():
        if name in {"insert", "insert_many", "copy", "wipe"}:
            continue
        tables_named = text.count(b'"koschuso"."')
        assert text.count(b"office = %(office)s") >= tables_named - (name in {"keep", "keep_blank", "keep_many"}), name


def test_what_was_dumped_and_restored_by_the_server_s_own_program_is_whole(server, database, schema, opened):
    with opened.transaction(write=True) as transaction:
        transaction.put("person", "a", '{"n":"Träger \\\\ 😀"}'.encode(), Index(type="x"), expect=ABSENT)
        transaction.put("person", "a", b'{"n":2}', Index(), expect=transaction.get("person", "a").revision)
    with opened.transaction(write=False) as transaction:
        before = list(transaction.steps()), transaction.cursor()
    text = server.run("pg_dump", f"--schema={schema}", database=database)
    server.run("psql", "-q", "-c", "CREATE DATABASE zweite TEMPLATE template0")
    server.run("psql", "-q", "-v", "ON_ERROR_STOP=1", database="zweite", text=text)
    with open_driver(server.url_of("zweite", schema=schema, buero="soest"), [BACKEND]) as driver:
        with driver.transaction(write=False) as transaction:
            assert (list(transaction.steps()), transaction.cursor()) == before
        assert driver.verify().damages == ()
