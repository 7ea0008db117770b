"""What may be relied on, for how long, and how it ends (the policy is in ``docs/reference/stability.md``).

Everything public is *stable* or *provisional*; what is neither in an ``__all__`` nor in the documents is internal. What
is stable is deprecated for at least two minor versions before it goes. `deprecated` marks it; a test walks through
the package and fails when something is overdue, so that a promise to remove is kept like any other.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import re
import warnings
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

__all__ = [
    "Deprecation",
    "DeprecationNotice",
    "ProvisionalWarning",
    "Stability",
    "deprecated",
    "deprecations",
    "is_overdue",
    "warn_provisional",
]

C = TypeVar("C", bound="Callable[..., Any]")

_MARK: Final = "__koschuso_deprecation__"
_VERSION: Final = re.compile(r"(\d+)\.(\d+)(?:\.|$)")
_NOTICE_MINORS: Final = 2


class Stability(StrEnum):
    """How far something may be relied on; the values are German because people read them."""

    STABLE = "stabil"
    """Changes only by addition; its end is announced two minor versions ahead."""
    PROVISIONAL = "vorläufig"
    """May change in any minor version; the changelog says how."""


class DeprecationNotice(DeprecationWarning):
    """Something that was used will be removed; the message names the version and the replacement."""


class ProvisionalWarning(PendingDeprecationWarning):
    """Something that was used may still change.

    Python shows it to those who test, not to those who only run a program.
    """


class Deprecation(NamedTuple):
    """The announced end of something public.

    Attributes:
        name: Where it is found: module and qualified name.
        since: Version that announced it.
        removed_in: First version without it.
        use: What to use instead, as code or a short phrase.
    """

    name: str
    since: str
    removed_in: str
    use: str


def deprecated(*, since: str, removed_in: str, use: str) -> Callable[[C], C]:
    """Mark a public function, method or class as going away; whoever uses it is told so.

    Args:
        since: Version that announces it.
        removed_in: First version without it: two minor versions later at least, or the next major one.
        use: What to use instead.

    Raises:
        ValueError: The notice is too short, or a version cannot be read.

    >>> @deprecated(since="0.4", removed_in="0.6", use="Office.save")
    ... def store():
    ...     return "done"
    >>> with warnings.catch_warnings(record=True) as told:
    ...     warnings.simplefilter("always")
    ...     store()
    'done'
    >>> print(told[0].message)
    store is deprecated since koschuso 0.4 and will be removed in 0.6; use Office.save instead.
    """
    begin, end = _minor(since), _minor(removed_in)
    if (end[0] == begin[0] and end[1] - begin[1] < _NOTICE_MINORS) or end[0] < begin[0]:
        raise ValueError(f"{removed_in} is not two minor versions after {since}")

    def mark(thing: C) -> C:
        notice = DeprecationNotice(
            f"{thing.__qualname__} is deprecated since koschuso {since} and will be removed in {removed_in}; "
            f"use {use} instead."
        )
        deprecation = Deprecation(f"{thing.__module__}.{thing.__qualname__}", since, removed_in, use)
        marked = _warning_class(thing, notice) if inspect.isclass(thing) else _warning_function(thing, notice)
        setattr(marked, _MARK, deprecation)
        return marked

    return mark


def deprecations(package: ModuleType) -> Iterator[Deprecation]:
    """Find everything in a package that is marked as deprecated; imports all of its modules.

    Args:
        package: Such as `koschuso` itself.
    """
    seen: set[str] = set()
    known: set[type] = set()
    names = [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    for name in [package.__name__, *(name for name in names if not name.endswith("__main__"))]:
        for deprecation in _marked(vars(importlib.import_module(name)).values(), package.__name__, known):
            if deprecation.name not in seen:
                seen.add(deprecation.name)
                yield deprecation


def is_overdue(deprecation: Deprecation, version: str) -> bool:
    """Tell whether something should be gone in a version.

    >>> is_overdue(Deprecation("koschuso.old", "0.4", "0.6", "koschuso.new"), "0.6.0")
    True
    """
    return _minor(version) >= _minor(deprecation.removed_in)


def warn_provisional(what: str, function: Callable[..., Any]) -> None:
    """Tell the author of a plugin, at the line of a function, that what it builds on may still change."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    warnings.warn_explicit(
        ProvisionalWarning(f"{what} is provisional until koschuso 1.0: read the changelog before you update koschuso."),
        category=ProvisionalWarning,
        filename="<plugin>" if code is None else code.co_filename,
        lineno=0 if code is None else code.co_firstlineno,
    )


def _minor(version: str) -> tuple[int, int]:
    found = _VERSION.match(version)
    if found is None:
        raise ValueError(f"{version!r} is no version such as 0.4 or 0.4.1")
    return int(found[1]), int(found[2])


def _warning_function(function: C, notice: Warning) -> C:
    @functools.wraps(function)
    def warned(*arguments: Any, **named: Any) -> Any:
        warnings.warn(notice, stacklevel=2)
        return function(*arguments, **named)

    return warned  # type: ignore[return-value]  # `wraps` keeps the signature


def _warning_class(thing: Any, notice: Warning) -> Any:
    """Warn where an instance is made; the class stays the same class, for ``isinstance`` and pickles."""
    original = thing.__init__

    @functools.wraps(original)
    def warned(self: Any, *arguments: Any, **named: Any) -> None:
        warnings.warn(notice, stacklevel=2)
        original(self, *arguments, **named)

    thing.__init__ = warned
    return thing


def _marked(values: Any, package: str, known: set[type]) -> Iterator[Deprecation]:
    for value in list(values):
        inner = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        found = getattr(inner, "__dict__", {}).get(_MARK)
        if isinstance(found, Deprecation):
            yield found
        # A class may hold itself: msgspec leaves such a note on the classes that it has read.
        if inspect.isclass(inner) and inner.__module__.startswith(package) and inner not in known:
            known.add(inner)
            yield from _marked(vars(inner).values(), package, known)
