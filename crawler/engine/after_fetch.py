"""Downloader middlewares on the way back from the wire: try again, go where it leads, and note how
it ended.

What an answer means is `crawler.crawl.fetch_rules`'; a request that is given back here goes to the
frontier, so that it survives the process.
"""

from __future__ import annotations

import time

from scrapy import Request
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from archive.errors import WarraqError
from archive.model import Stage
from crawler.crawl.fetch_rules import (
    PRECONDITION_FAILED,
    counts_for_site,
    is_final,
    judge_error,
    judge_redirect,
    judge_response,
)
from crawler.crawl.lease import (
    NEW_COOKIES,
    FetchOutcome,
    FetchResult,
    Lease,
    NotFetchedError,
    lease_of,
)
from crawler.engine.before_fetch import CrawlMiddleware
from crawler.engine.queued_requests import VALIDATORS
from crawler.engine.session.spider_secrets import keep_from_others
from crawler.fetch.download_handler import ANSWER_TIME
from crawler.fetch.errors import FetchError, FetchReason
from crawler.fetch.response import CapturedResponse
from crawler.frontier.queued_url import QueuedUrl
from crawler.politeness.host_pacing import (
    MAX_ATTEMPTS,
    SLOW_DOWN,
    TRY_LATER,
    backoff_delay,
    retry_after,
)
from crawler.politeness.refusals import REFUSED
from pipelines.payload_facts import ends_with_end_tag

_SEE_OTHER = frozenset({301, 302, 303})  # a POST is not repeated where these lead (RFC 9110 §15.4)


