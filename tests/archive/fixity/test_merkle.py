"""Merkle trees: the values of RFC 6962, and paths that lead to the root and to no other."""

import hashlib

import pytest

from archive.fixity.merkle import GrowingTree, hash_leaf, inclusion_path, root_of_path

# The leaves and roots that implementations of Certificate Transparency test with.
_DATA = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def test_roots_are_those_of_the_standard() -> None:
    """The known roots over the known leaves; of no leaf, the digest of nothing."""
    leaves = [hash_leaf(data) for data in _DATA]
    assert {n: GrowingTree(leaves[:n]).compute_root().hex() for n in _ROOTS} == _ROOTS
    assert GrowingTree().compute_root() == hashlib.sha256(b"").digest()


def test_each_path_leads_to_the_root_and_no_other_does() -> None:
    """For every leaf of every small tree; another leaf, place, size or path leads elsewhere."""
    leaves = [hash_leaf(bytes([number])) for number in range(20)]
    for size in range(1, 21):
        root = GrowingTree(leaves[:size]).compute_root()
        for index in range(size):
            path = inclusion_path(leaves[:size], index)
            assert len(path) <= 5
            assert root_of_path(leaves[index], index, size, path) == root
            assert root_of_path(hash_leaf(b"other"), index, size, path) != root
            with pytest.raises(ValueError, match="too long"):
                root_of_path(leaves[index], index, size, [*path, root, root])
            for wrong in range(size):
                if wrong != index and len(inclusion_path(leaves[:size], wrong)) == len(path):
                    assert root_of_path(leaves[index], wrong, size, path) != root
    with pytest.raises(ValueError, match="too short"):
        root_of_path(leaves[0], 0, 8, [])
    with pytest.raises(ValueError, match="no leaf 8"):
        root_of_path(leaves[0], 8, 8, [])
