"""Fingerprints: one for each content, and a chain over all changes that shows any later tampering.

Each is BLAKE2b with 16 bytes, written as 32 hexadecimal digits, over compact JSON: of the index values as an array, a
line break and the body as it is; of what stands in a line of the change log as an array, with the link before it first.

Part of the file format: the golden file ``tests/golden/store-v1.sql`` pins it.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from koschuso.store.conditions import Index

__all__ = ["DIGEST_SIZE", "Link", "content_digest", "first_link", "next_link", "revision_of"]

DIGEST_SIZE = 16

Link = tuple[str, int, int, str, int | None, str, str, str]

_json = msgspec.json.Encoder().encode


def content_digest(body: bytes, index: Index) -> str:
    """Fingerprint a body with its index values; JSON holds no line break, so the first one ends them."""
    return blake2b(_json(index) + b"\n" + body, digest_size=DIGEST_SIZE).hexdigest()


def first_link(store_id: str) -> str:
    """Begin the chain of a store."""
    return blake2b(b"koschuso " + store_id.encode(), digest_size=DIGEST_SIZE).hexdigest()


def next_link(change: Link) -> str:
    """Chain a change to the one before it.

    Args:
        change: Link of the change before; sequence number, microseconds, operation, previous change of the same
            document, kind, id; fingerprint of the content, empty where there is none.
    """
    return blake2b(_json(change), digest_size=DIGEST_SIZE).hexdigest()


def revision_of(sequence: int, link: str) -> str:
    """Name the revision that a change made.

    The link's digits make it differ from a revision with the same number that was rolled back, or that was made after
    an older backup was restored.
    """
    return f"{sequence:x}-{link[:12]}"
