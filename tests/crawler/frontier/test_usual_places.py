"""A crawl and `warraq init` look for sitemaps and feeds in the same places."""

from loopback_site.server import Site, say

from archive.model import Link, PayloadKind, Reading
from crawler.discovery.discovered_entries import Window, discover_entries, sitemap_entries
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind
from crawler.frontier.usual_places import FEED_PATHS, SITEMAP_PATHS
from crawler.politeness.robots_rules import RobotsRules
from crawler.setup.site_survey import survey_site

START = "https://news.example/"


def test_the_places_that_publishing_systems_use() -> None:
    """WordPress, Drupal and most others put sitemaps and feeds at one of these."""
    assert {"/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml"} <= set(SITEMAP_PATHS)
    assert {"/feed", "/rss", "/rss.xml"} <= set(FEED_PATHS)


def test_a_crawl_asks_at_each_place() -> None:
    """Of sitemaps always, of feeds where the start page names none."""
    sitemaps = [entry.url for entry in sitemap_entries(START, RobotsRules())]
    assert sitemaps == ["https://news.example" + path for path in SITEMAP_PATHS]
    reading = Reading(kind=PayloadKind.PAGE, links=(Link(url=START + "a"),))
    start = QueuedUrl(url=START, kind=UrlKind.START)
    found = [entry.url for entry in discover_entries(reading, start, START, Window())]
    assert found[-len(FEED_PATHS) :] == ["https://news.example" + path for path in FEED_PATHS]


def test_a_survey_asks_at_each_place() -> None:
    """`init` tells of a sitemap or feed that a crawl would find, wherever it lies."""
    robots = say("Sitemap: /pages.xml", kind="text/plain")
    with Site({"/": say("<p>home</p>"), "/robots.txt": robots}) as site:
        survey_site(site.url + "/")
        asked = set(site.wire.targets)
    assert {*SITEMAP_PATHS, *FEED_PATHS} <= asked
