"""Pages that lead to one wall at the same time: the first opens it, the others are asked again."""

from __future__ import annotations

from dataclasses import replace

from crawler.frontier.queued_url import QueuedUrl


class ConsentWalls:
    """The walls that a crawl has met: addresses that set a cookie and lead to one asked for before.

    A wall is asked for once, as any address is; what was led to it before it was opened would end
    there. Entries and walls are known by their frontier keys; each entry is given back once.
    """

    def __init__(self) -> None:
        self._open: set[int] = set()
        self._behind: dict[int, list[QueuedUrl]] = {}
        self._given_back: set[int] = set()

    def open_wall(self, wall: int, *, led_to: int | None = None) -> list[QueuedUrl]:
        """Note that `wall` set a cookie and led on; the entries that wait behind it, to be asked
        again. `led_to` is the entry that is asked again anyhow.
        """
        self._open.add(wall)
        if led_to is not None:
            self._given_back.add(led_to)
        return [again for entry in self._behind.pop(wall, []) for again in self._give_back(entry)]

    def stop_at(self, wall: int, entry: QueuedUrl) -> list[QueuedUrl]:
        """Note that an answer led `entry` (leased) to the address `wall`; the entry, to be asked
        again, if that is an open wall.
        """
        if wall in self._open:
            return self._give_back(entry)
        self._behind.setdefault(wall, []).append(entry)
        return []

    def _give_back(self, entry: QueuedUrl) -> list[QueuedUrl]:
        if entry.key in self._given_back:
            return []
        self._given_back.add(entry.key)
        return [replace(entry, leased=0.0, attempts=0, redirected=True)]
