"""Pauses Python's garbage collector where many objects are made of which none is garbage."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["collector_paused"]


@contextmanager
def collector_paused() -> Iterator[None]:
    """Leave out garbage collection while many records are made: none of them is garbage, and looking costs double.

    Counted references are freed all the same; only circles wait. What was made counts as long-lived afterwards, so the
    first collection does not look at all of it either.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():  # what the program itself has frozen stays so
                gc.freeze()
                gc.unfreeze()  # into the oldest generation, without a look at a single object
            gc.enable()
