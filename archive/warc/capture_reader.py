"""Reads captures, and the payloads of captures, out of WARC and ARC files of any tool.

The records of one exchange (`request`, `response`, `metadata`, tied by WARC-Concurrent-To) become
one `Capture`. Files of other tools may lack digests, metadata or ids, put brackets around URIs or
be WARC/1.0: what a capture needs is then computed. Only http and https URLs are captures; what else
has a line in a CDXJ is an `OtherRecord`. Reading records out of a file is
`archive.warc.record_reader`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from archive.errors import DamagedRecordError
from archive.model import Capture, RecordType, Reference
from archive.model.revisit_reference import NOT_MODIFIED_PROFILE, choose_referred
from archive.warc import arc, warc_fields
from archive.warc.file_names import OPEN_SUFFIX, final_name, is_arc, is_open, list_warc_files
from archive.warc.gzip_members import MAGIC
from archive.warc.http_message import HttpMessage
from archive.warc.parsing.capture_record import capture_of_record, http_message
from archive.warc.parsing.other_record import OtherRecord, parse_other_record
from archive.warc.record import (
    CAPTURE_TYPES,
    MAX_BLOCK,
    Damage,
    Record,
)
from archive.warc.record_reader import read_records, read_warc_record

__all__ = [
    "DamagedRecord",
    "ForeignStatements",
    "OtherRecord",
    "ReadGroup",
    "locate_warc",
    "read_capture_groups",
    "read_captures",
    "read_payload",
    "read_record",
    "record_bytes",
]

# Of a response whose header states its digest only the HTTP head is read; the recorder lets none be
# longer.
_HEAD = 1024 * 1024
_FIELDS = 4 * 1024 * 1024
# The digest of a payload is computed, if the record states none, up to this size: larger ones are
# videos, or bombs.
_DIGESTED = 64 * 1024 * 1024
_DIGEST = "warc-payload-digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedRecord:
    """A record that cannot be read: the file's name, the offset in it, and what is wrong."""

    warc: str
    offset: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignStatements:
    """What records of a file of another maker tell Warraq to believe or to do, by kind: none of it
    counts.
    """

    warc: str
    kinds: tuple[str, ...]


Item = Capture | OtherRecord | warc_fields.Statement | DamagedRecord | ForeignStatements


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadGroup:
    """What one group of records says, and the offset just after the group, from which reading can
    resume.
    """

    item: Item
    end: int


def read_captures(path: Path, *, start: int = 0, name: str | None = None) -> Iterator[Item]:
    """Every capture, failure, crawl summary, withdrawal, other record and damaged record of a file,
    in file order.

    Parameters and errors as in `read_capture_groups`.
    """
    return (group.item for group in read_capture_groups(path, start=start, name=name))


def read_capture_groups(
    path: Path, *, start: int = 0, name: str | None = None, foreign: bool = False
) -> Iterator[ReadGroup]:
    """Yield what each group of records says with the offset after the group, so that reading can
    resume with `start=`.

    `name` is the name of the file in captures, if it is not its own. Of a `foreign` file, which
    another collection or tool made, only captures count; what it states else is ForeignStatements.
    The incomplete end of a file in progress (`.open`) is no damage. OSError if the file cannot be
    read.
    """
    warc = name or final_name(path)
    growing = is_open(path)
    group = _RecordGroup(warc, foreign)
    for record in (arc.read_arc_records if is_arc(path) else read_records)(
        path, start=start, keep=_bytes_wanted
    ):
        if isinstance(record, Damage):
            yield from group.result()
            group = _RecordGroup(warc, foreign)
            if growing and record.cut:
                return
            damaged = DamagedRecord(warc=warc, offset=record.offset, problem=record.problem)
            yield ReadGroup(item=damaged, end=record.end)
            continue
        if not group.accepts(record):
            yield from group.result()
            group = _RecordGroup(warc, foreign)
        group.add(record)
    yield from group.result()


