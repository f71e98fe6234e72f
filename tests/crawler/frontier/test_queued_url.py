"""A URL's place in the queue and the key that names it within a site."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.model import CrawlSummary
from crawler.frontier.queued_url import (
    LastRun,
    QueuedUrl,
    frontier_key,
    is_pressing,
    queue_priority,
)
from crawler.frontier.scope import UrlKind

URL = "https://news.example/a/1"


def test_a_key_is_shared_by_the_addresses_of_one_page_only() -> None:
    """Mirrors and tracking parameters make no other entry; another page or site does."""
    key = frontier_key("news", URL)
    assert frontier_key("news", "https://m.news.example/a/1?utm_source=x") == key
    assert frontier_key("news", "https://news.example/a/2") != key
    assert frontier_key("other", URL) != key
    assert -(2**63) <= key < 2**63


def test_places_in_the_queue() -> None:
    """Sitemaps go first, then announced articles, then links: near the start before far away."""
    near, far = (QueuedUrl(url=URL, hops=hops) for hops in (1, 5))
    article = QueuedUrl(url=URL, kind=UrlKind.ARTICLE)
    amp = QueuedUrl(url="https://amp.news.example/a/1", kind=UrlKind.ARTICLE)
    sitemap = QueuedUrl(url=URL, kind=UrlKind.SITEMAP)
    places = [queue_priority(entry) for entry in (sitemap, article, near, far)]
    assert places == sorted(set(places))
    assert queue_priority(amp) > queue_priority(article)


def test_news_goes_before_what_was_leased_in_advance() -> None:
    """And what announces it, and what code put first; links of a page are not worth it."""
    old = QueuedUrl(url="https://news.example/old", kind=UrlKind.LISTED)
    news = QueuedUrl(url="https://news.example/new", kind=UrlKind.ARTICLE)
    feed = QueuedUrl(url="https://news.example/feed", kind=UrlKind.FEED)
    link = QueuedUrl(url="https://news.example/link", hops=1)
    urgent = QueuedUrl(url="https://news.example/urgent", priority=1)
    assert [is_pressing(each, old) for each in (news, feed, link, urgent)] == [1, 1, 0, 1]
    assert [is_pressing(each, news) for each in (news, feed, old)] == [0, 1, 0]


@pytest.mark.parametrize(
    ("outcome", "unfinished"), [("running", True), ("interrupted", True), ("complete", False)]
)
def test_a_run_without_an_end_of_its_own_is_unfinished(outcome: str, *, unfinished: bool) -> None:
    """A run that was killed or stopped is continued by the next one."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    summary = CrawlSummary(id="c", site="news", started=now, finished=None, outcome=outcome)
    assert LastRun(summary, now.timestamp()).unfinished is unfinished
