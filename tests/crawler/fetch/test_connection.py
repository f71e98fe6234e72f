"""A connection gives all bytes in their order, and knows whether its peer has been silent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from loopback_site.server import Behaviour, Site, Talk

from crawler.fetch.connection import Connection, open_connection
from crawler.fetch.tls import client_contexts

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def connect(site: Site) -> Connection:
    """A connection to the site."""
    tls = client_contexts()[1] if site.tls else None
    return await open_connection("127.0.0.1", site.port, tls=tls, name="127.0.0.1")


def site_of(behave: Behaviour, scheme: str) -> Site:
    """A site that answers everything so."""
    return Site(homes=(lambda _: behave,), tls=scheme == "https")


async def everything(connection: Connection) -> bytes:
    """All that comes until the end."""
    whole = b""
    while data := await connection.receive():
        whole += data
    return whole


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("late", [0, 0.2])
def test_all_bytes_come_in_order_and_then_the_end(scheme: str, late: float) -> None:
    """Nothing is lost or changed, also of more than is held at once while nobody reads."""
    sent = bytes(range(256)) * 8000

    async def flood(talk: Talk) -> None:
        await talk.send(*(sent[at : at + 50_000] for at in range(0, len(sent), 50_000)))
        talk.close()

    async def run(site: Site) -> tuple[bytes, Connection]:
        connection = await connect(site)
        connection.write(REQUEST)
        await asyncio.sleep(late)
        whole = await everything(connection)
        connection.abort()
        return whole, connection

    with site_of(flood, scheme) as site:
        whole, connection = asyncio.run(run(site))
    assert whole == sent
    assert connection.peer == "127.0.0.1"  # also once it has ended
    assert (connection.cipher is not None) == (scheme == "https")


def test_what_nobody_reads_is_not_held_without_bound() -> None:
    """A peer that sends more than is read has to wait."""
    sizes = []

    async def flood(talk: Talk) -> None:
        while True:
            await talk.send(b"x" * 65536)

    async def run(site: Site) -> None:
        connection = await connect(site)
        connection.write(REQUEST)
        await asyncio.sleep(0.3)
        sizes.append(len(await connection.receive()))
        sizes.append(len(await connection.receive()))
        connection.abort()
        await asyncio.sleep(0.01)

    with site_of(flood, "http") as site:
        asyncio.run(run(site))
    assert 0 < max(sizes) < 2_000_000


def test_what_came_before_a_reset_is_read_before_the_error() -> None:
    """A connection that is broken off gives first what it brought."""

    async def cut(talk: Talk) -> None:
        await talk.send(b"half")
        await talk.wait(0.05)
        talk.reset()

    async def run(site: Site) -> bytes:
        connection = await connect(site)
        connection.write(REQUEST)
        await asyncio.sleep(0.2)
        first = await connection.receive()
        with pytest.raises(OSError, match=r".+"):
            await connection.receive()
        connection.abort()
        return first

    with site_of(cut, "http") as site:
        assert asyncio.run(run(site)) == b"half"


async def nothing(talk: Talk) -> None:
    """Say nothing more."""
    await talk.wait(1)


async def more(talk: Talk) -> None:
    """Say something more."""
    await talk.wait(0.1)
    await talk.send(b"stray")
    await talk.wait(1)


async def end(talk: Talk) -> None:
    """End the connection."""
    await talk.wait(0.1)
    talk.close()


UNREST = [(nothing, True, []), (more, False, [True]), (end, False, [False])]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("seen", [True, False], ids=["seen", "still in the socket"])
@pytest.mark.parametrize(("then", "silent", "unrest"), UNREST, ids=["nothing", "more", "end"])
def test_a_connection_knows_whether_its_peer_was_silent(
    then: Callable[[Talk], object], unrest: list[bool], scheme: str, *, silent: bool, seen: bool
) -> None:
    """Bytes and the end break the silence, also where the event loop has not seen them yet; nobody
    having waited for them, it is told.
    """
    told: list[bool] = []

    async def answer(talk: Talk) -> None:
        await talk.send(b"answer")
        await then(talk)  # type: ignore[misc]

    async def run(site: Site) -> bool:
        connection = await connect(site)
        connection.write(REQUEST)
        assert await connection.receive() == b"answer"
        assert connection.is_silent
        connection.on_unrest = told.append
        if seen:
            await asyncio.sleep(0.3)
        else:
            time.sleep(0.3)  # noqa: ASYNC251 - the loop must not see what comes
            assert told == []
        found = connection.is_silent
        await asyncio.sleep(0.05)
        connection.abort()
        await asyncio.sleep(0.01)
        return found

    with site_of(answer, scheme) as site:
        assert asyncio.run(run(site)) == silent
    assert told[:1] == unrest
