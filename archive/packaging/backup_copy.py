"""The files of a backup, copied while crawls may write: each whole, none twice.

The copies are taken against the order in which a crawl writes (frontier after index after CDXJ
after WARC), so that nothing in the copy speaks of what the copy has not. What is copied becomes
visible by a rename, synced: a kill leaves the copy as it was, with some WARC files more. What to
copy where, and opening the copy, is `crawler.admin.backup`'s.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from archive.errors import StorageError
from archive.fixity.chain import CHAIN
from archive.fixity.manifest import MANIFEST, closed_files, is_chain_end, read_manifest
from archive.index.connection import connect_existing, create_private, storage_errors
from archive.layout import CollectionFolder
from archive.locks.file_locks import is_locked, locked_folder
from archive.locks.file_modes import FILE_MODE, make_folder, open_private
from archive.warc.file_names import OPEN_SUFFIX, final_name, is_open
from archive.warc.left_open.whole_exchanges import find_whole_exchanges
from archive.warc.open_file import sync_folder

_PART = ".part"  # ends the name of a copy that is not whole
_COPIED_AT_ONCE = 1 << 20  # bytes
_LOOKS, _BETWEEN_LOOKS = 100, 0.05  # at two files that are written one after the other; seconds


@dataclass(slots=True, kw_only=True)
class CopiedFiles:
    """What a backup copied: how many files and bytes, how many were there already, and which
    (relative names) are not what the fixity manifest states.
    """

    copied: int = 0
    bytes: int = 0
    unchanged: int = 0
    damaged: list[str] = field(default_factory=list)


class BackupCopy:
    """Copies the parts of the collection `source` into the folder of `target`. Hold the write lock
    of `target`. Raises StorageError where a disk refuses.
    """

    def __init__(self, source: CollectionFolder, target: CollectionFolder) -> None:
        self._source = source
        self._target = target
        self._before = read_manifest(target.fixity)
        self.files = CopiedFiles()

    def remove_leftovers(self) -> None:
        """Delete what a killed backup left: it may hold what was purged since."""
        for path in self._target.root.rglob(f".*{_PART}"):
            path.unlink(missing_ok=True)

    def snapshot_database(self, database: Path) -> Path | None:
        """A copy of a database as it is now, log included, that is not in its place yet; None where
        there is none.
        """
        if not database.is_file():
            return None
        part = self._part_of(self._in_target(database))
        part.unlink(missing_ok=True)
        create_private(part)
        with (
            storage_errors(database),
            closing(connect_existing(database, "ro")) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            source.backup(copy)
        return part

    def snapshot_cdxj(self) -> list[Path]:
        """Copies of the CDXJ and of the lines that wait for it, not in their place yet."""
        if not self._source.indexes.is_dir():
            return []
        with locked_folder(self._source.indexes):
            paths = [path for path in self._source.indexes.iterdir() if path.is_file()]
            return [self._copy_aside(path) for path in paths]

    def snapshot_fixity(self) -> list[Path]:
        """Copies of the chain and of the manifest that it ends in, not in their place yet."""
        folder = self._source.fixity
        if not folder.is_dir():
            return []
        for _ in range(_LOOKS):
            parts = [self._copy_aside(path) for path in sorted(folder.iterdir()) if path.is_file()]
            named = {part.name: part for part in parts}
            chain, manifest = named.get(f".{CHAIN}{_PART}"), named.get(f".{MANIFEST}{_PART}")
            if chain is None or manifest is None or is_chain_end(chain, manifest):
                break
            time.sleep(_BETWEEN_LOOKS)
        return parts

    def copy_archive(self, stated: dict[str, str]) -> None:
        """Copy the files of `archive/` that are not there yet, or have changed. `stated` are the
        digests of the manifest (of the snapshot).

        A file that is in progress, or closed by a process that goes on, is copied up to its last
        whole exchange, under the name of one in progress: the copy's next writer closes it.
        """
        seen: set[str] = set()
        while fresh := [path for path in self._archived() if path.name not in seen]:
            for path in fresh:
                seen.add(path.name)
                with suppress(FileNotFoundError):  # it got another name: it comes under that
                    self._copy_archived(path, stated)
        sync_folder(self._target.archive)

    def copy_file(self, path: Path) -> None:
        """Copy another file of the collection, if it has changed; one of the operator's secrets
        stays closed to all others.
        """
        target = self._in_target(path)
        if self._is_same(path, target):
            self.files.unchanged += 1
            return
        self._put(self._copy_aside(path), target)

    def put_in_place(self, parts: list[Path]) -> None:
        """Give snapshots their names."""
        for part in parts:
            target = _place_of(part)
            if target.suffix == ".db":  # the old one's log says nothing of the new one
                for suffix in ("-wal", "-shm"):
                    target.with_name(target.name + suffix).unlink(missing_ok=True)
            part.replace(target)
            sync_folder(target.parent)

    def replace_folder(self, folder: Path, parts: list[Path]) -> None:
        """Give snapshots of all files of a folder of the collection their names; what else the copy
        has there is of an earlier backup, and goes.
        """
        kept = {*parts, *(_place_of(part) for part in parts)}
        there = self._target.root / folder.relative_to(self._source.root)
        for path in there.iterdir() if there.is_dir() else ():
            if path not in kept:
                path.unlink()
        self.put_in_place(parts)

    # ----------------------------------------------------------------------------------- one file

    def _archived(self) -> Iterator[Path]:
        archive = self._source.archive
        yield from closed_files(archive)
        yield from sorted(path for path in archive.iterdir() if is_open(path))

    def _copy_archived(self, path: Path, stated: dict[str, str]) -> None:
        target = self._in_target(path)
        name = target.relative_to(self._target.root).as_posix()
        is_growing = is_open(path) or (name not in stated and is_locked(path))
        if is_growing:
            target = target.with_name(final_name(path) + OPEN_SUFFIX)
        elif self._is_archived(path, target, name, stated):
            self.files.unchanged += 1
            return
        part, digest = self._copy_with_digest(path, target)
        if is_growing:
            os.truncate(part, find_whole_exchanges(part).end)
        elif stated.get(name, digest) != digest:
            self.files.damaged.append(name)
            if self._before.get(name) == stated[name] and target.is_file():
                part.unlink()  # the copy that is there is the good one
                return
        # A file has one name at a time: under two nobody could go on with it.
        closed = target.with_name(final_name(path))
        growing = target.with_name(final_name(path) + OPEN_SUFFIX)
        if is_growing and closed.exists():  # as it was closed here
            closed.replace(growing)
        self._put(part, growing if growing.exists() else target)
        if not is_growing and growing.exists():
            growing.replace(target)

    def _is_archived(self, path: Path, target: Path, name: str, stated: dict[str, str]) -> bool:
        """Whether a closed file is there: by the digests stated of the two, else by its time."""
        if not target.is_file() or target.stat().st_size != path.stat().st_size:
            return False
        here, there = stated.get(name), self._before.get(name)
        return here == there if here and there else self._is_same(path, target)

    def _is_same(self, path: Path, target: Path) -> bool:
        if not target.is_file():
            return False
        here, there = path.stat(), target.stat()
        return (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns)

    def _copy_aside(self, path: Path) -> Path:
        return self._copy_with_digest(path, self._in_target(path))[0]

    def _copy_with_digest(self, path: Path, target: Path) -> tuple[Path, str]:
        """A synced copy that is not in its place yet, and its SHA-256."""
        part, digest = self._part_of(target), hashlib.sha256()
        try:
            with path.open("rb") as source, open_private(part, "wb") as copy:
                while data := source.read(_COPIED_AT_ONCE):
                    copy.write(data)
                    digest.update(data)
                copy.flush()
                os.fsync(copy.fileno())
            shutil.copystat(path, part)
            part.chmod(path.stat().st_mode & FILE_MODE)
        except FileNotFoundError:
            part.unlink(missing_ok=True)
            raise
        except OSError as error:
            raise _refused(error, part) from error
        return part, digest.hexdigest()

    def _put(self, part: Path, target: Path) -> None:
        self.files.copied += 1
        self.files.bytes += part.stat().st_size
        part.replace(target)

    def _in_target(self, path: Path) -> Path:
        target = self._target.root / path.relative_to(self._source.root)
        try:
            make_folder(target.parent)
        except OSError as error:
            raise _refused(error, target) from error
        return target

    @staticmethod
    def _part_of(target: Path) -> Path:
        return target.with_name(f".{target.name}{_PART}")


def _place_of(part: Path) -> Path:
    return part.with_name(part.name.removeprefix(".").removesuffix(_PART))


def _refused(error: OSError, path: Path) -> StorageError:
    return StorageError(f"{error.filename or path}: cannot be copied: {error.strerror or error}")
