"""Fingerprints: one for each content, and a chain over all changes that shows any later tampering.

Part of the file format: the golden file ``tests/golden/store-v1.sql`` pins it.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from koschuso.store.conditions import Index

__all__ = ["DIGEST_SIZE", "content_digest", "first_link", "next_link", "revision_of"]

DIGEST_SIZE = 20
_NOTHING = (None,) * 6


def content_digest(body: bytes, index: Index) -> bytes:
    """Fingerprint a body with its index values.

    Index values hold no control characters, so the first line break ends them.
    """
    digest = blake2b(digest_size=DIGEST_SIZE)
    if index != _NOTHING:
        digest.update("\x1f".join(["" if value is None else f"+{value}" for value in index]).encode())
    digest.update(b"\n")
    digest.update(body)
    return digest.digest()


def first_link(store_id: str) -> bytes:
    """Begin the chain of a store."""
    return blake2b(b"koschuso " + store_id.encode(), digest_size=DIGEST_SIZE).digest()


def next_link(
    link: bytes,
    sequence: int,
    at: int,
    operation: str,
    previous: int | None,
    kind: str,
    id: str,  # noqa: A002 - the record's own term
    digest: bytes,
) -> bytes:
    """Chain a change to the one before it."""
    head = f"{sequence}\n{at}\n{operation}\n{previous}\n{kind}\n{id}\n".encode()
    return blake2b(link + head + digest, digest_size=DIGEST_SIZE).digest()


def revision_of(sequence: int, link: bytes) -> str:
    """Name the revision that a change made.

    The link's bytes make it differ from a revision with the same number that was rolled back, or that was made after
    an older backup was restored.
    """
    return f"{sequence:x}-{link[:6].hex()}"
