"""Credentials that a spider gives its own requests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_site.server import Site, Talk, redirect, say
from loopback_site.small_paper import article, listing

from archive.layout import CollectionFolder
from archive.verify.strict_reader import raw_records
from archive.warc.capture_reader import read_record

TOKEN, JAR, RAW = "CANARYtoken", "CANARYjar", "CANARYraw"
SPIDER = f"""
import os
from scrapy import Request
from crawler.engine.spider import NewsSpider

class Own(NewsSpider):
    async def start(self):
        api = self.site.start[0]
        headers = {{"Authorization": "Bearer {TOKEN}", "Cookie": "raw={RAW}"}}
        yield Request(api + "api?" + os.environ.get("N", "0"), headers=headers, callback=self.seen)
        yield Request(api + "jar", cookies={{"jar": "{JAR}"}}, callback=self.seen)
        yield Request(
            api + "list",
            cookies=[{{"name": "listed", "value": "{JAR}", "path": "/deep"}}],
            callback=self.seen,
        )
        yield Request(api + "moved", headers=headers, callback=self.seen)
        async for request in super().start():
            yield request

    def seen(self, response):
        self.logger.warning("seen %s %s", response.url, response.request.headers)
        yield response.follow("/deep/1", callback=self.plain)
        yield response.follow("/deep/1?meta", callback=self.plain, meta=response.meta)

    def plain(self, response):
        pass
"""
CONFIG = """[collection]
name = "x"
[sites.paper]
start = "{url}/"
delay = 0
concurrency = 1
spider = "ownspider:Own"
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        running.routes |= {
            "/": say(listing("أ", ["/news/1"])),
            "/news/1": say(article("/news/1")),
            "/deep/1": say("{}", kind="application/json"),
            "/jar": say("{}", kind="application/json"),
            "/list": say("{}", kind="application/json"),
            "/api": say("{}", kind="application/json", Set_Cookie=f"api={RAW}; Path=/"),
            "/moved": redirect("/deep/1?moved"),
        }
        yield running


@pytest.fixture
def layout(tmp_path: Path, site: Site) -> CollectionFolder:
    (tmp_path / "ownspider.py").write_text(SPIDER)
    return CollectionFolder.create(tmp_path / "c", CONFIG.format(url=site.url))


def begin(layout: CollectionFolder, **more: str) -> subprocess.Popen[str]:
    path = os.pathsep.join((str(layout.root.parent), *filter(None, [os.getenv("PYTHONPATH")])))
    command = [Path(sys.executable).with_name("warraq"), "-v", "-C", layout.root, "crawl"]
    return subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": path} | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def repeated(layout: CollectionFolder, said: str) -> list[str]:
    secrets = (TOKEN, JAR, RAW)
    found = [f"said: {secret}" for secret in secrets if secret in said]
    for path in layout.root.rglob("*"):
        if path.is_file() and not path.name.endswith(".warc.gz"):
            found += [path.name for secret in secrets if secret.encode() in path.read_bytes()]
    for path in layout.archive.glob("*.warc.gz"):
        for raw in raw_records(path):
            record = read_record(path, raw.offset)
            text = str(record.headers).encode() + record.block
            found += [f"{path.name}:{raw.offset}" for secret in secrets if secret.encode() in text]
    return found


def test_they_are_sent_and_written_nowhere(layout: CollectionFolder, site: Site) -> None:
    """Headers for that one request and its redirects on the same host, `cookies=` for the rest of
    the crawl, as in any Scrapy project; what the answer sets is not written either.
    """
    done = begin(layout)
    said, _ = done.communicate(timeout=100)
    assert done.returncode == 0, said
    (api,) = site.wire.of("/api?0")
    assert api.header("Authorization") == f"Bearer {TOKEN}"
    assert f"raw={RAW}" in (api.header("Cookie") or "")
    assert f"jar={JAR}" in (site.wire.of("/jar")[0].header("Cookie") or "")
    assert f"listed={JAR}" in (site.wire.of("/list")[0].header("Cookie") or "")
    assert f"listed={JAR}" in (site.wire.of("/deep/1")[0].header("Cookie") or "")
    (moved,) = site.wire.of("/deep/1?moved")
    assert moved.header("Authorization") == f"Bearer {TOKEN}"
    assert site.wire.of("/news/1")[0].header("Authorization") is None
    assert site.wire.of("/deep/1?meta")[0].header("Authorization") is None
    cookies = site.wire.of("/news/1")[0].header("Cookie") or ""
    assert f"api={RAW}" in cookies
    assert "raw=" not in cookies.replace(f"api={RAW}", "")
    assert repeated(layout, said) == []


def test_no_other_host_gets_them(layout: CollectionFolder, site: Site) -> None:
    """A redirect to another host goes there without."""
    with Site({"/there": say("{}", kind="application/json")}) as other:
        site.routes["/moved"] = redirect(f"{other.url}/there")
        config = layout.config.read_text()
        starts = f'["{site.url}/", "{other.url}/there"]'
        layout.config.write_text(config.replace(f'"{site.url}/"', starts))
        done = begin(layout)
        said, _ = done.communicate(timeout=100)
        assert done.returncode == 0, said
        assert other.wire.of("/there")
        for exchange in other.wire.exchanges:
            assert exchange.header("Authorization") is None
            assert "raw=" not in (exchange.header("Cookie") or "")


def test_after_a_kill_they_wait_for_the_spider(layout: CollectionFolder, site: Site) -> None:
    """They are not on disk: what was queued with them is not asked for without. The spider asks
    again in the next process, and then it is.
    """

    async def hang(talk: Talk) -> None:
        await talk.wait(60)

    site.routes["/api"] = hang
    process = begin(layout)
    until = time.monotonic() + 30
    while not site.wire.of("/api?0") and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    said, _ = process.communicate(timeout=30)
    assert repeated(layout, said) == []
    site.wire.clear()
    site.routes["/api"] = say("{}", kind="application/json")
    done = begin(layout)
    said, _ = done.communicate(timeout=100)
    assert done.returncode == 0, said
    for target in ("/api?0", "/moved"):
        asked = [exchange.header("Authorization") for exchange in site.wire.of(target)]
        assert asked == [f"Bearer {TOKEN}"], target
    assert repeated(layout, said) == []


def test_a_request_whose_credentials_are_gone_fails_with_the_reason(
    layout: CollectionFolder, site: Site
) -> None:
    """Where the spider does not ask again it is never sent without them, and that is said."""

    async def hang(talk: Talk) -> None:
        await talk.wait(60)

    site.routes["/api"] = hang
    process = begin(layout, N="1")
    until = time.monotonic() + 30
    while not site.wire.of("/api?1") and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    site.wire.clear()
    site.routes["/api"] = say("{}", kind="application/json")
    done = begin(layout, N="2")
    said, _ = done.communicate(timeout=100)
    assert site.wire.of("/api?1") == []
    assert site.wire.of("/api?2")
    assert "its credentials were kept in memory only" in said
