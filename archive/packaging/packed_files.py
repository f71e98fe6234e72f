"""Unpacks WARC files as a whole: gzip (RFC 1952), Zstandard (RFC 8878, with the dictionary that
`.warc.zst` files begin with), LZ4 frames, bzip2 and xz.

A file is a row of frames, which often hold one record each. A damaged frame is named by its offset,
and unpacking goes on at the next one that begins a record; where there is none, all that could be
unpacked is kept. What records say is others' business.
"""

from __future__ import annotations

import bz2
import lzma
import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import lz4.frame

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_COPY = 1 << 20
_STEP = 1 << 16  # what is unpacked at a time, and lost where damage begins
_DICTIONARY_LIMIT = 64 << 20
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# A skippable frame (RFC 8878 §3.1.2): Zstandard and LZ4 share its sixteen first bytes. Those of
# this one hold a dictionary (`.warc.zst`, IIPC's WARC compression with Zstandard).
_DICTIONARY_MAGIC = b"\x5d\x2a\x4d\x18"
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18", re.DOTALL)
_SUFFIX = re.compile(r"\.(?:zst|zstd|lz4|bz2|xz)$", re.IGNORECASE)
_RECORD = re.compile(rb"[\r\n]*WARC/|[a-z][a-z0-9+.-]{1,20}:[^\r\n]+ [0-9a-fA-F.:]+ [0-9]{8,17} ")
# The memory that a file may ask for by the window of its frames: what the tools allow by default.
_ZSTD_WINDOW: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 27}
_XZ_MEMORY = 512 << 20

_DAMAGED = (EOFError, ValueError, OSError, RuntimeError, zlib.error, lzma.LZMAError, zstd.ZstdError)


class _Decoder(Protocol):
    """One frame that is being unpacked, as the libraries have it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _GzipDecoder:
    """A gzip member, as the other libraries have their frames."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(31)

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        return not self._decoder.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """The next bytes; `data` is empty while there is input left."""
        return self._decoder.decompress(data or self._decoder.unconsumed_tail, max_length)


@dataclass(frozen=True, slots=True)
class Packing:
    """A way of packing: its name, the bytes that each of its frames begins with, and what unpacks
    one, given the dictionary of the file.
    """

    name: str
    magic: bytes
    decoder: Callable[[bytes | None], _Decoder]


def _zstd_decoder(dictionary: bytes | None) -> _Decoder:
    known = zstd.ZstdDict(dictionary) if dictionary else None
    return zstd.ZstdDecompressor(zstd_dict=known, options=_ZSTD_WINDOW)


GZIP = Packing("gzip", b"\x1f\x8b\x08", lambda _: _GzipDecoder())
_ZSTD = Packing("Zstandard", _ZSTD_MAGIC, _zstd_decoder)
_PACKINGS = (
    _ZSTD,
    Packing("LZ4", b"\x04\x22\x4d\x18", lambda _: lz4.frame.LZ4FrameDecompressor()),
    Packing("bzip2", b"BZh", lambda _: bz2.BZ2Decompressor()),
    Packing("xz", b"\xfd7zXZ\0", lambda _: lzma.LZMADecompressor(memlimit=_XZ_MEMORY)),
)


def packing_of(start: bytes) -> Packing | None:
    """How a file with these first bytes is packed; None for gzip, and for what is not packed."""
    if _SKIPPABLE.match(start):
        return _ZSTD
    return next((packing for packing in _PACKINGS if start.startswith(packing.magic)), None)


def without_packing(name: str) -> str:
    """A file name without the suffix of such a packing."""
    return _SUFFIX.sub("", name)


