"""Which addresses a second crawl asks for, on a site and its index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from empty_index import empty_index
from loopback_site.documents import sitemap
from loopback_site.server import Site, say
from loopback_site.small_paper import article, cached, listing, paper

from archive.config import CollectionConfig, SiteConfig
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from crawler.crawl.options import CrawlOptions
from crawler.discovery.recrawl import Recrawl
from crawler.engine.run import crawl_sites
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

FEED = '<link rel="alternate" type="application/rss+xml" href="/feed">'


def feed(*paths: str, stated: str = "Fri, 20 Nov 2026 08:30:00 GMT") -> str:
    """A feed that states a publication time of each path."""
    items = "".join(
        f"<item><title>خبر</title><link>{path}</link><pubDate>{stated}</pubDate></item>"
        for path in paths
    )
    return f'<rss version="2.0"><channel><title>f</title>{items}</channel></rss>'


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(paper(3)) as running:
        running.routes["/"] = say(listing("الجريدة", [f"/news/{n}" for n in range(3)], FEED))
        running.routes["/feed"] = say(
            feed(*(f"{running.url}/news/{n}" for n in range(3))), kind="application/rss+xml"
        )
        yield running


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    return CollectionFolder.create(tmp_path / "c", "")


def crawl(
    layout: CollectionFolder,
    site: Site,
    later: timedelta = timedelta(),
    max_pages: int | None = None,
    **options: Any,
) -> CrawlSummary:
    """A crawl so much later; the site's log begins with it."""
    site.wire.clear()
    table = SiteConfig(
        name="paper",
        start=(site.url + "/",),
        delay=0.0,
        concurrency=1,
        max_pages=max_pages,
    )
    config = CollectionConfig(name="test", sites=(table,))
    with time_machine.travel(datetime.now(UTC) + later):
        return crawl_sites(layout, config, config.sites, CrawlOptions(**options))[0]


def articles_asked(site: Site) -> list[str]:
    return sorted(target for target in site.wire.targets if "/news/" in target)


def test_a_second_crawl_asks_for_what_is_new(layout: CollectionFolder, site: Site) -> None:
    """Not for stories that the feed states as they were, nor for the usual places that are empty;
    and it is finished, though it found little.
    """
    crawl(layout, site)
    site.routes["/"] = say(listing("الجريدة", [f"/news/{n}" for n in range(4)], FEED))
    site.routes["/news/3"] = say(article("/news/3"))
    again = crawl(layout, site, timedelta(hours=1))
    assert articles_asked(site) == ["/news/3"]
    assert set(site.wire.targets) <= {"/robots.txt", "/", "/feed", "/news/3"}
    assert (again.outcome, again.new, again.failed) == ("finished", 1, 0)


def test_a_stated_change_is_asked_for(layout: CollectionFolder, site: Site) -> None:
    """At the next crawl, and none beside it."""
    crawl(layout, site)
    stated = f"{datetime.now(UTC) + timedelta(minutes=30):%a, %d %b %Y %H:%M:%S GMT}"
    changed = feed(f"{site.url}/news/1", stated=stated)
    site.routes["/feed"] = say(changed, kind="application/rss+xml")
    site.routes["/news/1"] = say(article("/news/1", edition=2))
    assert crawl(layout, site, timedelta(hours=1)).changed == 1
    assert articles_asked(site) == ["/news/1"]


def test_known_feeds_are_read_though_no_page_names_them_any_more(
    layout: CollectionFolder, site: Site
) -> None:
    """A redesign that drops the link to its feed hides nothing."""
    crawl(layout, site)
    site.routes["/"] = say(listing("الجريدة", ["/news/0"]))
    site.routes["/feed"] = say(feed(f"{site.url}/news/8"), kind="application/rss+xml")
    site.routes["/news/8"] = say(article("/news/8"))
    crawl(layout, site, timedelta(hours=1))
    assert "/news/8" in articles_asked(site)


def test_what_a_sitemap_names_no_more_is_asked_for(layout: CollectionFolder, site: Site) -> None:
    """A takedown is noticed at the next crawl."""
    names = [f"{site.url}/news/{n}" for n in range(3)]
    site.routes["/sitemap.xml"] = say(sitemap(*names), kind="application/xml")
    crawl(layout, site)
    site.routes["/sitemap.xml"] = say(sitemap(*names[:2]), kind="application/xml")
    site.routes["/"] = say(listing("الجريدة", ["/news/0", "/news/1"]))
    site.routes["/feed"] = say(feed(*names[:2]), kind="application/rss+xml")
    site.routes["/news/2"] = say("gone", status="410 Gone")
    crawl(layout, site, timedelta(hours=1))
    assert articles_asked(site) == ["/news/2"]


def test_quiet_sources_are_read_every_two_hours(layout: CollectionFolder, site: Site) -> None:
    """But for the one that brought the last article; nothing is a failure about it."""
    crawl(layout, site)
    for hour in range(20, 24):
        assert crawl(layout, site, timedelta(hours=hour)).outcome == "finished"
        assert "/feed" in site.wire.targets or "/" in site.wire.targets
    asked = crawl(layout, site, timedelta(hours=23, minutes=30)), list(site.wire.targets)
    assert len([target for target in asked[1] if target in {"/", "/feed"}]) == 1


