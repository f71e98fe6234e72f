"""How a host wants to be treated: pauses, Retry-After, back-off, robots.txt that fails, and when to
leave it alone.

Time is monotonic throughout, so a clock that jumps neither floods a host nor stops a crawl; only
what outlives the process has a date (`HostStore`). What a robots.txt says is
`crawler.politeness.robots_rules`', and what its absence means `crawler.politeness.robots_cache`'.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urlsplit

MAX_DELAY = (
    60.0  # seconds; a longer Crawl-delay would mean "do not crawl", which has a rule of its own
)
# seconds a crawl waits for a host that asks to be left alone; beyond that it ends and resumes later
MAX_HELD = 300.0
MAX_AWAY = 31 * 24 * 3600.0  # seconds; a longer Retry-After is a mistake, or means "never"
# Longest back-off, in seconds, from a host that only refused (429, 503) for several runs: not more
# than an hourly crawl loses a turn or two by.
MAX_REFUSED_AWAY = 3600.0
# A host that takes longer than this many seconds to answer, on average, is asked more slowly than
# configured: it rests this many times as long as it works, up to a bound in seconds. (Fetches of
# news pages take 0.1 to 0.5 s; Heritrix rests five times as long, by default for all hosts.)
SLOW_ANSWER = 0.5
REST = 2.0
MAX_REST = 30.0
RECALL = 5.0  # seconds between two looks at what other processes were told
_LATEST_WEIGHT = 0.3  # of the latest answer in the moving mean: some five answers count
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

    `refused_runs`: how many runs before this one it refused and nothing else. `has_answered` and
    `has_refused` are of this run; `answer_time` in seconds, a moving mean. `recalled_at`: when what
    earlier runs kept of it was looked at.
    """

    delay: float
    next_at: float = 0.0
    held_until: float = 0.0
    refused_runs: int = 0
    answer_time: float = 0.0
    has_answered: bool = False
    has_refused: bool = False
    recalled_at: float | None = None

    def reserve(self, now: float) -> float:
        """Take the next turn; when it is."""
        turn = max(now, self.next_at, min(self.held_until, now + MAX_HELD))
        self.next_at = turn + max(self.delay, _rest(self.answer_time))
        return turn

    def hold(self, until: float, now: float) -> None:
        """Leave the host alone until then, if it is not to be for longer already."""
        del now
        self.held_until = max(self.held_until, until)

    def held(self, now: float) -> float:
        """For how many seconds the host is to be left alone."""
        return max(0.0, self.held_until - now)


class KeptHost(Protocol):
    """What was kept of a host: seconds it is still held, refused runs, seconds to answer."""

    @property
    def held(self) -> float: ...  # noqa: D102

    @property
    def refused_runs(self) -> int: ...  # noqa: D102

    @property
    def answer_time(self) -> float: ...  # noqa: D102


class HostStore(Protocol):
    """Where the state of hosts outlives the process."""

    def recall_host(self, host: str) -> KeptHost:
        """How a host stood when it was kept last."""

    def keep_host(self, host: str, *, held: float, refused_runs: int, answer_time: float) -> None:
        """Keep how a host stands; `held` are seconds from now on."""


