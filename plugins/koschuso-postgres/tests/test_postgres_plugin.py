"""The plugin keeps the contract of plugins, and costs nothing until a PostgreSQL URL is opened."""

import subprocess
import sys
from pathlib import Path

import koschuso_postgres
import pytest

from koschuso.errors import Unavailable, WrongUse
from koschuso.store.backends import open_driver
from koschuso.testing import PluginConformance


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self):
        return koschuso_postgres

    @pytest.fixture
    def plugin_name(self):
        return "postgres"


def test_psycopg_is_loaded_on_use_only():
    code = (
        "import sys, koschuso_postgres; koschuso_postgres.koschuso_stores(); "
        "sys.exit(' '.join(name for name in sys.modules if name.startswith('psycopg')) or 0)"
    )
    source = str(Path(koschuso_postgres.__file__).parents[1])
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": source})


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_both_schemes_are_opened(scheme):
    with pytest.raises(WrongUse, match="zwei Schrägstriche"):
        open_driver(f"{scheme}:koschuso", koschuso_postgres.koschuso_stores())


def test_the_driver_offers_what_the_backend_declares():
    from koschuso_postgres.driver import PostgresDriver

    assert PostgresDriver.capabilities == koschuso_postgres.BACKEND.capabilities


def test_without_psycopg_the_advice_is_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for name in [name for name in sys.modules if name.startswith("koschuso_postgres.")]:
        if name != "koschuso_postgres.address":
            monkeypatch.delitem(sys.modules, name)
    with pytest.raises(Unavailable, match="pip install"):
        open_driver("postgresql:///koschuso", [koschuso_postgres.BACKEND])
