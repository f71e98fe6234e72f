"""Some captures of a collection as one WARC file of their own: their records byte for byte, after a
warcinfo of its own.

What belongs to a capture (its request and metadata) goes with it. Which captures are wanted is for
others to say.
"""

from __future__ import annotations

import gzip
import os
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from archive.errors import StorageError
from archive.model import Capture
from archive.warc import warc_fields
from archive.warc.capture_reader import locate_warc
from archive.warc.file_names import is_arc
from archive.warc.record_reader import Damage, Record, read_records
from archive.warc.serialization import gzip_member, warc_date
from archive.warc.writer import WarcInfo, new_record_id

# Companions stand right beside their capture; what is further off belongs to another one.
_NEAR = 8
_CAPTURE_TYPES = frozenset({"response", "revisit", "resource"})


def write_selection(
    target: Path, archive: Path, captures: Iterable[Capture], *, info: WarcInfo, now: datetime
) -> list[Capture]:
    """Write the records of `captures`, found in the folder `archive`, to the new WARC file `target`
    (gzip members).

    Returns the captures as they stand there, in the order written. Captures in ARC files cannot be
    copied and are left out. Raises DamagedRecordError where a file is missing, StorageError where
    the disk refuses.
    """
    wanted: dict[str, dict[int, Capture]] = defaultdict(dict)
    for capture in captures:
        if not is_arc(Path(capture.warc)):
            wanted[capture.warc][capture.offset] = capture
    headers = [
        *(
            ("WARC-Type", "warcinfo"),
            ("WARC-Record-ID", new_record_id()),
            ("WARC-Date", warc_date(now)),
        ),
        *(("WARC-Filename", target.name), ("Content-Type", warc_fields.MEDIA_TYPE)),
    ]
    written: list[Capture] = []
    try:
        with target.open("xb") as file:
            file.write(gzip_member(headers, warc_fields.encode_fields(info.fields())))
            for warc in sorted(wanted):
                path = locate_warc(archive, warc)
                for record, data in _selected_records(path, wanted[warc].keys()):
                    if record.offset in wanted[warc]:
                        capture = wanted[warc][record.offset]
                        written.append(
                            replace(capture, warc=target.name, offset=file.tell(), length=len(data))
                        )
                    file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StorageError(
            f"{error.filename or target}: cannot be written: {error.strerror or error}"
        ) from error
    return written


def _selected_records(path: Path, offsets: Iterable[int]) -> Iterator[tuple[Record, bytes]]:
    """The records at these offsets and those that belong to them, in the order they stand, each as
    a gzip member.
    """
    left = set(offsets)
    waiting: deque[Record] = deque(maxlen=_NEAR)
    last = ""
    with path.open("rb") as file:
        for record in read_records(path, keep=lambda _: 0):
            if isinstance(record, Damage):
                waiting.clear()
                continue
            if record.type in _CAPTURE_TYPES:
                if record.offset in left:
                    left.discard(record.offset)
                    for each in (
                        *(each for each in waiting if _is_companion(each, record)),
                        record,
                    ):
                        yield each, _gzip_member_bytes(file, each)
                    last = record.id
                elif not left:
                    return
                else:
                    last = ""
                waiting.clear()
            elif last and last in record.headers_all(
                "WARC-Concurrent-To"
            ):  # as some tools write them: behind
                yield record, _gzip_member_bytes(file, record)
            else:
                waiting.append(record)


def _is_companion(record: Record, capture: Record) -> bool:
    named = set(record.headers_all("WARC-Concurrent-To")) | {record.header("WARC-Refers-To")}
    return capture.id in named or record.id in capture.headers_all("WARC-Concurrent-To")


def _gzip_member_bytes(file: BinaryIO, record: Record) -> bytes:
    """The bytes of a record as they stand; one that was not packed is packed."""
    data = os.pread(file.fileno(), record.length, record.offset)
    return data if data.startswith(b"\x1f\x8b") else gzip.compress(data + b"\r\n\r\n", mtime=0)
