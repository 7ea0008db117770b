"""Looking at a plugin before it is believed: which hooks it implements, and whether its records are what they should be."""

from __future__ import annotations

import difflib
import inspect
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

import attrs
import pluggy

from koschuso.plugin import hookspecs
from koschuso.plugin.hookspecs import ENTRY_POINT_GROUP, HOOKS, Hook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["BUILTIN", "Rejected", "check_records", "implementations"]

_CLAIMED: Final = {"stores": ("schemes",), "formats": ("suffixes", "targets"), "renderers": ("suffix",)}
"""What records claim that only one can have."""

_READING: Final[Any] = inspect.getattr_static(object, "__getattribute__")

BUILTIN: Final = "koschuso"
"""Name under which koschuso's own offers stand; no plugin can have it."""


class Rejected(Exception):
    """A plugin broke a rule of the registry."""


def implementations(plugin: object, name: str) -> Mapping[str, Callable[[], Iterable[Any]]]:
    """Find the functions that implement hooks, with a pluggy manager for this plugin alone.

    Raises:
        Rejected: A hook is misspelt, unmarked or wrapped, or there is none.
        PluginValidationError: A hook wants arguments.
    """
    # pluggy passes by what has no marker; a forgotten marker would look like a plugin that offers nothing.
    for hook in HOOKS:
        function = getattr(plugin, hook, None)
        if callable(function) and not hasattr(function, f"{ENTRY_POINT_GROUP}_impl"):
            raise Rejected(f"Vor der Funktion {hook} fehlt @hookimpl. Bitte ergänzen Sie die Markierung.")
    manager = pluggy.PluginManager(ENTRY_POINT_GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(plugin, name=name)
    found: dict[str, Callable[[], Iterable[Any]]] = {}
    for caller in manager.get_hookcallers(plugin) or ():
        for implementation in caller.get_hookimpls():
            if not caller.has_spec():
                # A hook of a later version may be marked as optional; anything else is a slip.
                if implementation.optionalhook:
                    continue
                near = difflib.get_close_matches(caller.name, HOOKS, n=1)
                hint = f" Gemeint ist vielleicht {near[0]}." if near else f" Es gibt {', '.join(HOOKS)}."
                raise Rejected(f"Einen Hook {caller.name} gibt es nicht.{hint}")
            if implementation.wrapper or implementation.hookwrapper:
                raise Rejected(f"{caller.name} ist als Hülle (wrapper) angemeldet; das gibt es bei koschuso nicht.")
            found[caller.name] = cast("Callable[[], Iterable[Any]]", implementation.function)
    if not found:
        raise Rejected("Das Plugin implementiert keinen Hook. Bitte markieren Sie seine Funktionen mit @hookimpl.")
    return MappingProxyType(found)


def check_records(records: Iterable[Any], hook: Hook, plugin: str) -> None:
    """Check type and name of everything that a hook returned.

    Raises:
        Rejected: A record has the wrong type or name, or two have the same.
    """
    record_type: Any = hook.record_type()
    # The shared vocabularies have plain names; they belong to everybody.
    free = plugin == BUILTIN and hook.offers == "catalogues"
    seen: set[str] = set()
    for number, record in enumerate(records, start=1):
        if not isinstance(record, record_type):
            raise Rejected(
                f"{hook.name} gibt an Stelle {number} ein Objekt der Art {type(record).__name__} statt {record_type.__name__}."
            )
        name = record.name
        if not isinstance(name, str) or not (free or (name.startswith(f"{plugin}:") and len(name) > len(plugin) + 1)):
            raise Rejected(f"Der Name »{name}« aus {hook.name} beginnt nicht mit »{plugin}:«.")
        if name in seen:
            raise Rejected(f"{hook.name} gibt den Namen »{name}« zweimal an.")
        seen.add(name)
        _require_whole(record, record_type, hook, name)


def _require_whole(record: Any, record_type: Any, hook: Hook, name: str) -> None:
    """Refuse a record that would fail later, outside of every guard: half made, or with a life of its own.

    Raises:
        Rejected: A value is missing or not what is claimed by it, or a subclass overrides how values are read.
    """
    for field in attrs.fields(record_type):
        getattr(record, field.name)
        own, theirs = (inspect.getattr_static(kind, field.name) for kind in (record_type, type(record)))
        if own is not theirs:
            raise Rejected(
                f"»{name}« aus {hook.name} überschreibt {field.name}; bitte geben Sie ein {record_type.__name__}."
            )
    if type(name) is not str or inspect.getattr_static(type(record), "__getattribute__") is not _READING:
        raise Rejected(
            f"»{name}« aus {hook.name} ist kein gewöhnliches {record_type.__name__} mit einem Text als Namen."
        )
    for claimed in _CLAIMED.get(hook.offers, ()):
        value = getattr(record, claimed)
        texts = (value,) if claimed == "suffix" else value
        if not isinstance(texts, tuple) or not all(type(text) is str and text for text in texts):
            raise Rejected(f"»{name}« aus {hook.name}: {claimed} ist {value!r}; erwartet wird Text.")
