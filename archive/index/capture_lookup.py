"""Which capture shows an address at a time, and which record holds the payload of a revisit.

Queries on `captures` alone, on an open connection to `index.db`. Showing the page as it was is
`crawler.serve.replay`.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.index.rows import CAPTURE_COLUMNS, capture_of, exact_time, reference_of
from archive.index.withdrawals import OF_WITHDRAWN
from archive.model import (
    GIVEN_UP_REASONS,
    Capture,
    Digest,
    RecordType,
    Reference,
    Stage,
    iso_utc,
)
from archive.model.revisit_reference import ReferenceCriterion, reference_criteria
from archive.urls import escape_spellings

_REASONS = " OR ".join(
    f"reason = '{why}' OR reason LIKE '{why}:%'" for why in sorted(GIVEN_UP_REASONS)
)
# Of a row of `failures`: it says that the reading of a page was given up.
GIVEN_UP = f"stage = '{Stage.EXTRACT}' AND ({_REASONS})"
# The first capture that shows each version of each article, at the article's own address if there
# is one. A part of an article on several pages has no version of its own.
FIRST_CAPTURES = """
SELECT url, captured, title, body, id FROM (
  SELECT c.url, c.captured, a.id, ifnull(v.title, a.title) AS title, ifnull(v.body, a.body) AS body,
    row_number() OVER (PARTITION BY a.id, ifnull(v.number, 1)
      ORDER BY c.url != a.url, v.id IS NULL, c.captured) AS place
  FROM captures c JOIN articles a ON a.id = c.article_id
  LEFT JOIN versions v ON v.id = c.version_id AND v.article_id = a.id WHERE c.status = 200
) WHERE place = 1 ORDER BY captured, url
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a conditional request for a URL can say (RFC 9110 §13.1), and the record that a 304
    would refer to.
    """

    etag: str | None
    last_modified: str | None
    reference: Reference

    @property
    def headers(self) -> dict[str, str]:
        """The request's header fields."""
        fields = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in fields.items() if value}


def latest_validators(db: sqlite3.Connection, url: str) -> Validators | None:
    """ETag and Last-Modified of the newest complete 200 capture of `url`; None if it had neither,
    or the record that a 304 would refer to is not in the index.
    """
    row = db.execute(
        f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE url = ? AND status = 200 AND truncated IS NULL"  # noqa: E501, S608
        " AND record_type IN ('response', 'revisit') ORDER BY captured DESC, warc DESC, "
        "offset DESC LIMIT 1",
        (url,),
    ).fetchone()
    capture = capture_of(row) if row else None
    if capture is None or not (capture.etag or capture.last_modified):
        return None
    is_whole = capture.record_type == RecordType.RESPONSE
    reference = reference_of(row) if is_whole else revisit_target(db, capture)
    if reference is None:
        return None
    return Validators(etag=capture.etag, last_modified=capture.last_modified, reference=reference)


def given_up_captures(db: sqlite3.Connection, capture: Capture | None = None) -> list[Capture]:
    """The captures whose reading was given up (`GIVEN_UP_REASONS`), in the order of their records;
    or `capture`, if it is one.
    """
    which, values = ("f.url = ? AND c.id = ?", (capture.url, capture.id)) if capture else ("1", ())
    rows = db.execute(
        f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE id IN (SELECT c.id FROM failures f"  # noqa: S608
        " JOIN captures c ON c.url = f.url AND c.crawl_id IS f.crawl_id AND c.kind = 'page'"
        f" WHERE {GIVEN_UP} AND {which}) ORDER BY warc, offset",
        values,
    )
    return [capture_of(row) for row in rows.fetchall()]


def nearest_capture(db: sqlite3.Connection, url: str, time: datetime) -> Capture | None:
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
        "julianday(:time)),"
        " warc, offset LIMIT 1",
        {"url": url, "urls": json.dumps(spellings), "time": iso_utc(time)},
    ).fetchone()
    return capture_of(row) if row else None


def has_capture_in(db: sqlite3.Connection, warc: str, start: int, end: int) -> bool:
    """Whether a capture begins at bytes `start` to `end` of a WARC."""
    query = "SELECT 1 FROM captures WHERE warc = ? AND offset >= ? AND offset < ? LIMIT 1"
    return db.execute(query, (warc, start, end)).fetchone() is not None


def offset_before(db: sqlite3.Connection, warc: str, offset: int) -> int:
    """Where the last capture before an offset of a WARC begins: the records that belong to the next
    one, and may stand before it, come after that; 0 where there is none.
    """
    query = "SELECT max(offset) FROM captures WHERE warc = ? AND offset < ?"
    return int(db.execute(query, (warc, offset)).fetchone()[0] or 0)


def revisit_target(db: sqlite3.Connection, capture: Capture) -> Reference | None:
    """The record whose payload a revisit repeats; None for any other capture, and if that record
    is not in the index.
    """
    if capture.record_type != RecordType.REVISIT:
        return None
    row = _referred_row(db, capture, "1", ())
    return reference_of(row) if row else None


def earlier_capture_of_page(db: sqlite3.Connection, revisit: Capture) -> Capture | None:
    """The capture of the revisit's own URL, not later than it, that it refers to; None if there is
    none.
    """
    row = _referred_row(
        db, revisit, "url = ? AND captured <= ?", (revisit.url, iso_utc(revisit.captured))
    )
    return capture_of(row) if row else None


def earliest_with_digest(db: sqlite3.Connection, digest: Digest) -> Reference | None:
    """The earliest whole `response` with status 200 whose payload has this digest: what a revisit
    refers to.
    """
    criterion = ReferenceCriterion(payload_digest=digest, is_whole_response=True)
    row = _matching_row(db, criterion, "1", ())
    return reference_of(row) if row else None


def _referred_row(
    db: sqlite3.Connection, revisit: Capture, condition: str, values: tuple[str, ...]
) -> tuple[Any, ...] | None:
    """The row (`CAPTURE_COLUMNS`) that a revisit refers to, of those that meet `condition`."""
    rows = (
        _matching_row(db, criterion, condition, values) for criterion in reference_criteria(revisit)
    )
    return next((row for row in rows if row is not None), None)


def _matching_row(
    db: sqlite3.Connection, criterion: ReferenceCriterion, condition: str, values: tuple[str, ...]
) -> tuple[Any, ...] | None:
    """The row that `ReferenceCriterion.is_met` would choose, of those that meet `condition`."""
    digest, instant = criterion.payload_digest, criterion.instant
    required = {
        "record_id = ?": criterion.record_id,
        "url = ?": criterion.url,
        "warc_date = ?": None if instant is None else exact_time(instant),
        "captured = ?": criterion.second,
        "payload_digest = ?": None if digest is None else str(digest),
        "status = ?": criterion.status,
        "captured <= ?": criterion.not_after,
    }
    given = {text: value for text, value in required.items() if value is not None}
    conditions = [condition, *given, "record_type != 'revisit'"]
    if criterion.is_whole_response:  # in the words of the index `captures_digest`
        conditions.append("record_type = 'response' AND status = 200 AND truncated IS NULL")
    direction = "DESC" if criterion.is_latest else "ASC"
    row: tuple[Any, ...] | None = db.execute(
        f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE {' AND '.join(conditions)}"  # noqa: S608
        f" ORDER BY captured {direction}, warc {direction}, offset {direction} LIMIT 1",
        (*values, *given.values()),
    ).fetchone()
    return row
