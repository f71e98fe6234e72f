"""The rows that a batch of captures affects, and the queries that all derivations share."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

Address = tuple[str, str]  # site, folded URL


def docid_of(article: str) -> int:
    """The rowid of an article in `articles` and `articles_fts`, from its id: 63 bits, so it is
    never negative.
    """
    return int(article, 16) >> 1


@dataclass(slots=True)
class AffectedRows:
    """The rows that a batch affects, which are then derived again; each step adds to them."""

    addresses: set[Address] = field(default_factory=set)  # canonical URLs, folded
    # addresses, folded, that name an article, or did
    names: set[Address] = field(default_factory=set)
    fingerprints: set[tuple[str, str]] = field(default_factory=set)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)  # text_sha256: title, body
    articles: set[str] = field(default_factory=set)
    # version id: article id, text_sha256
    versions: dict[str, tuple[str, str]] = field(default_factory=dict)
    urls: set[tuple[str, str]] = field(default_factory=set)  # URL, article id
    signatures: dict[int, bytes | None] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)  # clusters that lost an article for good
    # articles whose place in their cluster may have moved
    dated: set[int] = field(default_factory=set)
    # WARC files and crawls that have a reading more than before
    crawls: set[tuple[str, str | None]] = field(default_factory=set)

    def add_reading(self, article: str | None, version: str | None, url: str, sha256: str) -> None:
        """A reading at `url` begins or ceases to be this version of this article (None: of
        none).
        """
        if article is not None and version is not None:
            self.versions[version] = (article, sha256)
            self.urls.add((url, article))
            self.articles.add(article)


def first_and_last(
    db: sqlite3.Connection, condition: str, values: tuple[str, ...]
) -> tuple[str, str] | None:
    """When the readings that meet a condition (which an index serves) were captured first and last,
    as ISO 8601; None if there are none.
    """
    query = "SELECT {}(order_key) FROM _readings WHERE " + condition  # noqa: S608
    # One at a time: SQLite seeks only then.
    first, last = (
        db.execute(query.format(extreme), values).fetchone()[0] for extreme in ("min", "max")
    )
    return (first[:20], last[:20]) if first else None


def latest_reading(db: sqlite3.Connection, article: str) -> tuple[str, str]:
    """URL and `order_key` of the latest reading of an article (its id); of one on several pages, of
    its first page if that was read at all.
    """
    statement = (
        "SELECT r.url, r.order_key, ifnull(t.part, 0) FROM _readings r"
        " JOIN _texts t ON t.id = r.text_id"
        " WHERE r.article_id = ? ORDER BY r.order_key DESC LIMIT 1"
    )
    row = db.execute(statement, (article,)).fetchone()
    if row[2] > 1:
        row = db.execute(
            statement.replace("ORDER BY", "ORDER BY t.part > 1, t.part,"), (article,)
        ).fetchone()
    return (row[0], row[1])
