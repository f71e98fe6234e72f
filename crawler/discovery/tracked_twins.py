"""Whether a site's addresses with tracking parameters show the same pages as those without."""

from __future__ import annotations

from archive.model import Change
from archive.urls import is_tracked
from crawler.frontier.key_set import KeySet

ENOUGH = 3  # pages that were seen under both addresses, all alike
_ALIKE = frozenset({Change.UNCHANGED, Change.DUPLICATE, Change.NONE})


class TrackedTwins:
    """Learns it from the pages of one crawl that came under both kinds of address.

    `alike` and `different` are what the index says of earlier crawls: where none differed, what
    they learned is known from the first page on; else it is learned anew.
    """

    def __init__(self, alike: int = 0, different: int = 0) -> None:
        self._tracked = KeySet()
        self._alike = 0 if different else alike
        self._different = 0

    @property
    def are_alike(self) -> bool:
        """True once enough pages were seen under both, and none of them differed."""
        return self._alike >= ENOUGH and not self._different

    def note(self, url: str, article: int, *, met: bool, change: Change) -> None:
        """Note that `url` showed an article (its key), whether this crawl had met it before, and
        what the capture was to the index.
        """
        tracked = is_tracked(url)
        if met and (tracked or article in self._tracked):
            self._alike += change in _ALIKE
            self._different += change is Change.CHANGED
        if tracked:
            self._tracked.add(article)
