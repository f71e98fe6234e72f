"""What an index of another version still tells, while the one that takes its place is not whole:
what was asked for when, and what a conditional request may say.

Nothing of it gets into the new index, which is made from the WARC files alone. What another version
does not have, or has in another form, is unknown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from archive.errors import WarraqError
from archive.index.capture_lookup import Validators
from archive.index.connection import connect_reader
from archive.index.page_history import ArticleHistory, IndexHistory, PageHistory, SiteEdits
from archive.index.site_names import SiteNames
from archive.index.writer import Index
from archive.model import Capture, Digest, PayloadKind, Reference
from archive.model.usage_signals import UsageSignal

_T = TypeVar("_T")
# What a database of unknown columns and values may raise.
_UNKNOWN = (sqlite3.Error, WarraqError, ValueError, TypeError, KeyError)


class EarlierIndex(Index):
    """The index that is replaced, for reading only, of whatever version. A context manager."""

    def __init__(self, path: Path) -> None:
        self._path = Path(path)
        self._db = connect_reader(self._path)
        self._names = _as_far_as_known(lambda: SiteNames.stored_in(self._db)) or SiteNames()
        self.history = IndexHistory(self._db, self._path)


class IndexInMaking(Index):
    """An index that is not whole yet, and what the `earlier` one knows beyond it. A context
    manager; `earlier` is closed with it.
    """

    def __init__(self, path: Path, earlier: EarlierIndex | None) -> None:
        super().__init__(path)
        self._earlier = earlier
        if earlier is not None:
            self.history = HistoryOfBoth(self._db, self._path, earlier.history)

    def close(self) -> None:
        """Close both files."""
        super().close()
        if self._earlier is not None:
            self._earlier.close()

    def validators(self, url: str) -> Validators | None:
        """As of any index."""
        earlier = self._earlier
        known = super().validators(url)
        if known is not None or earlier is None:
            return known
        return _as_far_as_known(lambda: earlier.validators(url))

    def earliest_with_digest(self, digest: Digest) -> Reference | None:
        """As of any index; where both know one the earlier index has the earlier one."""
        earlier = self._earlier
        if earlier is not None:
            found = _as_far_as_known(lambda: earlier.earliest_with_digest(digest))
            if found is not None:
                return found
        return super().earliest_with_digest(digest)

    def revisit_target(self, capture: Capture) -> Reference | None:
        """As of any index."""
        earlier = self._earlier
        found = super().revisit_target(capture)
        if found is not None or earlier is None:
            return found
        return _as_far_as_known(lambda: earlier.revisit_target(capture))

    def is_withdrawn(self, site: str, url: str) -> bool:
        """As of any index."""
        earlier = self._earlier
        if super().is_withdrawn(site, url):
            return True
        return earlier is not None and bool(
            _as_far_as_known(lambda: earlier.is_withdrawn(site, url))
        )

    def has_record(self, record_id: str) -> bool:
        """As of any index."""
        earlier = self._earlier
        if super().has_record(record_id):
            return True
        return earlier is not None and bool(_as_far_as_known(lambda: earlier.has_record(record_id)))

    def stated_signals(self, url: str, *sources: str) -> list[UsageSignal]:
        """As of any index."""
        earlier = self._earlier
        stated = super().stated_signals(url, *sources)
        if stated or earlier is None:
            return stated
        return _as_far_as_known(lambda: earlier.stated_signals(url, *sources)) or []


class HistoryOfBoth(IndexHistory):
    """What the index in the making and the earlier one know, each address by the one that knows
    the later answer.
    """

    def __init__(self, db: sqlite3.Connection, path: Path, earlier: IndexHistory) -> None:
        super().__init__(db, path)
        self._before = earlier

    def page(self, site: str, url: str, until: datetime) -> PageHistory | None:
        """As of any index."""
        now = super().page(site, url, until)
        before = _as_far_as_known(lambda: self._before.page(site, url, until))
        if now is None or before is None:
            return now or before
        return before if before.asked > now.asked else now

    def articles(self, site: str, seen_before: datetime, until: datetime) -> list[ArticleHistory]:
        """As of any index."""
        now = super().articles(site, seen_before, until)
        there = {article.url for article in now}
        before = _as_far_as_known(lambda: self._before.articles(site, seen_before, until)) or []
        # One that was seen since is none of those asked for.
        rest = [each for each in before if each.url not in there and not self._has(site, each)]
        return sorted([*now, *rest], key=lambda article: article.first_seen, reverse=True)

    def _has(self, site: str, article: ArticleHistory) -> bool:
        asked = super().last_asked(site, article.url)
        return asked is not None and asked > article.asked

    def last_asked(self, site: str, url: str) -> datetime | None:
        """As of any index."""
        before = _as_far_as_known(lambda: self._before.last_asked(site, url))
        return max(filter(None, (super().last_asked(site, url), before)), default=None)

    def sources(self, site: str) -> list[tuple[str, PayloadKind]]:
        """As of any index."""
        before = _as_far_as_known(lambda: self._before.sources(site)) or []
        return sorted({*super().sources(site), *before})

    def site_edits(self, site: str, since: datetime) -> SiteEdits:
        """By the earlier index: what is not whole would say that a site edits nothing."""
        known = _as_far_as_known(lambda: self._before.site_edits(site, since))
        return super().site_edits(site, since) if known is None else known

    def aliases(self, site: str) -> list[tuple[str, str]]:
        """As of any index."""
        before = _as_far_as_known(lambda: self._before.aliases(site)) or []
        return super().aliases(site) or before

    def last_crawl(self, site: str, before: datetime) -> datetime | None:
        """As of any index."""
        earlier = _as_far_as_known(lambda: self._before.last_crawl(site, before))
        return max(filter(None, (super().last_crawl(site, before), earlier)), default=None)


def _as_far_as_known(question: Callable[[], _T]) -> _T | None:
    try:
        return question()
    except _UNKNOWN:
        return None
