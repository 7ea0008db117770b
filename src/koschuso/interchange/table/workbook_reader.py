"""Reads XLSX files of other people within documented bounds, with openpyxl in its reading mode.

Before anything is parsed the parts are looked through: how large they are unpacked, how much larger than packed, how
long one row or one shared text is. What is beyond is refused with a sentence. Entities in XML are refused by defusedxml.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from koschuso.interchange.table.cells import SPOILED, german, unprotected
from koschuso.interchange.table.workbook_writer import unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["MAX_BYTES", "MAX_CELLS", "MAX_COLUMNS", "MAX_ROWS", "OpenSheet", "Unreadable", "Workbook", "recognise"]

MAX_BYTES: Final = 32 * 1024 * 1024
"""Bytes of an XLSX file."""

MAX_ROWS: Final = 200_000
"""Rows of one sheet; further ones are not read. A CSV file has no such bound."""

MAX_COLUMNS: Final = 512
"""Columns of one sheet; further ones are not read."""

MAX_CELLS: Final = 5_000_000
"""Cells of one file."""

MAX_SHARED: Final = 250_000
"""Texts that the sheets share."""

MAX_UNPACKED: Final = 256 * 1024 * 1024
"""Bytes of all parts together, unpacked."""

MAX_RATIO: Final = 100
"""How many times larger than packed a part may be."""

MAX_EMPTY: Final = 10_000
"""Empty rows one after the other; what follows them is not read."""

_MAX_MEMBERS: Final = 2_000
_MAX_SHEETS: Final = 64
_MAX_SMALL_PART: Final = 1024 * 1024
_MAX_STRETCH: Final = 2 * 1024 * 1024
_SMALL: Final = 65_536
_BLOCK: Final = 1024 * 1024
_SNIFFED: Final = 65_536
_LOCAL_HEADER: Final = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHARED: Final = "xl/sharedstrings.xml"
_NEVER_OPENED: Final = ("xl/charts/", "xl/pivot")
_PERCENT: Final = "%"


class Unreadable(Exception):
    """A workbook that is not read at all.

    Args:
        rule: Key of the rule.
        message: One German sentence: what is wrong and what to do.
    """

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


def recognise(data: bytes) -> bool:
    """Tell by its parts whether a file is a workbook; the beginning is enough. An old .xls is recognised as well."""
    if data.startswith(_OLE):
        return any(name.encode("utf-16-le") in data for name in ("Workbook", "EncryptedPackage"))
    if not data.startswith(b"PK\x03\x04"):
        return False
    names = (
        data[match.end() : match.end() + int.from_bytes(match[1], "little")].lower()
        for match in _LOCAL_HEADER.finditer(data, 0, _SNIFFED)
    )
    return any(name.startswith(b"xl/") for name in names)


class OpenSheet:
    """One sheet of an open workbook.

    Attributes:
        title: Its name.
        cut_off: Why its end was not read, as the end of a German sentence; empty when it was.
    """

    def __init__(self, sheet: Any, budget: list[int]) -> None:
        self._sheet = sheet
        self._budget = budget
        self.title: str = str(sheet.title)
        self.cut_off = ""

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Give the rows that are not empty, with their numbers, as texts."""
        empty = 0
        self._sheet.reset_dimensions()
        for number, row in enumerate(self._sheet.iter_rows(max_row=MAX_ROWS + 1), start=1):
            if number > MAX_ROWS:
                self.cut_off = f"es hat mehr als {MAX_ROWS} Zeilen"
                return
            self._budget[0] -= len(row)
            if self._budget[0] < 0:
                self.cut_off = f"die Datei hat mehr als {MAX_CELLS} Zellen"
                return
            cells = [_text(cell) for cell in row[:MAX_COLUMNS]]
            if any(cells):
                empty = 0
                yield number, cells
                continue
            empty += 1
            if empty > MAX_EMPTY:
                self.cut_off = f"es folgen mehr als {MAX_EMPTY} leere Zeilen"
                return


class Workbook:
    """A workbook, checked and opened.

    Args:
        data: The whole file.

    Raises:
        Unreadable: It is damaged, locked, dangerously large inside, or openpyxl is not installed.
    """

    def __init__(self, data: bytes) -> None:
        _check(data)
        try:
            import openpyxl  # noqa: PLC0415 - only workbooks need it
        except ImportError:
            ready = False
        else:
            ready = openpyxl.DEFUSEDXML
        if not ready:
            raise Unreadable(
                "tabelle.openpyxl_fehlt",
                "Zum Lesen von Excel-Dateien fehlt ein Zusatzpaket. Bitte installieren Sie es mit: "
                "pip install 'koschuso[berichte]'. Oder speichern Sie die Tabelle als CSV.",
            )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        except Exception:  # noqa: BLE001 - openpyxl raises whatever a damaged file leads to
            raise _damaged() from None

    @property
    def created(self) -> datetime | None:
        """When the file was made, if koschuso made it."""
        properties = self._book.properties
        return properties.created if properties.creator == "koschuso" else None

    def sheets(self) -> Iterator[OpenSheet]:
        """Give the sheets that hold rows."""
        budget = [MAX_CELLS]
        for sheet in self._book.worksheets[:_MAX_SHEETS]:
            if hasattr(sheet, "iter_rows"):
                yield OpenSheet(sheet, budget)

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()


