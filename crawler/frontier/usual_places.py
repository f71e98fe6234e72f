"""Where sitemaps and feeds are looked for, by a crawl and by `init`: what robots.txt names, and the
usual places.
"""

from __future__ import annotations

from collections.abc import Iterable

from archive.urls import normalise_url, origin_of

# Tried beside what robots.txt names: many a robots.txt names the sitemap for pages and not the one
# for news.
SITEMAP_PATHS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")
# Tried where the start page names no feed.
FEED_PATHS = ("/rss", "/feed", "/rss.xml")


def sitemap_places(start: str, stated: Iterable[str]) -> tuple[list[str], list[str]]:
    """The addresses of the sitemaps that the robots.txt of a start's host names (`stated`, as
    written), and the usual places besides; each address once, absolute and normalised.
    """
    place = origin_of(start)
    named = [url for text in stated if (url := normalise_url(text, f"{place}/robots.txt"))]
    return list(dict.fromkeys(named)), [
        place + path for path in SITEMAP_PATHS if place + path not in named
    ]


def feed_places(url: str) -> list[str]:
    """The usual places of feeds on the host of a start page."""
    return [origin_of(url) + path for path in FEED_PATHS]
