"""Whatever operation of the disk fails, or is the last one before a crash: nothing acknowledged is lost, nothing half done."""

import errno
import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import attrs
import pytest
from koschuso_files.driver import FilesDriver

from koschuso.errors import Corrupt, Unavailable
from koschuso.model import Event, Person, TimeSpan
from koschuso.store import ANY, Store
from koschuso.store.conditions import Index

OPERATIONS = ("open", "write", "fsync", "sync", "replace", "rename", "unlink", "mkdir", "ftruncate")


class Crash(BaseException):
    """The machine stops."""


@contextmanager
def failing(monkeypatch, number, *, crash):
    """Let the n-th operation fail with a full disk, or let it and every later one not happen at all."""
    done = [0]

    def patched(name):
        real = getattr(os, name)

        def operation(*arguments, **options):
            done[0] += 1
            if crash and done[0] >= number:
                if name == "write" and done[0] == number:
                    real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])  # torn
                raise Crash
            if done[0] == number:
                if name == "write":
                    real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                raise OSError(errno.ENOSPC, "no space")
            return real(*arguments, **options)

        return operation

    with monkeypatch.context() as patch:
        for name in OPERATIONS:
            patch.setattr(os, name, patched(name))
        yield done


def event(number, title="Fachtag"):
    return Event(id=f"e-{number}", title=title, span=TimeSpan.at(datetime(2025, 10, 15, 9), hours=3))


def steps():
    """What is done, each with what it makes of the records that are there."""

    def put(driver):
        Store(driver).put_all([event(0, "Anders"), event(9)])

    def remove(driver):
        Store(driver).remove(Event, "e-1", expect=ANY)

    def purge(driver):
        driver.purge([("event", "e-2")])

    def raw(driver):
        with driver.transaction(write=True) as transaction:
            transaction.put("person", "../x", b'{"raw":1}', Index(), expect=ANY)

    return (
        (put, lambda there: there | {"e-0": "Anders", "e-9": "Fachtag"}),
        (remove, lambda there: {key: value for key, value in there.items() if key != "e-1"}),
        (purge, lambda there: {key: value for key, value in there.items() if key != "e-2"}),
        (raw, lambda there: there | {"../x": '{"raw":1}'}),
    )


def there(driver):
    with driver.transaction(write=False) as transaction:
        found = {id_: event_title(body) for id_, _, body in transaction.contents("event")}
        return found | {id_: body.decode() for id_, _, body in transaction.contents("person")}


def event_title(body):
    return body.decode().partition('"title":"')[2].partition('"')[0]


def require_whole(root, allowed):
    with FilesDriver(root) as driver:
        found = there(driver)
        assert found in allowed
        assert driver.verify().damages == ()
        assert driver.findings == ()
        assert driver.take_in() == ()
        for face in driver.holding.faces:
            data = (root / face.path).read_bytes()
            assert face.path.endswith(".json") or f"SUMMARY:{found[face.id]}".encode() in data
        files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        assert {name for name in files if name.endswith((".ics", ".json", ".vcf"))} == {
            face.path for face in driver.holding.faces
        }
        assert len(list(driver.holding.faces)) == len(found)
        assert not [name for name in files if name.endswith(".tmp") or name.startswith("konflikte")]


def prepared(root):
    with FilesDriver(root) as driver:
        Store(driver).put_all([event(number) for number in range(8)])
    return {f"e-{number}": "Fachtag" for number in range(8)}


@pytest.mark.parametrize("crash", [False, True], ids=["disk full", "crash"])
def test_the_nth_operation_fails(tmp_path, monkeypatch, crash):
    number, finished = 0, False
    while not finished:
        number += 1
        root = tmp_path / str(number)
        before = prepared(root)
        allowed = [before]
        driver = None
        with failing(monkeypatch, number, crash=crash) as done, suppress(Crash):
            try:
                driver = FilesDriver(root)
                for step, outcome in steps():
                    after = outcome(allowed[-1])
                    allowed.append(after)
                    try:
                        step(driver)
                    except Unavailable:
                        # A refused change is not there; only a purge may have got as far as the removal.
                        now = there(driver)
                        assert now in allowed[-2:]
                        allowed = [now]
                    else:
                        allowed = [after]
                driver.close()
            except Unavailable:
                assert driver is None
        finished = done[0] < number
        if driver is not None and crash:
            driver._release()
        elif driver is not None:
            with suppress(Unavailable):
                driver.close()
        require_whole(root, allowed)
        assert number < 400
    assert number > 40


