"""Pictures of charts: SVG that the page colours that shows it, and PNG for documents that cannot.

The same chart gives the same picture: no date, no random ids. In SVG text stays text, so that it can be found, copied
and read aloud; colours are classes (``fill-1`` …), so that light, dark and print each have their own. matplotlib comes
with the extra ``berichte`` and is only loaded when something is drawn.
"""

from __future__ import annotations

import io
import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from koschuso.reporting.renderers import drawing, palette
from koschuso.reporting.renderers.stated import clean

if TYPE_CHECKING:
    from koschuso.reporting.document import Chart

__all__ = ["is_available", "png", "svg"]

_DOTS_PER_INCH = 160


def is_available() -> bool:
    """Tell whether pictures can be drawn: matplotlib is an extra."""
    return find_spec("matplotlib") is not None


def svg(chart: Chart) -> str:
    """Draw a chart for a page.

    Returns:
        An ``<svg>`` element for the body of a page, with title and description, without colours of its own.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415 - an extra, loaded when it is needed

    out = io.StringIO()

    def save(figure: Any) -> None:
        FigureCanvasSVG(figure)
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})

    drawing.draw(chart, palette.placeholder, save)
    return _embed(out.getvalue(), chart)


def png(chart: Chart) -> bytes:
    """Draw a chart as a picture on white paper, for documents on A4."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - as above

    out = io.BytesIO()

    def save(figure: Any) -> None:
        FigureCanvasAgg(figure)
        figure.savefig(out, format="png", dpi=_DOTS_PER_INCH, facecolor="#ffffff", metadata={"Software": None})

    drawing.draw(chart, palette.LIGHT.__getitem__, save)
    return out.getvalue()


_STYLE = re.compile(r' style="([^"]*)"')
_ID = re.compile(r'\b(id="|href="#|url\(#)')
_HEAD = re.compile(r"<svg\b[^>]*?viewBox=\"([^\"]*)\"[^>]*>", re.DOTALL)
_DROPPED = re.compile(r"<metadata>.*?</metadata>|<style\b.*?</style>|<defs>\s*</defs>|<!--.*?-->", re.DOTALL)
_KEPT = frozenset(
    {
        "fill",
        "stroke",
        "stroke-dasharray",
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


def _embed(picture: str, chart: Chart) -> str:
    """Make matplotlib's file part of a page: no prolog, no colours, no inline styles, ids of its own."""
    match = _HEAD.search(picture)
    if match is None:
        raise AssertionError("matplotlib wrote no <svg> element with a viewBox")
    body = _DROPPED.sub("", picture[match.end() : picture.rindex("</svg>")])
    body = _STYLE.sub(lambda style: _attributes(style[1]), body)
    body = _ID.sub(lambda found: f"{found[1]}{chart.key}-", body)
    # Blank runs are how matplotlib lays out its file; they mean nothing.
    body = re.sub(r">\s+<", "><", body.replace("xlink:href", "href"))
    title, description = f"{chart.key}-titel", f"{chart.key}-text"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{match[1]}" role="img" aria-labelledby="{title} {description}">'
        f'<title id="{title}">{escape(clean(chart.title))}</title>'
        f'<desc id="{description}">{escape(clean(chart.description))}</desc>{body}</svg>'
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
        elif name in {"fill", "stroke"} and (role := palette.role_of(value)):
            classes.append(f"{'f' if name == 'fill' else 's'}-{role}")
        elif name in _KEPT and value:
            attributes.append(f'{name}="{value}"')
    if classes:
        attributes.append(f'class="{" ".join(classes)}"')
    return "".join(f" {attribute}" for attribute in attributes)