def _bytes_wanted(headers: tuple[tuple[str, str], ...]) -> int:
    """How many bytes of a block are needed to know what the record says."""
    # Of a repeated field the first counts, as everywhere.
    fields = {name.lower(): value for name, value in reversed(headers)}
    kind = fields.get("warc-type", "").lower()
    if kind == "metadata" and (
        _DIGEST in fields or fields.get("content-type") == warc_fields.MEDIA_TYPE
    ):
        return _FIELDS
    if kind not in CAPTURE_TYPES and kind != "metadata":
        return 0
    return _HEAD if _DIGEST in fields or kind == "revisit" else _DIGESTED


@dataclass(slots=True)
class _RecordGroup:
    """The records of one exchange as they are collected."""

    warc: str
    foreign: bool = False
    main: Record | None = None
    ids: set[str] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)
    fields: warc_fields.Fields = field(default_factory=list)
    others: list[OtherRecord | DamagedRecord] = field(default_factory=list)
    end: int = 0
    count: int = 0

    def accepts(self, record: Record) -> bool:
        """True if a record belongs to the exchange collected so far."""
        if not self.count:
            return True
        if self.main is not None and record.type in CAPTURE_TYPES:
            return False
        links = set(record.headers_all("WARC-Concurrent-To"))
        if record.type == "metadata":
            links.update(record.headers_all("WARC-Refers-To"))
        return record.id in self.linked or bool(links & (self.ids | self.linked))

    def add(self, record: Record) -> None:
        """Add a record that the group accepts."""
        self.count += 1
        self.end = record.end
        self.ids.add(record.id)
        self.linked.update(record.headers_all("WARC-Concurrent-To"))
        if record.type in CAPTURE_TYPES:
            self.main = record
        elif record.type == "metadata" and _media_type(record) == warc_fields.MEDIA_TYPE:
            self.fields.extend(warc_fields.decode_fields(record.block))
        else:
            self.others += _other_records(record, self.warc)

    def result(self) -> Iterator[ReadGroup]:
        """What the group says: nothing, one item, or several failures of one record."""
        for item in _items_of_group(self):
            yield ReadGroup(item=item, end=self.end)


def _statements_of_group(group: _RecordGroup) -> Iterator[Item]:
    if group.foreign:
        if kinds := warc_fields.statement_kinds(group.fields):
            yield ForeignStatements(warc=group.warc, kinds=kinds)
        return
    # What is wrong with one of them is told, and costs the others nothing.
    for name, value in group.fields:
        try:
            if (said := warc_fields.parse_statement(name, value)) is not None:
                yield said
        except ValueError as error:
            yield DamagedRecord(warc=group.warc, offset=group.end, problem=str(error))


def _items_of_group(group: _RecordGroup) -> Iterator[Item]:
    """All that a group of records holds: failures, crawl summaries, what crawls left out,
    withdrawals, records that are no capture, and the capture.
    """
    yield from _statements_of_group(group)
    yield from group.others
    if group.main is None:
        return
    facts = warc_fields.parse_facts(group.fields)
    if group.foreign:
        facts = warc_fields.as_foreign(facts)
    try:
        capture = capture_of_record(group.main, group.warc, facts)
    except ValueError as error:
        yield DamagedRecord(warc=group.warc, offset=group.main.offset, problem=str(error))
        return
    if capture is not None:
        yield capture
    else:
        yield from _other_records(group.main, group.warc)


def _other_records(record: Record, warc: str) -> Iterator[OtherRecord | DamagedRecord]:
    """What a record is that is no capture, if indexers list it or a person would count it."""
    try:
        other = parse_other_record(record, warc)
    except ValueError as error:
        yield DamagedRecord(warc=warc, offset=record.offset, problem=str(error))
        return
    if other is not None:
        yield other


def _media_type(record: Record) -> str:
    return (record.header("Content-Type") or "").partition(";")[0].strip().lower()


# ------------------------------------------------------------------------------- payloads


