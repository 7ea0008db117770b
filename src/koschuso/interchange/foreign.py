r"""Keeps what a file said that koschuso does not model, so that reading and writing loses nothing.

Shared by calendars and address books. What a record holds in its fields and what stands in the lines of a file are tied
together by *aspects*: an `Aspect` is a few fields and the few properties that say them (``span`` and DTSTART, DTEND,
DURATION; ``emails`` and every EMAIL). An `AspectTable` has all aspects of one kind of record.

**What stands in** ``Record.foreign``. One entry for each logical line of the component, in the order of the file and
without its BEGIN and END; and nothing at all if every line is one that koschuso itself would write:

================== ====================================================================================================
entry              meaning
================== ====================================================================================================
``NAME``           no colon: a placeholder. Here stands the next line of that name that koschuso writes for the record.
``NAME…:value``    a line, verbatim: of a property that no aspect knows, or written in another way than koschuso's.
``BEGIN:…``        begins a component inside (VALARM …), kept verbatim up to its END.
*empty*            nothing: the only entry of a component without any lines, or a mark between entries.
``:anything``      begins with a colon: what follows is written back as it is and never interpreted: lines that could
                   not be understood, and further lines of a property that may stand only once.
================== ====================================================================================================

**Reading**: ``fields = table.read(lines, scope)``; make the record; then ``set_foreign(record, table.keep(record,
component, scope))``. **Writing**: ``table.write(record, record.foreign, scope)`` gives the lines without BEGIN and END:

* an aspect whose kept lines still say what the record says is written exactly as it was kept;
* otherwise only the lines that say something else are written anew, at their place; the others stay verbatim;
* an aspect that is not mentioned is added when its absence would not say what the record says.

So an unchanged record gives back all its lines, and an edited field changes only its own. For this an aspect must give
for each value the same lines again and read from them the same value again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import attrs

from koschuso.interchange.contentline import ContentLine, LineParser

if TYPE_CHECKING:
    from koschuso.interchange.component import Component
    from koschuso.model import Record

__all__ = ["Aspect", "AspectTable", "entry_name", "line_name", "set_foreign", "split_blocks"]

Scope = TypeVar("Scope")

_NO_LINES: Final[tuple[ContentLine, ...]] = ()


def _same_fields(aspect: Aspect[Any], told: Mapping[str, Any], record: Any) -> bool:
    for field in aspect.fields:  # noqa: SIM110 - called for every aspect of every record: a generator takes twice as long
        if told[field] != getattr(record, field):
            return False
    return True


@attrs.frozen(kw_only=True, eq=False)
class Aspect(Generic[Scope]):
    """A few fields of a record and the few properties that say them.

    Attributes:
        fields: Names of the fields.
        names: Names of the properties, upper case.
        read: Gives the values of all the fields from the lines of these properties, in the order of the file. Without
            lines it gives what their absence means. What cannot be understood counts as absent.
        write: Gives the lines for anything that has the fields as attributes: canonical, unfolded, none where absence
            says the same (unless the standard wants a line).
        several: Properties that may stand more than once; of the others only the first line is read.
        same: Whether what was read is what the record says; by comparing the fields when not given.
    """

    fields: tuple[str, ...]
    names: tuple[str, ...]
    read: Callable[[Sequence[ContentLine], Scope], Mapping[str, Any]]
    write: Callable[[Any, Scope], Sequence[str]]
    several: frozenset[str] = frozenset()
    same: Callable[[Aspect[Any], Mapping[str, Any], Any], bool] = _same_fields


class AspectTable(Generic[Scope]):
    """All aspects of one kind of record, in the order in which koschuso writes them.

    >>> from koschuso.model import Goal
    >>> title = Aspect(
    ...     fields=("title",), names=("SUMMARY",),
    ...     read=lambda lines, scope: {"title": lines[0].value if lines else ""},
    ...     write=lambda record, scope: [f"SUMMARY:{record.title}"])
    >>> table = AspectTable([title])
    >>> goal = Goal(id="1", title="neu", foreign=("X-A:1", "SUMMARY;LANGUAGE=de:alt", "X-B:2"))
    >>> table.write(goal, goal.foreign, None)
    ['X-A:1', 'SUMMARY:neu', 'X-B:2']
    """

    __slots__ = ("_absent", "_by_name", "aspects", "parser")

    def __init__(self, aspects: Iterable[Aspect[Scope]]) -> None:
        self.aspects: tuple[Aspect[Scope], ...] = tuple(aspects)
        self._by_name: Mapping[str, Aspect[Scope]] = MappingProxyType(
            {name: aspect for aspect in self.aspects for name in aspect.names}
        )
        self._absent: dict[Aspect[Scope], Mapping[str, Any]] = {}
        self.parser = LineParser()  # keeps the heads that it has seen; a table belongs to one reading or writing

    def __contains__(self, name: object) -> bool:
        """Whether a property of this (upper-case) name is modelled."""
        return name in self._by_name

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that the aspects say something about."""
        return tuple(dict.fromkeys(field for aspect in self.aspects for field in aspect.fields))

    def may_repeat(self, name: str) -> bool:
        """Whether a property may stand more than once; also true for one that is not modelled."""
        aspect = self._by_name.get(name)
        return aspect is None or name in aspect.several

    def read(self, lines: Iterable[ContentLine], scope: Scope) -> dict[str, Any]:
        """Give the values of all fields."""
        by_name = self._by_name
        found: dict[Aspect[Scope], list[ContentLine]] = {}
        for line in lines:
            aspect = by_name.get(line[0].name)
            if aspect is None:
                continue
            before = found.get(aspect)
            if before is None:
                found[aspect] = [line]
            elif line[0].name in aspect.several or all(other[0].name != line[0].name for other in before):
                before.append(line)
        values: dict[str, Any] = {}
        for aspect in self.aspects:
            if not aspect.fields:
                continue
            told = found.get(aspect)
            values.update(self._without(aspect, scope) if told is None else aspect.read(told, scope))
        return values

    def keep(self, record: Record, component: Component, scope: Scope) -> tuple[str, ...]:
        """Give the entries of ``Record.foreign`` for a record that was just made from a component."""
        by_name = self._by_name
        canonical: dict[Aspect[Scope], list[str]] = {}
        seen: set[str] = set()
        entries: list[str] = []
        foreign = bool(component.children)
        children = iter(component.children)
        child = next(children, None)
        for index, line in enumerate(component.lines):
            while child is not None and child.position <= index:
                entries += child.texts()
                child = next(children, None)
            head = line[0]
            name = head.name
            aspect = by_name.get(name)
            text = f"{head.text}:{line[1]}" if name else f":{line[1]}"
            if aspect is None:
                foreign = True
            elif name in seen and name not in aspect.several:
                text = f":{text}"
                foreign = True
            else:
                seen.add(name)
                expected = canonical.get(aspect)
                if expected is None:
                    expected = canonical[aspect] = list(aspect.write(record, scope))
                if text in expected:
                    expected.remove(text)
                    text = name
                else:
                    foreign = True
            entries.append(text)
        while child is not None:
            entries += child.texts()
            child = next(children, None)
        if foreign or any(canonical.values()) or self._lacks(record, canonical, scope):
            return tuple(entries) or ("",)  # an empty entry: nothing at all stood there
        return ()

    def _lacks(self, record: Record, mentioned: Mapping[Aspect[Scope], object], scope: Scope) -> bool:
        """Whether koschuso would write more lines than the component had."""
        return any(aspect not in mentioned and aspect.write(record, scope) for aspect in self.aspects)

    def write(self, record: Any, foreign: Sequence[str], scope: Scope) -> list[str]:
        """Give the lines of a record, without BEGIN and END.

        Args:
            record: The record.
            foreign: Its kept entries, or those of them that are to be written.
            scope: Whatever the aspects need to know.
        """
        if not foreign:
            return [line for aspect in self.aspects for line in aspect.write(record, scope)]
        return _Weaving(self, record, foreign, scope).lines()

    def _without(self, aspect: Aspect[Scope], scope: Scope) -> Mapping[str, Any]:
        """What the absence of all lines of an aspect says; it never depends on the file."""
        told = self._absent.get(aspect)
        if told is None:
            told = self._absent[aspect] = aspect.read(_NO_LINES, scope)
        return told


