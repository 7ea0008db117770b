"""The bridge to the library `icalendar`, for programs that live in its objects; loaded only when it is used.

A record is written as it always is, and each of its lines becomes one property object of `icalendar`: a date is a
`vDDDTypes`, a rule a `vRecur`, a text a `vText` … What that library cannot understand (or would understand wrongly: a
rule it reads as empty) is a `vInline` with the text as it stands. The object keeps its line in ``params.kept``; as long
as nobody changes value or parameters, ``to_ical()`` writes the same value and parameters, and the way back takes the
line itself. What somebody changed, added or deleted is taken as `icalendar` writes it.

What the objects of `icalendar` have no place for:

* a line that is none (no colon): it stands as ``X-KOSCHUSO-ZEILE``, and becomes itself again on the way back;
* the order of properties of different names, lower-case names: kept beside the object and restored on the way back;
* several calendars in one file: `to_components` gives one object for each;
* quoted-printable of vCalendar 1.0: written by ``to_ical()`` as the text of iCalendar.

Zones are resolved as the records were read, never by the zone cache that `icalendar` shares between all files of a
process: it is the same before and after.
"""

from __future__ import annotations

from koschuso.interchange.ical.bridge.kept import UNREADABLE_LINE
from koschuso.interchange.ical.bridge.reading import from_icalendar
from koschuso.interchange.ical.bridge.writing import to_components, to_icalendar

__all__ = ["UNREADABLE_LINE", "from_icalendar", "to_components", "to_icalendar"]
