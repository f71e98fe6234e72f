"""The life of one reading process: a payload in, its reading out, until the crawler hangs up.

Its limits are its own: processor time for each payload, and memory. Time on the clock would count
what others do with the processor, and the hours for which a machine was suspended.
"""

from __future__ import annotations

import logging
import pickle
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from archive.config import SiteConfig
from archive.model import NotAnArticle, NotArticleReason, PayloadKind, Reading
from pipelines.payload_facts import PayloadFacts

# What reads a payload: `pipelines.read_payload.read_payload`, or another in a test.
ReadPayload = Callable[[bytes, PayloadFacts, SiteConfig], Reading]

OUT_OF_MEMORY = 70  # exit status of a process that could not even hold its task
OUT_OF_TIME = signal.SIGPROF  # the signal that ends a process whose payload took its time


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """Of a reading process: seconds of processor time for one payload, and bytes of private memory
    (RLIMIT_DATA: address space would count mapped libraries).
    """

    seconds: float
    memory: int


def read_until_closed(channel: Connection, limits: ReadingLimits, read: ReadPayload) -> None:
    """Answer each task that comes. A payload that takes its time ends the process (`OUT_OF_TIME`).
    Raises MemoryError where a task itself has no room; whatever else a payload does to its reader
    is a `Reading` with a reason.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))
    while True:
        try:
            task = channel.recv_bytes()
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_PROF, limits.seconds)
        answer = _answer(task, read)
        signal.setitimer(signal.ITIMER_PROF, 0)
        try:
            channel.send(answer)
        except (BrokenPipeError, ConnectionResetError):
            return  # the crawler is gone


def unread_payload(url: str, reason: NotArticleReason, detail: str) -> Reading:
    """The reading of a payload that could not be read within its limits."""
    return Reading(
        kind=PayloadKind.PAGE, not_article=NotAnArticle(url=url, reason=reason, detail=detail)
    )


def _answer(task: bytes, read: ReadPayload) -> Reading:
    payload, facts, site = pickle.loads(task)  # noqa: S301 - from our own parent
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
