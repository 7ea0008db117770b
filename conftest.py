"""Executes the examples in docstrings and in the documentation, each document in an empty folder."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser as MarkdownParser
from sybil.parsers.rest import DocTestParser
from sybil.parsers.rest import PythonCodeBlockParser as DocstringParser
from sybil.sybil import SybilCollection

from koschuso.collector import collector_paused


def pytest_configure(config: pytest.Config) -> None:
    """Let workers and the processes that tests start share compiled modules, also where none may lie beside the source.

    Compiling takes most of those processes longer than their work. pytest's own cache is the place.
    """
    if os.environ.get("PYTHONDONTWRITEBYTECODE") and config.pluginmanager.hasplugin("cacheprovider"):
        with suppress(OSError):
            os.environ["PYTHONPYCACHEPREFIX"] = str(config.cache.mkdir("bytecode"))
            del os.environ["PYTHONDONTWRITEBYTECODE"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Thousands of tests are made and none of them is garbage."""
    with collector_paused():
        return (yield)


def into_empty_folder(namespace: dict[str, Any]) -> None:
    """Examples may write files: not into the project."""
    namespace["_before"] = Path.cwd()
    namespace["_folder"] = tempfile.mkdtemp(prefix="koschuso-beispiel-")
    os.chdir(namespace["_folder"])


def back(namespace: dict[str, Any]) -> None:
    """Leave nothing behind."""
    os.chdir(namespace["_before"])
    shutil.rmtree(namespace["_folder"], ignore_errors=True)


class Docstrings(Sybil):
    """The modules that have examples: looking through the others for docstrings costs seconds."""

    def should_parse(self, path: Path) -> bool:
        """Look for the signs of an example in the whole text."""
        return super().should_parse(path) and any(sign in path.read_bytes() for sign in (b">>>", b"code-block::"))


pytest_collect_file = SybilCollection(
    [
        Docstrings(parsers=[DocTestParser(), DocstringParser()], path="src", patterns=["*.py"]),
        Sybil(parsers=[MarkdownParser()], patterns=["README.md"], setup=into_empty_folder, teardown=back),
        Sybil(parsers=[MarkdownParser()], path="docs", patterns=["*.md"], setup=into_empty_folder, teardown=back),
    ]
).pytest()
