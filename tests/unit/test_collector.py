"""Pausing the garbage collector leaves it as it was."""

import gc
from contextlib import contextmanager

import pytest

from koschuso.collector import collector_paused


@contextmanager
def collector(*, on):
    was_on = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if was_on else gc.disable)()


@pytest.mark.parametrize("on", [True, False])
def test_the_collector_is_afterwards_as_it_was_before(on):
    with collector(on=on):
        with collector_paused():
            assert not gc.isenabled()
        assert gc.isenabled() is on
        with pytest.raises(ZeroDivisionError), collector_paused():
            raise ZeroDivisionError
        assert gc.isenabled() is on


def test_pauses_inside_each_other_end_with_the_outer_one():
    with collector(on=True), collector_paused():
        with collector_paused():
            pass
        assert not gc.isenabled()


def test_what_was_frozen_stays_frozen_and_nothing_else_is():
    with collector(on=True):
        with collector_paused():
            made = [[] for _ in range(1000)]
        assert gc.get_freeze_count() == 0
        gc.freeze()
        try:
            frozen = gc.get_freeze_count()
            with collector_paused():
                made.append([])
            assert gc.get_freeze_count() >= min(frozen, 1)
        finally:
            gc.unfreeze()


def test_circles_made_during_a_pause_are_collected_later():
    class Node:
        alive = 0

        def __init__(self):
            self.me = self
            Node.alive += 1

        def __del__(self):
            Node.alive -= 1

    with collector(on=True):
        with collector_paused():
            Node()
        gc.collect()
        assert Node.alive == 0
