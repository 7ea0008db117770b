"""The bridge to the library `vobject`, for programs that live in its objects; loaded only when it is used.

A card is written as it always is, and each of its lines becomes one `ContentLine` with its whole value: N is a `Name`,
ADR an `Address`, ORG and CATEGORIES are lists, an encoded picture is bytes, everything else is text. `vobject` itself
cuts texts and ``data:`` URIs at the first comma and knows vCard 3.0 only; here nothing is cut, in any version. A line
that nobody changed is written by ``serialize()``, and taken on the way back, as it stands; a changed one as `vobject`
writes it.

What the objects of `vobject` have no place for: the order of properties of different names and the spelling of names
are kept beside the line and restored on the way back; parts of N behind the fifth and of ADR behind the seventh
(RFC 9554) are in the line, not in `Name` or `Address`, and are lost when that value is changed.
"""

from __future__ import annotations

import base64
import copy
import io
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs
import vobject.base
from vobject.icalendar import MultiTextBehavior
from vobject.vcard import ADDRESS_ORDER, NAME_ORDER, Address, Name, VCard3_0, VCardTextBehavior

from koschuso.interchange import vcard
from koschuso.interchange.component import read_components
from koschuso.interchange.contentline import fold
from koschuso.interchange.limits import UNLIMITED
from koschuso.interchange.notes import Notes
from koschuso.interchange.textvalue import (
    decode_quoted_printable,
    escape_text,
    split_escaped,
    split_structured,
    split_text,
    unescape_text,
)
from koschuso.interchange.vcard.keep import UNREADABLE_LINE
from koschuso.interchange.vcard.value import is_quoted_printable
from koschuso.model import Finding, Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from koschuso.interchange.component import Component
    from koschuso.interchange.contentline import ContentLine
    from koschuso.interchange.format import WriteOptions
    from koschuso.model import Record

__all__ = ["from_vobject", "to_vobject"]

_PLACE: Final = "_koschuso_place"
_LAST: Final = 1 << 60
_ENCODINGS: Final = frozenset({"BASE64", "B"})
_STRUCTURES: Final[Mapping[str, tuple[Any, tuple[str, ...]]]] = {
    "N": (Name, NAME_ORDER),
    "ADR": (Address, ADDRESS_ORDER),
}


class _Kept(NamedTuple):
    """What a line says as long as nobody changes it."""

    line: str
    place: int
    name: str
    group: str | None
    parameters: dict[str, list[str]]
    value: Any


