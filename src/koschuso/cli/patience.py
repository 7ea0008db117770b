"""Saying which plugin keeps a command waiting: nothing can end its code, but the office can switch it off."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from koschuso.cli.output import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from koschuso.plugin.at_work import Work

__all__ = ["PATIENCE", "interruption", "naming_plugins"]

PATIENCE = 5.0
"""Seconds that one step of a plugin may take before it is named."""

_INTERVAL = 0.5


@contextmanager
def naming_plugins(arguments: Sequence[str], *, patience: float = PATIENCE) -> Iterator[None]:
    """Name on standard error, each once, the plugins that keep this thread waiting while they load or answer.

    Args:
        arguments: The command, for the office that it names.
        patience: Seconds to wait.
    """
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(threading.get_ident(), over, patience, arguments), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


def interruption(error: BaseException, arguments: Sequence[str]) -> str:
    """Say after Ctrl+C what was interrupted: a plugin that was at work is named."""
    work = _work_before(error)
    if work is None:
        return "Abgebrochen; es wurde nichts Halbes geschrieben."
    return (
        f"Abgebrochen, während das Plugin »{work.plugin}« an der Reihe war (Schritt »{work.stage.label}«{_at(work)}); es wurde "
        f"nichts Halbes geschrieben. {_advice(work, arguments)}"
    )


def _work_before(error: BaseException) -> Work | None:
    if "koschuso.plugin.at_work" not in sys.modules:
        return None
    from koschuso.plugin.at_work import work_before  # noqa: PLC0415 - loaded only where plugins are

    cause: BaseException | None = error
    while cause is not None:
        work = work_before(cause.__traceback__)
        if work is not None:
            return work
        cause = cause.__cause__ or cause.__context__
    return None


def _watch(thread: int, over: threading.Event, patience: float, arguments: Sequence[str]) -> None:
    last: Work | None = None
    since = time.monotonic()
    named: set[str] = set()
    while not over.wait(min(_INTERVAL, patience)):
        work = _work_of(thread)
        if work is None or work != last:
            last, since = work, time.monotonic()
        elif time.monotonic() - since >= patience and work.plugin not in named:
            named.add(work.plugin)
            click.echo(
                f"Das Plugin »{work.plugin}« {work.doing} seit {patience:.0f} Sekunden (Schritt »{work.stage.label}«{_at(work)}). "
                f"Sie können warten oder mit Strg+C abbrechen. {_advice(work, arguments)}",
                err=True,
            )


def _work_of(thread: int) -> Work | None:
    if "koschuso.plugin.at_work" not in sys.modules:
        return None
    from koschuso.plugin.at_work import work_on  # noqa: PLC0415 - loaded only where plugins are

    return work_on(sys._current_frames().get(thread))  # noqa: SLF001 - the documented way to see another thread's stack


def _at(work: Work) -> str:
    return f", {work.place}" if work.place else ""


def _advice(work: Work, arguments: Sequence[str]) -> str:
    place = next(
        (f" --buero {quoted(arguments[at + 1])}" for at in range(len(arguments) - 1) if arguments[at] == "--buero"), ""
    )
    return f"Ausschalten: koschuso plugins {work.plugin} --aus{place}"
