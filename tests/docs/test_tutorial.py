"""The tutorial is followed to the letter in an empty folder, and says how long it took."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs" / "tutorial" / "ihr-erstes-plugin.md"
STEP = re.compile(
    r"^## (?P<title>[^\n]+)$|^(?:<!-- Datei: (?P<file>\S+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def steps():
    """Give each chapter with its files to write and its commands to run, in their order."""
    title = ""
    for found in STEP.finditer(TUTORIAL.read_text(encoding="utf-8")):
        if found["title"]:
            title = found["title"]
        else:
            yield title, found["file"], found["kind"], found["text"]


def followed(folder, environment):
    """Do what the tutorial says; give what each command printed, and the seconds for each chapter."""
    printed, seconds = {}, {}
    for title, file, kind, text in steps():
        begun = time.monotonic()
        if file:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8")
        elif kind == "sh":
            for line in text.splitlines():
                done = subprocess.run(
                    ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
                printed.setdefault(line, []).append(done.stdout + done.stderr)
        seconds[title] = seconds.get(title, 0) + time.monotonic() - begun
    return printed, seconds


@pytest.fixture
def environment(tmp_path):
    """pip finds koschuso in a folder, as it will in an index once there is a release."""
    wheels = tmp_path / "wheels"
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, ROOT], check=True
    )
    return {
        **os.environ,
        "PIP_FIND_LINKS": str(wheels),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_tutorial_leads_to_a_field_in_a_report(tmp_path, environment, capsys):
    folder = tmp_path / "leer"
    folder.mkdir()
    printed, seconds = followed(folder, environment)

    with capsys.disabled():
        print("\n\nDas Tutorial »Ihr erstes Plugin«, Schritt für Schritt:")
        for title, took in seconds.items():
            print(f"  {took:6.1f} s  {title}")
        print(f"  {sum(seconds.values()):6.1f} s  zusammen\n")

    said = {line.partition("koschuso ")[2]: output for line, output in printed.items() if "koschuso " in line}
    before, after = (output for line, outputs in said.items() if line.startswith("show") for output in outputs)
    report = (folder / "stellen.html").read_text(encoding="utf-8")
    assert "passed" in printed["umgebung/bin/python -m pytest koschuso-muster"][0]
    assert "Sozialraum" in before
    assert "01.08.2023" in before
    assert "Sozialraum" in report
    assert "Nord" in report
    assert "Kooperationsvertrag" not in report
    assert "muster:sozialraum" in after, "a plugin that is switched off costs no value"
    assert "2023-08-01" in after


def test_the_tutorial_names_every_file_it_shows():
    """A block of code that nobody writes into a file would not be tried."""
    blocks = list(steps())
    assert [kind for _, file, kind, _ in blocks if not file and kind != "sh"] == []
    assert len({title for title, *_ in blocks}) == 8
