"""The commands: each opens the office, calls one thing of it, and says what happened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from koschuso.cli.common import command as _command
from koschuso.cli.common import office_option as _office_option
from koschuso.cli.common import open_office as _open
from koschuso.cli.export_output import export_as_json, print_export
from koschuso.cli.filtering import question
from koschuso.cli.import_output import import_as_json, print_import, refusal_as_json
from koschuso.cli.messages import message
from koschuso.cli.output import finding_as_json, print_findings, print_json, print_table, progress, quoted
from koschuso.cli.plugin_commands import PLUGIN_COMMANDS
from koschuso.cli.reports import report
from koschuso.cli.safekeeping import SAFEKEEPING
from koschuso.cli.showing import as_row, as_text, columns_of
from koschuso.cli.surveys import befragung
from koschuso.errors import KoschusoError, NotFound, Refused, Unavailable, WrongUse
from koschuso.interchange.targets import TARGET_NAMES
from koschuso.model import RECORD_TYPES, Severity
from koschuso.office import Office

if TYPE_CHECKING:
    from koschuso.office.taking_in.importing import ImportResult

__all__ = ["COMMANDS"]


@_command("init")
@click.argument("ordner")
@click.option(
    "--ags", required=True, metavar="SCHLUESSEL", help="Gemeindeschlüssel: 05974 (Kreis) oder 05974040 (Stadt)."
)
@click.option("--name", metavar="NAME", help="Name des Büros; sonst nach dem Schlüssel gebildet.")
def init(ordner: str, ags: str, name: str | None, as_json: bool) -> None:
    """Legt ein neues Büro an: einen Ordner mit Einstellungen und leerem Speicher."""
    from koschuso.nrw.municipalities import by_ags  # noqa: PLC0415 - only a new office needs the list

    municipality = by_ags(ags)
    with Office.init(
        ordner, name=name or f"Koordinierungsstelle Schulsozialarbeit {municipality.title}", ags=ags
    ) as office:
        if as_json:
            print_json({"folder": str(office.folder), "name": office.settings.name, "ags": office.settings.ags})
            return
        click.echo(f"Angelegt: {office.settings.name} in {office.folder}")
        click.echo(f"Weiter mit: koschuso import schuldaten.csv --buero {quoted(ordner)}")


@_command("import")
@click.argument("datei", nargs=-1, required=True)
@_office_option
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was geschähe; nichts schreiben.")
@click.option("--region", metavar="AGS", help="Schulen dieses Kreises oder dieser Gemeinde; 05 für ganz NRW.")
@click.option(
    "--schuljahr", metavar="JAHR", help="Schuljahr von Sozialindex oder Schülerzahlen, wenn die Datei es nicht nennt."
)
@click.option(
    "--behalte", "keep", multiple=True, metavar="FELD", help="Private Angabe trotzdem übernehmen, z. B. BDAY."
)
def import_(
    *,
    datei: tuple[str, ...],
    buero: str | None,
    dry_run: bool,
    region: str | None,
    schuljahr: str | None,
    keep: tuple[str, ...],
    as_json: bool,
) -> int:
    """Liest Dateien ein; die Art (.ics, .vcf, .csv, .xlsx, .jsonl …) wird am Inhalt erkannt."""
    results: list[tuple[str, ImportResult | KoschusoError]] = []
    with _open(buero) as office, progress("Einlesen") as report:
        for file in datei:
            try:
                taken = office.import_file(
                    file, dry_run=dry_run, keep=keep, region=region, edition=schuljahr, progress=report
                )
                results.append((file, taken))
            except (Refused, NotFound, Unavailable) as error:
                # Each file is a transaction of its own: one that cannot be read does not hide what became of the others.
                if len(datei) == 1:
                    raise
                results.append((file, error))
    if as_json:
        print_json(
            [
                refusal_as_json(file, result) if isinstance(result, KoschusoError) else import_as_json(file, result)
                for file, result in results
            ]
        )
    else:
        for file, result in results:
            if isinstance(result, KoschusoError):
                click.echo(f"{click.style('Fehler', fg='red')}: {result.message}", err=True)
            else:
                print_import(Path(file).name, result)
    return 1 if any(isinstance(result, KoschusoError) or result.refused for _, result in results) else 0


@_command("export")
@click.argument("ziel")
@_office_option
@click.option("--kind", "kinds", multiple=True, metavar="ART", help="Nur diese Art von Datensätzen; mehrfach möglich.")
@click.option(
    "--audience",
    type=click.Choice(["intern", "netzwerk", "oeffentlich", "vertraulich"]),
    help="Für wen die Datei ist; sonst intern, mit --feed oeffentlich. vertraulich ist Ihre vollständige eigene Kopie.",
)
@click.option(
    "--target",
    type=click.Choice(TARGET_NAMES),
    help="Für welches Programm; sagt, was es nicht zeigt. Sonst der reine Standard.",
)
@click.option(
    "--feed", "as_feed", is_flag=True, help="Kalender zum Abonnieren: nur Termine, Änderungen werden mitgezählt."
)
def export(
    *,
    ziel: str,
    buero: str | None,
    kinds: tuple[str, ...],
    audience: str | None,
    target: str | None,
    as_feed: bool,
    as_json: bool,
) -> None:
    """Schreibt eine Datei; die Endung nennt das Format.

    .ics Kalender, .vcf Adressbuch, .ics.zip und .vcf.zip eine Datei je Termin oder Kontakt, .csv mit --kind eine Tabelle
    (mit --target outlook eine Kontaktliste), .xlsx ein Blatt je Art, .jsonl das ganze Archiv.
    """
    if as_feed and kinds:
        raise WrongUse("Ein Kalender zum Abonnieren enthält immer die Termine; lassen Sie --kind weg.")
    audience = audience or ("oeffentlich" if as_feed else "intern")
    with _open(buero) as office:
        if as_feed:
            result = office.feed(ziel, audience=audience, target=target or "")
        else:
            result = office.export(ziel, kinds=kinds, audience=audience, target=target or "")
    if as_json:
        print_json(export_as_json(result, audience))
        return
    print_export(result, audience)


@_command("list")
@click.argument("kind")
@_office_option
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="FELD=WERT",
    help="Nur Datensätze mit diesem Wert, auch FELD>=WERT und FELD<WERT; mehrfach möglich. Felder mit Name oder "
    "Bezeichnung, etwa Nachname=Muster.",
)
@click.option("--sort", "order", default="", metavar="FELD", help="Nach diesem Feld geordnet; sonst nach Kennung.")
@click.option("--absteigend", "descending", is_flag=True, help="Das Größte zuerst.")
def list_(
    *, kind: str, buero: str | None, filters: tuple[str, ...], order: str, descending: bool, as_json: bool
) -> None:
    """Zeigt alle Datensätze einer Art, zum Beispiel: koschuso list organisation."""
    from koschuso.codec import unstructure  # noqa: PLC0415 - only --json needs it

    record_type = RECORD_TYPES.get(kind)
    if record_type is None:
        raise WrongUse(f"Die Art »{kind}« gibt es nicht; möglich sind {', '.join(RECORD_TYPES)}.")
    with _open(buero) as office:
        asked = question(office, record_type, filters, order, descending=descending)
        records = [stored.value for stored in office.store.query(asked)]
        if as_json:
            print_json([unstructure(record) for record in records])
            return
        print_table(columns_of(record_type), [as_row(record, office) for record in records])
        click.echo(f"Datensätze der Art {record_type.LABEL}: {len(records)}.", err=True)


@_command("show")
@click.argument("id")
@_office_option
def show(id: str, buero: str | None, as_json: bool) -> None:  # noqa: A002 - the command's own argument
    """Zeigt einen Datensatz mit allen Angaben; ID ist die Kennung oder art/kennung."""
    from koschuso.codec import unstructure  # noqa: PLC0415 - only --json needs it

    with _open(buero) as office:
        found = office.find(id)
        if not found:
            raise NotFound(
                f"Einen Datensatz mit der Kennung »{id}« gibt es nicht; »koschuso list ART« zeigt die Kennungen."
            )
        if as_json:
            print_json(
                [
                    {"kind": stored.value.KIND, "revision": stored.revision, **unstructure(stored.value)}
                    for stored in found
                ]
            )
            return
        for stored in found:
            click.echo(as_text(stored.value, office))


@_command("check")
@_office_option
def check(buero: str | None, as_json: bool) -> int:
    """Prüft den ganzen Bestand: Widersprüche, Lücken, Förderregeln."""
    with _open(buero) as office:
        findings = office.check()
    if as_json:
        print_json([finding_as_json(finding) for finding in findings])
    elif findings:
        counts = {severity: sum(finding.severity is severity for finding in findings) for severity in Severity}
        click.echo(
            f"Fehler: {counts[Severity.ERROR]}, Warnungen: {counts[Severity.WARNING]}, Hinweise: {counts[Severity.INFO]}."
        )
        print_findings(findings)
    else:
        click.echo("Keine Auffälligkeiten.")
    return 1 if any(finding.severity is Severity.ERROR for finding in findings) else 0


@_command("demo")
@click.argument("ordner")
def demo(ordner: str, as_json: bool) -> None:
    """Baut ein Beispielbüro (Bildungsregion Kreis Soest) mit Kalender, Adressbuch und Berichten."""
    from koschuso.demo import build  # noqa: PLC0415 - only this command needs it

    with progress("Beispielbüro") as show_progress:
        result = build(ordner, progress=show_progress)
    if as_json:
        print_json(attrs.asdict(result))
        return
    click.echo(result.summary())


COMMANDS = (init, import_, befragung, export, message, list_, show, check, report, *PLUGIN_COMMANDS, demo, *SAFEKEEPING)
