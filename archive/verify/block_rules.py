"""Whether the block of a WARC record is what its header says: digests, HTTP framing, warc-fields.

The payload digest is over the entity: transfer coding removed, content coding kept (ISO 28500 §5.9
and the reading of it agreed in iipc/warc-specifications). Other tools digest the chunks as sent,
and GNU Wget states the digest of an empty block on each revisit; that is accepted of imported files
only. Everything is read in pieces; memory does not grow with the block.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from archive.model import Digest
from archive.model.finding import Finding
from archive.verify.header_rules import RecordOrigin
from archive.verify.strict_reader import RawRecord
from archive.warc.http_message import HttpMessage, parse_head, parse_response

_PIECE = 1 << 20
_HEAD = 1 << 20
# Broken chunking is read as `http_message` reads it, which needs the block at once; larger ones are
# left alone.
_IN_MEMORY_LIMIT = 64 << 20
_STATUS_LINE = re.compile(rb"HTTP/[01]\.[0-9][ \t]+[0-9]{3}(?:[ \t\r\n]|$)", re.IGNORECASE)
_REQUEST_LINE = re.compile(
    rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+ \S+ HTTP/[01]\.[0-9]\r?\n", re.IGNORECASE
)
_CHUNK_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*)?\r?\n")
_FIELD_LINE = re.compile(rb"(?:[^\s:][^:\r\n]*:[^\r\n]*|[ \t][^\r\n]*|)")


def check_block(record: RawRecord, origin: RecordOrigin) -> Iterator[Finding]:
    """Findings about the block of a complete record: digests, HTTP framing, warc-fields."""
    kind = record.first("WARC-Type") or ""
    yield from _check_block_digest(record, kind, origin)
    media = (record.first("Content-Type") or "").lower().replace(" ", "")
    if media.startswith("application/http") and record.block_length:
        yield from _check_http(record, kind, origin)
    elif kind in {"resource", "conversion"} and not _is_partial(record, origin):
        yield from _check_payload_digest(record, _compute_payload_digest(record.block, 0, record))
    elif media.startswith("application/warc-fields") and origin is not RecordOrigin.IMPORTED:
        yield from _check_warc_fields(record)
    elif kind == "response" and not record.block_length and origin is not RecordOrigin.IMPORTED:
        yield record.finding("http-message", "a response without a single byte")


def _declared_digest(record: RawRecord, name: str) -> Digest | None:
    """The digest in a field; None if there is none or it cannot be parsed (`header_rules`)."""
    value = record.first(name)
    try:
        return Digest.parse(value) if value else None
    except (ValueError, TypeError):
        return None


def _check_block_digest(record: RawRecord, kind: str, origin: RecordOrigin) -> Iterator[Finding]:
    declared = _declared_digest(record, "WARC-Block-Digest")
    if declared is None:
        return
    if (
        kind == "revisit"
        and origin is RecordOrigin.IMPORTED
        and declared == Digest.compute(b"", declared.algorithm)
    ):
        return
    computed = _digest_pieces(_read_pieces(record.block, 0), declared.algorithm)
    if computed != declared:
        yield record.finding(
            "block-digest", f"WARC-Block-Digest says {declared}, the block has {computed}"
        )


def _is_partial(record: RawRecord, origin: RecordOrigin) -> bool:
    """Whether the payload digest may be over more than stands in this record."""
    if record.first("WARC-Segment-Number") is not None:
        return True
    return record.first("WARC-Truncated") is not None and origin is not RecordOrigin.OURS


def _compute_payload_digest(block: IO[bytes], start: int, record: RawRecord) -> Digest | None:
    declared = _declared_digest(record, "WARC-Payload-Digest")
    return _digest_pieces(_read_pieces(block, start), declared.algorithm) if declared else None


def _check_payload_digest(record: RawRecord, *computed: Digest | None) -> Iterator[Finding]:
    """Compare the declared payload digest with `computed`, the digests that are accepted."""
    declared = _declared_digest(record, "WARC-Payload-Digest")
    if declared is not None and declared not in computed:
        yield record.finding(
            "payload-digest", f"WARC-Payload-Digest says {declared}, the payload has {computed[0]}"
        )


def _read_pieces(block: IO[bytes], start: int) -> Iterator[bytes]:
    block.seek(start)
    while piece := block.read(_PIECE):
        yield piece


def _digest_pieces(pieces: Iterator[bytes], algorithm: str) -> Digest:
    hasher: Any = hashlib.new(algorithm)
    for piece in pieces:
        hasher.update(piece)
    return Digest(algorithm, hasher.digest())


# --------------------------------------------------------------------------------------------- HTTP


def _check_http(record: RawRecord, kind: str, origin: RecordOrigin) -> Iterator[Finding]:
    record.block.seek(0)
    start = record.block.read(_HEAD)
    if kind == "request":
        if not _REQUEST_LINE.match(start) and origin is not RecordOrigin.IMPORTED:
            yield record.finding(
                "http-request-line",
                f"the block begins with {start[:40]!r}, which is no HTTP/1.x request line",
            )
        return
    if kind not in {"response", "revisit"}:
        return
    if not _STATUS_LINE.match(start) and origin is not RecordOrigin.IMPORTED:
        yield record.finding(
            "http-status-line",
            f"the block begins with {start[:40]!r}, which is no HTTP/1.x status line",
        )
    if kind == "revisit":
        return  # its digest is that of the record it refers to
    head = parse_head(start)
    if (
        not head.head_complete
        and record.first("WARC-Truncated") is None
        and origin is not RecordOrigin.IMPORTED
    ):
        yield record.finding(
            "http-message", "the HTTP headers do not end, and nothing says that the message was cut"
        )
    if head.status is not None and 100 <= head.status < 200 and head.status != 101:
        return  # interim responses before the message: other tools keep them
    yield from _check_http_body(record, head, origin)


def _check_http_body(
    record: RawRecord, head: HttpMessage, origin: RecordOrigin
) -> Iterator[Finding]:
    length = record.block_length - head.body_offset
    cut = record.first("WARC-Truncated") is not None
    chunked = head.is_chunked and length > 0
    if not chunked:
        if origin is RecordOrigin.OURS and not cut:
            yield from _check_content_length(record, head, length)
        if not _is_partial(record, origin):
            # What came without HTTP headers (HTTP/0.9, DNS in files converted from ARC) is its own
            # payload.
            starts = [0] if head.status is None and origin is RecordOrigin.IMPORTED else []
            right = [
                _compute_payload_digest(record.block, start, record)
                for start in (head.body_offset, *starts)
            ]
            yield from _check_payload_digest(record, *right)
        return
    declared = _declared_digest(record, "WARC-Payload-Digest")
    walked = _walk_chunks(
        record.block, head.body_offset, declared.algorithm if declared else "sha1"
    )
    if walked.problem and not cut and origin is not RecordOrigin.IMPORTED:
        yield record.finding("http-chunking", walked.problem)
    if declared is None or _is_partial(record, origin):
        return
    right = [
        _lenient_entity_digest(record, declared.algorithm) if walked.problem else walked.digest
    ]
    if origin is RecordOrigin.IMPORTED:
        right.append(_compute_payload_digest(record.block, head.body_offset, record))
    if right[0] is not None:
        yield from _check_payload_digest(record, *right)


def _check_content_length(record: RawRecord, head: HttpMessage, length: int) -> Iterator[Finding]:
    """Content-Length against the bytes that are there; a response to HEAD, 204 and 304 have
    none.
    """
    declared = set(head.headers_all("content-length"))
    value = declared.pop() if len(declared) == 1 else ""
    if (
        not (value.isascii() and value.isdigit())
        or len(value) > 18
        or head.headers_all("transfer-encoding")
    ):
        return
    if length > int(value):
        yield record.finding(
            "http-excess", f"the body has {length} bytes, its Content-Length says {value}"
        )
    elif 0 < length < int(value):
        yield record.finding(
            "http-short",
            f"the body has {length} bytes of {value}, and nothing says that it was cut",
        )


def _lenient_entity_digest(record: RawRecord, algorithm: str) -> Digest | None:
    if record.block_length > _IN_MEMORY_LIMIT:
        return None
    record.block.seek(0)
    return Digest.compute(parse_response(record.block.read()).entity, algorithm)


@dataclass(frozen=True, slots=True)
class _Chunks:
    """What walking a chunked body gave: the digest over its data, and where it is not chunked as
    RFC 9112 §7.1 has it.
    """

    digest: Digest
    problem: str | None = None


def _walk_chunks(block: IO[bytes], start: int, algorithm: str) -> _Chunks:
    hasher: Any = hashlib.new(algorithm)
    block.seek(start)
    problem = None
    first = True
    while problem is None:
        line = block.readline(65_536)
        size = _CHUNK_LINE.fullmatch(line)
        if size is None:
            problem = (
                "Transfer-Encoding says chunked, the body is not: the chunks were removed"
                if first
                else f"a chunk's size is {line[:30]!r}"
            )
            break
        first = False
        rest = int(size[1], 16)
        if rest == 0:
            problem = _walk_trailers(block)
            break
        while rest and (piece := block.read(min(rest, _PIECE))):
            hasher.update(piece)
            rest -= len(piece)
        if rest or block.readline(2) not in {b"\r\n", b"\n"}:
            problem = "a chunk is cut short" if rest else "a chunk is longer than its size says"
    return _Chunks(Digest(algorithm, hasher.digest()), problem)


def _walk_trailers(block: IO[bytes]) -> str | None:
    while (line := block.readline(65_536)) not in {b"\r\n", b"\n"}:
        if not line:
            return "the chunked body has no end"
    return "bytes after the end of the chunked body" if block.read(1) else None


# -------------------------------------------------------------------------------------- warc-fields


def _check_warc_fields(record: RawRecord) -> Iterator[Finding]:
    record.block.seek(0)
    while line := record.block.readline(_HEAD):
        if len(line) >= _HEAD or not _FIELD_LINE.fullmatch(line.rstrip(b"\r\n")) or b"\0" in line:
            yield record.finding(
                "warc-fields", f"the block of application/warc-fields has a line {line[:60]!r}"
            )
            return


def software_of(record: RawRecord) -> str:
    """What a warcinfo's block names as `software`, or ''."""
    record.block.seek(0)
    match = re.search(
        rb"^software[ \t]*:[ \t]*([^\r\n]*)", record.block.read(_HEAD), re.IGNORECASE | re.MULTILINE
    )
    return match[1].decode("utf-8", "replace") if match else ""
