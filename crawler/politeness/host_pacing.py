"""How a host wants to be treated: pauses, Retry-After, back-off, robots.txt that fails, and when to
leave it alone.

Time is monotonic throughout, so a clock that jumps neither floods a host nor stops a crawl. Which
rules a robots.txt holds is `crawler.politeness.robots_rules`'; this module fetches it, through a
function it is given, and says what its absence means.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

MAX_DELAY = (
    60.0  # seconds; a longer Crawl-delay would mean "do not crawl", which has a rule of its own
)
# seconds a crawl waits for a host that asks to be left alone; beyond that it ends and resumes later
MAX_HELD = 300.0
MAX_ATTEMPTS = 4  # fetches of one URL in one crawl
TRY_LATER = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
SLOW_DOWN = frozenset({429, 503})


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 §10.2.3: seconds or an HTTP date), or
    None.
    """
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


def backoff_delay(attempt: int, first: float, jitter: Callable[[], float] = random.random) -> float:
    """Seconds before the next try: `first`, doubled with each attempt (from 0), up or down by a
    quarter, bounded.
    """
    return float(min(first * 2**attempt * (0.75 + jitter() / 2), MAX_HELD))


@dataclass(slots=True)
class HostState:
    """When a host was promised its next request, and until when it is to be left alone (on the
    monotonic clock).
    """

    delay: float
    next_at: float = 0.0
    held_until: float = 0.0


class HostPacing:
    """When each host may be asked next. `delay` in seconds; `first` is the back-off after a first
    failure.

    `states` are shared by the sites of one run: two of them may lie on one host, which is asked no
    faster for that. The longest of their delays holds.
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

    def keep_crawl_delay(self, url: str, delay: float | None) -> None:
        """Keep at least this Crawl-delay on the URL's host."""
        if delay:
            host = self._host(url)
            host.delay = max(host.delay, min(delay, MAX_DELAY))

    def hold_host(self, url: str, seconds: float) -> None:
        """Ask the URL's host nothing for so long."""
        host = self._host(url)
        host.held_until = max(host.held_until, self._clock() + min(seconds, MAX_HELD))

    def reserve_turn(self, url: str) -> float:
        """Take the host's next turn; the seconds to wait for it."""
        host, now = self._host(url), self._clock()
        turn = max(now, host.next_at, host.held_until)
        host.next_at = turn + host.delay
        return turn - now

    def seconds_held(self, url: str) -> float:
        """Seconds for which the host is still to be left alone, whatever was reserved before."""
        return max(0.0, self._host(url).held_until - self._clock())
