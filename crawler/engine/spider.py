"""The spider of one site, from its configuration alone; the class to inherit from for more.

    class MySpider(NewsSpider):
        async def parse_article(self, response, article):
            async for item in super().parse_article(response, article):
                yield item
            yield Request(f"{response.url}/comments.json", callback=self.parse_comments)

A site uses it with `spider = "package.module:MySpider"` in its table of `warraq.toml`. Whatever it
requests is queued durably, fetched politely, and captured; what is indexed does not depend on it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings

from archive.config import SiteConfig, load_config
from archive.errors import ConfigError
from archive.layout import CollectionFolder
from archive.model import Article, Reading
from crawler.crawl.context import find_open_context, user_agent
from crawler.crawl.lease import ENTRY, PENDING, lease_of
from crawler.crawl.pending_captures import PendingCapture
from crawler.crawl.site_crawl import SiteCrawl
from crawler.engine.items import ArticleItem
from crawler.engine.refused_settings import check_settings
from crawler.fetch.response import CapturedResponse
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind


class NewsSpider(Spider):
    """Crawls one site of a collection: `site` is its configuration.

    To be overridden: `start`, `parse_listing`, `parse_article`. Requests may have callbacks of
    their own, which must be methods of the spider to survive the process.
    """

    name = "news"

    def __init__(self, *, site: SiteConfig, **kwargs: Any) -> None:
        super().__init__(name=site.name, **kwargs)
        self.site = site

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """The spider of the site called `name`; ConfigError where the collection has none."""
        root = crawler.settings.get("WARRAQ_COLLECTION")
        if not root:
            raise ConfigError(
                "no collection: name its folder in the setting WARRAQ_COLLECTION,"
                " or in the environment variable WARRAQ_COLLECTION"
            )
        opened = find_open_context(Path(root))
        config = opened.config if opened else load_config(CollectionFolder(Path(root)).config)
        site = config.site(cls.name)
        for name, value in {
            "CONCURRENT_REQUESTS": site.concurrency,
            "USER_AGENT": site.user_agent or user_agent(config),
            "DEFAULT_REQUEST_HEADERS": _with_headers(crawler, site),
            "WARRAQ_IP_FAMILY": site.ip_family or 0,
            "WARRAQ_KEEP_ALIVE": site.keep_alive,
        }.items():
            if not crawler.settings.frozen:  # as in `scrapy shell --spider=NAME`
                crawler.settings.set(name, value, priority="spider")
        return super().from_crawler(crawler, *args, site=site, **kwargs)

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Put the class's own settings in; RefusedSettingError for one that no crawl can have."""
        super().update_settings(settings)
        check_settings(settings, own_scheduler=True)

    @property
    def crawl(self) -> SiteCrawl:
        """What is known of the site's crawl."""
        return SiteCrawl.of(self.crawler)

    async def start(self) -> AsyncIterator[Any]:
        """Where the crawl begins: start pages, sitemaps; nothing where an interrupted crawl goes
        on.
        """
        crawl = self.crawl
        crawl.begin()
        options = crawl.context.options
        bounded = bool(options.limit or options.since or options.until)
        seeds = await crawl.seeding.seeds(
            force=options.force, missing=options.missing, bounded=bounded
        )
        crawl.note_progress()
        for entry in seeds:
            yield self.request(entry, dont_filter=not options.missing)

    async def parse(self, response: Response, **kwargs: Any) -> AsyncIterator[Any]:
        """What a page, feed, sitemap or requisite leads to: requests, then its articles."""
        del kwargs
        reading = await self.reading_of(response)
        if reading is None:
            return
        async for request in _each(self.parse_listing(response, reading)):
            yield request
        for article in (reading.article, *reading.embedded):
            if article is not None:
                async for item in _each(self.parse_article(response, article)):
                    yield item

    async def parse_listing(self, response: Response, reading: Reading) -> AsyncIterator[Any]:
        """Yield requests for what an answer leads to: links, announcements, requisites."""
        lease = lease_of(response.request) if response.request is not None else None
        if lease is None or not isinstance(response, CapturedResponse):
            return
        entries = self.crawl.admission.entries_from(lease.entry, response.capture, reading)
        if self.crawl.context.options.missing:
            entries = self.crawl.left_out.leave_to_next_crawl(entries, "only what was missing")
        for entry in entries:
            yield self.request(entry)
        if lease.entry.kind is UrlKind.START:
            for entry in await self.crawl.seeding.sitemaps_of(response.url):
                yield self.request(entry)

    async def parse_article(self, response: Response, article: Article) -> AsyncIterator[Any]:
        """Yield the item of an article that was read from a page."""
        if response.request is not None and PENDING in response.request.meta:
            yield ArticleItem(article, response.request.meta[PENDING])

    async def reading_of(self, response: Response) -> Reading | None:
        """The reading of an archived response, made in a worker process: its article, links and
        announcements. None where it has none, or the crawl broke off.
        """
        pending = response.request.meta.get(PENDING) if response.request is not None else None
        return await pending.reading if isinstance(pending, PendingCapture) else None

    def request(self, entry: QueuedUrl, **kwargs: Any) -> Request:
        """The request for an entry; `kwargs` as for scrapy.Request."""
        own = {"priority": entry.priority} | kwargs
        return Request(entry.url, meta={ENTRY: entry, **own.pop("meta", {})}, **own)


async def _each(output: Any) -> AsyncIterator[Any]:
    """What a method yielded, whether it is an asynchronous generator or a plain one."""
    if hasattr(output, "__aiter__"):
        async for each in output:
            yield each
    else:
        for each in output or ():
            yield each


def _with_headers(crawler: Crawler, site: SiteConfig) -> dict[str, Any]:
    """Scrapy's default request headers with those of the site that hold no secret."""
    headers = dict(crawler.settings.getdict("DEFAULT_REQUEST_HEADERS"))
    plain = {header.name: header.value.name for header in site.headers if not header.secret}
    names = {name.lower() for name in plain}
    kept = {name: value for name, value in headers.items() if name.lower() not in names}
    return kept | {name: value.encode("latin-1") for name, value in plain.items()}
