"""Executes the examples in docstrings and in the documentation."""

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser
from sybil.parsers.rest import PythonCodeBlockParser as RestCodeBlockParser

pytest_collect_file = (
    Sybil(parsers=[DocTestParser(), RestCodeBlockParser()], path="src", patterns=["*.py"])
    + Sybil(parsers=[PythonCodeBlockParser()], patterns=["README.md"])
    + Sybil(parsers=[PythonCodeBlockParser()], path="docs", patterns=["*.md"])
).pytest()
