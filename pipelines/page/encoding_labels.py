"""Which names of encodings are believed: those of the WHATWG's Encoding Standard, as in browsers.

Python knows codecs that are no encodings of text on the web (hex, rot13, base64, idna, punycode,
undefined), and some that nobody may send (UTF-7, EBCDIC); a page that names one names nothing.
Whether the bytes are what a name says is `pipelines.page.decoding`'s to judge.
"""

from __future__ import annotations

import codecs

from w3lib.encoding import resolve_encoding
from webencodings import lookup
from webencodings.labels import LABELS

# Encodings of the standard that Python has no codec for.
_WITHOUT_CODEC = frozenset({"replacement", "x-user-defined"})
# What w3lib makes of labels of the standard: supersets, and encodings that the standard names and
# browsers do not decode, since that which they hide could run there.
_OF_W3LIB = (
    *("gb18030", "cp932", "cp949", "big5hkscs", "cp874", "cp1252", "cp1254"),
    *("hz", "iso2022_kr"),
)


def _codec_name(label: str) -> str:
    """Python's name of a label of the standard; empty if it has no codec for it."""
    encoding = lookup(label)
    return "" if encoding is None or encoding.name in _WITHOUT_CODEC else encoding.codec_info.name


_CODECS = frozenset(
    codecs.lookup(name).name for name in (*map(_codec_name, LABELS), *_OF_W3LIB) if name
)


def encoding_of_label(label: str) -> str | None:
    """The Python codec that text of a declared `label` is decoded with; None if the label names no
    encoding of the standard, in its spelling or in one that Python takes for the same.
    """
    try:
        name = resolve_encoding(label)
    except (UnicodeError, ValueError):  # a label with a NUL in it
        name = None
    if name is not None and is_encoding(name):
        return name
    return _codec_name(label) or None


def is_encoding(name: str) -> bool:
    """Whether a Python codec decodes an encoding of the standard."""
    try:
        return codecs.lookup(name).name in _CODECS
    except (LookupError, UnicodeError, ValueError):
        return False
