"""What comes before a fetch: pace, validators, robots.txt, on real crawls."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.crawl.options import CrawlOptions
from crawler.engine.before_fetch import RobotsMiddleware
from crawler.engine.run import crawl_sites


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


def crawl(layout: CollectionFolder, site: Site, delay: float = 0.0, **options: bool) -> None:
    paper = SiteConfig(name="paper", start=(site.url + "/",), delay=delay, exclude=("xml", "rss"))
    config = CollectionConfig(name="test", sites=(paper,))
    crawl_sites(layout, config, [paper], CrawlOptions(**options))


def test_a_page_that_is_known_is_asked_whether_it_has_changed(tmp_path: Path, site: Site) -> None:
    """With its own ETag, from the second crawl on; never where all is to be fetched whole."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    for options in ({}, {}, {"force": True}):
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
