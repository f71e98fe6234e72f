"""One WARC file in progress: created as `NAME.warc.gz.open`, appended to, and renamed once it is
complete on disk.

Nothing ever appends to a file without that suffix. A write that fails is undone, so that the file
ends after a complete record again. The process that writes a file holds a lock on it, under either
name, until it has no more to do with what is in it. What a kill leaves is left to
`archive.warc.recovery`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from archive.errors import ArchiveWriteError
from archive.locks.file_locks import is_same_file
from archive.locks.file_modes import FILE_MODE
from archive.warc.file_names import OPEN_SUFFIX


class WarcFile:
    """A file in progress in `folder` that gets the name `name` when it is closed.

    FileExistsError if a file of that name, finished or in progress, exists: nothing is ever
    overwritten. Every other failure is an ArchiveWriteError.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.path = folder / (name + OPEN_SUFFIX)
        self.size = 0
        self._torn = False
        self._final = folder / name
        if self._final.exists():
            raise FileExistsError(str(self._final))
        try:
            self._fd = os.open(
                self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE
            )
        except FileExistsError:
            raise
        except OSError as error:
            raise _write_error(self.path, "cannot be created", error) from error
        self._lock()
        sync_folder(folder)

    def _lock(self) -> None:
        """Lock the new file; FileExistsError if another process took it for one left behind."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX)
        except OSError as error:
            os.close(self._fd)
            raise _write_error(self.path, "cannot be locked", error) from error
        if not is_same_file(self._fd, self.path):
            os.close(self._fd)
            raise FileExistsError(str(self.path))

    def append(self, data: bytes) -> int:
        """Write `data` at the end, handed to the operating system before this returns; returns its
        offset.

        ArchiveWriteError if it could not be written whole; the file then ends where it did before.
        """
        start = self.size
        if self._torn:
            raise ArchiveWriteError(
                f"{self.path}: it ends in a half record. Mend the disk, then crawl again."
            )
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError as error:
            self._cut_back(start)
            raise _write_error(self.path, "cannot be written", error) from error
        self.size += len(data)
        return start

    def _cut_back(self, size: int) -> None:
        """Undo a partial write; if even that fails nothing more is written, and recovery cuts the
        tail off.
        """
        self._torn = True
        with contextlib.suppress(OSError):
            os.ftruncate(self._fd, size)
            os.lseek(self._fd, size, os.SEEK_SET)
            self._torn = False

    def sync(self) -> None:
        """Flush all bytes to the disk (fdatasync)."""
        try:
            getattr(os, "fdatasync", os.fsync)(self._fd)
        except OSError as error:
            raise _write_error(self.path, "cannot be synced to disk", error) from error

    def close(self) -> None:
        """Finish the file, and let go of it."""
        try:
            self.finish()
        finally:
            self.release()

    def finish(self) -> None:
        """Sync the file and give it its final name; it is never written again. One that ends in a
        partial record keeps the suffix `.open`.
        """
        try:
            os.fsync(self._fd)
            if self._torn:
                return
            if self._final.exists():
                raise FileExistsError(17, "that file exists already", str(self._final))
            self.path.rename(self._final)
            sync_folder(self._final.parent)
        except OSError as error:
            raise _write_error(self.path, "cannot be closed", error) from error

    def release(self) -> None:
        """Let go of the file: whatever of it is not in the index is others' to bring there."""
        os.close(self._fd)

    def discard(self) -> None:
        """Give up a file that holds no whole record; it is deleted if it is empty."""
        os.close(self._fd)
        if self.size == 0:
            with contextlib.suppress(OSError):
                self.path.unlink()


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk, so that a file created or renamed survives a power
    loss.
    """
    # Some file systems cannot sync a folder, and do not need it.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_error(path: Path, what: str, error: OSError) -> ArchiveWriteError:
    return ArchiveWriteError(
        f"{path}: {what}: {error.strerror or error}. Make room or mend the disk, then crawl again."
    )
