"""The files in which a site states how its pages may be used (tdmrep.json, RSL licences): asked for
once a day, by whichever run, and waited for, but not for long.

What they say is `pipelines.usage_signals`' to read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from crawler.politeness.robots_cache import (
    ROBOTS_LIFETIME,
    RobotsMemory,
    RobotsResponse,
    follow_redirects,
)

PATIENCE = 5.0  # seconds that an answer may take: pages wait for it
AGAIN = 3600.0  # seconds until a file that gave no answer is asked for again
_GONE = frozenset({404, 410})


class RightsFiles:
    """Each file as it was answered last.

    `fetch` fetches one address without following redirects. 404 and 410, and a redirect that leads
    nowhere, say that nothing is stated (any more); another refusal, a failing server and no answer
    say nothing: then what was known before counts, however old. `memory` has what runs before this
    one fetched, by the file's address.
    """

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[RobotsResponse]],
        *,
        memory: RobotsMemory | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._memory = memory
        self._clock = clock
        self._bodies: dict[str, bytes] = {}
        self._due: dict[str, float] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def body(self, url: str) -> bytes | None:
        """What the file says, as far as it is read; empty where it is not there, None where that is
        not known.
        """
        return self._bodies.get(url)

    async def refresh(self, url: str) -> None:
        """Ask for the file, unless it is known and of the day."""
        async with self._locks.setdefault(url, asyncio.Lock()):
            if url not in self._due:
                self._recall(url)
            if self._clock() < self._due[url]:
                return
            answer = await follow_redirects(url, self._fetch)
            known = self._note(url, answer)
            self._due[url] = self._clock() + (ROBOTS_LIFETIME if known else AGAIN)
            if known and self._memory is not None:
                self._memory.keep(url, answer)

    def _recall(self, url: str) -> None:
        now = self._clock()
        self._due[url] = now
        recalled = self._memory.recall(url) if self._memory is not None else None
        if recalled is not None and self._note(url, recalled[0]):
            self._due[url] = now + ROBOTS_LIFETIME - recalled[1]

    def _note(self, url: str, answer: RobotsResponse) -> bool:
        """Note what an answer says; whether it says anything."""
        status = answer.status or 0
        if not (200 <= status < 300 or status in _GONE):
            return False
        self._bodies[url] = answer.body
        return True
