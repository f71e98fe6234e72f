"""When a site is to be left alone: refusals and silence in a row."""

from __future__ import annotations

from collections import deque

# When a site is left: so many answers in a row that mean "go away", and these at least this share
# of its latest answers. A closed section of an open site is ten in a row too, but not most of what
# the site says.
REFUSALS = 10


LATEST = 30


REFUSED_SHARE = 2 / 3


REFUSED = frozenset({401, 403, 429})


class RefusalCounter:
    """Counts answers in a row that mean "go away" or no answer at all; `lost` says why the site is
    to be left.
    """

    def __init__(self, limit: int = REFUSALS) -> None:
        self._limit = limit
        self._latest: deque[bool] = deque(maxlen=LATEST)  # True for a refusal
        self._refused = 0
        self._silent = 0
        self.lost: str | None = None

    def answered(self) -> None:
        """Count a response of any status: the row of silent requests ends."""
        self._silent = 0

    def welcomed(self) -> None:
        """Count a page that was read and is one of the site's own.

        Reading comes later than fetching, so the count of silent requests stays.
        """
        self._latest.append(False)
        self._refused = 0

    def refused(self, how: str) -> None:
        """Count a refusal (401, 403, 429 or a challenge page), described by `how`."""
        self._latest.append(True)
        self._refused += 1
        if self._refused >= self._limit and sum(self._latest) >= REFUSED_SHARE * len(self._latest):
            self.lost = (
                f"{self._refused} answers in a row refused the crawler, the last with {how}: "
                "the site blocks it"
            )

    def silent(self, how: str) -> None:
        """Count a request without a response, described by `how`."""
        self._silent += 1
        if self._silent >= self._limit:
            self.lost = f"{self._silent} requests in a row had no answer, the last: {how}"
