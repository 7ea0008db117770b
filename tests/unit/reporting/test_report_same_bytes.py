"""The same records give the same bytes: in another process, with another order of sets, elsewhere, on another day."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from golden_office import OFFICE, view

from koschuso.model import Organisation, SchoolProfile
from koschuso.reporting.figures.schools import Schools
from koschuso.reporting.reports.stellenuebersicht import STELLENUEBERSICHT

_CHILD = """
import hashlib, random, sys, time
sys.path.insert(0, sys.argv[1])
then = time.time
time.time = lambda: then() + 86_400 * int(sys.argv[2])  # what packs files asks for the day
from golden_funding import funding, measures
from golden_office import records, view
from golden_plans import plans, surveys
from koschuso.reporting import BUILTIN_RENDERERS, BUILTIN_REPORTS

found = [*records(), *funding(), *measures(), *plans(), *surveys()]
random.Random(sys.argv[2]).shuffle(found)
for report in BUILTIN_REPORTS:
    asked = {"created": "15.02.2026"}
    if any(option.name == "veranstaltung" for option in report.parameters):
        asked["veranstaltung"] = "fachtag"
    elif "kalenderjahr" in report.kinds:
        asked["year"] = 2025
    else:
        asked["stichtag"] = "31.01.2026"
    # Renderers write what the document holds: every format of two reports, and of all others what they hold.
    whole = report.name in {"koschuso:stellenuebersicht", "koschuso:taetigkeitsbericht"}
    for audience in {*(report.audiences or ("oeffentlich", "intern"))}:
        document = report.run(view(found), audience=audience, **asked)
        for renderer in BUILTIN_RENDERERS:
            if renderer.suffix in {".json", ".md"} or (whole and audience == "oeffentlich"):
                print(report.name, audience, renderer.name, hashlib.sha256(renderer.render(document)).hexdigest())
"""


def said(seed, zone, locale, days):
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, str(Path(__file__).parent), str(days)],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale},
        capture_output=True,
        check=False,
        text=True,
    )
    assert not child.returncode, child.stderr
    return sorted(child.stdout.splitlines())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_report_in_every_format_is_the_same_everywhere_and_every_day():
    first = said("0", "UTC", "C", 0)
    assert len({line.split()[0] for line in first}) == 15
    for seed, zone, locale, days in (
        ("1", "Pacific/Auckland", "de_DE.UTF-8", 200),
        ("31337", "Europe/Berlin", "tr_TR.UTF-8", 4000),
    ):
        assert said(seed, zone, locale, days) == first


def test_municipalities_of_one_name_stand_in_the_order_of_their_keys():
    """By the name alone they would stand as a set holds them, which is another order in each process."""
    keys = [f"059990{number:02d}" for number in range(4, 76, 8)]
    places = [Organisation(id=f"ort-{ags}", type="gemeinde", name="Neustadt", ags=ags) for ags in reversed(keys)]
    profile = SchoolProfile(schulnummer="900001", schulform="grundschule", status="in_betrieb")
    places.append(Organisation(id="schule", type="schule", name="Schule", ags=keys[0], school=profile))
    window = view(places, office=OFFICE)
    assert Schools(window, STELLENUEBERSICHT.asked(window).time.last).gemeinden == tuple(keys)
