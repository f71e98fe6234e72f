"""What crawls left out, in the index: one row an address, with the reason stated last."""

from __future__ import annotations

import sqlite3

from archive.index.rows import Row, storable_text
from archive.index.withdrawals import is_withdrawn_url
from archive.model import LeftOut, LeftOutBatch, iso_utc

_LATER = (
    "(excluded.at, excluded.crawl_id, excluded.why, excluded.detail) > (at, crawl_id, why, detail)"
)
_UPSERT_LEFT_OUT = f"""
INSERT INTO _left_out (url, site, why, detail, found_on, first_at, at, crawl_id)
VALUES (:url, :site, :why, :detail, :found_on, :first_at, :at, :crawl_id)
ON CONFLICT DO UPDATE SET
  first_at = min(first_at, excluded.first_at),
  why = CASE WHEN {_LATER} THEN excluded.why ELSE why END,
  detail = CASE WHEN {_LATER} THEN excluded.detail ELSE detail END,
  found_on = CASE WHEN {_LATER} THEN excluded.found_on ELSE found_on END,
  crawl_id = CASE WHEN {_LATER} THEN excluded.crawl_id ELSE crawl_id END,
  at = max(at, excluded.at)
"""  # noqa: S608 -- constants only


def insert_left_out(db: sqlite3.Connection, batch: LeftOutBatch) -> None:
    """Insert what a crawl left out; of one address the latest statement stands, whatever the order
    they come in. Withdrawn addresses are passed over.
    """
    db.executemany(
        _UPSERT_LEFT_OUT,
        [_row_of(each, batch) for each in batch.entries if not is_withdrawn_url(db, each.url)],
    )


def is_new_left_out(db: sqlite3.Connection, site: str, entry: LeftOut) -> bool:
    """Whether the index does not say already that this address was left out, and for this
    reason.
    """
    known = db.execute(
        "SELECT why, detail FROM _left_out WHERE url = ? AND site = ?",
        (storable_text(entry.url), site),
    ).fetchone()
    said = (str(entry.why), storable_text(entry.detail))
    return known != said and not is_withdrawn_url(db, entry.url)


def _row_of(entry: LeftOut, batch: LeftOutBatch) -> Row:
    """The row of `_left_out`."""
    return {
        "url": storable_text(entry.url),
        "site": storable_text(batch.site),
        "why": str(entry.why),
        "detail": storable_text(entry.detail),
        "found_on": None if entry.found_on is None else storable_text(entry.found_on),
        "first_at": iso_utc(batch.at),
        "at": iso_utc(batch.at),
        "crawl_id": storable_text(batch.crawl_id),
    }
