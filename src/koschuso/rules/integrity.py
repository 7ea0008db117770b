"""Quality of the whole: records point at records that exist, keys stand in their catalogues, one Schulträger at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from koschuso.errors import NotFound
from koschuso.model import NOT_ASSIGNED, RECORD_TYPES, Catalogue, Finding, Reference, Relation, Severity
from koschuso.rules.rule import Rule, View
from koschuso.rules.structure import POINTERS, VOCABULARIES, values_at
from koschuso.rules.timeline import concurrent, german_day, group

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["INTEGRITY_RULES"]

_OWN: Final = "Datenqualität, Vorschlag koschuso"


def _dangling(view: View) -> Iterator[Finding]:
    for kind, fields in POINTERS.items():
        for record in view.records(RECORD_TYPES[kind]):
            for path, kinds in fields.items():
                # A place that is missing has a rule of its own.
                if (kind, path) == ("assignment", "place_id"):
                    continue
                for value in values_at(record, path):
                    target = value if isinstance(value, Reference) else None
                    wanted = (target.kind,) if target is not None else kinds
                    id_ = target.id if target is not None else str(value)
                    # References may also name what is no record, such as a municipality by its key.
                    if any(name not in RECORD_TYPES for name in wanted):
                        continue
                    if all(view.get(RECORD_TYPES[name], id_) is None for name in wanted):
                        labels = " oder ".join(RECORD_TYPES[name].LABEL for name in wanted)
                        yield Finding(
                            rule="verweis.ins_leere",
                            message=f"{RECORD_TYPES[kind].LABEL}: Das Feld {path} verweist auf einen Datensatz ({labels}), den es "
                            "nicht gibt. Bitte legen Sie ihn an, oder leeren Sie das Feld.",
                            severity=Severity.WARNING,
                            kind=kind,
                            id=record.id,
                            field=path,
                            value=id_,
                        )


@attrs.define
class _Seen:
    """Where a key was seen: the first record, and how many."""

    first: str
    count: int = 0


def _keys(view: View) -> Iterator[Finding]:
    catalogues: dict[str, Catalogue | None] = {}
    seen: dict[tuple[str, str, str], _Seen] = {}
    for kind, fields in VOCABULARIES.items():
        for record in view.records(RECORD_TYPES[kind]):
            for path in fields:
                for key in values_at(record, path):
                    seen.setdefault((kind, path, str(key)), _Seen(record.id)).count += 1
    for (kind, path, key), where in seen.items():
        name = VOCABULARIES[kind][path]
        if name not in catalogues:
            catalogues[name] = _catalogue(view, name)
        catalogue = catalogues[name]
        if catalogue is not None:
            yield from _key_findings(catalogue, kind, path, key, where)


def _catalogue(view: View, name: str) -> Catalogue | None:
    try:
        return view.catalogue(name)
    except NotFound:
        return None


def _key_findings(catalogue: Catalogue, kind: str, path: str, key: str, where: _Seen) -> Iterator[Finding]:
    place = f"{RECORD_TYPES[kind].LABEL}, Feld {path} ({where.count}-mal)"
    entry = catalogue.get(key)
    if entry is None:
        plugin, colon, _rest = key.partition(":")
        advice = (
            f"Bitte schalten Sie das Plugin »{plugin}« ein, das ihn mitbringt"
            if colon
            else "Bitte prüfen Sie die Schreibweise"
        )
        rule, severity = "schluessel.unbekannt", Severity.INFO if colon else Severity.WARNING
        message = f"{place}: Der Schlüssel »{key}« steht nicht im Katalog »{catalogue.title}«. {advice}; der Wert bleibt erhalten."
    elif entry.deprecated_since:
        new = (entry.replaced_by,) if entry.replaced_by else entry.split_into
        named = " und ".join(f"»{key}« ({catalogue.label(key)})" for key in new)
        successor = f" An seine Stelle {'trat' if len(new) == 1 else 'traten'} {named}." if new else ""
        rule, severity = "schluessel.veraltet", Severity.INFO
        message = f"{place}: Der Schlüssel »{key}« wird seit {entry.deprecated_since} nicht mehr angeboten.{successor}"
    elif entry.origin and catalogue.shared_key(key) is None:
        rule, severity = "schluessel.ohne_zuordnung", Severity.INFO
        message = (
            f"{place}: Der eigene Schlüssel »{key}« ({entry.label}) ist keinem gemeinsamen Schlüssel zugeordnet; in Summen "
            f"über mehrere Büros steht er als »{NOT_ASSIGNED}«. Das Plugin kann mit maps_to sagen, wozu er zählt."
        )
    else:
        return
    yield Finding(rule=rule, message=message, severity=severity, kind=kind, id=where.first, field=path, value=key)


def _one_at_a_time(view: View) -> Iterator[Finding]:
    catalogue = _catalogue(view, "beziehungsart")
    types = {"traeger_von"} if catalogue is None else {entry.key for entry in catalogue if entry.flag("one_at_a_time")}
    relations = group(
        (relation for relation in view.records(Relation) if relation.type in types),
        lambda relation: (relation.type, relation.target),
    )
    for (type_, target), found in relations.items():
        for day, held in concurrent(found, _period):
            if len({relation.source for relation in held}) > 1:
                label = type_ if catalogue is None else catalogue.label(type_)
                yield Finding(
                    rule="beziehung.mehrfach",
                    message=f"»{label}« gilt hier{german_day(day)} für {len(held)} zugleich; es kann zu einer Zeit nur eine Organisation "
                    "sein. Bitte beenden Sie die übrigen Beziehungen.",
                    severity=Severity.WARNING,
                    kind=target.kind,
                    id=target.id,
                    field=type_,
                )
                break


def _period(relation: Relation) -> Any:
    return relation.period


INTEGRITY_RULES: Final = (
    Rule(
        name="koschuso:verweise",
        title="Verweise führen zu Datensätzen",
        severity=Severity.WARNING,
        source=_OWN,
        check=_dangling,
    ),
    Rule(
        name="koschuso:schluessel",
        title="Schlüssel stehen in ihrem Katalog",
        severity=Severity.WARNING,
        source=_OWN,
        check=_keys,
    ),
    Rule(
        name="koschuso:traeger_einmal",
        title="Ein Schulträger zur selben Zeit",
        severity=Severity.WARNING,
        source=_OWN,
        check=_one_at_a_time,
    ),
)
"""The checks of references, keys and relations."""
