"""What the reader of address books has to say about single cards: its rules, in the form of `koschuso.interchange.notes`."""

from __future__ import annotations

from typing import Final

from koschuso.interchange.notes import ReadingRule
from koschuso.model import Severity

__all__ = [
    "BAD_ADDRESS",
    "BAD_BASE64",
    "BAD_CHARSET",
    "BAD_EMAIL",
    "BAD_KEY",
    "BARE_PARAMETER",
    "CARD_RULES",
    "DUPLICATE_ID",
    "NOT_A_CARD",
    "NO_ID",
    "NO_NAME",
    "NO_VERSION",
    "REFUSED_CARD",
]

NO_ID: Final = ReadingRule(
    "karte.ohne_kennung",
    Severity.INFO,
    "Die Karte ab Zeile {line} hat keine Kennung (UID); sie bekam eine, die aus Name, Organisation und E-Mail gebildet "
    "ist und beim nächsten Einlesen gleich bleibt.",
    "No UID: the id is a digest of name, organisation and mail address, so that importing twice changes nothing.",
)
DUPLICATE_ID: Final = ReadingRule(
    "karte.kennung_doppelt",
    Severity.WARNING,
    "Die Karte ab Zeile {line} hat dieselbe Kennung wie eine frühere Karte der Datei; beide blieben erhalten, die "
    "spätere unter eigener Kennung. Bitte prüfen Sie, ob es Dubletten sind.",
    "Same UID (or same digest) as an earlier card of the same kind: kept apart under the id with a number.",
)
NO_NAME: Final = ReadingRule(
    "karte.ohne_namen",
    Severity.WARNING,
    "Die Karte ab Zeile {line} nennt keinen Namen; sie ist unter ihrer E-Mail-Adresse, Telefonnummer oder als "
    "»Ohne Namen« zu finden. Bitte tragen Sie einen Namen nach.",
    "Neither FN nor N nor ORG nor NICKNAME: an organisation (a functional mailbox) named after what there is.",
)
NO_VERSION: Final = ReadingRule(
    "karte.fassung",
    Severity.WARNING,
    "Die Karte ab Zeile {line} nennt keine bekannte Fassung (VERSION); sie wurde als vCard 3.0 gelesen.",
    "VERSION is missing or none of 2.1, 3.0, 4.0: read as 3.0, kept as it is.",
)
BAD_EMAIL: Final = ReadingRule(
    "karte.email",
    Severity.WARNING,
    "{name} in Zeile {line} ist keine E-Mail-Adresse; die Zeile blieb erhalten, ist aber keinem Feld zugeordnet.",
    "Not the form of a mail address: kept verbatim, not taken into the record.",
)
BAD_ADDRESS: Final = ReadingRule(
    "karte.postleitzahl",
    Severity.WARNING,
    "Die Postleitzahl in Zeile {line} hat nicht fünf Ziffern und kein Land steht dabei; sie wurde zum Ort genommen. "
    "Bitte prüfen Sie die Anschrift.",
    "A postal code that is not German and has no country: read as part of the locality, the line is kept.",
)
BAD_KEY: Final = ReadingRule(
    "karte.schluessel",
    Severity.WARNING,
    "{name} in Zeile {line} hat keinen gültigen Wert; die Zeile blieb erhalten, ist aber keinem Feld zugeordnet.",
    "A value of X-KOSCHUSO-* that cannot be a key, number or day.",
)
BAD_BASE64: Final = ReadingRule(
    "karte.base64",
    Severity.WARNING,
    "Der Anhang {name} in Zeile {line} ist kein lesbares Base64; die Zeile blieb erhalten. "
    "Andere Programme werden ihn nicht anzeigen.",
    "ENCODING=b or BASE64 with something else in the value: kept verbatim.",
)
BAD_CHARSET: Final = ReadingRule(
    "karte.zeichensatz",
    Severity.WARNING,
    "{name} in Zeile {line} ist nicht in dem Zeichensatz geschrieben, den die Zeile angibt; gelesen wurde "
    "Windows-1252. Bitte prüfen Sie die Umlaute.",
    "Quoted-printable bytes that are not readable as declared (without CHARSET: as UTF-8).",
)
BARE_PARAMETER: Final = ReadingRule(
    "karte.parameter_ohne_namen",
    Severity.INFO,
    "{name} in Zeile {line} hat Zusätze ohne Namen, wie es nur vCard 2.1 vorsieht; sie wurden als TYPE verstanden.",
    "Bare parameters (TEL;WORK) in a card of version 3.0 or 4.0.",
)
REFUSED_CARD: Final = ReadingRule(
    "karte.abgelehnt",
    Severity.ERROR,
    "Die Angaben der Karte ab Zeile {line} widersprechen sich; übernommen wurde nur der Name, alle Zeilen blieben "
    "erhalten. Bitte prüfen Sie den Eintrag.",
    "The record could not be made of what the lines say: only the name is taken, every line is kept verbatim.",
)
NOT_A_CARD: Final = ReadingRule(
    "karte.keine_karte",
    Severity.WARNING,
    "Der Bestandteil {name} ab Zeile {line} ist keine Visitenkarte und wurde nicht übernommen.",
    "A component other than VCARD (SOGo's VLIST, a calendar): in ``Reading.left_out``, its lines in ``Reading.header``.",
)

CARD_RULES: Final = (
    NO_ID,
    DUPLICATE_ID,
    NO_NAME,
    NO_VERSION,
    BAD_EMAIL,
    BAD_ADDRESS,
    BAD_KEY,
    BAD_BASE64,
    BAD_CHARSET,
    BARE_PARAMETER,
    REFUSED_CARD,
    NOT_A_CARD,
)
"""Every rule of the reader of cards, in the order of the documentation."""
