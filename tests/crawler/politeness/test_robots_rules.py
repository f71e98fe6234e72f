"""robots.txt as rules, read as RFC 9309 says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.robots_rules import PARSED_BYTES, RobotsRules

HOST = "https://news.example"


PAGE = f"{HOST}/a/b?c=1"


def allows(text: str | bytes, path: str = "/x", agent: str = "warraq") -> bool:
    data = text.encode() if isinstance(text, str) else text
    return RobotsRules(data, agent).allows(HOST + path)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "/x", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow: /", "/private/robots.txt", False),
        ("User-agent: *\nDisallow:\nUser-agent: warraq bot\nDisallow: /x", "/x", False),
        ("User-agent: *\nDisallow:", "/x", True),
        ("", "/x", True),
        ("<html>not found</html>", "/x", True),
        ("User-agent: *\nDisallow: /\nUser-agent: Warraq\nAllow: /", "/x", True),
        ("User-agent: warraq\nDisallow: /\nUser-agent: *\nAllow: /", "/x", False),
        ("User-agent: warraq/1.0\nDisallow: /", "/x", False),
        ("User-agent: warraqbot\nDisallow: /", "/x", True),
        ("User-agent: war\nDisallow: /", "/x", True),
        ("User-agent: Warraq Bot\nDisallow: /", "/x", False),
        ("User-agent: other\nUser-agent: warraq\nDisallow: /", "/x", False),
        ("User-agent: warraq\nDisallow: /a\nUser-agent: warraq\nDisallow: /x", "/x", False),
        ("user-agent:warraq\ndisallow:/x", "/x", False),
        ("Disallow: /x\nUser-agent: *\nAllow: /", "/x", True),
        ("User-agent: *\nDisallow: /x\nAllow: /x/y", "/x/y", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x", True),
        ("User-agent: *\nDisallow: /أخبار", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1", False),
        ("User-agent: *\rDisallow: /x\r", "/x", False),
        ("\ufeffUser-agent: *\nDisallow: /x", "/x", False),
        ("User-agent: * # all\nDisallow: /x # not this", "/x", False),
    ],
)
def test_rules_are_read_as_the_rfc_says(text: str, path: str, allowed: bool):
    """Groups, tokens, longest match, wildcards, escapes, comments, line ends (RFC 9309 §2.2)."""
    assert allows(text, path) is allowed


@pytest.mark.parametrize(
    "between",
    ["Crawl-delay: 5", "Unknown: x", "Sitemap: https://news.example/s.xml", "Noindex: /", ""],
)
def test_other_lines_do_not_end_a_group_of_agents(between: str):
    """Only rules end the list of agents (RFC 9309 §2.2.4)."""
    text = f"User-agent: warraq\n{between}\nUser-agent: other\nDisallow: /x"
    assert not allows(text)


def test_a_utf16_file_is_read():
    """A robots.txt saved by a Windows editor still binds."""
    assert not allows("User-agent: *\nDisallow: /x".encode("utf-16"))


def test_a_latin1_comment_does_no_harm():
    """Bytes that are not UTF-8 spoil their own line at most."""
    assert not allows("# r\xe9serv\xe9\nUser-agent: *\nDisallow: /x".encode("latin-1"))


def test_only_the_first_500_kib_are_parsed():
    """An endless file costs a bounded time, and a rule cut in half is no rule."""
    head = b"User-agent: *\nDisallow: /x\n"
    filler = b"Disallow: /y\n" * 60_000
    assert len(head + filler) > PARSED_BYTES
    robots = RobotsRules(head + filler + b"Disallow: /z\n")
    assert not robots.allows(f"{HOST}/x")
    assert robots.allows(f"{HOST}/z")


def test_delay_and_sitemaps_are_found():
    """Crawl-delay of our group, sitemaps of the whole file."""
    robots = RobotsRules(
        b"Sitemap: /s1.xml\nUser-agent: *\nCrawl-delay: 2,5\nDisallow: /x\nSitemap: "
        b"https://cdn.example/s2.xml"
    )
    assert robots.delay == 2.5
    assert robots.sitemaps == ["/s1.xml", "https://cdn.example/s2.xml"]


@given(st.binary(max_size=400))
def test_any_bytes_are_a_robots_txt(data: bytes):
    """Nothing a server sends raises."""
    RobotsRules(data).allows(PAGE)


_ALL, _GPTBOT = "User-agent: *\nDisallow:\n", "User-agent: gptbot\nDisallow: /\n"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (f"License: /a.xml\n{_ALL}", ["/a.xml"]),
        (f"{_ALL}License: /a.xml\n", ["/a.xml"]),
        (f"User-agent: warraq\nDisallow:\nLicense: /a.xml\n{_ALL}License: /b.xml\n", ["/a.xml"]),
        (f"{_GPTBOT}License: /b.xml\n{_ALL}License: /a.xml\n", ["/a.xml"]),
        (f"{_ALL}\n{_GPTBOT}\nLicense: /a.xml\n", ["/a.xml"]),
        (_ALL, []),
    ],
)
def test_licences_are_said_to_all_or_to_some(text: str, own: list[str]) -> None:
    """Those of our group and of no group; where there are none, whatever the file names."""
    assert RobotsRules(text.encode()).own_licences == own
