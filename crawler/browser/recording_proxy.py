"""The HTTP proxy on loopback that a browser of ours is held to: every request becomes a call, and
what that returns is the answer.

http in absolute form (RFC 9112 §3.2.2), https by CONNECT (RFC 9110 §9.3.6) and a certificate made
on the spot. One request a connection, as everywhere here: nothing can be filed under another's URL.
What a request may do, and keeping what it brings, is left to the callable; WebSockets and other
tunnels, which no WARC response can hold, are refused.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress

from crawler.browser.certificates import ServerContexts
from crawler.fetch.errors import FetchError
from crawler.fetch.request import HttpRequest

logger = logging.getLogger(__name__)

_HEAD_LIMIT = 256 << 10  # bytes of a request's head
_BODY_LIMIT = 8 << 20  # bytes of what a page's script sends
_DIGITS = 20  # of a length: more are too large in any case
_BEGIN = 30.0  # seconds for a request to come once its connection stands

# Of one connection (RFC 9110 §7.6.1), or what asks for something else than a whole response: the
# browser keeps a cache of its own, an archive wants the bytes.
_NOT_PASSED_ON = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"host",
        b"content-length",
        b"if-none-match",
        b"if-modified-since",
    }
)
_CODINGS = b"gzip, deflate, br"  # what bodies are archived in, and can be read back from


class RefusedError(Exception):
    """A request of the browser that is not made; its text says why."""


class _NotHttpError(Exception):
    """What came is no request that this proxy understands."""


Answer = Callable[[HttpRequest], Awaitable[bytes]]


class RecordingProxy:
    """Listens on a port of 127.0.0.1 from `start` to `close`; `answer` gives each request's whole
    HTTP response, or raises RefusedError or FetchError.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._contexts = ServerContexts()
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Begin to listen; the port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_HEAD_LIMIT)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no more, and break off what is under way."""
        if self._server is not None:
            self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this in a task of its own
        self._clients.add(task)
        try:
            # The browser opens connections to have them ready, and breaks them off (OSError also
            # where TLS fails, or nothing comes); `close` cancels what is under way.
            with suppress(asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
                await self._serve(reader, writer)
        except _NotHttpError as error:
            logger.debug("browser: a connection was closed: %s", error)
        finally:
            self._clients.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await _read_head(reader)
        origin = ""
        if head.startswith(b"CONNECT "):
            authority = head.split(b" ", 2)[1].decode("latin-1")
            origin = "https://" + authority.removesuffix(":443")
            context = self._context_for(authority)
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await writer.drain()
            await writer.start_tls(context)
            head = await _read_head(reader)
        await self._respond(origin, head, reader, writer)

    def _context_for(self, authority: str) -> ssl.SSLContext:
        try:
            return self._contexts.context_for(authority.rpartition(":")[0].strip("[]"))
        except ValueError as error:
            raise _NotHttpError(f"CONNECT to {authority!r}: {error}") from error
        except OSError as error:
            logger.warning("browser: no certificate could be made for %s: %s", authority, error)
            raise

    async def _respond(
        self, origin: str, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            request = await _parse_request(origin, head, reader)
            response = await self._answer_to(request)
        except RefusedError as refusal:
            response = _refusal("403 Forbidden", str(refusal))
        except FetchError as error:
            response = _refusal("502 Bad Gateway", f"{error.reason}: {error.detail}")
        writer.write(response)
        await writer.drain()

    async def _answer_to(self, request: HttpRequest) -> bytes:
        try:
            return await self._answer(request)
        except (RefusedError, FetchError):
            raise
        except Exception as error:
            # A bug: the page goes on without this part, as without any that fails.
            logger.exception("browser: %s was not answered", request.url)
            raise RefusedError(f"{type(error).__name__} in the crawler") from error


async def _read_head(reader: asyncio.StreamReader) -> bytes:
    try:
        async with asyncio.timeout(_BEGIN):
            return await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise _NotHttpError(f"a head of more than {_HEAD_LIMIT} bytes") from error


async def _parse_request(origin: str, head: bytes, reader: asyncio.StreamReader) -> HttpRequest:
    """The request that a browser sent; RefusedError for one that cannot be recorded."""
    first, *lines = head[:-4].split(b"\r\n")
    try:
        method, target, _ = first.decode("latin-1").split(" ", 2)
    except ValueError as error:
        raise _NotHttpError(f"no request line: {first[:100]!r}") from error
    headers = [(name, value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    values = {name.lower(): value for name, value in headers}
    if b"upgrade" in values:
        raise RefusedError("only requests with one response are recorded")
    stated = values.get(b"content-length", b"0")
    if not stated.isdigit():
        raise _NotHttpError(f"Content-Length: {stated[:100]!r}")
    length = int(stated[:_DIGITS])
    if length > _BODY_LIMIT:
        raise RefusedError(f"a request of {length} bytes")
    return HttpRequest(
        url=origin + target,
        method=method,
        headers=tuple(map(_with_codings, filter(_is_passed_on, headers))),
        body=await reader.readexactly(length),
        # of a profile that begins with the crawl: what the site itself has set in it
        site_cookies=True,
        by_page=True,
    )


def _is_passed_on(header: tuple[bytes, bytes]) -> bool:
    name = header[0].lower()
    return name not in _NOT_PASSED_ON and not name.startswith(b"proxy-")


def _with_codings(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """The header; of Accept-Encoding only what can be read back, and no more than was asked."""
    if header[0].lower() != b"accept-encoding":
        return header
    asked = {coding.strip() for coding in header[1].split(b",")}
    kept = [coding for coding in _CODINGS.split(b", ") if coding in asked]
    return header[0], b", ".join(kept) or b"identity"


def _refusal(status: str, why: str) -> bytes:
    """A response of the proxy's own: never recorded, since no server gave it."""
    body = why.encode("utf-8", "replace")
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
