"""Where an HTTP/1.x response begins and ends in a stream of bytes (RFC 9112 §6), keeping every byte
of it as sent.

The framer decides only what belongs to the message: it skips interim responses, measures the body
by its declared length, its chunks or the end of the connection, and enforces limits. It never
decodes, folds or corrects anything. What the message says is read later, from the record, by
`archive.warc.http_message`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import ClassVar

from archive.warc.http_message import is_chunked_framing, parse_head, transfer_codings

_STATUS = re.compile(rb"HTTP/(1\.\d)[ \t]+(\d{3})(?:[ \t]|\Z)")
_CHUNK_SIZE = re.compile(rb"[ \t]*+([0-9A-Fa-f]{1,16}+)[ \t]*+(?:;.*)?\r?\Z", re.DOTALL)
_CHUNK_SIZE_BEGUN = re.compile(rb"[ \t]*+[0-9A-Fa-f]{0,16}+[ \t]*+(?:;.*)?\r?\Z", re.DOTALL)
_PLAIN_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")
# What a server that speaks HTTP/2 alone begins with (RFC 9113 §4.1): the third byte of a frame's
# length is followed by its type, SETTINGS or GOAWAY.
_HTTP2_FRAMES = frozenset({4, 7})
_NO_BODY = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a response is read, in bytes: everything up to the end of its head, one header
    line, its body.
    """

    head: int = 1 << 20
    line: int = 256 << 10
    body: int = 50_000_000


class FramingProblem(StrEnum):
    """Why bytes cannot be a response."""

    NOT_HTTP = "bad-response"
    HTTP2 = "http2"
    FLOOD = "header-flood"


class _State(Enum):
    HEAD = 0
    LENGTH = 1
    UNTIL_CLOSE = 2
    CHUNK_SIZE = 3
    CHUNK_DATA = 4
    CHUNK_END = 5
    TRAILER = 6
    DONE = 7


