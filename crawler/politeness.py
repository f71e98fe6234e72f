"""How a host wants to be treated: pauses, Retry-After, back-off, robots.txt that fails, and when to leave it alone.

Time is monotonic throughout, so a clock that jumps neither floods a host nor stops a crawl. Which rules a robots.txt
holds is `crawler.robots`'; this module fetches it, through a function it is given, and says what its absence means.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from archive.http_message import HttpMessage, decode_entity
from archive.urls import normalise
from crawler.robots import PARSED_BYTES, Robots

MAX_DELAY = 60.0  # seconds; a longer Crawl-delay would mean "do not crawl", which has a rule of its own
MAX_HELD = 300.0  # seconds a crawl waits for a host that asks to be left alone; beyond that it ends and resumes later
MAX_ATTEMPTS = 4  # fetches of one URL in one crawl
ROBOTS_ATTEMPTS = 3
ROBOTS_LIFETIME = 24 * 3600.0  # RFC 9309 §2.4
ROBOTS_REDIRECTS = 5  # RFC 9309 §2.3.1.2
# When a site is left: so many answers in a row that mean "go away", and these at least this share of its latest answers.
# A closed section of an open site is ten in a row too, but not most of what the site says.
REFUSALS = 10
LATEST = 30
REFUSED_SHARE = 2 / 3
TRY_LATER = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
SLOW_DOWN = frozenset({429, 503})
REFUSED = frozenset({401, 403, 429})


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 §10.2.3: seconds or an HTTP date), or None."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def backoff(attempt: int, first: float, jitter: Callable[[], float] = random.random) -> float:
    """Seconds before the next try: `first`, doubled with each attempt (from 0), up or down by a quarter, bounded."""
    return float(min(first * 2**attempt * (0.75 + jitter() / 2), MAX_HELD))


def origin(url: str) -> str:
    """Scheme and authority: what one robots.txt is for (RFC 9309 §2.3)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(slots=True)
class HostState:
    """When a host was promised its next request, and until when it is to be left alone (on the monotonic clock)."""

    delay: float
    next_at: float = 0.0
    held_until: float = 0.0


