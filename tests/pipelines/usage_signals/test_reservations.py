"""Whether a statement reserves a use that is kept to."""

from __future__ import annotations

import json
import time

import pytest

from pipelines.usage_signals.reservations import find_reservation
from pipelines.usage_signals.statements import header_signals, robots_signals, tdmrep_signals


def by_header(name: str, value: str, *obeyed: str) -> str | None:
    return find_reservation(header_signals([(name, value)]), obeyed, "/a")


@pytest.mark.parametrize(
    ("name", "value", "use"),
    [
        ("x-robots-tag", "noarchive", "noarchive"),
        ("x-robots-tag", "warraq: noarchive", "noarchive"),
        ("x-robots-tag", "none", "noindex"),
        ("x-robots-tag", "NONE", "nofollow"),
        ("x-robots-tag", "noai", "ai-train"),
        ("tdm-reservation", "1", "tdm"),
        ("content-signal", "search=yes, ai-train=no", "ai-train"),
        ("content-signal", "ai-input=no", "ai-input"),
        ("content-usage", "train-ai=n", "ai-train"),
        ("content-usage", "search=n", "search"),
    ],
)
def test_each_form_reserves_its_use(name: str, value: str, use: str) -> None:
    """That one, said to all or to us, and only where the operator keeps to it."""
    assert by_header(name, value, use)
    assert by_header(name, value) is None
    others = {"noarchive", "tdm", "ai-input", "search"} - {use}
    assert by_header(name, value, *others) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-robots-tag", "googlebot: noarchive"),
        ("x-robots-tag", "noarchived"),
        ("tdm-reservation", "0"),
        ("content-signal", "ai-train=yes"),
    ],
)
def test_what_reserves_nothing_is_none(name: str, value: str) -> None:
    """What is said to others, or allows."""
    assert by_header(name, value, "noarchive", "tdm", "ai-train") is None


def test_robots_txt_is_about_paths_and_agents() -> None:
    """A preference for a path is for what lies under it; what is said to us counts, not to all."""
    signals = robots_signals(
        b"User-agent: *\nContent-Usage: /news/ train-ai=n\nContent-Signal: ai-input=no\n"
    )
    assert find_reservation(signals, ["ai-train"], "/news/1") == "train-ai=n, in robots.txt"
    assert find_reservation(signals, ["ai-train"], "/sport/1") is None
    own = robots_signals(
        b"User-agent: *\nContent-Signal: ai-input=no\nAllow: /\n"
        b"User-agent: warraq\nContent-Signal: ai-input=yes\n"
    )
    assert find_reservation(own, ["ai-input"], "/a") is None


def test_the_first_rule_of_a_tdmrep_json_that_matches_counts() -> None:
    """With the wildcards of robots.txt."""
    signals = tdmrep_signals(
        b'[{"location": "/free/*", "tdm-reservation": 0},'
        b' {"location": "/*.pdf$", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]'
    )
    reserved = [
        bool(find_reservation(signals, ["tdm"], path))
        for path in ("/free/a", "/news/a", "/x.pdf", "/x.pdf?b")
    ]
    assert reserved == [False, True, False, True]


@pytest.mark.parametrize(
    ("pattern", "path", "covers"),
    [
        ("/a", "/ab", True),
        ("/a$", "/ab", False),
        ("/a$", "/a", True),
        ("/*/x", "/a/b/xy", True),
        ("/a*a$", "/a", False),
        ("/a*a$", "/aba", True),
        ("/a**b$", "/ab", True),
        ("/a*", "/a", True),
        ("/a*$", "/abc", True),
        ("*b*a", "/ab", False),
        ("$", "/a", False),
        ("/a.b", "/axb", False),
        ("/a" + "*b" * 60, "/a" + "b" * 59, False),
    ],
)
def test_a_pattern_is_about_what_begins_like_it(pattern: str, path: str, *, covers: bool) -> None:
    """A star stands for anything, a dollar sign for the end, however many stars there are."""
    rule = [{"location": pattern, "tdm-reservation": 1}]
    signals = tdmrep_signals(json.dumps(rule).encode())
    assert bool(find_reservation(signals, ["tdm"], path)) is covers


def test_no_pattern_of_a_site_holds_a_crawl_up() -> None:
    """A regular expression of these stars would take longer than the crawl."""
    rule = [{"location": "/" + "*a" * 100 + "b", "tdm-reservation": 1}]
    signals = tdmrep_signals(json.dumps(rule).encode())
    began = time.process_time()
    assert find_reservation(signals, ["tdm"], "/" + "a" * 2000) is None
    assert time.process_time() - began < 1
