"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The default run tries the same examples each time, so that it fails for a reason and not by chance; to look for new
# ones, set KOSCHUSO_EXAMPLES=random.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile(os.environ.get("KOSCHUSO_EXAMPLES", "same"))


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
