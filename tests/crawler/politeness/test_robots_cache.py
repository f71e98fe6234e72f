"""What the answer to `/robots.txt` means for everything that fetches (RFC 9309 §2.3.1)."""

import pytest

from crawler.politeness.robots_cache import RobotsResponse, robots_policy

URL = "https://news.example/robots.txt"


@pytest.mark.parametrize("status", [200, 204, 299])
def test_success_gives_the_rules_in_the_body(status: int) -> None:
    """Only what the rules forbid is forbidden."""
    policy = robots_policy(
        RobotsResponse(url=URL, status=status, body=b"User-agent: *\nDisallow: /private")
    )
    assert policy.blocked is None
    assert policy.robots.allows("https://news.example/a")
    assert not policy.robots.allows("https://news.example/private/a")


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 451])
def test_a_file_that_is_not_there_allows_all(status: int) -> None:
    """Whatever the body of the error page says."""
    policy = robots_policy(
        RobotsResponse(url=URL, status=status, body=b"User-agent: *\nDisallow: /")
    )
    assert policy.blocked is None
    assert policy.robots.allows("https://news.example/private/a")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 599])
def test_a_server_that_fails_forbids_all(status: int) -> None:
    """Nothing may be fetched, and the reason names the status."""
    policy = robots_policy(RobotsResponse(url=URL, status=status))
    assert policy.blocked is not None
    assert str(status) in policy.blocked


def test_no_answer_forbids_all() -> None:
    """A server that cannot be reached is not a server without rules."""
    policy = robots_policy(RobotsResponse(url=URL, error="refused"))
    assert policy.blocked is not None
    assert "refused" in policy.blocked
