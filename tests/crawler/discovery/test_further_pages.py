"""How far a listing of several pages is read, on a site that is crawled again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing, paper

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.model import CrawlSummary, Link, Reading, Sighting
from archive.model.captures import PayloadKind
from crawler.crawl.options import CrawlOptions
from crawler.discovery.further_pages import (
    IN_A_ROW,
    depth_in_list,
    ends_unknown,
    further_pages,
    headlines,
    offset_of,
)
from crawler.engine.run import crawl_sites
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

PAGE = 5  # headlines on one page


class Section:
    """A paper whose front page lists its newest stories, and links to further pages of them."""

    def __init__(self, site: Site, layout: CollectionFolder) -> None:
        self.site, self.layout = site, layout
        self.later = timedelta()
        self.form = "/?page={page}"

    def publish(self, count: int) -> None:
        """So many stories in all, the newest first, on as many pages as they need."""
        newest = [f"/news/{n}" for n in reversed(range(count))]
        for number, start in enumerate(range(0, count, PAGE), 1):
            following = self.form.format(page=number + 1, offset=start + PAGE)
            more = f'<a href="{following}">next</a>' if start + PAGE < count else ""
            path = "/" if number == 1 else self.form.format(page=number, offset=start)
            self.site.routes[path] = say(listing("list", newest[start : start + PAGE]) + more)
        for path in newest:
            self.site.routes[path] = say(article(path))

    def crawl(self, after: timedelta) -> CrawlSummary:
        """A crawl so much later than the last one."""
        self.later += after
        self.site.wire.clear()
        table = SiteConfig(name="paper", start=(self.site.url + "/",), delay=0.0)
        config = CollectionConfig(name="test", sites=(table,))
        with time_machine.travel(datetime.now(UTC) + self.later):
            return crawl_sites(self.layout, config, config.sites, CrawlOptions())[0]

    @property
    def pages(self) -> list[str]:
        """The further pages that were asked for."""
        return [target for target in self.site.wire.targets if target.startswith("/?")]


@pytest.fixture
def section(tmp_path: Path) -> Iterator[Section]:
    with Site(paper(0)) as site:
        made = Section(site, CollectionFolder.create(tmp_path / "c", ""))
        made.publish(20)
        yield made


def test_a_list_is_read_up_to_what_is_known(section: Section) -> None:
    """A first crawl reads all of it; an hour later a new story on top is no reason to go on; after
    days in which the first two pages filled up, these and the next are read.
    """
    assert section.crawl(timedelta()).new == 20
    assert section.pages == ["/?page=2", "/?page=3", "/?page=4"]
    section.publish(21)
    assert section.crawl(timedelta(hours=1)).new == 1
    assert set(section.pages) <= {"/?page=5"}  # it was not there before
    section.publish(32)
    assert section.crawl(timedelta(hours=3)).new == 11
    assert {"/?page=2", "/?page=3"} <= set(section.pages)
    assert "/?page=4" not in section.pages


@pytest.mark.parametrize(
    ("marks", "goes_on"),
    [
        ("uuuuu", True),
        ("ukkkk", False),
        ("uuukk", True),
        ("kkkkk", False),
        ("ummmm", True),
        ("mmmmm", False),
        ("", False),
    ],
)
def test_known_ones_in_a_row_end_a_list(marks: str, *, goes_on: bool) -> None:
    """Unless they stand on every page (m), where they say nothing of this list."""
    urls = [f"https://news.example/{mark}/{n}" for n, mark in enumerate(marks)]
    assert IN_A_ROW == 3
    assert ends_unknown(urls, lambda url: "/u/" not in url, lambda url: "/m/" in url) is goes_on


def reading(*links: tuple[str, str], named: Callable[[str], bool] = bool) -> Reading:
    """A listing with such links, of which some are headlines."""
    return Reading(
        kind=PayloadKind.PAGE,
        links=tuple(Link(url=url, text="", kind=kind) for url, kind in links),
        sightings=tuple(
            Sighting(url=url, source="https://news.example/", kind="section")
            for url, kind in links
            if kind == "body" and named(url)
        ),
    )


def test_what_a_listing_leads_to() -> None:
    """Its headlines where it has some, else all links but its navigation; and its further pages,
    which the address or the link tells.
    """
    links = (
        ("https://news.example/sport", "navigation"),
        ("https://news.example/1", "body"),
        ("https://news.example/2", "body"),
        ("https://news.example/list?page=2", "body"),
        ("https://news.example/older", "next"),
    )
    read = reading(*links, named=lambda url: url.endswith("/2"))
    assert headlines(read) == ["https://news.example/2"]
    assert headlines(reading(*links, named=lambda _: False)) == [
        "https://news.example/1",
        "https://news.example/2",
    ]
    assert set(further_pages(read, "https://news.example/list")) == {
        "https://news.example/list?page=2",
        "https://news.example/older",
    }


SITE = "https://news.example"
WORLD = f"{SITE}/world"


def listing_of(entries: int, *others: str, text: str = "2", here: str = WORLD) -> dict[str, int]:
    """The further pages by offset of a listing of so many entries, with their offsets, that links
    to these others with such a text.
    """
    read = reading(
        *((f"{SITE}/story/{chr(97 + n)}", "body") for n in range(entries)),
    )
    pager = tuple(Link(url=url, text=text, kind="navigation") for url in others)
    found = further_pages(replace(read, links=read.links + pager), here)
    return {url.removeprefix(SITE): offset for url, offset in found.items() if offset is not None}


@pytest.mark.parametrize(
    ("here", "form"),
    [
        ("/world", "/world?offset={}"),
        ("/world/", "/world?from={}"),
        ("/list?cat=3", "/list?cat=3&start={}"),
        ("/list?cat=3", "/list?ab={}&cat=3"),
        ("/world", "/world/{}/"),
        ("/world/", "/world/P{}"),
        ("/world", "/world/start/{}/"),
        ("/", "/start/{}/"),
        ("/world.html", "/world-{}.html"),
        ("/list?start=60&cat=3", "/list?start={}&cat=3"),
    ],
)
def test_lists_by_offset_are_known_by_their_steps(here: str, form: str) -> None:
    """Whatever the number is called and wherever it stands; from the first page and from others."""
    at = 60 if "60" in here else 0
    urls = {SITE + form.format(number): number for number in (at + 20, at + 40, 980)}
    assert listing_of(20, *urls, here=SITE + here) == {
        url.removeprefix(SITE): number for url, number in urls.items()
    }
    assert offset_of(SITE + form.format(40), SITE + here) == 40
    assert offset_of(SITE + form.format(40), SITE + form.format(20)) == 40
    assert offset_of(f"{SITE}/other?offset=40", SITE + here) is None


@pytest.mark.parametrize(
    ("entries", "numbers"),
    [
        (20, [20]),  # only the next
        (20, [21, 41]),  # counted from 1
        (26, [20, 40]),  # a box of others beside it
        (14, [20, 40]),  # not all entries are found
    ],
)
def test_few_numbers_are_enough(entries: int, numbers: list[int]) -> None:
    """Where they agree with the entries of the page."""
    found = listing_of(entries, *(f"{WORLD}?x={number}" for number in numbers))
    assert sorted(found.values()) == numbers


@pytest.mark.parametrize(
    ("entries", "urls", "text"),
    [
        (20, ["/world/4822", "/world/4826"], "2"),  # the numbers of articles
        (20, ["/world/48"], "2"),
        (20, ["/world/14", "/world/20", "/world/26"], "2"),
        (20, ["/world?start=20", "/world?start=40"], "A story about twenty people in a city"),
        (2, ["/world?start=20", "/world?start=40"], "2"),
        (0, ["/world?start=20"], "2"),
        (20, ["/world?year=2020", "/world?year=2022", "/world?year=2024"], "2"),
        (20, ["/sport?start=20", "/sport?start=40"], "2"),
        (20, ["/world?p1=20&p2=20"], "2"),
        (90, ["/world?room=2", "/world?room=4"], "2"),
    ],
)
def test_other_numbers_are_no_offsets(entries: int, urls: list[str], text: str) -> None:
    """Of articles, years and other lists; where the page has no entries, or many more or fewer than
    a step; where a headline links.
    """
    assert listing_of(entries, *(SITE + url for url in urls), text=text) == {}


def test_how_deep_a_page_lies() -> None:
    """As its address says, or how far its offset is from that of the page that led to it."""

    def depth(url: str, via: str = "", kind: UrlKind = UrlKind.SECTION) -> int:
        return depth_in_list(QueuedUrl(url=WORLD + url, via=WORLD + via, kind=kind))

    assert [depth("?page=3"), depth("?start=20"), depth("?start=40", "?start=20")] == [3, 2, 3]
    assert [depth("/asia"), depth(""), depth("?start=20", kind=UrlKind.LINK)] == [0, 0, 0]


def test_a_list_by_offset_is_read_up_to_what_is_known(section: Section) -> None:
    """As one with page numbers is: all of it, and later what filled up since."""
    section.form = "/?first={offset}"
    section.publish(20)
    assert section.crawl(timedelta()).new == 20
    assert section.pages == ["/?first=5", "/?first=10", "/?first=15"]
    section.publish(32)
    assert section.crawl(timedelta(hours=3)).new == 12
    assert {"/?first=5", "/?first=10"} <= set(section.pages)
    assert "/?first=15" not in section.pages
