"""The facts about the programs that people export to; see `koschuso.interchange.targets`.

Facts only, in our own words. ``docs/reference/targets.md`` is made of this module (a test compares the two). A rule
that our CI comes to see with the real program becomes ``Evidence.TESTED`` and names the test.
"""

from __future__ import annotations

from typing import Final

from koschuso.interchange.targets import Effect, Target, TargetRule
from koschuso.interchange.targets.predicates import (
    above,
    dates_after_the_end,
    dates_without_rule,
    further_cards,
    more_cards_than,
    of_kinds,
    rules_not_for_outlook,
    several_events,
    umlauts_without_charset,
    with_lines,
)

__all__ = ["TARGETS"]

ICAL: Final = "ical"
VCARD: Final = "vcard"

_MEGABYTE: Final = 1_000_000
_GOOGLE_BYTES: Final = _MEGABYTE
_GOOGLE_CONTACTS: Final = 3_000
_NEXTCLOUD_BYTES: Final = 2_500_000

_OUTLOOK_ICAL: Final = "learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcical"
_OUTLOOK_TRIED: Final = "ewsoftware.github.io/PDI (Interaction with Microsoft Outlook)"
_GROUPS_OF_APPLE_ONLY: Final = "github.com/mstilkerich/rcmcarddav/issues/331"
_TASKS_ELSEWHERE: Final = "github.com/nextcloud/server/issues/38036"

