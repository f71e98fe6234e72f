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
from archive.index.rows import ReadArticle
from archive.model import iso_utc
from archive.model.withdrawal import Withdrawal
from archive.text.minhash import estimate_similarity
from archive.urls import canonical_key

# The captures (as `captures`) that show a withdrawn article: read as it, or at an address of it.
OF_WITHDRAWN = (
    "(EXISTS (SELECT 1 FROM _readings w WHERE w.capture_id = captures.id AND w.ordinal = 0 "
    "AND w.is_active = 0)"
    " OR captures.url IN (SELECT value FROM _withdrawn WHERE kind = 'url'))"
)
# Similarity to a withdrawn text from which a page that names its address as canonical is withdrawn
# with it. Unrelated stories have 0.05 at most; to take one too many is the lesser harm.
WITHDRAWN_RENDITION = 0.1
_MATCH = (
    "SELECT 1 FROM _withdrawn WHERE kind = 'key' AND site = :site AND value = :key"
    " UNION ALL SELECT 1 FROM _withdrawn WHERE kind = 'text' AND site = :site AND value = "
    ":text LIMIT 1"
)


def is_withdrawn(db: sqlite3.Connection, site: str, key: str, text_sha256: str) -> bool:
    """Whether what is read at a folded address of a site, with this text, was withdrawn."""
    row = db.execute(_MATCH, {"site": site, "key": key, "text": text_sha256}).fetchone()
    return row is not None


def is_article_withdrawn(db: sqlite3.Connection, article: ReadArticle) -> bool:
    """Whether an article as read was withdrawn: at its own address, by its text, or as a
    rendition of what its page names as canonical.
    """
    site, own_key = article.reading["site"], article.reading["own_key"]
    if is_withdrawn(db, site, own_key, article.text["raw_sha256"]):
        return True
    key = article.reading["key"]
    if key == own_key:
        return False
    rows = db.execute(
        "SELECT k.article_id, group_concat(s.value, ' ') FROM _withdrawn k LEFT JOIN _withdrawn s"
        " ON s.kind = 'signature' AND s.site = k.site AND s.article_id = k.article_id"
        " WHERE k.kind = 'key' AND k.site = ? AND k.value = ? GROUP BY k.article_id",
        (site, key),
    )
    signature = article.text["signature"]
    return any(_is_rendition(signature, (known or "").split()) for _, known in rows)


def _is_rendition(signature: bytes | None, withdrawn: Iterable[str]) -> bool:
    """True if a text may be one of the withdrawn ones, by their signatures in hex; where there
    is nothing to compare, it may.
    """
    known = [bytes.fromhex(each) for each in withdrawn]
    if signature is None or not known:
        return True
    return any(estimate_similarity(signature, each) >= WITHDRAWN_RENDITION for each in known)


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
    for text in covered:
        _deactivate_readings(db, withdrawal.site, text, touched)
    db.executemany("DELETE FROM _texts WHERE id = ?", [(text,) for text in covered])
    _forget_announcements(db, set(withdrawal.keys))


def _withdrawn_values(withdrawal: Withdrawal) -> Iterator[tuple[str, str, str, str]]:
    for kind, values in (
        ("key", withdrawal.keys),
        ("text", withdrawal.texts),
        ("url", withdrawal.urls),
        ("signature", withdrawal.signatures),
    ):
        yield from ((kind, withdrawal.site, value, withdrawal.article_id) for value in values)


def _deactivate_readings(
    db: sqlite3.Connection, site: str, text: int, touched: AffectedRows
) -> None:
    rows = db.execute(
        "SELECT key, name_key, fingerprint FROM _readings WHERE site = ? AND text_id = ?"
        " AND is_active = 1",
        (site, text),
    ).fetchall()
    touched.addresses |= {(site, key) for key, _, _ in rows}
    touched.names |= {(site, name) for _, name, _ in rows}
    touched.fingerprints |= {(site, fingerprint) for _, _, fingerprint in rows}
    db.execute(
        "UPDATE _readings SET is_active = 0, name_key = CASE WHEN own_key = key THEN key ELSE ''"
        " END WHERE site = ? AND text_id = ?",
        (site, text),
    )


def texts_of(db: sqlite3.Connection, withdrawal: Withdrawal) -> list[int]:
    """Ids of the texts that a withdrawal covers: those captured at its addresses, those whose
    SHA-256 as read is one of its texts (the hash without boilerplate may change), and renditions
    of them.
    """
    keys = set(withdrawal.keys)
    rows = db.execute(
        "SELECT DISTINCT t.id, t.raw_sha256, t.signature, r.own_key FROM _readings r"
        " JOIN _texts t ON t.id = r.text_id WHERE r.site = :site AND"
        " (r.key IN (SELECT value FROM json_each(:keys))"
        " OR r.name_key IN (SELECT value FROM json_each(:keys))"
        " OR r.text_id IN (SELECT id FROM _texts WHERE site = :site AND raw_sha256 IN"
        " (SELECT value FROM json_each(:texts))))",
        {
            "site": withdrawal.site,
            "keys": json.dumps(withdrawal.keys),
            "texts": json.dumps(withdrawal.texts),
        },
    )
    return sorted(
        {
            text
            for text, sha256, signature, own_key in rows
            if own_key in keys
            or sha256 in withdrawal.texts
            or _is_rendition(signature, withdrawal.signatures)
        }
    )


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
    urls = db.execute("SELECT url FROM _left_out").fetchall()
    left_out = [row for row in urls if canonical_key(row[0]) in keys]
    db.executemany("DELETE FROM _left_out WHERE url = ?", left_out)


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
