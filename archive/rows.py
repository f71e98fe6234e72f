"""Rows of `captures` as values again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from archive.model import Capture, Digest, FetchFacts, RecordType, Reference

CAPTURE_COLUMNS = (
    "url, captured, warc, offset, length, record_id, record_type, status, mime, payload_digest, profile, refers_to_url,"
    " refers_to_date, refers_to_id, truncated, etag, last_modified, location, crawl_id, site, warc_date"
)


def capture_of(row: Sequence[Any]) -> Capture:
    """The capture of a row with `CAPTURE_COLUMNS`; of its facts, crawl and site."""
    return Capture(
        url=row[0],
        captured=datetime.fromisoformat(row[20]),
        warc=row[2],
        offset=row[3],
        length=row[4],
        record_id=row[5],
        record_type=RecordType(row[6]),
        status=row[7],
        mime=row[8],
        payload_digest=Digest.parse(row[9]) if row[9] else None,
        profile=row[10],
        refers_to_url=row[11],
        refers_to_date=datetime.fromisoformat(row[12]) if row[12] else None,
        refers_to_id=row[13],
        truncated=row[14],
        etag=row[15],
        last_modified=row[16],
        location=row[17],
        facts=FetchFacts(crawl_id=row[18], site=row[19]),
    )


def reference_of(row: Sequence[Any]) -> Reference:
    """Where the record of such a row stands."""
    return Reference(
        url=row[0],
        captured=datetime.fromisoformat(row[20]),
        warc=row[2],
        offset=row[3],
        length=row[4],
        record_id=row[5],
        payload_digest=Digest.parse(row[9]) if row[9] else None,
    )
