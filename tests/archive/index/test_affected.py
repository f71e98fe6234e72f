"""What a batch touches, and what everything derived from readings asks of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from archive.index.affected import AffectedRows, docid_of, first_and_last, latest_reading

URL = "https://news.example/a/1001"


def test_a_docid_is_a_rowid_that_follows_from_the_id() -> None:
    """Every id of an article gives a positive 63-bit number, the same in every index."""
    assert docid_of("0" * 16) == 0
    assert docid_of("f" * 16) == 2**63 - 1
    assert docid_of("00000000000000ff") == 127


def test_a_reading_of_no_article_touches_nothing() -> None:
    """What was not assigned to an article yet takes nothing from one."""
    affected = AffectedRows()
    affected.add_reading(None, None, URL, "aa")
    assert affected == AffectedRows()
    affected.add_reading("article", "version", URL, "aa")
    assert affected.versions == {"version": ("article", "aa")}
    assert (affected.urls, affected.articles) == ({(URL, "article")}, {"article"})


def test_first_and_last_are_times_of_capture(kit: Any) -> None:
    """They follow the order of capture, whatever the order in which captures came."""
    with kit.index() as index:
        for hour in (1, 3, 0):
            index.apply_captures([kit.entry(hour=hour)])
    with closing(sqlite3.connect(kit.path())) as db:
        assert first_and_last(db, "url = ?", (URL,)) == (
            "2024-03-01T12:00:00Z",
            "2024-03-01T15:00:00Z",
        )
        assert first_and_last(db, "url = ?", ("https://news.example/none",)) is None


def test_an_article_on_several_pages_is_asked_for_at_its_first(kit: Any) -> None:
    """The latest reading of an article is its last capture's; of pages, the first page's, even if a
    further page was captured later.
    """
    first = kit.entry(hour=0, page_number=1)
    second = kit.entry(URL + "?page=2", 1, canonical=URL, page_number=2, paragraphs=["تتمة الخبر"])
    with kit.index() as index:
        index.apply_captures([second])
        [(article,)] = kit.rows("SELECT id FROM articles")
        with closing(sqlite3.connect(kit.path())) as db:
            assert latest_reading(db, article)[0] == URL + "?page=2"
        index.apply_captures([first])
        with closing(sqlite3.connect(kit.path())) as db:
            url, key = latest_reading(db, article)
    assert (url, key[:20]) == (URL, "2024-03-01T12:00:00Z")
