"""One exchange with a server over a connection of its own: the request as sent, the response as
received.

Bytes are read from the socket (inside TLS) and kept as they came; `crawler.fetch.response_framing`
says where the message ends. Each request has its own connection: over a shared one, a server that
sends an unasked-for second response gets it filed under somebody else's URL. Whatever of a response
has come with its head whole is an `Exchange`, marked with the reason if it was cut; anything less
is a `FetchError`. Writing the exchange down is left to `pipelines.ingest.preserve`.

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
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.proxy import ASKS_FOR_CREDENTIALS, ProxyConnector
from crawler.fetch.request import HttpRequest, Server, request_bytes, server_of
from crawler.fetch.response_framing import FramingProblem, Limits, ResponseFramer
from crawler.fetch.tls import client_contexts

_HTTP2_ONLY = "the server speaks HTTP/2 only, which is not spoken here"
_READ = 1 << 16
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


@dataclass(slots=True, kw_only=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    verified: bool | None = None

    @property
    def peer(self) -> str:
        return str((self.writer.get_extra_info("peername") or ("",))[0])


Resolver = Callable[[str, int], Awaitable[list[str]]]


@dataclass(slots=True, kw_only=True)
class HttpClient:
    """Makes exchanges. `resolver` gives the numeric addresses of a host and port."""

    guard: AddressGuard = field(default_factory=AddressGuard)
    limits: Limits = field(default_factory=Limits)
    timeouts: Timeouts = field(default_factory=Timeouts)
    resolver: Resolver = resolve_host
    proxy: ProxyConnector | None = None
    # What is known of servers after the first connection, so that later ones cost the site and us
    # no second try.
    _worked: dict[tuple[str, int], str] = field(default_factory=dict)
    _unverified: set[tuple[str, int]] = field(default_factory=set)
    _unknown_here: set[str] = field(default_factory=set)  # names that only a proxy can look up

    async def fetch(self, request: HttpRequest) -> Exchange:
        """Send one request and read its response to the end, to a limit or to a time-out.

        Raises FetchError where there is no complete final head.
        """
        origin = server_of(request.url)
        recorded, sent_bytes = self._encode(origin, request)
        framer = ResponseFramer(method=request.method, limits=self.limits)
        started, clock = datetime.now(UTC), time.monotonic()
        connection: _Connection | None = None
        cut: str | None = None
        try:
            async with asyncio.timeout(self.timeouts.total), AsyncExitStack() as slot:
                connection = await self._connect(origin, request.url)
                _check_trust(connection, request)
                cut = await self._exchange(connection, sent_bytes, framer, slot)
        except TimeoutError:
            cut = "time"
        finally:
            if connection is not None:
                connection.writer.transport.abort()
        if cut is not None:
            framer.stop(cut)
        if connection is None or not framer.has_head:
            raise FetchError(*_failure_details(request.url, framer, cut))
        _check_forwarded(self.proxy, origin, framer, request.url)
        tls = connection.writer.get_extra_info("cipher")
        return Exchange(
            url=request.url.partition("#")[0],
            started=started,
            request=recorded,
            response=framer.message,
            ip=None if self.proxy else connection.peer.partition("%")[0] or None,
            truncated=framer.truncated,
            protocols=(
                f"http/{framer.version}",
                *([tls[1].lower().replace("tlsv", "tls/")] if tls else []),
            ),
            cipher=tls[0] if tls else None,
            tls_verified=connection.verified,
            elapsed=time.monotonic() - clock,
            site_cookies=request.site_cookies,
            proxy=self.proxy.server.scheme if self.proxy else None,
        )

    def _encode(self, origin: Server, request: HttpRequest) -> tuple[bytes, bytes]:
        """The request as the server would get it, and as it is sent: to it, or to a proxy."""
        direct = request_bytes(origin, request)
        if self.proxy is None:
            return direct, direct
        return direct, request_bytes(*self.proxy.addressed(origin, request))

    async def _exchange(
        self, connection: _Connection, request: bytes, framer: ResponseFramer, slot: AsyncExitStack
    ) -> str | None:
        """Send and read; the reason why reading stopped before the end of the message, if it
        did.
        """
        large = False
        try:
            connection.writer.write(request)
            while not framer.finished:
                async with asyncio.timeout(self.timeouts.idle):
                    data = await connection.reader.read(_READ)
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
            return "time"
        except OSError:  # reset, or TLS broken off
            return "disconnect"
        return None

    async def _connect(self, origin: Server, url: str) -> _Connection:
        """A connection to the first permitted address that takes it, its peer checked once more."""
        error = FetchError(FetchReason.DNS, url, "the name has no address")
        server = (origin.host, origin.port)
        addresses = await self._addresses(origin, url)
        for address in sorted(addresses, key=lambda each: each != self._worked.get(server)):
            if not self._permits(origin, address):
                error = FetchError(
                    FetchReason.BLOCKED_ADDRESS, url, f"{address} is not a public address"
                )
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
                connection.writer.transport.abort()
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

    async def _open(self, origin: Server, address: str) -> _Connection:
        """Connect; a certificate that does not verify is noted, not obeyed: what the site shows is
        what is kept.
        """
        if origin.scheme == "http":
            streams = await self._dial(origin, address)
            return _Connection(reader=streams[0], writer=streams[1])
        verifying, lenient = client_contexts()
        server = (origin.host, origin.port)
        if server not in self._unverified:
            try:
                streams = await self._dial(origin, address, verifying)
                return _Connection(reader=streams[0], writer=streams[1], verified=True)
            except ssl.SSLError:
                pass  # the certificate, or a protocol older than the system cares for
        streams = await self._dial(origin, address, lenient)
        self._unverified.add(server)
        return _Connection(reader=streams[0], writer=streams[1], verified=False)

    async def _dial(
        self, origin: Server, address: str, tls: ssl.SSLContext | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.proxy is not None:
            return await self.proxy.open(origin, address, tls=tls)
        name = origin.host.strip("[]") if tls is not None else None
        return await asyncio.open_connection(address, origin.port, ssl=tls, server_hostname=name)


def _check_trust(connection: _Connection, request: HttpRequest) -> None:
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
