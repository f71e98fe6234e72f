"""A collection that is open for crawling."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.config import CollectionConfig
from archive.errors import CollectionBusyError, StorageError
from archive.layout import CollectionFolder
from crawler.crawl.context import check_room, find_open_context, open_context, user_agent
from crawler.crawl.pending_captures import MAX_UNREAD

CONFIG = CollectionConfig(name="test")


class Running:
    """Stands for a site's crawl: whether it was stopped."""

    is_fetching = False

    def __init__(self) -> None:
        self.stopped = 0
        self.woken = 0

    def on_tick(self) -> None:
        """Nothing to do."""

    def stop(self) -> None:
        self.stopped += 1

    def wake(self) -> None:
        self.woken += 1


def test_the_crawls_of_a_process_find_the_collection_that_is_open(tmp_path: Path) -> None:
    """By its folder, however it is written; none before and after."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    assert find_open_context(layout.root) is None
    with open_context(layout, CONFIG, []) as context:
        assert find_open_context(tmp_path / "." / "c") is context
        with pytest.raises(CollectionBusyError), open_context(layout, CONFIG, []):
            pass
        assert find_open_context(layout.root) is context
    assert find_open_context(layout.root) is None
    assert not layout.is_busy()


def test_the_first_error_ends_all_crawls_and_is_kept(tmp_path: Path) -> None:
    """What follows from it does not hide it."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    with open_context(layout, CONFIG, []) as context:
        crawl = Running()
        context.crawls.add(crawl)
        first = StorageError("the disk is full")
        context.stop(first)
        context.stop(StorageError("and so it cannot be closed"))
        assert (context.error, context.stopping, crawl.stopped) == (first, True, 2)


def test_a_crawl_that_waits_for_room_is_woken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, as soon as enough has been read; not before."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    with open_context(layout, CONFIG, []) as context:
        crawl = Running()
        monkeypatch.setattr(context.captures, "unread", MAX_UNREAD)
        assert not context.has_room(crawl)
        context.wake_starved()
        assert crawl.woken == 0
        monkeypatch.setattr(context.captures, "unread", MAX_UNREAD - 1)
        context.wake_starved()
        context.wake_starved()
        assert (crawl.woken, context.has_room(crawl)) == (1, True)


def test_a_contact_is_told_to_the_sites() -> None:
    """Who asks, with the version and where to complain."""
    assert user_agent(CONFIG).endswith("(news archive)")
    told = user_agent(CollectionConfig(name="test", contact="https://library.example"))
    assert told.startswith("warraq/")
    assert told.endswith("(+https://library.example)")


def test_a_disk_with_room_is_none_of_its_business(tmp_path: Path) -> None:
    """Only one that is nearly full is refused."""
    check_room(tmp_path)
