"""How a collection stands by its index: sites, their last crawls, failures, counts over time.

Read-only, like `archive.query.reader`, which answers questions about articles. A collection that
was never crawled has no index yet; that is an answer too, not an error.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from archive.index.connection import open_reader, storage_errors
from archive.model import Capture, iso_utc
from archive.query.reader import IndexReader

# What is dated this much later than now is not believed: a clock was wrong, then or now. Less is
# the step of a clock that is set right every day.
AHEAD = timedelta(minutes=10)


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


def site_reports(path: Path, *, now: datetime | None = None) -> dict[str, SiteReport]:
    """A report of every site that the index knows, by name. With `now` a crawl that is dated later
    counts only where there is no other.
    """
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
        # columns"). Of one second, the id tells the later.
        last = connection.execute(
            "SELECT *, max((started <= ?) || started || id) FROM crawls GROUP BY site",
            (_limit(now),),
        ).fetchall()
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


def last_crawls(path: Path, *, now: datetime | None = None) -> dict[str, datetime]:
    """When each site's latest crawl began, of those not dated later than `now`, if it is given;
    empty where there is no index yet.
    """
    return _latest_starts(path, "started <= :limit", now)


def crawls_ahead(path: Path, now: datetime) -> dict[str, datetime]:
    """The latest date of a crawl, by site, where it is later than `now`: some clock was wrong."""
    return _latest_starts(path, "started > :limit", now)


def _latest_starts(path: Path, which: str, now: datetime | None) -> dict[str, datetime]:
    if not Path(path).exists():
        return {}
    with IndexReader(path) as reader:
        rows = reader.rows(
            f"SELECT site, max(started) AS started FROM crawls WHERE {which} GROUP BY site",  # noqa: S608
            {"limit": _limit(now)},
        )
        return {row["site"]: datetime.fromisoformat(row["started"]) for row in rows}


def latest_captures(path: Path, now: datetime, *, count: int = 20) -> list[Capture]:
    """Up to `count` captures with a response of their own, from the ends of the newest WARC files,
    that are not dated later than `now`; none where there is no index.
    """
    if not Path(path).exists():
        return []
    with IndexReader(path) as reader:
        rows = reader.rows("SELECT DISTINCT warc FROM captures ORDER BY warc DESC LIMIT 3")
        ids = [
            row["id"]
            for warc in [row["warc"] for row in rows]
            for row in reader.rows(
                "SELECT id FROM captures WHERE warc = :warc AND record_type = 'response'"
                " AND captured <= :limit ORDER BY offset DESC LIMIT :count",
                {"warc": warc, "limit": _limit(now), "count": count},
            )
        ]
        captures = [reader.capture(each) for each in ids[:count]]
    return [capture for capture in captures if capture is not None]


def requests_made(reader: IndexReader) -> Iterator[dict[str, Any]]:
    """Each exchange of a crawl, in no order: `id`, `url`, `warc_date`, `site`, `status`."""
    return reader.rows(
        "SELECT id, url, warc_date, site, status FROM captures"
        " WHERE record_type IN ('response', 'revisit') AND crawl_id IS NOT NULL"
    )


def _limit(now: datetime | None) -> str:
    """The latest time that is believed, as text to compare with."""
    return iso_utc(now + AHEAD) if now is not None else "9999"
