"""Broken real files: at least one finding with line and reason each, and sound files do not gain noise."""

import csv

import pytest

from koschuso.interchange import ical, vcard
from koschuso.model import Severity

pytestmark = pytest.mark.shared

DAVTEST = "caldavtester/"
SOUND_IN_THEMSELVES = {
    # What is broken is the order of requests to a server (a client that forgets instances, a UID that is used in two
    # resources); each file alone is sound, everything in it is taken, and a finding would be wrong.
    "CalDAV/implicit/badclients/dropcancelled/1.ics",
    "CalDAV/implicit/badclients/dropcancelled/2.ics",
    "CalDAV/implicit/badclients/dropinstance/1.ics",
    "CalDAV/implicit/badclients/dropinstance/2.ics",
    "CalDAV/implicit/badclients/dropmaster/1.ics",
    "CalDAV/implicit/badclients/dropmaster/10.ics",
    "CalDAV/implicit/errors/bad-attendee-put/1.ics",
    "CardDAV/vcarderrors/1.vcf",
    "CardDAV/vcarderrors/2.vcf",
    "CardDAV/vcarderrors/3.vcf",
    "CardDAV/vcarderrors/5.vcf",
    "CardDAV/vcarderrors/7.vcf",
    "CardDAV/verrors/1.vcf",
    "CardDAV/verrors/9.vcf",
    "CardDAV/verrors/18.vcf",
    # Old habits of servers: exclusions out of order, an exception in front of its series. Both are allowed.
    "CalDAV/problemics/1.ics",
    "CalDAV/problemics/23.ics",
}
WITHOUT_LINES = {"datei.ohne_bestandteil", "datei.utf16", "datei.weitere_hinweise"}
"""Rules about a file as a whole."""


@pytest.fixture(scope="module")
def corpus(shared):
    root = shared / "corpus"
    with (root / "INDEX.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row, (ical if row["kind"] == "ics" else vcard).read((root / row["path"]).read_bytes())) for row in rows]


def test_what_is_not_sound_is_told(corpus):
    silent = {
        row["path"].removeprefix(DAVTEST)
        for row, reading in corpus
        if row["expect"] != "ok" and not (reading.findings or reading.left_out)
    }
    assert silent <= SOUND_IN_THEMSELVES


def test_a_finding_names_its_line_or_is_about_the_whole_file(corpus):
    for row, reading in corpus:
        for finding in (*reading.findings, *reading.left_out):
            assert finding.message
            assert finding.line or finding.rule in WITHOUT_LINES, (row["path"], finding.rule)


def test_sound_files_have_no_more_findings_than_what_is_unusual_in_them(corpus):
    sound = [reading for row, reading in corpus if row["expect"] == "ok"]
    warned = [
        reading for reading in sound if any(finding.severity is not Severity.INFO for finding in reading.findings)
    ]
    # 219 before the rules of `ical.rules` were looked at (mostly a day without VALUE=DATE), 232 with them
    assert len(warned) <= 0.18 * len(sound)
