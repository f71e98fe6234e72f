"""A few polite requests of a site before it is crawled: enough to see what it offers, nothing is
archived.

`init` looks around with this, through the same address guard as a crawl. It keeps no cookies and
uses no proxy; robots.txt is asked first by whoever uses it.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.content_coding import decode_entity
from archive.errors import WarraqError
from archive.urls import normalise_url, redirect_target
from archive.warc.http_message import HttpMessage, latin1_to_address, parse_response
from crawler.fetch.address_guard import DEFAULT_PORTS, AddressGuard
from crawler.fetch.response_framing import Limits, ResponseFramer

TIMEOUT = 15.0  # seconds for one connection or one read
TOTAL = 30.0  # seconds for one answer, however slowly it drips
LIMIT = 8 << 20  # bytes of one answer that are looked at
REDIRECTS = 5  # RFC 9309 §2.3.1.2 follows as many
_REDIRECT = frozenset({301, 302, 303, 307, 308})


class ProbeError(WarraqError):
    """The site could not be asked: no such name, refused, too slow, a private address, not HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResponse:
    """What a URL answered after redirects: the final URL, status, Content-Type as sent, and the
    body without coding.
    """

    url: str
    status: int
    content_type: str | None
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether it is the thing itself and not an error page."""
        return self.status == 200


class Probe:
    """Asks one site, waiting `delay` seconds between requests."""

    def __init__(
        self,
        guard: AddressGuard,
        *,
        agent: str,
        delay: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._guard = guard
        self._agent = agent
        self._sleep = sleep
        self._asked = False
        self.delay = delay

    def get(self, url: str, *, before: Callable[[str], None] = lambda _: None) -> ProbeResponse:
        """Ask for `url`, following redirects; ProbeError in words where there is no answer.

        `before` is called with each address before it is asked for; what it raises ends the matter.
        """
        seen = url
        for _ in range(REDIRECTS + 1):
            before(seen)
            answer, location = self._ask_once(seen)
            target = redirect_target(latin1_to_address(location), seen) if location else None
            if target is None:
                return answer
            seen = target
        raise ProbeError(f"{url}: more than {REDIRECTS} redirects")

    def _ask_once(self, url: str) -> tuple[ProbeResponse, str | None]:
        if self._asked:
            self._sleep(self.delay)
        self._asked = True
        parts = urlsplit(normalise_url(url) or url)
        connection = self._connection(parts.scheme, parts.hostname or "", parts.port)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {
            "User-Agent": self._agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        try:
            connection.request("GET", path, headers=headers)
            message = _read_message(connection.sock)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ProbeError(f"{url}: {_describe_error(error)}") from error
        finally:
            connection.close()
        types = message.headers_all("Content-Type")
        answer = ProbeResponse(
            url=url,
            status=message.status or 0,
            content_type=types[-1]
            if types
            else None,  # the one that counts where several were sent
            body=decode_entity(message.entity, message.entity_codings, LIMIT).body,
        )
        return answer, message.header("Location") if message.status in _REDIRECT else None

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=TIMEOUT, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)

        def connect(*_: object) -> socket.socket:
            return self._connect(host, port or DEFAULT_PORTS[scheme])

        # The one hook http.client has for choosing the address; TLS is put around what it returns.
        connection._create_connection = connect  # type: ignore[attr-defined] # noqa: SLF001
        return connection

    def _connect(self, host: str, port: int) -> socket.socket:
        refused = None
        problem: OSError | None = None
        for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            numeric = str(address[0])
            if not self._guard.permits(host, port, numeric):
                refused = numeric
                continue
            try:
                return socket.create_connection((numeric, port), TIMEOUT)
            except OSError as error:
                problem = error
        raise problem or OSError(
            f"{refused} is a private address; if it is meant, say `private = true` in the site's"
            " table, or name the address itself"
        )


def _read_message(source: socket.socket) -> HttpMessage:
    """The response, framed and parsed as those of a crawl are: as far as it came within `TOTAL` and
    `LIMIT`. OSError where no whole head of HTTP/1 came.
    """
    framer = ResponseFramer(limits=Limits(body=LIMIT))
    until = time.monotonic() + TOTAL
    while not framer.finished:
        if time.monotonic() >= until:
            framer.stop("time")
            break
        try:
            data = source.recv(65536)
        except OSError:
            if not framer.has_head:
                raise
            framer.stop("disconnect")
            break
        if not data:
            framer.close()
            break
        framer.feed(data)
    if not framer.has_head:
        raise OSError("what it answers is not HTTP/1" if framer.problem else "it does not answer")
    return parse_response(framer.message)


def _describe_error(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "there is no host of that name (or no network)"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return f"no answer within {TIMEOUT:.0f} s"
    if isinstance(error, ConnectionRefusedError):
        return "nothing answers there (connection refused)"
    return str(getattr(error, "strerror", None) or error or type(error).__name__)
