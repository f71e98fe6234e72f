"""How much room is left to a collection: above the floor of free space, and below its quota.

Measuring and saying so is all this does; who writes much asks now and then, and ends in good order.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from archive.config import CollectionConfig
from archive.errors import NoRoomError

WALKED_EVERY = 60.0  # seconds after which all files are looked at again: others write, too
# Folders of a collection that may be links to another disk.
_OWN_FOLDERS = ("archive", "indexes", "fixity", "state", "reports")
# Where files grow in place. What is added to `archive/` is counted instead.
_GROWING = (".", "indexes", "state")
_UNITS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


class DiskRoom:
    """The room of the collection in `root`, by `min_free` and `quota` of its configuration.

    With a quota all files are looked at when this is made, every WALKED_EVERY seconds, and before
    it is said that there is no room; between that only those that grow in place. `clock` is for
    tests.
    """

    def __init__(
        self, root: Path, config: CollectionConfig, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._root = root
        self._min_free, self._quota = config.min_free, config.quota
        self._clock = clock
        self._rest = 0  # what the files that do not grow in place had when all were looked at
        self._written = 0
        self._walked = 0.0
        if self._quota is not None:
            self._walk(0)

    def shortage(self, *, written: int = 0, planned: int = 0) -> str | None:
        """What bound is reached, what is left, and what to do, in a line; None while there is room.

        `written`: bytes that the caller has added to `archive/` since this was made; `planned`:
        bytes that are to be written next. StorageError where the disk cannot be asked.
        """
        return self._shortage_of_disk(planned) or self._shortage_of_quota(written, planned)

    def check(self, *, written: int = 0, planned: int = 0) -> None:
        """Raise NoRoomError where there is no room."""
        if line := self.shortage(written=written, planned=planned):
            raise NoRoomError(line)

    def _shortage_of_disk(self, planned: int) -> str | None:
        floor = self._min_free
        if floor is None:
            return None
        free = free_space(self._root)
        if free - planned >= floor:
            return None
        return (
            f"{os.fspath(self._root)}: {_with_planned(planned)}{size_text(free)} are free on this"
            f" disk, and min_free of [collection] is {size_text(floor)}: make room there, or lower"
            " min_free; what is there is safe, and the next call goes on"
        )

    def _shortage_of_quota(self, written: int, planned: int) -> str | None:
        quota = self._quota
        if quota is None:
            return None
        is_old = self._clock() - self._walked > WALKED_EVERY
        if not is_old and self._size(written) + planned < quota:
            return None
        self._walk(written)
        size = self._size(written)
        if size + planned < quota:
            return None
        return (
            f"{os.fspath(self._root)}: {_with_planned(planned)}the collection takes up"
            f" {size_text(size)}, and quota of [collection] is {size_text(quota)}"
            f" ({size_text(max(0, quota - size))} left): raise quota, or go on in another"
            " collection; what is there is safe, and the next call goes on"
        )

    def _size(self, written: int) -> int:
        """What the collection takes up, by the last look at all files and what came since."""
        return self._rest + _size_in_place(self._root) + written - self._written

    def _walk(self, written: int) -> None:
        self._rest = size_on_disk(self._root) - _size_in_place(self._root)
        self._written = written
        self._walked = self._clock()


def _with_planned(planned: int) -> str:
    return f"no room for {size_text(planned)} more: " if planned else ""


def free_space(root: Path) -> int:
    """Bytes free on the disk of a folder, or on that of its `archive/`, if that is less."""
    archive = root / "archive"
    places = (root, archive) if archive.is_symlink() or os.path.ismount(archive) else (root,)
    return min(shutil.disk_usage(place).free for place in places)


def size_on_disk(root: Path) -> int:
    """The bytes of all files of a collection, each once; also where folders of it are links."""
    folders = [root, *(root / name for name in _OWN_FOLDERS if (root / name).is_symlink())]
    seen: set[tuple[int, int]] = set()
    total = 0
    while folders:
        for entry in _entries(folders.pop()):
            with suppress(OSError):  # it is gone, or being replaced
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                    continue
                stat = entry.stat(follow_symlinks=False)
                if stat.st_nlink > 1:
                    if (stat.st_dev, stat.st_ino) in seen:
                        continue
                    seen.add((stat.st_dev, stat.st_ino))
                total += stat.st_size
    return total


def _size_in_place(root: Path) -> int:
    """The bytes of the files that are written again and again: index, CDXJ, state."""
    total = 0
    for name in _GROWING:
        for entry in _entries(root / name):
            with suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    total += entry.stat(follow_symlinks=False).st_size
    return total


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as found:
        yield from found


def size_text(size: float) -> str:
    """A number of bytes for a person, by its first three digits: `512 MB`, `4.98 GB`, `5.0 GB`."""
    for unit, name in _UNITS:
        if size >= unit:
            number = size / unit
            text = f"{number:.2f}" if number < 10 else f"{number:.1f}" if number < 100 else ""
            return f"{text.removesuffix('0') if number < 10 else text or f'{number:.0f}'} {name}"
    return f"{size:.0f} bytes"
