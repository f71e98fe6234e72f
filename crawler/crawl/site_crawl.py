"""The crawl of one site: what it knows of the site, how it stands, and when it is over.

Everything that Scrapy's components of one crawler share is here: scheduler, middlewares, spider,
pipelines and the recorder find it by their crawler (`SiteCrawl.of`).
"""

from __future__ import annotations

import asyncio
import time
import weakref
from dataclasses import replace

from scrapy import Request, Spider
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler

from archive.config import SiteConfig
from archive.model import Capture, Exchange, NotArticleReason, Reading, Stage
from archive.urls import origin_of
from archive.warc.http_message import HttpMessage, parse_response
from crawler.crawl.context import ROUND, CrawlContext
from crawler.crawl.lease import (
    PENDING,
    REFERENCE,
    ROBOTS,
    FetchOutcome,
    FetchResult,
    Lease,
    facts_of,
    lease_of,
)
from crawler.crawl.pending_captures import PendingCapture
from crawler.crawl.rendered_pages import is_provisional, is_shown_in_any_case
from crawler.crawl.reservations import SiteReservations
from crawler.crawl.resume import end_killed_runs, queue_given_up
from crawler.crawl.right_of_way import RightOfWay
from crawler.crawl.robots_fetch import KeptRobots, fetch_robots
from crawler.crawl.site_access import SiteAccess
from crawler.crawl.site_failures import SiteFailures, has_failed
from crawler.crawl.tally import Tally
from crawler.discovery import discovered_entries
from crawler.discovery.left_out import LeftOutLog, why_waiting
from crawler.discovery.link_admission import NO_PAGES, LinkAdmission
from crawler.discovery.recrawl import Recrawl
from crawler.discovery.seeding import Seeding
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.download_handler import cancel_all, register_keeper
from crawler.fetch.errors import FetchReason
from crawler.fetch.operator_secrets import OperatorSecrets
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import Scope, UrlKind
from crawler.politeness.host_pacing import HostPacing
from crawler.politeness.refusals import RefusalCounter
from crawler.politeness.robots_cache import RobotsCache, RobotsResponse
from pipelines.ingest.queue import AppliedCapture

NOTE = 5.0  # seconds between two notes of how the crawl stands
# Seconds for what is under way when a crawl is stopped; then it is broken off, and fetched by the
# next one.
GRACE = 5.0
_CRAWLS: weakref.WeakKeyDictionary[Crawler, SiteCrawl] = weakref.WeakKeyDictionary()


