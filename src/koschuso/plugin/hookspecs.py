"""The eight hooks of koschuso: what a plugin may offer.

A hook takes no arguments and returns an iterable of frozen records. Every record has a name ``"<plugin>:<name>"`` that
begins with the plugin's entry-point name. There is no order among plugins, no wrapping, and no hook whose first answer
wins: two plugins never have to agree on anything.

Entry points stand in the group ``koschuso``::

    [project.entry-points.koschuso]
    muster = "koschuso_muster"
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs
import pluggy

from koschuso.stability import Stability

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from koschuso.interchange.format import Format
    from koschuso.model import Catalogue, ExtraField
    from koschuso.privacy import DataHolder
    from koschuso.reporting.report import Renderer, Report
    from koschuso.rules import Rule
    from koschuso.store.driver import StoreBackend

__all__ = [
    "ENTRY_POINT_GROUP",
    "HOOKS",
    "Hook",
    "hookimpl",
    "hookspec",
    "koschuso_catalogues",
    "koschuso_data_holders",
    "koschuso_fields",
    "koschuso_formats",
    "koschuso_renderers",
    "koschuso_reports",
    "koschuso_rules",
    "koschuso_stores",
]

ENTRY_POINT_GROUP: Final = "koschuso"
"""Name of the group of entry points, and of the project in pluggy's sense."""

hookspec = pluggy.HookspecMarker(ENTRY_POINT_GROUP)
hookimpl = pluggy.HookimplMarker(ENTRY_POINT_GROUP)
"""Marks a function of a plugin as the implementation of the hook of the same name."""


@hookspec
def koschuso_fields() -> Iterable[ExtraField]:  # type: ignore[empty-body]
    """Offer fields that the plugin adds to records.

    One declaration drives validation, storage, export column, label and privacy class. If the plugin fails or is
    missing, the fields are left out; stored values are kept and shown as they are.

    Returns:
        `koschuso.model.ExtraField` records.

    Examples:
        >>> from koschuso.plugin import ExtraField, hookimpl
        >>> @hookimpl
        ... def koschuso_fields():
        ...     return [ExtraField(name="muster:sozialraum", record_kind="organisation", label="Sozialraum")]
    """


@hookspec
def koschuso_catalogues() -> Iterable[Catalogue]:  # type: ignore[empty-body]
    """Offer vocabularies, or own entries of a shared one.

    A catalogue with ``extends`` adds its entries to the one that it names; each carries the plugin's prefix or stands
    below an existing key, and should map to a shared key. If the plugin fails or is missing, references to its keys
    are kept.

    Returns:
        `koschuso.model.Catalogue` records.

    Examples:
        >>> from koschuso.plugin import Catalogue, Entry, hookimpl
        >>> @hookimpl
        ... def koschuso_catalogues():
        ...     return [Catalogue(
        ...         name="muster:taetigkeiten", title="Eigene Tätigkeiten", version="1", extends="taetigkeitsprofil",
        ...         entries=(Entry(key="muster:sprechstunde", label="Sprechstunde", maps_to="beratung"),),
        ...     )]
    """


@hookspec
def koschuso_rules() -> Iterable[Rule]:  # type: ignore[empty-body]
    """Offer checks over the data of an office.

    A rule that crashes becomes a finding that names the plugin; the other rules run.

    Returns:
        `koschuso.rules.Rule` records.

    Examples:
        >>> from koschuso.plugin import Finding, Organisation, Rule, Severity, hookimpl
        >>> def without_homepage(view):
        ...     for school in view.records(Organisation):
        ...         if school.school and not school.homepage:
        ...             yield Finding(rule="muster.homepage", message="Die Schule hat keine Homepage.",
        ...                           severity=Severity.INFO, kind=school.KIND, id=school.id)
        >>> @hookimpl
        ... def koschuso_rules():
        ...     return [Rule(name="muster:homepage", title="Homepage", severity=Severity.INFO,
        ...                  source="Wunsch des Netzwerks", check=without_homepage)]
    """


@hookspec
def koschuso_reports() -> Iterable[Report]:  # type: ignore[empty-body]
    """Offer reports: from a read-only view to a document.

    If building fails, the caller gets an error that names the plugin.

    Returns:
        `koschuso.reporting.report.Report` records.

    Examples:
        >>> from koschuso.plugin import Organisation, Report, Section, Table, TableColumn, hookimpl, make_document
        >>> def homepages(view, parameters):
        ...     schools = [school for school in view.records(Organisation) if school.school]
        ...     table = Table(key="homepages", title="Homepages", columns=(TableColumn(title="Schule", header=True),
        ...                   TableColumn(title="Homepage")), rows=[(s.name, s.homepage or "–") for s in schools])
        ...     return make_document("muster:homepages", view, parameters, title="Homepages der Schulen",
        ...                          sections=[Section(title="Liste", blocks=(table,))])
        >>> @hookimpl
        ... def koschuso_reports():
        ...     return [Report(name="muster:homepages", title="Homepages der Schulen", build=homepages)]
    """


