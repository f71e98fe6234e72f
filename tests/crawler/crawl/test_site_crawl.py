"""When the crawl of a site is over, and how it ended."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from loopback_site.server import Site, Talk, say
from loopback_site.small_paper import article, listing, paper
from scrapy import Spider
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler

from archive.config import CollectionConfig, SiteConfig
from archive.errors import CrawlInterruptedError
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from crawler.admin.withdraw import withdraw_article
from crawler.crawl.context import find_open_context
from crawler.crawl.options import CrawlOptions
from crawler.crawl.site_crawl import SiteCrawl
from crawler.crawl.tally import open_tally
from crawler.engine.run import crawl_sites


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(paper(8)) as running:
        yield running


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    return CollectionFolder.create(tmp_path / "c", "")


def config_of(site: Site, concurrency: int = 1) -> CollectionConfig:
    start = (site.url + "/",)
    paper_site = SiteConfig(name="paper", start=start, delay=0.0, concurrency=concurrency)
    return CollectionConfig(name="test", sites=(paper_site,))


def crawl(
    layout: CollectionFolder, site: Site, concurrency: int = 1, **options: float
) -> CrawlSummary:
    config = config_of(site, concurrency)
    return crawl_sites(layout, config, config.sites, CrawlOptions(**options))[0]  # type: ignore[arg-type]


def waiting(layout: CollectionFolder) -> int:
    with closing(sqlite3.connect(layout.frontier)) as db:
        return int(db.execute("SELECT count(*) FROM entries WHERE state < 2").fetchone()[0])


def test_a_crawl_without_limits_leaves_nothing(layout: CollectionFolder, site: Site) -> None:
    """It is finished, and its queue is forgotten."""
    summary = crawl(layout, site)
    assert (summary.outcome, summary.new, waiting(layout)) == ("finished", 8, 0)
    assert summary.fetched == len(site.wire.exchanges)


def test_a_limit_leaves_the_rest_to_the_next_crawl(layout: CollectionFolder, site: Site) -> None:
    """As many pages as were allowed are asked for; what was leased in advance waits again."""
    assert crawl(layout, site, limit=3).outcome == "limited"
    pages = [target for target in site.wire.targets if target == "/" or "/news/" in target]
    assert len(pages) == 3
    assert waiting(layout) == 6
    assert crawl(layout, site).outcome == "finished"
    assert len(set(site.wire.targets) & {f"/news/{number}" for number in range(8)}) == 8


def test_what_is_left_when_time_is_up_waits(layout: CollectionFolder, site: Site) -> None:
    """Also where all of it was leased in advance: the next crawl asks for it, and for no page
    twice.
    """

    async def slow(talk: Talk) -> None:
        await talk.wait(2.5)
        await talk.reply(article("/news/0"))

    pages = [f"/news/{number}" for number in range(4)]
    feed = '<link rel="alternate" type="application/rss+xml" href="/none">'
    site.routes |= {"/": say(listing("الجريدة", pages, feed)), "/news/0": slow}
    assert crawl(layout, site, max_time=2.0).outcome == "limited"
    assert waiting(layout) > 0
    assert crawl(layout, site).outcome == "finished"
    assert sorted(target for target in site.wire.targets if "/news/" in target) == pages


def test_a_stop_before_the_engine_runs_is_not_lost(
    layout: CollectionFolder, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal that comes while a crawl starts ends it as one that comes later."""
    start = ExecutionEngine.start_async

    async def stopped_first(engine: ExecutionEngine, **more: bool) -> None:
        context = find_open_context(layout.root)
        assert context is not None
        context.stop()
        await asyncio.sleep(0.1)
        await start(engine, **more)

    monkeypatch.setattr(ExecutionEngine, "start_async", stopped_first)
    with pytest.raises(CrawlInterruptedError):
        crawl(layout, site)
    monkeypatch.undo()
    assert crawl(layout, site).outcome == "finished"


