"""Which failures of a crawl are recorded, and which count."""

from __future__ import annotations

from datetime import UTC, datetime

from archive.model import Stage
from crawler.crawl.lease import FetchOutcome, FetchResult
from crawler.crawl.site_failures import SiteFailures
from crawler.crawl.tally import Tally
from crawler.frontier.scope import UrlKind

HOST = "https://news.example"


class Recorded:
    """Stands for archive and index: what they were given."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, Stage, str]] = []
        self.tally = Tally(id="c", site="news", started=datetime(2026, 11, 28, tzinfo=UTC))
        self.site = SiteFailures(self, self.tally)

    def record_failure(self, url: str, stage: Stage, reason: str, crawl_id: str) -> None:
        assert crawl_id == "c"
        self.failures.append((url, stage, reason))


def test_a_page_that_failed_counts_and_an_announcement_does_not() -> None:
    """Of what a page announced nothing was fetched."""
    recorded = Recorded()
    recorded.site.record(f"{HOST}/a", Stage.FETCH, "HTTP 404")
    recorded.site.record(f"{HOST}/s.xml", Stage.DISCOVERY, "no sitemap")
    assert len(recorded.failures) == 2
    assert recorded.tally.failed == 1


def test_what_is_said_once_is_said_once() -> None:
    """By its key, whatever its reason."""
    recorded = Recorded()
    for reason in ("first", "second"):
        recorded.site.record_once("trap", Stage.DISCOVERY, reason, url=f"{HOST}/cal")
    assert recorded.failures == [(f"{HOST}/cal", Stage.DISCOVERY, "first")]


def test_a_missing_picture_does_not_make_a_crawl_a_failed_one() -> None:
    """It is recorded, and not counted."""
    recorded = Recorded()
    missing = FetchResult(outcome=FetchOutcome.DONE, url=f"{HOST}/a.png", failure="HTTP 404")
    recorded.site.record_result(missing, UrlKind.REQUISITE)
    assert (len(recorded.failures), recorded.tally.failed) == (1, 0)
    recorded.site.record_result(missing, UrlKind.LINK)
    assert recorded.tally.failed == 1


def test_a_host_that_is_away_is_one_failure() -> None:
    """Not one for each of its pages; a retry without a reason is none."""
    recorded = Recorded()
    for page in "ab":
        away = FetchResult(
            outcome=FetchOutcome.RETRY, url=f"{HOST}/{page}", stage=Stage.ROBOTS, failure="500"
        )
        recorded.site.record_result(away, UrlKind.LINK)
    recorded.site.record_result(
        FetchResult(outcome=FetchOutcome.RETRY, url=f"{HOST}/c"), UrlKind.LINK
    )
    assert recorded.failures == [(f"{HOST}/robots.txt", Stage.ROBOTS, "500")]
