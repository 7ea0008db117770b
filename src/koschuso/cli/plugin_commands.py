"""The commands about plugins: what is there and why not, whether it keeps the contract, and how to begin a new one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import click

from koschuso import __version__
from koschuso.cli.common import command, office_folder, office_option
from koschuso.cli.output import print_json, print_table, progress
from koschuso.errors import WrongUse
from koschuso.office.settings import SETTINGS, Settings

if TYPE_CHECKING:
    from koschuso.plugin.checks import CheckReport
    from koschuso.plugin.failure import Failure
    from koschuso.plugin.roll_call import RollCall

__all__ = ["PLUGIN_COMMANDS"]

_TIERS = {"must": ("Verstoß", "red"), "should": ("Mangel", "yellow"), "advisory": ("Rat", "cyan")}


@command("plugins")
@click.argument("name", required=False)
@office_option
@click.option(
    "--check", "check", is_flag=True, help="Prüft alle installierten Plugins, auch die nicht eingeschalteten."
)
@click.option(
    "--timeout",
    type=int,
    default=None,
    metavar="SEKUNDEN",
    help="Wie lange ein Plugin brauchen darf: bei --check alles in allem, sonst ein Schritt. Ohne Angabe 60 und 20.",
)
@click.option("--ein", "switch_on", is_flag=True, help="Schaltet das Plugin NAME in diesem Büro ein.")
@click.option("--aus", "switch_off", is_flag=True, help="Schaltet es wieder aus; gespeicherte Werte bleiben.")
def plugins(
    *,
    name: str | None,
    buero: str | None,
    check: bool,
    timeout: int | None,
    switch_on: bool,
    switch_off: bool,
    as_json: bool,
) -> int:
    """Zeigt, welche Plugins installiert, eingeschaltet oder ausgelassen sind, und warum.

    Mit NAME nur dieses eine. Mit --check wird geprüft, ob sie die Regeln für Plugins einhalten; dazu braucht es kein Büro.
    """
    if timeout is not None and timeout <= 0:
        raise WrongUse("Mit --timeout muss eine Zahl größer als 0 stehen.")
    if switch_on or switch_off:
        if name is None or switch_on + switch_off + check > 1:
            raise WrongUse(
                "Nennen Sie das Plugin, und nur eines davon: koschuso plugins NAME --ein, --aus oder --check"
            )
        return _switch(name, buero, timeout, on=switch_on, as_json=as_json)
    if check:
        return _check(name or "", timeout, as_json=as_json)
    called = _roll_call(_enabled(buero), timeout)
    failures, infos = called.failures, called.plugins
    if name is not None:
        infos = tuple(info for info in infos if info.name == name)
        failures = tuple(failure for failure in failures if failure.plugin == name)
        if not infos:
            raise WrongUse(
                f"Das Plugin »{name}« ist weder installiert noch eingeschaltet; »koschuso plugins« zeigt alle."
            )
    if as_json:
        print_json(
            {"plugins": [attrs.asdict(info) for info in infos], "failures": [_failure_as_json(one) for one in failures]}
        )
    else:
        print_table(
            ["Plugin", "Paket", "Version", "Zustand", "Bietet"],
            [[info.name, info.distribution, info.version, str(info.state), ", ".join(info.hooks)] for info in infos],
        )
        if failures:
            click.echo()
            print_table(
                ["Ausgelassen", "Paket", "Bei", "Abfrage", "Ursache"],
                [[one.plugin, one.distribution, one.stage.label, one.hook, one.cause] for one in failures],
            )
    return 1 if failures else 0


@command("new-plugin")
@click.argument("name")
@click.option(
    "--kind",
    "kind",
    type=click.Choice(["fields", "catalogue", "report", "format", "store"]),
    default="fields",
    show_default=True,
    help="Was es anbietet: eigene Felder, Katalogeinträge, einen Bericht, ein Dateiformat oder einen Speicher.",
)
@click.option("-o", "--output", "folder", metavar="ORDNER", help="Wohin; sonst koschuso-NAME im jetzigen Ordner.")
def new_plugin(name: str, kind: str, folder: str | None, as_json: bool) -> None:
    """Legt ein neues Plugin an: ein vollständiges kleines Paket mit Beispiel, Test und Anleitung."""
    from koschuso.plugin.skeleton import write_skeleton  # noqa: PLC0415 - only this command needs it

    made = write_skeleton(name, kind=kind, folder=folder)
    if as_json:
        print_json(
            {
                "name": made.name,
                "kind": made.kind,
                "folder": str(made.folder),
                "files": list(made.files),
                "next": list(made.commands),
            }
        )
        return
    click.echo(f"Angelegt: Plugin »{made.name}« ({made.kind}) in {made.folder}")
    click.echo("Weiter mit:")
    for line in made.commands:
        click.echo(f"  {line}")
    click.echo(f"Dann im Ordner Ihres Büros: koschuso plugins {made.name} --ein")


PLUGIN_COMMANDS = (plugins, new_plugin)


def _switch(name: str, place: str | None, timeout: int | None, *, on: bool, as_json: bool) -> int:
    """Enable or disable a plugin; one that cannot be loaded is not enabled, and for disabling none is loaded."""
    from koschuso.office.settings_edit import change_settings  # noqa: PLC0415 - only needed here

    folder = office_folder(place)
    if folder is None:
        raise WrongUse(f"Hier liegt kein Büro ({SETTINGS} fehlt); nennen Sie seinen Ordner mit --buero.")
    before = Settings.read(folder).plugins
    wanted = tuple(dict.fromkeys((*before, name))) if on else tuple(one for one in before if one != name)
    failures: tuple[Failure, ...] = ()
    if on and name not in before:
        failures = _obstacles(name, wanted, timeout)
    if not on and name not in before and name not in _installed():
        raise WrongUse(f"Das Plugin »{name}« ist weder installiert noch eingeschaltet; »koschuso plugins« zeigt alle.")
    if not failures:
        change_settings(folder, plugins=wanted)
    if as_json:
        enabled = before if failures else wanted
        print_json({"enabled": list(enabled), "failures": [_failure_as_json(one) for one in failures]})
    elif failures:
        click.echo(f"»{name}« wurde nicht eingeschaltet: {failures[0].cause}", err=True)
    elif wanted == before:
        click.echo(f"»{name}« ist schon {'eingeschaltet' if on else 'ausgeschaltet'}.")
    elif on:
        click.echo(f"»{name}« ist jetzt eingeschaltet.")
    else:
        click.echo(f"»{name}« ist jetzt ausgeschaltet; gespeicherte Werte bleiben erhalten.")
    return 1 if failures else 0


def _obstacles(name: str, wanted: tuple[str, ...], timeout: int | None) -> tuple[Failure, ...]:
    """Find out why a plugin cannot be enabled; nothing of it runs in this process."""
    from koschuso.plugin.failure import Failure, Stage  # noqa: PLC0415 - only needed here

    if name not in _installed():
        cause = "Ein Plugin dieses Namens ist nicht installiert; »koschuso plugins« zeigt alle."
        return (Failure(plugin=name, stage=Stage.INSTALLATION, cause=cause),)
    return tuple(one for one in _roll_call(wanted, timeout).failures if one.plugin == name)


def _installed() -> frozenset[str]:
    from koschuso.plugin.discovery import installed_plugins  # noqa: PLC0415 - only needed here

    return frozenset(entry.name for entry in installed_plugins())


def _enabled(place: str | None) -> tuple[str, ...]:
    """Read which plugins an office has enabled, without its store: a broken one must not hide its own cause."""
    folder = office_folder(place)
    if folder is not None:
        return Settings.read(folder).plugins
    if place is None:
        click.echo(f"Hier liegt kein Büro ({SETTINGS} fehlt); gezeigt wird, was installiert ist.", err=True)
    return ()


def _roll_call(enabled: tuple[str, ...], timeout: int | None) -> RollCall:
    from koschuso.plugin.roll_call import PATIENCE, roll_call  # noqa: PLC0415 - only needed here

    return roll_call(enabled, patience=float(timeout or PATIENCE))


def _failure_as_json(failure: Failure) -> dict[str, Any]:
    values = attrs.asdict(failure, filter=attrs.filters.exclude("exception"))
    return {**values, "stage_label": failure.stage.label}


def _check(name: str, timeout: int | None, *, as_json: bool) -> int:
    from koschuso.plugin.checks import PATIENCE, check_installed  # noqa: PLC0415 - only --check needs it
    from koschuso.plugin.discovery import installed_plugins  # noqa: PLC0415 - as above

    names = [entry.name for entry in installed_plugins() if name in ("", entry.name)]
    if name and not names:
        raise WrongUse(f"Das Plugin »{name}« ist nicht installiert; »koschuso plugins« zeigt alle.")
    done = 0
    with progress("Prüfen") as report:

        def told(_plugin: str) -> None:
            nonlocal done
            report(done, len(names))
            done += 1

        reports = check_installed(name, patience=float(timeout or PATIENCE), told=told)
    if as_json:
        print_json(
            {
                "koschuso": __version__,
                "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "conforms": all(one.conforms for one in reports),
                "plugins": [one.to_json() for one in reports],
            }
        )
    else:
        _print_reports(reports)
    return 0 if all(one.conforms for one in reports) else 1


def _print_reports(reports: tuple[CheckReport, ...]) -> None:
    from koschuso.plugin.checks import CLAUSES, Tier, Verdict  # noqa: PLC0415 - only --check needs it

    if not reports:
        click.echo("Es ist kein Plugin installiert.")
        return
    rows = []
    for one in reports:
        passed = sum(one.verdict(clause) is Verdict.PASSED for clause in CLAUSES)
        counts = [sum(found.tier is tier for found in one.shortfalls) for tier in Tier]
        outcome = "erfüllt" if one.conforms else "nicht erfüllt"
        rows.append(
            [one.plugin, one.distribution, one.version, outcome, f"{passed} von {len(CLAUSES)}", *map(str, counts)]
        )
    print_table(["Plugin", "Paket", "Version", "Regeln", "Bestanden", "Verstöße", "Mängel", "Ratschläge"], rows)
    for one in reports:
        if one.shortfalls:
            click.echo(f"\n{one.plugin}:")
        for found in one.shortfalls:
            word, colour = _TIERS[str(found.tier)]
            where = ", ".join(part for part in (found.offer, found.place) if part)
            place = f" [{where}]" if where else ""
            click.echo(f"  {click.style(word, fg=colour)} {found.clause}: {found.message}{place}")
        for clause, reason in one.skipped.items():
            click.echo(f"  Nicht geprüft {clause} ({CLAUSES[clause].title}): {reason}")
