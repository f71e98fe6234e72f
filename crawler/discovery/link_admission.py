"""What readings bring a site's crawl: the entries worth queueing, and which shapes of address have
dried up.

Decides only. Failures go through a function it is given, what is left out to a log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import Protocol

from archive.config import SiteConfig
from archive.model import (
    Capture,
    Change,
    LeftOutReason,
    Reading,
    Stage,
)
from archive.urls import is_tracked
from crawler.discovery import discovered_entries
from crawler.discovery.back_fill import BackFill
from crawler.discovery.discovered_entries import MAX_SITEMAP_DEPTH, Window
from crawler.discovery.further_pages import FurtherPages, further_pages
from crawler.discovery.left_out import LeftOutLog
from crawler.discovery.recrawl import Recrawl
from crawler.discovery.unexpected_answers import unexpected_answer
from crawler.frontier.key_set import KeySet
from crawler.frontier.queue import PAST, TRAP, Frontier
from crawler.frontier.queued_url import QueuedUrl, frontier_key, whole_key
from crawler.frontier.scope import (
    MAX_OUTLINKS,
    SUSPECT,
    Scope,
    ScopeDecision,
    ScopeReason,
    UrlKind,
)
from crawler.frontier.trap_budgets import REFUSED_WEIGHT, TrapBudgets
from crawler.politeness.refusals import REFUSED

MAX_SITEMAPS = 10_000  # files a crawl reads: an index may hold 50,000, a generator has no end
MAX_EMBEDS = 5  # style sheets that import style sheets: how far behind the deepest page
MAX_BY_SHEETS = 20_000  # what style sheets call for in one crawl: they may name new ones for ever
DISCOVERY = frozenset({UrlKind.SITEMAP, UrlKind.FEED})
NO_PAGES = DISCOVERY | {UrlKind.REQUISITE}  # not counted as pages asked for
_LET_THROUGH = frozenset({UrlKind.ARTICLE, UrlKind.LISTED, UrlKind.KNOWN})
_BY_LINK = frozenset({UrlKind.LINK, UrlKind.SECTION})
_ELSEWHERE = frozenset({ScopeReason.HOST, ScopeReason.SCHEME})
_WHY = {
    ScopeReason.OTHER_DAY: LeftOutReason.DATE,
    ScopeReason.SITEMAPS: LeftOutReason.BUDGET,
    ScopeReason.TRAP: LeftOutReason.TRAP,
}
_FRUITFUL = frozenset({Change.NEW, Change.CHANGED, Change.UNCHANGED, Change.NONE})


class RecordOnce(Protocol):
    """Records a failure, once for each key."""

    def __call__(self, key: str, stage: Stage, reason: str, *, url: str | None = None) -> None:
        """Record that `url` (by default `key`) failed at `stage` for `reason`."""


class LinkAdmission:
    """For one site and one crawl."""

    def __init__(
        self,
        site: SiteConfig,
        scope: Scope,
        frontier: Frontier,
        window: Window,
        record_once: RecordOnce,
        left_out: LeftOutLog,
        recrawl: Recrawl,
    ) -> None:
        self._site = site
        self._scope = scope
        self._frontier = frontier
        self._window = window
        self.queue = window.queue_of(site.name)
        self.back_fill = BackFill(window, self.queue, frontier, recrawl.published)
        self._record_once = record_once
        self._left_out = left_out
        self._recrawl = recrawl
        self._budgets = TrapBudgets()
        self._links = KeySet()
        self._requisites = KeySet()
        self._by_sheets = 0
        self._met = KeySet()
        self._twins = recrawl.twins
        self._read_on = FurtherPages(recrawl.is_known, lambda url: hash(url) in self._links)
        self._sitemaps = 0
        self._files: dict[str, tuple[str, int]] = {}  # by ending: the first announced, how many
        self.left_out_counts: Counter[ScopeReason] = Counter()
        self.led_on = False  # whether anything yet led to a page of the site, or was one

    def entries_from(self, entry: QueuedUrl, capture: Capture, reading: Reading) -> list[QueuedUrl]:
        """What a page, sitemap or feed that answered leads to, as far as it may be fetched and is
        new to the crawl.
        """
        status = capture.status or 0
        if not (200 <= status < 400) or any(link.kind == "redirect" for link in reading.links):
            return []  # where a redirect leads is asked for already, or was refused
        if unexpected := unexpected_answer(entry, capture, reading):
            self._record_once(f"not {capture.url}", *unexpected, url=capture.url)
        self.led_on = self.led_on or self._leads_on(entry, reading)
        if len(reading.links) >= MAX_OUTLINKS:
            self._record_once(
                capture.url,
                Stage.DISCOVERY,
                f"{MAX_OUTLINKS} links or more: what lies beyond is not followed",
            )
        if reading.sitemaps and entry.kind is UrlKind.SITEMAP and entry.hops >= MAX_SITEMAP_DEPTH:
            self._leave_out_deep_sitemaps(reading, capture.url)
        self._pass_over_other_days(reading, capture.url)
        further = further_pages(reading, capture.url)
        self._read_on.note(reading, further)
        # Most links of a page stand on every page: they cost a look here, and nothing further on.
        # The feed that a start page names is told again: where it named none, the usual places
        # would be tried.
        is_start = entry.kind is UrlKind.START
        fresh = tuple(
            link
            for link in reading.links
            if self._links.add(hash(link.url)) or (is_start and link.kind == "feed")
        )
        needed = tuple(url for url in reading.requisites if self._requisites.add(hash(url)))
        reading = replace(reading, links=fresh, requisites=self._limit_requisites(needed, entry))
        found = discovered_entries.discover_entries(
            reading, entry, capture.url, self._window, further
        )
        arranged = self.back_fill.arrange(found, further, entry, capture.url)
        if self.back_fill.goes_on(capture.url):
            self._budgets.reset_shapes(capture.url, entry.url)
        return self.select_entries(arranged)

    def _leave_out_deep_sitemaps(self, reading: Reading, url: str) -> None:
        """Leave out the sitemaps that an index at `url` names, which lies too deep itself."""
        said = f"more than {MAX_SITEMAP_DEPTH} indexes deep: the sitemaps it names are not read"
        self._record_once(f"deep {url}", Stage.DISCOVERY, said, url=url)
        for sitemap in reading.sitemaps:
            deeper = QueuedUrl(url=sitemap, kind=UrlKind.SITEMAP, via=url)
            self._left_out.note(deeper, LeftOutReason.BUDGET, "too deep in sitemap indexes")

    def _pass_over_other_days(self, reading: Reading, url: str) -> None:
        """Leave out what a sitemap or feed at `url` names for other days than are wanted."""
        for found, day in self.back_fill.pass_over(reading, url):
            self._left_out.note(found, LeftOutReason.DATE, day)

    def _leads_on(self, entry: QueuedUrl, reading: Reading) -> bool:
        """Whether an answer holds an article, or names anything else that may be fetched."""
        if reading.article or reading.embedded or reading.sitemaps:
            return True
        here = frontier_key(self._site.name, entry.url)
        urls = chain((each.url for each in reading.sightings), (each.url for each in reading.links))
        return any(
            self._scope.decide(url, hops=1).allowed and frontier_key(self._site.name, url) != here
            for url in urls
        )

    def is_fruitless(self) -> bool:
        """Whether nothing led to a page of the site; then that is recorded."""
        if not self.led_on:
            bounded = (
                " that `include` and `exclude` let through"
                if self._site.include or self._site.exclude
                else ""
            )
            reason = (
                f"nothing here leads to a page{bounded}: no link, sitemap or feed"
                " (pages drawn by scripts need the key `browser`)"
            )
            self._record_once("nothing found", Stage.DISCOVERY, reason, url=self._site.start[0])
        return not self.led_on

    def _limit_requisites(self, needed: tuple[str, ...], entry: QueuedUrl) -> tuple[str, ...]:
        """What a style sheet calls for, unless style sheets have called for more than any site
        has.
        """
        if entry.kind is not UrlKind.REQUISITE:
            return needed
        self._by_sheets += len(needed)
        if self._by_sheets <= MAX_BY_SHEETS:
            return needed
        reason = f"style sheets call for more than {MAX_BY_SHEETS} files: the rest is not fetched"
        self._record_once("style sheets", Stage.DISCOVERY, reason, url=entry.url)
        return ()

    def select_entries(self, found: Iterable[QueuedUrl]) -> list[QueuedUrl]:
        """Those that may be fetched, in their order, without what was offered before, letter by
        letter.
        """
        admitted = [entry for entry in self._drop_outside(found) if self._admits(entry)]
        return [self._with_whole_key(entry) for entry in admitted]

    def within_scope(self, entries: Iterable[QueuedUrl]) -> list[QueuedUrl]:
        """Those that the configuration lets through, whatever is known of them."""
        return [
            entry
            for entry in entries
            if self._scope.decide(entry.url, hops=entry.hops, kind=entry.kind).allowed
        ]

    def _with_whole_key(self, entry: QueuedUrl) -> QueuedUrl:
        """The entry under all its parameters where somebody announced it so: that it is the page
        without them is known only once a few were fetched both ways.
        """
        announced = entry.kind in {UrlKind.ARTICLE, UrlKind.LISTED} and not self._twins.are_alike
        if not is_tracked(entry.url) or (self._site.fold_tracking and not announced):
            return entry
        return replace(entry, key=whole_key(self.queue, entry.url))

    def _drop_outside(self, found: Iterable[QueuedUrl]) -> list[QueuedUrl]:
        entries = [self._fold_alias(entry) for entry in found]
        first = {entry.url: entry for entry in reversed(entries)}
        fresh = set(self._frontier.unseen_urls(self._site.name, first))
        # What is announced is let through though its address was met: a link that waits moves
        # forward for it, one passed over as known may have changed. So is what is due by itself.
        return [
            entry
            for entry in entries
            if first[entry.url] is entry and (entry.url in fresh or entry.kind in _LET_THROUGH)
        ]

    def _fold_alias(self, entry: QueuedUrl) -> QueuedUrl:
        """The entry of a link without parameters that say nothing on this site."""
        if entry.kind is not UrlKind.LINK or entry.by_spider or not self._site.fold_tracking:
            return entry
        url = self._recrawl.aliases.fold(entry.url) if "?" in entry.url else entry.url
        return entry if url == entry.url else replace(entry, url=url)

    def _admits(self, entry: QueuedUrl) -> bool:
        decision = self._decide(entry)
        if not decision.allowed:
            self._leave_out(entry, decision.reason, decision.detail)
        return decision.allowed

    def _decide(self, entry: QueuedUrl) -> ScopeDecision:
        """Whether an entry that is new is asked for, and why it is not."""
        if entry.kind is UrlKind.REQUISITE and not (
            self._site.requisites and entry.hops <= self._site.max_depth + MAX_EMBEDS
        ):
            return ScopeDecision(ScopeReason.REQUISITE)
        if other_day := self.back_fill.other_day(entry):
            return other_day
        decision = self._scope.decide(
            entry.url, hops=entry.hops, kind=entry.kind, named_by_robots=entry.named_by_robots
        )
        if not decision.allowed:
            return decision
        for claim in entry.claims:
            self._left_out.note_spelling(claim.url, entry)
        led_on = entry.url in self._read_on or self._is_way_back(entry)
        if not led_on and not self._recrawl.admits(entry):
            self.led_on = self.led_on or entry.kind not in NO_PAGES
            return ScopeDecision(ScopeReason.KNOWN)
        if entry.kind is UrlKind.SITEMAP:
            self._sitemaps += 1
            if self._sitemaps > MAX_SITEMAPS:
                return ScopeDecision(ScopeReason.SITEMAPS)
        return decision

    def drop_other_days(self, entries: Iterable[QueuedUrl]) -> list[QueuedUrl]:
        """Those of some entries that do not stand for other days than are wanted."""
        return [entry for entry in entries if self.back_fill.other_day(entry) is None]

    def _is_way_back(self, entry: QueuedUrl) -> bool:
        """Whether an address may lead to articles of the window, whenever it was asked for last."""
        return self._window.is_given and not self._recrawl.is_known_article(entry.url)

    def count_refusal(self, entry: QueuedUrl, status: int | None) -> None:
        """Count a page that was refused against its shape of address.

        To be called as soon as the status is known: reading lags behind fetching, and a closed part
        of a site would be asked on meanwhile.
        """
        if status in REFUSED and _is_followed(entry):
            self._budgets.count_fruitless(entry.url, REFUSED_WEIGHT)

    def record_yield(
        self, entry: QueuedUrl, capture: Capture, reading: Reading, change: Change
    ) -> None:
        """Note whether a capture brought an article not met before in this crawl.

        Such an article is fruit for its own shape of address and for that of the page that led to
        it. The same article again, under whatever address, is none: that is what traps are made of.
        """
        if capture.status is None or 300 <= capture.status < 304:
            return
        articles = [
            article for article in (reading.article, *reading.embedded) if article is not None
        ]
        keys = [frontier_key(self._site.name, article.canonical) for article in articles]
        new = [self._met.add(key) for key in keys]
        if reading.article is not None:
            self._twins.note(entry.url, keys[0], met=not new[0], change=change)
            self.back_fill.note_article(entry, reading.article.published)
        if any(new) and change in _FRUITFUL:
            self._budgets.reset_shapes(capture.url, entry.url, entry.via)
        elif _is_followed(entry) and capture.status not in REFUSED:
            self._budgets.count_fruitless(entry.url)

    def begin(self, entry: QueuedUrl) -> None:
        """The entry is asked for: what it brings is not known yet."""
        self.back_fill.begin(entry)
        if _is_followed(entry):
            self._budgets.begin(entry.url)

    def end(self, entry: QueuedUrl) -> None:
        """The entry that was asked for is over, and what it brought was recorded."""
        self.back_fill.end(entry)
        if _is_followed(entry):
            self._budgets.end(entry.url)

    def is_undecided(self, entry: QueuedUrl) -> bool:
        """True if the entry may be one page too many of its shape: what others of it that are
        under way bring will tell.
        """
        return self.back_fill.is_undecided(entry) or (
            _is_followed(entry) and self._budgets.is_undecided(entry.url)
        )

    def why_given_up(self, entry: QueuedUrl) -> str | None:
        """Why an entry is not to be asked for after all, as the frontier keeps it; None where it
        is.
        """
        if self.is_trap(entry):
            return TRAP
        return PAST if self.back_fill.is_past(entry) else None

    def is_trap(self, entry: QueuedUrl) -> bool:
        """True if pages of the entry's shape brought nothing new for too long; recorded once a
        shape, and counted. What is announced, or asked for by a spider's own code, is exempt.
        """
        shape = self._budgets.spent(entry.url) if _is_followed(entry) else None
        if shape is None:
            return False
        self._leave_out(entry, ScopeReason.TRAP, shape)
        return True

    def _leave_out(self, entry: QueuedUrl, reason: ScopeReason, detail: str = "") -> None:
        """Where every address ends that is not asked for: counted, and said once for each reason
        that may hide something.
        """
        self.left_out_counts[reason] += 1
        # What a page links to elsewhere was never the site's; a trap's entries say so themselves,
        # and of what is known there is a capture.
        if entry.claims or reason not in _ELSEWHERE | {ScopeReason.TRAP, ScopeReason.KNOWN}:
            why = _WHY.get(reason, LeftOutReason.SCOPE)
            text = str(ScopeDecision(reason, detail)) if why is LeftOutReason.SCOPE else detail
            self._left_out.note(entry, why, text)
        if reason is ScopeReason.TRAP:
            said = (
                f"left here: too many pages in a row of this shape ({detail})"
                " brought no article not met before"
            )
            self._record_once(f"shape {detail}", Stage.DISCOVERY, said, url=entry.url)
        elif reason in SUSPECT:
            decision = ScopeDecision(reason, detail)
            said = f"not followed: {decision}; others like it are passed over without a word"
            self._record_once(f"suspect {reason}", Stage.DISCOVERY, said, url=entry.url)
        elif reason is ScopeReason.SITEMAPS:
            said = f"more than {MAX_SITEMAPS} sitemaps: the rest is not read"
            self._record_once("sitemaps", Stage.DISCOVERY, said, url=entry.url)
        elif reason is ScopeReason.FILE_TYPE and entry.kind not in _BY_LINK:
            first, number = self._files.get(detail, (entry.url, 0))
            self._files[detail] = (first, number + 1)

    def record_left_out(self) -> None:
        """Record how many addresses of files a plain sitemap announced, by their endings; none of
        them is a page, and none was asked for.
        """
        for ending, (first, number) in self._files.items():
            others = (
                f", and {number - 1} more .{ending} that sitemaps announce" if number > 1 else ""
            )
            reason = f"not asked for: {ScopeReason.FILE_TYPE}: {ending}{others}"
            self._record_once(f"files {ending}", Stage.DISCOVERY, reason, url=first)


def _is_followed(entry: QueuedUrl) -> bool:
    """Whether a link alone led to an entry: only of these can a site make up ever more."""
    return entry.kind in _BY_LINK and not entry.by_spider
