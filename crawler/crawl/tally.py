"""The counters of one crawl."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from archive.config import SiteConfig
from archive.model import CRAWL_COUNTERS, Change, CrawlSummary


@dataclass(slots=True, kw_only=True)
class Tally:
    """How a crawl of one site stands.

    `outcome` is running, finished, limited, interrupted or failed. `pages` are those asked for,
    sitemaps and feeds not counted; `fetched` and `bytes` are all exchanges. `url` is what was asked
    for last.
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
    bytes: int = 0
    pages: int = 0
    url: str = ""

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
        return CrawlSummary(
            id=self.id,
            site=self.site,
            started=self.started,
            finished=None if self.outcome == "running" else datetime.now(UTC),
            outcome=self.outcome,
            **{name: getattr(self, name) for name in CRAWL_COUNTERS},
        )


def open_tally(site: SiteConfig) -> Tally:
    """The counters of a crawl that begins now."""
    started = datetime.now(UTC)
    return Tally(id=f"{started:%Y%m%dT%H%M%S%f}-{site.name}", site=site.name, started=started)
