"""A PostgreSQL server of our own for these tests, and empty databases on it."""

import itertools

import psycopg
import pytest
from koschuso_postgres import BACKEND
from postgres_server import PostgresServer

from koschuso.store.backends import open_driver

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def server():
    """A running server, shared by all tests that neither stop nor damage it."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def own_server():
    """A running server for one test that stops or damages it."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="module")
def database(server):
    """Name of an empty database that the tests of a module share; they take different offices or schemas."""
    name = f"koschuso{next(_NUMBERS)}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield name
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def schema():
    """Name of a schema that is not there yet."""
    return f"test{next(_NUMBERS)}"


@pytest.fixture
def url(server, database, schema):
    """URL of an office whose tables are not there yet."""
    return server.url_of(database, schema=schema, buero="soest")


@pytest.fixture
def administrator(server, database):
    """An autocommitting connection of the administrator to the same database."""
    with psycopg.connect(server.url_of(database), autocommit=True) as connection:
        yield connection


@pytest.fixture
def opened(url):
    """The office of `url`, open."""
    with open_driver(url, [BACKEND]) as driver:
        yield driver
