"""What koschuso itself offers, through the same hooks as every plugin.

Each function imports what it returns only when it is asked, so that opening an office does not pay for reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso.plugin.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from koschuso.interchange.format import Format, ReadOptions
    from koschuso.model import Catalogue, Reading, Record
    from koschuso.reporting.report import Renderer, Report
    from koschuso.rules import Rule
    from koschuso.store.driver import StoreBackend

__all__ = [
    "koschuso_catalogues",
    "koschuso_formats",
    "koschuso_renderers",
    "koschuso_reports",
    "koschuso_rules",
    "koschuso_stores",
]


@hookimpl
def koschuso_catalogues() -> Iterable[Catalogue]:
    """Offer the Tätigkeitsprofil and every shared vocabulary."""
    from koschuso.catalogues import load_all  # noqa: PLC0415 - loaded when asked for

    return load_all().values()


@hookimpl
def koschuso_rules() -> Iterable[Rule]:
    """Offer the Förder-Plausibilität and the checks of data quality."""
    from koschuso.rules import RULES  # noqa: PLC0415 - loaded when asked for

    return RULES


@hookimpl
def koschuso_stores() -> Iterable[StoreBackend]:
    """Offer ``memory:`` and ``sqlite:///path``."""
    from koschuso.store.backends import CORE_BACKENDS  # noqa: PLC0415 - loaded when asked for

    return CORE_BACKENDS


@hookimpl
def koschuso_formats() -> Iterable[Format]:
    """Offer the formats that offices exchange data in."""
    from koschuso.interchange import archive, ical, one_per_file, outlook, table, vcard  # noqa: PLC0415 - loaded when asked for
    from koschuso.interchange.format import Format  # noqa: PLC0415 - as above
    from koschuso.interchange.imip import reader as mails  # noqa: PLC0415 - loaded when asked for
    from koschuso.nrw import register  # noqa: PLC0415 - as above

    yield ical.FORMAT
    yield vcard.FORMAT
    yield mails.FORMAT
    yield one_per_file.ICAL_ZIP
    yield one_per_file.VCARD_ZIP
    yield outlook.FORMAT
    yield table.CSV
    yield table.XLSX
    yield archive.FORMAT
    yield Format(
        name="koschuso:schuldaten",
        title="Amtliches Schulverzeichnis",
        suffixes=(".csv",),
        recognise=register.recognises,
        read=_read_register,
        carries=_REGISTER_CARRIES,
    )
    yield from _school_figures()


def _school_figures() -> Iterable[Format]:
    from koschuso.interchange.format import Format  # noqa: PLC0415 - loaded when asked for
    from koschuso.nrw import school_figures  # noqa: PLC0415 - as above

    yield Format(
        name="koschuso:schulsozialindex",
        title="Schulsozialindex NRW",
        suffixes=(".csv",),
        recognise=school_figures.recognises_sozialindex,
        read=lambda data, options: school_figures.take_sozialindex(data, _held(options), **_told(options)),
        carries=_figures_carry("sozialindexstufe", "sozialindex_edition"),
        edition=school_figures.sozialindex_edition,
    )
    yield Format(
        name="koschuso:schuelerzahlen",
        title="Schülerzahlen je Schule (Schulministerium, IT.NRW)",
        suffixes=(".csv",),
        recognise=school_figures.recognises_pupils,
        read=lambda data, options: school_figures.take_pupils(data, _held(options), **_told(options)),
        carries=_figures_carry("pupils", "pupils_edition"),
        edition=school_figures.pupils_edition,
    )


def _held(options: ReadOptions) -> Iterable[Record]:
    # A file that is read by itself finds no school that its figures could belong to.
    return () if options.held is None else options.held.every("organisation")


def _told(options: ReadOptions) -> dict[str, str]:
    return {"edition": options.edition} | ({"name": options.name} if options.name else {})


def _figures_carry(*fields: str) -> dict[str, tuple[str, ...]]:
    """Everything else that an office knows about a school stays."""
    return {
        f"organisation/{type_}": tuple(f"school.{field}" for field in fields) for type_ in ("schule", "teilstandort")
    }


def _read_register(data: bytes, options: ReadOptions) -> Reading:
    from koschuso.nrw import register  # noqa: PLC0415 - loaded when a register is read

    return register.read(data, ags=options.region)


_OF_EVERY_BODY = ("type", "name", "short_name", "ags", "traegernummer", "source")
_OF_AUTHORITIES = (*_OF_EVERY_BODY, "address", "phones", "fax", "email", "homepage")
_OF_SCHOOLS = tuple(
    f"school.{field}" for field in ("schulnummer", "schulform", "status", "status_since", "private", "coordinates")
)
_REGISTER_CARRIES = {
    # Of Träger and municipalities the register has only numbers: what an office noted about them stays.
    "organisation": _OF_EVERY_BODY,
    "organisation/schule": (*_OF_AUTHORITIES, *_OF_SCHOOLS),
    "organisation/schulamt": _OF_AUTHORITIES,
    "organisation/bezirksregierung": _OF_AUTHORITIES,
    "organisation/ministerium": _OF_AUTHORITIES,
    "relation": ("type", "source", "target", "origin"),
}
"""What the register knows; Sozialindex, pupils and the office's own checks are not in it."""


@hookimpl
def koschuso_reports() -> Iterable[Report]:
    """Offer the reports that every office needs."""
    from koschuso.reporting.builtin import BUILTIN_REPORTS  # noqa: PLC0415 - loaded when asked for

    return BUILTIN_REPORTS


@hookimpl
def koschuso_renderers() -> Iterable[Renderer]:
    """Offer HTML, CSV and Markdown."""
    from koschuso.reporting.rendering import BUILTIN_RENDERERS  # noqa: PLC0415 - loaded when asked for

    return BUILTIN_RENDERERS
