"""What the index holds of a site's last weeks, as rows that alarms are raised by.

The queries stay within a window and follow the index's own indexes: a site of a million articles
costs no more than one that publishes as much today.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.model import Capture, iso_utc
from archive.query.reader import IndexReader

# How long a site's normal is learned from.
WINDOW = timedelta(weeks=8)
# An article that was published so long before it was first seen is of a back-fill, no news.
BACK_FILL = timedelta(days=2)
# Captures of a sitemap or feed that are looked at: the last ones, and the first of each day of some
# weeks. Articles and failures at most.
LAST_CAPTURES, DAYS_OF_SOURCES, MOST_ROWS = 60, timedelta(weeks=4), 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenArticle:
    """An article as it was when it came: when it was first seen, when it says it was published
    (`is_day`: only the day is known), and what else it has.
    """

    seen: datetime
    published: datetime | None = None
    is_day: bool = False
    author: bool = False
    section: bool = False
    words: int = 0

    @property
    def time(self) -> datetime:
        """When it came out: as published, where that can be true, else as first seen."""
        if self.published is None or self.is_day or self.published > self.seen:
            return self.seen
        return self.published

    @property
    def is_news(self) -> bool:
        """Whether it was new when it was first seen."""
        return self.published is None or self.seen - self.published < BACK_FILL


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCrawl:
    """A crawl of a site: when, how it ended, how much it asked for and brought."""

    id: str
    started: datetime
    finished: datetime | None = None
    outcome: str = "finished"
    fetched: int = 0
    new: int = 0
    bytes: int = 0

    @property
    def was_served(self) -> bool:
        """Whether the site answered it."""
        return self.outcome in {"finished", "limited"} and self.fetched > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFailure:
    """A URL that failed in a crawl: `reason` begins with its class. `was_read`: its page was read
    as an article since.
    """

    url: str
    crawl: str
    stage: str
    reason: str
    at: datetime
    was_read: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PastGone:
    """An article that no longer answers as one: since when, and what answers now."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCapture:
    """One answer of a sitemap or feed: `kind` is what it was read as, `length` the bytes of its
    record. `same_as` is when the answer was captured that a revisit repeats; None where it has a
    payload of its own. `entries` is how many addresses it names, None where that was not counted.
    """

    id: str
    captured: datetime
    status: int | None
    kind: str
    length: int
    is_revisit: bool = False
    same_as: datetime | None = None
    entries: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHistory:
    """The last weeks of a site; each sequence by time. `starts` are its front pages."""

    site: str
    zone: str = "UTC"
    starts: tuple[str, ...] = ()
    articles: tuple[SeenArticle, ...] = ()
    crawls: tuple[PastCrawl, ...] = ()
    failures: tuple[PastFailure, ...] = ()
    gone: tuple[PastGone, ...] = ()
    sources: tuple[tuple[str, tuple[SourceCapture, ...]], ...] = ()


def read_history(
    reader: IndexReader,
    site: str,
    now: datetime,
    *,
    zone: str = "UTC",
    starts: tuple[str, ...] = (),
) -> SiteHistory:
    """The history of a site before `now` (aware). What is dated later is of a clock that was ahead,
    and left out.
    """
    since, until = iso_utc(now - WINDOW), iso_utc(now + timedelta(minutes=10))
    values = {"site": site, "since": since, "until": until, "most": MOST_ROWS}
    return SiteHistory(
        site=site,
        zone=zone,
        starts=starts,
        articles=tuple(_articles(reader, values)),
        crawls=tuple(_crawls(reader, values)),
        failures=tuple(_failures(reader, values)),
        gone=tuple(_gone(reader, values)),
        sources=tuple(_sources(reader, site, iso_utc(now - DAYS_OF_SOURCES), values)),
    )


_ARTICLES = """
SELECT first_seen, published, author IS NOT NULL AS author, section IS NOT NULL AS section, words
FROM articles WHERE site = :site AND {which}
  AND source = 'page' AND first_seen BETWEEN :since AND :until ORDER BY first_seen LIMIT :most
"""


def _articles(reader: IndexReader, values: dict[str, object]) -> list[SeenArticle]:
    rows = [
        row
        for which in ("published >= :since", "published IS NULL")
        for row in reader.rows(_ARTICLES.format(which=which), values)
    ]
    articles = [
        SeenArticle(
            seen=datetime.fromisoformat(row["first_seen"]),
            published=_instant(row["published"]),
            is_day=row["published"] is not None and len(row["published"]) <= 10,
            author=bool(row["author"]),
            section=bool(row["section"]),
            words=row["words"],
        )
        for row in rows
    ]
    return sorted(articles, key=lambda article: article.seen)


