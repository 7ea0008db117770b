"""Fingerprints: one for each content, and a chain over all changes that shows any later tampering.

Part of the file format: the golden file ``tests/golden/store-v1.sql`` pins it.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from koschuso.store.conditions import Index

__all__ = ["DIGEST_SIZE", "content_digest", "first_link", "next_link", "revision_of"]

DIGEST_SIZE = 16
_NOTHING = (None,) * 6


def content_digest(body: bytes, index: Index) -> bytes:
    """Fingerprint a body with its index values.

    Index values hold no control characters, so the first line break ends them.
    """
    head = b"" if index == _NOTHING else _marked(index)
    return blake2b(b"%b\n%b" % (head, body), digest_size=DIGEST_SIZE).digest()


def first_link(store_id: str) -> bytes:
    """Begin the chain of a store."""
    return blake2b(b"koschuso " + store_id.encode(), digest_size=DIGEST_SIZE).digest()


def next_link(link: bytes, change: tuple[int, int, str, int | None, str, str], digest: bytes) -> bytes:
    """Chain a change to the one before it.

    Args:
        link: Link of the change before.
        change: Sequence number, microseconds, operation, previous change of the same document, kind, id.
        digest: Fingerprint of the content; empty where there is none.
    """
    sequence, at, operation, previous, kind, id_ = change
    head = f"{sequence}\n{at}\n{operation}\n{previous}\n{kind}\n{id_}\n".encode()
    return blake2b(link + head + digest, digest_size=DIGEST_SIZE).digest()


def revision_of(sequence: int, link: bytes) -> str:
    """Name the revision that a change made.

    The link's bytes make it differ from a revision with the same number that was rolled back, or that was made after
    an older backup was restored.
    """
    return f"{sequence:x}-{link[:6].hex()}"


def _marked(index: Index) -> bytes:
    return "\x1f".join(["" if value is None else "+" + value for value in index]).encode()
