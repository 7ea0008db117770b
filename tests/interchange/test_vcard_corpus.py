"""Real address books of many producers: nothing is lost, nothing raises, whatever the order."""

import csv
import quopri
import re
from collections import Counter, defaultdict

import pytest

from koschuso.interchange import vcard
from koschuso.model import Relation

pytestmark = pytest.mark.shared

# A line that nobody can read is written as X-KOSCHUSO-ZEILE, so that other programs can read the rest: unwrapped below.
# What may be in the written file and was not in the one that was read; each is needed, none is a loss.
ADDED = {
    "UID": "so that the next import finds the same record",
    "VERSION": "demanded by every version; the card had none",
    "FN": "demanded by 3.0; a card of 2.1 had none",
    "N": "demanded by 3.0; a card of 2.1 had none",
    "X-ABSHOWAS": "a card of 2.1 without any name needs one, and to be no person",
}


@pytest.fixture(scope="module")
def corpus(shared):
    root = shared / "corpus"
    with (root / "INDEX.csv").open(encoding="utf-8", newline="") as file:
        return [(row, (root / row["path"]).read_bytes()) for row in csv.DictReader(file) if row["kind"] == "vcf"]


def cards_of(data):
    """The versions of a file, and where they differ each card by itself."""
    versions = [found.decode() for found in re.findall(rb"(?im)^VERSION:\s*(\S+?)\s*$", data)] or ["3.0"]
    begins = len(re.findall(rb"(?im)^BEGIN:VCARD", data))
    if len(set(versions)) == 1 and (begins <= 1 or begins == len(versions)):
        return [(versions[0], data)]
    parts = re.split(rb"(?im)^(?=BEGIN:VCARD)", data)
    return [(cards_of(part)[0][0], part) for part in parts if part.strip()]


def test_nothing_of_a_sound_file_is_lost_or_changed(corpus):
    rates = defaultdict(list)
    lossy = []
    for row, data in corpus:
        if row["expect"] != "ok":
            continue
        whole = True
        for version, card in cards_of(data):
            written = vcard.write(vcard.read(card).records, version="4.0" if version == "4.0" else "3.0")
            spelling = plain if version == "2.1" else exact
            before, after = content(card, spelling), content(written, spelling)
            whole &= not (before - after) and all(line[1] in ADDED for line in after - before)
        rates[row["producer"]].append(whole)
        if not whole:
            lossy.append(row["path"])
    macro = sum(sum(found) / len(found) for found in rates.values()) / len(rates)
    assert macro >= 0.99, lossy
    assert lossy == []


def test_reading_what_was_written_gives_equal_records(corpus):
    for row, data in corpus:
        for version, card in cards_of(data) if row["expect"] == "ok" else []:
            target = "4.0" if version == "4.0" else "3.0"
            first = vcard.read(card).records
            written = vcard.write(first, version=target)
            again = vcard.read(written).records
            if version != "2.1":  # kept lines of 2.1 come back as lines of 3.0
                assert again == first, row["path"]
            assert [alike(record) for record in again] == [alike(record) for record in first], row["path"]
            assert vcard.write(again, version=target) == written, row["path"]


def test_no_file_raises_and_what_is_not_sound_is_told(corpus):
    for row, data in corpus:
        reading = vcard.read(data)
        for version in ("3.0", "4.0"):
            vcard.write(reading.records, version=version)
        if row["expect"] in {"reject", "fuzz"}:
            assert reading.findings, row["path"]
        if row["expect"] == "tolerate":
            assert reading.records or reading.left_out, row["path"]


def test_line_ends_and_the_order_of_files_change_nothing(corpus):
    sound = [(row["path"], data) for row, data in corpus if row["expect"] == "ok"]
    forwards = {path: vcard.read(data).records for path, data in sound}
    backwards = {path: vcard.read(data).records for path, data in reversed(sound)}
    assert forwards == backwards
    for path, data in sound:
        if b"\r" not in data:
            assert vcard.read(data.replace(b"\n", b"\r\n")).records == forwards[path], path


