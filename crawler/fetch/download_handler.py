"""Scrapy's way to the network: every exchange is preserved, byte for byte, before anything else
sees it.

`RecordingHandler` stands in Scrapy's DOWNLOAD_HANDLERS for http and https, and there is no handler
for anything else. It takes what it needs from the spider (`Recording`): `preserve` writes the
exchange to the archive and returns the capture; `address_guard` says which private addresses the
operator has named. The spider gets a `CapturedResponse` for every status, also for responses that
were cut; where nothing can be kept, its errback gets a `FetchError`.

Once `preserve` has failed, nothing more is fetched: that failure is raised for every later request.
"""

from __future__ import annotations

import asyncio
import ipaddress
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from archive.errors import WarraqError
from archive.model import Capture, Exchange
from archive.warc.http_message import HttpMessage, parse_response
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.http_client import HttpClient, Timeouts
from crawler.fetch.request import HttpRequest
from crawler.fetch.response_framing import Limits

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

__all__ = ["CapturedResponse", "FetchError", "FetchReason", "RecordingHandler", "cancel_all"]


class ExchangeKeeper(Protocol):
    """What the handler asks of the spider. `address_guard` may be missing: then no private address
    is reached.
    """

    address_guard: AddressGuard

    def preserve(self, exchange: Exchange, request: Request) -> Capture:
        """Write the exchange to the archive, flushed, and say where it stands; ArchiveWriteError if
        it could not be.
        """
        ...


class CapturedResponse(Response):
    """A response that is in the archive. `body` is the payload: transfer coding removed, content
    coding kept.

    `capture` says where it stands (`capture.truncated` why it is not whole); `message` is the
    response as parsed.
    """

    attributes: ClassVar[tuple[str, ...]] = (*Response.attributes, "capture", "message")  # type: ignore[misc]
    __slots__ = ("capture", "message")

    def __init__(self, url: str, *, capture: Capture, message: HttpMessage, **rest: object) -> None:
        super().__init__(url, **rest)  # type: ignore[arg-type]
        self.capture = capture
        self.message = message


@dataclass(slots=True)
class _Shared:
    """What the handlers of one crawl (Scrapy makes one for each scheme) have in common."""

    client: HttpClient | None = None
    failure: Exception | None = None
    running: set[asyncio.Task[Exchange]] = field(default_factory=set)
    cancelled: bool = False


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
    `crawler.crawl.scrapy_settings`.
    """

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._shared = _SHARED.setdefault(crawler, _Shared())

    async def download_request(self, request: Request) -> Response:
        """Fetch, preserve, answer.

        Raises FetchError where there was no response to keep, and whatever `preserve` raised
        (ArchiveWriteError) where there was one that could not be kept, then and ever after.
        """
        self._raise_earlier_failure()
        exchange = await self._exchange(request)
        self._raise_earlier_failure()
        return self._preserve(exchange, request)

    async def _exchange(self, request: Request) -> Exchange:
        """The exchange, in a task of its own: Scrapy starts downloads on its own account, so
        cancelling it reaches nothing.
        """
        shared = self._shared
        if shared.cancelled:
            raise FetchError(FetchReason.CANCELLED, request.url, "the crawl was stopped")
        task = asyncio.ensure_future(self._client().fetch(_http_request(request)))
        shared.running.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if not shared.cancelled:
                raise
            raise FetchError(FetchReason.CANCELLED, request.url, "the crawl was stopped") from None
        finally:
            shared.running.discard(task)

    def _preserve(self, exchange: Exchange, request: Request) -> CapturedResponse:
        try:
            capture = self._keeper().preserve(exchange, request)
        except (WarraqError, OSError) as error:
            self._shared.failure = error
            raise
        request.meta["download_latency"] = exchange.elapsed
        # where `preserve` has parsed it
        known: HttpMessage | None = request.meta.pop("message", None)
        message = parse_response(exchange.response) if known is None else known
        return CapturedResponse(
            request.url,
            # A status line that only the framer can read still has its three digits in the second
            # place.
            status=message.status or int(exchange.response.split(None, 2)[1][:3]),
            headers=Headers(_group_headers(message)),
            body=message.entity,
            flags=[f"truncated-{capture.truncated}"] if capture.truncated else None,
            ip_address=ipaddress.ip_address(exchange.ip) if exchange.ip else None,
            protocol=exchange.protocols[0].upper(),
            capture=capture,
            message=message,
        )

    def _raise_earlier_failure(self) -> None:
        if self._shared.failure is not None:
            raise self._shared.failure

    def _keeper(self) -> ExchangeKeeper:
        return cast("ExchangeKeeper", self.crawler.spider)

    def _client(self) -> HttpClient:
        # Made at the first request: only then does the spider stand whole.
        if self._shared.client is None:
            guard = getattr(self._keeper(), "address_guard", None) or AddressGuard()
            self._shared.client = build_client(self.crawler.settings, guard)
        return self._shared.client


def build_client(settings: BaseSettings, guard: AddressGuard) -> HttpClient:
    """An HTTP client with the limits and time-outs of these settings."""
    return HttpClient(
        guard=guard,
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


def _http_request(request: Request) -> HttpRequest:
    headers = [(name, value) for name, values in request.headers.items() for value in values]
    headers.sort(
        key=lambda header: (
            _ORDER.index(header[0].lower()) if header[0].lower() in _ORDER else len(_ORDER)
        )
    )
    return HttpRequest(
        url=request.url, method=request.method, headers=tuple(headers), body=request.body
    )


def _group_headers(message: HttpMessage) -> dict[str, list[str]]:
    """Headers under their first spelling, repeated ones together, as Scrapy's `Headers` keeps
    them.
    """
    grouped: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for name, value in message.headers:
        grouped.setdefault(names.setdefault(name.lower(), name), []).append(value)
    return grouped
