"""Pages whose reading was given up, on a machine that had too little time for it: the next run
reads them and follows their links, and so does `index`; live and rebuilt indexes agree.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from faults.whole_collection import check_rebuilt, contents
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing

from archive.config import load_config
from archive.layout import CollectionFolder
from crawler.engine.run import CrawlOptions, crawl_sites
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.retry_notes import TRIES
from pipelines.ingest.worker_pool import WorkerPool

CONFIG = '[collection]\nname = "test"\n[sites.paper]\nstart = "{url}/"\ndelay = 0\n'


@pytest.fixture
def site() -> Iterator[Site]:
    """A start page, an article that it names, and one that only the first names."""
    routes = {
        "/": say(listing("الجريدة", ["/news/0"])),
        "/news/0": say(article("/news/0", links=["/news/1"])),
        "/news/1": say(article("/news/1")),
        "/robots.txt": say("", kind="text/plain"),
    }
    with Site(routes) as running:
        yield running


@pytest.fixture
def layout(site: Site, tmp_path: Path) -> CollectionFolder:
    return CollectionFolder.create(tmp_path / "c", CONFIG.format(url=site.url))


def crawl(layout: CollectionFolder, *, limit: int | None = None) -> None:
    config = load_config(layout.config)
    crawl_sites(layout, config, config.sites, CrawlOptions(limit=limit))


@pytest.fixture
def no_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Readers that have a millisecond of processor time for a page, until it is undone."""
    with monkeypatch.context() as patch:
        patch.setitem(WorkerPool.__init__.__kwdefaults__, "seconds", 0.001)
        yield patch


def given_up(layout: CollectionFolder) -> int:
    return sum("timeout" in row[4] for row in contents(layout)["failures"])


def articles(layout: CollectionFolder) -> set[str]:
    with closing(sqlite3.connect(layout.index_db)) as db:
        return {url.partition("/news/")[2] for (url,) in db.execute("SELECT url FROM articles")}


def test_the_next_run_reads_them_and_follows_their_links(
    layout: CollectionFolder, site: Site, no_time: pytest.MonkeyPatch
) -> None:
    """The start page is asked for again as ever; what it was before is read from the archive."""
    crawl(layout)
    assert (given_up(layout) > 0, articles(layout)) == (True, set())
    no_time.undo()
    crawl(layout)
    assert (given_up(layout), articles(layout)) == (0, {"0", "1"})
    assert site.wire.targets.count("/") == 2
    assert not list(layout.given_up.iterdir())
    check_rebuilt(layout)


@pytest.mark.parametrize("rebuild", [False, True])
def test_index_reads_them_and_the_next_run_follows_their_links(
    layout: CollectionFolder, site: Site, no_time: pytest.MonkeyPatch, *, rebuild: bool
) -> None:
    """An article that was captured, and not read: `index` has it, and the crawl behind it finds
    what it names without asking for it again.
    """
    no_time.undo()
    crawl(layout, limit=1)
    no_time.setitem(WorkerPool.__init__.__kwdefaults__, "seconds", 0.001)
    crawl(layout)
    assert (given_up(layout) > 0, articles(layout)) == (True, set())
    no_time.undo()
    with layout.write_lock():
        update_index(layout, load_config(layout.config), rebuild=rebuild)
    assert (given_up(layout), articles(layout)) == (0, {"0"})
    check_rebuilt(layout)
    crawl(layout)
    assert articles(layout) == {"0", "1"}
    assert site.wire.targets.count("/news/0") == 1
    check_rebuilt(layout)


def test_a_page_that_never_ends_is_not_read_for_ever(
    layout: CollectionFolder, no_time: pytest.MonkeyPatch
) -> None:
    """A few times by each version of the program; nothing of it is lost meanwhile."""
    crawl(layout)
    before = given_up(layout)
    tried = []
    submit = WorkerPool.submit
    no_time.setattr(WorkerPool, "submit", lambda *given: tried.append(given) or submit(*given))
    for _ in range(TRIES + 2):
        with layout.write_lock():
            update_index(layout, load_config(layout.config))
    assert len(tried) == TRIES * before
    assert given_up(layout) == before
