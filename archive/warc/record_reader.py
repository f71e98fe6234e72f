"""Reads the records of one WARC file with their exact offsets, whatever tool wrote it and however
damaged it is.

Only as much of a block is kept as the caller asks for, so that neither a bomb (ISO 28500 sets no
limit) nor a wrong length costs memory. A damaged stretch is reported once, with its offset, and
reading resumes at the next record. What records mean is left to `archive.warc.capture_reader`,
whether their digests are right to `archive.verify`.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from archive.errors import DamagedRecordError
from archive.warc.gzip_members import MAGIC
from archive.warc.parsing.record_bounds import ends_at, find_next_record, is_packed
from archive.warc.parsing.record_header import (
    MAX_HEADER,
    declared_length,
    parse_fields,
    parse_version,
)
from archive.warc.record import MAX_BLOCK, SECOND_RECORD, Damage, Keep, Record, keep_all

_FIRST_READ = 16 * 1024
_READ = 128 * 1024
_HEADER_END = re.compile(rb"\n\r?\n")


class _UnreadableError(Exception):
    """The record being read cannot be read; internal to this module.

    `end` is the offset at which the next record may begin, if known, `search_from` else that from
    which on it is looked for; `cut` is true if the file ends inside this one.
    """

    def __init__(self, problem: str, *, end: int | None = None, cut: bool = False) -> None:
        super().__init__(problem)
        self.end = end
        self.search_from = 0
        self.cut = cut


# -------------------------------------------------------------------------------------- reading one


class _GzipSource:
    """One gzip member as a stream of decompressed bytes; `end` is the offset after the bytes used
    so far.
    """

    def __init__(self, descriptor: int, offset: int) -> None:
        self._descriptor = descriptor
        self._decoder = zlib.decompressobj(31)
        self._waiting = b""
        self._full = False
        self._size = _FIRST_READ
        self.end = offset

    def read_piece(self) -> bytes:
        """The next piece, at most `_READ` bytes; empty at the end of the member, after its CRC was
        checked.
        """
        decoder = self._decoder
        while not decoder.eof:
            if not self._waiting and not self._full:
                self._waiting = os.pread(self._descriptor, self._size, self.end)
                self._size = _READ
                if not self._waiting:
                    raise _UnreadableError("the file ends inside this record", cut=True)
                self.end += len(self._waiting)
            try:
                out = decoder.decompress(self._waiting, _READ)
            except zlib.error as error:
                raise _UnreadableError(f"gzip data is damaged ({error})") from error
            self._waiting = decoder.unconsumed_tail
            self._full = len(out) == _READ
            self.end -= len(decoder.unused_data)
            if out:
                return out
        return b""

    def finish_record(self, rest: bytes, _block_end: int) -> tuple[int, int]:
        """Check that only line ends follow the block; returns the end of the member twice: as where
        the next record begins and where this one ends. `rest` are bytes read beyond the block.
        """
        while True:
            if rest.strip(b"\r\n"):
                second = rest.lstrip(b"\r\n").startswith(b"WARC/")
                raise self.unreadable_error(
                    SECOND_RECORD
                    if second
                    else "data beyond Content-Length follows in the gzip member"
                )
            rest = self.read_piece()
            if not rest:
                return self.end, self.end

    def unreadable_error(self, problem: str) -> _UnreadableError:
        """The problem as an error, with the end of this member if it can be reached."""
        try:
            while self.read_piece():
                pass
        except _UnreadableError:
            return _UnreadableError(problem)
        return _UnreadableError(problem, end=self.end)


class _PlainSource:
    """The uncompressed bytes of a file from `offset` on; `end` as in `_GzipSource`."""

    def __init__(self, descriptor: int, offset: int) -> None:
        self._descriptor = descriptor
        self.end = offset

    def read_piece(self) -> bytes:
        """The next piece; empty at the end of the file."""
        out = os.pread(self._descriptor, _READ, self.end)
        self.end += len(out)
        return out

    def finish_record(self, rest: bytes, block_end: int) -> tuple[int, int]:
        """Pass over the line ends after the block; returns the offsets at which the next record
        begins and this one ends. `rest` are bytes read beyond the block.
        """
        if not ends_at(self._descriptor, block_end):
            raise _UnreadableError("neither line ends nor a record follow the block")
        rest = rest[:4] if len(rest) >= 4 else (rest + self.read_piece())[:4]
        return block_end + len(rest) - len(rest.lstrip(b"\r\n")), block_end

    def unreadable_error(self, problem: str) -> _UnreadableError:
        """The problem as an error; where this record ends is not known."""
        return _UnreadableError(problem)


def _read_record_at(descriptor: int, offset: int, keep: Keep) -> Record | int:
    """The record at `offset`; if there is only an empty gzip member or line ends, the offset after
    them. Raises _UnreadableError.
    """
    magic = os.pread(descriptor, 64, offset)
    if magic.startswith(MAGIC):
        source: _GzipSource | _PlainSource = _GzipSource(descriptor, offset)
    elif magic.lstrip(b"\r\n")[:5] in (b"WARC/", b""):
        offset += len(magic) - len(magic.lstrip(b"\r\n"))
        source = _PlainSource(descriptor, offset)
    elif MAGIC.startswith(magic):
        raise _UnreadableError("the file ends inside this record", cut=True)
    else:
        zeros = not magic.strip(b"\0")
        raise _UnreadableError(
            "zeros, as a power loss leaves them" if zeros else "neither gzip data nor a WARC record"
        )
    buffer, header_end = _read_header(source)
    if not buffer:
        return source.end
    try:
        version, headers, length = _parse_header(source, buffer[:header_end])
        block, rest = _read_block(source, buffer[header_end:], length, min(length, keep(headers)))
        end, record_end = source.finish_record(rest, offset + header_end + length)
    except _UnreadableError as error:
        # A wrong length may have swallowed the records that follow.
        error.search_from = offset + header_end
        raise
    return Record(
        version=version,
        headers=headers,
        block=block,
        content_length=length,
        offset=offset,
        length=record_end - offset,
        end=end,
    )


def _read_header(source: _GzipSource | _PlainSource) -> tuple[bytes, int]:
    """Read up to the empty line after the header; returns what was read, and the length of the
    header in it (b"" and 0 if only line ends are left).
    """
    buffer = b""
    while (match := _HEADER_END.search(buffer)) is None:
        piece = source.read_piece()
        if not piece and not buffer.strip(b"\r\n"):
            return b"", 0
        if not piece:
            raise _UnreadableError(
                "the header of the record is cut short",
                cut=isinstance(source, _PlainSource),
                end=_member_end(source),
            )
        buffer += piece
        if len(buffer) > MAX_HEADER and not _HEADER_END.search(buffer[:MAX_HEADER]):
            break
    if match is None or match.end() > MAX_HEADER:
        raise source.unreadable_error(f"a record header of more than {MAX_HEADER} bytes")
    return buffer, match.end()


def _member_end(source: _GzipSource | _PlainSource) -> int | None:
    """Where the next record may begin after a source has ended: only known of a gzip member."""
    return source.end if isinstance(source, _GzipSource) else None


def _parse_header(
    source: _GzipSource | _PlainSource, head: bytes
) -> tuple[str, tuple[tuple[str, str], ...], int]:
    """The version, the (name, value) fields and the Content-Length of a record header."""
    version = parse_version(head)
    if version is None:
        raise source.unreadable_error(f"not a WARC record: it begins with {head[:20]!r}")
    fields = parse_fields(head)
    try:
        return version, fields, declared_length(fields)
    except ValueError as error:
        raise source.unreadable_error(str(error)) from error


def _read_block(
    source: _GzipSource | _PlainSource, first: bytes, length: int, want: int
) -> tuple[bytes, bytes]:
    """Read a block of `length` bytes that begins with `first`: its first `want` bytes, and what was
    read beyond its end.
    """
    kept, seen, piece = bytearray(), 0, first
    while True:
        own = piece if len(piece) <= length - seen else piece[: length - seen]
        seen += len(own)
        if len(kept) < want:
            kept += own[: want - len(kept)]
        if seen == length:
            return bytes(kept), piece[len(own) :]
        piece = source.read_piece()
        if not piece:
            problem = f"the block is {length - seen} bytes shorter than Content-Length says"
            raise _UnreadableError(
                problem, end=_member_end(source), cut=isinstance(source, _PlainSource)
            )


# -------------------------------------------------------------------------------- one after another


def read_records(path: Path, *, start: int = 0, keep: Keep = keep_all) -> Iterator[Record | Damage]:
    """Every record of a WARC file from offset `start` on, and every damaged stretch, in file order.

    `keep` gives, for a record's headers, how many bytes of its block are wanted. OSError if the
    file cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        descriptor = file.fileno()
        packed = is_packed(path, descriptor)
        offset = start
        while offset < os.fstat(descriptor).st_size:
            try:
                record = _read_record_at(descriptor, offset, keep)
            except _UnreadableError as error:
                end = error.end or find_next_record(
                    descriptor, _search_from(descriptor, offset, error), packed=packed
                )
                cut = error.cut and end >= os.fstat(descriptor).st_size
                yield Damage(offset=offset, end=end, problem=str(error), cut=cut)
                offset = end
                continue
            if isinstance(record, Record):
                yield record
                record = record.end
            offset = record


def _search_from(descriptor: int, offset: int, error: _UnreadableError) -> int:
    """From where on to look for the next record: behind the header of one that is not packed."""
    is_member = os.pread(descriptor, len(MAGIC), offset) == MAGIC
    return offset + 1 if is_member else max(offset + 1, error.search_from)


def read_warc_record(path: Path, offset: int, *, most: int = MAX_BLOCK) -> Record:
    """The whole record at `offset`; DamagedRecordError if none can be read or its block is longer
    than `most` bytes.
    """
    with path.open("rb", buffering=0) as file:
        try:
            record = _read_record_at(
                file.fileno(),
                offset,
                lambda headers: most if declared_length(headers) <= most else 0,
            )
        except _UnreadableError as error:
            raise DamagedRecordError(
                f"{path} at offset {offset}: {error}. Run: warraq verify"
            ) from error
    if not isinstance(record, Record):
        raise DamagedRecordError(
            f"{path} at offset {offset}: there is no record. Run: warraq index --rebuild"
        )
    if record.content_length > most:
        raise DamagedRecordError(
            f"{path} at offset {offset}: a block of {record.content_length} bytes is not read"
        )
    return record