def test_whoever_looks_before_there_is_an_engine_sees_that_nothing_is_fetched(
    layout: CollectionFolder, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watchdog and a signal may come while Scrapy still builds its components."""
    create = Crawler._create_engine
    seen: list[bool] = []

    def looked_at_first(crawler: Crawler) -> ExecutionEngine:
        context = find_open_context(layout.root)
        assert context is not None
        seen.extend(crawl.is_fetching for crawl in context.crawls)
        context.stop()
        return create(crawler)

    monkeypatch.setattr(Crawler, "_create_engine", looked_at_first)
    with pytest.raises(CrawlInterruptedError):
        crawl(layout, site)
    assert seen == [False]


def test_what_was_withdrawn_is_not_asked_for_again(layout: CollectionFolder, site: Site) -> None:
    """Though the site still links to it: it would come back into the archive."""
    crawl(layout, site)
    withdraw_article(layout, config_of(site), f"{site.url}/news/3", reason="an error of fact")
    site.wire.clear()
    assert crawl(layout, site, force=True).outcome == "finished"
    assert "/news/2" in site.wire.targets
    assert "/news/3" not in site.wire.targets


def test_a_limit_that_is_just_met_is_none(layout: CollectionFolder, site: Site) -> None:
    """Where nothing is left the crawl is finished."""
    assert crawl(layout, site, limit=9).outcome == "finished"


def test_a_limit_holds_while_pages_fail(layout: CollectionFolder, site: Site) -> None:
    """A page that is to be tried again makes room for one other, and not for all that was leased
    with it in advance.
    """

    async def busy(talk: Talk) -> None:
        await talk.wait(0.3)
        await talk.reply("busy", status="503 Service Unavailable")

    site.routes["/news/0"] = busy
    assert crawl(layout, site, concurrency=2, limit=3).outcome == "limited"
    asked = [target for target in site.wire.targets if "/news/" in target]
    assert sorted(asked) == ["/news/0", "/news/1", "/news/2"]


def test_a_start_page_that_fails_is_a_crawl_that_failed(
    layout: CollectionFolder, site: Site
) -> None:
    """Also where it redirects to the page that fails."""
    site.routes["/"] = say("", status="302 Found", Location="/home")
    site.routes["/home"] = say("gone", status="410 Gone")
    assert crawl(layout, site).outcome == "failed"


def test_what_nothing_links_to_any_more_is_looked_after(
    layout: CollectionFolder, site: Site
) -> None:
    """Articles of the index that no page of this crawl names are asked for before it ends."""
    crawl(layout, site)
    site.routes["/"] = say(listing("الجريدة", ["/news/100"]))
    site.routes["/news/100"] = say(article("/news/100"))
    site.wire.clear()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        crawl(layout, site)
    assert {f"/news/{number}" for number in range(8)} <= set(site.wire.targets)


def test_a_crawler_of_another_kind_has_none() -> None:
    """`scrapy shell` finds no crawl, and its parts leave it alone."""
    with pytest.raises(LookupError):
        SiteCrawl.of(Crawler(Spider))


def test_crawls_have_names_of_their_own() -> None:
    """By site and moment, to the microsecond: two in a row are two rows."""
    config = SiteConfig(name="paper", start=("https://paper.example/",))
    first, second = open_tally(config), open_tally(config)
    assert first.id != second.id
    assert first.id.endswith("-paper")


@pytest.mark.parametrize("private", [False, True])
def test_a_host_of_start_that_leads_inside_is_asked_only_where_it_is_said_to_be_private(
    layout: CollectionFolder, site: Site, monkeypatch: pytest.MonkeyPatch, private: bool
) -> None:
    """A name in `start` permits no private address behind it, `private = true` does."""

    async def inside(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    monkeypatch.setattr("crawler.fetch.address_guard._addresses_of", inside)
    start = f"http://intranet.example:{site.port}/"
    intranet = SiteConfig(name="intranet", start=(start,), delay=0.0, private=private)
    config = CollectionConfig(name="test", sites=(intranet,))
    (summary,) = crawl_sites(layout, config, config.sites)
    assert (summary.new > 0) == private
    assert (len(site.wire.exchanges) > 0) == private
