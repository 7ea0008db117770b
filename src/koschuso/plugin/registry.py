"""The registry: loads an office's plugins one by one, and keeps each one's failure to itself.

Every `Office` has a registry of its own; nothing is global. A plugin is imported only when the office has enabled it,
and asked for its offers only when somebody wants that sort of offer. Whatever goes wrong becomes a `Failure`; what the
other plugins and koschuso itself offer stays as it is, and no stored value is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from koschuso import __version__
from koschuso.errors import KoschusoError, PluginFailed
from koschuso.guard import describe, guarded, guarded_items
from koschuso.model import DeclaredFields
from koschuso.plugin.at_work import at_work
from koschuso.plugin.claims import merge_catalogues, settle_claims
from koschuso.plugin.discovery import PLUGIN_NAME, Installed, installed_plugins, unmet_requirement
from koschuso.plugin.failure import Failure, Origin, PluginInfo, PluginState, Stage
from koschuso.plugin.hookspecs import HOOKS, Hook
from koschuso.plugin.inspection import BUILTIN, Rejected, check_records, implementations
from koschuso.plugin.offers import Offers
from koschuso.stability import Stability, warn_provisional

if TYPE_CHECKING:
    from importlib.metadata import Distribution

    from koschuso.guard import Outcome
    from koschuso.interchange.format import Format
    from koschuso.model import Catalogue, ExtraField
    from koschuso.privacy import DataHolder
    from koschuso.reporting.report import Renderer, Report
    from koschuso.rules import Rule
    from koschuso.store.driver import StoreBackend

__all__ = ["BUILTIN", "Offers", "Registry"]

T = TypeVar("T")

# What is an enumeration in the model has its labels in a catalogue all the same.
_STATES = {
    ("person", "status"): "personenstatus",
    ("person", "publication"): "veroeffentlichung",
    ("event", "status"): "veranstaltungsstatus",
    ("event", "visibility"): "sichtbarkeit",
    ("participation", "status"): "teilnahmestatus",
    ("task", "status"): "aufgabenstatus",
}


@attrs.frozen(kw_only=True)
class _Loaded:
    """A plugin that came through loading: where it is from, and the functions that implement its hooks."""

    origin: Origin
    implementations: Mapping[str, Callable[[], Iterable[Any]]]


class Registry:
    """The plugins of one office and what they offer.

    Examples:
        >>> registry = Registry.load()
        >>> registry.catalogues["schulform"].label("grundschule")
        'Grundschule'
        >>> registry.catalogues.origin("schulform").plugin
        'koschuso'
    """

    def __init__(self) -> None:
        """Make an empty registry; use `load`."""
        self._loaded: dict[str, _Loaded] = {}
        self._failures: list[Failure] = []
        self._told: Callable[[str, Stage, str], None] = lambda _plugin, _stage, _hook: None
        self._offers: dict[str, Offers[Any]] = {}
        self._names: dict[str, list[str]] = {}
        self._enabled: tuple[str, ...] = ()
        self._distributions: tuple[Distribution, ...] | None = None
        self._installed: tuple[Installed, ...] | None = None

    @classmethod
    def load(
        cls,
        enabled: Iterable[str] = (),
        *,
        given: Mapping[str, object] = MappingProxyType({}),
        distributions: Iterable[Distribution] | None = None,
        version: str = __version__,
        told: Callable[[str, Stage, str], None] = lambda _plugin, _stage, _hook: None,
    ) -> Registry:
        """Load koschuso's own offers and the enabled plugins.

        Never raises for what a plugin does: see `failures`.

        Args:
            enabled: Entry-point names of the plugins that the office has switched on. Others are not imported.
            given: Plugins that are not installed but handed over as modules or objects, by name; they count as enabled.
            distributions: Where to look for installed plugins; by default everything on ``sys.path``.
            version: Version that requirements are checked against.
            told: Called with plugin, stage and hook before code of the plugin runs.
        """
        from koschuso.plugin import builtin  # noqa: PLC0415 - what it offers is imported when it is asked for

        registry = cls()
        registry._told = told
        registry._enabled = tuple(dict.fromkeys(enabled))
        registry._distributions = None if distributions is None else tuple(distributions)
        registry._register(Origin(plugin=BUILTIN, distribution=BUILTIN, version=__version__), builtin)
        for name, plugin in sorted(given.items()):
            if registry._nameable(Installed(name=name, distribution="", version="")):
                registry._register(Origin(plugin=name), plugin)
        for name in sorted(registry._enabled):
            registry._load_installed(name, version)
        return registry

    # -- what plugins offer ------------------------------------------------------------------------------------------

    @property
    def fields(self) -> Offers[ExtraField]:
        """Fields that plugins add to records."""
        return self._offered(HOOKS["koschuso_fields"])

    @property
    def catalogues(self) -> Offers[Catalogue]:
        """Vocabularies, the shared ones together with the entries that plugins add."""
        return self._offered(HOOKS["koschuso_catalogues"])

    @property
    def rules(self) -> Offers[Rule]:
        """Checks over the data."""
        return self._offered(HOOKS["koschuso_rules"])

    @property
    def reports(self) -> Offers[Report]:
        """Reports."""
        return self._offered(HOOKS["koschuso_reports"])

    @property
    def renderers(self) -> Offers[Renderer]:
        """Ways to turn a document into a file; each ending belongs to one."""
        return self._offered(HOOKS["koschuso_renderers"])

    @property
    def formats(self) -> Offers[Format]:
        """File formats; each ending that is written belongs to one."""
        return self._offered(HOOKS["koschuso_formats"])

    @property
    def stores(self) -> Offers[StoreBackend]:
        """Places to keep the data; each URL scheme belongs to one."""
        return self._offered(HOOKS["koschuso_stores"])

    @property
    def data_holders(self) -> Offers[DataHolder]:
        """Access to and erasure of what plugins keep outside the store."""
        return self._offered(HOOKS["koschuso_data_holders"])

    def report(self, name: str) -> Report:
        """Return a report by its name.

        Raises:
            WrongUse: There is no such report.
        """
        return self.reports.require(name)

    def catalogue_of(self, kind: str, field: str) -> str:
        """Name the catalogue that the keys in a field are from, the first one for a field with parts; else empty.

        >>> Registry.load().catalogue_of("event", "type")
        'veranstaltungsart'
        """
        from koschuso.rules.structure import VOCABULARIES  # noqa: PLC0415 - only needed to show records

        if (state := _STATES.get((kind, field))) is not None:
            return state
        if field == "topics":
            return "thema"
        paths = VOCABULARIES.get(kind, {})
        return next((name for path, name in paths.items() if path.partition(".")[0] == field), "")

    @cached_property
    def declared(self) -> DeclaredFields:
        """The fields with their catalogues: what values of them mean, and whether new ones fit."""
        return DeclaredFields(self.fields.values(), self.catalogues)

    # -- what became of the plugins ----------------------------------------------------------------------------------

    @property
    def failures_so_far(self) -> tuple[Failure, ...]:
        """What has gone wrong up to now: sorts of offers that nobody asked for have not been tried yet."""
        return tuple(self._failures)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Everything that goes wrong, after every hook has been tried; slower than `failures_so_far`."""
        for hook in HOOKS.values():
            self._offered(hook)
        return tuple(self._failures)

    @property
    def plugins(self) -> tuple[PluginInfo, ...]:
        """What is installed, enabled, left out and why: koschuso itself first, then by name."""
        failures = self.failures
        found = {
            BUILTIN: [Installed(name=BUILTIN, distribution=BUILTIN, version=__version__)],
            **{name: [Installed(name=name, distribution="", version="")] for name in self._loaded if name != BUILTIN},
            **{name: [Installed(name=name, distribution="", version="")] for name in self._enabled},
        }
        found |= self._by_name()
        infos: list[PluginInfo] = []
        for name in sorted(found, key=lambda name: (name != BUILTIN, name)):
            own = tuple(failure for failure in failures if failure.plugin == name)
            infos.extend(self._info(entry, own) for entry in found[name])
        return tuple(infos)

    @contextmanager
    def using(self, name: str) -> Iterator[None]:
        """Run code of an offer so that its failure names the plugin.

        Errors of koschuso itself pass unchanged: a plugin may raise `Refused` for bad input as koschuso does.

        Args:
            name: Name of the offer, for example ``"soest:sozialraum"``.

        Raises:
            PluginFailed: The code raised anything else.

        Examples:
            >>> with Registry.load().using("muster:bericht"):
            ...     1 // 0
            Traceback (most recent call last):
            koschuso.errors.PluginFailed: Das Plugin »muster« ist bei »muster:bericht« gescheitert (ZeroDivisionError). Ihre Daten sind unverändert; bitte wenden Sie sich an die Stelle, die das Plugin pflegt.
        """
        try:
            yield
        except (KoschusoError, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            plugin = name.partition(":")[0]
            # The text of the error may hold personal data of the record at hand (DS-20).
            raise PluginFailed(
                f"Das Plugin »{plugin}« ist bei »{name}« gescheitert ({describe(error, with_text=False)}). "
                "Ihre Daten sind unverändert; bitte wenden Sie sich an die Stelle, die das Plugin pflegt.",
                plugin=plugin,
                stage="use",
            ) from error

    # -- loading -----------------------------------------------------------------------------------------------------

    def _by_name(self) -> Mapping[str, list[Installed]]:
        if self._installed is None:
            self._installed = installed_plugins(self._distributions)
        by_name: dict[str, list[Installed]] = {}
        for entry in self._installed:
            by_name.setdefault(entry.name, []).append(entry)
        return by_name

    def _load_installed(self, name: str, version: str) -> None:
        candidates = self._by_name().get(name, [])
        if not candidates:
            wanted = Installed(name=name, distribution="", version="")
            if self._nameable(wanted):
                cause = f"Das Plugin »{name}« ist eingeschaltet, aber nicht installiert. Bitte installieren Sie es, oder schalten Sie es aus: koschuso plugins {name} --aus"
                self._fail(wanted.failure(Stage.INSTALLATION, cause))
            return
        if len(candidates) > 1:
            names = " und ".join(entry.distribution for entry in candidates)
            cause = f"Den Namen »{name}« beanspruchen mehrere Distributionen: {names}. Keine wurde geladen; bitte deinstallieren Sie alle bis auf eine."
            for entry in candidates:
                self._fail(entry.failure(Stage.CLASH, cause))
            return
        entry = candidates[0]
        if self._nameable(entry) and self._fits(entry, version):
            loaded = self._at_work(name, Stage.IMPORT, entry.entry_point.load)
            if loaded.error is not None:
                cause = f"Das Plugin lässt sich nicht laden: {describe(loaded.error)}."
                self._fail(entry.failure(Stage.IMPORT, cause, loaded.error))
                return
            origin = Origin(plugin=name, distribution=entry.distribution, version=entry.version)
            self._register(origin, loaded.value)

    def _nameable(self, entry: Installed) -> bool:
        if entry.name == BUILTIN or not PLUGIN_NAME.fullmatch(entry.name):
            cause = f"»{entry.name}« ist kein Name für ein Plugin: Kleinbuchstaben, Ziffern und Bindestriche, und nicht »{BUILTIN}«."
        elif entry.name in self._loaded:
            cause = f"Ein Plugin mit dem Namen »{entry.name}« ist schon geladen."
        elif entry.problem:
            cause = entry.problem
        else:
            return True
        self._fail(entry.failure(Stage.INSTALLATION, cause))
        return False

    def _fits(self, entry: Installed, version: str) -> bool:
        unmet = guarded(lambda: unmet_requirement(entry.requires, version))
        if unmet.error is not None:
            cause = f"Die Distribution gibt ihren Bedarf an koschuso unverständlich an: {describe(unmet.error)}."
        elif unmet.value:
            cause = f"Das Plugin braucht {unmet.value}, vorhanden ist koschuso {version}. Bitte aktualisieren Sie das Plugin oder koschuso."
        else:
            return True
        self._fail(entry.failure(Stage.REQUIREMENT, cause, unmet.error))
        return False

    def _register(self, origin: Origin, plugin: object) -> None:
        outcome = self._at_work(origin.plugin, Stage.REGISTER, lambda: implementations(plugin, origin.plugin))
        if outcome.value is None:
            error = outcome.error
            cause = (
                str(error)
                if isinstance(error, Rejected)
                else f"Das Plugin lässt sich nicht anmelden: {describe(error or Rejected())}."
            )
            self._fail(_failure(origin, Stage.REGISTER, cause, error))
            return
        if origin.plugin != BUILTIN:
            # Whoever turns warnings into errors wants to be stopped, but not the office.
            told = guarded(lambda: _warn_of_provisional(outcome.value or {}))
            if told.error is not None:
                self._fail(_failure(origin, Stage.REGISTER, describe(told.error), told.error))
                return
        self._loaded[origin.plugin] = _Loaded(origin=origin, implementations=outcome.value)

    def _fail(self, failure: Failure) -> None:
        self._failures.append(failure)

    def _at_work(self, plugin: str, stage: Stage, call: Callable[[], T], hook: str = "") -> Outcome[T]:
        if plugin != BUILTIN:
            self._told(plugin, stage, hook)
        return at_work(plugin, stage, call)

    # -- asking ------------------------------------------------------------------------------------------------------

    def _offered(self, hook: Hook) -> Offers[Any]:
        found = self._offers.get(hook.name)
        if found is None:
            found = self._offers[hook.name] = self._ask_all(hook)
        return found

    def _ask_all(self, hook: Hook) -> Offers[Any]:
        by_plugin: dict[str, tuple[Any, ...]] = {}
        # koschuso's own first: what it claims is taken.
        for name in sorted(self._loaded, key=lambda name: (name != BUILTIN, name)):
            if hook.name in self._loaded[name].implementations:
                by_plugin[name] = self._ask(self._loaded[name], hook)
        if hook.offers == "catalogues":
            settled, clashes = merge_catalogues(by_plugin)
        else:
            settled, clashes = settle_claims(hook.offers, by_plugin, BUILTIN)
        for plugin, cause in clashes:
            self._fail(_failure(self._loaded[plugin].origin, Stage.CLASH, cause, None, hook.name))
        records = {record.name: record for own in settled.values() for record in own}
        origins = {record.name: self._loaded[plugin].origin for plugin, own in settled.items() for record in own}
        added = {name for record in records.values() for name in getattr(record, "extensions", ())}
        for plugin, own in by_plugin.items():
            self._names.setdefault(plugin, []).extend(
                record.name
                for record in own
                if record.name in records or f"{record.name} {getattr(record, 'version', '')}" in added
            )
        left_out = sorted({failure.plugin for failure in self._failures})
        hint = (
            f" Weggelassen wurden Plugins: {', '.join(left_out)} (koschuso plugins nennt die Gründe)."
            if left_out
            else ""
        )
        return Offers(hook.label, records, origins, hint)

    def _ask(self, plugin: _Loaded, hook: Hook) -> tuple[Any, ...]:
        """Ask one plugin; a hook gives all of its records or none."""
        if plugin.origin.plugin == BUILTIN:
            # A mistake in koschuso itself is not to be left out quietly.
            return tuple(plugin.implementations[hook.name]())

        def ask() -> tuple[Any, ...]:
            given = guarded_items(plugin.implementations[hook.name])
            if given.error is not None:
                raise given.error
            check_records(given.value or (), hook, plugin.origin.plugin)
            return given.value or ()

        outcome = self._at_work(plugin.origin.plugin, Stage.CALL, ask, hook.name)
        if outcome.error is not None:
            error = outcome.error
            cause = (
                str(error)
                if isinstance(error, Rejected)
                else f"Die Abfrage {hook.name} ist gescheitert: {describe(error)}."
            )
            self._fail(_failure(plugin.origin, Stage.CALL, cause, error, hook.name))
        return outcome.value or ()

    def _info(self, entry: Installed, failures: tuple[Failure, ...]) -> PluginInfo:
        loaded = self._loaded.get(entry.name)
        if loaded is not None:
            state = PluginState.PARTIAL if failures else PluginState.ACTIVE
        else:
            state = PluginState.LEFT_OUT if failures else PluginState.DISABLED
        origin = loaded.origin if loaded else Origin(plugin=entry.name)
        return PluginInfo(
            name=entry.name,
            distribution=entry.distribution or origin.distribution,
            version=entry.version or origin.version,
            requirement=guarded(lambda: entry.requirement).value or "",
            enabled=loaded is not None or entry.name in self._enabled,
            state=state,
            hooks=tuple(sorted(loaded.implementations)) if loaded else (),
            offers=tuple(self._names.get(entry.name, ())) if loaded else (),
            causes=tuple(failure.cause for failure in failures),
        )


def _warn_of_provisional(implementations: Mapping[str, Callable[[], Iterable[Any]]]) -> None:
    for name, function in implementations.items():
        if HOOKS[name].stability is Stability.PROVISIONAL:
            warn_provisional(f"The hook {name}", function)


def _failure(origin: Origin, stage: Stage, cause: str, exception: BaseException | None, hook: str = "") -> Failure:
    return Failure(
        plugin=origin.plugin,
        distribution=origin.distribution,
        version=origin.version,
        stage=stage,
        cause=cause,
        hook=hook,
        exception=exception,
    )
