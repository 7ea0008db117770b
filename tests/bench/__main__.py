"""Measures koschuso against its stated peers, in turn (A B A B …), and prints medians and ratios.

    python -m tests.bench              the figures that are quoted
    python -m tests.bench --quick      fewer runs and smaller files, for a look
    python -m tests.bench --only text  only the rows whose title holds this text

The table goes to the screen, the same as JSON to ``tests/bench/results/bench.json``. Nothing here is a verdict: no test
asserts a time.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.bench import driver_jobs, registry_jobs, rendering_jobs, report_jobs
from tests.bench.jobs import RECORDS, register

RESULTS = Path(__file__).parent / "results" / "bench.json"

EVENTS, CARDS = 5_000, 20_000
SIZES = (25, 50, 100)
"""MB of the calendars whose import shows how time and memory grow."""
QUICK = {"runs": 2, "records": RECORDS // 10, "events": EVENTS // 10, "cards": CARDS // 10, "sizes": (3, 6, 12)}
WHOLE = {"runs": 5, "records": RECORDS, "events": EVENTS, "cards": CARDS, "sizes": SIZES}


class Comparison(NamedTuple):
    """A row: what is measured against what, on how many of what, and the aim as ratio of medians where one is stated."""

    title: str
    ours: str | list[str]
    peer: str | list[str]
    aim: float | None = None
    of: str = "records"


COMPARISONS = (
    Comparison("import koschuso / bare python", ["-c", "import koschuso"], ["-c", "pass"]),
    Comparison("koschuso --version / bare python", ["-m", "koschuso", "--version"], ["-c", "pass"]),
    Comparison("register imported / csv + sqlite3", "office_register", "csv_register"),
    Comparison("register again, unchanged / csv + sqlite3", "office_register_again", "csv_register"),
    Comparison("records stored / sqlite3 + json", "store_insert", "bare_insert", 2.0),
    Comparison("records read / sqlite3 + json", "store_read", "bare_read", 2.0),
    Comparison("calendar imported / icalendar parses it", "office_calendar", "icalendar_read", 0.15, "events"),
    Comparison("calendar again, unchanged / icalendar", "office_calendar_again", "icalendar_read", 0.02, "events"),
    Comparison(
        "calendar again, 1 changed / icalendar", "office_calendar_one_changed", "icalendar_read", None, "events"
    ),
    Comparison("calendar written / icalendar writes it", "calendar_written", "icalendar_written", 0.15, "events"),
    Comparison("contacts imported / vobject parses them", "office_address_book", "vobject_read", 0.1, "cards"),
    Comparison("contacts written / vobject writes them", "address_book_written", "vobject_written", 0.1, "cards"),
    Comparison("calendar read / ical.js, all decoded", "calendar_read", "ical_js_calendar", 1.0, "events"),
    Comparison("contacts read / ical.js, all decoded", "address_book_read", "ical_js_address_book", 1.0, "cards"),
)
LARGE = "large calendar imported"
REGISTRY = "registry with 70 installed plugins"
RENDERING = "rendering of tables by size"
DRIVERS = "drivers against their bare libraries, and an editor beside a bulk import"
MOST_MEMORY = 150
"""MB that the import of a calendar of any size may need above the opened office."""


def process(arguments):
    """Wall time of a whole process."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return {"seconds": time.perf_counter() - begin, "peak_mb": None}


