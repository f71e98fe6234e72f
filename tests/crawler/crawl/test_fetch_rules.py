"""What an answer, or its absence, means for the address that was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.crawl.fetch_rules import judge_error, judge_redirect, judge_response
from crawler.crawl.lease import FetchOutcome, FetchResult
from crawler.fetch.errors import FetchError, FetchReason
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind
from crawler.politeness.host_pacing import MAX_ATTEMPTS

URL = "https://weir.example/a"
ENTRY = QueuedUrl(url=URL, kind=UrlKind.ARTICLE)
LAST = QueuedUrl(url=URL, kind=UrlKind.ARTICLE, attempts=MAX_ATTEMPTS - 1)
GUESS = QueuedUrl(url=URL, kind=UrlKind.FEED, guess=True)


def judge(status: int, entry: QueuedUrl = ENTRY, **facts: Any) -> FetchResult:
    known: dict[str, Any] = {"truncated": None, "wait": 5.0, "now": 100.0}
    return judge_response(entry, URL, status, **{**known, **facts})


def redirect(status: int, location: str | None, *chain: str) -> FetchResult | str:
    return judge_redirect(ENTRY, URL, status, location, chain=[*chain, URL], scope=None)


@pytest.mark.parametrize("truncated", ["disconnect", "time"])
def test_a_cut_body_is_tried_again_and_not_for_ever(truncated: str):
    """The whole may come at another try; the last try is taken as it is."""
    again = judge(200, truncated=truncated)
    assert (again.outcome, again.retry_at) == (FetchOutcome.RETRY, 105.0)
    assert judge(200, LAST, truncated=truncated).outcome is FetchOutcome.DONE
    assert judge(200, truncated="length").outcome is FetchOutcome.DONE


def test_conditions_that_fail_are_left_out_at_once():
    """412 answers the conditions, not the page: without them it is a failure like any other."""
    again = judge(412, conditional=True)
    assert (again.outcome, again.retry_at) == (FetchOutcome.RETRY, 100.0)
    assert judge(412).failure == "HTTP 412"


def test_a_304_needs_a_condition():
    """Asked for, it says that the page is as before; unasked it says nothing of any page."""
    assert judge(304, conditional=True).failure is None
    assert "without conditions" in (judge(304).failure or "")
    assert judge(304, GUESS).failure is None


def test_where_a_redirect_leads():
    """To another spelling of its own address too; to where it came from it does not lead."""
    assert redirect(302, "/a%2c") == f"{URL}%2c"
    assert redirect(302, "/a%2C", f"{URL}%2c") == f"{URL}%2C"
    assert redirect(302, "https://u:p@weir.example/b") == "https://weir.example/b"
    loop = redirect(302, "/a%2c", f"{URL}%2c")
    assert isinstance(loop, FetchResult)
    assert "redirect loop" in (loop.failure or "")


def test_a_choice_is_no_failure_and_a_redirect_to_nowhere_is_one():
    """300 offers links; 301 promised an address."""
    choice, nowhere = redirect(300, None), redirect(301, "mailto:a@b.example")
    assert isinstance(choice, FetchResult)
    assert isinstance(nowhere, FetchResult)
    assert (choice.outcome, choice.failure) == (FetchOutcome.DONE, None)
    assert nowhere.failure == "HTTP 301 without a usable Location"


def test_no_answer_is_tried_again_unless_it_cannot_be_mended():
    """A time-out may pass; a refused address stays refused."""
    silent = FetchError(FetchReason.TIMEOUT, URL, "")
    refused = FetchError(FetchReason.BLOCKED_ADDRESS, URL, "10.0.0.1")
    assert judge_error(ENTRY, silent, wait=5.0, now=100.0).retry_at == 105.0
    assert judge_error(LAST, silent, wait=5.0, now=100.0).outcome is FetchOutcome.DEAD
    assert judge_error(ENTRY, refused, wait=5.0, now=100.0).outcome is FetchOutcome.DEAD
