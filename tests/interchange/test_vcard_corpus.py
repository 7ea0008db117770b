"""Real address books of many producers: nothing is lost, nothing raises, whatever the order and the line ends."""

import re
from collections import Counter

import pytest
from independent_lexer import content, with_line_ends
from known_differences import ADDRESS_BOOK, TRANSLATED, as_in_30, unexplained

from koschuso.interchange import vcard
from koschuso.model import Relation

pytestmark = pytest.mark.shared


def cards_of(data):
    """The versions of a file, and where they differ each card by itself."""
    versions = [found.decode() for found in re.findall(rb"(?im)^VERSION:\s*(\S+?)\s*$", data)] or ["3.0"]
    begins = len(re.findall(rb"(?im)^BEGIN:VCARD", data))
    if len(set(versions)) == 1 and (begins <= 1 or begins == len(versions)):
        return [(versions[0], data)]
    parts = re.split(rb"(?im)^(?=BEGIN:VCARD)", data)
    return [(cards_of(part)[0][0], part) for part in parts if part.strip()]


def target_of(version):
    return "4.0" if version == "4.0" else "3.0"


def test_nothing_of_a_sound_file_is_lost_or_changed(sound_cards, per_producer):
    whole, lossy, needed = {}, {}, set()
    for file in sound_cards:
        whole[file.path] = True
        for version, card in cards_of(file.data):
            reading = vcard.read(card)
            before, after = content(card), content(vcard.write(reading.records, version=target_of(version)))
            if version == "2.1":
                before, after = (Counter(map(as_in_30, lines.elements())) for lines in (before, after))
            kinds = TRANSLATED if version == "2.1" else ADDRESS_BOOK
            left, found = unexplained(before, after, kinds, reading.findings)
            needed |= found
            if left:
                whole[file.path] = False
                lossy[file.path] = left
    assert lossy == {}
    assert per_producer(sound_cards, whole) == 1
    assert needed == set(TRANSLATED), "a kind of difference that no file shows any more is to be taken from the list"


def test_reading_what_was_written_gives_equal_records(sound_cards):
    for file in sound_cards:
        for version, card in cards_of(file.data):
            target = target_of(version)
            first = vcard.read(card).records
            written = vcard.write(first, version=target)
            again = vcard.read(written).records
            if version != "2.1":  # kept lines of 2.1 come back as lines of 3.0
                assert again == first, file.path
            assert [alike(record) for record in again] == [alike(record) for record in first], file.path
            assert vcard.write(again, version=target) == written, file.path


def test_no_file_raises_and_what_is_not_sound_is_told(card_files):
    for file in card_files:
        reading = vcard.read(file.data)
        for version in ("3.0", "4.0"):
            vcard.write(reading.records, version=version)
        if file.expect in {"reject", "fuzz"}:
            assert reading.findings, file.path
        if file.expect == "tolerate":
            assert reading.records or reading.left_out, file.path


def test_the_order_of_files_changes_nothing(sound_cards):
    forwards = {file.path: vcard.read(file.data).records for file in sound_cards}
    backwards = {file.path: vcard.read(file.data).records for file in reversed(sound_cards)}
    assert forwards == backwards


RAW_BYTES_OF_A_PICTURE = "kcontacts/vcard12.vcf.2_1ref"
"""Its picture is no text: some of its bytes look like line ends."""


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r", b"mixed"], ids=["CRLF", "LF", "CR", "mixed"])
def test_line_ends_change_nothing(sound_cards, end):
    for file in sound_cards:
        data = with_line_ends(file.data, end)
        if data != file.data and file.path != RAW_BYTES_OF_A_PICTURE and file.data[:2] != b"\xff\xfe":
            assert vcard.read(data).records == vcard.read(file.data).records, file.path


def test_every_sound_file_can_be_read_by_vobject_after_we_wrote_it_if_it_could_before(sound_cards):
    import vobject

    for file in sound_cards:
        try:
            before = list(vobject.readComponents(file.data.decode(), allowQP=True))
        except Exception:  # noqa: BLE001, S112 - what vobject cannot read is its own affair
            continue
        after = list(vobject.readComponents(vcard.write(vcard.read(file.data).records).decode(), allowQP=True))
        assert len(after) == len(before), file.path


def alike(record):
    """What a record says, without the lines that were kept."""
    if isinstance(record, Relation):
        return record
    return {field: getattr(record, field) for field in vcard.CARRIES[record.KIND] if field not in {"foreign", *SCHOOL}}


SCHOOL = {"school.schulnummer", "school.schulform"}
