"""What seeds and readings lead to, and which of it is worth queueing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from empty_index import empty_index
from made_captures import made_capture

from archive.config import SiteConfig
from archive.model import (
    Article,
    Capture,
    Change,
    Link,
    PayloadKind,
    Reading,
    Sighting,
)
from crawler.discovery import discovered_entries
from crawler.discovery.discovered_entries import Window
from crawler.discovery.left_out import LeftOutLog
from crawler.discovery.link_admission import LinkAdmission
from crawler.discovery.recrawl import Recrawl
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import Scope, UrlKind
from crawler.frontier.trap_budgets import FRUITLESS
from crawler.politeness.robots_rules import RobotsRules

HOST = "https://news.example"
START = QueuedUrl(url=f"{HOST}/", kind=UrlKind.START)


def page(*links: Link, **rest) -> Reading:
    return Reading(kind=PayloadKind.PAGE, links=links, **rest)


def found(
    reading: Reading, entry: QueuedUrl = START, window: Window | None = None
) -> list[QueuedUrl]:
    return list(discovered_entries.discover_entries(reading, entry, entry.url, window))


def test_sitemaps_come_from_robots_txt_and_are_guessed():
    """What robots.txt names is taken, relative and foreign addresses too; the usual places are
    tried besides, but for those that it names.
    """
    named = discovered_entries.sitemap_entries(
        START.url,
        RobotsRules(b"Sitemap: /sitemap.xml\nSitemap: https://cdn.example/b.xml\nSitemap: x y:"),
    )
    urls = [entry.url for entry in named if entry.named_by_robots]
    assert urls[:2] == [f"{HOST}/sitemap.xml", "https://cdn.example/b.xml"]
    guesses = [entry.url for entry in named if entry.guess]
    assert f"{HOST}/news-sitemap.xml" in guesses
    assert f"{HOST}/sitemap.xml" not in guesses
    guessed = discovered_entries.sitemap_entries(START.url, RobotsRules(b""))
    assert f"{HOST}/sitemap.xml" in [entry.url for entry in guessed]
    assert all(entry.guess for entry in guessed)


def test_news_goes_before_years_of_listed_addresses():
    """A news sitemap's and a feed's URLs are articles to fetch soon; a plain sitemap's are listed
    for later.
    """
    sightings = [
        Sighting(url=f"{HOST}/{kind}", source="s", kind=kind)
        for kind in ("news-sitemap", "feed", "sitemap")
    ]
    reading = Reading(kind=PayloadKind.SITEMAP, sightings=tuple(sightings))
    kinds = [
        entry.kind for entry in found(reading, QueuedUrl(url=f"{HOST}/s.xml", kind=UrlKind.SITEMAP))
    ]
    assert kinds == [UrlKind.ARTICLE, UrlKind.ARTICLE, UrlKind.LISTED]


def test_a_sitemap_that_a_page_names_is_read_as_one():
    """`<link rel=sitemap>` leads to a sitemap whose indexes may be as deep as any."""
    (entry, *_) = found(page(Link(url=f"{HOST}/map.xml", kind="sitemap")))
    assert (entry.url, entry.kind, entry.hops) == (f"{HOST}/map.xml", UrlKind.SITEMAP, 0)


def test_a_sitemap_index_leads_two_levels_deep():
    """Indexes in indexes are read; one that makes up indexes for ever is left at the third."""
    reading = Reading(kind=PayloadKind.SITEMAP, sitemaps=(f"{HOST}/next.xml",))
    entry = QueuedUrl(url=f"{HOST}/s.xml", kind=UrlKind.SITEMAP)
    for _ in range(2):
        (entry,) = found(reading, entry)
    assert found(reading, entry) == []


@pytest.mark.parametrize(
    ("since", "until", "kept"),
    [
        (None, None, "abcd"),
        ("2026-11-20", None, "bcd"),
        ("2026-11", "2026-11", "abd"),
        (None, "2026-11-19", "ad"),
        ("2027", None, "cd"),
    ],
)
def test_since_and_until_pass_over_what_is_announced_outside(
    since: str | None, until: str | None, kept: str
):
    """Days, months and years bound it, both included; what states no day is kept."""
    stated = {
        "a": "2026-11-19T23:00:00+04:00",
        "b": "Fri, 20 Nov 2026 08:00:00 GMT",
        "c": "2027-01-01",
        "d": None,
    }
    sightings = [
        Sighting(url=f"{HOST}/{n}", source="s", kind="feed", published=text)
        for n, text in stated.items()
    ]
    reading = Reading(kind=PayloadKind.FEED, sightings=tuple(sightings))
    assert (
        "".join(entry.url[-1] for entry in found(reading, window=Window(since=since, until=until)))
        == kept
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("Fri, 20 Nov 2026 23:00:00 -0800", date(2026, 11, 20)),
        ("2026-13-40", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_stated_days(text: str | None, day: date | None):
    """W3C and RFC 5322 dates give their day as written; nonsense none."""
    assert discovered_entries.parse_day(text) == day


def test_links_are_followed_by_what_they_are():
    """Further pages lie no deeper than the listing, feeds are feeds, AMP is passed over, sections
    go first.
    """
    reading = page(
        Link(url=f"{HOST}/politics"),
        Link(url=f"{HOST}/politics/2026-a-long-story-of-a-day"),
        Link(url=f"{HOST}/?page=2"),
        Link(url=f"{HOST}/list/b", kind="next"),
        Link(url=f"{HOST}/feed.xml", kind="feed"),
        Link(url=f"{HOST}/amp/x", kind="amp"),
    )
    kinds = {entry.url.removeprefix(HOST): (entry.kind, entry.hops) for entry in found(reading)}
    assert kinds == {
        "/politics": (UrlKind.SECTION, 1),
        "/politics/2026-a-long-story-of-a-day": (UrlKind.LINK, 1),
        "/?page=2": (UrlKind.SECTION, 1),
        "/list/b": (UrlKind.SECTION, 1),
        "/feed.xml": (UrlKind.FEED, 1),
    }


def test_feeds_are_guessed_only_where_the_start_names_none():
    """A start page without a feed is worth three guesses, another page is not."""
    reading = page(Link(url=f"{HOST}/a"))
    assert [entry for entry in found(reading) if entry.guess]
    assert not [entry for entry in found(reading, QueuedUrl(url=f"{HOST}/x")) if entry.guess]
    assert not [entry for entry in found(page(Link(url=f"{HOST}/f", kind="feed"))) if entry.guess]


def test_a_headline_travels_with_its_link():
    """What a section page calls an article is announced with it."""
    sighting = Sighting(url=f"{HOST}/a", source=START.url, kind="section", title="عنوان الخبر")
    entries = found(
        page(Link(url=f"{HOST}/a"), Link(url=f"{HOST}/feed", kind="feed"), sightings=(sighting,))
    )
    assert entries[0].claims == (sighting,)


# ------------------------------------------------------------------------------------------ harvest


def captured(url: str, status: int = 200) -> Capture:
    return made_capture(url, status=status)


class Reaped:
    """A harvest over a fresh frontier; `said` are the failures."""

    def __init__(self, frontier: Frontier, **site) -> None:
        self.said: dict[str, str] = {}
        config = SiteConfig(name="news", start=(f"{HOST}/",), **site)
        self.harvest = LinkAdmission(
            config,
            Scope(config),
            frontier,
            Window(),
            self.say,
            LeftOutLog(config.name, frontier),
            Recrawl(empty_index(), config.name),
        )

    def say(self, key: str, stage, reason: str, *, url: str | None = None) -> None:
        self.said[key] = f"{stage} {url} {reason}"

    def gather(self, *links: str, status: int = 200) -> list[str]:
        reading = page(
            *(Link(url=HOST + link) for link in links), Link(url=f"{HOST}/feed", kind="feed")
        )
        entries = self.harvest.entries_from(
            QueuedUrl(url=f"{HOST}/list"), captured(f"{HOST}/list", status), reading
        )
        return [entry.url.removeprefix(HOST) for entry in entries if entry.kind is not UrlKind.FEED]


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    made = Frontier(tmp_path / "f.db")
    yield made
    made.close()


def test_only_what_may_be_fetched_and_is_new_is_queued(frontier: Frontier):
    """Another site, a PDF and a link seen before are left out; order is kept."""
    reaped = Reaped(frontier)
    assert reaped.gather("/b", "/a", "/a.pdf") == ["/b", "/a"]
    assert reaped.gather("/c", "/b") == ["/c"]
    assert reaped.gather("/d", status=404) == []
    assert reaped.said == {}


def test_feeds_are_guessed_only_where_the_start_page_names_none(frontier: Frontier):
    """Also where an article that named the feed was read before the start page."""
    reaped = Reaped(frontier)
    reaped.gather("/a")  # names /feed
    feed = Link(url=f"{HOST}/feed", kind="feed")
    start = QueuedUrl(url=f"{HOST}/", kind=UrlKind.START)
    entries = reaped.harvest.entries_from(
        start, captured(start.url), page(Link(url=f"{HOST}/b"), feed)
    )
    assert [entry.url for entry in entries if entry.guess] == []
    other = Reaped(frontier)
    entries = other.harvest.entries_from(start, captured(start.url), page(Link(url=f"{HOST}/c")))
    assert [entry.url for entry in entries if entry.guess] != []


def test_suspicious_addresses_are_said_once(frontier: Frontier):
    """A path that repeats itself is passed over, with one line for all of them."""
    reaped = Reaped(frontier)
    assert reaped.gather("/a/b/a/b/a/b", "/x/y/x/y/x/y") == []
    assert len(reaped.said) == 1


def test_news_passes_though_its_link_is_known(frontier: Frontier):
    """A link that waits must be able to move forward when a feed announces it."""
    reaped = Reaped(frontier)
    reaped.gather("/a")
    sighting = Sighting(url=f"{HOST}/a", source="s", kind="feed")
    reading = Reading(kind=PayloadKind.FEED, sightings=(sighting,))
    entries = reaped.harvest.entries_from(
        QueuedUrl(url=f"{HOST}/feed", kind=UrlKind.FEED), captured(f"{HOST}/feed"), reading
    )
    assert [entry.kind for entry in entries] == [UrlKind.ARTICLE]


def test_a_closed_part_of_a_site_is_left_at_the_tenth_refusal(frontier: Frontier):
    """By the statuses alone, whatever is still to be read; what was announced is asked for all the
    same.
    """
    reaped = Reaped(frontier)
    for number in range(10):
        entry = QueuedUrl(url=f"{HOST}/members/{number}")
        assert not reaped.harvest.is_trap(entry)
        reaped.harvest.count_refusal(entry, 403)
        reaped.harvest.count_refusal(entry, 404)
    assert reaped.harvest.is_trap(QueuedUrl(url=f"{HOST}/members/10"))
    assert not reaped.harvest.is_trap(QueuedUrl(url=f"{HOST}/members/10", kind=UrlKind.ARTICLE))
    assert not reaped.harvest.is_trap(QueuedUrl(url=f"{HOST}/news/10"))


def test_an_article_again_under_other_addresses_is_no_fruit(frontier: Frontier):
    """A trap that shows one article under ever new addresses dries up; announced addresses are
    never a trap.
    """
    reaped = Reaped(frontier)
    one = Article(url=f"{HOST}/a", canonical=f"{HOST}/a", title="ع", paragraphs=["نص"])
    reading = Reading(kind=PayloadKind.ARTICLE, article=one)
    for number in range(FRUITLESS[0] + 1):
        entry = QueuedUrl(url=f"{HOST}/trap/{number}")
        assert not reaped.harvest.is_trap(entry)
        reaped.harvest.record_yield(entry, captured(entry.url), reading, Change.UNCHANGED)
    assert reaped.harvest.is_trap(QueuedUrl(url=f"{HOST}/trap/1000"))
    assert not reaped.harvest.is_trap(QueuedUrl(url=f"{HOST}/trap/1000", kind=UrlKind.ARTICLE))
    assert list(reaped.said) == ["shape /trap/0?"]
