"""What an answer, or none, means for the entry that was asked for."""

from __future__ import annotations

import pytest

from archive.config import SiteConfig
from archive.model import Stage
from crawler.crawl.fetch_rules import (
    FetchOutcome,
    FetchResult,
    counts_for_site,
    is_final,
    judge_error,
    judge_redirect,
    judge_response,
    judge_robots,
)
from crawler.fetch.errors import FetchError, FetchReason
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import Scope, UrlKind
from crawler.politeness.robots_cache import RobotsPolicy
from crawler.politeness.robots_rules import RobotsRules

HOST = "https://news.example"
URL = f"{HOST}/a"
SCOPE = Scope(SiteConfig(name="news", start=(f"{HOST}/",), delay=0.0))


def judged(
    status: int,
    *,
    wait: float = 5.0,
    truncated: str | None = None,
    conditional: bool = False,
    **entry: object,
) -> FetchResult:
    queued = QueuedUrl(url=URL, **entry)  # type: ignore[arg-type]
    facts = {"truncated": truncated, "conditional": conditional, "wait": wait, "now": 1000.0}
    return judge_response(queued, URL, status, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [200, 204, 304])
def test_a_page_that_answers_is_done(status: int) -> None:
    """Nothing is left to say of it."""
    assert judged(status, conditional=True) == FetchResult(outcome=FetchOutcome.DONE, url=URL)


@pytest.mark.parametrize("status", [400, 403, 404, 410, 451])
def test_an_error_is_done_and_owed(status: int) -> None:
    """It is in the archive, so it is not fetched again; who looks for it learns why. A guess owes
    nothing, and an article that is gone is a disappearance.
    """
    result = judged(status)
    assert (result.outcome, result.failure) == (FetchOutcome.DONE, f"HTTP {status}")
    assert judged(status, guess=True).failure is None
    gone = judged(status, kind=UrlKind.KNOWN).failure
    assert gone == (None if status in {404, 410, 451} else f"HTTP {status}")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_is_tried_later(status: int) -> None:
    """After the wait, and given up with the reason after the fourth try."""
    assert judged(status, wait=30.0) == FetchResult(
        outcome=FetchOutcome.RETRY, url=URL, retry_at=1030.0
    )
    last = judged(status, attempts=3)
    assert (last.outcome, last.failure) == (FetchOutcome.DONE, f"HTTP {status}, at 4 tries")


def test_a_site_that_asks_for_a_day_is_left_to_the_next_crawl() -> None:
    """A wait beyond what a crawl waits is said, and kept."""
    result = judged(503, wait=86400.0)
    assert (result.outcome, result.retry_at) == (FetchOutcome.RETRY, 87400.0)
    assert "left alone for 86400 s" in str(result.failure)


def test_no_answer_is_tried_again_and_then_given_up() -> None:
    """The reason is kept in words."""
    error = FetchError(FetchReason.TIMEOUT, URL, "after 0 bytes")
    first = judge_error(QueuedUrl(url=URL), error, wait=5.0, now=1000.0)
    assert (first.outcome, first.retry_at) == (FetchOutcome.RETRY, 1005.0)
    last = judge_error(QueuedUrl(url=URL, attempts=3), error, wait=5.0, now=1000.0)
    assert (last.outcome, last.failure) == (FetchOutcome.DEAD, "timeout: after 0 bytes")


@pytest.mark.parametrize(
    "reason", [FetchReason.BAD_URL, FetchReason.BLOCKED_ADDRESS, FetchReason.HEADER_FLOOD]
)
def test_what_a_second_try_cannot_mend_is_given_up_at_once(reason: FetchReason) -> None:
    """A private address stays private."""
    error = FetchError(reason, URL)
    assert is_final(error)
    result = judge_error(QueuedUrl(url=URL), error, wait=5.0, now=0.0)
    assert (result.outcome, result.failure) == (FetchOutcome.DEAD, str(reason))


def test_what_a_stop_breaks_off_waits_untouched() -> None:
    """It is no failure, and no attempt."""
    error = FetchError(FetchReason.CANCELLED, URL, "the crawl was stopped")
    result = judge_error(QueuedUrl(url=URL), error, wait=5.0, now=0.0)
    assert result == FetchResult(outcome=FetchOutcome.RELEASED, url=URL)


def test_a_response_cut_short_is_tried_again() -> None:
    """What came is kept; the whole is asked for again, a few times. One that was cut at our own
    limit would be cut again.
    """
    assert judged(200, truncated="disconnect").outcome is FetchOutcome.RETRY
    assert judged(200, truncated="disconnect", attempts=3).outcome is FetchOutcome.DONE
    assert judged(200, truncated="length").outcome is FetchOutcome.DONE