class _Weaving(Generic[Scope]):
    """The writing of one record that has kept entries."""

    def __init__(self, table: AspectTable[Scope], record: Any, foreign: Sequence[str], scope: Scope) -> None:
        self.table = table
        self.record = record
        self.scope = scope
        self.parser = table.parser
        self.slots: list[list[str]] = []  # what is written in the place of each entry
        self.first_block = -1
        self.mentions: dict[Aspect[Scope], list[tuple[int, str, ContentLine | None]]] = {}
        self._place(foreign)

    def _place(self, foreign: Sequence[str]) -> None:
        depth = 0
        by_name = self.table._by_name  # noqa: SLF001 - the two classes are one
        for index, entry in enumerate(foreign):
            name, colon, value = entry.partition(":")
            begins = name.upper() == "BEGIN" and bool(colon)
            if begins and not depth and self.first_block < 0:
                self.first_block = index
            if depth or begins:
                depth += 1 if begins else -1 if name.upper() == "END" else 0
                self.slots.append([entry])
                continue
            if not name:
                self.slots.append([value] if colon else [])
                continue
            line = self.parser.line(entry) if colon else None
            aspect = by_name.get(line.name if line else name)
            if aspect is None:
                self.slots.append([entry] if colon else [])
                continue
            self.slots.append([])
            self.mentions.setdefault(aspect, []).append((index, line.name if line else name, line))

    def lines(self) -> list[str]:
        added: list[str] = []
        for aspect in self.table.aspects:
            mentions = self.mentions.get(aspect)
            if mentions is not None:
                self._write_mentioned(aspect, mentions)
            elif not aspect.same(aspect, self.table._without(aspect, self.scope), self.record):  # noqa: SLF001 - as above
                added += aspect.write(self.record, self.scope)
        # properties stand before the components inside (RFC 5545, 3.6.1)
        until = self.first_block if self.first_block >= 0 else len(self.slots)
        written = [line for slot in self.slots[:until] for line in slot]
        written += added
        written += [line for slot in self.slots[until:] for line in slot]
        return written

    def _write_mentioned(self, aspect: Aspect[Scope], mentions: list[tuple[int, str, ContentLine | None]]) -> None:
        canonical = list(aspect.write(self.record, self.scope))
        verbatim = any(line is not None for _, _, line in mentions)
        kept: list[tuple[int, str]] = []
        for index, name, line in mentions:
            if line is not None:
                kept.append((index, line.text))
                continue
            expected = _take(canonical, name)
            if expected is not None:
                kept.append((index, expected))
        if (not verbatim and not canonical) or self._says_the_same(aspect, [text for _, text in kept]):
            for index, text in kept:
                self.slots[index] = [text]
            return
        self._write_anew(aspect, mentions, strict=False)
        written = [text for index, _, _ in mentions for text in self.slots[index]]
        if aspect.fields and not self._says_the_same(aspect, written):
            # what is left of the old lines contradicts the new ones
            self._write_anew(aspect, mentions, strict=True)

    def _says_the_same(self, aspect: Aspect[Scope], texts: list[str]) -> bool:
        told = aspect.read([self.parser.line(text) for text in texts], self.scope)
        return aspect.same(aspect, told, self.record)

    def _write_anew(
        self, aspect: Aspect[Scope], mentions: list[tuple[int, str, ContentLine | None]], *, strict: bool
    ) -> None:
        """Write the lines that say something else than the record, and keep the others.

        Args:
            aspect: The aspect.
            mentions: Place, name and line of its entries.
            strict: Keep only lines that may stand any number of times and say nothing about the fields.
        """
        canonical = list(aspect.write(self.record, self.scope))
        free: list[tuple[int, str]] = []
        for index, name, line in mentions:
            self.slots[index] = []
            if line is None:
                free.append((index, name))
                continue
            alone = aspect.write(SimpleNamespace(**aspect.read([line], self.scope)), self.scope)
            if alone and not strict and all(text in canonical for text in alone):
                for text in alone:
                    canonical.remove(text)
                self.slots[index] = [line.text]
            elif not alone and (name in aspect.several or not (strict or _has(canonical, name))):
                self.slots[index] = [line.text]  # it says nothing about the fields
            else:
                free.append((index, name))
        for index, name in free:
            expected = _take(canonical, name)
            if expected is not None:
                self.slots[index] = [expected]
        last = (free or [(mentions[-1][0], "")])[-1][0]
        self.slots[last] = [*self.slots[last], *canonical]


