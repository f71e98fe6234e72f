"""Rules between records of all WARC files: ids are unique, revisits and concurrent records refer to
records that are there.

One row a record in a temporary SQLite file, so that memory stays flat however large the collection
is; the checks of CDXJ and index against the WARCs read the same rows.
"""

# ruff: noqa: S608 -- what is put into these queries are constants of this file
from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from archive.cdx.cdxj import cdxj_line
from archive.cdx.other_records import other_record_line
from archive.model import Capture, Digest, FetchFacts, RecordType
from archive.model.finding import Finding
from archive.verify.header_rules import RecordOrigin
from archive.verify.strict_reader import RawRecord
from archive.warc.parsing.capture_record import capture_of_record
from archive.warc.parsing.other_record import OtherRecord, page_of_uri, parse_other_record
from archive.warc.record import CAPTURE_TYPES, Record, clean_uri, parse_warc_date
from archive.warc.warc_fields import TOMBSTONE_FIELD

_HEAD = 1 << 20
# What has a line in the CDXJ: a page as a browser showed it has none.
_REPLAYED = CAPTURE_TYPES - {RecordType.CONVERSION}

_TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE record (
  warc TEXT, offset INTEGER, length INTEGER, id TEXT, kind TEXT, url TEXT, date TEXT, digest TEXT,
  profile TEXT, refers_id TEXT, refers_url TEXT, refers_date TEXT, origin INTEGER,
  indexed INTEGER, has_line INTEGER, cdxj TEXT, block TEXT, tombstone INTEGER,
  PRIMARY KEY (warc, offset, id)) WITHOUT ROWID;
CREATE TABLE named (warc TEXT, offset INTEGER, PRIMARY KEY (warc, offset)) WITHOUT ROWID;
CREATE TABLE concurrent (id TEXT, warc TEXT, offset INTEGER, target TEXT);
"""
_INDEXES = """
CREATE INDEX IF NOT EXISTS record_id ON record (id);
CREATE INDEX IF NOT EXISTS record_url ON record (url, date);
CREATE INDEX IF NOT EXISTS concurrent_id ON concurrent (id);
CREATE INDEX IF NOT EXISTS concurrent_target ON concurrent (target);
"""
# Of a pair with one id the later one is named, with the place of the first. The very record once
# more in an imported file (a part of this collection that came back) is no contradiction: it has
# the same block, or one of the two was purged since, which puts a tombstone in its place and takes
# the title out of the metadata beside it.
_DUPLICATES = f"""
SELECT later.warc, later.offset, later.id, 'duplicate-id',
  'the record at ' || first.warc || ':' || first.offset || ' has the same id'
FROM record later JOIN (
  SELECT id, warc, offset, kind, url, date, digest, block, origin,
    min(warc || char(0) || printf('%020d', offset))
  FROM record WHERE id != '' GROUP BY id HAVING count(*) > 1) first USING (id)
WHERE (later.warc, later.offset) != (first.warc, first.offset)
  AND NOT ({RecordOrigin.IMPORTED:d} IN (later.origin, first.origin) AND later.block != '' AND (
    (later.kind, later.url, later.date, later.digest, later.block)
      = (first.kind, first.url, first.date, first.digest, first.block)
    OR later.id IN (SELECT id FROM record WHERE tombstone)
    OR later.id IN (
        SELECT concurrent.id FROM concurrent JOIN record ON record.id = target WHERE tombstone)
      AND (later.kind, later.url, later.date) = ('metadata', first.url, first.date)))
"""
_DANGLING = f"""
SELECT warc, offset, id, 'revisit-dangling',
  'it refers to ' || coalesce(nullif(refers_id, ''), refers_url || ' at ' || refers_date)
    || ', which is not in the collection'
FROM record AS revisit WHERE kind = 'revisit' AND origin > {RecordOrigin.IMPORTED:d} AND (
  (refers_id != '' AND NOT EXISTS (SELECT 1 FROM record WHERE id = revisit.refers_id))
  OR (refers_id = '' AND refers_date != '' AND NOT EXISTS (
    SELECT 1 FROM record
    WHERE url = coalesce(nullif(revisit.refers_url, ''), revisit.url)
      AND substr(date, 1, 19) = substr(revisit.refers_date, 1, 19) AND kind != 'request')))
"""
# A record that lacks its id is none that a revisit refers to, and of several with one id a revisit
# means the one that has a payload.
_CHAINED = """
SELECT revisit.warc, revisit.offset, revisit.id, 'revisit-chained',
  'it refers to ' || target.id || ', a ' || target.kind || ' without the payload'
