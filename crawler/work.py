"""What the spiders of one process share, and how the crawl of each site stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from archive.index import Index
from archive.model import CrawlSummary
from crawler.frontier import Frontier
from crawler.intake import Intake
from crawler.politeness import HostState
from pipelines.preserve import Preserver


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """What a single crawl is told besides the configuration.

    `limit`: pages asked for, sitemaps and feeds not counted. `max_time` in seconds. `since` and `until`, both included,
    bound the days of what sitemaps and feeds announce: a day, month or year as in `2026-11-20`. `force`: fetch whole, whatever is known.
    """

    limit: int | None = None
    max_time: float | None = None
    since: str | None = None
    until: str | None = None
    force: bool = False


@dataclass(slots=True, kw_only=True)
class Tally:
    """How a crawl of one site stands.

    `outcome` is running, finished, limited, interrupted or failed. `pages` are those asked for, sitemaps and feeds not
    counted; `fetched` and `bytes` are all exchanges. `url` is what was asked for last.
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

    def summary(self) -> CrawlSummary:
        """As the table `crawls` keeps it."""
        return CrawlSummary(
            id=self.id,
            site=self.site,
            started=self.started,
            finished=None if self.outcome == "running" else datetime.now(UTC),
            outcome=self.outcome,
            fetched=self.fetched,
            new=self.new,
            changed=self.changed,
            unchanged=self.unchanged,
            duplicates=self.duplicates,
            failed=self.failed,
            bytes=self.bytes,
        )


def _silent() -> None:
    """Progress that nobody watches."""


@dataclass(slots=True, kw_only=True)
class Work:
    """The shared tools. `progress` is called often, on the event loop: it must be quick."""

    frontier: Frontier
    index: Index
    intake: Intake
    preserver: Preserver
    options: CrawlOptions = field(default_factory=CrawlOptions)
    hosts: dict[str, HostState] = field(default_factory=dict)
    progress: Callable[[], None] = _silent
    stopping: bool = False
    error: BaseException | None = None
    wakers: list[Callable[[], None]] = field(default_factory=list)

    def stop(self, error: BaseException | None = None) -> None:
        """Have all spiders finish what is under way and end. The first `error` is raised by the run."""
        self.stopping = True
        self.error = self.error or error
        for wake in self.wakers:
            wake()