def test_every_sound_file_can_be_read_by_vobject_after_we_wrote_it_if_it_could_before(corpus):
    import vobject

    for row, data in corpus:
        if row["expect"] != "ok":
            continue
        try:
            before = list(vobject.readComponents(data.decode(), allowQP=True))
        except Exception:  # noqa: BLE001, S112 - what vobject cannot read is its own affair
            continue
        after = list(vobject.readComponents(vcard.write(vcard.read(data).records).decode(), allowQP=True))
        assert len(after) == len(before), row["path"]


def alike(record):
    """What a record says, without the lines that were kept."""
    if isinstance(record, Relation):
        return record
    return {field: getattr(record, field) for field in vcard.CARRIES[record.KIND] if field not in {"foreign", *SCHOOL}}


SCHOOL = {"school.schulnummer", "school.schulform"}


# -- an independent lexer ------------------------------------------------------------------------------------------------

LINE = re.compile(r'(?:([A-Za-z0-9-]+)\.)?([^:;."]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)', re.DOTALL)


def content(data, spelling):
    counted = Counter()
    for raw in logical_lines(data):
        text = decoded(raw)
        match = LINE.fullmatch(text)
        if match is None:
            counted[(None, "?", (), text)] += 1
            continue
        group, name, params, value = match.groups()
        name = name.strip().upper()
        if name == "X-KOSCHUSO-ZEILE":
            group, name, params, value = None, "?", "", re.sub(r"\\([,;\\])", r"\1", value)
        if name in {"BEGIN", "END"}:
            value = value.strip().upper()
        pieces = [piece for piece in re.findall(r';((?:[^";]|"[^"]*")*)', params) if piece]
        counted[spelling(group, name, pieces, value)] += 1
    return counted


CP1252 = [bytes([code]).decode("cp1252") if code not in b"\x81\x8d\x8f\x90\x9d" else chr(code) for code in range(256)]


def decoded(raw):
    """UTF-8, and windows-1252 where it is none."""
    text = raw.decode("utf-8", "surrogateescape")
    return re.sub("[\udc80-\udcff]", lambda byte: CP1252[ord(byte[0]) - 0xDC00], text)


def logical_lines(data):
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = []
    for line in data.split(b"\n"):
        if line[:1] in {b" ", b"\t"} and lines:
            lines[-1] += line[1:]
        elif lines and b"QUOTED-PRINTABLE" in lines[-1].partition(b":")[0].upper() and lines[-1].endswith(b"="):
            lines[-1] = lines[-1][:-1] + line
        elif line.strip():
            lines.append(line)
    return lines


def unquoted(text):
    return text.replace('"', "")


def exact(group, name, pieces, value):
    pairs = sorted(f"{key.upper()}={unquoted(text)}" for key, _, text in (piece.partition("=") for piece in pieces))
    return (group, name, tuple(pairs), value)


def plain(group, name, pieces, value):
    """What a line of 2.1 and its form in 3.0 have in common."""
    params = [piece.upper().removeprefix("TYPE=").removeprefix("ENCODING=") for piece in pieces]
    if "QUOTED-PRINTABLE" in params:
        value = decoded(quopri.decodestring(value.encode())).replace("\r\n", "\n")
    kept = {part for param in params for part in param.split(",") if not part.startswith("CHARSET=")}
    kept -= {"QUOTED-PRINTABLE", "8BIT"}
    if kept & {"BASE64", "B"}:
        kept, value = kept - {"BASE64", "B"}, re.sub(r"\s|[\x00-\x1f]", "", value)
    value = re.sub(r"[\x00-\x08\x0b-\x1f]", "", value.replace("\\n", "\n"))
    return (group, name, tuple(sorted(kept)), "" if name == "VERSION" else re.sub(r"\\([,;\\])", r"\1", value))
