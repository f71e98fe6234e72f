"""The URLs under which articles were found, and the articles that no longer answer; derived,
whatever the order.

An address is a URL whose capture was read as the article, a URL that redirects to such a one, or
the canonical URL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from archive.index.affected import first_and_last
from archive.model.identity import article_id
from archive.urls import canonical_key, is_amp, is_tracked, normalise_url

# Redirects followed when asking where an address leads; browsers stop at 20, honest sites need two
# or three.
MOST_HOPS = 10


def derive_addresses(
    db: sqlite3.Connection, touched: Iterable[tuple[str, str]], redirects: Iterable[str]
) -> None:
    """Write the addresses of (URL, article id) pairs touched, then those of URLs that redirect to
    them.

    `redirects` are the URLs of redirects just captured.
    """
    pairs = set(touched)
    for url, article in sorted(pairs):
        _write_address(db, url, article)
    for source in sorted(urls_leading_to(db, {url for url, _ in pairs} | set(redirects))):
        _write_aliases(db, source)


def _write_address(db: sqlite3.Connection, url: str, article: str) -> None:
    seen = first_and_last(db, "url = ? AND article_id = ?", (url, article))
    row = db.execute(
        "SELECT url, (SELECT site FROM _readings WHERE article_id = articles.id LIMIT 1),"
        " first_seen, last_seen FROM articles WHERE id = ?",
        (article,),
    ).fetchone()
    if row is not None and seen is None and row[0] == url:
        seen = row[2:]  # the name of the article, although only other addresses of it were fetched
    if row is None or seen is None:
        db.execute("DELETE FROM addresses WHERE url = ? AND article_id = ?", (url, article))
        return
    kind = _kind_of_url(db, url, article, row[0], row[1])
    db.execute(
        "INSERT OR REPLACE INTO addresses VALUES (?, ?, ?, ?, ?)", (url, article, kind, *seen)
    )


def _kind_of_url(db: sqlite3.Connection, url: str, article: str, canonical: str, site: str) -> str:
    if (normalise_url(url) or url) == canonical:
        return "canonical"
    keys = db.execute(
        "SELECT DISTINCT name_key FROM _readings WHERE url = ? AND article_id = ?", (url, article)
    )
    if all(article_id(site, key) != article for (key,) in keys):
        return "duplicate"
    if is_amp(url):
        return "amp"
    return (
        "tracking"
        if is_tracked(url) and canonical_key(url) == canonical_key(canonical)
        else "alias"
    )


# The newest articles of a site that are looked at for what tracking parameters do there.
_NEWEST = 2_000
_TWINS = f"""
SELECT t.url, max(EXISTS (
    SELECT 1 FROM captures tc WHERE tc.url = t.url AND tc.version_id = pc.version_id
)) AS alike, max(EXISTS (
    SELECT 1 FROM captures tc WHERE tc.url = t.url AND tc.crawl_id IS pc.crawl_id
)) AS together FROM (
    SELECT id FROM articles WHERE site = ? ORDER BY published DESC, id LIMIT {_NEWEST}
) a
JOIN addresses t ON t.article_id = a.id AND t.kind = 'tracking'
JOIN addresses p ON p.article_id = a.id AND p.kind != 'tracking'
JOIN captures pc ON pc.url = p.url AND pc.article_id = a.id AND pc.version_id IS NOT NULL
GROUP BY t.url HAVING alike OR together
"""  # noqa: S608 - a constant


def tracked_twins(db: sqlite3.Connection, site: str) -> tuple[int, int]:
    """Of a site's newest articles that were captured with tracking parameters and without: how many
    addresses showed the same text both ways, and how many never did though one crawl asked for
    both: between two crawls an article may have been edited. Derived from rows that a
    rebuild makes again, whatever the order.
    """
    alike = [bool(same) for _, same, _ in db.execute(_TWINS, (site,))]
    return sum(alike), len(alike) - sum(alike)


# ---------------------------------------------------------------------------------------- redirects


def urls_leading_to(db: sqlite3.Connection, urls: set[str]) -> set[str]:
    """The URLs whose redirects lead to one of `urls`, and those of `urls` that redirect
    themselves.
    """
    redirect = "SELECT 1 FROM captures WHERE url = ? AND location IS NOT NULL LIMIT 1"
    leading = {url for url in urls if db.execute(redirect, (url,)).fetchone()}
    edge, seen = set(urls), set(urls)
    for _ in range(MOST_HOPS + 1):  # as far as urls_redirected_to looks ahead
        sources = {
            source
            for url in edge
            for (source,) in db.execute(
                "SELECT DISTINCT url FROM captures WHERE location = ?", (url,)
            )
        }
        edge = sources - seen
        seen |= edge
        leading |= sources
        if not edge:
            break
    return leading


def _redirect_targets(db: sqlite3.Connection, url: str) -> dict[str, set[str]]:
    """The locations that redirects captured at a URL lead to, each with the URLs reached on."""
    locations = db.execute(
        "SELECT DISTINCT location FROM captures WHERE url = ? AND location IS NOT NULL", (url,)
    )
    return {location: urls_redirected_to(db, location) for (location,) in locations}


def urls_redirected_to(db: sqlite3.Connection, url: str) -> set[str]:
    """The URL itself and all that the redirects captured at it lead to, at most `MOST_HOPS`."""
    edge, seen = {url}, {url}
    for _ in range(MOST_HOPS):
        edge = {
            location
            for each in edge
            for (location,) in db.execute(
                "SELECT DISTINCT location FROM captures WHERE url = ? AND location IS NOT NULL",
                (each,),
            )
        } - seen
        seen |= edge
        if not edge:
            break
    return seen


def _redirecting_times(db: sqlite3.Connection, source: str) -> dict[str, list[str]]:
    """The articles that redirects from `source` lead to, each with the times of these redirects."""
    times: dict[str, list[str]] = {}
    for location, urls in _redirect_targets(db, source).items():
        articles = {
            article
            for url in urls
            for (article,) in db.execute(
                "SELECT DISTINCT article_id FROM _readings"
                " WHERE url = ? AND article_id IS NOT NULL",
                (url,),
            )
        }
        seen = db.execute(
            "SELECT min(captured), max(captured) FROM captures WHERE url = ? AND location = ?",
            (source, location),
        ).fetchone()
        for article in articles:
            times.setdefault(article, []).extend(seen)
    return times


def _write_aliases(db: sqlite3.Connection, source: str) -> None:
    """Write the aliases that `source` is by redirecting; if it was also read as the article, that
    row is kept.
    """
    times = _redirecting_times(db, source)
    own = {
        article
        for (article,) in db.execute(
            "SELECT DISTINCT article_id FROM _readings WHERE url = ? AND article_id IS NOT "
            "NULL UNION"
            " SELECT id FROM articles WHERE id IN (SELECT article_id FROM addresses WHERE url "
            "= ?) AND url = ?",
            (source, source, source),
        )
    }
    stale = {
        article
        for (article,) in db.execute("SELECT article_id FROM addresses WHERE url = ?", (source,))
    } - own
    db.executemany(
        "DELETE FROM addresses WHERE url = ? AND article_id = ?", [(source, each) for each in stale]
    )
    db.executemany(
        "INSERT INTO addresses VALUES (?, ?, 'alias', ?, ?)",
        [
            (source, article, min(seen), max(seen))
            for article, seen in sorted(times.items())
            if article not in own
        ],
    )
