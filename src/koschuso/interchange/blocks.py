"""From a source to blocks of UTF-8 that end with whole logical lines, whatever the encoding and the line ends.

UTF-16 becomes UTF-8, a byte order mark goes, a lonely CR becomes LF; a file of any size is never held as a whole.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, Final

from koschuso.interchange import notes as rules
from koschuso.interchange.limits import BLOCK_BYTES, Limits
from koschuso.interchange.unfolding import plain_line_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.interchange.notes import Notes

__all__ = ["read_blocks"]

_BARE_FEED: Final = re.compile(rb"(?<!\r)\n")
_WITH_RETURN: Final = re.compile(rb"\r\n")
_ENOUGH_TO_RECOGNISE: Final = 4  # bytes: two letters of UTF-16


def read_blocks(source: bytes | BinaryIO, notes: Notes, limits: Limits) -> Iterator[bytes]:
    """Give blocks of UTF-8 that end with whole logical lines, the last one with a line end."""
    carry = b""  # has no end of a logical line in it, except perhaps at its very end
    for block in _byte_blocks(source, notes):
        data = carry + block
        end = _logical_end(data, len(carry))
        if end == 0 and len(data) > limits.component_bytes:
            end = len(data)  # no line end for so long: the limit will catch it
        if end:
            yield data[:end] if end < len(data) else data
        carry = data[end:]
    if carry:
        yield carry if carry.endswith(b"\n") else carry + b"\n"


def _logical_end(data: bytes, searched: int) -> int:
    """Index behind the last line end that surely ends a logical line; 0 when there is none."""
    start = max(searched - 1, 0)
    end = data.rfind(b"\n", start, len(data) - 1)
    while end >= 0 and data[end + 1] in b" \t\r":
        end = data.rfind(b"\n", start, end)
    return end + 1


def _byte_blocks(source: bytes | BinaryIO, notes: Notes) -> Iterator[bytes]:
    """The file as UTF-8 with plain line ends, without a byte order mark and without indentation of its first line."""
    held = b""
    indented = True
    first = True
    ends = _LineEnds()
    for block in _transcoded(_raw_blocks(source), notes):
        data = held + block
        if first:
            data = data.removeprefix(b"\xef\xbb\xbf")
            first = False
        if indented:
            data = data.lstrip(b" \t")
            indented = not data
        # a CR at the end may be half of a line end
        keep = 2 if data.endswith(b"\r\r") else 1 if data.endswith(b"\r") else 0
        held = data[len(data) - keep :]
        whole = data[: len(data) - keep]
        pairs = whole.count(b"\r\n")
        ends.see(whole, pairs)
        yield plain_line_ends(whole, pairs)
    if held:
        yield plain_line_ends(held)
    if ends.odd:
        notes.note(rules.MIXED_LINE_ENDS, line=ends.odd)


class _LineEnds:
    """Watches whether a file ends its lines in more than one way."""

    __slots__ = ("_lines", "_with_return", "odd")

    def __init__(self) -> None:
        self._lines = 0
        self._with_return: bool | None = None  # how the first line ends
        self.odd = 0  # number of the first line that ends otherwise

    def see(self, data: bytes, pairs: int) -> None:
        """Look at the next bytes, with so many CRLF in them."""
        feeds = data.count(b"\n")
        if self.odd or not feeds:
            return
        if self._with_return is None:
            self._with_return = data[: data.index(b"\n")].endswith(b"\r")
        if pairs != (feeds if self._with_return else 0):
            other = _BARE_FEED.search(data) if self._with_return else _WITH_RETURN.search(data)
            self.odd = self._lines + data.count(b"\n", 0, other.start() if other else 0) + 1
        self._lines += feeds


def _raw_blocks(source: bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(source, bytes | bytearray | memoryview):
        for start in range(0, len(source), BLOCK_BYTES):
            yield bytes(source[start : start + BLOCK_BYTES])
        return
    beginning = b""
    while len(beginning) < _ENOUGH_TO_RECOGNISE and (block := source.read(BLOCK_BYTES)):
        beginning += block
    if beginning:
        yield beginning
    while block := source.read(BLOCK_BYTES):
        yield block


def _transcoded(blocks: Iterator[bytes], notes: Notes) -> Iterator[bytes]:
    """Turn UTF-16, recognised by its byte order mark or by the zero bytes of its first letters, into UTF-8."""
    first = next(blocks, b"")
    codec = ""
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        codec = "utf-16"
    elif re.match(rb"[A-Za-z]\0[A-Za-z]\0", first):
        codec = "utf-16-le"
    elif re.match(rb"\0[A-Za-z]\0[A-Za-z]", first):
        codec = "utf-16-be"
    if not codec:
        if first:
            yield first
        yield from blocks
        return
    from codecs import getincrementaldecoder  # noqa: PLC0415 - only for the rare file

    notes.note(rules.UTF16)
    decoder = getincrementaldecoder(codec)("replace")
    # without zeros, which are in no text: else a BEGIN with one in it would begin a component only when written again
    for block in chain((first,), blocks):
        yield decoder.decode(block).replace("\0", "").encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")
