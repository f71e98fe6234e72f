"""Downloader middleware that has a browser show the pages of sites whose configuration asks for it.

A page comes as any other: robots.txt, turns, redirects, retries and the WARC are behind it when it
is given to the browser. What the browser asks for on its own account keeps to robots.txt as well;
documents and content (XHR, fetch) wait for their host's turn, what a page is drawn with only while
its host wants to be left alone. The document goes into the WARC, and is then read in the page's
place.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from archive.errors import WarraqError
from archive.model import Capture, Exchange, RecordType, Stage
from archive.model.rendering import Rendering
from archive.warc.http_message import parse_response
from crawler.browser.chromium import require_parts
from crawler.browser.recording_proxy import RefusedError
from crawler.browser.site_browser import BrowserError, SiteBrowser
from crawler.browser.subresources import is_drawn_with
from crawler.crawl.context import ROUND
from crawler.crawl.lease import (
    PENDING,
    FetchOutcome,
    FetchResult,
    Lease,
    NotFetchedError,
    facts_of,
    lease_of,
)
from crawler.crawl.pending_captures import PendingCapture
from crawler.crawl.rendered_pages import is_for_browser, needs_browser
from crawler.crawl.site_crawl import SiteCrawl
from crawler.engine.before_fetch import CrawlMiddleware
from crawler.fetch.download_handler import build_client
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.http_client import HttpClient
from crawler.fetch.request import HttpRequest
from crawler.fetch.response import CapturedResponse, captured_response, rendered_message
from crawler.politeness.host_pacing import SLOW_DOWN, retry_after
from crawler.politeness.robots_cache import away_reason


class BrowserMiddleware(CrawlMiddleware):
    """Gives pages to the site's browser on their way to the spider, which gets the document that
    the browser holds.
    """

    def __init__(self, crawl: SiteCrawl, client: HttpClient, user_agent: str) -> None:
        super().__init__(crawl)
        self._client = client
        self._user_agent = user_agent
        self._browser: SiteBrowser | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawler; NotConfigured where its site wants no browser, ConfigError
        where this machine has none.
        """
        try:
            crawl = SiteCrawl.of(crawler)
        except LookupError:
            raise NotConfigured from None
        if crawl.site.browser == "never":
            raise NotConfigured
        require_parts(crawl.site)
        client = build_client(crawler.settings, crawl.address_guard, crawl.proxy)
        middleware = cls(crawl, client, str(crawler.settings.get("USER_AGENT")))
        crawler.signals.connect(middleware.spider_closed, signals.spider_closed)
        return middleware

    async def spider_closed(self) -> None:
        """Close the browser with the crawl."""
        if self._browser is not None:
            await self._browser.close()
        self._client.reuse.close()

    async def process_response(self, request: Request, response: Response) -> Response:
        """The page as the browser shows it; the response itself where it is none, or cannot be
        shown.
        """
        lease = lease_of(request)
        if lease is None or not isinstance(response, CapturedResponse):
            return response
        if not await self._is_to_be_shown(request, response, lease):
            return response
        try:
            rendering = await self._show(response, lease)
        except BrowserError as error:
            self._crawl.failures.record(request.url, Stage.FETCH, f"browser: {error}")
            return response
        try:
            pending = _preserve_rendering(self._crawl, rendering, lease)
        except (WarraqError, OSError) as error:
            self._crawl.context.stop(error)
            raise
        request.meta[PENDING] = pending
        return captured_response(request.url, pending.capture, rendered_message(rendering.html))

    async def _is_to_be_shown(
        self, request: Request, response: CapturedResponse, lease: Lease
    ) -> bool:
        capture = response.capture
        if capture.record_type is RecordType.CONVERSION:  # shown before a kill
            return False
        if not is_for_browser(lease, capture.status, capture.truncated, response.message):
            return False
        pending = request.meta.get(PENDING)
        if self._crawl.site.browser == "always" or not isinstance(pending, PendingCapture):
            return self._crawl.site.browser == "always"
        reading = await pending.reading
        return reading is not None and needs_browser(reading)

    async def _show(self, response: CapturedResponse, lease: Lease) -> Rendering:
        """The page in the browser; NotFetchedError where the crawl ends meanwhile."""
        if self._browser is None:
            self._browser = SiteBrowser(self._crawl.site, self._user_agent)
        page = response.capture
        fetch = partial(self._fetch, page=page, lease=lease)
        task = asyncio.ensure_future(
            self._browser.show(page, response.message, response.body, fetch, self._note_refused)
        )
        while not task.done():
            await asyncio.wait({task}, timeout=ROUND)
            if self._crawl.is_stopping:
                task.cancel()
                await asyncio.wait({task})
        if self._crawl.is_stopping and (task.cancelled() or task.exception() is not None):
            result = FetchResult(outcome=FetchOutcome.RELEASED, url=response.url)
            self._crawl.conclude(lease, result)
            raise NotFetchedError(result)
        return task.result()

    def _note_refused(self, request: HttpRequest, why: str) -> None:
        """Record what the page was not given, since it asked for too much."""
        self._crawl.failures.record_part(request.url, Stage.FETCH, why)

    async def _fetch(self, request: HttpRequest, page: Capture, lease: Lease) -> bytes:
        """Make a request of the browser and keep the exchange; its response as it came."""
        await self._keep_to_robots(request.url)
        await self._wait_for_turn(request)
        try:
            exchange = await self._client.fetch(request)
        except FetchError as error:
            reason = f"{error.reason}: {error.detail}"
            self._crawl.failures.record_part(request.url, Stage.FETCH, reason)
            raise
        try:
            _preserve_part(self._crawl, exchange, page, lease)
        except (WarraqError, OSError) as error:
            self._crawl.context.stop(error)
            raise RefusedError("the archive cannot be written") from error
        message = parse_response(exchange.response)
        asked = retry_after(message.header("Retry-After"))
        if message.status in SLOW_DOWN:
            self._crawl.hosts.hold_host(request.url, asked or self._crawl.hosts.first_backoff)
        return exchange.response

    async def _keep_to_robots(self, url: str) -> None:
        policy = await self._crawl.robots.policy_for(url)
        if not self._crawl.site.obey_robots:
            return
        if policy.blocked or not policy.robots.allows(url):
            why = policy.blocked or "robots.txt forbids it"
            self._crawl.failures.record_part(url, Stage.ROBOTS, why)
            raise RefusedError(why)

    async def _wait_for_turn(self, request: HttpRequest) -> None:
        hosts, url = self._crawl.hosts, request.url
        wait = hosts.seconds_held(url) if is_drawn_with(request) else hosts.reserve_turn(url)
        while wait > 0:
            if (away := hosts.seconds_away(url)) > 0:
                raise FetchError(FetchReason.AWAY, url, away_reason(away))
            if not await self._crawl.pause(wait):
                raise FetchError(FetchReason.CANCELLED, url, "the crawl was stopped")
            wait = hosts.seconds_held(url)


def _preserve_part(crawl: SiteCrawl, exchange: Exchange, page: Capture, lease: Lease) -> None:
    """Write an exchange that the browser made for a page to the archive."""
    crawl.context.start_ticking()
    message = parse_response(exchange.response)
    hops = lease.entry.hops + 1
    facts = replace(facts_of(None, crawl.tally), via=page.url, hops=hops, requisite=True)
    capture = crawl.context.preserver.preserve(exchange, facts, message=message)
    crawl.submit(capture, message, None, len(exchange.response))


def _preserve_rendering(crawl: SiteCrawl, rendering: Rendering, lease: Lease) -> PendingCapture:
    """Write a page as the browser showed it to the archive, before anything reads it."""
    capture = crawl.context.preserver.preserve_rendering(rendering, facts_of(lease, crawl.tally))
    return crawl.submit(capture, rendered_message(rendering.html), lease, None)
