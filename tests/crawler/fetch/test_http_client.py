"""Exchanges over real sockets, compared with the server's own log of what it received and sent."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import resource
import time

import pytest
from loopback_site.misbehaviours import MISBEHAVIOURS
from loopback_site.server import Site, Talk

from archive.model import Exchange
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.http_client import HttpClient, Timeouts
from crawler.fetch.request import HttpRequest
from crawler.fetch.response_framing import Limits

HEADERS = ((b"User-Agent", b"warraq-test"), (b"Accept", b"*/*"), (b"X-Odd-CASE", b"1"))


def fetch(
    site: Site, target: str, *, method: str = "GET", body: bytes = b"", **wire: object
) -> Exchange:
    """One exchange with the site, allowed to reach it."""
    options: dict[str, object] = {"guard": AddressGuard.for_starts([site.url]), **wire}
    outgoing = HttpRequest(url=site.url + target, method=method, headers=HEADERS, body=body)
    return asyncio.run(HttpClient(**options).fetch(outgoing))  # type: ignore[arg-type]


WHOLE = [
    "plain", "odd-headers", "no-reason", "line-feeds-only",
    "http10", "close-delimited", "304", "204",
    "big-header?bytes=20000", "big-header?bytes=200000",
    "many-headers", "chunked", "chunked-capital",
    "chunked-line-feeds", "chunked-and-length",
    "unknown-coding", "same-length-twice", "with-nuls", "binary",
    "chunked-gzip-dribbled", "gzip", "br", "deflate",
    "deflate-raw", "gzip-cut", "gzip-not", "echo", "validators",
]  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_bytes_are_those_on_the_wire(site: Site, name: str) -> None:
    """Whatever a server sends, request and response are kept exactly as they crossed the wire, and
    as whole.
    """
    kept = fetch(site, f"/{name}")
    (wire,) = site.wire.exchanges
    assert kept.request == wire.request
    assert kept.response == bytes(wire.response)
    assert kept.truncated is None
    assert kept.ip == "127.0.0.1"
    assert kept.elapsed > 0


@pytest.mark.parametrize(
    "name", ["plain", "odd-headers", "close-delimited", "chunked-gzip-dribbled", "304", "echo"]
)
def test_bytes_are_those_inside_tls(tls_site: Site, name: str) -> None:
    """Behind TLS the same bytes are kept, with protocol and cipher, and that the certificate did
    not verify.
    """
    kept = fetch(tls_site, f"/{name}")
    wire = tls_site.wire.exchanges[-1]
    assert kept.request == wire.request
    assert kept.response == bytes(wire.response)
    assert kept.truncated is None
    assert kept.protocols[1] == "tls/1.3"
    assert kept.cipher is not None
    assert kept.cipher.startswith("TLS_")
    assert kept.tls_verified is False


@pytest.mark.parametrize(
    ("name", "reason", "end"),
    [
        ("chunked-cut", "disconnect", b"FF\r\nhalf"),
        ("chunked-no-end", "disconnect", b"\r\n"),
        ("chunked-broken", "unspecified", b"xyz\r\nrest"),
        ("chunked-not", "unspecified", b"</html>"),
        ("short-length", "disconnect", b"x" * 500),
        ("reset", "disconnect", b"x" * 500),
        ("stall-body", "time", b"z" * 1000),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_cut_responses_are_kept_and_marked(scheme: str, name: str, reason: str, end: bytes) -> None:
    """A response that is not whole is kept as far as it came, and says why it stops there."""
    with Site(MISBEHAVIOURS, tls=scheme == "https") as site:
        kept = fetch(site, f"/{name}", timeouts=Timeouts(idle=0.4))
        assert kept.truncated == reason
        assert kept.response == bytes(site.wire.exchanges[-1].response)
        assert kept.response.endswith(end)


def test_two_lengths_are_whole_if_one_is_right(site: Site) -> None:
    """Of two lengths that contradict each other either may be right; the body is kept to the end of
    the connection.
    """
    kept = fetch(site, "/two-lengths")
    assert kept.truncated is None
    assert kept.response.endswith(b"\r\n\r\nhello??")


@pytest.mark.parametrize(
    ("name", "body"),
    [("long-length", b"y" * 10), ("second-response", b"first"), ("late-second-response", b"first")],
)
def test_nothing_behind_the_end_is_kept(site: Site, name: str, body: bytes) -> None:
    """Bytes that come after the end of a message are not part of it."""
    kept = fetch(site, f"/{name}")
    assert kept.response.endswith(b"\r\n\r\n" + body)
    assert kept.truncated is None


def test_each_request_has_its_own_connection(site: Site) -> None:
    """A stray response cannot be taken for the next one's: no connection is used twice to a server
    that does not say how it ends them.
    """

    async def thrice() -> list[Exchange]:
        client = HttpClient(guard=AddressGuard.for_starts([site.url]))
        request = HttpRequest(url=site.url + "/late-second-response")
        return [await client.fetch(request) for _ in range(3)]

    for exchange in asyncio.run(thrice()):
        assert exchange.response.endswith(b"\r\n\r\nfirst")
    assert [exchange.connection for exchange in site.wire.exchanges] == [1, 2, 3]


def test_interim_responses_are_left_out(site: Site) -> None:
    """100 Continue and 103 Early Hints before the final response are not part of it."""
    kept = fetch(site, "/continue-and-hints")
    sent = bytes(site.wire.exchanges[0].response)
    assert kept.response == sent[sent.index(b"HTTP/1.1 200") :]


def test_head_has_no_body(site: Site) -> None:
    """The length in the answer to a HEAD request is not waited for."""
    kept = fetch(site, "/echo", method="HEAD")
    assert kept.response == bytes(site.wire.exchanges[0].response)
    assert kept.truncated is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("half-head", FetchReason.NO_RESPONSE),
        ("no-response", FetchReason.NO_RESPONSE),
        ("http09", FetchReason.BAD_RESPONSE),
        ("icy", FetchReason.BAD_RESPONSE),
        ("http2-line", FetchReason.BAD_RESPONSE),
        ("stall-head", FetchReason.TIMEOUT),
        ("big-header?bytes=300000", FetchReason.HEADER_FLOOD),
        ("endless-line", FetchReason.HEADER_FLOOD),
        ("endless-headers", FetchReason.HEADER_FLOOD),
        ("endless-interim", FetchReason.HEADER_FLOOD),
    ],
)
def test_without_a_complete_head_there_is_a_reason(
    site: Site, name: str, reason: FetchReason
) -> None:
    """Where no final head came whole, nothing is kept and the failure says why."""
    with pytest.raises(FetchError) as failure:
        fetch(site, f"/{name}", timeouts=Timeouts(idle=0.4))
    assert failure.value.reason == reason
    assert f"/{name}" in str(failure.value)


def test_a_server_that_speaks_http2_alone_is_told() -> None:
    """The failure says why nothing can be fetched there."""

    async def settings_frame(talk: Talk) -> None:
        await talk.send(bytes.fromhex("000000 04 00 00000000"))
        talk.close()

    with Site({"/": settings_frame}) as other, pytest.raises(FetchError) as failure:
        fetch(other, "/")
    assert failure.value.reason is FetchReason.BAD_RESPONSE
    assert "HTTP/2 only" in failure.value.detail


def test_header_flood_is_read_no_further_than_its_limit(site: Site) -> None:
    """Endless headers cost about a megabyte and no time."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3):
        with pytest.raises(FetchError):
            fetch(site, "/endless-headers")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000  # kilobytes


