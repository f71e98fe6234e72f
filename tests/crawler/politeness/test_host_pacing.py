"""How hosts are treated: pauses, Retry-After, and robots.txt by RFC 9309."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.host_pacing import MAX_HELD, HostPacing, backoff_delay, retry_after

HOST = "https://news.example"
PAGE = f"{HOST}/a/b?c=1"


def test_retry_after_is_seconds_or_a_date():
    """Both forms of RFC 9110 §10.2.3, and nonsense is none."""
    now = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
    assert retry_after(" 120 ") == 120.0
    assert retry_after("Sun, 22 Nov 2026 12:01:30 GMT", now) == 90.0
    assert retry_after("Sun, 22 Nov 2026 11:00:00 GMT", now) == 0.0
    assert retry_after("soon") is None
    assert retry_after("-5") is None
    assert retry_after(None) is None


@given(st.text(max_size=40))
def test_no_retry_after_raises(text: str):
    """Whatever a server sends, it is a number of seconds or nothing."""
    seconds = retry_after(text)
    assert seconds is None or seconds >= 0


def test_backoff_doubles_and_is_bounded():
    """1, 2, 4 … times the first, within a quarter, at most the longest a crawl waits."""
    assert [backoff_delay(n, 4.0, lambda: 0.5) for n in range(3)] == [4.0, 8.0, 16.0]
    assert backoff_delay(0, 4.0, lambda: 0.0) == 3.0
    assert backoff_delay(30, 4.0) == MAX_HELD


def test_each_host_has_its_own_turns():
    """Two requests to one host lie `delay` apart; another host does not wait for it; Crawl-delay is
    the larger.
    """
    hosts = HostPacing(2.0, clock=lambda: 100.0)
    assert [hosts.reserve_turn(PAGE) for _ in range(3)] == [0.0, 2.0, 4.0]
    assert hosts.reserve_turn("https://cdn.example/") == 0.0
    hosts.keep_crawl_delay("https://cdn.example/", 10.0)
    hosts.keep_crawl_delay("https://cdn.example/", 1.0)
    assert [hosts.reserve_turn("https://cdn.example/") for _ in range(2)] == [2.0, 12.0]


def test_a_host_that_asks_for_a_pause_gets_it():
    """Retry-After holds back what was reserved before it, too."""
    hosts = HostPacing(0.0, clock=lambda: 100.0)
    assert hosts.reserve_turn(PAGE) == 0.0
    hosts.hold_host(PAGE, 30.0)
    assert hosts.seconds_held(PAGE) == 30.0
    assert hosts.reserve_turn(PAGE) == 30.0
    hosts.hold_host(PAGE, 1e9)
    assert hosts.seconds_held(PAGE) == MAX_HELD
