"""Parses an HTTP/1.x response as recorded in a WARC block: status, headers, and the entity without
its transfer coding.

Only framing is decoded (RFC 9112 §7) and, on request, content coding (RFC 9110 §8.4) under a hard
limit on output. Servers make every mistake, so nothing raises: what comes before a malformed part
is kept. Character sets, HTML and links are left to `pipelines`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace

import brotli

_HEAD_END = re.compile(rb"\n\r?\n")
_STATUS_LINE = re.compile(rb"[A-Za-z]+(?:/[0-9.]+)?[ \t]+([0-9]{3})(?:[ \t]+([^\r\n]*))?\s*")
_MIME_END = re.compile(r"[;\s]")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")

# Input is fed to a decompressor in slices, so that a bomb is noticed while no more than one slice's
# output is waiting.
_SLICE = 64 * 1024
# After an error the input is decoded once more in this many slices: only the last slice's output is
# then lost.
_FINE_SLICES = 65_536
# How many codings may be stacked: honest servers use one, a few use two.
_MAX_CODINGS = 5
_CUT_SHORT = "the data is cut short"
_UNDONE = frozenset({"gzip", "x-gzip", "deflate", "br"})
# Codings that exist and are not undone here. Any other name is none: servers write `none`, `utf-8`
# or a media type, and browsers show the body as it stands.
_NOT_UNDONE = frozenset(
    {"zstd", "compress", "x-compress", "exi", "pack200-gzip", "aes128gcm", "dcb", "dcz", "sdch"}
    | {"bzip2", "x-bzip2", "lzma", "xz", "zip"}
)


def latin1_to_utf8(value: str) -> str:
    """A header value that was decoded as latin-1, decoded as UTF-8 instead if its bytes are
    valid.
    """
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def latin1_to_address(value: str) -> str:
    """A header value that is an address and was decoded as latin-1: as UTF-8 if its bytes are
    valid, else with its bytes percent-encoded as they stand (a site in windows-1256).
    """
    text = latin1_to_utf8(value)
    if text.isascii() or text != value:
        return text
    return "".join(letter if letter.isascii() else f"%{ord(letter):02X}" for letter in value)


def transfer_codings(values: Iterable[str]) -> list[str]:
    """The codings that `Transfer-Encoding` headers of these values name, in the order applied,
    without parameters, `identity` and empty list elements (RFC 9110 §5.6.1, RFC 9112 §6.1).
    """
    names = (part.partition(";")[0].strip().lower() for part in ",".join(values).split(","))
    return [name for name in names if name not in ("", "identity")]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpMessage:
    """A parsed response.

    `headers` are (name, value) in the order and case sent, decoded as latin-1, folded lines joined
    by a space. `entity` is the body with transfer coding removed and content coding kept: what the
    payload digest is over. `body_offset` is where the body starts in the block, in bytes;
    `head_complete` is false if the empty line after the headers is missing. `status` is None if
    there is no status line.
    """

    status: int | None
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    entity: bytes = b""
    body_offset: int = 0
    head_complete: bool = True

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case; None if it was not sent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def headers_all(self, name: str) -> list[str]:
        """Every value of a header, in the order sent."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    def utf8_header(self, name: str) -> str | None:
        """The first value of a header, as UTF-8 if its bytes are valid; None if it was not sent."""
        value = self.header(name)
        return None if value is None else latin1_to_utf8(value)

    @property
    def location(self) -> str | None:
        """Where a redirect leads, as sent; bytes that are no UTF-8 are percent-encoded."""
        value = self.header("location")
        return None if value is None else latin1_to_address(value)

    @property
    def refresh(self) -> str | None:
        """The `Refresh` header, as sent; bytes that are no UTF-8 are percent-encoded."""
        value = self.header("refresh")
        return None if value is None else latin1_to_address(value)

    @property
    def content_type(self) -> str | None:
        """The last Content-Type header, which counts where several were sent."""
        values = self.headers_all("content-type")
        return latin1_to_utf8(values[-1]) if values else None

    @property
    def mime(self) -> str | None:
        """The media type of the last Content-Type without parameters, as sent (MIME Sniffing
        standard, "supplied MIME type"); a CDXJ line has it.
        """
        value = self.content_type
        return _MIME_END.split(value, maxsplit=1)[0] if value is not None else None

    @property
    def is_chunked(self) -> bool:
        """True if the body is declared to come in chunks."""
        return transfer_codings(self.headers_all("transfer-encoding"))[-1:] == ["chunked"]

    @property
    def entity_codings(self) -> str | None:
        """What `decode_entity` is to undo: the content codings of all headers, and what was applied
        for the transfer besides chunks; None if there is nothing.
        """
        transfer = transfer_codings(self.headers_all("transfer-encoding"))
        codings = self.headers_all("content-encoding")
        codings += [name for name in transfer if name != "chunked"]
        return ", ".join(codings) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedEntity:
    """An entity with its content coding removed.

    `truncated` is true if there was more, beyond the limit or never sent; `problem` is what was
    wrong, as text for people.
    """

    body: bytes
    truncated: bool = False
    problem: str | None = None


