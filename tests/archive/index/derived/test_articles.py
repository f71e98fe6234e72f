"""What captures were read as, made into articles and versions, in whatever order they came."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
import sqlite_utils

from archive.model import Change, Image, Link, PayloadKind, Reading, RecordType
from archive.model.withdrawal import Withdrawal
from archive.urls import canonical_key

URL = "https://news.example/a/1001"


def test_one_article(kit: Any) -> None:
    """A captured article has its row with text, times and addresses, and its capture names it."""
    entry = kit.entry()
    with kit.index() as index:
        assert index.apply_captures([entry]) == [Change.NEW]
    [(identity, url, site, title, first, last, versions, author)] = kit.rows(
        "SELECT id, url, site, title, first_seen, last_seen, versions, author FROM articles"
    )
    assert (url, site, title, versions, author) == (
        URL,
        "news",
        "الكرملين يعلن خطة جديدة",
        1,
        "أحمد علي",
    )
    assert first == last == "2024-03-01T12:00:00Z"
    assert kit.rows("SELECT url, article_id, kind FROM addresses") == [(URL, identity, "canonical")]
    [(capture, article, version)] = kit.rows("SELECT id, article_id, version_id FROM captures")
    assert (capture, article) == (entry[0].id, identity)
    assert kit.rows("SELECT id, article_id, number FROM versions") == [(version, identity, 1)]


def test_another_ticker_is_another_capture_of_the_same_version(kit: Any) -> None:
    """Metadata and surroundings may change without a new version."""
    with kit.index() as index:
        assert index.apply_captures([kit.entry(), kit.entry(hour=1, tags=["جديد"])]) == [
            Change.NEW,
            Change.UNCHANGED,
        ]
    assert kit.rows("SELECT count(*), min(first_seen), max(last_seen) FROM versions") == [
        (1, "2024-03-01T12:00:00Z", "2024-03-01T13:00:00Z")
    ]
    assert kit.rows("SELECT tag FROM tags") == [("جديد",)]
    assert kit.rows("SELECT count(DISTINCT version_id), count(*) FROM captures") == [(1, 2)]


def test_a_changed_paragraph_is_a_new_version(kit: Any) -> None:
    """A changed paragraph or headline makes version 2, and the article reads as it does now."""
    with kit.index() as index:
        index.apply_captures([kit.entry()])
        assert index.apply_captures([kit.entry(hour=1, paragraphs=[*kit.TEXT, "فقرة مضافة"])]) == [
            Change.CHANGED
        ]
        assert index.apply_captures([kit.entry(hour=2, title="عنوان آخر")]) == [Change.CHANGED]
    assert kit.rows("SELECT number, first_seen FROM versions ORDER BY number") == [
        (1, "2024-03-01T12:00:00Z"),
        (2, "2024-03-01T13:00:00Z"),
        (3, "2024-03-01T14:00:00Z"),
    ]
    assert kit.rows("SELECT title, versions FROM articles") == [("عنوان آخر", 3)]


def test_a_text_that_comes_back_is_its_old_version(kit: Any) -> None:
    """A, B, A are two versions; the first is seen again and is what the article reads as."""
    edited = [*kit.TEXT[:2], "خاتمة أخرى"]
    with kit.index() as index:
        changes = index.apply_captures(
            [kit.entry(), kit.entry(hour=1, paragraphs=edited), kit.entry(hour=2)]
        )
    assert changes == [Change.NEW, Change.CHANGED, Change.CHANGED]
    assert kit.rows("SELECT number, last_seen FROM versions ORDER BY number") == [
        (1, "2024-03-01T14:00:00Z"),
        (2, "2024-03-01T13:00:00Z"),
    ]
    assert kit.rows("SELECT body FROM articles") == [("\n".join(kit.TEXT),)]


def test_the_same_text_elsewhere_on_the_site_is_a_duplicate(kit: Any) -> None:
    """Same title, body and time after folding under another address: a row in addresses; the first
    captured names it.
    """
    other = "https://news.example/sport/555"
    folded = [paragraph.replace("أ", "ا") for paragraph in kit.TEXT]
    with kit.index() as index:
        assert index.apply_captures([kit.entry()]) == [Change.NEW]
        assert index.apply_captures([kit.entry(other, 1, paragraphs=folded)]) == [Change.DUPLICATE]
        assert kit.rows("SELECT url FROM articles") == [(URL,)]
        assert ("https://news.example/sport/555", "duplicate") in kit.rows(
            "SELECT url, kind FROM addresses"
        )
        assert kit.rows("SELECT count(DISTINCT article_id) FROM captures") == [(1,)]
        # found earlier in another WARC: then that one names it
        index.apply_captures([kit.entry("https://news.example/old/42", -1)])
    assert kit.rows("SELECT url FROM articles") == [("https://news.example/old/42",)]
    assert kit.rows("SELECT count(*) FROM addresses WHERE kind = 'duplicate'") == [(2,)]


def test_a_duplicate_whose_text_differs_later_becomes_an_article(kit: Any) -> None:
    """A duplicate that is edited is an article of its own, with its whole history."""
    other = "https://news.example/sport/555"
    with kit.index() as index:
        index.apply_captures([kit.entry(), kit.entry(other, 1)])
        index.apply_captures([kit.entry(other, 2, paragraphs=["نص مختلف تماما عن النص الأول"])])
    assert kit.rows("SELECT url, versions, first_seen FROM articles ORDER BY first_seen") == [
        (URL, 1, "2024-03-01T12:00:00Z"),
        (other, 2, "2024-03-01T13:00:00Z"),
    ]
    assert kit.rows("SELECT url, kind FROM addresses ORDER BY url") == [
        (URL, "canonical"),
        (other, "canonical"),
    ]


def test_articles_that_a_listing_carries_whole(kit: Any) -> None:
    """A listing's rendition is an article marked as such, until its own page is captured: then it
    counts for nothing.
    """
    listing = kit.capture("https://news.example/all", 0)
    embedded = kit.article(URL, paragraphs=["نص كما في القائمة"])
    reading = Reading(kind=PayloadKind.PAGE, embedded=(embedded,))
    with kit.index() as index:
        assert index.apply_captures([(listing, reading)]) == [Change.NONE]
        assert kit.rows("SELECT source, body, versions FROM articles") == [
            ("listing", "نص كما في القائمة", 1)
        ]
        assert kit.rows("SELECT article_id FROM captures") == [(None,)]
        assert index.apply_captures([kit.entry(hour=1)]) == [Change.NEW]
    assert kit.rows("SELECT source, body, versions FROM articles") == [
        ("page", "\n".join(kit.TEXT), 1)
    ]
    assert kit.rows("SELECT count(*) FROM versions") == [(1,)]


@pytest.mark.parametrize("listing_first", [True, False])
def test_a_page_that_names_another_address_is_what_the_listing_carried(
    kit: Any, listing_first: bool
) -> None:
    """Where the page at a listing's address is canonical elsewhere, that is the one article; the
    listing's counts once no page is kept.
    """
    elsewhere = "https://news.example/world/a-long-name-1001"
    listing = (
        kit.capture("https://news.example/all", 0),
        Reading(kind=PayloadKind.PAGE, embedded=(kit.article(URL),)),
    )
    page = kit.entry(hour=1, canonical=elsewhere, published=None)
    with kit.index() as index:
        for entry in (listing, page) if listing_first else (page, listing):
            index.apply_captures([entry])
        assert kit.rows("SELECT url, source FROM articles") == [(elsewhere, "page")]
        named = (canonical_key(elsewhere),)
        index.withdraw(
            Withdrawal(
                article_id="x", site="news", url=elsewhere, at=kit.START, reason="r", keys=named
            )
        )
        assert kit.rows("SELECT url FROM articles") == []
        index.delete_captures([page[0].id])
    assert kit.rows("SELECT url, source FROM articles") == [(URL, "listing")]


def test_a_resource_record_is_a_capture(kit: Any) -> None:
    """A record without HTTP head counts like any other."""
    capture = kit.capture(status=None, record_type=RecordType.RESOURCE)
    with kit.index() as index:
        assert index.apply_captures(
            [(capture, Reading(kind=PayloadKind.ARTICLE, article=kit.article(URL)))]
        ) == [Change.NEW]


def test_what_hangs_on_an_article(kit: Any) -> None:
    """Authors, tags, image, body and related links are rows of their own; navigation is not
    kept.
    """
    entry = kit.entry(
        authors=["أحمد", "سارة"],
        tags=["اقتصاد"],
        image=Image(url="https://news.example/i.jpg", caption="صورة", credit="رويترز"),
        related=[Link(url="https://news.example/a/2", text="اقرأ أيضا", kind="related")],
        links=[
            Link(url="https://other.example/", text="مصدر", kind="body"),
            Link(url=URL, kind="navigation"),
        ],
    )
    with kit.index() as index:
        index.apply_captures([entry])
    assert kit.rows("SELECT name FROM authors ORDER BY position") == [("أحمد",), ("سارة",)]
    assert kit.rows("SELECT author FROM articles") == [("أحمد; سارة",)]
    assert kit.rows("SELECT tag FROM tags") == [("اقتصاد",)]
    assert kit.rows("SELECT caption, credit FROM images") == [("صورة", "رويترز")]
    assert kit.rows("SELECT url, text, kind FROM links ORDER BY position") == [
        ("https://news.example/a/2", "اقرأ أيضا", "related"),
        ("https://other.example/", "مصدر", "body"),
    ]


def test_the_full_text_follows_the_article(kit: Any) -> None:
    """After an edit the old words no longer find the article, and the full text stands FTS5's own
    check.
    """
    with kit.index() as index:
        index.apply_captures([kit.entry(paragraphs=["قديمة تماما"])])
        index.apply_captures([kit.entry(hour=1, paragraphs=["جديدة تماما"])])
    asked = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?"
    assert kit.rows(asked, "قديمه") == [(0,)]
    assert kit.rows(asked, "جديده") == [(1,)]
    db = sqlite3.connect(kit.path())
    db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")
    db.close()


def test_other_tools_find_the_search_and_words_as_they_are_printed(kit: Any) -> None:
    """sqlite-utils, and Datasette by the same signs, recognise `articles_fts`; what stands in an
    article is found in its own spelling, which our index folds.
    """
    with kit.index() as index:
        index.apply_captures([kit.entry(title="إلى المدرسةِ في Zürich")])
    with closing(sqlite3.connect(kit.path())) as db:
        articles = sqlite_utils.Database(db).table("articles")
        assert articles.detect_fts() == "articles_fts"
        for word in ("إلى", "المدرسةِ", "Zürich", "المدرسه", "مدرسه"):
            assert [row["url"] for row in articles.search(word)] == [URL], word
        assert list(articles.search("مستشفى")) == []
