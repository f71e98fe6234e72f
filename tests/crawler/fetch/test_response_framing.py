"""Where a response ends, whatever packets it comes in."""

from __future__ import annotations

import asyncio
import contextlib
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback_site.misbehaviours import MISBEHAVIOURS
from loopback_site.server import Site, Talk, WireExchange

from archive.warc.http_message import parse_response
from crawler.fetch.response_framing import FramingProblem, Limits, ResponseFramer

SMALL = Limits(head=4000, line=900, body=3000)


class _Collect(Talk):
    """A talk with nobody: collects what a behaviour sends, up to a size."""

    def __init__(self, target: str) -> None:
        self.exchange = WireExchange(
            target=target, request=b"GET " + target.encode() + b" HTTP/1.1\r\n\r\n"
        )
        self.path, self.query, self.closing = target, {}, False
        self.site = Site()

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self.exchange.response += part
        if len(self.exchange.response) > 20_000:
            raise asyncio.CancelledError

    async def wait(self, seconds: float) -> None:
        if seconds >= 1:
            raise asyncio.CancelledError

    def reset(self) -> None:
        self.closing = True


def sent(target: str) -> bytes:
    """All that a misbehaviour sends, as far as it comes without waiting."""
    talk = _Collect(target)

    async def run() -> None:
        await MISBEHAVIOURS[target](talk)

    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(run())
    return bytes(talk.exchange.response)


STREAMS = {target: sent(target) for target in MISBEHAVIOURS}


def outcome(pieces: Iterator[bytes], *, limits: Limits, method: str = "GET") -> tuple[object, ...]:
    """All that is observable of a framer once the connection has ended."""
    framer = ResponseFramer(method=method, limits=limits)
    for piece in pieces:
        framer.feed(piece)
    framer.close()
    return (
        framer.message,
        framer.truncated,
        framer.problem,
        framer.status,
        framer.finished,
        framer.has_head,
    )


@given(
    st.sampled_from(sorted(STREAMS)),
    st.lists(st.integers(0, 20_000), max_size=12),
    st.sampled_from([Limits(), SMALL]),
    st.sampled_from(["GET", "HEAD"]),
)
def test_outcome_does_not_depend_on_packets(
    target: str, cuts: list[int], limits: Limits, method: str
) -> None:
    """However the network splits the bytes, the same message comes out with the same marks."""
    stream = STREAMS[target]
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    whole = outcome(iter([stream]), limits=limits, method=method)
    assert outcome((stream[a:b] for a, b in pairwise(edges)), limits=limits, method=method) == whole


@pytest.mark.parametrize("target", sorted(STREAMS))
def test_outcome_does_not_depend_on_single_bytes(target: str) -> None:
    """The same, a byte at a time."""
    stream = STREAMS[target]
    pieces = (stream[at : at + 1] for at in range(len(stream)))
    assert outcome(pieces, limits=SMALL) == outcome(iter([stream]), limits=SMALL)


@given(st.binary(max_size=300), st.lists(st.integers(0, 400), max_size=6))
def test_any_bytes_are_taken(noise: bytes, cuts: list[int]) -> None:
    """No bytes raise an error, and what is kept is always part of what came."""
    stream = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + noise
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    message, *_ = outcome((stream[a:b] for a, b in pairwise(edges)), limits=Limits())
    assert isinstance(message, bytes)
    assert stream.startswith(message)
    assert outcome(iter([stream]), limits=Limits())[0] == message


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8), st.binary(max_size=20))
def test_chunks_end_where_the_archive_thinks_they_end(chunks: list[bytes], excess: bytes) -> None:
    """The entity that the archive reads out of the kept bytes is what the server put into its
    chunks.
    """
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    framer = ResponseFramer()
    framer.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + excess)
    assert framer.finished
    assert framer.truncated is None
    assert framer.excess == len(excess)
    assert parse_response(framer.message).entity == b"".join(chunks)


@pytest.mark.parametrize(
    ("head", "length"),
    [
        (b"Content-Length: 3\r\n", 3),
        (b"CONTENT-length:3\r\n", 3),
        (b"Content-Length : 3\r\n", 3),
        (b"Content-Length:\r\n 3\r\n", 3),
        (b"Content-Length: 003\r\n", 3),
        (b"Content-Length: 3, 3\r\n", 3),
        (b"Content-Length: -3\r\n", 6),
        (b"Content-Length: +3\r\n", 6),
        (b"Content-Length: 3x\r\n", 6),
        (b"Content-Length: \r\n", 6),
        (b"Content-Length: " + b"9" * 30 + b"\r\n", 6),
        (b"Transfer-Encoding: identity\r\nContent-Length: 3\r\n", 3),
        (b"X-Content-Length: 3\r\n", 6),
        (b"", 6),
    ],
)
def test_lengths_are_read_as_written(head: bytes, length: int) -> None:
    """A length counts if it is a number; otherwise the body goes on to the end of the
    connection.
    """
    framer = ResponseFramer()
    framer.feed(b"HTTP/1.1 200 OK\r\n" + head + b"\r\nabcdef")
    framer.close()
    assert framer.message.endswith(b"\r\n\r\n" + b"abcdef"[:length])
    assert framer.truncated is None


def test_limits_are_exact() -> None:
    """A body of exactly the limit is whole; one byte more is cut, by length, chunks or the end of
    the connection.
    """
    for size, reason in ((3000, None), (3001, "length")):
        for head in (b"Content-Length: %d\r\n" % size, b""):
            framer = ResponseFramer(limits=SMALL)
            framer.feed(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + b"x" * size)
            framer.close()
            assert framer.truncated == reason
            assert framer.message.endswith(b"\r\n\r\n" + b"x" * 3000)


def test_header_flood_is_a_problem_not_a_message() -> None:
    """Past the limit of the head there is nothing to keep."""
    framer = ResponseFramer(limits=SMALL)
    framer.feed(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n")
    assert framer.problem == FramingProblem.FLOOD
    assert framer.message == b""


@pytest.mark.parametrize("frame", ["00 00 12 04 00 00", "00 00 08 07 00 00"])
def test_a_server_that_speaks_http2_alone_is_known(frame: str) -> None:
    """It answers with SETTINGS or GOAWAY, in whatever packets; other bytes are just no response."""
    framer = ResponseFramer()
    for byte in bytes.fromhex(frame):
        framer.feed(bytes([byte]))
    assert framer.problem is FramingProblem.HTTP2
    other = ResponseFramer()
    other.feed(b"\0\0\0\0\0\0")
    assert other.problem is FramingProblem.NOT_HTTP


def test_a_body_in_chunks_of_a_byte_costs_little_more_than_its_length() -> None:
    """Collecting a response in the smallest chunks takes at most two and a half times its bytes in
    memory, its copy for the archive included: with the parsing, which takes less than one, a
    response of 50 MB stays far under the 400 MB of the crawler's process.
    """
    framer = ResponseFramer(limits=Limits(body=600_000))
    tracemalloc.start()
    try:
        framer.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not framer.finished:
            framer.feed(b"1\r\na\r\n" * 5_000)
        message = framer.message
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert framer.truncated == "length"
    assert len(message) > 600_000
    assert peak < 2.5 * len(message)
