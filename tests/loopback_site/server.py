"""A loopback web server that sends exactly the bytes it is told to, and remembers every byte of
every exchange.

    with Site({"/": say(b"<p>hello")}) as site:
        ...fetch site.url + "/"...
        assert site.wire.of("/")[0].response == ...

It runs in a thread of its own with its own event loop. What it says is a mapping from paths to
behaviours: coroutines that get a `Talk` and may send, wait, close and reset as they like. The
mapping may be changed while it runs. `Site` also takes "homes": callables that are asked for a
behaviour where no path fits (see `newsroom`).
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from loopback_site.certificate import server_context

Behaviour = Callable[["Talk"], Awaitable[None]]
Home = Callable[["Talk"], Behaviour | None]

# Bytes of one response that the wire log keeps; floods go on for longer.
LOGGED = 2_000_000


@dataclasses.dataclass(slots=True, kw_only=True)
class WireExchange:
    """What crossed the wire once, as the server saw it: `response` holds all it sent, up to
    `LOGGED` bytes; `came` is when the request had come, in seconds of the monotonic clock.
    """

    target: str
    request: bytes
    response: bytearray = dataclasses.field(default_factory=bytearray)
    connection: int = 0
    tls: bool = False
    sent: int = 0
    ended: bool = False
    came: float = dataclasses.field(default_factory=time.monotonic)

    @property
    def method(self) -> str:
        """The request's method."""
        return self.request.split(b" ", 1)[0].decode("latin-1")

    def header(self, name: str) -> str | None:
        """The value of a request header, or None."""
        match = re.search(
            rb"(?im)^" + re.escape(name.encode()) + rb":[ \t]*(.*?)[ \t]*\r?$", self.request
        )
        return match[1].decode("latin-1") if match else None


class Wire:
    """The log of all exchanges of one site, in the order in which the requests came, and a count of
    connections.
    """

    def __init__(self) -> None:
        self.exchanges: list[WireExchange] = []
        self.connections = 0

    @property
    def targets(self) -> list[str]:
        """The request targets, in order."""
        return [exchange.target for exchange in self.exchanges]

    def of(self, target: str) -> list[WireExchange]:
        """The exchanges of one target (path and query)."""
        return [exchange for exchange in self.exchanges if exchange.target == target]

    def clear(self) -> None:
        """Forget everything so far."""
        self.exchanges.clear()
        self.connections = 0