OUTLOOK: Final = Target(
    name="outlook",
    title="Outlook",
    vcard_version="2.1",
    vcard_reason=(
        "Outlook reads 2.1 and 3.0 and writes 2.1 (ewsoftware.github.io/PDI); the UTF-8 of 3.0 and 4.0 shows up as "
        "broken umlauts (github.com/joomla/joomla-cms/pull/7938, github.com/jeroendesloovere/vcard/issues/53, "
        "github.com/ProtonMail/proton-contacts/issues/191). 2.1 with CHARSET=UTF-8 and quoted-printable is the form that "
        "github.com/Dolibarr/dolibarr/issues/31958 arrives at, and that Exchange itself writes ([MS-OXCMAIL], vCard "
        "Generation)."
    ),
    rules=(
        TargetRule(
            key="outlook.aufgabe",
            thing="Aufgaben",
            message="{count} Aufgaben übernimmt Outlook aus einer Kalenderdatei nicht; sie bleiben in koschuso.",
            format=ICAL,
            count=of_kinds("task"),
            sources=(_OUTLOOK_ICAL, "en.wikipedia.org/wiki/ICalendar (VTODO)"),
        ),
        TargetRule(
            key="outlook.journal",
            thing="Tätigkeiten und Meilensteine",
            message="{count} Tätigkeiten und Meilensteine (VJOURNAL) übernimmt Outlook aus einer Kalenderdatei nicht.",
            format=ICAL,
            count=of_kinds("activity", "milestone"),
            sources=(_OUTLOOK_ICAL,),
        ),
        TargetRule(
            key="outlook.mehrere_termine",
            thing="mehrere Termine in einer Datei",
            message=(
                "Die Datei enthält {count} Termine; ein Doppelklick öffnet sie in Outlook als eigenen Kalender. Für den "
                "vorhandenen Kalender öffnen Sie sie über »Datei, Öffnen und Exportieren, Importieren« oder geben jeden "
                "Termin einzeln aus (Endung .ics.zip)."
            ),
            format=ICAL,
            count=several_events,
            effect=Effect.CHANGED,
            sources=(
                "github.com/markuspoerschke/iCal/issues/117",
                "github.com/markuspoerschke/iCal/issues/290",
                "github.com/mangstadt/biweekly/issues/87",
            ),
        ),
        TargetRule(
            key="outlook.teilnehmende",
            thing="Teilnehmende",
            message=(
                "Bei {count} Terminen zeigt Outlook die Teilnehmenden aus einer Datei nicht; wer eingeladen werden soll, "
                "braucht eine Einladung."
            ),
            format=ICAL,
            count=with_lines("ATTENDEE"),
            sources=("github.com/ics-py/ics-py/issues/384",),
        ),
        TargetRule(
            key="outlook.zusatztermine",
            thing="Reihen aus einzelnen Terminen",
            message=(
                "{count} Reihen bestehen nur aus einzelnen Terminen (RDATE ohne RRULE); Outlook lässt sie ganz aus. "
                "Legen Sie solche Termine einzeln an."
            ),
            format=ICAL,
            count=dates_without_rule,
            sources=(
                f"{_OUTLOOK_ICAL} (RDATE)",
                "github.com/esrg-knights/Squire/issues/214",
                "github.com/SparkDevNetwork/Rock/issues/4112",
            ),
        ),
        TargetRule(
            key="outlook.wiederholung",
            thing="Reihen mit ungewöhnlicher Regel",
            message=(
                "{count} Reihen haben eine Wiederholungsregel, die Outlook nicht kennt (zum Beispiel jeden zweiten und "
                "vierten Dienstag); es überspringt sie. Legen Sie die Termine einzeln an."
            ),
            format=ICAL,
            count=rules_not_for_outlook,
            sources=(f"{_OUTLOOK_ICAL} (RRULE)", "github.com/w3c/calendar/issues/25"),
        ),
        TargetRule(
            key="outlook.onlinezugang",
            thing="eigene Felder für Online-Zugänge",
            message=(
                "Bei {count} Terminen steht der Online-Zugang im Feld CONFERENCE, das Outlook nicht auswertet; "
                "schreiben Sie ihn bei Bedarf auch in die Beschreibung."
            ),
            format=ICAL,
            count=with_lines("CONFERENCE"),
            sources=("RFC 7986, 5.11", _OUTLOOK_ICAL),
        ),
        TargetRule(
            key="outlook.angaben",
            thing="Angaben, die nur koschuso kennt",
            message=(
                "Bei {count} Einträgen stehen Angaben von koschuso (Tätigkeit, Status, Zielgruppe); Outlook verwirft sie. "
                "In koschuso bleiben sie erhalten, auch wenn Sie den Kalender wieder einlesen."
            ),
            format=ICAL,
            count=with_lines("X-KOSCHUSO-"),
            sources=(_OUTLOOK_ICAL, _OUTLOOK_TRIED),
        ),
        TargetRule(
            key="outlook.eine_karte",
            thing="alle Kontakte nach dem ersten",
            message=(
                "Outlook liest aus einer .vcf-Datei nur den ersten Kontakt; {count} weitere gingen verloren. Schreiben Sie "
                "statt dessen eine Datei je Kontakt (Endung .vcf.zip) oder eine Liste (Endung .csv)."
            ),
            format=VCARD,
            count=further_cards,
            sources=(
                _OUTLOOK_TRIED,
                "microformats.org/wiki/vcard-implementations",
                "github.com/thomascube/vcfconvert/pull/2",
            ),
        ),
        TargetRule(
            key="outlook.umlaute",
            thing="Umlaute in Kontakten",
            message="Outlook kann Umlaute dieser Fassung falsch zeigen; mit vCard 2.1 tritt das nicht auf.",
            format=VCARD,
            count=umlauts_without_charset,
            effect=Effect.CHANGED,
            sources=("github.com/joomla/joomla-cms/pull/7938", "github.com/ProtonMail/proton-contacts/issues/191"),
        ),
        TargetRule(
            key="outlook.kennung",
            thing="Kennungen von Kontakten",
            message=(
                "Outlook verwirft die Kennung (UID) von {count} Kontakten: Wer sie dort ausgibt und wieder in koschuso "
                "einliest, bekommt neue Kontakte statt geänderter. Eine Liste (Endung .csv) behält sie."
            ),
            format=VCARD,
            count=with_lines("UID"),
            effect=Effect.CHANGED,
            sources=(_OUTLOOK_TRIED,),
        ),
        TargetRule(
            key="outlook.kontaktangaben",
            thing="Angaben, die nur koschuso kennt",
            message="Bei {count} Kontakten stehen Angaben von koschuso (Funktion, Schulnummer); Outlook verwirft sie.",
            format=VCARD,
            count=with_lines("X-KOSCHUSO-"),
            sources=(_OUTLOOK_TRIED,),
        ),
        TargetRule(
            key="outlook.gremium",
            thing="Mitglieder von Gremien",
            message="{count} Gremien kommen in Outlook als gewöhnliche Kontakte an, ohne ihre Mitglieder.",
            format=VCARD,
            count=of_kinds("committee"),
            sources=(_GROUPS_OF_APPLE_ONLY, _OUTLOOK_TRIED),
        ),
        TargetRule(
            key="outlook.beziehung",
            thing="Beziehungen zwischen Kontakten",
            message="Bei {count} Kontakten stehen Beziehungen (RELATED), die Outlook nicht kennt.",
            format=VCARD,
            count=with_lines("RELATED"),
            sources=("RFC 6350, 6.6.6 (erst ab vCard 4.0)", _OUTLOOK_TRIED),
        ),
    ),
)
"""Outlook for Windows, the classic one."""

