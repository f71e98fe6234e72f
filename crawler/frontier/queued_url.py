"""One URL on its way through the queue, its place in it, and how the last run for a site ended."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from archive.model import CrawlSummary, Sighting
from archive.urls import canonical_key, is_amp, is_tracked
from crawler.frontier.scope import UrlKind

PRIORITY = {
    UrlKind.SITEMAP: 10,
    UrlKind.FEED: 10,
    UrlKind.START: 20,
    UrlKind.ARTICLE: 30,
    UrlKind.REQUISITE: 35,  # soon after their page, or it would change under them
    UrlKind.SECTION: 40,
    UrlKind.LINK: 50,  # and one more for each hop, up to nine: near the start first
    UrlKind.LISTED: 55,
    UrlKind.KNOWN: 58,
}
_RECENT = 38  # what is known and of late: behind what is announced as news, before what is old


# What belongs to a page that was asked for already, and comes next whatever its kind.
REDIRECTED = 5


# Places that a request's own priority gives are smaller than 0 or beyond this; priority 0 leaves
# the place to the kind.
LAST = 100
_MOST = 1 << 20


_PRESSING = frozenset({UrlKind.FEED, UrlKind.START, UrlKind.ARTICLE})


_AMP_KINDS = frozenset({UrlKind.ARTICLE, UrlKind.SECTION, UrlKind.LINK})


_AMP_LATER = (
    12  # no sum of it and a place above is another's place: a lease may ask for one kind alone
)


class EntryState(IntEnum):
    """Where an entry stands."""

    WAITING = 0
    LEASED = 1
    DONE = 2
    DEAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedUrl:
    """A URL to fetch: what it is expected to be, how it was found, and what was announced of it.

    `hops` are links followed since the start (for a sitemap: how deep it lies in sitemap indexes;
    for a known article 0 if it is one of late). `guess`: nobody named the address.
    `named_by_robots`: it may lie on another host. `leased` is the Unix time of its first lease that
    was not ended. `request` is the Scrapy request as a dictionary, where it is more than a GET of
    the URL; `redirected`: an answer led here; `by_spider`: code asked for it on its own account,
    not a link or announcement. `priority` is that of a Scrapy request: 0 unless code set it, more
    goes first. `key` names the entry in the frontier: 0 until it is there, unless the request has a
    key of its own.
    """

    url: str
    kind: UrlKind = UrlKind.LINK
    hops: int = 0
    via: str | None = None
    claims: tuple[Sighting, ...] = ()
    guess: bool = False
    named_by_robots: bool = False
    attempts: int = 0
    leased: float = 0.0
    redirected: bool = False
    by_spider: bool = False
    request: dict[str, Any] | None = None
    priority: int = 0
    key: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaskedEntry:
    """An entry that was not asked for: what led to it, why it was given up, if it was, and
    whether the archive says so already.
    """

    url: str
    via: str | None
    given_up: str | None
    told: bool


@dataclass(frozen=True, slots=True)
class LastRun:
    """How the last run for a site ended, or stood when it was last noted, and when that was (Unix
    time).
    """

    summary: CrawlSummary
    at: float

    @property
    def unfinished(self) -> bool:
        """Whether it was stopped, or killed, before it had come to an end of its own."""
        return self.summary.outcome in {"running", "interrupted"}


def queue_priority(entry: QueuedUrl) -> int:
    """Its place in the queue: smaller goes first. An AMP form waits for the page itself to be
    named; the target of a redirect goes before everything else that has no priority of its own.
    """
    if entry.redirected:
        return REDIRECTED
    if entry.priority > 0:
        return -min(entry.priority, _MOST)
    if entry.priority < 0:
        return LAST + 2 * min(-entry.priority, _MOST)
    if entry.kind is UrlKind.KNOWN and not entry.hops:
        return _RECENT
    late = _AMP_LATER if entry.kind in _AMP_KINDS and is_amp(entry.url) else 0
    return PRIORITY[entry.kind] + late + (min(entry.hops, 9) if entry.kind is UrlKind.LINK else 0)


def is_pressing(entry: QueuedUrl, leased: QueuedUrl) -> bool:
    """Whether an entry that came in goes before one that was leased in advance: news and what
    announces it, and what code put first; anything where what was leased is to come last. For
    others it is not worth leasing anew.
    """
    if not (entry.priority > 0 or entry.kind in _PRESSING or leased.priority < 0):
        return False
    return queue_priority(entry) < queue_priority(leased)


def priority_at(place: int) -> int:
    """The priority of its own that gave an entry its place in the queue; 0 if it had none."""
    if place < 0:
        return -place
    return -((place - LAST + 1) // 2) if place > LAST else 0


def frontier_key(site: str, url: str) -> int:
    """64 bits that name a URL within a site; one for all addresses with the same canonical key."""
    digest = hashlib.sha256(
        f"{site}\n{canonical_key(url)}".encode("utf-8", "surrogatepass")
    ).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def whole_key(site: str, url: str) -> int:
    """The frontier key of an address with all its parameters, those for tracking too.

    It is `frontier_key` where there are none of these.
    """
    if not is_tracked(url):
        return frontier_key(site, url)
    return request_key(site, url.encode("utf-8", "surrogatepass"))


def key_of(site: str, entry: QueuedUrl) -> int:
    """The frontier key of an entry: its own, or that of its URL."""
    return entry.key or frontier_key(site, entry.url)


def request_key(site: str, fingerprint: bytes) -> int:
    """64 bits that name a request within a site which is more than a GET of its URL (a POST)."""
    digest = hashlib.sha256(site.encode("utf-8", "surrogatepass") + b"\0" + fingerprint).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
