"""The records of a WARC file exactly as written, for checking: nothing is repaired, guessed or
skipped without a finding.

A reader of our own, because every library reads damaged files as if they were whole. Gzip members
are walked one by one with their trailers checked (RFC 1952); after damage the walk goes on at the
next place where a record begins, so each damaged record is one item and the records after it are
still read. Fields, lengths and bounds are told by `archive.warc.parsing`, as in the reader for use:
what that passes over is named here. What the fields of a record may say is
`archive.verify.header_rules`'; reading captures for use is `archive.warc.capture_reader`'s. Blocks
over a few MB wait on disk, so memory is bounded whatever a file claims.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, BinaryIO

from archive.model.finding import Finding
from archive.verify.byte_source import LINE_LIMIT, ByteSource
from archive.warc.file_names import final_name
from archive.warc.gzip_members import MAGIC, GzipMember
from archive.warc.parsing.record_bounds import START, ends_at, find_next_record, is_packed
from archive.warc.parsing.record_header import (
    MAX_HEADER,
    declared_length,
    parse_fields,
    parse_version,
)

_CHUNK = 1 << 16
_WINDOW = 1 << 20
_IN_MEMORY = 4 << 20
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")

_Problem = tuple[str, str]  # rule and detail, until the place of the record is known


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """One record, or as much of it as can be read.

    `file` is the file's name once it is closed. `offset` and `length` are bytes in it (of the gzip
    member, if packed); `fields` are as written, in order. `block` is positioned at its start and is
    valid until the next record is asked for. `whole` says that header and block were there
    completely, `readable` that `archive.warc.record_reader` gives it too; a piece of the file that
    is no record at all has no `version`. `member_head` is the gzip header.
    """

    file: str
    offset: int
    length: int
    version: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    block: IO[bytes]
    block_length: int = 0
    findings: tuple[Finding, ...] = ()
    whole: bool = False
    readable: bool = False
    member_head: bytes = b""

    def first(self, name: str) -> str | None:
        """The first value of a field, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), None)

    @property
    def record_id(self) -> str | None:
        """WARC-Record-ID as written."""
        return self.first("WARC-Record-ID")

    def finding(self, rule: str, detail: str) -> Finding:
        """A finding about this record, with its place and id."""
        return Finding(
            file=self.file,
            offset=self.offset,
            record_id=self.record_id,
            rule=rule,
            detail=detail,
        )


def raw_records(path: Path) -> Iterator[RawRecord]:
    """Every record of a WARC file, packed or not, and every piece that is none. OSError where it
    cannot be read.
    """
    with path.open("rb") as file:
        name, size = final_name(path), path.stat().st_size
        if size == 0:
            yield _unreadable(name, 0, 0, ("empty-file", "the file holds no byte"))
            return
        for record in _walk(path, name, file, size):
            try:
                yield record
            finally:
                record.block.close()


def _unreadable(name: str, offset: int, length: int, problem: _Problem) -> RawRecord:
    """A piece of the file that is no record."""
    rule, detail = problem
    finding = Finding(file=name, offset=offset, rule=rule, detail=detail)
    return RawRecord(
        file=name, offset=offset, length=length, block=io.BytesIO(), findings=(finding,)
    )


# --------------------------------------------------------------------------- one after another


def _walk(path: Path, name: str, file: BinaryIO, size: int) -> Iterator[RawRecord]:
    """All records and pieces, each read as it begins: some files hold members and plain records."""
    packed = is_packed(path, file.fileno())
    position = 0
    while position < size:
        file.seek(position)
        first = file.read(len(START))
        if first.startswith(MAGIC):
            position = yield from _member_records(name, file, position, size)
        elif first == START:
            position = yield from _plain_record(name, file, position, packed=packed)
        else:
            after = find_next_record(file.fileno(), position + 1, packed=packed)
            problem = _describe_gap(file, position, after, size)
            if problem[0] == "garbage" and not packed:
                problem = ("garbage", f"{after - position} bytes that are no WARC record")
            yield _unreadable(name, position, after - position, problem)
            position = after


