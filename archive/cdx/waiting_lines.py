"""Lines that wait beside a sorted file to be merged into it: any number of processes append.

They stand in the file's name and `.new`; `move_aside` moves them to `.merging`, so that others may
append meanwhile. A kill leaves each line in one of the two. What the lines are is
`archive.cdx.cdxj`'s business.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.locks.file_locks import is_same_file
from archive.locks.file_modes import FILE_MODE


class WaitingLines:
    """The lines that wait beside the sorted file at `path`. OSError if the disk refuses.

    `count` is how many this object knows of: those it found, and its own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(path.name + ".new")
        self._taken = path.with_name(path.name + ".merging")
        self._descriptor: int | None = None
        self.count = len(self.lines())

    def append(self, data: bytes) -> None:
        """Append a line, line feed included: it has been handed to the operating system when this
        returns, or is not there at all.
        """
        with self._locked() as descriptor:
            end = _end_of_lines(descriptor)
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(descriptor, view) :]
            except OSError:
                os.ftruncate(descriptor, end)
                raise
        self.count += 1

    def lines(self) -> list[bytes]:
        """All lines that wait, whoever appended them."""
        return [*_whole_lines(self._taken), *_whole_lines(self.path)]

    def move_aside(self) -> list[bytes]:
        """Move lines aside and return them; [] if there are none. To be merged, and then dropped,
        by one process at a time; what a killed one left undropped comes first.
        """
        if lines := _whole_lines(self._taken):
            return lines
        if not self.path.exists():
            return []
        with self._locked():
            self.path.replace(self._taken)
        self.count = 0
        return _whole_lines(self._taken)

    def drop(self) -> None:
        """Delete what `move_aside` returned: it is in the sorted file, durably."""
        self._taken.unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete all lines; for who has made the sorted file anew, and is alone."""
        self.drop()
        self.path.unlink(missing_ok=True)
        self.count = 0

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Keep others from appending while the block runs; its descriptor is that of the file that
        has the name now.
        """
        while True:
            if self._descriptor is None:
                flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
                self._descriptor = os.open(self.path, flags, FILE_MODE)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            if is_same_file(self._descriptor, self.path):
                break
            self.close()  # it was taken
        try:
            yield self._descriptor
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)


def _end_of_lines(descriptor: int) -> int:
    """The size of a file of lines; what a kill left of a half one is cut off."""
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        data = os.pread(descriptor, size, 0)
        size = data.rfind(b"\n") + 1
        os.ftruncate(descriptor, size)
    return size


def _whole_lines(path: Path) -> list[bytes]:
    """The lines of a file that end in a line feed (a kill can cut the last one off); [] if there is
    no file.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    return data[: data.rfind(b"\n") + 1].splitlines(keepends=True)
