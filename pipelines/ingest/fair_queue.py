"""A queue that serves its parties fairly: whose tasks have taken the least time is next.

Where each party has its share of what serves them, one whose tasks take long waits for its own and
delays no other (max-min fairness; Demers, Keshav and Shenker, 1989, served whole tasks so).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Task = TypeVar("Task")


@dataclass
class _Party(Generic[Task]):
    waiting: deque[Task] = field(default_factory=deque)
    begun: list[float] = field(default_factory=list)  # when those that are served now were taken
    used: float = 0.0  # seconds

    def so_far(self, now: float) -> float:
        return self.used + sum(now - begun for begun in self.begun)


class FairQueue(Generic[Task]):
    """Tasks of several parties, taken by several threads."""

    def __init__(self) -> None:
        self._parties: dict[Hashable, _Party[Task]] = {}
        self._changed = threading.Condition()
        self._is_closed = False

    def put(self, party: Hashable, task: Task) -> None:
        """Have a task of a party served."""
        with self._changed:
            found = self._parties.get(party)
            if found is None:
                found = self._parties[party] = _Party(used=self._least())
            found.waiting.append(task)
            self._changed.notify()

    def take_next(self) -> tuple[Hashable, float, Task] | None:
        """The next task, once there is one: whose it is, and when it was taken, for `done`. None
        where the queue is closed and empty.
        """
        with self._changed:
            while True:
                now = time.monotonic()
                ready = {key: each for key, each in self._parties.items() if each.waiting}
                if ready:
                    return self._take_of(ready, now)
                if self._is_closed:
                    return None
                self._changed.wait()

    def take_unserved(self) -> tuple[Hashable, float, Task] | None:
        """The next task of a party of which none is being served, if there is one."""
        with self._changed:
            now = time.monotonic()
            ready = {
                key: each for key, each in self._parties.items() if each.waiting and not each.begun
            }
            return self._take_of(ready, now) if ready else None

    def is_starved(self, seconds: float) -> bool:
        """Whether a party waits of which none is being served, while all that is being served was
        taken so many seconds ago.
        """
        with self._changed:
            latest = time.monotonic() - seconds
            begun = [each for party in self._parties.values() for each in party.begun]
            return (
                bool(begun)
                and max(begun) <= latest
                and any(party.waiting and not party.begun for party in self._parties.values())
            )

    def done(self, party: Hashable, begun: float) -> None:
        """Note that a task is served that was taken at some time. A party that has no other is
        forgotten: it saves nothing up, and owes nothing.
        """
        with self._changed:
            found = self._parties[party]
            found.begun.remove(begun)
            found.used += time.monotonic() - begun
            if not found.waiting and not found.begun:
                del self._parties[party]

    def close(self) -> None:
        """Have `take_next` give what is left, and then None."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _take_of(
        self, ready: dict[Hashable, _Party[Task]], now: float
    ) -> tuple[Hashable, float, Task]:
        key = min(ready, key=lambda each: ready[each].so_far(now))
        ready[key].begun.append(now)
        return key, now, ready[key].waiting.popleft()

    def _least(self) -> float:
        """What a party that comes anew has used: as little as any, so that it need not wait, and
        no less, so that none of the others does.
        """
        now = time.monotonic()
        return min((each.so_far(now) for each in self._parties.values()), default=0.0)
