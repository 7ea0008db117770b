"""The registry: loads an office's plugins one by one, and keeps each one's failure to itself.

Every `Office` has a registry of its own; nothing is global. A plugin is imported only when the office has enabled it,
and asked for its offers only when somebody wants that sort of offer. Whatever goes wrong becomes a `Failure`; what the
other plugins and koschuso itself offer stays as it is, and no stored value is lost.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import attrs
import pluggy

from koschuso import __version__
from koschuso.errors import KoschusoError, PluginFailed, WrongUse
from koschuso.guard import describe, guarded, guarded_items
from koschuso.plugin import hookspecs
from koschuso.plugin.claims import merge_catalogues, settle_claims
from koschuso.plugin.discovery import PLUGIN_NAME, Installed, installed_plugins, unmet_requirement
from koschuso.plugin.failure import Failure, Origin, PluginInfo, PluginState, Stage
from koschuso.plugin.hookspecs import ENTRY_POINT_GROUP, HOOKS, Hook

if TYPE_CHECKING:
    from importlib.metadata import Distribution

    from koschuso.interchange.format import Format
    from koschuso.model import Catalogue, ExtraField, Record
    from koschuso.privacy import DataHolder
    from koschuso.reporting.report import Renderer, Report
    from koschuso.rules import Rule
    from koschuso.store.driver import StoreBackend

__all__ = ["BUILTIN", "Offers", "Registry"]

T = TypeVar("T")

BUILTIN = "koschuso"
"""Name under which koschuso's own offers stand; no plugin can have it."""


