"""What the metadata of a distribution tell: the requirement range and the names (R1, R2, N1, N2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koschuso import __version__
from koschuso.guard import describe, guarded
from koschuso.plugin.checks.clause import Shortfall
from koschuso.plugin.discovery import PLUGIN_NAME, unmet_requirement
from koschuso.plugin.inspection import BUILTIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from koschuso.plugin.checks.subject import Subject

__all__ = ["check_metadata", "metadata_skipped"]

_FAR_FUTURE = ("999999.0", "999999.999999.999999")
_FAR_PAST = "0.0.0"


def metadata_skipped(subject: Subject) -> dict[str, str]:
    """Tell which clauses about a distribution cannot be applied."""
    if subject.requires is None:
        reason = "Das Plugin ist nicht installiert, und keine pyproject.toml nennt es."
        return dict.fromkeys(("R1", "R2", "N2"), reason)
    return {}


def check_metadata(subject: Subject) -> Iterator[Shortfall]:
    """Check what can be told without looking into the plugin."""
    if not PLUGIN_NAME.fullmatch(subject.name) or subject.name == BUILTIN:
        yield Shortfall(
            clause="N1",
            message=f"»{subject.name}« ist kein Name für ein Plugin: Kleinbuchstaben, Ziffern und Bindestriche, am Anfang "
            f"ein Buchstabe, und nicht »{BUILTIN}«. Bitte ändern Sie den Einsprungpunkt (entry point).",
        )
    if subject.problem:
        yield Shortfall(clause="H1", message=subject.problem)
    if subject.requires is not None:
        yield from _requirement(subject.requires)
        yield from _house_names(subject)


def _requirement(requires: tuple[str, ...]) -> Iterator[Shortfall]:
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - only for checking
    from packaging.utils import canonicalize_name  # noqa: PLC0415 - as above

    own = []
    for text in requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            if text.lower().lstrip().startswith("koschuso"):
                yield Shortfall(clause="R1", message=f"Der Bedarf »{text}« ist nicht zu verstehen: {error}.")
                return
            continue
        optional = requirement.marker is not None and "extra" in str(requirement.marker)
        if canonicalize_name(requirement.name) == BUILTIN and not optional:
            own.append(requirement)
    example = f"{BUILTIN}>={_minor(__version__)},<{_next_minor(__version__)}"
    if not own:
        yield Shortfall(
            clause="R1",
            message=f"Das Plugin nennt koschuso nicht unter seinen Abhängigkeiten, zum Beispiel »{example}«.",
        )
        return
    written = ", ".join(map(str, own))
    if any(requirement.url for requirement in own) or all(
        requirement.specifier.contains(version, prereleases=True) for requirement in own for version in _FAR_FUTURE
    ):
        yield Shortfall(
            clause="R1",
            message=f"Der Bedarf »{written}« hat keine obere Grenze: Eine spätere Version von koschuso könnte das Plugin "
            f"brechen. Bitte schreiben Sie zum Beispiel »{example}«.",
        )
    if all(requirement.specifier.contains(_FAR_PAST, prereleases=True) for requirement in own):
        yield Shortfall(
            clause="R1",
            message=f"Der Bedarf »{written}« hat keine untere Grenze. Bitte schreiben Sie zum Beispiel »{example}«.",
        )
    unmet = guarded(lambda: unmet_requirement(requires, __version__))
    if unmet.error is not None or unmet.value:
        cause = describe(unmet.error) if unmet.error is not None else f"vorhanden ist koschuso {__version__}"
        yield Shortfall(clause="R2", message=f"Der Bedarf »{unmet.value or written}« ist nicht erfüllt: {cause}.")


def _house_names(subject: Subject) -> Iterator[Shortfall]:
    plain = subject.distribution.lower().replace("_", "-").replace(".", "-")
    if not plain.startswith("koschuso-"):
        yield Shortfall(
            clause="N2",
            message=f"Das Paket heißt »{subject.distribution}«; unter »koschuso-{subject.name}« finden es andere Büros leichter.",
        )
    top = subject.module.partition(".")[0]
    if top and not top.startswith("koschuso_"):
        yield Shortfall(
            clause="N2",
            message=f"Das Modul heißt »{top}«; »koschuso_{subject.name.replace('-', '_')}« kann keinem anderen Paket in die Quere kommen.",
        )


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _next_minor(version: str) -> str:
    major, minor, *_rest = version.split(".")
    return f"{major}.{int(minor) + 1}"