def test_what_is_of_late_goes_before_what_was_left_over(
    layout: CollectionFolder, site: Site
) -> None:
    """While old articles are fetched a few at a time, known ones are looked at; half of what a
    crawl may fetch is left to the others. A bounded crawl asks for what is new alone.
    """
    old = [f"/news/old-{n}" for n in range(40)]
    site.routes |= {path: say(article(path)) for path in old}
    site.routes["/feed"] = say("", status="404 Not Found")
    crawl(layout, site)
    named = sitemap(*(site.url + path for path in old))
    site.routes["/sitemap.xml"] = say(named, kind="application/xml")
    site.routes["/"] = say(listing("الجريدة", []))
    crawl(layout, site, timedelta(days=9), max_pages=6)
    assert not {"/news/0", "/news/1", "/news/2"} & set(site.wire.targets)  # behind what is new
    crawl(layout, site, timedelta(days=9, hours=1), limit=4)
    assert not {"/news/0", "/news/1", "/news/2"} & set(site.wire.targets)
    crawl(layout, site, timedelta(days=9, hours=2), max_pages=6)
    assert {"/news/0", "/news/1", "/news/2"} <= set(site.wire.targets)
    assert len([target for target in site.wire.targets if "old-" in target]) >= 2


def test_front_pages_and_feeds_are_read_again_in_a_long_crawl(
    layout: CollectionFolder, site: Site
) -> None:
    """As often as by the policy of crawls, of which the time is what counts; sitemaps are not."""
    site.routes["/sitemap.xml"] = say(sitemap(f"{site.url}/news/1"), kind="application/xml")
    crawl(layout, site)
    start = QueuedUrl(url=site.url + "/", kind=UrlKind.START)
    with Index(layout.index_db) as index:
        recrawl = Recrawl(index, "paper")
        never = QueuedUrl(url=site.url + "/never", kind=UrlKind.START)
        again = [entry.url for entry in recrawl.sources_again([start, never])]
        assert again == [site.url + "/", site.url + "/feed"]
        with time_machine.travel(datetime.now(UTC) - timedelta(minutes=5)):
            assert recrawl.sources_again([start]) == []


def test_force_asks_for_everything(layout: CollectionFolder, site: Site) -> None:
    """Whatever was asked for a moment ago."""
    site.routes |= {f"/news/{n}": cached(article(f"/news/{n}")) for n in range(3)}
    crawl(layout, site)
    crawl(layout, site, force=True)
    assert articles_asked(site) == ["/news/0", "/news/1", "/news/2"]


def test_what_was_never_asked_for_is_admitted() -> None:
    """As is every source of news."""
    recrawl = Recrawl(empty_index(), "news")
    assert recrawl.admits(QueuedUrl(url="https://news.example/1"))
    start = QueuedUrl(url="https://news.example/", kind=UrlKind.START)
    assert recrawl.sources([start]) == [start]
    assert recrawl.unannounced() == []


def test_a_crawl_for_what_is_missing_asks_for_nothing_else(
    layout: CollectionFolder, site: Site
) -> None:
    """What failed or was left out by a limit is asked for, not front pages, feeds or what is in the
    archive; nor dead links. What the pages it gets lead to is left to the next crawl.
    """
    names = [f"/news/{n}" for n in range(8)]
    site.routes["/sitemap.xml"] = say(sitemap(*(site.url + name for name in names[2:])))
    site.routes |= {name: say(article(name)) for name in names}
    site.routes["/news/0"] = say("no", status="403 Forbidden")
    del site.routes["/news/1"]
    crawl(layout, site, limit=6)
    asked = set(site.wire.targets)
    missing = {*names, "/news/0"} - asked | {"/news/0"}
    assert missing > {"/news/0"}
    site.routes["/news/0"] = say(article("/news/0", links=["/news/new"]))
    site.routes["/news/new"] = say(article("/news/new"))
    summary = crawl(layout, site, timedelta(hours=1), missing=True)
    assert articles_asked(site) == sorted(missing)
    assert set(site.wire.targets) - missing <= {"/robots.txt", "/feed"}  # the feed waited, too
    assert (summary.outcome, summary.new) == ("finished", len(missing - {"/news/1"}))
    crawl(layout, site, timedelta(hours=2), missing=True)
    assert articles_asked(site) == ["/news/new"]
    done = crawl(layout, site, timedelta(hours=3), missing=True)
    assert set(site.wire.targets) <= {"/robots.txt"}
    assert (done.outcome, done.failed) == ("finished", 0)


def test_what_was_not_wanted_is_not_asked_for_as_missing(
    layout: CollectionFolder, site: Site
) -> None:
    """After a crawl of some days: not the addresses of other days, nor what robots.txt forbids, and
    they count as no failures.
    """
    names = [f"/2020/01/0{n}/story" for n in range(1, 5)]
    site.routes |= {name: say(article(name)) for name in names}
    site.routes["/robots.txt"] = say(
        f"User-agent: *\nDisallow: /private/\nSitemap: {site.url}/sitemap.xml\n",
        kind="text/plain",
    )
    site.routes["/sitemap.xml"] = say(
        sitemap(*(site.url + name for name in [*names, "/private/1"]))
    )
    crawl(layout, site, since="2026-11-01")
    done = crawl(layout, site, timedelta(hours=1), missing=True)
    asked = [target for target in site.wire.targets if target.startswith(("/2020", "/private"))]
    assert (asked, done.outcome, done.failed) == ([], "finished", 0)
