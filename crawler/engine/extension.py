"""The extension that ties a Scrapy crawler to a collection, from its start to its end."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, NotConfigured

from archive.config import load_config
from archive.layout import CollectionFolder
from crawler.crawl.context import CrawlContext, find_open_context, open_context
from crawler.crawl.site_crawl import SiteCrawl, open_tally
from crawler.engine.spider import NewsSpider


class CollectionExtension:
    """Opens the collection for a crawler, or joins it where it is open; keeps the crawl's own row.

    Stands first among the extensions: scheduler, middlewares and recorder need what it opens.
    """

    def __init__(self, crawler: Crawler, context: CrawlContext, stack: ExitStack) -> None:
        spider = crawler.spider
        assert isinstance(spider, NewsSpider)  # noqa: S101 - see from_crawler
        self._stack = stack
        tally = context.tallies.setdefault(spider.site.name, open_tally(spider.site))
        self._crawl = SiteCrawl(crawler, context, spider.site, tally)
        crawler.signals.connect(self.spider_idle, signals.spider_idle)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        crawler.signals.connect(self.engine_stopped, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The extension of a crawler; NotConfigured for `scrapy shell`, and for spiders that are
        no NewsSpider.
        """
        root = crawler.settings.get("WARRAQ_COLLECTION")
        if not root or not isinstance(crawler.spider, NewsSpider):
            raise NotConfigured
        layout, stack = CollectionFolder(Path(root)), ExitStack()
        context = find_open_context(layout.root)
        if context is None:
            config = load_config(layout.config)
            context = stack.enter_context(open_context(layout, config, [crawler.spider.site]))
        return cls(crawler, context, stack)

    def spider_idle(self) -> None:
        """Go on with the due articles that nothing announced, before the crawl ends."""
        if entries := self._crawl.unannounced_entries():
            self._crawl.context.frontier.add(self._crawl.site.name, entries)
            self._crawl.wake()
            raise DontCloseSpider

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """Note how the crawl ended."""
        del spider
        self._crawl.finish(reason)

    def engine_stopped(self) -> None:
        """Close the collection, if it was opened for this crawler."""
        self._stack.close()
