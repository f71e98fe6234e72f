"""Cookies as a visitor has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from loopback_site.server import Behaviour, Site, Talk, say
from loopback_site.small_paper import article, listing
from warcio.archiveiterator import ArchiveIterator

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from crawler.engine.run import crawl_sites


def walled(page: str, wall: dict[str, str]) -> Behaviour:
    """A page that is shown to whoever sends `seen=1`; others are sent to set it."""

    async def behave(talk: Talk) -> None:
        if "seen=1" in (talk.header("Cookie") or ""):
            await talk.reply(page)
        else:
            await talk.reply("", status="302 Found", headers=wall)

    return behave


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    return CollectionFolder.create(tmp_path / "c", "")


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/": say(listing("الجريدة", ["/news/1", "/news/2"]))}) as running:
        yield running


def crawl(layout: CollectionFolder, *sites: Site, concurrency: int = 1) -> list[CrawlSummary]:
    configs = tuple(
        SiteConfig(
            name=f"paper{number}", start=(site.url + "/",), delay=0.0, concurrency=concurrency
        )
        for number, site in enumerate(sites)
    )
    return crawl_sites(layout, CollectionConfig(name="test", sites=configs), configs)


def cookies(site: Site, target: str) -> list[str | None]:
    return [exchange.header("Cookie") for exchange in site.wire.of(target)]


def test_a_wall_that_sets_a_cookie_is_passed(layout: CollectionFolder, site: Site) -> None:
    """Whether it redirects to the same address or to another page first."""
    here = {"Set-Cookie": "seen=1; Path=/news/1", "Location": "/news/1"}
    site.routes["/news/1"] = walled(article("/news/1"), here)
    site.routes["/news/2"] = walled(article("/news/2"), {"Location": "/consent"})
    consent = say("", status="302 Found", Location="/news/2", Set_Cookie="seen=1; Path=/news/2")
    site.routes["/consent"] = consent
    (summary,) = crawl(layout, site)
    assert (summary.outcome, summary.new, summary.failed) == ("finished", 2, 0)
    assert cookies(site, "/news/1") == [None, "seen=1"]


def test_pages_that_meet_one_wall_together_are_all_captured(
    layout: CollectionFolder, site: Site
) -> None:
    """The wall is asked for once; whoever was led to it before it was open is asked again."""
    pages = [f"/news/{number}" for number in range(6)]
    site.routes["/"] = say(listing("الجريدة", pages))
    site.routes |= {page: walled(article(page), {"Location": "/consent"}) for page in pages}

    async def consent(talk: Talk) -> None:
        await talk.wait(0.3)
        headers = {"Set-Cookie": "seen=1; Path=/", "Location": "/news/0"}
        await talk.reply("", status="302 Found", headers=headers)

    site.routes["/consent"] = consent
    (summary,) = crawl(layout, site, concurrency=4)
    assert (summary.outcome, summary.new, summary.failed) == ("finished", 6, 0)
    assert len(site.wire.of("/consent")) == 1


def test_a_wall_that_two_pages_meet_at_once_is_passed_by_both(
    layout: CollectionFolder, site: Site
) -> None:
    """What the first answer sets is nothing new when the second sets it, too; but it was not sent
    with that request.
    """
    met: set[str] = set()

    async def behave(talk: Talk) -> None:
        if "seen=1" in (talk.header("Cookie") or ""):
            await talk.reply(article(talk.path))
            return
        met.add(talk.path)
        for _ in range(500):
            if len(met) == 2:
                break
            await talk.wait(0.01)
        headers = {"Set-Cookie": "seen=1; Path=/", "Location": talk.path}
        await talk.reply("", status="302 Found", headers=headers)

    site.routes |= {"/news/1": behave, "/news/2": behave}
    (summary,) = crawl(layout, site, concurrency=2)
    assert met == {"/news/1", "/news/2"}
    assert (summary.new, summary.failed) == (2, 0)


def test_a_wall_that_nothing_passes_is_a_loop(layout: CollectionFolder, site: Site) -> None:
    """A redirect to itself without a new cookie ends at once, one with ever new ones after ten."""
    site.routes["/news/1"] = say("", status="302 Found", Location="/news/1")
    count = iter(range(100))

    async def endless(talk: Talk) -> None:
        headers = {"Set-Cookie": f"visit={next(count)}", "Location": "/news/2"}
        await talk.reply("", status="302 Found", headers=headers)

    site.routes["/news/2"] = endless
    (summary,) = crawl(layout, site)
    assert summary.failed == 2
    assert len(site.wire.of("/news/1")) == 1
    assert len(site.wire.of("/news/2")) == 11


def test_each_crawl_and_each_site_has_a_jar_of_its_own(
    layout: CollectionFolder, site: Site
) -> None:
    """What one site sets is sent to no other, and not in the next crawl; robots.txt gets none."""
    pages = {"/news/1": say(article("/news/1")), "/news/2": say(article("/news/2"))}
    site.routes |= pages | {"/": say(listing("أ", ["/news/1"]), Set_Cookie="who=first; Path=/")}
    with Site(pages | {"/": say(listing("ب", ["/news/2"]))}) as other:
        crawl(layout, site, other)
        with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
            crawl(layout, site, other)
        assert cookies(site, "/news/1") == ["who=first", "who=first"]
        assert cookies(site, "/")[0] is cookies(site, "/")[1] is None
        assert set(cookies(other, "/news/2")) == {None}
    assert set(cookies(site, "/robots.txt")) == {None}


def test_the_site_s_cookies_stand_in_the_record_as_sent(
    layout: CollectionFolder, site: Site
) -> None:
    """They are part of the exchange: without them nobody could tell why a page was shown."""
    site.routes["/"] = say(listing("أ", ["/news/1"]), Set_Cookie="seen=1; Path=/")
    site.routes["/news/1"] = say(article("/news/1"))
    crawl(layout, site)
    sent = []
    for path in layout.archive.glob("*.warc.gz"):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                uri = record.rec_headers.get_header("WARC-Target-URI") or ""
                if record.rec_type == "request" and uri.endswith("/news/1"):
                    sent.append(record.http_headers.get_header("Cookie"))
    assert sent == ["seen=1"]
