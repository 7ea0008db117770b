"""The command that writes reports, lists them, and lays out the files for the office's own words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from koschuso.cli.common import command, office_option, open_office
from koschuso.cli.output import print_json, quoted
from koschuso.cli.report_command import ReportCommand, registry_of
from koschuso.cli.report_list import print_reports, report_as_json
from koschuso.cli.report_options import asked_for, flag_of, short_name
from koschuso.errors import Unavailable, WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from koschuso.office import Office
    from koschuso.plugin.registry import Registry
    from koschuso.reporting.report import Report
    from koschuso.reporting.texts import PreparedTexts

__all__ = ["report"]


@command("report", ReportCommand)
@click.argument("name", required=False)
@click.option(
    "-o",
    "--output",
    metavar="ZIEL",
    help="Datei; die Endung nennt das Format: .html Webseite, .docx Word, .xlsx Excel, .csv Tabellen, .md Markdown, "
    ".json Daten.",
)
@click.option("--texte", is_flag=True, help="Legt für den Zeitraum die Dateien an, in die Sie Ihre Texte schreiben.")
@click.option("--list", "show_list", is_flag=True, help="Zeigt alle Berichte und was sie fragen; mit NAME nur diesen.")
@office_option
def report(
    *,
    name: str | None,
    output: str | None,
    texte: bool,
    show_list: bool,
    buero: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Schreibt einen Bericht, zum Beispiel: koschuso report stellenuebersicht -o stellen.html --stichtag 15.10.2025.

    Manche Berichte fragen noch mehr; koschuso report NAME --help zeigt, was der Bericht NAME fragt.
    """
    asked = asked_for(given)
    if show_list:
        _list(name, buero, as_json=as_json)
        return
    if name is None:
        raise WrongUse("Nennen Sie Bericht und Ziel: koschuso report NAME -o ZIEL; --list zeigt die Berichte.")
    _require_one_time(asked)
    with open_office(buero) as office:
        wanted = office.registry.report(name)
        if texte:
            if output is not None:
                raise WrongUse("--texte legt nur die Dateien für Ihre Texte an; bitte lassen Sie -o weg.")
            _lay_out(office, wanted, asked, buero, as_json=as_json)
            return
        _require_options(wanted, asked)
        if output is None:
            raise WrongUse(
                f"Nennen Sie das Ziel: koschuso report {name} -o ZIEL, zum Beispiel {short_name(wanted)}.html."
            )
        _require_target(Path(output), office.registry)
        document = office.report(name, **asked)
        document.save(output)
        texts = _unwritten(office, wanted, asked, buero)
    if as_json:
        print_json(
            {
                "file": output,
                "report": name,
                "title": document.title,
                "period": document.period,
                "audience": document.audience,
            }
        )
        return
    click.echo(f"{document.title}: {output}")
    if texts:
        click.echo(texts)


def _list(name: str | None, place: str | None, *, as_json: bool) -> None:
    reports = registry_of(place).reports
    wanted = list(reports) if name is None else [reports.require(name).name]
    if as_json:
        print_json([report_as_json(reports[one], reports.origin(one).plugin) for one in wanted])
    else:
        print_reports(reports, wanted)


def _require_one_time(asked: Mapping[str, Any]) -> None:
    times = [flag_of(time) for time in _times(asked)]
    if len(times) > 1:
        raise WrongUse(f"Bitte nennen Sie nur einen Zeitraum, nicht {' und '.join(times)} zugleich.")


def _require_options(report: Report, asked: Mapping[str, Any]) -> None:
    """Refuse a missing option by the name that it has on the command line."""
    for option in report.parameters:
        if option.required and not str(asked.get(option.name, "")).strip():
            raise WrongUse(f"Der Bericht »{short_name(report)}« braucht {option.flag}: {option.title}.")


