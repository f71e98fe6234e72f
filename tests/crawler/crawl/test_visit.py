"""One visit and its outcome, over a scripted web."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from archive.config import SiteConfig
from archive.model import Capture, RecordType, Stage
from archive.warc.http_message import HttpMessage
from crawler.crawl.visit import FetchAttempt, Fetcher, FetchOutcome, FetchResult
from crawler.fetch.download_handler import FetchError, FetchReason
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import Scope, UrlKind
from crawler.politeness.host_pacing import HostPacing
from crawler.politeness.refusals import RefusalCounter
from crawler.politeness.robots_cache import RobotsCache, RobotsResponse

HOST = "https://news.example"
SITE = SiteConfig(name="news", start=(f"{HOST}/",), delay=0.0)


@dataclass(frozen=True)
class Response:
    capture: Capture
    message: HttpMessage


def response(status: int, *, truncated: str | None = None, **headers: str) -> Response:
    capture = Capture(
        url=HOST,
        captured=datetime(2026, 11, 22, tzinfo=UTC),
        warc="w",
        offset=0,
        length=1,
        record_id="r",
        record_type=RecordType.RESPONSE,
        status=status,
        truncated=truncated,
    )
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(capture, HttpMessage(status=status, headers=named))


class Web:
    """Answers by path; robots.txt allows all but /private, or fails."""

    def __init__(
        self, robots: RobotsResponse | None = None, known: tuple[str, ...] = (), **pages: object
    ) -> None:
        self.pages = {f"{HOST}/{name}": page for name, page in pages.items()}
        self.robots = robots or RobotsResponse(
            url=HOST, status=200, body=b"User-agent: *\nDisallow: /private"
        )
        self.known = {f"{HOST}/{name}" for name in known}
        self.asked: list[str] = []
        self.hosts = HostPacing(0.0)
        self.patience = RefusalCounter()

    async def _robots(self, _: str) -> RobotsResponse:
        return self.robots

    async def _fetch(self, _: FetchAttempt, url: str) -> Response:
        self.asked.append(url.removeprefix(HOST))
        page = self.pages[url]
        if isinstance(page, FetchReason):
            raise FetchError(page, url, "said the test")
        assert isinstance(page, Response)
        return page

    async def _pause(self, _: float) -> bool:
        return True

    async def _instant(self, _: float) -> None:
        return None

    def visit(self, path: str, **entry) -> tuple[FetchResult, FetchAttempt]:
        visit = FetchAttempt(entry=QueuedUrl(url=f"{HOST}/{path}", **entry))
        visitor = Fetcher(
            scope=Scope(SITE),
            hosts=self.hosts,
            robots=RobotsCache(self._robots, self.hosts, sleep=self._instant),
            patience=self.patience,
            home=frozenset({HOST}),
            obey=True,
            fetch=self._fetch,
            adopt=lambda each: each.url not in self.known,
            pause=self._pause,
        )
        return asyncio.run(visitor.fetch_entry(visit)), visit


def test_a_page_that_answers_is_done():
    """200 and 304 land; nothing is owed."""
    for status in (200, 304):
        ending, visit = Web(a=response(status)).visit("a")
        assert (ending.outcome, ending.failure) == (FetchOutcome.DONE, None)
        assert visit.final_url == f"{HOST}/a"


@pytest.mark.parametrize("status", [400, 403, 404, 410, 451])
def test_an_error_is_done_and_owed(status: int):
    """It is in the archive, so it is not fetched again; who looks for it is told. A guess owes
    nothing.
    """
    web = Web(a=response(status))
    ending, visit = web.visit("a")
    assert (ending.outcome, ending.failure, visit.final_url) == (
        FetchOutcome.DONE,
        f"HTTP {status}",
        None,
    )
    assert web.visit("a", guess=True)[0].failure is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_is_tried_later(status: int):
    """At the time it asks for, and given up, said, after the fourth try."""
    web = Web(a=response(status, Retry_After="30"))
    ending, _ = web.visit("a")
    assert ending.outcome is FetchOutcome.RETRY
    assert 25 < ending.retry_at - time.time() <= 30
    assert web.hosts.seconds_held(f"{HOST}/b") > 25
    web = Web(a=response(status))
    last, _ = web.visit("a", attempts=3)
    assert (last.outcome, last.failure) == (FetchOutcome.DONE, f"HTTP {status}, at 4 tries")


def test_a_site_that_asks_for_a_day_is_left_to_the_next_crawl():
    """A Retry-After beyond what a crawl waits is said."""
    ending, _ = Web(a=response(503, Retry_After="86400")).visit("a")
    assert ending.outcome is FetchOutcome.RETRY
    assert "next crawl" in (ending.failure or "")


def test_no_answer_is_tried_again_and_then_given_up():
    """The reason is kept in words."""
    web = Web(a=FetchReason.TIMEOUT)
    assert web.visit("a")[0].outcome is FetchOutcome.RETRY
    ending, _ = web.visit("a", attempts=3)
    assert (ending.outcome, ending.failure) == (FetchOutcome.DEAD, "timeout: said the test")


@pytest.mark.parametrize(
    "reason", [FetchReason.BAD_URL, FetchReason.BLOCKED_ADDRESS, FetchReason.HEADER_FLOOD]
)
def test_what_a_second_try_cannot_mend_is_given_up_at_once(reason: FetchReason):
    """A private address stays private."""
    assert Web(a=reason).visit("a")[0].outcome is FetchOutcome.DEAD


def test_a_response_cut_short_is_tried_again():
    """What came is kept; the whole is asked for again, a few times."""
    web = Web(a=response(200, truncated="disconnect"))
    assert web.visit("a")[0].outcome is FetchOutcome.RETRY
    assert web.visit("a", attempts=3)[0].outcome is FetchOutcome.DONE
    assert Web(a=response(200, truncated="length")).visit("a")[0].outcome is FetchOutcome.DONE


def test_robots_txt_is_kept_to_on_every_hop():
    """A forbidden page is not fetched, also where a redirect leads to it."""
    web = Web(a=response(302, Location="/private/1"))
    ending, _ = web.visit("private/0")
    assert (ending.outcome, ending.stage, ending.failure) == (
        FetchOutcome.DEAD,
        Stage.ROBOTS,
        "robots.txt forbids it",
    )
    ending, _ = web.visit("a")
    assert (ending.outcome, ending.url) == (FetchOutcome.DEAD, f"{HOST}/private/1")
    assert web.asked == ["/a"]


def test_a_blocked_host_keeps_its_pages_for_later():
    """While robots.txt fails nothing is fetched, and nothing is given up."""
    web = Web(robots=RobotsResponse(url=HOST, status=500), a=response(200))
    ending, _ = web.visit("a")
    assert (ending.outcome, web.asked) == (FetchOutcome.RETRY, [])
    assert ending.retry_at > time.time() + 3000


def test_the_target_of_a_redirect_may_be_written_in_utf_8():
    """Servers send Arabic addresses as bare bytes, which headers hold as latin-1; they are asked
    for as browsers would.
    """
    web = Web(
        a=response(302, Location="/خبر".encode().decode("latin-1")),
        **{"%D8%AE%D8%A8%D8%B1": response(200)},
    )
    ending, _ = web.visit("a")
    assert (ending.outcome, web.asked) == (FetchOutcome.DONE, ["/a", "/%D8%AE%D8%A8%D8%B1"])


def test_a_redirect_to_a_queued_page_is_left_to_the_queue():
    """Its target is fetched in its own right, once."""
    web = Web(known=("b",), a=response(301, Location="/b"), b=response(200))
    ending, visit = web.visit("a")
    assert (ending.outcome, visit.urls, web.asked) == (FetchOutcome.DONE, [f"{HOST}/a"], ["/a"])


@pytest.mark.parametrize(
    ("kind", "location", "failure"),
    [
        (UrlKind.LINK, "https://elsewhere.example/", None),
        (UrlKind.START, "https://elsewhere.example/", "on another site"),
        (UrlKind.ARTICLE, "https://elsewhere.example/", "on another site"),
        (UrlKind.LINK, "file:///etc/hostname", "without a usable Location"),
        (UrlKind.LINK, "", "without a usable Location"),
        (UrlKind.LINK, "/a", "redirect loop"),
        (UrlKind.LINK, "/x.pdf", "not a page"),
    ],
)
def test_redirects_that_are_not_followed(kind: UrlKind, location: str, failure: str | None):
    """Away from the site, to no web address, to itself: said where somebody waits for the page."""
    web = Web(a=response(302, Location=location))
    ending, _ = web.visit("a", kind=kind)
    assert ending.outcome is FetchOutcome.DONE
    assert (failure or "None") in str(ending.failure)
    assert web.asked == ["/a"]


def test_a_url_is_retried_where_the_chain_broke():
    """A redirect that worked is done; the page behind it is what is tried again."""
    web = Web(a=response(301, Location="/b"), b=response(503))
    ending, visit = web.visit("a")
    assert (ending.outcome, ending.url) == (FetchOutcome.RETRY, f"{HOST}/b")
    assert visit.urls == [f"{HOST}/a", f"{HOST}/b"]