# ------------------------------------------------------------------------------------- packed files


def _member_records(
    name: str, file: BinaryIO, offset: int, size: int
) -> Generator[RawRecord, None, int]:
    """The records of one member (there should be one); returns where the walk goes on."""
    member = GzipMember(file, offset)
    source = ByteSource(member.chunks())
    pending: _Draft | None = None
    count = 0
    while pending is None or source.peek(5) == b"WARC/":
        if pending is not None:
            pending.add_problem(
                "several-records",
                "the gzip member holds more than this record: it cannot be found by offset",
            )
            yield pending.record(name, offset, 0, member.head)
        pending = _read_record(source)
        count += 1
        if source.damage or not pending.whole:
            break
    junk = source.skip_rest()
    draft = pending
    draft.readable = draft.has_block and count == 1 and not source.damage and not source.has_junk
    if source.damage:
        draft.whole = False
        draft.problems = [*([] if draft.empty else draft.problems), source.damage]
        end = find_next_record(file.fileno(), offset + 1, packed=True)
        at_trailer = source.damage[0] in {"gzip-crc", "gzip-length"} and end == member.end
        if end < size and source.damage[0] != "gzip-data" and not at_trailer:
            draft.add_problem(
                "torn-member", f"records follow from offset {end} that most readers cannot reach"
            )
    else:
        end = member.end
        if draft.empty and count == 1 and not junk:
            draft.problems[:] = [("empty-member", "a gzip member without any data")]
        elif junk and draft.whole and not draft.broken:
            draft.add_problem(
                "record-trailer", f"{junk} bytes between the record's end and the gzip member's"
            )
    yield draft.record(name, offset, end - offset, member.head)
    return end


def _describe_gap(file: BinaryIO, start: int, end: int, size: int) -> _Problem:
    """What a piece of the file that is no gzip member is."""
    file.seek(start)
    rest, zeros = end - start, True
    while rest and zeros:
        piece = file.read(min(rest, _WINDOW))
        zeros = bool(piece) and not piece.strip(b"\0")
        rest -= len(piece)
    if zeros:
        where = "at the end, as a power loss leaves them" if end == size else "between records"
        return ("nul-bytes", f"{end - start} NUL bytes {where}")
    return ("garbage", f"{end - start} bytes that are no gzip member with a WARC record")


# -------------------------------------------------------------------------------------- plain files


def _plain_record(
    name: str, file: BinaryIO, position: int, *, packed: bool
) -> Generator[RawRecord, None, int]:
    """The record at a place; returns where the walk goes on."""
    file.seek(position)
    source = ByteSource(iter(lambda: file.read(_CHUNK), b""))
    draft = _read_record(source)
    end = position + source.consumed
    # Without the line ends after the block, as CDXJ counts it.
    length = draft.head_length + draft.block_length
    draft.readable = draft.has_block and ends_at(file.fileno(), position + length)
    if not draft.readable:
        # A wrong length may have swallowed the records that follow.
        start = position + max(1, draft.head_length)
        end = find_next_record(file.fileno(), start, packed=packed)
        length = end - position
    yield draft.record(name, position, length, b"")
    return end


# --------------------------------------------------------------------------------------- one record


