"""How a crawl of one site ends when the site, the disk or the clock says so."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing, paper
from loopback_site.traps import TRAPS

from archive.config import CollectionConfig, SiteConfig
from archive.errors import ArchiveWriteError, CollectionBusyError, StorageError
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from archive.warc.open_file import WarcFile
from crawler.crawl import context
from crawler.engine.run import CrawlOptions, crawl_sites


class Place:
    """A collection of one loopback site with thirty articles."""

    def __init__(self, site: Site, layout: CollectionFolder) -> None:
        self.site = site
        self.layout = layout
        self.config = SiteConfig(name="paper", start=(site.url + "/",), delay=0.0)

    def crawl(self, **options) -> CrawlSummary:
        config = CollectionConfig(name="test", sites=(self.config,))
        return crawl_sites(self.layout, config, [self.config], CrawlOptions(**options))[0]

    def failures(self) -> list[tuple[str, str]]:
        with sqlite3.connect(f"file:{self.layout.index_db}?mode=ro", uri=True) as db:
            return db.execute("SELECT stage, reason FROM failures").fetchall()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with Site(paper(30)) as site:
        yield Place(site, CollectionFolder.create(tmp_path / "collection", ""))


def test_a_site_that_blocks_the_crawler_is_left(place: Place):
    """Ten refusals in a row end the site's crawl as failed, and say why; the next crawl tries the
    rest.
    """
    for number in range(30):
        place.site.routes[f"/news/{number}"] = say("no", status="403 Forbidden")
    summary = place.crawl()
    assert summary.outcome == "failed"
    assert len(place.site.wire.exchanges) < 25
    assert any("blocks it" in reason for _, reason in place.failures())
    place.site.routes |= paper(30)
    assert place.crawl().outcome == "finished"


def test_a_closed_section_is_not_a_closed_site(place: Place):
    """Where one part of the site refuses while the rest answers, that part is left after a few
    pages, and only that.
    """
    closed = [f"/members/{number}" for number in range(40)]
    for path in closed:
        place.site.routes[path] = say("no", status="403 Forbidden")
    open_ = [f"/news/{number}" for number in range(30)]
    place.site.routes["/"] = say(listing("الجريدة", [*open_[:10], *closed, *open_[10:]]))
    assert place.crawl().outcome == "finished"
    asked = [target for target in place.site.wire.targets if target.startswith("/members/")]
    assert 10 <= len(asked) <= 20
    assert set(open_) <= set(place.site.wire.targets)
    assert any("left here" in reason for _, reason in place.failures())


def test_a_wall_of_challenges_is_a_block_too(place: Place):
    """Pages that ask for JavaScript with status 200 are refusals, not articles."""
    for number in range(30):
        place.site.routes[f"/news/{number}"] = TRAPS["/challenge"]
    summary = place.crawl()
    assert summary.outcome == "failed"
    assert any("challenge" in reason for _, reason in place.failures())


def test_a_server_that_dies_midway_fails_the_site_and_the_next_crawl_goes_on(place: Place):
    """Nothing is given up as missing because the server was away."""
    asked = itertools.count()
    kept = dict(place.site.routes)

    async def dying(talk) -> None:
        if next(asked) >= 5:
            talk.reset()
        else:
            await kept[talk.path](talk)

    for number in range(30):
        place.site.routes[f"/news/{number}"] = dying
    summary = place.crawl()
    assert summary.outcome == "failed"
    place.site.routes |= kept
    assert place.crawl().outcome == "finished"
    with sqlite3.connect(place.layout.index_db) as db:
        assert db.execute("SELECT count(*) FROM articles WHERE url LIKE '%/news/%'").fetchone() == (
            30,
        )


def test_a_full_disk_ends_the_crawl_at_once(place: Place, monkeypatch: pytest.MonkeyPatch):
    """The first record that cannot be written is the last request; what was written is kept, the
    next crawl goes on.
    """
    writes = itertools.count()
    append = WarcFile.append

    def full(self: WarcFile, data: bytes) -> int:
        if next(writes) >= 12:
            raise ArchiveWriteError("the disk is full (said the test)")
        return append(self, data)

    monkeypatch.setattr(WarcFile, "append", full)
    with pytest.raises(ArchiveWriteError):
        place.crawl()
    assert len(place.site.wire.exchanges) <= 14
    monkeypatch.undo()
    assert place.crawl().outcome == "finished"
    pages = [target for target in place.site.wire.targets if target.startswith("/news/")]
    assert len(set(pages)) == 30
    assert len(pages) <= 30 + 2


def test_a_disk_that_is_nearly_full_is_not_filled(place: Place, monkeypatch: pytest.MonkeyPatch):
    """Below the floor nothing is fetched: the message says how much is left."""
    monkeypatch.setattr(context, "_FLOOR", 1 << 60)
    monkeypatch.setattr(context, "_FLOOR_SHARE", 1.0)
    with pytest.raises(StorageError, match="MB are free"):
        place.crawl()
    assert not place.site.wire.exchanges


def test_a_second_crawl_at_once_is_refused(place: Place):
    """One writer: the second says who holds the collection, and asks the site nothing."""
    with place.layout.write_lock(), pytest.raises(CollectionBusyError):
        place.crawl()
    assert not place.site.wire.exchanges


def test_max_time_ends_a_crawl_that_the_next_one_finishes(place: Place):
    """A crawl bounded in time keeps what it has and leaves the rest waiting."""
    place.config = replace(place.config, delay=0.15)
    began = time.monotonic()
    assert place.crawl(max_time=0.7).outcome == "limited"
    assert time.monotonic() - began < 30
    place.config = replace(place.config, delay=0.0)
    assert place.crawl().outcome == "finished"
    pages = [target for target in place.site.wire.targets if target.startswith("/news/")]
    assert sorted(pages) == sorted(set(pages))
    assert len(pages) == 30


def test_max_time_of_the_configuration_bounds_each_crawl(place: Place):
    """A site's own bound holds without any option, and its lease is free at once."""
    place.config = replace(place.config, delay=0.15, max_time=0.7)
    assert place.crawl().outcome == "limited"
    assert not place.layout.is_crawling("paper")
    place.config = replace(place.config, delay=0.0, max_time=None)
    assert place.crawl().outcome == "finished"


