"""What the reader of address books has to say about single cards: its rules, in the form of `koschuso.interchange.notes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from koschuso.interchange.notes import CHARSET_CONVERTED, CHARSET_GUESSED, Notes, ReadingRule
from koschuso.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "BAD_ADDRESS",
    "BAD_BASE64",
    "BAD_CHARSET",
    "BAD_EMAIL",
    "BAD_KEY",
    "BARE_PARAMETER",
    "CARD_RULES",
    "DUPLICATE_ID",
    "GROUP_WITHOUT_TYPE",
    "NOT_A_CARD",
    "NO_ID",
    "NO_NAME",
    "NO_VERSION",
    "REFUSED_CARD",
    "REPEATED",
    "UNKNOWN_PROPERTY",
    "gathered",
    "note_lines",
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
    "{name} in Zeile {line} hat keinen gültigen Wert; die Zeile ist keinem Feld zugeordnet.",
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
REPEATED: Final = ReadingRule(
    "karte.mehrfach",
    Severity.WARNING,
    "{name} steht in Zeile {line} noch einmal, obwohl eine Karte es nur einmal haben darf; es gilt die erste Angabe, die "
    "weitere blieb unverändert erhalten.",
    "A second line of a property that may stand only once: the first one counts, both are kept.",
)
UNKNOWN_PROPERTY: Final = ReadingRule(
    "karte.eigenschaft_unbekannt",
    Severity.INFO,
    "{name} in Zeile {line} ist keine Eigenschaft einer Visitenkarte; die Zeile blieb unverändert erhalten.",
    "A name without X- that no version of vCard knows: kept as it is.",
)
GROUP_WITHOUT_TYPE: Final = ReadingRule(
    "karte.gruppe_ohne_art",
    Severity.INFO,
    "Die Gruppe ab Zeile {line} sagt nicht, was für ein Gremium sie ist (oft ist es nur ein Verteiler); sie wurde ohne Art "
    "übernommen. Bitte tragen Sie die Art nach, wenn es ein Gremium ist.",
    "KIND:group of another program: a committee without a type, because no type can be guessed.",
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
    REPEATED,
    UNKNOWN_PROPERTY,
    GROUP_WITHOUT_TYPE,
    REFUSED_CARD,
    NOT_A_CARD,
)
"""Every rule of the reader of cards, in the order of the documentation."""


_TOLD_ONCE: Final = frozenset({CHARSET_CONVERTED.key, CHARSET_GUESSED.key, BAD_CHARSET.key, BARE_PARAMETER.key})
"""Rules that most lines of a card break alike: told once for each card."""


def gathered(findings: Iterable[Finding]) -> list[Finding]:
    """Put the findings of one card together that say the same of several lines: the first one says how many there are.

    >>> one, two = (Finding(rule=BAD_CHARSET.key, message="Zeile.", line=number) for number in (3, 4))
    >>> [(finding.line, finding.message) for finding in gathered([one, two, two])]
    [(3, 'Zeile. Das gilt auch für 2 weitere Zeilen dieser Karte.')]
    """
    counts: dict[str, int] = {}
    kept = []
    for finding in findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
        if counts[finding.rule] == 1 or finding.rule not in _TOLD_ONCE:
            kept.append(finding)
    return [
        attrs.evolve(finding, message=f"{finding.message} {_further(counts[finding.rule] - 1)}")
        if finding.rule in _TOLD_ONCE and counts[finding.rule] > 1
        else finding
        for finding in kept
    ]


def note_lines(notes: Notes, rule: ReadingRule, lines: Sequence[tuple[int, str, str]]) -> None:
    """Tell once what is so with several lines of a card, each given by number, name and value."""
    single = Notes()
    for number, name, value in lines:
        single.note(rule, line=number, name=name, value=value)
    notes.extend(gathered(single.findings))


def _further(count: int) -> str:
    return f"Das gilt auch für {'eine weitere Zeile' if count == 1 else f'{count} weitere Zeilen'} dieser Karte."