NEXTCLOUD: Final = Target(
    name="nextcloud",
    title="Nextcloud",
    vcard_version="3.0",
    vcard_reason=(
        "Nextcloud Contacts imports 3.0 and 4.0 and refuses 2.1 (github.com/nextcloud/contacts/issues/3064, /5373); 3.0 "
        "is also what telephones fetch from there. The server stores a card as it was sent, unknown lines included "
        "(github.com/owncloud/core/issues/23529)."
    ),
    rules=(
        TargetRule(
            key="nextcloud.journal",
            thing="Tätigkeiten und Meilensteine",
            message=(
                "{count} Tätigkeiten und Meilensteine (VJOURNAL) zeigt Nextcloud nicht an; Kalender, die dort angelegt "
                "wurden, nehmen sie auch nicht auf."
            ),
            format=ICAL,
            count=of_kinds("activity", "milestone"),
            sources=("github.com/nextcloud/calendar/issues/4447", "github.com/nextcloud/server/issues/14992"),
        ),
        TargetRule(
            key="nextcloud.aufgabe",
            thing="Aufgaben",
            message="{count} Aufgaben zeigt in Nextcloud die App »Aufgaben«; lesen Sie die Datei im Kalender ein.",
            format=ICAL,
            count=of_kinds("task"),
            effect=Effect.CHANGED,
            sources=("github.com/nextcloud/tasks/issues/2247",),
        ),
        TargetRule(
            key="nextcloud.grosse_datei",
            thing="Teile großer Dateien",
            message=(
                "Die Datei ist größer als 2,5 MB; das Einlesen im Browser bricht bei solchen Dateien manchmal ab. Prüfen "
                "Sie danach, ob alles da ist, oder geben Sie kleinere Dateien aus (--kind)."
            ),
            format=ICAL,
            count=above(_NEXTCLOUD_BYTES),
            effect=Effect.CHANGED,
            sources=("github.com/nextcloud/calendar/issues/8354", "github.com/nextcloud/calendar/issues/2570"),
        ),
        TargetRule(
            key="nextcloud.grosses_adressbuch",
            thing="Teile großer Dateien",
            message=(
                "Die Datei ist größer als 2,5 MB; das Einlesen im Browser bricht bei solchen Dateien manchmal ab. Prüfen "
                "Sie danach, ob alles da ist, oder geben Sie kleinere Dateien aus (--kind)."
            ),
            format=VCARD,
            count=above(_NEXTCLOUD_BYTES),
            effect=Effect.CHANGED,
            sources=("github.com/nextcloud/contacts/issues/1793",),
        ),
        TargetRule(
            key="nextcloud.gremium",
            thing="Mitglieder von Gremien",
            message=(
                "{count} Gremien zeigt Nextcloud als gewöhnliche Kontakte ohne Mitglieder; gespeichert bleiben diese, und "
                "Apple-Geräte zeigen sie als Gruppen."
            ),
            format=VCARD,
            count=of_kinds("committee"),
            sources=("github.com/nextcloud/contacts/issues/213",),
        ),
    ),
)
"""Nextcloud with its apps Calendar, Tasks and Contacts."""

