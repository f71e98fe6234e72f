"""Bytes that come in pieces, read by line and by count, with the damage that ends them remembered.

For `archive.verify.strict_reader`, which reads gzip members and plain files by it.
"""

from __future__ import annotations

from collections.abc import Iterator

from archive.warc.gzip_members import MemberDamageError
from archive.warc.parsing.record_header import MAX_HEADER

LINE_LIMIT = MAX_HEADER  # bytes that a line is read to at most
_WINDOW = 1 << 20


class ByteSource:
    """A reader over `pieces` of bytes.

    `consumed` counts the bytes read so far. Where producing a piece raises MemberDamageError the
    bytes end, and `damage` holds its rule and detail.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._buffer = b""
        self._position = 0
        self.consumed = 0
        self.has_junk = False
        self.damage: tuple[str, str] | None = None

    def _fetch(self) -> bool:
        try:
            piece = next(self._pieces, b"")
        except MemberDamageError as error:
            self.damage = (error.rule, error.detail)
            return False
        self._buffer, self._position = self._buffer[self._position :] + piece, 0
        return bool(piece)

    def peek(self, count: int) -> bytes:
        """The next `count` bytes, fewer at the end, without consuming them."""
        while len(self._buffer) - self._position < count and self._fetch():
            pass
        return self._buffer[self._position : self._position + count]

    def read_line(self) -> bytes:
        """The bytes up to and including the next line feed; fewer at the end of the bytes or if the
        line is longer than LINE_LIMIT.
        """
        while (end := self._buffer.find(b"\n", self._position)) < 0 and len(
            self._buffer
        ) - self._position < LINE_LIMIT:
            if not self._fetch():
                return self.read_some(len(self._buffer) - self._position)
        return self.read_some(min(end - self._position + 1, LINE_LIMIT) if end >= 0 else LINE_LIMIT)

    def read_some(self, count: int) -> bytes:
        """At most `count` bytes, at least one unless they have ended."""
        if self._position >= len(self._buffer):
            self._fetch()
        piece = self._buffer[self._position : self._position + count]
        self._position += len(piece)
        self.consumed += len(piece)
        return piece

    def skip_rest(self) -> int:
        """Read to the end; returns how many bytes there were, and notes in `has_junk` whether any
        of them was no line end.
        """
        before = self.consumed
        while piece := self.read_some(_WINDOW):
            self.has_junk = self.has_junk or bool(piece.strip(b"\r\n"))
        return self.consumed - before
