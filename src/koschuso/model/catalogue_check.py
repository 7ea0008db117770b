"""What a catalogue must not contradict: keys, names, columns and references are checked when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from koschuso.model.catalogue_entry import keys_above, next_shared
from koschuso.model.finding import Problems
from koschuso.model.folding import fold
from koschuso.model.values import is_key

if TYPE_CHECKING:
    from koschuso.model.catalogue_entry import Column, Entry

__all__ = ["check_catalogue"]


class Checked(Protocol):
    """What the check looks at; `koschuso.model.Catalogue` is the implementation."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def extends(self) -> str: ...
    @property
    def columns(self) -> tuple[Column, ...]: ...
    @property
    def entries(self) -> tuple[Entry, ...]: ...
    def __contains__(self, key: object, /) -> bool: ...
    def get(self, key: str, /) -> Entry | None: ...
    def parent(self, key: str, /) -> Entry | None: ...


def check_catalogue(catalogue: Checked) -> None:
    """Refuse a catalogue that contradicts itself.

    References of a catalogue that extends another one are left to `Catalogue.extended_with`, which knows both.

    Raises:
        InvalidRecord: One finding for each contradiction, naming field, value and rule.
    """
    problems = Problems("catalogue", catalogue.name)
    _check_heading(catalogue, problems)
    _check_entries(catalogue, problems)
    _check_names(catalogue, problems)
    if not catalogue.extends:
        _check_references(catalogue, problems)
        _check_circles(catalogue, problems)
    problems.raise_if_any()


def _check_heading(catalogue: Checked, problems: Problems) -> None:
    for field, value in (("name", catalogue.name), ("title", catalogue.title), ("version", catalogue.version)):
        problems.require(
            value.strip(),
            field=field,
            value=value,
            rule="katalog.kopf_vollstaendig",
            message=f"Der Katalog braucht die Angabe »{field}«.",
        )
    for field, value in (("name", catalogue.name), ("extends", catalogue.extends)):
        problems.require(
            not value or is_key(value),
            field=field,
            value=value,
            rule="katalog.schluesselform",
            message=f"»{value}« ist kein gültiger Katalogname: erlaubt sind kleine Buchstaben a–z, Ziffern, _ und Punkte.",
        )


def _check_entries(catalogue: Checked, problems: Problems) -> None:
    columns = {column.key for column in catalogue.columns}
    seen: set[str] = set()
    for entry in catalogue.entries:
        problems.require(
            is_key(entry.key),
            field="key",
            value=entry.key,
            rule="katalog.schluesselform",
            message=f"»{entry.key}« ist kein gültiger Schlüssel: erlaubt sind kleine Buchstaben a–z, Ziffern und _, "
            "Punkte zwischen den Ebenen und davor »plugin:«.",
        )
        problems.require(
            entry.key not in seen,
            field="key",
            value=entry.key,
            rule="katalog.schluessel_einmalig",
            message=f"Der Schlüssel »{entry.key}« kommt mehrfach vor; bitte benennen Sie einen der Einträge anders.",
        )
        seen.add(entry.key)
        problems.require(
            entry.label.strip(),
            field="label",
            value=entry.label,
            rule="katalog.bezeichnung",
            message=f"Dem Eintrag »{entry.key}« fehlt die Bezeichnung (label).",
        )
        problems.require(
            entry.deprecated_since or not entry.replaced_by,
            field="deprecated_since",
            value=entry.deprecated_since,
            rule="katalog.ersetzt_veraltet",
            message=f"Der Eintrag »{entry.key}« ist ersetzt (replaced_by); bitte geben Sie an, seit welcher Version "
            "(deprecated_since).",
        )
        # An extension may fill the columns of the catalogue that it extends; those are known only when they meet.
        for attribute in () if catalogue.extends else (*entry.attributes, *entry.inferred_attributes):
            problems.require(
                attribute in columns,
                field=attribute,
                value=entry.attributes.get(attribute, ""),
                rule="katalog.spalte_bekannt",
                message=f"Der Eintrag »{entry.key}« nutzt die Spalte »{attribute}«, die der Katalog nicht nennt. "
                "Bitte prüfen Sie die Schreibweise.",
            )


def _check_names(catalogue: Checked, problems: Problems) -> None:
    """An alias may mean one entry only; equal labels are allowed in different branches and told apart by key."""
    owners: dict[str, set[str]] = {}
    for entry in catalogue.entries:
        for text in (entry.key, entry.label, *entry.aliases):
            owners.setdefault(fold(text), set()).add(entry.key)
    for entry in catalogue.entries:
        for alias in entry.aliases:
            others = sorted(owners[fold(alias)] - {entry.key})
            problems.require(
                fold(alias) and not others,
                field="aliases",
                value=alias,
                rule="katalog.alias_eindeutig",
                message=f"Der Alias »{alias}« des Eintrags »{entry.key}« ist "
                + (f"mehrdeutig; er meint auch: {', '.join(others)}." if others else "leer."),
            )


def _check_references(catalogue: Checked, problems: Problems) -> None:
    for entry in catalogue.entries:
        above = next(keys_above(entry.key), None)
        parent = catalogue.parent(entry.key)
        # The entry directly above must exist, with or without the prefix; a grandparent does not do.
        path = None if above is None else above.rpartition(":")[2]
        problems.require(
            path is None or (parent is not None and parent.key.rpartition(":")[2] == path),
            field="key",
            value=entry.key,
            rule="katalog.ebene_darueber",
            message=f"Über »{entry.key}« fehlt der Eintrag »{path}«; bitte legen Sie ihn zuerst an.",
        )
        for field, target in (("maps_to", entry.maps_to), ("replaced_by", entry.replaced_by)):
            problems.require(
                not target or target in catalogue,
                field=field,
                value=target,
                rule=f"katalog.{field}_bekannt",
                message=f"Der Eintrag »{entry.key}« verweist mit {field} auf »{target}«; diesen Schlüssel gibt es nicht.",
            )


def _check_circles(catalogue: Checked, problems: Problems) -> None:
    def following(key: str) -> str | None:
        return next_shared(catalogue.get(key), catalogue.parent(key))

    for entry in catalogue.entries:
        trail = {entry.key}
        key = following(entry.key)
        while key is not None and key not in trail:
            trail.add(key)
            key = following(key)
        problems.require(
            key != entry.key,
            field="maps_to" if entry.maps_to else "replaced_by",
            value=entry.maps_to or entry.replaced_by,
            rule="katalog.verweis_im_kreis",
            message=f"Die Verweise des Eintrags »{entry.key}« führen im Kreis zu ihm zurück.",
        )
