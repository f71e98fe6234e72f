"""A run over several sites: each crawl has its own end, and all belong to one run."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from loopback_site.server import Site, Talk
from loopback_site.small_paper import paper

from archive.config import CollectionConfig, SiteConfig
from archive.errors import CollectionBusyError, StorageError
from archive.layout import CollectionFolder
from archive.model import run_id
from archive.warc.capture_reader import read_captures
from crawler.crawl.context import find_open_context
from crawler.engine.run import RunListener, crawl_sites

LAG = 6.0  # seconds that the slow site's front page takes: Scrapy sees an end within five


async def slow_home(talk: Talk) -> None:
    """The front page, long after it was asked for."""
    await talk.wait(LAG)
    await talk.reply("<h1>late</h1>")


def run_both(layout: CollectionFolder, fast: Site, slow: Site, **how) -> dict[str, tuple]:
    sites = tuple(
        SiteConfig(name=name, start=(site.url + "/",), delay=0.0)
        for name, site in (("fast", fast), ("slow", slow))
    )
    config = CollectionConfig(name="two", sites=sites)
    try:
        crawl_sites(layout, config, sites, **how)
    finally:
        with sqlite3.connect(layout.index_db) as db:
            rows = db.execute("SELECT site, id, outcome, finished FROM crawls").fetchall()
    return {row[0]: row[1:] for row in rows}


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    return CollectionFolder.create(tmp_path / "collection", "")


def test_each_site_has_its_own_end(layout: CollectionFolder) -> None:
    """`crawls.finished` is when that site's crawl ended, not when the last one of the run did; so
    says the WARC, too. Both ids begin with the id of the run.
    """
    with Site(paper()) as fast, Site({**paper(), "/": slow_home}) as slow:
        rows = run_both(layout, fast, slow)
    ends = [datetime.fromisoformat(rows[name][2]) for name in ("fast", "slow")]
    assert (ends[1] - ends[0]).total_seconds() >= 1
    assert len({run_id(row[0]) for row in rows.values()}) == 1
    told = {
        item.site: item.finished
        for path in layout.archive.iterdir()
        for item in read_captures(path)
        if type(item).__name__ == "CrawlSummary" and item.finished
    }
    assert [told[name].replace(microsecond=0) for name in ("fast", "slow")] == ends


def test_what_had_ended_stays_as_it_ended(layout: CollectionFolder) -> None:
    """An error that ends the run later, such as a full disk, is no failure of a site that was done
    by then.
    """
    with Site(paper()) as fast, Site({**paper(), "/": slow_home}) as slow:

        def fill_disk(**_: object) -> None:
            context = find_open_context(layout.root)
            if context and context.tallies["fast"].outcome == "finished":
                context.stop(StorageError("the disk is full"))

        with pytest.raises(StorageError):
            run_both(layout, fast, slow, listener=RunListener(progress=fill_disk))
    with sqlite3.connect(layout.index_db) as db:
        outcomes = dict(db.execute("SELECT site, outcome FROM crawls"))
    assert outcomes == {"fast": "finished", "slow": "failed"}


def test_a_run_begins_when_the_collection_is_ours(layout: CollectionFolder) -> None:
    """Whoever is told of runs hears of none where another process writes; else of its id, before
    anything is asked for.
    """
    begun: list[str] = []
    with Site(paper()) as fast:
        config = CollectionConfig(
            name="one", sites=(SiteConfig(name="fast", start=(fast.url + "/",), delay=0.0),)
        )

        def begin(run: str) -> None:
            assert fast.wire.targets == []
            begun.append(run)

        with layout.write_lock(), pytest.raises(CollectionBusyError):
            crawl_sites(layout, config, config.sites, listener=RunListener(begun=begin))
        assert begun == []
        (summary,) = crawl_sites(layout, config, config.sites, listener=RunListener(begun=begin))
    assert begun == [run_id(summary.id)]
