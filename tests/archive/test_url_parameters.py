"""Parameters that do not name a work: tracking, sessions and renditions."""

from __future__ import annotations

import pytest

from archive.url_parameters import (
    is_rendition,
    is_session,
    is_tracking,
    without_path_session,
)
from archive.urls import canonical_key
from crawler.frontier.scope import without_session


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("utm_source", True),
        ("FBCLID", True),
        ("ref", False),
        ("cmp", False),
        ("ga_edition", False),
        ("id", False),
        ("reference", False),
    ],
)
def test_tracking_is_known_by_its_name(name: str, expected: bool) -> None:
    """A parameter that says how a reader came is known in any case; others are not taken for it."""
    assert is_tracking(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PHPSESSID", True),
        ("ASPSESSIONIDAB", True),
        ("session", False),
        ("sid", False),
        ("token", False),
    ],
)
def test_sessions_are_known_by_the_names_that_servers_give_them(name: str, expected: bool) -> None:
    """Names that a site may give to pages of its own are no sessions, whatever their values."""
    assert is_session(name) is expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("amp", "1", True),
        ("Output", "AMP", True),
        ("print", "1", False),
        ("m", "1", False),
        ("view", "gallery", False),
        ("m", "7", False),
    ],
)
def test_renditions_are_known_by_name_and_value(name: str, value: str, expected: bool) -> None:
    """The AMP form is told from parameters that choose what is shown; a printed one is not."""
    assert is_rendition(name, value) is expected


def test_a_session_in_the_path_is_cut_out() -> None:
    """Only the session goes; the rest of the path stays."""
    assert without_path_session("/a;jsessionid=0A1/b") == "/a/b"
    assert without_path_session("/a;version=2/b") == "/a;version=2/b"


@pytest.mark.parametrize(
    "session",
    ["?jsessionid=A1", "?cfid=1&cftoken=2", ";phpsessid=ab", ";sid=9"],
)
def test_the_crawl_and_the_name_of_a_work_agree_on_sessions(session: str) -> None:
    """What a crawl drops before it asks is not part of a work's name either."""
    plain = "https://news.example/story-1"
    assert without_session(plain + session) == plain
    assert canonical_key(plain + session) == canonical_key(plain)