@pytest.mark.parametrize("limit", [70_000, 1_000_000])
def test_endless_body_is_kept_up_to_the_limit(site: Site, limit: int) -> None:
    """The first bytes of a body that is too long are kept, exactly as many as the limit says."""
    kept = fetch(site, "/endless-body", limits=Limits(body=limit))
    head, _, body = kept.response.partition(b"\r\n\r\n")
    assert kept.truncated == "length"
    assert len(body) == limit
    assert bytes(site.wire.exchanges[0].response).startswith(head + b"\r\n\r\n" + body)


def test_slow_drip_ends_at_the_total_time(site: Site) -> None:
    """A server that always sends one more byte in time is cut at the time-out of the whole
    exchange.
    """
    began = time.monotonic()
    kept = fetch(site, "/drip?gap=0.05", timeouts=Timeouts(idle=5, total=0.6))
    assert kept.truncated == "time"
    assert kept.response.endswith(b"z")
    assert time.monotonic() - began < 3


def test_request_is_what_was_asked_for(site: Site) -> None:
    """Host first, then the caller's headers in their order and case, then our own framing."""
    kept = fetch(site, "/echo?q=%D8%A7&empty=", method="POST", body=b"a=1")
    assert kept.request == (
        b"POST /echo?q=%D8%A7&empty= HTTP/1.1\r\nHost: "
        + site.authority.encode()
        + b"\r\nUser-Agent: warraq-test\r\n"
        b"Accept: */*\r\nX-Odd-CASE: 1\r\nContent-Length: 3\r\nConnection: close\r\n\r\na=1"
    )


def test_refused_connection_has_its_reason() -> None:
    """A port where nobody listens is `refused`."""
    with Site() as site:
        url = site.url
    with pytest.raises(FetchError) as failure:
        asyncio.run(
            HttpClient(guard=AddressGuard.for_starts([url])).fetch(HttpRequest(url=url + "/"))
        )
    assert failure.value.reason == FetchReason.REFUSED


def test_unknown_name_has_its_reason() -> None:
    """A name without an address is `dns`."""

    async def no_such_name(host: str, port: int) -> list[str]:
        raise OSError(-2, f"{host}:{port} not known")

    with pytest.raises(FetchError) as failure:
        asyncio.run(
            HttpClient(resolver=no_such_name).fetch(HttpRequest(url="http://nowhere.invalid/"))
        )
    assert failure.value.reason == FetchReason.DNS


