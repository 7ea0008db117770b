"""The columns of the contact lists that a German Outlook writes and reads (CSV, "Kommagetrennte Werte").

The headings are those of Outlook itself; a German Outlook assigns a column without asking only when its heading is
spelt so. Gathered from public programs that write and read such lists, not tried with Outlook itself: *assumed*. What
koschuso does with a column stands beside it; how a list becomes records is in `koschuso.interchange.outlook`.
"""

from __future__ import annotations

from typing import Final

from koschuso.model.folding import fold

__all__ = ["ALIASES", "COLUMNS", "DISTINCTIVE", "MAIL_COLUMNS", "MARK", "TECHNICAL", "WRITTEN", "canonical"]

COLUMNS: Final = (
    "Anrede",
    "Vorname",
    "Weitere Vornamen",
    "Nachname",
    "Suffix",
    "Firma",
    "Abteilung",
    "Position",
    "Straße geschäftlich",
    "Straße geschäftlich 2",
    "Straße geschäftlich 3",
    "Ort geschäftlich",
    "Region geschäftlich",
    "Postleitzahl geschäftlich",
    "Land/Region geschäftlich",
    "Straße privat",
    "Straße privat 2",
    "Straße privat 3",
    "Ort privat",
    "Bundesland/Kanton privat",
    "Postleitzahl privat",
    "Land/Region privat",
    "Weitere Straße",
    "Weitere Straße 2",
    "Weitere Straße 3",
    "Weiterer Ort",
    "Weiteres/r Bundesland/Kanton",
    "Weitere Postleitzahl",
    "Weiteres/e Land/Region",
    "Telefon Assistent",
    "Fax geschäftlich",
    "Telefon geschäftlich",
    "Telefon geschäftlich 2",
    "Rückmeldung",
    "Autotelefon",
    "Telefon Firma",
    "Fax privat",
    "Telefon (privat)",
    "Telefon (privat 2)",
    "ISDN",
    "Mobiltelefon",
    "Weiteres Fax",
    "Weiteres Telefon",
    "Pager",
    "Haupttelefon",
    "Mobiltelefon 2",
    "Telefon für Hörbehinderte",
    "Telex",
    "Abrechnungsinformation",
    "Assistent(in)",
    "Benutzer 1",
    "Benutzer 2",
    "Benutzer 3",
    "Benutzer 4",
    "Beruf",
    "Büro",
    "E-Mail-Adresse",
    "E-Mail-Typ",
    "E-Mail: Angezeigter Name",
    "E-Mail 2: Adresse",
    "E-Mail 2: Typ",
    "E-Mail 2: Angezeigter Name",
    "E-Mail 3: Adresse",
    "E-Mail 3: Typ",
    "E-Mail 3: Angezeigter Name",
    "Empfohlen von",
    "Geburtstag",
    "Geschlecht",
    "Hobby",
    "Initialen",
    "Internet Frei/Gebucht",
    "Jahrestag",
    "Kategorien",
    "Kinder",
    "Konto",
    "Name des/r Vorgesetzten",
    "Notizen",
    "Organisationsnr.",
    "Ort",
    "Partner/in",
    "Postfach geschäftlich",
    "Postfach privat",
    "Priorität",
    "Privat",
    "Regierungsnr.",
    "Reisekilometer",
    "Sozialversicherungsnr.",
    "Sprache",
    "Stichwörter",
    "Vertraulichkeit",
    "Verzeichnisserver",
    "Webseite",
    "Weiteres Postfach",
)
"""Every column of an export from a German Outlook 2010 or later. An export has them all, mostly empty."""

MARK: Final = "Benutzer 4"
"""Where koschuso notes kind and id of a contact: one of the four columns that Outlook leaves to its users."""

MAIL_COLUMNS: Final = {
    "E-Mail-Adresse": "TYPE=INTERNET,PREF",
    "E-Mail 2: Adresse": "TYPE=INTERNET",
    "E-Mail 3: Adresse": "TYPE=INTERNET",
}
"""The columns of mail addresses, with the parameters that they have on a card."""

WRITTEN: Final = (
    "Anrede",
    "Vorname",
    "Weitere Vornamen",
    "Nachname",
    "Suffix",
    "Firma",
    "Abteilung",
    "Position",
    "Straße geschäftlich",
    "Straße geschäftlich 2",
    "Ort geschäftlich",
    "Postleitzahl geschäftlich",
    "Land/Region geschäftlich",
    "Fax geschäftlich",
    "Telefon geschäftlich",
    "Telefon geschäftlich 2",
    "Mobiltelefon",
    MARK,
    "E-Mail-Adresse",
    "E-Mail 2: Adresse",
    "E-Mail 3: Adresse",
    "Kategorien",
    "Notizen",
    "Webseite",
)
"""The columns that koschuso writes, in Outlook's order; the first one is one that may be missed (see below)."""

TECHNICAL: Final = frozenset(
    {
        "E-Mail-Typ",
        "E-Mail: Angezeigter Name",
        "E-Mail 2: Typ",
        "E-Mail 2: Angezeigter Name",
        "E-Mail 3: Typ",
        "E-Mail 3: Angezeigter Name",
        "Initialen",
        "Priorität",
        "Privat",
        "Vertraulichkeit",
        "Reisekilometer",
        "Abrechnungsinformation",
        "Internet Frei/Gebucht",
        "Verzeichnisserver",
    }
)
"""Columns that Outlook fills by itself; they say nothing about a contact and are passed over."""

DISTINCTIVE: Final = frozenset(
    {
        "Straße geschäftlich",
        "Ort geschäftlich",
        "Postleitzahl geschäftlich",
        "Land/Region geschäftlich",
        "Telefon geschäftlich",
        "Fax geschäftlich",
        "E-Mail-Adresse",
        "E-Mail 2: Adresse",
        "E-Mail: Angezeigter Name",
        "Weitere Vornamen",
        "Telefon (privat)",
        "Mobiltelefon",
        "Haupttelefon",
    }
)
"""Headings that only such a list has."""

ALIASES: Final = {
    "Telefon privat": "Telefon (privat)",
    "Telefon privat 2": "Telefon (privat 2)",
    "Telefon (geschäftlich)": "Telefon geschäftlich",
    "E-Mail": "E-Mail-Adresse",
    "PLZ geschäftlich": "Postleitzahl geschäftlich",
    "Bundesland/Kanton geschäftlich": "Region geschäftlich",
    "Assistent": "Assistent(in)",
    "Partner": "Partner/in",
}
"""Spellings of other editions of Outlook, and of people."""


def _folded() -> dict[str, str]:
    return {fold(name): name for name in COLUMNS} | {fold(alias): name for alias, name in ALIASES.items()}


_BY_SPELLING: Final = _folded()


def canonical(heading: str) -> str:
    """Give Outlook's own spelling of a heading; empty where it is none of Outlook's.

    >>> canonical("Strasse geschaeftlich"), canonical("Klasse")
    ('Straße geschäftlich', '')
    """
    return _BY_SPELLING.get(fold(heading), "")
