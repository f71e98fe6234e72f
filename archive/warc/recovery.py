"""What a kill or a power loss left half written, put in order at the next start.

A file still called `.open` when no crawl runs was not closed. Everything up to the end of its last
whole exchange stays and gets the final name; what is behind that is copied into a file of its own
first and never deleted. Every step may itself be interrupted: the next run finds either the state
before it or the state after it.
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
    """One file in progress and what became of it.

    `records` whole ones were kept in `warc` (None where there was none to keep); `torn` is the file
    that now holds the rest, of `torn_bytes`, and `problem` says what was wrong with it.
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
    """Close every file in progress in `archive`, cutting torn tails off and setting them aside.

    To be called under the collection's lock, before anything is written. StorageError where the
    disk refuses.
    """
    try:
        return [_recover_file(path) for path in list_open_files(archive)]
    except OSError as error:
        raise StorageError(
            f"{error.filename or archive}: {error.strerror}. An unfinished WARC could not be closed."
        ) from error


def _recover_file(path: Path) -> RecoveredFile:
    final = path.with_name(final_name(path))
    size = path.stat().st_size
    kept, count, problem = _end_of_last_exchange(path)
    torn = None
    if kept < size and not _only_zeros(path, kept):
        torn = _set_tail_aside(path, kept)
    if not count:
        # Nothing to keep: what there was stands in the torn file, and an empty or zeroed file holds
        # nothing at all.
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
    """Where the last whole exchange ends (all members' CRC and lengths checked), the records
    before, and what is wrong.

    A request whose response was not written any more is part of the torn tail: nothing may point at
    a missing record.
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
    """Whether there is nothing but zeros from `offset` on: space a file system had set aside, which
    holds nothing.
    """
    with path.open("rb") as file:
        file.seek(offset)
        while block := file.read(_COPY):
            if block.strip(b"\0"):
                return False
    return True


def _set_tail_aside(path: Path, offset: int) -> Path:
    """Copy everything from `offset` on into a file beside, whole on the disk before this
    returns.
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
