"""The collection as the crawls of one process share it: opened once, closed behind the last.

The order is always: the leases of the sites, files of killed runs repaired, the index caught up
with the archive, and only then anything fetched. Whatever ends the crawls, the archive is closed
last and their summaries are in it. Other processes may crawl other sites meanwhile: each has WARC
files of its own, and all write one index by turns.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Protocol, TypeVar

from archive.cdx.cdxj import CdxjFile
from archive.config import CollectionConfig, SiteConfig
from archive.disk.room import DiskRoom
from archive.errors import CollectionBusyError, StorageError, WarraqError
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.locks.file_locks import FileLock
from archive.model import Stage
from archive.warc.writer import WarcInfo, WarcWriter
from crawler.crawl.options import CrawlOptions
from crawler.crawl.pending_captures import PendingCaptures
from crawler.crawl.tally import Tally
from crawler.fetch.server_dates import ServerDates
from crawler.frontier.queue import Frontier
from crawler.politeness.host_pacing import HostState
from crawler.politeness.shared_host import SharedHosts
from pipelines.ingest.catch_up import state_closed_files
from pipelines.ingest.index_renewal import IndexRenewal
from pipelines.ingest.preserve import Preserver
from pipelines.ingest.queue import IngestQueue
from pipelines.ingest.worker_pool import WorkerPool

ROUND = 0.25  # seconds between two looks at what is ready to be indexed
# Below this the index could no longer say what the archive holds. On a small disk a share of it.
_FLOOR = 64 << 20
_FLOOR_SHARE = 0.02
# Bytes that a capture takes in the index, and in its log until that is written back, by what 60 to
# 10,000 articles took.
_IN_INDEX = 20_000
_T = TypeVar("_T")
logger = logging.getLogger(__name__)


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

    `error` is what ends all crawls: after it nothing is acknowledged any more. `shortage` says
    which bound of disk space is reached: then they end in good order, as after `max_time`.
    """

    layout: CollectionFolder
    config: CollectionConfig
    frontier: Frontier
    index: Index
    captures: PendingCaptures
    preserver: Preserver
    room: DiskRoom
    options: CrawlOptions = field(default_factory=CrawlOptions)
    hosts: dict[str, HostState] = field(default_factory=dict)
    progress: Callable[[], None] = _silent
    stopping: bool = False
    error: BaseException | None = None
    shortage: str | None = None
    tell_shortage: Callable[[str], None] = logger.warning  # called once
    tell_end: Callable[[SiteConfig], None] = lambda _: None  # called for each site
    crawls: set[RunningCrawl] = field(default_factory=set)
    starved: set[RunningCrawl] = field(default_factory=set)  # wait until more has been read
    server_dates: ServerDates = field(default_factory=ServerDates)
    tallies: dict[str, Tally] = field(default_factory=dict)  # by site
    leases: dict[str, list[FileLock]] = field(default_factory=dict)  # by site
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

    def time_limit(self, site: SiteConfig) -> float | None:
        """How long a site's crawl may go on, in seconds: as configured, or less where so asked."""
        limits = (self.options.max_time, site.max_time or self.config.max_time)
        return min((limit for limit in limits if limit is not None), default=None)

    def lease_site(self, site: SiteConfig) -> None:
        """Have a site, or a back-fill of it, for this process alone, under each of its names.

        Raises CollectionBusyError where another process crawls it.
        """
        if site.name not in self.leases:
            self.leases[site.name] = _lease_site(self.layout, site, self.options)

    def end_site(self, site: SiteConfig) -> None:
        """Let other processes crawl a site: its crawl is over, and all of it in the index."""
        _release({site.name: self.leases.pop(site.name, [])})
        self.tell_end(site)

    def try_or_stop(self, action: Callable[[], _T], otherwise: _T) -> _T:
        """What an action gives. An error of it ends the run, where it would vanish in a timer of
        Scrapy or asyncio; then `otherwise`.
        """
        try:
            return action()
        except Exception as error:  # noqa: BLE001 - as the docstring says
            self.stop(error)
            return otherwise

    def has_room(self, crawl: RunningCrawl) -> bool:
        """Whether a crawl may fetch on; if too much waits to be read, it is woken later."""
        if self.captures.full:
            self.starved.add(crawl)
            return False
        return self.try_or_stop(self._has_disk_room, otherwise=False)

    def _has_disk_room(self) -> bool:
        if self.shortage is None:
            waiting = self.captures.waiting * _IN_INDEX
            self.shortage = self.room.shortage(written=self.captures.written, planned=waiting)
            if self.shortage is not None:
                self.tell_shortage(self.shortage)
        return self.shortage is None

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
            self.try_or_stop(crawl.on_tick, None)
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
                check_disk(self.layout.root, self.config)
                self._has_disk_room()
            except StorageError as error:
                self.stop(error)


def user_agent(config: CollectionConfig) -> str:
    """What every request says of who asks: program, version and contact (RFC 9110 §10.1.5)."""
    contact = f" (+{config.contact})" if config.contact else " (news archive)"
    return f"warraq/{version('warraq')}{contact}"


def check_disk(root: Path, config: CollectionConfig) -> None:
    """Raise StorageError where the disk is so full that the index could not follow the archive.

    Where `min_free` is set crawls have ended in good order before; other programs fill disks, too.
    """
    disk = shutil.disk_usage(root)
    floor = min(_FLOOR, _FLOOR_SHARE * disk.total)
    if disk.free < (floor if config.min_free is None else min(floor, config.min_free / 2)):
        raise StorageError(
            f"{os.fspath(root)}: only {disk.free >> 20} MB are free on this disk;"
            " free some, and the next crawl goes on"
        )


