"""Ways to damage a file, each by a random number generator that is handed in: the same seed gives the same file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

MOST_BYTES = 200_000

TOKENS = (
    b"BEGIN:VEVENT", b"END:VEVENT", b"BEGIN:VCALENDAR", b"END:VCALENDAR", b"BEGIN:VCARD", b"END:VCARD", b"BEGIN:VALARM",
    b"END:VALARM", b"BEGIN:VTIMEZONE", b"END:VTIMEZONE", b"BEGIN:", b"END:", b"BEGIN", b":", b";", b";;", b"=", b",",
    b'"', b"\\", b"\\n", b"\\N", b"^n", b"^'", b"=\r\n", b"=3B", b"=C3", b"\r\n ", b"\n\t", b"\r", b"\n", b"\r\r\n", b"\0",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3", b"\x85", b"\xe2\x80\xa8", b"\xef\xbf\xbf", b"\xed\xa0\x80", b"\x1f", b"\x7f",
    b";VALUE=DATE", b";VALUE=PERIOD", b";VALUE=URI", b";TZID=../../../etc/passwd", b";TZID=America", b";TZID=", b';TZID="',
    b";ENCODING=QUOTED-PRINTABLE", b";ENCODING=BASE64", b";ENCODING=b", b";CHARSET=UTF-7", b";CHARSET=x", b";TYPE=a,b",
    b"RRULE:FREQ=SECONDLY", b"RRULE:FREQ=DAILY;INTERVAL=0", b"RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", b"RDATE:",
    b"RECURRENCE-ID;RANGE=THISANDFUTURE:20250101T000000Z", b"DURATION:P999999999D", b"DTSTART:00000000T000000", b"DTSTART:",
    b"DTSTART:20251026T023000", b"UID:", b"UID:a~2", b"item1.", b"AGENT:", b"VERSION:2.1", b"VERSION:4.0", b"VERSION:1.0",
    b"X-KOSCHUSO-ID:x", b"X-KOSCHUSO-STATUS:verschoben", b"X-KOSCHUSO-PLAETZE:-1", b"KIND:group", b"MEMBER:x",
)  # fmt: skip
NUMBERS = (
    b"0",
    b"-1",
    b"00",
    b"99",
    b"999999999",
    b"4294967296",
    b"18446744073709551616",
    b"1e9",
    b"1601",
    b"9999",
    b"",
)
_LINES = re.compile(rb"[^\n]*\n|[^\n]+")
_DIGITS = re.compile(rb"\d+")


def flip_bytes(random: Random, data: bytes, _other: bytes) -> bytes:
    """Other bytes in a few places."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8, 32))):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def insert_tokens(random: Random, data: bytes, _other: bytes) -> bytes:
    """Pieces that mean something where they do not belong."""
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(data) + 1)
        data = data[:at] + random.choice(TOKENS) + data[at:]
    return data


def remove_bytes(random: Random, data: bytes, _other: bytes) -> bytes:
    """A stretch is missing."""
    at = random.randrange(len(data) + 1)
    return data[:at] + data[at + random.choice((1, 1, 2, 5, 20, 200)) :]


def truncate(random: Random, data: bytes, _other: bytes) -> bytes:
    """The end, or the beginning, is missing."""
    at = random.randrange(len(data) + 1)
    return data[:at] if random.random() < 0.7 else data[at:]


def swap_lines(random: Random, data: bytes, _other: bytes) -> bytes:
    """Lines change places."""
    lines = _LINES.findall(data)
    for _ in range(random.choice((1, 2, 5)) if lines else 0):
        first, second = random.randrange(len(lines)), random.randrange(len(lines))
        lines[first], lines[second] = lines[second], lines[first]
    return b"".join(lines)


def repeat_lines(random: Random, data: bytes, _other: bytes) -> bytes:
    """A stretch of lines comes several times."""
    lines = _LINES.findall(data)
    if not lines:
        return data
    at = random.randrange(len(lines))
    stretch = lines[at : at + random.choice((1, 1, 3, 10))]
    return b"".join([*lines[:at], *stretch * random.choice((2, 3, 50)), *lines[at:]])


def drop_lines(random: Random, data: bytes, _other: bytes) -> bytes:
    """Some lines are missing."""
    share = random.choice((0.02, 0.1, 0.5))
    return b"".join(line for line in _LINES.findall(data) if random.random() >= share)


