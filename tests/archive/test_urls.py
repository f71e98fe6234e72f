"""Normal forms, canonical URLs and keys."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import safe_url_string

from archive.urls import (
    MAX_LENGTH,
    canonical_key,
    canonical_url,
    credible_canonical,
    escape_spellings,
    normalise_url,
    redirect_target,
    site_host,
)

URLS = st.one_of(
    st.text(max_size=60),
    st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["http", "HTTPS", "https"]),
        st.sampled_from(
            [
                "a.com",
                "www.A.com:80",
                "m.news.example.",
                "مثال.example",
                "[::1]:8080",
                "127.0.0.1:8000",
            ]
        ),
        st.text(alphabet="/.%aZ2fي ~?#&=;é[]|\\\x00\ud800", max_size=30),
        st.sampled_from(["", "?utm_source=x&b=1", "?amp=1", "/amp/", "?q=%d9%8a", "#top"]),
    ),
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Example.COM:80/a/../b/./c", "http://example.com/b/c"),
        ("https://example.com:443", "https://example.com/"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("http://example.com/%7Euser/%d8%a7", "http://example.com/%7Euser/%d8%a7"),
        ("http://example.com/n?t=%u0645+a%2cb%2C", "http://example.com/n?t=%u0645+a%2cb%2C"),
        ("http://example.com/%CE%C8?q=%CE%c8", "http://example.com/%CE%C8?q=%CE%c8"),
        ("http://example.com/خبر?س=١", "http://example.com/%D8%AE%D8%A8%D8%B1?%D8%B3=%D9%A1"),
        ("http://example.com/a b#part", "http://example.com/a%20b"),
        ("http://example.com/100%", "http://example.com/100%"),
        ("http://example.com/%2e%2e/x", "http://example.com/x"),
        ("http://example.com/a/.%2E", "http://example.com/"),
        ("http://example.com/a?", "http://example.com/a"),
        ("http://موقع.example/", "http://xn--4gbrim.example/"),
        ("  http://example.com/\n a", "http://example.com/%20a"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("http://[0:0:0:0:0:0:0:1]/a", "http://[::1]/a"),
        ("http://[2001:DB8::0:1]/a", "http://[2001:db8::1]/a"),
        ("http://[fe80::1%25eth0]/", None),
        ("http://example.com./a", "http://example.com/a"),
        ("http:\\\\example.com\\a", None),
        ("http://user:pw@example.com/", None),
        ("http://user@example.com/", None),
        ("ftp://example.com/", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("http:///x", None),
        ("http://exa mple.com/", None),
        ("http://a..b/", None),
        ("http://example.com:99999/", None),
        ("http://[::1/", None),
        ("/relative", None),
        ("", None),
        ("http://example.com/" + "a" * MAX_LENGTH, None),
    ],
)
def test_normal_form(url: str, expected: str | None) -> None:
    """An address has one normal form, and what is no plain http(s) address has none."""
    assert normalise_url(url) == expected


def test_relative_addresses_are_joined() -> None:
    """A relative address is read against the page it stands on."""
    assert normalise_url("../b?x=1", "http://e.com/a/c/d") == "http://e.com/a/b?x=1"
    assert normalise_url("//f.com/x", "https://e.com/") == "https://f.com/x"
    assert normalise_url("mailto:a@b", "https://e.com/") is None


@given(URLS)
def test_normalising_twice_changes_nothing(url: str) -> None:
    """No input raises; the normal form is a fixed point, of ours and of what Scrapy does to an
    address.
    """
    once = normalise_url(url)
    if once is not None:
        assert normalise_url(once) == once
        assert safe_url_string(once) == once
        assert once.isascii()
        assert "#" not in once
        assert "@" not in urlsplit(once).netloc


@given(URLS)
def test_canonical_forms_are_stable(url: str) -> None:
    """The canonical form of a canonical form is itself, can be fetched, and has the same key."""
    if normalise_url(url) is None:
        return
    canonical = canonical_url(url)
    assert canonical_url(canonical) == canonical
    assert normalise_url(canonical) == canonical
    assert canonical_key(canonical) == canonical_key(url)


@pytest.mark.parametrize(
    "variant",
    [
        "https://www.site.example/news/story-1?id=7&page=2",
        "http://site.example/news/story-1/?page=2&id=7",
        "https://m.site.example/news/story-1?id=7&page=2#comments",
        "https://amp.site.example/news/story-1?id=7&page=2",
        "https://site.example/news/story-1/amp?id=7&page=2",
        "https://site.example/news/story-1/amp/?id=7&page=2",
        "https://site.example/news/story-1.amp?id=7&page=2",
        "https://site.example/news/story-1?amp=1&id=7&page=2",
        "https://site.example/news/story-1?id=7&page=2&outputType=amp",
        "https://site.example/news/story-1?id=7&page=2&utm_source=x&UTM_medium=y&fbclid=z&gclid=1",
        "https://site.example/news/story-1;jsessionid=A1?id=7&page=2&amp=1",
        "https://site.example/news/%73tory%2D1?%69d=7&page=2",
    ],
)
def test_variants_share_a_key(variant: str) -> None:
    """Tracking, AMP, mobile, scheme, slash and order of parameters do not make another
    address.
    """
    assert canonical_key(variant) == "site.example/news/story-1?id=7&page=2"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x?page=1", "https://a.example/x?page=2"),
        ("https://a.example/amp", "https://a.example/"),
        ("https://a.example/X", "https://a.example/x"),
        ("https://a.example/a%2Fb", "https://a.example/a/b"),
        ("https://a.example/?t=%u0645", "https://a.example/?t=%25u0645"),
        ("https://a.example/%%341", "https://a.example/A"),
        ("https://a.example:81/", "https://a.example/"),
        ("https://sport.a.example/", "https://a.example/"),
        ("https://a.example/x?view=gallery", "https://a.example/x"),
    ],
)
def test_different_addresses_keep_apart(one: str, other: str) -> None:
    """What may show something else keeps a key of its own."""
    assert canonical_key(one) != canonical_key(other)


def test_the_spelling_of_escapes_makes_no_other_article() -> None:
    """A sitemap may write `%d8%ae` where links have `%D8%AE`: both are asked for as written, and
    are one work.
    """
    assert canonical_key("https://a.example/%d8%ae%2c") == canonical_key(
        "https://a.example/%D8%AE%2C"
    )
    spellings = escape_spellings("https://a.example/%d8%AE-%7e")
    assert {"https://a.example/%D8%AE-~", "https://a.example/%d8%ae-%7e"} < {*spellings}


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://reader:pass@word@b.example/x", "https://b.example/x"),
        ("//reader@b.example/x", "https://b.example/x"),
        ("/by/@author", "https://a.example/by/@author"),
        (" /x?q=%c8#top", "https://a.example/x?q=%c8"),
        ("mailto:a@b.example", None),
    ],
)
def test_a_redirect_is_followed_without_its_password(location: str, expected: str | None) -> None:
    """Browsers go where it leads; the credentials are neither sent nor written down."""
    assert redirect_target(location, "https://a.example/") == expected


def test_canonical_url_keeps_what_the_server_is_asked() -> None:
    """The name given to an unnamed page is its own address less what does not name it."""
    assert (
        canonical_url("http://www.a.example/x/?b=2&a=1&utm_source=t")
        == "http://www.a.example/x/?b=2&a=1"
    )
    assert canonical_url("https://amp.a.example/x/amp/") == "https://a.example/x"


@pytest.mark.parametrize(
    ("page", "canonical", "expected"),
    [
        ("https://a.example/x/amp", "https://a.example/x", "https://a.example/x"),
        ("https://m.a.example/x", "https://www.a.example/x", "https://www.a.example/x"),
        ("https://ar.paper.co.uk/1", "https://paper.co.uk/ar/1", "https://paper.co.uk/ar/1"),
        ("http://127.0.0.1:80/n?id=4&ref=x", "/n?id=4#top", "http://127.0.0.1/n?id=4"),
        (
            "https://a.example/news/2024/some-long-slug",
            "https://a.example/n/123456",
            "https://a.example/n/123456",
        ),
        (
            "https://a.example/story-of-a-day/2",
            "https://a.example/story-of-a-day",
            "https://a.example/story-of-a-day",
        ),
        ("https://a.example/", "https://a.example/", "https://a.example/"),
        ("https://a.example/x", "https://b.example/x", None),
        ("https://a.github.io/x", "https://b.github.io/x", None),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:9000/x", None),
        ("http://127.0.0.1/x", "http://127.0.0.2/x", None),
        ("https://a.example/news/1", "https://a.example/", None),
        ("https://a.example/news/1", "https://a.example/news/", None),
        ("https://a.example/story/123456", "https://a.example/politics", None),
        ("https://a.example/story/123456", "https://a.example/story/123457", None),
        (
            "https://a.example/n/1234-one-long-slug",
            "https://a.example/n/1235-another-long-slug",
            None,
        ),
        (
            "https://a.example/n/1234-old-long-slug",
            "https://a.example/n/1234-new-slug",
            "https://a.example/n/1234-new-slug",
        ),
        (
            "https://a.example/2024/10/a-long-slug",
            "https://a.example/2024/10/b-long-slug",
            "https://a.example/2024/10/b-long-slug",
        ),
        (
            "https://a.example/print.php?id=402",
            "https://a.example/news/403",
            "https://a.example/news/403",
        ),
        ("https://a.example/story.php?id=123", "https://a.example/story.php", None),
        ("https://a.example/x", "javascript:void(0)", None),
        ("https://a.example/x", "https://u:p@a.example/y", None),
    ],
)
def test_credible_canonical(page: str, canonical: str, expected: str | None) -> None:
    """A page's canonical link is believed within its site, and not when it names what many pages
    share.
    """
    assert credible_canonical(page, canonical) == expected


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://news.example/a", "news.example"),
        ("http://www.news.example/a", "news.example"),
        ("https://m.news.example:443/a", "news.example"),
        ("https://mobile.news.example/a", "news.example"),
        ("https://AMP.news.example/a", "news.example"),
        ("https://wap.news.example/a", "news.example"),
        ("https://sport.news.example/a", "sport.news.example"),
        ("https://news.example:8443/a", "news.example:8443"),
        ("https://m.example/a", "m.example"),
        ("https://www.example/a", "www.example"),
        ("mailto:someone", ""),
    ],
)
def test_hosts_of_one_site(url: str, host: str) -> None:
    """Mirrors of a host are one site with it; another port or subdomain is another site."""
    assert site_host(url) == host


@pytest.mark.parametrize(
    "host",
    [
        "m.co.uk",
        "www.co.uk",
        "amp.co.uk",
        "m.co.uk:8080",
        "m.gouv.fr",
        "www.info.tn",
        "m.github.io",
        "m.pvt.k12.ma.us",
    ],
)
def test_a_host_right_below_a_public_suffix_is_no_mirror(host: str) -> None:
    """`m.co.uk` is a site called "m", not a mirror of everything below `co.uk`: in scope, key and
    canonical URL alike, however long the suffix and whoever hands out its names.
    """
    url = f"https://{host}/a"
    assert site_host(url) == host
    assert canonical_key(url) == f"{host}/a"
    assert canonical_url(url) == url


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("m.paper.co.uk", "paper.co.uk"),
        ("www.m.paper.gouv.fr", "paper.gouv.fr"),
        ("www.m.co.uk", "m.co.uk"),
        ("amp.someone.github.io", "someone.github.io"),
        ("www.paper.co.uk:8080", "paper.co.uk:8080"),
    ],
)
def test_mirrors_below_a_public_suffix_are_folded(host: str, site: str) -> None:
    """A site whose domain has a long public suffix has its mirrors folded like any other."""
    assert site_host(f"https://{host}/a") == site


@pytest.mark.parametrize(
    "location",
    ["https:///n.example/a", "///n.example/a", "https:////n.example/a", "/\\/n.example/a"],
)
def test_slashes_before_a_host_are_passed_over(location: str):
    """As in browsers: a redirect with one too many leads where it was meant to."""
    assert redirect_target(location, "https://site.example/x") == "https://n.example/a"
