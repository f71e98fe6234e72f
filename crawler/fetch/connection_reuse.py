"""Which connections are used for a second request, and how it is made sure that the second response
answers it.

Over a shared connection a server that sends a response nobody asked for gets it taken for the
answer to the next request. No response says which request it answers, but they can be counted: a
server that is asked to end the connection behind its answer (`Connection: close`, RFC 9112 §9.6)
ends it behind the last of its responses. So a connection carries at most two requests, the second
of which asks for the end, and the second response counts only if it says `Connection: close`, is
whole, and is followed by the end of the connection and by nothing else. One response too many,
whenever it came, leaves something behind that end, and then neither may be trusted: the request is
made again over a connection of its own, and that server never gets two requests over one again.

A server is trusted to count only after it has been seen to: its first response, over a connection
that carries one request, must have ended in that very way. That costs no request.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from functools import partial

from crawler.fetch.connection import Connection
from crawler.fetch.request import HttpRequest, Server
from crawler.fetch.response_framing import ResponseFramer, header_values

# Requests that may be made again without harm (RFC 9110 §9.2.2), of those that crawls make.
_REPEATABLE = frozenset({"GET", "HEAD"})
# Seconds for which a connection waits for its second request: servers close theirs from 5 s on
# (Apache, Node), and a request that crosses with that is lost.
_IDLE = 4.0
# Seconds of silence before the second request: a stray response mostly comes at once.
_REST = 0.05
_MOST_IDLE = 8  # connections that wait for one server
_END = 1.0  # seconds for the end of a connection that is to end
# A server that gives up waiting for a request says so unasked, and closes.
_GAVE_UP = 408


class Trust(Enum):
    """What is known of how a server ends its connections."""

    UNKNOWN = auto()
    EARNED = auto()
    LOST = auto()


Origin = tuple[str, str, int]


class ConnectionReuse:
    """The connections of one crawl that wait for their second request, and the servers that may get
    two over one. With `enabled` false none does.
    """

    def __init__(self, *, enabled: bool = True) -> None:
        self._enabled = enabled
        self._trust: dict[Origin, Trust] = {}
        self._idle: dict[Origin, list[_Idle]] = {}

    def trust(self, server: Server) -> Trust:
        """What is known of a server."""
        if not self._enabled:
            return Trust.LOST
        return self._trust.get(_origin(server), Trust.UNKNOWN)

    def lasts(self, server: Server, request: HttpRequest) -> bool:
        """Whether a new connection for this request is to be kept open behind its response."""
        return self.trust(server) is Trust.EARNED and _is_repeatable(request)

    def claim(self, server: Server, request: HttpRequest) -> Connection | None:
        """A connection for this request to be the second on, if there is one that has been silent.
        The request must be written before anything else happens.
        """
        if not self.lasts(server, request):
            return None
        for idle in self._idle.get(_origin(server), ()):
            if idle.has_rested and idle.connection.is_silent:
                self._drop(idle)
                return idle.connection
        return None

    def keep(self, server: Server, connection: Connection, framer: ResponseFramer) -> bool:
        """Have a connection wait for its second request, if the end of the first response is beyond
        doubt; whether it does. Otherwise it is the caller's to end.
        """
        if self.trust(server) is not Trust.EARNED:
            return False
        if framer.excess or (framer.has_head and _says_close(framer)):
            self.distrust(server)  # it is out of step, or lets no connection last
            return False
        waiting = self._idle.setdefault(_origin(server), [])
        if len(waiting) >= _MOST_IDLE or not is_certain(framer) or not connection.is_silent:
            return False
        idle = _Idle(server, connection)
        idle.timer = asyncio.get_running_loop().call_later(_IDLE, self._end, idle)
        connection.on_unrest = partial(self._on_unrest, idle)
        waiting.append(idle)
        return True

    async def learn(self, server: Server, connection: Connection, framer: ResponseFramer) -> None:
        """Note of the first response of a server whether it is one to be trusted."""
        if self.trust(server) is not Trust.UNKNOWN or not framer.has_head:
            return
        self._trust[_origin(server)] = Trust.LOST  # also for whoever asks meanwhile
        if await is_last(connection, framer):
            self._trust[_origin(server)] = Trust.EARNED

    def distrust(self, server: Server) -> None:
        """Never use a connection to this server twice again, and end those that wait."""
        self._trust[_origin(server)] = Trust.LOST
        for idle in list(self._idle.get(_origin(server), ())):
            self._end(idle)

    def close(self) -> None:
        """End all connections that wait."""
        for waiting in self._idle.values():
            for idle in list(waiting):
                self._end(idle)

    def _on_unrest(self, idle: _Idle, came: bool) -> None:
        if came:
            self.distrust(idle.server)
        else:
            self._end(idle)

    def _end(self, idle: _Idle) -> None:
        self._drop(idle)
        idle.connection.abort()

    def _drop(self, idle: _Idle) -> None:
        self._idle[_origin(idle.server)].remove(idle)
        idle.connection.on_unrest = None
        if idle.timer is not None:
            idle.timer.cancel()


class _Idle:
    """A connection that waits for its second request."""

    def __init__(self, server: Server, connection: Connection) -> None:
        self.server = server
        self.connection = connection
        self.timer: asyncio.TimerHandle | None = None
        self._since = asyncio.get_running_loop().time()

    @property
    def has_rested(self) -> bool:
        return asyncio.get_running_loop().time() - self._since >= _REST


async def is_last(connection: Connection, framer: ResponseFramer) -> bool:
    """Whether a response is certainly the only one that had not been read of this connection: it
    says that it is the last, its end is certain, and the connection ends behind it.
    """
    if not (framer.has_head and _says_close(framer) and is_certain(framer)):
        return False
    if framer.status == _GAVE_UP:
        return False
    try:
        async with asyncio.timeout(_END):
            return await connection.receive() == b""
    except OSError:  # time-outs are among them
        return False


def is_certain(framer: ResponseFramer) -> bool:
    """Whether the end of a response is beyond doubt: whole, by one length or by chunks or without a
    body, in HTTP/1.1, and nothing came behind it (RFC 9112 §6.3).
    """
    if not framer.finished or framer.truncated or framer.excess or framer.problem:
        return False
    if framer.version != "1.1" or not framer.has_head:
        return False
    lengths = header_values(framer.head, b"content-length")
    codings = header_values(framer.head, b"transfer-encoding")
    if codings:
        return codings == [b"chunked"] and not lengths and framer.may_have_body
    if lengths:
        return len(lengths) == 1 and lengths[0].isdigit()
    return not framer.may_have_body


def _says_close(framer: ResponseFramer) -> bool:
    return b"close" in header_values(framer.head, b"connection")


def _is_repeatable(request: HttpRequest) -> bool:
    return request.method in _REPEATABLE and not request.body


def _origin(server: Server) -> Origin:
    return server.scheme, server.host, server.port
