"""A report: what builds a document from a view of an office."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import WrongUse
from koschuso.model.position import Position
from koschuso.reporting.document import Document, Missing, Section, Text
from koschuso.reporting.parameters import Option, Parameters, PeriodKind, parse
from koschuso.reporting.rendering import BUILTIN_RENDERERS, Renderer
from koschuso.reporting.view import OfficeInfo, RecordsView, View, label, region_name

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["OfficeInfo", "Option", "Parameters", "RecordsView", "Renderer", "Report", "View", "make_document"]


@attrs.frozen(kw_only=True)
class Report:
    """A report that an office can ask for.

    Attributes:
        name: ``"<plugin>:<name>"``, for example ``"koschuso:stellenuebersicht"``.
        title: Title, in German.
        description: What it tells and for whom, in one sentence.
        build: Builds the document; reads only the view and the parameters, so that the same data give the same bytes.
        kinds: Which kinds of time it can be about; the first one is taken when the caller says nothing.
        parameters: Options of its own.
        audiences: Whom it can be made for; the first one is taken when the caller says nothing. Empty is everybody.
    """

    name: str
    title: str
    build: Callable[[View, Parameters], Document]
    description: str = ""
    kinds: tuple[PeriodKind, ...] = tuple(PeriodKind)
    parameters: tuple[Option, ...] = ()
    audiences: tuple[str, ...] = ()

    def run(self, view: View, **given: object) -> Document:
        """Build the document for what a caller asks.

        Args:
            view: What the report may see.
            given: See `koschuso.reporting.parameters.parse`.

        Raises:
            WrongUse: A parameter is unknown or not understood.
        """
        asked = parse(
            given,
            title=self.title,
            kinds=self.kinds,
            as_of=view.as_of,
            options=self.parameters,
            audiences=self.audiences,
        )
        document = self.build(view, asked)
        if not isinstance(document, Document):
            raise WrongUse(f"Der Bericht »{self.name}« liefert kein Dokument. Bitte wenden Sie sich an seine Urheber.")
        return document


_NO_POSITIONS = Section(
    title="Noch keine Stellen erfasst",
    blocks=(
        Text(
            paragraphs=(
                (
                    "Im Datenbestand ist noch keine Stelle erfasst. Die Nullen zu Stellen und Fachkräften heißen deshalb "
                    "»nicht erfasst« und nicht »keine«; auch welche Schulen ohne Schulsozialarbeit sind, ist nicht bekannt."
                ),
            )
        ),
    ),
)


def make_document(
    report_name: str,
    view: View,
    parameters: Parameters,
    *,
    title: str,
    sections: Iterable[Section],
    missing: Iterable[Missing] = (),
    notes: Iterable[str] = (),
    suppressed: int = 0,
    suppression_note: str = "",
    period: str = "",
    about_positions: bool = False,
) -> Document:
    """Build a document with everything that each report states: office, period, data as of, audience, what is missing.

    Args:
        report_name: Name of the report.
        view: What the report saw.
        parameters: What it was asked for.
        title: Title.
        sections: Chapters.
        missing: What is not known.
        notes: How the figures were counted.
        suppressed: How many values were suppressed.
        suppression_note: By which rule, or why none was.
        period: Period in words where it differs from that of the parameters.
        about_positions: Whether the figures are about positions: as long as none is recorded, they say nothing.
    """
    if about_positions and not view.records(Position):
        sections = (_NO_POSITIONS, *sections)
    return Document(
        title=title,
        report=report_name,
        office=view.office.name,
        scope=region_name(view),
        period=period or parameters.time.label,
        as_of=view.as_of,
        created=parameters.created,
        audience=parameters.audience,
        audience_label=label(view, "audience", parameters.audience),
        internal=parameters.internal,
        sections=tuple(sections),
        missing=tuple(missing),
        notes=tuple(notes),
        suppressed=suppressed,
        suppression_note=suppression_note,
        renderers=BUILTIN_RENDERERS,
    )
