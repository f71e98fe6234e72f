"""The extension that looks at front pages and feeds again while a long crawl goes on.

The first crawl of a site takes days, and keeps those that its schedule asks for from beginning:
what they would have read first is read by this one at the same times. What it announces goes before
old pages, as at the start of a crawl.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archive.config import SiteConfig
from crawler.admin.due_times import next_time
from crawler.crawl.site_crawl import SiteCrawl
from crawler.engine.spider import NewsSpider

EVERY = 2 * 3600.0  # seconds between two looks, for a site without a schedule
_AT_MOST = 60.0  # seconds until the clock is looked at again: it may be set meanwhile


class LookAgain:
    """Of the crawl of one site. Only what was asked for before is looked at: a spider that starts
    in its own way may have no front page.
    """

    def __init__(self, crawler: Crawler, crawl: SiteCrawl) -> None:
        self._crawler = crawler
        self._crawl = crawl
        self._next = 0.0
        self._timer: asyncio.TimerHandle | None = None
        crawler.signals.connect(self.spider_opened, signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The extension of a crawler; NotConfigured where it writes to no collection."""
        try:
            return cls(crawler, SiteCrawl.of(crawler))
        except LookupError:
            raise NotConfigured from None

    def spider_opened(self) -> None:
        """Wait for the next time."""
        self._next = next_look(self._crawl.site, datetime.now(UTC))
        self._wait()

    def spider_closed(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()

    @property
    def _spent(self) -> bool:
        crawl, options = self._crawl, self._crawl.context.options
        # a back-fill runs beside the crawls of the schedule, which read the news
        is_beside = options.window.is_given and crawl.site.schedule is not None
        bounded = crawl.is_single or options.missing or is_beside
        return bounded or crawl.takes_no_more or crawl.pages_spent

    def _wait(self) -> None:
        wait = min(max(self._next - time.time(), 0.0), _AT_MOST)
        self._timer = asyncio.get_running_loop().call_later(wait, self._look)

    def _look(self) -> None:
        if time.time() >= self._next and not self._spent:
            try:
                self._request_sources()
            except Exception as error:  # noqa: BLE001 - it must end the run, not vanish in a timer
                self._crawl.context.stop(error)
        if time.time() >= self._next:
            self._next = next_look(self._crawl.site, datetime.now(UTC))
        self._wait()

    def _request_sources(self) -> None:
        engine, spider = self._crawler.engine, self._crawler.spider
        if engine is not None and isinstance(spider, NewsSpider):
            for entry in self._crawl.seeding.sources_again():
                engine.crawl(spider.request(entry, dont_filter=True))


def next_look(site: SiteConfig, now: datetime) -> float:
    """When to look next, as Unix time: when the site would be crawled by its schedule."""
    if site.schedule is None:
        return now.timestamp() + EVERY
    return next_time(site.schedule, site.timezone, now).timestamp()
