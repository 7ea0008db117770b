"""Weaves what a record says into the lines that were kept for it: the writing half of `koschuso.interchange.foreign`.

What has to be done for a record depends on its fields and on the *shape* of its kept entries: which of them belong to
which aspect, which are placeholders, where the components inside begin. Records of one program have few shapes, so a
`Weaver` finds a shape out once and remembers the plan; what is left for each record is to ask the aspects.
"""

from __future__ import annotations

from operator import attrgetter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from koschuso.interchange.aspect import Aspect
    from koschuso.interchange.contentline import LineParser

__all__ = ["Weaver", "always_same", "line_name"]

Scope = TypeVar("Scope")

_MOST_TOKENS: Final = 4096
_MOST_PLANS: Final = 1024
_LONGEST_SHAPE: Final = 512  # entries; a longer one will hardly come again

# What an entry is, beside a placeholder or a line of an aspect.
_VERBATIM: Final = 0
_NOTHING: Final = 1
_UNINTERPRETED: Final = 2
_BEGIN: Final = 3
_END: Final = 4
_END_PLACEHOLDER: Final = 5
_FIRST_OF_ASPECTS: Final = 6

# How an aspect stands in the kept entries.
_ONE_PLACEHOLDER: Final = 0
_ONE_LINE: Final = 1
_PLACEHOLDERS: Final = 2
_MIXED: Final = 3
_LINES_THAT_STAY: Final = 4


def always_same(_aspect: Aspect[Any], _told: Mapping[str, Any], _record: Any) -> bool:
    """Compare nothing, for lines that say nothing of their own: what is there stays, what is missing is not missed."""
    return True


class _Mention(NamedTuple):
    """An entry of an aspect: where it stands, the name of the property, and whether it is a line or a placeholder."""

    place: int
    name: str
    is_line: bool
    starts: tuple[str, str]


class _Step(NamedTuple):
    """What is to be done for an aspect that is mentioned."""

    way: int
    aspect: Aspect[Any]
    place: int
    starts: tuple[str, str]
    mentions: tuple[_Mention, ...]


class _Plan(NamedTuple):
    """What is to be done for every record whose entries have one shape.

    Attributes:
        uninterpreted: Entries that are written without the colon that they begin with.
        nothing: Entries that write nothing.
        until: Where lines are added: before the first component inside.
        steps: The aspects that are mentioned, in the order of the table.
        others: The aspects that are not mentioned, in the order of the table.
        told: Gives the fields of those of them that are compared field by field, and what their absence says.
        special: Those of them that compare in their own way.
    """

    uninterpreted: tuple[int, ...]
    nothing: tuple[int, ...]
    until: int
    steps: tuple[_Step, ...]
    others: tuple[Aspect[Any], ...]
    told: tuple[Callable[[Any], Any], Any] | None
    special: tuple[Aspect[Any], ...]


