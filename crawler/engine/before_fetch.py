"""Downloader middlewares on the way to the wire: may this be asked for, is it in the archive
already, whose turn is it, and what is known of it.

They act on requests of a crawl that writes to a collection, and let all others pass.
"""

from __future__ import annotations

import time
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from archive.urls import origin_of
from crawler.crawl.fetch_rules import judge_robots
from crawler.crawl.lease import PENDING, REFERENCE, NotFetchedError, lease_of
from crawler.crawl.resume import latest_capture
from crawler.crawl.site_crawl import SiteCrawl
from crawler.discovery.link_admission import NO_PAGES
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.response import captured_response


class CrawlMiddleware:
    """A downloader middleware of a crawl that writes to a collection."""

    def __init__(self, crawl: SiteCrawl) -> None:
        self._crawl = crawl

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawler; NotConfigured for one that writes to no collection."""
        try:
            return cls(SiteCrawl.of(crawler))
        except LookupError:
            raise NotConfigured from None  # without a reason: with one Scrapy warns


class ResumeMiddleware(CrawlMiddleware):
    """Answers from the WARC what a killed process had fetched and nobody had acknowledged.

    So callbacks and pipelines see every page at least once, and no page is fetched twice for it.
    """

    async def process_request(self, request: Request) -> Response | None:
        """The response as captured, if there is one since the request was first leased."""
        lease = lease_of(request)
        if lease is None or request.method != "GET":  # captures of a POST are known by no URL
            return None
        if not 0 < lease.entry.leased < self._crawl.began:
            return None
        captures = self._crawl.context.captures
        capture = latest_capture(self._crawl.context.index, lease.entry)
        message = captures.stored_message(capture) if capture is not None else None
        if capture is None or message is None:
            return None
        request.meta[PENDING] = captures.read_again(capture, self._crawl)
        return captured_response(request.url, capture, message)


class RobotsMiddleware(CrawlMiddleware):
    """robots.txt (RFC 9309), with what its absence means: Scrapy's own takes a failing one for
    permission.
    """

    async def process_request(self, request: Request) -> None:
        """Raise NotFetchedError for a request that may not be made."""
        lease = lease_of(request)
        if request.meta.get("dont_obey_robotstxt") or lease is None:
            return
        policy = await self._crawl.robots.policy_for(request.url)
        if not self._crawl.site.obey_robots:
            return
        own_host = origin_of(request.url) in self._crawl.home
        refusal = judge_robots(lease.entry, request.url, policy, own_host=own_host, now=time.time())
        if refusal is not None:
            raise NotFetchedError(refusal)


class TurnMiddleware(CrawlMiddleware):
    """Waits for the host's turn: delays, Crawl-delay, Retry-After and back-off, kept for all sites
    of the process that lie on the host.
    """

    async def process_request(self, request: Request) -> None:
        """Wait; FetchError, reason CANCELLED, where the crawl ends meanwhile."""
        wait = self._crawl.hosts.reserve_turn(request.url)
        while wait > 0:
            if not await self._crawl.pause(wait):
                raise FetchError(FetchReason.CANCELLED, request.url, "the crawl was stopped")
            wait = self._crawl.hosts.seconds_held(request.url)


class ValidatorsMiddleware(CrawlMiddleware):
    """Asks whether a page has changed since it was captured (RFC 9110 §13)."""

    def process_request(self, request: Request) -> None:
        """Put `If-None-Match` and `If-Modified-Since` on a request, unless all is to be fetched
        whole.
        """
        if self._crawl.context.options.force or request.method != "GET":
            return
        if lease_of(request) is None:
            return
        if request.url in self._crawl.unconditional or self._is_scripted(request):
            return
        known = self._crawl.context.index.validators(request.url)
        if known is not None:
            for name, value in known.headers.items():
                request.headers.setdefault(name, value)
            request.meta[REFERENCE] = known.reference

    def _is_scripted(self, request: Request) -> bool:
        """Whether a page may have changed though its own bytes have not: a browser is to show what
        its scripts make of it.
        """
        lease = lease_of(request)
        is_page = lease is not None and lease.entry.kind not in NO_PAGES
        return self._crawl.site.browser != "never" and is_page
