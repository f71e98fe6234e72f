"""The proxy that a browser is held to: each request becomes one call, and its answer is sent as it
is.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from crawler.browser.recording_proxy import RecordingProxy, RefusedError
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.request import HttpRequest

ODD = b"HTTP/1.1 200 Fine\r\nx-ODD:  two  \r\nContent-Length: 2\r\n\r\nok"


def talk(sent: bytes, answer: Callable[[HttpRequest], Awaitable[bytes]], host: str = "") -> bytes:
    """What a client gets of the proxy; with a host by CONNECT and TLS."""

    async def run() -> bytes:
        proxy = RecordingProxy(answer)
        port = await proxy.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            if host:
                writer.write(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                await writer.start_tls(context, server_hostname=host)
            writer.write(sent)
            async with asyncio.timeout(10):
                return await reader.read()
        finally:
            writer.close()
            await proxy.close()

    return asyncio.run(run())


class Asked:
    """Answers with the same bytes, and remembers what was asked."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []

    async def __call__(self, request: HttpRequest) -> bytes:
        self.requests.append(request)
        return ODD


def test_the_answer_is_sent_as_it_is() -> None:
    """The browser gets the very bytes, and what it asked arrives without what is the proxy's."""
    asked = Asked()
    sent = (
        b"POST http://news.example/a?b=%D9 HTTP/1.1\r\nHost: news.example\r\nX-One: 1\r\n"
        b"Proxy-Connection: keep-alive\r\nIf-None-Match: x\r\nCookie: a=b\r\n"
        b"Accept-Encoding: gzip, deflate, br, zstd\r\nContent-Length: 3\r\n\r\nabc"
    )
    assert talk(sent, asked) == ODD
    (request,) = asked.requests
    assert (request.method, request.url) == ("POST", "http://news.example/a?b=%D9")
    assert (request.body, request.site_cookies, request.by_page) == (b"abc", True, True)
    assert request.headers == (
        (b"X-One", b"1"),
        (b"Cookie", b"a=b"),
        (b"Accept-Encoding", b"gzip, deflate, br"),
    )


@pytest.mark.parametrize("host", ["news.example", "127.0.0.1"])
def test_https_is_read_too(host: str) -> None:
    """Behind CONNECT stands a certificate of ours; the address is that of the server."""
    asked = Asked()
    assert talk(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", asked, host) == ODD
    assert asked.requests[0].url == f"https://{host}/a"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RefusedError("robots.txt forbids it"), b"HTTP/1.1 403 "),
        (FetchError(FetchReason.REFUSED, "http://x.example/", "port 80"), b"HTTP/1.1 502 "),
    ],
)
def test_what_is_not_fetched_is_refused(error: Exception, status: bytes) -> None:
    """The browser hears that there is nothing, and why."""

    async def fail(_: HttpRequest) -> bytes:
        raise error

    said = talk(b"GET http://x.example/ HTTP/1.1\r\nHost: x.example\r\n\r\n", fail)
    assert said.startswith(status)


def test_no_tunnel_goes_through() -> None:
    """A WebSocket, which no record can hold, is not opened; nothing that is no HTTP gets on."""
    asked = Asked()
    sent = b"GET http://x.example/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n"
    assert talk(sent, asked).startswith(b"HTTP/1.1 403 ")
    assert talk(b"\x16\x03\x01 nonsense\r\n\r\n", asked) == b""
    assert asked.requests == []


def test_an_error_of_ours_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """The page goes on without that part, and the log has the address and the traceback."""

    async def fail(_: HttpRequest) -> bytes:
        raise ValueError("not foreseen")

    said = talk(b"GET http://x.example/a HTTP/1.1\r\nHost: x.example\r\n\r\n", fail)
    assert said.startswith(b"HTTP/1.1 403 ")
    (record,) = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert "http://x.example/a" in record.getMessage()
    assert record.exc_info is not None
    assert "not foreseen" in str(record.exc_info[1])


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"nonsense\r\n\r\n", "no request line"),
        (b"GET http://x/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "Content-Length"),
        (b"GET http://x/ HTTP/1.1\r\nX: " + b"x" * 600_000 + b"\r\n\r\n", "a head of more than"),
        ("CONNECT ü.example:443 HTTP/1.1\r\n\r\n".encode(), "CONNECT to"),
    ],
)
def test_what_is_no_request_is_named(
    caplog: pytest.LogCaptureFixture, sent: bytes, why: str
) -> None:
    """Its connection is closed without an answer; nothing is asked for."""
    asked = Asked()
    caplog.set_level(logging.DEBUG, "crawler.browser.recording_proxy")
    with suppress(ConnectionResetError):  # it was closed before all was read
        assert talk(sent, asked) == b""
    assert asked.requests == []
    assert why in caplog.text
