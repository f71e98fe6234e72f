"""When a collection fills its disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from archive.config import CollectionConfig
from archive.model import CrawlSummary
from archive.query.alarms.disk_forecast import (
    DiskGrowth,
    find_full_disk,
    growth_of,
    measure_growth,
)
from archive.query.reader import IndexReader

GB, DAY = 10**9, timedelta(days=1)
CONFIG = CollectionConfig(name="test")
NOW = datetime(2026, 3, 30, tzinfo=UTC)


def test_growth_is_what_came_of_late_in_the_form_it_is_kept_in() -> None:
    """Fourteen gigabytes received in a fortnight, kept as half: half a gigabyte a day."""
    growth = growth_of(50 * GB, 100 * GB, 14 * GB, free=10 * GB, learned=200 * DAY)
    assert (growth.a_day, growth.days_left) == (GB / 2, 20)
    young = growth_of(GB, 2 * GB, 2 * GB, free=10 * GB, learned=DAY / 24)
    assert young.a_day == GB / 2  # a first hour says nothing of days


def test_imported_files_are_no_growth() -> None:
    """A collection of imported files takes no hundred bytes for each that its crawls receive."""
    growth = growth_of(100 * GB, GB, GB, free=10 * GB, learned=10 * DAY)
    assert growth.a_day == 3 * GB / 10


def test_a_disk_that_is_full_within_a_fortnight_is_told() -> None:
    """With the days that are left; a collection that does not grow never fills it."""
    alarm = find_full_disk(DiskGrowth(free=5 * GB, a_day=GB), NOW)
    assert alarm is not None
    assert alarm.text.startswith("the disk is full in about 5 days: 5.0 GB are free")
    assert find_full_disk(DiskGrowth(free=50 * GB, a_day=GB), NOW) is None
    assert find_full_disk(DiskGrowth(free=0), NOW) is None


def test_growth_is_measured_by_files_and_crawls(kit: Any) -> None:
    """Of a collection that was crawled, by the bytes its crawls received."""
    with kit.index() as index:
        index.end_crawl(CrawlSummary(id="c", site="news", started=kit.START, bytes=1000))
    kit.path().rename(kit.folder / "index.db")
    with IndexReader(kit.folder / "index.db") as reader:
        growth = measure_growth(reader, kit.folder, CONFIG, kit.START + 7 * DAY)
        later = measure_growth(reader, kit.folder, CONFIG, kit.START + 70 * DAY)
    assert growth.a_day == 3 * 1000 / 7
    assert later.a_day == 0
    assert growth.free > 0


def test_the_bound_that_comes_first_is_foretold() -> None:
    """The quota, the floor of free space, or the disk: each by its name, with the days left."""
    growth = DiskGrowth(free=50 * GB, a_day=GB, size=95 * GB, quota=100 * GB, min_free=10 * GB)
    assert (growth.left, growth.days_left) == (5 * GB, 5)
    alarm = find_full_disk(growth, NOW)
    assert alarm is not None
    assert alarm.text == (
        "the quota of 100 GB is reached in about 5 days: the collection takes up 95.0 GB, and the"
        " collection grows by 1.0 GB a day"
    )
    alarm = find_full_disk(replace(growth, free=13 * GB), NOW)
    assert alarm is not None
    assert alarm.text.startswith(
        "the floor of 10.0 GB free space (min_free) is reached in about 3 days: 13.0 GB are free"
    )
    assert find_full_disk(replace(growth, free=60 * GB, quota=200 * GB), NOW) is None


def test_a_bound_that_is_reached_stays_an_alarm() -> None:
    """Also after weeks in which nothing could be fetched, and the collection grew no more."""
    for growth in (
        DiskGrowth(free=50 * GB, size=99_900_000_000, quota=100 * GB),
        DiskGrowth(free=9 * GB, min_free=10 * GB),
    ):
        alarm = find_full_disk(growth, NOW)
        assert alarm is not None
        assert alarm.text.endswith("and crawls end")
    assert find_full_disk(DiskGrowth(free=50 * GB, size=90 * GB, quota=100 * GB), NOW) is None