# ------------------------------------------------------------------------------------------ framing


def parse_response(block: bytes) -> HttpMessage:
    """Parse one response from a WARC block (ISO 28500 §6.3); interim 1xx responses before it are
    skipped.

    Line feeds alone, folded headers, lines without a colon and a head cut short are tolerated, as
    is a body that says it is chunked and is not (then it is the entity as it stands).
    """
    message = parse_head(block)
    while message.status is not None and 100 <= message.status < 200 and message.status != 101:
        if not _STATUS_LINE.match(block, message.body_offset):
            break
        message = parse_head(block, message.body_offset)
    body = block[message.body_offset :]
    if body and message.is_chunked:
        body = _dechunk(body)
    return replace(message, entity=body)


def parse_head(block: bytes, start: int = 0) -> HttpMessage:
    """Parse status line and headers only; `entity` stays empty. For blocks of which only the start
    was read.
    """
    first = start
    while first < len(block) and block[first] in b"\r\n":
        first += 1
    end = _HEAD_END.search(block, first)
    stop = end.end() if end else len(block)
    lines = block[first:stop].split(b"\n")
    status = _STATUS_LINE.fullmatch(lines[0])
    return HttpMessage(
        status=int(status[1]) if status else None,
        reason=(status[2] or b"").strip().decode("latin-1") if status else "",
        headers=tuple(_parse_headers(lines[1:])),
        body_offset=stop,
        head_complete=end is not None,
    )


def _parse_headers(lines: list[bytes]) -> Iterator[tuple[str, str]]:
    """The (name, value) pairs of header lines; a line without a colon is left out."""
    name, value = None, ""
    for line in lines:
        text = line.rstrip(b"\r").decode("latin-1")
        if text[:1] in (" ", "\t") and name is not None:
            value = f"{value} {text.strip(' ' + chr(9))}".strip(" ")
            continue
        if name is not None:
            yield name, value
        name, colon, value = text.partition(":")
        name, value = (name.rstrip(" \t"), value.strip(" \t")) if colon else (None, "")
    if name is not None:
        yield name, value


def _dechunk(body: bytes) -> bytes:
    """The data of a chunked body (RFC 9112 §7.1) without extensions and trailers, up to the first
    malformed chunk.

    If already the first chunk is malformed, the body itself: other tools store decoded bodies under
    their old headers.
    """
    pieces: list[bytes] = []
    position = 0
    while size := _CHUNK_SIZE.match(body, position):
        length = int(size[1], 16)
        if length == 0:
            return b"".join(pieces)
        start = size.end()
        pieces.append(body[start : start + length])
        position = start + length
        if body[position : position + 2] == b"\r\n":
            position += 2
        elif body[position : position + 1] == b"\n":
            position += 1
        elif not pieces[1:] and body[position:] not in (b"", b"\r"):
            return body
        else:
            break
    return b"".join(pieces) if pieces else body


# ----------------------------------------------------------------------------------- content coding


def decode_entity(entity: bytes, content_encoding: str | None, limit: int) -> DecodedEntity:
    """Undo a Content-Encoding (gzip, x-gzip, deflate with or without zlib's wrapper, br, or a stack
    of them).

    At most `limit` bytes are returned, and about as much memory is used for each coding. Data that
    is not what the header says is returned as sent, with the problem named.
    """
    codings = [
        name
        for name in (part.strip().lower() for part in (content_encoding or "").split(","))
        if name
    ]
    codings = [name for name in codings if name in _UNDONE or name in _NOT_UNDONE]
    result = DecodedEntity(body=entity)
    if len(codings) > _MAX_CODINGS:
        return _limit_body(
            replace(result, problem=f"{len(codings)} content codings on one body"), limit
        )
    before = ""
    for coding in reversed(codings):
        step = _decode_coding(result.body, coding, limit)
        refused = step.body is result.body
        if refused and coding == before:
            break  # the header came twice, the coding once
        before = coding
        result = DecodedEntity(
            body=step.body,
            truncated=result.truncated or step.truncated,
            problem=result.problem or step.problem,
        )
        if refused:
            break
    return _limit_body(result, limit)


