"""A set of many 64-bit integers in little memory: which addresses a crawl has met."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Iterable


class KeySet:
    """A set of 64-bit integers that grows to millions at some ten bytes each (a Python set takes
    over seventy).
    """

    def __init__(self, keys: Iterable[int] = ()) -> None:
        self._sorted = array("q", sorted(keys))
        self._recent: set[int] = set()

    def __contains__(self, key: int) -> bool:
        if key in self._recent:
            return True
        position = bisect_left(self._sorted, key)
        return position < len(self._sorted) and self._sorted[position] == key

    def __len__(self) -> int:
        return len(self._sorted) + len(self._recent)

    def add(self, key: int) -> bool:
        """Take the key in; whether it is new."""
        if key in self:
            return False
        self._recent.add(key)
        if len(self._recent) > max(1 << 14, len(self._sorted) >> 3):
            self._sorted = array("q", heapq.merge(self._sorted, sorted(self._recent)))
            self._recent.clear()
        return True
