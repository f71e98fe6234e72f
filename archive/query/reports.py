"""How a collection stands by its index: sites, their last crawls, failures, counts over time.

Read-only, like `archive.query.reader`, which answers questions about articles. A collection that
was never crawled has no index yet; that is an answer too, not an error.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.index.connection import open_reader, storage_errors
from archive.query.reader import IndexReader


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReport:
    """One site: its last crawl as in `crawls` (None and 0 if there was none), and what the
    collection holds of it.

    `owed` counts the URLs that failed in the last crawl (`failed` is the crawl's own count
    of failures), `reason` is the gravest failure in words; `newest` is the latest publication
    known, in ISO 8601.
    """

    site: str
    started: str | None = None
    finished: str | None = None
    outcome: str | None = None
    fetched: int = 0
    new: int = 0
    changed: int = 0
    failed: int = 0
    articles: int = 0
    newest: str | None = None
    owed: int = 0
    reason: str | None = None


@contextmanager
def _open_for_reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    if not path.is_file():
        yield None
        return
    connection = open_reader(path)
    connection.row_factory = sqlite3.Row
    try:
        with storage_errors(path):
            yield connection
    finally:
        connection.close()


def site_reports(path: Path) -> dict[str, SiteReport]:
    """A report of every site that the index knows, by name."""
    with _open_for_reading(path) as connection:
        if connection is None:
            return {}
        articles = {
            row["site"]: (row["articles"], row["newest"])
            for row in connection.execute(
                "SELECT site, count(*) AS articles, max(published) AS newest FROM articles "
                "GROUP BY site"
            )
        }
        # SQLite takes the other columns from the row that has the maximum (lang_select, "bare
        # columns").
        last = connection.execute("SELECT *, max(started) FROM crawls GROUP BY site").fetchall()
        reports = {}
        for row in last:
            count, newest = articles.pop(row["site"], (0, None))
            failed_urls, reason = _failures_of(connection, row["id"])
            reports[row["site"]] = SiteReport(
                **{name: row[name] for name in _CRAWL_FIELDS},
                articles=count,
                newest=newest,
                owed=failed_urls,
                reason=reason,
            )
        for site, (count, newest) in articles.items():  # imported, never crawled
            reports[site] = SiteReport(site=site, articles=count, newest=newest)
        return reports


# What a report repeats of the row of the last crawl.
_CRAWL_FIELDS = (
    *("site", "started", "finished", "outcome"),
    *("fetched", "new", "changed", "failed"),
)


def _failures_of(connection: sqlite3.Connection, crawl: str) -> tuple[int, str | None]:
    """How many URLs failed in a crawl, and the gravest failure in words; discovery weighs least."""
    count = connection.execute(
        "SELECT count(DISTINCT url) FROM failures WHERE crawl_id = ?", (crawl,)
    ).fetchone()[0]
    gravest = connection.execute(
        "SELECT url || ': ' || reason FROM failures WHERE crawl_id = ?"
        " ORDER BY stage = 'discovery', at, id LIMIT 1",
        (crawl,),
    ).fetchone()
    return count, gravest[0] if gravest else None


# Which letters of an ISO date are the same within a day, month or year.
PERIODS = {"day": 10, "month": 7, "year": 4}


def count_articles(
    path: Path, *, per: str = "month", site: str | None = None
) -> list[dict[str, object]]:
    """Articles by period of publication and site, in order: `period`, `site`, `articles`, `words`,
    `versions`.

    `per` is a key of `PERIODS`. Articles without a known day stand under the period None, first.
    """
    with _open_for_reading(path) as connection:
        if connection is None:
            return []
        rows = connection.execute(
            "SELECT substr(published, 1, ?) AS period, site, count(*) AS articles, sum(words) "
            "AS words,"
            " sum(versions) AS versions FROM articles WHERE ? IS NULL OR site = ? GROUP BY "
            "period, site ORDER BY period, site",
            (PERIODS[per], site, site),
        )
        return [dict(row) for row in rows]


def last_crawls(path: Path) -> dict[str, datetime]:
    """When each site's latest crawl began; empty where there is no index yet."""
    if not Path(path).exists():
        return {}
    with IndexReader(path) as reader:
        rows = reader.rows("SELECT site, max(started) AS started FROM crawls GROUP BY site")
        return {row["site"]: datetime.fromisoformat(row["started"]) for row in rows}