class HostPacing:
    """When each host may be asked next. `delay` in seconds; `first` is the back-off after a first
    failure.

    `states` are shared by the sites of one run: two of them may lie on one host, which is asked no
    faster for that. The longest of their delays holds. For what other processes ask of it, its
    turns are in a file (`crawler.politeness.shared_host`). What a host asked for in an earlier
    run, or in another process, is in `memory`.
    """

    def __init__(
        self,
        delay: float,
        states: dict[str, HostState] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        memory: HostStore | None = None,
    ) -> None:
        self._delay = delay
        self._clock = clock
        self._memory = memory
        self._hosts: dict[str, HostState] = {} if states is None else states
        # A site on this machine (delay 0) is not offended by a second try after half a second.
        self.first_backoff = min(5.0, 0.5 + 4.5 * delay)

    def _host(self, url: str) -> HostState:
        name = urlsplit(url).netloc
        try:
            host = self._hosts[name]
        except KeyError:
            host = self._hosts[name] = HostState(self._delay)
        host.delay = max(host.delay, self._delay)
        if self._memory is not None:
            self._recall(name, host, self._memory)
        return host

    def _recall(self, name: str, host: HostState, memory: HostStore) -> None:
        """Take what earlier runs kept of a host, and now and then what other processes do."""
        now, first = self._clock(), host.recalled_at is None
        if host.recalled_at is not None and now - host.recalled_at < RECALL:
            return
        host.recalled_at = now
        kept = memory.recall_host(name)
        if kept.held > 0:
            host.hold(now + min(kept.held, MAX_AWAY), now)
        if first:
            host.refused_runs, host.answer_time = kept.refused_runs, kept.answer_time

    def _keep(self, url: str, host: HostState) -> None:
        if self._memory is not None:
            self._memory.keep_host(
                urlsplit(url).netloc,
                held=max(0.0, host.held_until - self._clock()),
                refused_runs=host.refused_runs + (host.has_refused and not host.has_answered),
                answer_time=host.answer_time,
            )

    def keep_crawl_delay(self, url: str, delay: float | None) -> None:
        """Keep at least this Crawl-delay on the URL's host."""
        if delay:
            host = self._host(url)
            host.delay = max(host.delay, min(delay, MAX_DELAY))

    def hold_host(self, url: str, seconds: float) -> None:
        """Ask the URL's host nothing for so long, in later runs, too."""
        host, now = self._host(url), self._clock()
        until = now + min(seconds, MAX_AWAY)
        if until > host.held_until:
            host.hold(until, now)
            self._keep(url, host)

    def note_answer(self, url: str, seconds: float = 0.0) -> None:
        """Note an answer that asks for no pause, and how long it took: what earlier runs met is
        over.
        """
        host = self._host(url)
        weight = _LATEST_WEIGHT if host.answer_time else 1.0
        host.answer_time += weight * (seconds - host.answer_time)
        is_over = host.refused_runs or (host.has_refused and not host.has_answered)
        host.has_answered, host.refused_runs = True, 0
        if is_over:
            self._keep(url, host)

    def note_refusal(self, url: str, backoff: float) -> float:
        """Note an answer that asks to slow down and says not for how long; the seconds to wait:
        `backoff`, or longer where the host refused the runs before this one and this one so far.
        """
        host = self._host(url)
        host.has_refused = True
        if host.has_answered or not host.refused_runs:
            return backoff
        return max(backoff, min(MAX_HELD * 2.0 ** min(host.refused_runs, 9), MAX_REFUSED_AWAY))

    def reserve_turn(self, url: str) -> float:
        """Take the host's next turn; the seconds to wait for it."""
        now = self._clock()
        return self._host(url).reserve(now) - now

    def keep_all(self) -> None:
        """Have the next run begin at the pace that this one came to."""
        for name, host in self._hosts.items():
            if host.has_answered:
                self._keep(f"//{name}", host)

    def seconds_held(self, url: str) -> float:
        """Seconds for which the host is still to be left alone, whatever was reserved before; not
        more than a crawl waits.
        """
        return min(MAX_HELD, self._host(url).held(self._clock()))

    def seconds_away(self, url: str) -> float:
        """Seconds for which the host asks to be left alone, where that is longer than a crawl
        waits; else 0.
        """
        left = self._host(url).held(self._clock())
        return left if left > MAX_HELD else 0.0


def _rest(answer_time: float) -> float:
    """Seconds that a host is given for an answer which took `answer_time`: 0 for a quick one."""
    return min(REST * answer_time, MAX_REST) if answer_time > SLOW_ANSWER else 0.0
