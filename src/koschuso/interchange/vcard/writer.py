"""Writes persons, organisations and committees as cards, with their relations, and tells what a card cannot hold."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from koschuso.collector import collector_paused
from koschuso.errors import WrongUse
from koschuso.interchange.contentline import LineParser, join
from koschuso.interchange.extra_lines import NO_FIELDS, ExtraLines
from koschuso.interchange.folding import put_together
from koschuso.interchange.foreign import line_name
from koschuso.interchange.format import Writing
from koschuso.interchange.textvalue import escape_text, split_structured
from koschuso.interchange.vcard.aspects import KIND, CardView
from koschuso.interchange.vcard.keep import MODELLED, TABLES, UNREADABLE_LINE, groups_of
from koschuso.interchange.vcard.kind import KIND_NAMES, kind_and_nickname
from koschuso.interchange.vcard.losses import CARRIES, VersionLoss, losses
from koschuso.interchange.vcard.old import join_old, respelled
from koschuso.interchange.vcard.relations import CARD_TYPES, Book, apple_member
from koschuso.interchange.vcard.scope import NO_GROUPS, Scope
from koschuso.interchange.vcard.translate import translated, without_inner_cards
from koschuso.interchange.vcard.value import V21, V30, V40, VERSIONS, card_id, text_of
from koschuso.model import EMPTY, Committee, Organisation, Person, Relation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.format import WriteOptions
    from koschuso.model import Record

__all__ = ["CARRIES", "WRITTEN_VERSIONS", "write_cards"]

WRITTEN_VERSIONS: Final = (V21, V30, V40)
"""The versions that can be written."""

# What is to be looked at among the kept entries of a card.
_UNINTERPRETED: Final = 1
_INNER: Final = 2  # cards inside, and AGENT that may announce one
_LABEL: Final = 4  # what Apple calls a group
_VERSION: Final = 8
_NAME: Final = 16  # a placeholder for N
_NAMES: Final = 32
_KIND: Final = 64
_NAME_PROPERTIES: Final = frozenset({"N", "FN", "ORG", "NICKNAME"})
_MOST_HEADS: Final = 4096
_BOUNDARIES: Final = frozenset({"BEGIN:", "END:"})
_WITHOUT_GROUPS: Final = "outlook"
_KINDS: Final = {Organisation.KIND: "org", Committee.KIND: "group"}
_MOST_SHAPES: Final = 1024
_LONGEST_SHAPE: Final = 256


def write_cards(
    records: Iterable[Record], options: WriteOptions | None, version: str, header: Sequence[str] = ()
) -> Writing:
    """Write an address book; see `koschuso.interchange.vcard.writing`.

    Raises:
        WrongUse: The version is none that koschuso writes.
    """
    if version not in WRITTEN_VERSIONS:
        raise WrongUse(f"vCard {version} schreibt koschuso nicht. Bitte wählen Sie {' oder '.join(WRITTEN_VERSIONS)}.")
    given = list(records)
    cards = [record for record in given if isinstance(record, CARD_TYPES)]
    relations = [record for record in given if isinstance(record, Relation)]
    book = Book(cards, relations, EMPTY if options is None else options.references)
    stamp = "" if options is None else f"{options.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    scope = Scope(version, book, None if options is None else options.labels, stamp)
    others = [record for record in given if not isinstance(record, (*CARD_TYPES, Relation))]
    with collector_paused():
        extras = ExtraLines(options.fields, MODELLED) if options is not None and options.fields else NO_FIELDS
        writer = _Writer(scope, extras, with_groups=options is None or options.target != _WITHOUT_GROUPS)
        parts = [writer.card(card) for card in cards]
        parts.append(join(header))
        data = put_together(parts)
    findings = (
        *losses(cards, relations, others, book, extras),
        *(writer.loss.findings() if writer.loss is not None else ()),
    )
    return Writing(data=data, findings=findings)


class _Writer:
    """Writes the cards of one file; what it has learned about the heads of kept lines helps with the next card."""

    __slots__ = ("extras", "known", "loss", "parser", "scope", "shapes", "with_groups")

    def __init__(self, scope: Scope, extras: ExtraLines, *, with_groups: bool) -> None:
        self.scope = scope
        self.extras = extras
        self.with_groups = with_groups
        self.parser = LineParser()
        self.known: dict[str, int] = {}
        self.shapes: dict[tuple[str, ...], int] = {}
        self.loss = None if scope.version == V40 else VersionLoss(scope.version)

    def card(self, card: Any) -> bytes:
        """Write one card."""
        entries: Sequence[str] = card.foreign
        has_values = bool(self.extras and card.extras)
        if has_values and entries:
            entries = self.extras.without_stale(card, entries)
        if self.scope.version == V21:
            return self._old_card(card, entries)
        view = CardView(card, self.scope)
        source = _version_of(entries) if entries else self.scope.version
        lines = self._lines(view, entries, source)[0] if entries else TABLES[card.KIND].write(view, (), self.scope)
        if has_values:
            lines = self.extras.woven(card, lines)
        if self.loss is not None and (source == V40 or view.members or view.related):
            lines = self._as_apple(lines)
            for line in map(self.parser.line, lines):
                self.loss.look_at(line)
        return join(["BEGIN:VCARD", *lines, "END:VCARD"])

    def _old_card(self, card: Any, entries: Sequence[str]) -> bytes:
        view = CardView(card, self.scope)
        kept: Sequence[str] = ()
        if entries:
            source = _version_of(entries)
            lines, kept = self._lines(view, entries, source)
            if source != V21:
                self._count_lists(entries)
        else:
            lines = TABLES[card.KIND].write(view, (), self.scope)
        if self.extras and card.extras:
            lines = self.extras.woven(card, lines)
        parser = self.parser
        if self.loss is not None:
            for line in map(parser.line, lines):
                self.loss.look_at(line)
                if line.group and not self.with_groups:
                    self.loss.groups += 1
        written = respelled(lines, kept, parser, with_groups=self.with_groups)
        return join_old(["BEGIN:VCARD", *written, "END:VCARD"], parser)

    def _count_lists(self, entries: Sequence[str]) -> None:
        for entry in entries:
            line = self.parser.line(entry.removeprefix(":")) if ":" in entry[1:] else None
            if line is None or self.loss is None or line.name not in {"N", "ADR"}:
                continue
            if any(len(texts) > 1 for texts in split_structured(line.value)):
                self.loss.lists += 1

    def _lines(self, view: CardView, entries: Sequence[str], source: str) -> tuple[list[str], Sequence[str]]:
        """Give the lines of a card that has kept entries, and these entries in the version that is written."""
        scope = self.scope
        table = TABLES[view.record.KIND]
        marks = self._marks(entries)
        nested = bool(marks & _INNER)
        if nested and not source == scope.version == V21:
            entries = list(without_inner_cards(entries))
            marks |= self._marks(entries)
        if marks & _UNINTERPRETED:
            entries = _readable(entries, self.parser)
        if source != scope.version:
            entries = translated(entries, source, scope.version, self.parser)
            if source == V40 and "KIND" in entries:
                # older versions have other names for it; what 4.0 said is kept beside them
                kind = f"KIND:{_KINDS.get(view.record.KIND, 'individual')}"
                entries = [kind if entry == "KIND" else entry for entry in entries]
        if not (marks & _VERSION and (not nested or any(line_name(entry) == "VERSION" for entry in entries))):
            entries = ["VERSION", *entries]
        if marks & (_LABEL | _UNINTERPRETED):
            scope.groups = groups_of(entries)
        lines = table.write(view, entries, scope)
        scope.groups = NO_GROUPS
        if source != scope.version:
            lines = _with_mandatory(lines, lambda: table.write(view, (), scope), scope.version)
        elif marks & (_KIND | _NAME) == _NAME and view.record.KIND == Person.KIND and view.given_name.strip():
            return lines, entries  # N has a given name, and nothing else says what the card is about
        lines = self._with_kind(lines, view)
        return (_agent_before_its_card(lines) if nested else lines), entries

    def _as_apple(self, lines: list[str]) -> list[str]:
        """Say in Apple's way too what KIND and MEMBER say: they are younger than 3.0."""
        parsed = [self.parser.line(text) for text in lines]
        said = {line.name for line in parsed}
        members = {card_id(line) for line in parsed if line.name == "X-ADDRESSBOOKSERVER-MEMBER"}
        written: list[str] = []
        for text, line in zip(lines, parsed, strict=True):
            written.append(text)
            if line.name == "KIND" and not said & {"X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS"}:
                kind = text_of(line).lower()
                if kind == "group":
                    written.append("X-ADDRESSBOOKSERVER-KIND:group")
                elif kind == "org":
                    written.append("X-ABSHOWAS:COMPANY")
            elif line.name == "MEMBER" and (member := card_id(line)) not in members and ":" not in member:
                members.add(member)  # not those that are addresses: Apple knows cards only
                written.append(apple_member(member))
        return written

    def _marks(self, entries: Iterable[str]) -> int:
        """What stands among the entries that has to be looked at."""
        # the key of a line is its head with the colon, also behind a colon that says not to interpret it
        shape = tuple([entry[: entry.find(":", 1) + 1] or entry for entry in entries])
        marks = self.shapes.get(shape)
        if marks is None:
            marks = 0
            for key in shape:
                marks |= _mark(key, self.parser)
            if len(self.shapes) < _MOST_SHAPES and len(shape) < _LONGEST_SHAPE:
                self.shapes[shape] = marks
        if max(map(len, entries)) > self.parser.limits.line_length:
            marks |= _UNINTERPRETED
        return marks

    def _with_kind(self, lines: list[str], view: CardView) -> list[str]:
        """Say what the card is about where its names alone would now say something else."""
        first: dict[str, ContentLine] = {}
        known = self.known
        inside = 0  # components inside say nothing about the card itself
        end = len(lines)
        for at, text in enumerate(lines):
            key = text[: text.find(":") + 1]
            if key in _BOUNDARIES:
                end = min(end, at)
                inside += 1 if key == "BEGIN:" else -1
            if inside > 0:
                continue
            mark = known.get(key)
            if mark is None:
                mark = known[key] = _mark(key, self.parser) if len(known) < _MOST_HEADS else _KIND
            if mark & (_KIND | _NAMES):
                name = line_name(text)
                if name in KIND_NAMES and name not in first:
                    first[name] = self.parser.line(text)
        if kind_and_nickname(first)[0] == view.record.KIND:
            return lines
        return [*lines[:end], *(KIND.write(view, self.scope) or ["KIND:individual"]), *lines[end:]]


