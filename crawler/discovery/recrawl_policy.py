"""Which articles of earlier crawls are asked for again though nothing announces them any more.

What a site takes down or rewrites in silence, it does not link to while doing so. The index says
what is known, the spider asks, and whether an address may be fetched is `crawler.frontier.scope`'s
to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from archive.index.writer import Index, KnownArticle
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

# Articles seen within so many days, and at most so many in one crawl, the newest first. Most
# changes and most withdrawals come within a month; at one request a second 5,000 are an hour and a
# half.
DAYS = 30
AT_MOST = 5_000
# An article is asked for again once this share of its age has passed since it last was: some fifty
# times in a month however often its site is crawled, close together at first, when most is changed.
SHARE_OF_AGE = 1 / 8


def due_articles(index: Index, site: str, *, force: bool = False) -> list[QueuedUrl]:
    """What of a site's articles is due now; `force` takes also those that were asked for a moment
    ago.
    """
    now = datetime.now(UTC)
    return due_again(index.article_addresses(site, now - timedelta(days=DAYS)), now, force=force)


def due_again(
    articles: Iterable[KnownArticle], now: datetime, *, force: bool = False
) -> list[QueuedUrl]:
    """The entries to queue, at most AT_MOST; `force` takes also those that were asked for a moment
    ago.
    """
    waiting = [article for article in articles if force or _is_due(article, now)]
    return [QueuedUrl(url=article.url, kind=UrlKind.KNOWN, hops=1) for article in waiting[:AT_MOST]]


def _is_due(article: KnownArticle, now: datetime) -> bool:
    return now - article.asked >= SHARE_OF_AGE * (now - article.first_seen)
