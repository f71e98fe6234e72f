"""The one path from a capture on: read in a worker, applied to the index in the order of capture.

A live crawl, a rebuild and an import all come through here; what differs is only where captures
come from. The index is never ahead of the WARC on disk: `sync` runs before each transaction.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from archive.config import SiteConfig
from archive.content_coding import decode_entity
from archive.errors import DamagedRecordError
from archive.fixity.own_files import OwnFiles
from archive.index.writer import Index
from archive.model import (
    Capture,
    Change,
    Failure,
    LeftOutBatch,
    PayloadKind,
    Reading,
    RecordType,
    Stage,
)
from archive.model.withdrawal import Withdrawal
from archive.warc.capture_reader import (
    DamagedRecord,
    ForeignStatements,
    OtherRecord,
    ReadGroup,
    read_capture_groups,
    read_payload,
)
from archive.warc.file_names import final_name
from archive.warc.http_message import HttpMessage
from pipelines.ingest.late_readings import LateReadings, reading_for_index, refers_elsewhere
from pipelines.ingest.site_assignment import SiteAssignment
from pipelines.ingest.worker_pool import WorkerPool
from pipelines.payload_facts import DECODED_LIMIT, PayloadFacts

logger = logging.getLogger(__name__)

# Captures a transaction: single rows cost two to three times as much; beyond fifty the gain is lost
# in the noise.
BATCH = 50
# Seconds after which a smaller batch is applied all the same, so that a slow crawl can be searched
# as it goes.
AGE = 2.0
# Captures in flight during a rebuild: enough to keep workers busy, few enough to bound memory.
IN_FLIGHT = 64

# Earlier cut captures with which another is compared: more than a URL is tried in one crawl.
COMPARED = 6

# What a file holds besides captures and our own statements.
PassedOver = DamagedRecord | ForeignStatements | OtherRecord

_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedCapture:
    """One capture that the index now holds."""

    capture: Capture
    reading: Reading
    change: Change


@dataclass(slots=True)
class _Waiting:
    capture: Capture
    future: Future[Reading]
    end: int


class IngestQueue:
    """Takes captures in the order of their records and writes the index in that order.

    `submit` and `apply_ready` belong to one thread (the crawler's); workers run beside it.

    `folder` is the collection's `archive/`, where payloads of revisits are looked up. `sync` makes
    the WARC durable.
    """

    def __init__(
        self,
        index: Index,
        pool: WorkerPool,
        sites: Sequence[SiteConfig],
        folder: Path,
        *,
        sync: Callable[[], None] = lambda: None,
    ) -> None:
        self._index = index
        self._pool = pool
        self._sites = SiteAssignment(sites)
        self._folder = folder
        self._sync = sync
        self._waiting: deque[_Waiting] = deque()
        self._last_applied = time.monotonic()

    @property
    def waiting(self) -> int:
        """Captures submitted and not yet in the index."""
        return len(self._waiting)

    def submit(
        self, capture: Capture, message: HttpMessage | None, *, end: int = 0
    ) -> Future[Reading]:
        """Submit one capture to be read and then indexed, in the order of submission; return the
        future of its reading.

        `message` is the response as captured; if None it is read from the WARC. `end` is the offset
        in bytes after the capture's records, from which a later update may resume. A revisit of its
        own URL is read for its links only: the index gets `PayloadKind.NOT_MODIFIED`.
        """
        future = (
            self.read_again(capture)
            if message is None or not message.entity
            else self._submit_payload(capture, message)
        )
        self._waiting.append(_Waiting(capture, future, end or capture.offset + capture.length))
        return future

    def read_again(self, capture: Capture) -> Future[Reading]:
        """Read a capture's payload from the WARC, without touching the index: for links that were
        lost with a process.
        """
        return self._submit_payload(capture, self.stored_message(capture))

    def _submit_payload(self, capture: Capture, message: HttpMessage | str) -> Future[Reading]:
        if isinstance(message, str):
            return (
                _not_modified()
                if capture.record_type == RecordType.REVISIT
                else _unreadable(capture, message)
            )
        facts = build_payload_facts(capture, message)
        if capture.truncated:
            facts = replace(facts, came_twice=self.came_cut_before(capture, message))
        entity = message.entity
        if not facts.content_encoding:
            # a reading says "too large" of more, and nothing else
            entity = entity[: DECODED_LIMIT + 1]
        return self._pool.submit(entity, facts, self._sites.site_of(capture))

    def came_cut_before(self, capture: Capture, message: HttpMessage) -> bool:
        """Whether an earlier capture of the URL, in the index or on its way there, was cut, too,
        and brought the same: the same bytes, or the same page compressed anew.
        """
        if capture.payload_digest is None:
            return False
        waiting = (
            each.capture
            for each in reversed(self._waiting)
            if each.capture.truncated
            and each.capture.url == capture.url
            and each.capture.captured < capture.captured
        )
        earlier = [*waiting, *self._index.cut_before(capture, COMPARED)]
        if any(each.payload_digest == capture.payload_digest for each in earlier):
            return True
        if message.entity_codings is None:
            return False
        page = _decoded(message)
        stored = map(self.stored_message, earlier[:COMPARED])
        return any(not isinstance(each, str) and _decoded(each) == page for each in stored)

    def stored_message(self, capture: Capture) -> HttpMessage | str:
        """The response as captured, or the reason why it cannot be read."""
        try:
            return read_payload(self._folder, capture, self._index.revisit_target)
        except (DamagedRecordError, FileNotFoundError, LookupError) as error:
            logger.debug("no payload for %s: %s", capture.url, error)
            return str(error)

    def apply_ready(self, *, force: bool = False) -> list[AppliedCapture]:
        """Apply, in order, what has been read: once a batch is full or old, or at once with
        `force`.
        """
        ready = 0
        for waiting in self._waiting:
            if not waiting.future.done():
                break
            ready += 1
        old = time.monotonic() - self._last_applied > AGE
        if not ready or not (force or old or ready >= BATCH):
            return []
        return self._apply([self._waiting.popleft() for _ in range(ready)])

    def _apply(self, batch: list[_Waiting]) -> list[AppliedCapture]:
        entries = [
            (each.capture, reading_for_index(each.capture, each.future.result())) for each in batch
        ]
        progress = {each.capture.warc: each.end for each in batch}
        self._sync()
        changes = self._index.apply_captures(entries, progress=progress)
        self._last_applied = time.monotonic()
        return [
            AppliedCapture(capture=capture, reading=reading, change=change)
            for (capture, reading), change in zip(entries, changes, strict=True)
        ]

    def break_off(self) -> None:
        """Have nothing more read."""
        self._pool.break_off()

    def apply_all(self) -> list[AppliedCapture]:
        """Wait for everything submitted and apply it."""
        applied: list[AppliedCapture] = []
        while self._waiting:
            # Waits; an error is raised where the result is taken.
            self._waiting[0].future.exception()
            applied += self.apply_ready(force=True)
        return applied

    # ------------------------------------------------------------------------------ from WARC files

    def catch_up(
        self, files: Iterable[Path], own: OwnFiles, check: Callable[[], None] = lambda: None
    ) -> Iterator[PassedOver | AppliedCapture]:
        """Bring the index up to date with WARC files: what they hold beyond the offset it knows of
        each.

        Of files that are not among the collection's `own` only captures count. `check` is called
        before each capture, when all that is in the index has been given; what it raises ends the
        work there.
        """
        for file in files:
            start = self._index.indexed_up_to(file.name)
            groups = read_capture_groups(file, start=start, foreign=own.is_foreign(file))
            end = yield from self._catch_up_groups(groups, start, check)
            self._index.mark_indexed(final_name(file), end)
        self.late_readings(own).read_revisits()

    def _catch_up_groups(
        self, groups: Iterable[ReadGroup], end: int, check: Callable[[], None]
    ) -> Generator[PassedOver | AppliedCapture, None, int]:
        """Index what the records of a file from offset `end` on say; the offset after them."""
        seen = _EPOCH
        for group in groups:
            check()
            end, item = group.end, group.item
            if isinstance(item, Capture):
                seen = item.captured
                yield from self._submit_stored(item, end)
                while len(self._waiting) >= IN_FLIGHT:
                    self._waiting[0].future.exception()
                    yield from self.apply_ready(force=True)
            elif isinstance(item, DamagedRecord):
                self._index.add_failures([_damage_failure(item, seen)])
                yield item
            elif isinstance(item, ForeignStatements | OtherRecord):
                yield item
            elif isinstance(item, Failure):
                self._index.add_failures([item])
            elif isinstance(item, LeftOutBatch):
                self._index.add_left_out(item)
            elif isinstance(item, Withdrawal):
                self._index.withdraw(item)
            else:
                self._index.end_crawl(item)
        yield from self.apply_all()
        return end

    def late_readings(self, own: OwnFiles) -> LateReadings:
        """What reads captures that are in the index already; `own` as for `catch_up`."""
        return LateReadings(self._index, self._folder, own, self.read_again)

    def _submit_stored(self, capture: Capture, end: int) -> Iterator[AppliedCapture]:
        if capture.record_type != RecordType.REVISIT:
            self.submit(capture, None, end=end)
        elif refers_elsewhere(capture):
            yield from self.apply_all()  # what it refers to must be in the index to be found
            self.submit(capture, None, end=end)
        else:
            self._waiting.append(_Waiting(capture, _not_modified(), end))
        yield from self.apply_ready()


def _decoded(message: HttpMessage) -> bytes:
    return decode_entity(message.entity, message.entity_codings, DECODED_LIMIT).body


def _not_modified() -> Future[Reading]:
    done: Future[Reading] = Future()
    done.set_result(Reading(kind=PayloadKind.NOT_MODIFIED))
    return done


def _unreadable(capture: Capture, why: str) -> Future[Reading]:
    """The reading of a capture whose payload cannot be read: a failure at stage ARCHIVE."""
    name = why.partition(capture.warc)[2] or f": {why}"
    failure = Failure(
        url=capture.url,
        stage=Stage.ARCHIVE,
        # the file's name without its folder: a rebuild elsewhere says the same
        reason=f"{capture.warc}{name}",
        at=capture.captured,
        crawl_id=capture.facts.crawl_id,
    )
    done: Future[Reading] = Future()
    done.set_result(Reading(kind=PayloadKind.OTHER, failures=(failure,)))
    return done


def build_payload_facts(capture: Capture, message: HttpMessage) -> PayloadFacts:
    """The facts that reading a payload needs; a 304 has the status and type of what it confirms."""
    facts = PayloadFacts.of_capture(
        capture,
        content_type=message.content_type,
        content_encoding=message.entity_codings,
        refresh=message.refresh,
    )
    return (
        replace(facts, status=message.status, mime=(message.mime or "").lower() or None)
        if capture.status == 304
        else facts
    )


def _damage_failure(record: DamagedRecord, at: datetime) -> Failure:
    """A damaged record as a failure; `at` is the capture before it, so that a rebuild gives the
    same row.
    """
    return Failure(
        url=f"warc:{record.warc}#{record.offset}",
        stage=Stage.ARCHIVE,
        reason=record.problem,
        at=at,
    )
