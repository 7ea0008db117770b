"""What disclosure control costs: a whole report with one table of 60 rows and 12 columns, and larger ones.

    python -m tests.bench.report_jobs

prints one line for each size: seconds of CPU of the median of five runs, numbers, small numbers and signs.
"""

from __future__ import annotations

import random
import statistics
import time

from koschuso.reporting import Column, ColumnType, Count, Section, Sign, Table, protect

SIZES = ((20, 8), (60, 12), (120, 12))
AIM_SECONDS = 1.0
"""Seconds that a table of 60 rows and 12 columns may take (issue 5)."""

RUNS = 5
VALUES = (0, 0, 1, 2, 3, 5, 8, 13, 30)


def table(height, width, seed=1):
    """A table with many small numbers, totals below and at the side."""
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


def protected(height, width):
    """Seconds of CPU that the protection of such a table takes, and what it hides."""
    section = Section(title="Beratung", blocks=(table(height, width),))
    protect([section])  # the first run loads the solver
    taken = []
    for _ in range(RUNS):
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


def measure():
    """All sizes."""
    return [protected(*size) for size in SIZES]


if __name__ == "__main__":
    for found in measure():
        print(
            f"{found['rows']:>4} × {found['columns']:<3} {found['seconds']:>7.3f} s  {found['small']} klein, "
            f"{found['signs']} verdeckt"
        )