@hookspec
def koschuso_renderers() -> Iterable[Renderer]:  # type: ignore[empty-body]
    """Offer ways to turn a document into a file.

    If rendering fails, the caller gets an error that names the plugin.

    Returns:
        `koschuso.reporting.report.Renderer` records.

    Examples:
        >>> from koschuso.plugin import Renderer, hookimpl
        >>> def headings(document):
        ...     return " / ".join([document.title, *(section.title for section in document.sections)]).encode()
        >>> @hookimpl
        ... def koschuso_renderers():
        ...     return [Renderer(name="muster:gliederung", title="Gliederung", suffix=".gliederung",
        ...                      media_type="text/plain", render=headings)]
    """


@hookspec
def koschuso_formats() -> Iterable[Format]:  # type: ignore[empty-body]
    """Offer file formats to read, to write or both.

    A file to be read is recognised by its content. If reading or writing fails, the caller gets an error that names the
    plugin.

    Returns:
        `koschuso.interchange.format.Format` records.

    Examples:
        >>> from koschuso.plugin import Format, Reading, hookimpl
        >>> @hookimpl
        ... def koschuso_formats():
        ...     return [Format(name="muster:liste", title="Liste", suffixes=(".liste",),
        ...                    recognise=lambda data: data.startswith(b"#liste"), read=lambda data, options: Reading())]
    """


@hookspec
def koschuso_stores() -> Iterable[StoreBackend]:  # type: ignore[empty-body]
    """Offer places to keep the data: a URL scheme and what opens it.

    If the plugin fails or is missing, its scheme is unknown; the error lists the known schemes and the plugins that
    were left out.

    Returns:
        `koschuso.store.driver.StoreBackend` records.

    Examples:
        >>> from koschuso.plugin import Capability, StoreBackend, hookimpl
        >>> def opened(url):
        ...     from koschuso.store.memory import MemoryDriver  # a driver is imported when a store is opened
        ...     return MemoryDriver()
        >>> @hookimpl
        ... def koschuso_stores():
        ...     return [StoreBackend(name="muster:kurz", schemes=("kurz",), open=opened,
        ...                          capabilities={Capability.HISTORY, Capability.PURGE, Capability.VERIFY})]
    """


@hookspec
def koschuso_data_holders() -> Iterable[DataHolder]:  # type: ignore[empty-body]
    """Offer access to and erasure of personal data that the plugin keeps outside the store.

    Required of every plugin that keeps such data (Art. 15 and 17 DSGVO). All holders are asked; if one fails, the
    outcome is incomplete and says so.

    Returns:
        `koschuso.privacy.DataHolder` records.

    Examples:
        >>> from koschuso.plugin import DataHolder, hookimpl
        >>> letters = {"p-1": ["Einladung vom 02.09.2025"]}
        >>> @hookimpl
        ... def koschuso_data_holders():
        ...     return [DataHolder(name="muster:serienbriefe", access=lambda person: letters.get(person, []),
        ...                        erase=lambda person: len(letters.pop(person, [])))]
    """


@attrs.frozen(kw_only=True)
class Hook:
    """What the registry has to know about a hook.

    Attributes:
        name: Name of the hook.
        offers: Name of the mapping on the registry.
        module: Module of the record type, imported only when the hook is used.
        type_name: Name of the record type in that module.
        label: German plural for messages.
        stability: How far a plugin may rely on the hook and on the record type.
    """

    name: str
    offers: str
    module: str
    type_name: str
    label: str
    stability: Stability = Stability.STABLE

    def record_type(self) -> type:
        """Import and return the type that the hook's records must have."""
        found: type = getattr(import_module(self.module), self.type_name)
        return found


def _hooks() -> Mapping[str, Hook]:
    hooks = (
        Hook(name="koschuso_fields", offers="fields", module="koschuso.model", type_name="ExtraField", label="Felder"),
        Hook(
            name="koschuso_catalogues",
            offers="catalogues",
            module="koschuso.model",
            type_name="Catalogue",
            label="Kataloge",
        ),
        Hook(name="koschuso_rules", offers="rules", module="koschuso.rules", type_name="Rule", label="Regeln"),
        Hook(
            name="koschuso_reports",
            offers="reports",
            module="koschuso.reporting.report",
            type_name="Report",
            label="Berichte",
            stability=Stability.PROVISIONAL,
        ),
        Hook(
            name="koschuso_renderers",
            offers="renderers",
            module="koschuso.reporting.report",
            type_name="Renderer",
            label="Ausgabeformen",
            stability=Stability.PROVISIONAL,
        ),
        Hook(
            name="koschuso_formats",
            offers="formats",
            module="koschuso.interchange.format",
            type_name="Format",
            label="Dateiformate",
            stability=Stability.PROVISIONAL,
        ),
        Hook(
            name="koschuso_stores",
            offers="stores",
            module="koschuso.store.driver",
            type_name="StoreBackend",
            label="Speicher",
            stability=Stability.PROVISIONAL,
        ),
        Hook(
            name="koschuso_data_holders",
            offers="data_holders",
            module="koschuso.privacy",
            type_name="DataHolder",
            label="Auskunft und Löschung",
        ),
    )
    return MappingProxyType({hook.name: hook for hook in hooks})


HOOKS: Final = _hooks()
"""The hooks by name."""
