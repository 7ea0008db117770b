"""The corpus of real files, read once for all tests of a run; tests that take long try a part of it by default."""

import csv
from collections import Counter, defaultdict
from typing import NamedTuple

import pytest


class File(NamedTuple):
    """A file of the corpus and what its index says."""

    path: str
    kind: str
    producer: str
    expect: str
    data: bytes


@pytest.fixture(scope="session")
def corpus_files(shared):
    root = shared / "corpus"
    with (root / "INDEX.csv").open(encoding="utf-8", newline="") as index:
        return [
            File(row["path"], row["kind"], row["producer"], row["expect"], (root / row["path"]).read_bytes())
            for row in csv.DictReader(index)
        ]


@pytest.fixture(scope="session")
def calendar_files(corpus_files):
    return [file for file in corpus_files if file.kind == "ics"]


@pytest.fixture(scope="session")
def sound_calendars(calendar_files):
    return [file for file in calendar_files if file.expect == "ok"]


@pytest.fixture(scope="session")
def card_files(corpus_files):
    return [file for file in corpus_files if file.kind == "vcf"]


@pytest.fixture(scope="session")
def sound_cards(card_files):
    return [file for file in card_files if file.expect == "ok"]


LARGE = 100_000


class Part:
    """Which files of the corpus a long test tries.

    Args:
        one_in: Every so many files of each producer, and always the first.
        largest: No larger files, in bytes; `None` takes all.
    """

    def __init__(self, *, one_in=1, largest=None):
        self.one_in, self.largest = one_in, largest
        self.whole = one_in == 1 and largest is None

    def __call__(self, files, *, file_of=lambda item: item):
        seen, chosen = Counter(), []
        for item in files:
            file = file_of(item)
            if self.largest is None or len(file.data) <= self.largest:
                if seen[file.producer] % self.one_in == 0:
                    chosen.append(item)
                seen[file.producer] += 1
        return chosen


PARTS = {"some": Part(one_in=10, largest=LARGE), "usual": Part(largest=LARGE), "whole": Part()}


@pytest.fixture(scope="session", params=["some", pytest.param("whole", marks=pytest.mark.slow)])
def part(request):
    """Some of each producer's files; in CI's long run the whole corpus."""
    return PARTS[request.param]


@pytest.fixture(
    scope="session",
    params=[pytest.param("usual", marks=pytest.mark.slow), pytest.param("whole", marks=pytest.mark.endurance)],
)
def long_part(request):
    """For what takes minutes: in CI's long run all files but the large ones, by hand before a release all."""
    return PARTS[request.param]


def macro_average(files, whole):
    """The mean over all producers of the share of their files of which something holds."""
    shares = defaultdict(list)
    for file in files:
        shares[file.producer].append(whole[file.path])
    return sum(sum(found) / len(found) for found in shares.values()) / len(shares)


@pytest.fixture(scope="session")
def per_producer():
    return macro_average
