"""What the spiders of one process share, and how the crawl of each site stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from archive.index.writer import Index
from crawler.crawl.options import CrawlOptions
from crawler.crawl.pending_captures import PendingCaptures
from crawler.frontier.queue import Frontier
from crawler.politeness.host_pacing import HostState
from pipelines.ingest.preserve import Preserver


def _silent() -> None:
    """Progress that nobody watches."""


@dataclass(slots=True, kw_only=True)
class CrawlContext:
    """The shared tools. `progress` is called often, on the event loop: it must be quick."""

    frontier: Frontier
    index: Index
    captures: PendingCaptures
    preserver: Preserver
    options: CrawlOptions = field(default_factory=CrawlOptions)
    hosts: dict[str, HostState] = field(default_factory=dict)
    progress: Callable[[], None] = _silent
    stopping: bool = False
    error: BaseException | None = None
    wakers: list[Callable[[], None]] = field(default_factory=list)

    def stop(self, error: BaseException | None = None) -> None:
        """Have all spiders finish what is under way and end. The first `error` is raised by the
        run.
        """
        self.stopping = True
        self.error = self.error or error
        for wake in self.wakers:
            wake()