def job(name, folder, count):
    """What a job measured of itself, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.jobs", name, str(folder), str(count)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def measure(what, folder, count):
    return job(what, folder, count) if isinstance(what, str) else process(what)


def compare(row, folder, count, runs):
    """Both sides in turn; the medians and the ratios."""
    measured = {"ours": [], "peer": []}
    for _ in range(runs):
        measured["ours"].append(measure(row.ours, folder, count))
        measured["peer"].append(measure(row.peer, folder, count))
    missing = next((one["missing"] for one in measured["peer"] if "missing" in one), "")
    result = {
        "job": row.title,
        "count": count,
        "ours_s": median(measured["ours"]),
        "ours_peak_mb": peak(measured["ours"]),
    }
    if missing:
        return {**result, "aim": row.aim, "missing": missing}
    ratios = [ours["seconds"] / peer["seconds"] for ours, peer in zip(measured["ours"], measured["peer"], strict=True)]
    return {
        **result,
        "peer_s": median(measured["peer"]),
        "ratio": round(result["ours_s"] / median(measured["peer"]), 4),
        "ratio_min": round(min(ratios), 4),
        "ratio_max": round(max(ratios), 4),
        "peer_peak_mb": peak(measured["peer"]),
        "aim": row.aim,
    }


def median(found):
    return round(statistics.median(one["seconds"] for one in found), 5)


def peak(found):
    return round(max(one["peak_mb"] or 0 for one in found))


def grow(folder, sizes):
    """Import calendars of several sizes: time and memory for each."""
    results = []
    for size in sizes:
        job("large_calendar_written", folder, size)
        found = job("office_large_calendar", folder, size)
        results.append(
            {
                "job": LARGE,
                "size_mb": round(found["size_mb"], 1),
                "ours_s": round(found["seconds"], 3),
                "s_per_mb": round(found["seconds"] / found["size_mb"], 4),
                "above_start_mb": round(found["above_start_mb"]),
                "aim_mb": MOST_MEMORY,
            }
        )
        print_growth(results[-1], header=len(results) == 1)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", metavar="TEXT")
    arguments = parser.parse_args()
    scope = QUICK if arguments.quick else WHOLE
    results = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for row in COMPARISONS:
            if arguments.only not in row.title:
                continue
            results.append(compare(row, folder, scope[row.of], scope["runs"]))
            print_row(results[-1], header=len(results) == 1)
        large = grow(folder, scope["sizes"]) if arguments.only in LARGE else []
        registry = {}
        if arguments.only in REGISTRY:
            registry = registry_jobs.measure(folder, runs=scope["runs"])
            registry_jobs.print_registry(registry)
    rendering = {}
    if arguments.only in RENDERING:
        rendering = rendering_jobs.measure(quick=arguments.quick)
        rendering_jobs.print_rendering(rendering)
    reports = {}
    if arguments.only in report_jobs.REPORT:
        reports = report_jobs.measure(quick=arguments.quick)
        report_jobs.print_found(reports)
    drivers = driver_jobs.measure(quick=arguments.quick) if arguments.only in DRIVERS else {}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps(
            {
                "python": platform.python_version(),
                "machine": platform.machine(),
                **scope,
                "register": register().name,
                "results": results,
                "large": large,
                "registry": registry,
                "rendering_us_per_cell": rendering,
                "reports": reports,
                **drivers,
            },
            indent=2,
        )
    )
    print(
        f"\n{scope['runs']} runs each; {scope['records']} records, {scope['events']} events, {scope['cards']} cards, "
        f"register {register().name}; written to {RESULTS.name}"
    )


def print_row(result, *, header):
    if header:
        print(f"{'job':<44}{'ours s':>9}{'peer s':>9}{'ratio':>8}{'min–max':>15}{'MB':>6}{'peer MB':>9}{'aim':>8}")
    aim = "" if result["aim"] is None else f"≤ {result['aim']:g}"
    if "missing" in result:
        print(f"{result['job']:<44}{result['ours_s']:>9.3f}  no peer: {result['missing']}", flush=True)
        return
    span = f"{result['ratio_min']:.3g}–{result['ratio_max']:.3g}"
    print(
        f"{result['job']:<44}{result['ours_s']:>9.3f}{result['peer_s']:>9.3f}{result['ratio']:>8.3g}{span:>15}"
        f"{result['ours_peak_mb']:>6}{result['peer_peak_mb']:>9}{aim:>8}",
        flush=True,
    )


def print_growth(result, *, header):
    if header:
        print(f"\n{LARGE:<44}{'s':>9}{'s per MB':>10}{'MB above start':>16}{'aim':>8}")
    aim = f"≤ {result['aim_mb']}"
    print(
        f"{result['size_mb']:>38.1f} MB   {result['ours_s']:>9.2f}{result['s_per_mb']:>10.4f}"
        f"{result['above_start_mb']:>16}{aim:>8}",
        flush=True,
    )


if __name__ == "__main__":
    main()
