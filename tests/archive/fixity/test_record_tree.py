"""The leaves of a file: its records as they lie in it, without a gap, whatever the file is."""

from pathlib import Path

import fixity_kit
import foreign_files
import malformed_warcs
import pytest

from archive.fixity.merkle import GrowingTree, hash_leaf
from archive.fixity.record_tree import read_leaves, record_tree
from archive.warc.record_reader import read_records

# Files as other tools write them, each as its records.
FOREIGN = {
    "wget.warc": foreign_files.wget(),
    "wget-again.warc": foreign_files.wget_again(),
    "heritrix.warc": foreign_files.heritrix(),
    "warcprox.warc": foreign_files.warcprox(),
    "from-arc.warc": foreign_files.from_arc(),
    "cc-news.warc": foreign_files.cc_news(),
    "browsertrix.warc": foreign_files.browsertrix(),
    "one.arc": foreign_files.arc(1),
    "two.arc": foreign_files.arc(2),
}


def test_leaves_are_the_records(tmp_path: Path) -> None:
    """Each record of a WARC is one leaf over its bytes as they are in the file."""
    path = fixity_kit.add_warc(tmp_path, "one")
    data = path.read_bytes()
    leaves = list(read_leaves(path))
    assert [leaf.offset for leaf in leaves] == [record.offset for record in read_records(path)]
    assert len(leaves) == 10
    for leaf in leaves:
        assert leaf.digest == hash_leaf(data[leaf.offset : leaf.offset + leaf.length])
    assert record_tree(path)["records"] == 10


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
def test_the_trees_of_foreign_files(tmp_path: Path, name: str, packed: bool) -> None:
    """A leaf for each record of every known tool, packed or not, with the line ends behind it: what
    is stated once must come out again in every later version.
    """
    path = tmp_path / (name + (".gz" if packed else ""))
    parts = [foreign_files.gz([part]) if packed else part for part in FOREIGN[name]]
    path.write_bytes(b"".join(parts))
    root = GrowingTree(map(hash_leaf, parts)).compute_root().hex()
    assert record_tree(path) == {"records": len(parts), "root": root}


def test_leaves_leave_no_gap_in_any_file(tmp_path: Path) -> None:
    """Malformed and damaged files, notes and empty ones: the leaves are the file."""
    files = [(malformed_warcs.NAME, data) for data in malformed_warcs.ALL.values()]
    files += [("x.origin.json", b"{}"), ("no.arc", b"no arc"), ("no.warc", b"\n\nWARC/1.0")]
    for name, data in files:
        path = tmp_path / name
        path.write_bytes(data)
        at = 0
        for leaf in read_leaves(path):
            assert leaf.offset == at, name
            assert leaf.length > 0, name
            at += leaf.length
        assert at == len(data), name
