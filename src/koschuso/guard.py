"""Runs code that koschuso did not write, such that its failure is a value and not the end of the program.

What a plugin returns is consumed inside the guard, so an error that a generator raises late is still the plugin's, and
a generator without an end is cut off. A plugin may raise anything, even `SystemExit`; only `KeyboardInterrupt` passes,
because nobody can tell it from the Ctrl+C of the person in front of the screen. Code that never returns at all cannot
be guarded within one thread.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["MOST_RECORDS", "Outcome", "describe", "guarded", "guarded_items"]

T = TypeVar("T")

MOST_RECORDS = 10_000
"""More records than this are taken for a generator that never ends."""

_LONGEST_DESCRIPTION = 300


@attrs.frozen(kw_only=True)
class Outcome(Generic[T]):
    """What came of a guarded call: a value, or an error.

    Attributes:
        value: The result; ``None`` after an error.
        error: What was raised, ``None`` where all went well.
    """

    value: T | None = None
    error: BaseException | None = None


class TooMany(RuntimeError):
    """An iterable gave more items than anybody could mean."""


def guarded(call: Callable[[], T]) -> Outcome[T]:
    """Call something, and turn whatever it raises into a value.

    >>> guarded(lambda: 1 // 0).error
    ZeroDivisionError('integer division or modulo by zero')
    """
    try:
        return Outcome(value=call())
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a plugin must not end the program, whatever it raises
        return Outcome(error=error)


def guarded_items(call: Callable[[], Iterable[T]], *, most: int = MOST_RECORDS) -> Outcome[tuple[T, ...]]:
    """Call something that returns an iterable, and consume it as well.

    ``None`` counts as no items: a function that ends without ``return`` has nothing to offer.

    Args:
        call: What to call.
        most: How many items are allowed; one more makes it an error.

    >>> from itertools import count
    >>> guarded_items(count, most=3).value is None
    True
    """

    def consume() -> tuple[T, ...]:
        result: Iterable[T] | None = call()
        if result is None:
            return ()
        if isinstance(result, str | bytes):
            raise TypeError(f"eine Folge von Datensätzen wird erwartet, nicht {type(result).__name__}")
        items = tuple(islice(iter(result), most + 1))
        if len(items) > most:
            raise TooMany(f"mehr als {most} Datensätze; vermutlich endet die Aufzählung nie")
        return items

    return guarded(consume)


def describe(error: BaseException, *, with_text: bool = True) -> str:
    """Say in a few words what was raised and where, without relying on the error being well-behaved.

    Args:
        error: What was raised.
        with_text: Whether to give its text; leave it out where personal data were at hand (domain.md DS-20).

    >>> describe(KeyError("umfang")), describe(KeyError("umfang"), with_text=False)
    ("KeyError: 'umfang'", 'KeyError')
    """
    text = guarded(lambda: " ".join(str(error).split())).value if with_text else ""
    name = type(error).__name__
    where = _place(error)
    return (f"{name}: {text[:_LONGEST_DESCRIPTION]}" if text else name) + (f" ({where})" if where else "")


def _place(error: BaseException) -> str:
    """Name file and line where an error was raised in a module, as the author of a plugin needs it."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if isinstance(module, str) and not module.startswith(("koschuso.", "importlib", "__", "pluggy")):
            place = f"{module}, Zeile {trace.tb_lineno}"
        trace = trace.tb_next
    return place