class ResponseFramer:
    """Collects one response: `feed` bytes as they come, `close` when the peer has ended the
    connection.

    The outcome depends on the bytes alone, never on how they were split into packets.

    `finished` says that no more bytes are wanted. Then, or whenever reading had to stop, `message`
    holds the final response from its status line on (empty before `has_head`), `truncated` the
    WARC-Truncated reason if it is known not to be whole, `excess` how many bytes came after its
    end, and `problem` why it cannot be a response.
    """

    def __init__(self, *, method: str = "GET", limits: Limits | None = None) -> None:
        self._method = method
        self._limits = limits or Limits()
        self._bytes = bytearray()
        self._position = 0  # everything before this is understood
        self._dropped = 0  # bytes of interim responses
        self._body_start = 0
        self._end = 0  # of the body, or of the current chunk
        self._declared: frozenset[int] = frozenset()
        self._broken = False
        self._state = _State.HEAD
        self.received = 0
        self.excess = 0
        self.status = 0
        self.version = ""
        self.truncated: str | None = None
        self.problem: FramingProblem | None = None

    @property
    def has_head(self) -> bool:
        """Whether the final response's head is complete: from then on there is something to
        keep.
        """
        return self._state is not _State.HEAD and self.problem is None

    @property
    def finished(self) -> bool:
        """Whether no more bytes are wanted."""
        return self._state is _State.DONE or self.problem is not None

    @property
    def message(self) -> bytes:
        """The bytes of the final response so far."""
        return bytes(self._bytes) if self.has_head else b""

    @property
    def head(self) -> bytes:
        """The final response's head with the blank line behind it; empty before `has_head`."""
        return bytes(self._bytes[: self._body_start]) if self.has_head else b""

    @property
    def may_have_body(self) -> bool:
        """Whether the response is of a kind that has a body (RFC 9112 §6.3)."""
        return self._method != "HEAD" and self.status not in _NO_BODY

    def feed(self, data: bytes) -> None:
        """Take the next bytes off the wire."""
        if self.finished:
            self.excess += len(data)
            return
        self.received += len(data)
        self._bytes += data
        while not self.finished and self._STEPS[self._state](self):
            pass
        self._enforce_body_limit()

    def close(self) -> None:
        """The peer has closed the connection in order: the end of the message, or a cut through
        it.
        """
        if self.finished or not self.has_head:
            return
        if self._state is _State.CHUNK_SIZE and not _CHUNK_SIZE_BEGUN.match(
            self._bytes, self._position
        ):
            self._break()
        if self._state is not _State.UNTIL_CLOSE:
            self.stop("disconnect")
        elif self._broken or (
            self._declared and len(self._bytes) - self._body_start not in self._declared
        ):
            self.stop("unspecified")
        else:
            self._state = _State.DONE

    def stop(self, reason: str) -> None:
        """Nothing more will be read, for a WARC-Truncated `reason`; without a complete head nothing
        is kept.
        """
        if not self.finished and self.has_head:
            self.truncated = "unspecified" if self._broken and reason == "time" else reason
            self._state = _State.DONE

    # Each step returns whether it got on; False asks for more bytes.

    def _head(self) -> bool:
        if not self._position:
            blank = len(self._bytes) - len(self._bytes.lstrip(b"\r\n"))
            self._drop(blank)  # stray line ends in front of a status line (RFC 9112 §2.2)
            if len(self._bytes) >= 5 and not self._bytes.startswith(b"HTTP/"):
                binary = self._bytes[0] == 0 and self._bytes[3] in _HTTP2_FRAMES
                self.problem = FramingProblem.HTTP2 if binary else FramingProblem.NOT_HTTP
                return False
        start = self._position
        line_end = self._bytes.find(b"\n", start)
        seen = (line_end if line_end >= 0 else len(self._bytes)) - start
        if seen > self._limits.line or self._dropped + start + seen > self._limits.head:
            self.problem = FramingProblem.FLOOD
            return False
        if line_end < 0:
            return False
        self._position = line_end + 1
        line = bytes(self._bytes[start:line_end]).removesuffix(b"\r")
        if start == 0:
            return self._status_line(line)
        if not line:
            self._head_done()
        return True

    def _status_line(self, line: bytes) -> bool:
        match = _STATUS.match(line)
        if match is None:
            self.problem = FramingProblem.NOT_HTTP
            return False
        self.version, self.status = match[1].decode(), int(match[2])
        return True

    def _head_done(self) -> None:
        if 100 <= self.status < 200:
            self._drop(self._position)
            self._position = 0
            return
        self._body_start = self._end = self._position
        codings, lengths = _framing_headers(bytes(self._bytes[: self._position]))
        if not self.may_have_body:
            self._finish_at(self._body_start)
        elif codings:
            self._state = _State.CHUNK_SIZE if is_chunked_framing(codings) else _State.UNTIL_CLOSE
        elif len(lengths) == 1:
            self._state = _State.LENGTH
            self._end = self._body_start + next(iter(lengths))
        else:
            self._declared = lengths
            self._state = _State.UNTIL_CLOSE

    def _length(self) -> bool:
        if len(self._bytes) >= self._end and self._end - self._body_start <= self._limits.body:
            self._finish_at(self._end)
        return False

    def _until_close(self) -> bool:
        return False

    def _chunk_size(self) -> bool:
        self._pass_whole_chunks()
        line = self._line()
        if line is None:
            return False
        match = _CHUNK_SIZE.match(line)
        if match is None:
            return self._break()
        size = int(match[1], 16)
        self._end = self._position + size
        self._state = _State.CHUNK_DATA if size else _State.TRAILER
        return True

    def _pass_whole_chunks(self) -> None:
        """Go past the chunks that are here in their plainest form: there may be millions."""
        while size := _PLAIN_CHUNK_SIZE.match(self._bytes, self._position):
            length = int(size[1], 16)
            end = size.end() + length
            if not length or not self._bytes.startswith(b"\r\n", end):
                return
            self._position = end + 2

    def _chunk_data(self) -> bool:
        self._position = min(self._end, len(self._bytes))
        if self._position < self._end:
            return False
        self._state = _State.CHUNK_END
        return True

    def _chunk_end(self) -> bool:
        tail = bytes(self._bytes[self._position : self._position + 2])
        if tail in (b"", b"\r"):
            return False
        if not tail.startswith((b"\r\n", b"\n")):
            return self._break()
        self._position += 1 if tail.startswith(b"\n") else 2
        self._state = _State.CHUNK_SIZE
        return True

    def _trailer(self) -> bool:
        line = self._line()
        if line is None:
            return False
        if line in (b"", b"\r"):
            self._finish_at(self._position)
        return True

    def _line(self) -> bytes | None:
        """The next whole line of chunked framing without its line feed, or None until it is
        there.
        """
        line_end = self._bytes.find(b"\n", self._position)
        if line_end < 0:
            # Longer than any line may be, this is no framing: keep what comes as it is.
            if len(self._bytes) - self._position > self._limits.line:
                self._break()
            return None
        line = bytes(self._bytes[self._position : line_end])
        if len(line) > self._limits.line:
            self._break()
            return None
        self._position = line_end + 1
        return line

    def _break(self) -> bool:
        """Chunks that are none: the end of the message cannot be known, so all that comes is
        kept.
        """
        self._broken = True
        self._state = _State.UNTIL_CLOSE
        return True

    def _finish_at(self, end: int) -> None:
        self.excess = len(self._bytes) - end
        del self._bytes[end:]
        self._state = _State.DONE
        if end - self._body_start > self._limits.body:
            del self._bytes[self._body_start + self._limits.body :]
            self.truncated = "length"

    def _enforce_body_limit(self) -> None:
        if not self.has_head or self.finished:
            return
        over = len(self._bytes) - self._body_start - self._limits.body
        # A body that has no end but the connection's may still turn out to be just as long as the
        # limit.
        if over > 0 or (over == 0 and self._state is not _State.UNTIL_CLOSE):
            del self._bytes[self._body_start + self._limits.body :]
            self.stop("length")

    def _drop(self, count: int) -> None:
        del self._bytes[:count]
        self._dropped += count

    _STEPS: ClassVar[dict[_State, Callable[[ResponseFramer], bool]]] = {
        _State.HEAD: _head,
        _State.LENGTH: _length,
        _State.UNTIL_CLOSE: _until_close,
        _State.CHUNK_SIZE: _chunk_size,
        _State.CHUNK_DATA: _chunk_data,
        _State.CHUNK_END: _chunk_end,
        _State.TRAILER: _trailer,
    }


def header_values(head: bytes, name: bytes) -> list[bytes]:
    """The values that a head gives to a header whose value is a list, in lower case, in order;
    folded lines joined. `name` in lower case. What a head says is read by the parser that reads the
    record later: the two never disagree about where the body ends.
    """
    values = parse_head(head).headers_all(name.decode("latin-1"))
    parts = [part for value in values for part in value.split(",")]
    return [part.strip().lower().encode("latin-1", "replace") for part in parts]


def _framing_headers(head: bytes) -> tuple[list[str], frozenset[int]]:
    """The transfer codings in order and the distinct content lengths that a head declares."""
    codings = transfer_codings(parse_head(head).headers_all("transfer-encoding"))
    return codings, frozenset(
        int(value)
        for value in header_values(head, b"content-length")
        if value.isdigit() and len(value) < 19
    )
