"""Starts the harness's scripts as a person would, in processes of their own, and gives what they found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tests.durability import recorder, stores

PROJECT = Path(__file__).resolve().parents[2]


def result(script, *arguments, timeout=600):
    """Run ``python -m tests.durability.<script>``; gives its result, whatever its verdict."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "result.json"
        done = subprocess.run(
            [sys.executable, "-m", f"tests.durability.{script}", *map(str, arguments), "--json", target],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert target.exists(), f"{script} ended with {done.returncode}:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}"
        print(done.stdout)
        return json.loads(target.read_text()), done.returncode


def sound(script, *arguments, timeout=600):
    """Run a script whose verdict must be good; gives its result."""
    found, code = result(script, *arguments, timeout=timeout)
    assert code == 0, json.dumps(found, indent=2, ensure_ascii=False)
    return found


def require_recorder():
    """Without a C compiler on Linux skip the test; in CI fail it."""
    _require(recorder.missing())


def require_store(scheme):
    """Without its driver, or its server, skip the test; in CI fail it."""
    _require(stores.missing(scheme))
    if scheme == "postgresql":
        from tests.servers.postgres_server import require_postgres

        require_postgres()


def _require(reason):
    if reason and os.environ.get("CI") == "true":
        pytest.fail(f"CI must run with it, but {reason}")
    if reason:
        pytest.skip(reason)
