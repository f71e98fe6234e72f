"""After a process that was killed: what it had fetched is acknowledged from the archive, what it
had not is given back.

Runs before a crawl begins, when the index has caught up with the WARC files. No page that is in the
archive is fetched again for the sake of its links.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime

from archive.config import SiteConfig
from archive.index.writer import Index
from archive.model import Capture, CrawlSummary, Reading, Stage
from crawler.crawl import discovery
from crawler.crawl.link_admission import LinkAdmission
from crawler.crawl.options import CrawlOptions
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl, frontier_key
from crawler.frontier.scope import Scope
from pipelines.ingest.queue import IngestQueue

logger = logging.getLogger(__name__)


def reconcile_leases(
    frontier: Frontier,
    index: Index,
    ingest: IngestQueue,
    sites: Sequence[SiteConfig],
    options: CrawlOptions,
) -> list[CrawlSummary]:
    """Settle what earlier processes left leased; the summaries of the crawls that were killed, as
    ended then.
    """
    killed = []
    for site in sites:
        _reconcile(frontier, index, ingest, site, options)
        frontier.release_leases(site.name)
        last = frontier.last_run(site.name)
        if last is not None and last.summary.outcome == "running":
            killed.append(
                _interrupted_summary(last.summary, index, datetime.fromtimestamp(last.at, UTC))
            )
    return killed


def _interrupted_summary(summary: CrawlSummary, index: Index, at: datetime) -> CrawlSummary:
    """The summary of a killed crawl, its numbers as far as its captures tell them: its own were
    lost with the process.
    """
    fetched, new, size = index.crawl_totals(summary.id)
    return replace(
        summary,
        outcome="interrupted",
        finished=at,
        fetched=max(summary.fetched, fetched),
        new=max(summary.new, new),
        bytes=max(summary.bytes, size),
    )


def _reconcile(
    frontier: Frontier, index: Index, ingest: IngestQueue, site: SiteConfig, options: CrawlOptions
) -> None:
    read: list[tuple[QueuedUrl, Capture, Future[Reading]]] = []
    for entry in frontier.leased(site.name):
        capture = _latest_capture(index, entry)
        if capture is not None:
            read.append((entry, capture, ingest.read_again(capture)))
    window = discovery.Window(since=options.since, until=options.until)
    harvest = LinkAdmission(site, Scope(site), frontier, window, _record_nothing)
    for entry, capture, future in read:
        found = harvest.select_entries(
            discovery.discover_entries(future.result(), entry, capture.url, window)
        )
        key = frontier_key(site.name, entry.url)
        if 300 <= (capture.status or 0) < 304 and any(
            frontier_key(site.name, each.url) == key for each in found
        ):
            # redirects to itself under another scheme or host: only a visit can follow that
            continue
        frontier.acknowledge(site.name, [entry.url], found)


def _latest_capture(index: Index, entry: QueuedUrl) -> Capture | None:
    """The capture that the entry's lease led to, if that is the end of it: answered whole, and not
    to be retried.
    """
    captures = index.captured_since(entry.url, datetime.fromtimestamp(entry.leased, UTC))
    usable = [
        capture for capture in captures if (capture.status or 0) < 400 and not capture.truncated
    ]
    return usable[-1] if usable else None


def _record_nothing(key: str, stage: Stage, reason: str, *, url: str | None = None) -> None:
    logger.info("%s: %s: %s", url or key, stage, reason)
