"""A request is built of a plain web address, and never carries credentials."""

from __future__ import annotations

import asyncio

import pytest
from loopback_site.server import Site

from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.http_client import HttpClient
from crawler.fetch.request import HttpRequest, request_bytes, server_of


@pytest.mark.parametrize("name", ["Cookie", "Authorization", "Proxy-Authorization"])
def test_credentials_are_never_sent(site: Site, name: str) -> None:
    """Cookies and credentials of the operator leave the machine in no request, and so enter no
    archive. What the site itself has set is said to be so.
    """
    outgoing = HttpRequest(url=site.url + "/echo", headers=((name.encode(), b"CANARY"),))
    kept = asyncio.run(HttpClient(guard=AddressGuard.for_starts([site.url])).fetch(outgoing))
    assert b"CANARY" not in kept.request
    assert b"CANARY" not in site.wire.exchanges[0].request


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname", "ftp://127.0.0.1/a",
        "http:///nothing", "http://127.0.0.1:99999/", "http://[::1/",
        "http://user:canary@127.0.0.1/", ("http://127.0.0.1/with "
        "space"), "http://127.0.0.1/عربي", "data:,x",
    ],
)  # fmt: skip
def test_only_plain_web_addresses_are_asked_for(url: str) -> None:
    """Anything but an http(s) URL with a host is refused, and a password in it is not repeated."""
    with pytest.raises(FetchError) as failure:
        asyncio.run(HttpClient().fetch(HttpRequest(url=url)))
    assert failure.value.reason == FetchReason.BAD_URL
    assert "canary" not in str(failure.value)


def test_line_ends_in_a_header_are_refused(site: Site) -> None:
    """A header value cannot smuggle in another header."""
    outgoing = HttpRequest(url=site.url + "/echo", headers=((b"Referer", b"x\r\nX-Evil: 1"),))
    with pytest.raises(FetchError):
        asyncio.run(HttpClient(guard=AddressGuard.for_starts([site.url])).fetch(outgoing))
    assert site.wire.exchanges == []


def test_what_a_page_sends_by_itself_is_sent() -> None:
    """Many a site's script shows its own interface a token that every reader's browser has."""
    server = server_of("https://news.example/api")
    headers = ((b"Authorization", b"Bearer public"), (b"Proxy-Authorization", b"x"))
    sent = request_bytes(
        server, HttpRequest(url="https://news.example/api", headers=headers, by_page=True)
    )
    assert b"Authorization: Bearer public\r\n" in sent
    assert b"Proxy-Authorization" not in sent
