"""Downloader middlewares on the way to the wire: may this be asked for, is it in the archive
already, whose turn is it, and what is known of it.

They act on requests of a crawl that writes to a collection, and let all others pass.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from archive.urls import origin_of
from crawler.crawl.fetch_rules import judge_away, judge_reserved, judge_robots
from crawler.crawl.lease import (
    PENDING,
    REFERENCE,
    FetchOutcome,
    FetchResult,
    NotFetchedError,
    lease_of,
)
from crawler.crawl.resume import latest_capture
from crawler.crawl.site_crawl import SiteCrawl
from crawler.discovery.link_admission import NO_PAGES
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.response import captured_response
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind
from crawler.politeness.robots_cache import RobotsPolicy, away_reason


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
        lease.robots = policy.record
        refusal = self._judge_robots(lease.entry, request.url, policy)
        if refusal is None:
            refusal = await self._judge_reserved(lease.entry, request.url, policy)
        if refusal is not None:
            raise NotFetchedError(refusal)

    def _judge_robots(self, entry: QueuedUrl, url: str, policy: RobotsPolicy) -> FetchResult | None:
        if not self._crawl.site.obey_robots:
            return None
        own_host = origin_of(url) in self._crawl.home
        return judge_robots(entry, url, policy, own_host=own_host, now=time.time())

    async def _judge_reserved(
        self, entry: QueuedUrl, url: str, policy: RobotsPolicy
    ) -> FetchResult | None:
        """What the site reserves: its files are read before its first page is asked for, but not
        those of hosts that only have parts of pages.
        """
        if entry.kind is not UrlKind.REQUISITE:
            await self._crawl.reservations.read_files(url, policy)
        return judge_reserved(entry, url, self._crawl.reservations.why_reserved(url, policy))


class AwayMiddleware(CrawlMiddleware):
    """Asks nothing, not even robots.txt, of a host that asks to be left alone for longer than a
    crawl waits: in this run or in an earlier one.
    """

    def process_request(self, request: Request) -> None:
        """Raise NotFetchedError for a request of such a host; it waits for a later crawl."""
        refuse_if_away(self._crawl, request)


class TurnMiddleware(CrawlMiddleware):
    """Waits for the host's turn: delays, Crawl-delay, Retry-After and back-off, kept for all that
    is asked of the host.

    A crawl is promised one turn of a host at a time, so that no other one, that of a site whose
    back-fill this is, say, waits for more than one.
    """

    def __init__(self, crawl: SiteCrawl) -> None:
        super().__init__(crawl)
        self._next: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # by host

    async def process_request(self, request: Request) -> None:
        """Wait; FetchError, reason CANCELLED, where the crawl ends meanwhile; NotFetchedError
        where another crawl of the site goes first.
        """
        async with self._next[urlsplit(request.url).netloc]:
            self._give_way(request)
            wait = self._crawl.hosts.reserve_turn(request.url)
            while wait > 0:
                refuse_if_away(self._crawl, request)  # another answer may have said so meanwhile
                if not await self._crawl.pause(wait):
                    raise FetchError(FetchReason.CANCELLED, request.url, "the crawl was stopped")
                wait = self._crawl.hosts.seconds_held(request.url)

    def _give_way(self, request: Request) -> None:
        """Give the entry of a request back, for later, where another crawl goes first."""
        if self._crawl.right_of_way.is_given and lease_of(request) is not None:
            raise NotFetchedError(FetchResult(outcome=FetchOutcome.RELEASED, url=request.url))


def refuse_if_away(crawl: SiteCrawl, request: Request) -> None:
    """Raise NotFetchedError where the host of a request asks to be left alone for longer than a
    crawl waits; FetchError for a request that no entry waits for.
    """
    away = crawl.hosts.seconds_away(request.url)
    if away <= 0:
        return
    lease = lease_of(request)
    if lease is None:
        raise FetchError(FetchReason.AWAY, request.url, away_reason(away))
    raise NotFetchedError(judge_away(lease.entry, request.url, away, now=time.time()))


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
