"""A report: what builds a document from a view of an office."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import WrongUse
from koschuso.model.position import Position
from koschuso.model.record import Record
from koschuso.reporting.document import Document, Missing, Section, Slot, Text
from koschuso.reporting.parameters import COMMON, Option, Parameters, PeriodKind, parse
from koschuso.reporting.presence import require_dated, require_presence
from koschuso.reporting.protection import INTERNAL_NOTE, protect
from koschuso.reporting.rendering import BUILTIN_RENDERERS, Renderer
from koschuso.reporting.texts import fill_slots
from koschuso.reporting.view import OfficeInfo, RecordsView, View, label, region_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.reporting.guarded import Total

__all__ = [
    "RESERVED",
    "OfficeInfo",
    "Option",
    "Parameters",
    "RecordsView",
    "Renderer",
    "Report",
    "View",
    "make_document",
]

RESERVED: Final = ("buero", "help", "json", "list", "name", "output", "texte")
"""What ``koschuso report`` itself is asked for: an option of a report cannot be called so."""


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
        slots: The texts that the office writes for it; the report puts each of them where it belongs.
        about: Kinds of dated records that it is about, such as `Event`: a time in which none of them lies is refused
            where an office asks for the report. Empty takes every time.
    """

    name: str
    title: str
    build: Callable[[View, Parameters], Document]
    description: str = ""
    kinds: tuple[PeriodKind, ...] = tuple(PeriodKind)
    parameters: tuple[Option, ...] = ()
    audiences: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    about: tuple[type[Record], ...] = ()

    def __attrs_post_init__(self) -> None:
        taken = {name.replace("_", "-"): name for name in (*COMMON, *RESERVED)}
        for option in self.parameters:
            name = option.flag.removeprefix("--")
            if name in taken:
                raise WrongUse(
                    f"Der Bericht »{self.name}« kann keine Angabe »{option.name}« haben: »{taken[name]}« heißt schon etwas "
                    "anderes."
                )
            taken[name] = option.name
        require_dated(self.name, self.about)

    def run(self, view: View, **given: object) -> Document:
        """Build the document for what a caller asks.

        Args:
            view: What the report may see.
            given: See `koschuso.reporting.parameters.parse`.

        Raises:
            WrongUse: A parameter is missing, unknown or not understood.
        """
        parameters = self.asked(view, **given)
        for option in self.parameters:
            if option.required and not parameters.options[option.name]:
                raise WrongUse(
                    f"Der Bericht »{self.title}« braucht die Angabe »{option.name}«: {option.title}.",
                    parameter=option.name,
                )
        document = self.build(view, parameters)
        if not isinstance(document, Document):
            raise WrongUse(f"Der Bericht »{self.name}« liefert kein Dokument. Bitte wenden Sie sich an seine Urheber.")
        return document

    def asked(self, view: View, **given: object) -> Parameters:
        """Read what a caller asks for, as `run` does.

        Raises:
            WrongUse: A parameter is unknown or not understood.
        """
        return parse(
            given,
            title=self.title,
            kinds=self.kinds,
            as_of=view.as_of,
            options=self.parameters,
            audiences=self.audiences,
        )

    def require_presence(self, view: View, **given: object) -> None:
        """Refuse a time of which nothing is recorded that the report is about.

        Args:
            view: What the report may see.
            given: As for `run`.

        Raises:
            Refused: There is nothing.
            WrongUse: A parameter is unknown or not understood.
        """
        require_presence(view, self.asked(view, **given).time, self.about)


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
    totals: Iterable[Total] = (),
    suppression_note: str = "",
    period: str = "",
    about_positions: bool = False,
) -> Document:
    """Build a document with everything that each report states: office, period, data as of, audience, what is missing.

    Slots are filled with the words of the office, and of the numbers about people it is decided what may be shown.

    Args:
        report_name: Name of the report.
        view: What the report saw.
        parameters: What it was asked for.
        title: Title.
        sections: Chapters.
        missing: What is not known.
        notes: How the figures were counted.
        totals: What everybody can work out of numbers about people beyond the sums of tables.
        suppression_note: Why nothing is suppressed, for a report without numbers about people's behaviour.
        period: Period in words where it differs from that of the parameters.
        about_positions: Whether the figures are about positions: as long as none is recorded, they say nothing.

    Raises:
        WrongUse: A number about people contradicts another one.
        Refused: A text of the office cannot be used.
        Unavailable: Something has to be suppressed and the solver is not installed, or a text cannot be read.
    """
    if about_positions and not view.records(Position):
        sections = (_NO_POSITIONS, *sections)
    internal = parameters.internal
    filled, unwritten = fill_slots(sections, view, report_name, parameters.time, internal=internal)
    protected = protect(filled, threshold=parameters.threshold, internal=internal, missing=missing, totals=totals)
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
        internal=internal,
        sections=protected.sections,
        missing=(*protected.missing, *_unwritten(unwritten)),
        notes=(*notes, *protected.notes),
        suppressed=protected.hidden,
        suppression_note=protected.note or (INTERNAL_NOTE if internal and suppression_note else suppression_note),
        renderers=BUILTIN_RENDERERS,
    )


def _unwritten(titles: tuple[str, ...]) -> tuple[Missing, ...]:
    if not titles:
        return ()
    names = ", ".join(f"»{title}«" for title in titles)
    what = "Text" if len(titles) == 1 else "Texte"
    return (Missing(what=f"{what} der Koordinierungsstelle: {names}", count=len(titles)),)
