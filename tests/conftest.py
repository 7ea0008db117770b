"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from effort import EFFORT, examples
from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None, max_examples=examples(100))
settings.register_profile("whole", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile(EFFORT)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The data beside the project: real calendars, address books and the school register.

    A clone without them skips what needs them; in CI their absence is a failure.
    """
    root = Path(__file__).resolve().parents[1]
    path = Path(os.environ.get("KOSCHUSO_SHARED", root.parent / "shared"))
    if not (path / "nrw-data").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must run with the shared data, but {path} is not there")
        pytest.skip("the shared data are not beside this clone")
    return path


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example office, to be read only: made once, because that takes seconds. Who writes takes a copy."""
    from koschuso.cli import main

    folder = tmp_path_factory.mktemp("beispiel") / "beispiel"
    assert main(["demo", str(folder)]) == 0
    return folder
