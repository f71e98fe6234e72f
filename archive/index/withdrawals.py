"""What withdrawals mean for the index, in whatever order they and the captures come.

A reading that is withdrawn is inactive (`_readings.is_active` is 0), so no article, version,
address or cluster is derived from it; its digests stay. The row in
`withdrawals` is the article's tombstone. Writing the record that says so is `warc_writer`'s, taking
bytes out of WARC files `tombstones`'.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from archive.index.affected import AffectedRows
from archive.index.derived.listing_pages import delete_listing_page
from archive.index.derived.usage_signals import delete_signals
from archive.index.rows import ReadArticle
from archive.model import iso_utc
from archive.model.withdrawal import HiddenFromReplay, Withdrawal
from archive.text.minhash import estimate_similarity
from archive.urls import canonical_key

# The captures (as `captures`) that show a withdrawn article: read as it, or at an address of it and
# not as an article that stands.
OF_WITHDRAWN = (
    "(EXISTS (SELECT 1 FROM _readings w WHERE w.capture_id = captures.id AND w.ordinal = 0 "
    "AND w.is_active = 0)"
    " OR (captures.url IN (SELECT value FROM _withdrawn WHERE kind = 'url') AND NOT EXISTS "
    "(SELECT 1 FROM _readings w WHERE w.capture_id = captures.id AND w.ordinal = 0 "
    "AND w.is_active = 1)))"
)
# Similarity to a withdrawn text from which a page that names its address as canonical is withdrawn
# with it. Unrelated stories have 0.05 at most; to take one too many is the lesser harm.
WITHDRAWN_RENDITION = 0.1
_MATCH = (
    "SELECT 1 FROM _withdrawn WHERE kind = 'key' AND site = :site AND value = :key"
    " UNION ALL SELECT 1 FROM _withdrawn WHERE kind = 'text' AND site = :site AND value = "
    ":text LIMIT 1"
)

# Kinds of `_withdrawn`: the id of a purge that was begun, of one that is done.
_PURGE, _PURGED = "purge", "purged"
# The articles whose purge was begun and is not done.
UNFINISHED_PURGES = (
    f"SELECT b.article_id FROM _withdrawn b WHERE b.kind = '{_PURGE}' AND NOT EXISTS"  # noqa: S608
    f" (SELECT 1 FROM _withdrawn d WHERE d.kind = '{_PURGED}' AND d.value = b.value"
    " AND d.article_id = b.article_id)"
)

# The texts that a withdrawal may cover, each with an address it was captured at.
CANDIDATES = (
    "SELECT DISTINCT t.id, t.raw_sha256, t.signature, r.own_key FROM _readings r"
    " JOIN _texts t ON t.id = r.text_id WHERE r.site = :site AND"
    " (r.key IN (SELECT value FROM json_each(:keys))"
    " OR r.own_key IN (SELECT value FROM json_each(:keys))"
    " OR r.text_id IN (SELECT id FROM _texts WHERE site = :site AND raw_sha256 IN"
    " (SELECT value FROM json_each(:texts))))"
)


def is_withdrawn(db: sqlite3.Connection, site: str, key: str, text_sha256: str) -> bool:
    """Whether what is read at a folded address of a site, with this text, was withdrawn."""
    row = db.execute(_MATCH, {"site": site, "key": key, "text": text_sha256}).fetchone()
    return row is not None


def is_article_withdrawn(db: sqlite3.Connection, article: ReadArticle) -> bool:
    """Whether an article as read was withdrawn: at its own address, by its text, or as a
    rendition of what its page names as canonical; or where the same text, naming the same address,
    was.
    """
    site, own_key, key = (article.reading[name] for name in ("site", "own_key", "key"))
    if is_withdrawn(db, site, own_key, article.text["raw_sha256"]):
        return True
    if _is_text_withdrawn(db, site, key, article.text["id"]):
        return True
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


def _is_text_withdrawn(db: sqlite3.Connection, site: str, key: str, text: int) -> bool:
    """Whether a text (`_texts.id`) was read before, and is kept no longer."""
    if db.execute("SELECT 1 FROM _withdrawn WHERE site = ? LIMIT 1", (site,)).fetchone() is None:
        return False
    if db.execute("SELECT 1 FROM _texts WHERE id = ?", (text,)).fetchone():
        return False
    read = "SELECT 1 FROM _readings WHERE site = ? AND key = ? AND text_id = ? LIMIT 1"
    return db.execute(read, (site, key, text)).fetchone() is not None


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


def apply_withdrawal(db: sqlite3.Connection, withdrawal: Withdrawal) -> None:
    """Store a withdrawal, and forget what was announced of its article; of several of one article
    the earliest is kept. It is purged if any says so, and no purge is begun and not done.
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
        "SELECT withdrawn, reason, url, site, text_sha256, payload_digests FROM withdrawals"
        " WHERE article_id = ?",
        (withdrawal.article_id,),
    ).fetchone()
    stands = min(row, known) if known else row
    db.execute(
        "INSERT OR REPLACE INTO withdrawals (article_id, withdrawn, reason, url, site, "
        "text_sha256, payload_digests, purged)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        (withdrawal.article_id, *stands),
    )
    db.executemany(
        "INSERT OR IGNORE INTO _withdrawn VALUES (?, ?, ?, ?)", _withdrawn_values(withdrawal)
    )
    db.execute(
        f"UPDATE withdrawals SET purged = article_id NOT IN ({UNFINISHED_PURGES})"  # noqa: S608
        f" AND EXISTS (SELECT 1 FROM _withdrawn p WHERE p.kind = '{_PURGED}'"
        " AND p.article_id = withdrawals.article_id) WHERE article_id = ?",
        (withdrawal.article_id,),
    )
    _forget_announcements(db, set(withdrawal.keys))


