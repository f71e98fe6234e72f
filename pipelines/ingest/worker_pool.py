"""Worker processes that read payloads, so that no page holds up, bloats or kills the crawler.

Each worker is a process of its own with a bound on its memory; a thread beside it hands it one
payload at a time and kills it when the time for that payload is over, or when it has died. What
then remains is a value: a `Reading` whose reason is `timeout` or `memory`, never an exception in
the crawler. What a payload means is `pipelines.read_payload`'s.

A pool of the standard library is no use here: one killed worker breaks all its waiting tasks, and
it has no time-out.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import queue
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Self

from archive.config import SiteConfig
from archive.model import NotAnArticle, NotArticleReason, PayloadKind, Reading
from pipelines.payload_facts import PayloadFacts

# One extraction takes 30 ms (median) to 280 ms (p99) on real pages; thirty seconds is a page that
# will not end.
SECONDS = 30.0
# Private memory of one worker (RLIMIT_DATA: address space would count mapped libraries). A reader
# at rest has 150 MB.
MEMORY = 1536 << 20
# A worker is replaced after so many payloads: lxml and regex caches grow slowly and never shrink.
PAYLOADS_PER_WORKER = 2_000

_LENGTH = struct.Struct(">Q")
_STOP = None
_READY = b"."  # what a worker says when it has come up
_START = 120.0  # seconds within which it should
_OUT_OF_MEMORY = 70  # exit status of a worker that could not even hold its task


@dataclass(frozen=True, slots=True)
class _Task:
    payload: bytes
    facts: PayloadFacts
    site: SiteConfig
    future: Future[Reading]


class WorkerPool:
    """Worker processes that read the payloads given to `submit`.

    `workers` is their number (default: usable cores), `seconds` the limit of one payload's wall
    time, `memory` the limit of a worker's private memory in bytes. They are started by their first
    tasks, or with `at_once` now, so that their imports and what else goes on meanwhile overlap.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        at_once: bool = False,
    ) -> None:
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._seconds = seconds
        count = workers or len(os.sched_getaffinity(0))
        self._threads = [
            threading.Thread(
                target=self._serve, args=(memory, at_once), name=f"reader-{number}", daemon=True
            )
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, payload: bytes, facts: PayloadFacts, site: SiteConfig) -> Future[Reading]:
        """Have `payload` (the entity as sent, content coding kept) read; the future never carries
        an exception of it.
        """
        future: Future[Reading] = Future()
        self._tasks.put(_Task(payload, facts, site, future))
        return future

    def close(self) -> None:
        """Finish what was submitted, then end the workers."""
        for _ in self._threads:
            self._tasks.put(_STOP)
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self, memory: int, at_once: bool) -> None:
        worker = _Worker(memory) if at_once else None  # most catch-ups have nothing to read
        while (task := self._tasks.get()) is not _STOP:
            if worker is not None and (worker.served >= PAYLOADS_PER_WORKER or not worker.alive()):
                worker.end()
                worker = None
            worker = worker or _Worker(memory)
            try:
                reading = worker.read_payload(task, self._seconds)
                if reading is None:
                    # Killed by somebody else: a machine short of memory, an operator. The page may
                    # not be to blame.
                    worker = _Worker(memory)
                    reading = worker.read_payload(task, self._seconds)
                killed = unread_payload(
                    task.facts.url, NotArticleReason.MEMORY, "the reading process was killed, twice"
                )
                task.future.set_result(reading or killed)
            except BaseException as error:  # noqa: BLE001 - a bug must reach whoever waits for the future
                task.future.set_exception(error)
                worker.end()
        if worker is not None:
            worker.end()


