"""After a process that was killed: how its crawl ended, and which of its captures answer for what
it had under way.

No page that is in the archive is fetched again: its request is answered from the WARC, so that
links are followed and pipelines run as if it had just come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from archive.index.writer import Index
from archive.model import Capture, CrawlSummary
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl, request_key
from crawler.frontier.scope import UrlKind
from pipelines.ingest.retry_notes import GivenUpPage


def end_killed_runs(
    frontier: Frontier, index: Index, queue: str, is_crawled: Callable[[str], bool]
) -> Iterator[CrawlSummary]:
    """Have the leased entries of a queue wait again; the summaries of the last crawls of its site,
    in this queue or others, as ended, as far as they were killed. `is_crawled` tells whether a
    process crawls another queue.
    """
    frontier.release_leases(queue)
    for each in dict.fromkeys([queue, *frontier.siblings.queues(queue.partition(" ")[0])]):
        last = frontier.last_run(each)
        if each != queue and is_crawled(each):
            continue
        if last is not None and last.summary.outcome == "running":
            at = datetime.fromtimestamp(last.at, UTC)
            ended = _interrupted_summary(last.summary, index, at)
            if each != queue:  # that of the queue is noted by the crawl that begins
                frontier.note_run(ended, each, last.at)
            yield ended


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


def queue_given_up(frontier: Frontier, pages: Iterable[GivenUpPage], queue: str) -> None:
    """Have pages whose reading was given up in an earlier run answered from their captures, as if a
    kill had come before they were read.

    Each under a key of its own, and first: its address may be asked for again by this crawl, too.
    """
    entries = (
        QueuedUrl(
            url=page.url,
            kind=UrlKind.KNOWN,
            leased=page.captured.timestamp(),
            priority=1,
            key=request_key(queue, page.capture_id.encode()),
        )
        for page in pages
    )
    frontier.answer_from_archive(queue, entries)


def latest_capture(index: Index, entry: QueuedUrl) -> Capture | None:
    """The capture that the entry's lease led to, if that is the end of it: answered whole, and not
    to be retried; of several the first whose reading was given up, else the last.
    """
    captures = index.captured_since(entry.url, datetime.fromtimestamp(entry.leased, UTC))
    usable = [
        capture for capture in captures if (capture.status or 0) < 400 and not capture.truncated
    ]
    given_up = (capture for capture in usable if index.is_given_up(capture))
    return next(given_up, usable[-1] if usable else None)