def test_a_first_opening_that_fails_at_any_point_can_be_repeated(tmp_path, monkeypatch):
    for crash in (False, True):
        number, finished = 0, False
        while not finished:
            number += 1
            root = tmp_path / f"{crash}-{number}"
            with failing(monkeypatch, number, crash=crash) as done, suppress(Crash, Unavailable):
                FilesDriver(root).close()
            finished = done[0] < number
            with FilesDriver(root) as driver:
                Store(driver).put(Person(id="p", family_name="Muster"), expect=ANY)
                assert driver.verify().damages == ()
        assert number > 10


def test_files_that_were_torn_by_a_power_cut_are_written_again(tmp_path):
    """Journal on the disk, files not: nothing is a deletion or an edit."""
    root = tmp_path / "office"
    driver = FilesDriver(root)
    events = [event(number) for number in range(10)]
    Store(driver).put_all(events)
    paths = [root / driver.holding.faces.of(("event", one.id)).path for one in events]
    whole = paths[4].read_bytes()
    driver._release()
    paths[0].unlink()
    paths[1].write_bytes(b"")
    paths[2].write_bytes(b"\0" * 300)
    paths[3].write_bytes(whole[:100])
    with FilesDriver(root) as again:
        assert again.findings == ()
        assert {one.id for one in events} == set(there(again))
        assert len(changes(again)) == 10
        assert all(b"END:VCALENDAR" in path.read_bytes() for path in paths)


def test_an_edit_between_commit_and_renaming_is_merged(tmp_path, monkeypatch):
    """Killed after the commit and before the files got their names, and then somebody edits the old file."""
    root = tmp_path / "office"
    prepared(root)
    driver = FilesDriver(root)
    with monkeypatch.context() as patch:
        patch.setattr(driver._faces, "place", crash_now)
        with pytest.raises(Crash):
            Store(driver).put(attrs.evolve(event(0), title="Von hier"), expect=ANY)
    path = root / driver.holding.faces.of(("event", "e-0")).path
    driver._release()
    path.write_bytes(path.read_bytes().replace(b"SUMMARY:Fachtag\r\n", b"SUMMARY:Fachtag\r\nLOCATION:Rathaus\r\n"))
    with FilesDriver(root) as again:
        found = Store(again).get(Event, "e-0").value
        assert (found.title, str(found.location)) == ("Von hier", "Rathaus")
        assert again.findings == ()


def crash_now(*_arguments):
    raise Crash


def changes(driver):
    with driver.transaction(write=False) as transaction:
        return list(transaction.changes())


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_end_of_the_journal_is_cut_off(tmp_path, cut):
    root = tmp_path / "office"
    before = prepared(root)
    journal = root / ".koschuso" / "journal-00000001"
    whole = journal.read_bytes()
    with FilesDriver(root) as driver:
        Store(driver).put(event(99), expect=ANY)
        stand = (root / ".koschuso" / "stand").read_bytes()
    longer = journal.read_bytes()
    assert stand
    for tail in (longer[:-cut], whole + b"\0" * cut, longer[: len(whole) + cut] + b"x" * 500):
        journal.write_bytes(tail)
        (root / ".koschuso" / "stand").write_bytes(b"")
        (root / "kalender" / "e-99.ics").unlink(missing_ok=True)
        with FilesDriver(root) as driver:
            assert there(driver) == before
            assert driver.verify().damages == ()
        assert journal.read_bytes() == whole


