"""What comes before a fetch: pace, validators, robots.txt, on real crawls."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.crawl.options import CrawlOptions
from crawler.engine.before_fetch import RobotsMiddleware
from crawler.engine.run import crawl_sites
from crawler.engine.spider import NewsSpider

MINE = "tests.crawler.engine.test_before_fetch"


class Asking(NewsSpider):
    """Asks for pages with requests of its own."""

    custom_settings = {"LOG_LEVEL": "CRITICAL"}  # noqa: RUF012 - as Scrapy has it
    wanted: list[Request]

    async def start(self) -> Any:
        for request in self.wanted:
            yield request


@pytest.fixture
def site() -> Iterator[Site]:
    routes = {
        "/": say(listing("الجريدة", ["/news/1", "/private/2"])),
        "/news/1": say(article("/news/1"), ETag='"one"'),
        "/private/2": say(article("/private/2")),
        "/robots.txt": say("User-agent: *\nDisallow: /private", kind="text/plain"),
    }
    with Site(routes) as running:
        yield running


def crawl(
    layout: CollectionFolder,
    site: Site,
    delay: float = 0.0,
    table: dict[str, Any] | None = None,
    **options: bool,
) -> None:
    paper = SiteConfig(
        name="paper", start=(site.url + "/",), delay=delay, exclude=("xml", "rss"), **table or {}
    )
    config = CollectionConfig(name="test", sites=(paper,))
    crawl_sites(layout, config, [paper], CrawlOptions(**options))


def test_a_page_that_is_known_is_asked_whether_it_has_changed(tmp_path: Path, site: Site) -> None:
    """With its own ETag, from the second crawl on; never where all is to be fetched whole."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    for weeks, options in enumerate(({}, {}, {"force": True})):
        with time_machine.travel(datetime.now(UTC) + timedelta(weeks=weeks)):
            crawl(layout, site, **options)
    asked = [exchange.header("If-None-Match") for exchange in site.wire.of("/news/1")]
    assert asked == [None, '"one"', None]


def test_what_robots_txt_forbids_is_not_asked_for(tmp_path: Path, site: Site) -> None:
    """robots.txt comes before everything else, and the page it forbids has its reason."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    crawl(layout, site)
    assert site.wire.targets[0] == "/robots.txt"
    assert "/private/2" not in site.wire.targets
    with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db:
        assert db.execute("SELECT stage, reason FROM failures").fetchall() == [
            ("robots", "robots.txt forbids it")
        ]


def test_an_operator_may_pass_over_robots_txt(tmp_path: Path, site: Site) -> None:
    """With `obey_robots = false` it is still asked for and kept, and forbids nothing; so does one
    request of a spider that says `dont_obey_robotstxt`.
    """
    crawl(CollectionFolder.create(tmp_path / "c", ""), site, table={"obey_robots": False})
    assert site.wire.targets[0] == "/robots.txt"
    assert "/private/2" in site.wire.targets
    site.wire.clear()
    Asking.wanted = [Request(site.url + "/private/2", meta={"dont_obey_robotstxt": True})]
    layout = CollectionFolder.create(tmp_path / "d", "")
    crawl(layout, site, table={"spider": f"{MINE}:Asking"})
    assert site.wire.targets[0] == "/private/2"


def test_a_condition_of_the_spider_s_own_stays(tmp_path: Path, site: Site) -> None:
    """A tag that it puts on its request is the one that is sent, whatever is known of the page."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    crawl(layout, site)
    site.wire.clear()
    Asking.wanted = [
        Request(site.url + "/news/1", headers={"If-None-Match": '"mine"'}, dont_filter=True)
    ]
    crawl(layout, site, table={"spider": f"{MINE}:Asking"})
    (asked,) = site.wire.of("/news/1")
    assert asked.header("If-None-Match") == '"mine"'


def test_requests_to_a_host_keep_their_distance(tmp_path: Path, site: Site) -> None:
    """The first page waits for its turn after robots.txt, too."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    began = time.monotonic()
    crawl(layout, site, delay=0.3)
    least = 0.3 * (len(site.wire.targets) - 1)
    assert time.monotonic() - began >= least


def test_crawls_without_a_collection_are_left_alone() -> None:
    """None of these parts is at work in `scrapy shell`."""
    with pytest.raises(NotConfigured):
        RobotsMiddleware.from_crawler(Crawler(Spider))
