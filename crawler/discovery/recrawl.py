"""Which of the addresses that a site's crawl is led to are asked for, and which were asked for
lately enough: `crawler.discovery.recrawl_policy` with what the index knows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

from archive.index.page_history import ArticleHistory, PageHistory, SiteEdits
from archive.index.writer import Index
from archive.model import PayloadKind
from archive.model.stated_dates import says_unchanged
from archive.query.reports import AHEAD
from crawler.discovery.alias_parameters import AliasParameters
from crawler.discovery.recrawl_policy import LATELY, MONTH, allowance, believes, due_again, is_due
from crawler.discovery.tracked_twins import TrackedTwins
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

_KINDS = {PayloadKind.SITEMAP: UrlKind.SITEMAP, PayloadKind.FEED: UrlKind.FEED}


class Recrawl:
    """For one site and one crawl (its id). `force` has everything asked for again; `budget` bounds
    what is visited a day of the crawls' own accord.

    Others may crawl the site meanwhile: what they ask for was asked for lately, as by any crawl.
    """

    def __init__(
        self,
        index: Index,
        site: str,
        crawl: str = "",
        *,
        force: bool = False,
        budget: int | None = None,
    ) -> None:
        self._index = index
        self._site = site
        self._crawl = crawl
        self._force = force
        self._began = datetime.now(UTC)
        # asked now, before this crawl's own row is there
        self._allowed = allowance(budget, index.history.last_crawl(site, self._began), self._began)

    @property
    def _until(self) -> datetime:
        return datetime.now(UTC) + AHEAD

    @cached_property
    def twins(self) -> TrackedTwins:
        """What is known of the site's tracking parameters."""
        return TrackedTwins(*self._index.tracked_twins(self._site))

    @cached_property
    def aliases(self) -> AliasParameters:
        """The parameters of the site's links that say nothing of the article."""
        return AliasParameters(self._index.history.aliases(self._site))

    @cached_property
    def _is_believed(self) -> bool:
        return believes(self._edits.stated, self._edits.silent)

    @cached_property
    def _edits(self) -> SiteEdits:
        return self._index.history.site_edits(self._site, self._began - LATELY)

    def admits(self, entry: QueuedUrl) -> bool:
        """Whether an address that was announced or linked is to be asked for in this crawl."""
        if not self._force and self._is_stated_as_unchanged(entry):
            return False
        return self._is_due(entry, self._history(entry.url))

    def _is_stated_as_unchanged(self, entry: QueuedUrl) -> bool:
        """Whether a sitemap or feed states that a page is as it was asked for: most entries of a
        large sitemap, which this spares the rest.
        """
        stated = [claim.modified or claim.published for claim in entry.claims]
        history = self._index.history
        asked = history.last_asked(self._site, entry.url) if any(stated) else None
        return (
            asked is not None
            and asked <= self._until
            and all(says_unchanged(each, asked) for each in stated)
        )

    def _history(self, url: str) -> PageHistory | None:
        return self._index.history.page(self._site, url, self._until)

    def _is_due(self, entry: QueuedUrl, history: PageHistory | None) -> bool:
        if self._force:
            return True
        if history is not None and self._is_own(history):
            return True  # in this very crawl: the frontier tells what it asks for twice
        now = datetime.now(UTC)
        return is_due(entry, history, now, is_believed=self._is_believed, edits=self._edits)

    def _is_own(self, history: PageHistory) -> bool:
        """Whether this crawl asked for a page last, or it was in the second in which it began."""
        began = self._began.replace(microsecond=0)
        return history.asked_in == self._crawl or history.asked == began

    def is_known(self, url: str) -> bool:
        """Whether an address, or the article at it, was asked for before this crawl."""
        history = self._history(url)
        return history is not None and history.first_asked < self._began.replace(microsecond=0)

    def published(self, url: str) -> datetime | None:
        """When the article at an address was published, as far as the index knows it."""
        history = self._history(url)
        return history.article.published if history and history.article else None

    def is_known_article(self, url: str) -> bool:
        """Whether the index has an article at an address."""
        history = self._history(url)
        return history is not None and history.article is not None

    def sources(self, starts: list[QueuedUrl]) -> list[QueuedUrl]:
        """The front pages, and the feeds and sitemaps known from earlier crawls, as far as they are
        to be read now: all that are due, and the one that led to an article last.
        """
        found = [(entry, self._history(entry.url)) for entry in (*starts, *self.known_sources())]
        last = max(
            (history.fruitful for _, history in found if history and history.fruitful),
            default=None,
        )
        return [
            entry
            for entry, history in found
            if self._is_due(entry, history) or (history is not None and history.fruitful == last)
        ]

    def recent(self, at_most: int) -> list[QueuedUrl]:
        """The articles first seen within a month that are due though nothing led to them, to be
        asked for before what older ones were left over from earlier crawls.
        """
        articles = self._index.history.articles(self._site, self._began, self._until)
        entries = self._due([each for each in articles if self._began - each.first_seen < MONTH])
        return [replace(entry, hops=0) for entry in entries[:at_most]]

    def missing(self) -> list[QueuedUrl]:
        """The addresses that earlier crawls were led to and that are not in the archive."""
        return [
            QueuedUrl(url=url, kind=UrlKind.LISTED, hops=1, via=via)
            for url, via in self._index.history.missing(self._site)
        ]

    def sources_again(self, starts: list[QueuedUrl]) -> list[QueuedUrl]:
        """The front pages and feeds that were read, and are due again while the crawl goes on.

        Not the sitemaps: those of a back-fill are many, and bring articles all the time.
        """
        now = datetime.now(UTC)
        feeds = [entry for entry in self.known_sources() if entry.kind is UrlKind.FEED]
        found = (
            (entry, self._index.history.page(self._site, entry.url, now + AHEAD))
            for entry in (*starts, *feeds)
        )
        return [
            entry
            for entry, history in found
            if history is not None and is_due(entry, history, now, is_believed=True)
        ]

    def known_sources(self) -> list[QueuedUrl]:
        """The feeds and sitemaps that were ever read for the site."""
        return [
            QueuedUrl(url=url, kind=_KINDS[kind], hops=1, named_by_robots=True)
            for url, kind in self._index.history.sources(self._site)
        ]

    def unannounced(self) -> list[QueuedUrl]:
        """The articles of earlier crawls that are due though nothing led to them."""
        return self._due(self._index.history.articles(self._site, self._began, self._until))

    def _due(self, articles: list[ArticleHistory]) -> list[QueuedUrl]:
        return due_again(
            articles,
            self._began,
            is_believed=self._is_believed,
            edits=self._edits,
            force=self._force,
            at_most=self._allowed,
        )
