"""The files that the interchange benches read: a calendar and an address book as offices have them, made up.

An event has 22 lines and about 1,150 bytes (three attendees, an alarm, the zone of Berlin, folded German text), a card
about 530 bytes; no two are alike. The same arguments give the same bytes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

_ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""
_FIRST = ("Anke", "Bernd", "Çiğdem", "Dörte", "Emre", "Frauke", "Gökhan", "Heike", "Ines", "Jörg", "Käthe", "Lars")
_LAST = ("Musterfrau", "Beispiel", "Öztest", "Platzhalter", "Übungsmann", "Probst-Muster", "Vorlage", "Attrappe")
_TOPICS = (
    "Qualitätszirkel Schulsozialarbeit",
    "Fachtag Übergänge gestalten",
    "Netzwerktreffen der Koordinierungsstelle",
    "Kollegiale Fallberatung",
    "Arbeitskreis Schulabsentismus",
)
_PLACES = ("Kreishaus, großer Sitzungssaal", "Gesamtschule Musterstadt, Raum 1.07", "Online", "Berufskolleg, Aula")
_STATUS = ("CONFIRMED", "TENTATIVE", "CANCELLED")
_REPLY = ("ACCEPTED", "NEEDS-ACTION", "DECLINED", "TENTATIVE")


def _fold(line):
    """Fold at 75 octets on a character boundary, as the standard wants it."""
    data = line.encode()
    if len(data) <= 75:
        return data + b"\r\n"
    parts, start, room = [], 0, 75
    while len(data) - start > room:
        end = start + room
        while data[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(data[start:end])
        start, room = end, 74
    parts.append(data[start:])
    return b"\r\n ".join(parts) + b"\r\n"


def _person(number):
    return _FIRST[number % len(_FIRST)], _LAST[number // 7 % len(_LAST)]


def _event(number):
    begin = datetime(2020, 1, 7, 9) + timedelta(days=number % 2000, minutes=15 * (number % 20))
    end = begin + timedelta(minutes=45 + 15 * (number % 9))
    topic = _TOPICS[number % len(_TOPICS)]
    yield "BEGIN:VEVENT"
    yield f"UID:termin-{number:06d}@koordinierung.example"
    yield f"DTSTAMP:{begin - timedelta(days=30):%Y%m%dT%H%M%S}Z"
    yield f"CREATED:{begin - timedelta(days=40):%Y%m%dT%H%M%S}Z"
    yield f"LAST-MODIFIED:{begin - timedelta(days=31):%Y%m%dT%H%M%S}Z"
    yield f"SEQUENCE:{number % 4}"
    yield f"DTSTART;TZID=Europe/Berlin:{begin:%Y%m%dT%H%M%S}"
    yield f"DTEND;TZID=Europe/Berlin:{end:%Y%m%dT%H%M%S}"
    yield f"SUMMARY:{topic} Nr. {number}"
    yield f"LOCATION:{_PLACES[number % len(_PLACES)].replace(',', chr(92) + ',')}"
    yield (
        f"DESCRIPTION:Tagesordnung für das Treffen Nr. {number}:\\n1. Begrüßung\\, Rückblick\\n2. Schwerpunkt: "
        f"{topic}\\n3. Verschiedenes\\; Äußerungen bitte bis {begin - timedelta(days=3):%d.%m.%Y} an die "
        "Koordinierungsstelle.\\nMit freundlichen Grüßen"
    )
    yield f"CATEGORIES:Schulsozialarbeit,{'Gremium' if number % 2 else 'Fortbildung'}"
    yield f"STATUS:{_STATUS[number % 11 % 3]}"
    yield "CLASS:PUBLIC"
    yield "TRANSP:OPAQUE"
    yield "ORGANIZER;CN=Koordinierungsstelle Musterkreis:mailto:koordinierung@kreis.example"
    for seat in range(3):
        given, family = _person(number * 3 + seat)
        yield (
            f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={_REPLY[(number + seat) % 4]};RSVP=TRUE;"
            f'CN="{family}, {given}":mailto:person{number * 3 + seat}@schule.example'
        )
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"TRIGGER:-PT{15 * (1 + number % 4)}M"
    yield f"DESCRIPTION:Erinnerung: {topic}"
    yield "END:VALARM"
    yield "END:VEVENT"


def calendar(events, changed=frozenset()):
    """A calendar; the numbers in ``changed`` have another place."""
    parts = [b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Beispiel//Kalender 1.0//DE\r\nCALSCALE:GREGORIAN\r\n"]
    parts.append(_ZONE.replace("\n", "\r\n").encode())
    for number in range(events):
        lines = _event(number)
        if number in changed:
            lines = ("LOCATION:Neuer Ort" if line.startswith("LOCATION:") else line for line in lines)
        parts.extend(map(_fold, lines))
    parts.append(b"END:VCALENDAR\r\n")
    return b"".join(parts)


def _card(number):
    given, family = _person(number)
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    yield f"UID:kontakt-{number:06d}"
    yield f"FN:{given} {family} {number}"
    yield f"N:{family} {number};{given};;;"
    yield f"ORG:Gesamtschule Musterstadt {number % 300};Schulsozialarbeit"
    yield "TITLE:Fachkraft für Schulsozialarbeit"
    yield "ROLE:Schulsozialarbeit"
    yield f"EMAIL;TYPE=INTERNET,WORK:{given.lower().encode('ascii', 'ignore').decode()}{number}@schule.example"
    yield f"TEL;TYPE=WORK,VOICE:+49 2921 555-{number:05d}"
    yield f"TEL;TYPE=CELL:+49 170 {number:07d}"
    yield f"ADR;TYPE=WORK:;;Übungsstraße {number % 200};Musterstadt;Nordrhein-Westfalen;59{number % 1000:03d};Deutschland"
    yield f"NOTE:Zuständig für Haus {number % 5}\\, Sprechzeit dienstags\\; Rückruf möglich.\\nNächster Termin nach Absprache."
    yield f"CATEGORIES:Schulsozialarbeit,Netzwerk {number % 12}"
    yield f"REV:2025-0{1 + number % 9}-15T08:00:00Z"
    yield "END:VCARD"


def address_book(cards):
    """An address book of vCard 3.0."""
    return b"".join(_fold(line) for number in range(cards) for line in _card(number))
