"""A small paper that may put up a wall, or lose its sitemap, and a collection of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from loopback_site.documents import sitemap
from loopback_site.server import Behaviour, Site, Talk, say
from loopback_site.small_paper import article, listing

from archive.config import load_config
from archive.layout import CollectionFolder
from crawler.alarms.watch import WatchResult, watch_sites
from crawler.crawl.options import CrawlOptions
from crawler.engine.run import crawl_sites

NAMES = [f"/news/{number}" for number in range(5)]


class FaultyPaper:
    """What the paper answers; `wall` and `empty` may be changed."""

    def __init__(self) -> None:
        self.wall = False
        self.empty = False

    def __call__(self, talk: Talk) -> Behaviour | None:
        """The behaviour of a path."""
        if talk.path == "/robots.txt":
            return say(f"User-agent: *\nSitemap: {talk.site.url}/sitemap.xml\n", kind="text/plain")
        if self.wall:
            return say("no", status="403 Forbidden", cf_mitigated="challenge", Server="cloudflare")
        if talk.path == "/sitemap.xml":
            urls = [] if self.empty else [talk.site.url + name for name in NAMES]
            return say(sitemap(*urls), kind="application/xml")
        if talk.path == "/":
            return say(listing("الجريدة", NAMES))
        return say(article(talk.path)) if talk.path in NAMES else None


class WatchedCollection:
    """The collection, the paper, and a hook that alarms are sent to."""

    def __init__(self, folder: Path, site: Site, paper: FaultyPaper) -> None:
        self.site, self.paper = site, paper
        self.layout = CollectionFolder.create(
            folder,
            f'[collection]\nname = "news"\nalarms = [{{ webhook = "{site.url}/hook" }}]\n'
            f'[sites.paper]\nstart = "{site.url}/"\n',
        )
        self.config = load_config(self.layout.config)

    def look(self, now: datetime) -> WatchResult:
        """Crawl at a time, everything anew, and look at what is wrong."""
        with time_machine.travel(now):
            sites = self.config.sites
            crawl_sites(self.layout, self.config, sites, CrawlOptions(force=True))
            return watch_sites(self.layout, self.config, sites, datetime.now(UTC))

    @property
    def sent(self) -> int:
        """How many messages the hook got."""
        return len(self.site.wire.of("/hook"))


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[WatchedCollection]:
    """The collection, not crawled yet."""
    paper = FaultyPaper()
    with Site({"/hook": say("")}, homes=(paper,)) as site:
        yield WatchedCollection(tmp_path / "collection", site, paper)