APPLE: Final = Target(
    name="apple",
    title="Apple",
    vcard_version="3.0",
    vcard_reason=(
        "Contacts on macOS and iOS takes 3.0 and passes over 4.0 (github.com/lennart-k/rustical/issues/265, "
        "github.com/Intermesh/groupoffice/issues/1282). Groups are written as X-ADDRESSBOOKSERVER-KIND and -MEMBER, "
        "which it shows (github.com/mstilkerich/rcmcarddav/issues/134)."
    ),
    rules=(
        TargetRule(
            key="apple.aufgabe",
            thing="Aufgaben im Kalender",
            message=(
                "{count} Aufgaben zeigt der Kalender von Apple nicht; geben Sie sie für »Erinnerungen« einzeln aus "
                "(--kind task)."
            ),
            format=ICAL,
            count=of_kinds("task"),
            sources=(_TASKS_ELSEWHERE, "github.com/nextcloud/tasks/issues/507"),
        ),
        TargetRule(
            key="apple.journal",
            thing="Tätigkeiten und Meilensteine",
            message="{count} Tätigkeiten und Meilensteine (VJOURNAL) zeigt der Kalender von Apple nicht.",
            format=ICAL,
            count=of_kinds("activity", "milestone"),
            sources=("support.apple.com/guide/calendar (kennt nur Ereignisse)",),
        ),
        TargetRule(
            key="apple.kategorie",
            thing="Kategorien von Kontakten",
            message="Die Kategorien von {count} Kontakten zeigt Apple nicht als Gruppen; Gremien dagegen schon.",
            format=VCARD,
            count=with_lines("CATEGORIES"),
            sources=("github.com/owncloud/contacts/issues/475",),
        ),
        TargetRule(
            key="apple.beziehung",
            thing="Beziehungen zwischen Kontakten",
            message="Bei {count} Kontakten stehen Beziehungen (RELATED); Apple liest vCard 3.0, das sie nicht kennt.",
            format=VCARD,
            count=with_lines("RELATED"),
            sources=("RFC 6350, 6.6.6 (erst ab vCard 4.0)", "github.com/lennart-k/rustical/issues/265"),
        ),
    ),
)
"""Calendar, Reminders and Contacts of macOS and iOS."""

