"""Which earlier capture a revisit stands for, and the reading it has from it.

A revisit record (ISO 28500 §6.7) carries no payload. It was read as what the capture it refers to
was read as; where that one comes later (another WARC, another order), the revisit is resolved then.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from archive.index.affected import AffectedRows
from archive.index.rows import order_key
from archive.model import RecordType, iso_utc

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
            "INSERT INTO _readings SELECT c.id, 0, r.read_from, ?, c.url, r.site, r.key, "
            "r.canonical, r.fingerprint,"
            " r.text_sha256, r.text_id, r.is_last, r.is_active, NULL, NULL FROM captures c, "
            "_readings r"
            " WHERE c.id = ? AND r.capture_id = ? AND r.ordinal = 0",
            (_order_key_of(db, capture), capture, referent),
        )
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
        "SELECT site, key, fingerprint, article_id, version_id, url, text_sha256 FROM _readings"
        " WHERE capture_id = ? AND ordinal = 0",
        (capture,),
    ).fetchone()
    if row:
        touched.addresses.add((row[0], row[1]))
        touched.fingerprints.add((row[0], row[2]))
        touched.add_reading(*row[3:])
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
    """The capture whose payload a revisit stands for, if that was read as an article; only of the
    same URL.

    As the revisit names it, by record id or by date; else the latest before it with the same
    payload; else, where the server said "not modified" or no digest is known, the latest before it.
    """
    url, captured, profile, digest, date, record = db.execute(
        "SELECT url, captured, profile, payload_digest, refers_to_date, refers_to_id FROM "
        "captures WHERE id = ?",
        (capture,),
    ).fetchone()
    conditions = []
    if record:
        conditions.append(("record_id = ?", record))
    if date:
        conditions.append(("captured = ?", iso_utc(datetime.fromisoformat(date))))
    if digest:
        conditions.append(("payload_digest = ?", digest))
    if not digest or profile == "server-not-modified":
        conditions.append(("status = ?", 200))
    for condition, value in conditions:
        row = db.execute(
            "SELECT c.id, r.capture_id FROM captures c"  # noqa: S608
            " LEFT JOIN _readings r ON r.capture_id = c.id AND r.ordinal = 0"
            f" WHERE c.url = ? AND c.captured <= ? AND c.record_type != ? AND c.{condition}"
            " ORDER BY c.captured DESC, c.warc DESC, c.offset DESC LIMIT 1",
            (url, captured, _REVISIT, value),
        ).fetchone()
        if row:
            return str(row[0]) if row[1] else None
    return None
