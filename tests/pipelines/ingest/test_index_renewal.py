"""An index that cannot be used is made anew beside crawls. What crawls see of it:
`tests/faults/test_unusable_index.py`.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from recorded_site import CONFIG, RESPONSES, Site, tables

from archive.config import FaultySite, load_config
from archive.errors import CollectionBusyError, DamagedDatabaseError, StorageError
from archive.index.renewal.earlier_index import IndexInMaking
from archive.index.schema import SCHEMA_VERSION
from archive.index.writer import Index
from archive.layout import CollectionFolder
from pipelines.ingest import index_renewal
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.index_renewal import IndexRenewal


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A collection of two WARC files, indexed."""
    site = Site(CollectionFolder.create(tmp_path / "c", CONFIG))
    site.write(RESPONSES[:4])
    site.write(RESPONSES[4:])
    update_index(site.layout, load_config(site.layout.config))
    return site


def renewal_of(site: Site, *, alone: bool = True) -> IndexRenewal:
    config = load_config(site.layout.config)
    return IndexRenewal(layout=site.layout, config=config, become_alone=lambda: alone)


def make_older(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")


def make_foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE notes (text)")


def make_junk(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


@pytest.mark.parametrize("spoil", [make_older, make_foreign, make_junk, Path.unlink])
@pytest.mark.parametrize("alone", [True, False])
def test_whatever_became_of_it_the_same_rows_come(
    site: Site, spoil: Callable[[Path], None], *, alone: bool
) -> None:
    """At once where there is time and nobody else writes, else by the next who has the collection;
    until then `index.db` is not touched.
    """
    good = tables(site.layout.index_db)
    spoil(site.layout.index_db)
    spoilt = site.layout.index_db.read_bytes() if site.layout.index_db.exists() else None
    done = renewal_of(site, alone=alone).prepare_index()
    assert done.captures == len(RESPONSES)
    if not alone:
        assert tables(site.layout.index_in_making) == good
        assert (site.layout.index_db.read_bytes() if spoilt else None) == spoilt
        renewal_of(site).finish_index()
    assert tables(site.layout.index_db) == good
    assert not list(site.layout.root.glob("index.db.rebuilding*"))
    renewal_of(site).finish_index()  # of a good one nothing is made


@pytest.fixture
def no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_renewal, "FIRST", 0.0)
    monkeypatch.setattr(index_renewal, "_SMALL", 0)


@pytest.mark.usefixtures("no_time")
def test_work_goes_on_where_it_was(site: Site) -> None:
    """Not before a crawl, if there is no time, and not beyond a time behind it; `index` goes on
    with what there is. The newest file comes first.
    """
    good = tables(site.layout.index_db)
    make_older(site.layout.index_db)
    assert renewal_of(site).prepare_index().captures == 0
    renewal_of(site).finish_index(time.monotonic())
    with renewal_of(site).open_index() as index:
        assert (type(index), index.exchange_count()) == (IndexInMaking, 0)
        first, second = sorted(path.name for path in site.layout.archive.glob("*.warc.gz"))
        index.mark_indexed(second, 1 << 40)
    update_index(site.layout, load_config(site.layout.config))
    with Index(site.layout.index_db) as index:
        assert index.exchange_count() == 4  # the other three are marked as done
        assert index.indexed_up_to(first)
    update_index(site.layout, load_config(site.layout.config), rebuild=True)
    assert tables(site.layout.index_db) == good


@pytest.mark.usefixtures("no_time")
def test_nothing_is_read_while_a_table_is_wrong(site: Site) -> None:
    """A rebuild needs each site's table; crawls of the others go on meanwhile."""
    make_junk(site.layout.index_db)
    renewal = renewal_of(site)
    faulty = replace(renewal.config, faulty=(FaultySite(name="x", problem="wrong"),))
    waiting = replace(renewal, config=faulty)
    waiting.prepare_index()
    waiting.finish_index()
    with waiting.open_index() as index:
        assert index.exchange_count() == 0


def test_what_was_begun_and_is_damaged_is_begun_again(site: Site) -> None:
    """By who has the collection alone; others are told to wait."""
    good = tables(site.layout.index_db)
    make_older(site.layout.index_db)
    make_junk(site.layout.index_in_making)
    with pytest.raises(CollectionBusyError, match="begun anew"):
        renewal_of(site, alone=False).prepare_index()
    renewal_of(site).prepare_index()
    assert tables(site.layout.index_db) == good


def test_damage_is_noted_of_an_index_alone(site: Site) -> None:
    """The frontier is another's, and a full disk is no damage."""
    renewal = renewal_of(site)
    assert not renewal.note_damage(None)
    assert not renewal.note_damage(StorageError("the disk is full"))
    assert not renewal.note_damage(DamagedDatabaseError("x", site.layout.frontier))
    assert site.layout.has_usable_index()
    assert renewal.note_damage(DamagedDatabaseError("x", site.layout.index_db))
    assert not site.layout.has_usable_index()


def test_damage_that_an_update_meets_is_mended_by_it(site: Site) -> None:
    """Before a crawl, and by `index`."""
    good = tables(site.layout.index_db)
    for mend in (
        lambda: renewal_of(site).prepare_index(),
        lambda: update_index(site.layout, load_config(site.layout.config)),
    ):
        data = bytearray(site.layout.index_db.read_bytes())
        data[16 << 12 :] = b"\xa5" * (len(data) - (16 << 12))
        site.layout.index_db.write_bytes(data)
        for suffix in ("-wal", "-shm"):
            Path(f"{site.layout.index_db}{suffix}").unlink(missing_ok=True)
        assert site.layout.has_usable_index()
        mend()
        assert tables(site.layout.index_db) == good
