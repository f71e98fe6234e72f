"""Whole crawls by Scrapy through the recorder into WARC files, compared byte for byte with the
server's own log.
"""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from loopback_site.documents import DOCUMENTS, gzip_bomb
from loopback_site.misbehaviours import MISBEHAVIOURS, PAGE
from loopback_site.server import Site
from loopback_site.traps import TRAPS, trap_home

from archive.model import Digest
from crawler.engine.scrapy_settings import DEFAULT_REQUEST_HEADERS, USER_AGENT

PROGRAM = Path(__file__).with_name("recorded_crawl.py")
# No complete final head ever comes.
UNANSWERED = {
    "/half-head": "no-response", "/no-response": "no-response",
    "/http09": "bad-response", "/icy": "bad-response",
    "/http2-line": "bad-response", "/stall-head": "timeout", "/endless-headers": "header-flood",
    "/endless-line": "header-flood", "/endless-interim": "header-flood",
}  # fmt: skip
CUT = {
    "/chunked-cut": "disconnect", "/chunked-no-end": "disconnect", "/chunked-broken": "unspecified",
    "/chunked-not": "unspecified", "/short-length": "disconnect",
    "/reset": "disconnect", "/stall-body": "time",
    "/drip": "time", "/endless-body": "length",
}  # fmt: skip
# The server sends more than belongs to the final response.
MORE_SENT = {
    "/long-length",
    "/second-response",
    "/late-second-response",
    "/continue-and-hints",
    "/blank-lines-first",
}
IMPATIENT = {
    "WARRAQ_IDLE_TIMEOUT": 1.5,
    "DOWNLOAD_TIMEOUT": 3,
    "DOWNLOAD_MAXSIZE": 300_000,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
}


@dataclass
class Crawled:
    """What one crawl left: the spider's results by path, the WARC records, what was said at the
    end.
    """

    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    last: dict[str, Any] = field(default_factory=dict)
    log: str = ""

    def blocks(self, kind: str, url: str) -> list[bytes]:
        """The blocks of all records of a type for a URL."""
        return [
            b
            for head, b in self.records
            if head["WARC-Type"] == kind and head.get("WARC-Target-URI") == url
        ]