def _damaged() -> Unreadable:
    return Unreadable(
        "tabelle.unlesbar",
        "Die Excel-Datei lässt sich nicht öffnen; vielleicht ist sie beschädigt oder unvollständig. Bitte öffnen Sie sie in "
        "Ihrem Tabellenprogramm und speichern Sie sie neu als .xlsx oder .csv.",
    )


def _large() -> Unreadable:
    return Unreadable(
        "tabelle.zu_gross",
        "Die Excel-Datei ist in ihrem Inneren viel größer als eine gewöhnliche Tabelle und wurde deshalb nicht gelesen. Wenn "
        "Sie der Quelle vertrauen, speichern Sie die Tabelle bitte als CSV.",
    )


# -- looking through -------------------------------------------------------------------------------------------------------


def _check(data: bytes) -> None:
    """Refuse what would take long or much memory to open.

    Raises:
        Unreadable: As said.
    """
    if data.startswith(_OLE):
        raise Unreadable(
            "tabelle.altes_excel",
            "Das ist eine alte Excel-Datei (.xls) oder eine mit Kennwort. Bitte speichern Sie sie als .xlsx ohne Kennwort.",
        )
    if len(data) > MAX_BYTES:
        raise Unreadable(
            "tabelle.zu_gross",
            f"Die Excel-Datei ist größer als {MAX_BYTES // 1024**2} MB. Bitte teilen Sie sie oder speichern Sie sie als CSV.",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive)
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001 - zipfile raises many kinds of errors on damaged files
        raise _damaged() from None


def _check_parts(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > _MAX_MEMBERS or sum(info.file_size for info in members) > MAX_UNPACKED:
        raise _large()
    for info in members:
        _check_part(archive, info)


def _check_part(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    name = info.filename.lower().lstrip("/")
    if not name.endswith((".xml", ".rels")):
        return  # pictures, macros: never opened
    if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise _large()
    if name == _SHARED:
        if _longest(archive, info, b"</si>", MAX_SHARED) > _MAX_STRETCH:
            raise _large()
    elif name.startswith("xl/worksheets/"):
        if _longest(archive, info, b"row>", None) > _MAX_STRETCH:
            raise _large()
    elif name.startswith(_NEVER_OPENED):
        # What a part is called says nothing: one of these that holds rows or shared texts is none of these.
        for end in (b"si>", b"row>"):
            _longest(archive, info, end, 0)
    elif info.file_size > _MAX_SMALL_PART:
        raise _large()


def _longest(archive: zipfile.ZipFile, info: zipfile.ZipInfo, end: bytes, most: int | None) -> int:
    """Give the longest stretch of a part without an end; refuse one with too many of them."""
    longest = stretch = count = 0
    with archive.open(info) as file:
        while block := file.read(_BLOCK):
            pieces = block.replace(b"<row ", b"row><row ").replace(b"<si/>", b"</si>").split(end)
            count += len(pieces) - 1
            if most is not None and count > most:
                raise _large()
            longest = max(longest, stretch + len(pieces[0]), *(len(piece) for piece in pieces[1:]), 0)
            stretch = len(pieces[-1]) if len(pieces) > 1 else stretch + len(block)
    return longest


# -- cells -----------------------------------------------------------------------------------------------------------------


def _text(cell: Any) -> str:
    """Give the text of a cell as a German table shows it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return SPOILED + value if cell.data_type == "e" else unprotected(unescaped(value))
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, date | time | timedelta):
        return _time(value)
    return _number(value, cell)


def _time(value: date | time | timedelta) -> str:
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, datetime):
        value = _to_second(value)
        return german(value.date() if value.time() == time() else value)
    return german(value)


def _to_second(value: datetime) -> datetime:
    """Round what a binary fraction of a day left over."""
    return (value + timedelta(milliseconds=500)).replace(microsecond=0) if value.microsecond else value


def _number(value: Any, cell: Any) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        return ""
    if isinstance(value, float) and _PERCENT in str(cell.number_format):
        return f"{german((number * 100).normalize() + 0)} %"
    if isinstance(value, float) and number == number.to_integral_value():
        number = number.quantize(Decimal(1)) if abs(number) < Decimal(10) ** 15 else number
    return german(number)