def test_damage_in_the_middle_is_told_and_never_cut_off(tmp_path):
    """Every flipped bit is found: at opening, at reading or by verify; and a backup of it is refused."""
    root = tmp_path / "office"
    prepared(root)
    with FilesDriver(root) as driver:
        Store(driver).put(event(0, "Anders"), expect=ANY)
        Store(driver).remove(Event, "e-1", expect=ANY)
    journal = root / ".koschuso" / "journal-00000001"
    whole = journal.read_bytes()
    stand = (root / ".koschuso" / "stand").read_bytes()
    for position in range(0, len(whole), 97):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << position % 8
        journal.write_bytes(flipped)
        (root / ".koschuso" / "stand").write_bytes(stand)
        (root / ".koschuso" / "index").unlink(missing_ok=True)
        try:
            with FilesDriver(root) as driver:
                assert driver.verify().damages != (), position
                with pytest.raises(Corrupt):
                    driver.backup(tmp_path / "backup")
                assert not list(tmp_path.glob("backup*"))
        except Corrupt:
            pass
        assert journal.stat().st_size == len(whole), position


def test_damage_in_the_middle_is_not_taken_for_a_torn_end(tmp_path):
    root = tmp_path / "office"
    prepared(root)
    with FilesDriver(root) as driver:
        Store(driver).put(event(0, "Anders"), expect=ANY)
    journal = root / ".koschuso" / "journal-00000001"
    flipped = bytearray(journal.read_bytes())
    flipped[300] ^= 1
    journal.write_bytes(flipped)
    (root / ".koschuso" / "stand").write_bytes(b"")
    with pytest.raises(Corrupt):
        FilesDriver(root)
    assert journal.read_bytes() == bytes(flipped)


WORKER = """
import sys
from koschuso.store.conditions import Index
from koschuso.store.driver import ANY
from koschuso_files.driver import FilesDriver
with FilesDriver(__import__("pathlib").Path(sys.argv[1])) as driver:
    number = 0
    while True:
        number += 1
        with driver.transaction(write=True) as transaction:
            for part in "ab":
                transaction.put("activity", part, b'{"n":%d}' % number, Index(), expect=ANY)
        print(number, flush=True)
"""


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path, seed):
    root = tmp_path / "office"
    source = Path(__file__).parents[1] / "src"
    environment = os.environ | {"PYTHONPATH": str(source)}
    with subprocess.Popen([sys.executable, "-c", WORKER, str(root)], stdout=subprocess.PIPE, env=environment) as worker:
        lines = [worker.stdout.readline() for _ in range(5 + seed * 7)]
        worker.kill()
        lines += worker.stdout.readlines()
    acknowledged = int([line for line in lines if line.endswith(b"\n")][-1])
    with FilesDriver(root) as driver, driver.transaction(write=False) as transaction:
        numbers = {int(body[5:-1]) for _, _, body in transaction.contents("activity")}
        assert len(numbers) == 1
        assert numbers.pop() in {acknowledged, acknowledged + 1}
    with FilesDriver(root) as driver:
        assert driver.verify().damages == ()
        assert driver.findings == ()


def test_another_process_never_takes_a_file_that_was_not_renamed_for_an_edit(tmp_path, monkeypatch):
    """One process is killed before it renames; another changes a different field of the same record."""
    root = tmp_path / "office"
    prepared(root)
    with FilesDriver(root) as other:
        other._outside._next = float("inf")
        killed = FilesDriver(root)
        with monkeypatch.context() as patch:
            patch.setattr(killed._faces, "place", crash_now)
            with pytest.raises(Crash):
                Store(killed).put(event(0, "Vom ersten"), expect=ANY)
        killed._release()
        found = Store(other).get(Event, "e-0").value
        Store(other).put(attrs.evolve(found, description="Vom zweiten"), expect=ANY)
        found = Store(other).get(Event, "e-0").value
        assert (found.title, found.description) == ("Vom ersten", "Vom zweiten")
        assert other.findings == ()
    with FilesDriver(root) as again:
        assert Store(again).get(Event, "e-0").value == found


def crashed(root, *, past=()):
    """A store whose process was killed before its files were known to be on the disk; gives the path of e-0."""
    prepared(root)
    driver = FilesDriver(root)
    for title in past:
        Store(driver).put(event(0, title), expect=ANY)
    path = root / driver.holding.faces.of(("event", "e-0")).path
    driver._release()
    return path


