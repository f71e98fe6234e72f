"""What a crawl of a window of days (`crawl --since --until`) passes over, and how far it has come.

By evidence that holds for any site: the days that addresses name, those that announcements state,
and the dates of articles. A listing is read on page after page, in their order, until pages in a
row bring only articles from before the window; what lies behind it costs a look at the listing
alone. Decides only, for one site and one crawl; without a window nothing is passed over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from archive.model import Reading
from crawler.discovery.address_dates import AddressDays, NumberForms, days_in
from crawler.discovery.discovered_entries import Window, parse_day
from crawler.discovery.further_pages import list_page, offset_of
from crawler.frontier.key_set import KeySet
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl, frontier_key
from crawler.frontier.scope import ScopeDecision, ScopeReason, UrlKind

# Pages of a listing in a row that bring only articles from before the window: one may be a look
# back, or begin with what was pinned.
ENOUGH = 2
_BY_LINK = frozenset({UrlKind.LINK, UrlKind.SECTION})
_DATED = _BY_LINK | {UrlKind.SITEMAP}
_ANNOUNCED = frozenset({UrlKind.ARTICLE, UrlKind.LISTED})
_FIRST = 1
_KEPT = 10  # pages of each listing that are kept from crawl to crawl


@dataclass(slots=True)
class _Brought:
    """How many articles a page of a listing brought that were not met before: from before the
    window, later ones, and such without a date.
    """

    old: int = 0
    later: int = 0
    undated: int = 0

    @property
    def is_past(self) -> bool:
        return self.old > 0 and self.later == 0 and self.undated <= self.old

    @property
    def says_nothing(self) -> bool:
        return not (self.old or self.later or self.undated)


class BackFill:
    """For the crawl whose entries are in `queue` of the frontier. `published` tells the date of an
    article that the index knows by its address, or None.
    """

    def __init__(
        self,
        window: Window,
        queue: str,
        frontier: Frontier,
        published: Callable[[str], datetime | None],
    ) -> None:
        self.window = window
        self.oldest: date | None = None  # the oldest day within the window with an article read
        self._published = published
        self._queue = queue
        self._frontier = frontier
        self._elsewhere = KeySet()  # what was announced for other days
        self._forms = NumberForms()
        self._bridges: set[str] = set()
        self._places: dict[str, tuple[str, int]] = {}  # listing and number of each page by address
        self._lists: set[str] = set()  # listings with further pages by an offset
        self._pages: defaultdict[str, dict[int, _Brought]] = defaultdict(dict)
        self._under_way: Counter[str] = Counter()
        if window.is_given:
            self._take_up()

    # --------------------------------------------------------------------------- what is announced

    def pass_over(self, reading: Reading, url: str) -> Iterator[tuple[QueuedUrl, str]]:
        """What a sitemap or feed at `url` names for other days than are wanted, each with the day
        stated. Links to it are no reason either.

        A sitemap that did not change since the window began holds what is older. A later change
        says nothing of what it holds.
        """
        if not self.window.is_given:
            return
        for sighting in reading.sightings:
            if sighting.kind != "section" and not self.window.holds(sighting):
                self._elsewhere.add(self._key(sighting.url))
                day = sighting.published or sighting.modified or ""
                yield QueuedUrl(url=sighting.url, via=url, claims=(sighting,)), day
        for sitemap, changed in reading.sitemap_changes:
            changed_on = parse_day(changed)
            if changed_on and self.window.is_before(changed_on):
                self._elsewhere.add(self._key(sitemap))
                yield QueuedUrl(url=sitemap, kind=UrlKind.SITEMAP, via=url), f"changed {changed}"

    def other_day(self, entry: QueuedUrl) -> ScopeDecision | None:
        """The refusal of an entry that stands for other days than are wanted; else None."""
        if not self.window.is_given or entry.url in self._bridges or entry.by_spider:
            return None
        is_announced = entry.kind in _ANNOUNCED
        if is_announced and any(
            parse_day(claim.published or claim.modified) for claim in entry.claims
        ):
            return None  # what is stated holds, and was looked at
        if not is_announced and entry.kind not in _DATED:
            return None
        if not is_announced and self._key(entry.url) in self._elsewhere:
            return ScopeDecision(ScopeReason.OTHER_DAY)
        days = self._days(entry)
        if days is None or not self._is_outside(days):
            return None
        return ScopeDecision(ScopeReason.OTHER_DAY, _said(days))

    def _key(self, url: str) -> int:
        return frontier_key(self._queue, url)

    def _days(self, entry: QueuedUrl) -> AddressDays | None:
        days = days_in(entry.url, anywhere=entry.kind is UrlKind.SITEMAP)
        if days is None or not self._forms.believes(days):
            return None
        # what has a headline is an article, and a mere number in its address more likely its own
        return days if days.is_sure or not entry.claims else None

    def _is_outside(self, days: AddressDays) -> bool:
        return self.window.is_before(days.last) or self.window.is_after(days.first)

    # ------------------------------------------------------------------------- listings, calendars

    def arrange(
        self,
        found: Iterable[QueuedUrl],
        further: Mapping[str, int | None],
        entry: QueuedUrl,
        url: str,
    ) -> list[QueuedUrl]:
        """What a page at `url` (of `entry`) leads to, `further` pages of its listing marked to be
        asked for after all else, in their order; what the page says of its place in time is noted.
        """
        entries = list(found)
        if not self.window.is_given:
            return entries
        for each in entries:
            self._forms.note(each.url)
        listing, number = self._place_of(entry.url)
        self._places.setdefault(url, (listing, number))
        self._bridge_calendars(entries)
        page = self._pages[listing].setdefault(number, _Brought())
        arranged = []
        for each in entries:
            if each.kind is UrlKind.SECTION and each.url in further:
                self._note_further(each.url, further[each.url], listing, number)
                each = replace(each, priority=-self._places[each.url][1])  # noqa: PLW2901
            elif each.kind in _BY_LINK:
                self._note_link(page, each)
            arranged.append(each)
        return arranged

    def _note_further(self, url: str, offset: int | None, listing: str, number: int) -> None:
        """Note the place of a page that one at `number` of a listing names as a further one."""
        if offset is not None:
            self._lists.add(listing)
        place = list_page(url) or (listing, number + 1 if offset is None else offset)
        self._places.setdefault(url, place)

    def _place_of(self, url: str) -> tuple[str, int]:
        if url not in self._places:
            by_offset = ((listing, offset_of(url, listing)) for listing in self._lists)
            found = ((listing, offset) for listing, offset in by_offset if offset is not None)
            place = list_page(url) or next(found, None)
            self._places[url] = place or (url.rstrip("/"), _FIRST)
        return self._places[url]

    def _note_link(self, page: _Brought, entry: QueuedUrl) -> None:
        """Note the date of an article that a page links to, if that is known already."""
        if self._frontier.knows(self._queue, self._key(entry.url)):
            return
        days = self._days(entry)
        if days is not None and not days.is_bare:
            self._count(page, days.last)
        elif (published := self._published(entry.url)) is not None:
            self._count(page, published.date())

    def _count(self, page: _Brought, day: date) -> None:
        if self.window.is_before(day):
            page.old += 1
        else:
            page.later += 1

    def _bridge_calendars(self, entries: list[QueuedUrl]) -> None:
        """Where a page leads to later days of a calendar only, let the earliest of them through:
        calendars that are walked step by step are walked back to the window.
        """
        dated = [
            (days, entry.url)
            for entry in entries
            if entry.kind in _BY_LINK and (days := self._days(entry)) and days.is_bare
        ]
        if dated and all(self.window.is_after(days.first) for days, _ in dated):
            self._bridges.add(min(dated, key=lambda each: each[0].first)[1])

    def goes_on(self, url: str) -> bool:
        """Whether the page at `url` brought articles that are not from before the window, though
        none may have been asked for: the listing is no trap.
        """
        place = self._places.get(url)
        page = self._pages[place[0]].get(place[1]) if place else None
        return page is not None and page.later > 0

    # -------------------------------------------------------------------------------- as it goes on

    def note_article(self, entry: QueuedUrl, published: datetime | None) -> None:
        """Note the date of an article that was read at `entry`; no other crawl needs to."""
        self._frontier.siblings.drop_elsewhere(self._queue, entry.url)
        if not self.window.is_given:
            return
        day = published.date() if published else None
        if day and not (self.window.is_before(day) or self.window.is_after(day)):
            self.oldest = min(day, self.oldest or day)
        if not entry.via or entry.kind not in _BY_LINK or self._days(entry) is not None:
            return
        listing, number = self._place_of(entry.via)
        page = self._pages[listing].setdefault(number, _Brought())
        if day is None:
            page.undated += 1
        else:
            self._count(page, day)

    def note_progress(self, *, is_over: bool = False) -> str:
        """Note in the frontier how far the crawl is, for the next one of the window, and return it;
        empty before it is anywhere. `is_over`: nothing of the window waits any more.
        """
        if not self.window.is_given:
            return ""
        reached = self.oldest.isoformat() if self.oldest else ""
        pages = {} if is_over else {name: _last(found) for name, found in self._pages.items()}
        self._frontier.siblings.note_standing(self._queue, reached or None, pages)
        return reached

    def _take_up(self) -> None:
        """Go on where the last crawl of the window noted that it was."""
        reached, pages = self._frontier.siblings.standing(self._queue)
        self.oldest = date.fromisoformat(reached) if reached else None
        for listing, found in pages.items():
            brought = {int(number): _Brought(*counts) for number, counts in found.items()}
            self._pages[listing] = brought
            if len(brought) > 1:
                self._lists.add(listing)

    def begin(self, entry: QueuedUrl) -> None:
        """The entry is asked for: what it says of the listing that led to it is not known yet."""
        if self.window.is_given and entry.via:
            self._under_way[self._place_of(entry.via)[0]] += 1

    def end(self, entry: QueuedUrl) -> None:
        """The entry is over, and what it brought was noted."""
        if self.window.is_given and entry.via:
            self._under_way[self._place_of(entry.via)[0]] -= 1

    def _is_further(self, entry: QueuedUrl) -> bool:
        """Whether an entry is a further page of a listing, marked as one by `arrange`."""
        return self.window.is_given and entry.kind is UrlKind.SECTION and entry.priority < 0

    def is_undecided(self, entry: QueuedUrl) -> bool:
        """Whether what is under way may show that a further page lies before the window."""
        return self._is_further(entry) and self._under_way[self._place_of(entry.url)[0]] > 0

    def is_past(self, entry: QueuedUrl) -> bool:
        """Whether a further page of a listing lies behind pages that brought only articles from
        before the window.
        """
        if not self._is_further(entry):
            return False
        listing, last = self._place_of(entry.url)
        in_a_row = 0
        for number, page in sorted(self._pages[listing].items()):
            if number >= last:
                break
            if page.is_past:
                in_a_row += 1
            elif not page.says_nothing:
                in_a_row = 0
            if in_a_row >= ENOUGH:
                return True
        return False


def _last(pages: dict[int, _Brought]) -> dict[int, tuple[int, int, int]]:
    """The last pages of a listing, as the frontier keeps them."""
    return {
        number: (pages[number].old, pages[number].later, pages[number].undated)
        for number in sorted(pages)[-_KEPT:]
    }


def _said(days: AddressDays) -> str:
    if days.first == days.last:
        return f"its address names {days.first}"
    return f"its address names {days.first} to {days.last}"
