"""What the caller of a crawl may ask for."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.discovery.discovered_entries import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """What a single crawl is told besides the configuration.

    `limit`: pages asked for, sitemaps and feeds not counted. `max_time` in seconds. `since` and
    `until`, both included, bound the days of what is asked for, as far as these are known before: a
    day, month or year as in `2026-11-20`; crawls of such a window have a queue of their own.
    `force`: fetch whole, whatever is known. `missing`: ask for nothing but what was announced or
    linked before and is not in the archive.
    """

    limit: int | None = None
    max_time: float | None = None
    since: str | None = None
    until: str | None = None
    force: bool = False
    missing: bool = False

    @property
    def window(self) -> Window:
        """The days that are asked for."""
        return Window(since=self.since, until=self.until)
