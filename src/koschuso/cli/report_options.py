"""What ``koschuso report`` takes on the command line: for each report its times, its audiences and its own options.

The options of a report are made of what it declares, so that a plugin's report is asked for like one of koschuso's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from koschuso.reporting.options import Option
    from koschuso.reporting.parameters import PeriodKind
    from koschuso.reporting.report import Report

__all__ = [
    "asked_for",
    "flag_of",
    "flags_of",
    "is_own",
    "merged",
    "options_of",
    "period_flags",
    "short_name",
    "unnamed_options",
]

_TIMES: Final = {
    "kalenderjahr": (("--year", "--jahr"), "JAHR", "Kalenderjahr"),
    "schuljahr": (("--schuljahr",), "JAHR", "Schuljahr"),
    "schulhalbjahr": (("--schulhalbjahr",), "HALBJAHR", "Schulhalbjahr"),
    "quartal": (("--quartal",), "QUARTAL", "Quartal"),
    "foerderzeitraum": (("--foerderzeitraum",), "ZEITRAUM", "Förderzeitraum"),
    "stichtag": (("--stichtag",), "TAG", "Stichtag"),
}
_USUAL: Final = {
    "": "das, in dem zuletzt etwas geändert wurde",
    "foerderzeitraum": "das Kalenderjahr, in dem zuletzt etwas geändert wurde",
    "stichtag": "der Tag, an dem zuletzt etwas geändert wurde",
}
_METAVARS: Final = {
    "text": "TEXT",
    "number": "ZAHL",
    "day": "TAG",
    "choice": "WERT",
}
_ASKED: Final = "asked."
"""What the names of a report's parameters begin with among those of the command, so that none can take the place of another."""


def short_name(report: Report) -> str:
    """Give the name by which a report is asked for: koschuso's own without ``koschuso:``."""
    return report.name.removeprefix("koschuso:")


def flag_of(parameter: str) -> str:
    """Give how a parameter of a report is called on the command line."""
    return {"threshold": "--schwelle", "created": "--erstellt"}.get(parameter, "--" + parameter.replace("_", "-"))


def period_flags(report: Report) -> tuple[str, ...]:
    """Give the options for the times that a report can be about, with an example of each."""
    return tuple(f"{_TIMES[kind][0][0]} {kind.example}" for kind in report.kinds)


def flags_of(report: Report) -> tuple[str, ...]:
    """Give the names of all options that a report takes."""
    return tuple(option.opts[0] for option in options_of(report))


def unnamed_options() -> list[click.Option]:
    """Make the options to show where no report is named: the times, and whom it is for."""
    from koschuso.reporting.parameters import PeriodKind  # noqa: PLC0415 - other commands need no reports

    return [*_times(PeriodKind, named=False), *_common(())]


def merged(reports: Iterable[Report]) -> list[click.Option]:
    """Make the options that any of the reports takes: enough to tell values from names, not to know whose they are."""
    made: dict[str, click.Option] = {}
    for report in reports:
        for option in options_of(report):
            for flag in option.opts:
                made.setdefault(flag, option)
    return list(dict.fromkeys(made.values()))


def is_own(option: click.Option, report: Report) -> bool:
    """Tell whether an option is one that the report alone asks for."""
    return option.name in {f"{_ASKED}{own.name}" for own in report.parameters}


def _times(kinds: Iterable[PeriodKind], *, named: bool = True) -> list[click.Option]:
    """Make the options for the time that a report is about; the first kind is the one that needs not be named."""
    made = []
    for number, kind in enumerate(kinds):
        flags, metavar, title = _TIMES[kind]
        usual = f"; sonst {_USUAL.get(kind, _USUAL[''])}" if named and not number else ""
        made.append(_option(kind.parameter, flags, metavar, f"{title}, zum Beispiel {kind.example}{usual}."))
    return made


def options_of(report: Report) -> list[click.Option]:
    """Make the options that a report takes: time, audience and what it asks for itself."""
    taken = {option.flag for option in report.parameters}
    common = [*_times(report.kinds), *_common(report.audiences)]
    for option in common:
        # A report's own option takes the place of a second name of a common one, such as --jahr.
        option.opts = [flag for flag in option.opts if flag not in taken]
    return [*common, *(_own(option) for option in report.parameters)]


def asked_for(given: Mapping[str, Any]) -> dict[str, Any]:
    """Pick from what was given to the command the parameters of the report."""
    return {
        name.removeprefix(_ASKED): value
        for name, value in given.items()
        if name.startswith(_ASKED) and value is not None
    }


def _common(audiences: tuple[str, ...]) -> list[click.Option]:
    from koschuso.reporting.guarded import DEFAULT_THRESHOLD  # noqa: PLC0415 - other commands need no reports
    from koschuso.reporting.parameters import AUDIENCES  # noqa: PLC0415 - as above

    usual = audiences[0] if audiences else "gremium_oeffentlich"
    possible = f": {', '.join(audiences or AUDIENCES)}; sonst {usual}. Nur »intern« zeigt alle Zahlen."
    words = f"Für wen der Bericht ist{possible if len(audiences) != 1 else f'; möglich ist nur {usual}.'}"
    return [
        _option("audience", ("--audience",), "KREIS", words),
        _option(
            "threshold",
            ("--schwelle", "--threshold"),
            "ZAHL",
            "Zahlen über Menschen von 1 bis unter dieser werden verdeckt; sonst wie in koschuso.toml "
            f"(dort ohne Angabe {DEFAULT_THRESHOLD}).",
        ),
        _option(
            "created",
            ("--erstellt", "--created"),
            "TAG",
            "Tag, der als Tag der Erstellung im Bericht steht; sonst keiner.",
        ),
    ]


def _own(option: Option) -> click.Option:
    words = [option.title]
    if option.type != "text":
        words.append(f"möglich ist {option.expected}")
    elif option.example:
        words.append(f"zum Beispiel {option.example}")
    if option.default:
        words.append(f"sonst {option.default}")
    need = " [nötig]" if option.required else ""
    return _option(option.name, (option.flag,), _METAVARS[option.type], f"{'; '.join(words)}.{need}")


def _option(parameter: str, flags: tuple[str, ...], metavar: str, words: str) -> click.Option:
    # Unset is None, so that the report decides what then counts.
    option = click.Option(list(flags), metavar=metavar, help=words, default=None, type=str)
    option.name = f"{_ASKED}{parameter}"
    return option
