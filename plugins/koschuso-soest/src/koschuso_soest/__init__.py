"""The Bildungsregion Kreis Soest as the example office: what one municipality adds to koschuso, in one small plugin.

Everything in it is an example, made up for this purpose: it says nothing about how the real office works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.plugin import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.plugin import Catalogue, ExtraField, Report, Rule

__all__ = ["koschuso_catalogues", "koschuso_fields", "koschuso_reports", "koschuso_rules"]


@hookimpl
def koschuso_fields() -> Iterable[ExtraField]:
    """Offer one field each for schools, people, events and activities."""
    from koschuso_soest.fields import FIELDS  # noqa: PLC0415 - loaded when asked for

    return FIELDS


@hookimpl
def koschuso_catalogues() -> Iterable[Catalogue]:
    """Offer own items of the Tätigkeitsprofil and two vocabularies."""
    from koschuso_soest.catalogues import CATALOGUES  # noqa: PLC0415 - as above

    return CATALOGUES


@hookimpl
def koschuso_rules() -> Iterable[Rule]:
    """Offer one rule."""
    from koschuso_soest.rule import RULES  # noqa: PLC0415 - as above

    return RULES


@hookimpl
def koschuso_reports() -> Iterable[Report]:
    """Offer one report."""
    from koschuso_soest.report import REPORTS  # noqa: PLC0415 - as above

    return REPORTS
