"""From a capture in the archive to its reading and its place in the index, for all sites of one
crawl.

Captures go in where they are written, so their order is that of their records. Readings come back
from worker processes on other threads; here they become events on the crawler's own loop. What a
reading leads to is the spider's business.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from archive.index.writer import Index
from archive.model import Capture, CrawlSummary, Failure, Reading, Stage
from archive.warc.http_message import HttpMessage
from archive.warc.writer import WarcWriter
from crawler.crawl.visit import FetchAttempt
from pipelines.ingest.queue import AppliedCapture, IngestQueue

# Captures that wait for a worker before fetching pauses: keeps two workers busy, and memory
# bounded.
MAX_UNREAD = 24
MAX_UNREAD_BYTES = 64 << 20


@dataclass(slots=True, eq=False)
class PendingCapture:
    """A capture on its way into the index. `visit` is None where nobody waits for it
    (robots.txt).
    """

    capture: Capture
    owner: CaptureOwner
    visit: FetchAttempt | None
    size: int = 0
    reading: Reading | None = None
    future: Future[Reading] | None = None


class CaptureOwner(Protocol):
    """Receives the readings and index results of its captures: the spider of their site."""

    def on_reading(self, pending: PendingCapture) -> None:
        """The capture has been read."""

    def on_applied(self, applied: list[tuple[PendingCapture, AppliedCapture]]) -> None:
        """These captures are in the index, in order; each was read before."""


class PendingCaptures:
    """Shared by the spiders of one process; to be used on the event loop's thread."""

    def __init__(self, ingest: IngestQueue, index: Index, writer: WarcWriter) -> None:
        self._ingest = ingest
        self._index = index
        self._writer = writer
        self._pending: dict[str, PendingCapture] = {}
        self.unread = 0
        self._unread_bytes = 0

    @property
    def full(self) -> bool:
        """Whether so many captures, or so large ones, wait to be read that fetching should
        pause.
        """
        return self.unread >= MAX_UNREAD or self._unread_bytes >= MAX_UNREAD_BYTES

    def submit(
        self,
        capture: Capture,
        message: HttpMessage,
        owner: CaptureOwner,
        visit: FetchAttempt | None,
    ) -> None:
        """Have a capture read and indexed. To be called at once where the capture was written."""
        pending = PendingCapture(capture, owner, visit, len(message.entity))
        self._pending[capture.id] = pending
        self.unread += 1
        self._unread_bytes += pending.size
        loop = asyncio.get_running_loop()

        def note_reading(_: Future[Reading]) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(self._take_reading, pending)

        pending.future = self._ingest.submit(capture, message)
        pending.future.add_done_callback(note_reading)

    def _take_reading(self, pending: PendingCapture) -> None:
        if pending.reading is None and pending.future is not None:
            pending.reading, pending.future = pending.future.result(), None
            self.unread -= 1
            self._unread_bytes -= pending.size
            pending.owner.on_reading(pending)

    def apply_ready(self, *, force: bool = False) -> None:
        """Apply the readings that are ready to the index, and notify the owners."""
        self._notify_owners(self._ingest.apply_ready(force=force))

    def apply_all(self) -> None:
        """Wait until everything taken is in the index; for the end of a run."""
        self._notify_owners(self._ingest.apply_all())

    def _notify_owners(self, done: list[AppliedCapture]) -> None:
        applied = defaultdict[CaptureOwner, list[tuple[PendingCapture, AppliedCapture]]](list)
        for each in done:
            pending = self._pending.pop(each.capture.id)
            self._take_reading(pending)  # where the loop has not heard of it yet
            applied[pending.owner].append((pending, each))
        for owner, batch in applied.items():
            owner.on_applied(batch)

    def note_crawl(self, summary: CrawlSummary) -> None:
        """Record how a crawl stands, or ended, in the archive and in the index."""
        self._writer.write_crawl(summary)
        self._index.end_crawl(summary)

    def record_failure(self, url: str, stage: Stage, reason: str, crawl_id: str) -> None:
        """Record the failure of a URL in the archive and in the index."""
        failure = Failure(
            url=url, stage=stage, reason=reason, at=datetime.now(UTC), crawl_id=crawl_id
        )
        self._writer.write_failure(failure)
        self._index.add_failures([failure])
