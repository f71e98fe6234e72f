"""The tables, and that each question is answered by the SQL index made for it."""

from __future__ import annotations

import sqlite3

import pytest

WHOLE = "record_type = 'response' AND status = 200 AND truncated IS NULL"
UNREAD = "record_type = 'revisit' AND kind = 'not-modified' AND refers_to_url != url"


@pytest.mark.parametrize(
    ("index", "statement"),
    [
        ("captures_url", "SELECT * FROM captures WHERE url = 'u' AND captured >= 't'"),
        ("captures_digest", f"SELECT * FROM captures WHERE payload_digest = 'd' AND {WHOLE}"),
        ("captures_record", "SELECT * FROM captures WHERE record_id = 'r'"),
        ("captures_unread", f"SELECT * FROM captures WHERE {UNREAD} ORDER BY warc, offset"),
        ("captures_location", "SELECT url FROM captures WHERE location = 'u'"),
        ("articles_site", "SELECT * FROM articles WHERE site = 's' ORDER BY published"),
        ("articles_cluster", "SELECT docid FROM articles WHERE cluster_id = 'c'"),
        ("versions_text", "SELECT title FROM versions WHERE text_sha256 = 'x'"),
        ("_readings_article", "SELECT max(order_key) FROM _readings WHERE article_id = 'a'"),
        ("_readings_version", "SELECT min(order_key) FROM _readings WHERE version_id = 'v'"),
        (
            "_readings_fingerprint",
            "SELECT key FROM _readings WHERE site = 's' AND fingerprint = 'f'",
        ),
        ("_texts_part", "SELECT 1 FROM _texts WHERE site = 's' AND key = 'k' AND part > 0"),
    ],
)
def test_each_question_has_its_index(db: sqlite3.Connection, index: str, statement: str) -> None:
    """SQLite answers the question by the index, without reading the whole table; a partial index
    serves only those who ask in its words.
    """
    plan = [row[3] for row in db.execute("EXPLAIN QUERY PLAN " + statement)]
    # A step names the columns it seeks by in brackets; the index of unread revisits is read whole.
    wanted = index if index == "captures_unread" else f"{index} ("
    assert any(wanted in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan


def test_a_word_in_the_title_counts_more(db: sqlite3.Connection) -> None:
    """Of two articles with a word once, the one that has it in its title is the better answer."""
    insert = "INSERT INTO articles_fts (rowid, title, body) VALUES (?, ?, ?)"
    db.executemany(insert, [(1, "خبر اخر", "زلزال"), (2, "زلزال", "خبر اخر")])
    asked = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'زلزال' ORDER BY rank"
    assert db.execute(asked).fetchall() == [(2,), (1,)]