def read_record(path: Path, offset: int, *, most: int = MAX_BLOCK) -> Record:
    """The whole record at `offset` of a WARC or ARC file; DamagedRecordError if there is none, or
    its block is longer than `most` bytes.
    """
    return (
        arc.read_arc_record(path, offset)
        if is_arc(path)
        else read_warc_record(path, offset, most=most)
    )


def locate_warc(folder: Path, warc: str) -> Path:
    """The file in `folder` that a capture's `warc` names, in progress or not; DamagedRecordError if
    it is missing or the name is a path (it may come from an imported index).
    """
    if warc and Path(warc).name == warc:
        # A file in progress may get its final name between two looks.
        for name in (warc, warc + OPEN_SUFFIX, warc):
            path = folder / name
            if path.is_file():
                return path
    raise DamagedRecordError(
        f"{folder}: the WARC file {warc!r} is missing."
        " Bring it back, or run: warraq index --rebuild"
    )


def record_bytes(folder: Path, capture: Capture | Reference) -> bytes:
    """A capture's record exactly as it is in its file, decompressed: header, block and the two line
    ends. DamagedRecordError as in `read_record`.
    """
    path = locate_warc(folder, capture.warc)
    read_record(path, capture.offset)
    with path.open("rb") as file:
        file.seek(capture.offset)
        data = file.read(capture.length)
    if data.startswith(MAGIC):
        return zlib.decompress(data, wbits=31)
    return data if is_arc(path) else data + b"\r\n\r\n"


def read_payload(
    folder: Path, capture: Capture, resolve: Callable[[Capture], Reference | None] | None = None
) -> HttpMessage:
    """The response of a capture with its entity; of a revisit, its own head and the entity of the
    record it refers to.

    `resolve` finds that record for a revisit (the index can); without it all files of `folder` are
    searched. DamagedRecordError if a record is missing, unreadable or another one than expected.
    """
    record = _checked_record(folder, capture)
    message = http_message(record, whole=True)
    if capture.record_type is not RecordType.REVISIT:
        return message
    reference = (resolve or (lambda revisit: find_reference(folder, revisit)))(capture)
    if reference is None:
        what = capture.refers_to_id or capture.refers_to_url
        raise DamagedRecordError(
            f"{capture.warc} at offset {capture.offset}: the record it refers to is missing: {what}"
        )
    original_record = _checked_record(folder, reference)
    if original_record.type == "revisit":
        raise DamagedRecordError(
            f"{capture.warc} at offset {capture.offset}: it refers to a record without a payload"
        )
    original = http_message(original_record, whole=True)
    if message.status is None or capture.profile == NOT_MODIFIED_PROFILE:
        return original
    return replace(message, entity=original.entity)


def find_reference(folder: Path, revisit: Capture) -> Reference | None:
    """Search all files of `folder` for the record that a revisit refers to, by the rule of
    `archive.model.revisit_reference`; None if there is none.
    """
    captures = (
        item
        for path in list_warc_files(folder, include_open=True)
        for item in read_captures(path)
        if isinstance(item, Capture)
    )
    referred = choose_referred(revisit, captures)
    return None if referred is None else reference_to(referred)


def reference_to(capture: Capture) -> Reference:
    """The reference to a capture that a later revisit of it holds."""
    return Reference(
        record_id=capture.record_id,
        url=capture.url,
        captured=capture.captured,
        warc=capture.warc,
        offset=capture.offset,
        length=capture.length,
        payload_digest=capture.payload_digest,
    )


def _checked_record(folder: Path, capture: Capture | Reference) -> Record:
    """The record at a capture's position; DamagedRecordError if its id is another."""
    record = read_record(locate_warc(folder, capture.warc), capture.offset)
    if capture.record_id and record.id != capture.record_id:
        raise DamagedRecordError(
            f"{capture.warc} at offset {capture.offset}: another record stands there."
            " Run: warraq index --rebuild"
        )
    return record
