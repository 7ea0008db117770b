"""icalendar and vobject as judges: guarded, with fresh process-wide state for each file."""

import warnings
from contextlib import contextmanager

import icalendar
import vobject


@contextmanager
def fresh_zones():
    """Without the zones of the files before, and leaving none behind."""
    icalendar.use_zoneinfo()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        icalendar.use_zoneinfo()


def calendars(data):
    """What icalendar makes of a file: its components, or the name of the exception."""
    try:
        return icalendar.Calendar.from_ical(data, multiple=True), ""
    except Exception as error:  # noqa: BLE001 - the judge may fail in any way
        return [], type(error).__name__


def cards(text):
    """What vobject makes of a file: its components, or the name of the exception."""
    try:
        return list(vobject.readComponents(text, allowQP=True)), ""
    except Exception as error:  # noqa: BLE001 - as above
        return [], type(error).__name__
