"""What may be opened where, by whom, and what a copy is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from koschuso_files import koschuso_stores
from koschuso_files.driver import FilesDriver

from koschuso.errors import Corrupt, KoschusoError, NotSupported, Refused, Unavailable, UnsafeLocation, WrongUse
from koschuso.model import Person
from koschuso.store import ANY, Store, open_store
from koschuso.store.backends import open_driver

PERSON = Person(id="p-1", family_name="Muster")
BACKENDS = list(koschuso_stores())


def files_url(path, **options):
    query = "&".join(f"{name}={value}" for name, value in options.items())
    return f"files:///{path}{'?' if query else ''}{query}"


@pytest.mark.parametrize("folder", ["Nextcloud", "Dropbox", "OneDrive - Kreis"])
def test_a_synchronised_folder_is_refused_unless_it_was_checked(tmp_path, folder):
    (tmp_path / folder).mkdir()
    for path in (tmp_path / folder, tmp_path / folder / "office"):
        with pytest.raises(UnsafeLocation):
            open_driver(files_url(path), BACKENDS)
        assert not (path / ".koschuso").exists()
    with open_store(files_url(tmp_path / folder / "office", ort="geprueft"), backends=BACKENDS) as store:
        store.put(PERSON, expect=ANY)


@pytest.mark.parametrize(
    "options", [{"ort": "x"}, {"wartezeit": "-1"}, {"wartezeit": "x"}, {"loeschungen": "ja"}, {"a": "b"}]
)
def test_unknown_options_are_refused(tmp_path, options):
    with pytest.raises(WrongUse):
        open_driver(files_url(tmp_path / "office", **options), BACKENDS)
    assert not (tmp_path / "office").exists()


def test_a_folder_with_something_else_is_left_as_it_is(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    with pytest.raises(Refused):
        FilesDriver(tmp_path / "photos")
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["a.jpg"]
    with pytest.raises(Refused):
        FilesDriver(tmp_path / "photos" / "a.jpg")
    with pytest.raises(Unavailable):
        FilesDriver(tmp_path / "missing" / "office")


def test_collections_that_are_there_already_are_taken_in(tmp_path):
    (tmp_path / "office" / "kontakte").mkdir(parents=True)
    card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:k-1\r\nN:Beispiel;Ali;;;\r\nFN:Ali Beispiel\r\nEND:VCARD\r\n"
    (tmp_path / "office" / "kontakte" / "a.vcf").write_bytes(card)
    with FilesDriver(tmp_path / "office") as driver:
        assert Store(driver).get(Person, "k-1").value.name == "Ali Beispiel"
        assert (tmp_path / "office" / "kontakte" / "a.vcf").read_bytes() == card


@pytest.mark.parametrize(
    ("content", "error"), [('{"koschuso-files":2}', NotSupported), ("x", Corrupt), ('{"koschuso-files":"1"}', Corrupt)]
)
def test_a_newer_or_unknown_version_is_refused_and_left_as_it_is(tmp_path, content, error):
    with FilesDriver(tmp_path / "office") as driver:
        Store(driver).put(PERSON, expect=ANY)
    (tmp_path / "office" / ".koschuso" / "version").write_text(content, encoding="utf-8")
    before = {path: path.read_bytes() for path in (tmp_path / "office").rglob("*") if path.is_file()}
    with pytest.raises(error):
        FilesDriver(tmp_path / "office")
    assert {path: path.read_bytes() for path in (tmp_path / "office").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["index", "stand", "schreiben.lock"])
@pytest.mark.parametrize("content", [None, b"", b"x" * 100])
def test_what_is_no_truth_may_be_lost(tmp_path, name, content):
    root = tmp_path / "office"
    people = [Person(id=f"p-{number}", family_name="Muster" * 400) for number in range(120)]
    with FilesDriver(root) as driver:
        Store(driver).put_all(people)
    path = root / ".koschuso" / name
    assert path.exists()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with FilesDriver(root) as driver:
        assert driver.verify().damages == ()
        assert Store(driver).counts() == {"person": 120}
        assert Store(driver).put(people[7], expect=ANY).outcome == "unchanged"


def test_a_backup_is_a_store_of_its_own_that_reads_without_koschuso(tmp_path):
    with FilesDriver(tmp_path / "office") as driver:
        Store(driver).put_all([PERSON, Person(id="p-2", family_name="Beispiel")])
        Store(driver).remove(Person, "p-2", expect=ANY)
        cursor = Store(driver).cursor()
        driver.backup(tmp_path / "copy")
        Store(driver).put(Person(id="p-3", family_name="Danach"), expect=ANY)
    assert b"Muster" in (tmp_path / "copy" / "kontakte" / "p-1.vcf").read_bytes()
    with FilesDriver(tmp_path / "copy") as copy:
        assert copy.findings == ()
        assert Store(copy).cursor() == cursor
        assert Store(copy).counts() == {"person": 1}
        Store(copy).put(Person(id="p-4", family_name="Anders"), expect=ANY)
        own = Store(copy).cursor()
    with FilesDriver(tmp_path / "office") as driver, pytest.raises(Refused):
        list(Store(driver).changes(own))


def test_the_journal_is_tidied_when_most_of_it_is_gone(tmp_path):
    with FilesDriver(tmp_path / "office") as driver:
        for number in range(6):
            Store(driver).remember("x", "y" * 1_000_000 + str(number))
        Store(driver).put(PERSON, expect=ANY)
    with FilesDriver(tmp_path / "office") as driver:
        assert Store(driver).get(Person, "p-1").value == PERSON
        assert driver.verify().damages == ()
        assert Store(driver).recall("x", str)[-1] == "5"
    files = [path for path in (tmp_path / "office").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1_500_000


def test_readers_of_another_process_keep_their_state_while_a_writer_changes_it(tmp_path):
    worker = """
import sys, pathlib
from koschuso_files.driver import FilesDriver
with FilesDriver(pathlib.Path(sys.argv[1])) as driver, driver.transaction(write=False) as transaction:
    for _ in range(3):
        print(sorted(body for _, _, body in transaction.contents("activity")), flush=True)
        sys.stdin.readline()
"""
    from koschuso.store.conditions import Index

    def put(driver, body):
        with driver.transaction(write=True) as transaction:
            transaction.put("activity", "a", body, Index(), expect=ANY)

    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1] / "src")}
    with FilesDriver(tmp_path / "office") as driver:
        put(driver, b"1")
        with subprocess.Popen(
            [sys.executable, "-c", worker, str(tmp_path / "office")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        ) as reader:  # fmt: skip
            seen = [reader.stdout.readline()]
            put(driver, b"2")
            reader.stdin.write("\n")
            reader.stdin.flush()
            seen.append(reader.stdout.readline())
            driver.purge([("activity", "a")])
            reader.stdin.write("\n\n")
            reader.stdin.flush()
            seen.append(reader.stdout.readline())
    assert seen == ["[b'1']\n"] * 3


def test_messages_show_no_content_and_no_secret(tmp_path):
    with pytest.raises(KoschusoError) as caught:
        open_driver(files_url(tmp_path / "office", passwort="geheim"), BACKENDS)
    assert "geheim" not in str(caught.value)
