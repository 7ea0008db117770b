"""The command that makes invitations, cancellations and answers as mails; it sends nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from koschuso.cli.common import command, office_option, open_office
from koschuso.cli.output import finding_as_json, print_findings, print_json
from koschuso.errors import WrongUse
from koschuso.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage

__all__ = ["message"]

_METHODS: Final = ("request", "cancel", "reply", "refresh")
_ANSWERS: Final = {"zusage": "angemeldet", "vorbehalt": "vorlaeufig", "absage": "abgemeldet"}


@command("message")
@click.argument("id")
@office_option
@click.option(
    "--method",
    type=click.Choice(_METHODS),
    default="request",
    help="request lädt ein (auch nach einer Änderung), cancel sagt ab, reply antwortet, refresh bittet um den Stand.",
)
@click.option("-o", "--output", metavar="ZIEL", required=True, help="Datei für die Mail, zum Beispiel einladung.eml.")
@click.option(
    "--wer",
    "people",
    multiple=True,
    metavar="WER",
    help="Mailadresse oder Kennung der Teilnahme; mehrfach möglich, sonst alle Eingeladenen.",
)
@click.option("--sender", default="", metavar="ADRESSE", help="Absender; sonst die Mailadresse der Veranstalterin.")
@click.option("--antwort", type=click.Choice(tuple(_ANSWERS)), help="Die Antwort bei --method reply.")
@click.option("--kommentar", default="", metavar="TEXT", help="Ein Satz an die anderen.")
@click.option(
    "--ausladen", is_flag=True, help="Bei --method cancel: nur die Genannten ausladen, der Termin findet statt."
)
@click.option("--alle-sichtbar", is_flag=True, help="Eine Mail an alle, in der jede Person alle anderen sieht.")
@click.option("--entwurf", is_flag=True, help="Mailprogramme sollen die Datei als Entwurf öffnen (X-Unsent).")
def message(
    *,
    id: str,  # noqa: A002 - the command's own argument
    buero: str | None,
    method: str,
    output: str,
    people: tuple[str, ...],
    sender: str,
    antwort: str | None,
    kommentar: str,
    ausladen: bool,
    alle_sichtbar: bool,
    entwurf: bool,
    as_json: bool,
) -> int:
    """Macht aus einem Termin Mails mit Einladung, Absage oder Antwort; verschickt wird nichts."""
    from koschuso.model import ParticipationStatus  # noqa: PLC0415 - only this command needs it

    target = Path(output)
    if target.suffix.lower() != ".eml":
        raise WrongUse("Die Datei für die Mail endet auf .eml, zum Beispiel einladung.eml.")
    if not target.parent.is_dir():
        raise WrongUse(
            f"Den Ordner {target.parent} gibt es nicht. Bitte legen Sie ihn an oder nennen Sie einen anderen."
        )
    # One act: what is noted in the office as sent is in the files, and nothing is noted that could not be written.
    with open_office(buero) as office, office.store.transaction(reason=f"Nachricht {method}"):
        result = office.messages(
            id.removeprefix("event/"),
            method=method.upper(),
            people=people,
            sender=sender,
            answer=None if antwort is None else ParticipationStatus(_ANSWERS[antwort]),
            comment=kommentar,
            uninvite=ausladen,
            show_attendees=alle_sichtbar,
            draft=entwurf,
        )
        files = _write(result.mails, target)
    if as_json:
        print_json(
            {
                "method": method,
                "files": [str(file) for file in files],
                "sequence": result.sequence,
                "omitted": [finding_as_json(finding) for finding in result.omitted],
            }
        )
    else:
        for file in files:
            click.echo(f"{file}: bereit zum Verschicken.")
        print_findings(result.omitted, title="Nicht angeschrieben:")
    return 0


def _write(mails: Sequence[EmailMessage], target: Path) -> list[Path]:
    """Write all mails or none; several are numbered."""
    files = [target]
    if len(mails) > 1:
        files = [target.with_name(f"{target.stem}-{number}.eml") for number in range(1, len(mails) + 1)]
    new = [file for file in files if not file.exists()]
    try:
        for file, mail in zip(files, mails, strict=True):
            write_atomically(file, mail.as_bytes())
    except BaseException:
        for file in new:
            file.unlink(missing_ok=True)
        raise
    return files
