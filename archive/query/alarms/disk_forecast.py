"""When the collection fills its disk or its quota, by what its crawls received of late."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from archive.config import CollectionConfig
from archive.disk.room import free_space, size_on_disk, size_text
from archive.model import iso_utc
from archive.model.alarm import Alarm, AlarmKind
from archive.query.reader import IndexReader

# Growth is learned from so long, and what came within less is taken for as much time.
LEARNED_FROM, LEAST = timedelta(days=14), timedelta(days=2)
# An alarm while so much time is left to act.
DAYS_LEFT = 14
# A collection takes so many bytes for each one received at most: more of them were imported.
MOST_FOR_ONE = 3.0
# What is as good as reached: crawls end a little before or behind a bound, and then grow no more.
NEARLY = 0.01
ENDED = "and crawls end"  # how the alarm of a bound that is reached ends


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskGrowth:
    """How much is free, in bytes, and how much the collection grows a day; 0 where that is not
    known yet. `size` is what it takes up; `min_free` and `quota` are its bounds, if it has any.
    """

    free: int
    a_day: float = 0.0
    size: int = 0
    min_free: int | None = None
    quota: int | None = None

    @property
    def left(self) -> int:
        """Bytes until crawls end: by the disk, its floor, or the quota, what comes first."""
        on_disk = self.free - (self.min_free or 0)
        return max(0, on_disk if self.quota is None else min(on_disk, self.quota - self.size))

    @property
    def days_left(self) -> float | None:
        """Days until crawls end; None where the collection does not grow."""
        return self.left / self.a_day if self.a_day > 0 else None

    @property
    def is_by_quota(self) -> bool:
        """Whether the quota is what comes first."""
        return self.quota is not None and self.quota - self.size <= self.free - (self.min_free or 0)

    @property
    def has_bound(self) -> bool:
        """Whether a bound that was set comes before the end of the disk."""
        return self.is_by_quota or self.min_free is not None

    @property
    def is_reached(self) -> bool:
        """Whether the floor or the quota is as good as reached."""
        bound = self.quota if self.is_by_quota else self.min_free
        return bound is not None and self.left <= NEARLY * bound


def measure_growth(
    reader: IndexReader, root: Path, config: CollectionConfig, now: datetime
) -> DiskGrowth:
    """The growth of the collection in `root`, by the sizes of its files and what its crawls
    received.
    """
    size = size_on_disk(root)
    since, until = iso_utc(now - LEARNED_FROM), iso_utc(now)
    (row,) = reader.rows(
        "SELECT ifnull(sum(bytes), 0) AS every, min(started) AS first,"
        " ifnull(sum(bytes) FILTER (WHERE started > :since), 0) AS late"
        " FROM crawls WHERE started <= :until",
        {"since": since, "until": until},
    )
    growth = DiskGrowth(free=free_space(root))
    if row["every"]:
        learned = now - datetime.fromisoformat(row["first"])
        growth = growth_of(size, row["every"], row["late"], free=growth.free, learned=learned)
    return replace(growth, size=size, min_free=config.min_free, quota=config.quota)


def growth_of(
    size: int, received: int, received_lately: int, *, free: int, learned: timedelta
) -> DiskGrowth:
    """The growth of a collection of `size` bytes that received so many in all, and so many of late;
    `learned` is how long ago its first crawl was.
    """
    length = min(max(learned, LEAST), LEARNED_FROM) / timedelta(days=1)
    for_one = min(size / max(1, received), MOST_FOR_ONE)
    return DiskGrowth(free=free, a_day=received_lately * for_one / length)


def find_full_disk(growth: DiskGrowth, now: datetime) -> Alarm | None:
    """The alarm where crawls end within DAYS_LEFT days at the present growth, or have ended, for
    want of room: by the disk itself, `min_free` or `quota`.
    """
    left = growth.days_left
    if growth.is_reached:
        text = f"{_bound_of(growth)} is reached: {_standing_of(growth)}, {ENDED}"
    elif left is not None and left < DAYS_LEFT:
        text = (
            f"{_bound_of(growth)} is {'reached' if growth.has_bound else 'full'} in about"
            f" {left:.0f} days: {_standing_of(growth)}, and the collection grows by"
            f" {size_text(growth.a_day)} a day"
        )
    else:
        return None
    return Alarm(kind=AlarmKind.DISK, since=now, text=text)


def _bound_of(growth: DiskGrowth) -> str:
    if growth.is_by_quota and growth.quota is not None:
        return f"the quota of {size_text(growth.quota)}"
    if growth.min_free is not None:
        return f"the floor of {size_text(growth.min_free)} free space (min_free)"
    return "the disk"


def _standing_of(growth: DiskGrowth) -> str:
    if growth.is_by_quota:
        return f"the collection takes up {size_text(growth.size)}"
    return f"{size_text(growth.free)} are free"
