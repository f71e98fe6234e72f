"""The CDXJ index of a collection: where each URL was captured, sorted bytewise, as replay tools
look it up.

`cdxj_line` is a pure function of a capture and gives what `cdxj-indexer` gives for the same record.
New lines are first appended to a second file (one write each, so that a kill loses none) and merged
in growing steps; a replay tool sees a sorted file at any time. `rebuild` makes the same file from
the WARCs.
"""

from __future__ import annotations

import heapq
import json
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from archive.cdx.surt import surt_key
from archive.errors import StorageError
from archive.model import Capture, RecordType
from archive.warc.open_file import open_private, sync_folder

# How many waiting lines call for a merge: at least so many, and so large a share of the lines
# merged already, so that the whole cost of merging stays within a small factor of writing the index
# once.
_MERGE_AT_LEAST = 500
_MERGE_SHARE = 0.25
_MERGE_AT_MOST = 100_000  # they are held in memory: some 40 MB
# Lines sorted in memory at a time by `rebuild`: about 100 MB of them.
_RUN = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CdxjEntry:
    """One line of the index, read: the SURT key, the 14-digit time, and the JSON's fields."""

    key: str
    timestamp: str
    fields: dict[str, Any]


def cdxj_line(capture: Capture) -> str:
    """The CDXJ line of a capture, with its line feed: key, 14-digit time, and JSON with `url`,
    `mime`, `status`, `digest`, `length`, `offset` and `filename`, each where it is known.
    """
    revisit = capture.record_type is RecordType.REVISIT
    fields = {
        "url": capture.url,
        "mime": "warc/revisit" if revisit else capture.mime,
        "status": None if capture.status is None else f"{capture.status:03d}",
        "digest": str(capture.payload_digest) if capture.payload_digest else None,
        "length": str(capture.length),
        "offset": str(capture.offset),
        "filename": capture.warc,
    }
    known = {name: value for name, value in fields.items() if value is not None}
    return f"{surt_key(capture.url)} {capture.captured:%Y%m%d%H%M%S} {json.dumps(known)}\n"


def replayed_lines(captures: Iterable[Capture]) -> Iterator[bytes]:
    """The lines of captures that replay looks for, in UTF-8.

    A page as a browser showed it has none: replay shows the page itself, and lets its scripts run.
    """
    for capture in captures:
        if capture.record_type is not RecordType.CONVERSION:
            yield cdxj_line(capture).encode("utf-8")


