"""From a capture in the archive to its reading and its place in the index, for all sites of one
process.

Captures go in where they are written, so their order is that of their records. Readings come back
from worker processes on other threads; here they become events on the crawler's own loop. What a
reading leads to is the spider's business.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from archive.fixity.own_files import OwnFiles
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import (
    Capture,
    Change,
    CrawlSummary,
    Failure,
    LeftOut,
    LeftOutBatch,
    Reading,
    Stage,
)
from archive.warc.http_message import HttpMessage
from archive.warc.writer import WarcWriter
from crawler.crawl.lease import CaptureState, Lease
from crawler.monitor.crawl_events import log_failure, log_summary
from pipelines.ingest.late_readings import is_given_up
from pipelines.ingest.queue import AppliedCapture, IngestQueue
from pipelines.ingest.retry_notes import GivenUpPage, RetryNotes

# Captures that wait for a worker before fetching pauses: keeps two workers busy, and memory
# bounded.
MAX_UNREAD = 24
MAX_UNREAD_BYTES = 64 << 20
LEFT_OUT_IN_RECORD = 500  # addresses: a record of some 50 KiB


@dataclass(slots=True, eq=False)
class PendingCapture:
    """A capture on its way into the index. `lease` is None where no entry waits for it
    (robots.txt).

    `reading` and `applied` become known on the event loop: None in them means that the crawl broke
    off before. `applied` says what the capture changed, in this process or in an earlier one.
    """

    capture: Capture
    owner: CaptureOwner
    lease: Lease | None
    reading: asyncio.Future[Reading | None]
    applied: asyncio.Future[Change | None]
    size: int = 0
    state: CaptureState = CaptureState.PRESERVED
    future: Future[Reading] | None = None

    def set_reading(self, reading: Reading | None) -> None:
        """The capture has been read."""
        self.state, self.future = CaptureState.READ, None
        if not self.reading.done():
            self.reading.set_result(reading)

    def set_applied(self, change: Change | None) -> None:
        """The index holds the capture."""
        self.state = CaptureState.APPLIED
        if not self.applied.done():
            self.applied.set_result(change)


class CaptureOwner(Protocol):
    """Hears of the readings and index results of its captures: the crawl of their site."""

    def on_reading(self, pending: PendingCapture, reading: Reading) -> None:
        """The capture has been read."""

    def on_applied(self, applied: list[tuple[PendingCapture, AppliedCapture]]) -> None:
        """These captures are in the index, in order; each was read before."""


class PendingCaptures:
    """Shared by the crawls of one process; to be used on the event loop's thread."""

    def __init__(
        self,
        ingest: IngestQueue,
        index: Index,
        writer: WarcWriter,
        layout: CollectionFolder,
    ) -> None:
        self._ingest = ingest
        self._index = index
        self._writer = writer
        self._late = ingest.late_readings(OwnFiles(layout.fixity))
        self._given_up = RetryNotes(layout.given_up)
        self._read_late: list[PendingCapture] = []  # of an earlier run, to be indexed
        self._pending: dict[str, PendingCapture] = {}
        self.unread = 0
        self._unread_bytes = 0
        self._is_broken_off = False

    @property
    def full(self) -> bool:
        """Whether so many captures, or so large ones, wait to be read that fetching should
        pause.
        """
        return self.unread >= MAX_UNREAD or self._unread_bytes >= MAX_UNREAD_BYTES

    @property
    def written(self) -> int:
        """Bytes added to the archive."""
        return self._writer.written

    @property
    def waiting(self) -> int:
        """Captures that the index does not hold yet."""
        return len(self._pending)

    def submit(
        self, capture: Capture, message: HttpMessage, owner: CaptureOwner, lease: Lease | None
    ) -> PendingCapture:
        """Have a capture read and indexed. To be called at once where the capture was written."""
        pending = _pending(capture, owner, lease, len(message.entity))
        if self._is_broken_off:  # an answer that was on its way
            _give_up(pending)
            return pending
        self._pending[capture.id] = pending
        self.unread += 1
        self._unread_bytes += pending.size
        pending.future = self._ingest.submit(capture, message)
        self._follow(pending, self._take_reading)
        return pending

    def came_cut_before(self, capture: Capture, message: HttpMessage) -> bool:
        """Whether an earlier capture of the URL was cut, too, and brought the same page."""
        return self._ingest.came_cut_before(capture, message)

    def read_again(self, capture: Capture, owner: CaptureOwner) -> PendingCapture:
        """Have a capture read that the index holds already: for what a killed process had not
        made of it, or where its reading was given up. Then the index gets what it is read as now.
        """
        pending = _pending(capture, owner, None, 0)
        if self._is_broken_off:
            _give_up(pending)
            return pending
        pending.future = self._ingest.read_again(capture)
        if self._index.is_given_up(capture):
            self._pending[capture.id] = pending
            self._follow(pending, self._read_late.append)
        else:
            self._given_up.forget(GivenUpPage.of_capture(capture))
            pending.set_applied(self._index.change_of(capture))
            self._follow(pending, _set_future_reading)
        return pending

    def stored_message(self, capture: Capture) -> HttpMessage | None:
        """The response of a capture, from the WARC; None where it cannot be read."""
        message = self._ingest.stored_message(capture)
        return None if isinstance(message, str) else message

    def _follow(self, pending: PendingCapture, then: _OnReading) -> None:
        loop = asyncio.get_running_loop()

        def note_reading(_: Future[Reading]) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(then, pending)

        if pending.future is not None:
            pending.future.add_done_callback(note_reading)

    def _take_reading(self, pending: PendingCapture) -> None:
        # An error (no process to read with) ends the run when the index takes its turn.
        if pending.future is not None and pending.future.exception() is None:
            reading = pending.future.result()
            self.unread -= 1
            self._unread_bytes -= pending.size
            pending.owner.on_reading(pending, reading)
            pending.set_reading(reading)

    def apply_ready(self, *, force: bool = False) -> None:
        """Apply the readings that are ready to the index, and notify the owners."""
        self._apply_late()
        self._notify_owners(self._ingest.apply_ready(force=force))

    def apply_all(self) -> None:
        """Wait until everything submitted is in the index; for the end of a run."""
        self._notify_owners(self._ingest.apply_all())

    def begin_tries(self, site: str) -> list[GivenUpPage]:
        """The pages of a site that were given up and are to be tried once more; that is counted."""
        known = [GivenUpPage.of_capture(each) for each in self._index.given_up_captures()]
        pages = [each for each in known if each.site == site]
        noted = {each.capture_id: each for each in (*self._given_up.pages_of(site), *pages)}
        chosen = [each for each in noted.values() if self._given_up.may_be_tried(each)]
        for page in chosen:
            self._given_up.count_try(page)
        return chosen

    def _apply_late(self) -> None:
        """Index what was given up in an earlier run and has been read now."""
        while self._read_late:
            pending = self._read_late.pop(0)
            if pending.future is None:  # broken off
                continue
            reading, capture = pending.future.result(), pending.capture
            if not is_given_up(reading):
                self._late.apply_reading(capture, reading)
                self._given_up.forget(GivenUpPage.of_capture(capture))
            del self._pending[capture.id]
            pending.set_applied(self._index.change_of(capture))
            pending.set_reading(reading)

    def break_off(self) -> None:
        """Let nobody wait for what the index will not hold any more in this process, and have no
        more read: neither what was submitted before nor what still comes in.
        """
        self._is_broken_off = True
        self._ingest.break_off()
        for pending in self._pending.values():
            _give_up(pending)

    def _notify_owners(self, done: list[AppliedCapture]) -> None:
        applied = defaultdict[CaptureOwner, list[tuple[PendingCapture, AppliedCapture]]](list)
        for each in done:
            pending = self._pending.pop(each.capture.id)
            self._take_reading(pending)  # where the loop has not heard of it yet
            pending.set_applied(each.change)
            for failure in each.reading.failures:
                log_failure(failure)
            if is_given_up(each.reading):
                self._given_up.note_given_up(GivenUpPage.of_capture(each.capture))
            applied[pending.owner].append((pending, each))
        for owner, batch in applied.items():
            owner.on_applied(batch)

    def note_crawl(self, summary: CrawlSummary) -> None:
        """Record how a crawl stands, or ended, in the archive and in the index."""
        self._writer.write_crawl(summary)
        self._index.end_crawl(summary)
        log_summary(summary)

    def note_left_out(self, crawl: CrawlSummary, entries: Sequence[LeftOut]) -> None:
        """Record which addresses a crawl was led to and did not ask for, in the archive and in the
        index, as far as these do not say so already.
        """
        new = self._index.new_left_out(crawl.site, entries)
        at = crawl.finished or datetime.now(UTC)
        for start in range(0, len(new), LEFT_OUT_IN_RECORD):
            batch = LeftOutBatch(
                crawl_id=crawl.id,
                site=crawl.site,
                at=at,
                entries=tuple(new[start : start + LEFT_OUT_IN_RECORD]),
            )
            self._writer.write_left_out(batch)
            self._index.add_left_out(batch)

    def record_failure(self, url: str, stage: Stage, reason: str, crawl_id: str) -> None:
        """Record the failure of a URL in the archive and in the index."""
        failure = Failure(
            url=url, stage=stage, reason=reason, at=datetime.now(UTC), crawl_id=crawl_id
        )
        self._writer.write_failure(failure)
        self._index.add_failures([failure])
        log_failure(failure)


class _OnReading(Protocol):
    def __call__(self, pending: PendingCapture, /) -> None: ...


def _pending(
    capture: Capture, owner: CaptureOwner, lease: Lease | None, size: int
) -> PendingCapture:
    loop = asyncio.get_running_loop()
    return PendingCapture(
        capture=capture,
        owner=owner,
        lease=lease,
        reading=loop.create_future(),
        applied=loop.create_future(),
        size=size,
    )


def _give_up(pending: PendingCapture) -> None:
    """Say that a capture is neither read nor indexed in this process: the next one does so."""
    pending.set_reading(None)
    pending.set_applied(None)


def _set_future_reading(pending: PendingCapture) -> None:
    if pending.future is not None and pending.future.exception() is None:
        pending.set_reading(pending.future.result())