@dataclass(slots=True)
class _Draft:
    """A record as it is being read."""

    version: str = ""
    first: bytes = b""
    fields: tuple[tuple[str, str], ...] = ()
    block: IO[bytes] = field(default_factory=lambda: tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
    block_length: int = 0
    head_length: int = 0
    problems: list[_Problem] = field(default_factory=list)
    whole: bool = False
    has_block: bool = False
    readable: bool = False
    broken: bool = False
    empty: bool = False

    def add_problem(self, rule: str, detail: str) -> None:
        """Note a problem whose place is known once the record is read."""
        self.problems.append((rule, detail))

    def record(self, name: str, offset: int, length: int, member_head: bytes) -> RawRecord:
        """The record as far as it was read, at its place in the file `name`."""
        self.block.seek(0)
        record = RawRecord(
            file=name,
            offset=offset,
            length=length,
            version=self.version,
            fields=self.fields,
            block=self.block,
            block_length=self.block_length,
            whole=self.whole,
            readable=self.readable,
            member_head=member_head,
        )
        findings = tuple(record.finding(*problem) for problem in dict.fromkeys(self.problems))
        return replace(record, findings=findings)


def _read_record(source: ByteSource) -> _Draft:
    draft = _Draft()
    first = draft.first = source.read_line()
    draft.empty = not first
    if not first.startswith(b"WARC/"):
        draft.add_problem("version", f"a record begins with {first[:20]!r} in place of WARC/1.1")
        return draft
    draft.version = first.decode("latin-1").strip()
    if not first.endswith(b"\r\n"):
        draft.add_problem("line-ending", "the version line does not end in CR LF")
    if _read_header(source, draft, first):
        draft.head_length = source.consumed
        _read_block(source, draft)
    elif not source.damage:
        draft.add_problem("header-cut", "the record's header has no end")
    return draft


def _read_header(source: ByteSource, draft: _Draft, first: bytes) -> bool:
    """Read the header behind its `first` line up to the empty one; False if the bytes end before
    it, or it is too long.
    """
    head = [first]
    while (line := source.read_line()) not in {b"\r\n", b"\n", b""}:
        if not line.endswith(b"\n") and len(line) < LINE_LIMIT:
            break
        if source.consumed >= MAX_HEADER:
            draft.add_problem("header-too-long", f"a header of more than {MAX_HEADER} bytes")
            break
        _check_line(line, draft)
        head.append(line)
    draft.fields = parse_fields(b"".join(head))
    if line == b"\n":
        draft.add_problem("line-ending", "the empty line after the header does not end in CR LF")
    return line in {b"\r\n", b"\n"} and source.consumed <= MAX_HEADER


def _check_line(line: bytes, draft: _Draft) -> None:
    if not line.endswith(b"\r\n"):
        draft.add_problem("line-ending", f"a header line does not end in CR LF: {line[:60]!r}")
    try:
        text = line.rstrip(b"\r\n").decode("utf-8")
    except UnicodeDecodeError:
        draft.add_problem("field-encoding", f"a header line that is no UTF-8: {line[:60]!r}")
        text = line.rstrip(b"\r\n").decode("utf-8", "replace")
    if _CONTROL.search(text):
        draft.add_problem(
            "control-character", f"a control character in the header line {text[:60]!r}"
        )
    if text[:1] in {" ", "\t"}:
        draft.add_problem(
            "folded-field", f"a header line that continues the one before: {text[:60]!r}"
        )
        return
    name, colon, _ = text.partition(":")
    if not colon or not _TOKEN.fullmatch(name):
        draft.add_problem("field-syntax", f"a header line that is no `name: value`: {text[:60]!r}")


def _read_block(source: ByteSource, draft: _Draft) -> None:
    try:
        declared = declared_length(draft.fields)
    except ValueError:
        # `header_rules` says what is wrong with it; the block's end is not known.
        draft.broken = True
        return
    rest = declared
    while rest:
        piece = source.read_some(min(rest, _WINDOW))
        if not piece:
            break
        draft.block.write(piece)
        rest -= len(piece)
    draft.block_length = declared - rest
    if rest:
        if not source.damage:
            draft.add_problem(
                "block-short",
                f"Content-Length says {declared} bytes, {draft.block_length} are there",
            )
        return
    draft.has_block = not source.damage and parse_version(draft.first) is not None
    trailer = source.peek(4)
    if trailer == b"\r\n\r\n":
        source.read_some(4)
        draft.whole = True
    elif not source.damage:
        draft.broken = draft.whole = True
        draft.add_problem(
            "record-trailer",
            f"CR LF CR LF must follow the block of {declared} bytes, {trailer!r} does",
        )
