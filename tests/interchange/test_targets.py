"""What target programs do not show: facts with evidence, one finding each, one sentence for people."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from koschuso.errors import WrongUse
from koschuso.interchange import ical, vcard
from koschuso.interchange.format import WriteOptions
from koschuso.interchange.targets import (
    TARGET_NAMES,
    Effect,
    Evidence,
    ExportedFile,
    TargetRule,
    report,
    rule_of,
    target_of,
    targets,
    vcard_version,
)
from koschuso.model import (
    Activity,
    Committee,
    Event,
    EventStatus,
    FuzzyDate,
    Milestone,
    Organisation,
    Participation,
    Person,
    Reference,
    Relation,
    Task,
    TimeSpan,
)

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = WriteOptions(stamp=datetime(2025, 1, 1, tzinfo=UTC), title="Büro")
RULES = [rule for target in targets().values() for rule in target.rules]
ISSUE = re.compile(r"github\.com/[\w.-]+/[\w.-]+/(?:issues|pull)/\d+")


def event(number=1, **more):
    span = TimeSpan.at(datetime(2025, 10, 15, 9), hours=2)
    return Event(**{"id": f"e-{number}", "title": "Fachtag", "span": span, "status": EventStatus.EINLADUNG, **more})


def person(number=1, **more):
    return Person(**{"id": f"p-{number}", "given_name": "Eva", "family_name": "Muster", **more})


def calendar(*records, packaged=False):
    data = ical.write(records, OPTIONS)
    return ExportedFile(format="ical", records=records, texts=(data,), packaged=packaged)


def book(*records, version="3.0", packaged=False):
    data = vcard.write(records, OPTIONS, version=version)
    return ExportedFile(format="vcard", records=records, texts=(data,), packaged=packaged)


def hits(name, file):
    return {
        finding.rule.removeprefix(f"ziel.{name}."): finding.value for finding in report(target_of(name), file).findings
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_every_fact_says_how_it_is_known(rule):
    assert rule.key.partition(".")[0] in TARGET_NAMES
    assert rule_of(rule.rule) is rule
    if rule.evidence is Evidence.TESTED:
        assert all((ROOT / test.partition("::")[0]).is_file() for test in rule.tests)
    else:
        assert rule.sources
    for source in rule.sources:
        assert ISSUE.fullmatch(source) or not source.startswith("github.com"), source


def test_keys_are_unique_and_every_target_has_facts():
    keys = [rule.key for rule in RULES]
    assert len(keys) == len(set(keys))
    assert tuple(targets()) == TARGET_NAMES
    assert all(target.rules for target in targets().values())


def test_a_fact_without_evidence_is_none():
    facts = {"key": "outlook.x", "thing": "x", "message": "x", "format": "ical", "count": len}
    with pytest.raises(ValueError, match="names its source"):
        TargetRule(**facts)
    with pytest.raises(ValueError, match="names its test"):
        TargetRule(**facts, evidence=Evidence.TESTED)


def test_an_unknown_target_is_named_with_the_known_ones():
    with pytest.raises(WrongUse, match="outlook, nextcloud, apple, google"):
        target_of("lotus")
    assert target_of("") is None
    assert rule_of("vcard.feld") is None
    assert rule_of("ziel.lotus.x") is None


@pytest.mark.parametrize(
    ("target", "version"), [("", "3.0"), ("outlook", "2.1"), ("nextcloud", "3.0"), ("apple", "3.0"), ("google", "3.0")]
)
def test_each_target_gets_the_version_of_vcard_that_it_reads(target, version):
    assert vcard_version(target) == version


@pytest.mark.parametrize("target", TARGET_NAMES)
def test_a_plain_event_loses_nothing_anywhere(target):
    told = report(target_of(target), calendar(event(status=EventStatus.EINLADUNG)))

    assert {finding.rule.rpartition(".")[2] for finding in told.findings} <= {"angaben"}


@pytest.mark.parametrize("target", ["outlook", "apple", "google"])
def test_tasks_and_journal_entries_are_not_shown(target):
    file = calendar(
        Task(id="t", title="Bericht"),
        Activity(id="a", day=date(2025, 1, 1), taetigkeit="beratung.schulen", minutes=30),
        Milestone(id="m", title="Start", when=FuzzyDate("2019")),
    )
    assert hits(target, file) | {"aufgabe": "1", "journal": "2"} == hits(target, file)
    sentence = report(target_of(target), file).sentence
    assert "zeigt voraussichtlich nicht: " in sentence
    assert "Tätigkeiten und Meilensteine" in sentence


def test_nextcloud_shows_tasks_elsewhere_and_journal_entries_nowhere():
    told = report(
        target_of("nextcloud"), calendar(Task(id="t", title="x"), Milestone(id="m", title="x", when=FuzzyDate("2019")))
    )

    assert told.sentence == "Nextcloud zeigt voraussichtlich nicht: Tätigkeiten und Meilensteine; anders: Aufgaben."
    assert [rule_of(finding.rule).effect for finding in told.findings] == [Effect.LOST, Effect.CHANGED]


def test_what_is_only_different_is_not_called_missing():
    told = report(target_of("nextcloud"), calendar(Task(id="t", title="x")))

    assert told.sentence == "Nextcloud zeigt voraussichtlich anders als koschuso: Aufgaben."


def test_attendees_and_reminders_are_lost_in_a_file_for_google():
    with_alarm = event(1, foreign=("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "DESCRIPTION:x", "END:VALARM"))
    guest = Participation(id="p", event_id="e-1", name="Eva Muster", email="muster@kreis.example")

    found = hits("google", calendar(with_alarm, event(2), guest))

    assert (found["erinnerung"], found["teilnehmende"]) == ("1", "1")


@pytest.mark.parametrize(
    ("recurrence", "key"),
    [
        (("RDATE:20251022T090000",), "zusatztermine"),
        (("RRULE:FREQ=MONTHLY;BYDAY=2TU,4TU",), "wiederholung"),
        (("RRULE:FREQ=HOURLY;COUNT=3",), "wiederholung"),
        (("RRULE:FREQ=YEARLY;BYWEEKNO=20",), "wiederholung"),
        (("RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15",), "wiederholung"),
        (("RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2"), "wiederholung"),
    ],
)
def test_series_that_outlook_passes_over_are_counted(recurrence, key):
    assert hits("outlook", calendar(event(recurrence=recurrence)))[key] == "1"


@pytest.mark.parametrize(
    "recurrence",
    [
        (),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=5",),
        ("RRULE:FREQ=MONTHLY;BYDAY=-1FR", "EXDATE:20251231T090000"),
        ("RRULE:FREQ=WEEKLY;COUNT=2", "RDATE:20251022T090000"),
    ],
)
def test_usual_series_are_no_loss_in_outlook(recurrence):
    assert {"zusatztermine", "wiederholung"}.isdisjoint(hits("outlook", calendar(event(recurrence=recurrence))))


def test_dates_after_the_end_of_a_series_are_lost_in_google():
    late = ("RRULE:FREQ=WEEKLY;UNTIL=20251101T000000Z", "RDATE;TZID=Europe/Berlin:20251022T090000,20251205T090000")
    within = ("RRULE:FREQ=WEEKLY;UNTIL=20251101T000000Z", "RDATE:20251022T090000")

    assert hits("google", calendar(event(1, recurrence=late), event(2, recurrence=within)))["zusatztermine"] == "1"


def test_large_files_are_told_for_google_and_nextcloud():
    large = ExportedFile(format="ical", records=(), texts=(b"x" * 1_000_001, b"x"))
    larger = ExportedFile(format="vcard", records=(), texts=(b"x" * 2_500_001,))

    assert hits("google", large) == {"grosse_datei": "1"}
    assert hits("nextcloud", larger) == {"grosses_adressbuch": "1"}
    cards = ExportedFile(format="vcard", records=(), texts=(b"BEGIN:VCARD\r\nEND:VCARD\r\n" * 3001,))
    assert hits("google", cards) == {"viele_kontakte": "3001"}


def test_outlook_takes_one_card_a_file_and_one_file_a_card_is_right():
    assert hits("outlook", book(person(1), person(2), person(3)))["eine_karte"] == "2"
    assert "eine_karte" not in hits("outlook", book(person(1), person(2), packaged=True))
    assert "eine_karte" not in hits("outlook", book(person(1)))


def test_several_events_open_as_a_calendar_of_their_own_but_for_a_feed():
    assert hits("outlook", calendar(event(1), event(2)))["mehrere_termine"] == "2"
    assert "mehrere_termine" not in hits("outlook", calendar(event(1)))
    feed = ExportedFile(
        format="ical",
        records=(event(1), event(2)),
        texts=(
            b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\n",
        ),
    )
    assert hits("outlook", feed) == {}


def test_umlauts_are_doubtful_for_outlook_in_3_0_only():
    umlaut = person(family_name="Müßig")

    assert hits("outlook", book(umlaut))["umlaute"] == "1"
    assert "umlaute" not in hits("outlook", book(person()))
    declared = ExportedFile(
        format="vcard", records=(), texts=("BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Müßig\r\nEND:VCARD\r\n".encode(),)
    )
    assert "umlaute" not in hits("outlook", declared)


@pytest.mark.parametrize("target", TARGET_NAMES)
def test_groups_and_relations_of_contacts(target):
    committee = Committee(id="c", type="qualitaetszirkel", name="QZ")
    school = Organisation(id="o", type="sonstige", name="Haus")
    ties = (
        Relation(id="m", type="mitglied_in", source=Reference("person", "p-1"), target=Reference("committee", "c")),
        Relation(
            id="a", type="angestellt_bei", source=Reference("person", "p-1"), target=Reference("organisation", "o")
        ),
    )

    found = hits(target, book(person(), committee, school, *ties))

    assert ("gremium" in found) == (target != "apple")
    assert ("beziehung" in found) == (target != "nextcloud")


def test_the_reference_is_made_of_the_facts():
    page = (ROOT / "docs" / "reference" / "targets.md").read_text(encoding="utf-8")

    for target in targets().values():
        assert f"## {target.title}" in page
        assert target.vcard_reason in page
        for rule in target.rules:
            row = f"| `{rule.rule}` | {rule.thing} | {rule.effect.value} | {rule.evidence.value} | "
            assert row + "; ".join(rule.sources or rule.tests) + " |" in page
    stated = set(re.findall(r"`(ziel\.\w+\.\w+)`", page))
    assert stated == {rule.rule for rule in RULES}
