"""A collection's index and CDXJ are brought up to date with its WARC files."""

import gzip
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import warc_kit
from recorded_site import CONFIG, RESPONSES, START, Site, ok, page, tables

from archive.cdx.cdxj import CdxjFile
from archive.config import load_config
from archive.disk.room import size_on_disk
from archive.errors import NoRoomError
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import (
    CrawlSummary,
    Failure,
    FetchFacts,
    LeftOut,
    LeftOutBatch,
    LeftOutReason,
    Sighting,
    Stage,
)
from archive.model.withdrawal import Withdrawal
from archive.urls import canonical_key
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


def test_a_quota_ends_an_update_and_the_next_goes_on(site: Site) -> None:
    """What is in the index by then stays, with its lines in the CDXJ; with more room the same rows
    come as without a bound.
    """
    config = load_config(site.layout.config)
    site.write([(f"http://news.example/{n}", ok(page(f"خبر رقم {n}"))) for n in range(100)])
    first = sum(path.stat().st_size for path in site.layout.archive.iterdir())
    short = replace(config, quota=first + 600_000)
    with pytest.raises(NoRoomError, match="quota"):
        update_index(site.layout, short, workers=1)
    with Index(site.layout.index_db) as index:
        assert 0 < index.exchange_count() < 100
        assert CdxjFile(site.layout.cdxj).count_exchanges() >= index.exchange_count()
    update_index(site.layout, config, workers=1)
    done = tables(site.layout.index_db)
    assert len(done["captures"]) == CdxjFile(site.layout.cdxj).count_exchanges() == 100
    site.layout.index_db.unlink()
    update_index(site.layout, config, workers=1)
    assert tables(site.layout.index_db) == done


def test_a_rebuild_needs_room_for_a_second_index(site: Site) -> None:
    """Without it the old one stays as it is, and nothing of the new one is left."""
    config = load_config(site.layout.config)
    site.write([(f"http://news.example/{n}", ok(page(f"خبر رقم {n}"))) for n in range(80)])
    update_index(site.layout, config, workers=1)
    before = tables(site.layout.index_db)
    size = site.layout.index_db.stat().st_size
    for room in (size - 10_000, size + 10_000):  # seen before it begins, and on the way
        short = replace(config, quota=size_on_disk(site.layout.root) + room)
        with pytest.raises(NoRoomError) as refused:
            update_index(site.layout, short, rebuild=True, workers=1)
        assert ("no room for" in str(refused.value)) is (room < size)
        assert tables(site.layout.index_db) == before
        assert not list(site.layout.root.glob("index.db.rebuilding*"))


def write_statements(folder: Path) -> None:
    """A WARC file that withdraws what the made-up site has, and states all else that a collection
    states of itself, each also as it must not be.
    """
    url = "http://news.example/a"
    withdrawal = Withdrawal(
        article_id="0" * 16, site="news", url=url, at=START, reason="r", keys=(canonical_key(url),)
    )
    failure = Failure(url=url, stage=Stage.FETCH, reason="made up", at=START, crawl_id="c1")
    left_out = LeftOut(url=url, why=LeftOutReason.SCOPE, detail="d", found_on=None)
    batch = LeftOutBatch(crawl_id="c1", site="news", at=START, entries=(left_out,))
    claim = Sighting(url=url, source="http://news.example/feed", kind="feed", title="t")
    facts = FetchFacts(crawl_id="c1", site="news", claims=(claim,))
    with warc_kit.writer(folder) as writer:
        writer.write_withdrawal(withdrawal)
        writer.write_crawl(CrawlSummary(id="c9", site="news", started=START, finished=START))
        writer.write_failure(failure)
        writer.write_left_out(batch)
        writer.write_exchange(warc_kit.exchange("http://other.example/"), facts)


def stated(layout: CollectionFolder) -> dict[str, list[str]]:
    """The rows of what only a collection itself may state."""
    rows = tables(layout.index_db)
    names = (
        "articles",
        "withdrawals",
        "_withdrawn",
        "crawls",
        "failures",
        "_left_out",
        "sightings",
    )
    return {name: rows[name] for name in names}


@pytest.mark.parametrize("note", [True, False])
def test_what_a_foreign_file_states_does_not_count(
    site: Site, tmp_path: Path, *, note: bool
) -> None:
    """Withdrawals, crawls, failures, what was left out, announcements and site names of a file that
    this collection did not write change nothing, in a catch-up and in a rebuild; each is counted.
    Its captures are in.
    """
    config = load_config(site.layout.config)
    site.write(RESPONSES)
    update_index(site.layout, config)
    before = stated(site.layout)
    write_statements(tmp_path / "theirs")
    theirs = warc_kit.only_file(tmp_path / "theirs").read_bytes()
    taken = site.layout.archive / "taken.warc.gz"
    if note:
        (site.layout.archive / "taken.warc.gz.origin.json").write_text("{}")
    else:  # put there by hand, as another tool wrote it
        parts = gzip.decompress(theirs).split(b"WARC/1.1\r\n")[2:]
        info = warc_kit.record("warcinfo", b"software: x\r\n", ("WARC-Record-ID", "<urn:uuid:9>"))
        theirs = warc_kit.packed([info, *(b"WARC/1.1\r\n" + part for part in parts)])
    taken.write_bytes(theirs)
    kinds = {"withdrawal", "crawl summary", "failure", "list of addresses left out"}
    kinds |= {"site name", "crawl id", "announcement"}
    for rebuild in (False, True):
        done = update_index(site.layout, config, rebuild=rebuild)
        assert done.ignored == {"taken.warc.gz": dict.fromkeys(kinds, 1)}
        assert not done.damaged
        now = stated(site.layout)
        new = [row for row in now.pop("articles") if "other.example" in row]
        assert now == {name: rows for name, rows in before.items() if name != "articles"}
        assert len(new) <= 1
        with closing(sqlite3.connect(site.layout.index_db)) as db:
            found = "SELECT site, crawl_id FROM captures WHERE warc = 'taken.warc.gz'"
            assert db.execute(found).fetchall() == [(None, None)]
            assert db.execute("SELECT count(*) FROM articles WHERE site = 'news'").fetchone() == (
                1,
            )


def test_a_moved_collection_keeps_what_it_stated(site: Site, tmp_path: Path) -> None:
    """The same statements in a file of the collection's own count, in a catch-up, in a rebuild, and
    where the collection, or archive/ and warraq.toml alone, came to another place.
    """
    config = load_config(site.layout.config)
    site.write(RESPONSES)
    write_statements(site.layout.archive)
    update_index(site.layout, config)
    assert stated(site.layout)["articles"] == []
    before = stated(site.layout)
    assert all(before[name] for name in ("withdrawals", "crawls", "failures"))
    layout = CollectionFolder(site.layout.root.rename(tmp_path / "moved"))
    for rebuild in (False, True):
        assert not update_index(layout, config, rebuild=rebuild).ignored
        assert stated(layout) == before
    part = CollectionFolder.create(tmp_path / "part", CONFIG)
    for path in layout.archive.iterdir():
        path.rename(part.archive / path.name)
    assert not update_index(part, config).ignored
    assert stated(part) == before
