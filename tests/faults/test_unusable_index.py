"""An index of another version, or a damaged one, while crawls go on: capture never stops, and the
index comes to hold what one made anew holds.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from faults.whole_collection import check_rebuilt
from loopback_site.server import Site
from loopback_site.small_paper import article, cached, listing, paper

from archive.config import load_config
from archive.errors import StorageError
from archive.index.renewal.index_state import IndexState, examine_index
from archive.index.schema import SCHEMA_VERSION
from archive.layout import CollectionFolder
from archive.query.reader import IndexReader
from crawler.admin.due_times import last_starts
from crawler.cli import main
from crawler.cli.health import status_rows
from crawler.crawl.context import open_context
from crawler.engine.run import CrawlOptions, crawl_sites
from pipelines.ingest import index_renewal
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.index_renewal import IndexRenewal

CONFIG = (
    '[collection]\nname = "test"\n[sites.paper]\nstart = "{url}/"\ndelay = 0\n'
    'schedule = "* * * * *"\n'
)
PAGES = 6


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, CollectionFolder]]:
    """A site, and a collection that was crawled once."""
    routes = paper(PAGES)
    routes |= {f"/news/{number}": cached(article(f"/news/{number}")) for number in range(PAGES)}
    with Site(routes) as site:
        root = tmp_path_factory.mktemp("crawled") / "c"
        layout = CollectionFolder.create(root, CONFIG.format(url=site.url))
        config = load_config(layout.config)
        crawl_sites(layout, config, config.sites)
        yield site, layout


@pytest.fixture
def site(first: tuple[Site, CollectionFolder]) -> Site:
    """The site, with a further article on its start page."""
    running = first[0]
    running.routes["/news/new"] = cached(article("/news/new"))
    names = [f"/news/{number}" for number in range(PAGES)]
    running.routes["/"] = cached(listing("الجريدة", [*names, "/news/new"]))
    running.wire.clear()
    return running


@pytest.fixture
def layout(first: tuple[Site, CollectionFolder], site: Site, tmp_path: Path) -> CollectionFolder:
    """A copy of the collection, whose index is to be spoilt."""
    assert site.url
    return CollectionFolder(Path(shutil.copytree(first[1].root, tmp_path / "c")))


def of_version(number: int) -> Callable[[Path], None]:
    """Have an index state another schema version."""

    def spoil(path: Path) -> None:
        with closing(sqlite3.connect(path)) as db:
            db.execute(f"PRAGMA user_version = {number}")

    return spoil


def no_database(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def damage_inside(path: Path) -> None:
    """Overwrite all pages but the first ones: opening meets no damage, working does."""
    data = bytearray(path.read_bytes())
    data[16 << 12 :] = b"\xa5" * (len(data) - (16 << 12))
    path.write_bytes(data)


SPOILT = {"older": of_version(SCHEMA_VERSION - 1), "junk": no_database}


def articles(layout: CollectionFolder) -> int:
    with closing(sqlite3.connect(layout.index_db)) as db:
        return int(db.execute("SELECT count(*) FROM articles").fetchone()[0])


def crawl(layout: CollectionFolder, *, force: bool = False) -> None:
    config = load_config(layout.config)
    (summary,) = crawl_sites(layout, config, config.sites, CrawlOptions(force=force))
    assert summary.outcome == "finished"


def test_damage_met_at_work_stops_no_crawl(
    layout: CollectionFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    """By one call of `crawl`: exit code 0, silent with -q."""
    damage_inside(layout.index_db)
    with pytest.raises(SystemExit) as ended:
        main(["-q", "-C", str(layout.root), "crawl", "--force"])
    assert (ended.value.code, capsys.readouterr().err) == (0, "")
    assert articles(layout) == PAGES + 1
    assert not list(layout.state.glob("*.damaged"))
    assert not list(layout.root.glob("index.db.*"))
    check_rebuilt(layout)


@pytest.fixture
def no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that takes so long that nothing of it is made before a crawl."""
    monkeypatch.setattr(index_renewal, "FIRST", 0.0)
    monkeypatch.setattr(index_renewal, "_SMALL", 0)


@pytest.mark.usefixtures("no_time")
@pytest.mark.parametrize(("how", "asked_again"), [("older", 0), ("junk", PAGES)])
def test_what_takes_long_is_done_behind_the_crawls(
    layout: CollectionFolder, site: Site, how: str, asked_again: int
) -> None:
    """A crawl does not wait for it, and knows by a sound index what is not to be asked for yet.
    The index is whole behind it.
    """
    SPOILT[how](layout.index_db)
    crawl(layout)
    assert "/news/new" in site.wire.targets
    assert sum(f"/news/{n}" in site.wire.targets for n in range(PAGES)) == asked_again
    assert articles(layout) == PAGES + 1
    check_rebuilt(layout)


@pytest.mark.usefixtures("no_time")
def test_between_two_crawls_it_need_not_be_whole(
    layout: CollectionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers have the old one until then; what a crawl did is known, and it is not due at once;
    `status` says how it stands. `index` makes the rest.
    """
    config = load_config(layout.config)
    before = last_starts(layout, datetime.now(UTC)).started
    of_version(SCHEMA_VERSION - 1)(layout.index_db)
    assert last_starts(layout, datetime.now(UTC)).started.keys() == before.keys()
    with monkeypatch.context() as patch:
        patch.setattr(IndexRenewal, "finish_index", lambda *_: None)
        crawl(layout)
        crawl(layout)
    assert examine_index(layout.index_db, layout.state) is IndexState.OLDER
    with pytest.raises(StorageError, match="older Warraq"):
        IndexReader(layout.index_db)
    with IndexReader(layout.with_written_index().index_db) as reader:
        assert len(list(reader.rows("SELECT * FROM crawls WHERE outcome = 'finished'"))) == 2
    assert last_starts(layout, datetime.now(UTC)).started["paper"] > before["paper"]
    (row,) = status_rows(layout, config)
    assert row["problem"] is None
    with layout.write_lock():
        update_index(layout, config)
    assert articles(layout) == PAGES + 1
    check_rebuilt(layout)


@pytest.mark.usefixtures("no_time")
def test_of_several_processes_the_last_puts_it_in_its_place(layout: CollectionFolder) -> None:
    """While another crawl writes to it, the index stays where it is made."""
    of_version(SCHEMA_VERSION - 1)(layout.index_db)
    config = load_config(layout.config)
    with layout.crawl_lock():
        crawl(layout)
        assert examine_index(layout.index_db, layout.state) is IndexState.OLDER
    with open_context(layout, config, []):
        assert articles(layout) == PAGES + 1
    check_rebuilt(layout)
