"""Cards within VADDRESSBOOK, as vdirsyncer's storage in one file and Evolution write them, are read like any others."""

from io import BytesIO

import pytest

from koschuso.interchange import ical, vcard
from koschuso.model import Severity

CARDS = b"".join(
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%d\r\nN:Muster;Eva;;;\r\nFN:Eva Muster\r\nEND:VCARD\r\n" % number
    for number in (1, 2)
)
BOOK = b"BEGIN:VADDRESSBOOK\r\n%sEND:VADDRESSBOOK\r\n"


def test_an_address_book_with_an_envelope_is_recognised():
    assert vcard.recognise(BOOK % CARDS)
    assert not ical.recognise(BOOK % CARDS)


@pytest.mark.parametrize("head", [b"", b"VERSION:1.0\r\n", b"\r\nX-WR-CALNAME:Kontakte\r\n"])
def test_the_cards_inside_are_read_and_the_envelope_is_worth_no_more_than_a_hint(head):
    reading = vcard.read(BOOK % (head + CARDS))
    assert reading.records == vcard.read(CARDS).records
    assert [(finding.rule, finding.severity) for finding in reading.findings] == [("datei.adressbuch", Severity.INFO)]
    assert reading.left_out == ()
    assert vcard.write(reading) == CARDS


def test_they_are_read_in_portions_and_recognised_when_they_come_again():
    data = BOOK % CARDS
    [portion] = vcard.portions(BytesIO(data))
    assert portion.records == vcard.read(CARDS).records
    known = {source.digest: source for source in portion.sources}
    assert known == {source.digest: source for again in vcard.portions(BytesIO(CARDS)) for source in again.sources}


def test_an_address_book_in_which_an_end_is_missing_loses_no_card():
    for damaged in (BOOK[: BOOK.index(b"END")] % CARDS, (BOOK % CARDS).replace(b"END:VCARD\r\nEND", b"END")):
        reading = vcard.read(damaged)
        assert [record.id for record in reading.records] == ["1", "2"]
        assert "bestandteil.nicht_geschlossen" in {finding.rule for finding in reading.findings}


def test_what_follows_the_address_book_is_outside_of_everything():
    reading = vcard.read(BOOK % CARDS + b"Gru\xc3\x9f\r\n")
    assert "datei.ausserhalb" in {finding.rule for finding in reading.findings}