def test_speaking_tls_to_a_plain_server_has_its_reason(site: Site) -> None:
    """A TLS handshake that comes to nothing is `tls`."""
    url = site.url.replace("http:", "https:")
    with pytest.raises(FetchError) as failure:
        asyncio.run(
            HttpClient(guard=AddressGuard.for_starts([url]), timeouts=Timeouts(connect=2)).fetch(
                HttpRequest(url=url + "/")
            )
        )
    assert failure.value.reason in {FetchReason.TLS, FetchReason.TIMEOUT, FetchReason.NO_RESPONSE}


def test_the_address_that_worked_is_tried_first(site: Site) -> None:
    """A name with a dead address beside a live one pays for the dead one once only."""
    asked: list[str] = []

    class Noting(AddressGuard):
        """Lets everything through and notes what was tried."""

        def permits(self, host: str, port: int, address: str) -> bool:  # noqa: ARG002
            asked.append(address)
            return True

    async def two(_host: str, _port: int) -> list[str]:
        return ["127.0.0.3", "127.0.0.1"]

    wire = HttpClient(guard=Noting(), resolver=two)
    for _ in range(2):
        assert (
            asyncio.run(wire.fetch(HttpRequest(url=f"http://news.example:{site.port}/plain"))).ip
            == "127.0.0.1"
        )
    assert asked == ["127.0.0.3", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1"]


def test_ipv6_works_like_any_other() -> None:
    """A host given as an IPv6 address is connected to, named in brackets and recorded without
    them.
    """
    try:
        site = Site(MISBEHAVIOURS, host="::1").__enter__()
    except RuntimeError:
        pytest.skip("this machine has no IPv6 loopback")
    with contextlib.ExitStack() as stack:
        stack.callback(site.stop)
        kept = fetch(site, "/plain")
        assert kept.ip == "::1"
        assert f"Host: [::1]:{site.port}\r\n".encode() in kept.request
        assert kept.response == bytes(site.wire.exchanges[0].response)


def test_private_address_is_refused_before_a_connection_is_made(site: Site) -> None:
    """What the operator has not named is not even connected to, however the address is written."""
    port = site.port
    hosts = [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "[::ffff:127.0.0.1]",
        "localhost",
        "0",
    ]
    for host in hosts:
        with pytest.raises(FetchError) as failure:
            asyncio.run(HttpClient().fetch(HttpRequest(url=f"http://{host}:{port}/plain")))
        assert failure.value.reason == FetchReason.BLOCKED_ADDRESS, host
    assert site.wire.connections == 0


def test_every_answer_of_a_changing_name_server_is_checked(site: Site) -> None:
    """A name that points outside first and inside later (DNS rebinding) does not get in, nor does a
    mixed answer.
    """
    answers = itertools.cycle([["127.0.0.1"], ["0.0.0.0", "127.0.0.1", "::1"]])

    async def rebinding(_host: str, _port: int) -> list[str]:
        return next(answers)

    for _ in range(4):
        with pytest.raises(FetchError) as failure:
            asyncio.run(
                HttpClient(resolver=rebinding).fetch(
                    HttpRequest(url=f"http://news.example:{site.port}/plain")
                )
            )
        assert failure.value.reason == FetchReason.BLOCKED_ADDRESS
    assert site.wire.connections == 0


@pytest.mark.parametrize("private", [False, True])
def test_a_name_of_start_that_moves_inside_is_refused(site: Site, private: bool) -> None:
    """That the operator named a host permits no private address behind it, at whatever connection
    it comes to have one; `private = true` does.
    """
    answers = iter([["0.0.0.0"], ["127.0.0.1"], ["169.254.169.254", "127.0.0.1"]])

    async def moving(_host: str, _port: int) -> list[str]:
        return next(answers)

    url = f"http://news.example:{site.port}/plain"
    guard = AddressGuard.for_starts([url], private=private)
    client, outcomes = HttpClient(guard=guard, resolver=moving), []
    for _ in range(3):
        try:
            outcomes.append(asyncio.run(client.fetch(HttpRequest(url=url))).ip)
        except FetchError as failure:
            outcomes.append(failure.reason)
    refused = FetchReason.BLOCKED_ADDRESS
    assert outcomes == ([refused, "127.0.0.1", "127.0.0.1"] if private else [refused] * 3)
    assert len(site.wire.exchanges) == (2 if private else 0)


def test_the_peer_is_checked_too(site: Site) -> None:
    """Should a connection end somewhere else than asked for, it is dropped before a byte of HTTP is
    sent.
    """

    class Careless(AddressGuard):
        """Lets the address before the connection pass, as if it had looked public, and not the
        peer.
        """

        asked = 0

        def permits(self, host: str, port: int, address: str) -> bool:  # noqa: ARG002
            """True for the first question only."""
            type(self).asked += 1
            return type(self).asked == 1

    with pytest.raises(FetchError) as failure:
        asyncio.run(HttpClient(guard=Careless()).fetch(HttpRequest(url=site.url + "/plain")))
    assert failure.value.reason == FetchReason.BLOCKED_ADDRESS
    assert site.wire.exchanges == []
