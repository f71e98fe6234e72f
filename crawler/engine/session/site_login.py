"""The downloader middleware that lets the operator in: logs in before the site is first asked, and
once more where the session has ended.

The login itself goes past Scrapy and past the archive (`crawler.fetch.form_login`). A crawl that is
not let in ends as failed.
"""

from __future__ import annotations

import asyncio
import time
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.settings import BaseSettings

from archive.credentials import Login
from archive.urls import normalise_url, redirect_target
from crawler.crawl.context import ROUND
from crawler.crawl.lease import FetchOutcome, FetchResult, Lease, NotFetchedError, lease_of
from crawler.crawl.site_access import kept_name
from crawler.crawl.site_crawl import SiteCrawl
from crawler.engine.before_fetch import CrawlMiddleware
from crawler.engine.queued_requests import LOGIN
from crawler.engine.session.spider_secrets import LOST
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.download_handler import build_client
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.form_login import FormLogin, LoginError
from crawler.fetch.operator_secrets import OperatorSecrets
from crawler.fetch.response import CapturedResponse
from crawler.politeness.host_pacing import MAX_ATTEMPTS

_LOGINS = 2  # in a crawl: the first, and one where the session has ended


class KeptSecretsMiddleware(CrawlMiddleware):
    """Holds back a request whose credentials went with an earlier process: without them another
    page would be captured under its address.
    """

    def process_request(self, request: Request) -> None:
        """Raise NotFetchedError: again a little later, when the spider may have asked anew."""
        lease, name = lease_of(request), kept_name(request)
        if lease is None or name is None or self._crawl.access.has(name):
            return
        result = FetchResult(outcome=FetchOutcome.DEAD, url=request.url, failure=LOST)
        if lease.entry.attempts + 1 < MAX_ATTEMPTS:
            wait = 0.2 * 2**lease.entry.attempts
            result = FetchResult(
                outcome=FetchOutcome.RETRY, url=request.url, retry_at=time.time() + wait
            )
        raise NotFetchedError(result)


class LoginMiddleware(CrawlMiddleware):
    """Logs in by a form, for the requests of the site's own hosts."""

    def __init__(self, crawl: SiteCrawl, login: Login, settings: BaseSettings) -> None:
        super().__init__(crawl)
        self._login = login
        self._settings = settings
        self._count = 0
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawler; NotConfigured where its site has no form to log in by."""
        try:
            crawl = SiteCrawl.of(crawler)
        except LookupError:
            raise NotConfigured from None
        login = crawl.site.login
        if login is None or login.kind != "form":
            raise NotConfigured
        return cls(crawl, login, crawler.settings)

    async def process_request(self, request: Request) -> None:
        """Wait until the site has let us in; NotFetchedError where it does not."""
        if lease_of(request) is None or not self._crawl.access.is_own(request.url):
            return
        if self._task is None:
            self._begin()
        await self._let_in(request)
        request.meta[LOGIN] = self._count

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        """The request once more where the session had ended and a login has begun another."""
        lease, count = lease_of(request), request.meta.get(LOGIN)
        if lease is None or count is None or not isinstance(response, CapturedResponse):
            return response
        if not self._has_ended(response):
            return response
        if count == self._count:
            if self._count >= _LOGINS:
                return response
            self._begin()
        await self._let_in(request)
        return self._again(lease, request)

    def _has_ended(self, response: CapturedResponse) -> bool:
        """Whether an answer says that nobody is logged in: 401, or a redirect to the login."""
        location = response.message.location if 300 <= response.status < 400 else None
        target = redirect_target(location, response.url) if location else None
        pages = {normalise_url(url) for url in (self._login.url, self._login.page) if url}
        return response.status == 401 or (
            target is not None and (target in pages or target.partition("?")[0] in pages)
        )

    def _again(self, lease: Lease, request: Request) -> Request:
        result = FetchResult(outcome=FetchOutcome.RETRY, url=request.url, retry_at=time.time())
        self._crawl.conclude(lease, result)
        return request.copy()

    # ------------------------------------------------------------------------------- the login

    def _begin(self) -> None:
        self._count += 1
        self._task = asyncio.ensure_future(self._log_in())

    async def _let_in(self, request: Request) -> None:
        """Wait for the login that is under way, as long as the crawl goes on."""
        task = self._task
        assert task is not None  # noqa: S101 - it has begun
        while not task.done():
            await asyncio.wait({task}, timeout=ROUND)
            if self._crawl.is_stopping:
                task.cancel()
                raise FetchError(FetchReason.CANCELLED, request.url, "the crawl was stopped")
        if task.cancelled() or task.exception() is not None:
            self._note_failure(None if task.cancelled() else task.exception())
            raise NotFetchedError(FetchResult(outcome=FetchOutcome.RELEASED, url=request.url))

    def _note_failure(self, problem: BaseException | None) -> None:
        """Have the crawl end, with the reason; what is no answer of the site is a fault of ours."""
        if isinstance(problem, LoginError):
            self._crawl.refusals.lost = f"the login at {self._login.url} failed: {problem}"
        elif problem is not None:
            self._crawl.context.stop(problem)

    async def _log_in(self) -> None:
        access, login, site = self._crawl.access, self._login, self._crawl.site
        named = [url for url in (*site.start, login.url, login.page) if url]
        headers = self._settings.getdict("DEFAULT_REQUEST_HEADERS") | {
            "User-Agent": self._settings["USER_AGENT"]
        }
        guard = AddressGuard.for_starts(named, private=site.private)
        client = build_client(self._settings, guard, access.proxy)
        form = FormLogin(
            client=client,
            session=self,
            login=login,
            headers=tuple((_bytes(name), _bytes(value)) for name, value in headers.items()),
        )
        try:
            await form.log_in(access.username, access.password)
        finally:
            client.reuse.close()  # no other request follows over its connections

    def secrets_for(self, url: str) -> OperatorSecrets:
        """What goes out with a request of the login: what goes with any other."""
        return self._crawl.access.secrets_of(Request(url))

    def take_cookies(self, url: str, values: list[str]) -> bool:
        """Keep the session."""
        return self._crawl.access.take_cookies(url, values)

    def is_own(self, url: str) -> bool:
        """Whether an address is the site's own."""
        return self._crawl.access.is_own(url)

    async def wait_turn(self, url: str) -> None:
        """Keep to the pace of the host."""
        await self._crawl.pause(self._crawl.hosts.reserve_turn(url))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8")
