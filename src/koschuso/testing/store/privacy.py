"""Clauses P1, P2 and U1: what is left after removal and purge, and that no secret of a URL is shown."""

from __future__ import annotations

import io
import logging
import traceback
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

from koschuso.errors import Conflict, KoschusoError, NotSupported
from koschuso.store.conditions import Index, OneOf
from koschuso.store.driver import ABSENT, ANY, Capability, Operation, StoreDriver, Write
from koschuso.testing.clauses import clause, not_applicable, not_checkable
from koschuso.testing.store.samples import CANARY, PLAIN
from koschuso.testing.store.steps import changes, everything, get, history, ids, put, remove, requires, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["PrivacyClauses"]

_CANARIES = Index(**dict.fromkeys(Index._fields, CANARY))


class PrivacyClauses:
    """P1, P2 and U1."""

    @clause("P1")
    def test_p1_after_a_removal_no_body_is_left(self, store: StoreUnderTest) -> None:
        """After a removal neither body nor index value can be read in any way, of no earlier version either."""
        with store.open() as driver:
            put(driver, body=b'{"n":"%b 1"}' % CANARY.encode(), index=_CANARIES)
            put(driver, body=b'{"n":"%b 2"}' % CANARY.encode(), index=_CANARIES)
            put(driver, "b", index=Index(subject="other"))
            removal = remove(driver)
            assert get(driver) is None
            assert ids(scan(driver)) == ["b"]
            for name in Index._fields:
                assert "a" not in ids(scan(driver, OneOf(name, [CANARY])))
            if Capability.HISTORY in driver.capabilities:
                steps = history(driver)
                assert [(step.operation, step.body, step.index) for step in steps] == [
                    (Operation.PUT, None, None),
                    (Operation.PUT, None, None),
                    (Operation.REMOVE, None, None),
                ]
                assert steps[-1].revision == removal
                assert CANARY not in repr([tuple(step) for step in steps])
            assert CANARY not in repr([tuple(change) for change in changes(driver)])
            documents, counts, *_ = everything(driver)
            assert CANARY not in repr([tuple(document) for document in documents])
            assert counts == {"person": 1}

    @clause("P1")
    def test_p1_a_removal_or_purge_takes_nothing_of_other_documents(self, store: StoreUnderTest) -> None:
        """Documents of the same id and another kind, or of an id that begins alike, keep all that they have."""
        others = [("person", "a", "event"), ("person", "a1", "person"), ("person", "A", "person")]
        with store.open() as driver:
            for taken in ("remove", "purge"):
                for _, id_, kind in others:
                    for number in range(2):
                        put(driver, id_, b"%d" % number, Index(subject="s"), kind=kind)
                put(driver, "a")
                before = everything(driver)
                with driver.transaction(write=True) as transaction:
                    if taken == "remove":
                        transaction.remove("person", "a", expect=ANY)
                    else:
                        transaction.purge("person", "a")
                assert everything(driver)[0] == [found for found in before[0] if found[:2] != ("person", "a")]
                if Capability.HISTORY in driver.capabilities:
                    for _, id_, kind in others:
                        assert [step.body for step in history(driver, id_, kind)][-2:] == [b"0", b"1"]

    @clause("P1")
    def test_p1_a_new_document_under_the_old_key_brings_nothing_back(self, store: StoreUnderTest) -> None:
        """Created again, a removed document has neither old bodies nor old index values."""
        with store.open() as driver:
            put(driver, body=b'"%b"' % CANARY.encode(), index=_CANARIES)
            remove(driver)
            put(driver, expect=ABSENT)
            for name in Index._fields:
                assert [found.id for found in scan(driver, OneOf(name, [CANARY])) if found.index != Index()] == []
            if Capability.HISTORY in driver.capabilities:
                steps = history(driver)
                assert [step.body for step in steps] == [None, None, PLAIN]
                assert [step.operation for step in steps] == [Operation.PUT, Operation.REMOVE, Operation.PUT]
                assert CANARY not in repr([tuple(step) for step in steps])

    @clause("P2")
    def test_p2_after_a_purge_nothing_can_be_read_any_more(self, store: StoreUnderTest) -> None:
        """A purge takes document, versions and index values; keys and revisions stay in the feed."""
        with store.open() as driver:
            requires(driver, Capability.PURGE)
            for turn in range(3):
                put(driver, "a", b'"%b %d"' % (CANARY.encode(), turn), _CANARIES)
                put(driver, "kept", b"%d" % turn)
            put(driver, "gone", b'"%b"' % CANARY.encode(), _CANARIES)
            remove(driver, "gone")
            before = changes(driver)
            driver.purge(iter([("person", "a"), ("person", "gone"), ("person", "unknown"), ("task", "unknown")]))
            assert get(driver) is None
            assert [(found.id, found.body) for found in scan(driver)] == [("kept", b"2")]
            feed = changes(driver)
            assert feed[: len(before)] == before
            assert ("person", "a", Operation.PURGE) in [
                (new.kind, new.id, new.operation) for new in feed[len(before) :]
            ]
            assert "unknown" not in ids(feed)
            assert len({change.revision for change in feed if change.id == "a"}) == 4
            if Capability.HISTORY in driver.capabilities:
                for id_ in ("a", "gone"):
                    assert {(step.body, step.index) for step in history(driver, id_)} == {(None, None)}
                assert history(driver)[-1].operation is Operation.PURGE
                assert [step.body for step in history(driver, "kept")] == [b"0", b"1", b"2"]
            driver.purge([("person", "a")])
            driver.purge([])
            assert CANARY not in repr([tuple(part) for part in everything(driver)[0]])
            if Capability.VERIFY in driver.capabilities:
                assert driver.verify().damages == ()
            put(driver, "a", expect=ABSENT)
            assert get(driver) is not None

    @clause("P2")
    def test_p2_a_purge_takes_all_that_it_was_told_and_nothing_else(self, store: StoreUnderTest) -> None:
        """Many keys of several kinds, unknown ones before and between them and some twice: exactly these are gone."""
        with store.open() as driver:
            requires(driver, Capability.PURGE)
            kinds, numbers = ("person", "event", "task"), range(700)
            with driver.transaction(write=True) as transaction:
                transaction.put_many(
                    Write(kind, f"{number}", b'{"n":%d}' % number, Index(subject="s"), ABSENT)
                    for kind in kinds
                    for number in numbers
                )
            gone = [("person", f"{number}") for number in numbers if number % 10] + [("event", "1"), ("event", "2")]
            driver.purge([("person", "unknown"), ("place", "1"), *gone[:5], ("event", "unknown"), *gone])
            left = {kind: [f"{number}" for number in numbers if (kind, f"{number}") not in gone] for kind in kinds}
            for kind in kinds:
                assert ids(scan(driver, kind=kind)) == sorted(left[kind])
                assert ids(scan(driver, OneOf("subject", ["s"]), kind=kind)) == sorted(left[kind])
            assert {
                (change.kind, change.id) for change in changes(driver) if change.operation is Operation.PURGE
            } == set(gone)
            if Capability.HISTORY in driver.capabilities:
                for kind, id_, body in (
                    ("person", "1", None),
                    ("person", "10", b'{"n":10}'),
                    ("task", "1", b'{"n":1}'),
                ):
                    assert history(driver, id_, kind)[0].body == body

    @clause("P2")
    def test_p2_after_a_purge_nothing_is_left_in_the_files(self, store: StoreUnderTest) -> None:
        """No text of body or index is left in any file, while the store is open and after it was closed."""
        canary = CANARY.encode()
        with store.open() as driver:
            requires(driver, Capability.PURGE)
            if store.content is None:
                not_checkable("Die Dateien dieses Speichers sind von hier aus nicht zu sehen.")
            filler = b'{"n":"' + b"x" * 700 + b'"}'
            for turn in range(3):
                with driver.transaction(write=True) as transaction:
                    for number in range(150):
                        body = b'{"turn":%d,"n":"%b"}' % (turn, canary * (1 + number % 3 * 200))
                        keeps = number % 2 == 0
                        transaction.put(
                            "person",
                            f"{number:03}",
                            filler if keeps else body,
                            Index() if keeps else _CANARIES,
                            expect=ANY,
                        )
                with driver.transaction(write=True) as transaction:
                    # Small ones that grow and shrink among others: pages are split, and pieces of them moved about.
                    transaction.put_many(
                        Write(
                            "person",
                            f"small-{(name := number * 7919 % 400):03}",
                            b'"%b"' % (b"y" * (number * 31 % 97 * turn) + (canary if name % 2 else b"z")),
                            Index(subject=CANARY if name % 2 else f"{number * turn}"),
                            ANY,
                        )
                        for number in range(400)
                    )
            try:
                before = store.content()
            except NotSupported:
                not_checkable("Wer hier prüft, darf die Dateien dieses Speichers nicht lesen.")
            if not before and not store.outlives:
                not_applicable("Der Speicher hält nichts in Dateien.")
            if canary not in before:
                not_checkable("Die Inhalte sind in den Dateien nicht im Klartext zu finden.")
            remove(driver, "001")
            small = [f"small-{number:03}" for number in range(1, 400, 2)]
            purged = [f"{number:03}" for number in range(1, 150, 2)] + small
            driver.purge([("person", id_) for id_ in [*purged, "unknown"]])
            assert not _holds(store.content(), canary), "after the purge"
            assert len(scan(driver)) == 275
            driver.purge([("person", "003")])
            assert {change.id for change in changes(driver) if change.operation is Operation.PURGE} == set(purged)
            put(driver, "003", expect=ABSENT)
            assert not _holds(store.content(), canary), "after further writes"
        assert not _holds(store.content(), canary), "after closing"

    @clause("U1")
    def test_u1_no_secret_of_the_url_is_shown(self, store: StoreUnderTest) -> None:
        """A secret in the URL is in no text form, log record, warning, output or error of an open driver."""
        for open_with_secret in (store.open_with_secret, *store.more_secrets):
            failure: Exception | None = None
            with _listening() as shown:
                try:
                    driver = open_with_secret(CANARY)
                except Exception as error:  # noqa: BLE001 - whatever it is, it may show the secret
                    failure = error
                else:
                    with driver:
                        shown.extend(_forms(driver))
            told = [*shown, *([_told(failure)] if failure is not None else [])]
            assert CANARY not in " ".join(told)
            assert failure is None or isinstance(failure, KoschusoError), "a failed open raises a foreign error"

    @clause("U1")
    def test_u1_bodies_are_shown_by_no_error_and_no_text_form(self, store: StoreUnderTest) -> None:
        """No error, log record or text form of a transaction or document contains a body or an index value."""
        body = b'{"n":"%b"}' % CANARY.encode()
        with _listening() as shown, store.open() as driver:
            put(driver, body=body, index=_CANARIES)
            attempts: list[Callable[[], object]] = [
                lambda: put(driver, body=body, index=_CANARIES, expect=ABSENT),
                lambda: put(driver, body=body, index=_CANARIES, expect="1"),
                lambda: put(driver, body=body[:-1] + b"\0", index=_CANARIES),
                lambda: put(driver, body=body + b"\xff", index=_CANARIES),
                lambda: put(driver, body=body, index=Index(type=CANARY + "\0")),
                lambda: remove(driver, expect="1"),
            ]
            for attempt in attempts:
                try:
                    attempt()
                except Exception as error:  # noqa: BLE001 - whatever it is, it may show the body
                    shown.append(_told(error))
            document = get(driver)
            with driver.transaction(write=True) as transaction:
                shown += [repr(driver), repr(transaction), repr(document), repr(next(transaction.scan("person")))]
                if Capability.HISTORY in driver.capabilities:
                    shown.append(repr(transaction.history("person", "a")))
        texts = [text.replace(repr(_CANARIES), "") for text in shown]
        assert CANARY not in " ".join(texts)