# The collections that are open in this process, by their folders: the crawls of its sites find it
# here.
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
    """Open a collection for crawling; takes the leases of those of `sites` that no other process
    crawls: they are in `leases`.

    Raises CollectionBusyError where that are none, or another process has the whole collection,
    NoRoomError where `min_free` or `quota` is reached already, StorageError where the disk refuses.
    """
    root = layout.root.resolve()
    if root in _OPEN:
        raise CollectionBusyError(f"{root} is being crawled by this process already")
    with ExitStack() as stack:
        lock = stack.enter_context(layout.crawl_lock())
        leases = _lease_free(layout, sites, options or CrawlOptions())
        stack.callback(_release, leases)
        check_disk(layout.root, config)
        room = DiskRoom(layout.root, config)
        room.check()
        renewal = IndexRenewal(layout=layout, config=config, become_alone=lock.become_exclusive)
        stack.enter_context(renewal.noting_damage())
        with layout.upkeep_turn(), _not_lost(layout):
            done = renewal.prepare_index()
            for recovered in done.recovered:
                if not recovered.is_whole:
                    logger.warning("recovered: %s", recovered)
            free = [site for site in sites if site.name in leases]
            files = stack.enter_context(ExitStack())
            context = _open_files(files, renewal, free, options, room)
            lock.become_shared()
        context.leases = leases
        stack.callback(_OPEN.pop, root, None)
        _OPEN[root] = context
        began = time.monotonic()
        yield context
        renewal.note_damage(context.error)
        files.close()
        if context.error is None and not context.stopping:
            _release(leases)
            _finish_index(renewal, began, options)


@contextmanager
def _not_lost(layout: CollectionFolder) -> Iterator[None]:
    """Tell of a lock that went to another process while it was to be had alone."""
    try:
        yield
    except BlockingIOError as error:
        raise CollectionBusyError(
            f"{layout.root} is being written by {layout.describe_lock_holder()}; try again later"
        ) from error


def _finish_index(renewal: IndexRenewal, began: float, options: CrawlOptions | None) -> None:
    """Go on with an index that is made anew, for as long as the run may last; where others keep the
    turn, or the collection, the next crawl does so.
    """
    limit = options.max_time if options is not None else None
    with suppress(CollectionBusyError, BlockingIOError):
        renewal.finish_index(None if limit is None else began + limit)


def _open_files(
    stack: ExitStack,
    renewal: IndexRenewal,
    sites: Sequence[SiteConfig],
    options: CrawlOptions | None,
    room: DiskRoom,
) -> CrawlContext:
    """The context, with all that `stack` closes: readers first, the archive last, and then its
    closed files are stated.
    """
    layout, config = renewal.layout, renewal.config
    info = WarcInfo(
        software=f"warraq/{version('warraq')}",
        operator=config.operator,
        user_agent=user_agent(config),
        collection=config.name,
        robots="obey" if all(site.obey_robots for site in sites) else "ignore",
    )
    stack.callback(_state_closed_files, layout, config)
    writer = stack.enter_context(
        WarcWriter(layout.archive, info=info, rotate_bytes=config.rotate_bytes)
    )
    cdxj = CdxjFile(layout.cdxj)
    stack.callback(cdxj.close)
    index = stack.enter_context(renewal.open_index())
    frontier = Frontier(layout.frontier)
    stack.callback(frontier.close)
    pool = stack.enter_context(WorkerPool(at_once=True))
    ingest = IngestQueue(index, pool, config.sites, layout.archive, sync=writer.sync)
    return CrawlContext(
        layout=layout,
        config=config,
        frontier=frontier,
        index=index,
        captures=PendingCaptures(ingest, index, writer, layout),
        preserver=Preserver(writer, cdxj, index.earliest_with_digest),
        room=room,
        options=options or CrawlOptions(),
        hosts=SharedHosts(layout.state / "hosts"),
    )


def _state_closed_files(layout: CollectionFolder, config: CollectionConfig) -> None:
    """State the fixity of closed files; where others keep the turn, the next crawl does so."""
    with suppress(CollectionBusyError), layout.upkeep_turn():
        state_closed_files(layout.with_written_index(), config)


def _lease_site(
    layout: CollectionFolder, site: SiteConfig, options: CrawlOptions
) -> list[FileLock]:
    """The leases of a site, or of a back-fill of it, under all its names; CollectionBusyError where
    one is not to be had. What is leased is a queue of the frontier.
    """
    queue_of, leases = options.window.queue_of, list[FileLock]()
    try:
        leases.extend(layout.site_lease(queue_of(name)) for name in (site.name, *site.aliases))
    except WarraqError:
        _release({site.name: leases})
        raise
    return leases


def _lease_free(
    layout: CollectionFolder, sites: Sequence[SiteConfig], options: CrawlOptions
) -> dict[str, list[FileLock]]:
    """The leases of the sites that no other process crawls; CollectionBusyError where others crawl
    all of them.
    """
    leases: dict[str, list[FileLock]] = {}
    busy = None
    for site in sites:
        try:
            leases[site.name] = _lease_site(layout, site, options)
        except CollectionBusyError as error:
            busy = busy or error
    if busy is not None and not leases:
        raise busy
    return leases


def _release(leases: dict[str, list[FileLock]]) -> None:
    while leases:
        for lease in leases.popitem()[1]:
            lease.release()
