"""The way to a server through a proxy: http and https (CONNECT, RFC 9110 §9.3.6; plain http as the
proxy forwards it), socks5 and socks5h (RFC 1928, RFC 1929).

A connection is made here; what crosses it is `crawler.fetch.http_client`'s. What goes wrong on the
way is a `ProxyError` that repeats no credentials. `socks5` is told addresses, which the guard has
looked at; the others are told names and look them up themselves.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from dataclasses import dataclass, replace

from archive.credentials import ProxyServer
from crawler.fetch.operator_secrets import OperatorSecrets
from crawler.fetch.request import HttpRequest, Server
from crawler.fetch.tls import client_contexts

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_HEAD_LIMIT = 64 << 10  # bytes of a proxy's answer to CONNECT
ASKS_FOR_CREDENTIALS = 407


class ProxyError(ConnectionError):
    """The proxy is not there, does not let us through, or could not reach the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyConnector:
    """Connects through one proxy."""

    server: ProxyServer

    @property
    def takes_names(self) -> bool:
        """Whether the proxy is told the name of a host, and not an address."""
        return self.server.scheme != "socks5"

    def forwards(self, origin: Server) -> bool:
        """Whether requests for `origin` are sent to the proxy itself, without a tunnel."""
        return origin.scheme == "http" and self.server.scheme in ("http", "https")

    def addressed(self, origin: Server, request: HttpRequest) -> tuple[Server, HttpRequest]:
        """The request as the proxy is to get it: where it forwards it with the whole URL (RFC 9112
        §3.2.2) and with the proxy's credentials.
        """
        if not self.forwards(origin):
            return origin, request
        target = b"http://" + origin.host_header + origin.target
        credentials = self._credentials()
        if credentials is None:
            return replace(origin, target=target), request
        own = OperatorSecrets(headers=((b"Proxy-Authorization", credentials),))
        return replace(origin, target=target), replace(request, secrets=own.over(request.secrets))

    async def open(
        self, origin: Server, address: str, *, tls: ssl.SSLContext | None = None
    ) -> Streams:
        """A connection to `origin`, at `address` where the proxy takes one; inside `tls` if given.

        Raises ProxyError, and what TLS with the server raises.
        """
        name = origin.host.strip("[]") if tls is not None else None
        if self.server.scheme in ("socks5", "socks5h"):
            connected = await self._through_socks(address, origin.port)
            return await asyncio.open_connection(sock=connected, ssl=tls, server_hostname=name)
        streams = await self._to_proxy()
        if self.forwards(origin):
            return streams
        try:
            await self._ask_for_tunnel(streams, origin)
            return streams if tls is None else await _inside_tls(streams, tls, str(name))
        except BaseException:
            streams[1].transport.abort()
            raise

    async def _through_socks(self, host: str, port: int) -> socket.socket:
        # Late: most crawls go through none.
        from python_socks import ProxyError as SocksError
        from python_socks import ProxyType
        from python_socks.async_.asyncio import Proxy as SocksProxy

        server = self.server
        proxy = SocksProxy(
            proxy_type=ProxyType.SOCKS5,
            host=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            rdns=True,  # what it is told here is told on: a name or an address
        )
        try:
            return await proxy.connect(host, port)
        except (SocksError, OSError) as problem:
            raise ProxyError(f"{self._name}: {problem}") from None

    async def _to_proxy(self) -> Streams:
        server = self.server
        context = client_contexts()[0] if server.scheme == "https" else None
        try:
            return await asyncio.open_connection(
                server.host, server.port, ssl=context, limit=_HEAD_LIMIT
            )
        except OSError as problem:
            reason = getattr(problem, "verify_message", None) or problem.strerror or problem
            raise ProxyError(f"{self._name}: {reason}") from None

    async def _ask_for_tunnel(self, streams: Streams, origin: Server) -> None:
        reader, writer = streams
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        authority = f"{host}:{origin.port}".encode("ascii")
        lines = [b"CONNECT " + authority + b" HTTP/1.1", b"Host: " + authority]
        credentials = self._credentials()
        if credentials is not None:
            lines.append(b"Proxy-Authorization: " + credentials)
        writer.write(b"\r\n".join([*lines, b"", b""]))
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            raise ProxyError(f"{self._name} gave no answer that can be read") from None
        status = head.split(None, 2)[1:2]
        if not (status and status[0].isdigit() and 200 <= int(status[0]) < 300):
            said = status[0].decode("latin-1")[:3] if status else "nothing"
            raise ProxyError(f"{self._name} answered {said}")

    def _credentials(self) -> bytes | None:
        if self.server.username is None:
            return None
        pair = f"{self.server.username}:{self.server.password or ''}"
        return b"Basic " + base64.b64encode(pair.encode())

    @property
    def _name(self) -> str:
        return f"the proxy {self.server.host}:{self.server.port}"


_PUMPS: set[asyncio.Task[None]] = set()


async def _inside_tls(tunnel: Streams, context: ssl.SSLContext, name: str) -> Streams:
    """Streams inside TLS with a server at the far end of a tunnel.

    What crosses the tunnel goes by way of a pair of sockets: asyncio's TLS on top of its own TLS (a
    proxy of https) fails over certificates that do not verify.
    """
    near, far = socket.socketpair()
    end = await asyncio.open_connection(sock=far)
    for pump in (_pump(tunnel[0], end[1]), _pump(end[0], tunnel[1], abort=True)):
        task = asyncio.ensure_future(pump)
        _PUMPS.add(task)
        task.add_done_callback(_PUMPS.discard)
    return await asyncio.open_connection(sock=near, ssl=context, server_hostname=name)


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, abort: bool = False
) -> None:
    """Hand on what is read until it ends; then that is handed on, too, with `abort` at once."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # told by the end
    finally:
        if abort:
            writer.transport.abort()
        else:
            writer.close()
