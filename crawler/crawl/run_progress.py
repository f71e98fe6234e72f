"""How a run stands: what it has brought, how fast it goes, what waits, and where it is.

The numbers are asked for several times a second; what waits is counted by the frontier only now and
then, the more rarely the longer a count takes.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from crawler.crawl.tally import Tally
from crawler.frontier.queue import Frontier
from crawler.monitor.events import log_event

WINDOW = 60.0  # seconds whose responses make the rate
NOTED = 60.0  # seconds between two notes in the log of the run
_COUNTED = 5.0  # seconds, at least, between two counts of what waits
_SHARE = 0.02  # of the time, at most, that counting takes
_TALLIED = ("fetched", "new", "changed", "failed")


class RunProgress:
    """The progress of the crawls whose tallies are given. `clock` gives seconds."""

    def __init__(
        self,
        tallies: Sequence[Tally],
        frontier: Frontier,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tallies = tallies
        self._frontier = frontier
        self._clock = clock
        self._noted = clock()
        self._seen = deque([(self._noted, 0)])  # (time, responses), the oldest first
        self._waiting = 0
        self._count_at = self._noted
        self._urls = dict.fromkeys((tally.site for tally in tallies), "")
        self._where = ""

    def numbers(self) -> dict[str, Any]:
        """The numbers by name: sums of the tallies, `per_minute` (responses), `sites_done` (of how
        many, where there are several), `waiting` (addresses that are queued), `reached` (how far
        back a back-fill is: of the site that is least far), `left` (how long they will take at this
        rate), `where` (the site and the address asked for last). What is not
        known is None.
        """
        now = self._clock()
        sums = {name: sum(getattr(tally, name) for tally in self._tallies) for name in _TALLIED}
        rate = self._rate(now, sums["fetched"])
        self._count_waiting(now)
        left = self._waiting / rate if rate and self._waiting else None
        numbers = sums | {
            "per_minute": round(rate * 60) if rate is not None else None,
            "sites_done": self._sites_done(),
            "waiting": self._waiting,
            "reached": self._reached(),
            "left": None if left is None else f"about {_duration(left)}",
            "where": self._place(),
        }
        if now - self._noted >= NOTED:
            self._noted = now
            told = f"{sums['fetched']} fetched, {self._waiting} waiting"
            log_event("progress", told, {name: numbers[name] for name in numbers})
        return numbers

    @property
    def fetched(self) -> int:
        """How many responses there are."""
        return sum(tally.fetched for tally in self._tallies)

    @property
    def where(self) -> str | None:
        """The site, and the address, asked for last."""
        return self._place()

    def _rate(self, now: float, fetched: int) -> float | None:
        """Responses a second in the last minute; None in the first moments."""
        if now - self._seen[-1][0] >= 1:
            self._seen.append((now, fetched))
        while len(self._seen) > 2 and now - self._seen[1][0] >= WINDOW:
            self._seen.popleft()
        began, before = self._seen[0]
        return (fetched - before) / (now - began) if now - began >= 1 else None

    def _count_waiting(self, now: float) -> None:
        if now < self._count_at:
            return
        self._waiting = sum(
            self._frontier.count_waiting(tally.queue or tally.site)
            for tally in self._tallies
            if tally.outcome == "running"
        )
        took = self._clock() - now
        self._count_at = now + max(_COUNTED, took / _SHARE)

    def _sites_done(self) -> str | None:
        done = sum(tally.outcome != "running" for tally in self._tallies)
        return f"{done} of {len(self._tallies)}" if len(self._tallies) > 1 else None

    def _reached(self) -> str | None:
        days = [tally.reached for tally in self._tallies if tally.reached]
        return f"back to {max(days)}" if days else None

    def _place(self) -> str | None:
        """The site, and the address, asked for last."""
        for tally in self._tallies:
            if tally.url != self._urls[tally.site]:
                self._urls[tally.site] = tally.url
                self._where = f"{tally.site} {tally.url}"
        return self._where or None


def _duration(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{round(seconds / size)}{unit}"
    return f"{max(1, round(seconds))}s"
