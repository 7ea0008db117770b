"""Export as an act: what an audience may see, in the format that the file's ending names, written as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from koschuso.errors import WrongUse
from koschuso.files import write_atomically
from koschuso.model import RECORD_TYPES, Finding, Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from koschuso.interchange.format import Format
    from koschuso.office.view import OfficeView
    from koschuso.plugin.registry import Registry

__all__ = ["ExportResult", "export"]

# Whom and what other records speak of: their names stand in calendars and cards, and the filter must know them all.
_REFERRED_TO = frozenset(
    {"organisation", "person", "committee", "relation", "position", "assignment", "series", "event"}
)


@attrs.frozen(kw_only=True)
class ExportResult:
    """What an export wrote.

    Attributes:
        path: The file.
        format: Title of its format.
        written: How many records it holds.
        omitted: What the audience may not see, as counts with reasons (domain.md DS-05 to DS-10).
        lost: What the format cannot carry.
    """

    path: Path
    format: str
    written: int
    omitted: tuple[Finding, ...] = ()
    lost: tuple[Finding, ...] = ()


def export(
    view: OfficeView,
    registry: Registry,
    path: Path,
    *,
    kinds: Sequence[str],
    audience: str,
    label: Callable[[str, str], str],
) -> ExportResult:
    """Write what an audience may see of an office; see `koschuso.office.Office.export`."""
    from koschuso.interchange.format import WriteOptions  # noqa: PLC0415 - `import koschuso` stays cheap
    from koschuso.privacy import for_audience  # noqa: PLC0415 - as above

    format_ = _format_for(path.suffix, registry)
    wanted = _kinds(kinds, format_)
    filtered = for_audience(
        [
            record
            for kind, record_type in RECORD_TYPES.items()
            if kind in wanted | _REFERRED_TO
            for record in view.records(record_type)
        ],
        audience,
        # Consents hold or do not hold on the day on which data leave, whenever the data last changed.
        on=datetime.now(UTC).date(),
        fields=registry.fields.values(),
        labels=label,
    )
    records = [record for record in filtered.records if record.KIND in wanted]
    options = WriteOptions(
        stamp=view.as_of,
        audience=audience,
        title=view.office.name,
        labels=label,
        references={Reference(record.KIND, record.id): record for record in filtered.records},
    )
    if format_.write is None:
        raise WrongUse(f"{format_.title} kann nur gelesen werden.")
    with registry.using(format_.name):
        writing = format_.write(records, options)
    write_atomically(path, writing.data)
    return ExportResult(
        path=path,
        format=format_.title,
        written=len(records),
        omitted=tuple(finding for finding in filtered.omitted if not finding.kind or finding.kind in wanted),
        lost=writing.findings,
    )


def _format_for(suffix: str, registry: Registry) -> Format:
    writers = [found for found in registry.formats.values() if found.write is not None]
    for found in writers:
        if suffix.lower() in found.suffixes:
            return found
    known = ", ".join(sorted({ending for found in writers for ending in found.suffixes}))
    raise WrongUse(f"Die Endung »{suffix}« gehört zu keinem Format; geschrieben werden {known}.")


def _kinds(kinds: Sequence[str], format_: Format) -> frozenset[str]:
    for kind in kinds:
        if kind not in RECORD_TYPES:
            raise WrongUse(f"Die Art »{kind}« gibt es nicht; möglich sind {', '.join(RECORD_TYPES)}.")
        if kind not in format_.kinds:
            raise WrongUse(f"{format_.title} kann die Art »{kind}« nicht aufnehmen, nur {', '.join(format_.kinds)}.")
    return frozenset(kinds or format_.kinds)
