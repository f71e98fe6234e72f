"""The one spider: a site crawled from its configuration alone, out of the frontier, until nothing
is left or a limit is met.

It drives Scrapy's downloader itself, so that each fetch waits for its turn, its robots.txt and its
retry time, and is acknowledged only when all that came of it is safe.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from scrapy import Request, Spider

from archive.config import SiteConfig
from archive.model import (
    FAILURE_REASONS,
    Capture,
    Exchange,
    FetchFacts,
    NotArticleReason,
    Reference,
    Stage,
)
from archive.urls import origin_of
from archive.warc.http_message import parse_response
from crawler.crawl import discovery
from crawler.crawl.context import CrawlContext
from crawler.crawl.discovery import Window
from crawler.crawl.link_admission import NO_PAGES, LinkAdmission
from crawler.crawl.pending_captures import PendingCapture
from crawler.crawl.recrawl_policy import due_articles
from crawler.crawl.seeding import Seeding
from crawler.crawl.site_failures import SiteFailures
from crawler.crawl.tally import Tally
from crawler.crawl.visit import FetchAttempt, Fetcher, FetchOutcome, FetchResult
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.download_handler import CapturedResponse, FetchError, cancel_all
from crawler.frontier.queued_url import QueuedUrl, frontier_key
from crawler.frontier.scope import Scope, UrlKind
from crawler.politeness.host_pacing import MAX_HELD, HostPacing
from crawler.politeness.refusals import RefusalCounter
from crawler.politeness.robots_cache import RobotsCache, RobotsResponse
from pipelines.ingest.queue import AppliedCapture

_NOTE = 5.0  # seconds between two notes of how the crawl stands
_ROUND = 0.25  # seconds at most between two looks at the queue
# Seconds for what is under way when a crawl is stopped; then it is broken off, and fetched by the
# next one.
_GRACE = 5.0


class SiteSpider(Spider):
    """Crawls one site. `work` is shared, `tally` is this crawl's."""

    name = "site"

    def __init__(
        self, *, site: SiteConfig, work: CrawlContext, tally: Tally, **kwargs: Any
    ) -> None:
        super().__init__(name=site.name, **kwargs)
        self.address_guard = AddressGuard.for_starts(site.start)
        self._site = site
        self._context = work
        self._tally = tally
        self._hosts = HostPacing(site.delay, work.hosts)
        self._refusals = RefusalCounter()
        self._robots = RobotsCache(self._fetch_robots, self._hosts, sleep=self._pause)
        scope = Scope(site)
        self._fetcher = Fetcher(
            scope=scope,
            hosts=self._hosts,
            robots=self._robots,
            patience=self._refusals,
            home=frozenset(origin_of(entry.url) for entry in discovery.start_entries(site)),
            obey=site.obey_robots,
            fetch=self._fetch,
            adopt=lambda entry: work.frontier.adopt(site.name, entry),
            pause=self._pause,
            withdrawn=lambda url: work.index.is_withdrawn(site.name, url),
        )
        options = work.options
        window = Window(since=options.since, until=options.until)
        self._failures = SiteFailures(work.captures, tally)
        self._admission = LinkAdmission(
            site, scope, work.frontier, window, self._failures.record_once
        )
        self._seeding = Seeding(site, work.frontier, self._admission, self._robots)
        self._deadline = time.monotonic() + options.max_time if options.max_time else None
        self._tasks: set[asyncio.Task[None]] = set()
        self._visits: set[FetchAttempt] = set()
        self._fresh: list[QueuedUrl] = []
        self._starts: dict[str, bool] = {}
        self._wake = asyncio.Event()
        self._noted = 0.0
        self._queued_unannounced = False
        self._grace_ends: float | None = None

    async def start(self) -> AsyncIterator[Any]:
        """Run the whole crawl when Scrapy opens the spider; yields no request or item."""
        self._context.wakers.append(self._wake.set)
        try:
            await self._crawl()
        except Exception as error:  # noqa: BLE001 - it must end the run, not vanish in Scrapy's log
            self._tally.outcome = "failed"
            self._context.stop(error)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        return
        yield  # type: ignore[unreachable]  # noqa: V201 - a generator, as Scrapy expects

    async def _crawl(self) -> None:
        await self._queue_seeds()
        while not self._decide_whether_to_stop():
            self._begin_visits()
            if time.monotonic() - self._noted > _NOTE:
                self._note_progress()
            self._context.progress()
            await self._wait_for_events()
            # Batches are worth waiting for, but not when nothing else is left to do.
            self._acknowledge_visits(force=not self._tasks and not self._context.captures.unread)
        while self._tasks or any(visit.captures_not_indexed for visit in self._visits):
            self._cancel_overdue_fetches()
            await self._wait_for_events()
            self._acknowledge_visits(force=not self._tasks)
        self._finish_crawl()

    def _cancel_overdue_fetches(self) -> None:
        """Cancel the fetches still running `_GRACE` seconds after a stop or after `max_time`, at
        once after an error.
        """
        late = self._deadline is not None and time.monotonic() >= self._deadline
        if not self._context.stopping and not late:
            return
        if self._grace_ends is None:
            self._grace_ends = time.monotonic() + (0.0 if self._context.error else _GRACE)
        if self._tasks and time.monotonic() >= self._grace_ends:
            cancel_all(self.crawler)

    def _decide_whether_to_stop(self) -> bool:
        """True if no further visit is to begin; sets the outcome of the tally then."""
        if self._context.stopping:
            self._tally.outcome = "failed" if self._context.error else "interrupted"
        elif self._refusals.lost:
            self._failures.record_once(
                "lost", Stage.FETCH, self._refusals.lost, url=self._site.start[0]
            )
            self._tally.outcome = "failed"
        elif self._is_limit_reached():
            self._tally.outcome = "limited"
        elif self._tasks or self._visits:
            return False
        else:
            due = self._context.frontier.next_due(self._site.name)
            if due is not None and due - time.time() <= MAX_HELD:
                return False
            if due is None and self._queue_unannounced_articles():
                return False
            self._tally.outcome = "finished" if due is None else "failed"
        return True

    def _queue_unannounced_articles(self) -> bool:
        """Queue the due articles of the index that this crawl did not meet. Once, and only in a
        crawl without limits; True if any were queued.
        """
        options = self._context.options
        bounded = options.limit or options.since or options.until
        if self._queued_unannounced or bounded or not any(self._starts.values()):
            return False
        self._queued_unannounced = True
        due = due_articles(self._context.index, self._site.name, force=options.force)
        return self._context.frontier.add(self._site.name, self._admission.select_entries(due)) > 0

    def _is_limit_reached(self) -> bool:
        """True if the time or the number of pages is used up. With `requisites`, those of the pages
        fetched are waited for first.
        """
        if self._deadline is not None and time.monotonic() >= self._deadline:
            return True
        if not self._pages_spent() or not self._site.requisites:
            return self._pages_spent()
        due = self._context.frontier.next_due(self._site.name, only=UrlKind.REQUISITE)
        waiting = due is not None and due - time.time() <= MAX_HELD
        return not (waiting or self._tasks or self._visits or self._fresh)

    def _pages_spent(self) -> bool:
        limits = [
            limit
            for limit in (self._context.options.limit, self._site.max_pages)
            if limit is not None
        ]
        return bool(limits) and self._tally.pages >= min(limits)

    def _begin_visits(self) -> None:
        """Begin as many visits as may be under way."""
        while (
            len(self._tasks) < self._site.concurrency
            and not self._context.captures.full
            and not self._is_limit_reached()
        ):
            only = UrlKind.REQUISITE if self._pages_spent() else None
            entry = self._context.frontier.lease(self._site.name, only=only)
            if entry is None:
                return
            if self._admission.is_trap(entry):
                self._context.frontier.mark_dead(self._site.name, entry.url, "trap")
                continue
            self._tally.pages += entry.kind not in NO_PAGES
            self._tally.url = entry.url
            visit = FetchAttempt(entry=entry)
            self._visits.add(visit)
            task = asyncio.create_task(self._carry_out_visit(visit))
            self._tasks.add(task)
            task.add_done_callback(self._on_task_done)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            self._context.stop(error)

    async def _wait_for_events(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), _ROUND)
        self._wake.clear()

    async def _pause(self, seconds: float) -> bool:
        """Sleep, but not longer than the crawl goes on; whether it does."""
        until = time.monotonic() + seconds
        while not self._context.stopping and (left := until - time.monotonic()) > 0:  # noqa: ASYNC110 - a stop is seen at the next look
            await asyncio.sleep(min(left, _ROUND))
        return not self._context.stopping

    def _finish_crawl(self) -> None:
        name, frontier = self._site.name, self._context.frontier
        frontier.release_leases(name)
        left = frontier.next_due(name) is not None
        if self._tally.outcome == "limited" and not left:
            self._tally.outcome = "finished"
        if self._tally.outcome == "finished" and (
            not any(self._starts.values()) or self._admission.is_fruitless()
        ):
            self._tally.outcome = "failed"
        if not left:
            frontier.forget_entries(name)
        self._note_progress()

    def _note_progress(self) -> None:
        """Save the summary so far in the frontier, for `resume` after a kill."""
        self._context.frontier.note_run(self._tally.summary())
        self._noted = time.monotonic()

    async def _queue_seeds(self) -> None:
        self._starts = {entry.url: True for entry in discovery.start_entries(self._site)}
        await self._seeding.queue_seeds(force=self._context.options.force)
        self._note_progress()

    async def _carry_out_visit(self, visit: FetchAttempt) -> None:
        ending = await self._fetcher.fetch_entry(visit)
        if (self._context.stopping or self._grace_ends) and ending.outcome is FetchOutcome.RETRY:
            ending = replace(ending, outcome=FetchOutcome.RELEASED, failure=None)
        if visit.entry.kind is UrlKind.START:
            await self._judge_start(visit, ending)
        if not visit.fetched or ending.outcome is FetchOutcome.RETRY:
            self._tally.pages -= visit.entry.kind not in NO_PAGES
        self._failures.record_result(ending, visit.entry.kind)
        self._update_frontier(visit, ending)
        visit.result = ending

    async def _judge_start(self, visit: FetchAttempt, ending: FetchResult) -> None:
        if visit.final_url:
            self._fresh += await self._seeding.sitemaps_of(visit.final_url)
        elif ending.failure:
            self._starts[visit.entry.url] = False

    def _update_frontier(self, visit: FetchAttempt, ending: FetchResult) -> None:
        name, frontier = self._site.name, self._context.frontier
        if ending.outcome is FetchOutcome.DONE:
            return
        key = frontier_key(name, ending.url)
        visit.urls[:] = [url for url in visit.urls if frontier_key(name, url) != key]
        if ending.outcome is FetchOutcome.RETRY:
            frontier.retry_later(name, ending.url, ending.retry_at)
        elif ending.outcome is FetchOutcome.DEAD:
            frontier.mark_dead(name, ending.url, ending.failure or "")
        else:
            frontier.put_back(name, ending.url)

    async def _fetch(self, visit: FetchAttempt, url: str) -> CapturedResponse:
        entry = visit.entry
        facts = FetchFacts(
            crawl_id=self._tally.id,
            site=self._site.name,
            via=entry.via,
            hops=entry.hops,
            claims=entry.claims,
            requisite=entry.kind is UrlKind.REQUISITE,
        )
        visit.fetched = True
        return await self._download(url, facts, visit)

    async def _download(
        self, url: str, facts: FetchFacts, visit: FetchAttempt | None
    ) -> CapturedResponse:
        known = (
            None
            if self._context.options.force or visit is None
            else self._context.index.validators(url)
        )
        headers = known.headers if known else {}
        meta = {"facts": facts, "visit": visit, "reference": known.reference if known else None}
        request = Request(url, headers=headers, dont_filter=True, meta=meta)
        assert self.crawler.engine is not None  # noqa: S101 - start() runs inside it
        return cast("CapturedResponse", await self.crawler.engine.download_async(request))

    def preserve(self, exchange: Exchange, request: Request) -> Capture:
        """Write an exchange to the archive and submit it for reading, in the order of arrival. The
        download handler calls it.
        """
        facts: FetchFacts = request.meta["facts"]
        visit: FetchAttempt | None = request.meta["visit"]
        reference: Reference | None = request.meta["reference"]
        message = parse_response(exchange.response)
        request.meta["message"] = message  # for the response that Scrapy gets: it may be 50 MB
        capture = self._context.preserver.preserve(
            exchange, facts, unchanged=reference, message=message
        )
        self._tally.fetched += 1
        self._tally.bytes += len(exchange.response)
        if visit is not None:
            visit.captures_not_indexed += 1
            self._admission.count_refusal(visit.entry, capture.status)
        self._context.captures.submit(capture, message, self, visit)
        return capture

    async def _fetch_robots(self, url: str) -> RobotsResponse:
        if not await self._pause(self._hosts.reserve_turn(url)):
            return RobotsResponse(url=url, error="the crawl was stopped")
        facts = FetchFacts(crawl_id=self._tally.id, site=self._site.name)
        try:
            response = await self._download(url, facts, None)
        except FetchError as error:
            return RobotsResponse(url=url, error=f"{error.reason}: {error.detail}")
        return RobotsResponse.from_message(url, response.message)

    def on_reading(self, pending: PendingCapture) -> None:
        """Collect the entries that a reading leads to; they are queued with the next
        acknowledgement.
        """
        self._wake.set()
        visit, reading = pending.visit, pending.reading
        if visit is None or reading is None:
            return
        if (
            reading.not_article is not None
            and reading.not_article.reason is NotArticleReason.CHALLENGE
        ):
            self._refusals.refused("a challenge page")
        elif pending.capture.status in {200, 304} and visit.entry.kind is not UrlKind.REQUISITE:
            self._refusals.welcomed()
        self._fresh += self._admission.entries_from(visit.entry, pending.capture, reading)

    def on_applied(self, applied: list[tuple[PendingCapture, AppliedCapture]]) -> None:
        """Count the changes and failures of indexed captures, and record what each shape of URL
        yielded.
        """
        for taken, each in applied:
            self._tally.count_change(each.change)
            owed = (
                each.reading.not_article is not None
                and each.reading.not_article.reason in FAILURE_REASONS
            )
            owed = owed or any(
                failure.stage is not Stage.DISCOVERY for failure in each.reading.failures
            )
            self._tally.failed += owed and not (taken.visit is not None and taken.visit.will_retry)
            if taken.visit is not None and taken.reading is not None:
                taken.visit.captures_not_indexed -= 1
                self._admission.record_yield(
                    taken.visit.entry, taken.capture, taken.reading, each.change
                )
        self._wake.set()

    def _acknowledge_visits(self, *, force: bool = False) -> None:
        """Apply readings to the index, queue new entries, and acknowledge the visits whose captures
        are all indexed.
        """
        self._context.captures.apply_ready(force=force)
        fresh, self._fresh = self._fresh, []
        settled = [visit for visit in self._visits if visit.is_complete]
        urls = [url for visit in settled for url in visit.urls]
        if urls or fresh:
            self._context.frontier.acknowledge(self._site.name, urls, fresh)
        self._visits.difference_update(settled)
