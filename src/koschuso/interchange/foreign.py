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

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from koschuso.interchange.aspect import Aspect, Quick, same_fields
from koschuso.interchange.contentline import ContentLine, LineParser
from koschuso.interchange.weaving import Weaver, line_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from koschuso.interchange.component import Component
    from koschuso.model import Record

__all__ = ["Aspect", "AspectTable", "Quick", "entry_name", "line_name", "set_foreign", "split_blocks"]

Scope = TypeVar("Scope")

_NO_LINES: Final[tuple[ContentLine, ...]] = ()


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

    __slots__ = ("_absent", "_by_name", "_weaver", "aspects", "parser")

    def __init__(self, aspects: Iterable[Aspect[Scope]]) -> None:
        self.aspects: tuple[Aspect[Scope], ...] = tuple(aspects)
        self._by_name: Mapping[str, Aspect[Scope]] = MappingProxyType(
            {name: aspect for aspect in self.aspects for name in aspect.names}
        )
        self._absent: dict[Aspect[Scope], Mapping[str, Any]] = {}
        self._weaver: Weaver[Scope] | None = None
        self.parser = LineParser()  # keeps the heads that it has seen; a table belongs to one reading or writing

    def __contains__(self, name: object) -> bool:
        """Whether a property of this (upper-case) name is modelled."""
        return name in self._by_name

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that the aspects say something about."""
        return tuple(dict.fromkeys(field for aspect in self.aspects for field in aspect.fields))

    def aspect_of(self, name: str) -> Aspect[Scope] | None:
        """The aspect that a property of this (upper-case) name belongs to."""
        return self._by_name.get(name)

    def may_repeat(self, name: str) -> bool:
        """Whether a property may stand more than once; also true for one that is not modelled."""
        aspect = self._by_name.get(name)
        return aspect is None or name in aspect.several

    def read(self, lines: Iterable[ContentLine], scope: Scope) -> dict[str, Any]:
        """Give the values of all fields."""
        by_name = self._by_name
        found: dict[Aspect[Scope], list[ContentLine]] = {}
        seen: set[str] = set()
        for line in lines:
            name = line[0].name
            aspect = by_name.get(name)
            if aspect is None or (name in seen and name not in aspect.several):
                continue
            seen.add(name)
            found.setdefault(aspect, []).append(line)
        values: dict[str, Any] = {}
        for aspect in self.aspects:
            if not aspect.fields:
                continue
            told = found.get(aspect)
            values.update(self.without(aspect, scope) if told is None else aspect.read(told, scope))
        return values

    def keep(self, record: Record, component: Component, scope: Scope) -> tuple[str, ...]:
        """Give the entries of ``Record.foreign`` for a record that was just made from a component."""
        by_name = self._by_name
        canonical: dict[Aspect[Scope], dict[str, int]] = {}  # how often each line is still to come
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
                    expected = canonical[aspect] = dict(Counter(aspect.write(record, scope)))
                count = expected.pop(text, 0)
                if count:
                    if count > 1:
                        expected[text] = count - 1
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
        weaver = self._weaver
        if weaver is None:
            weaver = self._weaver = Weaver(self.aspects, self._by_name, self.parser, self.without, same_fields)
        return weaver.write(record, foreign, scope)

    def without(self, aspect: Aspect[Scope], scope: Scope) -> Mapping[str, Any]:
        """What the absence of all lines of an aspect says; it never depends on the file."""
        told = self._absent.get(aspect)
        if told is None:
            told = self._absent[aspect] = aspect.read(_NO_LINES, scope)
        return told


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
