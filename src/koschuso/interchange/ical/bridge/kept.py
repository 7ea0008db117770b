"""Objects of `icalendar` that are written as they were read as long as nobody changes them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from icalendar import prop
from icalendar.parser import Parameters

__all__ = [
    "LAST",
    "PLACE",
    "UNREADABLE_LINE",
    "Kept",
    "KeptBytes",
    "KeptCategories",
    "KeptMoment",
    "KeptMoments",
    "KeptNumber",
    "KeptOffset",
    "KeptParameters",
    "KeptPlace",
    "KeptRule",
    "KeptText",
]

UNREADABLE_LINE: Final = "X-KOSCHUSO-ZEILE"
"""The property in which a line stands that is no property."""

PLACE: Final = "_koschuso_place"
"""The attribute of a component that says how many lines and components stand before it."""

LAST: Final = 1 << 60
"""The place of what was not there when the component was made."""


class Kept(NamedTuple):
    """What a property object says as long as nobody changes it.

    Attributes:
        name: Name of the property, as `icalendar` has it.
        line: The logical line that it was made of.
        place: How many lines and components stand before it.
        parameters: The parameters, as they are looked up.
        written_parameters: The parameters, as they are written.
        value: The value, as it is written.
        own: The value, as `icalendar` would write it.
    """

    name: str
    line: str
    place: int
    parameters: dict[str, Any]
    written_parameters: str
    value: bytes
    own: bytes


class KeptParameters(Parameters):
    """Parameters that are written as they were read as long as nobody changes them."""

    kept: Kept | None = None

    def to_ical(self, sorted: bool = True) -> bytes:  # noqa: A002 - the name is the library's
        """Give the text between the name and the colon."""
        if self.kept is not None and dict(self) == self.kept.parameters:
            return self.kept.written_parameters.encode("utf-8", "replace")
        return bytes(super().to_ical(sorted=sorted))


class _Verbatim:
    """Writes a value as it was read as long as nobody changes it."""

    __slots__ = ()
    params: Any

    def to_ical(self) -> bytes:
        """Give the text after the colon."""
        own: bytes = super().to_ical()  # type: ignore[misc]
        kept = getattr(self.params, "kept", None)
        return kept.value if kept is not None and own == kept.own else own


class KeptText(_Verbatim, prop.vText):
    """A text whose escapes stay as they were."""


class KeptMoment(_Verbatim, prop.vDDDTypes):
    """A date, time, duration or period whose spelling stays as it was."""


class KeptMoments(_Verbatim, prop.vDDDLists):
    """Several dates, times or periods whose spelling stays as it was."""


class KeptRule(_Verbatim, prop.vRecur):
    """A recurrence rule whose order and spelling stay as they were."""


class KeptCategories(_Verbatim, prop.vCategory):
    """Categories whose escapes stay as they were."""


class KeptNumber(_Verbatim, prop.vInt):
    """A number whose spelling stays as it was."""


class KeptPlace(_Verbatim, prop.vGeo):  # type: ignore[misc]  # the library writes this one as text
    """A position whose digits stay as they were."""


class KeptOffset(_Verbatim, prop.vUTCOffset):  # type: ignore[misc]  # as above
    """An offset from UTC whose spelling stays as it was."""


class KeptBytes(_Verbatim, prop.vBinary):
    """Bytes whose base64 stays as it was."""
