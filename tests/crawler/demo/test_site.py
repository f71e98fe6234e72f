"""The made-up site of the demonstration."""

from __future__ import annotations

import re
import urllib.request

from crawler.demo.site import DemoSite, serve_demo_site

ORIGIN = "http://127.0.0.1:1"


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
