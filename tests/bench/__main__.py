"""Measures koschuso against its stated peers, in turn (A B A B …), and prints medians and ratios.

    python -m tests.bench            the figures that are quoted
    python -m tests.bench --quick    fewer runs and rows, for a look

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

from tests.bench.jobs import RECORDS, register

RESULTS = Path(__file__).parent / "results" / "bench.json"

# title, our job, the peer's job, aim (ratio of medians) as far as one is stated
COMPARISONS = (
    ("import koschuso / bare python", ["-c", "import koschuso"], ["-c", "pass"], None),
    ("koschuso --version / bare python", ["-m", "koschuso", "--version"], ["-c", "pass"], None),
    ("register imported / csv + sqlite3", "office_register", "csv_register", None),
    ("register again, unchanged / csv + sqlite3", "office_register_again", "csv_register", None),
    ("records stored / sqlite3 + json", "store_insert", "bare_insert", 2.0),
    ("records read / sqlite3 + json", "store_read", "bare_read", 2.0),
)


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    runs, count = (2, RECORDS // 10) if quick else (5, RECORDS)
    results = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for title, ours, peer, aim in COMPARISONS:
            measured = {"ours": [], "peer": []}
            for _ in range(runs):
                measured["ours"].append(measure(ours, folder, count))
                measured["peer"].append(measure(peer, folder, count))
            medians = {side: statistics.median(one["seconds"] for one in found) for side, found in measured.items()}
            peaks = {side: max(one["peak_mb"] or 0 for one in found) for side, found in measured.items()}
            ratios = [
                ours_["seconds"] / peer_["seconds"]
                for ours_, peer_ in zip(measured["ours"], measured["peer"], strict=True)
            ]
            results.append(
                {
                    "job": title,
                    "ours_s": round(medians["ours"], 4),
                    "peer_s": round(medians["peer"], 4),
                    "ratio": round(statistics.median(ratios), 2),
                    "ratio_min": round(min(ratios), 2),
                    "ratio_max": round(max(ratios), 2),
                    "ours_peak_mb": round(peaks["ours"]),
                    "peer_peak_mb": round(peaks["peer"]),
                    "aim": aim,
                }
            )
            print_row(results[-1], header=len(results) == 1)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps(
            {
                "python": platform.python_version(),
                "machine": platform.machine(),
                "runs": runs,
                "records": count,
                "register": register().name,
                "results": results,
            },
            indent=2,
        )
    )
    print(f"\n{runs} runs each, {count} records, register {register().name}; written to {RESULTS.name}")


def print_row(result, *, header):
    if header:
        print(f"{'job':<44}{'ours s':>9}{'peer s':>9}{'ratio':>8}{'min–max':>14}{'MB':>6}{'peer MB':>9}{'aim':>6}")
    span = f"{result['ratio_min']}–{result['ratio_max']}"
    aim = "" if result["aim"] is None else f"≤ {result['aim']:g}"
    print(
        f"{result['job']:<44}{result['ours_s']:>9.3f}{result['peer_s']:>9.3f}{result['ratio']:>8.2f}{span:>14}"
        f"{result['ours_peak_mb']:>6}{result['peer_peak_mb']:>9}{aim:>6}",
        flush=True,
    )


if __name__ == "__main__":
    main()
