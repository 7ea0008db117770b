"""Workload (Umfang): hours per week and the full-time basis they are measured against.

Stored are minutes, because a full-time basis like 39:50 has no finite decimal form. VZÄ is computed, never stored:
sums are made of exact fractions and rounded once at the end (domain.md 2.5).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

import attrs

from koschuso.model.finding import Problems

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FULL_TIME_TVOED", "FULL_TIME_TV_L_NRW", "Workload", "clock", "german_decimal", "round_vzae", "total_vzae"]

FULL_TIME_TVOED = 39 * 60
"""Full-time basis of TVöD (municipal employers) in minutes: 39:00 hours."""

FULL_TIME_TV_L_NRW = 39 * 60 + 50
"""Full-time basis of TV-L in NRW in minutes: 39:50 hours (as of 01.01.2024)."""

# A full-time week outside these bounds is a typing mistake (part-time hours entered as basis, minutes as hours).
_LEAST_BASIS, _MOST_BASIS = 30 * 60, 48 * 60
# Hours and share given together may differ by the rounding of a share to two decimals.
_TOLERANCE = Fraction(1, 200)
_MOST_BARE_SHARE = 2
_LEAST_BARE_HOURS = 4

_NUMBER = r"(?P<number>\d+(?:[.,]\d+)?)"
_FORMS = (
    ("clock", re.compile(r"(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d)\s*(?:h|Std\.?|Stunden|Uhr)?")),
    (
        "spoken",
        re.compile(r"(?P<hours>\d{1,2})\s*(?:h|Std\.?|Stunden?)\s*(?P<minutes>[0-5]?\d)\s*(?:min|Min\.?|Minuten)"),
    ),
    ("percent", re.compile(_NUMBER + r"\s*(?:%|Prozent|v\.\s?H\.)")),
    ("months", re.compile(_NUMBER + r"\s*(?:Maßnahmemonate?|Massnahmemonate?|Maßnahmenmonate?)")),
    ("fraction", re.compile(r"(?P<top>\d+)\s*/\s*(?P<bottom>[1-9]\d*)\s*(?:Stellen?|VZÄ|VZAE)?")),
    ("share", re.compile(_NUMBER + r"\s*(?:(?:Plan|Vollzeit)?-?[Ss]tellen?(?:anteile?)?|VZÄ|VZAE|VK)")),
    (
        "hours",
        re.compile(
            _NUMBER
            + r"\s*-?(?:h|Std\.?|Stunden?|Wochenstunden?|WStd\.?)(?:\s*(?:/|pro|je)\s*(?:W|Wo|Woche)\.?|\s*wöchentlich)?"
        ),
    ),
    ("bare", re.compile(_NUMBER)),
)
_BETWEEN = re.compile(r"\s*[();=]\s*|\s+à\s+")


@attrs.frozen(kw_only=True)
class Workload:
    """How much of a working week is meant.

    Attributes:
        minutes: Minutes per week, more than 0; ``None`` where only measure months are known.
        full_time_minutes: Minutes per week of a full-time job with this employer, 30 to 48 hours.
        months: Maßnahmemonate, where a programme counts in them; they say nothing about hours.
        stated: The workload as it was written, kept so that nobody has to guess later.
    """

    minutes: Decimal | None
    full_time_minutes: int = FULL_TIME_TVOED
    months: Decimal | None = None
    stated: str = ""

    def __attrs_post_init__(self) -> None:
        problems = Problems("workload")
        if not (_LEAST_BASIS <= self.full_time_minutes <= _MOST_BASIS):
            problems.add(
                field="full_time_minutes",
                value=self.full_time_minutes,
                rule="umfang.vollzeitbasis",
                message=f"Eine Vollzeitwoche von {clock(self.full_time_minutes)} Stunden ist nicht plausibel (30:00 bis 48:00).",
            )
        if not (self.minutes is not None or self.months is not None):
            problems.add(
                field="minutes",
                value=self.minutes,
                rule="umfang.leer",
                message="Ein Umfang nennt Wochenstunden oder Maßnahmemonate; ist er unbekannt, bleibt das Feld leer.",
            )
        for field, amount in (("minutes", self.minutes), ("months", self.months)):
            if not (amount is None or (amount.is_finite() and amount > 0)):
                problems.add(
                    field=field,
                    value=amount,
                    rule="umfang.positiv",
                    message="Ein Umfang ist größer als 0; eine unbekannte Angabe ist etwas anderes als 0.",
                )
        problems.raise_if_any()

    @classmethod
    def of_hours(cls, hours: Decimal | float | str, *, full_time_minutes: int = FULL_TIME_TVOED) -> Workload:
        """Build a workload from hours per week.

        >>> Workload.of_hours("19.5").vzae
        Fraction(1, 2)
        """
        return cls(minutes=Decimal(str(hours)) * 60, full_time_minutes=full_time_minutes)

    @classmethod
    def of_share(cls, share: Decimal | float | str, *, full_time_minutes: int = FULL_TIME_TVOED) -> Workload:
        """Build a workload from a share of a full-time job, 1 being the whole."""
        return cls(minutes=Decimal(str(share)) * full_time_minutes, full_time_minutes=full_time_minutes)

    @classmethod
    def parse(cls, text: str, *, full_time_minutes: int = FULL_TIME_TVOED) -> Workload:
        """Read a workload as the field writes it.

        Understood are ``1,0 Stelle``, ``0,5``, ``19,5h``, ``15 Std.``, ``50 %``, ``19:30``, ``1/2 Stelle``,
        ``18 Maßnahmemonate`` and two of them together (``0,5 Stelle (19,5 Std.)``), which must agree.
        A bare number up to 2 is a share, from 4 on it is hours; what lies between is refused as ambiguous.

        Raises:
            InvalidRecord: The text is not understood, ambiguous, 0 or contradicts itself.

        >>> Workload.parse("19,5h").hours
        Fraction(39, 2)
        >>> round_vzae(Workload.parse("19:30", full_time_minutes=FULL_TIME_TV_L_NRW).vzae)
        Decimal('0.49')
        """
        minutes: Fraction | None = None
        months: Decimal | None = None
        parts = [part for part in _BETWEEN.split(text.strip()) if part]
        if not parts:
            _refuse(text, "umfang.leer", "ist leer; lassen Sie das Feld frei, wenn der Umfang nicht bekannt ist")
        for part in parts:
            kind, amount = _amount(part, text, full_time_minutes)
            if kind == "months":
                months = _decimal(amount)
            elif minutes is None:
                minutes = amount
            elif abs(minutes - amount) > _TOLERANCE * full_time_minutes:
                _refuse(
                    text,
                    "umfang.widerspruch",
                    f"widerspricht sich: {clock(minutes)} und {clock(amount)} Stunden bei einer Vollzeit von "
                    f"{clock(full_time_minutes)} Stunden",
                )
        return cls(
            minutes=None if minutes is None else _decimal(minutes),
            full_time_minutes=full_time_minutes,
            months=months,
            stated=text.strip(),
        )

    @property
    def hours(self) -> Fraction | None:
        """Hours per week, exact."""
        return None if self.minutes is None else Fraction(self.minutes) / 60

    @property
    def vzae(self) -> Fraction | None:
        """Vollzeitäquivalent, exact and unrounded; ``None`` where hours are not known."""
        return None if self.minutes is None else Fraction(self.minutes) / self.full_time_minutes

    def __str__(self) -> str:
        if self.minutes is None:
            return f"{german_decimal(self.months or Decimal())} Maßnahmemonate"
        return f"{clock(self.minutes)} von {clock(self.full_time_minutes)} Std./Woche"


def total_vzae(workloads: Iterable[Workload | None]) -> tuple[Fraction, int]:
    """Sum the VZÄ of workloads exactly.

    Returns:
        The sum of what is known, and how many workloads are unknown: unknown is never counted as 0.
    """
    known = Fraction(0)
    unknown = 0
    for workload in workloads:
        vzae = None if workload is None else workload.vzae
        if vzae is None:
            unknown += 1
        else:
            known += vzae
    return known, unknown


def round_vzae(vzae: Fraction | None, digits: int = 2) -> Decimal | None:
    """Round a sum of VZÄ once, half up, as it is printed.

    >>> round_vzae(Fraction(1, 8)), round_vzae(None)
    (Decimal('0.13'), None)
    """
    if vzae is None:
        return None
    scale = 10**digits
    units = (Decimal(vzae.numerator * scale) / Decimal(vzae.denominator)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return units.scaleb(-digits)


def clock(minutes: Decimal | Fraction | int) -> str:
    """Write minutes as hours and minutes.

    >>> clock(2390)
    '39:50'
    """
    whole = int(minutes + Fraction(1, 2)) if isinstance(minutes, Fraction) else int(Decimal(minutes) + Decimal("0.5"))
    return f"{whole // 60}:{whole % 60:02d}"


def german_decimal(number: Decimal, digits: int | None = None) -> str:
    """Write a number with a decimal comma.

    >>> german_decimal(Decimal("19.5")), german_decimal(Decimal("1"), 2)
    ('19,5', '1,00')
    """
    if digits is not None:
        number = number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{number:f}".replace(".", ",")


def _amount(part: str, text: str, full_time_minutes: int) -> tuple[str, Fraction]:
    """Read one amount; give its kind and minutes per week (or months)."""
    matched = next(((kind, match) for kind, form in _FORMS if (match := form.fullmatch(part))), None)
    if matched is None:
        _refuse(
            text,
            "umfang.form",
            "wird nicht verstanden; möglich sind 1,0 Stelle, 19,5 Std., 19:30, 50 %, 18 Maßnahmemonate",
        )
    kind, match = matched
    if kind in {"clock", "spoken"}:
        return kind, Fraction(int(match["hours"]) * 60 + int(match["minutes"]))
    if kind == "fraction":
        return kind, Fraction(int(match["top"]), int(match["bottom"])) * full_time_minutes
    number = Fraction(match["number"].replace(",", "."))
    if kind == "bare":
        if number <= _MOST_BARE_SHARE:
            kind = "share"
        elif number >= _LEAST_BARE_HOURS:
            kind = "hours"
        else:
            _refuse(text, "umfang.mehrdeutig", "ist mehrdeutig; schreiben Sie Stellen oder Std. dazu")
    factor = {"share": Fraction(full_time_minutes), "hours": Fraction(60), "percent": Fraction(full_time_minutes, 100)}
    return kind, number * factor.get(kind, Fraction(1))


def _decimal(number: Fraction) -> Decimal:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return Decimal(f"{exact.quantize(Decimal('0.0001'), rounding=ROUND_HALF_UP).normalize():f}")


def _refuse(text: str, rule: str, why: str) -> NoReturn:
    problems = Problems("workload")
    problems.add(field="stated", value=text, rule=rule, message=f"Der Umfang »{text}« {why}.")
    problems.raise_if_any()
    raise AssertionError  # unreachable: the line above raises
