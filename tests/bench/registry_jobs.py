"""What installed plugins cost: opening an office and `koschuso --version` beside 70 installed distributions.

    python -m tests.bench.registry_jobs FOLDER [INSTALLED] [ENABLED]

makes the distributions in FOLDER (name, metadata, entry point, a module with one field) and prints one JSON object. Every
figure is the median of processes that run in turn with and without the distributions, so that a busy machine changes
neither difference nor order.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLUGINS, ENABLED = 70, 5
RUNS = 9
AIM_MS = 150
"""Milliseconds that opening an office may take longer with 70 installed plugins."""

_OPEN = """
import time
from koschuso import Office
begin = time.process_time(), time.perf_counter()
with Office.open({place!r}) as office:
    end = time.process_time(), time.perf_counter()
    {use}
print((end[0] - begin[0]) * 1000, (end[1] - begin[1]) * 1000)
"""


def install(folder, count=PLUGINS):
    """Make distributions as an installer leaves them: metadata, record and module."""
    for number in range(count):
        name = f"bench-{number:02d}"
        module = f"koschuso_bench_{number:02d}"
        (folder / f"{module}.py").write_text(
            "from koschuso.plugin import ExtraField, PrivacyClass, hookimpl\n\n\n@hookimpl\ndef koschuso_fields():\n"
            f'    return [ExtraField(name="{name}:feld", record_kind="person", label="Feld", privacy=PrivacyClass.INTERN)]\n',
            encoding="utf-8",
        )
        info = folder / f"{module}-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.4\nName: koschuso-{name}\nVersion: 1.0\nSummary: Bench\nRequires-Python: >=3.11\n"
            "Requires-Dist: koschuso<1,>=0.1\n\n# Bench\n" + "Text of a usual length.\n" * 200,
            encoding="utf-8",
        )
        (info / "entry_points.txt").write_text(f"[koschuso]\n{name} = {module}\n", encoding="utf-8")
        (info / "RECORD").write_text("".join(f"{module}/{part}.py,,\n" for part in range(20)), encoding="utf-8")
        (info / "INSTALLER").write_text("pip\n", encoding="utf-8")


def office(folder, enabled):
    """An empty office that has switched on the first plugins."""
    from koschuso import Office

    place = folder / f"office-{enabled}"
    Office.init(place, name="Bench", ags="05974").close()
    settings = place / "koschuso.toml"
    names = ", ".join(f'"bench-{number:02d}"' for number in range(enabled))
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("aktiv = []", f"aktiv = [{names}]"), encoding="utf-8"
    )
    return place


def opened(place, plugins, use="pass"):
    """Milliseconds of CPU and wall time that opening took, in a process of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([*([str(plugins)] if plugins else []), *filter(None, sys.path)]),
    }
    done = subprocess.run(
        [sys.executable, "-c", _OPEN.format(place=str(place), use=use)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(float(part) for part in done.stdout.split())


def version(plugins):
    """Milliseconds of a whole `koschuso --version`, of CPU and on the wall."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([*([str(plugins)] if plugins else []), *filter(None, sys.path)]),
    }
    before, begin = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "koschuso", "--version"], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    after = os.times()
    cpu = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    return cpu * 1000, (time.perf_counter() - begin) * 1000


def measure(folder, count=PLUGINS, enabled=ENABLED, runs=RUNS):
    """Everything in turn; medians in milliseconds."""
    plugins = folder / "plugins"
    plugins.mkdir(exist_ok=True)
    install(plugins, count)
    none, some, every = office(folder, 0), office(folder, enabled), office(folder, count)
    rows = {
        "open, nothing installed": lambda: opened(none, None),
        f"open, {count} installed, none enabled": lambda: opened(none, plugins),
        f"open, {count} installed, {enabled} enabled": lambda: opened(some, plugins),
        f"open, {count} installed, {count} enabled": lambda: opened(every, plugins),
        "version, nothing installed": lambda: version(None),
        f"version, {count} installed": lambda: version(plugins),
    }
    taken = {name: [] for name in rows}
    for _ in range(runs):
        for name, run in rows.items():
            taken[name].append(run())
    medians = {
        name: {
            "cpu_ms": round(statistics.median(t[0] for t in found), 1),
            "wall_ms": round(statistics.median(t[1] for t in found), 1),
        }
        for name, found in taken.items()
    }
    base = medians["open, nothing installed"]["cpu_ms"]
    versions = [medians[name]["cpu_ms"] for name in rows if name.startswith("version")]
    return {
        "installed": count,
        "enabled": enabled,
        "medians": medians,
        "open_more_ms": {
            name: round(found["cpu_ms"] - base, 1) for name, found in medians.items() if "enabled" in name
        },
        "version_more_ms": round(versions[1] - versions[0], 1),
        "aim_ms": AIM_MS,
    }


def print_registry(result):
    """The same as a table."""
    print(f"\n{'registry':<44}{'cpu ms':>9}{'wall ms':>9}{'more':>8}{'aim':>8}")
    for name, found in result["medians"].items():
        more = result["open_more_ms"].get(name)
        aim = "" if more is None else f"≤ {result['aim_ms']}"
        print(
            f"{name:<44}{found['cpu_ms']:>9.1f}{found['wall_ms']:>9.1f}{'' if more is None else format(more, '.1f'):>8}{aim:>8}"
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        numbers = [int(argument) for argument in sys.argv[2:]]
        place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made)
        print(json.dumps(measure(place, *numbers), indent=2))
