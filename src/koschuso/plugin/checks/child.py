"""The part of a check that runs the plugin: in a process of its own, so that nothing it does can harm anybody.

    python -m koschuso.plugin.checks.child JOB RESULT

reads a JSON object with ``name``, ``module`` and ``attribute`` and writes one with ``shortfalls`` and ``measured``; how
far it came stands in RESULT with the ending ``.stage``.
"""

from __future__ import annotations

import json
import sys
import warnings
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from koschuso.guard import describe, guarded, guarded_items
from koschuso.plugin.checks.behaviour import check_behaviour
from koschuso.plugin.checks.clause import Shortfall
from koschuso.plugin.checks.offered import alike, check_data_duties, check_offers
from koschuso.plugin.checks.watching import ImportCost, Watch, changes_between, state
from koschuso.plugin.failure import Stage
from koschuso.plugin.hookspecs import HOOKS
from koschuso.plugin.inspection import implementations
from koschuso.plugin.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

__all__ = ["run_checks"]

MOST_FOREIGN = 40
MOST_MODULES = 250
SLOW, VERY_SLOW = 250.0, 2_000.0
"""Milliseconds: far more than a plugin needs, even on a busy machine."""

_CLAUSE_OF = {Stage.INSTALLATION: "N1", Stage.REQUIREMENT: "R2"}


