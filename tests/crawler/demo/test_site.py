"""The made-up site of the demonstration."""

from __future__ import annotations

import re
import urllib.request
from urllib.error import HTTPError

import pytest

from crawler.demo.site import DemoSite, serve_demo_site

ORIGIN = "http://127.0.0.1:1"


def html_of(path: str) -> str:
    page = DemoSite(ORIGIN).page(path)
    return page.body.decode(page.content_type.partition("charset=")[2])


def test_every_address_in_the_sitemaps_is_answered() -> None:
    """Each page that the sitemaps and the feed name is there."""
    site = DemoSite(ORIGIN)
    names = ("/sitemap.xml", "/sitemap-news.xml", "/sitemap-pages.xml", "/rss.xml")
    text = "".join(site.page(name).body.decode() for name in names)
    urls = re.findall(rf"<(?:loc|link)>{ORIGIN}([^<]*)<", text)
    assert len(urls) > 10
    assert [url for url in urls if site.page(url).status != 200] == []


def test_tracking_is_ignored_and_other_paths_are_missing() -> None:
    """The query changes no page; a path that the site does not have is 404."""
    site = DemoSite(ORIGIN)
    assert site.page("/robots.txt?utm_source=x").body == site.page("/robots.txt").body
    assert site.page("/politics/99999").status == 404


def test_the_site_is_served_while_the_block_runs() -> None:
    """The address given answers with robots.txt and its entity tag."""
    with serve_demo_site() as url, urllib.request.urlopen(url + "robots.txt", timeout=10) as answer:
        assert answer.headers["ETag"]
        assert f"Sitemap: {url}sitemap.xml" in answer.read().decode()


def test_what_did_not_change_is_not_sent_again() -> None:
    """Asked with its entity tag, the feed is "not modified" and has no body; with another, it is
    sent.
    """
    with serve_demo_site() as url:

        def ask(tag: str) -> bytes:
            request = urllib.request.Request(url + "rss.xml", headers={"If-None-Match": tag})
            with urllib.request.urlopen(request, timeout=10) as answer:
                return bytes(answer.read())

        with urllib.request.urlopen(url + "rss.xml", timeout=10) as answer:
            tag = answer.headers["ETag"]
        assert ask('"another"').startswith(b"<?xml")
        with pytest.raises(HTTPError) as told:
            ask(tag)
        with told.value as answer:
            assert (answer.code, answer.read()) == (304, b"")


def test_the_ticker_changes_with_every_request() -> None:
    """Two answers for one article differ, as on real sites; its text does not."""
    site = DemoSite(ORIGIN)
    one, other = (site.page("/local/1001").body.decode() for _ in range(2))
    assert one != other
    assert re.findall("<p>.*?</p>", one) == re.findall("<p>.*?</p>", other)


def test_a_page_in_windows_1256_is_one() -> None:
    """The page that says so is written in that encoding, and in no other."""
    page = DemoSite(ORIGIN).page("/local/1003")
    assert page.content_type == "text/html; charset=windows-1256"
    assert "تشرين الثاني" in page.body.decode("windows-1256")
    with pytest.raises(UnicodeDecodeError):
        page.body.decode("utf-8")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/local/1001", "20 تشرين الثاني 2026، 9:15 ص"),
        ("/culture/3001", "20 تشرين الثاني 2026، 6:53 م"),
        ("/economy/2004", "15 تشرين الثاني 2026، 12:10 م"),
    ],
)
def test_times_are_shown_as_readers_see_them(path: str, shown: str) -> None:
    """Local time of twelve hours with the month's Iraqi name: what extraction has to read."""
    assert shown in html_of(path)


def test_an_article_lies_in_its_own_section_only() -> None:
    """The number alone does not make an address."""
    site = DemoSite(ORIGIN)
    assert site.page("/local/1001").status == 200
    assert site.page("/economy/1001").status == 404


def test_one_article_has_a_second_address() -> None:
    """It is linked from its section, shows the same text, and does not name the first address."""
    first, second = html_of("/culture/3003"), html_of("/archive/2026/3003.html")
    assert 'href="/archive/2026/3003.html"' in html_of("/culture/")
    assert re.findall("<p>.*?</p>", first) == re.findall("<p>.*?</p>", second)
    assert f"{ORIGIN}/archive/2026/3003.html" in second
    assert "/culture/3003" not in second


def test_listings_begin_with_the_newest() -> None:
    """The home page leads to every article once, the newest first."""
    linked = re.findall(r'href="/\w+/(\d+)"', html_of("/"))
    assert linked[0] == "3001"
    assert linked[-1] == "3004"
    assert len(linked) == len({*linked}) == 12


def test_links_carry_what_must_be_ignored() -> None:
    """Feed and related boxes link with tracking parameters; a box leads to another article."""
    feed = DemoSite(ORIGIN).page("/rss.xml").body.decode()
    assert len(re.findall(r"<link>[^<]*\?utm_source=rss</link>", feed)) == 12
    assert "/local/1004?utm_source=related" in html_of("/local/1001")


def test_robots_txt_forbids_the_search() -> None:
    """There is a rule for a crawl to keep."""
    assert "Disallow: /search\n" in html_of("/robots.txt")
