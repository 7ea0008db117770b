"""The document about tested programs says what the tests' own list says."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "reference" / "tested-with.md"
LISTED = tomllib.loads((ROOT / "tests" / "programs" / "programs.toml").read_text(encoding="utf-8"))


def items(text):
    return [line.removeprefix("* ") for line in text.replace("\n  ", " ").splitlines() if line.startswith("* ")]


def sections():
    """Name, version and the two lists of each program in the document."""
    found = {}
    for part in DOCUMENT.read_text(encoding="utf-8").split("\n## ")[1:]:
        head, _, body = part.partition("\n")
        compared, _, blind = body.partition("What a pass does not show:")
        found[head] = (items(compared), items(blind))
    return found


def test_the_document_names_each_program_with_its_version_and_what_is_compared():
    assert sections() == {
        f"{name} {program['version']}": (program["compares"], program["blind_to"]) for name, program in LISTED.items()
    }


def test_each_program_is_started_by_a_test():
    tests = "".join(
        path.read_text(encoding="utf-8")
        for folder, names in (("programs", "test_*.py"), ("browser", "conftest.py"))
        for path in (ROOT / "tests" / folder).glob(names)
    )

    assert [name for name in LISTED if f'programs("{name}")' not in tests] == []
