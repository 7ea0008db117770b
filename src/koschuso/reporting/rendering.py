"""Renderers: what turns a document into bytes, and how the bytes get onto the disk."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import attrs

from koschuso.errors import Unavailable
from koschuso.reporting.document import Document

__all__ = ["BUILTIN_RENDERERS", "Renderer", "needs"]


@attrs.frozen(kw_only=True)
class Renderer:
    """Turns documents into one kind of file.

    Attributes:
        name: ``"<plugin>:<name>"``, for example ``"koschuso:html"``.
        title: What people call it.
        suffix: Suffix with its dot, in lower case.
        media_type: For whoever serves the bytes.
        render: Gives the same bytes for the same document; takes nothing from clock, locale or environment.
    """

    name: str
    title: str
    suffix: str
    media_type: str
    render: Callable[[Document], bytes]


def needs(module: str, distribution: str, suffix: str) -> None:
    """Refuse where a package of the extra ``berichte`` is not installed.

    Args:
        module: Name that it is imported by.
        distribution: Name that it is installed by.
        suffix: Suffix of the files that it is needed for.

    Raises:
        Unavailable: It is not installed.
    """
    if find_spec(module) is None:
        raise Unavailable(
            f"Für {suffix}-Dateien fehlt das Zusatzpaket {distribution}: "
            '»pip install "koschuso[berichte]"« bringt es mit.',
            extra="berichte",
        )


def _html(document: Document) -> bytes:
    from koschuso.reporting.renderers import html  # noqa: PLC0415 - loads jinja2, and matplotlib where there is a chart

    return html.render(document)


def _csv(document: Document) -> bytes:
    from koschuso.reporting.renderers import delimited  # noqa: PLC0415 - as above, each renderer only on use

    return delimited.render(document)


def _markdown(document: Document) -> bytes:
    from koschuso.reporting.renderers import markdown  # noqa: PLC0415 - as above

    return markdown.render(document)


def _docx(document: Document) -> bytes:
    needs("docx", "python-docx", ".docx")
    from koschuso.reporting.renderers import docx  # noqa: PLC0415 - loads python-docx, an extra

    return docx.render(document)


def _xlsx(document: Document) -> bytes:
    needs("openpyxl", "openpyxl", ".xlsx")
    from koschuso.reporting.renderers import xlsx  # noqa: PLC0415 - loads openpyxl, an extra

    return xlsx.render(document)


def _json(document: Document) -> bytes:
    from koschuso.reporting.renderers import document_json  # noqa: PLC0415 - as above

    return document_json.render(document)


_OPEN_XML = "application/vnd.openxmlformats-officedocument"

BUILTIN_RENDERERS = (
    Renderer(name="koschuso:html", title="Webseite", suffix=".html", media_type="text/html", render=_html),
    Renderer(
        name="koschuso:docx",
        title="Word-Dokument",
        suffix=".docx",
        media_type=f"{_OPEN_XML}.wordprocessingml.document",
        render=_docx,
    ),
    Renderer(
        name="koschuso:xlsx",
        title="Excel-Arbeitsmappe",
        suffix=".xlsx",
        media_type=f"{_OPEN_XML}.spreadsheetml.sheet",
        render=_xlsx,
    ),
    Renderer(name="koschuso:csv", title="CSV für Excel", suffix=".csv", media_type="text/csv", render=_csv),
    Renderer(name="koschuso:markdown", title="Markdown", suffix=".md", media_type="text/markdown", render=_markdown),
    Renderer(name="koschuso:json", title="Daten als JSON", suffix=".json", media_type="application/json", render=_json),
)
