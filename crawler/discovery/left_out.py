"""What one crawl of a site was led to and does not ask for: each address with its reason, until the
archive has it.

Kept in the frontier, in the transaction that acknowledges the page which led to it, so that a kill
loses nothing of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archive.model import LeftOut, LeftOutReason
from crawler.frontier.queue import PAST, TRAP, Frontier
from crawler.frontier.queued_url import QueuedUrl, frontier_key
from crawler.frontier.scope import UrlKind

# Linked addresses kept for each reason: traps make up ever more. What is announced is always kept.
MAX_LINKED = 5_000
_GIVEN_UP = {
    TRAP: (LeftOutReason.TRAP, "too many of its shape brought nothing new"),
    PAST: (LeftOutReason.DATE, "the pages before it bring only what is older"),
}
_ANNOUNCED = frozenset({UrlKind.ARTICLE, UrlKind.LISTED, UrlKind.SITEMAP, UrlKind.FEED})


class LeftOutLog:
    """For one site and one crawl."""

    def __init__(self, site: str, frontier: Frontier) -> None:
        self._site = site
        self._frontier = frontier
        self._fresh: list[LeftOut] = []
        self._folded: list[tuple[int, QueuedUrl]] = []
        self._linked: Counter[LeftOutReason] = Counter()

    def note(self, entry: QueuedUrl, why: LeftOutReason, detail: str = "") -> None:
        """Note that an entry is not queued; guesses, and what pages only show, are passed over."""
        if entry.guess or entry.kind is UrlKind.REQUISITE:
            return
        if not (entry.claims or entry.kind in _ANNOUNCED):
            self._linked[why] += 1
            if self._linked[why] > MAX_LINKED:
                return
        self._fresh.append(LeftOut(url=entry.url, why=why, detail=detail, found_on=entry.via))

    def leave_to_next_crawl(self, entries: list[QueuedUrl], why: str) -> list[QueuedUrl]:
        """Note entries that the next crawl may ask for; those that only belong to a page are given
        back, to be asked for with it.
        """
        for entry in entries:
            self.note(entry, LeftOutReason.LIMIT, why)
        return [entry for entry in entries if entry.kind is UrlKind.REQUISITE]

    def note_spelling(self, url: str, entry: QueuedUrl) -> None:
        """Note that an announced address is asked for under the address of `entry`."""
        if url != entry.url:
            found = LeftOut(url=url, why=LeftOutReason.FOLDED, detail=entry.url, found_on=entry.via)
            self._fresh.append(found)

    def note_known(self, key: int, entry: QueuedUrl) -> None:
        """Note that an entry is not queued since its frontier key is: under the same address, or
        another that counts as the same.
        """
        if not entry.guess and entry.kind is not UrlKind.REQUISITE:
            self._folded.append((key, entry))

    def save(self) -> None:
        """Put what was noted into the frontier; to be called in its transaction, once what came
        in is queued.
        """
        for key, entry in self._folded:
            asked = self._frontier.url_of(key)
            if asked is not None and asked != entry.url:
                self.note(entry, LeftOutReason.FOLDED, asked)
        if self._fresh:
            self._frontier.leave_out(self._site, self._fresh)
        self._fresh, self._folded = [], []

    def conclude(self, why: LeftOutReason, detail: str) -> tuple[list[LeftOut], int]:
        """What is left out now that the crawl ends, as far as the archive does not say so yet, and
        how many addresses are left out in all. What waits does for the reason given.
        """
        with self._frontier.transaction():
            self.save()
        found = [each for each in self._frontier.left_out(self._site) if not self._is_queued(each)]
        beyond = sum(max(0, count - MAX_LINKED) for count in self._linked.values())
        waiting, total = list(self._unasked(why, detail)), len(found) + beyond
        return found + [each for each, told in waiting if not told], total + len(waiting)

    def _is_queued(self, entry: LeftOut) -> bool:
        """Whether an address was queued after all: found again nearer to the start, say."""
        key = frontier_key(self._site, entry.url)
        return self._frontier.knows(self._site, key) and self._frontier.url_of(key) == entry.url

    def _unasked(self, why: LeftOutReason, detail: str) -> Iterator[tuple[LeftOut, bool]]:
        for entry in self._frontier.unasked(self._site):
            reason, said = _GIVEN_UP.get(entry.given_up or "", (why, detail))
            left = LeftOut(url=entry.url, why=reason, detail=said, found_on=entry.via)
            yield left, entry.told


def why_waiting(outcome: str, *, lost: str | None, limit: str | None) -> tuple[LeftOutReason, str]:
    """Why entries still wait when a crawl ends: `lost` says why the site was given up, `limit`
    which limit was reached.
    """
    if outcome == "interrupted":
        return LeftOutReason.INTERRUPTED, "the next crawl goes on"
    if limit is not None and not lost:
        return LeftOutReason.LIMIT, limit
    return LeftOutReason.AWAY, lost or "its host did not answer, or asks to be left alone"
