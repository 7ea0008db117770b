"""Fake installed plugins: a module and its ``.dist-info`` in a temporary folder."""

import sys
import textwrap
from importlib import metadata

import pytest

PREAMBLE = "from koschuso.plugin import *\nfrom koschuso.plugin import hookimpl\n"

HEALTHY = """
@hookimpl
def koschuso_fields():
    return [ExtraField(name="gesund:feld", record_kind="person", label="Feld")]
"""


class Site:
    """A folder of installed distributions."""

    def __init__(self, folder):
        self.folder = folder
        self.modules = []

    def install(
        self,
        name,
        code="",
        *,
        distribution=None,
        version="1.0",
        requires=(),
        module=None,
        entry_points=None,
        metadata_text=None,
    ):
        """Install a plugin; the code stands in a module of its own."""
        distribution = distribution or f"koschuso-{name}"
        module = module or f"fake_{distribution.replace('-', '_')}"
        self.modules.append(module)
        (self.folder / f"{module}.py").write_text(PREAMBLE + textwrap.dedent(code), encoding="utf-8")
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {distribution}", f"Version: {version}"]
        lines += [f"Requires-Dist: {requirement}" for requirement in requires]
        (info / "METADATA").write_text(metadata_text or "\n".join(lines) + "\n", encoding="utf-8")
        text = f"[koschuso]\n{name} = {module}\n" if entry_points is None else entry_points
        (info / "entry_points.txt").write_text(text, encoding="utf-8")
        return module

    @property
    def distributions(self):
        """What a registry is to look at."""
        return tuple(metadata.distributions(path=[str(self.folder)]))


@pytest.fixture
def site(tmp_path, monkeypatch):
    """An empty folder of installed distributions on ``sys.path``, with one healthy plugin."""
    monkeypatch.syspath_prepend(tmp_path)
    made = Site(tmp_path)
    made.install("gesund", HEALTHY)
    yield made
    for module in made.modules:
        sys.modules.pop(module, None)


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server of its own, as `.ci/postgres.sh` installs it."""
    from postgres_server import PostgresServer  # here, because it is for POSIX only

    with PostgresServer() as server:
        yield server