def unpack(
    source: BinaryIO, target: BinaryIO, packing: Packing, check: Callable[[int], None]
) -> list[str]:
    """Write what `source` holds to `target`; returns what is damaged, a line for each stretch.

    `check` is called with the size of `target` as it grows; what it raises ends the work.
    """
    problems: list[str] = []
    dictionary, offset = _read_dictionary(source, problems)
    while True:
        offset = _skip_frames(source, offset)
        start, is_gap = _find_frame(source, packing.magic, offset)
        if is_gap:
            problems.append(f"from byte {offset} on there is no {packing.name} frame")
        if start is None:
            return problems
        kept = target.tell()
        try:
            offset = _unpack_frame(source, target, start, packing.decoder(dictionary), check)
        except _FrameError as error:
            problems.append(f"the {packing.name} frame at byte {start} cannot be read: {error}")
            following = _find_record(source, packing, dictionary, start + 1)
            if following is None:
                return problems
            offset = following
            target.seek(kept)
            target.truncate()


class _FrameError(Exception):
    """A frame cannot be unpacked to its end; internal to this module."""


def _unpack_frame(
    source: BinaryIO,
    target: BinaryIO,
    start: int,
    decoder: _Decoder,
    check: Callable[[int], None],
) -> int:
    """Unpack the frame at `start`; returns the offset after it. Raises _FrameError."""
    source.seek(start)
    read = 0
    while not decoder.eof:
        data = source.read(_COPY) if decoder.needs_input else b""
        if decoder.needs_input and not data:
            raise _FrameError("the file ends inside it")
        read += len(data)
        try:
            out = decoder.decompress(data, _STEP)
        except _DAMAGED as error:
            raise _FrameError(" ".join(str(error).split())[:200]) from error
        target.write(out)
        check(target.tell())
    return start + read - len(decoder.unused_data or b"")


def _find_frame(source: BinaryIO, magic: bytes, offset: int) -> tuple[int | None, bool]:
    """The offset from `offset` on of the next frame, None if there is none, and whether anything
    but zeros stands before it.
    """
    is_gap = False
    while True:
        source.seek(offset)
        window = source.read(_COPY)
        found = window.find(magic)
        is_gap = is_gap or bool(window[: found if found >= 0 else None].strip(b"\0"))
        if found >= 0:
            return offset + found, is_gap
        if len(window) < _COPY:
            return None, is_gap
        offset += len(window) - len(magic) + 1


def _find_record(
    source: BinaryIO, packing: Packing, dictionary: bytes | None, offset: int
) -> int | None:
    """The offset from `offset` on of the next frame that begins with a record; None if there is
    none. Other bytes may look like the start of a frame.
    """
    while (start := _find_frame(source, packing.magic, offset)[0]) is not None:
        source.seek(start)
        try:
            begin = packing.decoder(dictionary).decompress(source.read(_COPY), 1 << 10)
        except _DAMAGED:
            begin = b""
        if _RECORD.match(begin):
            return start
        offset = start + 1
    return None


def _skip_frames(source: BinaryIO, offset: int) -> int:
    """The offset after the skippable frames at `offset`."""
    while True:
        source.seek(offset)
        head = source.read(8)
        if len(head) < 8 or not _SKIPPABLE.match(head):
            return offset
        offset += 8 + int.from_bytes(head[4:], "little")


def _read_dictionary(source: BinaryIO, problems: list[str]) -> tuple[bytes | None, int]:
    """The dictionary that a file begins with, unpacked, and the offset after it; None and 0 if it
    has none, or one that cannot be read, which is then among the `problems`.
    """
    source.seek(0)
    head = source.read(8)
    if not head.startswith(_DICTIONARY_MAGIC):
        return None, 0
    size = int.from_bytes(head[4:], "little")
    data = source.read(min(size, _DICTIONARY_LIMIT))
    try:
        if len(data) < size:
            raise ValueError("it is cut off, or larger than 64 MB")
        if data.startswith(_ZSTD_MAGIC):
            data = zstd.ZstdDecompressor(options=_ZSTD_WINDOW).decompress(data, _DICTIONARY_LIMIT)
        zstd.ZstdDict(data)
    except _DAMAGED as error:
        problems.append(f"the dictionary at its beginning cannot be read: {error}")
        return None, 8 + size
    return data, 8 + size
