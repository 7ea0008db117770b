"""The PostgreSQL driver keeps the storage contract, as owner of the tables and with an application's few rights."""

from contextlib import contextmanager
from pathlib import Path

import attrs
import psycopg
import pytest
from koschuso_postgres import BACKEND, open_postgres

from koschuso.store.backends import open_driver
from koschuso.store.url import parse_store_url
from koschuso.testing import StoreConformance, StoreUnderTest

GOLDEN = Path(__file__).parent / "golden"
SCRIPTS = Path(__file__).parents[1] / "src" / "koschuso_postgres" / "sql"


@pytest.fixture(scope="module")
def prepared(server, database):
    """URL of an office in tables that are there already."""
    url = server.url_of(database, buero="soest")
    open_driver(url, [BACKEND]).close()
    return url


@pytest.fixture
def golden(server, database, schema):
    """Open the tables that version 0.1 wrote."""

    def opened():
        text = (GOLDEN / "0.1.sql").read_text(encoding="utf-8").replace("koschuso_golden", schema)
        server.run("psql", "-q", "-v", "ON_ERROR_STOP=1", database=database, text=text)
        return open_driver(server.url_of(database, schema=schema, buero="soest"), [BACKEND])

    return opened


@pytest.fixture
def disturb(server, database):
    """Make the server refuse large bodies as if its disk were full."""

    @contextmanager
    def full(_driver):
        with psycopg.connect(server.url_of(database), autocommit=True) as connection:
            connection.execute(
                "CREATE OR REPLACE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "IF octet_length(NEW.body) > 1000000 THEN RAISE 'full' USING ERRCODE = '53100'; END IF; RETURN NEW; END $$"
            )
            connection.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON koschuso.record FOR EACH ROW EXECUTE FUNCTION public.full()"
            )
            try:
                yield
            finally:
                connection.execute("DROP TRIGGER full_disk ON koschuso.record")

    return full


class TestOwner(StoreConformance):
    @pytest.fixture
    def store(self, prepared, golden, disturb):
        cursor = (GOLDEN / "0.1.cursor").read_text().strip()
        store = StoreUnderTest.of(BACKEND, prepared, golden=golden, golden_cursor=cursor, disturb=disturb)
        yield store
        store.clean()


@pytest.mark.endurance
class TestApplication(StoreConformance):
    """A role that may neither make tables nor see other offices; the owner prepares each office for it."""

    @pytest.fixture
    def store(self, prepared, golden, disturb, server, database):
        def open_as_application(url):
            office = url.options["buero"]
            role = f"koschuso_{office}"
            if "@" in url.secret_text.partition("?")[0].removeprefix(prepared.partition("?")[0]):
                return open_postgres(url)
            open_postgres(url).close()
            server.run(
                "psql", "-q", "-v", "schema=koschuso", "-v", f"buero={office}", "-v", f"rolle={role}",
                "-v", f"auswertung={role}_lesen", "-f", str(SCRIPTS / "rollen.sql"), database=database,
            )  # fmt: skip
            server.run("psql", "-q", "-c", f"ALTER ROLE {role} PASSWORD 'geheim'", database=database)
            roles.append(role)
            own = server.url_of(database, role, "geheim", buero=office)
            return open_postgres(parse_store_url(own, BACKEND.schemes))

        roles = []
        cursor = (GOLDEN / "0.1.cursor").read_text().strip()
        backend = attrs.evolve(BACKEND, open=open_as_application)
        store = StoreUnderTest.of(backend, prepared, golden=golden, golden_cursor=cursor, disturb=disturb)
        yield store
        store.clean()
        with psycopg.connect(server.url_of(database), autocommit=True) as connection:
            for role in {name for each in roles for name in (each, f"{each}_lesen")}:
                connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
                connection.execute("DELETE FROM koschuso.access WHERE role = %s", (role,))
