"""Scrapy's scheduler on the frontier: what is queued survives the process, and is acknowledged only
when all that came of it is safe.

A request is over when Scrapy neither downloads it nor works on its answer; its lease is
acknowledged when moreover all its captures are in the index. What a page led to is queued in the
transaction that acknowledges it, or in an earlier one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from dataclasses import replace
from functools import partial
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler, Scheduler
from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro

from crawler.crawl.lease import (
    ENTRY,
    LEASE,
    NEW_COOKIES,
    CaptureState,
    FetchOutcome,
    FetchResult,
    Lease,
    lease_of,
)
from crawler.crawl.site_crawl import SiteCrawl
from crawler.engine.memory_queue import MemoryQueue
from crawler.engine.queued_requests import (
    entry_of,
    is_led_on,
    is_more_than_its_url,
    lasting_request,
    request_of,
)
from crawler.engine.session.consent_walls import ConsentWalls
from crawler.engine.session.spider_secrets import carries_secrets, take_secrets
from crawler.frontier.entry_table import request_blob
from crawler.frontier.queued_url import QueuedUrl, is_pressing, key_of, request_key
from crawler.frontier.scope import UrlKind
from crawler.politeness.host_pacing import MAX_HELD

# Turns of the loop without a new entry, after which all that a page leads to has come in; and so
# many at most before leasing goes on, for a callback that never ends.
QUIET_TURNS, MOST_TURNS = 2, 100
LEASED = 8  # entries leased at once: what is announced meanwhile waits for them

logger = logging.getLogger(__name__)


class FrontierScheduler(BaseScheduler):
    """The scheduler of a crawl that writes to a collection; Scrapy's own for any other."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self | Scheduler:  # type: ignore[override]
        """The scheduler for a crawler: `scrapy shell` and `scrapy fetch` get Scrapy's own."""
        try:
            return cls(crawler, SiteCrawl.of(crawler))
        except LookupError:
            return Scheduler.from_crawler(crawler)

    def __init__(self, crawler: Crawler, crawl: SiteCrawl) -> None:
        self._crawler = crawler
        self._crawl = crawl
        self._site = crawl.queue  # where the site's entries are
        self._frontier = crawl.context.frontier
        self._leases: dict[Request, Lease] = {}
        self._fresh: list[QueuedUrl] = []
        self._again: list[QueuedUrl] = []  # to be queued whether known or not
        self._fresh_keys: set[int] = set()
        self._turns_to_wait, self._turns_waited = 0, 0
        self._walls = ConsentWalls()
        self._in_memory = MemoryQueue(self._fingerprint)
        self._leased: deque[QueuedUrl] = deque()
        self._started_only = False  # how `_leased` was leased
        self._timer: asyncio.TimerHandle | None = None

    def open(self, spider: Spider) -> None:
        """Take the spider, by whose methods requests name their callbacks.

        `scrapy parse` puts a `start` of its own on it: then only what that asks for is fetched, and
        the queue of the site's crawls is left alone.
        """
        self._spider = spider
        self._crawl.is_single = type(spider).start.__module__.startswith("scrapy.")

    # ------------------------------------------------------------------------------ what comes in

    def enqueue_request(self, request: Request) -> bool:
        """Queue a request, or note what becomes of one that a middleware gave back; False where it
        is known already.
        """
        try:
            return self._enqueue(request)
        except Exception as error:
            # Scrapy would swallow it, and count the page that led here as done.
            self._crawl.context.stop(error)
            raise

    def _enqueue(self, request: Request) -> bool:
        if carries_secrets(request):
            take_secrets(request, self._crawl.access, self._fingerprint(request).hex())
        lease = lease_of(request)
        if lease is not None and self._is_given_back(lease, request):
            return self._give_back(lease, request)
        entry = request.meta.get(ENTRY)
        if not isinstance(entry, QueuedUrl) or entry.url != request.url:
            entry = entry_of(request, lease)
        if request.priority != entry.priority:
            entry = replace(entry, priority=request.priority)
        lasting = self._lasting_entry(entry, request)
        if lasting is None:
            return self._keep_in_memory(entry, request, again=request.dont_filter)
        return self._queue(lasting, again=request.dont_filter)

    def _is_given_back(self, lease: Lease, request: Request) -> bool:
        """Whether a downloader middleware returned the request instead of an answer: to be tried
        again, or for another address. A copy that a callback yields is a request of its own.
        """
        scraping = self._crawler.engine.scraper.slot
        answered = scraping is not None and lease.request in scraping.active
        return request is not lease.request and lease.request in self._leases and not answered

    def _lasting_entry(self, entry: QueuedUrl, request: Request) -> QueuedUrl | None:
        """The entry as the frontier keeps it; None for a request that only memory can hold."""
        if self._crawl.is_single:
            return None
        if not is_more_than_its_url(request):
            return entry
        try:
            return self._with_request(entry, request)
        except ValueError as problem:
            logger.warning(
                "%s is kept in memory only, and lost if the process is killed: %s",
                request,
                problem,
            )
            return None

    def _with_request(self, entry: QueuedUrl, request: Request) -> QueuedUrl:
        """The entry with all that the request is beyond a GET of its URL; a key of its own where
        that makes it another resource. ValueError where it cannot be written down: its callback is
        no method of the spider, or it holds objects.
        """
        fields: dict[str, Any] = lasting_request(request).to_dict(spider=self._spider)
        request_blob(fields)
        if request.method == "GET" and not request.body:
            return replace(entry, request=fields)
        key = request_key(self._site, self._fingerprint(request))
        return replace(entry, request=fields, key=key)

    def _fingerprint(self, request: Request) -> bytes:
        fingerprinter = self._crawler.request_fingerprinter
        assert fingerprinter is not None  # noqa: S101 - set before the engine is made
        return fingerprinter.fingerprint(request)

    def _keep_in_memory(self, entry: QueuedUrl, request: Request, *, again: bool) -> bool:
        if self._is_withdrawn(entry):
            logger.warning("%s is not asked for: it was withdrawn", entry.url)
            return False
        return self._in_memory.add(entry, request, again=again)

    def _queue(self, entry: QueuedUrl, *, again: bool = False) -> bool:
        key = key_of(self._site, entry)
        if not again and (key in self._fresh_keys or self._frontier.knows(self._site, key)):
            self._crawl.left_out.note_known(key, entry)
            if not (entry.claims or entry.kind is UrlKind.FEED):
                return False
        self._turns_to_wait = QUIET_TURNS
        if not again:
            self._fresh_keys.add(key)
        (self._again if again else self._fresh).append(entry)
        return True

    def _give_back(self, lease: Lease, request: Request) -> bool:
        same = request.url == lease.request.url and request.method == lease.request.method
        if same and not is_led_on(request, lease):
            if lease.result is None:  # a middleware of the user's: at once
                lease.result = FetchResult(
                    outcome=FetchOutcome.RETRY, url=request.url, retry_at=time.time()
                )
            return True
        if lease.result is None:
            lease.result = FetchResult(outcome=FetchOutcome.DONE, url=lease.request.url)
        led_to = replace(
            lease.entry,
            url=request.url,
            via=lease.request.url,
            redirected=True,
            leased=0.0,
            attempts=0,
            key=0,
        )
        entry = self._lasting_entry(led_to, request)
        # to where it came from, which a cookie has opened meanwhile
        back = request.url in request.meta.get("redirect_urls", ())
        if entry is None:
            return self._keep_in_memory(led_to, request, again=back)
        if key_of(self._site, entry) == lease.entry.key:
            lease.onward = entry
            return True
        target, queued = key_of(self._site, entry), self._queue(entry, again=back)
        if request.meta.get(NEW_COOKIES) and (back or not queued):
            self._again += self._walls.open_wall(lease.entry.key, led_to=target if back else None)
        self._again += self._walls.stop_at(target, lease.entry)
        return queued

    # ------------------------------------------------------------------------------ what goes out

    def next_request(self) -> Request | None:
        """The next request that may be made; None where there is none now. Acknowledges what is
        over.
        """
        return self._crawl.context.try_or_stop(self._next_request, None)

    def _next_request(self) -> Request | None:
        self._crawl.context.start_ticking()
        self.acknowledge()
        if self._crawl.right_of_way.is_given:
            self._put_back()  # so that the other crawl may take it
            return None
        if self._crawl.takes_no_more or not self._crawl.context.has_room(self._crawl):
            return None
        entry, request = self._lease()
        if entry is None:
            self._wake_when_due()
            return None
        in_memory = request is not None
        if request is None:
            request = request_of(entry, self._spider)
        chain = list(request.meta.get("redirect_urls", ()))
        lease = Lease(entry=entry, request=request, in_memory=in_memory, chain=chain)
        request.meta[LEASE] = lease
        self._leases[request] = lease
        self._crawl.admission.begin(entry)
        self._crawl.count_page(lease, 1)
        self._crawl.tally.url = entry.url
        return request

    def _lease(self) -> tuple[QueuedUrl | None, Request | None]:
        started = self._crawl.pages_spent
        if self._in_memory:
            first = self._in_memory.take_request(time.time(), started=started)
            if first is not None:
                return first
        self._fill(started=started)
        while self._leased:
            entry = self._leased.popleft()
            if given_up := self._crawl.admission.why_given_up(entry):
                self._frontier.mark_dead(entry.key, given_up)
            elif self._is_withdrawn(entry):
                self._frontier.mark_dead(entry.key, "withdrawn")
            elif self._crawl.admission.is_undecided(entry):
                # Reading lags behind fetching, and a trap would be asked on meanwhile: it waits
                # for what others of its shape bring. What is applied wakes the engine.
                self._leased.appendleft(entry)
                self._crawl.context.apply_ready(force=True)
                return None, None
            else:
                return entry, None
            self._fill(started=started)
        return None, None

    def _is_withdrawn(self, entry: QueuedUrl) -> bool:
        """Whether a page was taken back: then it is not fetched anew."""
        return self._crawl.context.index.is_withdrawn(self._crawl.site.name, entry.url)

    def _fill(self, *, started: bool) -> None:
        """Lease the next entries, several at once: each lease is a transaction."""
        if started != self._started_only:
            self._started_only = started
            self._put_back()
        if self._leased or self._crawl.is_single:
            return
        if self._turns_to_wait and self._turns_waited < MOST_TURNS:
            self._turns_to_wait -= 1
            self._turns_waited += 1
            self._crawl.wake()
        else:
            self._turns_waited = 0
            self._leased += self._frontier.lease(self._site, count=LEASED, started=started)

    def _put_back(self) -> None:
        """Give back what was leased and not asked for."""
        with self._frontier.transaction():
            while self._leased:
                self._frontier.put_back(self._leased.popleft().key)

    def has_pending_requests(self) -> bool:
        """Whether anything is under way, or waits and may be asked for in this crawl."""
        return self._crawl.context.try_or_stop(self._has_pending_requests, otherwise=False)

    def _has_pending_requests(self) -> bool:
        self.acknowledge()
        if self._leases or self._again:
            return True
        if self._crawl.takes_no_more:
            return False
        if self._leased:
            return True
        due = self._next_due()
        return due is not None and due - time.time() <= MAX_HELD

    def _next_due(self) -> float | None:
        """When (Unix time) the next that waits may be fetched in this crawl; None: nothing does."""
        started = self._crawl.pages_spent
        dues = [self._in_memory.next_due(started=started)]
        if not self._crawl.is_single:
            dues.append(self._frontier.next_due(self._site, started=started))
        return min((due for due in dues if due is not None), default=None)

    def _wake_when_due(self) -> None:
        """Have the engine look again when the next entry may be fetched."""
        due = self._next_due()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due is not None and (wait := due - time.time()) > 0:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(min(wait, MAX_HELD) + 0.001, self._crawl.wake)

    # ------------------------------------------------------------------------------ acknowledging

    def acknowledge(self) -> None:
        """Queue what came in, and settle the entries whose requests are over and whose captures
        are all in the index.
        """
        engine = self._crawler.engine
        if self._crawl.context.error is not None or engine is None or engine.scraper.slot is None:
            return
        busy, scraping = engine.downloader.active, engine.scraper.slot.active
        over = [
            lease
            for request, lease in self._leases.items()
            if request not in busy and request not in scraping and lease.is_applied
        ]
        if over or self._fresh or self._again:
            self._crawl.context.try_or_stop(partial(self._settle, over), None)

    def _settle(self, over: list[Lease]) -> None:
        fresh, again = self._fresh, self._again
        self._fresh, self._again = [], []
        self._fresh_keys.clear()
        under_way = {each.entry.key for each in self._leases.values() if each not in over}
        under_way |= {entry.key for entry in self._leased}
        with self._frontier.transaction():
            done = [lease.entry.key for lease in over if lease.is_done]
            self._frontier.acknowledge(self._site, done, fresh)
            for lease in over:
                self._settle_other(lease)
            for entry in again:
                if key_of(self._site, entry) in under_way:
                    self._again.append(entry)
                else:
                    self._frontier.requeue(self._site, entry)
            self._crawl.left_out.save()
        if self._leased and any(is_pressing(each, self._leased[-1]) for each in (*fresh, *again)):
            self._put_back()
        for lease in over:
            del self._leases[lease.request]
            self._crawl.admission.end(lease.entry)
            for capture in lease.captures:
                capture.state = CaptureState.ACKNOWLEDGED

    def _settle_other(self, lease: Lease) -> None:
        key, result = lease.entry.key, lease.result
        if lease.in_memory:
            self._in_memory.take_back(lease)
        elif lease.onward is not None:
            self._frontier.requeue(self._site, lease.onward)
        elif result is None or result.outcome is FetchOutcome.DONE:
            return
        elif result.outcome is FetchOutcome.RETRY:
            self._frontier.retry_later(key, result.retry_at)
        elif result.outcome is FetchOutcome.DEAD:
            self._frontier.mark_dead(key, result.failure or "")
        else:
            self._frontier.put_back(key)

    def close(self, reason: str) -> Any:
        """Wait until the index holds all captures of this crawl, and settle their entries."""
        del reason
        if self._timer is not None:
            self._timer.cancel()
        return deferred_from_coro(self._close())

    async def _close(self) -> None:
        if self._crawl.context.error is None:
            self._put_back()
        await self._crawl.apply_all()
        self.acknowledge()
        if self._in_memory:
            logger.warning("%d requests that only memory held are lost", len(self._in_memory))