def test_max_pages_of_the_configuration_bounds_each_crawl(place: Place):
    """A site's own bound holds without any option."""
    place.config = replace(place.config, max_pages=4)
    assert place.crawl().outcome == "limited"
    assert len([t for t in place.site.wire.targets if t == "/" or t.startswith("/news/")]) == 4


def deep_pages(place: Place) -> set[str]:
    """What was asked for below the first level, but for the usual places of what sites state."""
    return {
        target
        for target in place.site.wire.targets
        if target.count("/") > 1 and not target.startswith("/.well-known/")
    }


def test_include_and_exclude_bound_a_crawl(place: Place):
    """Pages outside `include`, or inside `exclude`, are not asked for."""
    place.site.routes["/"] = say(listing("الجريدة", ["/news/1", "/news/2", "/sport/1"]))
    place.site.routes["/sport/1"] = say(article("sport"))
    place.config = replace(place.config, include=("/news/",), exclude=("/2$",))
    place.crawl()
    assert deep_pages(place) == {"/news/1"}


def test_what_is_not_a_page_is_not_asked_for(place: Place):
    """Images, documents and addresses of other schemes and hosts are links, not pages."""
    links = [
        "/a.jpg",
        "/b.pdf",
        "file:///etc/hostname",
        "http://127.0.0.2:1/x",
        "mailto:a@b.example",
        "/news/1",
    ]
    place.site.routes["/"] = say(listing("الجريدة", links))
    place.crawl()
    assert deep_pages(place) == {"/news/1"}
    assert {"/a.jpg", "/b.pdf"}.isdisjoint(place.site.wire.targets)
