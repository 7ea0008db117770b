"""A fresh environment with koschuso as it stands here, used as its new owner would use it."""

import os
import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["ROOT", "Machine"]

ROOT = Path(__file__).resolve().parents[2]


class Machine:
    """A fresh environment with koschuso as it stands here."""

    def __init__(self, folder):
        self.folder = folder
        venv.create(folder / "venv", with_pip=False, symlinks=True)
        self.python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        # What koschuso needs comes from the environment of the tests; koschuso itself and the plugins do not.
        own = next((folder / "venv").rglob("site-packages"))
        needed = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
        (own / "needed.pth").write_text("\n".join(needed), encoding="utf-8")
        self.pip("install", "--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed", str(ROOT))

    def run(self, *arguments, status=0, cwd=None):
        done = subprocess.run(
            [str(self.python), *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=cwd or self.folder,
            check=False,
        )
        assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def pip(self, *arguments):
        return self.run("-m", "pip", "--disable-pip-version-check", *arguments)

    def koschuso(self, *arguments, status=0):
        return self.run("-m", "koschuso", *arguments, status=status)
