"""An index takes the place of one that cannot be used."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archive.index.renewal.index_state import IndexState, examine_index, note_damage
from archive.index.renewal.replacement import discard_index, put_in_place
from archive.index.schema import SCHEMA_VERSION
from archive.index.writer import Index


def fresh(folder: Path, end: int) -> Path:
    path = folder / "index.db.rebuilding"
    with Index(path) as index:
        index.mark_indexed("a.warc.gz", end)
    return path


def end_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT end FROM _progress").fetchone()[0])


def test_a_newer_index_is_kept_each_time(tmp_path: Path) -> None:
    """Under a name that tells its version and is not taken; with what its log holds."""
    path = tmp_path / "index.db"
    fresh(tmp_path, 1).rename(path)
    for number in (1, 2):
        with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(path)) as reader:
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 3}")
            reader.execute("SELECT count(*) FROM articles").fetchone()
            kept = put_in_place(fresh(tmp_path, number + 1), path, tmp_path)
        assert kept is not None
        assert kept.name == f"index.db.schema-{SCHEMA_VERSION + 3}{'' if number == 1 else '.2'}"
        assert (end_in(kept), end_in(path)) == (number, number + 1)
        assert kept.stat().st_mode & 0o027 == 0
        assert examine_index(path, tmp_path) is IndexState.CURRENT


def test_the_database_of_another_program_is_kept(tmp_path: Path) -> None:
    """Nobody knows what it was good for."""
    path = tmp_path / "index.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE notes (text)")
    kept = put_in_place(fresh(tmp_path, 1), path, tmp_path)
    assert kept == tmp_path / "index.db.other"
    with closing(sqlite3.connect(kept)) as db:
        assert db.execute("SELECT count(*) FROM notes").fetchone() == (0,)


def test_a_damaged_index_is_gone_with_its_note(tmp_path: Path) -> None:
    """The WARC files give it again; and what was begun may be thrown away, with its note."""
    path = tmp_path / "index.db"
    path.write_bytes(b"no database" * 1000)
    note_damage(path, tmp_path)
    assert put_in_place(fresh(tmp_path, 2), path, tmp_path) is None
    assert end_in(path) == 2
    assert examine_index(path, tmp_path) is IndexState.CURRENT
    note_damage(fresh(tmp_path, 3), tmp_path)
    discard_index(tmp_path / "index.db.rebuilding", tmp_path)
    assert not list(tmp_path.glob("index.db.*"))
    assert path.stat().st_mode & 0o027 == 0
