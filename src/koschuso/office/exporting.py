"""Export as an act: what an audience may see, in the format that the file's ending names, written as a whole.

Every way out of an office goes through `_selected`, and so through `koschuso.privacy.for_audience`: one file, one file
for each entry, a list, a feed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from koschuso.errors import Refused, Unavailable, WrongUse
from koschuso.files import reason, write_atomically
from koschuso.model import RECORD_TYPES, Event, Finding, Record, Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from koschuso.interchange.format import Format, WriteOptions
    from koschuso.interchange.targets import Target
    from koschuso.model import ExtraField
    from koschuso.office.view import OfficeView
    from koschuso.plugin.registry import Registry

__all__ = ["ExportResult", "export", "feed"]

# Whom and what other records speak of: their names stand in calendars and cards, and the filter must know them all.
_REFERRED_TO = frozenset(
    {"organisation", "person", "committee", "relation", "position", "assignment", "series", "event"}
)
# What the facts about targets speak of: the syntax of our own formats, and whether each entry has a file of its own.
_SYNTAX: Final = {
    "koschuso:ical": ("ical", False),
    "koschuso:vcard": ("vcard", False),
    "koschuso:ical-zip": ("ical", True),
    "koschuso:vcard-zip": ("vcard", True),
}
_FEED_ENDING: Final = ".ics"


@attrs.frozen(kw_only=True)
class ExportResult:
    """What an export wrote.

    Attributes:
        path: The file; ``None`` for a feed that was only handed over.
        format: Title of its format.
        written: How many records it holds.
        omitted: What the audience may not see, as counts with reasons (domain.md DS-05 to DS-10).
        lost: What the format or the target does not carry, and what other programs may choke on. Findings about a
            target have rules that begin with ``ziel.``; `koschuso.interchange.targets.rule_of` tells how they are known.
        target: The program that it was written for; empty for the plain standard.
        loss_sentence: What the target does not show, in one German sentence; empty where nothing is to be told.
        data: The feed that was only handed over; empty where a file was written.
    """

    path: Path | None
    format: str
    written: int
    omitted: tuple[Finding, ...] = ()
    lost: tuple[Finding, ...] = ()
    target: str = ""
    loss_sentence: str = ""
    data: bytes = attrs.field(default=b"", repr=False)


@attrs.frozen(kw_only=True)
class _Selection:
    """What an audience may see of the kinds that are wanted.

    Attributes:
        records: The records to write.
        references: Everything that they may point at, filtered as well.
        omitted: What was left out, and why.
    """

    records: tuple[Record, ...] = attrs.field(repr=False)
    references: Mapping[Reference, Record] = attrs.field(repr=False)
    omitted: tuple[Finding, ...]


def export(
    view: OfficeView,
    registry: Registry,
    path: Path,
    *,
    kinds: Sequence[str],
    audience: str,
    label: Callable[[str, str], str],
    target: str = "",
) -> ExportResult:
    """Write what an audience may see of an office; see `koschuso.office.Office.export`."""
    from koschuso.interchange.targets import target_of  # noqa: PLC0415 - `import koschuso` stays cheap

    program = target_of(target)
    format_ = _format_for(path, target, registry)
    selection = _selected(view, registry, _kinds(kinds, format_), audience, label)
    if format_.write is None:
        raise WrongUse(f"{format_.title} kann nur gelesen werden.")
    with registry.using(format_.name):
        options = _options(view, selection, audience, label, target)
        writing = format_.write(selection.records, attrs.evolve(options, fields=_fields(registry, audience)))
        if format_.columns is not None:
            _refuse_case_columns(format_.columns(writing.data))
    sentence, told = _told_about(program, format_.name, selection.records, writing.data)
    write_atomically(path, writing.data)
    return ExportResult(
        path=path,
        format=format_.title,
        written=len(selection.records) - writing.missing,
        omitted=selection.omitted,
        lost=(*dict.fromkeys((*writing.findings, *_hazards(selection.records))), *told),
        target=target,
        loss_sentence=sentence,
    )


def feed(
    view: OfficeView,
    registry: Registry,
    path: Path | None,
    *,
    audience: str,
    label: Callable[[str, str], str],
    target: str = "",
    previous: bytes = b"",
) -> ExportResult:
    """Write a calendar for subscribing; see `koschuso.office.Office.feed`."""
    from koschuso.interchange.ical import feed as feeds  # noqa: PLC0415 - `import koschuso` stays cheap
    from koschuso.interchange.targets import target_of  # noqa: PLC0415 - as above

    program = target_of(target)
    if path is not None:
        if path.suffix.lower() != _FEED_ENDING:
            raise WrongUse(f"Ein Kalender zum Abonnieren hat die Endung {_FEED_ENDING}, nicht »{path.suffix}«.")
        previous = _before(path)
    selection = _selected(view, registry, frozenset(feeds.KINDS), audience, label)
    options = _options(view, selection, audience, label, target)
    fields = _fields(registry, audience)
    writing = feeds.write(selection.records, attrs.evolve(options, fields=fields), previous)
    sentence, told = _told_about(program, "koschuso:ical", selection.records, writing.data)
    if path is not None and writing.data != previous:
        # An unchanged feed keeps its time, so that servers can tell subscribers that nothing is new.
        write_atomically(path, writing.data)
    return ExportResult(
        path=path,
        format="Kalender zum Abonnieren (iCalendar)",
        written=len(selection.records) - writing.missing,
        omitted=selection.omitted,
        lost=(*dict.fromkeys((*writing.findings, *_hazards(selection.records))), *told),
        target=target,
        loss_sentence=sentence,
        data=writing.data if path is None else b"",
    )


def _selected(
    view: OfficeView,
    registry: Registry,
    wanted: frozenset[str],
    audience: str,
    label: Callable[[str, str], str],
) -> _Selection:
    """Give what an audience may see: the only way from the store to a file."""
    from koschuso.privacy import for_audience  # noqa: PLC0415 - `import koschuso` stays cheap

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
    return _Selection(
        records=tuple(record for record in filtered.records if record.KIND in wanted),
        references={Reference(record.KIND, record.id): record for record in filtered.records},
        omitted=tuple(finding for finding in filtered.omitted if not finding.kind or finding.kind in wanted),
    )


def _refuse_case_columns(headings: Iterable[str]) -> None:
    """Write no table with a column about pupils, parents or cases, whatever a plugin declares (domain.md DS-01).

    Raises:
        Refused: There is such a column; the message names it.
    """
    from koschuso.privacy import refuse_case_columns  # noqa: PLC0415 - `import koschuso` stays cheap

    refused = refuse_case_columns(headings)
    if refused:
        names = ", ".join(f"»{finding.value}«" for finding in refused)
        raise Refused(
            f"Die Spalte {names} klingt nach Daten über Schülerinnen, Schüler, Eltern oder Fälle; die Tabelle wurde nicht "
            "geschrieben. Das Feld stammt aus einem Plugin; bitte schalten Sie es aus und wenden Sie sich an seine Urheber."
        )


def _fields(registry: Registry, audience: str) -> tuple[ExtraField, ...]:
    """Give the fields of plugins whose values the audience may see."""
    return tuple(field for kind in RECORD_TYPES for field in registry.declared.of(kind, audience))


def _options(
    view: OfficeView, selection: _Selection, audience: str, label: Callable[[str, str], str], target: str
) -> WriteOptions:
    from koschuso.interchange.format import WriteOptions  # noqa: PLC0415 - `import koschuso` stays cheap

    return WriteOptions(
        stamp=view.as_of,
        audience=audience,
        target=target,
        title=view.office.name,
        labels=label,
        references=selection.references,
    )


def _told_about(
    program: Target | None, format_name: str, records: Sequence[Record], data: bytes
) -> tuple[str, tuple[Finding, ...]]:
    """Give what a target does not show of a file: one sentence, and the findings."""
    from koschuso.interchange.one_per_file import members_of  # noqa: PLC0415 - only exports to a target
    from koschuso.interchange.targets import ExportedFile, report  # noqa: PLC0415 - as above

    if program is None or format_name not in _SYNTAX:
        return "", ()
    syntax, packaged = _SYNTAX[format_name]
    texts = members_of(data) if packaged else [data]
    told = report(program, ExportedFile(format=syntax, records=records, texts=tuple(texts), packaged=packaged))
    return told.sentence, told.findings


def _hazards(records: Sequence[Record]) -> tuple[Finding, ...]:
    """Warn of what other servers choke on, whatever the format."""
    from koschuso.interchange.recurrence.check import export_warnings  # noqa: PLC0415 - `import koschuso` stays cheap

    return export_warnings(record for record in records if isinstance(record, Event))


def _before(path: Path) -> bytes:
    """Read the feed that is to be replaced."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise Unavailable(f"Der bisherige Feed {path} lässt sich nicht lesen: {reason(error)}.") from error


