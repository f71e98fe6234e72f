"""The queue of requests that cannot be written down: they live and end with the process.

Of a crawl's requests these are the few whose callback is no method of the spider, or which hold
objects; and all that `scrapy parse` asks for. They are tried again and led on as all others are
(`crawler.frontier.queue`), only not after a kill.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, replace

from scrapy import Request

from crawler.crawl.lease import FetchOutcome, Lease
from crawler.engine.queued_requests import lasting_request
from crawler.frontier.queued_url import QueuedUrl, queue_priority


@dataclass(frozen=True, slots=True)
class _Waiting:
    entry: QueuedUrl
    request: Request
    due: float  # Unix time in seconds


class MemoryQueue:
    """Entries with their requests, the first to be made first.

    `fingerprint` is the same for equal requests.
    """

    def __init__(self, fingerprint: Callable[[Request], bytes]) -> None:
        self._fingerprint = fingerprint
        self._known: set[bytes] = set()
        self._waiting: list[_Waiting] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, entry: QueuedUrl, request: Request, *, again: bool = False) -> bool:
        """Queue a request; False where an equal one was queued before, except with `again`."""
        fingerprint = self._fingerprint(request)
        if fingerprint in self._known and not again:
            return False
        self._known.add(fingerprint)
        self._wait(entry, request)
        return True

    def _wait(self, entry: QueuedUrl, request: Request, *, due: float = 0.0) -> None:
        waiting = _Waiting(entry, lasting_request(request), due)
        insort(self._waiting, waiting, key=lambda each: queue_priority(each.entry))

    def take_back(self, lease: Lease) -> None:
        """Queue the request of a lease that is over once more, where another try is due or the
        crawl let go of it.
        """
        result = lease.result
        if result is None:
            return
        if result.outcome is FetchOutcome.RETRY:
            tried = replace(lease.entry, attempts=lease.entry.attempts + 1)
            self._wait(tried, lease.request, due=result.retry_at)
        elif result.outcome is FetchOutcome.RELEASED:
            self._wait(lease.entry, lease.request)

    def take_request(
        self, now: float, *, started: bool = False
    ) -> tuple[QueuedUrl, Request] | None:
        """The next that may be made now (Unix time); None where there is none.

        `started`: only what belongs to pages that were asked for (redirect targets).
        """
        for place, each in enumerate(self._waiting):
            if each.due <= now and (each.entry.redirected or not started):
                del self._waiting[place]
                return each.entry, each.request
        return None

    def next_due(self, *, started: bool = False) -> float | None:
        """The Unix time at which the earliest may be made; None where nothing waits. `started` as
        for `take_request`.
        """
        dues = (each.due for each in self._waiting if each.entry.redirected or not started)
        return min(dues, default=None)
