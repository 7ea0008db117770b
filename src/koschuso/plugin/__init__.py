"""The plugin author's single import: the marker, every record that a hook returns, and every record of the model.

>>> from koschuso.plugin import ExtraField, hookimpl
>>> @hookimpl
... def koschuso_fields():
...     return [ExtraField(name="muster:sozialraum", record_kind="organisation", label="Sozialraum")]

Names are imported when they are first used, so a plugin that offers one field does not pay for reports and stores.
What is listed in ``__all__`` is for plugins; everything else below `koschuso.plugin` belongs to koschuso itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from koschuso.plugin.hookspecs import hookimpl

if TYPE_CHECKING:
    from koschuso.errors import (
        Conflict,
        Corrupt,
        InvalidRecord,
        KoschusoError,
        NotFound,
        NotSupported,
        PluginFailed,
        Refused,
        Unavailable,
        WrongUse,
    )
    from koschuso.interchange.format import Format, ReadOptions, WriteOptions, Writing
    from koschuso.model import *  # noqa: F403 - exactly the public names of the model
    from koschuso.privacy import DataHolder
    from koschuso.reporting.document import Chart, Document, Section, Table, Text
    from koschuso.reporting.document import Column as TableColumn
    from koschuso.reporting.parameters import Option, Parameters
    from koschuso.reporting.report import OfficeInfo, Renderer, Report, View, make_document
    from koschuso.rules import Rule
    from koschuso.store.driver import Capability, StoreBackend, StoreDriver

__all__ = [
    "ALWAYS",
    "BERLIN",
    "EMPTY",
    "EVENT_TRANSITIONS",
    "FIELD_LABELS",
    "FULL_TIME_TVOED",
    "FULL_TIME_TV_L_NRW",
    "PARTICIPATION_TRANSITIONS",
    "RECORD_TYPES",
    "TASK_TRANSITIONS",
    "UTC",
    "Activity",
    "Address",
    "Adoption",
    "Assignment",
    "Benefit",
    "Capability",
    "Catalogue",
    "Chart",
    "Column",
    "Committee",
    "Concept",
    "Conflict",
    "Consent",
    "Consultation",
    "Cooperation",
    "Coordinates",
    "CoordinationProfile",
    "Corrupt",
    "DataHolder",
    "Document",
    "Entry",
    "Event",
    "EventStatus",
    "ExtraField",
    "FieldType",
    "Finding",
    "Format",
    "FrozenMapping",
    "FunctionHeld",
    "Funding",
    "FuzzyDate",
    "Goal",
    "Headcount",
    "InvalidRecord",
    "KoschusoError",
    "LegalBasis",
    "Location",
    "Milestone",
    "NotFound",
    "NotSupported",
    "Occupancy",
    "OfficeInfo",
    "Option",
    "Organisation",
    "Parameters",
    "Participation",
    "ParticipationStatus",
    "Period",
    "Person",
    "PersonStatus",
    "PluginFailed",
    "Position",
    "PrivacyClass",
    "Problems",
    "Publication",
    "ReadOptions",
    "Reading",
    "Record",
    "Reference",
    "Refused",
    "Relation",
    "Renderer",
    "Report",
    "Rule",
    "SchoolProfile",
    "Section",
    "Series",
    "Severity",
    "StoreBackend",
    "StoreDriver",
    "Table",
    "TableColumn",
    "Task",
    "TaskStatus",
    "Text",
    "TimeSpan",
    "Unavailable",
    "View",
    "Visibility",
    "Workload",
    "Workshop",
    "WriteOptions",
    "Writing",
    "WrongUse",
    "clock",
    "field_label",
    "german_decimal",
    "hookimpl",
    "is_ags",
    "is_email",
    "is_key",
    "make_document",
    "round_vzae",
    "schuljahr_of",
    "total_vzae",
]

_HOMES: Final = {
    "Capability": ("koschuso.store.driver", "Capability"),
    "Chart": ("koschuso.reporting.document", "Chart"),
    "Conflict": ("koschuso.errors", "Conflict"),
    "Corrupt": ("koschuso.errors", "Corrupt"),
    "DataHolder": ("koschuso.privacy", "DataHolder"),
    "Document": ("koschuso.reporting.document", "Document"),
    "Format": ("koschuso.interchange.format", "Format"),
    "InvalidRecord": ("koschuso.errors", "InvalidRecord"),
    "KoschusoError": ("koschuso.errors", "KoschusoError"),
    "NotFound": ("koschuso.errors", "NotFound"),
    "NotSupported": ("koschuso.errors", "NotSupported"),
    "OfficeInfo": ("koschuso.reporting.report", "OfficeInfo"),
    "Option": ("koschuso.reporting.parameters", "Option"),
    "Parameters": ("koschuso.reporting.parameters", "Parameters"),
    "PluginFailed": ("koschuso.errors", "PluginFailed"),
    "ReadOptions": ("koschuso.interchange.format", "ReadOptions"),
    "Refused": ("koschuso.errors", "Refused"),
    "Renderer": ("koschuso.reporting.report", "Renderer"),
    "Report": ("koschuso.reporting.report", "Report"),
    "Rule": ("koschuso.rules", "Rule"),
    "Section": ("koschuso.reporting.document", "Section"),
    "StoreBackend": ("koschuso.store.driver", "StoreBackend"),
    "StoreDriver": ("koschuso.store.driver", "StoreDriver"),
    "Table": ("koschuso.reporting.document", "Table"),
    "TableColumn": ("koschuso.reporting.document", "Column"),
    "Text": ("koschuso.reporting.document", "Text"),
    "Unavailable": ("koschuso.errors", "Unavailable"),
    "View": ("koschuso.reporting.report", "View"),
    "WriteOptions": ("koschuso.interchange.format", "WriteOptions"),
    "Writing": ("koschuso.interchange.format", "Writing"),
    "WrongUse": ("koschuso.errors", "WrongUse"),
    "make_document": ("koschuso.reporting.report", "make_document"),
}
"""Where the names live that are not of the model."""


def __getattr__(name: str) -> Any:
    """Import a name when it is first used (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES.get(name, ("koschuso.model", name))
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