def _require_target(target: Path, registry: Registry) -> None:
    """Refuse a target that cannot be written before the work begins, as far as that can be known."""
    renderers = registry.renderers.values()
    if target.is_dir():
        raise Unavailable(f"{target} ist ein Ordner; bitte nennen Sie eine Datei darin, zum Beispiel bericht.html.")
    if all(renderer.suffix != target.suffix.lower() for renderer in renderers):
        possible = ", ".join(f"{renderer.suffix} ({renderer.title})" for renderer in renderers)
        raise WrongUse(f"Für die Endung »{target.suffix}« gibt es keine Ausgabe; möglich sind {possible}.")
    if not target.parent.is_dir():
        raise Unavailable(
            f"{target} lässt sich nicht schreiben: Den Ordner {target.parent} gibt es nicht; bitte legen Sie ihn an oder nennen "
            "Sie einen anderen."
        )


def _lay_out(office: Office, report: Report, asked: Mapping[str, Any], place: str | None, *, as_json: bool) -> None:
    prepared = office.prepare_texts(report.name, **asked)
    if as_json:
        print_json(
            {
                "report": short_name(report),
                "period": prepared.time.label,
                "folder": str(prepared.folder),
                "copied": list(prepared.copied),
                "empty": list(prepared.empty),
                "kept": list(prepared.kept),
                "unfinished": list(prepared.unfinished),
            }
        )
        return
    for line in _told(report, prepared, asked, place):
        click.echo(line)


def _told(report: Report, prepared: PreparedTexts, asked: Mapping[str, Any], place: str | None) -> Iterable[str]:
    """Say which files there are now, and what to do with them."""
    before = prepared.time.previous()
    yield f"{report.title}, {prepared.time.label}: Ihre Texte liegen in {prepared.folder}"
    titles = {slot.key: slot.title for slot in report.slots}
    taken_over = "mit den Worten vom vorigen Mal" + (f" ({before.short})" if before is not None else "")
    for words, keys in (
        (f"neu angelegt {taken_over}, als Entwurf", prepared.copied),
        ("neu angelegt, noch leer", prepared.empty),
        ("waren schon da und sind unverändert", prepared.kept),
    ):
        if keys:
            yield f"  {words}:"
            yield from (f"    {key}.md  {titles[key]}{_state(key, prepared)}" for key in keys)
    if prepared.copied:
        yield (
            "Bitte prüfen Sie die Entwürfe und löschen Sie jeweils die erste Zeile (ENTWURF …); bis dahin stehen sie nur in "
            "der internen Fassung."
        )
    if prepared.unfinished:
        yield "Schreiben Sie in gewöhnlichen Absätzen; LIESMICH.txt im selben Ordner sagt, was in welche Datei gehört."
    needed = "".join(f" {option.flag} WERT" for option in report.parameters if option.required)
    target = short_name(report).replace(":", "-")
    yield f"Danach: {_call(report, asked, f'{needed} -o {target}.docx', place)}"


def _call(report: Report, asked: Mapping[str, Any], more: str, place: str | None) -> str:
    """Write a call for the same report, time and office."""
    words = "".join(f" {flag_of(time)} {quoted(asked[time])}" for time in _times(asked))
    office = f" --buero {quoted(place)}" if place is not None else ""
    return f"koschuso report {short_name(report)}{words}{more}{office}"


def _times(asked: Mapping[str, Any]) -> list[str]:
    """Give the parameters that name a time."""
    from koschuso.reporting.parameters import PeriodKind  # noqa: PLC0415 - other commands need no reports

    return [kind.parameter for kind in PeriodKind if kind.parameter in asked]


def _state(key: str, prepared: PreparedTexts) -> str:
    return " (noch leer oder Entwurf)" if key in prepared.kept and key in prepared.unfinished else ""


def _unwritten(office: Office, report: Report, asked: Mapping[str, Any], place: str | None) -> str:
    """Say how the office adds its words where it has not begun to."""
    if not report.slots or office.texts is None:
        return ""
    time = report.asked(office.view(), **asked).time
    if office.texts.place(report.name, time).is_dir():
        return ""
    return f"Ihre Texte fehlen noch darin; die Dateien dafür legt an: {_call(report, asked, ' --texte', place)}"
