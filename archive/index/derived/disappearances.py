"""Articles that answered and no longer do: 404, 410, 451, a redirect to no article, a page that
says that the article is not there, or the front page or a section in its place.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from operator import itemgetter
from urllib.parse import urlsplit

from archive.index.affected import latest_reading
from archive.index.derived.article_urls import urls_leading_to, urls_redirected_to
from archive.index.derived.listing_pages import is_closed, is_known_listing, page_in_place_of
from archive.index.rows import order_key
from archive.model import PayloadKind
from archive.urls import canonical_key, is_amp, is_tracked

GONE = (404, 410, 451)
SOFT = "a page that says it is not there"  # how the reason of a "soft 404" begins


def derive_disappearances(
    db: sqlite3.Connection, articles: set[str], urls: set[str], fresh: set[str]
) -> None:
    """Decide again which of `articles` (ids), and of the articles at `urls` (those just captured),
    are gone.

    `fresh` are those of `urls` that answered with another kind, status or redirect than ever
    before, so that the articles whose URLs redirect to them are decided again, too.
    """
    affected = set(articles)
    named = (
        "SELECT DISTINCT article_id FROM _readings WHERE name_key = ? AND article_id IS NOT NULL"
    )
    for url in urls | urls_leading_to(db, fresh):
        affected |= {
            article
            for (article,) in db.execute("SELECT article_id FROM addresses WHERE url = ?", (url,))
        }
        if _counts_as_name(url):  # never read as the article, but a way to ask for it
            affected |= {article for (article,) in db.execute(named, (canonical_key(url),))}
    for article in sorted(affected):
        _write_disappearance(db, article)


def _write_disappearance(db: sqlite3.Connection, article: str) -> None:
    db.execute("DELETE FROM disappearances WHERE article_id = ?", (article,))
    row = db.execute("SELECT url, last_seen FROM articles WHERE id = ?", (article,)).fetchone()
    if row is None:
        return
    canonical, last_seen = row
    # Asked at its name and where it was last read: an AMP form or a further page that was given up
    # does not make it gone.
    latest, read_key = latest_reading(db, article)
    since = db.execute(
        "SELECT captured, status, location, id, kind, warc_date, warc, offset, url, crawl_id"  # noqa: S608 -- a constant
        f" FROM captures WHERE (url = ? OR {_SPELT}) AND captured >= ?",
        (latest, *_spellings_of(canonical), last_seen),
    ).fetchall()
    answered = _ever_answered(db, article, canonical)
    # To the microsecond: two crawls may well begin within one second.
    answers = [
        (order_key(datetime.fromisoformat(row[5]), row[6], row[7]), (*row[:5], row[9]))
        for row in since
        if row[8] == latest or (answered and _asks_for(row[8], canonical))
    ]
    for key, answer in sorted(answers, key=itemgetter(0)):
        if key > read_key and (reason := _gone_reason(db, article, answer)):
            db.execute(
                "INSERT INTO disappearances VALUES (?, ?, ?, ?, ?)",
                (article, last_seen, answer[0], reason, answer[3]),
            )
            return


# The canonical URL, the same with a trailing slash, and with more parameters: `_spellings_of` gives
# the values.
_SPELT = "url IN (?, ?) OR url BETWEEN ? AND ?"


def _spellings_of(canonical: str) -> tuple[str, str, str, str]:
    more, end = ("&", "'") if "?" in canonical else ("?", "@")  # `end` sorts right after `more`
    return (canonical, canonical + "/", canonical + more, canonical + end)


def _counts_as_name(url: str) -> bool:
    """Whether an address asks for a page itself, however the reader came, and not for another form
    of it.
    """
    return not is_amp(url) and (is_tracked(url) or not urlsplit(url).query)


def _asks_for(url: str, canonical: str) -> bool:
    return url == canonical or (
        _counts_as_name(url) and canonical_key(url) == canonical_key(canonical)
    )


def _ever_answered(db: sqlite3.Connection, article: str, canonical: str) -> bool:
    """Whether the canonical URL ever answered with the article; some pages name one that never
    did.
    """
    read = db.execute(
        f"SELECT url FROM _readings WHERE article_id = ? AND ({_SPELT})",  # noqa: S608 -- a constant
        (article, *_spellings_of(canonical)),
    )
    return any(canonical_key(url) == canonical_key(canonical) for (url,) in read)


def _gone_reason(
    db: sqlite3.Connection,
    article: str,
    answer: tuple[str, int | None, str | None, str, str, str | None],
) -> str | None:
    """Why an answer (time, status, location, capture, kind, crawl) is none of the article."""
    _, status, location, capture, kind, crawl = answer
    if status in GONE:
        return f"HTTP {status}"
    if kind == PayloadKind.NOT_FOUND:
        return f"{SOFT}, with HTTP {status}"
    if kind == PayloadKind.PAGE:
        shown = page_in_place_of(db, capture, article)
        return f"{shown} is shown in its place, with HTTP {status}" if shown else None
    if not location:
        return None
    return (
        f"redirects to {location}"
        if all(_no_article(db, url, crawl) for url in urls_redirected_to(db, location))
        else None
    )


def _no_article(db: sqlite3.Connection, url: str, crawl: str | None) -> bool:
    """Whether a redirect's target is known for something else than an article: the front page, a
    list of articles or a page that is not there. A wall or a notice says nothing of the article.
    """
    if db.execute(
        "SELECT 1 FROM _readings WHERE url = ? AND ordinal = 0 LIMIT 1", (url,)
    ).fetchone():
        return False
    if is_closed(db, url, crawl):
        return False
    known = (
        "SELECT 1 FROM captures WHERE url = ? AND (kind = 'not-found'"
        " OR location IS NOT NULL OR status IN (404, 410)) LIMIT 1"
    )
    return (
        urlsplit(url).path in {"", "/"}
        or is_known_listing(db, url)
        or db.execute(known, (url,)).fetchone() is not None
    )
