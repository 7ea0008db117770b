"""What the Tätigkeitsbericht of a large office costs beside hand-written SQL, and what disclosure control costs.

    python -m tests.bench.report_jobs [--quick]

The office has 50,000 activities, 20,000 consultations, 5,000 events and 60,000 participations. They lie in the year that
the report is about, in that and the year before, or in five years: the report compares with the year before, so it
reads all of them in the first two cases, two fifths in the third. The peer is `tests.bench.report_sql` on the same file;
every number that it gives is compared with the report's. Both run in turn, each in a process of its own; figures are
medians of CPU seconds from the start of the process, imports and opening the office included, and peak memory.

    python -m tests.bench.report_jobs ours FOLDER AUDIENCE [TARGET]
    python -m tests.bench.report_jobs sql FOLDER
    python -m tests.bench.report_jobs build FOLDER COUNTS YEARS

do one of it and print JSON; the last one makes the office and compares.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import report_sql

REPORT = "report against hand-written SQL, and disclosure control"
AIM, AIM_MB = 3.0, 200
"""How many times as long as the SQL the report may take, and its peak memory in MB (issue 5)."""

SPREADS = {1: "all in the year", 2: "all in two years", 5: "two fifths read"}
AUDIENCES = {"intern": None, "oeffentlich": ".html"}
"""The same figures as the SQL; and what the command line writes for the public: small numbers hidden, as HTML."""

SIZES = ((20, 8), (60, 12), (120, 12))
AIM_SECONDS = 1.0
"""Seconds that a table of 60 rows and 12 columns may take (issue 5)."""

RUNS = 5
VALUES = (0, 0, 1, 2, 3, 5, 8, 13, 30)


# -- one run, in a process of its own ----------------------------------------------------------------------------------


def ours(folder, audience, target=None):
    """Build the report as the command line does, and write it where a target is named."""
    from tests.bench.report_office import YEAR

    from koschuso import Office

    with Office.open(folder) as office:
        document = office.report("taetigkeitsbericht", year=YEAR, audience=audience)
        seconds = time.process_time()
        if target:
            document.save(target)
    return seconds


def sql(folder):
    """Compute the same figures with SQL."""
    _figures(folder)
    return time.process_time()


def _figures(folder):
    from tests.bench.report_office import YEAR

    from koschuso.demo.identity import AGS, OFFICE_ID

    return report_sql.figures(Path(folder) / "koschuso.db", YEAR, prefix=AGS, office=OFFICE_ID)


def build(folder, counts, years):
    """Make the office, and compare the report with the SQL; give how many numbers were compared."""
    from tests.bench import report_office
    from tests.bench.report_check import compare

    from koschuso import Office

    report_office.build(Path(folder), json.loads(counts), years=int(years))
    with Office.open(folder) as office:
        document = office.report("taetigkeitsbericht", year=report_office.YEAR, audience="intern")
        return compare(document, _figures(folder), office, report_office.YEAR)


# -- all of it ---------------------------------------------------------------------------------------------------------


def measure_reports(*, quick):
    """The report and the SQL in turn, for each spread of the records."""
    from tests.bench.report_office import WHOLE, smaller

    counts = smaller(20) if quick else WHOLE
    results = []
    with tempfile.TemporaryDirectory(prefix="koschuso-bench-") as place:
        # Compiled modules lie where nothing else writes, whatever the caller's environment says about them.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(Path(place) / "compiled")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for years, words in SPREADS.items():
            folder = Path(place) / f"office-{years}"
            # Not in this process: what it once needed would count as peak of each process that it starts.
            compared = _job(["build", str(folder), json.dumps(counts), str(years)], environment)["found"]
            for audience, suffix in AUDIENCES.items():
                target = [str(Path(place) / f"report{suffix}")] if suffix else []
                jobs = {"ours": ["ours", str(folder), audience, *target], "peer": ["sql", str(folder)]}
                found = {"ours": [], "peer": []}
                for number in range((2 if quick else RUNS) + 1):
                    for side, arguments in jobs.items():
                        one = _job(arguments, environment)
                        if number:  # the first run fills caches
                            found[side].append(one)
                results.append({"spread": words, "audience": audience, "records": counts, **_told(found, compared)})
    return results


def _job(arguments, environment):
    command = [sys.executable, "-m", "tests.bench.report_jobs", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return json.loads(done.stdout)


def _told(found, compared):
    ours_s, peer_s = (statistics.median(one["found"] for one in found[side]) for side in ("ours", "peer"))
    return {
        "numbers_compared": compared,
        "ours_s": round(ours_s, 3),
        "with_file_s": round(statistics.median(one["whole"] for one in found["ours"]), 3),
        "peer_s": round(peer_s, 3),
        "ratio": round(ours_s / peer_s, 2),
        "ours_peak_mb": round(max(one["peak_mb"] for one in found["ours"])),
        "peer_peak_mb": round(max(one["peak_mb"] for one in found["peer"])),
    }


# -- disclosure control ------------------------------------------------------------------------------------------------


def table(height, width, seed=1):
    """A table with many small numbers, totals below and at the side."""
    from koschuso.reporting import Column, ColumnType, Count, Table

    chance = random.Random(seed)  # noqa: S311 - a bench, no secret
    values = [[chance.choice(VALUES) for _ in range(width)] for _ in range(height)]
    sums = [sum(line[column] for line in values) for column in range(width)]
    return Table(
        key="t",
        title="Beratungen",
        columns=(
            Column(title="Thema", header=True),
            *(Column(title=f"Form {column}", type=ColumnType.COUNT) for column in range(width)),
            Column(title="Summe", type=ColumnType.COUNT, total=True),
        ),
        rows=tuple((f"Thema {row}", *map(Count, line), Count(sum(line))) for row, line in enumerate(values)),
        totals=("Summe", *map(Count, sums), Count(sum(sums))),
    )


def protected(height, width, runs=RUNS):
    """Seconds of CPU that the protection of such a table takes, and what it hides."""
    from koschuso.reporting import Count, Section, Sign, protect

    section = Section(title="Beratung", blocks=(table(height, width),))
    protect([section])  # the first run loads the solver
    taken = []
    for _ in range(runs):
        begin = time.process_time()
        result = protect([section])
        taken.append(time.process_time() - begin)
    numbers = [cell for row in section.blocks[0].rows for cell in row if isinstance(cell, Count)]
    shown = [cell for row in result.sections[0].blocks[0].rows for cell in row]
    return {
        "rows": height,
        "columns": width,
        "seconds": round(statistics.median(taken), 3),
        "small": sum(count.is_small(3) for count in numbers),
        "signs": shown.count(Sign.SUPPRESSED),
    }


# -- what is printed ---------------------------------------------------------------------------------------------------


def measure(*, quick=False):
    """Both parts."""
    return {
        "report": measure_reports(quick=quick),
        "disclosure": [protected(*size, runs=2 if quick else RUNS) for size in SIZES],
    }


def print_found(found):
    """Show the figures as tables."""
    line = "{:<19}{:<13}{:>8}{:>8}{:>10}{:>8}{:>7}{:>7}{:>9}"
    print(
        line.format(
            "taetigkeitsbericht", "audience", "numbers", "ours s", "with file", "SQL s", "ratio", "MB", "SQL MB"
        )
    )
    for one in found["report"]:
        names = ("numbers_compared", "ours_s", "with_file_s", "peer_s", "ratio", "ours_peak_mb", "peer_peak_mb")
        print(line.format(one["spread"], one["audience"], *(one[name] for name in names)))
    print(f"aim: ratio ≤ {AIM:g} for intern (the same figures), peak ≤ {AIM_MB} MB")
    for one in found["disclosure"]:
        print(
            f"{one['rows']:>4} × {one['columns']:<3} {one['seconds']:>7.3f} s  {one['small']} small, {one['signs']} hidden"
        )
    print(f"aim: ≤ {AIM_SECONDS:g} s for 60 × 12")


def main(arguments):
    """Do one job for the parent process, or all of it."""
    jobs = {"ours": ours, "sql": sql, "build": build}
    if arguments and arguments[0] in jobs:
        found = jobs[arguments[0]](*arguments[1:])
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"found": found, "whole": time.process_time(), "peak_mb": peak_mb}))
        return
    print_found(measure(quick="--quick" in arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
