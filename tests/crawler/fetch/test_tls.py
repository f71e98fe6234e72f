"""TLS for capturing: certificates are checked, recorded, and never a reason to lose a page."""

from __future__ import annotations

import asyncio
from pathlib import Path

from loopback_site.certificate import certificate_pem
from loopback_site.server import Site

from archive.model import Exchange
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.http_client import HttpClient
from crawler.fetch.request import HttpRequest
from crawler.fetch.tls import client_contexts


def test_a_bad_certificate_costs_one_second_try(tls_site: Site) -> None:
    """A certificate that does not verify is tried once; later requests take one connection each,
    and all are kept.
    """
    wire = HttpClient(guard=AddressGuard.for_starts([tls_site.url]))

    async def three() -> list[Exchange]:
        return [
            await wire.fetch(HttpRequest(url=f"{tls_site.url}/plain?{number}"))
            for number in range(3)
        ]

    assert [kept.tls_verified for kept in asyncio.run(three())] == [False] * 3
    assert len(tls_site.wire.exchanges) == 3
    assert tls_site.wire.connections <= 4


def test_a_certificate_that_verifies_is_recorded_as_such(tls_site: Site, tmp_path: Path) -> None:
    """Where chain and host name hold, the exchange says so; under another name the same certificate
    does not verify.
    """
    bundle = tmp_path / "trusted.pem"
    bundle.write_bytes(certificate_pem())
    wire = HttpClient(guard=AddressGuard.for_starts([tls_site.url]))
    client_contexts()[0].load_verify_locations(bundle)
    assert asyncio.run(wire.fetch(HttpRequest(url=tls_site.url + "/plain"))).tls_verified is True

    async def here(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    other = f"https://other.example:{tls_site.port}"
    wire = HttpClient(guard=AddressGuard.for_starts([other], private=True), resolver=here)
    client_contexts()[0].load_verify_locations(bundle)
    assert asyncio.run(wire.fetch(HttpRequest(url=other + "/plain"))).tls_verified is False
