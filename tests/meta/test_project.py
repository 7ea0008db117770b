"""What holds for the project as a whole."""

import ast
import hashlib
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))

# Surnames of living people that the source material names; nothing in the project may. Hashed, so that they do not
# stand here either.
NAMES_OF_REAL_PEOPLE = frozenset(
    {
        "8252c9a52e539b158e4066f658e67598a86649dc9d29b52e3c405c379fb87b63",
        "4f082cfac8b02eef0792d3b885ad7b604c566028bfa4bbdc5a5494d523bffe9b",
        "53b12c6598ff9283532fffd69b41319682352545883a0f881f7e9a49c5422a86",
    }
)


def tracked_texts():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    names = [name for name in listed.decode().split("\0") if name] or [
        str(path.relative_to(ROOT))
        for folder in ("src", "tests", "docs", "examples")
        for path in (ROOT / folder).rglob("*")
    ]
    for name in names:
        path = ROOT / name
        if path.is_file():
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_no_living_person_is_named():
    for name, text in tracked_texts():
        words = set(re.findall(r"[^\W\d_]{4,}", text.lower()))
        found = {word for word in words if hashlib.sha256(word.encode()).hexdigest() in NAMES_OF_REAL_PEOPLE}
        assert not found, f"{name} names somebody"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_every_module_says_what_it_is_for_and_what_is_public(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert ast.get_docstring(tree), "a module begins with what it is for"
    defines = any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body)
    assigned = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    assert not defines or "__all__" in assigned, "a module that defines something says what is public"


def test_the_readme_holds_the_two_commands_that_ci_runs():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    for mark in ("demo", "tests"):
        assert re.search(rf"<!-- {mark} -->\n```sh\n(python3 -m venv [^\n]+)\n```", readme), mark


@pytest.mark.parametrize(
    "document", sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]), ids=lambda path: path.name
)
def test_links_in_documents_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
