"""What icalendar and vobject read otherwise than koschuso, which section decides it, and who is right.

Every difference on the corpus is of one of these kinds; a kind that no file shows any more is to be taken away.
"""

from typing import NamedTuple


class Decision(NamedTuple):
    """A kind of difference, and what decides it."""

    section: str
    right: str
    why: str


ICALENDAR = {
    "unreadable": Decision(
        "RFC 5545, 3.6.5", "koschuso", "one zone or value that icalendar cannot read costs it the whole file"
    ),
    "no-begin": Decision(
        "RFC 5545, 3.6.1", "both", "a VEVENT without a readable DTSTART is no record; its lines stay with the reading"
    ),
    "lost-component": Decision(
        "RFC 5545, 3.6", "koschuso", "text before a calendar, or its second BEGIN, costs icalendar the components in it"
    ),
    "date-with-zone": Decision(
        "RFC 5545, 3.2.19 and 3.3.4", "koschuso", "a DATE has no zone; it is not midnight there"
    ),
    "unknown-zone": Decision(
        "RFC 5545, 3.2.19",
        "both",
        "nobody describes the zone: icalendar takes wall times, koschuso Berlin and a finding",
    ),
    "own-zone": Decision(
        "RFC 5545, 3.6.5", "both", "the zone has no official name: koschuso keeps wall time, name and VTIMEZONE"
    ),
    "end-not-after-begin": Decision(
        "RFC 5545, 3.8.2.2", "koschuso", "DTEND must be later: an all-day event lasts its day, any other has no length"
    ),
    "mixed-types": Decision(
        "RFC 5545, 3.8.2.2", "koschuso", "DTEND is of the type of DTSTART: it is brought to it; the line stays"
    ),
    "repeated": Decision("RFC 5545, 3.6.1", "koschuso", "of a property that may stand once, the first counts"),
    "broken-value": Decision("RFC 5545, 3.8.2.2", "koschuso", "an end that cannot be read is no end; the begin stands"),
    "character-cut": Decision("RFC 5545, 3.1", "koschuso", "a fold may cut a character: bytes are unfolded first"),
    "no-address": Decision(
        "RFC 6068, 2", "both", "what stands behind mailto: is no mail address; the line stays, the name is taken"
    ),
    "other-status": Decision(
        "RFC 5545, 3.8.1.11",
        "both",
        "a status that a VTODO cannot have is none of ours; the line stays, with a finding",
    ),
    "address": Decision(
        "RFC 7986, 6.2", "koschuso", "an attendee's mail address is in EMAIL where the value is no mailto: URI"
    ),
}
"""icalendar 7.3, over 1,089 sound calendars."""

RECURRENCE = {
    "icalendar/calendars/issue_156_RDATE_with_PERIOD_TZID_khal.ics": Decision(
        "RFC 5545, 3.8.5.2",
        "both",
        "an instance without its series has dates of its own (RDATE): they are taken as its dates",
    ),
    "radicale/event_mixed_datetime_and_date_exdate.ics": Decision(
        "RFC 5545, 3.3.5", "koschuso", "a floating series stays floating beside an EXDATE in UTC"
    ),
    "radicale/event_mixed_recurrence_id_dt_type.ics": Decision(
        "RFC 5545, 3.8.4.4",
        "koschuso",
        "a RECURRENCE-ID is of the type of DTSTART; a day beside it can only mean the occurrence of that day",
    ),
    "recurring-ical-events/calendars/issue_117_until_before_dtstart.ics": Decision(
        "RFC 5545, 3.8.5.3", "koschuso", "DTSTART is the first occurrence, also of a rule that ends before it"
    ),
    "recurring-ical-events/calendars/issue_253_additional_recurrence_id.ics": Decision(
        "RFC 5545, 3.8.4.4", "both", "an exception to an occurrence that the rule does not have takes place"
    ),
}
"""recurring-ical-events 3.8, over the series of which everything else is read alike; by file, as each is of its own kind."""

VOBJECT = {
    "unreadable": Decision("RFC 6350, 3.3", "koschuso", "one line that vobject cannot read costs it the whole file"),
    "cut-at-comma": Decision("RFC 6350, 3.4", "koschuso", "a text goes on behind a comma that is not escaped"),
    "escaped-colon": Decision("RFC 6350, 3.4", "koschuso", "Apple and Google write a colon with a backslash"),
    "own-spelling": Decision(
        "RFC 6350, 3.4", "both", "blanks around a text, or a backslash before any other character"
    ),
    "structure": Decision(
        "RFC 6350, 6.2.2", "koschuso", "what divides N, ADR and ORG is not what stands in their parts"
    ),
}
"""vobject 0.9.9, over 227 sound address books."""