def splice(random: Random, data: bytes, other: bytes) -> bytes:
    """The beginning of one file and the end of another, or lines of another in between."""
    if random.random() < 0.5:
        return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other) + 1) :]
    lines, foreign = _LINES.findall(data), _LINES.findall(other)
    if not foreign:
        return data
    at, start = random.randrange(len(lines) + 1), random.randrange(len(foreign))
    return b"".join([*lines[:at], *foreign[start : start + random.choice((1, 2, 8))], *lines[at:]])


def change_numbers(random: Random, data: bytes, _other: bytes) -> bytes:
    """Extreme numbers."""
    share = random.choice((0.02, 0.1, 0.3))
    return _DIGITS.sub(lambda match: random.choice(NUMBERS) if random.random() < share else match[0], data)


def change_charset(random: Random, data: bytes, _other: bytes) -> bytes:
    """Another encoding than the file says, or half of one."""
    way = random.randrange(5)
    if way == 0:
        return data.decode("utf-8", "replace").encode("cp1252", "replace")
    if way == 1:
        return data.decode("latin-1").encode("utf-8")
    if way == 2:
        return data.decode("utf-8", "replace").encode(random.choice(("utf-16", "utf-16-le", "utf-16-be")))
    if way == 3:
        return b"\xef\xbb\xbf" * random.choice((1, 2)) + data
    return data.decode("utf-8", "replace").encode("utf-7", "replace")


def change_line_ends(random: Random, data: bytes, _other: bytes) -> bytes:
    """Other line ends, everywhere or in places; folds at any byte."""
    way = random.randrange(4)
    plain = data.replace(b"\r\n", b"\n")
    if way == 0:
        return plain.replace(b"\n", random.choice((b"\r", b"\r\n", b"\r\r\n", b"\n\n", b"\n\r", b"\x0b", b"\xc2\x85")))
    if way == 1:
        return b"".join(line[:-1] + random.choice((b"\n", b"\r\n", b"\r")) for line in _LINES.findall(plain))
    width = random.choice((1, 2, 7, 75))
    # not with blank lines in between: a BEGIN that is cut so stays text until it is written the first time
    fold = random.choice((b"\r\n ", b"\n ", b"\n\t"))
    if way == 2:
        return b"\n".join(
            fold.join(line[at : at + width] for at in range(0, len(line), width)) for line in plain.split(b"\n")
        )
    return plain.replace(b"\n ", b"\n" if random.random() < 0.5 else b"")


def nest(random: Random, data: bytes, _other: bytes) -> bytes:
    """Components inside each other, closed or not."""
    name = random.choice((b"VEVENT", b"VCALENDAR", b"VCARD", b"VALARM", b"X", b"VTIMEZONE", b"", b"v\xc3\xa4"))
    deep = random.choice((2, 9, 40, 400))
    lines = _LINES.findall(data)
    at = random.randrange(len(lines) + 1)
    ends = random.choice((0, deep, deep - 1, deep + 3))
    until = random.randrange(at, len(lines) + 1)
    begin, end = b"BEGIN:" + name + b"\n", b"END:" + name + b"\n"
    return b"".join([*lines[:at], begin * deep, *lines[at:until], end * ends, *lines[until:]])


def stretch(random: Random, data: bytes, _other: bytes) -> bytes:
    """One piece many times in a row."""
    at = random.randrange(len(data) + 1)
    piece = random.choice(TOKENS) if random.random() < 0.7 else data[at : at + 3]
    return data[:at] + piece * random.choice((10, 100, 3000)) + data[at:]


MUTATIONS: tuple[Callable[[Random, bytes, bytes], bytes], ...] = (
    flip_bytes,
    insert_tokens,
    insert_tokens,
    remove_bytes,
    truncate,
    swap_lines,
    repeat_lines,
    drop_lines,
    splice,
    change_numbers,
    change_charset,
    change_line_ends,
    nest,
    stretch,
)


def mutate(random: Random, seeds: list[bytes]) -> bytes:
    """Take one file and damage it in one or a few ways."""
    data, other = random.choice(seeds), random.choice(seeds)
    for _ in range(random.choice((1, 1, 1, 2, 3, 5))):
        data = random.choice(MUTATIONS)(random, data, other)[:MOST_BYTES]
    return data
