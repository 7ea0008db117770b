"""Reports: what an office shows of its records, as a document that renderers turn into files.

    from koschuso.reporting import STELLENUEBERSICHT, RecordsView

    document = STELLENUEBERSICHT.run(view, stichtag="15.10.2025")
    document.save("stellen.html")

A report reads from a `View` and builds a `Document`; it knows nothing of HTML or of the store. The same data and the
same definition give the same bytes.

* `report`: what a report is, and how its parts become a document; `parameters`, `times` and `options`: what it is asked
  for; `view`: what it may see; `presence`: whether there is anything of that time.
* `reports`: one module for each of koschuso's own (`builtin` lists them); `figures`: what they count, and its tables.
* `guarded`: numbers about people as a report hands them over; `protection`: what of them may be shown.
* `document`: what a report says, as data; `texts`: the words of the office in it; `renderers`: what makes files of it
  (`rendering` lists them), in the spelling of `german`.
"""

from __future__ import annotations

from koschuso.reporting.builtin import BUILTIN_REPORTS, GESCHICHTE, KENNZAHLEN, STELLENUEBERSICHT
from koschuso.reporting.document import (
    Block,
    Cell,
    Chart,
    ChartKind,
    Column,
    ColumnType,
    Document,
    Figure,
    Figures,
    Item,
    Listing,
    Missing,
    Paragraph,
    Points,
    Prose,
    Section,
    Series,
    Sign,
    Slot,
    Span,
    Table,
    Text,
    TextStyle,
    Value,
)
from koschuso.reporting.guarded import Count, Difference, Mean, Sentence, Share, Total
from koschuso.reporting.parameters import AUDIENCES, Option, Parameters, PeriodKind, ReportPeriod
from koschuso.reporting.protection import Protected, protect
from koschuso.reporting.rendering import BUILTIN_RENDERERS, Renderer
from koschuso.reporting.report import Report, make_document
from koschuso.reporting.view import OfficeInfo, RecordsView, View

__all__ = [
    "AUDIENCES",
    "BUILTIN_RENDERERS",
    "BUILTIN_REPORTS",
    "GESCHICHTE",
    "KENNZAHLEN",
    "STELLENUEBERSICHT",
    "Block",
    "Cell",
    "Chart",
    "ChartKind",
    "Column",
    "ColumnType",
    "Count",
    "Difference",
    "Document",
    "Figure",
    "Figures",
    "Item",
    "Listing",
    "Mean",
    "Missing",
    "OfficeInfo",
    "Option",
    "Paragraph",
    "Parameters",
    "PeriodKind",
    "Points",
    "Prose",
    "Protected",
    "RecordsView",
    "Renderer",
    "Report",
    "ReportPeriod",
    "Section",
    "Sentence",
    "Series",
    "Share",
    "Sign",
    "Slot",
    "Span",
    "Table",
    "Text",
    "TextStyle",
    "Total",
    "Value",
    "View",
    "make_document",
    "protect",
]
