"""Which articles of earlier crawls are asked for again though nothing announces them any more.

What a site takes down or rewrites in silence, it does not link to while doing so. Pure: the index says what is known, the
spider asks, and whether an address may be fetched is `crawler.scope`'s to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from archive.index import KnownArticle
from crawler.frontier import Entry
from crawler.scope import Kind

# Articles seen within so many days, and at most so many in one crawl, the newest first. Most changes and most
# withdrawals come within a month; at one request a second 5,000 are an hour and a half.
DAYS = 30
AT_MOST = 5_000
# An article is asked for again once this share of its age has passed since it last was: some forty times in a month
# however often its site is crawled, close together at first, when most is changed.
SHARE_OF_AGE = 1 / 8


def since(now: datetime) -> datetime:
    """Articles last seen before this are left alone."""
    return now - timedelta(days=DAYS)


def due_again(articles: Iterable[KnownArticle], now: datetime, *, force: bool = False) -> list[Entry]:
    """The entries to queue, at most AT_MOST; `force` takes also those that were asked for a moment ago."""
    due = [article for article in articles if force or _is_due(article, now)]
    return [Entry(url=article.url, kind=Kind.KNOWN, hops=1) for article in due[:AT_MOST]]


def _is_due(article: KnownArticle, now: datetime) -> bool:
    return now - article.asked >= SHARE_OF_AGE * (now - article.first_seen)
