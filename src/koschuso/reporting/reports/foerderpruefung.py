"""Förder-Plausibilität (R7): what the Fördersachbearbeitung has to look at before applying for a grant or proving its use.

Every figure stands beside what is expected and where that is said. A hint says that something is to be examined; whether a
case is fundable is decided by the Bewilligungsbehörde and by nobody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.model.finding import Severity
from koschuso.model.position import Funding, Position
from koschuso.reporting.document import (
    Column,
    Document,
    Figure,
    Figures,
    Missing,
    Section,
    Table,
    Text,
    TextStyle,
)
from koschuso.reporting.figures.changes import Change, changes_table
from koschuso.reporting.figures.funding_checks import Checks, Hint
from koschuso.reporting.figures.funding_facts import Funded
from koschuso.reporting.figures.funding_places import FundedPlaces
from koschuso.reporting.figures.key_ratio import KeyRatio
from koschuso.reporting.figures.months import MONTHS_NOTE
from koschuso.reporting.figures.schools import Schools
from koschuso.reporting.german import berlin_day, day_text
from koschuso.reporting.parameters import INTERNAL, Parameters, PeriodKind
from koschuso.reporting.report import Report, make_document
from koschuso.rules.richtlinie import RICHTLINIEN, Richtlinie, richtlinien_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from koschuso.model.period import Period
    from koschuso.reporting.parameters import ReportPeriod
    from koschuso.reporting.view import View

__all__ = ["FOERDERPRUEFUNG"]

_NAME = "koschuso:foerderpruefung"
_TITLE = "Förder-Plausibilität"

_WHAT_IT_IS = (
    "Diese Zusammenstellung vergleicht, was erfasst ist, mit dem, was öffentliche Quellen zur Landesförderung der "
    "Schulsozialarbeit nennen. Ein Hinweis »zu prüfen« heißt: Bitte ansehen. Er ist keine förderrechtliche Bewertung; darüber "
    "entscheidet die Bewilligungsbehörde. Ändern wird koschuso nichts."
)
_SEVERITIES = {Severity.ERROR: "dringend prüfen", Severity.WARNING: "prüfen", Severity.INFO: "zur Kenntnis"}
_ORDER = tuple(_SEVERITIES)
_RULES = ("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8")


def _build(view: View, parameters: Parameters) -> Document:
    time = parameters.time
    found = _Examined(view, time, named=parameters.internal)
    day, funded, key, checks, hints = found.day, found.funded, found.key, found.checks, found.hints
    return make_document(
        _NAME,
        view,
        parameters,
        title=_TITLE,
        sections=(
            Section(
                title="Überblick",
                blocks=(
                    Text(paragraphs=(_WHAT_IT_IS,)),
                    _figures(funded, hints, key),
                    *_compared(view, time, found),
                    _hint_table(hints),
                ),
            ),
            Section(title="Fassung der Richtlinie und Quellen", blocks=_versions(time.period)),
            Section(title=f"Koordinierungsschlüssel am {day_text(day)}", blocks=key.tables()),
            Section(title="Einsatz an Schulen", blocks=(checks.schools_table(), checks.details_table())),
            Section(title="Kosten und Zuwendung", blocks=(checks.cost_table(),)),
            Section(
                title="Geförderte Stellen nach Gemeinde",
                blocks=(FundedPlaces(view, funded, Schools(view, time.last)).table(),),
            ),
        ),
        missing=(
            *key.missing(),
            *checks.missing(),
            Missing(what="Tage vor der ersten bekannten Richtlinie", count=_unruled(time.period)),
        ),
        notes=(
            MONTHS_NOTE,
            (
                "Gefördert ist eine Stelle, zu der eine Finanzierung nach der Richtlinie erfasst ist, oder, wo keine erfasst ist, "
                "deren Säule die Landesförderung ist."
            ),
        ),
        suppression_note=(
            "In diesem Bericht wird nichts unterdrückt: Stellenanteile sind Angaben über Ressourcen. Er nennt Kosten einzelner "
            "Stellen und ist deshalb nur für die eigene Fördersachbearbeitung und den Fördergeber."
        ),
    )


class _Examined:
    """What is examined of a period.

    Args:
        view: What the report may see.
        time: The period.
        named: Whether positions are called by their designation.
    """

    def __init__(self, view: View, time: ReportPeriod, *, named: bool) -> None:
        # The Schlüssel is a figure of a day: the last of the period that the data can tell about.
        self.day = max(time.first, min(time.last, berlin_day(view.as_of)))
        self.funded = Funded(view, time.period)
        self.key = KeyRatio(view, self.day)
        self.checks = Checks(view, self.funded, time, named=named)
        self.hints = [*self.key.hints(), *self.checks.hints()]

    @property
    def urgent(self) -> int:
        """How many hints are to be examined first."""
        return sum(hint.severity is Severity.ERROR for hint in self.hints)


def _compared(view: View, time: ReportPeriod, now: _Examined) -> tuple[Table | Text, ...]:
    """Set the figures beside those of the period before."""
    before = time.previous()
    if before is None:
        return ()
    then = _Examined(view, before, named=False)
    if not then.funded.positions:
        sentence = f"Zum Vergleich: Für den Zeitraum davor ({before.label}) ist keine geförderte Stelle erfasst."
        return (Text(paragraphs=(sentence,)),)
    changes = (
        Change("geförderte Stellen", len(now.funded.positions), len(then.funded.positions)),
        Change("Hinweise", len(now.hints), len(then.hints)),
        Change("davon dringend zu prüfen", now.urgent, then.urgent),
        Change("Fachkräfte je VZÄ Koordination (nach Personen)", now.key.heads_per_post, then.key.heads_per_post),
    )
    return (changes_table(changes, time, before, berlin_day(view.as_of)),)


def _figures(funded: Funded, hints: Sequence[Hint], key: KeyRatio) -> Figures:
    urgent = sum(hint.severity is Severity.ERROR for hint in hints)
    return Figures(
        items=(
            Figure(label="geförderte Stellen", value=len(funded.positions), note="im Zeitraum, auch zeitweise"),
            Figure(label="Hinweise", value=len(hints), note=f"davon {urgent} dringend zu prüfen"),
            Figure(
                label="Fachkräfte je VZÄ Koordination",
                value=key.heads_per_post,
                note="nach Personen; Schlüssel 1 : 30",
            ),
        )
    )


def _hint_table(hints: Sequence[Hint]) -> Table:
    ordered = sorted(hints, key=lambda hint: (_ORDER.index(hint.severity), hint.rule))
    return Table(
        key="hinweise",
        title="Was zu prüfen ist",
        columns=(
            Column(title="Regel", header=True),
            Column(title="Gewicht"),
            Column(title="Stelle"),
            Column(title="Hinweis"),
            Column(title="Quelle"),
        ),
        rows=tuple((hint.rule, _SEVERITIES[hint.severity], hint.subject, hint.text, hint.source) for hint in ordered),
        empty="Aus den erfassten Angaben ergibt sich kein Hinweis. Das ist keine Bestätigung der Förderfähigkeit.",
    )


def _versions(period: Period) -> tuple[Text | Table, ...]:
    versions = richtlinien_in(period)
    if not versions:
        first = RICHTLINIEN[0]
        return (
            Text(
                paragraphs=(
                    (
                        f"Für diesen Zeitraum ist koschuso keine Fassung der Richtlinie bekannt; gerechnet ist nach der ersten "
                        f"bekannten ({first.title})."
                    ),
                ),
                style=TextStyle.NOTE,
            ),
        )
    named = tuple(f"{version.title}: {version.period}. {version.note}" for version in versions)
    intro = (
        "Im Zeitraum galten zwei Fassungen; jede Regel wird nach der Fassung des jeweiligen Tages geprüft."
        if len(versions) > 1
        else "Im ganzen Zeitraum galt, soweit bekannt, eine Fassung."
    )
    return (
        Text(paragraphs=(intro, *named)),
        Table(
            key="richtlinie",
            title="Die Regeln und ihre Quellen",
            columns=(
                Column(title="Regel", header=True),
                Column(title="Was erwartet wird"),
                *(
                    Column(title=title, group=f"Fassung {version.key}")
                    for version in versions
                    for title in ("Quelle", "Beleg")
                ),
            ),
            rows=tuple(_provision_row(key, versions) for key in _RULES),
            notes=(
                (
                    "Der Wortlaut der Richtlinie liegt koschuso nicht vor; wiedergegeben ist, was die genannten öffentlichen Quellen "
                    "sagen. Maßgeblich sind Richtlinie und Zuwendungsbescheid."
                ),
            ),
        ),
    )


def _provision_row(key: str, versions: Sequence[Richtlinie]) -> tuple[str, ...]:
    found = [version.provision(key) for version in versions]
    texts = dict.fromkeys(provision.text for provision in found)
    return (
        key,
        " ".join(texts),
        *(cell for provision in found for cell in (provision.source, provision.evidence.label)),
    )


def _unruled(period: Period) -> int:
    """Count the days of a period before the first version that is known."""
    first = RICHTLINIEN[0].period.since
    if first is None or period.since is None or period.until is None:
        return 0
    return max(0, (min(period.until, first) - period.since).days)


FOERDERPRUEFUNG = Report(
    name=_NAME,
    title=_TITLE,
    description="Was vor Antrag und Verwendungsnachweis zu prüfen ist: Schlüssel 1:30, Einsatzregeln, Pflichtangaben, Kosten.",
    build=_build,
    kinds=(
        PeriodKind.SCHULJAHR,
        PeriodKind.FOERDERZEITRAUM,
        PeriodKind.KALENDERJAHR,
        PeriodKind.SCHULHALBJAHR,
        PeriodKind.QUARTAL,
    ),
    audiences=(INTERNAL, "foerdergeber"),
    about=(Position, Funding),
)
"""R7 of domain.md, T1 to T5 with the versions of the Richtlinie; it shows costs, so it is for no wider circle."""
