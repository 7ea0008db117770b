"""Trying what a plugin offers: its rules and reports on an empty and on a full office (B1, B2)."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from koschuso.errors import Refused, Unavailable, WrongUse
from koschuso.guard import describe, guarded
from koschuso.plugin.checks.another_day import another_day
from koschuso.plugin.checks.clause import Shortfall
from koschuso.plugin.checks.example_office import MOMENT, example_records, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from koschuso.model import Catalogue, ExtraField, Record

__all__ = ["check_behaviour"]


def check_behaviour(
    offered: Mapping[str, tuple[Any, ...]],
    catalogues: Mapping[str, Catalogue],
    unwatched: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Iterator[Shortfall]:
    """Run rules and reports."""
    if not offered.get("rules") and not offered.get("reports"):
        return
    fields = offered.get("fields", ())
    for rule in offered.get("rules", ()):
        for state, records in _states(fields, catalogues):
            yield from _rule(rule, records, state, catalogues)
            if records and records != example_records(fields, catalogues):
                yield Shortfall(clause="B1", offer=rule.name, message=f"Die Regel {_CHANGED}")
    for report in offered.get("reports", ()):
        for state, records in _states(fields, catalogues):
            yield from _report(report, records, state, catalogues, fields, unwatched=unwatched)
            if records and records != example_records(fields, catalogues):
                yield Shortfall(clause="B2", offer=report.name, message=f"Der Bericht {_CHANGED}")


_CHANGED = "verändert Datensätze des Büros; sie gehören allen. Bitte nehmen Sie attrs.evolve."


def _states(
    fields: Iterable[ExtraField], catalogues: Mapping[str, Catalogue]
) -> tuple[tuple[str, tuple[Record, ...]], ...]:
    """Give an empty and a full office, made anew: nobody meets what another one may have changed."""
    return ("leeren", ()), ("gefüllten", example_records(fields, catalogues))


def _rule(
    rule: Any, records: tuple[Record, ...], state: str, catalogues: Mapping[str, Catalogue]
) -> Iterator[Shortfall]:
    from koschuso.rules import Snapshot, check  # noqa: PLC0415 - only where there are rules

    outcome = guarded(lambda: check(view_of(records, catalogues), [rule]))
    with another_day(rule.check):
        repeated = guarded(lambda: check(view_of(records, catalogues), [rule]))
    first, second = outcome.value or (), repeated.value or ()
    broken = next((found.message for found in first if found.rule == "regel.gescheitert"), "")
    problem = ""
    if outcome.error is not None:
        problem = f"bricht ab: {describe(outcome.error)}"
    elif broken:
        # On invented records the text of the error helps and tells nobody anything.
        again = guarded(lambda: list(rule.check(Snapshot(view_of(records, catalogues), MOMENT))))
        problem = f"bricht ab: {describe(again.error)}" if again.error is not None else broken
    elif first != second:
        problem = "findet beim zweiten Mal etwas anderes; sie hängt von etwas anderem ab als von den Daten, zum Beispiel von der Uhr"
    elif any(not found.message.strip() or not found.rule.strip() for found in first):
        problem = "gibt einen Hinweis ohne Text oder ohne Kennung (rule)"
    if problem:
        yield Shortfall(clause="B1", offer=rule.name, message=f"Die Regel {problem} (auf einem {state} Bestand).")


def _audiences(report: Any) -> tuple[str, ...]:
    """Give an audience that sees everything and one that does not, as far as the report is for them."""
    tried = ("intern", "oeffentlich")
    return tuple(one for one in tried if not report.audiences or one in report.audiences) or report.audiences[:1]


def _examples(report: Any) -> dict[str, str]:
    """Give what a report cannot be made without, as its own examples say."""
    return {option.name: option.example for option in report.parameters if option.required}


def _report(
    report: Any,
    records: tuple[Record, ...],
    state: str,
    catalogues: Mapping[str, Catalogue],
    fields: Iterable[ExtraField],
    *,
    unwatched: Callable[[], AbstractContextManager[None]],
) -> Iterator[Shortfall]:
    from koschuso.reporting.rendering import BUILTIN_RENDERERS  # noqa: PLC0415 - only where there are reports

    for audience in _audiences(report):
        run = partial(report.run, audience=audience, **_examples(report))
        built = guarded(lambda run=run: run(view_of(records, catalogues, fields)))  # type: ignore[misc]
        with another_day(report.build):
            again = guarded(lambda run=run: run(view_of(records, catalogues, fields)))  # type: ignore[misc]
        problem = ""
        if _examples(report) and isinstance(built.error, Refused) and not isinstance(built.error, WrongUse):
            continue  # it asks for something, such as the id of a record, of which there is no such one here
        if built.value is None:
            problem = f"entsteht nicht: {describe(built.error or TypeError())}"
        elif built.value != again.value:
            problem = (
                "sagt beim zweiten Mal etwas anderes; er hängt von etwas anderem ab als von den Daten, zum Beispiel von "
                "der Uhr; bitte nehmen Sie view.as_of"
            )
        elif built.value.as_of != MOMENT:
            problem = "nennt einen anderen Datenstand als den seiner Daten; bitte nehmen Sie view.as_of"
        else:
            document = built.value
            for renderer in BUILTIN_RENDERERS:
                with unwatched():
                    done = guarded(lambda renderer=renderer, document=document: renderer.render(document))  # type: ignore[misc]
                # Where an extra is not installed there is nothing to try; that is not the plugin's fault.
                if done.error is not None and not isinstance(done.error, ImportError | Unavailable):
                    problem = f"lässt sich nicht als {renderer.title} ausgeben: {describe(done.error)}"
        if problem:
            yield Shortfall(
                clause="B2",
                offer=report.name,
                message=f"Der Bericht {problem} (auf einem {state} Bestand, für »{audience}«).",
            )
            return
