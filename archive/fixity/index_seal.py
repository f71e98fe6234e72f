"""The bytes of `index.db` as Warraq left them, so that `verify` finds any that changed since.

SQLite has no checksums of its own: damage in a value that nothing else repeats, or in space that
holds nothing, passes its integrity check. When a writer lets go of a collection, a digest of each
block of the file is noted in `state/`; before the next one writes, the note goes. Without a note
nothing is claimed: after a kill, or in a collection brought here without `state/`. What rows should
say is `projection_checks`' and, `--deep`, the reading of every capture again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import groupby, zip_longest
from pathlib import Path

from archive.model.finding import REBUILD_INDEX, Finding
from archive.warc.open_file import open_private, sync_folder

BLOCK = 1 << 16
_DIGEST = 8
_BEGIN = b"warraq: blake2b of each 64 KiB of index.db\n"


def write_index_checksums(database: Path, note: Path) -> None:
    """Note the bytes of the database. Readers that still need its log, a full disk: then nothing is
    noted, or claimed.
    """
    with suppress(OSError, sqlite3.DatabaseError):
        if not database.is_file() or not _is_one_file(database):
            return
        body = _BEGIN + b"".join(_digests(database))
        fresh = note.with_name(note.name + ".new")
        with open_private(fresh, "wb") as file:
            file.write(_digest(body) + body)
        fresh.replace(note)


def delete_index_checksums(note: Path) -> None:
    """Take the note away, on the disk too, before the database may change."""
    if note.exists():
        note.unlink()
        sync_folder(note.parent)


def changed_blocks(database: Path, note: Path) -> Iterator[Finding]:
    """Where the database is not as it was noted; nothing where nothing was."""
    if not note.is_file() or not database.is_file():
        return
    data = note.read_bytes()
    stated, body = data[:_DIGEST], data[_DIGEST:]
    if _digest(body) != stated or not body.startswith(_BEGIN):
        yield _changed(
            f"{note.parent.name}/{note.name}",
            None,
            "the note of the index's bytes was changed; crawl or index again",
        )
        return
    digests = body[len(_BEGIN) :]
    noted = (digests[start : start + _DIGEST] for start in range(0, len(digests), _DIGEST))
    differs = enumerate(one != other for one, other in zip_longest(noted, _digests(database)))
    for changed, blocks in groupby(differs, key=lambda each: each[1]):
        numbers = [number for number, _ in blocks]
        if changed:
            end = min((numbers[-1] + 1) * BLOCK, database.stat().st_size)
            yield _changed(
                database.name, numbers[0] * BLOCK, f"bytes up to {end} are not those Warraq wrote"
            )
    log = database.with_name(database.name + "-wal")
    if log.exists() and log.stat().st_size:
        yield _changed(log.name, 0, "written to the index by another program")


def _changed(file: str, offset: int | None, problem: str) -> Finding:
    detail = f"{problem}; {REBUILD_INDEX}"
    return Finding(file=file, offset=offset, rule="index-bytes", detail=detail)


def _is_one_file(database: Path) -> bool:
    """Whether all that was written stands in the database itself, after its log was worked into
    it.
    """
    with closing(
        sqlite3.connect(f"{database.resolve().as_uri()}?mode=rw", uri=True, timeout=1)
    ) as connection:
        return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def _digests(database: Path) -> Iterator[bytes]:
    with database.open("rb") as file:
        while block := file.read(BLOCK):
            yield _digest(block)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()