def test_what_robots_txt_forbids_is_given_up_and_said() -> None:
    """A failing robots.txt of the site's own host leaves its pages to the next crawl; of another
    host it rarely comes back.
    """
    rules = RobotsPolicy(RobotsRules(b"User-agent: *\nDisallow: /private"))
    entry = QueuedUrl(url=URL)
    assert judge_robots(entry, URL, rules, own_host=True, now=0.0) is None
    refused = judge_robots(entry, f"{HOST}/private/1", rules, own_host=True, now=0.0)
    assert refused is not None
    assert (refused.outcome, refused.stage) == (FetchOutcome.DEAD, Stage.ROBOTS)
    assert refused.failure == "robots.txt forbids it"
    blocked = RobotsPolicy(blocked="robots.txt answers 500")
    own = judge_robots(entry, URL, blocked, own_host=True, now=1000.0)
    other = judge_robots(entry, URL, blocked, own_host=False, now=1000.0)
    assert own is not None
    assert other is not None
    assert (own.outcome, own.retry_at > 3000) == (FetchOutcome.RETRY, True)
    assert other.outcome is FetchOutcome.DEAD


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", f"{HOST}/b"),
        ("b?x=1#y", f"{HOST}/b?x=1"),
        ("http://news.example/a", "http://news.example/a"),
        ("/خبر", f"{HOST}/%D8%AE%D8%A8%D8%B1"),
    ],
)
def test_a_redirect_leads_to_an_absolute_address(location: str, target: str) -> None:
    """Relative or bare, as browsers take it."""
    entry = QueuedUrl(url=URL)
    assert judge_redirect(entry, URL, 302, location, chain=[URL], scope=SCOPE) == target


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
def test_redirects_that_are_not_followed(kind: UrlKind, location: str, failure: str | None) -> None:
    """Away from the site, to no web address, to itself: said where somebody waits for the page."""
    entry = QueuedUrl(url=URL, kind=kind)
    result = judge_redirect(entry, URL, 302, location, chain=[URL], scope=SCOPE)
    assert isinstance(result, FetchResult)
    assert result.outcome is FetchOutcome.DONE
    assert (failure or "None") in str(result.failure)


def test_a_chain_of_redirects_ends() -> None:
    """After ten hops it is given up, with the reason. Where a spider asks on its own account, any
    host may be gone to.
    """
    chain = [f"{HOST}/{number}" for number in range(11)]
    result = judge_redirect(QueuedUrl(url=URL), URL, 302, "/b", chain=chain, scope=SCOPE)
    assert isinstance(result, FetchResult)
    assert result.failure == "more than 10 redirects"
    away = "https://api.example/"
    assert judge_redirect(QueuedUrl(url=URL), URL, 302, away, chain=[URL], scope=None) == away


def test_guesses_and_requisites_say_nothing_of_the_site() -> None:
    """A site is not left because a usual place for feeds, or an image's host, refuses."""
    assert counts_for_site(QueuedUrl(url=URL))
    assert not counts_for_site(QueuedUrl(url=URL, guess=True))
    assert not counts_for_site(QueuedUrl(url=URL, kind=UrlKind.REQUISITE))


def test_a_guess_owes_nothing_however_it_ends() -> None:
    """Nobody named the address, so no failure speaks of it; nor is it kept for the next crawl."""
    guess = QueuedUrl(url=URL, guess=True, attempts=3)
    silent = judge_error(guess, FetchError(FetchReason.TIMEOUT, URL), wait=5.0, now=0.0)
    assert (silent.outcome, silent.failure) == (FetchOutcome.DEAD, None)
    away = judged(503, wait=86400.0, guess=True)
    assert (away.outcome, away.failure) == (FetchOutcome.DONE, None)
    rules = RobotsRules(b"User-agent: *\nDisallow: /")
    for policy in (RobotsPolicy(rules), RobotsPolicy(blocked="robots.txt answers 500")):
        refused = judge_robots(guess, URL, policy, own_host=True, now=0.0)
        assert refused is not None
        assert (refused.stage, refused.failure) == (Stage.ROBOTS, None)


def test_a_sitemap_that_robots_txt_names_may_move_on_another_host() -> None:
    """Where it lies is its host's to say; a sitemap that only a page names stays on the site."""
    away = "https://cdn.example/all.xml"
    named = QueuedUrl(url=URL, kind=UrlKind.SITEMAP, named_by_robots=True)
    assert judge_redirect(named, URL, 302, away, chain=[URL], scope=SCOPE) == away
    found = QueuedUrl(url=URL, kind=UrlKind.SITEMAP)
    kept = judge_redirect(found, URL, 302, away, chain=[URL], scope=SCOPE)
    assert isinstance(kept, FetchResult)
    assert "on another site" in (kept.failure or "")


def led(status: int, location: str | None, *chain: str) -> FetchResult | str:
    queued = QueuedUrl(url=URL, kind=UrlKind.ARTICLE)
    return judge_redirect(queued, URL, status, location, chain=[*chain, URL], scope=None)


def test_conditions_that_fail_are_left_out_at_once() -> None:
    """412 answers the conditions, not the page: without them it is a failure like any other."""
    again = judged(412, conditional=True)
    assert (again.outcome, again.retry_at) == (FetchOutcome.RETRY, 1000.0)
    assert judged(412).failure == "HTTP 412"


def test_a_304_needs_a_condition() -> None:
    """Asked for, it says that the page is as before; unasked it says nothing of any page."""
    assert judged(304, conditional=True).failure is None
    assert "without conditions" in (judged(304).failure or "")
    assert judged(304, guess=True).failure is None


def test_where_a_redirect_leads() -> None:
    """To another spelling of its own address too; to where it came from it does not lead."""
    assert led(302, "/a%2c") == f"{URL}%2c"
    assert led(302, "/a%2C", f"{URL}%2c") == f"{URL}%2C"
    assert led(302, "https://u:p@news.example/b") == "https://news.example/b"
    loop = led(302, "/a%2c", f"{URL}%2c")
    assert isinstance(loop, FetchResult)
    assert "redirect loop" in (loop.failure or "")


def test_a_choice_is_no_failure_and_a_redirect_to_nowhere_is_one() -> None:
    """300 offers links; 301 promised an address."""
    choice, nowhere = led(300, None), led(301, "mailto:a@b.example")
    assert isinstance(choice, FetchResult)
    assert isinstance(nowhere, FetchResult)
    assert (choice.outcome, choice.failure) == (FetchOutcome.DONE, None)
    assert nowhere.failure == "HTTP 301 without a usable Location"
