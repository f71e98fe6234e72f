"""Announcements as odd as sites make them: found by a crawl and by `init` alike."""

from __future__ import annotations

import gzip
from dataclasses import replace

from crawled_newsroom import Newsroom
from loopback_site.server import say
from loopback_site.small_paper import article, listing

from archive.config import CollectionConfig
from crawler.setup.site_survey import survey_site
from pipelines.ingest.catch_up import update_index


def test_init_finds_what_a_crawl_finds(newsroom: Newsroom) -> None:
    """Sitemaps that a page names, gzipped or as text, and feeds of any type and charset: both read
    them, and see as many entries in each.
    """
    host = newsroom.site.url
    entry = "<url><loc>{0}/story/{1}</loc></url>"
    urls = "".join(entry.format(host, number) for number in (1, 2))
    rss = "<rss version='2.0'><channel><item><title>خبر عاجل</title><link>/story/4</link></item>"
    named = (
        '<link rel="sitemap" href="/map.gz"><link rel="sitemap" type="text/xml" href="/list">'
        '<link rel="alternate" type="text/xml" href="/news">'
    )
    newsroom.site.routes |= {
        "/": say(listing("الجريدة", ["/a"], named)),
        "/map.gz": say(gzip.compress(f"<URLSET>{urls}</URLSET>".encode()), kind="image/gif"),
        "/list": say(f"{host}/story/3\n", kind="text/html"),
        "/news": say(f"{rss}</channel></rss>".encode("cp1256"), kind="text/xml;charset=utf-8"),
        "/robots.txt": say("Sitemap: /named.xml", kind="text/plain"),
        "/named.xml": say(f"<br>Notice<urlset>{urls}</urlset>", kind="text/plain"),
    } | {f"/story/{number}": say(article(str(number))) for number in range(1, 5)}
    survey = survey_site(host + "/", timezone="UTC")
    seen = {url.removeprefix(host): count for url, count in (*survey.sitemaps, *survey.feeds)}
    newsroom.crawl()
    rows = newsroom.rows(
        "SELECT source, count(*) FROM sightings WHERE kind != 'section' GROUP BY 1"
    )
    assert {source.removeprefix(host): count for source, count in rows} == seen
    assert seen == {"/map.gz": 2, "/list": 1, "/news": 1, "/named.xml": 2}
    assert newsroom.articles() == 4
    assert newsroom.rows("SELECT title FROM sightings WHERE kind = 'feed'") == [("خبر عاجل",)]


def test_versions_in_other_languages_are_asked_for_where_the_table_says_so(
    newsroom: Newsroom,
) -> None:
    """What pages and sitemaps name by `hreflang`, on the site's own host."""
    host = newsroom.site.url
    link = '<link rel="alternate" hreflang="en" href="{}">'
    other = f'<xhtml:link rel="alternate" hreflang="en" href="{host}/en/2?a=1&amp;b=2"/>'
    sitemap = f"<urlset><url><loc>{host}/ar/2</loc>{other}</url></urlset>"
    newsroom.site.routes |= {
        "/": say(listing("الجريدة", [], link.format("/en/1") + link.format("http://x.invalid/"))),
        "/sitemap.xml": say(sitemap, kind="text/xml"),
        "/en/1": say(article("1")),
        "/en/2": say(article("2")),
        "/ar/2": say(article("3")),
    }
    newsroom.crawl()
    assert newsroom.articles() == 1
    newsroom.config = replace(newsroom.config, hreflang=True)
    newsroom.crawl()
    assert newsroom.asked()["/en/2?a=1&b=2"] == 1
    assert newsroom.articles() == 3


def test_what_tracking_parameters_do_is_learned_once(newsroom: Newsroom) -> None:
    """Where pages were seen to be the same with them and without, the next crawl asks for each
    announced page once; a rebuilt index knows the same.
    """
    host = newsroom.site.url
    stories = [f"/story/{number}" for number in range(8)]
    entries = "".join(
        f"<url><loc>{host}{path}{query}</loc></url>"
        for path in stories
        for query in ("?utm_source=map", "")
    )
    newsroom.site.routes |= {
        "/": say(listing("الجريدة", [])),
        "/sitemap.xml": say(f"<urlset>{entries}</urlset>", kind="text/xml"),
    } | {path: say(article(path[-1])) for path in stories}
    newsroom.crawl()
    assert sum(path.startswith("/story/") for path in newsroom.asked()) == 16
    config = CollectionConfig(name="test", sites=(newsroom.config,))
    update_index(newsroom.layout, config, rebuild=True, workers=1)
    newsroom.crawl(force=True)
    asked = newsroom.asked()
    assert sum(path.startswith("/story/") for path in asked) == 8
    assert newsroom.articles() == 8
