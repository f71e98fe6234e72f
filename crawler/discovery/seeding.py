"""Where a crawl of a site begins: its start addresses, and the sitemaps of their hosts."""

from __future__ import annotations

import time

from archive.config import SiteConfig
from archive.urls import origin_of
from crawler.discovery.discovered_entries import sitemap_entries, start_entries
from crawler.discovery.link_admission import LinkAdmission
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import EntryState, QueuedUrl
from crawler.politeness.robots_cache import RobotsCache

# Seconds after which a crawl that was interrupted looks at its seeds again first.
STALE = 6 * 3600.0


class Seeding:
    """The seeds of one site's crawl."""

    def __init__(
        self, site: SiteConfig, frontier: Frontier, admission: LinkAdmission, robots: RobotsCache
    ) -> None:
        self._site = site
        self._frontier = frontier
        self._admission = admission
        self._robots = robots
        self._origins: set[str] = set()

    async def seeds(self, *, force: bool) -> list[QueuedUrl]:
        """The seeds, to be queued whether known or not; none if a crawl that was interrupted less
        than `STALE` ago goes on.

        `force` forgets what was done, so that every address is fetched again.
        """
        name, frontier = self._site.name, self._frontier
        last = frontier.last_run(name)
        going_on = last is not None and last.unfinished and time.time() - last.at < STALE
        frontier.forget_waits(name)
        if force:
            frontier.forget_entries(name, EntryState.DONE)
        if going_on and frontier.next_due(name) is not None:
            self._admission.led_on = True
            return []
        seeds = start_entries(self._site)
        for url in {origin_of(entry.url): entry.url for entry in seeds}.values():
            seeds += await self.sitemaps_of(url)
        return seeds

    async def sitemaps_of(self, url: str) -> list[QueuedUrl]:
        """The sitemaps of the host of `url` that may be fetched; empty once they were asked for."""
        origin = origin_of(url)
        if origin in self._origins:
            return []
        self._origins.add(origin)
        policy = await self._robots.policy_for(url)
        if policy.blocked:
            return []
        return self._admission.select_entries(sitemap_entries(url, policy.robots))
