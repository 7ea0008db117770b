"""Another day for the code of a plugin: a rule or a report that reads the clock says something else then (B1, B2)."""

from __future__ import annotations

import datetime as dt
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final, Self, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["another_day"]

T = TypeVar("T")

_FAR: Final = dt.timedelta(days=400)
_DATE, _DATETIME, _TIME = dt.date, dt.datetime, time.time


class _Alike(type):
    """Takes every value of the real class for one of its own."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])


class _Date(dt.date, metaclass=_Alike):
    @classmethod
    def today(cls) -> Self:
        return _as(cls, _DATE.today() + _FAR)


class _Datetime(dt.datetime, metaclass=_Alike):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Self:
        return _as(cls, _DATETIME.now(tz) + _FAR)

    @classmethod
    def today(cls) -> Self:
        return cls.now()

    @classmethod
    def utcnow(cls) -> Self:
        return cls.now(dt.UTC).replace(tzinfo=None)


def _as(_kind: type[T], value: dt.date) -> T:
    """Give a real value: it may outlive the other day."""
    return cast("T", value)


def _later_time() -> float:
    return _TIME() + _FAR.total_seconds()


@contextmanager
def another_day(function: object) -> Iterator[None]:
    """Let a while pass for the package that a function comes from; koschuso's own modules keep their day.

    Looked through are the names that its modules have imported, and what they reach by ``import datetime`` or ``time``.
    """
    replaced: dict[int, object] = {id(_DATE): _Date, id(_DATETIME): _Datetime, id(_TIME): _later_time}
    places: list[tuple[object, str]] = [(dt, "date"), (dt, "datetime"), (time, "time")]
    package = str(getattr(function, "__module__", "")).partition(".")[0]
    if package not in {"", "koschuso"}:
        places += [
            (module, key)
            for name, module in list(sys.modules.items())
            if name.partition(".")[0] == package
            for key, value in list(vars(module).items())
            if id(value) in replaced
        ]
    with ExitStack() as back:
        for module, key in places:
            real = getattr(module, key)
            back.callback(setattr, module, key, real)
            setattr(module, key, replaced[id(real)])
        yield