def _holds(content: bytes, text: bytes) -> bool:
    """Tell whether a text is there, without showing the content in the message of a failure."""
    return text in content


def _told(error: BaseException) -> str:
    """Give all that an error tells: message, attributes, causes, notes."""
    told = "".join(traceback.format_exception(error))
    details = getattr(error, "details", {})
    return f"{told} {error!r} {error.args!r} {details!r} {vars(error)!r}"


def _forms(driver: StoreDriver) -> list[str]:
    """Give the text forms of a driver and its transactions, and of a conflict."""
    shown = [repr(driver), str(driver), format(driver)]
    with driver.transaction(write=True) as transaction:
        shown += [repr(transaction), str(transaction), transaction.cursor()]
        try:
            transaction.put("person", "a", PLAIN, Index(), expect="1")
        except Conflict as error:
            shown.append(_told(error))
        shown.append(transaction.put("person", "b", PLAIN, Index(), expect=ANY))
    shown.append(repr(everything(driver)))
    for undeclared in (
        set(Capability) - driver.capabilities - {Capability.SHARED, Capability.HISTORY, Capability.BACKUP}
    ):
        try:
            if undeclared is Capability.VERIFY:
                driver.verify()
            else:
                driver.purge([])
        except KoschusoError as error:
            shown.append(_told(error))
    return shown


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Collect everything that is logged, warned of or printed; added to the list at the end."""
    shown: list[str] = []
    output = io.StringIO()
    factory = logging.getLogRecordFactory()
    root = logging.getLogger()
    level = root.level

    def remembered(*args: object, **options: object) -> logging.LogRecord:
        record = factory(*args, **options)
        told = "".join(traceback.format_exception(record.exc_info[1])) if record.exc_info else ""
        shown.append(f"{record.getMessage()} {record.msg!r} {record.args!r} {told}")
        return record

    with warnings.catch_warnings(record=True) as warned, redirect_stdout(output), redirect_stderr(output):
        warnings.simplefilter("always")
        logging.setLogRecordFactory(remembered)
        root.setLevel(logging.DEBUG)
        try:
            yield shown
        finally:
            logging.setLogRecordFactory(factory)
            root.setLevel(level)
    shown += [str(warning.message) for warning in warned]
    shown.append(output.getvalue())
