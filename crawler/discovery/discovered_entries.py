"""Where a crawl starts and what each reading leads to: from seeds, robots.txt, sitemaps, feeds and
pages to entries.

Pure. Whether an entry may be fetched is `crawler.frontier.scope`'s to say, whether it is known
`crawler.frontier`'s.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from archive.config import SiteConfig
from archive.model import PayloadKind, Reading, Sighting
from archive.model.usage_signals import TDMREP_PATH
from archive.urls import normalise_url, origin_of
from crawler.discovery.further_pages import further_pages
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind, without_session
from crawler.frontier.usual_places import feed_places, sitemap_places
from crawler.politeness.robots_rules import RobotsRules

# sitemaps.org allows an index no further index; one more level is common. What lies deeper is told.
MAX_SITEMAP_DEPTH = 2
_DAY = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})")
_NEWS = frozenset({"news-sitemap", "feed"})
_NAMED = {"feed": UrlKind.FEED, "sitemap": UrlKind.SITEMAP}
_FOLLOWED = frozenset({"body", "related", "navigation", "canonical", "redirect", "language"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days, both included, outside which announced URLs are passed over: `2026-11-20`,
    `2026-11`, `2026`, or open.
    """

    since: str | None = None
    until: str | None = None

    def holds(self, sighting: Sighting) -> bool:
        """Whether what was announced may lie within; what states no day may."""
        if not self.is_given:
            return True
        day = parse_day(sighting.published) or parse_day(sighting.modified)
        if day is None:
            return True
        return not (self.is_before(day) or self.is_after(day))

    @property
    def is_given(self) -> bool:
        """Whether it has a bound."""
        return self.since is not None or self.until is not None

    def is_before(self, day: date) -> bool:
        """Whether a day lies before the window."""
        return self.since is not None and day.isoformat()[: len(self.since)] < self.since

    def is_after(self, day: date) -> bool:
        """Whether a day lies after the window."""
        return self.until is not None and day.isoformat()[: len(self.until)] > self.until

    def queue_of(self, site: str) -> str:
        """The name of the site's queue in the frontier for crawls of this window: that of the site
        where it has no bound. What waits in one is not touched by crawls of the others.
        """
        return f"{site} {self.since or ''}..{self.until or ''}" if self.is_given else site


def parse_day(text: str | None) -> date | None:
    """The day in a date as sitemaps (W3C) and feeds (RFC 5322) write it; None if the text holds no
    date.
    """
    if not text:
        return None
    try:
        if match := _DAY.match(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError, IndexError):
        return None


def start_entries(site: SiteConfig) -> list[QueuedUrl]:
    """The start addresses."""
    return [
        QueuedUrl(url=url, kind=UrlKind.START)
        for start in site.start
        if (url := normalise_url(start))
    ]


def sitemap_entries(start: str, robots: RobotsRules) -> list[QueuedUrl]:
    """The sitemaps that robots.txt names, and then, as guesses, the usual places on the start's
    host.
    """
    named, usual = sitemap_places(start, robots.sitemaps)
    via = f"{origin_of(start)}/robots.txt"
    return [
        QueuedUrl(url=url, kind=UrlKind.SITEMAP, via=via, named_by_robots=True) for url in named
    ] + [QueuedUrl(url=url, kind=UrlKind.SITEMAP, guess=True) for url in usual]


def rights_entries(
    start: str, robots: RobotsRules, obeyed: Collection[str] = ()
) -> list[QueuedUrl]:
    """Where the site of a start address may state how its pages may be used: its tdmrep.json, and
    the licences that robots.txt names, but for those that are `obeyed`: they are read before all
    else. Nobody misses them where they are not there.
    """
    place = origin_of(start)
    read = robots.own_licences if "rsl" in obeyed else []
    licences = [text for text in robots.licences if text not in read]
    named = [normalise_url(text, f"{place}/robots.txt") for text in licences]
    urls = [] if "tdm" in obeyed else [place + TDMREP_PATH]
    urls += [url for url in named if url]
    return [
        QueuedUrl(url=url, kind=UrlKind.SITEMAP, guess=True, named_by_robots=True)
        for url in dict.fromkeys(urls)
    ]


