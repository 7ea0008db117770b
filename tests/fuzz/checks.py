"""What must hold for any bytes: nothing raised, done in linear time, and what was written is read back as it was."""

from __future__ import annotations

import difflib
import signal
import time
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from koschuso.interchange import ical, vcard
from koschuso.interchange.format import WriteOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTIONS = WriteOptions(stamp=datetime(2031, 7, 6, 5, 4, 3, tzinfo=UTC))
BASE_SECONDS = 0.25
"""CPU time that any input may take."""
SECONDS_PER_BYTE = 40e-6
"""And what each of its bytes may take: about ten times of what a dense real file takes for reading and writing twice."""
HANG_FACTOR = 20


class Failure(NamedTuple):
    """What an input did wrong.

    Attributes:
        what: One word for the sort of it.
        detail: More.
    """

    what: str
    detail: str


class Hang(BaseException):
    """An input took far too long; no ``except Exception`` catches it."""


@contextmanager
def _interrupted(seconds: float) -> Iterator[None]:
    def _raise(_number: int, _frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, _raise)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def allowed(size: int) -> float:
    """CPU seconds that an input of so many bytes may take."""
    return BASE_SECONDS + SECONDS_PER_BYTE * size


def check(data: bytes, *, patience: float = 1) -> Failure | None:
    """Try everything that reads and writes on one input.

    Args:
        data: The input.
        patience: Factor on the time that is allowed, for machines that count coverage or are busy.
    """
    begin = time.process_time()
    try:
        with _interrupted(patience * HANG_FACTOR * allowed(len(data))):
            failure = _calendar(data) or _cards(data)
    except Hang:
        return Failure("Hang", traceback.format_exc(limit=-8))
    except Exception:  # noqa: BLE001 - the very thing that is looked for
        return Failure("Exception", traceback.format_exc(limit=-8))
    taken = time.process_time() - begin
    if failure is None and taken > patience * allowed(len(data)):
        return Failure("Slow", f"{taken:.2f} s for {len(data)} bytes")
    return failure


def _calendar(data: bytes) -> Failure | None:
    ical.recognise(data)
    reading = ical.read(data)
    whole = ical.writing(reading, OPTIONS).data
    # a zone that nobody describes is written by its known name: what was written once must then stay as it is
    second = ical.read(whole)
    failure = None if _is_unsettled(reading) else _same("Calendar", second.records, reading.records, kept=False)
    failure = failure or _same("Calendar twice", ical.read(ical.write(second, OPTIONS)).records, second.records)
    alone = ical.write(reading.records, OPTIONS)
    again = ical.read(alone)
    # texts in quoted-printable become UTF-8, an end in an unknown zone before the begin goes: from then on nothing changes
    failure = failure or _same("Events", again.records, reading.records, kept=False)
    if failure is None and ical.write(again.records, OPTIONS) != alone:
        failure = _same("Events twice", ical.read(ical.write(again.records, OPTIONS)).records, again.records)
    portions = ical.FORMAT.portions
    if failure is None and portions is not None:
        told = tuple(record for portion in portions(BytesIO(data), _read_options()) for record in portion.records)
        failure = _same("Portions", told, reading.records)
    return failure


def _is_unsettled(reading: Any) -> bool:
    """Whether writing a file back may mend what could not be read as it was.

    The id of an entry without UID is made of its lines, of which broken ones may go; a BEGIN that is cut in two by a blank
    line is put together, but begins nothing before it is written as one line.
    """
    return any(finding.rule == "zeile.leerzeile_vor_fortsetzung" for finding in reading.findings) or any(
        record.id.startswith("ohne-uid-") for record in reading.records
    )


def _cards(data: bytes) -> Failure | None:
    vcard.recognise(data)
    records = vcard.read(data).records
    # kept lines of 2.1 become lines of 3.0 or 4.0: what was written once must then stay as it is
    for version in ("3.0", "4.0"):
        written = vcard.write(records, OPTIONS, version=version)
        again = vcard.read(written).records
        if [record.id for record in again] != [record.id for record in records]:
            return Failure(f"Cards {version}", "other records")
        twice = vcard.write(again, OPTIONS, version=version)
        failure = _same(f"Cards {version}", vcard.read(twice).records, again)
        if failure is not None:
            return failure
        if twice != written:
            return Failure(f"Cards {version}", "writing a second time gives other bytes")
    portions = vcard.FORMAT.portions
    if portions is not None:
        told = tuple(record for portion in portions(BytesIO(data), _read_options()) for record in portion.records)
        return _same("Card portions", tuple(sorted(told, key=_key)), tuple(sorted(records, key=_key)))
    return None


def _key(record: Any) -> tuple[str, str]:
    return record.KIND, record.id


def _read_options() -> Any:
    from koschuso.interchange.format import ReadOptions

    return ReadOptions()


def _same(where: str, found: tuple[Any, ...], expected: tuple[Any, ...], *, kept: bool = True) -> Failure | None:
    """Tell the first difference; ``kept`` says whether the kept lines count."""
    if len(found) != len(expected):
        return Failure(where, f"{len(expected)} records became {len(found)}")
    for index, (one, other) in enumerate(zip(found, expected, strict=True)):
        if type(one) is not type(other):
            return Failure(where, f"record {index}: {type(other).__name__} became {type(one).__name__}")
        for field in attrs.fields(type(one)):
            now, before = getattr(one, field.name), getattr(other, field.name)
            if field.name == "foreign":
                if kept and now != before:
                    return Failure(
                        where, "\n".join(difflib.unified_diff(before, now, f"{index}", "foreign", "", "", 1))[:900]
                    )
            elif now != before:
                return Failure(where, f"record {index}: {field.name}\n  was {before!r:.400}\n  is  {now!r:.400}")
    return None