class _Worker:
    """One process, spoken to over its standard input and output in length-prefixed pickles."""

    def __init__(self, memory: int) -> None:
        self.served = 0
        self._ready = False
        # -P: the folder a user stands in may hold packages named like ours.
        command = [
            sys.executable,
            "-P",
            "-c",
            f"from pipelines.ingest.worker_pool import serve; serve({memory})",
        ]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603

    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def read_payload(self, task: _Task, seconds: float) -> Reading | None:
        """The reading of a payload; None if the process was killed by something else meanwhile."""
        self.served += 1
        try:
            if not self._ready:
                # Imports take a second or two, on a busy machine many more: that is not the page's
                # time.
                self._ready = bool(self._bytes(len(_READY), time.monotonic() + _START))
            self._send(pickle.dumps((task.payload, task.facts, task.site), protocol=5))
            answer = self._receive(time.monotonic() + seconds)
        except TimeoutError:
            self.end()
            return unread_payload(
                task.facts.url, NotArticleReason.TIMEOUT, f"not read within {seconds:g} s"
            )
        except (EOFError, BrokenPipeError):
            self._process.wait()
            status = self._process.returncode
            self.end()
            if status == -signal.SIGKILL:
                return None
            if status > 0 and status != _OUT_OF_MEMORY:
                raise RuntimeError(
                    f"a reading process failed with status {status}; what it said is above"
                ) from None
            return unread_payload(
                task.facts.url, NotArticleReason.MEMORY, f"the reading process ended ({status})"
            )
        if not isinstance(answer, Reading):
            raise TypeError(f"a worker answered {type(answer).__name__}")
        return answer

    def _send(self, message: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - opened as a pipe above
        self._process.stdin.write(_LENGTH.pack(len(message)))
        self._process.stdin.write(message)
        self._process.stdin.flush()

    def _receive(self, deadline: float) -> object:
        length = _LENGTH.unpack(self._bytes(_LENGTH.size, deadline))[0]
        return pickle.loads(self._bytes(length, deadline))  # noqa: S301 - from our own process

    def _bytes(self, count: int, deadline: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - opened as a pipe above
        handle = self._process.stdout.fileno()
        parts = bytearray()
        while len(parts) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([handle], [], [], left)[0]:
                raise TimeoutError
            part = os.read(handle, min(1 << 20, count - len(parts)))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)


def unread_payload(url: str, reason: NotArticleReason, detail: str) -> Reading:
    """The reading of a payload that could not be read within its limits."""
    return Reading(
        kind=PayloadKind.PAGE, not_article=NotAnArticle(url=url, reason=reason, detail=detail)
    )


# ------------------------------------------------------------------------------------ in the worker


def serve(memory: int) -> None:
    """Read payloads from standard input until it closes; the whole life of one worker process."""
    # Ctrl-C, `timeout` and systemd reach the whole group: the crawler decides, not we.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source = os.fdopen(os.dup(0), "rb", buffering=1 << 20)
    answers = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
    os.dup2(2, 1)  # whatever a library prints must not end up among the answers
    from pipelines.read_payload import (
        read_payload,  # a quarter of a second that only a worker needs
    )

    try:
        answers.write(_READY)
        answers.flush()
        while header := source.read(_LENGTH.size):
            message = source.read(_LENGTH.unpack(header)[0])
            answer = pickle.dumps(_answer(message, read_payload), protocol=5)
            answers.write(_LENGTH.pack(len(answer)) + answer)
            answers.flush()
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except BrokenPipeError:
        os._exit(0)  # the crawler is gone


def _answer(message: bytes, read: Callable[[bytes, PayloadFacts, SiteConfig], Reading]) -> object:
    payload, facts, site = pickle.loads(message)  # noqa: S301 - from our own parent
    try:
        return read(payload, facts, site)
    except MemoryError:
        return unread_payload(
            facts.url, NotArticleReason.MEMORY, "not read within the memory of one worker"
        )
    except RecursionError:
        return unread_payload(facts.url, NotArticleReason.MEMORY, "nested too deeply to be read")
    except Exception as error:
        # One page must not end a crawl of thousands: the traceback is logged, the URL stands in
        # `failures`.
        logging.getLogger(__name__).exception("a bug, met while reading %s", facts.url)
        return unread_payload(
            facts.url, NotArticleReason.BUG, f"a bug in Warraq, please report: {error!r}"
        )
