"""Takes the pictures of reports for the handbook: a page in Chromium and a page of a Word document in LibreOffice.

    KOSCHUSO_PROGRAMS=~/.cache/koschuso-programs .venv/bin/python tests/browser/pictures.py

Writes docs/images/*.png anew, from the example office; look at them before you keep them.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from koschuso import Office
from koschuso.demo import SCHULJAHR, STICHTAG, build

HERE = Path(__file__).resolve().parent
IMAGES = HERE.parents[1] / "docs" / "images"
COLOURS = 64
"""Enough for pages of text, bars and tables; it keeps the files small."""

REPORTS = (
    ("stellenuebersicht", {"stichtag": STICHTAG}),
    ("taetigkeitsbericht", {"schuljahr": SCHULJAHR}),
    ("kennzahlen", {"schuljahr": SCHULJAHR}),
)
PAGES = (("taetigkeitsbericht", 1), ("stellenuebersicht", 1))
"""Reports as Word documents, and the page that is shown."""


def take(folder: Path) -> None:
    """Make the reports in a folder and take the pictures."""
    build(folder / "buero")
    with Office.open(folder / "buero") as office:
        for name, given in REPORTS:
            document = office.report(name, **given)
            document.save(folder / f"{name}.html")
            document.save(folder / f"{name}.docx")
    browse(folder)
    for name, page in PAGES:
        convert(folder, name, page)


def browse(folder: Path) -> None:
    """Take a picture of the top of each page, in the light colours."""
    pages = [
        {
            "file": str(folder / f"{name}.html"),
            "width": 1180,
            "height": 1240,
            "scheme": "light",
            "steps": [{"do": "picture", "to": str(folder / f"{name}.png")}],
        }
        for name, _ in REPORTS
    ]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    job = {"programs": os.environ["KOSCHUSO_PROGRAMS"], "chromium": chromium, "pages": pages}
    subprocess.run(
        ["node", str(HERE / "chromium.cjs")], input=json.dumps(job), text=True, check=True, stdout=subprocess.DEVNULL
    )
    for name, _ in REPORTS:
        keep((folder / f"{name}.png").read_bytes(), f"{name}.png")


def convert(folder: Path, name: str, page: int) -> None:
    """Take a picture of a page of a Word document."""
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            str(folder / f"{name}.docx"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    picture = subprocess.run(
        ["pdftoppm", "-r", "90", "-png", "-f", str(page), "-l", str(page), str(folder / f"{name}.pdf")],
        check=True,
        capture_output=True,
    )
    keep(picture.stdout, f"{name}-word.png")


def keep(data: bytes, name: str) -> None:
    """Write a picture small, with a line around it so that white paper is seen on a white page."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    framed = Image.new("RGB", (picture.width + 2, picture.height + 2), "#c9d2da")
    framed.paste(picture, (1, 1))
    framed.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / name, optimize=True)
    sys.stdout.write(f"{name}: {(IMAGES / name).stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        take(Path(place))