def found_after(root):
    """Title of e-0, and what was told and set aside."""
    with FilesDriver(root) as driver:
        title = Store(driver).get(Event, "e-0").value.title
        assert driver.verify().damages == ()
        told = [(finding.rule, finding.id) for finding in driver.findings]
    folder = root / "konflikte"
    return title, told, [path.read_bytes() for path in folder.iterdir()] if folder.is_dir() else []


def long_title(sign):
    return f"Fachtag {sign * 700}"


def test_a_sector_of_rubbish_after_a_power_cut_never_becomes_content(tmp_path):
    """Letters where the title stands: readable, and yet nobody wrote them."""
    path = crashed(tmp_path / "office", past=[long_title("a"), long_title("b")])
    data = bytearray(path.read_bytes())
    begin = data.index(b"bbb") // 512 * 512 + 512
    data[begin : begin + 512] = bytes(data[begin : begin + 512]).replace(b"b", b"x")
    path.write_bytes(data)
    assert found_after(tmp_path / "office") == (long_title("b"), [("files.im_zweifel", "e-0")], [bytes(data)])
    assert found_after(tmp_path / "office")[:2] == (long_title("b"), [])
    assert b"x" * 60 not in path.read_bytes()


@pytest.mark.parametrize("which", ["before", "before that"])
def test_an_earlier_version_after_a_power_cut_is_written_again_without_a_word(tmp_path, which):
    root = tmp_path / "office"
    earlier = {}
    path = crashed(root, past=[long_title("a")])
    earlier["before that"] = path.read_bytes()
    driver = FilesDriver(root)
    driver._keeper.settle()
    Store(driver).put(event(0, long_title("b")), expect=ANY)
    earlier["before"] = path.read_bytes()
    Store(driver).put(event(0, long_title("c")), expect=ANY)
    driver._release()
    path.write_bytes(earlier[which])
    assert found_after(root) == (long_title("c"), [], [])


def test_an_edit_between_a_crash_and_the_next_opening_is_merged_where_it_is_certain(tmp_path):
    """No power cut makes a file longer than it ever was."""
    path = crashed(tmp_path / "office", past=["Von hier"])
    data = path.read_bytes()
    path.write_bytes(data.replace(b"SUMMARY:Von hier\r\n", b"SUMMARY:Von hier\r\nLOCATION:Rathaus\r\n"))
    assert found_after(tmp_path / "office") == ("Von hier", [], [])
    with FilesDriver(tmp_path / "office") as driver:
        assert str(Store(driver).get(Event, "e-0").value.location) == "Rathaus"


def test_an_edit_between_a_crash_and_the_next_opening_is_kept_where_it_is_not_certain(tmp_path):
    path = crashed(tmp_path / "office", past=["Von hier"])
    edited = path.read_bytes().replace(b"SUMMARY:Von hier", b"SUMMARY:Von dort")
    path.write_bytes(edited)
    assert found_after(tmp_path / "office") == ("Von hier", [("files.im_zweifel", "e-0")], [edited])


def test_an_edit_of_the_same_length_is_certain_while_somebody_has_the_store_open(tmp_path):
    """No power cut can have come between: the machine runs."""
    root = tmp_path / "office"
    prepared(root)
    with FilesDriver(root) as watching:
        writer = FilesDriver(root)
        Store(writer).put(event(0, "Von hier"), expect=ANY)
        path = root / writer.holding.faces.of(("event", "e-0")).path
        writer._release()
        data = path.read_bytes()
        assert b"T120000" in data
        path.write_bytes(data.replace(b"T120000", b"T130000"))
        watching.take_in()
        found = Store(watching).get(Event, "e-0").value
        assert (found.title, found.span.end.hour) == ("Von hier", 13)
        assert watching.findings == ()


def test_a_record_that_was_removed_and_made_again_is_not_changed_by_what_a_power_cut_left(tmp_path):
    root = tmp_path / "office"
    prepared(root)
    driver = FilesDriver(root)
    path = root / driver.holding.faces.of(("event", "e-0")).path
    before = path.read_bytes()
    Store(driver).remove(Event, "e-0", expect=ANY)
    Store(driver).put(event(0, "Neu"), expect=ANY)
    driver._release()
    path.write_bytes(before)
    assert found_after(root) == ("Neu", [], [])
