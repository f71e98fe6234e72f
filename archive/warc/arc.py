"""Reads ARC files, the format before WARC (Internet Archive, 1996), as records of the same kind.

warcio parses each record; this module gives it the header fields of both versions, checks that a
record is as long as it says, and resumes after damage. A record becomes a `response` if it holds an
HTTP message, else a `resource`; its WARC-Record-ID is derived from file and offset, as ARC has
none.
"""

from __future__ import annotations

import os
import re
import uuid
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from warcio.archiveiterator import ARCIterator
from warcio.exceptions import ArchiveLoadFailed

from archive.errors import DamagedRecordError
from archive.warc.file_names import is_gzip_name
from archive.warc.gzip_members import MAGIC
from archive.warc.record import MAX_BLOCK, SECOND_RECORD, Damage, Keep, Record, keep_all

_WINDOW = 1 << 20
_PIECE = 1 << 17
# A header line: URL (old tools left spaces in), address, date, and from there to the length two or
# seven fields.
_HEADER = re.compile(
    rb"([a-z][a-z0-9+.-]{1,20}:[^\r\n]{1,65536}?) ([0-9a-fA-F.:]+) ([0-9]{8,17})"
    rb" (\S+(?: \S+){0,7}?) ([0-9]{1,15})\r?\n"
)
_FIELDS_1 = ("uri", "ip-address", "archive-date", "content-type", "length")
_FIELDS_2 = (*_FIELDS_1[:4], "result-code", "checksum", "location", "offset", "filename", "length")


def read_arc_records(
    path: Path, *, start: int = 0, keep: Keep = keep_all
) -> Iterator[Record | Damage]:
    """Every record of an ARC file from offset `start` on, and every damaged stretch, in file order.

    `keep` and errors as in `archive.warc.record_reader.read_records`.
    """
    with path.open("rb") as file:
        size, fields = os.fstat(file.fileno()).st_size, _field_names(file)
        offset = _skip_line_ends(file, start)
        while offset < size:
            try:
                record = _read_record_at(file, path.name, offset, fields, keep)
            except _ERRORS as error:
                end = _find_next_record(file, offset + 1, size)
                yield Damage(offset=offset, end=end, problem=_problem_text(error), cut=False)
                offset = end
                continue
            yield record
            offset = _skip_line_ends(file, record.end)


def read_arc_record(path: Path, offset: int) -> Record:
    """The whole record at `offset`; DamagedRecordError if none can be read."""
    with path.open("rb") as file:
        try:
            return _read_record_at(file, path.name, offset, _field_names(file), keep_all)
        except _ERRORS as error:
            raise DamagedRecordError(
                f"{path} at offset {offset}: {_problem_text(error)}. Run: warraq verify"
            ) from error


_ERRORS = (ArchiveLoadFailed, EOFError, ValueError, KeyError, zlib.error)


def _problem_text(error: Exception) -> str:
    """One of `_ERRORS` in words, on one line."""
    if isinstance(error, zlib.error):
        return f"gzip data is damaged ({error})"
    return " ".join(str(error).split())[:200] or "there is no ARC record"


def _read_record_at(
    file: IO[bytes], name: str, offset: int, fields: tuple[str, ...], keep: Keep
) -> Record:
    """The record at `offset`; raises one of `_ERRORS` if it is missing or malformed."""
    file.seek(offset)
    packed = file.read(3) == MAGIC
    start = _unpacked_start(file, offset)
    if not _HEADER.match(start) and not start.startswith(b"filedesc:"):
        raise ValueError(f"neither gzip data nor an ARC record: {start[:20]!r}")
    file.seek(offset)
    iterator = ARCIterator(file, no_record_parse=True)
    iterator.loader.arc_parser.headernames = fields
    arc_record = next(iterator)
    length = int(arc_record.length or 0)
    common = _common_headers(arc_record, name, offset, length)
    block = _read_block(arc_record.raw_stream, length, min(length, MAX_BLOCK))
    if packed:
        _finish_member(iterator.reader)
    end = file.tell() - iterator.reader.rem_length()
    if not packed:
        _check_next_bytes(file, end)
    headers = (*common, *_type_headers(arc_record, block, length))
    return Record(
        version="ARC/1.0",
        headers=headers,
        block=block[: keep(headers)],
        content_length=length,
        offset=offset,
        length=end - offset,
        end=end,
    )


