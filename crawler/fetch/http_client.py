"""One exchange with a server: the request as sent, the response as received.

Bytes are read from the socket (inside TLS) and kept as they came; `crawler.fetch.response_framing`
says where the message ends, and `crawler.fetch.connection_reuse` which connection may carry a
second request: over a shared one, a server that sends an unasked-for response gets it filed under
somebody else's URL. Whatever of a response has come with its head whole is an `Exchange`, marked
with the reason if it was cut; anything less is a `FetchError`. Writing the exchange down is left to
`pipelines.ingest.preserve`.

Why not Scrapy's own HTTP handler: its parser lower-cases and regroups headers, loses a page on a
header line over 16 KiB, on conflicting lengths or on an unknown transfer coding, and drops what it
has when a response is cut.
"""

from __future__ import annotations

import asyncio
import ssl
import time
import weakref
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

from archive.model import Exchange
from crawler.fetch.address_guard import AddressGuard, literal_address, resolve_host
from crawler.fetch.connection import Connection, StreamConnection, open_connection
from crawler.fetch.connection_reuse import ConnectionReuse, is_last
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.proxy import ASKS_FOR_CREDENTIALS, ProxyConnector
from crawler.fetch.request import HttpRequest, Server, request_bytes, server_of
from crawler.fetch.response_framing import FramingProblem, Limits, ResponseFramer
from crawler.fetch.tls import client_contexts

