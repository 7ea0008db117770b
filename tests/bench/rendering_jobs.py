"""What rendering costs for each cell: it must not grow with the size of the table.

    python -m tests.bench.rendering_jobs

renders one table of 1,000, 10,000 and 100,000 cells with every renderer. Figures are CPU time, the best of some runs, so
that a busy machine changes little.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from fractions import Fraction

from koschuso.reporting import BUILTIN_RENDERERS, Column, ColumnType, Document, Section, Table

CELLS = (1_000, 10_000, 100_000)
AIM = 2.0
"""How many times as much a cell of the largest HTML table may cost as one of the table of 10,000 cells."""
_COLUMNS = 10


def document(cells):
    """A document with one table of so many cells, most of them fractions."""
    columns = (
        Column(title="Schule", header=True),
        *(Column(title=f"Spalte {number}", type=ColumnType.NUMBER) for number in range(1, _COLUMNS)),
    )
    rows = tuple(
        (f"Schule {row}", *(Fraction(row, 6 + number) for number in range(1, _COLUMNS)))
        for row in range(cells // _COLUMNS)
    )
    table = Table(key="t", title="Tabelle", columns=columns, rows=rows)
    return Document(
        title="Bench",
        office="Stelle",
        period="2025",
        as_of=datetime(2025, 1, 1, tzinfo=UTC),
        sections=(Section(title="Teil", blocks=(table,)),),
    )


def measure(*, quick=False):
    """CPU microseconds for each cell, by renderer and size."""
    figures = {}
    for renderer in BUILTIN_RENDERERS:
        renderer.render(document(_COLUMNS))  # what is loaded once is no cost of a cell
        costs = {}
        for cells in CELLS[: 2 if quick else None]:
            made = document(cells)
            runs = []
            for _ in range(3 if cells <= 10_000 else 1):
                begin = time.process_time()
                renderer.render(made)
                runs.append(time.process_time() - begin)
            costs[cells] = round(min(runs) / cells * 1e6, 2)
        figures[renderer.suffix] = costs
    return figures


def print_rendering(figures):
    """Show the figures as a table."""
    for suffix, costs in figures.items():
        shown = "   ".join(
            f"{cells:>7} cells: {cost * cells / 1e6:6.2f} s, {cost:6.2f} µs each" for cells, cost in costs.items()
        )
        sys.stdout.write(f"{suffix:6} {shown}\n")


if __name__ == "__main__":
    print_rendering(measure(quick="--quick" in sys.argv))
