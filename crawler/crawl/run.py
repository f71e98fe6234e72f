"""One run over some sites of a collection: lock, recovery, the spiders, and what came of it.

The order is always: files of a killed run repaired, the index caught up with the archive, what the
killed run had under way settled, and only then anything fetched. Whatever ends the run, the archive
is closed last and the summaries are in it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings

from archive.cdx.cdxj import CdxjFile
from archive.config import CollectionConfig, SiteConfig
from archive.errors import CrawlInterruptedError, StorageError
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from archive.warc.writer import WarcInfo, WarcWriter
from crawler.crawl import scrapy_settings
from crawler.crawl.context import CrawlContext
from crawler.crawl.options import CrawlOptions
from crawler.crawl.pending_captures import PendingCaptures
from crawler.crawl.resume import reconcile_leases
from crawler.crawl.spider import SiteSpider
from crawler.crawl.tally import Tally
from crawler.frontier.queue import Frontier
from pipelines.ingest.catch_up import state_closed_files, update_index
from pipelines.ingest.preserve import Preserver
from pipelines.ingest.queue import IngestQueue
from pipelines.ingest.worker_pool import WorkerPool

__all__ = ["CrawlOptions", "crawl_sites", "exit_code_of", "user_agent"]

PARTLY_FAILED = 3  # the exit code of a run that is done, but not well
# Below this the index could no longer say what the archive holds. On a small disk a share of it.
_FLOOR = 64 << 20
_FLOOR_SHARE = 0.02


def crawl_sites(
    layout: CollectionFolder,
    config: CollectionConfig,
    sites: Sequence[SiteConfig],
    options: CrawlOptions | None = None,
    progress: Callable[..., None] = lambda **_: None,
) -> list[CrawlSummary]:
    """Crawl sites of a collection, all at once, each at its own pace; takes the write lock.

    `progress` is called often with numbers by name (fetched, new, changed, failed). Raises
    CollectionBusyError where another process writes, ArchiveWriteError or StorageError where the
    disk refuses, and CrawlInterruptedError after SIGINT or SIGTERM; in each case what was captured
    is kept, and the next run goes on.
    """
    options = options or CrawlOptions()
    with layout.write_lock():
        _check_room(layout.root)
        update_index(layout, config)
        tallies = [_tally(site) for site in sites]
        with _open_context(layout, config, sites, options) as work:
            _run_spiders(work, sites, tallies, config, layout, progress)
        state_closed_files(layout, config)
        if work.error is not None:
            raise work.error
        if work.stopping:
            fetched = sum(tally.fetched for tally in tallies)
            raise CrawlInterruptedError(
                f"interrupted; the {fetched} responses fetched are kept,"
                " and the next `warraq crawl` goes on from here"
            )
    return [tally.summary() for tally in tallies]


def exit_code_of(summaries: Sequence[CrawlSummary], config: CollectionConfig) -> int:
    """The exit code for a run: 3 where a site failed, or more than the configured share of its
    fetches did.
    """
    for summary in summaries:
        if summary.outcome == "failed":
            return PARTLY_FAILED
        if summary.failed > config.failed_share * max(1, summary.fetched):
            return PARTLY_FAILED
    return 0


def user_agent(config: CollectionConfig) -> str:
    """What every request says of who asks: program, version and contact (RFC 9110 §10.1.5)."""
    contact = f" (+{config.contact})" if config.contact else " (news archive)"
    return f"warraq/{version('warraq')}{contact}"


# ---------------------------------------------------------------------------------------- the parts


@contextmanager
def _open_context(
    layout: CollectionFolder,
    config: CollectionConfig,
    sites: Sequence[SiteConfig],
    options: CrawlOptions,
) -> Iterator[CrawlContext]:
    """The tools of a run, closed in the right order: readers first, the archive last."""
    obeyed = all(site.obey_robots for site in sites)
    info = WarcInfo(
        software=f"warraq/{version('warraq')}",
        operator=config.operator,
        user_agent=user_agent(config),
        collection=config.name,
        robots="obey" if obeyed else "ignore",
    )
    with ExitStack() as stack:
        writer = stack.enter_context(
            WarcWriter(layout.archive, info=info, rotate_bytes=config.rotate_bytes)
        )
        cdxj = CdxjFile(layout.cdxj)
        stack.callback(cdxj.close)
        index = stack.enter_context(Index(layout.index_db))
        frontier = Frontier(layout.frontier)
        stack.callback(frontier.close)
        pool = stack.enter_context(WorkerPool())
        ingest = IngestQueue(index, pool, config.sites, layout.archive, sync=writer.sync)
        for summary in reconcile_leases(frontier, index, ingest, sites, options):
            writer.write_crawl(summary)
            index.end_crawl(summary)
        yield CrawlContext(
            frontier=frontier,
            index=index,
            captures=PendingCaptures(ingest, index, writer),
            preserver=Preserver(writer, cdxj, index.earliest_with_digest),
            options=options,
        )


def _run_spiders(
    work: CrawlContext,
    sites: Sequence[SiteConfig],
    tallies: Sequence[Tally],
    config: CollectionConfig,
    layout: CollectionFolder,
    progress: Callable[..., None],
) -> None:
    looked = 0.0

    def show_progress() -> None:
        nonlocal looked
        if time.monotonic() - looked > 1:
            _check_room(layout.root)
            looked = time.monotonic()
        progress(**_progress_numbers(tallies))

    work.progress = show_progress
    for tally in tallies:
        work.captures.note_crawl(tally.summary())
    try:
        asyncio.run(_spiders(work, sites, tallies, _settings(config)))
        if work.error is None:
            work.captures.apply_all()
    finally:
        with suppress(Exception) if work.error else ExitStack():
            for tally in tallies:
                work.captures.note_crawl(_final_summary(tally))
    progress(**_progress_numbers(tallies))


async def _spiders(
    work: CrawlContext, sites: Sequence[SiteConfig], tallies: Sequence[Tally], settings: Settings
) -> None:
    runner = AsyncCrawlerRunner(settings)
    with _stop_on_signals(work):
        crawls = [
            runner.crawl(SiteSpider, site=site, work=work, tally=tally)
            for site, tally in zip(sites, tallies, strict=True)
        ]
        for ended in await asyncio.gather(*crawls, return_exceptions=True):
            if isinstance(ended, BaseException):
                work.error = work.error or ended


@contextmanager
def _stop_on_signals(work: CrawlContext) -> Iterator[None]:
    """While the block runs the first SIGINT or SIGTERM ends the crawl in order; the second ends the
    process.
    """
    loop = asyncio.get_running_loop()
    caught: list[signal.Signals] = []

    def stop() -> None:
        while caught:
            loop.remove_signal_handler(caught.pop())
        work.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(
            ValueError, RuntimeError
        ):  # not in the main thread: whoever called us sees to signals
            loop.add_signal_handler(number, stop)
            caught.append(number)
    try:
        yield
    finally:
        while caught:
            loop.remove_signal_handler(caught.pop())


def _settings(config: CollectionConfig) -> Settings:
    settings = Settings()
    settings.setmodule(scrapy_settings)
    # The recorder speaks asyncio: no reactor, so that a process may crawl more than once.
    settings.set("TWISTED_REACTOR_ENABLED", value=False)
    settings.set("USER_AGENT", user_agent(config))
    # Turns, delays and concurrency are kept by crawler.politeness and the spider.
    settings.set("DOWNLOAD_DELAY", 0)
    settings.set("CONCURRENT_REQUESTS", 0)
    settings.set("CONCURRENT_REQUESTS_PER_DOMAIN", 1000)
    return settings


# ------------------------------------------------------------------------------------------ numbers


def _tally(site: SiteConfig) -> Tally:
    started = datetime.now(UTC)
    return Tally(id=f"{started:%Y%m%dT%H%M%S%f}-{site.name}", site=site.name, started=started)


def _final_summary(tally: Tally) -> CrawlSummary:
    summary = tally.summary()
    if summary.outcome == "running":
        return replace(summary, outcome="failed", finished=datetime.now(UTC))
    return summary


def _progress_numbers(tallies: Sequence[Tally]) -> dict[str, Any]:
    names = ("fetched", "new", "changed", "failed")
    return {name: sum(getattr(tally, name) for tally in tallies) for name in names}


def _check_room(root: Path) -> None:
    """Raise StorageError where the disk is so full that the index could not follow the archive."""
    disk = shutil.disk_usage(root)
    if disk.free < min(_FLOOR, _FLOOR_SHARE * disk.total):
        raise StorageError(
            f"{os.fspath(root)}: only {disk.free >> 20} MB are free on this disk;"
            " free some, and the next crawl goes on"
        )
