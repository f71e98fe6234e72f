"""A web server for the person at this machine only: loopback, reading only, and deaf to what other
websites send it.

Any website that somebody has open can make the browser send requests to 127.0.0.1. So each request
must name the very address served (a name that was rebound to 127.0.0.1 does not), must not come
from another site, and can change nothing. Every answer carries its Content-Security-Policy. What is
answered is `crawler.serve.pages`' and `crawler.serve.replay`'s.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from archive.errors import UsageError

# The one address that is ever listened on.
LOOPBACK = "127.0.0.1"
# Seconds a connection may be silent. Browsers keep some open for later.
_SILENCE = 30

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """One response: `policy` is its whole Content-Security-Policy; `headers` come besides those
    every answer has.
    """

    body: bytes
    policy: str
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


STRICTEST_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)


def plain_reply(status: int, text: str) -> HttpReply:
    """A line of plain text under the strictest policy."""
    return HttpReply(
        status=status,
        body=f"{text}\n".encode(),
        content_type="text/plain; charset=utf-8",
        policy=STRICTEST_POLICY,
    )


def refuse_request(
    method: str, hosts: list[str], origin_of_request: str | None, address: str
) -> HttpReply | None:
    """Why a request is not answered, or None. `hosts`: its Host fields; `address`:
    `127.0.0.1:port`, as it must say.

    `origin_of_request` is Sec-Fetch-Site (Fetch Metadata), with which browsers tell who makes them
    ask.
    """
    if hosts != [address]:
        return plain_reply(421, f"This server answers at http://{address}/ only.")
    if origin_of_request == "cross-site":
        return plain_reply(403, "Another website asked for this: open the address yourself.")
    if method not in ("GET", "HEAD"):
        return plain_reply(405, "Nothing can be changed here.")
    return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SILENCE
    server_version = "Warraq"
    sys_version = ""
    server: _Server
    answer: ClassVar[Callable[[str], HttpReply]]

    def _respond(self) -> None:
        address = f"{LOOPBACK}:{self.server.server_port}"
        answer = (
            refuse_request(
                self.command,
                self.headers.get_all("Host", []),
                self.headers.get("Sec-Fetch-Site"),
                address,
            )
            or self._make_reply()
        )
        if (
            self.command not in ("GET", "HEAD")
            or self.headers.get("Content-Length")
            or "Transfer-Encoding" in self.headers
        ):
            self.close_connection = (
                True  # a body that came along must not be taken for the next request
            )
        self._send(answer)

    def _send(self, answer: HttpReply) -> None:
        self.send_response(answer.status)
        headers = {
            **_ALWAYS,
            "Content-Type": answer.content_type,
            "Content-Length": str(len(answer.body)),
            "Content-Security-Policy": answer.policy,
            **({"Connection": "close"} if self.close_connection else {}),
        }
        for name, value in (*headers.items(), *answer.headers):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _make_reply(self) -> HttpReply:
        try:
            return type(self).answer(self.path)
        except Exception:  # noqa: BLE001 -- a bug in one page must not end the server; it is told where the person looks
            traceback.print_exc(file=sys.stderr)
            return plain_reply(500, "Something went wrong here; the terminal says more.")

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _respond  # noqa: N815 -- http.server's names

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What http.server itself refuses comes under a policy too."""
        self.close_connection = True
        self._send(plain_reply(code, "This is no request to answer."))

    def log_message(self, *args: Any) -> None:
        """Say nothing of each request."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *args: Any) -> None:
        """Say nothing: a browser that hangs up is no news."""


@contextmanager
def listen_on_loopback(
    port: int,
) -> Iterator[tuple[str, Callable[[Callable[[str], HttpReply]], None]]]:
    """Listen on loopback while the block runs; gives the origin (`http://127.0.0.1:port`) and a
    function that starts answering: its argument makes an `HttpReply` of a request's target. Port 0
    takes a free one.

    UsageError where the port is taken.
    """
    handler = type("Handler", (_Handler,), {})
    try:
        server = _Server((LOOPBACK, port), handler)
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"port {port} cannot be listened on ({error}); choose another with --port"
        ) from error
    threads: list[threading.Thread] = []

    def start(answer: Callable[[str], HttpReply]) -> None:
        handler.answer = staticmethod(answer)  # type: ignore[attr-defined]
        threads.append(
            threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
            )
        )
        threads[0].start()

    with server:
        try:
            yield f"http://{LOOPBACK}:{server.server_address[1]}", start
        finally:
            if threads:
                server.shutdown()
                threads[0].join()
