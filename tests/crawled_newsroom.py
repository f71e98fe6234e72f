"""A collection of one loopback newspaper, and what crawls of it asked for and brought."""

from __future__ import annotations

import sqlite3
from collections import Counter

from loopback_site.server import Site

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from crawler.engine.run import CrawlOptions, crawl_sites, exit_code_of


class Newsroom:
    """A collection of one loopback site."""

    def __init__(self, site: Site, layout: CollectionFolder) -> None:
        self.site = site
        self.layout = layout
        self.config = SiteConfig(
            name="paper", start=(site.url + "/",), delay=0.0, timezone="Asia/Dubai"
        )

    def crawl(self, **options) -> CrawlSummary:
        self.site.wire.clear()
        config = CollectionConfig(name="test", sites=(self.config,))
        self.summaries = crawl_sites(self.layout, config, [self.config], CrawlOptions(**options))
        return self.summaries[0]

    def verdict(self) -> int:
        return exit_code_of(self.summaries, CollectionConfig(name="test", sites=(self.config,)))

    def rows(self, query: str, *values: object) -> list[tuple]:
        with sqlite3.connect(f"file:{self.layout.index_db}?mode=ro", uri=True) as db:
            return db.execute(query, values).fetchall()

    def failures(self) -> dict[str, str]:
        return dict(self.rows("SELECT replace(url, ?, ''), reason FROM failures", self.site.url))

    def articles(self) -> int:
        return self.rows("SELECT count(*) FROM articles WHERE title NOT LIKE 'الجريدة%'")[0][0]

    def asked(self, *, guesses: bool = False) -> Counter[str]:
        guessed = {
            "/sitemap.xml",
            "/sitemap_index.xml",
            "/.well-known/tdmrep.json",
            "/news-sitemap.xml",
            "/rss",
            "/feed",
            "/rss.xml",
        }
        return Counter(
            target for target in self.site.wire.targets if guesses or target not in guessed
        )
