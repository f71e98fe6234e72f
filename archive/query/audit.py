"""What `verify` asks of the index: what it repeats of the WARC files, and whether it agrees with itself.

Each function takes an open connection to `index.db`; findings are made of it in `archive.verify`.
"""  # noqa: E501

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from archive.index.columns import ARTICLES, ColumnOrigin, column_names
from archive.index.kept_metadata import KEPT

# What an article keeps of earlier readings where the latest lacks it (archive.index.kept_metadata):
# it must be what some reading of the article said.
_GROUPS = {column: name for name, columns in KEPT.items() for column in columns}


def _differs(name: str, value: str) -> str:
    """SQL: whether a value of an article is not the `name` that was read."""
    unlike = f"{value} IS NOT json_extract(t.metadata, '$.{name}')"
    if name not in _GROUPS:
        return unlike
    own = f"json_extract(o.metadata, '$.{name}')"
    earlier = f"json_extract(o.metadata, '$.earlier.{_GROUPS[name]}.{name}')"
    return (
        f"({unlike} AND NOT EXISTS (SELECT 1 FROM _readings s JOIN _texts o ON o.id = s.text_id"  # noqa: S608
        f" WHERE s.article_id = a.id AND ({value} IS {own} OR {value} IS {earlier})))"
    )


_COLUMNS_DIFFER = " OR ".join(
    _differs(name, f"a.{name}") for name in column_names(ARTICLES, ColumnOrigin.READING)
)
_AUTHORS = """(SELECT json_group_array(name) FROM
  (SELECT name FROM authors WHERE article_id = a.id ORDER BY position))"""
# Articles that are not what their version and the latest capture of it say, as far as columns
# repeat what was read.
_UNLIKE_READING = f"""
SELECT a.id FROM articles a LEFT JOIN versions v ON v.id = a.version_id LEFT JOIN _texts t ON t.id = (
  SELECT text_id FROM _readings r WHERE r.version_id = a.version_id AND r.article_id = a.id
  ORDER BY r.order_key DESC LIMIT 1)
WHERE v.title IS NOT a.title OR v.body IS NOT a.body
  OR {_COLUMNS_DIFFER}
  OR {_differs("authors", _AUTHORS)}
  OR (SELECT json_group_array(tag) FROM
      (SELECT tag FROM tags WHERE article_id = a.id ORDER BY position))
    IS NOT json_extract(t.metadata, '$.tags')
"""  # noqa: E501, S608

# Tables whose rows depend on how often the index was written, not on what it holds: FTS5's own, of
# which the text is checked by its content table, and how far each WARC was read.
_BOOKKEEPING = (
    *("articles_fts_data", "articles_fts_idx", "articles_fts_docsize", "articles_fts_config"),
    "_progress",
)


def capture_places(connection: sqlite3.Connection) -> sqlite3.Cursor:
    """Each capture by file and offset: (warc, offset, length, record_id, record_type, url,
    captured, payload_digest).
    """
    return connection.execute(
        "SELECT warc, offset, length, record_id, record_type, url, captured, payload_digest"
        " FROM captures ORDER BY warc, offset"
    )


def version_texts(connection: sqlite3.Connection) -> sqlite3.Cursor:
    """Each version with its text: (id, article_id, title, body, text_sha256)."""
    return connection.execute(
        "SELECT id, article_id, CAST(title AS TEXT), CAST(body AS TEXT), text_sha256 FROM versions"
    )


def articles_without_row(connection: sqlite3.Connection) -> Iterator[str]:
    """Ids of articles that have versions and no row in `articles`."""
    statement = (
        "SELECT DISTINCT article_id FROM versions WHERE article_id NOT IN (SELECT id FROM articles)"
    )
    return (article for (article,) in connection.execute(statement))


def articles_unlike_reading(connection: sqlite3.Connection) -> Iterator[str]:
    """Ids of articles whose row is not what their version and its latest reading say."""
    return (article for (article,) in connection.execute(_UNLIKE_READING))


def check_full_text(connection: sqlite3.Connection) -> int:
    """Have FTS5 check its index; how many articles are not in it.

    FTS5 runs its check as a write, so the connection must be writable and in a transaction. Raises
    sqlite3.DatabaseError where the full-text index is damaged.
    """
    connection.execute(
        "INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 0)"
    )
    missing = "SELECT count(*) FROM articles WHERE docid NOT IN (SELECT rowid FROM articles_fts)"
    return int(connection.execute(missing).fetchone()[0])


def sample_readings(connection: sqlite3.Connection, count: int) -> list[tuple[str, str]]:
    """The first `count` captures of articles by id, each with the hash of its text as read: (capture
    id, SHA-256 in hex). The same ones each time, until new ones come.
    """  # noqa: E501
    return connection.execute(
        "SELECT capture_id, raw_sha256 FROM _readings JOIN _texts ON _texts.id = _readings.text_id"
        " WHERE ordinal = 0 AND read_from = capture_id AND is_active = 1 ORDER BY capture_id "
        "LIMIT ?",
        (count,),
    ).fetchall()


def begin_snapshot(connection: sqlite3.Connection) -> None:
    """Begin a transaction that sees the index as it is now, whatever is written later."""
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM captures").fetchone()  # the snapshot begins at a read


def content_tables(connection: sqlite3.Connection) -> list[str]:
    """The tables whose rows two indexes of the same captures have in common."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in rows if name not in _BOOKKEEPING and not name.startswith("sqlite_")]