def _format_for(path: Path, target: str, registry: Registry) -> Format:
    """Find the format of a file's ending; the longest ending that fits counts (``.vcf.zip`` before ``.zip``)."""
    writers = [found for found in registry.formats.values() if found.write is not None]
    name = path.name.lower()
    fitting = [(suffix, found) for found in writers for suffix in found.suffixes if name.endswith(suffix)]
    fitting.sort(key=lambda pair: (-len(pair[0]), target not in pair[1].targets, pair[1].general))
    for _suffix, found in fitting:
        if not found.targets or target in found.targets:
            return found
    if fitting:
        suffix, found = fitting[0]
        programs = " oder ".join(f"--target {program}" for program in found.targets)
        raise WrongUse(f"Mit der Endung »{suffix}« schreibt koschuso: {found.title}. Sagen Sie das dazu: {programs}.")
    known = ", ".join(sorted(_endings(writers)))
    wrong = f"Die Endung »{path.suffix}« gehört zu keinem Format" if path.suffix else f"»{path.name}« hat keine Endung"
    raise WrongUse(f"{wrong}; geschrieben werden {known}.")


def _endings(formats: Iterable[Format]) -> set[str]:
    return {ending for found in formats for ending in found.suffixes}


def _kinds(kinds: Sequence[str], format_: Format) -> frozenset[str]:
    for kind in kinds:
        if kind not in RECORD_TYPES:
            raise WrongUse(f"Die Art »{kind}« gibt es nicht; möglich sind {', '.join(RECORD_TYPES)}.")
        if kind not in format_.kinds:
            raise WrongUse(f"{format_.title} kann die Art »{kind}« nicht aufnehmen, nur {', '.join(format_.kinds)}.")
    return frozenset(kinds or format_.kinds)
