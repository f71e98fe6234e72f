"""The counters of one crawl."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from archive.config import SiteConfig
from archive.model import CRAWL_COUNTERS, Change, CrawlSummary, crawl_id


@dataclass(slots=True, kw_only=True)
class Tally:
    """How a crawl of one site stands.

    `outcome` is running, finished, limited, interrupted or failed. `pages` are those asked for,
    sitemaps and feeds not counted; `fetched` and `bytes` are all exchanges; `left_out` is known at
    the end. `url` is what was asked for last, `queue` where what is asked for next waits, `reached`
    the oldest day of a back-fill's window with an article read (ISO). `finished` is set with the
    first summary after the end: other sites of the run may go on for hours.
    """

    id: str
    site: str
    started: datetime
    outcome: str = "running"
    fetched: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    failed: int = 0
    left_out: int = 0
    bytes: int = 0
    pages: int = 0
    url: str = ""
    queue: str = ""
    reached: str = ""
    finished: datetime | None = None

    def count_change(self, change: Change) -> None:
        """Count what a capture meant for its article; Change.NONE is not counted."""
        if change is Change.NEW:
            self.new += 1
        elif change is Change.CHANGED:
            self.changed += 1
        elif change is Change.UNCHANGED:
            self.unchanged += 1
        elif change is Change.DUPLICATE:
            self.duplicates += 1

    def summary(self) -> CrawlSummary:
        """As the table `crawls` keeps it."""
        if self.outcome != "running" and self.finished is None:
            self.finished = datetime.now(UTC)
        return CrawlSummary(
            id=self.id,
            site=self.site,
            started=self.started,
            finished=self.finished,
            outcome=self.outcome,
            **{name: getattr(self, name) for name in CRAWL_COUNTERS},
        )


def open_tally(site: SiteConfig, started: datetime | None = None) -> Tally:
    """The counters of a crawl that begins now, or with its run at `started`.

    The crawls of a run share their start, and with it the first part of their ids: the run's.
    """
    started = started or datetime.now(UTC)
    return Tally(id=crawl_id(started, site.name), site=site.name, started=started)
