"""The pytest plugin of the kit: options, the fixture of the ready-made suite, and a door to everything else.

pytest loads this module at every start where koschuso is installed with its tests' extra. Therefore it imports
nothing of koschuso: what collects clauses, exemptions and reports is loaded with the first conformance class, and
stores with ``--store``.
"""

from __future__ import annotations

import pytest

# Not imported from typing: see above.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any

    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = [
    "koschuso_store",
    "pytest_addoption",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_pycollect_makeitem",
]

_COLLECTOR = "koschuso-conformance"
_SUITE = "koschuso.testing.suite"
_MISSING = (
    "Bitte nennen Sie mit --store den Speicher, der geprüft werden soll, zum Beispiel: "
    f"pytest --pyargs {_SUITE} --store sqlite:///pruefung.db"
)

pytest.register_assert_rewrite(
    "koschuso.testing.store",
    "koschuso.testing.suite",
    "koschuso.testing.format_conformance",
    "koschuso.testing.plugin_conformance",
    "koschuso.testing.renderer_conformance",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the kit."""
    group = parser.getgroup("koschuso", "koschuso: Konformität von Plugins")
    group.addoption(
        "--store",
        action="append",
        default=[],
        metavar="URL",
        help=f"Speicher-URL, deren Treiber mit »--pyargs {_SUITE}« geprüft wird; mehrfach möglich. Geprüft wird in "
        "neuen Beständen daneben; was unter der URL selbst liegt, bleibt unberührt.",
    )
    group.addoption(
        "--koschuso-report",
        metavar="DATEI",
        help="schreibt das Ergebnis der Konformitätsprüfung als JSON in diese Datei",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Check the options before anything runs."""
    config.addinivalue_line(
        "markers", "clause(id, tier): Klausel, die ein Test der Konformitätsprüfung belegt (koschuso.testing)"
    )
    if hasattr(config, "workerinput"):
        return
    config.pluginmanager.register(_Watcher(config))
    if config.getoption("--koschuso-report"):
        _collector(config)
    if config.getoption("--store"):
        from koschuso.testing.store.urls import require_stores  # noqa: PLC0415 - only where a store is named

        require_stores(config.getoption("--store"))
    elif config.getoption("pyargs") and any(str(argument).startswith(_SUITE) for argument in config.args):
        raise pytest.UsageError(_MISSING)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the suite once for each named store; the ids show no more than the scheme."""
    if "koschuso_store" not in metafunc.fixturenames:
        return
    urls: list[str] = metafunc.config.getoption("--store")
    if not urls:
        pytest.fail(_MISSING, pytrace=False)
    schemes = [url.partition(":")[0].lower() if ":" in url else "sqlite" for url in urls]
    names = [
        scheme if schemes.count(scheme) == 1 else f"{scheme}-{schemes[: place + 1].count(scheme)}"
        for place, scheme in enumerate(schemes)
    ]
    metafunc.parametrize("koschuso_store", range(len(urls)), indirect=True, ids=names)


@pytest.fixture
def koschuso_store(request: pytest.FixtureRequest) -> Iterator[StoreUnderTest]:
    """Give fresh stores beside the URL that ``--store`` names, and take them away again."""
    from koschuso.testing.store.urls import store_of  # noqa: PLC0415 - as above

    store = store_of(request.config.getoption("--store")[request.param])
    yield store
    store.clean()


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector: Any, name: str, obj: object) -> Generator[None, Any, Any]:  # noqa: ARG001 - pytest's names
    """Hand tests of conformance classes to the collector."""
    made = yield
    if made and getattr(getattr(collector, "cls", None), "koschuso_contract", None) is not None:
        _collector(collector.config).take(collector, made if isinstance(made, list) else [made])
    return made


class _Watcher:
    """Sees the reports of all tests, also of those that run in other processes."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Hand on what conformance tests report."""
        if hasattr(report, "koschuso"):
            _collector(self._config).see(report)


def _collector(config: pytest.Config) -> Any:
    """Give the collector of this run; it is made when it is first needed."""
    found = config.pluginmanager.get_plugin(_COLLECTOR)
    if found is None:
        from koschuso.testing.collecting import Collector  # noqa: PLC0415 - only where there are conformance classes

        found = Collector(config)
        config.pluginmanager.register(found, _COLLECTOR)
    return found
