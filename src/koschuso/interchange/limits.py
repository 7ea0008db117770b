"""How much of one file is read: bounds against hostile or damaged input, each ending in a finding.

The figures are far above what real calendars and address books need (the largest real component of our collection has
less than 20,000 lines) and low enough that reading stays within a fixed amount of memory. Callers widen them for one
reading by handing over their own `Limits`.
"""

from __future__ import annotations

from typing import Final

import attrs

__all__ = [
    "BLOCK_BYTES",
    "DEFAULT_LIMITS",
    "MAX_ARCHIVE_BYTES",
    "MAX_ARCHIVE_MEMBERS",
    "MAX_ARCHIVE_RATIO",
    "MAX_ATTACHMENT",
    "MAX_COMPONENTS",
    "MAX_COMPONENT_BYTES",
    "MAX_COUNT",
    "MAX_DEPTH",
    "MAX_FILE_BYTES",
    "MAX_FINDINGS_PER_RULE",
    "MAX_LINE_LENGTH",
    "MAX_OCCURRENCES",
    "MAX_OCCURRENCES_PER_DAY",
    "MAX_PROPERTIES",
    "MAX_RECURRENCE_DATES",
    "MAX_RECURRENCE_STEPS",
    "UNLIMITED",
    "Limits",
]

MAX_FILE_BYTES: Final = 256 * 1024 * 1024
"""A larger file is refused by whoever opens it; the codec itself streams and does not look at it."""

MAX_LINE_LENGTH: Final = 1024 * 1024
"""Characters of one logical line. A longer one is kept verbatim, but not interpreted."""

MAX_PROPERTIES: Final = 100_000
"""Lines of one component together with everything nested in it. Further ones are left out."""

MAX_COMPONENTS: Final = 200_000
"""Components (events, tasks, zones, cards) of one file. Reading stops there."""

MAX_COMPONENT_BYTES: Final = 32 * 1024 * 1024
"""Bytes of one component. A larger one is left out; this is what bounds the memory of streaming."""

MAX_DEPTH: Final = 8
"""Components inside each other, counted from the event or card. What lies deeper is kept as uninterpreted lines."""

MAX_FINDINGS_PER_RULE: Final = 1_000
"""Findings of one rule in one file; one more says that there were further ones."""

MAX_ARCHIVE_MEMBERS: Final = 20_000
"""Files of one ZIP. Further ones are not read."""

MAX_ARCHIVE_BYTES: Final = 256 * 1024 * 1024
"""Bytes of all files of one ZIP together, unpacked. Reading stops there."""

MAX_ARCHIVE_RATIO: Final = 100
"""How many times larger than packed a file of a ZIP may be; text reaches about 20. A larger ratio is a trap."""

MAX_ATTACHMENT: Final = MAX_LINE_LENGTH
"""Characters of an attachment or picture inside the file (ATTACH, PHOTO in Base64: about 768 KiB of data). It is one
line, so what is larger is kept verbatim with the record and written back, but never decoded."""

MAX_OCCURRENCES: Final = 5_000
"""Occurrences of one series that are worked out at once."""

MAX_RECURRENCE_STEPS: Final = 60_000
"""Steps of work (periods and days looked at, moments made) on the rules of one series; some microseconds each."""

MAX_RECURRENCE_DATES: Final = 10_000
"""Dates of one series (RDATE and EXDATE together) that are looked at; the lines themselves are always kept whole."""

MAX_COUNT: Final = 20_000
"""COUNT of a rule above which other programs are known to stop answering; a larger one is told."""

MAX_OCCURRENCES_PER_DAY: Final = 24
"""Occurrences of a rule on one day above which other programs are known to stop answering; more are told."""

BLOCK_BYTES: Final = 1024 * 1024
"""Bytes taken from a stream at once."""


@attrs.frozen(kw_only=True)
class Limits:
    """The bounds for one reading.

    Attributes:
        line_length: See `MAX_LINE_LENGTH`.
        properties: See `MAX_PROPERTIES`.
        components: See `MAX_COMPONENTS`.
        component_bytes: See `MAX_COMPONENT_BYTES`.
        depth: See `MAX_DEPTH`; at least 2.
    """

    line_length: int = MAX_LINE_LENGTH
    properties: int = MAX_PROPERTIES
    components: int = MAX_COMPONENTS
    component_bytes: int = MAX_COMPONENT_BYTES
    depth: int = MAX_DEPTH


DEFAULT_LIMITS: Final = Limits()
"""The bounds that hold when a caller names none."""

UNLIMITED: Final = Limits(line_length=1 << 60, properties=1 << 60, components=1 << 60, component_bytes=1 << 60)
"""For what koschuso itself wrote a moment before, on its way to the objects of another library."""
