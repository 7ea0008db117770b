"""What the line codec has to say about a file: its rules in one place, and the collector of its findings.

`READING_RULES` is the table (key, severity, German sentence, meaning) that the reference documentation is made from.
The sentences hold line numbers, limits and names of components, never the content of a line: that is in
`Finding.value`, which no ``repr`` shows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from koschuso.interchange.limits import MAX_FINDINGS_PER_RULE
from koschuso.model.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ADDRESS_BOOK",
    "BAD_NAME",
    "BAD_QUOTES",
    "BASE64_UNINDENTED",
    "BLANK_BEFORE_FOLD",
    "CHARSET_CONVERTED",
    "CHARSET_GUESSED",
    "CONTROL_CHARACTER",
    "LINE_TOO_LONG",
    "MIXED_LINE_ENDS",
    "NESTED_CALENDAR",
    "NOTHING_FOUND",
    "NOT_CLOSED",
    "NO_COLON",
    "ORPHAN_FOLD",
    "OUTSIDE",
    "READING_RULES",
    "SOFT_BREAK_AT_END",
    "STRAY_END",
    "TOO_DEEP",
    "TOO_LARGE",
    "TOO_MANY_COMPONENTS",
    "TOO_MANY_FINDINGS",
    "TOO_MANY_PROPERTIES",
    "UNUSUAL_NAME",
    "UTF16",
    "WRONG_END",
    "Notes",
    "ReadingRule",
]


class ReadingRule(NamedTuple):
    """One rule of the line codec.

    Attributes:
        key: Stable key, ``Finding.rule``.
        severity: How much it matters.
        sentence: German sentence for `str.format` with ``line``, ``name`` and ``limit``.
        meaning: What it means and what is done, for the reference documentation (English).
    """

    key: str
    severity: Severity
    sentence: str
    meaning: str


NO_COLON: Final = ReadingRule(
    "zeile.ohne_doppelpunkt",
    Severity.WARNING,
    "Zeile {line} hat keinen Doppelpunkt und wurde nicht gedeutet, sondern so belassen, wie sie ist "
    "(bei Personen lässt der Datenschutzfilter solche Zeilen aus). Oft ist es ein Zeilenumbruch, der im Text davor nicht maskiert wurde.",
    "A logical line without a colon outside quotes; kept verbatim as an unparsed line.",
)
BAD_NAME: Final = ReadingRule(
    "zeile.name_ungueltig",
    Severity.WARNING,
    "Zeile {line} beginnt nicht mit einem Eigenschaftsnamen und wurde nicht gedeutet, sondern so belassen, wie sie ist "
    "(bei Personen lässt der Datenschutzfilter solche Zeilen aus).",
    "What stands before the first colon or semicolon cannot be a name (empty, or with blanks inside); kept verbatim.",
)
UNUSUAL_NAME: Final = ReadingRule(
    "zeile.name_ungewoehnlich",
    Severity.INFO,
    "Der Name in Zeile {line} enthält Zeichen oder Leerzeichen, die der Standard dort nicht vorsieht; "
    "er wurde so übernommen. Gleichlautende Zeilen werden nicht noch einmal genannt.",
    "Blanks around a name, non-ASCII letters, slashes, empty parameters: taken as meant, told once per spelling.",
)
BAD_QUOTES: Final = ReadingRule(
    "zeile.anfuehrungszeichen",
    Severity.WARNING,
    "In Zeile {line} fehlt ein schließendes Anführungszeichen; gelesen wurde bis zum ersten Doppelpunkt. "
    "Bitte prüfen Sie diesen Eintrag.",
    "Unbalanced quotes in the parameters; the line is divided at its first colon.",
)
LINE_TOO_LONG: Final = ReadingRule(
    "zeile.zu_lang",
    Severity.WARNING,
    "Zeile {line} ist länger als {limit} Zeichen und wurde nicht gedeutet, sondern so belassen, wie sie ist "
    "(bei Personen lässt der Datenschutzfilter solche Zeilen aus).",
    "Longer than `Limits.line_length`; kept verbatim as an unparsed line.",
)
CHARSET_GUESSED: Final = ReadingRule(
    "zeile.zeichensatz",
    Severity.WARNING,
    "Zeile {line} ist nicht in UTF-8 geschrieben; die abweichenden Zeichen wurden als Windows-1252 gelesen. "
    "Bitte prüfen Sie die Umlaute.",
    "Bytes that are not UTF-8 are read as windows-1252 (with C1 characters for its five undefined bytes).",
)
CHARSET_CONVERTED: Final = ReadingRule(
    "zeile.zeichensatz_umgesetzt",
    Severity.INFO,
    "Zeile {line} war in dem Zeichensatz geschrieben, den sie mit CHARSET angibt, und wird künftig in UTF-8 geschrieben.",
    "Raw 8-bit text of vCard 2.1 in the character set that its CHARSET parameter names.",
)
CONTROL_CHARACTER: Final = ReadingRule(
    "zeile.steuerzeichen",
    Severity.WARNING,
    "Zeile {line} enthielt unzulässige Steuerzeichen; sie wurden entfernt.",
    "NUL or another C0 control character; removed, the original stands escaped in `Finding.value`.",
)
ORPHAN_FOLD: Final = ReadingRule(
    "zeile.fortsetzung_ohne_anfang",
    Severity.WARNING,
    "Zeile {line} ist eingerückt, ohne eine andere fortzusetzen; die Einrückung wurde entfernt.",
    "A continuation line at the very beginning.",
)
BLANK_BEFORE_FOLD: Final = ReadingRule(
    "zeile.leerzeile_vor_fortsetzung",
    Severity.INFO,
    "Zwischen Zeile {line} und ihrer Fortsetzung stehen Leerzeilen; sie wurden übergangen.",
    "A blank line before a continuation line, mostly from a program that doubles line ends; joined.",
)
SOFT_BREAK_AT_END: Final = ReadingRule(
    "zeile.qp_abgebrochen",
    Severity.WARNING,
    "Der Text ab Zeile {line} kündigt mit = eine Fortsetzung an, die fehlt; vielleicht ist er abgeschnitten.",
    "A quoted-printable soft break with nothing, or the end of the component, behind it.",
)
BASE64_UNINDENTED: Final = ReadingRule(
    "zeile.base64_ohne_einzug",
    Severity.INFO,
    "Die Zeilen der Datei in Zeile {line} sind nicht eingerückt; sie wurden trotzdem zusammengefügt.",
    "Base64 lines that follow a property with ENCODING=BASE64 without being folded are joined to it.",
)
NOT_CLOSED: Final = ReadingRule(
    "bestandteil.nicht_geschlossen",
    Severity.ERROR,
    "Der Bestandteil {name}, der in Zeile {line} beginnt, wird nicht mit END:{name} geschlossen; "
    "vielleicht ist die Datei abgeschnitten. Übernommen wurde, was bis dahin lesbar war.",
    "BEGIN without its END; everything up to the next component or the end of the file is delivered.",
)
WRONG_END: Final = ReadingRule(
    "bestandteil.falsches_ende",
    Severity.ERROR,
    "In Zeile {line} endet {name}, obwohl dieser Bestandteil gar nicht offen ist; die Zeile wurde übergangen.",
    "END inside a component that names another one that is not open; ignored.",
)
STRAY_END: Final = ReadingRule(
    "bestandteil.ende_ohne_anfang",
    Severity.ERROR,
    "In Zeile {line} endet {name}, ohne begonnen zu haben; die Zeile wurde übergangen.",
    "END outside every component; ignored.",
)
NESTED_CALENDAR: Final = ReadingRule(
    "bestandteil.kalender_im_kalender",
    Severity.WARNING,
    "Im Kalender ab Zeile {line} steht ein weiterer Kalender; gelesen und geschrieben werden sie nacheinander.",
    "VCALENDAR within VCALENDAR; read as one after the other.",
)
TOO_DEEP: Final = ReadingRule(
    "bestandteil.zu_tief",
    Severity.ERROR,
    "Ab Zeile {line} sind Bestandteile mehr als {limit}-fach ineinander geschachtelt; was tiefer liegt, "
    "wurde nicht gedeutet, bleibt aber unverändert erhalten.",
    "Nested deeper than `Limits.depth`; the inner lines are kept as unparsed lines of the deepest component.",
)
TOO_LARGE: Final = ReadingRule(
    "bestandteil.zu_gross",
    Severity.ERROR,
    "Der Bestandteil {name} ab Zeile {line} ist größer als {limit} Bytes und wurde nicht übernommen. "
    "Bitte entfernen Sie große Anhänge und lesen Sie die Datei noch einmal ein.",
    "Larger than `Limits.component_bytes`; left out.",
)
TOO_MANY_PROPERTIES: Final = ReadingRule(
    "bestandteil.zu_viele_zeilen",
    Severity.ERROR,
    "Der Bestandteil {name} ab Zeile {line} hat mehr als {limit} Zeilen; die weiteren wurden nicht übernommen.",
    "More lines than `Limits.properties`; the further ones are left out.",
)
TOO_MANY_COMPONENTS: Final = ReadingRule(
    "datei.zu_viele_bestandteile",
    Severity.ERROR,
    "Die Datei hat mehr als {limit} Bestandteile; ab Zeile {line} wurde nichts mehr übernommen. "
    "Bitte teilen Sie die Datei.",
    "More components than `Limits.components`; reading stops.",
)
OUTSIDE: Final = ReadingRule(
    "datei.ausserhalb",
    Severity.WARNING,
    "Ab Zeile {line} steht Text außerhalb eines Kalenders oder einer Visitenkarte; er wurde nicht übernommen.",
    "Lines outside every BEGIN … END; delivered as a segment without a name.",
)
ADDRESS_BOOK: Final = ReadingRule(
    "datei.adressbuch",
    Severity.INFO,
    "Ab Zeile {line} sind die Visitenkarten in {name} zusammengefasst; übernommen wurden die Karten, nicht die Angaben "
    "dieser Hülle.",
    "Cards within BEGIN:VADDRESSBOOK, as vdirsyncer and Evolution write them; lines beside the cards are passed over.",
)
NOTHING_FOUND: Final = ReadingRule(
    "datei.ohne_bestandteil",
    Severity.ERROR,
    "Die Datei enthält weder einen Kalender noch eine Visitenkarte (keine Zeile BEGIN:…). "
    "Bitte prüfen Sie, ob es die richtige Datei ist.",
    "Not one BEGIN line: an empty file, a web page, another format.",
)
UTF16: Final = ReadingRule(
    "datei.utf16",
    Severity.INFO,
    "Die Datei ist in UTF-16 geschrieben und wurde umgewandelt.",
    "UTF-16 instead of UTF-8, recognised by its byte order mark or its zero bytes.",
)
MIXED_LINE_ENDS: Final = ReadingRule(
    "datei.zeilenenden",
    Severity.INFO,
    "Die Datei mischt zwei Arten von Zeilenenden (ab Zeile {line}); gelesen wurden beide gleich. Vielleicht wurde sie "
    "von Hand oder von mehreren Programmen bearbeitet.",
    "CRLF and LF in one file; both end a line. Looked for in the first `BLOCK_BYTES`.",
)
TOO_MANY_FINDINGS: Final = ReadingRule(
    "datei.weitere_hinweise",
    Severity.WARNING,
    "Zur Regel {name} gibt es in dieser Datei mehr als {limit} Hinweise; die weiteren werden nicht einzeln genannt.",
    "The rule has more findings than `MAX_FINDINGS_PER_RULE`.",
)

READING_RULES: Final = (
    NO_COLON,
    BAD_NAME,
    UNUSUAL_NAME,
    BAD_QUOTES,
    LINE_TOO_LONG,
    CHARSET_GUESSED,
    CHARSET_CONVERTED,
    CONTROL_CHARACTER,
    ORPHAN_FOLD,
    BLANK_BEFORE_FOLD,
    SOFT_BREAK_AT_END,
    BASE64_UNINDENTED,
    NOT_CLOSED,
    WRONG_END,
    STRAY_END,
    NESTED_CALENDAR,
    TOO_DEEP,
    TOO_LARGE,
    TOO_MANY_PROPERTIES,
    TOO_MANY_COMPONENTS,
    OUTSIDE,
    ADDRESS_BOOK,
    NOTHING_FOUND,
    UTF16,
    MIXED_LINE_ENDS,
    TOO_MANY_FINDINGS,
)
"""Every rule of the line codec, in the order of the documentation."""

_HARMLESS_NAME: Final = re.compile(r"[A-Za-z0-9.:_-]{1,40}").fullmatch


class Notes:
    """Collects the findings of one file, a bounded number for each rule.

    Attributes:
        findings: What was found so far, in the order of the file.

    >>> notes = Notes("kalender.ics")
    >>> notes.note(NO_COLON, line=7, value="ohne Sinn")
    >>> [(finding.rule, finding.line, finding.source) for finding in notes.findings]
    [('zeile.ohne_doppelpunkt', 7, 'kalender.ics')]
    """

    __slots__ = ("_counts", "_source", "findings")

    def __init__(self, source: str = "") -> None:
        self._source = source
        self._counts: dict[str, int] = {}
        self.findings: list[Finding] = []

    def note(
        self,
        rule: ReadingRule,
        *,
        line: int | None = None,
        name: str = "",
        value: str = "",
        limit: int = 0,
    ) -> None:
        """Add one finding of the line codec; ``name`` is the property or component that is meant."""
        if self._counts.get(rule.key, 0) > MAX_FINDINGS_PER_RULE:
            return
        shown = name if _HARMLESS_NAME(name) else "(unlesbar)"
        self.add(
            Finding(
                rule=rule.key,
                message=rule.sentence.format(line=line, name=shown, limit=f"{limit:,}".replace(",", ".")),
                severity=rule.severity,
                field=name,
                value=value,
                line=line,
                source=self._source,
            )
        )

    def add(self, finding: Finding) -> None:
        """Add a finding that was made elsewhere, unless its rule has too many already."""
        count = self._counts.get(finding.rule, 0) + 1
        self._counts[finding.rule] = count
        if count <= MAX_FINDINGS_PER_RULE:
            self.findings.append(finding)
        elif count == MAX_FINDINGS_PER_RULE + 1:
            self.note(TOO_MANY_FINDINGS, name=finding.rule, limit=MAX_FINDINGS_PER_RULE)

    def has(self, rule: str) -> bool:
        """Whether there is a finding of that rule."""
        return self._counts.get(rule, 0) > 0

    def retract(self, rule: ReadingRule, line: int) -> None:
        """Take back a finding of a line that turned out to go on."""
        for index in range(len(self.findings) - 1, -1, -1):
            finding = self.findings[index]
            if (finding.line or line) < line:
                return
            if finding.line == line and finding.rule == rule.key:
                del self.findings[index]
                self._counts[rule.key] -= 1
                return

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add findings that were made elsewhere."""
        for finding in findings:
            self.add(finding)
