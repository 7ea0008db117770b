"""Running a plugin's code for the registry, such that one can see from outside whose code is running.

Nothing in one process can end code that loops or blocks. What can be done: say which plugin it is, so that the office can
switch it off. Everything that the registry lets a plugin do goes through `at_work`; `work_on` finds that call on a stack,
of another thread or of an interrupt, without any state and without a cost for those who never ask.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, TypeVar

import attrs

from koschuso.guard import Outcome, guarded
from koschuso.plugin.failure import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType, TracebackType

__all__ = ["Work", "at_work", "work_before", "work_on"]

T = TypeVar("T")

_NOT_THEIRS = ("koschuso.", "importlib", "_frozen", "pluggy", "threading")
_DOING = {
    Stage.IMPORT: "lädt",
    Stage.REGISTER: "meldet sich an",
    Stage.CALL: "antwortet nicht",
}


@attrs.frozen(kw_only=True)
class Work:
    """What a plugin is doing.

    Attributes:
        plugin: Entry-point name.
        stage: How far it has come.
        place: Module and line of its code, empty where none of it is known.
    """

    plugin: str
    stage: Stage
    place: str = attrs.field(default="", eq=False)

    @property
    def doing(self) -> str:
        """German verb for people, without the plugin's name."""
        return _DOING.get(self.stage, "ist beschäftigt")


def at_work(plugin: str, stage: Stage, call: Callable[[], T]) -> Outcome[T]:  # noqa: ARG001 - `work_on` reads them
    """Call something of a plugin, guarded.

    What it prints goes to standard error: standard output belongs to the command, and may be JSON.

    Args:
        plugin: Entry-point name.
        stage: What is being done.
        call: What to call.
    """
    with redirect_stdout(sys.stderr):
        return guarded(call)


def work_on(frame: FrameType | None) -> Work | None:
    """Tell which plugin is at work on a stack, given by its innermost frame; ``None`` where there is none.

    >>> import sys
    >>> at_work("muster", Stage.CALL, lambda: work_on(sys._getframe())).value.plugin
    'muster'
    >>> work_on(sys._getframe()) is None
    True
    """
    return _found([(frame, frame.f_lineno) for frame in _outwards(frame)])


def work_before(traceback: TracebackType | None) -> Work | None:
    """Tell which plugin was at work where an exception was raised, such as the one of Ctrl+C."""
    stack = []
    while traceback is not None:
        stack.append((traceback.tb_frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    return _found(stack[::-1])


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _found(stack: list[tuple[FrameType, int]]) -> Work | None:
    place = ""
    for frame, line in stack:
        if frame.f_code is at_work.__code__:
            return Work(plugin=frame.f_locals["plugin"], stage=frame.f_locals["stage"], place=place)
        name = frame.f_globals.get("__name__", "")
        if (
            not place
            and isinstance(name, str)
            and not name.startswith(_NOT_THEIRS)
            and name not in sys.stdlib_module_names
        ):
            place = f"{name}, Zeile {line}"
    return None
