"""`StoreConformance`: all clauses of the storage contract in one class to subclass with one fixture."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest

from koschuso.testing.clauses import tell_subject
from koschuso.testing.store.brief import BriefClauses
from koschuso.testing.store.concurrency import ConcurrencyClauses
from koschuso.testing.store.contract import STORE_CONTRACT
from koschuso.testing.store.endings import EndingClauses
from koschuso.testing.store.feed import FeedClauses
from koschuso.testing.store.following import FollowingClauses
from koschuso.testing.store.keeping import KeepingClauses
from koschuso.testing.store.lifetime import LifetimeClauses
from koschuso.testing.store.lives import LifeClauses
from koschuso.testing.store.moving import MovingClauses
from koschuso.testing.store.privacy import PrivacyClauses
from koschuso.testing.store.queries import QueryClauses
from koschuso.testing.store.transactions import TransactionClauses

if TYPE_CHECKING:
    from koschuso.testing.clauses import Contract
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["StoreConformance"]


class StoreConformance(
    KeepingClauses,
    LifeClauses,
    TransactionClauses,
    BriefClauses,
    EndingClauses,
    ConcurrencyClauses,
    QueryClauses,
    FeedClauses,
    FollowingClauses,
    PrivacyClauses,
    MovingClauses,
    LifetimeClauses,
):
    """Proves a storage driver; subclass it in a test module and give it the fixture `store`.

    Example::

        class TestMyStore(StoreConformance):
            @pytest.fixture
            def store(self, tmp_path):
                store = StoreUnderTest.of(BACKEND, f"mine:///{tmp_path}/a.box")
                yield store
                store.clean()

    Every test opens what it needs; a fixture that gives fresh stores for each test is expected.
    """

    koschuso_contract: ClassVar[Contract] = STORE_CONTRACT

    @pytest.fixture
    def store(self) -> StoreUnderTest:
        """Give the driver under test; to be overridden."""
        raise NotImplementedError("Bitte die Fixture »store« überschreiben; sie gibt ein StoreUnderTest zurück.")

    @pytest.fixture(autouse=True)
    def _koschuso_subject(self, request: pytest.FixtureRequest, store: StoreUnderTest) -> None:
        """Tell the report who is proved."""
        tell_subject(request, **store.facts())
