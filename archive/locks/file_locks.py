"""Locks of the kernel (`flock`) on files: they end with the process that holds them, so that a kill
leaves none to clean up.

A file that is merely there locks nothing. Who holds a lock alone is written into its file, for
messages only: it may be out of date, missing or torn without harm. What each lock is for is
`archive.layout`'s to say.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from archive.locks.file_modes import FILE_MODE

# Seconds for which a lock is tried: whoever asks whether it is held has it for microseconds.
BRIEFLY = 0.2
_PAUSE = 0.01


class FileLock:
    """A lock on the file at `path`, made where it is missing. OSError where that cannot be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._alone = False

    def acquire(self, *, shared: bool = False, wait: float = BRIEFLY) -> bool:
        """Take the lock, alone or (`shared`) with others who share it, waiting for it at most
        `wait` seconds; whether it was free.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        if not _try_for(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, wait):
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        if not shared:
            self._note_holder()
        return True

    def become_exclusive(self) -> bool:
        """Have a shared lock alone; False, and it is shared again, where others share it.

        BlockingIOError where it was lost to another process on the way.
        """
        assert self._descriptor is not None  # noqa: S101 - it is held
        if _try_for(self._descriptor, fcntl.LOCK_EX, 0):
            self._note_holder()
            return True
        # The kernel has let go of the shared one before it looked.
        self.become_shared()
        return False

    def become_shared(self) -> None:
        """Share a lock that was held alone; BlockingIOError where it was lost on the way."""
        assert self._descriptor is not None  # noqa: S101 - it is held
        self._forget_holder()
        if not _try_for(self._descriptor, fcntl.LOCK_SH, BRIEFLY):
            raise BlockingIOError(f"{self._path}: another process took the lock")

    def release(self) -> None:
        """Let go of the lock, if it is held."""
        if self._descriptor is not None:
            self._forget_holder()
            os.close(self._descriptor)
            self._descriptor = None

    def _note_holder(self) -> None:
        """Write who holds the lock alone; a full disk must not keep it from being held."""
        command = " ".join([Path(sys.argv[0] or "python").name, *sys.argv[1:]])[:200]
        since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        holder = {"pid": os.getpid(), "command": command, "since": since}
        data = json.dumps(holder, ensure_ascii=False).encode("utf-8", "backslashreplace")
        assert self._descriptor is not None  # noqa: S101 - it is held
        self._alone = True
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, data, 0)

    def _forget_holder(self) -> None:
        if self._alone and self._descriptor is not None:
            self._alone = False
            with suppress(OSError):
                os.ftruncate(self._descriptor, 0)


def holder_of(path: Path) -> str:
    """Who holds a lock alone, by its file: process id, command and start time."""
    try:
        holder = json.loads(path.read_text("utf-8"))
        return f"process {int(holder['pid'])} ({holder['command']}, since {holder['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def is_locked(path: Path, *, alone: bool = False) -> bool:
    """Whether a process holds the lock on a file; with `alone` only one that does not share it.

    False where there is no such file, or it may not be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Others who ask at the same time do not share with us, and are gone at once.
        kind, wait = (fcntl.LOCK_SH, 0.0) if alone else (fcntl.LOCK_EX, 3 * _PAUSE)
        return not _try_for(descriptor, kind, wait)
    finally:
        os.close(descriptor)


def is_same_file(descriptor: int, path: Path) -> bool:
    """Whether an open file still stands at `path`: it may have been removed, or replaced, before
    its lock was taken.
    """
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Keep others who do the same out of a folder while the block runs; waits for them."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _try_for(descriptor: int, kind: int, wait: float) -> bool:
    ends = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= ends:
                return False
            time.sleep(_PAUSE)
        else:
            return True
