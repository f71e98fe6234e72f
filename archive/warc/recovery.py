"""Repairs at the next start what a kill or a power loss left half written.

A file still called `.open` that no process holds was not closed. Everything up to the end of its
last whole exchange is kept and gets the final name; the rest, and each damaged stretch before that,
is first copied into a second file and never deleted. Every step may itself be interrupted: the next
run finds the state before or after it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archive.errors import StorageError
from archive.locks.file_locks import is_locked
from archive.warc.file_names import final_name, list_open_files
from archive.warc.left_open.set_aside import replace_gap, set_bytes_aside
from archive.warc.left_open.whole_exchanges import Gap, find_whole_exchanges
from archive.warc.open_file import sync_folder

_COPY = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedStretch:
    """Bytes `offset` to `end` of a file that were damaged, with whole exchanges behind them; `torn`
    is the file that now holds them, None if they stand where they were.
    """

    offset: int
    end: int
    problem: str
    torn: Path | None

    def __str__(self) -> str:
        where = f"set aside in {self.torn.name}" if self.torn else "left where they are"
        size = self.end - self.offset
        return f"{size} damaged bytes from {self.offset} on ({self.problem}) {where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredFile:
    """The outcome for one file in progress, which was to be called `name`.

    `records` whole records were kept in `warc` (None if there was none); `torn` is the file that
    now holds the remaining `torn_bytes`, and `problem` is what was wrong with them. `damaged` are
    the damaged stretches among the records that were kept.
    """

    name: str
    warc: str | None
    records: int
    kept_bytes: int
    torn: Path | None = None
    torn_bytes: int = 0
    problem: str | None = None
    damaged: tuple[DamagedStretch, ...] = ()

    @property
    def is_whole(self) -> bool:
        """True if nothing of it was set aside or damaged, zeros behind it apart."""
        return self.torn is None and not self.damaged

    def __str__(self) -> str:
        kept = (
            f"{self.warc}: closed with {self.records} records"
            if self.warc
            else "a file without a whole record"
        )
        parts = [kept, *map(str, self.damaged)]
        if self.torn:
            parts.append(f"{self.torn_bytes} bytes behind them set aside in {self.torn.name}")
        return "; ".join(parts)


def list_left_files(archive: Path) -> list[Path]:
    """The files in progress in `archive` whose process is gone, sorted by name."""
    return [path for path in list_open_files(archive) if not is_locked(path) and path.exists()]


def recover_open_files(archive: Path, left: Iterable[Path] | None = None) -> list[RecoveredFile]:
    """Close the files in progress whose process is gone (`left`, or all there are in `archive`);
    torn tails are moved to files of their own.

    One process does so at a time. StorageError if the disk refuses.
    """
    left = list_left_files(archive) if left is None else left
    try:
        return [done for path in left if (done := _recover_locked(path)) is not None]
    except OSError as error:
        raise StorageError(
            f"{error.filename or archive}: {error.strerror}."
            " An unfinished WARC could not be closed."
        ) from error


def _recover_locked(path: Path) -> RecoveredFile | None:
    """The outcome for a file; None where a process had begun it so lately that it was not locked
    yet.
    """
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        return _recover_file(path)


def _recover_file(path: Path) -> RecoveredFile:
    final = path.with_name(final_name(path))
    size = path.stat().st_size
    whole = find_whole_exchanges(path)
    kept = whole.end
    torn = None
    if kept < size and not _only_zeros(path, kept):
        torn = set_bytes_aside(path, kept, size)
    if not whole.records:
        return _drop_file(path, torn, size, whole.problem or "no record")
    if final.exists():
        raise FileExistsError(
            17, "a finished file of that name exists; move one of the two away", str(final)
        )
    damaged = tuple(_replace_gap(path, gap) for gap in whole.gaps)
    with path.open("r+b") as file:
        file.truncate(kept)
        file.flush()
        os.fsync(file.fileno())
    path.rename(final)
    sync_folder(path.parent)
    return RecoveredFile(
        name=final.name,
        warc=final.name,
        records=whole.records,
        kept_bytes=kept,
        torn=torn,
        torn_bytes=size - kept,
        problem=whole.problem,
        damaged=damaged,
    )


def _drop_file(path: Path, torn: Path | None, size: int, problem: str) -> RecoveredFile:
    """Delete a file with nothing to keep: the torn file has what there was, and an empty or zeroed
    file has nothing.
    """
    path.unlink()
    sync_folder(path.parent)
    return RecoveredFile(
        name=final_name(path),
        warc=None,
        records=0,
        kept_bytes=0,
        torn=torn,
        torn_bytes=size,
        problem=problem,
    )


def _replace_gap(path: Path, gap: Gap) -> DamagedStretch:
    torn = replace_gap(path, gap)
    return DamagedStretch(offset=gap.offset, end=gap.end, problem=gap.problem, torn=torn)


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
