"""The index in the making takes the place of the one that cannot be used."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from archive.index.connection import (
    create_private,
    remove_database,
    replace_database,
    storage_errors,
)
from archive.index.renewal.index_state import (
    IndexState,
    damage_note,
    examine_index,
    schema_version,
)


def put_in_place(fresh: Path, old: Path, notes: Path) -> Path | None:
    """Put the whole index `fresh` where `old` stands, as `replace_database` does, and take back the
    notes of damage in `notes`. Nobody may write to either of the two meanwhile.

    An `old` that the WARC files do not give again, since it is a newer Warraq's or another
    program's, is kept under the name that is returned.
    """
    state = examine_index(old, notes)
    kept = _keep_copy(old, state) if state.is_kept else None
    replace_database(fresh, old)
    for path in (old, fresh):
        damage_note(path, notes).unlink(missing_ok=True)
    return kept


def discard_index(path: Path, notes: Path) -> None:
    """Remove an index that was begun, and the note of its damage."""
    remove_database(path)
    damage_note(path, notes).unlink(missing_ok=True)


def _keep_copy(path: Path, state: IndexState) -> Path:
    """Copy a database, its log included, to a name that tells what it is and is not taken yet."""
    what = f"schema-{schema_version(path)}" if state is IndexState.NEWER else "other"
    names = (f"{path.name}.{what}{'' if number == 1 else f'.{number}'}" for number in range(1, 99))
    kept = next(place for name in names if not (place := path.with_name(name)).exists())
    fresh = kept.with_name(kept.name + ".new")
    remove_database(fresh)
    create_private(fresh)
    with (
        storage_errors(path, is_trusted=False),
        closing(sqlite3.connect(path)) as source,
        closing(sqlite3.connect(fresh)) as copy,
    ):
        source.backup(copy)
    return fresh.replace(kept)