class Offers(Mapping[str, T], Generic[T]):
    """What all plugins offer of one sort, by name, with where each comes from.

    koschuso's own come first, then the plugins' in alphabetical order.
    """

    __slots__ = ("_left_out", "_origins", "_records", "label")

    def __init__(self, label: str, records: Mapping[str, T], origins: Mapping[str, Origin], left_out: str) -> None:
        self.label = label
        self._records = MappingProxyType(dict(records))
        self._origins = MappingProxyType(dict(origins))
        self._left_out = left_out

    def __getitem__(self, name: str) -> T:
        return self._records[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        return f"<{self.label}: {', '.join(self._records) or 'keine'}>"

    def origin(self, name: str) -> Origin:
        """Tell which plugin an offer comes from.

        Raises:
            KeyError: There is no such offer.
        """
        return self._origins[name]

    def require(self, name: str) -> T:
        """Return an offer by its name; koschuso's own and unmistakable ones also without what stands before ``:``.

        Raises:
            WrongUse: There is no such offer; the message lists those there are and the plugins that were left out.
        """
        for candidate in (name, f"{BUILTIN}:{name}"):
            if candidate in self._records:
                return self._records[candidate]
        short = [full for full in self._records if full.partition(":")[2] == name]
        if len(short) == 1:
            return self._records[short[0]]
        known = ", ".join(self._records) or "keine"
        raise WrongUse(f"{self.label}: „{name}“ gibt es nicht. Vorhanden sind: {known}.{self._left_out}")


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
    ) -> Registry:
        """Load koschuso's own offers and the enabled plugins.

        Never raises for what a plugin does: see `failures`.

        Args:
            enabled: Entry-point names of the plugins that the office has switched on. Others are not imported.
            given: Plugins that are not installed but handed over as modules or objects, by name; they count as enabled.
            distributions: Where to look for installed plugins; by default everything on ``sys.path``.
            version: Version that requirements are checked against.
        """
        from koschuso.plugin import builtin  # noqa: PLC0415 - what it offers is imported when it is asked for

        registry = cls()
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

        if field == "topics":
            return "thema"
        paths = VOCABULARIES.get(kind, {})
        return next((name for path, name in paths.items() if path.partition(".")[0] == field), "")

    def labelled_extras(self, record: Record) -> tuple[tuple[str, str], ...]:
        """Give the values of plugins' fields for people: labels where the field is declared, raw where it is not."""
        shown = []
        for name, value in record.extras.items():
            field = self.fields.get(name)
            if field is None:
                shown.append((name, str(value)))
            elif field.catalogue in self.catalogues:
                shown.append((field.label, self.catalogues[field.catalogue].label(str(value))))
            else:
                shown.append(
                    (
                        field.label,
                        {True: "ja", False: "nein"}.get(value, str(value)) if isinstance(value, bool) else str(value),
                    )
                )
        return tuple(shown)

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
            koschuso.errors.PluginFailed: Das Plugin „muster“ ist bei „muster:bericht“ gescheitert (ZeroDivisionError). Ihre Daten sind unverändert; bitte wenden Sie sich an die Stelle, die das Plugin pflegt.
        """
        try:
            yield
        except (KoschusoError, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            plugin = name.partition(":")[0]
            # The text of the error may hold personal data of the record at hand (DS-20).
            raise PluginFailed(
                f"Das Plugin „{plugin}“ ist bei „{name}“ gescheitert ({describe(error, with_text=False)}). "
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
                cause = f"Das Plugin „{name}“ ist eingeschaltet, aber nicht installiert. Bitte installieren Sie es, oder nehmen Sie es aus koschuso.toml heraus."
                self._fail(wanted.failure(Stage.INSTALLATION, cause))
            return
        if len(candidates) > 1:
            names = " und ".join(entry.distribution for entry in candidates)
            cause = f"Den Namen „{name}“ beanspruchen mehrere Distributionen: {names}. Keine wurde geladen; bitte deinstallieren Sie alle bis auf eine."
            for entry in candidates:
                self._fail(entry.failure(Stage.CLASH, cause))
            return
        entry = candidates[0]
        if self._nameable(entry) and self._fits(entry, version):
            loaded = guarded(entry.entry_point.load)
            if loaded.error is not None:
                cause = f"Das Plugin lässt sich nicht laden: {describe(loaded.error)}."
                self._fail(entry.failure(Stage.IMPORT, cause, loaded.error))
                return
            origin = Origin(plugin=name, distribution=entry.distribution, version=entry.version)
            self._register(origin, loaded.value)

    def _nameable(self, entry: Installed) -> bool:
        if entry.name == BUILTIN or not PLUGIN_NAME.fullmatch(entry.name):
            cause = f"„{entry.name}“ ist kein Name für ein Plugin: Kleinbuchstaben, Ziffern und Bindestriche, und nicht „{BUILTIN}“."
        elif entry.name in self._loaded:
            cause = f"Ein Plugin mit dem Namen „{entry.name}“ ist schon geladen."
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
        outcome = guarded(lambda: _implementations(plugin, origin.plugin))
        if outcome.value is None:
            error = outcome.error
            cause = (
                str(error)
                if isinstance(error, _Rejected)
                else f"Das Plugin lässt sich nicht anmelden: {describe(error or _Rejected())}."
            )
            self._fail(_failure(origin, Stage.REGISTER, cause, error))
            return
        self._loaded[origin.plugin] = _Loaded(origin=origin, implementations=outcome.value)

    def _fail(self, failure: Failure) -> None:
        self._failures.append(failure)

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
            _check_records(given.value or (), hook, plugin.origin.plugin)
            return given.value or ()

        outcome = guarded(ask)
        if outcome.error is not None:
            error = outcome.error
            cause = (
                str(error)
                if isinstance(error, _Rejected)
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


class _Rejected(Exception):
    """A plugin broke a rule of the registry."""


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


def _implementations(plugin: object, name: str) -> Mapping[str, Callable[[], Iterable[Any]]]:
    """Find the functions that implement hooks, with a pluggy manager for this plugin alone.

    Raises:
        _Rejected: A hook is misspelt, unmarked or wrapped, or there is none.
        PluginValidationError: A hook wants arguments.
    """
    # pluggy passes by what has no marker; a forgotten marker would look like a plugin that offers nothing.
    for hook in HOOKS:
        function = getattr(plugin, hook, None)
        if callable(function) and not hasattr(function, f"{ENTRY_POINT_GROUP}_impl"):
            raise _Rejected(f"Vor der Funktion {hook} fehlt @hookimpl. Bitte ergänzen Sie die Markierung.")
    manager = pluggy.PluginManager(ENTRY_POINT_GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(plugin, name=name)
    found: dict[str, Callable[[], Iterable[Any]]] = {}
    for caller in manager.get_hookcallers(plugin) or ():
        for implementation in caller.get_hookimpls():
            if not caller.has_spec():
                # A hook of a later version may be marked as optional; anything else is a slip.
                if implementation.optionalhook:
                    continue
                near = difflib.get_close_matches(caller.name, HOOKS, n=1)
                hint = f" Gemeint ist vielleicht {near[0]}." if near else f" Es gibt {', '.join(HOOKS)}."
                raise _Rejected(f"Einen Hook {caller.name} gibt es nicht.{hint}")
            if implementation.wrapper or implementation.hookwrapper:
                raise _Rejected(f"{caller.name} ist als Hülle (wrapper) angemeldet; das gibt es bei koschuso nicht.")
            found[caller.name] = cast("Callable[[], Iterable[Any]]", implementation.function)
    if not found:
        raise _Rejected("Das Plugin implementiert keinen Hook. Bitte markieren Sie seine Funktionen mit @hookimpl.")
    return MappingProxyType(found)


def _check_records(records: Iterable[Any], hook: Hook, plugin: str) -> None:
    """Check type and name of everything that a hook returned.

    Raises:
        _Rejected: A record has the wrong type or name, or two have the same.
    """
    record_type: Any = hook.record_type()
    # The shared vocabularies have plain names; they belong to everybody.
    free = plugin == BUILTIN and hook.offers == "catalogues"
    seen: set[str] = set()
    for number, record in enumerate(records, start=1):
        if not isinstance(record, record_type):
            raise _Rejected(
                f"{hook.name} gibt an Stelle {number} ein Objekt der Art {type(record).__name__} statt {record_type.__name__}."
            )
        name = record.name
        if not isinstance(name, str) or not (free or (name.startswith(f"{plugin}:") and len(name) > len(plugin) + 1)):
            raise _Rejected(f"Der Name „{name}“ aus {hook.name} beginnt nicht mit „{plugin}:“.")
        if name in seen:
            raise _Rejected(f"{hook.name} gibt den Namen „{name}“ zweimal an.")
        seen.add(name)
