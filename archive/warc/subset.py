"""Some captures of a collection as one WARC file of their own: their records byte for byte, after a
new warcinfo record.

A capture's companions (its request and metadata records) go with it. Choosing the captures is left
to the caller.
"""

from __future__ import annotations

import errno
import gzip
import os
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from archive.errors import StorageError
from archive.model import Capture
from archive.warc.capture_reader import locate_warc
from archive.warc.file_names import is_arc
from archive.warc.gzip_members import MAGIC
from archive.warc.record import CAPTURE_TYPES, Damage, Record
from archive.warc.record_reader import read_records
from archive.warc.writer import WarcInfo, new_record_id, warcinfo_record

# Companions are next to their capture; a record further away belongs to another one.
_NEAR = 8


def write_selection(
    target: Path,
    archive: Path,
    captures: Iterable[Capture],
    *,
    info: WarcInfo,
    now: datetime,
    name: str | None = None,
) -> list[Capture]:
    """Write the records of `captures`, found in the folder `archive`, to the WARC file `target` (as
    gzip members), new or empty, which is to be called `name` if not as it is.

    Returns the captures as they stand there, in the order written. Captures in ARC files cannot be
    copied and are left out. Raises DamagedRecordError if a file is missing, StorageError if the
    disk refuses.
    """
    name = name or target.name
    wanted: dict[str, dict[int, Capture]] = defaultdict(dict)
    for capture in captures:
        if not is_arc(Path(capture.warc)):
            wanted[capture.warc][capture.offset] = capture
    written: list[Capture] = []
    try:
        with target.open("ab") as file:
            if file.tell():
                raise FileExistsError(errno.EEXIST, "it holds something", str(target))
            file.write(warcinfo_record(info, new_record_id(), now, name))
            for warc in sorted(wanted):
                path = locate_warc(archive, warc)
                for record in select_records(path, wanted[warc].keys()):
                    data = _gzip_member_bytes(path, record)
                    if (selected := wanted[warc].get(record.offset)) is not None:
                        start, length = file.tell(), len(data)
                        written.append(replace(selected, warc=name, offset=start, length=length))
                    file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StorageError(
            f"{error.filename or target}: cannot be written: {error.strerror or error}"
        ) from error
    return written


def select_records(path: Path, offsets: Iterable[int]) -> Iterator[Record]:
    """The captures' records at these offsets of a WARC file and their companions, in the order of
    the file, without their blocks.
    """
    left = set(offsets)
    waiting: deque[Record] = deque(maxlen=_NEAR)
    selected_id = ""
    for record in read_records(path, keep=lambda _: 0):
        if isinstance(record, Damage):
            waiting.clear()
        elif record.offset not in left and selected_id and _names(record, selected_id):
            # Some tools write the request after its response, others before; pictures of a page
            # stand behind it.
            yield record
        elif record.type not in CAPTURE_TYPES:
            waiting.append(record)
        elif record.offset in left:
            left.discard(record.offset)
            yield from (each for each in waiting if _is_companion(each, record))
            yield record
            selected_id = record.id
            waiting.clear()
        elif not left:
            return
        else:
            selected_id = ""
            waiting.clear()


def _is_companion(record: Record, capture: Record) -> bool:
    """True if one of the two records names the other."""
    return _names(record, capture.id) or record.id in capture.headers_all("WARC-Concurrent-To")


def _names(record: Record, capture_id: str) -> bool:
    """True if a record says that it belongs to a capture; that a revisit or conversion refers to it
    says nothing of the kind.
    """
    named = set(record.headers_all("WARC-Concurrent-To"))
    if record.type == "metadata":
        named |= set(record.headers_all("WARC-Refers-To"))
    return capture_id in named


def _gzip_member_bytes(path: Path, record: Record) -> bytes:
    """The bytes of a record as they are in the file; an uncompressed record is compressed."""
    with path.open("rb", buffering=0) as file:
        data = os.pread(file.fileno(), record.length, record.offset)
    return data if data.startswith(MAGIC) else gzip.compress(data + b"\r\n\r\n", mtime=0)
