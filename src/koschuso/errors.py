"""The exceptions of koschuso, ordered by what the caller can do about them.

Every error says in one German sentence what happened, where, and what to do; programs read the attributes instead.
Nothing personal goes into a message: ids, field names and rules, never names or addresses (domain.md DS-20).

==================== ==============================================================
base                 what the caller can do
==================== ==============================================================
`Refused`            change the input: a value, a file or a request was not accepted
`Conflict`           read again and decide: somebody else was faster
`Unavailable`        try again later or elsewhere: disk, lock, network, missing extra
`NotSupported`       ask for less: this driver, format or plugin cannot do it
`Corrupt`            restore from a backup: stored data are not what was written
`PluginFailed`       mend or disable the plugin that is named
==================== ==============================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Conflict",
    "Corrupt",
    "InvalidRecord",
    "KoschusoError",
    "NotFound",
    "NotSupported",
    "PluginFailed",
    "Refused",
    "SupportsFinding",
    "Unavailable",
    "UnsafeLocation",
    "WrongUse",
]


class KoschusoError(Exception):
    """The base of every exception that koschuso raises on purpose."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return self.message


class Refused(KoschusoError):
    """The input was not accepted; nothing was changed."""


class WrongUse(Refused):
    """The request itself makes no sense: an unknown name, a missing or contradictory option."""


class NotFound(Refused):
    """There is no record, file or name like the one asked for."""


class SupportsFinding(Protocol):
    """What an `InvalidRecord` tells about one value; `koschuso.model.Finding` is the implementation."""

    @property
    def rule(self) -> str:
        """Stable key of the rule that was broken."""

    @property
    def message(self) -> str:
        """One German sentence for people."""

    @property
    def field(self) -> str:
        """Name of the field, empty where the whole record is meant."""


class InvalidRecord(Refused):
    """A record contradicts itself or holds an impossible value.

    Attributes:
        findings: One finding for each broken rule, each naming field, value and rule.
    """

    def __init__(self, message: str, findings: Sequence[SupportsFinding]) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class Conflict(KoschusoError):
    """The stored revision is not the expected one; nothing was changed.

    Attributes:
        kind: Kind of the record, for example ``"event"``.
        id: Id of the record.
        expected: The revision that the caller expected, or ``"ABSENT"``.
        actual: The revision that is stored, or ``None`` when the record does not exist.
    """

    def __init__(self, message: str, *, kind: str, id: str, expected: str, actual: str | None) -> None:  # noqa: A002 - the record's own term
        super().__init__(message)
        self.kind = kind
        self.id = id
        self.expected = expected
        self.actual = actual


class Unavailable(KoschusoError):
    """Something outside is missing or busy: a full disk, a held lock, an extra that is not installed."""


class UnsafeLocation(Unavailable):
    """The place would damage a database: a network share or a folder that is synchronised."""


class NotSupported(KoschusoError):
    """The driver, format or plugin does not have this ability."""


class Corrupt(KoschusoError):
    """Stored data cannot be what was once written."""


class PluginFailed(KoschusoError):
    """A plugin raised or returned something unusable.

    Attributes:
        plugin: Entry-point name of the plugin.
        stage: Where it failed: ``"import"``, ``"requirement"``, ``"register"``, ``"call"`` or ``"use"``.
    """

    def __init__(self, message: str, *, plugin: str, stage: str) -> None:
        super().__init__(message)
        self.plugin = plugin
        self.stage = stage
