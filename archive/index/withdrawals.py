"""What withdrawals mean for the index, in whatever order they and the captures come.

A reading that is withdrawn is inactive (`_readings.is_active` is 0), so no article, version,
address or cluster is derived from it; its digests stay. The row in
`withdrawals` is the article's tombstone. Writing the record that says so is `warc_writer`'s, taking
bytes out of WARC files `tombstones`'.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

from archive.index.affected import AffectedRows
from archive.model import iso_utc
from archive.model.withdrawal import Withdrawal
from archive.urls import canonical_key

# The captures (as `captures`) that show a withdrawn article: read as it, or at an address of it.
OF_WITHDRAWN = (
    "(EXISTS (SELECT 1 FROM _readings w WHERE w.capture_id = captures.id AND w.ordinal = 0 "
    "AND w.is_active = 0)"
    " OR captures.url IN (SELECT value FROM _withdrawn WHERE kind = 'url'))"
)
_MATCH = (
    "SELECT 1 FROM _withdrawn WHERE kind = 'key' AND site = :site AND value = :key"
    " UNION ALL SELECT 1 FROM _withdrawn WHERE kind = 'text' AND site = :site AND value = "
    ":text LIMIT 1"
)


def is_withdrawn(db: sqlite3.Connection, site: str, key: str, text_sha256: str) -> bool:
    """Whether what is read at a folded address of a site, with this text, was withdrawn."""
    row = db.execute(_MATCH, {"site": site, "key": key, "text": text_sha256}).fetchone()
    return row is not None


def is_withdrawn_url(db: sqlite3.Connection, url: str) -> bool:
    """True if an announced URL is of a withdrawn article: such an announcement is not stored."""
    if db.execute("SELECT 1 FROM _withdrawn LIMIT 1").fetchone() is None:
        return False
    keys = "SELECT 1 FROM _withdrawn WHERE kind = 'key' AND value = ? LIMIT 1"
    return db.execute(keys, (canonical_key(url),)).fetchone() is not None


def apply_withdrawal(db: sqlite3.Connection, withdrawal: Withdrawal, touched: AffectedRows) -> None:
    """Store a withdrawal and make what it covers inactive; of several of one article the earliest
    is kept, with `purged` set if any has it.
    """
    texts, digests = " ".join(sorted(withdrawal.texts)), " ".join(sorted(withdrawal.digests))
    row = (
        iso_utc(withdrawal.at),
        withdrawal.reason,
        withdrawal.url,
        withdrawal.site,
        texts,
        digests,
    )
    known = db.execute(
        "SELECT withdrawn, reason, url, site, text_sha256, payload_digests, purged FROM "
        "withdrawals WHERE article_id = ?",
        (withdrawal.article_id,),
    ).fetchone()
    stands, purged = (
        (min(row, known[:6]), max(withdrawal.purged, known[6]))
        if known
        else (row, withdrawal.purged)
    )
    db.execute(
        "INSERT OR REPLACE INTO withdrawals (article_id, withdrawn, reason, url, site, "
        "text_sha256, payload_digests, purged)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (withdrawal.article_id, *stands, purged),
    )
    db.executemany(
        "INSERT OR IGNORE INTO _withdrawn VALUES (?, ?, ?, ?)", _withdrawn_values(withdrawal)
    )
    covered = texts_of(db, withdrawal)
    for column, values in (("key", withdrawal.keys), ("text_id", covered)):
        for value in values:
            _deactivate_readings(db, withdrawal.site, column, value, touched)
    db.executemany("DELETE FROM _texts WHERE id = ?", [(text,) for text in covered])
    _forget_announcements(db, set(withdrawal.keys))


def _withdrawn_values(withdrawal: Withdrawal) -> Iterator[tuple[str, str, str, str]]:
    for kind, values in (
        ("key", withdrawal.keys),
        ("text", withdrawal.texts),
        ("url", withdrawal.urls),
    ):
        yield from ((kind, withdrawal.site, value, withdrawal.article_id) for value in values)


def _deactivate_readings(
    db: sqlite3.Connection, site: str, column: str, value: str | int, touched: AffectedRows
) -> None:
    rows = db.execute(
        f"SELECT key, fingerprint FROM _readings WHERE site = ? AND {column} = ? AND is_active = 1",  # noqa: S608
        (site, value),
    ).fetchall()
    touched.addresses |= {(site, key) for key, _ in rows}
    touched.fingerprints |= {(site, fingerprint) for _, fingerprint in rows}
    db.execute(f"UPDATE _readings SET is_active = 0 WHERE site = ? AND {column} = ?", (site, value))  # noqa: S608


def texts_of(db: sqlite3.Connection, withdrawal: Withdrawal) -> list[int]:
    """Ids of the texts that a withdrawal covers: those at its addresses, and those whose SHA-256 as
    read is one of its texts (the hash without boilerplate may change).
    """
    named = json.dumps([*withdrawal.keys, *withdrawal.texts])
    statement = (
        "SELECT id FROM _texts WHERE site = ? AND (key IN (SELECT value FROM json_each(?))"
        " OR raw_sha256 IN (SELECT value FROM json_each(?)))"
    )
    return [text for (text,) in db.execute(statement, (withdrawal.site, named, named))]


def _forget_announcements(db: sqlite3.Connection, keys: set[str]) -> None:
    """Delete what sitemaps, feeds and section pages announced of the article: their titles are its
    own.
    """
    gone = [
        (row[0],)
        for row in db.execute("SELECT id, url FROM sightings")
        if canonical_key(row[1]) in keys
    ]
    db.executemany("DELETE FROM sightings WHERE id = ?", gone)


def withdrawn_places(db: sqlite3.Connection) -> set[tuple[str, int]]:
    """WARC and offset of every capture that shows a withdrawn article, and of every revisit of such
    a one.
    """
    if db.execute("SELECT 1 FROM _withdrawn LIMIT 1").fetchone() is None:
        return set()
    shown = set(db.execute(f"SELECT warc, offset FROM captures WHERE {OF_WITHDRAWN}"))  # noqa: S608
    revisits = db.execute(
        "SELECT r.warc, r.offset FROM captures r WHERE r.record_type = 'revisit' AND r.refers_to_id IN"  # noqa: E501, S608
        f" (SELECT record_id FROM captures WHERE {OF_WITHDRAWN})"
    )
    return shown | set(revisits)


def delete_captures(
    db: sqlite3.Connection, captures: Iterable[str], touched: AffectedRows
) -> set[int]:
    """Delete captures (ids) whose records are no longer in the archive; return the texts
    (`_texts.id`) of listings that are active again because of it.
    """
    again: set[int] = set()
    for capture in captures:
        pages = db.execute(
            "SELECT site, key, url FROM _readings WHERE capture_id = ? AND ordinal = 0", (capture,)
        ).fetchall()
        db.execute("DELETE FROM _readings WHERE capture_id = ?", (capture,))
        db.execute("DELETE FROM captures WHERE id = ?", (capture,))
        for site, key, url in pages:
            again |= _reactivate_listings(db, site, key, url, touched)
    return again


def has_page(db: sqlite3.Connection, site: str, key: str, url: str) -> bool:
    """Whether an article that a listing carries was read on a page of its own: at this address, or
    as the one it names.
    """
    by_key = "SELECT 1 FROM _readings WHERE site = ? AND key = ? AND ordinal = 0 LIMIT 1"
    by_url = "SELECT 1 FROM _readings WHERE site = ? AND url = ? AND ordinal = 0 LIMIT 1"
    return any(
        db.execute(*query).fetchone() for query in ((by_key, (site, key)), (by_url, (site, url)))
    )


def _reactivate_listings(
    db: sqlite3.Connection, site: str, key: str, url: str, touched: AffectedRows
) -> set[int]:
    """Make renditions of an address in listings active again, if no page of its own is kept and it
    is not withdrawn itself; return their texts (`_texts.id`).
    """
    again = set()
    for column, value in (("key", key), ("url", url)):
        rows = db.execute(
            "SELECT capture_id, ordinal, t.raw_sha256, fingerprint, r.key, url, text_id FROM _readings r"  # noqa: E501, S608
            f" JOIN _texts t ON t.id = r.text_id WHERE r.site = ? AND r.{column} = ? AND ordinal "
            f"> 0 AND is_active = 0",
            (site, value),
        ).fetchall()
        for capture, ordinal, sha256, fingerprint, own_key, own_url, text in rows:
            if not (
                has_page(db, site, own_key, own_url) or is_withdrawn(db, site, own_key, sha256)
            ):
                statement = (
                    "UPDATE _readings SET is_active = 1 WHERE capture_id = ? AND ordinal = ?"
                )
                db.execute(statement, (capture, ordinal))
                touched.addresses.add((site, own_key))
                touched.fingerprints.add((site, fingerprint))
                again.add(text)
    return again
