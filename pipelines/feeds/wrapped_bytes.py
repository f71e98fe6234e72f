"""What sitemaps and feeds come wrapped in: gzip, also twice, byte order marks, UTF-16, comments
before the root.
"""

from __future__ import annotations

import re
import zlib

# An XML comment; one that is not closed goes on to the end.
COMMENT = re.compile(rb"<!--(?:[^-]++|-(?!->))*+(?:-->|\Z)")
_GZIP = b"\x1f\x8b"
_WRAPPINGS = 3  # times that gzip is undone: servers compress what was stored compressed
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_WIDE_LITTLE = re.compile(rb"(?:\s\0)*<\0[!-~]\0")
_WIDE_BIG = re.compile(rb"(?:\0\s)*\0<\0[!-~]")


def is_gzip(data: bytes) -> bool:
    """Whether the bytes begin as a gzip file (RFC 1952)."""
    return data.startswith(_GZIP)


def inflate_gzip(data: bytes, cap: int) -> tuple[bytes, str | None]:
    """Gunzip at most `cap` bytes, over several members where there are, and what was gzipped twice;
    and what was wrong.
    """
    for _ in range(_WRAPPINGS):
        data, problem = _inflate_once(data, cap)
        if problem or not data.startswith(_GZIP):
            break
    return data, problem


def _inflate_once(data: bytes, cap: int) -> tuple[bytes, str | None]:
    out = bytearray()
    rest = data
    try:
        while rest.startswith(_GZIP):
            inflater = zlib.decompressobj(31)
            out += inflater.decompress(rest, cap - len(out) + 1)
            if len(out) > cap:
                return bytes(out[:cap]), f"expands to more than {cap} bytes: read up to there"
            if not inflater.eof:
                return bytes(out), "gzip data end early: incomplete"
            rest = inflater.unused_data
    except zlib.error as error:
        return bytes(out), f"broken gzip data: incomplete ({error})"
    return bytes(out), None


def as_utf8(data: bytes) -> bytes:
    """UTF-16 made UTF-8 without its declaration, and a byte order mark dropped; anything else as it
    is.
    """
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = data.decode("utf-16", "replace")
    elif _WIDE_LITTLE.match(data):
        text = data.decode("utf-16-le", "replace")
    elif _WIDE_BIG.match(data):
        text = data.decode("utf-16-be", "replace")
    else:
        while data.startswith(b"\xef\xbb\xbf"):
            data = data.removeprefix(b"\xef\xbb\xbf")
        return data
    return _DECLARATION.sub("", text).encode("utf-8", "replace")