class CdxjFile:
    """The index file at `path`, and the lines not yet merged into it (in `path` + `.new`).

    One process writes, under the collection's lock; others read. Every method raises StorageError
    if the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting_path = path.with_name(path.name + ".new")
        self._waiting = _whole_lines(self._waiting_path)
        self._appender: int | None = None
        self._merged = -1

    def add(self, capture: Capture) -> None:
        """Add a capture; its line, if it has one, has been handed to the operating system when this
        returns.
        """
        data = b"".join(replayed_lines([capture]))
        if not data:
            return
        with _storage_errors(self._waiting_path):
            if self._appender is None:
                self._appender = self._open_waiting()
            view = memoryview(data)
            while view:
                view = view[os.write(self._appender, view) :]
        self._waiting.append(data)
        if len(self._waiting) >= min(
            _MERGE_AT_MOST, max(_MERGE_AT_LEAST, self._merged * _MERGE_SHARE)
        ):
            self.merge()

    def merge(self) -> None:
        """Merge all waiting lines into the sorted file: a new file is written, synced, and renamed
        over it.
        """
        if not self._waiting:
            return
        with _storage_errors(self._path):
            with _sorted_lines(self._path) as old:
                self._merged = self._write_lines(heapq.merge(old, sorted(self._waiting)))
            self._waiting = []
            self._close_waiting()
            self._waiting_path.unlink(missing_ok=True)

    def drop_lines(self, places: Collection[tuple[str, int]]) -> int:
        """Remove the lines of the records at these places, each a (WARC, offset); returns how many
        there were.
        """
        self.merge()
        with _storage_errors(self._path), _sorted_lines(self._path) as old:
            count = sum(line_target(entry) in places for entry in old)
        if count:
            with _storage_errors(self._path), _sorted_lines(self._path) as old:
                self._merged = self._write_lines(
                    entry for entry in old if line_target(entry) not in places
                )
        return count

    def close(self) -> None:
        """Merge the waiting lines and close the file."""
        self.merge()
        self._close_waiting()

    def rebuild(self, captures: Iterable[Capture]) -> int:
        """Write the index anew from captures in any order, in bounded memory; returns its number of
        lines.
        """
        with (
            _storage_errors(self._path),
            tempfile.TemporaryDirectory(dir=self._path.parent, prefix=".cdxj-") as folder,
        ):
            lines = replayed_lines(captures)
            runs: list[Path] = []
            while run := sorted(islice(lines, _RUN)):
                runs.append(Path(folder) / str(len(runs)))
                runs[-1].write_bytes(b"".join(run))
            files = [path.open("rb") for path in runs]
            try:
                self._merged = self._write_lines(heapq.merge(*files))
            finally:
                for file in files:
                    file.close()
            self._waiting = []
            self._close_waiting()
            self._waiting_path.unlink(missing_ok=True)
        return self._merged

    def count(self) -> int:
        """The number of lines in the sorted file."""
        with _storage_errors(self._path), _sorted_lines(self._path) as old:
            return sum(1 for _ in old)

    def lookup(self, url: str) -> list[CdxjEntry]:
        """Every capture of a URL (of its SURT key), oldest first."""
        key = surt_key(url).encode("utf-8") + b" "
        lines = [
            *_find_lines(self._path, key),
            *(entry for entry in self._waiting if entry.startswith(key)),
        ]
        return [_parse_entry(entry) for entry in sorted(set(lines))]

    def _write_lines(self, lines: Iterable[bytes]) -> int:
        """Replace the index by these sorted lines, each once; returns their number."""
        fresh = self._path.with_name(self._path.name + ".tmp")
        count, last = 0, b""
        with open_private(fresh, "wb") as file:
            for entry in lines:
                if entry != last:
                    file.write(entry)
                    count, last = count + 1, entry
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)
        return count

    def _open_waiting(self) -> int:
        """Open the file of waiting lines for appending, cut back to whole lines."""
        descriptor = os.open(self._waiting_path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
        os.ftruncate(descriptor, sum(map(len, self._waiting)))
        os.lseek(descriptor, 0, os.SEEK_END)
        return descriptor

    def _close_waiting(self) -> None:
        if self._appender is not None:
            os.close(self._appender)
            self._appender = None


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path}: {error.strerror or error}."
            " Make room or mend the disk; nothing in archive/ is lost."
        ) from error


def _whole_lines(path: Path) -> list[bytes]:
    """The lines of a file that end in a line feed (a kill can cut the last one off); [] if there is
    no file.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    return data[: data.rfind(b"\n") + 1].splitlines(keepends=True)


@contextmanager
def _sorted_lines(path: Path) -> Iterator[Iterable[bytes]]:
    """The lines of the sorted file; empty if there is no file yet."""
    if not path.exists():
        yield ()
        return
    with path.open("rb", buffering=1 << 20) as file:
        yield file


def _find_lines(path: Path, key: bytes) -> Iterator[bytes]:
    """The lines of a sorted file that begin with `key`, by binary search over its bytes."""
    if not path.exists():
        return
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            if _line_from(file, middle) < key:
                low = middle + 1
            else:
                high = middle
        _line_from(file, low, stay=True)
        for entry in file:
            if not entry.startswith(key):
                return
            yield entry


def _line_from(file: BinaryIO, offset: int, *, stay: bool = False) -> bytes:
    """The first line that begins at `offset` or later; 0xff, which sorts last, after the end. With
    `stay` the file is left before that line.
    """
    file.seek(max(0, offset - 1))
    if offset:
        file.readline()
    return b"" if stay else (file.readline() or b"\xff")


def line_target(data: bytes) -> tuple[str, int]:
    """The WARC and offset that a CDXJ line names; StorageError if it is no such line."""
    fields = _parse_entry(data).fields
    try:
        return fields["filename"], int(fields["offset"])
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable_line(data) from error


def _parse_entry(data: bytes) -> CdxjEntry:
    try:
        key, timestamp, fields = data.decode("utf-8").split(" ", 2)
        return CdxjEntry(key=key, timestamp=timestamp, fields=json.loads(fields))
    except ValueError as error:
        raise _unreadable_line(data) from error


def _unreadable_line(data: bytes) -> StorageError:
    return StorageError(
        f"index.cdxj: a line cannot be read: {data[:80]!r}; run `warraq index --rebuild`"
    )
