"""After a process that was killed: how its crawl ended, and which of its captures answer for what
it had under way.

No page that is in the archive is fetched again: its request is answered from the WARC, so that
links are followed and pipelines run as if it had just come.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from archive.index.writer import Index
from archive.model import Capture, CrawlSummary
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl


def end_killed_run(frontier: Frontier, index: Index, site: str) -> CrawlSummary | None:
    """Have a site's leased entries wait again; the summary of its last crawl as ended, if that was
    killed.
    """
    frontier.release_leases(site)
    last = frontier.last_run(site)
    if last is None or last.summary.outcome != "running":
        return None
    return _interrupted_summary(last.summary, index, datetime.fromtimestamp(last.at, UTC))


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


def latest_capture(index: Index, entry: QueuedUrl) -> Capture | None:
    """The capture that the entry's lease led to, if that is the end of it: answered whole, and not
    to be retried.
    """
    captures = index.captured_since(entry.url, datetime.fromtimestamp(entry.leased, UTC))
    usable = [
        capture for capture in captures if (capture.status or 0) < 400 and not capture.truncated
    ]
    return usable[-1] if usable else None
