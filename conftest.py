"""Executes the examples in docstrings and in the documentation."""

from sybil import Sybil
from sybil.sybil import SybilCollection
from sybil.parsers.markdown import PythonCodeBlockParser as MarkdownParser
from sybil.parsers.rest import DocTestParser
from sybil.parsers.rest import PythonCodeBlockParser as DocstringParser

pytest_collect_file = SybilCollection(
    [
        Sybil(parsers=[DocTestParser(), DocstringParser()], path="src", patterns=["*.py"]),
        Sybil(parsers=[MarkdownParser()], patterns=["README.md"]),
        Sybil(parsers=[MarkdownParser()], path="docs", patterns=["*.md"]),
    ]
).pytest()
