"""Parses an HTTP/1.x response as recorded in a WARC block: status, headers, and the entity without
its transfer coding.

Only framing is decoded (RFC 9112 §7). Servers make every mistake, so nothing raises: what comes
before a malformed part is kept. Content codings are undone by `archive.content_coding`; character
sets, HTML and links are left to `pipelines`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

_HEAD_END = re.compile(rb"\n\r?\n")
_STATUS_LINE = re.compile(rb"[A-Za-z]+(?:/[0-9.]+)?[ \t]+([0-9]{3})(?:[ \t]+([^\r\n]*))?\s*")
_NAMES_TYPE = re.compile(
    r"\s*(?!\*/\*)[\w!#$%&'*+.^`|~-]+/[\w!#$%&'*+.^`|~-]+\s*(?:;|\Z)", re.ASCII
)
_CHARSET = re.compile(r";\s*charset\s*=\s*[^;\s]+", re.IGNORECASE)
_MIME_END = re.compile(r"[;\s]")
_QUOTED = re.compile(r'=\s*"(?:[^"\\]|\\.)*"')
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*)?\r?\n")


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
    text = _QUOTED.sub("", ",".join(values))  # of parameters: a comma in it divides nothing
    names = (part.partition(";")[0].strip().lower() for part in text.split(","))
    return [name for name in names if name not in ("", "identity")]


def is_chunked_framing(codings: Sequence[str]) -> bool:
    """Whether a body with these transfer codings is to be read in chunks: where any of them is
    `chunked`, as browsers do, though it should be the last and stand once (RFC 9112 §6.1). Whoever
    reads in chunks goes on without them where the body does not begin with one.
    """
    return "chunked" in codings


@dataclass(frozen=True, kw_only=True)
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

    @cached_property
    def content_type(self) -> str | None:
        """The Content-Type that counts where several were sent: the last that names a type, with
        the charset of one before it that names the same and has one (Fetch standard, "extract a
        MIME type").
        """
        values = [latin1_to_utf8(value) for value in self.headers_all("content-type")]
        named = [value for value in values if _NAMES_TYPE.match(value)]
        if not named:
            return values[-1] if values else None
        same = [value for value in named if _essence(value) == _essence(named[-1])]
        charsets = [match[0] for value in same if (match := _CHARSET.search(value))]
        return named[-1] if _CHARSET.search(named[-1]) else named[-1] + "".join(charsets[-1:])

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
        return is_chunked_framing(transfer_codings(self.headers_all("transfer-encoding")))

    @cached_property
    def entity_codings(self) -> str | None:
        """What `decode_entity` is to undo: the content codings of all headers, and what was applied
        for the transfer besides chunks; None if there is nothing.
        """
        transfer = transfer_codings(self.headers_all("transfer-encoding"))
        codings = self.headers_all("content-encoding")
        codings += [name for name in transfer if name != "chunked"]
        return ", ".join(codings) or None


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
    start = message.body_offset
    entity = _dechunk(block, start) if message.is_chunked else block[start:]
    return replace(message, entity=entity)


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
    name, values = None, [""]
    for line in lines:
        text = line.rstrip(b"\r").decode("latin-1")
        if text[:1] in (" ", "\t") and name is not None:
            values.append(text.strip(" \t"))
            continue
        if name is not None:
            yield name, " ".join(filter(None, values)).strip(" ")
        name, colon, value = text.partition(":")
        name, values = (name.rstrip(" \t"), [value.strip(" \t")]) if colon else (None, [""])
    if name is not None:
        yield name, " ".join(filter(None, values)).strip(" ")


def _essence(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _dechunk(block: bytes, begin: int) -> bytes:
    """The data of the chunked body that begins there (RFC 9112 §7.1) without extensions and
    trailers, up to the first malformed chunk.

    If already the first chunk is malformed, the body itself: other tools store decoded bodies under
    their old headers.
    """
    data = bytearray()  # pieces of a byte each would be many times their length
    chunks, position = 0, begin
    while size := _CHUNK_SIZE.match(block, position):
        length = int(size[1], 16)
        if length == 0:
            return bytes(data)
        start = size.end()
        data += block[start : start + length]
        chunks += 1
        position = start + length
        if block.startswith(b"\r\n", position):
            position += 2
        elif block.startswith(b"\n", position):
            position += 1
        elif chunks == 1 and block[position : position + 2] not in (b"", b"\r"):
            return block[begin:]
        else:
            break
    return bytes(data) if chunks else block[begin:]
