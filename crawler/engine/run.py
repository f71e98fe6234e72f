"""One run over some sites of a collection, in one process: the spiders, and what came of them.

Whatever ends the run, the archive is closed last and the summaries are in it.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy, deepcopy
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import BaseSettings, Settings, SettingsAttribute

from archive.config import CollectionConfig, SiteConfig
from archive.errors import CrawlInterruptedError, StalledError, WarraqError
from archive.layout import CollectionFolder
from archive.model import CrawlSummary, run_id
from crawler.crawl.context import CrawlContext, open_context
from crawler.crawl.options import CrawlOptions
from crawler.crawl.run_listener import RunListener
from crawler.crawl.run_progress import RunProgress
from crawler.crawl.site_access import SiteAccess
from crawler.crawl.tally import Tally, open_tally
from crawler.engine import scrapy_settings
from crawler.engine.spider_loader import spider_class
from crawler.monitor.watchdog import Watchdog

__all__ = ["CrawlOptions", "RunListener", "crawl_sites", "exit_code_of"]

logger = logging.getLogger(__name__)
# Seconds without any progress after which a run is ended: where responses wait for a reader, which
# has half a minute of processor time for each, or for the index; and where all wait for servers,
# which may ask for pauses of an hour.
STALLED, UNANSWERED = 15 * 60.0, 2 * 3600.0
# Values of settings that nobody can change in place.
_LASTING = (str, bytes, int, float, bool, type(None), type)
PARTLY_FAILED = 3  # the exit code of a run that is done, but not well


def crawl_sites(
    layout: CollectionFolder,
    config: CollectionConfig,
    sites: Sequence[SiteConfig],
    options: CrawlOptions | None = None,
    listener: RunListener | None = None,
) -> list[CrawlSummary]:
    """Crawl sites of a collection, all at once, each at its own pace; those that another process
    crawls are passed over, and have no summary.

    Raises CollectionBusyError where others crawl all of them or have the whole collection,
    NoRoomError where `min_free` or `quota` is reached before anything is asked for,
    ArchiveWriteError or StorageError where the disk refuses, and CrawlInterruptedError after
    SIGINT, SIGTERM or SIGHUP; in each case what was captured is kept, and the next run goes on.
    """
    listener = listener or RunListener()
    spiders = {site.name: spider_class(site) for site in sites}
    for site in sites:  # what is missing is told before anything is asked for
        SiteAccess(site, layout.root)
    with open_context(layout, config, sites, options) as context:
        sites = [site for site in sites if site.name in context.leases]
        started = datetime.now(UTC)
        tallies = [
            context.tallies.setdefault(site.name, open_tally(site, started)) for site in sites
        ]
        standing = RunProgress(tallies, context.frontier)
        context.progress = lambda: listener.progress(**standing.numbers())
        context.tell_shortage, context.tell_end = listener.no_room, listener.ended
        if tallies:
            listener.begun(run_id(tallies[0].id))
        try:
            asyncio.run(_run_spiders(context, [spiders[site.name] for site in sites], standing))
        finally:
            for tally in tallies:
                _end(context, tally)
        listener.progress(**standing.numbers())
    if warning := context.server_dates.warning():
        logger.warning(warning)
    if context.error is not None:
        raise context.error
    if context.stopping:
        fetched = sum(tally.fetched for tally in tallies)
        raise CrawlInterruptedError(
            f"interrupted; the {fetched} responses fetched are kept,"
            " and the next `warraq crawl` goes on from here"
        )
    return [tally.summary() for tally in tallies]


async def _run_spiders(
    context: CrawlContext, spiders: Sequence[type[Spider]], progress: RunProgress
) -> None:
    runner = AsyncCrawlerRunner(_settings(context.layout))
    with _stop_on_signals(context), _watchdog(context, progress):
        crawls = [runner.crawl(spider) for spider in spiders]
        for ended in await asyncio.gather(*crawls, return_exceptions=True):
            if isinstance(ended, BaseException):
                context.error = context.error or ended


def _watchdog(context: CrawlContext, progress: RunProgress) -> Watchdog:
    """A watch over the crawls: what a server, a reader or the index is at must come to an end."""
    loop = asyncio.get_running_loop()
    captures = context.captures

    def standing() -> Hashable | None:
        if not (captures.waiting or any(crawl.is_fetching for crawl in list(context.crawls))):
            return None
        return captures.written, captures.unread, captures.waiting, progress.fetched

    def where() -> str:
        return (
            f"{captures.unread} responses wait to be read, {captures.waiting} for the index;"
            f" asked for last: {progress.where or 'nothing'}"
        )

    def limit() -> float:
        return STALLED if captures.waiting else UNANSWERED

    def stop(error: StalledError) -> None:
        loop.call_soon_threadsafe(context.stop, error)

    return Watchdog(standing, where, stop, limit=limit)


def _end(context: CrawlContext, tally: Tally) -> None:
    """Note the end of a crawl whose spider could not. Those that ended before stay as they ended.

    Where the archive refused before, it may refuse this, too: the first error is the one raised.
    """
    if tally.finished is None:
        tally.outcome = "failed"
        try:
            context.captures.note_crawl(tally.summary())
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
    """While the block runs the first SIGINT, SIGTERM or SIGHUP ends the crawl in order; the second
    ends the process. A SIGHUP that is ignored stays so.
    """
    loop = asyncio.get_running_loop()
    caught: list[signal.Signals] = []

    def stop() -> None:
        while caught:
            loop.remove_signal_handler(caught.pop())
        context.stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue  # as `nohup` has it
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


class SharedSettings(Settings):
    """Settings of which a copy takes up little: Scrapy makes one for each site, of some 230
    settings of which a site has a few of its own.
    """

    def copy(self) -> Self:
        """A copy as Scrapy's: what is changed in one of the two does not show in the other."""
        made = copy(self)
        made.attributes = {
            name: each if isinstance(each.value, _LASTING) else _copy_of(each)
            for name, each in self.attributes.items()
        }
        return made

    def set(self, name: str, value: Any, priority: int | str = "project") -> None:
        """As Scrapy's, on an attribute of this copy's own."""
        if name in self and not self.frozen:
            self.attributes[name] = _copy_of(self.attributes[name])
        super().set(name, value, priority)


def _copy_of(attribute: SettingsAttribute) -> SettingsAttribute:
    value = attribute.value
    if isinstance(value, BaseSettings):
        value = copy(value)
        value.attributes = {name: _copy_of(each) for name, each in value.attributes.items()}
    elif not isinstance(value, _LASTING):
        value = deepcopy(value)
    return SettingsAttribute(value, attribute.priority)


def _settings(layout: CollectionFolder) -> SharedSettings:
    settings = SharedSettings(scrapy_settings.as_dict(), priority="project")
    settings.set("WARRAQ_COLLECTION", str(layout.root))
    # The recorder speaks asyncio: no reactor, so that a process may crawl more than once.
    settings.set("TWISTED_REACTOR_ENABLED", value=False)
    return settings
