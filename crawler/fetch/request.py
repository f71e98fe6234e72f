"""A request before it is sent: which server to ask, and the exact bytes to ask it with.

Only plain http and https URLs are asked for. What could tell who the operator is (cookies,
credentials) is sent only as `OperatorSecrets`, which no record holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archive.model import Exchange
from crawler.fetch.address_guard import DEFAULT_PORTS
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.operator_secrets import OperatorSecrets, redact_answer

# Ours to send (framing, how long a connection lasts), or sent as a secret only: what would tell who
# the operator is.
_NOT_COPIED = frozenset(
    {
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "expect",
        "authorization",
        "proxy-authorization",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request to be sent. `headers` go out in this order after `Host`, save those that are not
    the caller's to set. `site_cookies`: its Cookie header holds what the site itself has set in
    this crawl, and nothing of the operator's; without it that is not sent. `secrets` are the
    operator's. `by_page`: a script of the site made it in a browser, so that what it holds is the
    site's own, also its Authorization header.
    """

    url: str
    method: str = "GET"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    site_cookies: bool = False
    secrets: OperatorSecrets = field(default_factory=OperatorSecrets)
    by_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The server of a URL and what to ask it for. `host` is without brackets."""

    scheme: str
    host: str
    port: int
    target: bytes
    host_header: bytes


def server_of(url: str) -> Server:
    """Where to connect and what to ask for; FetchError for anything but a plain http(s) URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as problem:
        raise FetchError(FetchReason.BAD_URL, url, str(problem)) from problem
    if parts.scheme not in DEFAULT_PORTS or not host or port == 0:
        raise FetchError(FetchReason.BAD_URL, url, "only http and https with a host are fetched")
    if "@" in parts.netloc:
        raise FetchError(
            FetchReason.BAD_URL,
            url.replace(parts.netloc.rpartition("@")[0] + "@", ""),
            "it carries a password",
        )
    target = (parts.path or "/") + (
        f"?{parts.query}" if parts.query or url.partition("#")[0].endswith("?") else ""
    )
    name = f"[{host}]" if ":" in host else host
    if port not in (None, DEFAULT_PORTS[parts.scheme]):
        name += f":{port}"
    if not (target + name).isascii() or not (target + name).isprintable() or " " in target + name:
        raise FetchError(FetchReason.BAD_URL, url, "characters that must be percent-encoded")
    return Server(
        scheme=parts.scheme,
        host=host,
        port=port or DEFAULT_PORTS[parts.scheme],
        target=target.encode("ascii"),
        host_header=name.encode("ascii"),
    )


def request_bytes(
    server: Server, request: HttpRequest, *, close: bool = True, recorded: bool = False
) -> bytes:
    """The request as HTTP/1.1, asking to end the connection behind the response, or with `close`
    false to keep it; as it is sent or as it is `recorded`, without secrets. FetchError where a
    header would break out of its line (RFC 9112 §3, §5).
    """
    lines = [
        request.method.encode("ascii") + b" " + server.target + b" HTTP/1.1",
        b"Host: " + server.host_header,
    ]
    for name, value in request.secrets.added_to(_public_headers(request), recorded=recorded):
        if b"\r" in name + value or b"\n" in name + value:
            raise FetchError(
                FetchReason.BAD_URL, request.url, f"line end in request header {name!r}"
            )
        lines.append(name + b": " + value)
    if request.body:
        lines.append(b"Content-Length: %d" % len(request.body))
    lines += [b"Connection: close" if close else b"Connection: keep-alive", b"", b""]
    return b"\r\n".join(lines) + request.body


def without_secrets(exchange: Exchange, request: HttpRequest) -> Exchange:
    """The exchange of a request that carried secrets, as it is archived."""
    recorded = request_bytes(server_of(request.url), request, recorded=True)
    return redact_answer(exchange, request.secrets, recorded)


def _public_headers(request: HttpRequest) -> tuple[tuple[bytes, bytes], ...]:
    refused = _NOT_COPIED if request.site_cookies else _NOT_COPIED | {"cookie"}
    refused -= {"authorization"} if request.by_page else set()
    return tuple(
        (name, value)
        for name, value in request.headers
        if name.decode("latin-1").lower() not in refused
    )