def discover_entries(
    reading: Reading,
    entry: QueuedUrl,
    url: str,
    window: Window | None = None,
    further: Collection[str] | None = None,
) -> Iterator[QueuedUrl]:
    """What a reading of `entry`, answered at `url`, leads to, in the order found; addresses are not
    yet in scope. `further` are the addresses of further pages, where more of the page's links
    are known than the reading has.
    """
    yield from _announced_entries(reading, entry, url, window or Window())
    for (
        needed
    ) in reading.requisites:  # as they stand: a replayed page asks for them by these very addresses
        yield QueuedUrl(url=needed, kind=UrlKind.REQUISITE, hops=entry.hops + 1, via=url)
    if entry.kind is UrlKind.REQUISITE:
        if reading.kind is PayloadKind.REDIRECT:
            yield from (replace(entry, url=link.url, via=url) for link in reading.links)
        return
    if further is None:
        further = further_pages(reading, url)
    yield from _linked_entries(reading, entry, url, further)
    if (
        entry.kind is UrlKind.START
        and reading.links
        and not any(link.kind == "feed" for link in reading.links)
    ):
        for place in feed_places(url):
            yield QueuedUrl(url=place, kind=UrlKind.FEED, hops=1, guess=True)


def _linked_entries(
    reading: Reading, entry: QueuedUrl, url: str, further: Collection[str]
) -> Iterator[QueuedUrl]:
    headlines = {
        sighting.url: sighting for sighting in reading.sightings if sighting.kind == "section"
    }
    for link in reading.links:
        target = without_session(link.url)
        if link.kind in _NAMED:
            # a sitemap's hops count the indexes above it, not the links to the page that names it
            hops = entry.hops + 1 if link.kind == "feed" else 0
            yield QueuedUrl(url=target, kind=_NAMED[link.kind], hops=hops, via=url)
        elif link.kind == "next" or (link.kind in _FOLLOWED and target in further):
            # A listing's further pages lie no deeper than the listing; what bounds them is what
            # they bring.
            yield QueuedUrl(url=target, kind=UrlKind.SECTION, hops=max(1, entry.hops), via=url)
        elif link.kind in _FOLLOWED:
            kind = (
                UrlKind.SECTION
                if entry.kind is UrlKind.START and _looks_like_section(target)
                else UrlKind.LINK
            )
            claims = (headlines[link.url],) if link.url in headlines else ()
            yield QueuedUrl(url=target, kind=kind, hops=entry.hops + 1, via=url, claims=claims)


def _announced_entries(
    reading: Reading, entry: QueuedUrl, url: str, window: Window
) -> Iterator[QueuedUrl]:
    if entry.kind is not UrlKind.SITEMAP or entry.hops < MAX_SITEMAP_DEPTH:
        depth = entry.hops + 1 if entry.kind is UrlKind.SITEMAP else 1
        for sitemap in reading.sitemaps:
            yield QueuedUrl(
                url=sitemap,
                kind=UrlKind.SITEMAP,
                hops=depth,
                via=url,
                named_by_robots=entry.named_by_robots,
            )
    for sighting in reading.sightings:
        if sighting.kind != "section" and window.holds(sighting):
            kind = UrlKind.ARTICLE if sighting.kind in _NEWS else UrlKind.LISTED
            yield QueuedUrl(
                url=without_session(sighting.url), kind=kind, hops=1, via=url, claims=(sighting,)
            )


def _looks_like_section(url: str) -> bool:
    """Whether an address linked from the start page reads like a section's: short, without numbers
    or long slugs.
    """
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    if not 1 <= len(segments) <= 2:
        return False
    return not any(re.search(r"\d{3}", s) or s.count("-") > 2 or "." in s for s in segments)