def crawl(urls: list[Any], *, starts: list[str] | None = None, **job: Any) -> Crawled:
    """Run the program on these URLs and read back what it wrote, by means of this test's own."""
    with tempfile.TemporaryDirectory() as folder:
        job |= {"urls": urls, "starts": starts or [], "archive": folder}
        done = subprocess.run(
            [sys.executable, PROGRAM],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        crawled = Crawled(log=done.stderr)
        *lines, crawled.last = map(json.loads, done.stdout.splitlines())
        for line in lines:
            crawled.results[line["url"]] = line
        for path in sorted(Path(folder).glob("*.warc.gz")):
            crawled.records += read_warc(gzip.decompress(path.read_bytes()))
    return crawled


def read_warc(data: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The records of an uncompressed WARC file as (headers, block), by ISO 28500 §4 and no
    library.
    """
    records = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        version, *lines = head.decode().split("\r\n")
        assert version == "WARC/1.1"
        headers = dict(line.split(": ", 1) for line in lines)
        length = int(headers["Content-Length"])
        assert rest[length : length + 4] == b"\r\n\r\n"
        records.append((headers, rest[:length]))
        data = rest[length + 4 :]
    return records


@pytest.fixture(scope="module", params=["http", "https"])
def everything(request: pytest.FixtureRequest) -> Iterator[tuple[Site, Crawled]]:
    """One crawl of every named misbehaviour, and the site with its log."""
    with Site(MISBEHAVIOURS, tls=request.param == "https") as site:
        urls: list[Any] = [site.url + path for path in MISBEHAVIOURS]
        urls += [[site.url + "/echo?head", "HEAD"], [site.url + "/echo?post", "POST"]]
        yield site, crawl(urls, starts=[site.url], settings=IMPATIENT)


def test_every_exchange_stands_in_the_archive_byte_for_byte(
    everything: tuple[Site, Crawled],
) -> None:
    """Request and response of every exchange with a final head are in the WARC exactly as the
    server logged them.
    """
    site, crawled = everything
    compared = 0
    for wire in site.wire.exchanges:
        url = site.url + wire.target
        if wire.target.partition("?")[0] in UNANSWERED:
            assert crawled.blocks("response", url) == []
            continue
        (request,), (response,) = crawled.blocks("request", url), crawled.blocks("response", url)
        sent = bytes(wire.response)
        assert request == wire.request, wire.target
        if wire.target in MORE_SENT:
            assert response in sent, wire.target
        elif wire.target in ("/endless-body", "/drip"):
            assert sent.startswith(response), wire.target
        else:
            assert response == sent, wire.target
        compared += 1
    assert compared == len(MISBEHAVIOURS) - len(UNANSWERED) + 2


def test_what_is_cut_is_kept_and_marked_and_nothing_else_is(
    everything: tuple[Site, Crawled],
) -> None:
    """WARC-Truncated stands on the responses that are not whole, with the right reason, and on no
    other.
    """
    site, crawled = everything
    marked = {
        head["WARC-Target-URI"].removeprefix(site.url): head["WARC-Truncated"]
        for head, _ in crawled.records
        if "WARC-Truncated" in head
    }
    assert marked == CUT
    for path, reason in CUT.items():
        result = crawled.results[site.url + path]
        assert result["truncated"] == reason
        assert result["flags"] == [f"truncated-{reason}"]


def test_what_could_not_be_kept_has_a_reason(everything: tuple[Site, Crawled]) -> None:
    """The spider's errback gets a FetchError with a reason for each URL that left no record."""
    site, crawled = everything
    reasons = {path: crawled.results[site.url + path].get("reason") for path in UNANSWERED}
    assert reasons == UNANSWERED


def test_requests_say_who_asks_and_what_can_be_read(everything: tuple[Site, Crawled]) -> None:
    """Every request is the same few headers in the same order, with nothing about the operator that
    was not set.
    """
    site, _ = everything
    request = site.wire.of("/plain")[0].request.decode("ascii")
    assert request.split("\r\n") == [
        "GET /plain HTTP/1.1",
        f"Host: {site.authority}",
        f"User-Agent: {USER_AGENT}",
        f"Accept: {DEFAULT_REQUEST_HEADERS['Accept']}",
        f"Accept-Language: {DEFAULT_REQUEST_HEADERS['Accept-Language']}",
        "Accept-Encoding: gzip, deflate, br",
        "Connection: close",
        "",
        "",
    ]


def test_spider_gets_the_payload_with_its_content_coding(everything: tuple[Site, Crawled]) -> None:
    """A response's body is the payload: chunks removed, compression kept, and repeated headers all
    there.
    """
    site, crawled = everything
    body = base64.b64decode(crawled.results[site.url + "/chunked-gzip-dribbled"]["body"])
    assert gzip.decompress(body) == PAGE
    assert base64.b64decode(crawled.results[site.url + "/chunked"]["body"]) == PAGE
    assert crawled.results[site.url + "/odd-headers"]["cookies"] == ["a=1; Path=/", "b=2"]


def test_every_status_reaches_the_callback(everything: tuple[Site, Crawled]) -> None:
    """204 and 304 come like any other response; nothing between wire and spider takes one away."""
    site, crawled = everything
    assert crawled.results[site.url + "/204"]["status"] == 204
    assert crawled.results[site.url + "/304"]["status"] == 304
    assert crawled.results[site.url + "/echo?head"]["body"] == ""


def test_digests_are_over_block_and_entity(everything: tuple[Site, Crawled]) -> None:
    """The payload digest is that of the entity: chunks removed, compression kept; the block digest
    of all bytes.
    """
    site, crawled = everything
    head, block = next(
        (head, block) for head, block in crawled.records
        if head["WARC-Type"] == "response" and head["WARC-Target-URI"] == site.url + "/chunked"
    )  # fmt: skip
    block_digest, payload_digest = (
        Digest.parse(head[f"WARC-{what}-Digest"]) for what in ("Block", "Payload")
    )
    assert block_digest == Digest.compute(block, block_digest.algorithm)
    assert payload_digest == Digest.compute(PAGE, payload_digest.algorithm)
    assert head["WARC-IP-Address"] == "127.0.0.1"


def test_nothing_listens_while_crawling(everything: tuple[Site, Crawled]) -> None:
    """No console and no remote control: the crawling process has no listening socket."""
    assert everything[1].last == {"closed": "finished", "ports": []}


def test_log_is_silent_about_settings_and_addresses(everything: tuple[Site, Crawled]) -> None:
    """A crawl in which much goes wrong prints no settings, no query strings and no tracebacks."""
    assert everything[1].log == ""


def test_statuses_redirects_and_traps_come_as_they_are() -> None:
    """Redirects are not followed, errors not retried, cookies not sent back: one request each, all
    of it archived.
    """
    paths = ["/redirect-loop", "/redirect-private", "/redirect-file",
    "/redirect-chain/3", "/too-many", "/unavailable",
             "/gone", "/error", "/sets-cookie", "/sets-cookie?again", "/missing"]  # fmt: skip
    with Site(MISBEHAVIOURS | TRAPS, homes=(trap_home,)) as site:
        crawled = crawl([site.url + path for path in paths], starts=[site.url])
        assert sorted(site.wire.targets) == sorted(paths), crawled.results
        assert not any(exchange.header("Cookie") for exchange in site.wire.exchanges)
    statuses = [crawled.results[site.url + path]["status"] for path in paths]
    assert statuses == [302, 302, 302, 301, 429, 503, 410, 500, 200, 200, 404]
    assert len([head for head, _ in crawled.records if head["WARC-Type"] == "response"]) == len(
        paths
    )


def test_other_schemes_have_no_handler() -> None:
    """file:, ftp:, s3: and data: cannot be fetched at all."""
    urls = ["file:///etc/hostname", "ftp://127.0.0.1/x", "s3://bucket/key", "data:text/plain,x"]
    crawled = crawl(urls)
    assert {result.get("failed") for result in crawled.results.values()} == {"NotSupported"}
    assert [head["WARC-Type"] for head, _ in crawled.records] == []


def test_private_addresses_are_reached_only_where_named() -> None:
    """The host and port that `start` names is crawled; its neighbours are refused before a
    connection is made.
    """
    with (
        Site(MISBEHAVIOURS) as site,
        Site(MISBEHAVIOURS, host="127.0.0.2", port=site.port) as neighbour,
    ):
        elsewhere = [
            f"http://{host}:{site.port}/plain"
            for host in ("127.0.0.2", "127.1", "0x7f.1", "2130706433",
            "0177.0.0.1", "localhost", "[::1]", "0.0.0.0",
                         "[::ffff:127.0.0.1]", "127.0.0.1.")
        ]  # fmt: skip
        with Site(MISBEHAVIOURS) as other_port:
            crawled = crawl(
                [site.url + "/plain", other_port.url + "/plain", *elsewhere],
                starts=[site.url + "/"],
            )
            assert other_port.wire.connections == 0
        assert neighbour.wire.connections == 0
        assert crawled.results[site.url + "/plain"]["status"] == 200
    others = {
        url: result for url, result in crawled.results.items() if result.get("status") is None
    }
    assert {result.get("reason") for result in others.values()} <= {"blocked-address", "dns"}
    assert len(others) == len(
        elsewhere
    )  # one of them is the named host, spelled with a dot at the end


def test_nothing_is_fetched_after_the_archive_has_failed() -> None:
    """The first exchange that cannot be written ends it: the error comes through as it is, and no
    request follows.
    """
    with Site(MISBEHAVIOURS) as site:
        urls = [f"{site.url}/plain?{number}" for number in range(8)]
        crawled = crawl(
            urls,
            starts=[site.url],
            break_after=3,
            settings={"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0.2},
        )
        assert len(site.wire.exchanges) == 4
    failed = [result["failed"] for result in crawled.results.values() if "failed" in result]
    assert failed == ["ArchiveWriteError"] * 5
    assert len([head for head, _ in crawled.records if head["WARC-Type"] == "response"]) == 3


def test_a_bomb_is_archived_as_it_came() -> None:
    """A body that would expand to hundreds of megabytes is a few hundred kilobytes here: nothing
    expands it.
    """
    with Site(DOCUMENTS) as site:
        crawled = crawl([site.url + "/gzip-bomb?mb=100"], starts=[site.url])
    body = base64.b64decode(crawled.results[site.url + "/gzip-bomb?mb=100"]["body"])
    assert body == gzip_bomb(100, b"<html><p>")


def test_a_crawl_needs_no_reactor() -> None:
    """The recorder speaks asyncio and works in a process without Twisted's reactor, over http and
    https at once.
    """
    with Site(MISBEHAVIOURS) as plain, Site(MISBEHAVIOURS, tls=True) as secure:
        urls = [plain.url + "/chunked", secure.url + "/chunked"]
        crawled = crawl(urls, starts=urls, settings={"TWISTED_REACTOR_ENABLED": False})
        for site in (plain, secure):
            assert crawled.blocks("response", site.url + "/chunked") == [
                bytes(site.wire.exchanges[-1].response)
            ]


def test_environment_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies named in the environment are not asked."""
    with Site(MISBEHAVIOURS) as site, Site() as proxy:
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        crawled = crawl([site.url + "/plain"], starts=[site.url])
        assert proxy.wire.connections == 0
        assert crawled.results[site.url + "/plain"]["status"] == 200
