"""One entry of the frontier under way, and how a fetch of it can end.

A lease lives from `next_request` of the scheduler to the moment when the request is over in Scrapy
and all its captures are in the index; then it is acknowledged in the frontier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from archive.model import FetchFacts, Stage
from crawler.crawl.tally import Tally
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

# Keys of Request.meta that are ours, in this process only: what is queued of a request leaves them
# out.
ENTRY = "warraq_entry"  # QueuedUrl: what is known of an address that is to be queued
LEASE = "warraq_lease"  # Lease: of a request that came from the frontier
ROBOTS = "warraq_robots"  # key of Request.meta: it asks for a robots.txt
PENDING = "warraq_pending"  # PendingCapture: the latest capture made for the request
REFERENCE = "warraq_reference"  # Reference: the capture that a 304 would confirm
COOKIES_SENT = "warraq_cookies_sent"  # int: which cookies it went out with, as a hash
NEW_COOKIES = "warraq_new_cookies"  # bool: the next request would send others than this one did


class CaptureState(StrEnum):
    """How far a capture has come; each state is durable before the next one begins.

    Before it is a capture it is *fetched*: an exchange in memory, asked for again after a kill.
    """

    PRESERVED = "preserved"  # in the WARC, flushed; after a kill the index catches up from there
    READ = "read"  # a worker made its reading; after a kill it is read again
    APPLIED = "applied"  # in the index; after a kill its request is answered from the WARC
    ACKNOWLEDGED = "acknowledged"  # its entry is done and what it led to is queued


class TracedCapture(Protocol):
    """A capture on its way."""

    state: CaptureState


class FetchOutcome(StrEnum):
    """How a fetch ended."""

    DONE = "done"
    RETRY = "retry"  # waits again, to be tried at `retry_at`
    DEAD = "dead"  # not in this crawl
    RELEASED = "released"  # waits again untouched: the crawl stops


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """The outcome for `url`; for a failure its stage and reason. `retry_at` is a Unix time in
    seconds.
    """

    outcome: FetchOutcome
    url: str
    stage: Stage = Stage.FETCH
    failure: str | None = None
    retry_at: float = 0.0


class NotFetchedError(IgnoreRequest):
    """A request is not sent, or its answer is not used; `result` says what becomes of its entry."""

    def __init__(self, result: FetchResult) -> None:
        super().__init__(result.failure or str(result.outcome))
        self.result = result


@dataclass(slots=True, eq=False)
class Lease:
    """An entry under way.

    `result` is None while it is fetched. `onward` is the same entry at another address, where an
    answer led from http to https or back. `in_memory`: the frontier does not have it. `captures`
    were made of it in this process; `chain` are the addresses that led here by redirects. `robots`
    is the WARC-Record-ID of the robots.txt that lets it be fetched.
    """

    entry: QueuedUrl
    request: Request
    result: FetchResult | None = None
    onward: QueuedUrl | None = None
    in_memory: bool = False
    captures: list[TracedCapture] = field(default_factory=list)
    chain: list[str] = field(default_factory=list)
    robots: str | None = None

    @property
    def start_url(self) -> str:
        """The address that the answers led from: the first one of the chain of redirects."""
        return self.chain[0] if self.chain else self.entry.url

    @property
    def is_applied(self) -> bool:
        """True if all its captures are in the index."""
        return all(capture.state is CaptureState.APPLIED for capture in self.captures)

    @property
    def is_done(self) -> bool:
        """True if the frontier has no more to do for the entry."""
        done = self.result is None or self.result.outcome is FetchOutcome.DONE
        return done and self.onward is None and not self.in_memory

    @property
    def will_retry(self) -> bool:
        """True if the entry will be retried; its failures are not counted yet."""
        return self.result is not None and self.result.outcome is FetchOutcome.RETRY


def lease_of(request: Request) -> Lease | None:
    """The lease that a request carries; None for requests that did not come from the frontier."""
    lease = request.meta.get(LEASE)
    return lease if isinstance(lease, Lease) else None


def facts_of(lease: Lease | None, tally: Tally) -> FetchFacts:
    """Why an exchange was made, for its records: in which crawl, and for which entry if for one."""
    if lease is None:
        return FetchFacts(crawl_id=tally.id, site=tally.site)
    entry = lease.entry
    return FetchFacts(
        crawl_id=tally.id,
        site=tally.site,
        via=entry.via,
        hops=entry.hops,
        claims=entry.claims,
        requisite=entry.kind is UrlKind.REQUISITE,
        robots=lease.robots,
    )
