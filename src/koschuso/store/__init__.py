"""Where records are kept: `Store` for users, `StoreDriver` for whoever builds a storage, `StoreBackend` to announce it."""

from koschuso.store.backends import CORE_BACKENDS
from koschuso.store.copying import CopyResult, copy_store
from koschuso.store.digest import StoreDigest
from koschuso.store.driver import (
    ABSENT,
    ANY,
    Capability,
    Operation,
    StoreBackend,
    StoreDriver,
    Verification,
)
from koschuso.store.opening import open_store
from koschuso.store.store import Store
from koschuso.store.stored import Changed, Outcome, Past, Saved, Stored

__all__ = [
    "ABSENT",
    "ANY",
    "CORE_BACKENDS",
    "Capability",
    "Changed",
    "CopyResult",
    "Operation",
    "Outcome",
    "Past",
    "Saved",
    "Store",
    "StoreBackend",
    "StoreDigest",
    "StoreDriver",
    "Stored",
    "Verification",
    "copy_store",
    "open_store",
]
