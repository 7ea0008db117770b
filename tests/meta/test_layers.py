"""Data flows one way: the layers of the architecture hold in the imports."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_imports_follow_the_layers():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_koschuso_loads_nothing_heavy():
    heavy = {
        "attrs",
        "attr",
        "cattrs",
        "click",
        "icalendar",
        "jinja2",
        "matplotlib",
        "msgspec",
        "rich",
        "vobject",
        "typing",
    }
    code = "import sys; before = set(sys.modules); import koschuso; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not heavy & set(done.stdout.split())


def test_opening_an_office_loads_no_border_library_and_no_plots(tmp_path):
    heavy = {"cattrs", "icalendar", "jinja2", "matplotlib", "rich", "vobject", "click"}
    code = (
        "import sys; from koschuso import Office; "
        f"Office.init({str(tmp_path / 'buero')!r}, name='Muster', ags='05974').close(); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not heavy & set(done.stdout.split())