def _instant(published: str | None) -> datetime | None:
    if published is None:
        return None
    day_only = len(published) <= 10
    try:
        return datetime.fromisoformat(f"{published}T00:00:00Z" if day_only else published)
    except ValueError:  # a month or year is no time
        return None


def _crawls(reader: IndexReader, values: dict[str, object]) -> Iterator[PastCrawl]:
    for row in reader.rows(
        "SELECT id, started, finished, outcome, fetched, new, bytes FROM crawls WHERE site = :site"
        " AND started BETWEEN :since AND :until AND outcome != 'running' ORDER BY started, id",
        values,
    ):
        finished = row.pop("finished")
        yield PastCrawl(
            **row | {"started": datetime.fromisoformat(row["started"])},
            finished=datetime.fromisoformat(finished) if finished else None,
        )


def _failures(reader: IndexReader, values: dict[str, object]) -> Iterator[PastFailure]:
    for row in reader.rows(
        "SELECT f.url, f.crawl_id, f.stage, f.reason, f.at, EXISTS (SELECT 1 FROM captures k"
        " WHERE k.url = f.url AND k.captured > f.at AND k.article_id IS NOT NULL) AS was_read"
        " FROM crawls c JOIN failures f ON f.crawl_id = c.id WHERE c.site = :site"
        " AND c.started BETWEEN :since AND :until AND c.outcome != 'running'"
        " AND f.stage NOT IN ('discovery', 'robots') ORDER BY f.at, f.id LIMIT :most",
        values,
    ):
        yield PastFailure(
            url=row["url"],
            crawl=row["crawl_id"],
            stage=row["stage"],
            reason=row["reason"],
            at=datetime.fromisoformat(row["at"]),
            was_read=bool(row["was_read"]),
        )


def _gone(reader: IndexReader, values: dict[str, object]) -> Iterator[PastGone]:
    for row in reader.rows(
        "SELECT gone_since, reason FROM disappearances d JOIN articles a ON a.id = d.article_id"
        " WHERE a.site = :site AND gone_since BETWEEN :since AND :until ORDER BY gone_since",
        values,
    ):
        yield PastGone(since=datetime.fromisoformat(row["gone_since"]), reason=row["reason"])


# The inner queries are answered by the index on url and captured alone.
_CAPTURES = """
SELECT id, captured, status, kind, length, record_type, refers_to_date FROM captures
WHERE url = :url AND captured IN (
  SELECT min(captured) FROM captures WHERE url = :url AND captured BETWEEN :since AND :until
    GROUP BY substr(captured, 1, 10)
  UNION SELECT captured FROM (SELECT captured FROM captures WHERE url = :url
    AND captured BETWEEN :since AND :until ORDER BY captured DESC LIMIT :count))
ORDER BY captured, warc, offset
"""


def _sources(
    reader: IndexReader, site: str, since: str, values: dict[str, object]
) -> Iterator[tuple[str, tuple[SourceCapture, ...]]]:
    known = reader.rows(
        "SELECT DISTINCT url FROM captures WHERE site = :site AND kind IN ('sitemap', 'feed')"
        " ORDER BY url",
        {"site": site},
    )
    recent = {**values, "since": max(str(values["since"]), since), "count": LAST_CAPTURES}
    for url in [row["url"] for row in known]:
        rows = reader.rows(_CAPTURES, {**recent, "url": url})
        captures = [
            SourceCapture(
                id=row["id"],
                captured=datetime.fromisoformat(row["captured"]),
                status=row["status"],
                kind=row["kind"],
                length=row["length"],
                is_revisit=row["record_type"] == "revisit",
                same_as=_repeated(row["refers_to_date"]),
            )
            for row in rows
        ]
        yield url, tuple(captures)


def _repeated(date: str | None) -> datetime | None:
    return datetime.fromisoformat(date).replace(microsecond=0) if date else None


def latest_answer(reader: IndexReader, url: str) -> Capture | None:
    """The latest capture of a URL (normalised), whatever was answered; None if there is none."""
    rows = reader.rows(
        "SELECT id FROM captures WHERE url = :url ORDER BY captured DESC, warc DESC, offset DESC"
        " LIMIT 1",
        {"url": url},
    )
    found = next(iter(rows), None)
    return reader.capture(found["id"]) if found else None
