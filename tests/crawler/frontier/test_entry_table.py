"""An entry becomes a row of the frontier's table and comes back as it was."""

from __future__ import annotations

import sqlite3

from archive.model import Sighting
from crawler.frontier.entry_table import (
    INSERT_ENTRY,
    LEASE_NEXT,
    PROMOTE_ENTRY,
    SCHEMA,
    claims_text,
    entry_from_row,
    row_from_entry,
)
from crawler.frontier.queued_url import EntryState, QueuedUrl
from crawler.frontier.scope import UrlKind

URL = "https://news.example/a/1"
CLAIM = Sighting(url=URL, source="https://news.example/rss", kind="feed", title="خبر")


def test_an_entry_comes_back_from_its_row() -> None:
    """Nothing that was announced of a URL is lost in the table."""
    entry = QueuedUrl(
        url=URL, kind=UrlKind.ARTICLE, hops=2, via=URL, claims=(CLAIM,), named_by_robots=True
    )
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    db.execute(INSERT_ENTRY, row_from_entry("news", 7, entry, EntryState.WAITING))
    values = {"now": 5.0, "site": "news", "count": 1}
    leased = entry_from_row(db.execute(LEASE_NEXT, values).fetchone())
    again = db.execute(LEASE_NEXT, values).fetchone()
    db.close()
    assert leased.leased == 5.0
    assert (leased.url, leased.kind, leased.hops, leased.via) == (URL, UrlKind.ARTICLE, 2, URL)
    assert leased.claims == (CLAIM,)
    assert leased.named_by_robots
    assert again is None


def test_a_url_announced_often_keeps_a_few_announcements() -> None:
    """A URL that a hundred feeds name does not grow the table."""
    text = claims_text(QueuedUrl(url=URL, claims=(CLAIM,) * 100))
    assert text is not None
    assert 2 <= text.count("feed") <= 8
    assert claims_text(QueuedUrl(url=URL)) is None


def test_what_is_announced_is_no_guess_and_keeps_its_first_announcement() -> None:
    """An address that was tried on a guess is owed an explanation once somebody names it; what was
    announced of it first goes with it.
    """
    later = Sighting(url=URL, source="https://news.example/other", kind="sitemap")
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    guess = QueuedUrl(url=URL, kind=UrlKind.LINK, guess=True)
    db.execute(INSERT_ENTRY, row_from_entry("news", 7, guess, EntryState.WAITING))
    for claim in (CLAIM, later):
        named = claims_text(QueuedUrl(url=URL, claims=(claim,)))
        db.execute(PROMOTE_ENTRY, (1, str(UrlKind.ARTICLE), named, 0, 7))
    values = {"now": 5.0, "site": "news", "count": 1}
    leased = entry_from_row(db.execute(LEASE_NEXT, values).fetchone())
    db.close()
    assert not leased.guess
    assert leased.claims == (CLAIM,)
    assert leased.kind is UrlKind.ARTICLE
