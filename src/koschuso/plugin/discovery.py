"""Which plugins are installed, told from package metadata alone: nothing of a plugin is imported here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.guard import describe, guarded
from koschuso.plugin.failure import Failure, Stage
from koschuso.plugin.hookspecs import ENTRY_POINT_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import Distribution

__all__ = ["PLUGIN_NAME", "Installed", "installed_plugins", "unmet_requirement"]

PLUGIN_NAME = re.compile(r"[a-z][a-z0-9-]*")
"""What an entry-point name looks like; it is the prefix of everything that the plugin offers."""

_SEPARATORS = re.compile(r"[-_.]+")


@attrs.frozen(kw_only=True)
class Installed:
    """An entry point of an installed distribution.

    Attributes:
        name: Entry-point name.
        distribution: Name of the distribution.
        version: Its version.
        requires: What it declares to need, one requirement each.
        entry_point: Imports the plugin when it is loaded; ``None`` where the metadata cannot be read.
        problem: Why the metadata cannot be read, empty where they can.
    """

    name: str
    distribution: str
    version: str
    requires: tuple[str, ...] = ()
    entry_point: Any = None
    problem: str = ""

    @property
    def requirement(self) -> str:
        """The declared requirements on koschuso itself, as they are written."""
        return ", ".join(str(requirement) for requirement in _own_requirements(self.requires))

    def failure(self, stage: Stage, cause: str, exception: BaseException | None = None) -> Failure:
        """Make a failure of this plugin."""
        return Failure(
            plugin=self.name,
            distribution=self.distribution,
            version=self.version,
            stage=stage,
            cause=cause,
            exception=exception,
        )


def installed_plugins(distributions: Iterable[Distribution] | None = None) -> tuple[Installed, ...]:
    """List the entry points of all installed distributions in the group ``koschuso``.

    A distribution whose metadata are damaged is listed with its problem and does not hide the others.

    Args:
        distributions: Where to look; by default everything on ``sys.path``.
    """
    if distributions is None:
        from importlib import metadata  # noqa: PLC0415 - only an office with plugins looks for them

        distributions = metadata.distributions()
    found: list[Installed] = []
    seen: set[str] = set()
    for distribution in distributions:
        text = guarded(lambda distribution=distribution: distribution.read_text("entry_points.txt")).value  # type: ignore[misc]
        if not text or ENTRY_POINT_GROUP not in text:
            continue
        name = _name_of(distribution)
        canonical = _SEPARATORS.sub("-", name).lower()
        # The first on the path is the one that Python imports.
        if canonical not in seen:
            seen.add(canonical)
            found.extend(_entries(distribution, name))
    return tuple(sorted(found, key=lambda entry: (entry.name, entry.distribution)))


def _entries(distribution: Distribution, name: str) -> list[Installed]:
    version = guarded(lambda: str(distribution.version)).value or ""
    points = guarded(lambda: tuple(distribution.entry_points.select(group=ENTRY_POINT_GROUP)))
    requires = guarded(lambda: tuple(distribution.requires or ()))
    error = points.error or requires.error
    if error is not None:
        problem = f"Die Angaben der Distribution {name} sind nicht lesbar ({describe(error)}). Bitte installieren Sie sie neu."
        # Without readable entry points the distribution's own name is all there is to call it by.
        names = [point.name for point in points.value or ()] or [name]
        return [Installed(name=entry, distribution=name, version=version, problem=problem) for entry in names]
    return [
        Installed(name=point.name, distribution=name, version=version, requires=requires.value or (), entry_point=point)
        for point in points.value or ()
    ]


def _name_of(distribution: Distribution) -> str:
    name = guarded(lambda: distribution.metadata["Name"]).value
    return str(name) if name else "(ohne Namen)"


def _own_requirements(requires: Iterable[str]) -> list[Any]:
    """Return those requirements that are about koschuso itself and hold without an extra.

    Raises:
        InvalidRequirement: A requirement cannot be understood.
    """
    from packaging.requirements import Requirement  # noqa: PLC0415 - as above
    from packaging.utils import canonicalize_name  # noqa: PLC0415 - as above

    own = []
    for text in requires:
        # Others' requirements are others' business, even where they cannot be understood.
        if not text.lower().lstrip().startswith("koschuso"):
            continue
        requirement = Requirement(text)
        if canonicalize_name(requirement.name) == "koschuso" and (
            requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        ):
            own.append(requirement)
    return own


def unmet_requirement(requires: Iterable[str], version: str) -> str:
    """Tell which declared requirement on koschuso this version does not meet.

    Args:
        requires: The declared requirements of a distribution.
        version: Version of koschuso.

    Returns:
        The requirement, or the empty string when all are met or none is declared.

    Raises:
        InvalidRequirement: A requirement cannot be understood.

    >>> unmet_requirement(["koschuso>=2", "attrs"], "1.4.0")
    'koschuso>=2'
    """
    for requirement in _own_requirements(requires):
        if not requirement.specifier.contains(version, prereleases=True):
            return str(requirement)
    return ""