class Hosts:
    """When each host may be asked next. `delay` in seconds; `first` is the back-off after a first failure.

    `states` are shared by the sites of one run: two of them may lie on one host, which is asked no faster for that. The
    longest of their delays holds.
    """

    def __init__(
        self,
        delay: float,
        states: dict[str, HostState] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._delay = delay
        self._clock = clock
        self._hosts: dict[str, HostState] = {} if states is None else states
        # A site on this machine (delay 0) is not offended by a second try after half a second.
        self.first_backoff = min(5.0, 0.5 + 4.5 * delay)

    def _host(self, url: str) -> HostState:
        host = self._hosts.setdefault(urlsplit(url).netloc, HostState(self._delay))
        host.delay = max(host.delay, self._delay)
        return host

    def slow(self, url: str, delay: float | None) -> None:
        """Keep at least this Crawl-delay on the URL's host."""
        if delay:
            host = self._host(url)
            host.delay = max(host.delay, min(delay, MAX_DELAY))

    def hold(self, url: str, seconds: float) -> None:
        """Ask the URL's host nothing for so long."""
        host = self._host(url)
        host.held_until = max(host.held_until, self._clock() + min(seconds, MAX_HELD))

    def reserve(self, url: str) -> float:
        """Take the host's next turn; the seconds to wait for it."""
        host, now = self._host(url), self._clock()
        turn = max(now, host.next_at, host.held_until)
        host.next_at = turn + host.delay
        return turn - now

    def held(self, url: str) -> float:
        """Seconds for which the host is still to be left alone, whatever was reserved before."""
        return max(0.0, self._host(url).held_until - self._clock())


class Patience:
    """Counts answers in a row that mean "go away" or no answer at all; `lost` says why the site is to be left."""

    def __init__(self, limit: int = REFUSALS) -> None:
        self._limit = limit
        self._latest: deque[bool] = deque(maxlen=LATEST)  # True for a refusal
        self._refused = 0
        self._silent = 0
        self.lost: str | None = None

    def answered(self) -> None:
        """There was a response, whatever it says."""
        self._silent = 0

    def welcomed(self) -> None:
        """The site gave a page."""
        self._latest.append(False)
        self._refused = self._silent = 0

    def refused(self, how: str) -> None:
        """The site refused (403, 429) or put up a challenge."""
        self._latest.append(True)
        self._refused += 1
        if self._refused >= self._limit and sum(self._latest) >= REFUSED_SHARE * len(self._latest):
            self.lost = f"{self._refused} answers in a row refused the crawler, the last with {how}: the site blocks it"

    def silent(self, how: str) -> None:
        """No response came."""
        self._silent += 1
        if self._silent >= self._limit:
            self.lost = f"{self._silent} requests in a row had no answer, the last: {how}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a fetch brought, as far as politeness cares. `error` is set where there was no response."""

    url: str
    status: int | None = None
    body: bytes = b""
    location: str | None = None
    retry_after: float | None = None
    error: str | None = None

    @classmethod
    def of(cls, url: str, message: HttpMessage) -> Answer:
        """What a response says; its body is decoded where it may be rules, and as far as they are read."""
        body = b""
        if message.status is not None and 200 <= message.status < 300:
            body = decode_entity(message.entity, message.header("Content-Encoding"), PARSED_BYTES + 1).body
        return cls(
            url=url,
            status=message.status,
            body=body,
            location=message.text("Location"),
            retry_after=retry_after(message.header("Retry-After")),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What robots.txt means for one origin: its rules, or why nothing may be fetched there."""

    robots: Robots = field(default_factory=Robots)
    blocked: str | None = None


class RobotsKeeper:
    """Each origin's robots.txt, fetched once a day at most, before anything else of that origin.

    `fetch` fetches one URL without following redirects. RFC 9309 §2.3.1: 2xx gives rules, 4xx allows all, anything else
    forbids all.
    """

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[Answer]],
        hosts: Hosts,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._fetch = fetch
        self._hosts = hosts
        self._clock = clock
        self._sleep = sleep
        self._kept: dict[str, tuple[float, Standing]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def standing(self, url: str) -> Standing:
        """What robots.txt of the URL's origin means."""
        place = origin(url)
        async with self._locks.setdefault(place, asyncio.Lock()):
            kept = self._kept.get(place)
            if kept and self._clock() - kept[0] < ROBOTS_LIFETIME:
                return kept[1]
            standing = await self._persistent(f"{place}/robots.txt")
            self._hosts.slow(url, standing.robots.delay)
            self._kept[place] = (self._clock(), standing)
            return standing

    async def _persistent(self, url: str) -> Standing:
        standing = Standing()
        for attempt in range(ROBOTS_ATTEMPTS):
            answer = await self._final(url)
            standing = _standing(answer)
            if standing.blocked is None or attempt == ROBOTS_ATTEMPTS - 1:
                break
            asked = answer.retry_after
            if asked is not None and asked > MAX_HELD:
                break
            await self._sleep(asked if asked is not None else backoff(attempt, self._hosts.first_backoff))
        return standing

    async def _final(self, url: str) -> Answer:
        """The answer after at most five redirects, to other hosts too; more of them count as "no robots.txt"."""
        for _ in range(ROBOTS_REDIRECTS + 1):
            answer = await self._fetch(url)
            redirect = answer.status is not None and 300 <= answer.status < 400 and answer.location
            target = normalise(answer.location or "", url) if redirect else None
            if target is None:
                return answer
            url = target
        return Answer(url=url, status=404)


def _standing(answer: Answer) -> Standing:
    if answer.error is not None:
        return Standing(blocked=f"robots.txt could not be fetched ({answer.error}), so nothing may be (RFC 9309)")
    status = answer.status or 0
    if 200 <= status < 300:
        return Standing(Robots(answer.body))
    if status == 429 or status >= 500 or status < 200:
        return Standing(blocked=f"robots.txt answers {status}, so nothing may be fetched (RFC 9309)")
    return Standing()
