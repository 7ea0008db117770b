"""The command that makes invitations, cancellations and answers as mails; it sends nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from koschuso.cli.common import command, office_option, open_office
from koschuso.cli.output import finding_as_json, print_findings, print_json
from koschuso.errors import WrongUse
from koschuso.files import write_atomically

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
        # Before the office notes what is sent: a cancellation that nobody gets is none.
        raise WrongUse(
            f"Den Ordner {target.parent} gibt es nicht. Bitte legen Sie ihn an oder nennen Sie einen anderen."
        )
    with open_office(buero) as office:
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
    files = [target]
    if len(result.mails) > 1:
        files = [target.with_name(f"{target.stem}-{number}.eml") for number in range(1, len(result.mails) + 1)]
    for file, mail in zip(files, result.mails, strict=True):
        write_atomically(file, mail.as_bytes())
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
