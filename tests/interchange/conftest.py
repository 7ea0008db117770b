"""The corpus of real files, read once for all tests of a run."""

import csv
from collections import defaultdict
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


def macro_average(files, whole):
    """The mean over all producers of the share of their files of which something holds."""
    shares = defaultdict(list)
    for file in files:
        shares[file.producer].append(whole[file.path])
    return sum(sum(found) / len(found) for found in shares.values()) / len(shares)


@pytest.fixture(scope="session")
def per_producer():
    return macro_average
