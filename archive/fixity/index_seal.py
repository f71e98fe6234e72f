"""The bytes of `index.db` as Warraq left them, so that `verify` finds any that changed since.

SQLite has no checksums of its own: damage in a value that nothing else repeats, or in space that
holds nothing, passes its integrity check. When a writer lets go of a collection, a digest of each
block of the file is noted in `state/`; before the next one writes, the note goes. Without a note
nothing is claimed: after a kill, or in a collection brought here without `state/`. What rows
should say is checked by `archive.verify.index_rules`, and by `verify --deep`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import groupby, zip_longest
from pathlib import Path

from archive.locks.file_modes import open_private
from archive.model.finding import REBUILD_INDEX, Finding
from archive.warc.open_file import sync_folder

BLOCK = 1 << 16
_DIGEST = 8
_HEADING = b"warraq: blake2b of each 64 KiB of index.db\n"


def write_index_checksums(
    database: Path, note: Path, *, is_undisturbed: Callable[[], bool] | None = None
) -> None:
    """Write a digest of each block of the database to `note`.

    Nothing is written, and so nothing claimed later, if a reader still needs the database's log or
    the disk is full. With `is_undisturbed`, called once the database is read, nor where that says
    no, or a writer that came meanwhile deleted what `begin_index_checksums` had begun.
    """
    with suppress(OSError, sqlite3.DatabaseError):
        if not database.is_file() or not _is_checkpointed(database):
            return
        body = _HEADING + b"".join(_block_digests(database))
        fresh = _begun(note)
        if is_undisturbed is not None and not (is_undisturbed() and fresh.exists()):
            return
        with open_private(fresh, "wb") as file:
            file.write(_digest(body) + body)
        fresh.replace(note)


def begin_index_checksums(note: Path) -> None:
    """Say that a note is about to be written, by an empty file beside it."""
    with suppress(OSError), open_private(_begun(note), "wb"):
        pass


def delete_index_checksums(note: Path) -> None:
    """Delete the note, durably (fsync of its folder), and one that was begun, before the database
    may change.
    """
    _begun(note).unlink(missing_ok=True)
    if note.exists():
        note.unlink()
        sync_folder(note.parent)


def _begun(note: Path) -> Path:
    return note.with_name(note.name + ".new")


def changed_blocks(database: Path, note: Path) -> Iterator[Finding]:
    """A finding for each run of blocks that differ from the note; none without a note."""
    if not note.is_file() or not database.is_file():
        return
    data = note.read_bytes()
    declared, body = data[:_DIGEST], data[_DIGEST:]
    if _digest(body) != declared or not body.startswith(_HEADING):
        yield _index_finding(
            f"{note.parent.name}/{note.name}",
            None,
            "the note of the index's bytes was changed; crawl or index again",
        )
        return
    digests = body[len(_HEADING) :]
    noted = (digests[start : start + _DIGEST] for start in range(0, len(digests), _DIGEST))
    pairs = zip_longest(noted, _block_digests(database))
    differs = enumerate(before != now for before, now in pairs)
    for changed, blocks in groupby(differs, key=lambda block: block[1]):
        numbers = [number for number, _ in blocks]
        if changed:
            end = min((numbers[-1] + 1) * BLOCK, database.stat().st_size)
            yield _index_finding(
                database.name, numbers[0] * BLOCK, f"bytes up to {end} are not those Warraq wrote"
            )
    log = database.with_name(database.name + "-wal")
    if log.exists() and log.stat().st_size:
        yield _index_finding(log.name, 0, "written to the index by another program")


def _index_finding(file: str, offset: int | None, problem: str) -> Finding:
    detail = f"{problem}; {REBUILD_INDEX}"
    return Finding(file=file, offset=offset, rule="index-bytes", detail=detail)


def _is_checkpointed(database: Path) -> bool:
    """Checkpoint the log; True if the database file then holds everything that was written."""
    with closing(
        sqlite3.connect(f"{database.resolve().as_uri()}?mode=rw", uri=True, timeout=1)
    ) as connection:
        return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def _block_digests(database: Path) -> Iterator[bytes]:
    with database.open("rb") as file:
        while block := file.read(BLOCK):
            yield _digest(block)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()
