"""Through proxies that speak HTTP and SOCKS 5."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback_site.certificate import certificate_pem
from loopback_site.proxies import HttpProxy, Proxy, SocksProxy
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing

from archive.credentials import ProxyServer
from archive.layout import CollectionFolder
from archive.model import Exchange
from archive.verify.strict_reader import raw_records
from archive.warc.capture_reader import read_record
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.http_client import HttpClient
from crawler.fetch.operator_secrets import OperatorSecrets
from crawler.fetch.proxy import ProxyConnector
from crawler.fetch.request import HttpRequest

USER, WORD = "CANARYuser", "CANARYword"
NAMES = {"paper.example": "127.0.0.1"}
PUBLIC = "93.184.215.14"


async def nowhere(_host: str, _port: int) -> list[str]:
    raise OSError("no such name here")


async def public(_host: str, _port: int) -> list[str]:
    return [PUBLIC]


async def private(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def fetch(
    proxy: Proxy,
    url: str,
    *,
    scheme: str | None = None,
    credentials: tuple[str, str] | None = None,
    resolver: Callable = nowhere,
    starts: tuple[str, ...] = (),
    secrets: OperatorSecrets | None = None,
) -> Exchange:
    server = ProxyServer(
        scheme=scheme or proxy.url.partition(":")[0],
        host="127.0.0.1",
        port=proxy.port,
        username=credentials[0] if credentials else None,
        password=credentials[1] if credentials else None,
    )
    client = HttpClient(
        guard=AddressGuard.for_starts(starts),
        resolver=resolver,
        proxy=ProxyConnector(server=server),
    )
    request = HttpRequest(url=url, secrets=secrets or OperatorSecrets())
    return asyncio.run(client.fetch(request))


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have the throw-away certificate trusted where proxies are met."""
    bundle = tmp_path / "trusted.pem"
    bundle.write_bytes(certificate_pem())
    context = ssl.create_default_context(cafile=str(bundle))
    monkeypatch.setattr("crawler.fetch.proxy.client_contexts", lambda: (context, context))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("kind", ["http", "https", "socks5h"])
@pytest.mark.parametrize("credentials", [None, (USER, WORD)], ids=["open", "closed"])
def test_a_site_is_asked_through_the_proxy(
    site: Site, tls_site: Site, kind: str, credentials: tuple[str, str] | None
) -> None:
    """Pages in the clear and inside TLS come byte for byte; the site never sees the proxy's
    credentials, and the request is recorded as the site is asked without one.
    """
    made = SocksProxy if kind == "socks5h" else HttpProxy
    with made(names=NAMES, credentials=credentials, tls=kind == "https") as proxy:
        for target in (site, tls_site):
            scheme = target.url.partition(":")[0]
            url = f"{scheme}://paper.example:{target.port}/plain"
            kept = fetch(proxy, url, scheme=kind, credentials=credentials)
            (wire,) = target.wire.of("/plain")
            assert kept.response == bytes(wire.response)
            assert kept.request == wire.request
            assert kept.request.startswith(b"GET /plain HTTP/1.1\r\nHost: paper.example:")
            assert b"Proxy-Auth" not in wire.request
            assert (kept.proxy, kept.ip) == (kind, None)
            assert (kept.tls_verified is None) == (scheme == "http")
        host = f"paper.example:{site.port}"
        tunnelled = f"paper.example:{tls_site.port}"
        if kind == "socks5h":
            assert set(proxy.asked) == {host, tunnelled}
        else:
            assert set(proxy.asked) == {f"GET http://{host}/plain", f"CONNECT {tunnelled}"}


def test_socks5_is_told_addresses_and_socks5h_names(site: Site) -> None:
    """As other programs understand the two."""
    url = f"http://localhost:{site.port}/plain"
    with SocksProxy(names={"localhost": "127.0.0.1"}) as proxy:
        for scheme in ("socks5", "socks5h"):
            fetch(proxy, url, scheme=scheme, resolver=private, starts=(url,))
        assert proxy.asked == [f"127.0.0.1:{site.port}", f"localhost:{site.port}"]


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
@pytest.mark.parametrize(
    ("host", "resolver"),
    [
        ("127.0.0.1", private),
        ("[::1]", private),
        ("127.1", private),
        ("2130706433", private),
        ("inside.example", private),
    ],
)
def test_private_addresses_are_refused_before_the_proxy_is_asked(
    site: Site, scheme: str, host: str, resolver: Callable
) -> None:
    """The guard holds for what is known here of an address or a name."""
    made = HttpProxy if scheme == "http" else SocksProxy
    with made(names={"inside.example": "127.0.0.1"}) as proxy:
        with pytest.raises(FetchError) as failure:
            fetch(proxy, f"http://{host}:{site.port}/plain", scheme=scheme, resolver=resolver)
        assert failure.value.reason is FetchReason.BLOCKED_ADDRESS
        assert proxy.asked == []


