"""Opening, checking, replacing and removing the database file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.errors import NewerCollectionError, StorageError
from archive.index.connection import (
    connect_existing,
    is_locked_or_read_only,
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
        (SCHEMA_VERSION - 1, StorageError, "makes it anew"),
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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one table of numbers that are unlike."""
    with closing(sqlite3.connect(tmp_path / "index.db")) as db:
        db.executescript(
            "CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1), (CAST(x'ff' AS TEXT))"
        )
    return tmp_path / "index.db"


def ask(path: Path, statement: str, **options: Any) -> None:
    """Run a statement, with SQLite's errors translated."""
    with storage_errors(path, **options), closing(connect_existing(path, "rw", timeout=0)) as db:
        db.execute(statement).fetchall()


def test_locks_and_disks_are_named_as_such(path: Path) -> None:
    """A lock, or a file that cannot be opened, is a StorageError that names the file and does not
    advise to make it anew.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match=r"index\.db: .*locked; check the disk"):
            ask(path, "DELETE FROM t", repair="delete it")
    with pytest.raises(StorageError, match=r"unable to open.*check the disk"):
        ask(path.with_name("none.db"), "DELETE FROM t")


def test_damage_comes_with_its_repair(path: Path) -> None:
    """A file that is no database, and text that is no text, are StorageErrors that say how to
    repair that very file.
    """
    with pytest.raises(StorageError, match=r"UTF-8.*; run `warraq index --rebuild`"):
        ask(path, "SELECT x FROM t")
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match=r"index\.db: .*not a database; delete it"):
        ask(path, "SELECT x FROM t", repair="delete it")


def test_a_damaged_name_is_damage_too(tmp_path: Path) -> None:
    """SQLite says its name in bytes that are no text, which Python stumbles over."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript("CREATE TABLE one (x); CREATE VIEW two AS SELECT x FROM one_of_them")
    path.write_bytes(path.read_bytes().replace(b"one_of_them", b"one_of_\xa0\xa0em"))
    with (
        pytest.raises(StorageError, match=r"a\.db: a name in it is damaged; run `warraq index"),
        storage_errors(path),
        closing(sqlite3.connect(path)) as db,
    ):
        db.execute("SELECT * FROM two")


@pytest.mark.parametrize(
    ("statement", "bug"),
    [
        ("SELECT * FROM u", sqlite3.OperationalError),
        ("SELECT FROM", sqlite3.OperationalError),
        ("INSERT INTO t VALUES (1)", sqlite3.IntegrityError),
    ],
)
def test_a_wrong_statement_is_a_bug(path: Path, statement: str, bug: type[Exception]) -> None:
    """It passes as it is; but of tables that another program may have changed it is damage, too."""
    with pytest.raises(bug):
        ask(path, statement)
    with pytest.raises(StorageError, match="--rebuild"):
        ask(path, statement, is_trusted=False)


def test_a_refusal_to_write_is_no_damage(path: Path) -> None:
    """A lock and a connection for reading refuse; a wrong statement does not."""

    def error_of(statement: str, mode: str) -> sqlite3.DatabaseError:
        with (
            closing(connect_existing(path, mode, timeout=0)) as db,
            pytest.raises(sqlite3.DatabaseError) as caught,
        ):
            db.execute(statement)
        return caught.value

    assert is_locked_or_read_only(error_of("DELETE FROM t", "ro"))
    assert not is_locked_or_read_only(error_of("DELETE FROM u", "rw"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert is_locked_or_read_only(error_of("DELETE FROM t", "rw"))


def test_a_name_may_hold_what_addresses_are_made_of(tmp_path: Path) -> None:
    """A database is opened whatever signs are in its path."""
    path = tmp_path / "a?b#c%20d.db"
    sqlite3.connect(path).close()
    connect_existing(path, "ro").close()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


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
