from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from threading import Timer
from typing import Any

import pytest

from archive.config import SiteConfig
from archive.errors import StorageError
from archive.index.site_names import SiteNames
from archive.index.writer import Index
from archive.model import (
    Change,
    CrawlSummary,
    Failure,
    PayloadKind,
    Reading,
    Stage,
)

URL = "https://news.example/a/1001"


def summary(kit: Any, **more: Any) -> CrawlSummary:
    return CrawlSummary(id="crawl-1", site="news", started=kit.START, **more)


def failure(kit: Any) -> Failure:
    return Failure(url=URL, stage=Stage.FETCH, reason="connection refused", at=kit.START)


@pytest.mark.parametrize(
    "write",
    [
        lambda index, kit: index.apply_captures([kit.entry()]),
        lambda index, kit: index.add_failures([failure(kit)]),
        lambda index, kit: index.end_crawl(summary(kit)),
        lambda index, _: index.mark_indexed("a.warc.gz", 7),
    ],
)
def test_a_locked_database_is_a_storage_error(
    kit: Any, write: Callable[[Index, Any], object]
) -> None:
    """Every method that writes says StorageError when another writer holds the file, and works once
    it is free.
    """
    with kit.index() as index:
        other = sqlite3.connect(kit.path(), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked"):
            write(index, kit)
        other.execute("ROLLBACK")
        other.close()
        write(index, kit)


def test_two_writers_take_turns(kit: Any) -> None:
    """One waits while the other writes, and knows what that has written: also a site's new name."""
    names = SiteNames.of_sites([SiteConfig(name="new", start=(URL,), aliases=("news",))])
    with kit.index() as first, Index(kit.path()) as second:
        other = sqlite3.connect(kit.path(), isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        Timer(0.02, other.execute, ["COMMIT"]).start()
        assert first.apply_captures([kit.entry()]) == [Change.NEW]
        second.rename_sites(names)
        assert second.apply_captures([kit.entry(URL, 1)]) == [Change.UNCHANGED]
        assert first.apply_captures([kit.entry(URL, 2)]) == [Change.UNCHANGED]
        first.end_crawl(summary(kit))
        other.close()
    sites = (
        "SELECT site FROM captures UNION SELECT site FROM crawls UNION SELECT site FROM articles"
    )
    assert kit.rows(sites) == [("new",)]


def test_a_failed_batch_leaves_nothing(kit: Any) -> None:
    """A batch that cannot be applied whole is not applied at all, and the index goes on."""
    with kit.index() as index:
        before = kit.dump()
        capture, _ = kit.entry()
        with pytest.raises(AttributeError):
            index.apply_captures([kit.entry(), (capture, None)])
        assert kit.dump() == before
        assert index.apply_captures([kit.entry()]) == [Change.NEW]


def test_progress_is_kept_and_never_goes_back(kit: Any) -> None:
    """How far a WARC is in the index is kept with the batch."""
    with kit.index() as index:
        assert index.indexed_up_to("a.warc.gz") == 0
        index.apply_captures([kit.entry()], progress={"a.warc.gz": 1900})
        index.mark_indexed("a.warc.gz", 1000)
        assert index.indexed_up_to("a.warc.gz") == 1900


def test_validators(kit: Any) -> None:
    """A conditional request says what the latest whole capture was sent with, and refers to the
    record with the payload.
    """
    page = Reading(kind=PayloadKind.PAGE)
    first = kit.capture(hour=0, etag='"1"', last_modified="Fri, 01 Mar 2024 12:00:00 GMT")
    with kit.index() as index:
        assert index.validators(URL) is None
        index.apply_captures([(first, page)])
        found = index.validators(URL)
        assert found is not None
        assert (found.etag, found.last_modified) == ('"1"', "Fri, 01 Mar 2024 12:00:00 GMT")
        index.apply_captures([kit.revisit(first, 1, etag='"2"')])
        found = index.validators(URL)
        assert found is not None
        assert (found.etag, found.reference.offset) == ('"2"', first.offset)
        index.apply_captures([(kit.capture(hour=2), page)])
        assert index.validators(URL) is None
        assert [
            each.offset for each in index.captured_since(URL, kit.START + timedelta(hours=1))
        ] == [2000, 3000]


def test_crawls(kit: Any) -> None:
    """A crawl's row follows it to its end, and an old note does not undo the end."""
    with kit.index() as index:
        index.end_crawl(summary(kit))
        assert kit.rows("SELECT outcome, finished FROM crawls") == [("running", None)]
        index.end_crawl(
            summary(kit, finished=kit.START + timedelta(hours=1), outcome="finished", fetched=7)
        )
        index.end_crawl(summary(kit))
    assert kit.rows("SELECT outcome, fetched FROM crawls") == [("finished", 7)]
