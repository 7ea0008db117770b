"""Renderers: what turns a document into bytes, and how the bytes get onto the disk."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from koschuso.reporting.document import Document

__all__ = ["BUILTIN_RENDERERS", "Renderer"]


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


def _html(document: Document) -> bytes:
    from koschuso.reporting import html  # noqa: PLC0415 - loads jinja2, and matplotlib where there is a chart

    return html.render(document)


def _csv(document: Document) -> bytes:
    from koschuso.reporting import delimited  # noqa: PLC0415 - as above, each renderer only on use

    return delimited.render(document)


def _markdown(document: Document) -> bytes:
    from koschuso.reporting import markdown  # noqa: PLC0415

    return markdown.render(document)


BUILTIN_RENDERERS = (
    Renderer(name="koschuso:html", title="Webseite", suffix=".html", media_type="text/html", render=_html),
    Renderer(name="koschuso:csv", title="CSV für Excel", suffix=".csv", media_type="text/csv", render=_csv),
    Renderer(name="koschuso:markdown", title="Markdown", suffix=".md", media_type="text/markdown", render=_markdown),
)
