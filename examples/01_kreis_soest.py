"""Ein Büro von Anfang bis Bericht: die Bildungsregion Kreis Soest, Schritt für Schritt.

    python examples/01_kreis_soest.py [ORDNER]

Does in readable steps what `koschuso demo ORDNER` does in one: from the official school register to a calendar, an
address book and the annual report. The schools are real, the people and figures of the two school years are invented.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from koschuso import Office
from koschuso.demo import dataset, texts
from koschuso.demo.identity import AGS, NAME
from koschuso.model import (
    Assignment,
    Cooperation,
    Organisation,
    Relation,
    Severity,
    german_decimal,
    round_vzae,
    total_vzae,
)
from koschuso.reporting.texts import FOLDER

STICHTAG = date(2024, 10, 15)
SCHULJAHR = "2024/25"


def main(folder: Path) -> None:
    """Build the office in a folder and tell what happens."""
    # 1. An office is a folder: settings (koschuso.toml) and one SQLite file. An existing one is opened as it is.
    with Office.init(folder, name=NAME, ags=AGS) as office:
        # 2. Real input: the official register, recognised by its content; the office takes what lies in its Kreis.
        #    Importing the same edition twice changes nothing.
        with dataset.register_file() as register:
            print(office.import_file(register).summary())

        schools = [organisation for organisation in office.records(Organisation) if organisation.school]
        forms = Counter(office.label("schulform", school.school.schulform) for school in schools if school.school)
        print(f"{len(schools)} Schulen:", ", ".join(f"{number} {form}" for form, number in forms.most_common(4)), "…")

        # 3. Records are plain frozen objects; `save` stores them all or none. Here: the office as its presentation
        #    describes it, invented people, positions at the real schools, and two school years of work.
        saved = office.save(*dataset.records(schools))
        print(f"{len(saved.created)} neu, {len(saved.updated)} geändert, {len(saved.unchanged)} unverändert.")

        # 4. Ask: where is the office docked, and what does the cooperation give to either side?
        for relation in office.records(Relation):
            if relation.type == "angedockt_an":
                place = office.get(Organisation, relation.target.id)
                print(f"Angedockt an: {place.name} ({relation.period})")
        for cooperation in office.records(Cooperation):
            for benefit in cooperation.benefits:
                gains = office.get(Organisation, benefit.beneficiary_id).short_name
                print(f"  {gains}: {benefit.title}")
                for aspect in benefit.aspects:
                    print(f"      – {aspect}")

        # 5. Compute: hours and full-time basis are stored, VZÄ is summed first and rounded once; unknown is never 0.
        einsaetze = [
            einsatz
            for einsatz in office.records(Assignment)
            if einsatz.duty == "schulsozialarbeit" and STICHTAG in einsatz.period
        ]
        vzae, unknown = total_vzae(einsatz.workload for einsatz in einsaetze)
        known = german_decimal(round_vzae(vzae) or Decimal())
        print(f"Am {STICHTAG:%d.%m.%Y}: {len(einsaetze)} Einsätze, {known} VZÄ, {unknown} ohne Angabe.")

        # 6. Check: the rules look at everything and change nothing.
        findings = office.check()
        print(f"{len(findings)} Hinweise aus der Prüfung, davon Fehler:")
        for finding in findings:
            if finding.severity is Severity.ERROR:
                print(f"  {finding.message}")

        # 7. Out: calendar and address book for Outlook and phones, reports for the Lenkungskreis.
        office.export(folder / "kalender.ics", kinds=("event", "task"))
        office.export(folder / "kontakte.vcf")
        overview = office.report("stellenuebersicht", stichtag=STICHTAG)
        overview.save(folder / "stellenuebersicht.html")
        overview.save(folder / "stellenuebersicht.docx")
        office.report("kennzahlen", schuljahr=SCHULJAHR).save(folder / "kennzahlen.html")
        office.report("geschichte", stichtag=STICHTAG).save(folder / "geschichte.md")

        # 8. The annual report: figures out of the records, words out of files that the office writes. `prepare_texts` lays
        #    the files out, with last year's words as drafts; here the example's words are put into them.
        texts.lay_out(folder / FOLDER, SCHULJAHR.replace("/", "-"))
        words = office.prepare_texts("taetigkeitsbericht", schuljahr=SCHULJAHR)
        print(f"Texte des Tätigkeitsberichts: {len(words.kept)} fertig, {len(words.unfinished)} offen.")
        annual = office.report("taetigkeitsbericht", schuljahr=SCHULJAHR)
        annual.save(folder / "taetigkeitsbericht.html")
        annual.save(folder / "taetigkeitsbericht.docx")

    # 9. What leaves the house has an audience: the public calendar holds no participants and no committee meetings.
    with Office.open(folder) as office:
        public = office.export(folder / "kalender_oeffentlich.ics", kinds=("event",), audience="oeffentlich")
        print(f"Öffentlicher Kalender: {public.written} Termine.")

    print(f"\nÖffnen Sie {folder / 'taetigkeitsbericht.html'} im Browser.\n{dataset.ATTRIBUTION}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "beispiel-soest"))