def _withdrawn_values(withdrawal: Withdrawal) -> Iterator[tuple[str, str, str, str]]:
    for kind, values in (
        ("key", withdrawal.keys),
        ("text", withdrawal.texts),
        ("url", withdrawal.urls),
        ("signature", withdrawal.signatures),
        (_PURGED if withdrawal.purged else _PURGE, _purges_of(withdrawal)),
    ):
        yield from ((kind, withdrawal.site, value, withdrawal.article_id) for value in values)


def _purges_of(withdrawal: Withdrawal) -> tuple[str, ...]:
    """The id of the purge that a withdrawal begins or ends; empty for one that ends it and had no
    beginning of its own.
    """
    return (withdrawal.purge,) if withdrawal.purge or withdrawal.purged else ()


def withdraw_text(db: sqlite3.Connection, site: str, text: int, touched: AffectedRows) -> None:
    """Make all readings of a text (`_texts.id`) inactive, and delete the text."""
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
    db.execute("DELETE FROM _texts WHERE id = ?", (text,))


def texts_of(db: sqlite3.Connection, withdrawal: Withdrawal) -> list[int]:
    """Ids of the texts that a withdrawal covers: those captured at its addresses, those whose
    SHA-256 as read is one of its texts (the hash without boilerplate may change), and renditions
    of them.
    """
    return covered_texts(db.execute(CANDIDATES, candidate_values(withdrawal)), withdrawal)


def candidate_values(withdrawal: Withdrawal) -> dict[str, str]:
    """The values of `CANDIDATES`."""
    keys, texts = json.dumps(withdrawal.keys), json.dumps(withdrawal.texts)
    return {"site": withdrawal.site, "keys": keys, "texts": texts}


def covered_texts(rows: Iterable[Sequence[Any]], withdrawal: Withdrawal) -> list[int]:
    """Of the rows of `CANDIDATES` the texts (`_texts.id`) that a withdrawal covers."""
    keys = set(withdrawal.keys)
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


def hidden_from_replay(db: sqlite3.Connection) -> HiddenFromReplay:
    """What replay must not find, purged or not."""
    pages = db.execute("SELECT value FROM _withdrawn WHERE kind = 'url'")
    return HiddenFromReplay(
        places=frozenset(withdrawn_places(db)), pages=frozenset(url for (url,) in pages)
    )


def delete_captures(
    db: sqlite3.Connection, captures: Iterable[str], touched: AffectedRows
) -> set[int]:
    """Delete captures (ids) whose records are no longer in the archive; return the texts
    (`_texts.id`) of listings that are active again because of it.
    """
    again: set[int] = set()
    for capture in captures:
        pages = _delete_readings(db, capture, touched)
        db.execute("DELETE FROM captures WHERE id = ?", (capture,))
        delete_signals(db, capture)
        delete_listing_page(db, capture)
        for site, key, url in pages:
            again |= _reactivate_listings(db, site, key, url, touched)
    return again


def _delete_readings(
    db: sqlite3.Connection, capture: str, touched: AffectedRows
) -> list[tuple[str, str, str]]:
    """Delete what a capture was read as; of its own page return site, folded address and URL."""
    rows = db.execute(
        "SELECT ordinal, site, key, url, name_key, fingerprint, article_id, version_id, text_sha256"
        " FROM _readings WHERE capture_id = ?",
        (capture,),
    ).fetchall()
    db.execute("DELETE FROM _readings WHERE capture_id = ?", (capture,))
    for _, site, key, url, name, fingerprint, article, version, sha256 in rows:
        touched.addresses.add((site, key))
        touched.names |= {(site, name)} if name else set()
        touched.fingerprints.add((site, fingerprint))
        touched.add_reading(article, version, url, sha256)
    return [row[1:4] for row in rows if row[0] == 0]


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
