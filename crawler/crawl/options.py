"""What the caller of a crawl may ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """What a single crawl is told besides the configuration.

    `limit`: pages asked for, sitemaps and feeds not counted. `max_time` in seconds. `since` and
    `until`, both included, bound the days of what sitemaps and feeds announce: a day, month or year
    as in `2026-11-20`. `force`: fetch whole, whatever is known.
    """

    limit: int | None = None
    max_time: float | None = None
    since: str | None = None
    until: str | None = None
    force: bool = False
