"""One run over some sites of a collection, in one process: the spiders, and what came of them.

Whatever ends the run, the archive is closed last and the summaries are in it.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings

from archive.config import CollectionConfig, SiteConfig
from archive.errors import CrawlInterruptedError, WarraqError
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from crawler.crawl.context import CrawlContext, open_context
from crawler.crawl.options import CrawlOptions
from crawler.crawl.tally import Tally, open_tally
from crawler.engine import scrapy_settings
from crawler.engine.spider_loader import spider_class

__all__ = ["CrawlOptions", "crawl_sites", "exit_code_of"]

PARTLY_FAILED = 3  # the exit code of a run that is done, but not well


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
    spiders = [spider_class(site) for site in sites]
    with open_context(layout, config, sites, options) as context:
        tallies = [context.tallies.setdefault(site.name, open_tally(site)) for site in sites]
        context.progress = lambda: progress(**_progress_numbers(tallies))
        try:
            asyncio.run(_run_spiders(context, spiders))
        finally:
            for tally in tallies:
                _end(context, tally)
        progress(**_progress_numbers(tallies))
    if context.error is not None:
        raise context.error
    if context.stopping:
        fetched = sum(tally.fetched for tally in tallies)
        raise CrawlInterruptedError(
            f"interrupted; the {fetched} responses fetched are kept,"
            " and the next `warraq crawl` goes on from here"
        )
    return [tally.summary() for tally in tallies]


async def _run_spiders(context: CrawlContext, spiders: Sequence[type[Spider]]) -> None:
    runner = AsyncCrawlerRunner(_settings(context.layout))
    with _stop_on_signals(context):
        crawls = [runner.crawl(spider) for spider in spiders]
        for ended in await asyncio.gather(*crawls, return_exceptions=True):
            if isinstance(ended, BaseException):
                context.error = context.error or ended


def _end(context: CrawlContext, tally: Tally) -> None:
    """Note the end of a crawl whose spider could not.

    Where the archive refused before, it may refuse this, too: the first error is the one raised.
    """
    if tally.outcome == "running" or context.error is not None:
        failed = replace(tally.summary(), outcome="failed", finished=datetime.now(UTC))
        tally.outcome = "failed"
        try:
            context.captures.note_crawl(failed)
        except (WarraqError, OSError) as error:
            context.error = context.error or error


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


@contextmanager
def _stop_on_signals(context: CrawlContext) -> Iterator[None]:
    """While the block runs the first SIGINT or SIGTERM ends the crawl in order; the second ends the
    process.
    """
    loop = asyncio.get_running_loop()
    caught: list[signal.Signals] = []

    def stop() -> None:
        while caught:
            loop.remove_signal_handler(caught.pop())
        context.stop()

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


def _settings(layout: CollectionFolder) -> Settings:
    settings = Settings(scrapy_settings.as_dict(), priority="project")
    settings.set("WARRAQ_COLLECTION", str(layout.root))
    # The recorder speaks asyncio: no reactor, so that a process may crawl more than once.
    settings.set("TWISTED_REACTOR_ENABLED", value=False)
    return settings


def _progress_numbers(tallies: Sequence[Tally]) -> dict[str, Any]:
    names = ("fetched", "new", "changed", "failed")
    return {name: sum(getattr(tally, name) for tally in tallies) for name in names}
