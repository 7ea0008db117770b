"""The document itself: sections of blocks, and what holds for the whole report."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import attrs

from koschuso.errors import WrongUse
from koschuso.files import write_atomically
from koschuso.reporting.document.blocks import Block, values_in
from koschuso.reporting.document.prose import Slot
from koschuso.reporting.document.tables import Table
from koschuso.reporting.document.values import as_number
from koschuso.reporting.guarded import Count, Difference, Mean, Sentence, Share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from os import PathLike

__all__ = ["Document", "Missing", "Renders", "Section"]


def _blocks(blocks: Iterable[Block | Slot]) -> tuple[Block, ...]:
    return cast("tuple[Block, ...]", tuple(blocks))


@attrs.frozen(kw_only=True)
class Section:
    """A chapter: a heading, blocks and chapters below it.

    Attributes:
        title: Heading.
        blocks: What stands in it.
        sections: Chapters below it.
        page: Whether it begins on a new page where there are pages, such as the certificate of each person.
    """

    title: str
    blocks: tuple[Block, ...] = attrs.field(default=(), converter=_blocks)
    sections: tuple[Section, ...] = ()
    page: bool = False


@attrs.frozen(kw_only=True)
class Missing:
    """How often a value that belongs into the report is not known.

    Where that itself is a number about people's behaviour it is handed over as a `Count`.
    """

    what: str
    count: int = attrs.field(converter=as_number)


def _those_missing(values: Iterable[Missing]) -> tuple[Missing, ...]:
    return tuple(value for value in values if value.count != 0)


class Renders(Protocol):
    """What turns a document into bytes; `koschuso.reporting.Renderer` is the implementation."""

    @property
    def suffix(self) -> str:
        """Suffix of the files with its dot, in lower case."""

    @property
    def render(self) -> Callable[[Document], bytes]:
        """Gives the same bytes for the same document."""


_UNDECIDED = (Count, Share, Mean, Difference, Sentence)


@attrs.frozen(kw_only=True)
class Document:
    """A finished report, ready to be rendered.

    Attributes:
        title: Title.
        report: Name of the report that built it, for example ``"koschuso:stellenuebersicht"``.
        office: Name of the coordination office.
        scope: What is covered, in a few words: the region, the Träger.
        period: Period or Stichtag in words.
        as_of: Moment up to which the data were recorded; passed in, never taken from the clock.
        created: Day on which the report was made, where the caller states it.
        audience: Key of the catalogue ``audience``.
        audience_label: The audience in words.
        internal: Whether the report is unsuppressed and only for the office itself; marked INTERN.
        sections: The chapters.
        missing: What is not known, and how often; entries with a count of 0 are left out.
        suppressed: How many values were suppressed.
        suppression_note: The rule that they were suppressed by, or why nothing was.
        notes: How the figures were counted, and where they come from.
        renderers: What `render` and `save` can write; a report that an office builds has all that are enabled.
    """

    title: str
    office: str
    period: str
    as_of: datetime
    report: str = ""
    scope: str = ""
    created: date | None = None
    audience: str = ""
    audience_label: str = ""
    internal: bool = False
    sections: tuple[Section, ...] = ()
    missing: tuple[Missing, ...] = attrs.field(default=(), converter=_those_missing)
    suppressed: int = 0
    suppression_note: str = ""
    notes: tuple[str, ...] = ()
    renderers: tuple[Renders, ...] = attrs.field(default=(), eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for block in self.blocks():
            if isinstance(block, Slot) or any(isinstance(value, _UNDECIDED) for value in values_in(block)):
                raise WrongUse(
                    f"Der Bericht »{self.title}« enthält Angaben, über deren Schutz noch nicht entschieden ist. "
                    "Berichte bauen ihr Dokument mit make_document."
                )
        if any(isinstance(gap.count, _UNDECIDED) for gap in self.missing):
            raise WrongUse(f"Der Bericht »{self.title}« nennt ungeschützt, wie viele Angaben fehlen.")

    def blocks(self) -> Iterator[Block]:
        """Yield every block of every chapter, in the order of reading."""
        waiting: list[Section] = list(reversed(self.sections))
        while waiting:
            section = waiting.pop()
            yield from section.blocks
            waiting.extend(reversed(section.sections))

    def tables(self) -> tuple[Table, ...]:
        """Give the tables in the order of reading, without those behind charts."""
        return tuple(block for block in self.blocks() if isinstance(block, Table))

    def table(self, key: str) -> Table:
        """Give the table with a key.

        Raises:
            WrongUse: The document has no such table.
        """
        for table in self.tables():
            if table.key == key:
                return table
        keys = ", ".join(table.key for table in self.tables())
        raise WrongUse(f"Der Bericht »{self.title}« hat keine Tabelle »{key}«. Vorhanden sind: {keys}.")

    def render(self, suffix: str) -> bytes:
        """Render with the renderer for a suffix such as ``".html"``.

        Raises:
            WrongUse: There is no renderer for the suffix.
        """
        return self._rendered(suffix, ())

    def save(self, path: str | PathLike[str], *, renderers: Sequence[Renders] = ()) -> Path:
        """Render and write a file; the suffix decides how. The file is there whole or not at all.

        Args:
            path: Target, for example ``stellen.html``. A file that is there is replaced.
            renderers: Renderers beyond those of the document.

        Returns:
            The path that was written.

        Raises:
            WrongUse: There is no renderer for the suffix.
            Unavailable: The target cannot be written.
        """
        target = Path(path)
        write_atomically(target, self._rendered(target.suffix, renderers))
        return target

    def _rendered(self, suffix: str, more: Sequence[Renders]) -> bytes:
        known = (*self.renderers, *more)
        wanted = suffix.lower()
        for renderer in known:
            if renderer.suffix == wanted:
                return renderer.render(self)
        suffixes = ", ".join(dict.fromkeys(renderer.suffix for renderer in known)) or "keine"
        raise WrongUse(
            f"Für die Endung »{suffix}« gibt es keine Ausgabe. Möglich sind: {suffixes}.", suffix=suffix, known=suffixes
        )
