"""What belongs to a site, and what looks like a trap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.config import SiteConfig
from archive.errors import ConfigError
from crawler.frontier.scope import (
    Scope,
    ScopeReason,
    UrlKind,
    is_pagination,
    page_number,
    without_session,
)

SITE = SiteConfig(name="news", start=("https://www.news.example/ar/",), exclude=(r"/video/",))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://news.example/a", ScopeReason.ALLOWED),
        ("http://www.news.example/a", ScopeReason.ALLOWED),
        ("https://m.news.example/a", ScopeReason.ALLOWED),
        ("https://www.news.example:443/a", ScopeReason.ALLOWED),
        ("https://news.example/2026/11/11/11/story", ScopeReason.ALLOWED),
        ("https://news.example/story.html", ScopeReason.ALLOWED),
        ("https://news.example/story?id=3.pdf", ScopeReason.ALLOWED),
        ("https://news.example:8443/a", ScopeReason.HOST),
        ("https://other.example/a", ScopeReason.HOST),
        ("https://news.example.evil.example/a", ScopeReason.HOST),
        ("https://sport.news.example/a", ScopeReason.HOST),
        ("ftp://news.example/a", ScopeReason.SCHEME),
        ("file:///etc/passwd", ScopeReason.SCHEME),
        ("https://[bad/a", ScopeReason.SCHEME),
        ("https://news.example/video/1", ScopeReason.EXCLUDED),
        ("https://news.example/a.PDF", ScopeReason.FILE_TYPE),
        ("https://news.example/" + "x" * 2100, ScopeReason.TOO_LONG),
        ("https://news.example/" + "/".join(map(str, range(21))), ScopeReason.PATH_DEPTH),
        ("https://news.example/a/b/a/b/a/b", ScopeReason.REPEATED_SEGMENT),
        ("https://news.example/a?f=1&f=1&f=1", ScopeReason.REPEATED_SEGMENT),
        ("https://news.example/a?f=1&f=2&f=3", ScopeReason.ALLOWED),
    ],
)
def test_each_refusal_has_its_reason(url: str, reason: ScopeReason):
    """The host of the start and its mirrors are the site; the rest is refused by name."""
    assert Scope(SITE).decide(url).reason is reason


@pytest.mark.parametrize(
    ("name", "kind", "allowed"),
    [
        ("learn-node.js", UrlKind.LISTED, True),
        ("what-is-a.zip", UrlKind.ARTICLE, True),
        ("report.pdf", UrlKind.ARTICLE, True),
        ("report.pdf", UrlKind.LISTED, False),
        ("learn-node.js", UrlKind.LINK, False),
    ],
)
def test_a_story_that_is_announced_may_be_named_like_a_file(
    name: str, kind: UrlKind, *, allowed: bool
):
    """A headline about `node.js` is asked for where the site announces it; scripts that pages link
    to, and the pictures and papers of a plain sitemap, are not.
    """
    assert Scope(SITE).decide(f"https://news.example/{name}", kind=kind).allowed is allowed


def test_include_narrows_pages_but_not_the_ways_to_them():
    """`include` is for pages; start, sitemaps and feeds are always looked at, `exclude` always
    wins.
    """
    scope = Scope(
        SiteConfig(
            name="n", start=("https://news.example/",), include=("/politics/",), exclude=("/x",)
        )
    )
    assert scope.decide("https://news.example/sport/1").reason is ScopeReason.NOT_INCLUDED
    assert scope.decide("https://news.example/politics/1").allowed
    assert scope.decide("https://news.example/", kind=UrlKind.START).allowed
    assert scope.decide("https://news.example/s.xml", kind=UrlKind.SITEMAP).allowed
    assert not scope.decide("https://news.example/x.xml", kind=UrlKind.SITEMAP).allowed


def test_a_sitemap_elsewhere_counts_only_if_robots_txt_names_it():
    """Cross-host sitemaps are the site's word; a sitemap index is not."""
    scope = Scope(SITE)
    assert scope.decide(
        "https://cdn.example/s.xml", kind=UrlKind.SITEMAP, named_by_robots=True
    ).allowed
    assert not scope.decide("https://cdn.example/s.xml", kind=UrlKind.SITEMAP).allowed