class SiteCrawl:
    """One site's crawl in one Scrapy crawler. Public attributes are read by Scrapy's components."""

    def __init__(
        self, crawler: Crawler, context: CrawlContext, site: SiteConfig, tally: Tally
    ) -> None:
        self._crawler = crawler
        self.context = context
        self.site = site
        self.tally = tally
        self.began = time.time()
        self.is_foreign = False  # a spider of another project: it has a scheduler of its own
        self.is_single = False  # it fetches what `scrapy parse` asks for, and no more
        self.address_guard = AddressGuard.for_starts(site.start, private=site.private)
        self.hosts = HostPacing(site.delay, context.hosts, memory=context.frontier.hosts)
        self.refusals = RefusalCounter()
        robots = KeptRobots(context.frontier.hosts, context.index, force=context.options.force)
        self.robots = RobotsCache(self._fetch_robots, self.hosts, sleep=self.pause, memory=robots)
        self.reservations = SiteReservations(site, context.index, self.robots, self._fetch_robots)
        self.scope = Scope(site)
        self.access = SiteAccess(site, context.layout.root)
        self.proxy = self.access.proxy
        self.failures = SiteFailures(context, tally)
        self.queue = tally.queue = context.options.window.queue_of(site.name)
        self.right_of_way = RightOfWay(context.layout, site.name, self.queue)
        self.left_out = LeftOutLog(self.queue, context.frontier)
        self.recrawl = Recrawl(
            context.index, site.name, tally.id, force=context.options.force, budget=site.budget
        )
        self.admission = self._open_admission()
        self.seeding = Seeding(site, context.frontier, self.admission, self.robots, self.recrawl)
        starts = discovered_entries.start_entries(site)
        self.home = frozenset(origin_of(entry.url) for entry in starts)
        self.unconditional: set[str] = set()  # URLs that answer conditional requests with 412
        self._starts = {entry.url: True for entry in starts}
        self._deadline: float | None = None
        self._grace_ends: float | None = None
        self._noted: float | None = None
        self._queued_unannounced = False
        self._unapplied = 0
        self._tasks: set[asyncio.Future[None]] = set()
        _CRAWLS[crawler] = self
        register_keeper(crawler, self)
        context.crawls.add(self)
        self._note_begin()

    def _note_begin(self) -> None:
        """Note the crawl as running, and those of the site that were killed as ended."""
        context, is_crawled = self.context, self.context.layout.is_crawling
        for killed in end_killed_runs(context.frontier, context.index, self.queue, is_crawled):
            context.captures.note_crawl(killed)
        context.captures.note_crawl(self.tally.summary())
        again = context.captures.begin_tries(self.site.name)
        queue_given_up(context.frontier, again, self.queue)

    def _open_admission(self) -> LinkAdmission:
        return LinkAdmission(
            self.site,
            self.scope,
            self.context.frontier,
            self.context.options.window,
            self.failures.record_once,
            self.left_out,
            self.recrawl,
        )

    @classmethod
    def of(cls, crawler: Crawler) -> SiteCrawl:
        """The crawl that a crawler carries out; LookupError where it writes to no collection."""
        try:
            return _CRAWLS[crawler]
        except KeyError:
            raise LookupError("this crawler writes to no collection") from None

    @property
    def spider(self) -> Spider:
        """The spider of the crawl."""
        spider = self._crawler.spider
        assert spider is not None  # noqa: S101 - components are called by a running engine only
        return spider

    # ------------------------------------------------------------------------------------ captures

    def preserve(self, exchange: Exchange, request: Request) -> Capture:
        """Write an exchange to the archive and submit it for reading, in the order of arrival."""
        self.context.start_ticking()
        lease = lease_of(request)
        message = parse_response(exchange.response)
        self.context.server_dates.note(origin_of(exchange.url), message, exchange.started)
        request.meta["message"] = message  # for the response that Scrapy gets: it may be 50 MB
        facts = facts_of(lease, self.tally)
        if is_shown_in_any_case(self.site, lease, exchange.truncated, message):
            facts = replace(facts, in_browser=True)
        capture = self.context.preserver.preserve(
            exchange, facts, unchanged=request.meta.get(REFERENCE), message=message
        )
        if lease is not None:
            self.admission.count_refusal(lease.entry, capture.status)
        request.meta[PENDING] = self.submit(capture, message, lease, len(exchange.response))
        return capture

    def submit(
        self, capture: Capture, message: HttpMessage, lease: Lease | None, size: int | None
    ) -> PendingCapture:
        """Have a capture read and indexed; `size` in bytes where it came over the wire."""
        if size is not None:
            self.tally.fetched += 1
            self.tally.bytes += size
        self._unapplied += 1
        pending = self.context.captures.submit(capture, message, self, lease)
        if lease is not None:
            lease.captures.append(pending)
        return pending

    def secrets_of(self, request: Request) -> OperatorSecrets:
        """What of the operator goes out with a request; robots.txt is asked without cookies."""
        return self.access.secrets_of(request, cookies=not request.meta.get(ROBOTS))

    async def _fetch_robots(self, url: str, patience: float | None = None) -> RobotsResponse:
        if self.is_stopping:  # an engine that closes would not wait for the answer
            return RobotsResponse(url=url, error=f"{FetchReason.CANCELLED}: the crawl was stopped")
        return await fetch_robots(url, self._crawler.engine.download_async, patience=patience)

    def on_reading(self, pending: PendingCapture, reading: Reading) -> None:
        """Note whether a page was one of the site's own, or a refusal."""
        self.context.wake_starved()
        if pending.lease is None:
            return
        self.reservations.note_page(pending.lease.entry, pending.capture, reading)
        challenge = (
            reading.not_article is not None
            and reading.not_article.reason is NotArticleReason.CHALLENGE
        )
        if challenge:
            self.refusals.refused("a challenge page")
        elif (
            pending.capture.status in {200, 304}
            and pending.lease.entry.kind is not UrlKind.REQUISITE
        ):
            self.refusals.welcomed()

    def on_applied(self, applied: list[tuple[PendingCapture, AppliedCapture]]) -> None:
        """Count the changes and failures of indexed captures, and record what each shape of URL
        yielded.
        """
        self._unapplied -= len(applied)
        for pending, each in applied:
            lease, reading = pending.lease, pending.reading.result()
            if is_provisional(self.site, pending.capture, each.reading):
                continue
            self.tally.count_change(each.change)
            self.tally.failed += has_failed(each.reading) and not (lease and lease.will_retry)
            if lease is not None and reading is not None:
                self.admission.record_yield(lease.entry, pending.capture, reading, each.change)
        self.wake()

    # ------------------------------------------------------------------------------------- entries

    def count_page(self, lease: Lease, by: int) -> None:
        """Count a page as asked for (1), or as not asked for after all (-1)."""
        entry = lease.entry
        if entry.kind not in NO_PAGES and not entry.redirected:
            self.tally.pages += by

    def conclude(self, lease: Lease, result: FetchResult) -> None:
        """Note how the fetch of an entry ended, and its failure if it has one."""
        if self.is_stopping and result.outcome is FetchOutcome.RETRY:
            result = FetchResult(outcome=FetchOutcome.RELEASED, url=result.url)
        lease.result = result
        if lease.entry.kind is UrlKind.START and result.failure:
            self._starts[lease.start_url] = False
        if not lease.captures or result.outcome is FetchOutcome.RETRY:
            self.count_page(lease, -1)
        self.failures.record_result(result, lease.entry.kind)

    def unannounced_entries(self) -> list[QueuedUrl]:
        """The due articles of the index that this crawl did not meet. Once, and only in a crawl
        without limits.
        """
        options = self.context.options
        bounded = options.limit or options.since or options.until or self.pages_spent
        bounded = bounded or options.missing or self.is_single or self.is_foreign
        if self._queued_unannounced or bounded or self.takes_no_more:
            return []
        if not any(self._starts.values()) or self.context.frontier.next_due(self.queue) is not None:
            return []
        self._queued_unannounced = True
        return self.admission.select_entries(self.recrawl.unannounced())

    # ------------------------------------------------------------------------------ limits and end

    def begin(self) -> None:
        """Start the clock of `max_time`."""
        limit = self.context.time_limit(self.site)
        self._deadline = time.monotonic() + limit if limit else None

    @property
    def is_late(self) -> bool:
        """Whether `max_time` is used up."""
        return self._deadline is not None and time.monotonic() >= self._deadline

    @property
    def pages_spent(self) -> bool:
        """Whether the number of pages is used up."""
        limits = [self.context.options.limit, self.site.max_pages]
        return any(limit is not None and self.tally.pages >= limit for limit in limits)

    @property
    def takes_no_more(self) -> bool:
        """Whether no further entry is to be asked for."""
        return bool(self.is_stopping or self.refusals.lost or self.is_late or self.context.shortage)

    @property
    def is_stopping(self) -> bool:
        """Whether the crawl is being ended from outside, or what is under way gets broken off."""
        return self.context.stopping or self._grace_ends is not None or self._is_closing

    @property
    def _is_closing(self) -> bool:
        # No signal says that closing has begun; `running` tells of stop(), the slot of CloseSpider.
        if (engine := self._engine) is None or engine._slot is None:  # noqa: SLF001
            return False
        return not engine.running or engine._slot.closing is not None  # noqa: SLF001

    @property
    def _engine(self) -> ExecutionEngine | None:
        try:
            return self._crawler.engine
        except RuntimeError:  # there is none yet
            return None

    @property
    def is_fetching(self) -> bool:
        """Whether a request is on its way."""
        return self._engine is not None and bool(self._engine.downloader.active)

    async def pause(self, seconds: float) -> bool:
        """Sleep, but not longer than the crawl goes on; whether it does."""
        until = time.monotonic() + seconds
        while not self.is_stopping and (left := until - time.monotonic()) > 0:  # noqa: ASYNC110 - a stop is seen at the next look
            await asyncio.sleep(min(left, ROUND))
        return not self.is_stopping

    def wake(self) -> None:
        """Have Scrapy's engine look at the scheduler again."""
        engine = self._engine
        if engine is not None and engine.spider is not None and engine._slot is not None:  # noqa: SLF001
            engine._slot.nextcall.schedule()  # noqa: SLF001 - `crawl()` would announce a request

    def on_tick(self) -> None:
        """Break off what is overdue, and note now and then how the crawl stands."""
        shortage = self.context.shortage
        if self.context.stopping or (shortage and self.is_foreign):
            self.stop()
        if self.right_of_way.look():
            self.wake()
        if self.is_stopping or self.is_late or shortage:
            self._break_off_overdue()
        if self._noted is not None and time.monotonic() - self._noted > NOTE:
            self.note_progress()

    def _break_off_overdue(self) -> None:
        """Cancel the fetches still running `GRACE` seconds after a stop, after `max_time`, or when
        there is no room on the disk; at once after an error.
        """
        now = time.monotonic()
        if self._grace_ends is None:
            self._grace_ends = now + (0.0 if self.context.error else GRACE)
        if now >= self._grace_ends or self.context.error:
            cancel_all(self._crawler)

    def stop(self) -> None:
        """End the crawl in order: what is under way is finished."""
        if self._engine is None or not self._engine.running:
            return  # Scrapy would count it as stopped, and run on: the next tick comes again
        task = asyncio.ensure_future(self._crawler.stop_async())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def note_progress(self, *, is_over: bool = False) -> None:
        """Save the summary so far in the frontier, for the next crawl after a kill."""
        self.context.frontier.note_run(self.tally.summary(), self.queue)
        self.tally.reached = self.admission.back_fill.note_progress(is_over=is_over)
        self._noted = time.monotonic()

    async def apply_all(self) -> None:
        """Wait until the index holds all captures of this crawl, or the crawls broke off."""
        while self._unapplied and self.context.error is None:
            self.context.apply_ready(force=True)
            await asyncio.sleep(ROUND / 10)

    def finish(self, reason: str) -> None:
        """Settle the outcome and note the summary; `reason` is why Scrapy closed the spider."""
        self.context.crawls.discard(self)
        if self.context.error is not None:
            self.tally.outcome = "failed"
            return
        name, frontier = self.queue, self.context.frontier
        self.hosts.keep_all()
        left = frontier.next_due(name) is not None
        self.tally.outcome = self._outcome(reason, left=left)
        self.admission.record_left_out()
        if not (self.is_single or self.is_foreign):
            self._tell_left_out()
            if not left:
                frontier.forget_entries(name)
            self.note_progress(is_over=not left)
        self.context.captures.note_crawl(self.tally.summary())
        self.context.end_site(self.site)

    def _tell_left_out(self) -> None:
        """Record what this crawl was led to and did not ask for."""
        limit = "time" if self.is_late else "pages" if self.pages_spent else None
        limit = "disk space" if self.context.shortage else limit
        why = why_waiting(self.tally.outcome, lost=self.refusals.lost, limit=limit)
        entries, self.tally.left_out = self.left_out.conclude(*why)
        self.context.captures.note_left_out(self.tally.summary(), entries)
        self.context.frontier.note_told(self.queue)

    def _outcome(self, reason: str, *, left: bool) -> str:
        if self.context.stopping or reason == "shutdown":
            return "interrupted"
        if self.is_single or self.is_foreign:
            return "finished" if reason == "finished" and self.is_foreign else "limited"
        if self.refusals.lost:
            self.failures.record_once(
                "lost", Stage.FETCH, self.refusals.lost, url=self.site.start[0]
            )
            return "failed"
        if left or (reason != "finished" and not self.tally.pages):
            if reason == "start_error":
                return "failed"
            spent = self.is_late or self.pages_spent or self.context.shortage
            return "limited" if spent or reason != "finished" else "failed"
        nothing = not any(self._starts.values()) or self.admission.is_fruitless()
        return "failed" if nothing or reason == "start_error" else "finished"
