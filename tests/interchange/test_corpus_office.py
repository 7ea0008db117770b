"""Real files through an office: every component that is a record comes out again with all its lines."""

from collections import Counter

import pytest
from independent_lexer import content

from koschuso import Office
from koschuso.interchange import ical
from koschuso.privacy.intake import PRIVATE_PROPERTIES

pytestmark = [pytest.mark.shared, pytest.mark.slow]


def of_records(data):
    """Lines of the components that are records; zones and the calendar's own properties are not compared."""
    return Counter(
        {
            line: count
            for line, count in content(data).items()
            if line.path.startswith(("VCALENDAR/VEVENT", "VCALENDAR/VTODO"))
        }
    )


def test_import_and_export_lose_no_component_that_is_a_record(sound_calendars, tmp_path):
    compared, lost = 0, {}
    for number, file in enumerate([file for file in sound_calendars if len(file.data) < 20_000][::12]):
        reading = ical.read(file.data)
        ids = Counter((record.KIND, record.id) for record in reading.records)
        if not reading.records or max(ids.values()) > 1:
            continue
        with Office.open("memory:") as office:
            given, got = tmp_path / f"{number}.ics", tmp_path / f"{number}-zurueck.ics"
            given.write_bytes(file.data)
            office.import_file(given, keep=PRIVATE_PROPERTIES)
            office.export(got, audience="intern")
            before, after = of_records(ical.write(reading.records)), of_records(got.read_bytes())
            missing = (before - after) & content(file.data)  # a DTSTAMP that the file had not is that of the writing
            compared += 1
            if missing:
                lost[file.path] = list(missing)[:3]
    assert compared > 60
    assert lost == {}, "\n".join(map(str, lost.items()))
