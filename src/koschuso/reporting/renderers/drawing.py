"""Draws charts with matplotlib: bars, stacked bars, lines and heat grids, with their numbers written beside the marks.

Which colours are used is up to `Paint`: those of white paper for a picture, placeholders for a page that has its own.
Nothing comes from the clock, from chance or from the settings of whoever runs it.
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from koschuso.reporting.document import ChartKind, Sign
from koschuso.reporting.german import number_text
from koschuso.reporting.renderers import palette
from koschuso.reporting.renderers.stated import clean

if TYPE_CHECKING:
    from koschuso.reporting.document import Cell, Chart

__all__ = ["Paint", "draw", "label", "wrapped"]

Paint = Callable[[str], str]
"""Gives the colour of a role of `koschuso.reporting.renderers.palette`."""

_WIDTH: Final = 7.4  # inches; with 72 units to the inch this is the width of the viewBox
_ROW: Final = 0.36
_FRAME: Final = 1.25
_LINE_HEIGHT: Final = 3.6
_NAME_LINE: Final = 11  # points from one line of a name to the next
_LABELLED_FROM: Final = 0.06  # of the axis: a number would not fit into a smaller part of a bar
_APART: Final = 0.075  # of the axis: the least distance of two names beside their lines
_MARKERS: Final = "osD^vP"
_DASHES: Final = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))
_HEADS_FIT: Final = 60  # characters above a heat grid side by side; longer names stand aslant


def draw(chart: Chart, paint: Paint, save: Callable[[Any], None]) -> None:
    """Draw a chart.

    Args:
        chart: The chart.
        paint: Gives the colours.
        save: Is handed the ``matplotlib.figure.Figure`` while the settings that it was drawn with still hold.
    """
    # The whole of matplotlib is needed here and nowhere else.
    from matplotlib import style  # noqa: PLC0415 - an extra, loaded when something is drawn
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    ink, grid = paint("ink"), paint("grid")
    # Upon matplotlib's own defaults, so that nobody's matplotlibrc changes a report.
    settings: dict[Any, Any] = {
        "svg.hashsalt": f"koschuso-{chart.key}",
        "svg.fonttype": "none",
        "svg.image_inline": True,
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "text.color": ink,
        "axes.labelcolor": ink,
        "xtick.color": ink,
        "ytick.color": ink,
        "axes.edgecolor": grid,
        "grid.color": grid,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": False,
        "text.parse_math": False,
    }
    with style.context(["default", settings]), warnings.catch_warnings():
        # A sign that the measuring font lacks is drawn all the same: the reader's own font shows the text.
        warnings.filterwarnings("ignore", message="Glyph ")
        warnings.filterwarnings("ignore", message="constrained_layout not applied")
        figure = Figure(figsize=(_WIDTH, _height(chart)), layout="constrained")
        axes = figure.add_subplot()
        if chart.kind is ChartKind.HEAT_GRID:
            _draw_grid(axes, chart, paint)
        elif chart.kind is ChartKind.LINE:
            _draw_lines(axes, chart, paint)
        else:
            handles = _draw_bars(axes, chart, paint)
            if len(chart.series) > 1:
                # Handed over one by one: matplotlib leaves names that begin with an underscore out of its own list.
                names = [wrapped(series.name, 40) for series in chart.series]
                figure.legend(handles, names, loc="outside upper left", ncols=2, frameon=False, fontsize=9)
        save(figure)


def label(value: Cell, chart: Chart) -> str:
    """Write a value as it stands in a chart."""
    if isinstance(value, int | Decimal | Fraction):
        return number_text(value, chart.digits)
    return value.value if isinstance(value, Sign) else str(value)


def _height(chart: Chart) -> float:
    if chart.kind is ChartKind.LINE:
        return _LINE_HEIGHT
    if chart.kind is ChartKind.HEAT_GRID:
        heads = 1.7 if _stand_aslant(chart) else 0.7
        return heads + _ROW * max(len(chart.series), 1)
    return _FRAME + _ROW * max(len(chart.categories), 1)


# -- bars ----------------------------------------------------------------------------------------------------------------


def _draw_bars(axes: Any, chart: Chart, paint: Paint) -> list[Any]:
    rows = range(len(chart.categories))
    ends = [_Ends() for _ in rows]
    sums = [sum((_number(series.values[row]) for series in chart.series), 0.0) for row in rows]
    widest = max(map(abs, sums), default=0.0) or 1.0
    handles = []
    for index, series in enumerate(chart.series):
        values = [_number(value) for value in series.values]
        begins = [end.put(value) for end, value in zip(ends, values, strict=True)]
        # The outline tells a light fill from the paper.
        bars = axes.barh(
            rows,
            values,
            left=begins,
            height=0.68,
            color=paint(palette.fill(index)),
            edgecolor=paint("ink"),
            linewidth=0.6,
            clip_on=False,
        )
        handles.append(bars)
        for row in rows:
            if len(chart.series) > 1 and abs(values[row]) >= _LABELLED_FROM * widest:
                axes.text(
                    begins[row] + values[row] / 2,
                    row,
                    label(series.values[row], chart),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color=paint(palette.on_fill(index)),
                )
    for row, end in zip(rows, ends, strict=True):
        behind = end.right if end.right or not end.left else end.left
        side = "left" if behind >= 0 else "right"
        axes.text(
            behind + widest * (0.01 if side == "left" else -0.01),
            row,
            _total(chart, row),
            ha=side,
            va="center",
            fontweight="bold",
        )
    _name_rows(axes, chart.categories)
    axes.invert_yaxis()
    right, left = max((end.right for end in ends), default=0.0), min((end.left for end in ends), default=0.0)
    axes.set_xlim(left * 1.15, right * 1.1 if right or left else 1.1)
    axes.set_xlabel(clean(chart.unit))
    axes.tick_params(length=0)
    axes.xaxis.set_major_locator(_ticks(chart))
    axes.xaxis.set_major_formatter(lambda value, _position: _tick(value))
    axes.grid(axis="x", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["bottom"].set_visible(False)
    return handles


class _Ends:
    """How far the parts of a bar reach so far, to either side of 0."""

    def __init__(self) -> None:
        self.right = 0.0
        self.left = 0.0

    def put(self, value: float) -> float:
        """Add a part and tell where it begins."""
        if value < 0:
            begin = self.left
            self.left += value
        else:
            begin = self.right
            self.right += value
        return begin


def _total(chart: Chart, row: int) -> str:
    """Write what stands behind a bar: its sum, and the signs of the parts that are not in it."""
    cells = [series.values[row] for series in chart.series]
    known = [_exact(value) for value in cells if not _is_gap(value)]
    signs = dict.fromkeys(label(value, chart) for value in cells if _is_gap(value))
    return " + ".join([*((number_text(sum(known, Fraction(0)), chart.digits),) if known else ()), *signs])


# -- lines ---------------------------------------------------------------------------------------------------------------


def _draw_lines(axes: Any, chart: Chart, paint: Paint) -> None:
    points = range(len(chart.categories))
    known = [_number(value) for series in chart.series for value in series.values if not _is_gap(value)]
    top, bottom = max([0.0, *known]) or 1.0, min([0.0, *known])
    height = top - bottom
    last: list[tuple[float, float, int]] = []
    for index, series in enumerate(chart.series):
        values = [float("nan") if _is_gap(value) else _number(value) for value in series.values]
        colour = paint(palette.line(index))
        axes.plot(
            points,
            values,
            color=colour,
            linewidth=2,
            linestyle=_DASHES[index % len(_DASHES)],
            marker=_MARKERS[index % len(_MARKERS)],
            clip_on=False,
        )
        ends = [(point, value) for point, value in zip(points, series.values, strict=True) if not _is_gap(value)]
        if ends:
            last.append((_number(ends[-1][1]), ends[-1][0], index))
        for point, value in zip(points, series.values, strict=True):
            # Among several lines a number would not tell which one it belongs to; the table has them all.
            if len(chart.series) == 1:
                place = bottom + height * 0.02 if _is_gap(value) else _number(value) + height * 0.04
                axes.text(point, place, label(value, chart), ha="center", fontweight="bold")
    if len(chart.series) > 1:
        _name_lines(axes, chart, paint, sorted(last), height)
    axes.set_xticks(points, labels=[wrapped(name, 16) for name in chart.categories])
    axes.set_ylim(bottom * 1.05, top * 1.08)
    axes.set_ylabel(clean(chart.unit))
    axes.tick_params(length=0)
    axes.tick_params(axis="x", pad=10)  # marks at 0 are drawn whole, and stand in no name
    axes.yaxis.set_major_locator(_ticks(chart))
    axes.yaxis.set_major_formatter(lambda value, _position: _tick(value))
    axes.grid(axis="y", linewidth=0.6)
    axes.set_axisbelow(True)


def _name_lines(axes: Any, chart: Chart, paint: Paint, last: list[tuple[float, float, int]], height: float) -> None:
    """Write the name of each line beside its last point, none upon another."""
    right = max(len(chart.categories) - 1, 0)
    free = float("-inf")
    for value, point, index in last:
        place = max(value, free)
        free = place + height * _APART
        axes.plot([point, right + 0.12], [value, place], color=paint("grid"), linewidth=0.6, clip_on=False)
        axes.plot(
            [right + 0.16],
            [place],
            color=paint(palette.line(index)),
            marker=_MARKERS[index % len(_MARKERS)],
            clip_on=False,
        )
        text = f"{wrapped(chart.series[index].name, 26)}  {label(chart.series[index].values[int(point)], chart)}"
        axes.text(right + 0.26, place, text, ha="left", va="center")


# -- heat grids ----------------------------------------------------------------------------------------------------------


def _draw_grid(axes: Any, chart: Chart, paint: Paint) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - as in `draw`

    strongest = max((_number(value) for series in chart.series for value in series.values), default=0.0)
    for row, series in enumerate(chart.series):
        for column, value in enumerate(series.values):
            step = _step(value, strongest)
            axes.add_patch(
                Rectangle(
                    (column - 0.5, row - 0.5),
                    1,
                    1,
                    facecolor=paint(palette.heat(step)),
                    edgecolor=paint("grid"),
                    linewidth=0.8,
                    clip_on=False,
                )
            )
            axes.text(column, row, label(value, chart), ha="center", va="center", color=paint(palette.on_heat(step)))
    axes.set_xlim(-0.5, max(len(chart.categories), 1) - 0.5)
    axes.set_ylim(max(len(chart.series), 1) - 0.5, -0.5)
    aslant = _stand_aslant(chart)
    axes.xaxis.tick_top()
    axes.set_xticks(
        range(len(chart.categories)),
        labels=[wrapped(name, 30, lines=1) if aslant else wrapped(name, 16) for name in chart.categories],
        rotation=60 if aslant else 0,
        ha="left" if aslant else "center",
        rotation_mode="anchor" if aslant else "default",
    )
    _name_rows(axes, [series.name for series in chart.series])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _stand_aslant(chart: Chart) -> bool:
    """Tell whether the names of the columns are too long to stand side by side."""
    lines = [line for name in chart.categories for line in wrapped(name, 16).split("\n")]
    return len(chart.categories) * (max(map(len, lines), default=0) + 1) > _HEADS_FIT


def _step(value: Cell, strongest: float) -> int:
    """Give the step of a value: 0 for nothing and for signs, the last one for the strongest."""
    number = _number(value)
    if number <= 0 or strongest <= 0:
        return 0
    return max(1, min(palette.HEAT_STEPS - 1, -int(-(number / strongest * (palette.HEAT_STEPS - 1)) // 1)))


def _name_rows(axes: Any, names: Sequence[str]) -> None:
    """Write a name before each row, line by line: a page's own letters are not as wide as those that were measured."""
    axes.set_yticks(range(len(names)), labels=[])
    for row, name in enumerate(names):
        lines = wrapped(name).split("\n")
        for number, line in enumerate(lines):
            axes.annotate(
                line,
                (0, row),
                (-6, ((len(lines) - 1) / 2 - number) * _NAME_LINE),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                va="center",
                annotation_clip=False,
            )


# -- values --------------------------------------------------------------------------------------------------------------


def _is_gap(value: Cell) -> bool:
    return not isinstance(value, int | Decimal | Fraction)


def _exact(value: Cell) -> Fraction:
    return Fraction(value) if isinstance(value, int | Decimal | Fraction) else Fraction(0)


def _number(value: Cell) -> float:
    return float(_exact(value))


def _ticks(chart: Chart) -> Any:
    """Choose where an axis has its numbers: what is counted has whole ones."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - as in `draw`

    return MaxNLocator(nbins=8, integer=chart.digits == 0, steps=[1, 2, 2.5, 5, 10], min_n_ticks=1)


def _tick(value: float) -> str:
    exact = Decimal(str(round(value, 6)))
    return number_text(exact, max(0, -int(exact.normalize().as_tuple().exponent)))


def wrapped(text: str, width: int = 34, *, lines: int = 2) -> str:
    """Break a long name into lines, and cut what does not fit into them."""
    found = textwrap.wrap(" ".join(clean(text).split()), width, break_on_hyphens=False) or [""]
    if len(found) > lines:
        found = [*found[: lines - 1], f"{found[lines - 1][: width - 1]}…"]
    return "\n".join(found)