def _agent_before_its_card(lines: list[str]) -> list[str]:
    """Put AGENT right before the card inside that belongs to it: what was added stands between them."""
    for index, text in enumerate(lines):
        if text.upper().startswith(("AGENT:", "AGENT;")) and text.endswith(":"):
            begin = next((at for at in range(index, len(lines)) if lines[at].upper() == "BEGIN:VCARD"), index)
            if begin > index + 1:
                return [*lines[:index], *lines[index + 1 : begin], text, *lines[begin:]]
    return lines


def _mark(key: str, parser: LineParser) -> int:
    """What has to be looked at where an entry begins like this.

    Args:
        key: The entry up to the colon of its line, or all of it where it has none.
        parser: Tells whether a line that is not interpreted could be.
    """
    if key.startswith(":"):
        line = parser.line(key[1:])
        sound = line.parsed and not line.head.boundary and key.count('"') % 2 == 0
        return (0 if sound else _UNINTERPRETED) | (_LABEL if "X-ABLABEL" in key.upper() else 0)
    name = line_name(key.rstrip(":"))
    mark = 0
    if key.upper().startswith(("BEGIN:", "AGENT")):
        mark |= _INNER
    if "X-ABLABEL" in key.upper():
        mark |= _LABEL
    if name == "VERSION":
        mark |= _VERSION
    if key == "N":
        mark |= _NAME
    if name in _NAME_PROPERTIES:
        mark |= _NAMES
    elif name in KIND_NAMES:
        mark |= _KIND
    return mark


def _version_of(entries: Sequence[str]) -> str:
    """The version that kept entries are written in."""
    for entry in entries:
        if line_name(entry) == "VERSION" and ":" in entry:
            version = entry.partition(":")[2].strip()
            return version if version in VERSIONS else V30
    return V30


def _readable(entries: Iterable[str], parser: LineParser) -> list[str]:
    """Wrap lines that nobody can read: one of them would make other programs give up the whole file."""
    readable = []
    for entry in entries:
        if entry.startswith(":"):
            line = parser.line(entry[1:])
            if not line.parsed or line.head.boundary:
                readable.append(f"{UNREADABLE_LINE}:{escape_text(entry[1:])}")
                continue
        readable.append(entry)
    return readable


def _with_mandatory(lines: list[str], canonical: Callable[[], Iterable[str]], version: str) -> list[str]:
    """Add FN, and N in 3.0, to a card that came in a version which does not demand them."""
    names = {line_name(line) for line in lines}
    wanted = {"FN"} if version == V40 else {"FN", "N"}
    missing = wanted - names
    if not missing:
        return lines
    added = [line for line in canonical() if line_name(line) in missing]
    position = 1 if line_name(lines[0]) == "VERSION" else 0
    return [*lines[:position], *added, *lines[position:]]
