"""Retries, redirects and outcomes, on real crawls."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_site.server import Behaviour, Site, Talk, redirect, say
from loopback_site.small_paper import article, listing

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.engine.run import crawl_sites

ROBOTS = "User-agent: *\nDisallow: /private"


class Place:
    """A loopback site whose start page links to what a test puts there."""

    def __init__(self, site: Site, layout: CollectionFolder) -> None:
        self.site = site
        self.layout = layout

    def put(self, **pages: Behaviour) -> None:
        routes = {f"/{name}": page for name, page in pages.items()}
        self.site.routes |= routes
        self.site.routes["/"] = say(listing("الجريدة", [path for path in routes if path != "/b"]))

    def crawl(self) -> str:
        site = SiteConfig(name="paper", start=(self.site.url + "/",), delay=0.0)
        config = CollectionConfig(name="test", sites=(site,))
        return crawl_sites(self.layout, config, [site])[0].outcome

    def rows(self, query: str) -> list[tuple]:
        with sqlite3.connect(f"file:{self.layout.index_db}?mode=ro", uri=True) as db:
            return db.execute(query.replace("SITE", self.site.url)).fetchall()

    def failures(self) -> dict[str, str]:
        return dict(self.rows("SELECT replace(url, 'SITE', ''), reason FROM failures"))

    def asked(self) -> Counter[str]:
        return Counter(self.site.wire.targets)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with Site({"/robots.txt": say(ROBOTS, kind="text/plain")}) as site:
        yield Place(site, CollectionFolder.create(tmp_path / "c", ""))


def failing(times: int, page: str, headers: dict[str, str] | None = None) -> Behaviour:
    """503 so many times, then the page."""
    left = [times]

    async def behave(talk: Talk) -> None:
        left[0] -= 1
        if left[0] >= 0:
            await talk.reply("busy", status="503 Service Unavailable", headers=headers)
        else:
            await talk.reply(page)

    return behave


def test_robots_txt_is_kept_to_on_every_hop(place: Place) -> None:
    """A forbidden page is not fetched, also where a redirect leads to it; both are said."""
    place.put(a=redirect("/private/1"))
    place.site.routes["/private/1"] = say(article("/private/1"))
    place.crawl()
    assert place.asked()["/private/1"] == 0
    assert place.failures() == {"/private/1": "robots.txt forbids it"}


def test_the_target_of_redirects_is_fetched_once(place: Place) -> None:
    """However many pages lead there, and though a page links to it, too."""
    place.put(a=redirect("/b"), c=redirect("/b", status="301 Moved Permanently"), d=redirect("/b"))
    place.site.routes["/b"] = say(article("/b"))
    assert place.crawl() == "finished"
    assert place.asked()["/b"] == 1
    assert place.rows("SELECT count(*) FROM captures WHERE url LIKE 'SITE/_' AND status < 400") == [
        (4,)
    ]
    assert place.failures() == {}


def test_a_server_in_trouble_is_asked_again(place: Place) -> None:
    """Its errors are captures, and no failures once the page has come."""
    place.put(a=failing(2, article("/a")))
    assert place.crawl() == "finished"
    assert place.asked()["/a"] == 3
    assert place.rows("SELECT status FROM captures WHERE url = 'SITE/a' ORDER BY captured") == [
        (503,),
        (503,),
        (200,),
    ]
    assert place.failures() == {}


def test_it_is_given_up_after_the_fourth_try(place: Place) -> None:
    """And the reason is kept."""
    place.put(a=failing(9, ""))
    place.crawl()
    assert place.asked()["/a"] == 4
    assert place.failures() == {"/a": "HTTP 503, at 4 tries"}


def test_a_page_behind_a_redirect_is_what_is_tried_again(place: Place) -> None:
    """The redirect that worked is done."""
    place.put(a=redirect("/b"))
    place.site.routes["/b"] = failing(1, article("/b"))
    assert place.crawl() == "finished"
    assert (place.asked()["/a"], place.asked()["/b"]) == (1, 2)


def test_a_site_that_asks_for_a_day_is_left_to_the_next_crawl(place: Place) -> None:
    """What it asks for is said once; the page waits."""
    place.put(a=failing(1, article("/a"), {"Retry-After": "86400"}))
    assert place.crawl() == "failed"
    assert place.asked()["/a"] == 1
    assert "the next crawl goes on" in place.failures()["/a"]
    assert place.crawl() == "finished"
    assert place.asked()["/a"] == 2
