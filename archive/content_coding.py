"""Undoes the content coding of an HTTP body (RFC 9110 §8.4) under a hard limit on output.

Servers make every mistake, so nothing raises: what comes before a malformed part is kept. Framing
is `archive.warc.http_message`'s business.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Input is fed to a decompressor in slices, so that a bomb is noticed while no more than one slice's
# output is waiting.
_SLICE = 64 * 1024
# After an error the input is decoded once more in this many slices: only the last slice's output is
# then lost.
_FINE_SLICES = 65_536
# The memory that a Zstandard frame may ask for, as a power of two: what a page may grow to.
# (RFC 9659 grants a content coding 8 MB, and browsers refuse more.)
_ZSTD_WINDOW: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 25}
_ZSTD_FRAMES = (
    b"\xb5\x2f\xfd",
    b"\x2a\x4d\x18",
)  # bytes 2 to 4 of a frame, or of one to be skipped
_PADDING = b"\0\r\n"
_DAMAGED = (zlib.error, brotli.error, zstd.ZstdError)
# How many codings may be stacked: honest servers use one, a few use two.
_MAX_CODINGS = 5
_CUT_SHORT = "the data is cut short"
_BEHIND = "bytes after the end of the data"
_UNDONE = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd"})
# Codings that exist and are not undone here. Any other name is none: servers write `none`, `utf-8`
# or a media type, and browsers show the body as it stands.
_NOT_UNDONE = frozenset(
    {"compress", "x-compress", "exi", "pack200-gzip", "aes128gcm", "dcb", "dcz", "sdch"}
    | {"bzip2", "x-bzip2", "lzma", "xz", "zip"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedEntity:
    """An entity with its content coding removed.

    `truncated` is true if there was more, beyond the limit or never sent; `problem` is what was
    wrong, as text for people.
    """

    body: bytes
    truncated: bool = False
    problem: str | None = None


def decode_entity(entity: bytes, content_encoding: str | None, limit: int) -> DecodedEntity:
    """Undo a Content-Encoding (gzip, x-gzip, deflate with or without zlib's wrapper, br, zstd, or a
    stack of them).

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
    undone, refusal = False, None
    for coding in reversed(codings):
        step = _decode_coding(result.body, coding, limit)
        if step.body is result.body:
            # Named and not applied: the header came twice, or repeats what was asked for.
            refusal = refusal or step.problem
            continue
        undone = True
        result = DecodedEntity(
            body=step.body,
            truncated=result.truncated or step.truncated,
            problem=result.problem or step.problem,
        )
    if not undone:
        result = replace(result, problem=refusal)
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
    if coding == "zstd":
        return _decode_forgiving(data, "zstd", lambda step: _decode_zstd(data, step), limit)
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
    except _DAMAGED:
        kept: list[bytes] = []
        try:
            return _collect_pieces(pieces(max(1, len(data) // _FINE_SLICES)), name, limit, kept)
        except _DAMAGED as error:
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
                return _BEHIND if data[position:].strip(_PADDING) else None
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


def _decode_zstd(data: bytes, step: int) -> _Pieces:
    """Yield the output of all frames of Zstandard data (RFC 8878), fed `step` bytes at a time."""
    decoder = zstd.ZstdDecompressor(options=_ZSTD_WINDOW)
    position = 0
    while position < len(data):
        waiting = data[position : position + step]
        position += len(waiting)
        full = True
        while (waiting or full) and not decoder.eof:
            piece = decoder.decompress(waiting, _SLICE)
            waiting = b""
            full = not decoder.needs_input
            if piece:
                yield piece
        if decoder.eof:
            position -= len(decoder.unused_data)
            if data[position + 1 : position + 4] not in _ZSTD_FRAMES:
                return _BEHIND if data[position:].strip(_PADDING) else None
            decoder = zstd.ZstdDecompressor(options=_ZSTD_WINDOW)
    return _CUT_SHORT
