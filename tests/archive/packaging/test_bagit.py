"""Bags as written: valid, whole or not there."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

import bagit
import pytest

from archive.errors import StorageError, UsageError
from archive.packaging.bagit import write_bag


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "collection"
    (folder / "archive").mkdir(parents=True)
    (folder / "archive" / "a.warc.gz").write_bytes(b"warc")
    (folder / "warraq.toml").write_text("# أخبار", "utf-8")
    connection = sqlite3.connect(folder / "index.db")
    connection.executescript(
        "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1);"
    )
    connection.close()
    return folder


def test_a_bag_is_valid_and_holds_a_whole_database(root: Path, tmp_path: Path) -> None:
    """While another process writes to the database its snapshot holds what was committed, and every
    manifest is right.
    """
    writing = sqlite3.connect(root / "index.db", isolation_level=None)
    writing.execute("INSERT INTO t VALUES (2)")
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("INSERT INTO t VALUES (3)")
    files = [root / "archive" / "a.warc.gz", root / "warraq.toml"]
    bag = tmp_path / "bag"
    info = {"External-Description": "أخبار"}
    assert write_bag(bag, root=root, files=files, database=root / "index.db", info=info) == 3
    writing.execute("ROLLBACK")
    writing.close()
    read = bagit.Bag(str(bag))
    assert read.is_valid()
    assert read.info["External-Description"] == "أخبار"
    for algorithm in ("sha256", "sha512"):
        subprocess.run(
            [f"{algorithm}sum", "--quiet", "-c", f"manifest-{algorithm}.txt"], cwd=bag, check=True
        )
    assert (bag / "data" / "archive" / "a.warc.gz").read_bytes() == b"warc"
    snapshot = sqlite3.connect(bag / "data" / "index.db")
    assert snapshot.execute("SELECT x FROM t").fetchall() == [(1,), (2,)]
    snapshot.close()


def test_nothing_is_overwritten_or_left_half(root: Path, tmp_path: Path) -> None:
    """A folder that is there is left alone; where a file cannot be read no bag stays behind."""
    with pytest.raises(UsageError, match="exists"):
        write_bag(root, root=root, files=[], database=None, info={})
    with pytest.raises(StorageError, match=r"cannot be written: .*gone\.warc\.gz"):
        write_bag(
            tmp_path / "bag",
            root=root,
            files=[root / "archive" / "gone.warc.gz"],
            database=None,
            info={},
        )
    assert {path.name for path in tmp_path.iterdir()} == {"collection"}


def test_a_damaged_index_leaves_no_bag(root: Path, tmp_path: Path) -> None:
    """The error names the index and how to repair it; nothing of the bag stays behind."""
    (root / "index.db").write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match=r"index\.db: .*--rebuild"):
        write_bag(tmp_path / "bag", root=root, files=[], database=root / "index.db", info={})
    assert {path.name for path in tmp_path.iterdir()} == {"collection"}