FROM record AS revisit JOIN record AS target ON target.id = revisit.refers_id
WHERE revisit.kind = 'revisit' AND revisit.refers_id != ''
  AND target.kind NOT IN ('response', 'resource') AND NOT target.tombstone
  AND NOT EXISTS (SELECT 1 FROM record AS other
    WHERE other.id = revisit.refers_id AND other.kind IN ('response', 'resource'))
"""
_OTHER_PAYLOAD = """
SELECT revisit.warc, revisit.offset, revisit.id, 'revisit-payload',
  'its payload digest is not that of ' || target.id || ', which it refers to'
FROM record AS revisit JOIN record AS target ON target.id = revisit.refers_id
WHERE revisit.kind = 'revisit' AND revisit.refers_id != ''
  AND revisit.profile LIKE '%identical-payload-digest'
  AND revisit.digest != '' AND target.digest != ''
  AND substr(revisit.digest, 1, instr(revisit.digest, ':'))
    = substr(target.digest, 1, instr(target.digest, ':'))
  AND revisit.digest != target.digest
"""
_CONCURRENT = f"""
SELECT record.warc, record.offset, record.id, 'concurrent-missing',
  'WARC-Concurrent-To names ' || target || ', which is not in the collection'
FROM concurrent JOIN record USING (warc, offset, id)
WHERE origin > {RecordOrigin.IMPORTED:d}
  AND NOT EXISTS (SELECT 1 FROM record AS other WHERE other.id = target)
"""
_ALONE = f"""
SELECT warc, offset, id, 'request-alone', 'a request that no response or revisit belongs to'
FROM record AS request WHERE kind = 'request' AND origin > {RecordOrigin.IMPORTED:d}
  AND NOT EXISTS (SELECT 1 FROM concurrent JOIN record AS other ON other.id = target
    WHERE concurrent.id = request.id
      AND other.kind IN ('response', 'revisit', 'resource', 'metadata'))
  AND NOT EXISTS (SELECT 1 FROM concurrent JOIN record AS other USING (warc, offset, id)
    WHERE target = request.id AND other.kind IN ('response', 'revisit', 'resource', 'metadata'))
  AND NOT EXISTS (SELECT 1 FROM concurrent WHERE concurrent.id = request.id
    AND NOT EXISTS (SELECT 1 FROM record AS other WHERE other.id = target))
"""


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record's place, and the fields of it that CDXJ and index repeat."""

    warc: str
    offset: int
    length: int
    record_id: str
    kind: str
    url: str
    date: str
    digest: str
    cdxj: str


_COLUMNS = "warc, offset, length, id, kind, url, date, digest, cdxj"


