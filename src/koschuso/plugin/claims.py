"""Who may have what only one can have: a URL scheme, a file ending, a key of a shared vocabulary.

Between two plugins nobody wins: neither gets what both claim, and both are named. What koschuso itself claims is taken,
so that no plugin can stand between an office and its data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from koschuso.guard import describe, guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from koschuso.model import Catalogue

__all__ = ["merge_catalogues", "settle_claims"]

Settled = tuple[dict[str, tuple[Any, ...]], list[tuple[str, str]]]
"""Records by plugin, and who was left out with what for which reason."""


def _schemes(backend: Any) -> tuple[str, ...]:
    return tuple(backend.schemes)


def _written_suffixes(form: Any) -> tuple[str, ...]:
    # Who only reads does not have to be chosen by the ending: files are recognised by content.
    if form.write is None:
        return ()
    if form.general:
        return ()  # it yields to whoever writes this ending for itself
    if form.targets:
        # What is written for certain programs only leaves the ending itself to others.
        return tuple(_for_target(suffix, target) for suffix in form.suffixes for target in form.targets)
    return tuple(form.suffixes)


def _for_target(suffix: str, target: str) -> str:
    return f"{suffix} für {target}"


def _suffix(renderer: Any) -> tuple[str, ...]:
    return (renderer.suffix,)


def _without_schemes(backend: Any, lost: frozenset[str]) -> Any | None:
    left = tuple(scheme for scheme in backend.schemes if scheme not in lost)
    return attrs.evolve(backend, schemes=left) if left else None


def _without_suffixes(form: Any, lost: frozenset[str]) -> Any:
    if form.targets:
        left = tuple(
            target
            for target in form.targets
            if all(_for_target(suffix, target) not in lost for suffix in form.suffixes)
        )
        # Without a target a format would be written for everybody.
        return attrs.evolve(form, targets=left) if left else attrs.evolve(form, suffixes=())
    return attrs.evolve(form, suffixes=tuple(suffix for suffix in form.suffixes if suffix not in lost))


def _property(field: Any) -> tuple[str, ...]:
    # »a:b_c« and »a-b:c« would be the same line of a calendar or address book.
    return (f"{field.property} ({field.record_kind})",)


def _dropped(_record: Any, _lost: frozenset[str]) -> None:
    return None


_CLAIMS: dict[str, tuple[str, str, Callable[[Any], tuple[str, ...]], Callable[[Any, frozenset[str]], Any | None]]] = {
    "stores": ("Das URL-Schema", "", _schemes, _without_schemes),
    "formats": (
        "Die Dateiendung",
        " Unter seinem Namen bleibt das Format erreichbar.",
        _written_suffixes,
        _without_suffixes,
    ),
    "renderers": ("Die Dateiendung", "", _suffix, _dropped),
    "fields": ("Den Namen in Kalendern und Adressbüchern", "", _property, _dropped),
}


def settle_claims(offers: str, by_plugin: Mapping[str, tuple[Any, ...]], builtin: str) -> Settled:
    """Take from every record what somebody else claims as well.

    Args:
        offers: Sort of offers: ``"stores"``, ``"formats"``, ``"renderers"``, ``"fields"``; others claim nothing.
        by_plugin: Records by plugin.
        builtin: Name of koschuso's own offers, whose claims stand.
    """
    if offers not in _CLAIMS:
        return dict(by_plugin), []
    what, remark, claims_of, without = _CLAIMS[offers]
    claimants: dict[str, list[tuple[str, str]]] = {}
    for plugin, records in by_plugin.items():
        for record in records:
            for claim in claims_of(record):
                claimants.setdefault(claim, []).append((plugin, record.name))
    lost: dict[str, set[str]] = {}
    clashes: list[tuple[str, str]] = []
    for claim, claiming in claimants.items():
        owners = {plugin for plugin, _name in claiming}
        if len(owners) == 1:
            continue
        losers = owners - {builtin}
        names = " und ".join(name for _plugin, name in claiming)
        outcome = (
            "Es bleibt bei koschuso."
            if builtin in owners
            else "Keines bekommt den Zuschlag; bitte schalten Sie eines der Plugins aus."
        )
        clashes.extend(
            (plugin, f"{what} »{claim}« beanspruchen {names}. {outcome}{remark}") for plugin in sorted(losers)
        )
        for plugin, name in claiming:
            if plugin in losers:
                lost.setdefault(name, set()).add(claim)
    settled = {}
    for plugin, records in by_plugin.items():
        kept = (without(record, frozenset(lost[record.name])) if record.name in lost else record for record in records)
        settled[plugin] = tuple(record for record in kept if record is not None)
    return settled, clashes


def merge_catalogues(by_plugin: Mapping[str, tuple[Any, ...]]) -> Settled:
    """Add the entries of extending catalogues to those that they extend.

    An extension that does not fit is left out whole, and so is every one whose keys another plugin claims as well.

    Args:
        by_plugin: Catalogues by plugin.
    """
    settled: dict[str, list[Catalogue]] = {plugin: [] for plugin in by_plugin}
    homes: dict[str, str] = {}
    extensions: list[tuple[str, Catalogue]] = []
    for plugin, catalogues in by_plugin.items():
        for catalogue in catalogues:
            if catalogue.extends:
                extensions.append((plugin, catalogue))
            else:
                homes[catalogue.name] = plugin
                settled[plugin].append(catalogue)
    clashes: list[tuple[str, str]] = []
    contested = _contested_keys(extensions)
    extended: dict[str, Catalogue] = {}
    by_name = {catalogue.name: catalogue for catalogues in settled.values() for catalogue in catalogues}
    for plugin, extension in extensions:
        problem = _problem(plugin, extension, by_name, contested)
        if not problem:
            base = extended.get(extension.extends, by_name[extension.extends])
            merged = guarded(lambda base=base, extension=extension: base.extended_with(extension))  # type: ignore[misc]
            if merged.value is not None:
                extended[extension.extends] = merged.value
            elif merged.error is not None:
                problem = (
                    f"Der Katalog »{extension.name}« passt nicht zu »{extension.extends}«: {describe(merged.error)}"
                )
        if problem:
            clashes.append((plugin, problem))
    return {
        plugin: tuple(extended.get(catalogue.name, catalogue) for catalogue in catalogues)
        for plugin, catalogues in settled.items()
    }, clashes


def _contested_keys(extensions: Iterable[tuple[str, Catalogue]]) -> dict[tuple[str, str], list[str]]:
    """Find the keys of one catalogue that several extensions add, with the names of these extensions."""
    claimants: dict[tuple[str, str], list[str]] = {}
    for _plugin, extension in extensions:
        for entry in extension.entries:
            claimants.setdefault((extension.extends, entry.key), []).append(extension.name)
    return {claim: names for claim, names in claimants.items() if len(names) > 1}


def _problem(
    plugin: str,
    extension: Catalogue,
    by_name: Mapping[str, Catalogue],
    contested: Mapping[tuple[str, str], list[str]],
) -> str:
    """Tell why an extension cannot be added; the empty string when it can."""
    if extension.extends not in by_name:
        return f"Der Katalog »{extension.name}« erweitert »{extension.extends}«, den es nicht gibt."
    for entry in extension.entries:
        prefix, colon, _path = entry.key.partition(":")
        if colon and prefix != plugin:
            return f"Der Schlüssel »{entry.key}« im Katalog »{extension.name}« trägt nicht das Präfix »{plugin}:«."
        names = contested.get((extension.extends, entry.key))
        if names:
            return (
                f"Den Schlüssel »{entry.key}« im Katalog »{extension.extends}« beanspruchen {' und '.join(names)}. "
                "Keiner bekommt den Zuschlag; bitte schalten Sie eines der Plugins aus."
            )
    return ""
