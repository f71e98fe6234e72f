"""The URLs under which articles were found, and the articles that no longer answer; derived, whatever the order.

An address is a URL whose capture was read as the article, a URL that redirects to such a one, or the canonical URL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from archive.facts import moment_of
from archive.projection import first_and_last, latest_reading
from archive.urls import article_id, canonical_key, is_amp, is_tracked, normalise

# Redirects followed when asking where an address leads; browsers stop at 20, honest sites need two or three.
MOST_HOPS = 10
GONE = (404, 410, 451)


def derive_addresses(db: sqlite3.Connection, touched: Iterable[tuple[str, str]], redirects: Iterable[str]) -> None:
    """Write the addresses of (URL, article id) pairs touched, then those of URLs that redirect to them.

    `redirects` are the URLs of redirects just captured.
    """
    pairs = set(touched)
    for url, article in sorted(pairs):
        _address(db, url, article)
    for source in sorted(_leading_to(db, {url for url, _ in pairs} | set(redirects))):
        _aliases(db, source)


def _address(db: sqlite3.Connection, url: str, article: str) -> None:
    seen = first_and_last(db, "url = ? AND article_id = ?", (url, article))
    row = db.execute("SELECT url, site, first_seen, last_seen FROM articles WHERE id = ?", (article,)).fetchone()
    if row is not None and seen is None and row[0] == url:
        seen = row[2:]  # the name of the article, although only other addresses of it were fetched
    if row is None or seen is None:
        db.execute("DELETE FROM addresses WHERE url = ? AND article_id = ?", (url, article))
        return
    kind = _kind(db, url, article, row[0], row[1])
    db.execute("INSERT OR REPLACE INTO addresses VALUES (?, ?, ?, ?, ?)", (url, article, kind, *seen))


def _kind(db: sqlite3.Connection, url: str, article: str, canonical: str, site: str) -> str:
    if (normalise(url) or url) == canonical:
        return "canonical"
    keys = db.execute("SELECT DISTINCT key FROM _readings WHERE url = ? AND article_id = ?", (url, article))
    if all(article_id(site, key) != article for (key,) in keys):
        return "duplicate"
    if is_amp(url):
        return "amp"
    return "tracking" if is_tracked(url) and canonical_key(url) == canonical_key(canonical) else "alias"


# --------------------------------------------------------------------------------------------------------- redirects


def _leading_to(db: sqlite3.Connection, urls: set[str]) -> set[str]:
    """The URLs whose redirects lead to one of `urls`, and those of `urls` that redirect themselves."""
    redirect = "SELECT 1 FROM captures WHERE url = ? AND location IS NOT NULL LIMIT 1"
    found = {url for url in urls if db.execute(redirect, (url,)).fetchone()}
    edge, seen = set(urls), set(urls)
    for _ in range(MOST_HOPS + 1):  # as far as _behind looks ahead
        sources = {
            source
            for url in edge
            for (source,) in db.execute("SELECT DISTINCT url FROM captures WHERE location = ?", (url,))
        }
        edge = sources - seen
        seen |= edge
        found |= sources
        if not edge:
            break
    return found


def _reached(db: sqlite3.Connection, url: str) -> dict[str, set[str]]:
    """What the redirects of a URL lead to: each location, with the URLs behind it."""
    locations = db.execute("SELECT DISTINCT location FROM captures WHERE url = ? AND location IS NOT NULL", (url,))
    return {location: _behind(db, location) for (location,) in locations}


def _behind(db: sqlite3.Connection, url: str) -> set[str]:
    edge, seen = {url}, {url}
    for _ in range(MOST_HOPS):
        edge = {
            location
            for each in edge
            for (location,) in db.execute(
                "SELECT DISTINCT location FROM captures WHERE url = ? AND location IS NOT NULL", (each,)
            )
        } - seen
        seen |= edge
        if not edge:
            break
    return seen


def _aliases(db: sqlite3.Connection, source: str) -> None:
    """Write the addresses that `source` is by redirecting; where it was also read as the article, that row stands."""
    moments: dict[str, list[str]] = {}
    for location, urls in _reached(db, source).items():
        articles = {
            article
            for url in urls
            for (article,) in db.execute(
                "SELECT DISTINCT article_id FROM _readings WHERE url = ? AND article_id IS NOT NULL", (url,)
            )
        }
        seen = db.execute(
            "SELECT min(captured), max(captured) FROM captures WHERE url = ? AND location = ?", (source, location)
        ).fetchone()
        for article in articles:
            moments.setdefault(article, []).extend(seen)
    own = {
        article
        for (article,) in db.execute(
            "SELECT DISTINCT article_id FROM _readings WHERE url = ? AND article_id IS NOT NULL UNION"
            " SELECT id FROM articles WHERE id IN (SELECT article_id FROM addresses WHERE url = ?) AND url = ?",
            (source, source, source),
        )
    }
    stale = {article for (article,) in db.execute("SELECT article_id FROM addresses WHERE url = ?", (source,))} - own
    db.executemany("DELETE FROM addresses WHERE url = ? AND article_id = ?", [(source, each) for each in stale])
    db.executemany(
        "INSERT INTO addresses VALUES (?, ?, 'alias', ?, ?)",
        [(source, article, min(seen), max(seen)) for article, seen in sorted(moments.items()) if article not in own],
    )


# ---------------------------------------------------------------------------------------------------- disappearances


def derive_disappearances(db: sqlite3.Connection, articles: set[str], urls: set[str], fresh: set[str]) -> None:
    """Decide anew which of `articles`, and of the articles found at `urls` (those just captured), are gone.

    `fresh` are those of `urls` that answered as never before: what redirects to them may now lead elsewhere.
    """
    affected = set(articles)
    named = "SELECT DISTINCT article_id FROM _readings WHERE key = ? AND article_id IS NOT NULL"
    for url in urls | _leading_to(db, fresh):
        affected |= {article for (article,) in db.execute("SELECT article_id FROM addresses WHERE url = ?", (url,))}
        if _counts_as_name(url):  # never read as the article, but a way to ask for it
            affected |= {article for (article,) in db.execute(named, (canonical_key(url),))}
    for article in sorted(affected):
        _disappearance(db, article)


def _disappearance(db: sqlite3.Connection, article: str) -> None:
    db.execute("DELETE FROM disappearances WHERE article_id = ?", (article,))
    row = db.execute("SELECT url, last_seen FROM articles WHERE id = ?", (article,)).fetchone()
    if row is None:
        return
    canonical, last_seen = row
    # Asked at its name and where it was last read: an AMP form or a further page that was given up does not make it gone.
    latest, read_at = latest_reading(db, article)
    since = db.execute(
        "SELECT captured, status, location, id, warc_date, warc, offset, url FROM captures"  # noqa: S608 -- a constant
        f" WHERE (url = ? OR {_SPELT}) AND captured >= ?",
        (latest, *_spellings(canonical), last_seen),
    ).fetchall()
    answered = _answered(db, article, canonical)
    # To the microsecond: two crawls may well begin within one second.
    moments = [
        (moment_of(datetime.fromisoformat(row[4]), row[5], row[6]), row[:4])
        for row in since
        if row[7] == latest or (answered and _asks_for(row[7], canonical))
    ]
    for at, (captured, status, location, capture) in sorted(moments):
        if at > read_at and (reason := _gone(db, status, location)):
            db.execute(
                "INSERT INTO disappearances VALUES (?, ?, ?, ?, ?)", (article, last_seen, captured, reason, capture)
            )
            return


# The name of an article, with a slash behind it, and with more parameters: what `_spellings` fills in.
_SPELT = "url IN (?, ?) OR url BETWEEN ? AND ?"


def _spellings(canonical: str) -> tuple[str, str, str, str]:
    more, end = ("&", "'") if "?" in canonical else ("?", "@")  # `end` sorts right behind `more`
    return (canonical, canonical + "/", canonical + more, canonical + end)


def _counts_as_name(url: str) -> bool:
    """Whether an address asks for a page itself, however the reader came, and not for another form of it."""
    return not is_amp(url) and (is_tracked(url) or not urlsplit(url).query)


def _asks_for(url: str, canonical: str) -> bool:
    return url == canonical or (_counts_as_name(url) and canonical_key(url) == canonical_key(canonical))


def _answered(db: sqlite3.Connection, article: str, canonical: str) -> bool:
    """Whether the canonical URL ever answered with the article; some pages name one that never did."""
    read = db.execute(
        f"SELECT url FROM _readings WHERE article_id = ? AND ({_SPELT})",  # noqa: S608 -- a constant
        (article, *_spellings(canonical)),
    )
    return any(canonical_key(url) == canonical_key(canonical) for (url,) in read)


def _gone(db: sqlite3.Connection, status: int | None, location: str | None) -> str | None:
    if status in GONE:
        return f"HTTP {status}"
    if not location:
        return None
    return f"redirects to {location}" if all(_no_article(db, url) for url in _behind(db, location)) else None


def _no_article(db: sqlite3.Connection, url: str) -> bool:
    """Whether a redirect's target is known for something else than an article: the home page, or a page read as none."""
    if db.execute("SELECT 1 FROM _readings WHERE url = ? AND ordinal = 0 LIMIT 1", (url,)).fetchone():
        return False
    known = "SELECT 1 FROM captures WHERE url = ? AND (kind = 'page' OR location IS NOT NULL OR status IN (404, 410)) LIMIT 1"
    return urlsplit(url).path in {"", "/"} or db.execute(known, (url,)).fetchone() is not None
