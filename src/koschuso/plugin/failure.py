"""What the registry tells about plugins: what is there, what was left out, at which stage and why."""

from __future__ import annotations

from enum import StrEnum

import attrs

__all__ = ["Failure", "Origin", "PluginInfo", "PluginState", "Stage"]


class Stage(StrEnum):
    """How far a plugin came."""

    INSTALLATION = "installation"
    REQUIREMENT = "requirement"
    IMPORT = "import"
    REGISTER = "register"
    CALL = "call"
    CLASH = "clash"

    @property
    def label(self) -> str:
        """German name for people."""
        return _STAGE_LABELS[self]


_STAGE_LABELS = {
    Stage.INSTALLATION: "Installation",
    Stage.REQUIREMENT: "Versionsprüfung",
    Stage.IMPORT: "Laden",
    Stage.REGISTER: "Anmeldung",
    Stage.CALL: "Abfrage der Angebote",
    Stage.CLASH: "Namensgleichheit",
}


class PluginState(StrEnum):
    """What has become of a plugin; the values are German because people read them."""

    ACTIVE = "aktiv"
    PARTIAL = "teilweise aktiv"
    LEFT_OUT = "weggelassen"
    DISABLED = "nicht eingeschaltet"


@attrs.frozen(kw_only=True)
class Origin:
    """Where an offer comes from.

    Attributes:
        plugin: Entry-point name; ``"koschuso"`` for what koschuso brings itself.
        distribution: Name of the installed distribution, empty for a plugin that was handed over as an object.
        version: Version of the distribution.
    """

    plugin: str
    distribution: str = ""
    version: str = ""


@attrs.frozen(kw_only=True)
class Failure:
    """Why a plugin, or a part of it, was left out. Data that belong to it are kept.

    Attributes:
        plugin: Entry-point name.
        distribution: Name of the distribution, empty where none is known.
        version: Version of the distribution.
        stage: How far it came.
        cause: One German sentence: what happened, and what to do.
        hook: Hook that failed, empty where the whole plugin is meant.
        exception: What was raised, where something was; for developers.
    """

    plugin: str
    stage: Stage
    cause: str
    distribution: str = ""
    version: str = ""
    hook: str = ""
    exception: BaseException | None = attrs.field(default=None, repr=False, eq=False)


@attrs.frozen(kw_only=True)
class PluginInfo:
    """One line of ``koschuso plugins``.

    Attributes:
        name: Entry-point name.
        distribution: Name of the distribution.
        version: Version of the distribution.
        requirement: What the distribution declares to need of koschuso, empty where it says nothing.
        enabled: Whether the office has switched it on.
        state: What has become of it.
        hooks: Names of the hooks that it implements; empty while it is not loaded.
        offers: Names of the records that it offers.
        causes: Why it, or a part of it, was left out: one German sentence each.
    """

    name: str
    distribution: str
    version: str
    requirement: str
    enabled: bool
    state: PluginState
    hooks: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
