"""A connection is used twice only where it can be shown that nothing is filed under another URL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import pytest
from loopback_site.server import Behaviour, Site, Talk

from archive.model import Exchange
from crawler.fetch import connection_reuse
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.connection_reuse import ConnectionReuse, Trust
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.http_client import HttpClient, Timeouts
from crawler.fetch.request import HttpRequest, server_of

PAUSE = 0.06  # seconds between two requests; a connection rests 0.05 s
PAGES = [f"/page/{number}" for number in range(8)]


def ends(talk: Talk) -> bytes:
    """What a server in order says of the connection when it is asked to end it."""
    return b"Connection: close\r\n" if talk.header("connection") == "close" else b""


def page(talk: Talk, *headers: bytes) -> bytes:
    """The answer to this very request: its body is the address that was asked for."""
    body = talk.exchange.target.encode()
    return b"HTTP/1.1 200 OK\r\n%s%sContent-Length: %d\r\n\r\n%s" % (
        b"".join(headers),
        ends(talk),
        len(body),
        body,
    )


async def fair(talk: Talk) -> None:
    """Answer as servers do."""
    await talk.send(page(talk))


def is_second(talk: Talk) -> bool:
    """Whether the connection has carried a request before this one."""
    mine = [
        each for each in talk.site.wire.exchanges if each.connection == talk.exchange.connection
    ]
    return len(mine) > 1


def on_second(behave: Callable[[Talk], Awaitable[None]]) -> Behaviour:
    """A server in order that behaves otherwise to the second request of a connection."""

    async def answer(talk: Talk) -> None:
        await (behave(talk) if is_second(talk) else fair(talk))

    return answer


def site_of(behave: Behaviour, *, tls: bool = False) -> Site:
    """A site that answers everything so."""
    return Site(homes=(lambda _: behave,), tls=tls)


def client_of(site: Site, **options: object) -> HttpClient:
    """A client that may reach the site."""
    return HttpClient(guard=AddressGuard.for_starts([site.url]), **options)  # type: ignore[arg-type]


async def each_in_turn(
    client: HttpClient, site: Site, targets: Iterable[str], *, pause: float = PAUSE
) -> list[Exchange]:
    """One request after the other, by one client."""
    exchanges = []
    for target in targets:
        exchanges.append(await client.fetch(HttpRequest(url=site.url + target)))
        await asyncio.sleep(pause)
    client.reuse.close()
    await asyncio.sleep(0.01)
    return exchanges


def crawl(site: Site, targets: Iterable[str] = PAGES, **options: object) -> list[Exchange]:
    """The same with a client of its own."""
    return asyncio.run(each_in_turn(client_of(site, **options), site, targets))


def bodies(exchanges: Iterable[Exchange]) -> list[str]:
    """The bodies of responses."""
    return [each.response.partition(b"\r\n\r\n")[2].decode() for each in exchanges]


def connections(site: Site) -> list[int]:
    """How many requests each connection has carried."""
    numbers = [each.connection for each in site.wire.exchanges]
    return [numbers.count(number) for number in sorted(set(numbers))]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_carries_two_requests(scheme: str) -> None:
    """With a server that ends its connections in order, two requests share one from the second on;
    all is kept as it crossed the wire, with the address of the peer, and each page is asked for
    once.
    """
    with site_of(fair, tls=scheme == "https") as site:
        exchanges = crawl(site, PAGES[:7])
        assert connections(site) == [1, 2, 2, 2]
        assert [each.request for each in exchanges] == [
            each.request for each in site.wire.exchanges
        ]
        assert [each.response for each in exchanges] == [
            bytes(each.response) for each in site.wire.exchanges
        ]
    assert bodies(exchanges) == PAGES[:7]
    assert {each.ip for each in exchanges} == {"127.0.0.1"}
    assert {each.truncated for each in exchanges} == {None}
    assert len({(each.protocols, each.cipher, each.tls_verified) for each in exchanges}) == 1


STRAYS = {
    "like the first": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray",
    "saying that it is the last": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nstray"
    ),
    "in chunks": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nstray\r\n0\r\n\r\n"
    ),
    "without a body": b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n",
    "an interim one": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
    "no HTTP at all": b"\r\nstray",
}


@pytest.mark.parametrize("delay", [0, 0.02, 0.05, 0.058, 0.06, 0.062, 0.065, 0.08, 0.1])
@pytest.mark.parametrize("stray", STRAYS.values(), ids=STRAYS)
def test_an_unsolicited_response_is_filed_under_no_url(stray: bytes, delay: float) -> None:
    """Whenever a second response comes that nobody asked for - at once, while the connection rests,
    before, with or behind the answer to the next request - each URL has its own answer.
    """
    tasks = []

    async def hostile(talk: Talk) -> None:
        second = is_second(talk)
        if second:
            await talk.wait(0.02)  # the answer takes longer than the stray response
        await talk.send(page(talk))
        if not second and talk.header("connection") != "close":
            tasks.append(asyncio.ensure_future(later(talk)))

    async def later(talk: Talk) -> None:
        await asyncio.sleep(delay)
        await talk.send(stray)

    with site_of(hostile) as site:
        exchanges = crawl(site)
        assert bodies(exchanges) == PAGES
        assert all(each.response.startswith(b"HTTP/1.1 200 OK") for each in exchanges)
        assert len(site.wire.exchanges) <= 2 * len(PAGES)
    assert tasks


@pytest.mark.parametrize("delay", [0, 0.02, 0.07])
def test_a_site_out_of_step_gets_one_request_a_connection_from_then_on(delay: float) -> None:
    """One stray response is enough: at most one request is made twice, and no connection carries
    two any more.
    """

    async def hostile(talk: Talk) -> None:
        await talk.send(page(talk))
        if talk.exchange.target == "/page/1":
            await talk.wait(delay)
            await talk.send(STRAYS["like the first"])

    with site_of(hostile) as site:
        assert bodies(crawl(site)) == PAGES
        assert len(site.wire.exchanges) <= len(PAGES) + 1
        assert connections(site)[2:] == [1] * len(connections(site)[2:])


@pytest.mark.parametrize("delay", [0, 0.03, 0.055, 0.06, 0.065])
@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_server_that_ends_an_idle_connection_loses_no_page(how: str, delay: float) -> None:
    """A connection may end at any moment while it waits or while the next request is on its way;
    the page is then asked for over a new one, and counts once.
    """

    async def ending(talk: Talk) -> None:
        await talk.send(page(talk))
        await talk.wait(delay)
        getattr(talk, how)()

    with site_of(ending) as site:
        exchanges = crawl(site)
    assert bodies(exchanges) == PAGES


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_request_that_was_never_answered_is_made_once_more(how: str) -> None:
    """Where the server ends the connection before a byte of its answer, the request goes out once
    more, over a new connection; such a server still gets two over one.
    """

    async def gone(talk: Talk) -> None:
        getattr(talk, how)()

    with site_of(on_second(gone)) as site:
        assert bodies(crawl(site, PAGES[:4])) == PAGES[:4]
        assert site.wire.targets == [PAGES[0], PAGES[1], PAGES[2], PAGES[2], PAGES[3], PAGES[3]]
        assert connections(site) == [1, 2, 2, 1]


def test_a_half_closed_connection_is_not_used_again() -> None:
    """A server that has ended its side of a connection gets no second request over it."""

    async def half(talk: Talk) -> None:
        await talk.send(page(talk))
        talk._writer.write_eof()
        await talk.wait(0.2)

    with site_of(half) as site:
        assert bodies(crawl(site, PAGES[:4])) == PAGES[:4]
        assert set(connections(site)) == {1}


FIRST = {
    "length": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", True),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", True),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", True),
    "not modified": (b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n', True),
    "interim": (
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        True,
    ),
    "http/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", False),
    "last": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x, Close\r\n\r\nok", False),
    "both framings": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n%s"
        % b"2\r\nok\r\n0\r\n\r\n",
        False,
    ),
    "two codings": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        False,
    ),
    "length twice": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
        False,
    ),
    "excess": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok?", False),
    "no content with chunks": (
        b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
        False,
    ),
}


@pytest.mark.parametrize(("response", "lasts"), FIRST.values(), ids=FIRST)
def test_only_a_certain_end_lets_a_connection_last(response: bytes, *, lasts: bool) -> None:
    """The connection is used again after a response whose end is beyond doubt, and no other."""

    async def answer(talk: Talk) -> None:
        await talk.send(response if talk.exchange.target == "/first" else page(talk))

    with site_of(answer) as site:
        crawl(site, ["/", "/first", "/next"])
        assert connections(site) == ([1, 2] if lasts else [1, 1, 1])
        assert site.wire.targets == ["/", "/first", "/next"]


def test_a_response_to_head_lets_a_connection_last() -> None:
    """The length that the answer to a HEAD request states is none of its own."""

    async def answer(talk: Talk) -> None:
        whole = page(talk)
        await talk.send(whole.partition(b"/page")[0] if talk.method == "HEAD" else whole)

    async def heads(client: HttpClient, site: Site) -> None:
        for method, target in (("GET", "/0"), ("HEAD", "/page/1"), ("HEAD", "/page/2")):
            await client.fetch(HttpRequest(url=site.url + target, method=method))
            await asyncio.sleep(PAUSE)

    with site_of(answer) as site:
        asyncio.run(heads(client_of(site), site))
        assert connections(site) == [1, 2]


OK = b"HTTP/1.1 200 OK\r\n"
LAST = OK + b"Connection: close\r\n"
SECOND = {
    "not said to be the last": OK + b"Content-Length: 5\r\n\r\nwrong",
    "followed by more": LAST + b"Content-Length: 5\r\n\r\nwrong" + b"?",
    "cut": LAST + b"Content-Length: 50\r\n\r\nwrong",
    "cut in its chunks": LAST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nwro",
    "of both framings": (
        LAST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwrong\r\n0\r\n\r\n"
    ),
    "without an end": LAST + b"\r\nwrong",
    "http/1.0": b"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nwrong",
    "a request timeout": (
        b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 5\r\n\r\nwrong"
    ),
    "half a head": LAST,
    "no HTTP": b"wrong",
}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("response", SECOND.values(), ids=SECOND)
def test_a_doubtful_second_response_is_not_taken(response: bytes, scheme: str) -> None:
    """A second response that cannot be shown to be the last of its connection counts for nothing:
    the page is asked for over a connection of its own, and so is everything that follows.
    """

    async def doubtful(talk: Talk) -> None:
        await talk.send(response)
        talk.close()

    with site_of(on_second(doubtful), tls=scheme == "https") as site:
        assert bodies(crawl(site, PAGES[:5])) == PAGES[:5]
        assert connections(site) == [1, 2, 1, 1, 1]


def test_a_second_response_behind_which_the_connection_stands_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing shows that the last response has come before the connection has ended."""
    monkeypatch.setattr(connection_reuse, "_END", 0.1)

    async def standing(talk: Talk) -> None:
        await talk.send(LAST + b"Content-Length: 5\r\n\r\nwrong")
        await talk.wait(0.5)

    with site_of(on_second(standing)) as site:
        assert bodies(crawl(site, PAGES[:4])) == PAGES[:4]
        assert connections(site) == [1, 2, 1, 1]


