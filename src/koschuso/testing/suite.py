"""The ready-made suite: ``pytest --pyargs koschuso.testing.suite --store URL`` proves a driver without a line of code.

The name begins with no ``test_`` on purpose: it is collected only where somebody names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from koschuso.testing.store.conformance import StoreConformance

if TYPE_CHECKING:
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["TestStore"]


class TestStore(StoreConformance):
    """The store that ``--store`` names."""

    @pytest.fixture
    def store(self, koschuso_store: StoreUnderTest) -> StoreUnderTest:
        """Give what the plugin made of the URL."""
        return koschuso_store
