"""Merkle trees as RFC 6962 §2.1 (and RFC 9162) has them, over SHA-256: one digest that commits to
many leaves, and for each leaf a short path that leads from it to that digest.

A leaf and an inner node are digested behind different bytes, so that none can pass for the other.
What the leaves are is others' business: records of a file, lines of the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

_LEAF, _NODE = b"\x00", b"\x01"


def hash_leaf(*pieces: bytes) -> bytes:
    """The digest of a leaf, whose bytes may come in pieces."""
    digest = hashlib.sha256(_LEAF)
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def hash_pair(left: bytes, right: bytes) -> bytes:
    """The digest of the node above two."""
    return hashlib.sha256(_NODE + left + right).digest()


class GrowingTree:
    """A tree that leaves are added to, of which only the roots of its perfect parts are kept: some
    thirty digests for a thousand million leaves.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._parts: list[bytes] = []  # from left to right, the largest first
        for leaf in leaves:
            self.add_leaf(leaf)

    def add_leaf(self, leaf: bytes) -> None:
        """Add the digest of a leaf on the right."""
        parts, self.size = [*self._parts, leaf], self.size + 1
        rest = self.size
        while rest % 2 == 0:
            right, left = parts.pop(), parts.pop()
            parts.append(hash_pair(left, right))
            rest //= 2
        self._parts = parts

    def compute_root(self) -> bytes:
        """The root over all leaves so far; of no leaf, the digest of nothing."""
        if not self._parts:
            return hashlib.sha256().digest()
        *parts, root = self._parts
        for part in reversed(parts):
            root = hash_pair(part, root)
        return root


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The digests that lead from the leaf at `index` to the root, from below upwards."""
    if len(leaves) <= 1:
        return []
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < half:
        return [*inclusion_path(leaves[:half], index), GrowingTree(leaves[half:]).compute_root()]
    return [
        *inclusion_path(leaves[half:], index - half),
        GrowingTree(leaves[:half]).compute_root(),
    ]


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a path leads to from the leaf at `index` of `size` leaves (RFC 9162 §2.1.3.2);
    ValueError if it is not as long as it must be.
    """
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} among {size}")
    position, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if position % 2 or position == last:
            root = hash_pair(sibling, root)
            while position % 2 == 0 and position:
                position, last = position >> 1, last >> 1
        else:
            root = hash_pair(root, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return root
