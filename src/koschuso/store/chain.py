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
_begun = blake2b(digest_size=DIGEST_SIZE).copy  # a fifth faster than beginning anew


def _fingerprint(data: bytes) -> str:
    hasher = _begun()
    hasher.update(data)
    return hasher.hexdigest()


def content_digest(body: bytes, index: Index) -> str:
    """Fingerprint a body with its index values; JSON holds no line break, so the first one ends them."""
    return _fingerprint(_json(index) + b"\n" + body)


def first_link(store_id: str) -> str:
    """Begin the chain of a store."""
    return _fingerprint(b"koschuso " + store_id.encode())


def next_link(change: Link) -> str:
    """Chain a change to the one before it.

    Args:
        change: Link of the change before; sequence number, microseconds, operation, previous change of the same
            document, kind, id; fingerprint of the content, empty where there is none.
    """
    return _fingerprint(_json(change))


def revision_of(sequence: int, link: str) -> str:
    """Name the revision that a change made.

    The link's digits make it differ from a revision with the same number that was rolled back, or that was made after
    an older backup was restored.
    """
    return f"{sequence:x}-{link[:12]}"
