"""The conformance kit for storage: `StoreConformance` with the clauses of ``docs/contract/store.md``.

Names are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from koschuso.testing.store.conformance import StoreConformance
    from koschuso.testing.store.contract import STORE_CONTRACT
    from koschuso.testing.store.golden import write_golden
    from koschuso.testing.store.under_test import StoreUnderTest

__all__ = ["STORE_CONTRACT", "StoreConformance", "StoreUnderTest", "write_golden"]

_HOMES: Final = {
    "STORE_CONTRACT": "koschuso.testing.store.contract",
    "StoreConformance": "koschuso.testing.store.conformance",
    "StoreUnderTest": "koschuso.testing.store.under_test",
    "write_golden": "koschuso.testing.store.golden",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
