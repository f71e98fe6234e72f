"""What state `index.db` is in: whether it can be read and written, or has to be made anew.

Damage that SQLite meets only in the middle of its work is noted in a file, since whoever opens the
index next would not see it. Making an index anew is `pipelines.ingest.index_renewal`'s.
"""

from __future__ import annotations

import os
import sqlite3
import struct
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from archive.errors import DamagedDatabaseError, StorageError
from archive.index.connection import connect_reader, storage_errors
from archive.index.schema import APPLICATION_ID, SCHEMA_VERSION
from archive.locks.file_modes import open_private
from archive.warc.open_file import sync_folder

_MAGIC = b"SQLite format 3\x00"
_HEADING = 100  # bytes


class IndexState(StrEnum):
    """Of the file of an index; the words are for a person."""

    CURRENT = "as it should be"
    MISSING = "missing"
    OLDER = "written by an older Warraq"
    NEWER = "written by a newer Warraq"
    FOREIGN = "no index of Warraq"
    DAMAGED = "damaged"

    @property
    def is_kept(self) -> bool:
        """Whether the file is kept under another name: the WARC files do not give it again."""
        return self in {IndexState.NEWER, IndexState.FOREIGN}


def examine_index(path: Path, notes: Path, *, timeout: float = 30.0) -> IndexState:
    """The state of the index at `path`; `notes` is the folder of notes of damage, `timeout` how
    long, in seconds, a lock is waited for.

    Raises StorageError where the disk or a lock refuses, which says nothing of the file itself.
    """
    if not path.is_file():
        return IndexState.MISSING
    if damage_note(path, notes).exists():
        return IndexState.DAMAGED
    try:
        with storage_errors(path, is_trusted=False):
            return _state_by_heading(_heading_of(path, timeout))
    except DamagedDatabaseError:
        return IndexState.DAMAGED


def schema_version(path: Path) -> int | None:
    """The schema version that a database states; None where it cannot be read."""
    with suppress(sqlite3.Error), closing(connect_reader(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    return None


def note_damage(path: Path, notes: Path) -> None:
    """Note that the index at `path` was found to be damaged, durably (fsync of the folder)."""
    with open_private(damage_note(path, notes), "wb"):
        pass
    sync_folder(notes)


def damage_note(path: Path, notes: Path) -> Path:
    """The file that says so of an index."""
    return notes / f"{path.name}.damaged"


@dataclass(frozen=True, slots=True)
class _Heading:
    """Whose database a file is: application, schema version, and whether it has any table."""

    application: int
    version: int
    has_tables: bool


def _heading_of(path: Path, timeout: float) -> _Heading:
    """The heading, from the file itself (https://www.sqlite.org/fileformat2.html §1.3) where no log
    is beside it: SQLite would leave one behind.
    """
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        with closing(connect_reader(path, timeout=timeout)) as db:
            return _Heading(
                db.execute("PRAGMA application_id").fetchone()[0],
                db.execute("PRAGMA user_version").fetchone()[0],
                bool(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]),
            )
    try:
        with path.open("rb") as file:
            data = file.read(_HEADING)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise StorageError(f"{path}: cannot be read: {error.strerror}") from error
    if not data:
        return _Heading(0, 0, has_tables=False)
    if len(data) < _HEADING or not data.startswith(_MAGIC):
        raise DamagedDatabaseError(f"{path}: file is not a database", path)
    page, version, application = struct.unpack_from(">H42xi4xi", data, 16)
    return _Heading(application, version, has_tables=size > (page if page != 1 else 1 << 16))


def _state_by_heading(heading: _Heading) -> IndexState:
    if not heading.has_tables:  # a kill came before them
        return IndexState.MISSING
    if heading.application != APPLICATION_ID:
        return IndexState.FOREIGN
    if heading.version == SCHEMA_VERSION:
        return IndexState.CURRENT
    return IndexState.NEWER if heading.version > SCHEMA_VERSION else IndexState.OLDER
