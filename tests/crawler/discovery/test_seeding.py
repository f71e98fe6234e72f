"""Where a crawl begins."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from empty_index import empty_index
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from crawler.crawl.options import CrawlOptions
from crawler.discovery.discovered_entries import Window
from crawler.discovery.left_out import LeftOutLog
from crawler.discovery.link_admission import LinkAdmission
from crawler.discovery.recrawl import Recrawl
from crawler.discovery.seeding import Seeding
from crawler.engine.run import crawl_sites
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import Scope
from crawler.frontier.usual_places import SITEMAP_PATHS
from crawler.politeness.robots_cache import RobotsCache, RobotsPolicy
from crawler.politeness.robots_rules import RobotsRules

HOST = "https://news.example"
SITE = SiteConfig(name="news", start=(f"{HOST}/", f"{HOST}/en/"))


class Robots:
    """Stands for the robots.txt of every origin."""

    def __init__(self, policy: RobotsPolicy) -> None:
        self.policy = policy
        self.asked: list[str] = []

    async def policy_for(self, url: str) -> RobotsPolicy:
        self.asked.append(url)
        return self.policy


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    made = Frontier(tmp_path / "frontier.db")
    yield made
    made.close()


def seeding_of(frontier: Frontier, robots: Robots) -> Seeding:
    recrawl = Recrawl(empty_index(), SITE.name)
    admission = LinkAdmission(
        SITE,
        Scope(SITE),
        frontier,
        Window(),
        lambda *_, **__: None,
        LeftOutLog(SITE.name, frontier),
        recrawl,
    )
    return Seeding(SITE, frontier, admission, cast("RobotsCache", robots), recrawl)


def seeds(frontier: Frontier, robots: Robots, *, force: bool = False) -> list[str]:
    found = asyncio.run(seeding_of(frontier, robots).seeds(force=force))
    return [entry.url for entry in found]


def test_a_crawl_begins_with_start_pages_and_the_sitemaps_of_their_hosts(
    frontier: Frontier,
) -> None:
    """robots.txt is asked once a host, and names the sitemaps; the usual places come after, and
    where the site may reserve its rights.
    """
    robots = Robots(RobotsPolicy(RobotsRules(b"Sitemap: https://news.example/all.xml")))
    usual = [HOST + path for path in (*SITEMAP_PATHS, "/.well-known/tdmrep.json")]
    assert seeds(frontier, robots) == [f"{HOST}/", f"{HOST}/en/", f"{HOST}/all.xml", *usual]
    assert len(robots.asked) == 1


def test_a_host_that_is_closed_has_no_sitemaps(frontier: Frontier) -> None:
    """Nothing may be fetched there; its start pages say why."""
    assert seeds(frontier, Robots(RobotsPolicy(blocked="500"))) == [f"{HOST}/", f"{HOST}/en/"]


@pytest.mark.parametrize(("outcome", "goes_on"), [("running", True), ("limited", False)])
def test_an_interrupted_crawl_goes_on_where_it_was(
    frontier: Frontier, outcome: str, goes_on: bool
) -> None:
    """Without looking at its seeds again; one that met its limit looks at them anew."""
    frontier.add("news", [QueuedUrl(url=f"{HOST}/a")])
    frontier.note_run(CrawlSummary(id="c", site="news", started=datetime.now(UTC), outcome=outcome))
    found = seeds(frontier, Robots(RobotsPolicy()))
    assert (found == []) is goes_on


def test_a_crawl_that_was_interrupted_long_ago_looks_at_its_seeds_first(
    frontier: Frontier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is new since then stands there."""
    frontier.add("news", [QueuedUrl(url=f"{HOST}/a")])
    frontier.note_run(CrawlSummary(id="c", site="news", started=datetime.now(UTC)))
    monkeypatch.setattr("crawler.discovery.seeding.STALE", 0.0)
    assert f"{HOST}/" in seeds(frontier, Robots(RobotsPolicy()))


def test_the_sitemaps_of_a_host_are_asked_for_once(frontier: Frontier) -> None:
    """Where a start page has moved, those of its new host follow; the old ones are not repeated."""
    robots = Robots(RobotsPolicy())
    seeding = seeding_of(frontier, robots)

    async def found() -> list[int]:
        places = (f"{HOST}/", f"{HOST}/home", "https://www.news.example/")
        return [len(await seeding.sitemaps_of(url)) for url in places]

    first, again, moved = asyncio.run(found())
    assert (first > 0, again, moved > 0) == (True, 0, True)
    assert robots.asked == [f"{HOST}/", "https://www.news.example/"]


def test_a_crawl_interrupted_in_the_future_was_long_ago(
    frontier: Frontier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note of a clock that was ahead does not keep a crawl from its seeds until that date."""
    frontier.add("news", [QueuedUrl(url=f"{HOST}/a")])
    with monkeypatch.context() as ahead:
        ahead.setattr("crawler.frontier.queue.time.time", lambda: time.monotonic() + 4e9)
        frontier.note_run(CrawlSummary(id="c", site="news", started=datetime.now(UTC)))
    assert f"{HOST}/" in seeds(frontier, Robots(RobotsPolicy()))


def test_the_rest_of_an_interrupted_crawl_need_lead_nowhere(tmp_path: Path) -> None:
    """What the crawl found before it was interrupted counts: it has not failed for a last page
    without a link.
    """
    empty = "<!doctype html><title>.</title><body></body>"
    routes = {"/": say(listing("الجريدة", ["/news/1", "/empty"])), "/empty": say(empty)}
    with Site(routes | {"/news/1": say(article("/news/1"))}) as site:
        layout = CollectionFolder.create(tmp_path / "c", "")
        paper = SiteConfig(name="paper", start=(f"{site.url}/",), delay=0.0)
        config = CollectionConfig(name="test", sites=(paper,))
        first = crawl_sites(layout, config, [paper], CrawlOptions(limit=2))[0]
        frontier = Frontier(layout.frontier)
        frontier.note_run(replace(first, outcome="interrupted"))
        frontier.close()
        assert crawl_sites(layout, config, [paper])[0].outcome == "finished"
        assert site.wire.targets.count("/") == 1
        assert site.wire.targets.count("/empty") == 1
