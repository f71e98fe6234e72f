"""What state the file of an index is in."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.errors import StorageError
from archive.index.connection import create_private
from archive.index.renewal.index_state import (
    IndexState,
    damage_note,
    examine_index,
    note_damage,
    schema_version,
)
from archive.index.schema import SCHEMA_VERSION
from archive.index.writer import Index


def test_each_state_is_told_from_the_others(tmp_path: Path) -> None:
    """By the heading of the file; an empty one is none yet."""
    path = tmp_path / "index.db"
    assert examine_index(path, tmp_path) is IndexState.MISSING
    create_private(path)
    assert examine_index(path, tmp_path) is IndexState.MISSING
    Index(path).close()
    assert examine_index(path, tmp_path) is IndexState.CURRENT
    for version, state in (
        (SCHEMA_VERSION + 1, IndexState.NEWER),
        (SCHEMA_VERSION - 1, IndexState.OLDER),
    ):
        with closing(sqlite3.connect(path)) as db:
            db.execute(f"PRAGMA user_version = {version}")
        assert (examine_index(path, tmp_path), schema_version(path)) == (state, version)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA application_id = 7")
    assert examine_index(path, tmp_path) is IndexState.FOREIGN
    path.write_bytes(b"no database" * 1000)
    assert (examine_index(path, tmp_path), schema_version(path)) == (IndexState.DAMAGED, None)


def test_what_the_warc_files_do_not_give_again_is_kept() -> None:
    """The index of a newer Warraq, and what is none."""
    assert {state for state in IndexState if state.is_kept} == {
        IndexState.NEWER,
        IndexState.FOREIGN,
    }


def test_noted_damage_is_known_to_who_comes_next(tmp_path: Path) -> None:
    """Though the file opens without complaint; the note is closed to other users."""
    path, other = tmp_path / "index.db", tmp_path / "index.db.rebuilding"
    Index(path).close()
    Index(other).close()
    note_damage(path, tmp_path)
    assert examine_index(path, tmp_path) is IndexState.DAMAGED
    assert examine_index(other, tmp_path) is IndexState.CURRENT
    assert damage_note(path, tmp_path).stat().st_mode & 0o027 == 0


def test_a_lock_is_no_damage(tmp_path: Path) -> None:
    """Where the database is held by another program nothing is said of it."""
    path = tmp_path / "index.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; CREATE TABLE t (x)"
        )
        with pytest.raises(StorageError, match="locked"):
            examine_index(path, tmp_path, timeout=0)