def test_a_name_is_told_as_it_is_where_it_is_public(site: Site) -> None:
    """A proxy that looks names up itself gets the name, whatever address it has here; an onion
    address is not looked up at all (RFC 7686).
    """
    looked_up: list[str] = []

    async def look(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return [PUBLIC]

    known = {"paper.example": "127.0.0.1", "abc.onion": "127.0.0.1"}
    with SocksProxy(names=known) as proxy:
        for host in known:
            fetch(proxy, f"http://{host}:{site.port}/plain", scheme="socks5h", resolver=look)
        assert proxy.asked == [f"{host}:{site.port}" for host in known]
    assert looked_up == ["paper.example"]


@pytest.mark.parametrize("kind", ["http", "socks5h"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("how", ["credentials", "gone", "no such host"])
def test_what_a_proxy_refuses_is_a_failure_of_the_url(
    site: Site, tls_site: Site, kind: str, scheme: str, how: str
) -> None:
    """It is said that it was the proxy, without its credentials; nothing of it is taken for the
    site's own answer.
    """
    target = site if scheme == "http" else tls_site
    made = SocksProxy if kind == "socks5h" else HttpProxy
    names = {} if how == "no such host" else NAMES
    url = f"{scheme}://paper.example:{target.port}/plain"
    with made(names=names, credentials=(USER, "another")) as proxy:
        given = (USER, "another" if how == "no such host" else WORD)
        if how == "gone":
            proxy.port = 9
        if how == "no such host" and (kind, scheme) == ("http", "http"):
            kept = fetch(proxy, url, scheme=kind, credentials=given)
            assert kept.response.startswith(b"HTTP/1.1 502")  # which may as well be the site's
            return
        with pytest.raises(FetchError) as failure:
            fetch(proxy, url, scheme=kind, credentials=given)
    assert failure.value.reason is FetchReason.NO_RESPONSE
    assert "proxy" in str(failure.value)
    assert USER not in str(failure.value)
    assert WORD not in str(failure.value)
    assert target.wire.exchanges == []


def test_a_proxy_that_cannot_show_who_it_is_gets_nothing(site: Site) -> None:
    """Its credentials do not go to whoever answers in its place."""
    with HttpProxy(names=NAMES, credentials=(USER, WORD), tls=True) as proxy:
        with pytest.raises(FetchError) as failure:
            fetch(proxy, f"http://paper.example:{site.port}/plain", credentials=(USER, WORD))
        assert failure.value.reason is FetchReason.NO_RESPONSE
        assert "proxy" in str(failure.value)
        assert proxy.asked == []


def test_credentials_need_a_certificate_that_verifies(tls_site: Site) -> None:
    """A page is captured whatever certificate it comes with, but not with secrets."""
    secrets = OperatorSecrets(headers=((b"X-Key", b"CANARY"),))
    with SocksProxy(names=NAMES) as proxy:
        url = f"https://paper.example:{tls_site.port}/plain"
        assert fetch(proxy, url, scheme="socks5h").tls_verified is False
        tls_site.wire.clear()
        with pytest.raises(FetchError) as failure:
            fetch(proxy, url, scheme="socks5h", secrets=secrets)
    assert failure.value.reason is FetchReason.TLS
    assert "no credentials are sent" in failure.value.detail
    assert tls_site.wire.exchanges == []


@pytest.mark.parametrize("kind", ["http", "socks5h"])
def test_a_crawl_says_in_its_records_that_there_was_a_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """And no address, which would be the proxy's; credentials stand nowhere."""
    monkeypatch.setenv("PROXY_WORD", WORD)
    monkeypatch.setenv("PROXY_URL", f"{kind}://{USER}:{WORD}@127.0.0.1")
    made = SocksProxy if kind == "socks5h" else HttpProxy
    pages = {"/news/1": say(article("/news/1")), "/": say(listing("أ", ["/news/1"]))}
    with Site(pages) as site, made(names=NAMES, credentials=(USER, WORD)) as proxy:
        url = f"{site.url}/"
        layout = CollectionFolder.create(
            tmp_path / "c",
            f'[collection]\nname = "x"\n[sites.paper]\nstart = "{url}"\ndelay = 0\n'
            f'proxy = {{ url = "{kind}://127.0.0.1:{proxy.port}", username = "{USER}", '
            'password = "env:PROXY_WORD" }\n',
        )
        command = [Path(sys.executable).with_name("warraq"), "-v", "-C", layout.root]
        done = subprocess.run(
            [*command, "crawl"], capture_output=True, encoding="utf-8", timeout=100, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "/news/1" in site.wire.targets
        assert len(proxy.asked) == len(site.wire.exchanges)
    assert WORD not in done.stdout + done.stderr
    kinds = []
    for path in layout.archive.glob("*.warc.gz"):
        for raw in raw_records(path):
            record = read_record(path, raw.offset)
            assert raw.first("WARC-IP-Address") is None
            assert WORD.encode() not in record.block
            assert USER.encode() not in record.block
            if raw.first("WARC-Type") == "metadata" and b"fetchTimeMs" in record.block:
                kinds.append(f"warraq-proxy: {kind}\r\n".encode() in record.block)
    assert kinds
    assert all(kinds)
    for path in layout.root.rglob("*"):
        if path.is_file() and path.name != "warraq.toml":
            assert WORD.encode() not in path.read_bytes(), path.name
    assert subprocess.run([*command, "verify"], check=False).returncode == 0
