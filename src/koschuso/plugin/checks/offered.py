"""What a plugin offers, looked at record by record: labels, privacy classes, catalogues, duties (L1, L2, D1, D2, F1, C1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from koschuso.guard import describe, guarded
from koschuso.model import RECORD_TYPES, ExtraField, FieldType
from koschuso.plugin.checks.clause import Shortfall
from koschuso.plugin.checks.sources import DECLARATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from koschuso.model import Catalogue
    from koschuso.plugin.registry import Registry

__all__ = ["alike", "check_data_duties", "check_offers"]

Offered = "Mapping[str, tuple[Any, ...]]"
"""Records of a plugin by the name of the sort: ``"fields"``, ``"reports"`` …"""

_TITLES = {
    "fields": ("label", "die Bezeichnung (label)"),
    "catalogues": ("title", "die Überschrift (title)"),
    "rules": ("title", "die Bezeichnung (title)"),
    "reports": ("title", "die Überschrift (title)"),
    "renderers": ("title", "die Bezeichnung (title)"),
    "formats": ("title", "die Bezeichnung (title)"),
}
_LONGEST_LABEL = 80


def check_offers(offered: Mapping[str, tuple[Any, ...]], registry: Registry) -> Iterator[Shortfall]:
    """Check all records of a plugin."""
    for sort, records in offered.items():
        for record in records:
            yield from _labels(sort, record)
    for field in offered.get("fields", ()):
        yield from _field(field, registry.catalogues)
    for catalogue in offered.get("catalogues", ()):
        yield from _catalogue(catalogue, registry.catalogues)


def _labels(sort: str, record: Any) -> Iterator[Shortfall]:
    if sort in _TITLES:
        attribute, what = _TITLES[sort]
        yield from _label(record.name, getattr(record, attribute), what)
    if sort == "catalogues":
        for entry in record.entries:
            yield from _label(record.name, entry.label, f"die Bezeichnung des Eintrags »{entry.key}«", entry.key)
    if sort == "rules":
        yield from _label(record.name, record.source, "die Herkunft (source)", longest=1000)
    if sort == "reports":
        for option in record.parameters:
            yield from _label(record.name, option.title, f"die Bezeichnung der Angabe »{option.name}«")
        if not record.description.strip():
            yield Shortfall(
                clause="L2",
                offer=record.name,
                message="Dem Bericht fehlt ein Satz, was er sagt und für wen (description).",
            )
    if sort == "fields" and not record.help.strip():
        yield Shortfall(clause="L2", offer=record.name, message="Dem Feld fehlt ein Satz, was einzutragen ist (help).")


def _label(offer: str, text: Any, what: str, key: str = "", *, longest: int = _LONGEST_LABEL) -> Iterator[Shortfall]:
    problem = ""
    if not isinstance(text, str) or not text.strip():
        problem = f"Es fehlt {what}."
    elif text != text.strip() or not text.isprintable():
        problem = (
            f"In {what.replace('die ', 'der ', 1)} stehen Leerzeichen am Rand, Zeilenumbrüche oder unsichtbare Zeichen."
        )
    elif len(text) > longest:
        problem = f"Mit {len(text)} Zeichen ist {what} zu lang; höchstens {longest} passen in eine Spalte."
    elif text in {offer, key or offer, offer.partition(":")[2]} and (text != text.capitalize() or "_" in text):
        problem = f"Statt einer Bezeichnung für Menschen ist {what} der technische Name »{text}«."
    if problem:
        yield Shortfall(clause="L1", offer=offer, message=problem)


def _field(field: Any, catalogues: Mapping[str, Catalogue]) -> Iterator[Shortfall]:
    if not getattr(field, "privacy_stated", True):
        yield Shortfall(
            clause="D1",
            offer=field.name,
            message=f"Das Feld sagt nicht, wie weit seine Werte gehen dürfen. Bitte geben Sie privacy an, auch wenn »{field.privacy}« gemeint ist.",
        )
    if field.record_kind not in RECORD_TYPES:
        yield Shortfall(
            clause="F1",
            offer=field.name,
            message=f"Die Art »{field.record_kind}« gibt es nicht; möglich sind {', '.join(RECORD_TYPES)}.",
        )
    if field.type is FieldType.KEY and field.catalogue not in catalogues:
        yield Shortfall(
            clause="F1",
            offer=field.name,
            message=f"Den Katalog »{field.catalogue}« gibt es nicht. Bitte prüfen Sie die Schreibweise oder bieten Sie ihn an.",
        )


def _catalogue(offered: Catalogue, merged: Mapping[str, Catalogue]) -> Iterator[Shortfall]:
    """An own entry of a shared catalogue counts somewhere, or a statewide sum has a hole."""
    base = merged.get(offered.extends)
    if not offered.extends or base is None:
        return
    for entry in offered.entries:
        if entry.key in base and base.shared_key(entry.key) is None:
            yield Shortfall(
                clause="C1",
                offer=offered.name,
                message=f"Der Eintrag »{entry.key}« zählt unter keinem gemeinsamen Schlüssel von »{offered.extends}«; in "
                "landesweiten Summen fehlt er. Bitte geben Sie maps_to an.",
            )


def check_data_duties(
    offered: Mapping[str, tuple[Any, ...]], *, declares: bool | None, kept: Sequence[tuple[str, str]]
) -> Iterator[Shortfall]:
    """Check that a plugin which keeps personal data tells and erases them (D2, D3).

    Args:
        offered: What it offers.
        declares: What it says in ``KEEPS_PERSONAL_DATA``, ``None`` where it says nothing.
        kept: Places in its source that keep or send data elsewhere than in the store.
    """
    holders = offered.get("data_holders", ())
    if not holders and declares:
        yield Shortfall(
            clause="D2",
            message=f"Das Plugin erklärt mit {DECLARATION} = True, dass es personenbezogene Daten hält, bietet aber keinen "
            "DataHolder an. Bitte ergänzen Sie koschuso_data_holders.",
        )
    # What a storage writes is the store itself: koschuso tells and erases it.
    elif not holders and declares is None and kept and not offered.get("stores"):
        place, what = kept[0]
        more = f" und an {len(kept) - 1} weiteren Stellen" if len(kept) > 1 else ""
        yield Shortfall(
            clause="D2",
            place=place,
            message=f"Das Plugin hält mit {what}{more} etwas anderswo fest als im Speicher. Hält es dort Angaben über "
            f"Menschen, braucht es einen DataHolder (koschuso_data_holders); hält es keine, schreiben Sie {DECLARATION} = False.",
        )
    for holder in holders:
        yield from _holder(holder)


def _holder(holder: Any) -> Iterator[Shortfall]:
    import json  # noqa: PLC0415 - for checks only

    nobody = "koschuso-pruefung-niemand"
    told = guarded(lambda: holder.access(nobody))
    if told.error is not None:
        yield Shortfall(
            clause="D3",
            offer=holder.name,
            message=f"Die Auskunft über eine unbekannte Person scheitert: {describe(told.error)}.",
        )
    elif (unwritten := guarded(lambda: json.dumps(told.value)).error) is not None:
        yield Shortfall(
            clause="D3",
            offer=holder.name,
            message=f"Die Auskunft ist kein JSON-Wert ({describe(unwritten)}). Bitte geben Sie Texte, Zahlen, Listen und Abbildungen.",
        )
    elif told.value:
        yield Shortfall(
            clause="D3",
            offer=holder.name,
            message="Über eine unbekannte Person wird etwas ausgegeben; erwartet wird nichts.",
        )
    for _turn in range(2):
        erased = guarded(lambda: holder.erase(nobody))
        if erased.error is not None:
            cause = f"scheitert: {describe(erased.error)}"
        elif isinstance(erased.value, bool) or erased.value != 0 or not isinstance(erased.value, int):
            cause = f"ergibt {erased.value!r} statt der Zahl 0"
        else:
            continue
        yield Shortfall(clause="D3", offer=holder.name, message=f"Das Löschen einer unbekannten Person {cause}.")
        return


def alike(one: Any, other: Any) -> bool:
    """Tell whether two answers mean the same: functions made anew by the same code count as equal.

    >>> alike((lambda: 1,), (lambda: 1,)), alike([1], [2])
    (True, False)
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if attrs.has(type(one)):
        return all(
            alike(getattr(one, field.name, None), getattr(other, field.name, None)) for field in attrs.fields(type(one))
        )
    if guarded(lambda: bool(one == other)).value:
        return True
    code = getattr(one, "__code__", None)
    if code is not None:
        theirs = other.__code__
        return (code.co_code, code.co_consts, code.co_names) == (theirs.co_code, theirs.co_consts, theirs.co_names)
    function = getattr(one, "func", None)
    return function is not None and alike(function, other.func) and alike(one.args, other.args)


def make_value(field: ExtraField, catalogue: Catalogue | None) -> Any:
    """Give a value that a field accepts."""
    if field.type is FieldType.KEY:
        entries = catalogue.offered() if catalogue is not None else ()
        return entries[0].key if entries else None
    return {
        FieldType.TEXT: "Muster",
        FieldType.INTEGER: 3,
        FieldType.DECIMAL: "19.5",
        FieldType.BOOLEAN: True,
        FieldType.DATE: "2025-10-15",
    }[field.type]
