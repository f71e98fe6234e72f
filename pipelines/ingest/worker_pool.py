"""Worker processes that read payloads, so that no page holds up, bloats or kills the crawler.

Each worker is a process of its own (`fork_server`) with a bound on its memory; a thread beside it
hands it one payload at a time. Where the time for that payload is over, or the process has died,
what remains is a value: a `Reading` whose reason is `timeout` or `memory`, never an exception in
the crawler. No site waits for what another's pages cost. What a payload means is
`pipelines.read_payload`'s.

A pool of the standard library is no use here: one killed worker breaks all its waiting tasks, and
it has no time-out.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Self

from archive.config import SiteConfig
from archive.errors import NoReaderError
from archive.model import NotArticleReason, Reading
from pipelines.ingest.fair_queue import FairQueue
from pipelines.ingest.fork_server import ForkedProcess, fork_process, start_fork_server
from pipelines.ingest.reading_process import (
    OUT_OF_MEMORY,
    OUT_OF_TIME,
    ReadingLimits,
    unread_payload,
)
from pipelines.payload_facts import PayloadFacts

# Of processor time. One extraction takes 30 ms (median) to 280 ms (p99) on real pages; thirty
# seconds is a page that will not end.
SECONDS = 30.0
# Private memory of one worker (RLIMIT_DATA: address space would count mapped libraries). A reader
# at rest has 150 MB.
MEMORY = 1536 << 20
# A worker is replaced after so many payloads: lxml and regex caches grow slowly and never shrink.
PAYLOADS_PER_WORKER = 2_000
PATIENCE = 1.0  # seconds that a site's pages wait while all workers read those of others


@dataclass(frozen=True, slots=True)
class _Task:
    payload: bytes
    facts: PayloadFacts
    site: SiteConfig
    future: Future[Reading]


class WorkerPool:
    """Worker processes that read the payloads given to `submit`.

    `workers` is their number (default: usable cores), `seconds` the limit of one payload's
    processor time, `memory` the limit of a worker's private memory in bytes. They are forks of a
    process that is started by the first task, or with `at_once` now, so that what it loads and what
    else goes on meanwhile overlap. Raises NoReaderError where the machine has no process or thread
    to spare.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        at_once: bool = False,
    ) -> None:
        self._tasks: FairQueue[_Task] = FairQueue()
        self._limits = ReadingLimits(seconds=seconds, memory=memory)
        self._workers: set[_Worker] = set()
        self._closed = threading.Event()
        self._is_broken_off = False
        if at_once:
            start_fork_server()
        count = workers or len(os.sched_getaffinity(0))
        self._threads = [
            *(
                threading.Thread(target=self._serve, name=f"reader-{number}", daemon=True)
                for number in range(count)
            ),
            threading.Thread(target=self._relieve, name="relief-reader", daemon=True),
        ]
        try:
            for thread in self._threads:
                thread.start()
        except RuntimeError as error:
            self._tasks.close()
            self._closed.set()
            raise NoReaderError(f"no thread can be started to read pages: {error}") from error

    def submit(self, payload: bytes, facts: PayloadFacts, site: SiteConfig) -> Future[Reading]:
        """Have `payload` (the entity as sent, content coding kept) read; the future never carries
        an exception of it.
        """
        future: Future[Reading] = Future()
        self._tasks.put(site.name, _Task(payload, facts, site, future))
        return future

    def close(self) -> None:
        """Finish what was submitted, then end the workers."""
        self._tasks.close()
        self._closed.set()
        for thread in self._threads:
            thread.join()

    def break_off(self) -> None:
        """End all reading at once: what was submitted and is not read yet has a NoReaderError."""
        self._is_broken_off = True
        self._tasks.close()
        self._closed.set()
        for worker in list(self._workers):
            worker.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        worker: _Worker | None = None
        while (taken := self._tasks.take_next()) is not None:
            worker = self._serve_one(worker, *taken)
        self._dismiss(worker)

    def _relieve(self) -> None:
        """See to it that no site waits for what another's pages cost: while all readers are at
        pages that take long, one more reads those of sites of which none is read.
        """
        while not self._closed.wait(PATIENCE / 2):
            if self._tasks.is_starved(PATIENCE):
                worker: _Worker | None = None
                while (taken := self._tasks.take_unserved()) is not None:
                    worker = self._serve_one(worker, *taken)
                self._dismiss(worker)

    def _serve_one(
        self, worker: _Worker | None, site: Hashable, begun: float, task: _Task
    ) -> _Worker | None:
        try:
            if task.future.set_running_or_notify_cancel():
                worker, reading = self._read(worker, task)
                task.future.set_result(reading)
        except BaseException as error:  # noqa: BLE001 - a bug must reach whoever waits for the future
            task.future.set_exception(error)
        finally:
            self._tasks.done(site, begun)
        return worker

    def _read(self, worker: _Worker | None, task: _Task) -> tuple[_Worker | None, Reading]:
        """The reading of a payload by a worker, or another in its place, and the worker."""
        for _ in range(2):
            if worker is None or not worker.is_fit():
                self._dismiss(worker)
                worker = self._engage()
            reading = worker.read_payload(task)
            if reading is not None:
                return worker, reading
            # Killed by somebody else: a machine short of memory, an operator. The page may not be
            # to blame.
        killed = "the reading process was killed, twice"
        return worker, unread_payload(task.facts.url, NotArticleReason.MEMORY, killed)

    def _engage(self) -> _Worker:
        worker = _Worker(self._limits)
        self._workers.add(worker)
        if self._is_broken_off:
            self._dismiss(worker)
            raise NoReaderError("reading was broken off")
        return worker

    def _dismiss(self, worker: _Worker | None) -> None:
        if worker is not None:
            worker.end()
            self._workers.discard(worker)


def read_apart(payload: bytes, facts: PayloadFacts, site: SiteConfig) -> Reading:
    """Read one payload in a process of its own, within the limits of a crawl. Raises NoReaderError
    as the pool does.
    """
    with WorkerPool(workers=1) as pool:
        return pool.submit(payload, facts, site).result()


class _Worker:
    """One reading process, and what it was given."""

    def __init__(self, limits: ReadingLimits) -> None:
        self._process: ForkedProcess = fork_process(limits)
        self._limits = limits
        self._served = 0

    def is_fit(self) -> bool:
        """Whether it may have another task."""
        return self._served < PAYLOADS_PER_WORKER and self._process.is_alive()

    def end(self) -> int:
        """End it; its exit status."""
        return self._process.end()

    def kill(self) -> None:
        """End it while it is asked."""
        self._process.kill()

    def read_payload(self, task: _Task) -> Reading | None:
        """The reading of a payload; None if the process was killed by something else meanwhile."""
        self._served += 1
        url = task.facts.url
        try:
            answer = self._process.ask((task.payload, task.facts, task.site))
        except (EOFError, ConnectionError):
            status = self.end()
            if status == -signal.SIGKILL:
                return None
            if status == -OUT_OF_TIME:
                seconds = f"{self._limits.seconds:g} s of processor time"
                return unread_payload(url, NotArticleReason.TIMEOUT, f"not read within {seconds}")
            if status > 0 and status != OUT_OF_MEMORY:
                raise RuntimeError(
                    f"a reading process failed with status {status}; what it said is above"
                ) from None
            return unread_payload(
                url, NotArticleReason.MEMORY, f"the reading process ended ({status})"
            )
        if not isinstance(answer, Reading):
            raise TypeError(f"a reading process answered {type(answer).__name__}")
        return answer
