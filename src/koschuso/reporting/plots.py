"""Pictures of charts: SVG that is drawn by matplotlib and coloured by the page that shows it.

The same chart gives the same picture: no date, no random ids. Text stays text, so that it can be found, copied and read
aloud; colours are classes (``fill-1`` …), so that light, dark and print each have their own. matplotlib comes with the
extra ``berichte`` and is only loaded when something is drawn.
"""

from __future__ import annotations

import io
import re
import warnings
from decimal import Decimal
from fractions import Fraction
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from koschuso.reporting.document import ChartKind
from koschuso.reporting.german import number_text

if TYPE_CHECKING:
    from koschuso.reporting.document import Cell, Chart

__all__ = ["COLOURS", "is_available", "svg"]

COLOURS = 6
"""How many series can be told apart; further ones begin again."""

_WIDTH = 7.4  # inches; with 72 units to the inch this is the width of the viewBox
_ROW = 0.36
_FRAME = 1.25
_LINE_HEIGHT = 3.6
_LABELLED_FROM = 0.06  # of the axis: a number would not fit into a smaller part of a bar

# Stand-ins that matplotlib writes and that become classes; no chart of ours has a colour of its own.
_TEXT, _GRID, _PAPER = "#fe0100", "#fe0200", "#fe0300"
_ON = "#fe0400"
_CLASSES = {_TEXT: "text", _GRID: "grid", _PAPER: "paper", _ON: "on"}


def _series_colour(index: int) -> str:
    return f"#fe10{index % COLOURS + 1:02x}"


def is_available() -> bool:
    """Tell whether pictures can be drawn: matplotlib is an extra."""
    return find_spec("matplotlib") is not None


def svg(chart: Chart) -> str:
    """Draw a chart.

    Returns:
        An ``<svg>`` element for the body of a page, with title and description, without colours of its own.
    """
    # The whole of matplotlib is needed here and nowhere else; without it `is_available` is false.
    from matplotlib import style  # noqa: PLC0415 - an extra, loaded when something is drawn
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    # Upon matplotlib's own defaults, so that nobody's matplotlibrc changes a report.
    settings: dict[Any, Any] = {
        "svg.hashsalt": f"koschuso-{chart.key}",
        "svg.fonttype": "none",
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "text.color": _TEXT,
        "axes.labelcolor": _TEXT,
        "xtick.color": _TEXT,
        "ytick.color": _TEXT,
        "axes.edgecolor": _GRID,
        "grid.color": _GRID,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": False,
        "svg.image_inline": True,
    }
    with style.context(["default", settings]), warnings.catch_warnings():
        # A sign that the measuring font lacks is drawn all the same: the reader's own font shows the text.
        warnings.filterwarnings("ignore", message="Glyph ")
        line = chart.kind is ChartKind.LINE
        height = _LINE_HEIGHT if line else _FRAME + _ROW * max(len(chart.categories), 1)
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        handles = (_draw_line if line else _draw_bars)(axes, chart)
        if len(chart.series) > 1:
            # Handed over one by one: matplotlib leaves names that begin with an underscore out of its own list.
            names = [_plain(series.name) for series in chart.series]
            figure.legend(handles, names, loc="outside upper left", ncols=2, frameon=False, fontsize=9)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _embed(out.getvalue(), chart)


