"""Clauses V1 and X1: old data, and abilities that are declared or not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from koschuso.errors import Corrupt, KoschusoError, NotSupported, Refused
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, Capability, Operation, StoreDriver
from koschuso.testing.clauses import clause, not_applicable, not_checkable
from koschuso.testing.store.golden import GOLDEN_BODIES, GOLDEN_FEED, GOLDEN_INDEX, GOLDEN_MOMENT, write_golden
from koschuso.testing.store.samples import EMPTY
from koschuso.testing.store.steps import changes, everything, history, put, remove, requires, scan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["LifetimeClauses"]


class LifetimeClauses:
    """V1 and X1."""

    @clause("V1")
    def test_v1_data_of_an_earlier_version_can_be_read(self, store: StoreUnderTest) -> None:
        """What the previous minor version wrote is read and written on, cursors and revisions included."""
        if store.golden is None:
            if not store.outlives:
                not_applicable("Der Speicher lebt nur so lange wie sein Treiber.")
            not_checkable("Es wurde kein Bestand der vorigen Version mitgegeben (StoreUnderTest.golden).")
        with store.golden() as driver:
            _check_golden(driver, store.golden_cursor)
            put(driver, "a", expect=scan(driver)[0].revision)

    @clause("V1")
    def test_v1_a_golden_store_can_be_written(self, store: StoreUnderTest) -> None:
        """This version can write what the next one must be able to read, and reads it itself."""
        with store.open() as driver:
            cursor = write_golden(driver)
            _check_golden(driver, cursor)
        if store.outlives:
            with store.open() as driver:
                _check_golden(driver, cursor)

    @clause("V1")
    @pytest.mark.parametrize(
        "content", [b"Einkaufszettel: Tee, Kekse\n", b'{"format": "x", "version": 99}\n', b"\0\xff" * 4096]
    )
    def test_v1_a_foreign_file_is_refused_and_left_as_it_is(
        self, store: StoreUnderTest, tmp_path: Path, content: bytes
    ) -> None:
        """Where the URL names a file that is something else, opening it says so and changes nothing."""
        if store.restored is None:
            not_applicable("Die URL dieses Speichers nennt keinen Ort im Dateisystem.")
        place = tmp_path / "fremd"
        place.write_bytes(content)
        with pytest.raises(KoschusoError), store.restored(place) as driver:
            put(driver)
        assert place.read_bytes() == content

    @clause("X1")
    def test_x1_an_undeclared_ability_raises(self, store: StoreUnderTest, tmp_path: Path) -> None:
        """What is declared works; what is not raises `NotSupported`, naming it, and changes nothing."""
        with store.open() as driver:
            assert isinstance(driver.capabilities, frozenset)
            assert driver.capabilities <= frozenset(Capability)
            put(driver)
            abilities: dict[Capability, Callable[[], object]] = {
                Capability.HISTORY: lambda: history(driver),
                Capability.VERIFY: driver.verify,
                Capability.BACKUP: lambda: driver.backup(tmp_path / "copy"),
                Capability.PURGE: lambda: driver.purge([("person", "a")]),
            }
            for capability, use in abilities.items():
                before = everything(driver)
                if capability in driver.capabilities:
                    result = use()
                    assert result if capability in {Capability.HISTORY, Capability.VERIFY} else result is None
                else:
                    with pytest.raises(NotSupported) as caught:
                        use()
                    assert capability.value in str(caught.value)
                    assert everything(driver) == before
            if Capability.BACKUP not in driver.capabilities:
                assert not (tmp_path / "copy").exists()

    @clause("X1")
    def test_x1_a_declared_history_tells_every_version(self, store: StoreUnderTest) -> None:
        """A history has every step with revision, operation, time, body and index, the current one last."""
        moment = datetime(2020, 5, 17, 10, 0, 0, 1, tzinfo=UTC)
        with store.open() as driver:
            requires(driver, Capability.HISTORY)
            with driver.transaction(write=True) as transaction:
                first = transaction.put("person", "a", b"1", Index(type="x"), expect=ABSENT, at=moment)
                second = transaction.put("person", "a", b"2", EMPTY, expect=first)
            assert [(step.body, step.index) for step in history(driver)] == [(b"1", Index(type="x")), (b"2", EMPTY)]
            with driver.transaction(write=True) as transaction, pytest.raises(Refused):
                transaction.put("person", "a", b"3", EMPTY, expect=second, at=datetime(2020, 1, 1))  # noqa: DTZ001 - what is refused
            removal = remove(driver)
            third = put(driver, body=b"4")
            fourth = put(driver, body=b"5", index=Index(place="05974"))
            steps = history(driver)
            assert history(driver, "nobody") == history(driver, kind="event") == ()
            assert [step.revision for step in steps] == [first, second, removal, third, fourth]
            assert [step.body for step in steps] == [None, None, None, b"4", b"5"]
            assert [step.operation for step in steps] == [
                Operation.PUT,
                Operation.PUT,
                Operation.REMOVE,
                Operation.PUT,
                Operation.PUT,
            ]
            assert steps[4].index == Index(place="05974")
            assert steps[0].at == moment
            assert [step.at for step in steps] == [change.at for change in changes(driver)]

    @clause("X1")
    def test_x1_a_declared_verify_finds_nothing_in_a_whole_store(self, store: StoreUnderTest) -> None:
        """Verification counts what it read, finds no damage in a whole store, and its head moves with every change."""
        with store.open() as driver:
            requires(driver, Capability.VERIFY)
            assert driver.verify().changes == 0
            for id_ in "abc":
                put(driver, id_)
                put(driver, id_, '"ü"'.encode(), Index(type="ü"))
            remove(driver, "a")
            remove(driver, "b")
            put(driver, "b")
            if Capability.PURGE in driver.capabilities:
                driver.purge([("person", "c")])
                put(driver, "c")
            verification = driver.verify()
            assert verification.damages == ()
            assert verification.documents == 2
            assert verification.changes == len(changes(driver))
            put(driver, "c")
            assert driver.verify().head != verification.head

    @clause("X1")
    def test_x1_a_declared_verify_finds_content_that_is_not_what_was_written(self, store: StoreUnderTest) -> None:
        """A content that was changed in the files, or swapped with that of another document, is found and named."""
        first, second, neither = b"canary-1-verify", b"canary-2-verify", b"canary-3-verify"
        with store.open() as driver:
            requires(driver, Capability.VERIFY)
            for id_, text in (("a", first), ("b", second)):
                put(driver, id_, b'{"n":"%b"}' % text, kind="muster:sache")
            assert driver.verify().damages == ()
        if not store.outlives:
            not_applicable("Der Speicher hält nichts in Dateien.")
        if store.alter is None or not store.alter(first, neither):
            not_checkable("Die Inhalte lassen sich von hier aus nicht in den Dateien verändern.")
        assert _damaged(store) >= {"a"}
        store.alter(second, first)
        store.alter(neither, second)
        assert _damaged(store) >= {"a", "b"}

    @clause("X1")
    def test_x1_a_declared_backup_is_whole_and_replaces_nothing(self, store: StoreUnderTest, tmp_path: Path) -> None:
        """A backup leaves the store as it is, takes only what is committed and refuses an existing target."""
        with store.open() as driver:
            requires(driver, Capability.BACKUP)
            for number in range(20):
                put(driver, f"{number:02}", index=Index(type="x"))
            before = everything(driver)
            folder = tmp_path / "backup"
            folder.mkdir()
            target = folder / "copy"
            with driver.transaction(write=True) as transaction:
                transaction.put("person", "open", b"1", EMPTY, expect=ABSENT)
                driver.backup(target)
            assert target.exists()
            with pytest.raises(Refused):
                driver.backup(target)
            assert [path.name for path in folder.iterdir()] == ["copy"]
            if store.restored is None:
                not_checkable("Eine Sicherung dieses Speichers lässt sich von hier aus nicht öffnen.")
            with store.restored(target) as copy:
                assert everything(copy)[:3] == before[:3]
                if Capability.VERIFY in copy.capabilities:
                    assert copy.verify().damages == ()


def _damaged(store: StoreUnderTest) -> set[str]:
    """Name the documents that are damaged; a store that does not even open says that all may be."""
    try:
        with store.open() as driver:
            return {damage.id for damage in driver.verify().damages}
    except Corrupt:
        return {"a", "b"}


def _check_golden(driver: StoreDriver, cursor: str | None) -> None:
    """Compare a store with what `write_golden` wrote."""
    documents = scan(driver)
    assert [(document.id, document.body) for document in documents] == [
        ("a", GOLDEN_BODIES["a"]),
        ("c", GOLDEN_BODIES["c"]),
    ]
    assert documents[0].index == GOLDEN_INDEX
    feed = changes(driver)
    assert [(change.id, change.operation) for change in feed] == list(GOLDEN_FEED)
    if cursor is not None:
        assert changes(driver, cursor) == feed[3:]
    assert [document.revision for document in documents] == [feed[2].revision, feed[3].revision]
    if Capability.HISTORY in driver.capabilities:
        steps = history(driver)
        assert [step.body for step in steps] == [GOLDEN_BODIES["a, first"], GOLDEN_BODIES["a"]]
        assert steps[0].at == feed[0].at == GOLDEN_MOMENT
    if Capability.VERIFY in driver.capabilities:
        assert driver.verify().damages == ()
