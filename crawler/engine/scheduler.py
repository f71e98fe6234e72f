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
from bisect import insort
from collections import deque
from dataclasses import replace
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler, Scheduler
from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.request import request_from_dict

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
from crawler.engine.queued_requests import (
    entry_of,
    is_led_on,
    is_more_than_its_url,
    lasting_request,
)
from crawler.engine.session.consent_walls import ConsentWalls
from crawler.engine.session.spider_secrets import carries_secrets, take_secrets
from crawler.frontier.entry_table import request_blob
from crawler.frontier.queue import TRAP
from crawler.frontier.queued_url import QueuedUrl, key_of, request_key
from crawler.frontier.scope import UrlKind
from crawler.politeness.host_pacing import MAX_HELD

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
        self._site = crawl.site.name
        self._frontier = crawl.context.frontier
        self._leases: dict[Request, Lease] = {}
        self._fresh: list[QueuedUrl] = []
        self._again: list[QueuedUrl] = []  # to be queued whether known or not
        self._fresh_keys: set[int] = set()
        self._walls = ConsentWalls()
        # Requests that cannot be written down: they live and end with the process.
        self._fleeting: list[tuple[QueuedUrl, Request]] = []  # by priority
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
        if self._crawl.is_single:
            return self._queue_fleeting(entry, request)
        if is_more_than_its_url(request):
            try:
                entry = self._with_request(entry, request)
            except ValueError as problem:
                logger.warning(
                    "%s is kept in memory only, and lost if the process is killed: %s",
                    request,
                    problem,
                )
                return self._queue_fleeting(entry, request)
        return self._queue(entry, again=request.dont_filter)

    def _is_given_back(self, lease: Lease, request: Request) -> bool:
        """Whether a downloader middleware returned the request instead of an answer: to be tried
        again, or for another address. A copy that a callback yields is a request of its own.
        """
        scraping = self._crawler.engine.scraper.slot
        answered = scraping is not None and lease.request in scraping.active
        return request is not lease.request and lease.request in self._leases and not answered

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

    def _queue_fleeting(self, entry: QueuedUrl, request: Request) -> bool:
        insort(
            self._fleeting, (entry, lasting_request(request)), key=lambda each: -each[0].priority
        )
        return True

    def _queue(self, entry: QueuedUrl, *, again: bool = False) -> bool:
        key = key_of(self._site, entry)
        if again:
            self._again.append(entry)
            return True
        known = key in self._fresh_keys or self._frontier.knows(self._site, key)
        if known:
            self._crawl.left_out.note_known(key, entry)
        if known and not (entry.claims or entry.kind is UrlKind.FEED):
            return False
        self._fresh_keys.add(key)
        self._fresh.append(entry)
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
        entry = self._with_request(
            replace(
                lease.entry,
                url=request.url,
                via=lease.request.url,
                redirected=True,
                leased=0.0,
                attempts=0,
                key=0,
            ),
            request,
        )
        if key_of(self._site, entry) == lease.entry.key:
            lease.onward = entry
            return True
        # to where it came from, which a cookie has opened meanwhile
        back = request.url in request.meta.get("redirect_urls", ())
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
        self._crawl.context.start_ticking()
        self.acknowledge()
        if self._crawl.takes_no_more or not self._crawl.context.has_room(self._crawl):
            return None
        entry, request = self._lease()
        if entry is None:
            self._wake_when_due()
            return None
        if request is None:
            request = self._request_of(entry)
        lease = Lease(
            entry=entry, request=request, chain=list(request.meta.get("redirect_urls", ()))
        )
        request.meta[LEASE] = lease
        self._leases[request] = lease
        self._crawl.admission.begin(entry)
        self._crawl.count_page(lease, 1)
        self._crawl.tally.url = entry.url
        return request

    def _lease(self) -> tuple[QueuedUrl | None, Request | None]:
        if self._fleeting and not self._crawl.pages_spent:
            return self._fleeting.pop(0)
        self._fill()
        while self._leased:
            entry = self._leased.popleft()
            if self._crawl.admission.is_trap(entry):
                self._frontier.mark_dead(entry.key, TRAP)
            elif self._crawl.context.index.is_withdrawn(self._site, entry.url):
                # what was taken back is not fetched anew
                self._frontier.mark_dead(entry.key, "withdrawn")
            elif self._crawl.admission.is_undecided(entry):
                # Reading lags behind fetching, and a trap would be asked on meanwhile: it waits
                # for what others of its shape bring. What is applied wakes the engine.
                self._leased.appendleft(entry)
                self._crawl.context.apply_ready(force=True)
                return None, None
            else:
                return entry, None
            self._fill()
        return None, None

    def _fill(self) -> None:
        """Lease the next entries, several at once: each lease is a transaction."""
        started = self._crawl.pages_spent
        if started != self._started_only:
            self._started_only = started
            self._put_back()
        if not self._leased and not self._crawl.is_single:
            self._leased += self._frontier.lease(self._site, count=LEASED, started=started)

    def _put_back(self) -> None:
        """Give back what was leased and not asked for."""
        with self._frontier.transaction():
            while self._leased:
                self._frontier.put_back(self._leased.popleft().key)

    def _request_of(self, entry: QueuedUrl) -> Request:
        if entry.request is not None:
            return request_from_dict(entry.request, spider=self._spider)
        return Request(entry.url, priority=entry.priority)

    def has_pending_requests(self) -> bool:
        """Whether anything is under way, or waits and may be asked for in this crawl."""
        self.acknowledge()
        if self._leases or self._again:
            return True
        if self._crawl.takes_no_more:
            return False
        if self._leased or (self._fleeting and not self._crawl.pages_spent):
            return True
        if self._crawl.is_single:
            return False
        due = self._frontier.next_due(self._site, started=self._crawl.pages_spent)
        return due is not None and due - time.time() <= MAX_HELD

    def _wake_when_due(self) -> None:
        """Have the engine look again when the next entry may be fetched."""
        due = self._frontier.next_due(self._site, started=self._crawl.pages_spent)
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
        if not (over or self._fresh or self._again):
            return
        try:
            self._settle(over)
        except Exception as error:  # noqa: BLE001 - it must end the run, not vanish in Scrapy's log
            self._crawl.context.stop(error)

    def _settle(self, over: list[Lease]) -> None:
        fresh, again = self._fresh, self._again
        self._fresh, self._again = [], []
        self._fresh_keys.clear()
        under_way = {lease.entry.key for lease in self._leases.values()} - {
            lease.entry.key for lease in over
        }
        under_way |= {entry.key for entry in self._leased}
        with self._frontier.transaction():
            done = [lease.entry.key for lease in over if _is_done(lease)]
            self._frontier.acknowledge(self._site, done, fresh)
            for lease in over:
                self._settle_other(lease)
            for entry in again:
                if key_of(self._site, entry) in under_way:
                    self._again.append(entry)
                else:
                    self._frontier.requeue(self._site, entry)
            self._crawl.left_out.save()
        if any(entry.priority > 0 for entry in fresh):
            self._put_back()  # they go before what was leased
        for lease in over:
            del self._leases[lease.request]
            self._crawl.admission.end(lease.entry)
            for capture in lease.captures:
                capture.state = CaptureState.ACKNOWLEDGED

    def _settle_other(self, lease: Lease) -> None:
        key, result = lease.entry.key, lease.result
        if lease.onward is not None:
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
        if self._fleeting:
            logger.warning("%d requests that only memory held are lost", len(self._fleeting))
        return deferred_from_coro(self._close())

    async def _close(self) -> None:
        if self._crawl.context.error is None:
            self._put_back()
        await self._crawl.apply_all()
        self.acknowledge()


def _is_done(lease: Lease) -> bool:
    done = lease.result is None or lease.result.outcome is FetchOutcome.DONE
    return done and lease.onward is None