def _draw_bars(axes: Any, chart: Chart) -> list[Any]:
    handles = []
    rows = range(len(chart.categories))
    left = [0.0] * len(chart.categories)
    totals = [sum(_number(series.values[row]) for series in chart.series) for row in rows]
    widest = max(totals, default=0.0) or 1.0
    for index, series in enumerate(chart.series):
        values = [_number(value) for value in series.values]
        bars = axes.barh(
            rows,
            values,
            left=left,
            height=0.68,
            color=_series_colour(index),
            edgecolor=_PAPER,
            linewidth=1.0,
            clip_on=False,
        )
        handles.append(bars)
        for row in rows:
            if len(chart.series) > 1 and values[row] >= _LABELLED_FROM * widest:
                axes.text(
                    left[row] + values[row] / 2,
                    row,
                    _text(series.values[row], chart),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color=_ON,
                )
        left = [begin + value for begin, value in zip(left, values, strict=True)]
    for row in rows:
        known = [_exact(series.values[row]) for series in chart.series if not _is_gap(series.values[row])]
        # A bar of nothing but gaps says why it is one.
        text = (
            number_text(sum(known, Fraction(0)), chart.digits) if known else _text(chart.series[0].values[row], chart)
        )
        axes.text(totals[row] + widest * 0.01, row, text, ha="left", va="center", fontweight="bold")
    axes.set_yticks(rows, labels=[_wrapped(name) for name in chart.categories])
    axes.invert_yaxis()
    axes.set_xlim(0, widest * 1.1)
    axes.set_xlabel(_plain(chart.unit))
    axes.tick_params(length=0)
    axes.xaxis.set_major_formatter(lambda value, _position: _tick(value))
    axes.grid(axis="x", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["bottom"].set_visible(False)
    return handles


def _draw_line(axes: Any, chart: Chart) -> list[Any]:
    handles = []
    points = range(len(chart.categories))
    markers = "osD^vP"
    for index, series in enumerate(chart.series):
        values = [float("nan") if _is_gap(value) else _number(value) for value in series.values]
        lines = axes.plot(
            points,
            values,
            color=_series_colour(index),
            linewidth=2,
            marker=markers[index % len(markers)],
            clip_on=False,
        )
        handles.extend(lines)
    axes.set_xticks(points, labels=[_wrapped(name) for name in chart.categories])
    axes.set_ylim(bottom=0)
    axes.set_ylabel(_plain(chart.unit))
    axes.tick_params(length=0)
    axes.yaxis.set_major_formatter(lambda value, _position: _tick(value))
    axes.grid(axis="y", linewidth=0.6)
    axes.set_axisbelow(True)
    return handles


def _is_gap(value: Cell) -> bool:
    return not isinstance(value, int | Decimal | Fraction)


def _exact(value: Cell) -> Fraction:
    return Fraction(value) if isinstance(value, int | Decimal | Fraction) else Fraction(0)


def _number(value: Cell) -> float:
    return float(_exact(value))


def _text(value: Cell, chart: Chart) -> str:
    if isinstance(value, int | Decimal | Fraction):
        return number_text(value, chart.digits)
    return str(getattr(value, "value", value))


def _tick(value: float) -> str:
    exact = Decimal(str(round(value, 6)))
    return number_text(exact, max(0, -int(exact.normalize().as_tuple().exponent)))


def _wrapped(text: str, width: int = 34) -> str:
    """Break a long name once."""
    if len(text) <= width:
        return _plain(text)
    cut = text.rfind(" ", 0, width) if " " in text[:width].strip() else width
    rest = text[cut:].strip()
    return _plain(f"{text[:cut]}\n{rest[: width - 1] + '…' if len(rest) > width else rest}")


def _plain(text: str) -> str:
    """Keep matplotlib from reading a formula between two dollar signs."""
    return text.replace("$", r"\$")


_STYLE = re.compile(r' style="([^"]*)"')
_ID = re.compile(r'\b(id="|href="#|url\(#)')
_HEAD = re.compile(r"<svg\b[^>]*?viewBox=\"([^\"]*)\"[^>]*>", re.DOTALL)
_DROPPED = re.compile(r"<metadata>.*?</metadata>|<style\b.*?</style>|<defs>\s*</defs>|<!--.*?-->", re.DOTALL)
_KEPT = frozenset(
    {
        "fill",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "opacity",
        "font-size",
        "font-weight",
        "text-anchor",
    }
)
_FONT = re.compile(r"(?:(bold|[1-9]00)\s+)?([\d.]+)px")


def _embed(drawing: str, chart: Chart) -> str:
    """Make matplotlib's file part of a page: no prolog, no colours, no inline styles, ids of its own."""
    match = _HEAD.search(drawing)
    if match is None:
        raise AssertionError("matplotlib wrote no <svg> element with a viewBox")
    body = _DROPPED.sub("", drawing[match.end() : drawing.rindex("</svg>")])
    body = _STYLE.sub(lambda style: _attributes(style[1]), body)
    body = _ID.sub(lambda found: f"{found[1]}{chart.key}-", body)
    # Blank runs are how matplotlib lays out its file; they mean nothing.
    body = re.sub(r">\s+<", "><", body.replace("xlink:href", "href"))
    title, description = f"{chart.key}-titel", f"{chart.key}-text"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{match[1]}" role="img" aria-labelledby="{title} {description}">'
        f'<title id="{title}">{escape(chart.title)}</title><desc id="{description}">{escape(chart.description)}</desc>'
        f"{body}</svg>"
    )


def _attributes(style: str) -> str:
    """Turn an inline style into attributes and classes, so that the page can do without inline styles."""
    attributes: list[str] = []
    classes: list[str] = []
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font" and (font := _FONT.search(value)):
            attributes.append(f'font-size="{font[2]}"')
            if font[1]:
                attributes.append('font-weight="bold"')
        elif name in {"fill", "stroke"} and value.startswith("#fe"):
            colour = _CLASSES.get(value) or str(int(value[-2:], 16))
            classes.append(f"{name}-{colour}")
        elif name in _KEPT and value:
            attributes.append(f'{name}="{value}"')
    if classes:
        attributes.append(f'class="{" ".join(classes)}"')
    return "".join(f" {attribute}" for attribute in attributes)