class RetryMiddleware(CrawlMiddleware):
    """Tries again later, by way of the frontier: Scrapy's own knows no Retry-After and no delay,
    and forgets with the process.
    """

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """The request itself where it is to be made again; counts refusals and holds hosts."""
        lease = lease_of(request)
        if lease is None or not isinstance(response, CapturedResponse):
            return response
        if "from-archive" in response.flags:
            return response
        entry, status = lease.entry, response.capture.status or 0
        self._crawl.refusals.answered()
        if status in REFUSED and counts_for_site(entry):
            self._crawl.refusals.refused(f"HTTP {status}")
        asked = retry_after(response.message.header("Retry-After"))
        wait = self._keep_pace(request, status, asked, self._backoff(entry))
        result = judge_response(
            entry,
            request.url,
            status,
            truncated=self._cut_reason(response),
            wait=wait,
            now=time.time(),
            conditional=_is_conditional(request),
        )
        if status == PRECONDITION_FAILED:
            self._crawl.unconditional.add(request.url)
        if result.outcome is FetchOutcome.RETRY and not request.meta.get("dont_retry"):
            return self._again(request, lease, result, f"HTTP {status}")
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The request where it had no answer and is to be made again."""
        lease = lease_of(request)
        if lease is None or not isinstance(exception, FetchError):
            return None
        silent = exception.reason is not FetchReason.CANCELLED and not is_final(exception)
        # a second try of the same page says nothing new of the site
        if silent and counts_for_site(lease.entry) and not lease.entry.attempts:
            self._crawl.refusals.silent(_why(exception))
        wait = self._backoff(lease.entry)
        result = judge_error(lease.entry, exception, wait=wait, now=time.time())
        if result.outcome is FetchOutcome.RETRY and not request.meta.get("dont_retry"):
            return self._again(request, lease, result, str(exception.reason))
        return None

    def _keep_pace(
        self, request: Request, status: int, asked: float | None, backoff: float
    ) -> float:
        """Hold the host where its answer wants that; the seconds to wait before a next try:
        `asked`, what it asks for, or the back-off.
        """
        hosts, url = self._crawl.hosts, request.url
        if status in SLOW_DOWN and asked is None:
            backoff = hosts.note_refusal(url, backoff)
        wait = asked if asked is not None else backoff
        if status in SLOW_DOWN or (asked is not None and status in TRY_LATER | REFUSED):
            hosts.hold_host(url, wait)
        elif status not in TRY_LATER | REFUSED:
            hosts.note_answer(url, request.meta.get(ANSWER_TIME, 0.0))
        return wait

    def _cut_reason(self, response: CapturedResponse) -> str | None:
        """Why a body is not whole; None also where another try would bring no more: it is a page
        with its end tag, or the same came before.
        """
        capture = response.capture
        no_more = capture.truncated and (
            ends_with_end_tag(response.body)
            or self._crawl.context.captures.came_cut_before(capture, response.message)
        )
        return None if no_more else capture.truncated

    def _backoff(self, entry: QueuedUrl) -> float:
        return backoff_delay(entry.attempts, self._crawl.hosts.first_backoff)

    def _again(self, request: Request, lease: Lease, result: FetchResult, why: str) -> Request:
        self._crawl.conclude(lease, result)
        again = get_retry_request(
            request, spider=self._crawl.spider, reason=why, max_retry_times=MAX_ATTEMPTS
        )
        return again or request.copy()


def _is_conditional(request: Request) -> bool:
    return any(name in request.headers for name in VALIDATORS)


def _why(error: FetchError) -> str:
    return f"{error.reason}: {error.detail}" if error.detail else str(error.reason)


class RedirectMiddleware(CrawlMiddleware):
    """Follows redirects, each target a frontier entry of its own: captured, and held to robots.txt,
    pace and the site's scope.
    """

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """The request for where a 3xx answer leads."""
        meta, status = request.meta, response.status
        if not 300 <= status < 400 or status == 304 or meta.get("dont_redirect"):
            return response
        if meta.get("handle_httpstatus_all") or status in meta.get("handle_httpstatus_list", ()):
            return response
        lease = lease_of(request)
        chain = [*meta.get("redirect_urls", ()), request.url]
        location = response.message.location if isinstance(response, CapturedResponse) else None
        entry = lease.entry if lease is not None else QueuedUrl(url=request.url, by_spider=True)
        target = judge_redirect(
            entry,
            request.url,
            status,
            location,
            chain=chain,
            again=bool(meta.get(NEW_COOKIES)),
            scope=None if entry.by_spider else self._crawl.scope,  # which is for links
        )
        if lease is not None:
            done = FetchResult(outcome=FetchOutcome.DONE, url=request.url)
            self._crawl.conclude(lease, done if isinstance(target, str) else target)
        if not isinstance(target, str):
            if location is None and request.callback is None:
                meta["handle_httpstatus_all"] = True  # the spider follows the links of its page
            return response
        return _redirected(request, target, status, chain)


def _redirected(request: Request, target: str, status: int, chain: list[str]) -> Request:
    """The request for a redirect's target, its history in `meta` as Scrapy's own keeps it."""
    reasons = [*request.meta.get("redirect_reasons", ()), status]
    history = {
        "redirect_urls": chain,
        "redirect_times": len(chain),
        "redirect_reasons": reasons,
    }
    redirected = request.replace(url=target, meta={**request.meta, **history}, dont_filter=False)
    keep_from_others(redirected, request.url)
    for name in VALIDATORS:  # they ask for what is known of another address
        redirected.headers.pop(name, None)
    if status == 303 or (status in _SEE_OTHER and request.method == "POST"):
        redirected = redirected.replace(method="GET", body=b"")
        for name in ("Content-Type", "Content-Length"):
            redirected.headers.pop(name, None)
    return redirected


class OutcomeMiddleware(CrawlMiddleware):
    """Notes how the fetch of an entry ended: its failure goes to the archive and the index."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Note an answer that is not retried and leads nowhere else."""
        lease = lease_of(request)
        if lease is not None and lease.result is None:
            result = judge_response(
                lease.entry,
                request.url,
                response.status,
                truncated=None,  # what is cut was tried again as often as it may be
                wait=0.0,
                now=0.0,
                conditional=_is_conditional(request),
            )
            if result.outcome is FetchOutcome.RETRY:  # the request said `dont_retry`
                failure = f"HTTP {response.status}"
                result = FetchResult(outcome=FetchOutcome.DONE, url=request.url, failure=failure)
            self._crawl.conclude(lease, result)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note a request that was not made, or had no answer; an archive that fails ends the
        crawl.

        Raises NotFetchedError instead, where no errback wants to know: Scrapy would print a
        traceback of what the index says already.
        """
        if isinstance(exception, WarraqError | OSError):
            self._crawl.context.stop(exception)
        lease = lease_of(request)
        if lease is None:
            return
        result = _result_of(lease, request.url, exception)
        if lease.result is None:
            self._crawl.conclude(lease, result)
        if request.errback is None and isinstance(exception, FetchError | WarraqError | OSError):
            raise NotFetchedError(result) from exception


def _result_of(lease: Lease, url: str, exception: Exception) -> FetchResult:
    if isinstance(exception, NotFetchedError):
        return exception.result
    if isinstance(exception, FetchError):
        final = judge_error(lease.entry, exception, wait=0.0, now=0.0)
        if final.outcome is not FetchOutcome.RETRY:
            return final
        return FetchResult(outcome=FetchOutcome.DEAD, url=url, failure=_why(exception))
    # raised by a middleware that is not ours
    why = f"{type(exception).__name__}: {exception}" if str(exception) else type(exception).__name__
    return FetchResult(outcome=FetchOutcome.DEAD, url=url, stage=Stage.FETCH, failure=why)
