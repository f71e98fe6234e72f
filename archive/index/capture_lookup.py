"""Which capture answers for an address at a time, and which record holds the payload that a revisit
stands for.

Queries on `captures` alone, for whoever has `index.db` open. What a page looked like then is
`crawler.serve.replay`'s.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from archive.index.rows import CAPTURE_COLUMNS, capture_of, reference_of
from archive.index.withdrawals import OF_WITHDRAWN
from archive.model import Capture, RecordType, Reference, iso_utc
from archive.urls import escape_spellings


def nearest_capture(db: sqlite3.Connection, url: str, moment: datetime) -> Capture | None:
    """The capture of `url` nearest in time that shows something: an answer below 400 if there is
    one, else any (but none of a withdrawn article).

    Where the address was captured under `http` only, that answers for `https`, and the other way
    round; so does another spelling of its escapes.
    """
    scheme, _, rest = url.partition("://")
    other = f"{'http' if scheme == 'https' else 'https'}://{rest}"
    spellings = [*escape_spellings(url), *escape_spellings(other)]
    row = db.execute(
        f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE url IN (SELECT value FROM json_each(:urls))"  # noqa: S608
        f" AND NOT {OF_WITHDRAWN}"
        " ORDER BY coalesce(status, 200) >= 400, url != :url, abs(julianday(captured) - "
        "julianday(:moment)),"
        " warc, offset LIMIT 1",
        {"url": url, "urls": json.dumps(spellings), "moment": iso_utc(moment)},
    ).fetchone()
    return capture_of(row) if row else None


def revisit_target(db: sqlite3.Connection, capture: Capture) -> Reference | None:
    """The record whose payload a revisit repeats; None for any other capture, and if that record
    is not in the index.
    """
    if capture.record_type != RecordType.REVISIT:
        return None
    by_id = "record_id = ?", (capture.refers_to_id or "",)
    url = capture.refers_to_url or capture.url
    date = iso_utc(capture.refers_to_date) if capture.refers_to_date else ""
    by_date = "url = ? AND captured = ?", (url, date)
    for condition, values in (by_id, by_date):
        row = db.execute(
            f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE {condition} AND record_type != 'revisit'"  # noqa: S608
            " ORDER BY captured, warc, offset LIMIT 1",
            values,
        ).fetchone()
        if row is not None:
            return reference_of(row)
    return first_with(db, str(capture.payload_digest)) if capture.payload_digest else None


def first_with(db: sqlite3.Connection, digest: str) -> Reference | None:
    """The earliest whole `response` with status 200 whose payload has this digest: what a revisit
    refers to.
    """
    row = db.execute(
        f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE payload_digest = ? AND record_type = 'response'"  # noqa: E501, S608
        " AND status = 200 AND truncated IS NULL ORDER BY captured, warc, offset LIMIT 1",
        (digest,),
    ).fetchone()
    return reference_of(row) if row else None
