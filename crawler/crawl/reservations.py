"""What a site reserves for all its pages, in robots.txt, tdmrep.json and RSL licences, as far as
its table says that it is kept to: such pages are not asked for.

What a single page states is known only when it is captured: `pipelines.read_payload` keeps to that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import lru_cache
from urllib.parse import urlsplit

from archive.config import SiteConfig
from archive.index.writer import Index
from archive.model import Capture, Reading
from archive.model.usage_signals import TDMREP_PATH, UsageSignal
from archive.urls import normalise_url, origin_of
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind
from crawler.politeness.rights_files import PATIENCE, RightsFiles
from crawler.politeness.robots_cache import RobotsCache, RobotsPolicy, RobotsResponse
from pipelines.usage_signals.reservations import NOFOLLOW, RSL, find_reservation
from pipelines.usage_signals.rsl import find_rsl_reservation, read_rsl
from pipelines.usage_signals.statements import header_signals, tdmrep_signals

_LOOK = 10.0  # seconds between two looks at what the index knows of a tdmrep.json
_MAX_LICENCES = 5  # of one robots.txt or front page: more are not asked for
_LINKS = ("link", "header")  # where a page names its licence
_read_licence = lru_cache(maxsize=32)(read_rsl)
_read_tdmrep = lru_cache(maxsize=32)(tdmrep_signals)


# Fetches a file, its redirects not followed; given up after so many seconds.
FileFetch = Callable[[str, float | None], Awaitable[RobotsResponse]]


class SiteReservations:
    """The reservations of one site's hosts. Without `robots` and `fetch` nothing is asked for, and
    what the index knows counts.
    """

    def __init__(
        self,
        site: SiteConfig,
        index: Index,
        robots: RobotsCache | None = None,
        fetch: FileFetch | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._site = site
        self._obeyed = tuple(use for use in site.obey_signals if use != NOFOLLOW)
        self._index = index
        self._robots = robots
        self._fetch = fetch
        self._clock = clock
        self._files = RightsFiles(self._fetch_file, memory=robots.memory if robots else None)
        self._known: dict[str, tuple[float, list[UsageSignal]]] = {}
        self._linked: dict[str, dict[str, list[str]]] = {}  # by origin and front page
        self._asked: set[asyncio.Task[None]] = set()

    async def read_files(self, url: str, policy: RobotsPolicy) -> None:
        """Ask for the files in which the origin of `url` may reserve it, if they are not of the
        day. Those of other hosts are waited for no longer than for an answer of its own.
        """
        files = [*self._licences(url, policy), *self._linked_licences(url)]
        if "tdm" in self._obeyed:
            files.insert(0, origin_of(url) + TDMREP_PATH)
        if self._fetch is None or _is_rights_file(url, files):
            return
        for file in files:
            if origin_of(file) == origin_of(url):
                await self._files.refresh(file)
                continue
            task = asyncio.ensure_future(self._files.refresh(file))
            self._asked.add(task)
            task.add_done_callback(self._asked.discard)
            await asyncio.wait({task}, timeout=PATIENCE)

    def why_reserved(self, url: str, policy: RobotsPolicy) -> str | None:
        """What reserves a URL, as text; None where nothing does, or nothing is kept to. Without
        `read_files` what a tdmrep.json says counts from when it is indexed.
        """
        licences, linked = self._licences(url, policy), self._linked_licences(url)
        if not self._obeyed or _is_rights_file(url, [*licences, *linked]):
            return None
        signals = [*policy.signals, *self._tdmrep(origin_of(url))]
        why = find_reservation(signals, self._obeyed, url)
        for file in licences if why is None else ():
            terms = _read_licence(self._files.body(file) or b"")
            why = why or find_rsl_reservation(terms, self._obeyed, url)
        for file in linked if why is None else ():
            # what has no address of its own there is about the page that links it
            terms = tuple(each for each in _read_licence(self._files.body(file) or b"") if each.url)
            why = why or find_rsl_reservation(terms, self._obeyed, url)
        return None if why is None else f"the site reserves it: {why}"

    def _licences(self, url: str, policy: RobotsPolicy) -> list[str]:
        """The RSL licences that robots.txt names for us, where they are kept to."""
        if RSL not in self._obeyed:
            return []
        place = f"{origin_of(url)}/robots.txt"
        named = (normalise_url(text, place) for text in policy.robots.own_licences)
        return [licence for licence in dict.fromkeys(named) if licence][:_MAX_LICENCES]

    def note_page(self, entry: QueuedUrl, capture: Capture, reading: Reading) -> None:
        """Note which licences a front page links to: they count for what is asked for from now
        on.
        """
        if RSL not in self._obeyed or not self._is_front_page(entry, capture.url):
            return
        linked = self._linked_by_page(origin_of(capture.url))
        if capture.status == 200:
            signals = [*header_signals(capture.rights_headers), *reading.signals]
            linked[capture.url] = _linked_files(capture.url, signals)
        elif capture.status == 304:
            signals = self._index.stated_signals(capture.url, *_LINKS)
            linked[capture.url] = _linked_files(capture.url, signals)

    def _is_front_page(self, entry: QueuedUrl, url: str) -> bool:
        return entry.kind is UrlKind.START or url == origin_of(url) + "/"

    def _linked_licences(self, url: str) -> list[str]:
        """The licences that front pages of the origin of `url` link to, of this run or before."""
        if RSL not in self._obeyed:
            return []
        by_page = self._linked_by_page(origin_of(url))
        return list(dict.fromkeys(each for files in by_page.values() for each in files))

    def _linked_by_page(self, origin: str) -> dict[str, list[str]]:
        if origin not in self._linked:
            starts = [each for start in self._site.start if (each := normalise_url(start))]
            fronts = {origin + "/", *(each for each in starts if origin_of(each) == origin)}
            self._linked[origin] = {
                front: _linked_files(front, self._index.stated_signals(front, *_LINKS))
                for front in sorted(fronts)
            }
        return self._linked[origin]

    def _tdmrep(self, origin: str) -> list[UsageSignal]:
        if "tdm" not in self._obeyed:
            return []
        body = self._files.body(origin + TDMREP_PATH)
        if body is not None:
            return list(_read_tdmrep(body))
        known = self._known.get(origin)
        if known is None or self._clock() - known[0] > _LOOK:
            signals = self._index.stated_signals(origin + TDMREP_PATH)
            known = self._known[origin] = (self._clock(), signals)
        return known[1]

    async def _fetch_file(self, url: str) -> RobotsResponse:
        """A file, as far as the robots.txt of its host lets it be fetched."""
        assert self._robots is not None  # noqa: S101 - asked only where there is one
        assert self._fetch is not None  # noqa: S101
        policy = await self._robots.policy_for(url)
        if self._site.obey_robots and (policy.blocked or not policy.robots.allows(url)):
            return RobotsResponse(url=url, error="robots.txt forbids it")
        return await self._fetch(url, PATIENCE)


def _linked_files(page: str, signals: list[UsageSignal]) -> list[str]:
    """The RSL licences among what a page links to as its licence: other licences are pages of other
    sites.
    """
    named = [each for each in signals if each.source in _LINKS and each.name == "license"]
    files = [(normalise_url(each.value or "", page), each.raw) for each in named]
    found = (
        url
        for url, raw in files
        if url and ("rsl+xml" in raw or url.endswith(".xml") or origin_of(url) == origin_of(page))
    )
    return list(dict.fromkeys(found))[:_MAX_LICENCES]


def _is_rights_file(url: str, licences: list[str]) -> bool:
    return urlsplit(url).path in {"/robots.txt", TDMREP_PATH} or url in licences
