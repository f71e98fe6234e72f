"""Where a crawl of a site begins: its start addresses, and the sitemaps of their hosts."""

from __future__ import annotations

import time

from archive.config import SiteConfig
from archive.urls import origin_of
from crawler.discovery.discovered_entries import rights_entries, sitemap_entries, start_entries
from crawler.discovery.link_admission import LinkAdmission
from crawler.discovery.recrawl import Recrawl
from crawler.discovery.recrawl_policy import AT_MOST
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import EntryState, QueuedUrl
from crawler.politeness.robots_cache import RobotsCache

# Seconds after which a crawl that was interrupted looks at its seeds again first.
STALE = 6 * 3600.0


class Seeding:
    """The seeds of one site's crawl."""

    def __init__(
        self,
        site: SiteConfig,
        frontier: Frontier,
        admission: LinkAdmission,
        robots: RobotsCache,
        recrawl: Recrawl,
    ) -> None:
        self._recrawl = recrawl
        self._site = site
        self._frontier = frontier
        self._admission = admission
        self._robots = robots
        self._origins: set[str] = set()

    async def seeds(
        self, *, force: bool, missing: bool = False, bounded: bool = False
    ) -> list[QueuedUrl]:
        """The seeds, to be queued whether known or not; none if a crawl that was interrupted less
        than `STALE` ago goes on.

        `force` forgets what was done, so that every address is fetched again. `missing`: the
        addresses that earlier crawls were led to and that are not in the archive, nothing else. A
        `bounded` crawl asks only for what is announced and new. Where earlier crawls have left old
        articles over, those of late that are due are seeds, too: they would come behind these,
        which may take weeks.
        """
        name, frontier = self._admission.queue, self._frontier
        last = frontier.last_run(name)
        if missing:  # what waits from an earlier crawl is a part of it: only the rest is queued
            frontier.forget_entries(name, EntryState.DONE)
            frontier.forget_entries(name, EntryState.DEAD)
            self._admission.led_on = True  # by what led to them
            return self._admission.within_scope(self._recrawl.missing())
        window = self._admission.back_fill.window
        going_on = last is not None and last.unfinished and abs(time.time() - last.at) < STALE
        # what a back-fill looks for does not grow old: it goes on as long as anything waits
        going_on = going_on or (window.is_given and not force)
        frontier.forget_waits(name)
        if force:
            frontier.forget_entries(name, EntryState.DONE)
        if going_on and frontier.next_due(name) is not None:
            self._admission.led_on = True
            return []
        waiting = frontier.next_due(name) is not None
        starts = start_entries(self._site)
        seeds = self._recrawl.sources(starts)
        if window.is_given:
            known = self._recrawl.known_sources()
            seeds = [*starts, *self._admission.drop_other_days(known)]
        self._admission.led_on = not set(starts) <= set(seeds)
        for url in {origin_of(entry.url): entry.url for entry in starts}.values():
            seeds += await self.sitemaps_of(url)
        if waiting and not (bounded or force):
            # Half of what a crawl may fetch: what was left over comes forward, too.
            half = max(1, self._site.max_pages // 2) if self._site.max_pages else AT_MOST
            seeds += self._recrawl.recent(half)
        return seeds

    def sources_again(self) -> list[QueuedUrl]:
        """The front pages and feeds to be read once more in a crawl that has gone on for long."""
        return self._recrawl.sources_again(start_entries(self._site))

    async def sitemaps_of(self, url: str) -> list[QueuedUrl]:
        """The sitemaps of the host of `url` that may be fetched; empty once they were asked for."""
        origin = origin_of(url)
        if origin in self._origins:
            return []
        self._origins.add(origin)
        policy = await self._robots.policy_for(url)
        if policy.blocked:
            return []
        entries = sitemap_entries(url, policy.robots)
        entries += rights_entries(url, policy.robots, self._site.obey_signals)
        return self._admission.select_entries(entries)
