"""A collection that is open for crawling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archive.config import CollectionConfig, SiteConfig
from archive.errors import CollectionBusyError, StorageError
from archive.layout import CollectionFolder
from crawler.crawl.context import check_disk, find_open_context, open_context, user_agent
from crawler.crawl.options import CrawlOptions
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


def test_a_site_is_leased_until_its_crawl_is_over(tmp_path: Path) -> None:
    """Under all its names; sites that others crawl are passed over, and refused where they are
    all there is.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")
    one = SiteConfig(name="one", start=("http://one.example/",), aliases=("former",))
    other = SiteConfig(name="other", start=("http://other.example/",))
    with layout.crawl_lock():
        lease = layout.site_lease("former")
        with (
            pytest.raises(CollectionBusyError, match="former"),
            open_context(layout, CONFIG, [one]),
        ):
            pass
        with open_context(layout, CONFIG, [one, other]) as context:
            assert list(context.leases) == ["other"]
            assert not layout.is_crawling("one")
            with pytest.raises(CollectionBusyError):
                context.lease_site(one)
            lease.release()
            context.lease_site(one)
            assert all(map(layout.is_crawling, ("one", "former", "other")))
            context.end_site(one)
            assert not any(map(layout.is_crawling, ("one", "former")))
        assert not layout.is_crawling("other")


def test_the_shortest_time_holds(tmp_path: Path) -> None:
    """The site's own in place of the collection's; what is asked for may only shorten it."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    plain = SiteConfig(name="plain", start=("http://plain.example/",))
    patient = replace(plain, name="patient", max_time=90.0)
    with open_context(layout, CONFIG, []) as context:
        assert context.time_limit(plain) is None
        context.config = replace(CONFIG, max_time=60.0)
        assert (context.time_limit(plain), context.time_limit(patient)) == (60.0, 90.0)
        context.options = CrawlOptions(max_time=70.0)
        assert (context.time_limit(plain), context.time_limit(patient)) == (60.0, 70.0)


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
    check_disk(tmp_path, CONFIG)
