"""Looks after the sites of a run as their crawls end, while others go on: a site that is done at
once need not wait to be looked at until the slowest is.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Self

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.alarms.watch import WatchResult, watch_sites

# Seconds between two looks: what begins at many sites at once comes in one message.
GATHERED = 30.0


class RunWatch:
    """Of one run; looks in a thread of its own, since sending may take a while."""

    def __init__(self, layout: CollectionFolder, config: CollectionConfig) -> None:
        self._layout = layout
        self._config = config
        self._ended: list[SiteConfig] = []
        self._looked: set[str] = set()
        self._results: list[WatchResult] = []
        self._is_over = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="alarms")
        self._watching = self._thread.submit(self._watch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.shutdown()

    def note_end(self, site: SiteConfig) -> None:
        """Have a site looked at soon: its crawl is over."""
        self._ended.append(site)

    def finish(self, sites: Sequence[SiteConfig]) -> WatchResult:
        """Look at those of the run's `sites` that were not looked at, and at the collection; what
        was found in the whole run.
        """
        self._is_over.set()
        self._watching.result()
        rest = [site for site in sites if site.name not in self._looked]
        now = datetime.now(UTC)
        self._results.append(watch_sites(self._layout, self._config, rest, now))
        return WatchResult(
            opened=tuple(alarm for each in self._results for alarm in each.opened),
            closed=tuple(alarm for each in self._results for alarm in each.closed),
            problems=tuple(dict.fromkeys(line for each in self._results for line in each.problems)),
        )

    def _watch(self) -> None:
        while not self._is_over.wait(GATHERED):
            if self._ended:
                sites, self._ended = self._ended, []
                self._looked |= {site.name for site in sites}
                found = watch_sites(
                    self._layout, self._config, sites, datetime.now(UTC), is_whole=False
                )
                self._results.append(found)
