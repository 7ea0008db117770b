"""Executes the examples in docstrings and in the documentation, each document in an empty folder."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser as MarkdownParser
from sybil.parsers.rest import DocTestParser
from sybil.parsers.rest import PythonCodeBlockParser as DocstringParser
from sybil.sybil import SybilCollection


def into_empty_folder(namespace: dict[str, Any]) -> None:
    """Examples may write files: not into the project."""
    namespace["_before"] = Path.cwd()
    namespace["_folder"] = tempfile.mkdtemp(prefix="koschuso-beispiel-")
    os.chdir(namespace["_folder"])


def back(namespace: dict[str, Any]) -> None:
    """Leave nothing behind."""
    os.chdir(namespace["_before"])
    shutil.rmtree(namespace["_folder"], ignore_errors=True)


pytest_collect_file = SybilCollection(
    [
        Sybil(parsers=[DocTestParser(), DocstringParser()], path="src", patterns=["*.py"]),
        Sybil(parsers=[MarkdownParser()], patterns=["README.md"], setup=into_empty_folder, teardown=back),
        Sybil(parsers=[MarkdownParser()], path="docs", patterns=["*.md"], setup=into_empty_folder, teardown=back),
    ]
).pytest()