@pytest.mark.parametrize("how", ["silent", "standing"])
def test_a_server_not_seen_to_end_its_connections_gets_one_request_on_each(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first response does not say that it is the last, or the connection stands behind
    it, no connection is kept, and nothing is asked for twice to find out.
    """
    monkeypatch.setattr(connection_reuse, "_END", 0.1)

    async def answer(talk: Talk) -> None:
        whole = page(talk)
        await talk.send(whole.replace(b"Connection: close\r\n", b"") if how == "silent" else whole)
        await talk.wait(0.3 if how == "standing" else 0)

    with site_of(answer) as site:
        exchanges = crawl(site, PAGES[:3])
        assert bodies(exchanges) == PAGES[:3]
        assert connections(site) == [1, 1, 1]
        assert all(each.header("connection") == "close" for each in site.wire.exchanges)


def test_where_it_is_switched_off_each_request_has_its_own_connection() -> None:
    """`keep_alive = false` holds for every server."""
    with site_of(fair) as site:
        assert bodies(crawl(site, reuse=ConnectionReuse(enabled=False))) == PAGES
        assert set(connections(site)) == {1}


def test_what_must_not_be_repeated_gets_a_connection_of_its_own() -> None:
    """A POST is made once, over a new connection, whatever becomes of it."""

    async def post(client: HttpClient, site: Site) -> None:
        for target in PAGES[:2]:
            await client.fetch(HttpRequest(url=site.url + target))
        await asyncio.sleep(PAUSE)
        with pytest.raises(FetchError):
            await client.fetch(HttpRequest(url=site.url + "/post", method="POST", body=b"a=1"))
        client.reuse.close()

    async def answer(talk: Talk) -> None:
        if talk.method == "POST":
            talk.reset()
        else:
            await fair(talk)

    with site_of(answer) as site:
        asyncio.run(post(client_of(site), site))
        assert len(site.wire.of("/post")) == 1
        assert set(connections(site)) == {1}


def test_a_second_request_that_stalls_is_not_made_twice() -> None:
    """A server that says nothing at all times out as ever, after one time-out and one request."""

    async def stall(talk: Talk) -> None:
        await talk.wait(5)

    with site_of(on_second(stall)) as site:
        with pytest.raises(FetchError) as failure:
            crawl(site, PAGES[:3], timeouts=Timeouts(idle=0.3))
        assert failure.value.reason is FetchReason.TIMEOUT
        assert site.wire.targets == PAGES[:3]


def test_a_connection_waits_for_a_short_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked over a connection that has waited for longer than servers let it."""
    monkeypatch.setattr(connection_reuse, "_IDLE", 0.02)
    with site_of(fair) as site:
        assert bodies(crawl(site)) == PAGES
        assert set(connections(site)) == {1}


def test_requests_at_once_never_share_a_connection() -> None:
    """Of requests that are under way together each has a connection to itself."""

    async def at_once(client: HttpClient, site: Site) -> list[Exchange]:
        exchanges = []
        for turn in range(4):
            targets = [f"/page/{turn}{number}" for number in range(5)]
            requests = [HttpRequest(url=site.url + target) for target in targets]
            exchanges += await asyncio.gather(*map(client.fetch, requests))
            await asyncio.sleep(PAUSE)
        client.reuse.close()
        await asyncio.sleep(0.01)
        return exchanges

    async def slow(talk: Talk) -> None:
        await talk.wait(0.05)
        await fair(talk)

    with site_of(slow) as site:
        exchanges = asyncio.run(at_once(client_of(site), site))
        assert bodies(exchanges) == [each.url.removeprefix(site.url) for each in exchanges]
        assert max(connections(site)) == 2


def test_trust_is_of_one_server_alone() -> None:
    """What one server does is nothing that another one is held to."""

    async def wild(talk: Talk) -> None:
        await talk.send(page(talk) + b"excess")

    async def both(client: HttpClient, one: Site, other: Site) -> None:
        for target in PAGES[:4]:
            for site in (one, other):
                await client.fetch(HttpRequest(url=site.url + target))
        await asyncio.sleep(PAUSE)
        client.reuse.close()

    with site_of(fair) as one, site_of(wild) as other:
        client = HttpClient(guard=AddressGuard.for_starts([one.url, other.url]))
        asyncio.run(both(client, one, other))
        assert client.reuse.trust(server_of(one.url + "/")) is Trust.EARNED
        assert client.reuse.trust(server_of(other.url + "/")) is Trust.LOST