GOOGLE: Final = Target(
    name="google",
    title="Google",
    vcard_version="3.0",
    vcard_reason="Google Contacts imports vCard and CSV and itself writes 3.0 (support.google.com/contacts/answer/1069522).",
    rules=(
        TargetRule(
            key="google.aufgabe",
            thing="Aufgaben",
            message="{count} Aufgaben übernimmt der Google Kalender aus einer Kalenderdatei nicht.",
            format=ICAL,
            count=of_kinds("task"),
            sources=(_TASKS_ELSEWHERE,),
        ),
        TargetRule(
            key="google.journal",
            thing="Tätigkeiten und Meilensteine",
            message="{count} Tätigkeiten und Meilensteine (VJOURNAL) übernimmt der Google Kalender nicht.",
            format=ICAL,
            count=of_kinds("activity", "milestone"),
            sources=("developers.google.com/calendar/api/v3/reference/events (kennt nur Termine)",),
        ),
        TargetRule(
            key="google.erinnerung",
            thing="Erinnerungen",
            message="Bei {count} Terminen übergeht der Google Kalender die Erinnerung; dort gilt die eigene Voreinstellung.",
            format=ICAL,
            count=with_lines("BEGIN:VALARM"),
            sources=("github.com/sportstimes/f1/pull/848", "github.com/adamgibbons/ics/issues/124"),
        ),
        TargetRule(
            key="google.teilnehmende",
            thing="Teilnehmende",
            message="Bei {count} Terminen übernimmt der Google Kalender die Teilnehmenden nicht.",
            format=ICAL,
            count=with_lines("ATTENDEE"),
            sources=("support.google.com/calendar/answer/37118", "github.com/sebbo2002/ical-generator/issues/81"),
        ),
        TargetRule(
            key="google.zusatztermine",
            thing="Zusatztermine nach dem Ende einer Reihe",
            message="Bei {count} Reihen zeigt der Google Kalender die Termine nicht, die nach dem Ende der Regel liegen.",
            format=ICAL,
            count=dates_after_the_end,
            sources=("github.com/esrg-knights/Squire/issues/107",),
        ),
        TargetRule(
            key="google.angaben",
            thing="Angaben, die nur koschuso kennt",
            message=(
                "Bei {count} Einträgen stehen Angaben von koschuso (Tätigkeit, Status, Zielgruppe); Google verwirft sie. "
                "In koschuso bleiben sie erhalten, auch wenn Sie den Kalender wieder einlesen."
            ),
            format=ICAL,
            count=with_lines("X-KOSCHUSO-"),
            sources=("developers.google.com/calendar/api/v3/reference/events (kein Platz für X-Eigenschaften)",),
        ),
        TargetRule(
            key="google.grosse_datei",
            thing="Dateien über 1 MB",
            message=(
                "Die Datei ist größer als 1 MB; so große Kalenderdateien nimmt Google nicht oder nur zum Teil an. Geben "
                "Sie weniger aus (--kind)."
            ),
            format=ICAL,
            count=above(_GOOGLE_BYTES),
            sources=(
                "support.google.com/calendar/answer/45654",
                "github.com/roed314/seminars/issues/777",
                "github.com/JM-Lemmi/ical-relay/issues/212",
            ),
        ),
        TargetRule(
            key="google.viele_kontakte",
            thing="mehr als 3.000 Kontakte",
            message=(
                "Die Datei enthält {count} Kontakte; Google nimmt höchstens 3.000 auf einmal an. Geben Sie Personen und "
                "Organisationen getrennt aus (--kind)."
            ),
            format=VCARD,
            count=more_cards_than(_GOOGLE_CONTACTS),
            sources=("support.google.com/contacts/answer/1069522",),
        ),
        TargetRule(
            key="google.kontaktangaben",
            thing="Angaben, die nur koschuso kennt",
            message="Bei {count} Kontakten stehen Angaben von koschuso (Funktion, Schulnummer); Google verwirft sie.",
            format=VCARD,
            count=with_lines("X-KOSCHUSO-"),
            sources=("developers.google.com/people/api/rest/v1/people (kein Platz für X-Eigenschaften)",),
        ),
        TargetRule(
            key="google.gremium",
            thing="Mitglieder von Gremien",
            message="{count} Gremien kommen bei Google als gewöhnliche Kontakte an, ohne ihre Mitglieder.",
            format=VCARD,
            count=of_kinds("committee"),
            sources=(_GROUPS_OF_APPLE_ONLY,),
        ),
        TargetRule(
            key="google.beziehung",
            thing="Beziehungen zwischen Kontakten",
            message="Bei {count} Kontakten stehen Beziehungen (RELATED); Google liest vCard 3.0, das sie nicht kennt.",
            format=VCARD,
            count=with_lines("RELATED"),
            sources=("RFC 6350, 6.6.6 (erst ab vCard 4.0)",),
        ),
    ),
)
"""Google Calendar and Google Contacts in the browser."""

TARGETS: Final = (OUTLOOK, NEXTCLOUD, APPLE, GOOGLE)
"""Every target, in the order of the documentation."""
