"""Decompresses the gzip members of a WARC file one at a time, with their trailers checked
(RFC 1952; ISO 28500 Annex D).

The standard library reads all members as one stream, which hides where each begins and that one is
cut off; here each has its offsets.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

MAGIC = b"\x1f\x8b\x08"
_CHUNK = 1 << 16
_WINDOW = 1 << 20
_NAME_LIMIT = 1 << 16


class MemberDamageError(Exception):
    """The bytes cannot be decompressed further: `rule` names the finding, `detail` is its text."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(detail)
        self.rule = rule
        self.detail = detail


class GzipMember:
    """One gzip member, decompressed in pieces; `end` is its end once `chunks` is exhausted."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._file = file
        self.offset = offset
        self.end = offset
        self.head = b""

    def chunks(self) -> Iterator[bytes]:
        """The data; MemberDamageError if it cannot be decompressed or the trailer does not
        match.
        """
        self._file.seek(self.offset)
        self._read_head()
        start = self._file.tell()
        inflater = zlib.decompressobj(-15)
        crc = size = consumed = 0
        while not inflater.eof:
            data = inflater.unconsumed_tail
            if not data:
                self._file.seek(start + consumed)
                data = self._file.read(_CHUNK)
                consumed += len(data)
                if not data:
                    raise MemberDamageError(
                        "gzip-truncated", "the gzip member has no end: cut off or torn"
                    )
            try:
                piece = inflater.decompress(data, _WINDOW)
            except zlib.error as error:
                raise MemberDamageError(
                    "gzip-data", f"the gzip data cannot be unpacked: {error}"
                ) from error
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            if piece:
                yield piece
        self._file.seek(start + consumed - len(inflater.unused_data))
        trailer = self._file.read(8)
        self.end = self._file.tell()
        self._check_trailer(trailer, crc, size)

    @staticmethod
    def _check_trailer(trailer: bytes, crc: int, size: int) -> None:
        if len(trailer) < 8:
            raise MemberDamageError("gzip-truncated", "the gzip member's trailer is cut off")
        if int.from_bytes(trailer[:4], "little") != crc:
            raise MemberDamageError(
                "gzip-crc", "the gzip member's data is not what its CRC-32 says"
            )
        if int.from_bytes(trailer[4:], "little") != size & 0xFFFFFFFF:
            raise MemberDamageError(
                "gzip-length", "the gzip member's data is not as long as its trailer says"
            )

    def _read_head(self) -> None:
        self.head = head = self._file.read(10)
        if len(head) < 10:
            raise MemberDamageError("gzip-truncated", "the gzip member's header is cut off")
        flags = head[3]
        if flags & 0xE0:
            raise MemberDamageError(
                "gzip-header", f"reserved flags {flags:#04x} in the gzip header"
            )
        checked = head
        if flags & 4:
            length = self._file.read(2)
            checked += length + self._file.read(int.from_bytes(length, "little"))
        for flag in (8, 16):
            if flags & flag:
                checked += self._read_to_nul()
        if (
            flags & 2
            and int.from_bytes(self._file.read(2), "little") != zlib.crc32(checked) & 0xFFFF
        ):
            raise MemberDamageError("gzip-header", "the gzip header is not what its CRC-16 says")

    def _read_to_nul(self) -> bytes:
        text = bytearray()
        while (byte := self._file.read(1)) != b"\0":
            if not byte or len(text) > _NAME_LIMIT:
                raise MemberDamageError("gzip-truncated", "the gzip member's header does not end")
            text += byte
        return bytes(text) + b"\0"


def begins_record(data: bytes) -> bool:
    """True if these bytes are the start of a gzip member that holds a WARC record."""
    try:
        return zlib.decompressobj(31).decompress(data, 8).startswith(b"WARC/")
    except zlib.error:
        return False