def _common_headers(
    arc_record: Any, name: str, offset: int, length: int
) -> tuple[tuple[str, str], ...]:
    """The header fields of an ARC record under the names of WARC."""
    header = arc_record.rec_headers.get_header
    date = str(header("archive-date"))[:14].ljust(14, "0")
    captured = datetime.strptime(date, "%Y%m%d%H%M%S")  # noqa: DTZ007 - ARC dates are UTC
    return (
        ("WARC-Target-URI", str(header("uri")).replace(" ", "%20")),
        ("WARC-IP-Address", str(header("ip-address"))),
        ("WARC-Date", captured.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'arc:{name}#{offset}')}>"),
        ("Content-Length", str(length)),
    )


def _type_headers(arc_record: Any, block: bytes, length: int) -> tuple[tuple[str, str], ...]:
    """WARC-Type, Content-Type and, if the block was cut, WARC-Truncated of an ARC record."""
    if arc_record.rec_type == "arc_header":
        return (("WARC-Type", "warcinfo"), ("Content-Type", "text/plain"))
    cut = (("WARC-Truncated", "length"),) if len(block) < length else ()
    if block.startswith(b"HTTP/"):
        return (
            ("WARC-Type", "response"),
            ("Content-Type", "application/http;msgtype=response"),
            *cut,
        )
    return (
        ("WARC-Type", "resource"),
        ("Content-Type", str(arc_record.content_type or "application/octet-stream")),
        *cut,
    )


def _read_block(stream: Any, length: int, want: int) -> bytes:
    """The first `want` bytes of a block of `length`, the rest read past; ValueError if it is
    shorter.
    """
    kept, seen = bytearray(), 0
    while seen < length:
        piece = stream.read(min(_PIECE, length - seen))
        if not piece:
            raise ValueError(f"the record is {length - seen} bytes shorter than its header says")
        seen += len(piece)
        kept += piece[: max(0, want - len(kept))]
    return bytes(kept)


def _finish_member(reader: Any) -> None:
    """Read to the end of the gzip member, so that its CRC is checked; ValueError if more than line
    ends follow.
    """
    while piece := reader.read(_PIECE):
        if piece.strip(b"\r\n"):
            second = _HEADER.match(piece.lstrip(b"\r\n"))
            raise ValueError(
                SECOND_RECORD if second else "data beyond its length follows in the gzip member"
            )
    if not reader.decompressor.eof:
        raise ValueError("the gzip data of this record has no end")


def _check_next_bytes(file: IO[bytes], end: int) -> None:
    """Check the length of an uncompressed record: line ends, the next record or the end of the file
    must follow, else ValueError.
    """
    file.seek(end)
    data = file.read(2048)
    if data and data[:1] not in b"\r\n" and not _HEADER.match(data):
        raise ValueError("more data follows than the record's header says")


def _field_names(file: IO[bytes]) -> tuple[str, ...]:
    """The names of the header fields, five in version 1 or ten in version 2: the third line of the
    file has as many.
    """
    lines = _unpacked_start(file, 0).split(b"\n", 3)
    return _FIELDS_2 if len(lines) > 2 and len(lines[2].split()) == len(_FIELDS_2) else _FIELDS_1


def _unpacked_start(file: IO[bytes], offset: int) -> bytes:
    """The first bytes at `offset`, decompressed if they are gzip; empty if that fails."""
    file.seek(offset)
    data = file.read(1 << 17)
    if not data.startswith(MAGIC):
        return data
    try:
        return zlib.decompressobj(31).decompress(data, 1 << 17)
    except zlib.error:
        return b""


def _skip_line_ends(file: IO[bytes], offset: int) -> int:
    """The first offset from `offset` on that is not of a line end."""
    while True:
        file.seek(offset)
        data = file.read(64)
        gap = len(data) - len(data.lstrip(b"\r\n"))
        offset += gap
        if not data or gap < len(data):
            return offset


def _find_next_record(file: IO[bytes], position: int, size: int) -> int:
    """The offset from `position` on at which the next record begins; the file's end if there is
    none.
    """
    file.seek(0)
    packed = file.read(3) == MAGIC or is_gzip_name(Path(file.name))
    while position < size:
        file.seek(position)
        window = file.read(_WINDOW)
        if packed:
            start = window.find(MAGIC)
            while start >= 0:
                if _HEADER.match(_unpacked_start(file, position + start)):
                    return position + start
                start = window.find(MAGIC, start + 1)
        else:
            for match in re.finditer(rb"\n(?=[a-z])", window):
                if _HEADER.match(window, match.end()):
                    return position + match.end()
        if len(window) < _WINDOW:
            break
        position += len(window) - (1 << 17)
    return size
