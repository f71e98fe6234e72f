"""One connection to a server: bytes out, and bytes in as they come, inside TLS where there is TLS.

It knows nothing of HTTP. `crawler.fetch.http_client` speaks over it;
`crawler.fetch.connection_reuse` says whether it may be used a second time, for which it has to be
silent: nothing received that was not read, nothing on the socket, not ended.
"""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import Callable

_HELD = 1 << 18  # bytes received and not read, beyond which the peer has to wait


class Connection(asyncio.Protocol):
    """A connection that `open_connection` made.

    `peer` is the numeric address of the peer. `cipher` holds OpenSSL's names of cipher suite and
    protocol, and `verified` says whether the peer's certificate verified; both are None without
    TLS. `on_unrest` is called when anything comes that nobody waits for: bytes (True) or the end
    (False).
    """

    peer: str = ""
    cipher: tuple[str, str] | None = None
    verified: bool | None = None
    on_unrest: Callable[[bool], None] | None = None

    def __init__(self) -> None:
        self._received = bytearray()
        self._reader: asyncio.Future[None] | None = None
        self._paused = self._ended = False
        self._error: OSError | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def _open(self) -> asyncio.Transport:
        assert self._transport is not None  # noqa: S101 - there is none before `connection_made`
        return self._transport

    @property
    def is_silent(self) -> bool:
        """Whether the peer has sent nothing more than was read and the connection stands, as far as
        can be known here: bytes that came and were not read, the socket itself, and what TLS holds.
        """
        if self._received or self._ended or self._error or self._open.is_closing():
            return False
        tls = self._open.get_extra_info("ssl_object")
        if tls is not None and tls.pending():
            return False
        poll = select.poll()
        poll.register(self._open.get_extra_info("socket").fileno(), select.POLLIN | select.POLLPRI)
        return not poll.poll(0)

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._open.write(data)

    async def receive(self) -> bytes:
        """All bytes that have come since the last reading, at least one; none once the peer has
        ended the connection. Raises OSError where it was broken off.
        """
        while not self._received:
            if self._error is not None:
                raise self._error
            if self._ended:
                return b""
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        data = bytes(self._received)
        self._received.clear()
        if self._paused:
            self._paused = False
            self._open.resume_reading()
        return data

    def abort(self) -> None:
        """End the connection at once; twice does no harm."""
        self.on_unrest = None
        self._open.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands, TLS included."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - as for all TCP
        self._transport = transport
        # Kept here: a TLS transport that has ended no longer knows them.
        self.peer = str((transport.get_extra_info("peername") or ("",))[0])
        cipher = transport.get_extra_info("cipher")
        self.cipher = None if cipher is None else (cipher[0], cipher[1])

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        self._received += data
        if len(self._received) > _HELD and not self._paused:
            self._paused = True
            self._open.pause_reading()
        self._wake(came=True)

    def eof_received(self) -> bool:
        """The peer sends no more. It may still take something, but not within TLS."""
        self._ended = True
        self._wake(came=False)
        return self._open.get_extra_info("ssl_object") is None

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over, in order or not."""
        self._ended = True
        if exc is not None:
            self._error = exc if isinstance(exc, OSError) else OSError(str(exc))
        self._wake(came=False)

    def _wake(self, *, came: bool) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
        elif self.on_unrest is not None:
            self.on_unrest(came)


class StreamConnection(Connection):
    """A connection that streams were made for, such as the way through a proxy: used once."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__()
        self._stream, self._writer = reader, writer
        self.peer = str((writer.get_extra_info("peername") or ("",))[0])
        cipher = writer.get_extra_info("cipher")
        self.cipher = None if cipher is None else (cipher[0], cipher[1])

    @property
    def is_silent(self) -> bool:
        """Never known: what stands between may hold something back."""
        return False

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)

    async def receive(self) -> bytes:
        """Bytes that have come; none once the peer has ended the connection."""
        return await self._stream.read(_HELD)

    def abort(self) -> None:
        """End the connection at once."""
        self._writer.transport.abort()


async def open_connection(
    address: str, port: int, *, tls: ssl.SSLContext | None = None, name: str | None = None
) -> Connection:
    """Connect to a numeric address; with `tls` for the server called `name`. Raises OSError."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        Connection, address, port, ssl=tls, server_hostname=name if tls else None
    )
    return connection
