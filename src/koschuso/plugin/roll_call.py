"""Asking all plugins of an office how they are, in a process of its own: one that hangs or ends it cannot hide the others.

    python -m koschuso.plugin.roll_call JOB RESULT

reads a JSON list of the enabled plugins and writes the state of all; which plugin is at work, and how far it is, stands in
RESULT with the ending ``.work`` meanwhile. When the process does not come to an end, that plugin is left out and the
others are asked again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from koschuso.plugin.failure import Failure, PluginInfo, PluginState, Stage
from koschuso.plugin.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PATIENCE", "RollCall", "roll_call"]

PATIENCE = 20.0
"""Seconds after which a plugin is taken for one that never answers."""

_INTERRUPTED = 130
_INTERVAL = 0.2
_STARTING = 60.0


@attrs.frozen(kw_only=True)
class RollCall:
    """The state of all plugins.

    Attributes:
        plugins: What is installed, enabled, left out and why.
        failures: Everything that went wrong.
    """

    plugins: tuple[PluginInfo, ...]
    failures: tuple[Failure, ...]


def roll_call(enabled: Iterable[str] = (), *, patience: float = PATIENCE) -> RollCall:
    """Ask the enabled plugins for everything they offer; nothing of them runs in this process.

    Args:
        enabled: Entry-point names.
        patience: Seconds that one step of a plugin may take: importing it, or one question.
    """
    wanted = list(dict.fromkeys(enabled))
    stuck: dict[str, Failure] = {}
    while left := [name for name in wanted if name not in stuck]:
        answer = _asked(left, patience)
        if isinstance(answer, RollCall):
            return _with(answer, stuck)
        if answer.plugin not in left:
            # Nobody can be blamed, so nobody is known to be well.
            stuck |= {
                name: attrs.evolve(answer, plugin=name, cause=answer.cause.replace("NAME", name)) for name in left
            }
        else:
            stuck[answer.plugin] = answer
    registry = Registry.load()
    return _with(RollCall(plugins=registry.plugins, failures=registry.failures), stuck)


def _with(answer: RollCall, stuck: dict[str, Failure]) -> RollCall:
    """Add what is known of those that could not be asked."""
    infos = []
    for info in answer.plugins:
        failure = stuck.get(info.name)
        infos.append(
            info
            if failure is None
            else attrs.evolve(info, enabled=True, state=PluginState.LEFT_OUT, causes=(*info.causes, failure.cause))
        )
    known = {info.name: info for info in infos}
    failures = [
        attrs.evolve(failure, distribution=known[name].distribution, version=known[name].version)
        if name in known
        else failure
        for name, failure in stuck.items()
    ]
    return RollCall(plugins=tuple(infos), failures=(*answer.failures, *failures))


def _asked(enabled: list[str], patience: float) -> RollCall | Failure:
    """Ask once; give the failure of the one with whom it came to an end."""
    with tempfile.TemporaryDirectory(prefix="koschuso-") as place:
        job, result = Path(place) / "job.json", Path(place) / "result.json"
        job.write_text(json.dumps(enabled), encoding="utf-8")
        path = os.pathsep.join(entry for entry in sys.path if entry)
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
        command = [sys.executable, "-m", "koschuso.plugin.roll_call", str(job), str(result)]
        status = _ran(command, environment, result, patience)
        if status is not None and result.is_file():
            return _read(result)
        ended = (
            f"antwortet nach {patience:.0f} s noch nicht"
            if status is None
            else f"beendet das Programm (Status {status})"
        )
        work = _work(result)
    plugin, stage = str(work.get("plugin", "")), Stage(work.get("stage", Stage.IMPORT))
    return Failure(
        plugin=plugin,
        stage=stage,
        hook=str(work.get("hook", "")),
        cause=f"Das Plugin {ended}, beim Schritt »{stage.label}«. Ausschalten: koschuso plugins {plugin or 'NAME'} --aus",
    )


def _ran(command: list[str], environment: dict[str, str], result: Path, patience: float) -> int | None:
    """Run the other process as long as it comes on; give its status, ``None`` where it had to be ended."""
    with subprocess.Popen(  # noqa: S603 - our own module, in this interpreter
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as process:
        try:
            last, since = _work(result), time.monotonic()
            # Before the first plugin is at work it is only Python that is slow.
            while time.monotonic() - since < patience + (0 if last else _STARTING):
                with suppress(subprocess.TimeoutExpired):
                    return process.wait(_INTERVAL)
                work = _work(result)
                if work != last:
                    last, since = work, time.monotonic()
        finally:
            process.kill()
    return None


def _read(result: Path) -> RollCall:
    content: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return RollCall(
        plugins=tuple(
            PluginInfo(
                **{
                    **info,
                    "state": PluginState(info["state"]),
                    **{name: tuple(info[name]) for name in ("hooks", "offers", "causes")},
                }
            )
            for info in content["plugins"]
        ),
        failures=tuple(Failure(**{**failure, "stage": Stage(failure["stage"])}) for failure in content["failures"]),
    )


def _work(result: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(_work_file(result).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content


def _work_file(result: Path) -> Path:
    return result.with_name(f"{result.name}.work")


def main(job_path: str, result_path: str) -> None:
    """Ask, and write what came of it."""
    result = Path(result_path)

    def told(plugin: str, stage: Stage, hook: str) -> None:
        work = {"plugin": plugin, "stage": str(stage), "hook": hook}
        _work_file(result).write_text(json.dumps(work), encoding="utf-8")

    try:
        registry = Registry.load(json.loads(Path(job_path).read_text(encoding="utf-8")), told=told)
        failures, infos = registry.failures, registry.plugins
    except KeyboardInterrupt:
        # Whoever pressed Ctrl+C is told by the process that waits for this one.
        os._exit(_INTERRUPTED)
    content = {
        "plugins": [attrs.asdict(info) for info in infos],
        "failures": [attrs.asdict(one, filter=attrs.filters.exclude("exception")) for one in failures],
    }
    unfinished = result.with_name(f"{result.name}.unfinished")
    unfinished.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    unfinished.replace(result)
    # Threads that a plugin has left behind would keep the process.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
