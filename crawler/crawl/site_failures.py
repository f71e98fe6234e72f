"""The failures of one site's crawl: each URL that could not be fetched or used, with its reason."""

from __future__ import annotations

from typing import Protocol

from archive.model import FAILURE_REASONS, Reading, Stage
from archive.urls import origin_of
from crawler.crawl.lease import FetchOutcome, FetchResult
from crawler.crawl.tally import Tally
from crawler.frontier.scope import UrlKind


class FailureRecorder(Protocol):
    """Where failures are kept."""

    def record_failure(self, url: str, stage: Stage, reason: str, crawl_id: str) -> None:
        """Record that `url` failed at `stage` for `reason`."""


class SiteFailures:
    """Writes failures to the archive and the index, and counts them in the crawl's tally.

    Failures of discovery are not counted: they concern what a page announced, not a fetch.
    """

    def __init__(self, recorder: FailureRecorder, tally: Tally) -> None:
        self._recorder = recorder
        self._tally = tally
        self._recorded: set[str] = set()

    def record(self, url: str, stage: Stage, reason: str) -> None:
        """Record that `url` failed at `stage` for `reason`."""
        if stage is not Stage.DISCOVERY:
            self._tally.failed += 1
        self._recorder.record_failure(url, stage, reason, self._tally.id)

    def record_once(self, key: str, stage: Stage, reason: str, *, url: str | None = None) -> None:
        """Record a failure the first time this crawl meets `key`; `url` is `key` by default."""
        if key not in self._recorded:
            self._recorded.add(key)
            self.record(url or key, stage, reason)

    def record_part(self, url: str, stage: Stage, reason: str) -> None:
        """Record a failure of what a page in the browser asked for, once for all queries of an
        address: counters ask anew for each page. Like that of a requisite it is not counted.
        """
        key = f"part {url.partition('?')[0]}"
        if key not in self._recorded:
            self._recorded.add(key)
            self._recorder.record_failure(url, stage, reason, self._tally.id)

    def record_result(self, result: FetchResult, kind: UrlKind) -> None:
        """Record the failure that fetching a URL of this kind ended in, if it did.

        A requisite that is missing is recorded and not counted: a dead image elsewhere does not
        make the site's crawl a failed one. Of a host away for longer than the crawl waits, one
        failure is recorded for all its URLs.
        """
        if result.failure is None:
            return
        if result.outcome is FetchOutcome.RETRY:
            origin = origin_of(result.url)
            url = f"{origin}/robots.txt" if result.stage is Stage.ROBOTS else result.url
            self.record_once(f"{origin} is away", result.stage, result.failure, url=url)
        elif kind is UrlKind.REQUISITE:
            self._recorder.record_failure(result.url, result.stage, result.failure, self._tally.id)
        else:
            self.record(result.url, result.stage, result.failure)


def has_failed(reading: Reading) -> bool:
    """Whether a reading counts as a failure of the crawl."""
    if reading.not_article is not None and reading.not_article.reason in FAILURE_REASONS:
        return True
    return any(failure.stage is not Stage.DISCOVERY for failure in reading.failures)
