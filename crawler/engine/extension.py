"""The extension that ties a Scrapy crawler to a collection, from its start to its end."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, NotConfigured
from scrapy.utils.spider import DefaultSpider

from archive.config import SiteConfig, load_config
from archive.layout import CollectionFolder
from crawler.crawl.context import CrawlContext, find_open_context, open_context
from crawler.crawl.site_crawl import SiteCrawl
from crawler.crawl.tally import open_tally
from crawler.engine.spider import NewsSpider


class CollectionExtension:
    """Opens the collection for a crawler, or joins it where it is open; keeps the crawl's own row.

    Stands first among the extensions: scheduler, middlewares and recorder need what it opens.
    """

    def __init__(self, crawler: Crawler, context: CrawlContext) -> None:
        spider = crawler.spider
        assert spider is not None  # noqa: S101 - see from_crawler
        site = _site_of(spider, context)
        tally = context.tallies.setdefault(site.name, open_tally(site))
        self._crawl = SiteCrawl(crawler, context, site, tally)
        self._crawl.is_foreign = not isinstance(spider, NewsSpider)
        crawler.signals.connect(self.spider_idle, signals.spider_idle)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        crawler.signals.connect(self.engine_stopped, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The extension of a crawler; NotConfigured without a collection, and for `scrapy shell`
        and `scrapy fetch`, which leave no trace.
        """
        root = crawler.settings.get("WARRAQ_COLLECTION")
        if not root or crawler.spider is None or isinstance(crawler.spider, DefaultSpider):
            raise NotConfigured
        layout = CollectionFolder(Path(root))
        context = find_open_context(layout.root)
        if context is None:
            stack, config = ExitStack(), load_config(layout.config)
            sites = [site for site in config.sites if site.name == crawler.spider.name]
            context = stack.enter_context(open_context(layout, config, sites))
            context.close_behind_last = stack.close
        return cls(crawler, context)

    def spider_idle(self) -> None:
        """Go on with the due articles that nothing announced, before the crawl ends."""
        if entries := self._crawl.unannounced_entries():
            self._crawl.context.frontier.add(self._crawl.site.name, entries)
            self._crawl.wake()
            raise DontCloseSpider

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        """Note how the crawl ended, once the index holds all of it."""
        del spider
        await self._crawl.apply_all()
        self._crawl.finish(reason)

    def engine_stopped(self) -> None:
        """Close the collection behind the last crawl, if a crawler opened it."""
        if not self._crawl.context.crawls:
            self._crawl.context.close_behind_last()


def _site_of(spider: Spider, context: CrawlContext) -> SiteConfig:
    """The site that a spider crawls: its table, or one of defaults under the spider's name."""
    if isinstance(spider, NewsSpider):
        return spider.site
    for site in context.config.sites:
        if site.name == spider.name:
            return site
    return SiteConfig(name=spider.name, start=tuple(getattr(spider, "start_urls", ())))
