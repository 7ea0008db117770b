"""A real browser and a real office suite for reports: where they are, and how they are started.

`.ci/browser.sh` installs them. Both run with a profile of their own, and the pages are files: nothing is fetched.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from koschuso import Office
from koschuso.demo import SCHULJAHR, STICHTAG, build
from koschuso.errors import WrongUse
from koschuso.model import Participation

HERE = Path(__file__).parent
LISTED = tomllib.loads((HERE.parent / "programs" / "programs.toml").read_text(encoding="utf-8"))
_WORD = "{http://www.w3.org/1999/xhtml}word"
_PAGE = "{http://www.w3.org/1999/xhtml}page"


def _not_there(reason):
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must run with a real browser, but {reason}")
    pytest.skip(f"{reason}; .ci/browser.sh installs what is needed")


def _command(*names):
    for name in names:
        if found := shutil.which(name):
            return found
    _not_there(f"{names[0]} is not on this machine")
    raise AssertionError


def programs(name):
    """Check that a package of the list is installed in its version."""
    place = os.environ.get("KOSCHUSO_PROGRAMS")
    if not place:
        _not_there("the variable KOSCHUSO_PROGRAMS names no folder")
    installed = Path(place).absolute() / name / ".installed"
    if not installed.is_file():
        _not_there(f"{installed.parent} does not hold {name}")
    version = installed.read_text(encoding="utf-8").strip()
    assert version == LISTED[name]["version"], f"{name} {version} is installed, run .ci/programs.sh again"
    return installed.parent.parent


def _environment(home):
    kept = {name: os.environ[name] for name in ("PATH", "KOSCHUSO_PROGRAMS") if name in os.environ}
    return {**kept, "HOME": str(home), "TZ": "Europe/Berlin", "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Gives a function that opens pages and does steps in them; see chromium.cjs."""
    programs("axe-core")
    folder = programs("playwright-core")
    node, chromium = _command("node"), _command("chromium", "chromium-browser", "google-chrome")
    home = tmp_path_factory.mktemp("browser-home")

    def visit(*pages, timeout=300):
        job = {"programs": str(folder), "chromium": chromium, "pages": pages}
        done = subprocess.run(
            [node, str(HERE / "chromium.cjs")],
            input=json.dumps(job),
            env=_environment(home),
            cwd=home,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    return visit


@pytest.fixture(scope="session")
def office_suite(tmp_path_factory):
    """Gives a function that has LibreOffice convert a file, and returns the path of the result."""
    soffice = _command("soffice")
    home = tmp_path_factory.mktemp("office-home")

    def convert(path, suffix="pdf", folder=None):
        target = folder or path.parent / "converted"
        done = subprocess.run(
            [
                soffice,
                f"-env:UserInstallation=file://{home}/profile",
                "--headless",
                "--convert-to",
                suffix,
                "--outdir",
                str(target),
                str(path),
            ],
            env=_environment(home),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        result = target / f"{path.stem}.{suffix.partition(':')[0]}"
        assert result.is_file(), f"LibreOffice made nothing of {path.name}: {done.stdout[-500:]} {done.stderr[-500:]}"
        return result

    return convert


@pytest.fixture(scope="session")
def printed():
    """Gives a function that reads a PDF: for each page its width, height and words with their boxes."""
    pdftotext = _command("pdftotext")

    def read(path):
        done = subprocess.run([pdftotext, "-bbox", str(path), "-"], capture_output=True, check=True, timeout=60)
        text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", done.stdout.decode("utf-8"))
        root = fromstring(
            text.replace(
                '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
                "",
            )
        )
        return [Page(page) for page in root.iter(_PAGE)]

    return read


class Page:
    """A printed page."""

    def __init__(self, element):
        self.width, self.height = float(element.get("width")), float(element.get("height"))
        self.words = [
            (word.text or "", *(float(word.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")))
            for word in element.iter(_WORD)
        ]

    @property
    def text(self):
        return " ".join(word[0] for word in self.words)

    def outside(self):
        """Words that reach beyond the paper."""
        return [
            word
            for word, left, top, right, bottom in self.words
            if left < 0 or top < 0 or right > self.width or bottom > self.height
        ]


@pytest.fixture(scope="session")
def demo_office(tmp_path_factory):
    place = tmp_path_factory.mktemp("demo")
    build(place)
    with Office.open(place) as opened:
        yield opened


@pytest.fixture(scope="session")
def demo_report(demo_office):
    """Gives a report of the example office, for the first time that it can be about and that is full of data."""
    attended = next(
        one.event_id for one in demo_office.records(Participation) if one.person_id and one.status == "teilgenommen"
    )
    ways = (
        {"schuljahr": SCHULJAHR},
        {"stichtag": STICHTAG},
        {"veranstaltung": attended, "audience": "intern"},
        {},
    )

    def make(name):
        refused = []
        for given in ways:
            try:
                return demo_office.report(name, **given)
            except WrongUse as error:
                refused.append(str(error))
        raise AssertionError(f"{name}: {refused}")

    return make
