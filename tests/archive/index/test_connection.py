"""Opening, checking, replacing and removing the database file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.errors import NewerCollectionError, StorageError
from archive.index.connection import (
    open_reader,
    open_writer,
    remove_database,
    replace_database,
    storage_errors,
)
from archive.index.schema import APPLICATION_ID, SCHEMA_VERSION
from archive.index.writer import Index


def test_files_of_other_versions_and_programs(tmp_path: Path) -> None:
    """A newer index, an older one and somebody else's database are told apart, by file name and
    with what to do.
    """
    path = tmp_path / "index.db"
    Index(path).close()
    for version, error, advice in (
        (SCHEMA_VERSION + 1, NewerCollectionError, "update Warraq"),
        (SCHEMA_VERSION - 1, StorageError, "--rebuild"),
    ):
        db = sqlite3.connect(path)
        db.execute(f"PRAGMA user_version = {version}")
        db.close()
        with pytest.raises(error, match=f"index.db.*{advice}"):
            Index(path)
    db = sqlite3.connect(tmp_path / "other.db")
    db.execute("CREATE TABLE t (x)")
    db.close()
    with pytest.raises(StorageError, match="no index of Warraq"):
        Index(tmp_path / "other.db")
    (tmp_path / "junk.db").write_bytes(b"x" * 4096)
    with pytest.raises(StorageError, match=r"junk\.db"):
        Index(tmp_path / "junk.db")
    with pytest.raises(StorageError, match="unable to open"):
        Index(tmp_path / "no folder" / "index.db")


def test_the_file_knows_whose_it_is(kit: Any) -> None:
    """The database carries our application id and schema version, and is in WAL mode."""
    kit.index().close()
    assert kit.rows("PRAGMA application_id") == [(APPLICATION_ID,)]
    assert kit.rows("PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert kit.rows("PRAGMA journal_mode") == [("wal",)]


def test_what_sqlite_says_becomes_advice_or_stays_a_bug(tmp_path: Path) -> None:
    """Disk, locks and damage are StorageErrors that say what to do; a wrong statement and a broken
    constraint pass as they are.
    """
    path = tmp_path / "index.db"
    for error, advice in (
        (sqlite3.OperationalError("database is locked"), "another program holds the file"),
        (sqlite3.DatabaseError("disk image is malformed"), "--rebuild"),
    ):
        with (
            pytest.raises(StorageError, match=f"index.db.*{error}.*{advice}"),
            storage_errors(path),
        ):
            raise error
    bugs = (sqlite3.OperationalError("no such table: t"), sqlite3.IntegrityError("UNIQUE"))
    for bug in bugs:
        with pytest.raises(type(bug)), storage_errors(path):
            raise bug


def test_a_new_database_is_closed_to_other_users(tmp_path: Path) -> None:
    """Only its owner writes to it, and users outside the group do not read it."""
    open_writer(tmp_path / "index.db").close()
    assert (tmp_path / "index.db").stat().st_mode & 0o027 == 0


def test_a_reader_goes_on_while_the_database_is_replaced(tmp_path: Path) -> None:
    """Who reads the old index keeps it until done, who opens it then has the new one, and no file
    of the new one is left beside it.
    """
    old, fresh = tmp_path / "index.db", tmp_path / "fresh.db"
    for path, end in ((old, 1), (fresh, 2)):
        with closing(open_writer(path)) as writer:
            writer.execute("INSERT INTO _progress VALUES ('a.warc.gz', ?)", (end,))
    reading = "SELECT end FROM _progress"
    with closing(open_reader(old)) as reader:
        rows = reader.execute(reading)
        replace_database(fresh, old)
        assert rows.fetchall() == [(1,)]
    with closing(open_reader(old)) as reader:
        assert reader.execute(reading).fetchall() == [(2,)]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM _progress")
    assert not list(tmp_path.glob("fresh*"))


def test_a_damaged_database_is_replaced_and_removed_whole(tmp_path: Path) -> None:
    """What is no database any more gives way to a new one; removing takes log and shared memory
    along, and nothing to remove is no error.
    """
    old, fresh = tmp_path / "index.db", tmp_path / "fresh.db"
    old.write_bytes(b"no database" * 1000)
    open_writer(fresh).close()
    replace_database(fresh, old)
    open_reader(old).close()
    for suffix in ("-wal", "-shm"):
        old.with_name(old.name + suffix).touch()
    remove_database(old)
    remove_database(old)
    assert list(tmp_path.iterdir()) == []
