"""One visit: a queued URL fetched politely, over its redirects, to an outcome.

A visit decides and waits; it writes nothing. What carries the outcome out (frontier, failures,
index) is the spider; what fetches and preserves is a function it is given.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from archive.model import Capture, Stage
from archive.urls import canonical_key, normalise_url, origin_of
from archive.warc.http_message import HttpMessage
from crawler.fetch.download_handler import FetchError, FetchReason
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import Scope, ScopeReason, UrlKind
from crawler.politeness.host_pacing import (
    MAX_ATTEMPTS,
    MAX_HELD,
    SLOW_DOWN,
    TRY_LATER,
    HostPacing,
    backoff_delay,
    retry_after,
)
from crawler.politeness.refusals import REFUSED, RefusalCounter
from crawler.politeness.robots_cache import RobotsCache

MAX_REDIRECTS = 10
LATER = 3600.0  # seconds until a host whose robots.txt fails is asked again: in another crawl
# What a second try cannot mend.
_FINAL = frozenset({FetchReason.BAD_URL, FetchReason.BLOCKED_ADDRESS, FetchReason.HEADER_FLOOD})
GONE = frozenset({404, 410, 451})
_CUT_SHORT = frozenset({"disconnect", "time"})


class FetchOutcome(StrEnum):
    """How a visit ended for the URL it stood at."""

    DONE = "done"
    RETRY = "retry"  # give it back, to be tried again at `at`
    DEAD = "dead"  # not in this crawl
    RELEASED = "released"  # give it back untouched: the crawl stops


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """The outcome for `url`; for a failure its stage and reason. `at` is a Unix time in seconds."""

    outcome: FetchOutcome
    url: str
    stage: Stage = Stage.FETCH
    failure: str | None = None
    retry_at: float = 0.0


@dataclass(slots=True, eq=False)
class FetchAttempt:
    """One entry under way: the URLs it holds leased, and the captures of it that the index does not
    hold yet.
    """

    entry: QueuedUrl
    urls: list[str] = field(default_factory=list)
    captures_not_indexed: int = 0
    result: FetchResult | None = None
    fetched: bool = False
    final_url: str | None = None  # where a page answered

    @property
    def is_complete(self) -> bool:
        """True if the fetch has ended and all its captures are in the index."""
        return self.result is not None and self.captures_not_indexed == 0

    @property
    def will_retry(self) -> bool:
        """True if the entry will be retried; its failures are not counted yet."""
        return self.result is not None and self.result.outcome is FetchOutcome.RETRY


class FetchedResponse(Protocol):
    """A response that is in the archive."""

    @property
    def capture(self) -> Capture:
        """Where it stands."""

    @property
    def message(self) -> HttpMessage:
        """What it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Carries out the visits of one site.

    `home` are the origins of the start addresses. `fetch` fetches and preserves one URL of a visit,
    raising FetchError where there was no response; `adopt` takes a redirect's target into the
    visit's lease, False where it is queued anyway; `pause` sleeps, False where the crawl stops;
    `withdrawn` tells the addresses of articles taken back.
    """

    scope: Scope
    hosts: HostPacing
    robots: RobotsCache
    patience: RefusalCounter
    home: frozenset[str]
    obey: bool
    fetch: Callable[[FetchAttempt, str], Awaitable[FetchedResponse]]
    adopt: Callable[[QueuedUrl], bool]
    pause: Callable[[float], Awaitable[bool]]
    withdrawn: Callable[[str], bool] = lambda _url: False

    async def fetch_entry(self, visit: FetchAttempt) -> FetchResult:
        """Fetch the visit's entry and what it redirects to, at most ten hops."""
        url = visit.entry.url
        visit.urls.append(url)
        chain = [url]
        while True:
            ending = await self._check_permission(visit, url) or (
                None if await self._await_turn(url) else _released(url)
            )
            if ending:
                return ending
            try:
                fetched = await self.fetch(visit, url)
            except FetchError as error:
                return self._judge_failure(visit, url, error)
            ending, target = self._judge_response(visit, url, fetched)
            if target is None:
                return ending
            if onward := self._follow_redirect(visit, url, target, chain):
                return onward
            chain.append(target)
            url = target

    # ------------------------------------------------------------------------------- before a fetch

    async def _check_permission(self, visit: FetchAttempt, url: str) -> FetchResult | None:
        if self.withdrawn(url):  # what was taken back is not fetched anew
            return FetchResult(outcome=FetchOutcome.DEAD, url=url)
        standing = await self.robots.policy_for(url)
        if not self.obey:
            return None
        if standing.blocked:
            # The site's own host may be back for the next crawl; elsewhere (an old scheme, a
            # mirror) it rarely is.
            outcome = FetchOutcome.RETRY if origin_of(url) in self.home else FetchOutcome.DEAD
            failure = None if visit.entry.guess else standing.blocked
            return FetchResult(
                outcome=outcome,
                url=url,
                stage=Stage.ROBOTS,
                failure=failure,
                retry_at=time.time() + LATER,
            )
        if standing.robots.allows(url):
            return None
        failure = None if visit.entry.guess else "robots.txt forbids it"
        return FetchResult(outcome=FetchOutcome.DEAD, url=url, stage=Stage.ROBOTS, failure=failure)

    async def _await_turn(self, url: str) -> bool:
        """Wait for the host's turn; False where the crawl stops meanwhile."""
        wait = self.hosts.reserve_turn(url)
        while wait > 0:
            if not await self.pause(wait):
                return False
            wait = self.hosts.seconds_held(url)
        return True

    # -------------------------------------------------------------------------------- after a fetch

    def _judge_failure(self, visit: FetchAttempt, url: str, error: FetchError) -> FetchResult:
        reason = f"{error.reason}: {error.detail}" if error.detail else str(error.reason)
        if error.reason not in _FINAL:
            if _counts_for_site(visit.entry) and not visit.entry.attempts:
                # a second try of the same page says nothing new of the site
                self.patience.silent(reason)
            if visit.entry.attempts + 1 < MAX_ATTEMPTS:
                wait = backoff_delay(visit.entry.attempts, self.hosts.first_backoff)
                return FetchResult(outcome=FetchOutcome.RETRY, url=url, retry_at=time.time() + wait)
        return FetchResult(
            outcome=FetchOutcome.DEAD, url=url, failure=None if visit.entry.guess else reason
        )

    def _judge_response(
        self, visit: FetchAttempt, url: str, fetched: FetchedResponse
    ) -> tuple[FetchResult, str | None]:
        """What an answer means: the ending, and where it redirects to (then the ending is not yet
        the last).
        """
        status = fetched.capture.status or 0
        self.patience.answered()
        done = FetchResult(outcome=FetchOutcome.DONE, url=url)
        if status in TRY_LATER:
            return self._postpone(visit, url, status, fetched.message), None
        if status in REFUSED and _counts_for_site(visit.entry):
            self.patience.refused(f"HTTP {status}")
        if 300 <= status < 400 and status != 304:
            location = fetched.message.utf8_header("Location")
            target = normalise_url(location, url) if location else None
            return (
                (done, target)
                if target
                else (_failed(visit, url, f"HTTP {status} without a usable Location"), None)
            )
        if fetched.capture.truncated in _CUT_SHORT and visit.entry.attempts + 1 < MAX_ATTEMPTS:
            # What came is kept; the whole may come at another try.
            wait = backoff_delay(visit.entry.attempts, self.hosts.first_backoff)
            return FetchResult(
                outcome=FetchOutcome.RETRY, url=url, retry_at=time.time() + wait
            ), None
        if 200 <= status < 300 or status == 304:
            visit.final_url = url
            return done, None
        if visit.entry.kind is UrlKind.KNOWN and status in GONE:
            return done, None  # what `disappearances` tells
        return _failed(visit, url, f"HTTP {status}"), None

    def _postpone(
        self, visit: FetchAttempt, url: str, status: int, message: HttpMessage
    ) -> FetchResult:
        if status == 429 and _counts_for_site(visit.entry):
            self.patience.refused(f"HTTP {status}")
        asked = retry_after(message.header("Retry-After"))
        wait = (
            asked
            if asked is not None
            else backoff_delay(visit.entry.attempts, self.hosts.first_backoff)
        )
        if status in SLOW_DOWN or asked is not None:
            self.hosts.hold_host(url, wait)
        if wait > MAX_HELD and not visit.entry.guess:
            failure = (
                f"HTTP {status}: the site asks to be left alone for {wait:.0f} s;"
                " the next crawl goes on"
            )
            return FetchResult(
                outcome=FetchOutcome.RETRY, url=url, failure=failure, retry_at=time.time() + wait
            )
        if visit.entry.attempts + 1 < MAX_ATTEMPTS and wait <= MAX_HELD:
            return FetchResult(outcome=FetchOutcome.RETRY, url=url, retry_at=time.time() + wait)
        return _failed(visit, url, f"HTTP {status}, at {MAX_ATTEMPTS} tries")

    def _follow_redirect(
        self, visit: FetchAttempt, url: str, target: str, chain: list[str]
    ) -> FetchResult | None:
        """Decide whether to follow a redirect. If so, lease the target and return None; otherwise
        return the outcome.
        """
        entry = visit.entry
        verdict = self.scope.decide(
            target, hops=entry.hops, kind=entry.kind, named_by_robots=entry.named_by_robots
        )
        if not verdict.allowed:
            leads_away = verdict.reason is ScopeReason.HOST and entry.kind in {
                UrlKind.LINK,
                UrlKind.SECTION,
            }
            return _failed(visit, url, None if leads_away else f"redirects to {target}: {verdict}")
        if target in chain:
            return _failed(visit, url, f"redirect loop: {' → '.join([*chain, target])}")
        if len(chain) > MAX_REDIRECTS:
            return _failed(visit, url, f"more than {MAX_REDIRECTS} redirects")
        if canonical_key(target) in map(canonical_key, chain):
            return None
        if not self.adopt(
            QueuedUrl(url=target, kind=entry.kind, hops=entry.hops, via=url, claims=entry.claims)
        ):
            visit.final_url = target  # it is queued, or was fetched, in its own right
            return FetchResult(outcome=FetchOutcome.DONE, url=url)
        visit.urls.append(target)
        return None


def _counts_for_site(entry: QueuedUrl) -> bool:
    """True if a response counts for or against the site: not for guessed URLs and requisites."""
    return not entry.guess and entry.kind is not UrlKind.REQUISITE


def _released(url: str) -> FetchResult:
    return FetchResult(outcome=FetchOutcome.RELEASED, url=url)


def _failed(visit: FetchAttempt, url: str, failure: str | None) -> FetchResult:
    """The outcome DONE with a failure to record; no failure for a guessed URL."""
    return FetchResult(
        outcome=FetchOutcome.DONE, url=url, failure=None if visit.entry.guess else failure
    )
