"""What an answer, or its absence, means for the entry that was asked for.

Pure. The middlewares of `crawler.engine` carry the results out.
"""

from __future__ import annotations

from dataclasses import replace

from archive.model import Stage
from archive.urls import redirect_target
from crawler.crawl.lease import FetchOutcome, FetchResult
from crawler.fetch.errors import FetchError, FetchReason
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import Scope, ScopeReason, UrlKind
from crawler.politeness.host_pacing import MAX_ATTEMPTS, MAX_HELD, TRY_LATER
from crawler.politeness.robots_cache import RobotsPolicy, away_reason

MAX_REDIRECTS = 10
LATER = 3600.0  # seconds until a host whose robots.txt fails is asked again: in another crawl
# What a second try cannot mend.
_FINAL = frozenset({FetchReason.BAD_URL, FetchReason.BLOCKED_ADDRESS, FetchReason.HEADER_FLOOD})
MULTIPLE_CHOICES, NOT_MODIFIED, PRECONDITION_FAILED = 300, 304, 412
GONE = frozenset({404, 410, 451})
CUT_SHORT = frozenset({"disconnect", "time"})


def counts_for_site(entry: QueuedUrl) -> bool:
    """True if a response counts for or against the site: not for guessed URLs and requisites."""
    return not entry.guess and entry.kind is not UrlKind.REQUISITE


def is_final(error: FetchError) -> bool:
    """True if a second try cannot mend it."""
    return error.reason in _FINAL


def judge_robots(
    entry: QueuedUrl, url: str, policy: RobotsPolicy, *, own_host: bool, now: float
) -> FetchResult | None:
    """None where robots.txt lets `url` be fetched, else what becomes of its entry.

    Where robots.txt fails, the site's own host may be back for the next crawl; elsewhere (an old
    scheme, a mirror) it rarely is. `now` is a Unix time.
    """
    if policy.blocked:
        return FetchResult(
            outcome=FetchOutcome.RETRY if own_host else FetchOutcome.DEAD,
            url=url,
            stage=Stage.ROBOTS,
            failure=None if entry.guess else policy.blocked,
            retry_at=now + LATER,
        )
    if policy.robots.allows(url):
        return None
    failure = None if entry.guess else "robots.txt forbids it"
    return FetchResult(outcome=FetchOutcome.DEAD, url=url, stage=Stage.ROBOTS, failure=failure)


def judge_reserved(entry: QueuedUrl, url: str, why: str | None) -> FetchResult | None:
    """None where nothing reserves `url`, else what becomes of its entry: it is not asked for."""
    if why is None:
        return None
    failure = None if entry.guess else why
    return FetchResult(outcome=FetchOutcome.DEAD, url=url, stage=Stage.ROBOTS, failure=failure)


def judge_away(entry: QueuedUrl, url: str, seconds: float, *, now: float) -> FetchResult:
    """What becomes of an entry whose host asks to be left alone for so many seconds: it waits.
    `now` is a Unix time.
    """
    return FetchResult(
        outcome=FetchOutcome.RETRY,
        url=url,
        failure=None if entry.guess else away_reason(seconds),
        retry_at=now + seconds,
    )


def judge_error(entry: QueuedUrl, error: FetchError, *, wait: float, now: float) -> FetchResult:
    """What becomes of an entry that was asked for without a response; `wait` is the back-off in
    seconds, `now` a Unix time.
    """
    if error.reason is FetchReason.CANCELLED:
        return FetchResult(outcome=FetchOutcome.RELEASED, url=error.url)
    if error.reason not in _FINAL and entry.attempts + 1 < MAX_ATTEMPTS:
        return FetchResult(outcome=FetchOutcome.RETRY, url=error.url, retry_at=now + wait)
    reason = f"{error.reason}: {error.detail}" if error.detail else str(error.reason)
    return FetchResult(
        outcome=FetchOutcome.DEAD, url=error.url, failure=None if entry.guess else reason
    )


def judge_response(
    entry: QueuedUrl,
    url: str,
    status: int,
    *,
    truncated: str | None,
    wait: float,
    now: float,
    conditional: bool = False,
) -> FetchResult:
    """What becomes of an entry whose answer has this status, redirects aside.

    `truncated` says why the body is not whole, if it is not. `wait` is what the server asks for or
    the back-off, in seconds; `now` a Unix time. `conditional`: it was asked whether the page had
    changed.
    """
    again = FetchResult(outcome=FetchOutcome.RETRY, url=url, retry_at=now + wait)
    if status in TRY_LATER:
        return _postpone(entry, url, status, again, wait)
    if status == PRECONDITION_FAILED and conditional:
        return replace(again, retry_at=now)  # without conditions it has nothing to fail
    if status == NOT_MODIFIED and not conditional:
        return _failed(entry, url, "HTTP 304 (not modified), to a request without conditions")
    if truncated in CUT_SHORT and entry.attempts + 1 < MAX_ATTEMPTS:
        return again  # what came is kept; the whole may come at another try
    if 200 <= status < 400 or (entry.kind is UrlKind.KNOWN and status in GONE):
        return FetchResult(outcome=FetchOutcome.DONE, url=url)
    return _failed(entry, url, f"HTTP {status}")


def _postpone(
    entry: QueuedUrl, url: str, status: int, again: FetchResult, wait: float
) -> FetchResult:
    if wait > MAX_HELD and not entry.guess:
        failure = (
            f"HTTP {status}: the site asks to be left alone for {wait:.0f} s;"
            " the next crawl goes on after that"
        )
        return FetchResult(
            outcome=FetchOutcome.RETRY, url=url, failure=failure, retry_at=again.retry_at
        )
    if entry.attempts + 1 < MAX_ATTEMPTS and wait <= MAX_HELD:
        return again
    return _failed(entry, url, f"HTTP {status}, at {MAX_ATTEMPTS} tries")


def judge_redirect(
    entry: QueuedUrl,
    url: str,
    status: int,
    location: str | None,
    *,
    chain: list[str],
    scope: Scope | None,
    again: bool = False,
) -> FetchResult | str:
    """Where an answer with a 3xx status leads, as an absolute URL, or why it is not followed.

    `chain` are the addresses asked for so far, `url` the last. Without `scope` every host may be
    gone to. `again`: the answer set a cookie, so that an address of the chain may answer otherwise.
    """
    target = redirect_target(location, url) if location else None
    if target is None:
        failure = f"HTTP {status} without a usable Location"
        return _failed(entry, url, None if status == MULTIPLE_CHOICES else failure)
    if scope is not None:
        verdict = scope.decide(
            target, hops=entry.hops, kind=entry.kind, named_by_robots=entry.named_by_robots
        )
        if not verdict.allowed:
            by_link = {UrlKind.LINK, UrlKind.SECTION}
            leads_away = verdict.reason is ScopeReason.HOST and entry.kind in by_link
            return _failed(entry, url, None if leads_away else f"redirects to {target}: {verdict}")
    if target in chain and not again:
        return _failed(entry, url, f"redirect loop: {' → '.join([*chain, target])}")
    if len(chain) > MAX_REDIRECTS:
        return _failed(entry, url, f"more than {MAX_REDIRECTS} redirects")
    return target


def _failed(entry: QueuedUrl, url: str, failure: str | None) -> FetchResult:
    """The outcome DONE with a failure to record; no failure for a guessed URL."""
    return FetchResult(outcome=FetchOutcome.DONE, url=url, failure=None if entry.guess else failure)
