"""An entry under way."""

from __future__ import annotations

from dataclasses import dataclass

from scrapy import Request

from crawler.crawl.lease import (
    LEASE,
    CaptureState,
    FetchOutcome,
    FetchResult,
    Lease,
    NotFetchedError,
    lease_of,
)
from crawler.frontier.queued_url import QueuedUrl

URL = "https://news.example/a"


@dataclass
class Traced:
    state: CaptureState


def test_a_lease_may_be_acknowledged_when_the_index_holds_all_its_captures() -> None:
    """Not while one of them is still to be read or applied."""
    lease = Lease(entry=QueuedUrl(url=URL), request=Request(URL))
    assert lease.is_applied
    lease.captures += [Traced(CaptureState.APPLIED), Traced(CaptureState.READ)]
    assert not lease.is_applied
    lease.captures[1].state = CaptureState.APPLIED
    assert lease.is_applied


def test_a_lease_knows_where_its_redirects_began() -> None:
    """A start page that redirects and then fails is the start page that failed."""
    assert Lease(entry=QueuedUrl(url=URL), request=Request(URL)).start_url == URL
    led = Lease(entry=QueuedUrl(url=URL), request=Request(URL), chain=["https://news.example/"])
    assert led.start_url == "https://news.example/"


def test_only_requests_of_the_frontier_carry_a_lease() -> None:
    """A user's own value under the same key is none."""
    lease = Lease(entry=QueuedUrl(url=URL), request=Request(URL))
    assert lease_of(Request(URL, meta={LEASE: lease})) is lease
    assert lease_of(Request(URL, meta={LEASE: "mine"})) is None
    assert lease_of(Request(URL)) is None


def test_a_request_that_is_not_made_says_why() -> None:
    """The failure where there is one, else how it ended."""
    forbidden = FetchResult(outcome=FetchOutcome.DEAD, url=URL, failure="robots.txt forbids it")
    assert str(NotFetchedError(forbidden)) == "robots.txt forbids it"
    released = FetchResult(outcome=FetchOutcome.RELEASED, url=URL)
    assert str(NotFetchedError(released)) == "released"
