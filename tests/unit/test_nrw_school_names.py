"""Names that the register cuts at 40 characters are joined as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koschuso.nrw.school_names import join_name


@pytest.mark.parametrize(
    ("pieces", "name"),
    [
        (("Zweckverband Gesamt-", "schule Xanten"), "Zweckverband Gesamtschule Xanten"),
        (("Gymnasium Claudia Agrippina Privat", "schule als Ersatzsch."), "Gymnasium Claudia Agrippina Privatschule als Ersatzsch."),
        (("Grundsch.,Ersatz", "schule.i.Träg."), "Grundsch.,Ersatzschule.i.Träg."),
        (("Realschule für Mädchen-", "u. Jungenklassen"), "Realschule für Mädchen- u. Jungenklassen"),
        (("Wirtschaft,Verwaltung,Sozial-", "und Gesundheitswesen"), "Wirtschaft,Verwaltung,Sozial- und Gesundheitswesen"),
        (("Clara-Fey-Gymnasium Bonn-", "Bad Godesberg"), "Clara-Fey-Gymnasium Bonn-Bad Godesberg"),
        (("Freie Schule Rudolf Steiner Schu-", "le u. Heim"), "Freie Schule Rudolf Steiner Schule u. Heim"),
        (("Städt. Gem. Grundschule -Primarstufe-", "Gem. Schule"), "Städt. Gem. Grundschule -Primarstufe- Gem. Schule"),
        (("Gymnasium - Sek. I u. II-", "Städt. Gymnasium"), "Gymnasium - Sek. I u. II- Städt. Gymnasium"),
        (("LWL-Berufskolleg - Fachschulen Hamm -", "Heilpädagogik"), "LWL-Berufskolleg - Fachschulen Hamm - Heilpädagogik"),
        (("Fachr. Rudolf-Steiner-Schule m.a.w Biele", "feld,-Fachr."), "Fachr. Rudolf-Steiner-Schule m.a.w Bielefeld,-Fachr."),
        (("Schule am Feld", "feld"), "Schule am Feld feld"),
        (("Euregioschule Gesamtschule der Stadt", "Gronau"), "Euregioschule Gesamtschule der Stadt Gronau"),
        (("Grundschule  der Stadt  ", "", " Paderborn"), "Grundschule der Stadt Paderborn"),
        (("", "", ""), ""),
        (("-", "Schule"), "- Schule"),
    ],
)  # fmt: skip
def test_pieces_are_joined(pieces, name):
    assert join_name(*pieces) == name


def test_a_piece_of_full_length_that_ends_with_a_whole_word_gets_its_blank():
    piece = "Städt. Gem. Grundschule Stoffeler Straße"
    assert len(piece) == 40
    assert join_name(piece, "- Primarstufe -") == f"{piece} - Primarstufe -"


@given(st.lists(st.text(max_size=40), max_size=3))
def test_joining_loses_no_letter(pieces):
    def letters(text):
        return [character for character in text if not character.isspace() and character != "-"]

    assert letters(join_name(*pieces)) == letters("".join(pieces))