_HTTP2_ONLY = "the server speaks HTTP/2 only, which is not spoken here"
# Of responses longer than this one is read at a time, however many are under way: it is what bounds
# the crawler's memory.
_LARGE = 8 << 20
_LARGE_RESPONSES: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
    weakref.WeakKeyDictionary()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds: to connect (TLS included, each address), between two arrivals of bytes, and for the
    whole exchange.
    """

    connect: float = 20.0
    idle: float = 20.0
    total: float = 180.0


Resolver = Callable[[str, int], Awaitable[list[str]]]


@dataclass(slots=True, kw_only=True)
class HttpClient:
    """Makes exchanges. `resolver` gives the numeric addresses of a host and port."""

    guard: AddressGuard = field(default_factory=AddressGuard)
    limits: Limits = field(default_factory=Limits)
    timeouts: Timeouts = field(default_factory=Timeouts)
    resolver: Resolver = resolve_host
    proxy: ProxyConnector | None = None
    reuse: ConnectionReuse = field(default_factory=ConnectionReuse)
    # What is known of servers after the first connection, so that later ones cost the site and us
    # no second try.
    _worked: dict[tuple[str, int], str] = field(default_factory=dict)
    _unverified: set[tuple[str, int]] = field(default_factory=set)
    _unknown_here: set[str] = field(default_factory=set)  # names that only a proxy can look up

    async def fetch(self, request: HttpRequest) -> Exchange:
        """Send one request and read its response to the end, to a limit or to a time-out.

        Raises FetchError where there is no complete final head.
        """
        server = server_of(request.url)
        if self.proxy is not None or request.secrets:  # over a connection of its own, always
            return await self._fetch_first(server, request, lasts=False)
        connection = self.reuse.claim(server, request)
        exchange = None
        if connection is not None:
            attempt = _Attempt(request, request_bytes(server, request), self.limits)
            # At once: what comes from here on came after the connection was seen to be silent.
            connection.write(attempt.recorded)
            exchange = await self._fetch_second(connection, server, attempt)
        if exchange is not None:
            return exchange
        return await self._fetch_first(server, request, lasts=self.reuse.lasts(server, request))

    async def _fetch_first(self, server: Server, request: HttpRequest, *, lasts: bool) -> Exchange:
        """Make the exchange over a new connection, which `lasts` for a second one."""
        recorded, sent = self._encode(server, request, close=not lasts)
        attempt, kept = _Attempt(request, recorded, self.limits, proxy=self.proxy), False
        connection: Connection | None = None
        try:
            async with asyncio.timeout(self.timeouts.total), AsyncExitStack() as slot:
                connection = await self._connect(server, request.url)
                _check_trust(connection, request)
                connection.write(sent)
                await self._receive(connection, attempt, slot)
                if self.proxy is None:
                    await self.reuse.learn(server, connection, attempt.framer)
            kept = lasts and self.reuse.keep(server, connection, attempt.framer)
        except TimeoutError:
            attempt.cut = "time"
        finally:
            if connection is not None and not kept:
                connection.abort()
        exchange = attempt.exchange(connection)
        _check_forwarded(self.proxy, server, attempt.framer, request.url)
        return exchange

    def _encode(self, origin: Server, request: HttpRequest, *, close: bool) -> tuple[bytes, bytes]:
        """The request as the server would get it, and as it is sent: to it, or to a proxy."""
        direct = request_bytes(origin, request, close=close)
        if self.proxy is None:
            return direct, direct
        return direct, request_bytes(*self.proxy.addressed(origin, request))

    async def _fetch_second(
        self, connection: Connection, server: Server, attempt: _Attempt
    ) -> Exchange | None:
        """The exchange over a connection that has carried one; None where its response cannot be
        trusted to be the answer, or none came before the server ended the connection.
        """
        try:
            async with asyncio.timeout(self.timeouts.total), AsyncExitStack() as slot:
                await self._receive(connection, attempt, slot)
                if await is_last(connection, attempt.framer):
                    return attempt.exchange(connection)
        except TimeoutError:
            attempt.cut = "time"
        finally:
            connection.abort()
        if attempt.framer.received:
            self.reuse.distrust(server)
        elif attempt.cut == "time":
            return attempt.exchange(connection)
        return None

    async def _receive(
        self, connection: Connection, attempt: _Attempt, slot: AsyncExitStack
    ) -> None:
        """Read to the end of the message, or note why reading stopped before."""
        large = False
        framer = attempt.framer
        try:
            while not framer.finished:
                async with asyncio.timeout(self.timeouts.idle):
                    data = await connection.receive()
                if not data:
                    framer.close()
                    break
                framer.feed(data)
                if framer.received > _LARGE and not large:
                    large = True
                    await slot.enter_async_context(
                        _LARGE_RESPONSES.setdefault(asyncio.get_running_loop(), asyncio.Semaphore())
                    )
        except TimeoutError:
            attempt.cut = "time"
        except OSError:  # reset, or TLS broken off
            attempt.cut = "disconnect"
        attempt.ended = time.monotonic()

    async def _connect(self, origin: Server, url: str) -> Connection:
        """A connection to the first permitted address that takes it, its peer checked once more."""
        error = FetchError(FetchReason.DNS, url, "the name has no address")
        server = (origin.host, origin.port)
        addresses = await self._addresses(origin, url)
        for address in sorted(addresses, key=lambda each: each != self._worked.get(server)):
            if not self._permits(origin, address):
                told = f"{address} is not a public address (`private` in docs/config.md)"
                error = FetchError(FetchReason.BLOCKED_ADDRESS, url, told)
                continue
            try:
                async with asyncio.timeout(self.timeouts.connect):
                    connection = await self._open(origin, address)
            except TimeoutError:
                error = FetchError(FetchReason.TIMEOUT, url, f"no connection to {address}")
            except ssl.SSLError as problem:
                alert = problem.reason or str(problem)
                told = _HTTP2_ONLY if "NO_APPLICATION_PROTOCOL" in alert else alert
                error = FetchError(FetchReason.TLS, url, told)
            except ConnectionRefusedError:
                error = FetchError(FetchReason.REFUSED, url, f"{address} port {origin.port}")
            except ConnectionError as problem:
                error = FetchError(FetchReason.NO_RESPONSE, url, f"{address}: {problem}")
            except OSError as problem:
                error = FetchError(
                    FetchReason.UNREACHABLE, url, f"{address}: {problem.strerror or problem}"
                )
            else:
                if self.proxy or self.guard.permits(origin.host, origin.port, connection.peer):
                    self._worked[server] = address
                    return connection
                connection.abort()
                error = FetchError(
                    FetchReason.BLOCKED_ADDRESS, url, f"connected to {connection.peer}"
                )
        raise error

    def _permits(self, origin: Server, address: str) -> bool:
        by_name = address == origin.host and literal_address(address) is None  # see `_addresses`
        return by_name or self.guard.permits(origin.host, origin.port, address)

    async def _addresses(self, origin: Server, url: str) -> list[str]:
        """The addresses to try. For a proxy that looks names up itself the name, unless it has a
        private address here; what has none here it may know.
        """
        if self.proxy is None or not self.proxy.takes_names:
            return await self._resolve(origin, url)
        onion = origin.host.rstrip(".").endswith(".onion")  # never to be looked up (RFC 7686 §2)
        if onion or origin.host in self._unknown_here:
            return [origin.host]
        try:
            known = await self._resolve(origin, url)
        except FetchError:
            self._unknown_here.add(origin.host)  # each look may take long
            return [origin.host]
        refused = [one for one in known if not self._permits(origin, one)]
        return refused[:1] or [origin.host]

    async def _resolve(self, origin: Server, url: str) -> list[str]:
        try:
            async with asyncio.timeout(self.timeouts.connect):
                return await self.resolver(origin.host, origin.port)
        except TimeoutError as problem:
            raise FetchError(
                FetchReason.DNS, url, "no answer from the name server in time"
            ) from problem
        except (OSError, UnicodeError) as problem:
            raise FetchError(
                FetchReason.DNS, url, str(getattr(problem, "strerror", None) or problem)
            ) from problem

    async def _open(self, origin: Server, address: str) -> Connection:
        """Connect; a certificate that does not verify is noted, not obeyed: what the site shows is
        what is kept.
        """
        if origin.scheme == "http":
            return await self._dial(origin, address)
        verifying, lenient = client_contexts()
        server = (origin.host, origin.port)
        if server not in self._unverified:
            try:
                connection = await self._dial(origin, address, verifying)
            except ssl.SSLError:
                pass  # the certificate, or a protocol older than the system cares for
            else:
                connection.verified = True
                return connection
        connection = await self._dial(origin, address, lenient)
        connection.verified = False
        self._unverified.add(server)
        return connection

    async def _dial(
        self, origin: Server, address: str, tls: ssl.SSLContext | None = None
    ) -> Connection:
        if self.proxy is not None:
            return StreamConnection(*await self.proxy.open(origin, address, tls=tls))
        name = origin.host.strip("[]")
        return await open_connection(address, origin.port, tls=tls, name=name)


class _Attempt:
    """A request on its way over one connection, and what has come back."""

    def __init__(
        self,
        request: HttpRequest,
        recorded: bytes,
        limits: Limits,
        *,
        proxy: ProxyConnector | None = None,
    ) -> None:
        self.recorded = recorded
        self._proxy = proxy
        self.framer = ResponseFramer(method=request.method, limits=limits)
        self.cut: str | None = None  # why reading stopped before the end of the message
        self._request = request
        self.ended: float | None = None  # on the monotonic clock
        self._started, self._clock = datetime.now(UTC), time.monotonic()

    def exchange(self, connection: Connection | None) -> Exchange:
        """What was sent and received; FetchError where there is no complete final head."""
        framer, url = self.framer, self._request.url
        if self.cut is not None:
            framer.stop(self.cut)
        if connection is None or not framer.has_head:
            raise FetchError(*_failure_details(url, framer, self.cut))
        cipher, protocol = connection.cipher or (None, None)
        return Exchange(
            url=url.partition("#")[0],
            started=self._started,
            request=self.recorded,
            response=framer.message,
            ip=None if self._proxy else connection.peer.partition("%")[0] or None,
            truncated=framer.truncated,
            protocols=(
                f"http/{framer.version}",
                *([protocol.lower().replace("tlsv", "tls/")] if protocol else []),
            ),
            cipher=cipher,
            tls_verified=connection.verified,
            elapsed=(self.ended or time.monotonic()) - self._clock,
            site_cookies=self._request.site_cookies,
            proxy=self._proxy.server.scheme if self._proxy else None,
        )


def _check_trust(connection: Connection, request: HttpRequest) -> None:
    """Raise FetchError where secrets would go to a server that cannot show who it is."""
    if request.secrets and connection.verified is False:
        raise FetchError(
            FetchReason.TLS, request.url, "its certificate does not verify: no credentials are sent"
        )


def _check_forwarded(
    proxy: ProxyConnector | None, origin: Server, framer: ResponseFramer, url: str
) -> None:
    """Raise FetchError where an answer is the proxy's own: 407 never is the server's."""
    status = framer.message.split(None, 2)[1:2]
    if proxy and proxy.forwards(origin) and status == [b"%d" % ASKS_FOR_CREDENTIALS]:
        raise FetchError(FetchReason.NO_RESPONSE, url, "the proxy asks for other credentials")


def _failure_details(
    url: str, framer: ResponseFramer, cut: str | None
) -> tuple[FetchReason, str, str]:
    """Reason, URL and detail for an exchange that left nothing to keep."""
    if framer.problem is FramingProblem.FLOOD:
        return FetchReason.HEADER_FLOOD, url, f"no end of the head in {framer.received} bytes"
    if framer.problem is FramingProblem.HTTP2:
        return FetchReason.BAD_RESPONSE, url, _HTTP2_ONLY
    if framer.problem is FramingProblem.NOT_HTTP:
        return FetchReason.BAD_RESPONSE, url, "what came does not begin like HTTP/1"
    if cut == "time":
        return FetchReason.TIMEOUT, url, f"after {framer.received} bytes, before a complete head"
    return (
        FetchReason.NO_RESPONSE,
        url,
        f"connection ended after {framer.received} bytes, before a complete head",
    )
