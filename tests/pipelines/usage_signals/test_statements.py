"""Statements about use in headers and in the files of a site."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model.usage_signals import UsageSignal
from pipelines.usage_signals.statements import (
    MAX_SIGNALS,
    header_signals,
    robots_signals,
    tdmrep_signals,
)


def short(signals: tuple[UsageSignal, ...]) -> list[tuple[str, ...]]:
    """Agent, path, name and value, without those that are empty."""
    return [
        tuple(part for part in (each.agent, each.path, each.name, each.value) if part)
        for each in signals
    ]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("x-robots-tag", "noarchive", [("*", "noarchive")]),
        ("x-robots-tag", "NoIndex , NOARCHIVE", [("*", "noindex"), ("*", "noarchive")]),
        ("x-robots-tag", "index, follow, max-image-preview:large", []),
        ("x-robots-tag", "max-snippet:0", [("*", "max-snippet", "0")]),
        (
            "x-robots-tag",
            "googlebot: noarchive, nosnippet",
            [("googlebot", "noarchive"), ("googlebot", "nosnippet")],
        ),
        (
            "x-robots-tag",
            "unavailable_after: Friday, 25-Jun-10 15:00:00 PST, noai",
            [("*", "unavailable_after", "Friday"), ("*", "noai")],
        ),
        ("tdm-reservation", " 1 ", [("*", "tdm-reservation", "1")]),
        (
            "tdm-policy",
            "https://a.example/p.json",
            [("*", "tdm-policy", "https://a.example/p.json")],
        ),
        (
            "content-signal",
            "search=yes, ai-train=no",
            [("*", "search", "yes"), ("*", "ai-train", "no")],
        ),
        ("content-usage", "train-ai=n", [("*", "train-ai", "n")]),
        (
            "link",
            '</a.css>; rel=preload, <https://a.example/l.xml>; rel="license"; type="application/rsl+xml"',
            [("*", "license", "https://a.example/l.xml")],
        ),
        ("x-robots-tag", "", []),
        ("x-robots-tag", ",,:,", []),
    ],
)
def test_headers_are_read(name: str, value: str, expected: list[tuple[str, ...]]) -> None:
    """Each reservation by itself, what it is said to, and what only allows left out."""
    signals = header_signals([(name, value)])
    assert short(signals) == expected
    assert all(each.source == "header" and each.raw == value.strip() for each in signals)


ROBOTS = """\ufeffUser-agent: *
Content-Signal: search=yes,ai-train=no # a comment
Content-Usage: /news/ train-ai=n
Disallow: /private

User-agent: GPTBot
User-agent: CCBot
Disallow: /
License: https://news.example/license.xml
user-agent : Other
disallow: /
""".encode()


def test_robots_txt_is_read() -> None:
    """Preferences with the group they stand in, the licence, and what agents for AI are told; rules
    for others are robots.txt's own business.
    """
    signals = robots_signals(ROBOTS)
    assert sorted(short(signals)) == [
        ("*", "/news/", "train-ai", "n"),
        ("*", "ai-train", "no"),
        ("*", "license", "https://news.example/license.xml"),
        ("*", "search", "yes"),
        ("ccbot", "/", "disallow", "/"),
        ("gptbot", "/", "disallow", "/"),
    ]
    assert signals[0].raw == "Content-Signal: search=yes,ai-train=no # a comment"


def test_tdmrep_json_is_read() -> None:
    """Each location's reservation and policy, however the value is written."""
    body = b"""\xef\xbb\xbf[{"location": "/a/", "tdm-reservation": 1, "tdm-policy": "https://p"},
        {"location": "/b", "tdm_reservation": "0"}, {"TDM-Reservation": true}, 7]"""
    assert short(tdmrep_signals(body)) == [
        ("*", "/a/", "tdm-reservation", "1"),
        ("*", "/a/", "tdm-policy", "https://p"),
        ("*", "/b", "tdm-reservation", "0"),
        ("*", "tdm-reservation", "1"),
    ]


def test_a_tdmrep_json_that_is_none_is_kept_as_written() -> None:
    """An error page in its place is no reservation, and no error of ours."""
    (signal,) = tdmrep_signals(b"<html>not here</html>")
    assert (signal.name, signal.raw) == ("unreadable", "<html>not here</html>")


@given(st.binary(max_size=300))
def test_nothing_raises(body: bytes) -> None:
    """Whatever a site sends: never more than is kept, never longer than is kept."""
    text = body.decode("latin-1")
    for signals in (
        robots_signals(body + b"\nlicense: " + body),
        tdmrep_signals(body),
        header_signals([("x-robots-tag", text), ("link", text), ("content-usage", text)]),
    ):
        assert len(signals) <= MAX_SIGNALS
        assert all(len(each.raw) <= 1000 for each in signals)