class RecordLedger:
    """The rows of all records seen, in a temporary file that the context manager's end deletes."""

    def __init__(self) -> None:
        # '' is a temporary file that SQLite keeps in memory while it is small.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_TABLES)
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()

    def add(self, warc: str, record: RawRecord, origin: RecordOrigin) -> None:
        """Note one record."""
        capture, other = _as_indexed(warc, record)
        kind = record.first("WARC-Type") or ""
        has_line, line = _expected_line(capture, other)
        row = (
            warc,
            record.offset,
            record.length,
            record.record_id or "",
            str(capture.record_type) if capture else kind,
            capture.url if capture else clean_uri(record.first("WARC-Target-URI")) or "",
            _utc_text(record.first("WARC-Date")),
            _digest_text(record.first("WARC-Payload-Digest")),
            record.first("WARC-Profile") or "",
            record.first("WARC-Refers-To") or "",
            clean_uri(record.first("WARC-Refers-To-Target-URI")) or "",
            _utc_text(record.first("WARC-Refers-To-Date")),
            int(origin),
            capture is not None,
            has_line,
            line,
            _digest_text(record.first("WARC-Block-Digest")),
            kind == "metadata" and _is_tombstone(record),
        )
        self._db.execute(f"INSERT OR IGNORE INTO record VALUES ({','.join('?' * len(row))})", row)
        for name, value in record.fields:
            if name.lower() == "warc-concurrent-to":
                self._db.execute(
                    "INSERT INTO concurrent VALUES (?, ?, ?, ?)",
                    (row[3], warc, record.offset, value),
                )

    def add_capture(self, capture: Capture) -> None:
        """Note a capture of a file that is no WARC (ARC): it has no fields to check, but CDXJ and
        index must know it.
        """
        row = (
            capture.warc,
            capture.offset,
            capture.length,
            capture.record_id,
            str(capture.record_type),
            capture.url,
            capture.captured.isoformat(timespec="microseconds"),
            str(capture.payload_digest or ""),
            *("", "", "", ""),
            int(RecordOrigin.IMPORTED),
            True,
            True,
            cdxj_line(capture),
            "",
            False,
        )
        self._db.execute(f"INSERT OR IGNORE INTO record VALUES ({','.join('?' * len(row))})", row)

    def add_other(self, record: OtherRecord) -> None:
        """Note a record of an ARC file that is no capture: the CDXJ alone must know it."""
        place = (record.warc, record.offset, record.length, "", record.record_type)
        about = (record.url or "", record.captured.isoformat(timespec="microseconds"))
        line = other_record_line(record)
        rest = ("", "", "", "", "", int(RecordOrigin.IMPORTED), False, bool(line), line, "", False)
        row = (*place, *about, *rest)
        self._db.execute(f"INSERT OR IGNORE INTO record VALUES ({','.join('?' * len(row))})", row)

    def contradictions(self) -> Iterator[Finding]:
        """Findings about what records say of each other: ids used twice, dangling references."""
        self._db.executescript(_INDEXES)
        for query in (_DUPLICATES, _DANGLING, _CHAINED, _OTHER_PAYLOAD, _CONCURRENT, _ALONE):
            for file, offset, record_id, rule, detail in self._db.execute(query):
                yield Finding(
                    file=file, offset=offset, record_id=record_id or None, rule=rule, detail=detail
                )

    def record_at(self, warc: str, offset: int) -> RecordRow | None:
        """The record that begins at a place, or None."""
        query = f"SELECT {_COLUMNS} FROM record WHERE warc = ? AND offset = ? LIMIT 1"
        row = self._db.execute(query, (warc, offset)).fetchone()
        return RecordRow(*row) if row else None

    def captures(self) -> Iterator[RecordRow]:
        """Every record that the index must know, by file and offset."""
        query = f"SELECT {_COLUMNS} FROM record WHERE indexed AND length > 0 ORDER BY warc, offset"
        return (RecordRow(*row) for row in self._db.execute(query))

    def mark_named(self, warc: str, offset: int) -> bool:
        """Note that the CDXJ has a line for a place; False if that was noted before."""
        return (
            self._db.execute("INSERT OR IGNORE INTO named VALUES (?, ?)", (warc, offset)).rowcount
            > 0
        )

    def places_made_of(self, pages: Collection[str]) -> set[tuple[str, int]]:
        """WARC and offset of the records whose URI says that they were made of one of these pages
        (`urn:view:` and the like).
        """
        made = self._db.execute("SELECT warc, offset, url FROM record WHERE url LIKE 'urn:%'")
        return {(warc, offset) for warc, offset, url in made if page_of_uri(url) in pages}

    def lines_missing(self) -> Iterator[RecordRow]:
        """The records that the CDXJ must have a line of, and that `mark_named` was not called
        for.
        """
        query = (
            f"SELECT {_COLUMNS} FROM record WHERE has_line AND length > 0 AND NOT EXISTS ("
            "SELECT 1 FROM named WHERE (named.warc, named.offset) = (record.warc, record.offset)) "
            "ORDER BY warc, offset"
        )
        return (RecordRow(*row) for row in self._db.execute(query))


def _is_tombstone(record: RawRecord) -> bool:
    record.block.seek(0)
    return record.block.read(len(TOMBSTONE_FIELD) + 1) == f"{TOMBSTONE_FIELD}:".encode()


def _as_indexed(warc: str, record: RawRecord) -> tuple[Capture | None, OtherRecord | None]:
    """What CDXJ and index must have of a record, by the reader that fills them: nothing where it
    cannot be read. Of its digest only what the record states.
    """
    if not record.readable:
        return None, None
    record.block.seek(0)
    read = Record(
        version=record.version,
        headers=record.fields,
        block=record.block.read(_HEAD),
        content_length=record.block_length,
        offset=record.offset,
        length=record.length,
        end=record.offset + record.length,
    )
    try:
        capture = (
            capture_of_record(read, warc, FetchFacts()) if read.type in CAPTURE_TYPES else None
        )
        return capture, None if capture else parse_other_record(read, warc)
    except ValueError:
        return None, None


def _expected_line(capture: Capture | None, other: OtherRecord | None) -> tuple[bool, str]:
    """Whether the CDXJ must have a line of a record, and that line; '' where the record states no
    digest, since the CDXJ then holds one that was worked out.
    """
    if capture is not None and capture.record_type in _REPLAYED:
        return True, cdxj_line(capture) if capture.payload_digest else ""
    if other is not None and other.is_listed:
        return True, other_record_line(other) if other.digest else ""
    return False, ""


def _utc_text(text: str | None) -> str:
    """A date in UTC with microseconds, so that two writings of one instant are equal; '' where it
    is none.
    """
    with contextlib.suppress(ValueError):
        return parse_warc_date(text or "").isoformat(timespec="microseconds")
    return ""


def _digest_text(text: str | None) -> str:
    with contextlib.suppress(ValueError, TypeError):
        return str(Digest.parse(text or ""))
    return ""
