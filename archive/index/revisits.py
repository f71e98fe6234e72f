"""The reading that a revisit has from the earlier capture of its URL that it refers to.

A revisit record (ISO 28500 §6.7) carries no payload, so it is read as that capture was; if that one
comes into the index later (another WARC, another order), the revisit is resolved then.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from archive.index.affected import AffectedRows
from archive.index.capture_lookup import earlier_capture_of_page
from archive.index.rows import CAPTURE_COLUMNS, capture_of, order_key
from archive.model import RecordType

_REVISIT = str(RecordType.REVISIT)


def resolve_revisits(
    db: sqlite3.Connection, new: set[str], captured: dict[str, str], touched: AffectedRows
) -> None:
    """Give readings to the revisits in `new` (capture ids), and to those that may refer to a
    capture just added.

    `captured` has, for each URL with a new capture that is no revisit, the earliest time of one
    (ISO 8601).
    """
    waiting = set(new)
    for url, since in captured.items():
        rows = db.execute(
            "SELECT id FROM captures WHERE url = ? AND captured >= ? AND record_type = ? AND "
            "kind = 'not-modified'",
            (url, since, _REVISIT),
        )
        waiting |= {capture for (capture,) in rows}
    for capture in sorted(waiting):
        _resolve_revisit(db, capture, touched)


def _resolve_revisit(db: sqlite3.Connection, capture: str, touched: AffectedRows) -> None:
    referent = _referred_capture(db, capture)
    before = db.execute(
        "SELECT read_from FROM _readings WHERE capture_id = ? AND ordinal = 0", (capture,)
    ).fetchone()
    if (before[0] if before else None) == referent:
        return
    drop_reading(db, capture, touched)
    if referent:
        db.execute(
            "INSERT INTO _readings SELECT c.id, 0, r.read_from, ?, c.url, r.site, r.own_key, "
            "r.key, r.canonical, CASE WHEN r.own_key = r.key THEN r.key ELSE '' END, r.fingerprint,"
            " r.text_sha256, r.text_id, r.is_last, r.is_active, NULL, NULL FROM captures c, "
            "_readings r"
            " WHERE c.id = ? AND r.capture_id = ? AND r.ordinal = 0",
            (_order_key_of(db, capture), capture, referent),
        )
        crawl = "SELECT warc, crawl_id FROM captures WHERE id = ?"
        touched.crawls |= set(db.execute(crawl, (capture,)))
        touched.addresses |= set(
            db.execute("SELECT site, key FROM _readings WHERE capture_id = ?", (capture,))
        )
        rows = db.execute(
            "SELECT site, fingerprint FROM _readings WHERE capture_id = ?", (capture,)
        )
        touched.fingerprints |= set(rows)


def drop_reading(db: sqlite3.Connection, capture: str, touched: AffectedRows) -> None:
    """Take from a capture what it was read as so far."""
    row = db.execute(
        "SELECT site, key, name_key, fingerprint, article_id, version_id, url, text_sha256"
        " FROM _readings"
        " WHERE capture_id = ? AND ordinal = 0",
        (capture,),
    ).fetchone()
    if row:
        touched.addresses.add((row[0], row[1]))
        touched.names.add((row[0], row[2]))
        touched.fingerprints.add((row[0], row[3]))
        touched.add_reading(*row[4:])
        db.execute("DELETE FROM _readings WHERE capture_id = ?", (capture,))
        db.execute(
            "UPDATE captures SET article_id = NULL, version_id = NULL WHERE id = ?", (capture,)
        )


def _order_key_of(db: sqlite3.Connection, capture: str) -> str:
    date, warc, offset = db.execute(
        "SELECT warc_date, warc, offset FROM captures WHERE id = ?", (capture,)
    ).fetchone()
    return order_key(datetime.fromisoformat(date), warc, offset)


def _referred_capture(db: sqlite3.Connection, capture: str) -> str | None:
    """The capture (id) whose reading a revisit has: the one of its own URL, not later than it, that
    it refers to (`archive.model.revisit_reference`); None if that was not read as an article.
    """
    row = db.execute(f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE id = ?", (capture,)).fetchone()  # noqa: S608
    referred = earlier_capture_of_page(db, capture_of(row))
    if referred is None:
        return None
    read = "SELECT 1 FROM _readings WHERE capture_id = ? AND ordinal = 0"
    return referred.id if db.execute(read, (referred.id,)).fetchone() else None