def run_checks(
    name: str,
    plugin: object,
    *,
    declares: bool | None = None,
    kept: tuple[tuple[str, str], ...] = (),
    told: Callable[[str], None] = lambda _stage: None,
    unwatched: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Iterator[Shortfall]:
    """Ask a plugin for everything it offers, and check the answers.

    Args:
        name: Entry-point name.
        plugin: Module or object with the hooks.
        declares: What it says in ``KEEPS_PERSONAL_DATA``.
        kept: Places in its source that keep data elsewhere than in the store.
        told: Called with what is being done.
        unwatched: Given around what koschuso itself does in between: a renderer may write a temporary file.
    """
    own = Registry.load()
    for known in HOOKS.values():
        getattr(own, known.offers)
    before = state()
    told("Abfragen der Hooks")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        registry = Registry.load(given={name: plugin})
        offered, repeated = _ask(registry, name, plugin)
    changed = changes_between(before, state())
    for failure in registry.failures:
        clause = _CLAUSE_OF.get(failure.stage, "H1")
        yield Shortfall(
            clause="N1" if "beginnt nicht mit" in failure.cause else clause,
            message=failure.cause,
            place=failure.hook,
        )
    if changed:
        yield Shortfall(clause="H3", message=f"Das Abfragen verändert {_listed(changed)}.")
    for hook in repeated:
        yield Shortfall(
            clause="H2",
            place=hook,
            message="Die zweite Abfrage gibt etwas anderes als die erste. Bitte geben Sie stets dieselben Angebote, ohne "
            "Zähler, Uhrzeit und Zufall.",
        )
    told("Prüfen der Angebote")
    yield from check_offers(offered, registry)
    yield from check_data_duties(offered, declares=declares, kept=kept)
    told("Probelauf von Regeln und Berichten")
    yield from check_behaviour(offered, registry.catalogues, unwatched)


def _ask(registry: Registry, name: str, plugin: object) -> tuple[dict[str, tuple[Any, ...]], list[str]]:
    """Ask every hook three times: for the registry, and twice beside it to compare."""
    offered: dict[str, tuple[Any, ...]] = {}
    different = []
    registered = guarded(lambda: implementations(plugin, name)).value or {}
    for hook in HOOKS.values():
        implementation = registered.get(hook.name)
        # Between the two questions that are compared, so that what can be asked only once shows.
        first = guarded_items(implementation) if implementation is not None else None
        getattr(registry, hook.offers)
        if implementation is None or first is None or first.value is None:
            continue
        second = guarded_items(implementation)
        if second.value is None or not alike(first.value, second.value):
            different.append(hook.name)
        record_type: Any = hook.record_type()
        if all(isinstance(record, record_type) for record in first.value):
            refused = {failure.hook for failure in registry.failures_so_far if failure.stage is Stage.CALL}
            offered[hook.offers] = () if hook.name in refused else first.value
    return offered, different


def _import(module: str, attribute: str) -> object:
    found: Any = import_module(module)
    for part in attribute.split(".") if attribute else ():
        found = getattr(found, part)
    return found


def main(job_path: str, result_path: str) -> None:
    """Run one job."""
    job: Mapping[str, Any] = json.loads(Path(job_path).read_text(encoding="utf-8"))
    stage = Path(f"{result_path}.stage")

    def told(what: str) -> None:
        watch.stop()
        stage.write_text(what, encoding="utf-8")
        watch.start()

    @contextmanager
    def unwatched() -> Iterator[None]:
        watch.stop()
        try:
            yield
        finally:
            watch.start()

    sys.dont_write_bytecode = True
    _load_the_single_import()
    cost = ImportCost()
    watch = Watch(str(job["module"]).partition(".")[0])
    before = state()
    told("Laden")
    found: list[Shortfall] = []
    kept = tuple((str(place), str(what)) for place, what in job["kept"])
    try:
        with cost.measured():
            loaded = guarded(lambda: _import(job["module"], job["attribute"]))
        changed = changes_between(before, state())
        if changed:
            found.append(Shortfall(clause="H3", message=f"Das Laden verändert {_listed(changed)}."))
        if loaded.error is not None:
            cause = f"Das Plugin lässt sich nicht laden: {describe(loaded.error)}."
            found.append(Shortfall(clause="H1", message=cause, place=Stage.IMPORT.label))
        else:
            found.extend(
                run_checks(
                    job["name"], loaded.value, declares=job["declares"], kept=kept, told=told, unwatched=unwatched
                )
            )
    except KeyboardInterrupt:
        # Nobody sits in front of this process: it is the plugin's own, and would end the person's program.
        found.append(
            Shortfall(clause="H4", message="Das Plugin bricht das Programm ab wie mit Strg+C (KeyboardInterrupt).")
        )
    watch.stop()
    found.extend(_of_watch(watch))
    package = str(job["module"]).partition(".")[0]
    found.extend(_of_cost(cost, package))
    measured = {
        "milliseconds": round(cost.milliseconds, 1),
        "modules": len(cost.new),
        "foreign": len(cost.foreign(package)),
    }
    result = {"shortfalls": [shortfall.to_json() for shortfall in found], "measured": measured}
    Path(result_path).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def _load_the_single_import() -> None:
    """Load what `koschuso.plugin` offers, so that only what the plugin itself brings counts."""
    import koschuso.plugin  # noqa: PLC0415 - resolved name by name

    for name in koschuso.plugin.__all__:
        getattr(koschuso.plugin, name)


def _of_watch(watch: Watch) -> Iterator[Shortfall]:
    for act in watch.acts:
        yield Shortfall(
            clause="H3",
            message=f"Das Plugin {act}, ohne dass jemand etwas von ihm will. Bitte tun Sie das erst, wenn ein Angebot benutzt wird.",
        )
    for name in watch.private:
        yield Shortfall(
            clause="I1", message=f"Das Plugin lädt »{name}«; das gehört koschuso allein und kann sich jederzeit ändern."
        )


def _of_cost(cost: ImportCost, package: str) -> Iterator[Shortfall]:
    advice = "Bitte importieren Sie das erst in der Funktion, die es braucht."
    heavy, foreign = cost.heavy(), cost.foreign(package)
    if heavy:
        yield Shortfall(clause="I2", message=f"Beim Import wird {', '.join(heavy)} geladen. {advice}")
    count = sum(1 for name in cost.new if name.partition(".")[0] in foreign)
    if count > MOST_FOREIGN:
        yield Shortfall(
            clause="I2",
            message=f"Beim Import werden {count} fremde Module geladen; {MOST_FOREIGN} sind erlaubt. {advice}",
        )
    if len(cost.new) > MOST_MODULES:
        yield Shortfall(
            clause="I2",
            message=f"Beim Import werden {len(cost.new)} Module geladen; {MOST_MODULES} sind erlaubt. {advice}",
        )
    if cost.milliseconds > VERY_SLOW:
        yield Shortfall(
            clause="I2",
            message=f"Der Import dauert {cost.milliseconds:.0f} ms; erlaubt sind {VERY_SLOW:.0f} ms. {advice}",
        )
    elif cost.milliseconds > SLOW:
        yield Shortfall(
            clause="I3",
            message=f"Der Import dauert {cost.milliseconds:.0f} ms; üblich sind unter {SLOW:.0f} ms. {advice}",
        )
    if foreign and not heavy:
        yield Shortfall(
            clause="I3", message=f"Beim Import werden fremde Pakete geladen: {', '.join(foreign)}. {advice}"
        )


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} und {len(names) - 3} weitere" if len(names) > 3 else shown  # noqa: PLR2004 - enough to find it


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
