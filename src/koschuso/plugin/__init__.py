"""The plugin author's single import: the marker, every record that a hook returns, and every record of the model.

>>> from koschuso.plugin import ExtraField, hookimpl
>>> @hookimpl
... def koschuso_fields():
...     return [ExtraField(name="muster:sozialraum", record_kind="organisation", label="Sozialraum")]

Names are imported when they are first used, so a plugin that offers one field does not pay for reports and stores.
What is listed in ``__all__`` is stable; everything else below `koschuso.plugin` belongs to koschuso itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.plugin.hookspecs import hookimpl

if TYPE_CHECKING:
    from koschuso.errors import (
        Conflict,
        Corrupt,
        InvalidRecord,
        KoschusoError,
        NotFound,
        NotSupported,
        Refused,
        Unavailable,
        WrongUse,
    )
    from koschuso.interchange.format import Format, WriteOptions, Writing
    from koschuso.model import *  # noqa: F403 - the model's own list of public names is what is meant
    from koschuso.privacy import DataHolder
    from koschuso.reporting.document import Chart, Column, Document, Section, Table, Text
    from koschuso.reporting.report import Renderer, Report, View
    from koschuso.rules import Rule
    from koschuso.store.driver import Capability, StoreBackend, StoreDriver

_HOMES = {
    "Capability": "koschuso.store.driver",
    "Chart": "koschuso.reporting.document",
    "Column": "koschuso.reporting.document",
    "Conflict": "koschuso.errors",
    "Corrupt": "koschuso.errors",
    "DataHolder": "koschuso.privacy",
    "Document": "koschuso.reporting.document",
    "Format": "koschuso.interchange.format",
    "InvalidRecord": "koschuso.errors",
    "KoschusoError": "koschuso.errors",
    "NotFound": "koschuso.errors",
    "NotSupported": "koschuso.errors",
    "Refused": "koschuso.errors",
    "Renderer": "koschuso.reporting.report",
    "Report": "koschuso.reporting.report",
    "Rule": "koschuso.rules",
    "Section": "koschuso.reporting.document",
    "StoreBackend": "koschuso.store.driver",
    "StoreDriver": "koschuso.store.driver",
    "Table": "koschuso.reporting.document",
    "Text": "koschuso.reporting.document",
    "Unavailable": "koschuso.errors",
    "View": "koschuso.reporting.report",
    "WriteOptions": "koschuso.interchange.format",
    "Writing": "koschuso.interchange.format",
    "WrongUse": "koschuso.errors",
}
