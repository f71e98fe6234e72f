"""Articles that nothing announces any more: a full crawl looks whether they are still there and
still the same.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from loopback_site.server import Site, say
from loopback_site.small_paper import article, cached, listing, paper

from archive.config import CollectionConfig, SiteConfig
from archive.index.writer import KnownArticle
from archive.layout import CollectionFolder
from crawler.discovery.recrawl_policy import AT_MOST, due_again
from crawler.engine.run import CrawlOptions, crawl_sites, exit_code_of
from crawler.frontier.scope import UrlKind

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Paper:
    """A newspaper of one loopback site and its collection."""

    def __init__(self, site: Site, layout: CollectionFolder) -> None:
        self.site, self.layout = site, layout
        self.config = SiteConfig(name="paper", start=(site.url + "/",), delay=0.0)
        self.collection = CollectionConfig(name="test", sites=(self.config,))

    def crawl(self, **options) -> int:
        self.site.wire.clear()
        self.summaries = crawl_sites(
            self.layout, self.collection, [self.config], CrawlOptions(**options)
        )
        return exit_code_of(self.summaries, self.collection)

    def rows(self, query: str) -> list[tuple]:
        with sqlite3.connect(f"file:{self.layout.index_db}?mode=ro", uri=True) as db:
            return db.execute(query).fetchall()

    def asked(self) -> list[str]:
        return sorted(target for target in self.site.wire.targets if target.startswith("/news/"))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    """The paper and its collection after a first crawl, to be copied."""
    with Site(paper(4)) as site:
        for number in range(4):
            site.routes[f"/news/{number}"] = cached(article(f"/news/{number}"))
        made = Paper(
            site, CollectionFolder.create(tmp_path_factory.mktemp("first") / "collection", "")
        )
        made.crawl()
        yield made


@pytest.fixture
def newspaper(first: Paper, tmp_path: Path) -> Iterator[Paper]:
    """A copy, after which the front page names only one of the four articles."""
    kept = dict(first.site.routes)
    first.site.routes["/"] = say(listing("الجريدة", ["/news/0"]))
    yield Paper(
        first.site,
        CollectionFolder(Path(shutil.copytree(first.layout.root, tmp_path / "collection"))),
    )
    first.site.routes.clear()
    first.site.routes.update(kept)


def test_what_is_no_longer_linked_is_looked_after(newspaper: Paper) -> None:
    """Off the front page: a withdrawal is a disappearance (and no failure), a silent edit a
    version, the rest 304.
    """
    newspaper.site.routes["/news/1"] = say("gone", status="410 Gone")
    newspaper.site.routes["/news/2"] = cached(article("/news/2", edition=2))
    assert newspaper.crawl() == 0
    assert newspaper.asked() == [f"/news/{number}" for number in range(4)]
    gone = newspaper.rows(
        "SELECT a.url, d.reason FROM disappearances d JOIN articles a ON a.id = d.article_id"
    )
    assert gone == [(f"{newspaper.site.url}/news/1", "HTTP 410")]
    assert newspaper.summaries[0].changed == 1
    assert newspaper.rows("SELECT url, reason FROM failures WHERE url LIKE '%/news/%'") == []
    assert [
        exchange.header("If-None-Match") is None for exchange in newspaper.site.wire.of("/news/3")
    ] == [False]


@pytest.mark.parametrize("options", [{"limit": 50}, {"since": "2020"}])
def test_a_bounded_crawl_stays_within_its_bounds(
    newspaper: Paper, options: dict[str, object]
) -> None:
    """With --limit, --since or --until only what is announced is fetched."""
    newspaper.crawl(**options)
    assert newspaper.asked() == ["/news/0"]


def test_a_site_that_is_away_is_not_asked_for_every_article(newspaper: Paper) -> None:
    """Where the start page does not answer, nothing is learned from the rest."""
    newspaper.site.routes["/"] = say("oops", status="404 Not Found")
    assert newspaper.crawl() == 3
    assert newspaper.asked() == []


def known(age: float, quiet: float) -> KnownArticle:
    """An article first seen `age` hours ago and asked for `quiet` hours ago."""
    return KnownArticle(
        url="http://news.example/a",
        first_seen=NOW - timedelta(hours=age),
        asked=NOW - timedelta(hours=quiet),
    )


@pytest.mark.parametrize(
    ("age", "quiet", "due"),
    [(1, 1, True), (1, 0.1, False), (24, 2, False), (24, 3, True), (700, 24, False)],
)
def test_old_articles_are_asked_for_less_often(age: float, quiet: float, *, due: bool) -> None:
    """An eighth of its age after the last time; --force asks at once."""
    assert bool(due_again([known(age, quiet)], NOW)) is due
    assert due_again([known(age, quiet)], NOW, force=True)[0].kind is UrlKind.KNOWN


def test_one_crawl_asks_for_a_bounded_number() -> None:
    """However many articles a site has."""
    assert len(due_again([known(1, 1)] * (AT_MOST + 1), NOW)) == AT_MOST
