"""The CDXJ index of a collection: where each URL was captured, sorted bytewise, as replay tools
look it up.

`cdxj_line` is a pure function of a capture and gives what `cdxj-indexer` gives for the same record;
in the sorted file the line of a 304 leads to what it confirms (`archive.cdx.not_modified`).
New lines wait in a second file (`archive.cdx.waiting_lines`) and are merged in growing steps; a
replay tool sees a sorted file at any time. `rebuild` makes the same file from the WARCs.
"""

from __future__ import annotations

import heapq
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from archive.cdx.not_modified import resolve_not_modified, revisit_line
from archive.cdx.other_records import is_line_of_exchange, other_record_line
from archive.cdx.surt import surt_key
from archive.cdx.waiting_lines import WaitingLines
from archive.errors import StorageError
from archive.locks.file_locks import locked_folder
from archive.locks.file_modes import open_private
from archive.model import Capture, RecordType
from archive.model.withdrawal import HiddenFromReplay
from archive.warc.capture_reader import OtherRecord
from archive.warc.open_file import sync_folder
from archive.warc.parsing.other_record import page_of_uri

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


def replayed_lines(records: Iterable[Capture | OtherRecord]) -> Iterator[bytes]:
    """The lines of records that replay looks for, in UTF-8.

    A page as a browser showed it has none: replay shows the page itself, and lets its scripts run.
    """
    for record in records:
        if isinstance(record, OtherRecord):
            line = other_record_line(record)
        else:
            line = "" if record.record_type is RecordType.CONVERSION else cdxj_line(record)
        if line:
            yield line.encode("utf-8")


class CdxjFile:
    """The index file at `path`, and the lines not yet merged into it.

    Any number of processes add lines; one at a time merges them. Every method raises StorageError
    if the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting = WaitingLines(path)
        self._merged = -1

    def add(self, record: Capture | OtherRecord) -> None:
        """Add a capture or another record; its line, if it has one, has been handed to the
        operating system when this returns.
        """
        for line in replayed_lines([record]):
            with _storage_errors(self._waiting.path):
                self._waiting.append(line)
        if self._waiting.count >= min(
            _MERGE_AT_MOST, max(_MERGE_AT_LEAST, self._merged * _MERGE_SHARE)
        ):
            self.merge()

    def merge(self) -> None:
        """Merge all waiting lines into the sorted file: a new file is written, synced, and renamed
        over it.
        """
        if self._waiting.path.parent.is_dir():
            with self._alone():
                self._merge()

    def _merge(self) -> None:
        while lines := self._waiting.move_aside():
            with _sorted_lines(self._path) as old:
                self._merged = self._write_lines(heapq.merge(old, sorted(lines)))
            self._waiting.drop()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with _storage_errors(self._path), locked_folder(self._path.parent):
            yield

    def drop_hidden(self, hidden: HiddenFromReplay) -> int:
        """Remove the lines of what replay must not find; returns how many there were."""

        def is_gone(entry: bytes) -> bool:
            page = page_of_uri(str(_parse_entry(entry).fields.get("url", "")))
            return line_target(entry) in hidden.places or page in hidden.pages

        return self._drop(is_gone)

    def drop_beyond(self, warc: str, end: int) -> int:
        """Remove the lines of a WARC that has lost what it had from byte `end` on; returns how
        many there were.
        """
        name = warc.encode("utf-8")

        def is_gone(entry: bytes) -> bool:
            return name in entry and (target := line_target(entry))[0] == warc and target[1] >= end

        return self._drop(is_gone)

    def drop_within(self, warc: str, stretches: Sequence[tuple[int, int]]) -> int:
        """Remove the lines of records that began in these stretches (first byte, and the byte after
        the last) of a WARC; returns how many there were.
        """

        def is_gone(entry: bytes) -> bool:
            name, offset = line_target(entry)
            return name == warc and any(start <= offset < end for start, end in stretches)

        return self._drop(is_gone)

    def _drop(self, is_gone: Callable[[bytes], bool]) -> int:
        with self._alone():
            self._merge()
            with _sorted_lines(self._path) as old:
                count = sum(map(is_gone, old))
            if count:
                with _sorted_lines(self._path) as old:
                    self._merged = self._write_lines(entry for entry in old if not is_gone(entry))
        return count

    def close(self) -> None:
        """Merge the waiting lines and close the file."""
        self.merge()
        self._waiting.close()

    def rebuild(self, records: Iterable[Capture | OtherRecord]) -> int:
        """Write the index anew from records in any order, in bounded memory; returns its number of
        lines. No other process may be adding to it.
        """
        with (
            _storage_errors(self._path),
            tempfile.TemporaryDirectory(dir=self._path.parent, prefix=".cdxj-") as folder,
        ):
            lines = replayed_lines(records)
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
            self._waiting.discard()
        return self._merged

    def count_exchanges(self) -> int:
        """The number of lines that are of HTTP exchanges, those that wait included."""
        with self._alone(), _sorted_lines(self._path) as old:
            return sum(map(is_line_of_exchange, chain(old, self._waiting.lines())))

    def lookup(self, url: str) -> list[CdxjEntry]:
        """Every capture of a URL (of its SURT key), oldest first."""
        key = surt_key(url).encode("utf-8") + b" "
        lines = [
            *_find_lines(self._path, key),
            *(entry for entry in self._waiting.lines() if entry.startswith(key)),
        ]
        return [_parse_entry(entry) for entry in sorted(set(lines))]

    def _write_lines(self, lines: Iterable[bytes]) -> int:
        """Replace the index by these sorted lines, each once; returns their number."""
        fresh = self._path.with_name(self._path.name + ".tmp")
        count, last = 0, b""
        with open_private(fresh, "wb") as file:
            for entry in resolve_not_modified(lines):
                if entry != last:
                    file.write(entry)
                    count, last = count + 1, entry
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)
        return count


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path}: {error.strerror or error}."
            " Make room or mend the disk; nothing in archive/ is lost."
        ) from error


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
    """The WARC and offset of the record that a CDXJ line is of; StorageError if it is no such line.

    The line of a 304 leads elsewhere (`archive.cdx.not_modified`): it is of the revisit.
    """
    fields = _parse_entry(revisit_line(data)).fields
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
