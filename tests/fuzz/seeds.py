"""What the mutating fuzzer starts from: small hand-made files, and the corpus beside the project where it is there."""

from __future__ import annotations

import csv
import os
from pathlib import Path

MOST_BYTES = 60_000
"""Larger real files are left out: a fuzzer learns more from many small ones."""

OWN = (
    (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//beispiel//DE\r\nMETHOD:REQUEST\r\n"
        b"BEGIN:VTIMEZONE\r\nTZID:Eigene Zone\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\n"
        b"TZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n"
        b"DTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n"
        b"END:DAYLIGHT\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1@beispiel\r\nDTSTAMP:20251001T080000Z\r\n"
        b"DTSTART;TZID=Eigene Zone:20251015T093000\r\nDTEND;TZID=Eigene Zone:20251015T110000\r\nSEQUENCE:3\r\n"
        b'SUMMARY;LANGUAGE=de:Qualit\xc3\xa4tszirkel\\, Soest\\; Raum \\"3\\"\r\nRRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=10\r\n'
        b"EXDATE;TZID=Eigene Zone:20251022T093000,20251029T093000\r\nCATEGORIES:Fachtag,Netz\\,werk\r\n"
        b'ORGANIZER;CN="Muster, Eva":mailto:eva@schule.example\r\nSTATUS:CONFIRMED\r\n'
        b"ATTENDEE;CN=Mo Muster;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=TRUE;X-A=^nb^'c:mailto:mo@schule.example\r\n"
        b"DESCRIPTION:Eine lange Beschreibung\\nmit Umbruch und einem gefalteten Umlaut \xc3\r\n \xbc darin.\r\n"
        b"X-KOSCHUSO-STATUS:einladung\r\nX-KOSCHUSO-PLAETZE:20\r\nX-KOSCHUSO-KOSTEN:12.50\r\n"
        b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Gleich\r\nEND:VALARM\r\nEND:VEVENT\r\n"
        b"BEGIN:VEVENT\r\nUID:1@beispiel\r\nRECURRENCE-ID;TZID=Eigene Zone:20251105T093000\r\n"
        b"DTSTART;TZID=Eigene Zone:20251106T093000\r\nDURATION:PT1H30M\r\nSUMMARY:verlegt\r\nEND:VEVENT\r\n"
        b"BEGIN:VTODO\r\nUID:2\r\nSUMMARY:Bericht\r\nDUE;VALUE=DATE:20251231\r\nSTATUS:NEEDS-ACTION\r\nPERCENT-COMPLETE:40\r\n"
        b"RELATED-TO:3\r\nEND:VTODO\r\nBEGIN:VJOURNAL\r\nUID:4\r\nDTSTART;VALUE=DATE:20250101\r\nSUMMARY:x\r\n"
        b"X-KOSCHUSO-DATENSATZ:activity\r\nX-KOSCHUSO-MINUTEN:45\r\nX-KOSCHUSO-TAETIGKEIT:netzwerk\r\nEND:VJOURNAL\r\n"
        b"BEGIN:VFREEBUSY\r\nUID:5\r\nFREEBUSY:20250101T000000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    ),
    (
        b"BEGIN:VCALENDAR\nVERSION:1.0\nBEGIN:VEVENT\nSUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Gr=FC=DFe=\n"
        b" aus Soest\nDTSTART:20251015T070000Z\nDTEND:20251015T080000Z\nRRULE:W1 WE #10\nAALARM:20251015T064500Z\n"
        b"END:VEVENT\nEND:VCALENDAR\n"
    ),
    (
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p-1\r\nN:Muster;Eva;;Dr.;\r\nFN:Dr. Eva Muster\r\nORG:Schule am Wall;Leitung\r\n"
        b"EMAIL;TYPE=INTERNET,WORK,PREF:eva@schule.example\r\nTEL;TYPE=WORK,VOICE:+49 2921 123\r\nTITLE:Leitung\r\n"
        b"item1.ADR;TYPE=WORK:;;Am Wall 1;Soest;NRW;59494;Deutschland\r\nitem1.X-ABLabel:_$!<Work>!$_\r\n"
        b"PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQ\r\n"
        b" DQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT=\r\nNOTE:a\\, b\\; c\\nd\r\nCATEGORIES:Netzwerk,Schule\r\nX-FREMD:1\r\n"
        b"REV:2025-10-01T08:00:00Z\r\nBDAY:1980-01-01\r\nURL:https\\://schule.example/?a=1,2\r\nEND:VCARD\r\n"
    ),
    (
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:group\r\nUID:urn:uuid:00000000-0000-4000-8000-000000000001\r\nFN:Arbeitskreis\r\n"
        b"MEMBER:urn:uuid:00000000-0000-4000-8000-000000000002\r\nRELATED;TYPE=contact;VALUE=uri:urn:uuid:3\r\n"
        b'TEL;VALUE=uri;PREF=1;TYPE="voice,work":tel:+49-2921-1;ext=5\r\nPHOTO:data:image/png;base64,iVBORw0KGgo=\r\n'
        b"NOTE;LANGUAGE=de;X-A=^^^n^':Text\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nKIND:org\r\nFN:Schule\r\nORG:Schule;A\r\n"
        b"X-KOSCHUSO-ART:schule\r\nUID:s-1\r\nGEO:geo:51.5,8.1\r\nEND:VCARD\r\n"
    ),
    (
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;LANGUAGE=de;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:M=FCller=3B;Eva\r\n"
        b"FN;CHARSET=Windows-1252:Eva M\xfcller\r\nTEL;WORK;VOICE:0123\r\nLABEL;WORK;ENCODING=QUOTED-PRINTABLE:Am Wall 1=0D=0A=\r\n"
        b"59494 Soest\r\nPHOTO;TYPE=JPEG;ENCODING=BASE64:\r\n /9j/4AAQSkZJRg==\r\n\r\nAGENT:\r\nBEGIN:VCARD\r\nVERSION:2.1\r\n"
        b"N:Innen\r\nEND:VCARD\r\nEND:VCARD\r\n"
    ),
)
"""One file of each sort that is read, with everything in it that has rules of its own."""


def corpus(root: Path | None = None) -> list[bytes]:
    """The real files beside the project, none where they are not there."""
    if root is None:
        root = Path(os.environ.get("KOSCHUSO_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    index = root / "corpus" / "INDEX.csv"
    if not index.is_file():
        return []
    with index.open(encoding="utf-8", newline="") as file:
        paths = [index.parent / row["path"] for row in csv.DictReader(file) if int(row["size"]) <= MOST_BYTES]
    return [path.read_bytes() for path in paths]
