"""What becomes of a stored record when a file has it too: which fields the file may change, and who is newer.

A file says something about some fields only; the others stay. Where the office has changed a record since it was last
read in, file and office are merged field by field against the state in between (a three-way merge): what only one side
changed is taken from that side. Where both changed a field, the newer edition wins; a file that is not newer never
overwrites what the office changed. Whatever is decided against one side is told.

Each value of a plugin's field counts as a field of its own, named ``"plugin:field"``. A file that does not mention it says
nothing about it, unless its format carries ``extras`` as a whole; ``None`` says that there is no value any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.model import Finding, Record, Severity, field_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from koschuso.interchange.format import Format

__all__ = ["Decision", "changed_fields", "decide", "merge"]

_EXTRAS: Final = "extras"


@attrs.frozen(kw_only=True)
class Decision:
    """What is to be stored of a record that is there already.

    Attributes:
        record: As it is to be stored; the stored one itself when nothing changes.
        fields: Names of the fields that change.
        read: The record as the file alone would make it, when that is something else: the base of the next merge.
        finding: What was decided against one side.
        kept: Whether what the file says was not taken, or not all of it.
    """

    record: Record
    fields: tuple[str, ...] = ()
    read: Record | None = None
    finding: Finding | None = None
    kept: bool = False


def decide(
    before: Record,
    read: Record,
    format_: Format,
    *,
    base: Callable[[], Record | None] | None = None,
    outdated: Callable[[], bool] | None = None,
    own: bool = False,
) -> Decision:
    """Decide what becomes of a stored record.

    Args:
        before: The stored record.
        read: The record as the file has it.
        format_: What the file can say, and how new it says it is.
        base: Given when the office changed the record since it was last read in: finds its state before that.
        outdated: Tells whether the file as a whole is older than the last change of a record that was never read in;
            asked only where the record itself does not say how new it is.
        own: Whether koschuso itself wrote the file: then whatever it says of the record counts, also what other programs
            do not carry. What it does not say was perhaps not for this audience.

    Raises:
        InvalidRecord: The file's fields contradict those of the stored record that it does not carry.
    """
    settled = read if format_.settle is None else format_.settle(before, read)
    carried = _carried(read, format_.carries)
    if own and carried is not None:
        carried = (*carried, *_said(read))
    after = merge(before, settled, carried)
    fields = changed_fields(before, after)
    if not fields:
        return Decision(record=before)
    order = _order(before, read, format_)
    if order == 0 and base is None and outdated is not None and outdated():
        order = -1
    if order < 0:
        return Decision(record=before, finding=_older(before, fields), kept=True)
    if base is None:
        return Decision(record=after, fields=fields)
    common = base()
    if common is not None:
        return _three_ways(before, after, common, newer=order > 0)
    if order > 0:
        return Decision(record=after, fields=fields, finding=_overwritten(before, fields))
    return Decision(record=before, finding=_local(before, fields), kept=True)


def _three_ways(before: Record, after: Record, common: Record, *, newer: bool) -> Decision:
    """Merge what the office changed and what the file changed since the state that both have in common."""
    by_office = set(changed_fields(common, before))
    by_file = set(changed_fields(common, after))
    contested = [name for name in changed_fields(before, after) if name in by_office and name in by_file]
    kept = by_office - by_file if newer else by_office
    merged = _with_fields_of(before, after, kept)
    finding = None
    if contested:
        finding = _overwritten(before, contested) if newer else _local(before, contested)
    return Decision(
        record=merged,
        fields=changed_fields(before, merged),
        read=after if kept else None,
        finding=finding,
        kept=bool(contested) and not newer,
    )


def changed_fields(before: Record, after: Record) -> tuple[str, ...]:
    """Name the fields that differ, and of the values of plugins' fields each one by its name."""
    if before == after:
        return ()
    names = (field.name for field in attrs.fields(type(after)) if field.name != _EXTRAS)
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    if before.extras != after.extras:
        extras = dict.fromkeys((*before.extras, *after.extras))
        changed += [name for name in extras if before.extras.get(name) != after.extras.get(name)]
    return tuple(changed)


def _with_fields_of(source: Record, record: Record, names: Iterable[str]) -> Record:
    """Give a record with these fields as another one has them."""
    fields = {name: getattr(source, name) for name in names if ":" not in name}
    extras = dict(record.extras)
    for name in names:
        if ":" in name:
            extras.pop(name, None)
            if name in source.extras:
                extras[name] = source.extras[name]
    return attrs.evolve(record, **fields, extras=extras)


def merge(before: Any, after: Any, fields: tuple[str, ...] | None) -> Any:
    """Put the fields that a file carries into the stored value and leave the others as they are."""
    if fields is None or before is None or after is None or type(before) is not type(after):
        return after
    inner: dict[str, list[str]] = {}
    for field in fields:
        name, _, rest = field.partition(".")
        inner.setdefault(name, []).extend([rest] if rest else [])
    merged = {
        name: merge(getattr(before, name), getattr(after, name), tuple(rest) or None) for name, rest in inner.items()
    }
    if _EXTRAS not in merged and isinstance(after, Record) and after.extras:
        extras = {**before.extras, **after.extras}
        merged[_EXTRAS] = {name: value for name, value in extras.items() if value is not None}
    return attrs.evolve(before, **merged)


def _carried(record: Record, carries: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    of_its_type = carries.get(f"{record.KIND}/{getattr(record, 'type', '')}")
    return carries.get(record.KIND) if of_its_type is None else of_its_type


def _said(record: Record) -> tuple[str, ...]:
    """Name the fields that are not what they are without being mentioned."""
    return tuple(
        field.name
        for field in attrs.fields(type(record))
        if field.default is not attrs.NOTHING and field.name != _EXTRAS and getattr(record, field.name) != field.default
    )


def _order(before: Record, read: Record, format_: Format) -> int:
    """Whether the file's record is older (-1) or newer (1) than the stored one; 0 where they do not say."""
    if format_.edition is None:
        return 0
    held, offered = format_.edition(before), format_.edition(read)
    if held is None or offered is None or held == offered:
        return 0
    return -1 if offered < held else 1


def _labels(record: Record, fields: Iterable[str]) -> str:
    return ", ".join(field_label(record.KIND, name) for name in fields)


def _finding(record: Record, rule: str, message: str, severity: Severity) -> Finding:
    return Finding(rule=f"import.{rule}", message=message, severity=severity, kind=record.KIND, id=record.id)


def _older(record: Record, fields: Iterable[str]) -> Finding:
    return _finding(
        record,
        "aelter",
        f"Die Datei hat hier einen älteren Stand als Ihr Büro ({_labels(record, fields)}); es wurde nichts überschrieben.",
        Severity.WARNING,
    )


def _local(record: Record, fields: Iterable[str]) -> Finding:
    return _finding(
        record,
        "selbst_geaendert",
        f"Sie haben diesen Datensatz seit dem letzten Einlesen selbst geändert, und die Datei sagt hier etwas anderes "
        f"({_labels(record, fields)}), ohne neuer zu sein; Ihr Stand bleibt. Bitte prüfen Sie, was gilt.",
        Severity.WARNING,
    )


def _overwritten(record: Record, fields: Iterable[str]) -> Finding:
    return _finding(
        record,
        "neuer_als_eigene_aenderung",
        f"Sie haben diesen Datensatz seit dem letzten Einlesen selbst geändert; die Datei ist neuer und gilt jetzt "
        f"({_labels(record, fields)}). Ihr Stand von vorher steht im Änderungsverlauf.",
        Severity.WARNING,
    )