def _has(canonical: list[str], name: str) -> bool:
    return any(line_name(text) == name for text in canonical)


def _take(canonical: list[str], name: str) -> str | None:
    """Take the next line of a property out of the list."""
    for index, text in enumerate(canonical):
        if line_name(text) == name:
            return canonical.pop(index)
    return None


def line_name(text: str) -> str:
    """Name of the property of a line that koschuso wrote itself, in upper case.

    >>> line_name("item1.TEL;TYPE=work:1"), line_name("FN:Eva")
    ('TEL', 'FN')
    """
    name = text.partition(":")[0].partition(";")[0]
    return name.rpartition(".")[2].upper()


def entry_name(entry: str) -> str:
    """Name of the property that an entry of ``Record.foreign`` is about, in upper case.

    >>> [entry_name(entry) for entry in ("SUMMARY", "item1.BDAY;VALUE=date:1980", ":BDAY:1980", "BEGIN:VALARM")]
    ['SUMMARY', 'BDAY', 'BDAY', 'BEGIN']
    """
    return line_name(entry.removeprefix(":"))


def set_foreign(record: Record, entries: tuple[str, ...]) -> None:
    """Put the kept entries into a record that was made a moment ago and that nobody else has seen yet.

    The entries can only be found once the record exists; making it a second time would validate it a second time.
    """
    if entries:
        object.__setattr__(record, "foreign", entries)


def split_blocks(
    foreign: Sequence[str], name: str, *, leading: bool = False
) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """Part the components of one name at the outermost level from the other entries.

    Args:
        foreign: Kept entries, or the lines of a header.
        name: Name of the components.
        leading: Only those before all other entries (an empty entry is one).

    >>> split_blocks(("BEGIN:VTIMEZONE", "TZID:X", "END:VTIMEZONE", "SUMMARY"), "VTIMEZONE")
    ([('BEGIN:VTIMEZONE', 'TZID:X', 'END:VTIMEZONE')], ('SUMMARY',))
    """
    begin = f"BEGIN:{name}"
    if begin not in foreign:
        return [], tuple(foreign)
    blocks: list[tuple[str, ...]] = []
    rest: list[str] = []
    block: list[str] = []
    depth = 0
    for entry in foreign:
        if depth == 0 and (entry != begin or (leading and rest)):
            rest.append(entry)
            continue
        block.append(entry)
        if entry.startswith("BEGIN:"):
            depth += 1
        elif entry.startswith("END:"):
            depth -= 1
        if depth == 0:
            blocks.append(tuple(block))
            block = []
    rest += block  # a damaged block stays what it is
    return blocks, tuple(rest)
