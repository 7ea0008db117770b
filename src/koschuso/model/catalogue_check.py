"""What a catalogue must not contradict: keys, names, columns and references are checked when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from koschuso.model.catalogue_entry import keys_above, next_shared
from koschuso.model.catalogue_versions import successors, version_order
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
        _check_change(entry, problems)
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


def _check_change(entry: Entry, problems: Problems) -> None:
    """What an entry says about its coming and going."""
    problems.require(
        entry.deprecated_since or not (entry.replaced_by or entry.split_into),
        field="deprecated_since",
        value=entry.deprecated_since,
        rule="katalog.ersetzt_veraltet",
        message=f"Der Eintrag »{entry.key}« ist ersetzt (replaced_by oder split_into); bitte geben Sie an, seit welcher "
        "Version (deprecated_since).",
    )
    problems.require(
        not (entry.replaced_by and entry.split_into),
        field="split_into",
        value=" ".join(entry.split_into),
        rule="katalog.ersetzt_oder_geteilt",
        message=f"Der Eintrag »{entry.key}« ist zugleich ersetzt (replaced_by) und geteilt (split_into); bitte geben Sie "
        "nur eines an.",
    )
    problems.require(
        len(entry.split_into) != 1 and len(set(entry.split_into)) == len(entry.split_into),
        field="split_into",
        value=" ".join(entry.split_into),
        rule="katalog.geteilt_in_mehrere",
        message=f"Der Eintrag »{entry.key}« ist geteilt (split_into); dazu gehören mindestens zwei verschiedene "
        "Schlüssel. Trat nur einer an seine Stelle, schreiben Sie ihn bei replaced_by.",
    )
    problems.require(
        not (entry.since and entry.deprecated_since)
        or version_order(entry.since) < version_order(entry.deprecated_since),
        field="deprecated_since",
        value=entry.deprecated_since,
        rule="katalog.fassung_reihenfolge",
        message=f"Der Eintrag »{entry.key}« entfällt mit Version {entry.deprecated_since}, bevor es ihn gibt "
        f"({entry.since}). Bitte prüfen Sie since und deprecated_since.",
    )


def _check_names(catalogue: Checked, problems: Problems) -> None:
    """An alias may mean one entry only; equal labels are allowed in different branches and told apart by key.

    Retired entries do not count: what is offered is meant first, so that a new name may be an old one.
    """
    owners: dict[str, set[str]] = {}
    for entry in catalogue.entries:
        for text in () if entry.deprecated_since else (entry.key, entry.label, *entry.aliases):
            owners.setdefault(fold(text), set()).add(entry.key)
    for entry in catalogue.entries:
        for alias in entry.aliases:
            others = [] if entry.deprecated_since else sorted(owners[fold(alias)] - {entry.key})
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
        targets = [("maps_to", entry.maps_to), ("replaced_by", entry.replaced_by)]
        for field, target in (*targets, *(("split_into", key) for key in entry.split_into)):
            problems.require(
                not target or target in catalogue,
                field=field,
                value=target,
                rule=f"katalog.{field}_bekannt",
                message=f"Der Eintrag »{entry.key}« verweist mit {field} auf »{target}«; diesen Schlüssel gibt es nicht.",
            )
        _check_order(catalogue, entry, parent, problems)


def _check_order(catalogue: Checked, entry: Entry, parent: Entry | None, problems: Problems) -> None:
    """What stands above an entry, or took its place, must have been there by then."""
    for key in successors(entry):
        successor = catalogue.get(key)
        if successor is None or successor.origin != entry.origin or not successor.since:
            continue
        problems.require(
            version_order(successor.since) <= version_order(entry.deprecated_since),
            field="replaced_by" if entry.replaced_by else "split_into",
            value=key,
            rule="katalog.nachfolger_spaeter",
            message=f"An die Stelle von »{entry.key}« (entfallen mit {entry.deprecated_since}) tritt »{key}« erst mit "
            f"Version {successor.since}. Bitte prüfen Sie die Versionen.",
        )
    if parent is not None and parent.origin == entry.origin and parent.since:
        problems.require(
            entry.since and version_order(parent.since) <= version_order(entry.since),
            field="since",
            value=entry.since,
            rule="katalog.ebene_spaeter",
            message=f"»{entry.key}« gibt es seit »{entry.since or 'Anfang an'}«, den Eintrag »{parent.key}« darüber aber "
            f"erst seit {parent.since}. Bitte prüfen Sie since.",
        )


def _check_circles(catalogue: Checked, problems: Problems) -> None:
    def following(key: str) -> tuple[str, ...]:
        entry = catalogue.get(key)
        if entry is not None and entry.split_into and not entry.maps_to:
            return entry.split_into
        one = next_shared(entry, catalogue.parent(key))
        return () if one is None else (one,)

    for entry in catalogue.entries:
        trail: set[str] = set()
        waiting = list(following(entry.key))
        while waiting:
            key = waiting.pop()
            if key not in trail:
                trail.add(key)
                waiting += following(key)
        problems.require(
            entry.key not in trail,
            field="maps_to" if entry.maps_to else "split_into" if entry.split_into else "replaced_by",
            value=entry.maps_to or " ".join(entry.split_into) or entry.replaced_by,
            rule="katalog.verweis_im_kreis",
            message=f"Die Verweise des Eintrags »{entry.key}« führen im Kreis zu ihm zurück.",
        )
