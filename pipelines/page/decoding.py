"""Bytes of a page to text: which encoding they are really in, whatever the page says of itself.

A declaration is a claim: it is believed only where the bytes read well under it. What is done with
the text is left to `pipelines.page.dom`.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from pipelines.page.charset_guess import guess_charset, is_doubtful
from pipelines.page.encoding_labels import encoding_of_label

# How much of a page is looked at: `<meta charset>` should stand in the first 1,024 bytes, and often
# stands later.
DECLARATION_BYTES = 8192
SAMPLE_BYTES = 200_000
# Of UTF-8 with a few damaged characters (a cut in the middle, one pasted quotation mark): share of
# bad sequences allowed.
DAMAGED_SHARE = 0.03

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEADER_CHARSET = re.compile(r"charset\s*+=\s*+[\"']?\s*+([\w.:-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"<meta\b[^>]{0,300}?charset\s*+=\s*+[\"']?\s*+([\w.:-]+)", re.IGNORECASE
)
_XML_CHARSET = re.compile(rb"^\s*<\?xml\b[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_MARKUP = re.compile(
    rb"<(script|style)\b(?:[^<]++|<(?!/\1\s*>))*+(?:</\1\s*>|\Z)|<[^>]*+(?:>|\Z)", re.IGNORECASE
)
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH = re.compile(rb"[\x80-\xff]")
_WORD = re.compile(r"[^\W\d_]+")
# Everything XML 1.0 and SQLite want nothing of: C0 controls but tab and line ends, DEL, C1,
# surrogates, non-characters.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_ARABIC_IN_1256 = re.compile("[\u0621-\u064a]")
# The same controls in UTF-8, tested without a look at each character: single bytes, C1,
# non-characters.
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})
_CONTROL_SEQUENCES = (re.compile(rb"\xc2[\x80-\x84\x86-\x9f]"), re.compile(rb"\xef\xbf[\xbe\xbf]"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A page's text, the encoding it was read in and the one it declared (header before meta), if
    any.

    `utf8` is the text once more, in UTF-8: the page's own bytes wherever they are that already.
    """

    text: str
    encoding: str
    declared: str | None
    utf8: bytes


