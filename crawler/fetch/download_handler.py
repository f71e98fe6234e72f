"""Scrapy's way to the network: every exchange is preserved, byte for byte, before anything else
sees it.

`RecordingHandler` stands in Scrapy's DOWNLOAD_HANDLERS for http and https, and there is no handler
for anything else. It hands each exchange to the `ExchangeKeeper` registered for its crawler:
`preserve` writes it to the archive and returns the capture; `address_guard` says which private
addresses the operator has named. Without one (`scrapy shell`, `scrapy fetch`) exchanges are written
to a temporary folder that goes with the process. The spider gets a `CapturedResponse` for every
status, also for responses that were cut; where nothing can be kept, its errback gets a
`FetchError`.

Once `preserve` has failed, nothing more is fetched: that failure is raised for every later request.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive.credentials import ProxyServer
from archive.errors import WarraqError
from archive.model import Capture, Exchange, FetchFacts
from archive.warc.http_message import HttpMessage, parse_response
from archive.warc.writer import WarcInfo, WarcWriter
from crawler.fetch.address_guard import AddressGuard, resolve_host
from crawler.fetch.connection_reuse import ConnectionReuse
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.http_client import HttpClient, Timeouts
from crawler.fetch.operator_secrets import OperatorSecrets, secrets_in
from crawler.fetch.proxy import ProxyConnector
from crawler.fetch.request import HttpRequest, without_secrets
from crawler.fetch.response import CapturedResponse, captured_response
from crawler.fetch.response_framing import Limits

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

__all__ = [
    "CapturedResponse",
    "FetchError",
    "FetchReason",
    "RecordingHandler",
    "cancel_all",
    "register_keeper",
]


# Key of Request.meta: true where the Cookie header holds what the site itself set in this crawl.
SITE_COOKIES = "warraq_site_cookies"
# Key of Request.meta: true where secrets of the operator went out with it.
SECRETS_SENT = "warraq_secrets_sent"
# Key of Request.meta: seconds after which an exchange is given up, and nothing of it kept; None: as
# the settings say.
PATIENCE = "warraq_patience"
# Key of Request.meta: seconds that the host took to answer.
ANSWER_TIME = "warraq_answer_time"


class ExchangeKeeper(Protocol):
    """Where the exchanges of a crawler go."""

    address_guard: AddressGuard
    proxy: ProxyServer | None

    def preserve(self, exchange: Exchange, request: Request) -> Capture:
        """Write the exchange to the archive, flushed, and say where it stands; ArchiveWriteError if
        it could not be.
        """
        ...

    def secrets_of(self, request: Request) -> OperatorSecrets:
        """What of the operator goes out with the request; it is written nowhere."""
        ...


_KEEPERS: weakref.WeakKeyDictionary[Crawler, ExchangeKeeper] = weakref.WeakKeyDictionary()


def register_keeper(crawler: Crawler, keeper: ExchangeKeeper) -> None:
    """Have the exchanges of a crawler handed to `keeper`; before its first request."""
    _KEEPERS[crawler] = keeper


class _TemporaryKeeper:
    """Keeps exchanges until the process ends. The first URL asked for is the operator's own: its
    address may be a private one.
    """

    def __init__(self) -> None:
        self.address_guard = AddressGuard()
        self.proxy: ProxyServer | None = None
        self._folder = TemporaryDirectory(prefix="warraq-")
        self._writer = WarcWriter(Path(self._folder.name), info=WarcInfo(software="warraq"))
        self._named = False

    def name(self, url: str) -> None:
        """Let the first URL asked for lie on a private address."""
        if not self._named:
            self._named = True
            self.address_guard = AddressGuard.for_starts((url,))

    def preserve(self, exchange: Exchange, request: Request) -> Capture:
        """Write the exchange to the temporary folder."""
        del request
        return self._writer.write_exchange(exchange, FetchFacts())

    def secrets_of(self, request: Request) -> OperatorSecrets:
        """None but those that the request says itself."""
        del request
        return OperatorSecrets()


@dataclass(slots=True)
class _Shared:
    """What the handlers of one crawl (Scrapy makes one for each scheme) have in common."""

    client: HttpClient | None = None
    failure: Exception | None = None
    running: set[asyncio.Task[Exchange]] = field(default_factory=set)
    cancelled: bool = False
    keeper: ExchangeKeeper | None = None

    def temporary(self) -> ExchangeKeeper:
        """The keeper of a crawler that writes to no collection."""
        if self.keeper is None:
            self.keeper = _TemporaryKeeper()
        return self.keeper


_SHARED: weakref.WeakKeyDictionary[Crawler, _Shared] = weakref.WeakKeyDictionary()


def cancel_all(crawler: Crawler) -> None:
    """Break off every exchange of this crawler, now and from now on: each ends with FetchError,
    reason CANCELLED.

    Nothing of them is kept: what was asked for is asked for again by the next crawl.
    """
    shared = _SHARED.setdefault(crawler, _Shared())
    shared.cancelled = True
    for task in shared.running:
        task.cancel()


class RecordingHandler(BaseDownloadHandler):
    """Download handler for http and https. Limits and time-outs come from
    `crawler.engine.scrapy_settings`.
    """

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._shared = _SHARED.setdefault(crawler, _Shared())

    async def close(self) -> None:
        """End the connections that wait for another request."""
        if self._shared.client is not None:
            self._shared.client.reuse.close()

    async def download_request(self, request: Request) -> Response:
        """Fetch, preserve, answer.

        Raises FetchError where there was no response to keep, and whatever `preserve` raised
        (ArchiveWriteError) where there was one that could not be kept, then and ever after.
        """
        self._raise_earlier_failure()
        outgoing = _http_request(request, self._keeper().secrets_of(request))
        busy = time.thread_time()
        exchange = await self._exchange(request, outgoing)
        # what this process did meanwhile, for other sites, is no slowness of the host
        waited = exchange.elapsed - (time.thread_time() - busy)
        request.meta[ANSWER_TIME] = max(0.0, waited)
        self._raise_earlier_failure()
        return self._preserve(exchange, request, outgoing)

    async def _exchange(self, request: Request, outgoing: HttpRequest) -> Exchange:
        """The exchange, in a task of its own: Scrapy starts downloads on its own account, so
        cancelling it reaches nothing.
        """
        shared = self._shared
        if shared.cancelled:
            raise FetchError(FetchReason.CANCELLED, request.url, "the crawl was stopped")
        task = asyncio.ensure_future(self._client(request.url).fetch(outgoing))
        shared.running.add(task)
        patience = request.meta.get(PATIENCE)
        try:
            async with asyncio.timeout(patience):
                return await task
        except TimeoutError:
            detail = f"no answer within {patience:g} s"
            raise FetchError(FetchReason.TIMEOUT, request.url, detail) from None
        except asyncio.CancelledError:
            if not shared.cancelled:
                raise
            raise FetchError(FetchReason.CANCELLED, request.url, "the crawl was stopped") from None
        finally:
            shared.running.discard(task)

    def _preserve(
        self, exchange: Exchange, request: Request, outgoing: HttpRequest
    ) -> CapturedResponse:
        request.meta[SECRETS_SENT] = bool(outgoing.secrets)
        kept = without_secrets(exchange, outgoing) if outgoing.secrets else exchange
        try:
            capture = self._keeper().preserve(kept, request)
        except (WarraqError, OSError) as error:
            self._shared.failure = error
            raise
        request.meta["download_latency"] = exchange.elapsed
        # where `preserve` has parsed it
        known: HttpMessage | None = request.meta.pop("message", None)
        if known is None or kept is not exchange:
            known = parse_response(exchange.response)
        return captured_response(request.url, capture, known, exchange)

    def _raise_earlier_failure(self) -> None:
        if self._shared.failure is not None:
            raise self._shared.failure

    def _keeper(self) -> ExchangeKeeper:
        return _KEEPERS.get(self.crawler) or self._shared.temporary()

    def _client(self, url: str) -> HttpClient:
        # Made at the first request: only then do all components stand.
        if self._shared.client is None:
            keeper = self._keeper()
            if isinstance(keeper, _TemporaryKeeper):
                keeper.name(url)
            self._shared.client = build_client(
                self.crawler.settings, keeper.address_guard, keeper.proxy
            )
        return self._shared.client


def build_client(
    settings: BaseSettings, guard: AddressGuard, proxy: ProxyServer | None = None
) -> HttpClient:
    """An HTTP client with the limits and time-outs of these settings."""
    return HttpClient(
        guard=guard,
        proxy=ProxyConnector(server=proxy) if proxy is not None else None,
        resolver=partial(resolve_host, family=settings.getint("WARRAQ_IP_FAMILY")),
        reuse=ConnectionReuse(enabled=settings.getbool("WARRAQ_KEEP_ALIVE")),
        limits=Limits(
            head=settings.getint("WARRAQ_HEAD_LIMIT", Limits().head),
            line=settings.getint("WARRAQ_LINE_LIMIT", Limits().line),
            body=settings.getint("DOWNLOAD_MAXSIZE") or Limits().body,
        ),
        timeouts=Timeouts(
            connect=settings.getfloat("WARRAQ_CONNECT_TIMEOUT", Timeouts().connect),
            idle=settings.getfloat("WARRAQ_IDLE_TIMEOUT", Timeouts().idle),
            total=settings.getfloat("DOWNLOAD_TIMEOUT") or Timeouts().total,
        ),
    )


# The order in which browsers send them; Scrapy's middlewares put User-Agent behind what the spider
# set.
_ORDER = (b"user-agent", b"accept", b"accept-language", b"accept-encoding")


# What a request says as headers and is the operator's.
_OWN_SECRETS = frozenset({b"authorization", b"cookie"})


def _http_request(request: Request, secrets: OperatorSecrets) -> HttpRequest:
    headers = [(name, value) for name, values in request.headers.items() for value in values]
    headers.sort(
        key=lambda header: (
            _ORDER.index(header[0].lower()) if header[0].lower() in _ORDER else len(_ORDER)
        )
    )
    site_cookies = bool(request.meta.get(SITE_COOKIES))
    own = _OWN_SECRETS - {b"cookie"} if site_cookies else _OWN_SECRETS
    said = secrets_in([header for header in headers if header[0].lower() in own])
    return HttpRequest(
        url=request.url,
        method=request.method,
        headers=tuple(header for header in headers if header[0].lower() not in own),
        body=request.body,
        site_cookies=site_cookies,
        secrets=said.over(secrets),
    )
