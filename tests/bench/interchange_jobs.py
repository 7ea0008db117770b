"""The jobs of interchange that are measured, ours and the peers'; `tests.bench.jobs` starts them.

Reading is measured from bytes in memory, importing from a file on disk into a fresh office folder with SQLite. A job
writes the file that it reads itself, or finds it there: the same arguments give the same bytes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.interchange_data import address_book, calendar

STAMP = datetime(2025, 10, 1, 8, tzinfo=UTC)
SCRIPT = Path(__file__).with_name("ical_js.cjs")
MEGABYTE = 1024**2


def _file(folder, name, made):
    path = folder / name
    if not path.exists():
        part = path.with_suffix(".part")
        part.write_bytes(made())
        part.rename(path)
    return path


def calendar_file(folder, count, changed=frozenset()):
    name = f"kalender-{count}{'-neu' if changed else ''}.ics"
    return _file(folder, name, lambda: calendar(count, changed))


def address_book_file(folder, count):
    return _file(folder, f"kontakte-{count}.vcf", lambda: address_book(count))


def _imported(folder, *files):
    """Import one file after the other into a fresh office; the seconds of the last one, and what it did."""
    from koschuso import Office

    place = folder / f"office-{os.getpid()}"
    shutil.rmtree(place, ignore_errors=True)
    try:
        with Office.init(place, name="Bench", ags="05974") as office:
            for file in files:
                begin = time.perf_counter()
                result = office.import_file(file)
                seconds = time.perf_counter() - begin
            return seconds, result
    finally:
        shutil.rmtree(place, ignore_errors=True)


def office_calendar(folder, count):
    """A calendar as an act of import: recognised, read, validated, compared, stored."""
    seconds, result = _imported(folder, calendar_file(folder, count))
    assert len(result.created) == 4 * count  # each event and its three participations
    return seconds


def office_calendar_again(folder, count):
    """The same file once more: nothing changes."""
    file = calendar_file(folder, count)
    seconds, result = _imported(folder, file, file)
    assert len(result.unchanged) == 4 * count
    assert not result.created
    assert not result.updated
    return seconds


def office_calendar_one_changed(folder, count):
    """The same file once more, with another place in one event."""
    seconds, result = _imported(
        folder, calendar_file(folder, count), calendar_file(folder, count, frozenset({count // 2}))
    )
    assert len(result.updated) == 1
    return seconds


def icalendar_read(folder, count):
    """Peer: icalendar parses the file, and nothing else."""
    from icalendar import Calendar

    data = calendar_file(folder, count).read_bytes()
    begin = time.perf_counter()
    found = Calendar.from_ical(data)
    seconds = time.perf_counter() - begin
    assert len(found.walk("VEVENT")) == count
    return seconds


def calendar_read(folder, count):
    """The file as validated records, without a store."""
    from koschuso.interchange import ical

    data = calendar_file(folder, count).read_bytes()
    begin = time.perf_counter()
    reading = ical.read(data)
    seconds = time.perf_counter() - begin
    assert len(reading.records) == 4 * count
    return seconds


def calendar_written(folder, count):
    """Records written as a calendar."""
    from koschuso.interchange import ical
    from koschuso.interchange.format import WriteOptions

    records = ical.read(calendar_file(folder, count).read_bytes()).records
    begin = time.perf_counter()
    data = ical.write(records, WriteOptions(stamp=STAMP))
    seconds = time.perf_counter() - begin
    assert data.count(b"\r\nBEGIN:VEVENT\r\n") == count
    return seconds


def icalendar_written(folder, count):
    """Peer: icalendar writes what it parsed."""
    from icalendar import Calendar

    parsed = Calendar.from_ical(calendar_file(folder, count).read_bytes())
    begin = time.perf_counter()
    data = parsed.to_ical()
    seconds = time.perf_counter() - begin
    assert data.count(b"\r\nBEGIN:VEVENT\r\n") == count
    return seconds


def office_address_book(folder, count):
    """An address book as an act of import."""
    seconds, result = _imported(folder, address_book_file(folder, count))
    assert len(result.created) >= count
    return seconds


def _vobject():
    # vobject itself warns that functions of its own are deprecated
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    import vobject

    return vobject


def vobject_read(folder, count):
    """Peer: vobject parses the file, and nothing else."""
    vobject = _vobject()
    text = address_book_file(folder, count).read_text(encoding="utf-8")
    begin = time.perf_counter()
    found = list(vobject.readComponents(text))
    seconds = time.perf_counter() - begin
    assert len(found) == count
    return seconds


def address_book_read(folder, count):
    """The file as validated records, without a store."""
    from koschuso.interchange import vcard

    data = address_book_file(folder, count).read_bytes()
    begin = time.perf_counter()
    reading = vcard.read(data)
    seconds = time.perf_counter() - begin
    assert len(reading.records) >= count
    return seconds


def address_book_written(folder, count):
    """Records written as an address book."""
    from koschuso.interchange import vcard
    from koschuso.interchange.format import WriteOptions

    records = vcard.read(address_book_file(folder, count).read_bytes()).records
    begin = time.perf_counter()
    data = vcard.write(records, WriteOptions(stamp=STAMP))
    seconds = time.perf_counter() - begin
    assert data.count(b"BEGIN:VCARD\r\n") == count
    return seconds


def vobject_written(folder, count):
    """Peer: vobject writes what it parsed."""
    vobject = _vobject()
    cards = list(vobject.readComponents(address_book_file(folder, count).read_text(encoding="utf-8")))
    begin = time.perf_counter()
    data = "".join(card.serialize() for card in cards)
    seconds = time.perf_counter() - begin
    assert data.count("BEGIN:VCARD\r\n") == count
    return seconds


def _ical_js(file):
    """Peer: ical.js decodes every value of the same bytes; node measures itself, also after a warming pass."""
    programs = os.environ.get("KOSCHUSO_PROGRAMS")
    if not programs or not (Path(programs) / "ical.js").is_dir() or shutil.which("node") is None:
        return {"missing": "node and ical.js are not here (KOSCHUSO_PROGRAMS, .ci/programs.sh)"}
    done = subprocess.run(["node", SCRIPT, file], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def ical_js_calendar(folder, count):
    """Peer: ical.js reads the calendar."""
    return _ical_js(calendar_file(folder, count))


def ical_js_address_book(folder, count):
    """Peer: ical.js reads the address book."""
    return _ical_js(address_book_file(folder, count))


def large_calendar_written(folder, megabytes):
    """Write the large file, in a process of its own: its memory is not that of the import."""
    large_calendar_file(folder, megabytes)
    return 0.0


def large_calendar_file(folder, megabytes):
    one = len(calendar(1000)) / 1000
    return calendar_file(folder, int(megabytes * MEGABYTE / one))


def office_large_calendar(folder, megabytes):
    """A large calendar into a fresh office: the time, and the memory above that of the opened office."""
    from koschuso import Office

    file = large_calendar_file(folder, megabytes)
    place = folder / f"office-{os.getpid()}"
    with Office.init(place, name="Bench", ags="05974") as office:
        before = memory("VmRSS")
        begin = time.perf_counter()
        result = office.import_file(file)
        seconds = time.perf_counter() - begin
        peak = memory("VmHWM")
        created = len(result.created)
    shutil.rmtree(place)
    assert created > 1000
    return {
        "seconds": seconds,
        "peak_mb": peak,
        "above_start_mb": peak - before,
        "size_mb": file.stat().st_size / MEGABYTE,
    }


def memory(name):
    """Memory of this process in MB: VmRSS is what it has now, VmHWM the most that it had.

    Not ru_maxrss, which a new process inherits from the one that started it.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


# These measure themselves, once: the import of a large file needs no warming, node warms itself.
ONCE = (ical_js_calendar, ical_js_address_book, large_calendar_written, office_large_calendar)
JOBS = (
    office_calendar,
    office_calendar_again,
    office_calendar_one_changed,
    icalendar_read,
    calendar_read,
    calendar_written,
    icalendar_written,
    office_address_book,
    vobject_read,
    address_book_read,
    address_book_written,
    vobject_written,
)