def decode_page(data: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page: byte order mark, then the bytes' own nature, then HTTP header, then meta, then
    a guess.

    The order is the HTML standard's ("encoding sniffing algorithm"), save that a declaration the
    bytes contradict is passed over. Control characters and lone surrogates are taken out; never
    raises.
    """
    declared = _declared_encodings(data, content_type)
    first = declared[0] if declared else None
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], name, first)
    if not _is_plain_utf8(data):
        return _decode_as(
            data,
            _undeclared_utf16(data) or _detect_utf8(data) or _choose_encoding(data, declared),
            first,
        )
    try:
        return Decoded(text=data.decode("utf-8"), encoding="utf-8", declared=first, utf8=data)
    except UnicodeDecodeError:
        return _decode_as(data, _detect_utf8(data) or _choose_encoding(data, declared), first)


def clean_text(text: str) -> str:
    """The text without control characters, lone surrogates and non-characters."""
    return _CONTROLS.sub("", text)


def _decode_as(data: bytes, encoding: str, declared: str | None) -> Decoded:
    text = clean_text(data.decode(encoding, "replace").removeprefix("\ufeff"))
    return Decoded(text=text, encoding=encoding, declared=declared, utf8=text.encode("utf-8"))


def _is_plain_utf8(data: bytes) -> bool:
    """True if the bytes hold more than ASCII and no control character, so that, if they are UTF-8,
    `clean_text` would change nothing (and need ten times as long to find that out).
    """
    return (
        not data.isascii()
        and len(data.translate(None, _CONTROL_BYTES)) == len(data)
        and not any(pattern.search(data) for pattern in _CONTROL_SEQUENCES)
    )


def _declared_encodings(data: bytes, content_type: str | None) -> list[str]:
    """Encodings the page claims, as Python names, header first; names of no encoding are
    left out.
    """
    claims: list[str] = []
    if content_type and (match := _HEADER_CHARSET.search(content_type)):
        claims.append(match[1])
    head = data[:DECLARATION_BYTES]
    matches = (pattern.search(head) for pattern in (_XML_CHARSET, _META_CHARSET))
    claims += [match[1].decode("ascii", "replace") for match in matches if match]
    names: list[str] = []
    for claim in claims:
        name = encoding_of_label(claim)
        if name and name not in names:
            names.append(name)
    return names


def _undeclared_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: markup is ASCII, so of the beginning many bytes are NUL, all on one
    side of their pairs.
    """
    head = data[:400]
    left, right = head[0::2].count(0), head[1::2].count(0)
    if len(head) < 8 or left + right < len(head) * 0.1 or max(left, right) < 0.9 * (left + right):
        return None
    return "utf-16-le" if right > left else "utf-16-be"


def _detect_utf8(data: bytes) -> str | None:
    """`utf-8` where the bytes are that beyond doubt (but for a few damaged places), else None."""
    if data.isascii():
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        sequences = len(_MULTIBYTE.findall(data))
        stray = len(_HIGH.findall(_MULTIBYTE.sub(b"", data)))
        return "utf-8" if stray <= sequences * DAMAGED_SHARE else None
    return "utf-8"


def _choose_encoding(data: bytes, declared: list[str]) -> str:
    """The first claim that reads well, else what the bytes look like, else the first claim or
    windows-1252.
    """
    claims = [
        name for name in declared if name not in ("utf-8", "utf-16", "utf-16-le", "utf-16-be")
    ]
    if data.isascii():
        # ISO-2022-JP, UTF-7 and the like are ASCII on the wire
        return claims[0] if claims else "utf-8"
    sample = _MARKUP.sub(b" ", data[:SAMPLE_BYTES])
    for name in claims:
        if _reads_well(sample, name) and not is_doubtful(sample, name):
            return name
    if likely := guess_charset(sample):
        return likely
    if _reads_as_arabic(sample):
        return "cp1256"
    return _guess_encoding(sample) or (claims[0] if claims else "cp1252")


def _reads_well(sample: bytes, encoding: str) -> bool:
    """Whether few characters are undefined and words with foreign letters look like words of some
    script.

    Arabic, Cyrillic or Greek bytes read in a Western charset give words made of accented capitals
    alone, which no Western language has (measured: over nine in ten such words, against under one
    in ten in French or German).
    """
    text = sample.decode(encoding, "replace")
    foreign = [word for word in _WORD.findall(text) if not word.isascii()]
    bad = text.count("\ufffd") + len(_CONTROLS.findall(text))
    if bad > max(2, 0.02 * sum(not char.isascii() for char in text)):
        return False
    western = [word for word in foreign if max(word) < "\u0250"]
    if len(western) < 0.8 * len(foreign) or len(western) < 3:
        return True
    odd = sum(len(word) > 2 and all(char > "\x7f" for char in word) for word in western)
    return odd < 0.3 * len(western)


def _reads_as_arabic(sample: bytes) -> bool:
    """Whether windows-1256 gives words of Arabic letters that are as long, and as much alif and
    lam, as Arabic is.
    """
    text = sample.decode("cp1256", "replace")
    foreign = [word for word in _WORD.findall(text) if not word.isascii()]
    arabic = [word for word in foreign if len(_ARABIC_IN_1256.findall(word)) == len(word)]
    letters = "".join(arabic)
    return (
        len(arabic) >= 3
        and len(arabic) >= 0.7 * len(foreign)
        and len(letters) >= 3 * len(arabic)
        and sum(letters.count(char) for char in "ال") >= 0.15 * len(letters)
    )


def _guess_encoding(sample: bytes) -> str | None:
    best = from_bytes(sample[:20_000]).best()
    return best.encoding if best else None