def _limit_body(result: DecodedEntity, limit: int) -> DecodedEntity:
    """The result cut to `limit` bytes."""
    if len(result.body) <= limit:
        return result
    problem = result.problem or f"more than {limit} bytes"
    return DecodedEntity(body=result.body[:limit], truncated=True, problem=problem)


def _decode_coding(data: bytes, coding: str, limit: int) -> DecodedEntity:
    """Undo one content coding; the same bytes object is returned if it cannot be."""
    if not data:
        return DecodedEntity(body=data)
    if coding in ("gzip", "x-gzip"):
        return _decode_forgiving(data, "gzip", lambda step: _inflate(data, 31, step), limit)
    if coding == "deflate":
        # RFC 9110 means zlib's wrapper; some servers send the bare stream, and every browser takes
        # it.
        wrapped = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
        return _decode_forgiving(
            data, "deflate", lambda step: _inflate(data, 15 if wrapped else -15, step), limit
        )
    if coding == "br":
        return _decode_forgiving(data, "br", lambda step: _decode_brotli(data, step), limit)
    return DecodedEntity(body=data, problem=f"content coding {coding!r} cannot be undone")


# Yields pieces of output of at most `_SLICE` bytes and returns what was wrong at the end, or None.
_Pieces = Generator[bytes, None, str | None]


def _decode_forgiving(
    data: bytes, name: str, pieces: Callable[[int], _Pieces], limit: int
) -> DecodedEntity:
    """Collect pieces up to the limit; after an error decode once more in small steps, so that
    little before the damage is lost.
    """
    try:
        return _collect_pieces(pieces(_SLICE), name, limit, [])
    except (zlib.error, brotli.error):
        kept: list[bytes] = []
        try:
            return _collect_pieces(pieces(max(1, len(data) // _FINE_SLICES)), name, limit, kept)
        except (zlib.error, brotli.error) as error:
            if kept:
                return DecodedEntity(
                    body=b"".join(kept), truncated=True, problem=f"{name} data is damaged: {error}"
                )
            return DecodedEntity(body=data, problem=f"declared {name}, but is not ({error})")


def _collect_pieces(pieces: _Pieces, name: str, limit: int, kept: list[bytes]) -> DecodedEntity:
    """Join pieces into `kept` until they end or pass the limit."""
    room = limit
    while True:
        try:
            piece = next(pieces)
        except StopIteration as end:
            problem: str | None = end.value
            break
        if len(piece) > room:
            kept.append(piece[:room])
            return DecodedEntity(
                body=b"".join(kept),
                truncated=True,
                problem=f"more than {limit} bytes behind {name}",
            )
        kept.append(piece)
        room -= len(piece)
    return DecodedEntity(body=b"".join(kept), truncated=problem == _CUT_SHORT, problem=problem)


def _inflate(data: bytes, wbits: int, step: int) -> _Pieces:
    """Yield the output of all members of gzip data, or of one deflate stream, fed `step` bytes at a
    time.
    """
    decoder = zlib.decompressobj(wbits)
    position = 0
    while position < len(data):
        waiting = data[position : position + step]
        position += len(waiting)
        full = True
        while (waiting or full) and not decoder.eof:
            piece = decoder.decompress(waiting, _SLICE)
            waiting = decoder.unconsumed_tail
            full = len(piece) == _SLICE
            if piece:
                yield piece
        if decoder.eof:
            position -= len(decoder.unused_data)
            if wbits != 31 or data[position : position + 2] != b"\x1f\x8b":
                # Zeros and line ends after the last member are padding, as every gzip reader takes
                # them.
                return (
                    "bytes after the end of the data" if data[position:].strip(b"\0\r\n") else None
                )
            decoder = zlib.decompressobj(wbits)
    return _CUT_SHORT


def _decode_brotli(data: bytes, step: int) -> _Pieces:
    """Yield the output of a brotli stream (RFC 7932), fed `step` bytes at a time."""
    decoder = brotli.Decompressor()
    for position in range(0, len(data), step):
        waiting = data[position : position + step]
        while waiting or not decoder.can_accept_more_data():
            piece: bytes = decoder.process(waiting, output_buffer_limit=_SLICE)
            waiting = b""
            if piece:
                yield piece
        if decoder.is_finished():
            return None
    return _CUT_SHORT