class Talk:
    """One request, and what a behaviour may do about it."""

    def __init__(self, site: Site, exchange: WireExchange, writer: asyncio.StreamWriter) -> None:
        self.site = site
        self.exchange = exchange
        self.path = urlsplit(exchange.target).path
        self.query = {
            key: values[0] for key, values in parse_qs(urlsplit(exchange.target).query).items()
        }
        self.closing = False
        self._writer = writer

    @property
    def method(self) -> str:
        """The request's method."""
        return self.exchange.method

    def header(self, name: str) -> str | None:
        """The value of a request header, or None."""
        return self.exchange.header(name)

    def number(self, name: str, default: float) -> float:
        """A number from the query string."""
        return float(self.query.get(name, default))

    async def send(self, *parts: bytes) -> None:
        """Send bytes as they are, each part on its own."""
        for data in parts:
            self.exchange.response += data[: max(0, LOGGED - len(self.exchange.response))]
            self.exchange.sent += len(data)
            if self._writer.transport.is_closing():
                # `drain` does not say so of TLS, and a flood would go on for ever
                raise ConnectionResetError
            self._writer.write(data)
            await self._writer.drain()
            await asyncio.sleep(0)  # a flood must let the others speak

    async def reply(
        self,
        body: bytes | str = b"",
        *,
        status: str = "200 OK",
        kind: str = "text/html; charset=utf-8",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send an ordinary response; its body is left out for HEAD, 204 and 304."""
        data = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}"]
        if not status.startswith(("204", "304")):
            lines.append(f"Content-Length: {len(data)}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        bodiless = self.method == "HEAD" or status.startswith(("204", "304"))
        await self.send(head if bodiless else head + data)

    async def wait(self, seconds: float) -> None:
        """Do nothing for a while."""
        await asyncio.sleep(seconds)

    def close(self) -> None:
        """End the connection in order once the behaviour has returned."""
        self.closing = True

    def reset(self) -> None:
        """End the connection with a TCP reset once the behaviour has returned."""
        connection = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.closing = True


def say(
    body: bytes | str = b"",
    *,
    status: str = "200 OK",
    kind: str = "text/html; charset=utf-8",
    **headers: str,
) -> Behaviour:
    """An ordinary response: `say("hello", ETag='"1"', Retry_After="5")`."""

    async def behave(talk: Talk) -> None:
        await talk.reply(
            body,
            status=status,
            kind=kind,
            headers={name.replace("_", "-"): headers[name] for name in headers},
        )

    return behave


def redirect(location: str, *, status: str = "302 Found") -> Behaviour:
    """A redirect to wherever `location` says, sent as it stands."""
    return say(b"", status=status, Location=location)


async def not_found(talk: Talk) -> None:
    """What every unknown path answers."""
    await talk.reply("<h1>not here</h1>", status="404 Not Found")


class Site:
    """The server. `routes` and `homes` may be changed while it runs; `host` must be a loopback
    address.
    """

    def __init__(
        self,
        routes: Mapping[str, Behaviour] | None = None,
        *,
        homes: tuple[Home, ...] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        tls: bool = False,
    ) -> None:
        self.routes: dict[str, Behaviour] = dict(routes or {})
        self.homes = list(homes)
        self.host, self.port, self.tls = host, port, tls
        self.wire = Wire()
        self._ready = threading.Event()
        self._ended = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name=f"site {host}", daemon=True)

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"{'https' if self.tls else 'http'}://{self.authority}"

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10) or self._ended:
            raise RuntimeError("the loopback site did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End all connections and stop listening; once is enough, twice does no harm."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop has just ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        with contextlib.suppress(
            asyncio.CancelledError, OSError
        ):  # OSError: no such address here, `__enter__` says so
            asyncio.run(self._serve())
        self._ended = True
        self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        context: ssl.SSLContext | None = server_context() if self.tls else None
        tasks: set[asyncio.Task[None]] = set()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.wire.connections += 1

            def abort(_: object) -> None:  # also of a task that never began
                with contextlib.suppress(
                    AttributeError
                ):  # a transport that has just closed has no loop any more
                    writer.transport.abort()

            task = asyncio.ensure_future(self._connection(reader, writer, self.wire.connections))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            task.add_done_callback(abort)

        server = await asyncio.start_server(
            connected, self.host, self.port, ssl=context, limit=1 << 20
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        await asyncio.sleep(0.01)  # connections being accepted get their task first
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # transports close in the loop's next rounds

    async def _connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        try:
            while await self._exchange(reader, writer, number):
                pass
            writer.close()
            async with asyncio.timeout(1):
                await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # the client's doing, or a behaviour's intent

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        """Serve one request; whether the connection stays open for another."""
        request = await reader.readuntil(b"\r\n\r\n")
        if length := re.search(rb"(?im)^content-length:\s*(\d+)", request):
            request += await reader.readexactly(int(length[1]))
        target = request.split(b" ", 2)[1].decode("latin-1")
        exchange = WireExchange(target=target, request=request, connection=number, tls=self.tls)
        self.wire.exchanges.append(exchange)
        talk = Talk(self, exchange, writer)
        try:
            await self._behaviour(talk)(talk)
        finally:
            exchange.ended = True
        keep: bool = not talk.closing and not re.search(rb"(?im)^connection:\s*close", request)
        return keep

    def _behaviour(self, talk: Talk) -> Behaviour:
        if found := self.routes.get(talk.exchange.target) or self.routes.get(talk.path):
            return found
        for home in self.homes:
            if found := home(talk):
                return found
        return not_found
