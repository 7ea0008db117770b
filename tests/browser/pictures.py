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
PAGES = (("taetigkeitsbericht", (1, 4)), ("stellenuebersicht", (1, 4)))
"""Reports as Word documents, and the pages that are shown beside each other."""
GAP = 14


def take(folder: Path) -> None:
    """Make the reports in a folder and take the pictures."""
    build(folder / "buero")
    with Office.open(folder / "buero") as office:
        for name, given in REPORTS:
            document = office.report(name, **given)
            document.save(folder / f"{name}.html")
            document.save(folder / f"{name}.docx")
    browse(folder)
    for name, pages in PAGES:
        convert(folder, name, pages)


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
        keep((folder / f"{name}.png").read_bytes(), name=f"{name}.png")


def convert(folder: Path, name: str, pages: tuple[int, ...]) -> None:
    """Take a picture of some pages of a Word document."""
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
    keep(*(printed(folder / f"{name}.pdf", page) for page in pages), name=f"{name}-word.png")


def printed(path: Path, page: int) -> bytes:
    """Take a picture of a page of a PDF."""
    done = subprocess.run(
        ["pdftoppm", "-r", "80", "-png", "-f", str(page), "-l", str(page), str(path)], check=True, capture_output=True
    )
    return done.stdout


def keep(*data: bytes, name: str) -> None:
    """Write pictures beside each other, small, with a line around each so that white paper is seen on a white page."""
    pictures = [Image.open(io.BytesIO(one)).convert("RGB") for one in data]
    framed = [Image.new("RGB", (picture.width + 2, picture.height + 2), "#c9d2da") for picture in pictures]
    for frame, picture in zip(framed, pictures, strict=True):
        frame.paste(picture, (1, 1))
    width = sum(frame.width + GAP for frame in framed) - GAP
    whole = Image.new("RGB", (width, max(frame.height for frame in framed)), "#ffffff")
    left = 0
    for frame in framed:
        whole.paste(frame, (left, 0))
        left += frame.width + GAP
    whole.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / name, optimize=True)
    sys.stdout.write(f"{name}: {(IMAGES / name).stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        take(Path(place))
