"""The collection as the crawls of one process share it: opened once, closed behind the last.

The order is always: files of a killed run repaired, the index caught up with the archive, and only
then anything fetched. Whatever ends the crawls, the archive is closed last and their summaries are
in it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from archive.cdx.cdxj import CdxjFile
from archive.config import CollectionConfig, SiteConfig
from archive.errors import StorageError, WarraqError
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import Stage
from archive.warc.writer import WarcInfo, WarcWriter
from crawler.crawl.options import CrawlOptions
from crawler.crawl.pending_captures import PendingCaptures
from crawler.crawl.tally import Tally
from crawler.frontier.queue import Frontier
from crawler.politeness.host_pacing import HostState
from pipelines.ingest.catch_up import state_closed_files, update_index
from pipelines.ingest.preserve import Preserver
from pipelines.ingest.queue import IngestQueue
from pipelines.ingest.worker_pool import WorkerPool

ROUND = 0.25  # seconds between two looks at what is ready to be indexed
# Below this the index could no longer say what the archive holds. On a small disk a share of it.
_FLOOR = 64 << 20
_FLOOR_SHARE = 0.02


def _silent() -> None:
    """Nothing: nobody watches."""


class RunningCrawl(Protocol):
    """One site's crawl, as the context sees it."""

    @property
    def is_fetching(self) -> bool:
        """Whether a request is on its way."""

    def on_tick(self) -> None:
        """Called every `ROUND` seconds."""

    def stop(self) -> None:
        """End the crawl in order."""

    def wake(self) -> None:
        """Look again for what may be fetched."""


@dataclass(slots=True, kw_only=True)
class CrawlContext:
    """The shared tools. `progress` is called often, on the event loop: it must be quick.

    `error` is what ends all crawls: after it nothing is acknowledged any more.
    """

    layout: CollectionFolder
    config: CollectionConfig
    frontier: Frontier
    index: Index
    captures: PendingCaptures
    preserver: Preserver
    options: CrawlOptions = field(default_factory=CrawlOptions)
    hosts: dict[str, HostState] = field(default_factory=dict)
    progress: Callable[[], None] = _silent
    stopping: bool = False
    error: BaseException | None = None
    crawls: set[RunningCrawl] = field(default_factory=set)
    starved: set[RunningCrawl] = field(default_factory=set)  # wait until more has been read
    tallies: dict[str, Tally] = field(default_factory=dict)  # by site
    close_behind_last: Callable[[], None] = _silent  # called when the last crawl has ended
    _looked: float = 0.0
    _timer: asyncio.TimerHandle | None = None

    def stop(self, error: BaseException | None = None) -> None:
        """Have all crawls finish what is under way and end. The first `error` is raised by the
        run.
        """
        self.stopping = True
        if error is not None and self.error is None:
            self.error = error
            self.captures.break_off()
        for crawl in list(self.crawls):
            crawl.stop()

    def has_room(self, crawl: RunningCrawl) -> bool:
        """Whether a crawl may fetch on; if too much waits to be read, it is woken later."""
        if self.captures.full:
            self.starved.add(crawl)
            return False
        return True

    def wake_starved(self) -> None:
        """Wake the crawls that wait for room, if there is some."""
        if self.starved and not self.captures.full:
            starved, self.starved = self.starved, set()
            for crawl in starved:
                crawl.wake()

    def start_ticking(self) -> None:
        """Look at what is ready every `ROUND` seconds, from now on while crawls run."""
        if self._timer is None:
            self._tick()

    def _tick(self) -> None:
        self._timer = (
            asyncio.get_running_loop().call_later(ROUND, self._tick) if self.crawls else None
        )
        self.apply_ready()
        for crawl in list(self.crawls):
            crawl.on_tick()
        self._look_at_disk()
        self.progress()

    def apply_ready(self, *, force: bool = False) -> None:
        """Have the index take what is read: batches are worth waiting for, but not when nothing
        else goes on, nor with `force`.
        """
        if self.error is not None:
            return
        idle = not self.captures.unread and not any(crawl.is_fetching for crawl in self.crawls)
        try:
            self.captures.apply_ready(force=force or idle)
        except Exception as error:  # noqa: BLE001 - it must end the run, not vanish in a timer
            self.stop(error)

    def record_failure(self, url: str, stage: Stage, reason: str, crawl_id: str) -> None:
        """Record the failure of a URL in the archive and in the index; where these refuse, all
        crawls end.
        """
        if self.error is None:
            try:
                self.captures.record_failure(url, stage, reason, crawl_id)
            except (WarraqError, OSError) as error:
                self.stop(error)

    def _look_at_disk(self) -> None:
        if self.error is None and time.monotonic() - self._looked > 1:
            self._looked = time.monotonic()
            try:
                check_room(self.layout.root)
            except StorageError as error:
                self.stop(error)


def user_agent(config: CollectionConfig) -> str:
    """What every request says of who asks: program, version and contact (RFC 9110 §10.1.5)."""
    contact = f" (+{config.contact})" if config.contact else " (news archive)"
    return f"warraq/{version('warraq')}{contact}"


def check_room(root: Path) -> None:
    """Raise StorageError where the disk is so full that the index could not follow the archive."""
    disk = shutil.disk_usage(root)
    if disk.free < min(_FLOOR, _FLOOR_SHARE * disk.total):
        raise StorageError(
            f"{os.fspath(root)}: only {disk.free >> 20} MB are free on this disk;"
            " free some, and the next crawl goes on"
        )


# The collections that are open in this process, by their folders. The write lock lets one process
# have one only once; the crawls of its sites find it here.
_OPEN: dict[Path, CrawlContext] = {}


def find_open_context(root: Path) -> CrawlContext | None:
    """The context of the collection in `root`, if it is open in this process."""
    return _OPEN.get(root.resolve())


@contextmanager
def open_context(
    layout: CollectionFolder,
    config: CollectionConfig,
    sites: Sequence[SiteConfig],
    options: CrawlOptions | None = None,
) -> Iterator[CrawlContext]:
    """Open a collection for crawling; takes the write lock.

    Raises CollectionBusyError where another process writes, StorageError where the disk refuses.
    """
    obeyed = all(site.obey_robots for site in sites)
    info = WarcInfo(
        software=f"warraq/{version('warraq')}",
        operator=config.operator,
        user_agent=user_agent(config),
        collection=config.name,
        robots="obey" if obeyed else "ignore",
    )
    with ExitStack() as stack:
        stack.enter_context(layout.write_lock())
        check_room(layout.root)
        update_index(layout, config)
        # readers are closed first, the archive last, and then its closed files are stated
        stack.callback(state_closed_files, layout, config)
        writer = stack.enter_context(
            WarcWriter(layout.archive, info=info, rotate_bytes=config.rotate_bytes)
        )
        cdxj = CdxjFile(layout.cdxj)
        stack.callback(cdxj.close)
        index = stack.enter_context(Index(layout.index_db))
        frontier = Frontier(layout.frontier)
        stack.callback(frontier.close)
        pool = stack.enter_context(WorkerPool(at_once=True))
        ingest = IngestQueue(index, pool, config.sites, layout.archive, sync=writer.sync)
        context = CrawlContext(
            layout=layout,
            config=config,
            frontier=frontier,
            index=index,
            captures=PendingCaptures(ingest, index, writer),
            preserver=Preserver(writer, cdxj, index.earliest_with_digest),
            options=options or CrawlOptions(),
        )
        root = layout.root.resolve()
        stack.callback(_OPEN.pop, root, None)
        _OPEN[root] = context
        yield context
