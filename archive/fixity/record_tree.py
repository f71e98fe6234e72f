"""The records of a closed file as the leaves of a Merkle tree, so that a statement of fixity
commits to each of them.

The leaves cut the file without a gap: each goes from where a record begins (or a damaged stretch)
to where the next does, the first from the file's first byte and the last to its last. So a packed
record is the bytes of its gzip member. A file that is no WARC or ARC file is one leaf.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from archive.fixity.merkle import GrowingTree, hash_leaf
from archive.warc.arc import read_arc_records
from archive.warc.file_names import SUFFIXES, is_arc
from archive.warc.record_reader import read_records

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLeaf:
    """The stretch of a file that one record takes up, and its digest as a leaf."""

    offset: int
    length: int
    digest: bytes


def read_leaves(path: Path) -> Iterator[RecordLeaf]:
    """The leaves of a file in their order; none of an empty one. OSError if it cannot be read."""
    with path.open("rb") as file:
        for start, end in pairwise([*_starts(path), path.stat().st_size]):
            file.seek(start)
            pieces = (file.read(min(_PIECE, end - at)) for at in range(start, end, _PIECE))
            yield RecordLeaf(offset=start, length=end - start, digest=hash_leaf(*pieces))


def record_tree(path: Path) -> dict[str, int | str]:
    """The tree of a file as the chain states it: how many `records`, and its `root` (hex)."""
    tree = GrowingTree(leaf.digest for leaf in read_leaves(path))
    return {"records": tree.size, "root": tree.compute_root().hex()}


def _starts(path: Path) -> list[int]:
    """Where leaves begin."""
    if not path.stat().st_size:
        return []
    if not path.name.removesuffix(".tmp").endswith(SUFFIXES):
        return [0]
    read = read_arc_records if is_arc(path) else read_records
    found = [item.offset for item in read(path, keep=lambda _: 0)]
    return [0, *found[1:]] if found else [0]