class Weaver(Generic[Scope]):
    """Writes the records of one table that have kept entries.

    Args:
        aspects: All aspects, in the order in which koschuso writes them.
        by_name: The same by upper-case name of a property.
        parser: Parses kept lines.
        absent: Gives what the absence of all lines of an aspect says.
        usual: The comparison of aspects that have none of their own.
    """

    __slots__ = ("_absent", "_aspects", "_by_name", "_numbers", "_parser", "_plans", "_tokens", "_usual")

    def __init__(
        self,
        aspects: Sequence[Aspect[Scope]],
        by_name: Mapping[str, Aspect[Scope]],
        parser: LineParser,
        absent: Callable[[Aspect[Scope], Scope], Mapping[str, Any]],
        usual: Callable[[Aspect[Any], Mapping[str, Any], Any], bool],
    ) -> None:
        self._aspects = aspects
        self._by_name = by_name
        self._parser = parser
        self._absent = absent
        self._usual = usual
        # Every pair of a name and its being a line has a number: the token of such an entry.
        names = list(by_name)
        self._numbers = {name: _FIRST_OF_ASPECTS + 2 * index for index, name in enumerate(names)}
        self._tokens: dict[str, int] = {}
        self._plans: dict[tuple[int | None, ...], _Plan] = {}

    def write(self, record: Any, foreign: Sequence[str], scope: Scope) -> list[str]:
        """Give the lines of a record, without BEGIN and END; see `koschuso.interchange.foreign.AspectTable.write`."""
        known = self._tokens.get
        # the key of a line is its head with the colon; that of an entry without a colon is the entry
        shape = tuple([known(entry[: entry.find(":") + 1] or entry) for entry in foreign])
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._new_plan(foreign, scope)
        written = list(foreign)
        for index in plan.uninterpreted:
            written[index] = foreign[index][1:]
        slots: dict[int, list[str]] = {}
        for step in plan.steps:
            if not self._put_simply(step, record, scope, written):
                self._write_mentioned(step, record, foreign, scope, slots)
        added = self._added(plan, record, scope)
        if slots or plan.nothing:
            slots.update((index, []) for index in plan.nothing)
            return _in_order(written, slots, plan.until, added)
        if added:
            written[plan.until : plan.until] = added
        return written

    def _put_simply(self, step: _Step, record: Any, scope: Scope, written: list[str]) -> bool:
        """Write an aspect where its kept entries simply say what the record says; whether that was so."""
        way, aspect, index, starts, mentions = step
        if way == _ONE_LINE:
            return self._line_stays(aspect, written[index], record, scope)
        if way == _MIXED:
            return False
        lines = aspect.write(record, scope)
        if way == _PLACEHOLDERS:
            return len(lines) == len(mentions) and _put(lines, mentions, written)
        for text in lines:
            if text.startswith(starts):
                if len(lines) > 1 and not self._line_stays(aspect, text, record, scope):
                    return False
                written[index] = text
                return True
        return False

    def _line_stays(self, aspect: Aspect[Scope], text: str, record: Any, scope: Scope) -> bool:
        """Whether one line says what the record says."""
        line = self._parser.line(text)
        if aspect.stays is not None and aspect.stays(line, record):
            return True
        return aspect.same(aspect, aspect.read([line], scope), record)

    def _added(self, plan: _Plan, record: Any, scope: Scope) -> list[str]:
        """The lines of aspects that are not mentioned and whose absence says something else than the record."""
        same = plan.told is None or plan.told[0](record) == plan.told[1]
        if same:
            for aspect in plan.special:
                if not aspect.same(aspect, self._absent(aspect, scope), record):
                    break
            else:
                return []
        return [
            line
            for aspect in plan.others
            if not aspect.same(aspect, self._absent(aspect, scope), record)
            for line in aspect.write(record, scope)
        ]

    # -- shapes --------------------------------------------------------------------------------------------------------

    def _new_plan(self, foreign: Sequence[str], scope: Scope) -> _Plan:
        shape = tuple([self._token(entry) for entry in foreign])
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plan(shape, scope)
            if len(shape) <= _LONGEST_SHAPE:
                if len(self._plans) >= _MOST_PLANS:
                    self._plans.clear()
                self._plans[shape] = plan
        return plan

    def _token(self, entry: str) -> int:
        head, colon, _ = entry.partition(":")
        key = head + colon
        token = self._tokens.get(key)
        if token is not None:
            return token
        if not head:
            token = _UNINTERPRETED if colon else _NOTHING
        elif head.upper() == "BEGIN" and colon:
            token = _BEGIN
        elif head.upper() == "END":
            token = _END if colon else _END_PLACEHOLDER
        elif not colon:
            token = self._numbers.get(head, _NOTHING)
        else:
            number = self._numbers.get(self._parser.line(entry).name)
            token = _VERBATIM if number is None else number + 1
            if head.count('"') % 2 or len(entry) > self._parser.limits.line_length:
                return token  # a colon in quotes, or too long to be understood: only the whole line tells
        if len(self._tokens) >= _MOST_TOKENS:
            self._tokens.clear()
        self._tokens[key] = token
        return token

    def _plan(self, shape: Sequence[int], scope: Scope) -> _Plan:
        names = list(self._by_name)
        depth = 0
        first_block = -1
        uninterpreted: list[int] = []
        nothing: list[int] = []
        mentions: dict[Aspect[Scope], list[_Mention]] = {}
        for index, token in enumerate(shape):
            if depth or token == _BEGIN:
                if first_block < 0:
                    first_block = index
                depth += 1 if token == _BEGIN else -1 if token in {_END, _END_PLACEHOLDER} else 0
            elif token == _UNINTERPRETED:
                uninterpreted.append(index)
            elif token in {_NOTHING, _END_PLACEHOLDER}:
                nothing.append(index)
            elif token >= _FIRST_OF_ASPECTS:
                name, is_line = names[(token - _FIRST_OF_ASPECTS) // 2], bool(token % 2)
                mentions.setdefault(self._by_name[name], []).append(
                    _Mention(index, name, is_line, (f"{name}:", f"{name};"))
                )
        steps = [_step(aspect, tuple(mentions[aspect])) for aspect in self._aspects if aspect in mentions]
        steps = [step for step in steps if step.way != _LINES_THAT_STAY]
        others = tuple(aspect for aspect in self._aspects if aspect not in mentions)
        usual = [aspect for aspect in others if aspect.same is self._usual and aspect.fields]
        absent = {field: self._absent(aspect, scope)[field] for aspect in usual for field in aspect.fields}
        values = tuple(absent.values())
        return _Plan(
            uninterpreted=tuple(uninterpreted),
            nothing=tuple(nothing),
            until=first_block if first_block >= 0 else len(shape),
            steps=tuple(steps),
            others=others,
            told=(attrgetter(*absent), values if len(values) > 1 else values[0]) if absent else None,
            special=tuple(aspect for aspect in others if aspect.same not in {self._usual, always_same}),
        )

    # -- an aspect whose entries do not simply say what the record says --------------------------------------------------

    def _write_mentioned(
        self, step: _Step, record: Any, foreign: Sequence[str], scope: Scope, slots: dict[int, list[str]]
    ) -> None:
        aspect, mentions = step.aspect, step.mentions
        verbatim = step.way in {_ONE_LINE, _MIXED}
        if step.way != _ONE_LINE:
            canonical = list(aspect.write(record, scope)) if any(not mention.is_line for mention in mentions) else []
            kept: dict[int, str] = {}
            for index, name, is_line, _ in mentions:
                text = foreign[index] if is_line else _take(canonical, name)
                if text is not None:
                    kept[index] = text
            if (not verbatim and not canonical) or self._says_the_same(aspect, list(kept.values()), record, scope):
                for index, _, _, _ in mentions:
                    slots[index] = [kept[index]] if index in kept else []
                return
        self._write_anew(step, record, foreign, scope, slots, strict=False)
        written = [text for index, _, _, _ in mentions for text in slots[index]]
        if aspect.fields and not self._says_the_same(aspect, written, record, scope):
            # what is left of the old lines contradicts the new ones
            self._write_anew(step, record, foreign, scope, slots, strict=True)

    def _says_the_same(self, aspect: Aspect[Scope], texts: list[str], record: Any, scope: Scope) -> bool:
        return aspect.same(aspect, aspect.read([self._parser.line(text) for text in texts], scope), record)

    def _write_anew(
        self,
        step: _Step,
        record: Any,
        foreign: Sequence[str],
        scope: Scope,
        slots: dict[int, list[str]],
        *,
        strict: bool,
    ) -> None:
        """Write the lines that say something else than the record, and keep the others.

        Args:
            step: The aspect and its entries.
            record: The record.
            foreign: All entries.
            scope: Whatever the aspects need to know.
            slots: What is written in the place of each entry; those of the aspect are set.
            strict: Keep only lines that may stand any number of times and say nothing about the fields.
        """
        aspect, mentions = step.aspect, step.mentions
        canonical = list(aspect.write(record, scope))
        free: list[tuple[int, str]] = []
        for index, name, is_line, _ in mentions:
            slots[index] = []
            if not is_line:
                free.append((index, name))
                continue
            line = self._parser.line(foreign[index])
            alone = aspect.write(SimpleNamespace(**aspect.read([line], scope)), scope)
            if alone and not strict and all(text in canonical for text in alone):
                for text in alone:
                    canonical.remove(text)
                slots[index] = [line.text]
            elif not alone and (name in aspect.several or not (strict or _has(canonical, name))):
                slots[index] = [line.text]  # it says nothing about the fields
            else:
                free.append((index, name))
        for index, name in free:
            expected = _take(canonical, name)
            if expected is not None:
                slots[index] = [expected]
        last = (free or [(mentions[-1].place, "")])[-1][0]
        slots[last] = [*slots[last], *canonical]


def _step(aspect: Aspect[Any], mentions: tuple[_Mention, ...]) -> _Step:
    lines = [mention.is_line for mention in mentions]
    if aspect.same is always_same and all(lines):
        way = _LINES_THAT_STAY
    elif len(mentions) == 1:
        way = _ONE_LINE if lines[0] else _ONE_PLACEHOLDER
    else:
        way = _MIXED if any(lines) else _PLACEHOLDERS
    return _Step(way, aspect, mentions[0].place, mentions[0].starts, mentions)


def _put(lines: Sequence[str], mentions: Sequence[_Mention], written: list[str]) -> bool:
    """Put as many lines as there are placeholders into their places; whether each has found its own."""
    waiting = list(lines)
    for index, _, _, starts in mentions:
        for position, text in enumerate(waiting):
            if text.startswith(starts):
                written[index] = text
                del waiting[position]
                break
        else:
            return False
    return True


def _in_order(
    written: Sequence[str], slots: Mapping[int, Sequence[str]], until: int, added: Sequence[str]
) -> list[str]:
    """Give the lines, with other ones in the slots, and the added ones at their place."""
    result: list[str] = []
    for index, text in enumerate(written):
        if index == until:
            result += added
        if index in slots:
            result += slots[index]
        else:
            result.append(text)
    if until == len(written):
        result += added
    return result


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