def test_too_many_hops():
    """A page further from the start than the site's bound is left."""
    assert Scope(SITE).decide("https://news.example/a", hops=20).allowed
    assert Scope(SITE).decide("https://news.example/a", hops=21).reason is ScopeReason.HOPS


def test_a_bad_expression_is_a_configuration_error():
    """It names the table, the key and the expression."""
    with pytest.raises(ConfigError, match=r"sites\.n.*exclude.*\(\["):
        Scope(SiteConfig(name="n", start=("https://news.example/",), exclude=("([",)))


@given(st.text(max_size=80))
def test_no_address_raises(text: str):
    """Whatever stands in a link, scope answers."""
    scope = Scope(SITE)
    scope.decide(text)
    scope.decide("https://news.example/" + text)


@pytest.mark.parametrize(
    ("url", "without"),
    [
        ("https://n.example/a?PHPSESSID=abc&id=1", "https://n.example/a?id=1"),
        ("https://n.example/a;jsessionid=0A1?id=1", "https://n.example/a?id=1"),
        ("https://n.example/a?sid=0123456789abcdef0", "https://n.example/a?sid=0123456789abcdef0"),
        (
            "https://n.example/a?q=%CE%C8&PHPSESSID=1&t=%u0645",
            "https://n.example/a?q=%CE%C8&t=%u0645",
        ),
        (
            "https://n.example/?q=%CE%c8+a%20b&x&PHPSESSID=0123456789abcdef0123456789abcdef&y=",
            "https://n.example/?q=%CE%c8+a%20b&x&y=",
        ),
        ("https://n.example/a?sid=12", "https://n.example/a?sid=12"),
        ("https://n.example/a?id=%D8%A3", "https://n.example/a?id=%D8%A3"),
    ],
)
def test_session_identifiers_are_dropped(url: str, without: str):
    """A page is one page whatever session it was seen in; the rest stays as written."""
    assert without_session(url) == without


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/s?page=3", True),
        ("/s/page/3/", True),
        ("/s/page-3", True),
        ("/s?page=x", False),
        ("/s/page", False),
    ],
)
def test_pagination_is_recognised(url: str, expected: bool):
    """Further pages of a listing are told from its articles."""
    assert is_pagination("https://n.example" + url) is expected


def test_a_start_in_letters_is_the_host_that_is_asked():
    """A start written in Arabic letters is the same site as its links, which are normalised to
    IDNA.
    """
    scope = Scope(SiteConfig(name="n", start=("https://أخبار.example/",)))
    for url in ("https://xn--igbicxr.example/a", "https://www.xn--igbicxr.example/a"):
        assert scope.decide(url).allowed
    assert scope.decide("https://xn--mgbf8d.example/a").reason is ScopeReason.HOST


def test_patterns_may_be_written_in_letters():
    """`include` and `exclude` are found in an address as it is asked for, and as people write
    it.
    """
    scope = Scope(
        SiteConfig(
            name="n",
            start=("https://n.example/",),
            include=("/سياسة/", "%D8%A9/"),
            exclude=("فيديو",),
        )
    )
    politics = "https://n.example/%D8%B3%D9%8A%D8%A7%D8%B3%D8%A9/1"
    assert scope.decide(politics).allowed
    assert scope.decide(politics + "/%D9%81%D9%8A%D8%AF%D9%8A%D9%88").reason is ScopeReason.EXCLUDED
    assert scope.decide("https://n.example/%D8%B1%D9%8A/1").reason is ScopeReason.NOT_INCLUDED


def test_the_number_of_a_further_page() -> None:
    """As the address says it; 0 where it says none."""
    for tail, number in (("list?page=12", 12), ("section/page/3/", 3), ("news/1004", 0)):
        assert page_number(f"https://news.example/{tail}") == number
