from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.errors import NewerCollectionError, StorageError
from archive.index.schema import APPLICATION_ID, SCHEMA_VERSION
from archive.index.writer import Index
from archive.model import (
    Change,
    CrawlSummary,
    Failure,
    Image,
    Link,
    NotAnArticle,
    NotArticleReason,
    PayloadKind,
    Reading,
    Sighting,
    Stage,
)

URL = "https://news.example/a/1001"


def summary(kit: Any, **more: Any) -> CrawlSummary:
    return CrawlSummary(id="crawl-1", site="news", started=kit.START, **more)


def failure(kit: Any) -> Failure:
    return Failure(url=URL, stage=Stage.FETCH, reason="connection refused", at=kit.START)


@pytest.mark.parametrize(
    "write",
    [
        lambda index, kit: index.apply_captures([kit.entry()]),
        lambda index, kit: index.add_failures([failure(kit)]),
        lambda index, kit: index.end_crawl(summary(kit)),
        lambda index, _: index.mark_indexed("a.warc.gz", 7),
    ],
)
def test_a_locked_database_is_a_storage_error(
    kit: Any, write: Callable[[Index, Any], object]
) -> None:
    """Every method that writes says StorageError when another writer holds the file, and works once
    it is free.
    """
    with kit.index() as index:
        other = sqlite3.connect(kit.path(), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked"):
            write(index, kit)
        other.execute("ROLLBACK")
        other.close()
        write(index, kit)


def test_a_failed_batch_leaves_nothing(kit: Any) -> None:
    """A batch that cannot be applied whole is not applied at all, and the index goes on."""
    with kit.index() as index:
        before = kit.dump()
        capture, _ = kit.entry()
        with pytest.raises(AttributeError):
            index.apply_captures([kit.entry(), (capture, None)])
        assert kit.dump() == before
        assert index.apply_captures([kit.entry()]) == [Change.NEW]


def test_files_of_other_versions_and_programs(tmp_path: Path) -> None:
    """A newer index, an older one and somebody else's database are told apart, by file name and
    with what to do.
    """
    path = tmp_path / "index.db"
    Index(path).close()
    for version, error, advice in (
        (SCHEMA_VERSION + 1, NewerCollectionError, "update Warraq"),
        (SCHEMA_VERSION - 1, StorageError, "--rebuild"),
    ):
        db = sqlite3.connect(path)
        db.execute(f"PRAGMA user_version = {version}")
        db.close()
        with pytest.raises(error, match=f"index.db.*{advice}"):
            Index(path)
    db = sqlite3.connect(tmp_path / "other.db")
    db.execute("CREATE TABLE t (x)")
    db.close()
    with pytest.raises(StorageError, match="no index of Warraq"):
        Index(tmp_path / "other.db")
    (tmp_path / "junk.db").write_bytes(b"x" * 4096)
    with pytest.raises(StorageError, match=r"junk\.db"):
        Index(tmp_path / "junk.db")
    with pytest.raises(StorageError, match="unable to open"):
        Index(tmp_path / "no folder" / "index.db")


def test_the_file_knows_whose_it_is(kit: Any) -> None:
    """The database carries our application id and schema version, and is in WAL mode."""
    kit.index().close()
    assert kit.rows("PRAGMA application_id") == [(APPLICATION_ID,)]
    assert kit.rows("PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert kit.rows("PRAGMA journal_mode") == [("wal",)]


def test_progress_is_kept_and_never_goes_back(kit: Any) -> None:
    """How far a WARC is in the index is kept with the batch."""
    with kit.index() as index:
        assert index.indexed_up_to("a.warc.gz") == 0
        index.apply_captures([kit.entry()], progress={"a.warc.gz": 1900})
        index.mark_indexed("a.warc.gz", 1000)
        assert index.indexed_up_to("a.warc.gz") == 1900


def test_validators(kit: Any) -> None:
    """A conditional request says what the latest whole capture was sent with, and refers to the
    record with the payload.
    """
    page = Reading(kind=PayloadKind.PAGE)
    first = kit.capture(hour=0, etag='"1"', last_modified="Fri, 01 Mar 2024 12:00:00 GMT")
    with kit.index() as index:
        assert index.validators(URL) is None
        index.apply_captures([(first, page)])
        found = index.validators(URL)
        assert found is not None
        assert (found.etag, found.last_modified) == ('"1"', "Fri, 01 Mar 2024 12:00:00 GMT")
        index.apply_captures([kit.revisit(first, 1, etag='"2"')])
        found = index.validators(URL)
        assert found is not None
        assert (found.etag, found.reference.offset) == ('"2"', first.offset)
        index.apply_captures([(kit.capture(hour=2), page)])
        assert index.validators(URL) is None
        assert [
            each.offset for each in index.captured_since(URL, kit.START + timedelta(hours=1))
        ] == [2000, 3000]


def test_failures(kit: Any) -> None:
    """Pages that may hide an article, failures of a reading and failures told are rows, each once;
    listings are none.
    """
    paywall = NotAnArticle(url=URL, reason=NotArticleReason.PAYWALL, detail="three lines of text")
    listing = NotAnArticle(url=URL, reason=NotArticleReason.LISTING)
    further = Failure(url=URL, stage=Stage.DISCOVERY, reason="sitemap is cut", at=kit.START)
    with kit.index() as index:
        index.apply_captures(
            [
                (
                    kit.capture(hour=1),
                    Reading(kind=PayloadKind.PAGE, not_article=paywall, failures=(further,)),
                ),
                (kit.capture(hour=2), Reading(kind=PayloadKind.PAGE, not_article=listing)),
            ]
        )
        index.add_failures([failure(kit), failure(kit)])
        index.add_failures([failure(kit)])
    assert sorted(kit.rows("SELECT stage, reason FROM failures")) == [
        ("discovery", "sitemap is cut"),
        ("extract", "paywall: three lines of text"),
        ("fetch", "connection refused"),
    ]


def test_sightings(kit: Any) -> None:
    """An announcement repeated unchanged is one row with first and last time; with another title it
    is another.
    """
    sighting = Sighting(
        url=URL, source="https://news.example/sitemap.xml", kind="news-sitemap", title="خبر"
    )
    other = Sighting(
        url=URL, source="https://news.example/sitemap.xml", kind="news-sitemap", title="خبر معدل"
    )
    with kit.index() as index:
        for hour, each in ((2, sighting), (1, sighting), (3, other)):
            capture = kit.capture("https://news.example/sitemap.xml", hour)
            index.apply_captures([(capture, Reading(kind=PayloadKind.SITEMAP, sightings=(each,)))])
    assert kit.rows("SELECT title, seen, last_seen FROM sightings ORDER BY seen") == [
        ("خبر", "2024-03-01T13:00:00Z", "2024-03-01T14:00:00Z"),
        ("خبر معدل", "2024-03-01T15:00:00Z", "2024-03-01T15:00:00Z"),
    ]


def test_crawls(kit: Any) -> None:
    """A crawl's row follows it to its end, and an old note does not undo the end."""
    with kit.index() as index:
        index.end_crawl(summary(kit))
        assert kit.rows("SELECT outcome, finished FROM crawls") == [("running", None)]
        index.end_crawl(
            summary(kit, finished=kit.START + timedelta(hours=1), outcome="finished", fetched=7)
        )
        index.end_crawl(summary(kit))
    assert kit.rows("SELECT outcome, fetched FROM crawls") == [("finished", 7)]


def test_text_is_made_fit_for_storage_at_one_border(kit: Any) -> None:
    """NUL, control characters and lone surrogates in any text of a page neither raise nor reach the
    database.
    """
    bad = "ن\x00ص \x1b[31m\ud800"
    entry = kit.entry(
        title=bad, paragraphs=[bad], authors=[bad], tags=[bad], section=bad, image=Image(url=URL, caption=bad),  # noqa: E501
        related=[Link(url=URL, text=bad, kind="related")], lead=bad, publisher=bad, published_raw=bad,  # noqa: E501
    )  # fmt: skip
    sighting = Sighting(url=URL, source=URL, kind="feed", title=bad, published=bad)
    owed = Failure(url=URL, stage=Stage.EXTRACT, reason=bad, at=kit.START)
    noisy = (
        kit.capture(hour=1, etag=bad, mime=bad),
        Reading(kind=PayloadKind.FEED, sightings=(sighting,), failures=(owed,)),
    )
    with kit.index() as index:
        index.apply_captures([entry, noisy])
    assert kit.rows("SELECT title, body, author FROM articles") == [("نص [31m\ufffd",) * 3]
    for table, rows in kit.dump().items():
        text = repr(rows)
        assert not any(sign in text for sign in ("\\x00", "\\x1b", "\\ud800")), table


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
