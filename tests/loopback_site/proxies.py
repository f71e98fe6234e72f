"""Small proxies on loopback: one that speaks HTTP (CONNECT, and plain requests), one that speaks
SOCKS 5. They log what they are asked for.

    with HttpProxy(names={"paper.example": "127.0.0.1"}) as proxy:
        ...ask through proxy.url...
        assert proxy.asked == ["CONNECT paper.example:443"]

They run in threads of their own and reach loopback addresses only. `names` are the hosts that they
know besides.
"""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import socketserver
import struct
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from loopback_site.certificate import server_context


def relay(one: socket.socket, other: socket.socket) -> None:
    """Hand on what either side says, until both have ended."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=pump, args=(other, one), daemon=True)
    back.start()
    pump(one, other)
    back.join(timeout=30)


class Proxy:
    """What the two have in common."""

    scheme = ""

    def __init__(
        self,
        *,
        names: Mapping[str, str] | None = None,
        credentials: tuple[str, str] | None = None,
        tls: bool = False,
    ) -> None:
        self.names = dict(names or {})
        self.credentials = credentials
        self.asked: list[str] = []
        self.requests: list[bytes] = []
        self._context = server_context() if tls else None
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                client = self.request
                with contextlib.suppress(OSError, ConnectionError):
                    if proxy._context is not None:
                        client = proxy._context.wrap_socket(client, server_side=True)
                    proxy.serve(client)
                with contextlib.suppress(OSError):
                    client.close()

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"{self.scheme}{'s' if tls else ''}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, client: socket.socket) -> None:
        """Serve one connection."""
        raise NotImplementedError

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to a host on loopback."""
        address = self.names.get(host, host)
        if not address.startswith("127."):
            raise ConnectionRefusedError(host)
        return socket.create_connection((address, port), timeout=30)


class HttpProxy(Proxy):
    """Speaks HTTP; inside TLS with `tls`."""

    scheme = "http"

    def serve(self, client: socket.socket) -> None:
        """A tunnel, or one request that is handed on."""
        head = b""
        while b"\r\n\r\n" not in head:
            data = client.recv(65536)
            if not data:
                return
            head += data
        self.requests.append(head)
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        self.asked.append(f"{method} {target}")
        if self.credentials is not None:
            pair = base64.b64encode(":".join(self.credentials).encode())
            if b"\r\nProxy-Authorization: Basic " + pair + b"\r\n" not in head:
                client.sendall(b"HTTP/1.1 407 Who\r\nContent-Length: 3\r\n\r\nwho")
                return
        place = target if method == "CONNECT" else re.sub(r"^http://([^/]+).*", r"\1", target)
        host, _, port = place.partition(":")
        try:
            server = self.connect(host, int(port or 80))
        except OSError:
            client.sendall(b"HTTP/1.1 502 Not there\r\nContent-Length: 0\r\n\r\n")
            return
        if method == "CONNECT":
            client.sendall(b"HTTP/1.1 200 There\r\n\r\n")
        else:
            path = target.removeprefix(f"http://{place}")
            own = re.sub(rb"(?i)\r\nProxy-Authorization:[^\r]*", b"", head)
            server.sendall(own.replace(target.encode(), path.encode(), 1))
        relay(client, server)
        server.close()


class SocksProxy(Proxy):
    """Speaks SOCKS 5."""

    scheme = "socks5"

    def serve(self, client: socket.socket) -> None:
        """Greeting, credentials, one connection (RFC 1928, RFC 1929)."""

        def take(count: int) -> bytes:
            data = b""
            while len(data) < count and (more := client.recv(count - len(data))):
                data += more
            return data

        _, count = take(2)
        methods = take(count)
        wanted = 2 if self.credentials is not None else 0
        if wanted not in methods:
            client.sendall(b"\x05\xff")
            return
        client.sendall(bytes((5, wanted)))
        if self.credentials is not None:
            user = take(take(2)[1]).decode()
            password = take(take(1)[0]).decode()
            taken = (user, password) == self.credentials
            client.sendall(b"\x01" + (b"\x00" if taken else b"\x01"))
            if not taken:
                return
        kind = take(4)[3]
        if kind == 3:
            host = take(take(1)[0]).decode()
        else:
            family = socket.AF_INET if kind == 1 else socket.AF_INET6
            host = socket.inet_ntop(family, take(4 if kind == 1 else 16))
        (port,) = struct.unpack(">H", take(2))
        self.asked.append(f"{host}:{port}")
        try:
            server = self.connect(host, port)
        except OSError:
            client.sendall(b"\x05\x04\x00\x01" + bytes(6))
            return
        client.sendall(b"\x05\x00\x00\x01" + bytes(6))
        relay(client, server)
        server.close()
