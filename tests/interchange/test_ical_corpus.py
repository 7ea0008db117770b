"""Real calendars of many producers: nothing is lost, nothing raises, whatever the order."""

import csv
import re
from collections import Counter, defaultdict

import pytest

from koschuso.interchange import ical

pytestmark = pytest.mark.shared

# What may be in the written file and was not in the one that was read; each is a service, none is a loss.
ADDED = {
    "a VTIMEZONE for a zone that the file used without describing it (Outlook shifts such events)": lambda line: line[
        0
    ].startswith("VCALENDAR/VTIMEZONE"),
}


@pytest.fixture(scope="module")
def corpus(shared):
    root = shared / "corpus"
    with (root / "INDEX.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "ics"]
    files = [(row, (root / row["path"]).read_bytes()) for row in rows]
    return [(row, data, ical.read(data)) for row, data in files]


def test_nothing_of_a_sound_file_is_lost_or_changed(corpus):
    rates = defaultdict(list)
    lossy = []
    changed = []
    for row, data, reading in corpus:
        if row["expect"] != "ok":
            continue
        before, after = content(data), content(ical.write(reading))
        unexplained = [line for line in (after - before) if not any(explains(line) for explains in ADDED.values())]
        whole = not (before - after) and not unexplained
        rates[row["producer"]].append(whole)
        if not whole:
            lossy.append(row["path"])
        if ical.read(ical.write(reading.records)).records != reading.records:
            changed.append(row["path"])
    assert changed == [], "reading what was written from the records alone must give equal records"
    macro = sum(sum(found) / len(found) for found in rates.values()) / len(rates)
    assert macro >= 0.99, lossy
    assert len(lossy) <= 2, lossy


def test_no_file_raises_and_what_is_not_sound_is_told(corpus):
    silent = []
    for row, _data, reading in corpus:
        if row["expect"] in {"tolerate", "reject", "fragment", "fuzz"} and not (reading.findings or reading.left_out):
            silent.append(row["path"])
    assert silent == []


def test_each_component_is_a_record_or_is_listed(corpus):
    for row, _data, reading in corpus:
        if row["expect"] != "ok":
            continue
        records = sum(1 for record in reading.records if record.KIND != "participation")
        places = sum(int(entry.split()[1]) for entry in reading.header if entry.startswith("COMPONENTS "))
        assert places == records, row["path"]
        refused = [finding for finding in reading.findings if finding.rule == "ical.nicht_uebernommen"]
        assert outermost(reading.header) == len(reading.left_out) + len(refused), row["path"]


def test_the_order_in_which_files_are_read_changes_nothing(corpus):
    files = [(data, reading.records) for _row, data, reading in corpus if b"VTIMEZONE" in data and len(data) < 20_000]
    for data, records in reversed(files):
        assert ical.read(data).records == records


def outermost(header):
    """Count the components right below a calendar, or outside of one, that are no zones."""
    path: list[str] = []
    count = 0
    for line in header:
        if line.startswith("BEGIN:"):
            count += path in ([], ["VCALENDAR"]) and line not in {"BEGIN:VCALENDAR", "BEGIN:VTIMEZONE"}
            path.append(line[6:])
        elif line.startswith("END:"):
            path.pop()
    return count


def content(data: bytes) -> Counter:
    """Count (path of components, everything before the colon, value) of every line."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16").encode()
    data = re.sub(rb"\r\r\n|\r\n|\r|\n", b"\n", data.removeprefix(b"\xef\xbb\xbf"))
    lines: list[bytes] = []
    for line in data.split(b"\n"):
        if line[:1] in (b" ", b"\t") and lines:
            lines[-1] += line[1:]
        elif line.strip():
            lines.append(line)
    path: list[str] = []
    found: Counter = Counter()
    for line in lines:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = line.decode("cp1252", "replace")
        head, value = _divided(text)
        name = head.upper()
        if name == "BEGIN":
            path.append(value.strip().upper())
        elif name == "END":
            if path:
                path.pop()
        else:
            found["/".join(path), head, value] += 1
    return found


def _divided(text: str) -> tuple[str, str]:
    quoted = False
    for index, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return text[:index].strip(), text[index + 1 :]
    return text.strip(), ""
