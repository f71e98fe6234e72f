"""The extension that ties a Scrapy crawler to a collection, from its start to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, NotConfigured
from scrapy.utils.spider import DefaultSpider
from twisted.python.failure import Failure

from archive.config import SiteConfig, load_config
from archive.errors import ConfigError, WarraqError
from archive.layout import CollectionFolder
from archive.model import run_id
from crawler.browser.chromium import require_parts
from crawler.crawl.context import CrawlContext, find_open_context, open_context
from crawler.crawl.site_crawl import SiteCrawl
from crawler.crawl.tally import open_tally
from crawler.engine.spider import NewsSpider
from crawler.monitor.events import log_event
from crawler.monitor.printable_log import keep_log_printable
from crawler.monitor.run_log import open_run_log

logger = logging.getLogger(__name__)


class CollectionExtension:
    """Opens the collection for a crawler, or joins it where it is open; keeps the crawl's own row.

    Stands first among the extensions: scheduler, middlewares and recorder need what it opens.
    """

    def __init__(self, crawler: Crawler, context: CrawlContext) -> None:
        spider = crawler.spider
        assert spider is not None  # noqa: S101 - see from_crawler
        site = _site_of(spider, context)
        context.lease_site(site)
        tally = context.tallies.setdefault(site.name, open_tally(site))
        self._crawl = SiteCrawl(crawler, context, site, tally)
        self._stats = crawler.stats
        self._crawl.is_foreign = not isinstance(spider, NewsSpider)
        if self._crawl.is_foreign and site.login is not None and site.login.kind == "form":
            logger.warning(
                "[sites.%s] login: a spider that is no NewsSpider logs in itself", site.name
            )
        crawler.signals.connect(self.spider_idle, signals.spider_idle)
        crawler.signals.connect(self.item_error, signals.item_error)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        crawler.signals.connect(self.engine_stopped, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The extension of a crawler; NotConfigured without a collection, and for `scrapy shell`
        and `scrapy fetch`, which leave no trace.
        """
        root = crawler.settings.get("WARRAQ_COLLECTION")
        if not root or crawler.spider is None or _is_looking(crawler.spider):
            raise NotConfigured
        layout = CollectionFolder(Path(root))
        context = find_open_context(layout.root)
        if context is not None:
            return cls(crawler, context)
        try:
            return cls._open(crawler, layout)
        except WarraqError as error:
            _tell_in_a_line(error)
            raise

    @classmethod
    def _open(cls, crawler: Crawler, layout: CollectionFolder) -> Self:
        if not layout.config.is_file():
            raise ConfigError(
                f"WARRAQ_COLLECTION: {layout.root} is no collection;"
                f" make one with `warraq init {layout.root}`"
            )
        config, spider = load_config(layout.config), crawler.spider
        sites = [site for site in config.sites if spider and site.name == spider.name]
        for site in sites:
            if site.browser != "never" and isinstance(spider, NewsSpider):
                require_parts(site)
        with ExitStack() as stack:
            context = stack.enter_context(open_context(layout, config, sites))
            if isinstance(spider, NewsSpider):
                stack.enter_context(_logged(context, spider))
            extension = cls(crawler, context)
            context.close_behind_last = stack.pop_all().close
        return extension

    def spider_idle(self) -> None:
        """Go on with the due articles that nothing announced, before the crawl ends."""
        if entries := self._crawl.unannounced_entries():
            self._crawl.context.frontier.add(self._crawl.queue, entries)
            self._crawl.wake()
            raise DontCloseSpider

    def item_error(self, failure: Failure) -> None:
        """Count what a pipeline raised: Scrapy counts what it drops, and what callbacks raise."""
        if self._stats is not None:
            self._stats.inc_value("warraq/item_errors/count")
            self._stats.inc_value(f"warraq/item_errors/{type(failure.value).__name__}")

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        """Note how the crawl ended, once the index holds all of it."""
        del spider
        await self._crawl.apply_all()
        self._crawl.finish(reason)

    def engine_stopped(self) -> None:
        """Close the collection behind the last crawl, if a crawler opened it."""
        if not self._crawl.context.crawls:
            self._crawl.context.close_behind_last()


@contextmanager
def _logged(context: CrawlContext, spider: NewsSpider) -> Iterator[None]:
    """Keep a log of the run that `scrapy crawl` is, as `warraq crawl` keeps one."""
    site = spider.site
    tally = context.tallies.setdefault(site.name, open_tally(site))
    command = f"scrapy crawl {spider.name}"
    keep_log_printable()
    with open_run_log(context.layout.logs, run_id(tally.id), shown=True):
        log_event("run began", command, {"command": command})
        yield
        error = str(context.error) if context.error else context.shortage
        log_event("run ended", error or "done", {"error": error})


def _tell_in_a_line(error: WarraqError) -> None:
    """Log why a crawl cannot begin, and have asyncio print no traceback of it when nobody waits for
    the crawl's task: `scrapy crawl` does not, and ends with exit code 1.
    """
    logger.error("%s", error)
    try:
        task = asyncio.current_task()
    except RuntimeError:  # with Deferreds, before the reactor runs: Twisted tells
        return
    if task is not None:
        task.add_done_callback(lambda done: done.cancelled() or done.exception())


def _is_looking(spider: Spider) -> bool:
    """Whether `scrapy fetch` or `scrapy shell` made the spider, or gave it a start of its own."""
    return isinstance(spider, DefaultSpider) or (
        type(spider).start.__module__ == "scrapy.commands.fetch"
    )


def _site_of(spider: Spider, context: CrawlContext) -> SiteConfig:
    """The site that a spider crawls: its table, or one of defaults under the spider's name."""
    if isinstance(spider, NewsSpider):
        return spider.site
    for site in context.config.sites:
        if site.name == spider.name:
            return site
    return SiteConfig(name=spider.name, start=tuple(getattr(spider, "start_urls", ())))
