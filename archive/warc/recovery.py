"""Repairs at the next start what a kill or a power loss left half written.

A file still called `.open` when no crawl runs was not closed. Everything up to the end of its last
whole exchange is kept and gets the final name; the rest is first copied into a second file and
never deleted. Every step may itself be interrupted: the next run finds the state before or after
it.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from archive.errors import StorageError
from archive.warc.file_names import final_name, list_open_files
from archive.warc.open_file import open_private, sync_folder
from archive.warc.record import Damage
from archive.warc.record_reader import read_records

_COPY = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredFile:
    """The outcome for one file in progress.

    `records` whole records were kept in `warc` (None if there was none); `torn` is the file that
    now holds the remaining `torn_bytes`, and `problem` is what was wrong with them.
    """

    warc: str | None
    records: int
    kept_bytes: int
    torn: Path | None = None
    torn_bytes: int = 0
    problem: str | None = None

    def __str__(self) -> str:
        kept = (
            f"{self.warc}: closed with {self.records} records"
            if self.warc
            else "a file without a whole record"
        )
        return (
            f"{kept}; {self.torn_bytes} bytes behind them set aside in {self.torn.name}"
            if self.torn
            else kept
        )


def recover_open_files(archive: Path) -> list[RecoveredFile]:
    """Close every file in progress in `archive`; torn tails are moved to files of their own.

    The caller holds the collection's lock and has not written yet. StorageError if the disk
    refuses.
    """
    try:
        return [_recover_file(path) for path in list_open_files(archive)]
    except OSError as error:
        raise StorageError(
            f"{error.filename or archive}: {error.strerror}."
            " An unfinished WARC could not be closed."
        ) from error


def _recover_file(path: Path) -> RecoveredFile:
    final = path.with_name(final_name(path))
    size = path.stat().st_size
    kept, count, problem = _end_of_last_exchange(path)
    torn = None
    if kept < size and not _only_zeros(path, kept):
        torn = _set_tail_aside(path, kept)
    if not count:
        # Nothing to keep: the torn file has what there was, and an empty or zeroed file has
        # nothing.
        path.unlink()
        sync_folder(path.parent)
        return RecoveredFile(
            warc=None,
            records=0,
            kept_bytes=0,
            torn=torn,
            torn_bytes=size,
            problem=problem or "no record",
        )
    if final.exists():
        raise FileExistsError(
            17, "a finished file of that name exists; move one of the two away", str(final)
        )
    with path.open("r+b") as file:
        file.truncate(kept)
        file.flush()
        os.fsync(file.fileno())
    path.rename(final)
    sync_folder(path.parent)
    return RecoveredFile(
        warc=final.name,
        records=count,
        kept_bytes=kept,
        torn=torn,
        torn_bytes=size - kept,
        problem=problem,
    )


def _end_of_last_exchange(path: Path) -> tuple[int, int, str | None]:
    """The end of the last whole exchange (CRC and length of all members checked), the number of
    records up to there, and what is wrong with the rest (None if nothing).

    A request whose response was not written is part of the torn tail: no record may refer to a
    missing one.
    """
    kept = kept_count = 0
    seen: set[str] = set()
    awaited: set[str] = set()
    for count, record in enumerate(read_records(path, keep=lambda _headers: 0), start=1):
        if isinstance(record, Damage):
            return kept, kept_count, record.problem
        seen.add(record.id)
        awaited.discard(record.id)
        awaited.update(set(record.headers_all("WARC-Concurrent-To")) - seen)
        if not awaited:
            kept, kept_count = record.end, count
            seen.clear()
    return kept, kept_count, "the last exchange was not written whole" if awaited else None


def _only_zeros(path: Path, offset: int) -> bool:
    """True if there are only zeros from `offset` on: space that the file system allocated, without
    content.
    """
    with path.open("rb") as file:
        file.seek(offset)
        while block := file.read(_COPY):
            if block.strip(b"\0"):
                return False
    return True


def _set_tail_aside(path: Path, offset: int) -> Path:
    """Copy everything from `offset` on into a second file, complete on the disk before this
    returns; returns its path.
    """
    name = final_name(path)
    torn = path.with_name(f"{name}.torn-{offset}")
    half = path.with_name(f"{name}.torn-{offset}.tmp")
    with path.open("rb") as source, open_private(half, "wb") as target:
        source.seek(offset)
        shutil.copyfileobj(source, target, _COPY)
        target.flush()
        os.fsync(target.fileno())
    half.replace(torn)
    sync_folder(path.parent)
    return torn