class KeptLine(vobject.base.ContentLine):  # type: ignore[misc]  # the library has no types
    """A line that is written as it was as long as nobody changes it."""

    kept: _Kept | None = None

    @property
    def unchanged(self) -> bool:
        """Whether name, group, parameters and value are what they were."""
        kept = self.kept
        return (
            kept is not None
            and kept.name == self.name
            and kept.group == self.group
            and kept.parameters == self.params
            and type(kept.value) is type(self.value)
            and bool(kept.value == self.value)
        )

    @classmethod
    def duplicate(cls, copyit: Any) -> Any:
        """Give a copy with everything that belongs to the line; `Component.copy` uses it."""
        made = super().duplicate(copyit)
        made.encoded = copyit.encoded
        made.kept = getattr(copyit, "kept", None)
        return made

    def serialize(self, buf: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Write the line into the buffer, or give it as text."""
        if not self.unchanged or self.kept is None:
            return super().serialize(buf, *args, **kwargs)
        text = fold(self.kept.line).decode()
        if buf is None:
            return text
        buf.write(text)
        return buf


class KeptCard(vobject.base.Component):  # type: ignore[misc]  # the library has no types
    """A card that is not measured against vCard 3.0 before it is written as it was."""

    @property
    def _unchanged(self) -> bool:
        return all(isinstance(child, KeptLine) and child.unchanged for child in self.getChildren())

    def serialize(self, buf: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Write the card into the buffer, or give it as text."""
        if self._unchanged:
            if len(args) > 1:
                args = (args[0], False, *args[2:])  # its place after the length of the lines
            else:
                kwargs["validate"] = False
        return super().serialize(buf, *args, **kwargs)


# -- records to cards ----------------------------------------------------------------------------------------------------


def to_vobject(
    records: Iterable[Record] | Reading, options: WriteOptions | None = None, *, version: str = "3.0"
) -> list[Any]:
    """Give the records as cards of `vobject`; see `koschuso.interchange.vcard.to_vobject`."""
    given = records.records if isinstance(records, Reading) else records
    data = vcard.write(given, options, version=version)
    return [_card(tree) for tree in read_components(data, Notes(), UNLIMITED) if tree.name]


def _card(tree: Component) -> Any:
    root = _component(tree.name)
    waiting = [(tree, root)]
    while waiting:
        source, target = waiting.pop()
        for place, item in enumerate(_in_order(source)):
            if hasattr(item, "children"):
                inner = _component(item.name)
                vars(inner)[_PLACE] = place
                target.add(inner)
                waiting.append((item, inner))
            else:
                _add(target, item, place)
    return root


def _in_order(source: Component) -> Iterator[Any]:
    done = 0
    for child in source.children:
        until = child.position if child.position >= 0 else len(source.lines)
        yield from source.lines[done:until]
        done = max(done, until)
        yield child
    yield from source.lines[done:]


def _component(name: str) -> Any:
    made = KeptCard(name)
    if made.name == "VCARD":
        made.behavior = VCard3_0  # the only one there is, for all versions
    return made


def _add(card: Any, line: ContentLine, place: int) -> None:
    head = line.head
    text = line.text
    if not line.parsed or head.boundary:
        made = KeptLine(UNREADABLE_LINE, [], "")
        card.add(made)
        made.value = text
        text = f"{UNREADABLE_LINE}:{escape_text(text)}"
    else:
        made = KeptLine(head.name, [], "", head.group or None)
        card.add(made)  # gives the line its behaviour
        made.params = {key: list(values) for key, values in head.params.items()}
        made.value, made.isNative = _value(line, made)
    made.kept = _Kept(text, place, made.name, made.group, copy.deepcopy(made.params), copy.deepcopy(made.value))


def _value(line: ContentLine, made: Any) -> tuple[Any, bool]:
    """Give the whole value in the form in which `vobject` has it, and whether that is one of its own."""
    head, value = line.head, line.value
    quoted_printable = is_quoted_printable(head)
    if quoted_printable:
        charset = head.param("CHARSET")
        made.params = {key: found for key, found in made.params.items() if key not in {"ENCODING", "CHARSET"}}
    if head.name in _STRUCTURES:
        make, order = _STRUCTURES[head.name]
        if quoted_printable:
            parts: list[list[str]] = [
                [unescape_text(decode_quoted_printable(part, charset)[0])] for part in split_escaped(value, ";")
            ]
        else:
            parts = split_structured(value)
        texts = [part[0] if len(part) == 1 else part for part in parts]
        return make(**dict(zip(order, texts, strict=False))), True
    if quoted_printable:
        value = decode_quoted_printable(value, charset)[0]
    if head.name == "ORG":
        return split_text(value, ";"), True
    return _plain_value(value, made.behavior, base64_encoded=head.base64), False


def _plain_value(value: str, behavior: Any, *, base64_encoded: bool) -> Any:
    if not isinstance(behavior, type):
        return value
    if issubclass(behavior, MultiTextBehavior):
        return split_text(value)
    if not issubclass(behavior, VCardTextBehavior):
        return value
    if not base64_encoded:
        return unescape_text(value)
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except ValueError:
        return value


# -- cards to records ----------------------------------------------------------------------------------------------------


def from_vobject(components: Any) -> Reading:
    """Read cards of `vobject`; see `koschuso.interchange.vcard.from_vobject`."""
    given = [components] if isinstance(components, vobject.base.VBase) else list(components)
    findings: list[Finding] = []
    written = io.StringIO()
    for component in given:
        for text in _texts(component, findings):
            written.write(text)
    reading = vcard.read(written.getvalue().encode("utf-8", "replace"))
    return attrs.evolve(reading, findings=(*findings, *reading.findings)) if findings else reading


def _texts(root: Any, findings: list[Finding]) -> Iterator[str]:
    """The folded lines of a card and all inside it, in the order in which they were read."""
    waiting: list[Any] = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, vobject.base.Component):
            if item.name:
                yield f"BEGIN:{item.name}\r\n"
                waiting.append(f"END:{item.name}\r\n")
            waiting += sorted(item.getChildren(), key=_place)[::-1]
        else:
            yield _text(item, findings)


def _place(child: Any) -> int:
    kept = getattr(child, "kept", None)
    if kept is not None:
        return int(kept.place)
    if child.name == "VERSION":
        return -1
    return int(vars(child).get(_PLACE, _LAST))


def _text(line: Any, findings: list[Finding]) -> str:
    if isinstance(line, KeptLine) and line.unchanged:
        return str(line.serialize())
    try:
        given = vobject.base.ContentLine.duplicate(line)  # writing changes the line, at least for a moment
        given.encoded = line.encoded
        if given.singletonparams:
            # vobject would drop them
            given.params["TYPE"] = [*given.params.get("TYPE", []), *given.singletonparams]
        if isinstance(given.value, bytes) and _ENCODINGS.intersection(map(str.upper, given.params.get("ENCODING", []))):
            given.params["ENCODING"] = ["b"]
        buffer = io.StringIO()
        given.serialize(buffer, validate=False)
        return buffer.getvalue()
    except Exception as error:  # noqa: BLE001 - an object of any kind may stand there
        findings.append(
            Finding(
                rule="vcard.bruecke_eigenschaft",
                message=f"Die Eigenschaft {line.name} konnte nicht übernommen werden, weil vobject sie nicht schreiben "
                f"kann ({type(error).__name__}). Bitte prüfen Sie ihren Wert.",
                field=str(line.name),
            )
        )
        return ""
