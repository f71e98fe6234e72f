"""A collection's index and CDXJ are brought up to date with its WARC files."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from recorded_site import CONFIG, RESPONSES, Site, tables

from archive.config import load_config
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.warc.http_message import parse_response
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.queue import IngestQueue
from pipelines.ingest.worker_pool import WorkerPool


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(CollectionFolder.create(tmp_path / "collection", CONFIG))


def test_live_catch_up_and_rebuild_end_equal(site: Site) -> None:
    """The index of a live crawl, of a later catch-up and of a rebuild from nothing hold the same
    rows and ids.
    """
    config = load_config(site.layout.config)
    site.write(RESPONSES[:4])
    site.write(RESPONSES[4:])
    live = site.layout.root / "live.db"
    with Index(live) as index, WorkerPool(workers=2) as pool:
        ingest = IngestQueue(index, pool, config.sites, site.layout.archive)
        for capture, response in site.taken:
            ingest.submit(capture, parse_response(response))
            ingest.apply_ready()
        ingest.apply_all()
    update_index(site.layout, config)
    caught_up = tables(site.layout.index_db)
    assert len(caught_up["articles"]) == 1
    assert len(caught_up["versions"]) == 2
    assert len(caught_up["captures"]) == len(RESPONSES)
    site.layout.index_db.unlink()
    update_index(site.layout, config)
    assert tables(site.layout.index_db) == caught_up
    update_index(site.layout, config, rebuild=True)
    assert tables(site.layout.index_db) == caught_up
    live_tables = tables(live)
    for rows in (live_tables, caught_up):
        rows.pop(
            "_progress"
        )  # a live crawl stops counting at the response, not behind its metadata record
    assert live_tables == caught_up


def test_a_rebuild_takes_the_place_while_others_read(site: Site) -> None:
    """Whoever reads the index during a rebuild is not disturbed, and sees the new one next."""
    config = load_config(site.layout.config)
    site.write(RESPONSES)
    update_index(site.layout, config)
    with closing(sqlite3.connect(site.layout.index_db)) as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchone() == (1,)
        update_index(site.layout, config, rebuild=True)
        assert reader.execute("SELECT count(*) FROM articles").fetchone() == (1,)
        assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not list(site.layout.root.glob("index.db.rebuilding*"))


def test_a_damaged_index_is_no_obstacle_to_a_rebuild(site: Site) -> None:
    """The index is a projection: whatever became of it, a rebuild makes it anew."""
    config = load_config(site.layout.config)
    site.write(RESPONSES)
    update_index(site.layout, config)
    good = tables(site.layout.index_db)
    site.layout.index_db.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    update_index(site.layout, config, rebuild=True)
    assert tables(site.layout.index_db) == good


def test_cdxj_is_made_anew_with_the_index(site: Site) -> None:
    """A rebuild gives the CDXJ that the crawl kept, byte for byte."""
    config = load_config(site.layout.config)
    site.write(RESPONSES)
    kept = site.layout.cdxj.read_bytes()
    site.layout.cdxj.unlink()
    update_index(site.layout, config, rebuild=True)
    assert site.layout.cdxj.read_bytes() == kept
