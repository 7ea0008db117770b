"""The commands that keep an office safe and move it: backup, restore, verify, copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from koschuso.cli.common import command, office_option, open_office
from koschuso.cli.output import print_json, progress, quoted
from koschuso.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from koschuso.office.keeping_safe.backup_file import BackupManifest
    from koschuso.store import Verification

__all__ = ["SAFEKEEPING"]

_MOST_DAMAGES = 20
_READABLE_IN_SETTINGS = (
    "Das Passwort steht jetzt lesbar in koschuso.toml; in Sicherungen kommt es nicht. Sicherer ist es in einer eigenen Datei; "
    "wie, sagt die Anleitung des Plugins."
)


@command("backup")
@click.argument("ziel")
@office_option
@click.option(
    "--behalte",
    "keep",
    default="",
    metavar="REGEL",
    help="Ältere Sicherungen im Ordner abräumen bis auf diese: »7 Tage, 5 Wochen, 12 Monate«.",
)
def backup(ziel: str, buero: str | None, keep: str, as_json: bool) -> int:
    """Sichert das ganze Büro in eine Datei; ZIEL ist ein Ordner oder eine neue Datei, etwa heute.zip."""
    _require_named(ziel, "ein Ziel für die Sicherung")
    with open_office(buero) as office, progress("Sichern") as report:
        result = office.backup(ziel, keep=keep, progress=report)
    manifest = result.manifest
    if as_json:
        print_json(
            {
                "file": str(result.path),
                "manifest": _manifest_as_json(manifest),
                "removed": [str(path) for path in result.removed],
                "damaged": [str(path) for path in result.damaged],
                "left_out": list(result.left_out),
            }
        )
    else:
        click.echo(f"{result.path}: {_records(manifest.counts)} Datensätze gesichert und nachgelesen.")
        click.echo(f"Stand: {manifest.stand}")
        if manifest.password_removed:
            click.echo(
                "Das Passwort des Speichers steht nicht in der Sicherung. Bitte bewahren Sie es an einem anderen Ort auf."
            )
        if not result.path.suffix:
            click.echo(f"{result.path.name} ist eine Datei (ZIP); einen Ordner dieses Namens gab es nicht.")
        for path in result.removed:
            click.echo(f"Abgeräumt: {path.name}")
        for path in result.damaged:
            click.echo(
                f"{click.style('Warnung', fg='yellow')}: {path.name} ist beschädigt; deshalb wurde nichts abgeräumt.",
                err=True,
            )
        for sentence in result.left_out:
            click.echo(f"{click.style('Warnung', fg='yellow')}: {sentence}", err=True)
    return 1 if result.damaged or result.left_out else 0


@command("restore")
@click.argument("sicherung")
@click.argument("ordner")
@click.option("--store", default="", metavar="URL", help="Leerer Speicher für die Daten; sonst eine Datei im Ordner.")
def restore(sicherung: str, ordner: str, store: str, as_json: bool) -> None:
    """Spielt eine Sicherung in einen neuen Ordner zurück, nachdem alles darin geprüft wurde."""
    from koschuso.office import Office  # noqa: PLC0415 - keeps help quick

    _require_named(sicherung, "die Sicherung")
    _require_named(ordner, "den neuen Ordner")
    with progress("Zurückspielen") as report:
        result = Office.restore(sicherung, ordner, store=store, progress=report)
    manifest = result.manifest
    if as_json:
        print_json({"folder": str(result.folder), "password": result.password, "manifest": _manifest_as_json(manifest)})
        return
    click.echo(
        f"Zurückgespielt nach {result.folder}: {manifest.office_name}, Stand vom {_moment(manifest)}, "
        f"{_records(manifest.counts)} Datensätze, alle geprüft."
    )
    if result.password:
        click.echo(_READABLE_IN_SETTINGS)
    elif manifest.password_removed:
        click.echo(
            f"Das Passwort des früheren Speichers ({manifest.scheme}) war nicht in der Sicherung. Das zurückgespielte Büro braucht "
            f"es nicht; für einen Umzug dorthin steht es in dessen Adresse: koschuso copy {quoted(result.folder)} "
            f"{manifest.scheme}://… --umstellen"
        )
    click.echo(f"Weiter mit: koschuso check --buero {quoted(result.folder)}")


@command("verify")
@office_option
@click.option("--datei", metavar="SICHERUNG", help="Statt des Büros eine Sicherung prüfen, ohne sie zurückzuspielen.")
@click.option("--stand", default="", metavar="STAND", help="Prüfen, ob ein früher notierter Stand noch enthalten ist.")
def verify(buero: str | None, datei: str | None, stand: str, as_json: bool) -> int:
    """Prüft, ob alles noch so ist, wie es gespeichert wurde, bis aufs einzelne Bit."""
    from koschuso.office.keeping_safe.safekeeping import verify_backup  # noqa: PLC0415 - only this command needs it

    if datei is not None:
        if buero is not None or stand:
            raise WrongUse("Mit --datei wird eine Sicherung geprüft; --buero und --stand passen nicht dazu.")
        with progress("Prüfen") as report:
            manifest, verification = verify_backup(Path(datei), progress=report)
        head = manifest.stand
    else:
        with open_office(buero) as office, progress("Prüfen"):
            head = office.store.cursor()
            verification = office.verify(stand=stand)
    if as_json:
        print_json({"whole": not verification.damages, "stand": head, **attrs.asdict(verification)})
    else:
        _print_verification(verification, head, of_backup=datei is not None)
    return 1 if verification.damages else 0


@command("copy")
@click.argument("quelle")
@click.argument("ziel")
@click.option("--umstellen", is_flag=True, help="Das Büro in QUELLE arbeitet danach mit dem Ziel.")
def copy(quelle: str, ziel: str, umstellen: bool, as_json: bool) -> None:
    """Kopiert einen ganzen Speicher in einen anderen, mit Verlauf, und vergleicht beide.

    QUELLE und ZIEL sind Ordner eines Büros, Datenbankdateien oder URLs (sqlite:///…, postgresql://…, files:///…).
    Unterbrochen geht es beim nächsten Aufruf dort weiter, wo es aufgehört hat.
    """
    from koschuso.office.keeping_safe.moving import copy as copy_places  # noqa: PLC0415 - only this command needs it

    _require_named(quelle, "die Quelle")
    _require_named(ziel, "das Ziel")

    with progress("Kopieren") as report:
        result = copy_places(quelle, ziel, switch=umstellen, progress=report)
    copied = result.copy
    if as_json:
        print_json(
            {
                "source": result.source,
                "target": result.target,
                "switched": result.switched,
                "plugins": list(result.plugins),
                **attrs.asdict(copied),
            }
        )
        return
    click.echo(
        f"{_records(copied.counts)} Datensätze und {_number(copied.changes)} Änderungen stehen in {result.target}, "
        f"verglichen und gleich ({_number(copied.copied)} davon jetzt kopiert). Prüfsumme: {copied.digest}"
    )
    if not copied.history:
        click.echo("Frühere Fassungen kamen nicht mit: einer der beiden Speicher bewahrt sie nicht auf.")
    if result.switched:
        click.echo(f"Umgestellt: Das Büro in {quelle} arbeitet jetzt mit diesem Speicher. Der alte ist unverändert.")
        if result.password:
            click.echo(_READABLE_IN_SETTINGS)
    elif Path(quelle).is_dir():
        click.echo(
            "Zum Umstellen alle anderen koschuso-Fenster schließen, dann: "
            f"koschuso copy {quoted(quelle)} ZIEL --umstellen"
        )


def _require_named(text: str, what: str) -> None:
    """Refuse an empty argument, such as a variable of a script that is not set: it would be the present folder."""
    if not text.strip():
        raise WrongUse(f"Bitte nennen Sie {what}; die Angabe ist leer.")


def _print_verification(verification: Verification, stand: str, *, of_backup: bool) -> None:
    from koschuso.office.keeping_safe.safekeeping import STAND_MISSING  # noqa: PLC0415 - keeps help quick

    if not verification.damages:
        what = "Die Sicherung ist in Ordnung" if of_backup else "In Ordnung"
        click.echo(
            f"{what}: {_number(verification.documents)} Inhalte und {_number(verification.changes)} Änderungen sind so, "
            "wie sie gespeichert wurden."
        )
        click.echo(f"Stand: {stand}")
        return
    if verification.damages == (STAND_MISSING,):
        click.echo(f"{click.style('Nicht bestätigt', fg='yellow')}: {STAND_MISSING.message}")
        click.echo(
            f"Die {_number(verification.documents)} Inhalte und {_number(verification.changes)} Änderungen, die da sind, passen "
            "zueinander. Bitte vergleichen Sie zuerst den Stand mit Ihrer Notiz; stimmt er, prüfen Sie mit Ihrer neuesten "
            "Sicherung, was fehlt."
        )
        return
    number = len(verification.damages)
    click.echo(f"{click.style('Beschädigt', fg='red')}: {number} {'Stelle' if number == 1 else 'Stellen'}.")
    for damage in verification.damages[:_MOST_DAMAGES]:
        where = f"{damage.kind}/{damage.id}: " if damage.id else ""
        click.echo(f"  {where}{damage.message}")
    if len(verification.damages) > _MOST_DAMAGES:
        click.echo(f"  … und {len(verification.damages) - _MOST_DAMAGES} weitere; alle zeigt --json.")
    if of_backup:
        click.echo("Bitte eine andere Sicherung nehmen.")
    else:
        click.echo(
            "Bitte nicht weiterarbeiten. Nehmen Sie die neueste Sicherung, die »koschuso verify --datei SICHERUNG« in Ordnung "
            "findet, und spielen Sie sie zurück: koschuso restore SICHERUNG NEUER-ORDNER"
        )


def _manifest_as_json(manifest: BackupManifest) -> dict[str, Any]:
    return {**attrs.asdict(manifest), "created": manifest.created.isoformat()}


def _moment(manifest: BackupManifest) -> str:
    return f"{manifest.created:%d.%m.%Y, %H:%M} Uhr"


def _records(counts: Mapping[str, int]) -> str:
    """Count what people call a record: not koschuso's own bookkeeping, which is kept all the same."""
    return _number(sum(number for kind, number in counts.items() if not kind.startswith("koschuso:")))


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


SAFEKEEPING = (backup, restore, verify, copy)
"""The commands of this module."""
