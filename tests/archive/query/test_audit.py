"""What `verify` asks of the index: each disagreement is named, and a sound index has none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from archive.index.schema import TABLES
from archive.model.identity import text_sha256
from archive.query import audit


@pytest.fixture
def index(kit: Any) -> Iterator[sqlite3.Connection]:
    """An index of two articles, the first one edited once and seen again, open for writing."""
    first = kit.entry()
    with kit.index() as writer:
        writer.apply_captures(
            [
                first,
                kit.revisit(first[0], 1),
                kit.entry(hour=2, paragraphs=["نص معدل"], tags=["اقتصاد"]),
                kit.entry("https://news.example/b/2", 3, title="عنوان آخر"),
            ]
        )
    with closing(sqlite3.connect(kit.path(), isolation_level=None)) as connection:
        yield connection


def test_captures_are_listed_by_file_and_offset(index: sqlite3.Connection) -> None:
    """Every capture is named with its place, whatever its article, in the order of the files."""
    places = [(row[0], row[1], row[4]) for row in audit.capture_places(index)]
    assert places == sorted(places)
    assert [kind for _, _, kind in places] == ["response", "revisit", "response", "response"]


def test_texts_are_those_their_hashes_say(index: sqlite3.Connection) -> None:
    """Title and body of each version are given as they are hashed."""
    versions = list(audit.version_texts(index))
    assert len(versions) == 3
    assert all(text_sha256(title, body) == sha256 for _, _, title, body, sha256 in versions)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE articles SET title = 'x'",
        "UPDATE articles SET body = 'x'",
        "UPDATE articles SET section = 'x'",
        "UPDATE articles SET published = '1999-01-01'",
        "UPDATE authors SET name = 'x'",
        "INSERT INTO tags SELECT id, 9, 'x' FROM articles",
        "UPDATE articles SET version_id = 'none'",
    ],
)
def test_an_edited_article_is_named(index: sqlite3.Connection, edit: str) -> None:
    """Whatever of its row, authors or tags is not as it was read, the article is named; before the
    edit it is not.
    """
    assert list(audit.articles_unlike_reading(index)) == []
    index.execute(edit)
    articles = {row[0] for row in index.execute("SELECT id FROM articles")}
    assert set(audit.articles_unlike_reading(index)) == articles


def test_an_article_without_its_row_is_named(index: sqlite3.Connection) -> None:
    """Versions of an article that has no row are found."""
    assert list(audit.articles_without_row(index)) == []
    (gone,) = index.execute("SELECT min(id) FROM articles").fetchone()
    index.execute("DELETE FROM articles WHERE id = ?", (gone,))
    assert list(audit.articles_without_row(index)) == [gone]


def test_an_article_that_cannot_be_searched_is_counted(index: sqlite3.Connection) -> None:
    """An article that the full text lacks is counted."""
    index.execute("BEGIN IMMEDIATE")
    assert audit.check_full_text(index) == 0
    index.execute("DELETE FROM articles_fts WHERE rowid = (SELECT min(docid) FROM articles)")
    assert audit.check_full_text(index) == 1


def test_a_sample_is_of_captures_with_a_payload(index: sqlite3.Connection) -> None:
    """The same captures are sampled each time, never a revisit, with the hash of their text."""
    sample = audit.sample_readings(index, 10)
    expected = index.execute(
        "SELECT id FROM captures WHERE record_type = 'response' ORDER BY id"
    ).fetchall()
    assert [(capture,) for capture, _ in sample] == expected
    assert audit.sample_readings(index, 1) == sample[:1]
    assert {sha256 for _, sha256 in sample} == {row[4] for row in audit.version_texts(index)}


def test_a_snapshot_does_not_change(kit: Any, index: sqlite3.Connection) -> None:
    """What is written after the snapshot began is not seen in it."""
    with closing(sqlite3.connect(kit.path(), isolation_level=None)) as other:
        audit.begin_snapshot(index)
        other.execute("DELETE FROM tags")
        assert index.execute("SELECT count(*) FROM tags").fetchone() == (1,)
        index.execute("ROLLBACK")
        assert index.execute("SELECT count(*) FROM tags").fetchone() == (0,)


def test_what_two_indexes_have_in_common() -> None:
    """Tables of captures and articles are compared, the private ones too; how far each file was
    read and FTS5's own tables are not.
    """
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.executescript(TABLES)
        tables = audit.content_tables(empty)
    assert {"captures", "articles", "articles_fts", "articles_fts_content", "_readings"} <= {
        *tables
    }
    assert not {"_progress", "articles_fts_data", "sqlite_sequence"} & {*tables}
