"""The columns of `captures`, `articles` and `crawls` in one table: name, SQL, meaning, origin.

The schema, every statement that writes or reads whole rows, what `verify` compares,
`docs/tables.md` and the columns of exports come from here. To add a column to `articles`, give
`archive.model.Article` the field, fill it in its reader, and add the column here: SCHEMA_VERSION
goes up by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from archive.render.tables import IntegerColumn


class ColumnOrigin(StrEnum):
    """Where the value of an article's column comes from."""

    READING = "reading"  # the metadata of the latest reading, under the column's own name
    VERSION = "version"  # the version last seen
    DERIVED = "derived"  # computed when the article is derived (`archive.index.derived.articles`)
    CLUSTERS = "clusters"  # filled in when clusters are derived


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its SQL type and constraints, what it means, and where it comes from.

    `origin` matters for `articles` alone: the other rows are written whole as a capture or a crawl
    gives them. A `long` text stands last in its table, so that the others are read without it.
    """

    name: str
    sql: str
    meaning: str
    origin: ColumnOrigin = ColumnOrigin.DERIVED
    long: bool = False


CAPTURES: Final = (
    Column("id", "TEXT PRIMARY KEY", "derived from WARC file name and offset"),
    Column("url", "TEXT NOT NULL", "the URL asked for"),
    Column("article_id", "TEXT", "the article; `articles.id`"),
    Column("version_id", "TEXT", "the version; `versions.id`"),
    Column("captured", "TEXT NOT NULL", "when the exchange began, UTC"),
    Column("status", "INTEGER", "HTTP status"),
    Column("mime", "TEXT", "media type as sent, without parameters"),
    Column(
        "record_type",
        "TEXT NOT NULL",
        "`response`, `revisit`, `resource`, or `conversion`: a page as a browser showed it",
    ),
    Column(
        "payload_digest",
        "TEXT",
        "digest of the payload (transfer coding removed, content coding kept)",
    ),
    Column("warc", "TEXT NOT NULL", "file in `archive/`"),
    Column("offset", "INTEGER NOT NULL", "where the record begins in it, in bytes"),
    Column("length", "INTEGER NOT NULL", "bytes of the record as compressed"),
    Column("crawl_id", "TEXT", "the crawl; `crawls.id`"),
    Column("site", "TEXT", "the site it was crawled for"),
    Column("via", "TEXT", "the page, sitemap or feed that led to it"),
    Column(
        "kind",
        "TEXT NOT NULL",
        (
            "what the payload is: `article`, `page`, `not-found` (a page that says that nothing is "
            "there, with status 200), `sitemap`, `feed`, `robots`, `redirect`, `not-modified`, "
            "`other`"
        ),
    ),
    Column("record_id", "TEXT NOT NULL", "WARC-Record-ID"),
    Column("profile", "TEXT", "of a revisit: `identical-payload-digest` or `server-not-modified`"),
    Column("refers_to_url", "TEXT", "of a revisit: the earlier capture's URL"),
    Column("refers_to_date", "TEXT", "of a revisit: the earlier capture's time"),
    Column(
        "refers_to_id",
        "TEXT",
        "of a revisit: the earlier record's id; of a page as a browser showed it: the page's",
    ),
    Column(
        "truncated",
        "TEXT",
        "why the message is not whole: `length`, `time`, `disconnect`, `unspecified`",
    ),
    Column("etag", "TEXT", "ETag header"),
    Column("last_modified", "TEXT", "Last-Modified header"),
    Column("location", "TEXT", "where a redirect leads"),
    Column(
        "robots_id",
        "TEXT",
        "WARC-Record-ID of the robots.txt that let it be asked for; `captures.record_id`",
    ),
    Column(
        "warc_date",
        "TEXT NOT NULL",
        "WARC-Date of the record, with its fraction of a second if it has one",
    ),
)

ARTICLES: Final = (
    Column(
        "docid",
        "INTEGER PRIMARY KEY",
        "the row's number, which is that of `articles_fts`; derived from the id",
        ColumnOrigin.DERIVED,
    ),
    Column(
        "id",
        "TEXT NOT NULL UNIQUE",
        "16 hex digits derived from site and canonical URL; the same after every rebuild",
        ColumnOrigin.DERIVED,
    ),
    Column(
        "url",
        "TEXT NOT NULL",
        "canonical URL: the address that names the article",
        ColumnOrigin.DERIVED,
    ),
    Column("site", "TEXT NOT NULL", "name of the site in `warraq.toml`", ColumnOrigin.DERIVED),
    Column("title", "TEXT NOT NULL", "headline as published", ColumnOrigin.VERSION),
    Column(
        "lead",
        "TEXT",
        "the paragraph that introduces the article, where it stands apart",
        ColumnOrigin.READING,
        long=True,
    ),
    Column(
        "body",
        "TEXT NOT NULL",
        "paragraphs, one a line, as published (NFC, plain spaces)",
        ColumnOrigin.VERSION,
        long=True,
    ),
    Column(
        "author", "TEXT", "authors, joined by `; `; one a row in `authors`", ColumnOrigin.READING
    ),
    Column("section", "TEXT", "section as the site names it", ColumnOrigin.READING),
    Column("language", "TEXT", "language tag (BCP 47)", ColumnOrigin.READING),
    Column(
        "published",
        "TEXT",
        "publication instant in UTC, or a date where only the day is known",
        ColumnOrigin.READING,
    ),
    Column(
        "published_precision",
        "TEXT",
        "how much of it is known: `second`, `minute`, `hour`, `day`, `month`, `year`",
        ColumnOrigin.READING,
    ),
    Column(
        "published_raw",
        "TEXT",
        "the publication time as the page states it, zone included",
        ColumnOrigin.READING,
    ),
    Column(
        "modified",
        "TEXT",
        "time of the last change that the page states, UTC",
        ColumnOrigin.READING,
    ),
    Column("publisher", "TEXT", "who publishes, as the page states it", ColumnOrigin.READING),
    Column("image_url", "TEXT", "the article's main image", ColumnOrigin.READING),
    Column("image_caption", "TEXT", "its caption", ColumnOrigin.READING),
    Column("image_credit", "TEXT", "whose picture it is", ColumnOrigin.READING),
    Column("words", "INTEGER NOT NULL", "words in the body", ColumnOrigin.DERIVED),
    Column(
        "first_seen", "TEXT NOT NULL", "first capture that showed it, UTC", ColumnOrigin.DERIVED
    ),
    Column("last_seen", "TEXT NOT NULL", "last capture that showed it, UTC", ColumnOrigin.DERIVED),
    Column(
        "versions",
        "INTEGER NOT NULL",
        "how many distinct texts have been seen",
        ColumnOrigin.DERIVED,
    ),
    Column(
        "cluster_id",
        "TEXT",
        "the group of near-duplicates it belongs to, if any",
        ColumnOrigin.CLUSTERS,
    ),
    Column(
        "version_id",
        "TEXT NOT NULL",
        "the version last seen, whose title and body stand here",
        ColumnOrigin.DERIVED,
    ),
    Column(
        "source",
        "TEXT NOT NULL",
        "`page`, or `listing` where only a listing carried the text",
        ColumnOrigin.DERIVED,
    ),
)

CRAWLS: Final = (
    Column("id", "TEXT PRIMARY KEY", "names one crawl; `crawl_id` elsewhere"),
    Column("site", "TEXT NOT NULL", "name of the site in `warraq.toml`"),
    Column("started", "TEXT NOT NULL", "when the crawl began, UTC"),
    Column("finished", "TEXT", "when the crawl ended; empty while it runs, or where it was killed"),
    Column(
        "outcome", "TEXT NOT NULL", "`running`, `finished`, `limited`, `interrupted` or `failed`"
    ),
    Column("fetched", "INTEGER NOT NULL", "exchanges made"),
    Column("new", "INTEGER NOT NULL", "articles not known before"),
    Column("changed", "INTEGER NOT NULL", "articles whose text was another than last time"),
    Column("unchanged", "INTEGER NOT NULL", "articles whose text was the same"),
    Column("duplicates", "INTEGER NOT NULL", "known articles found under another address"),
    Column("failed", "INTEGER NOT NULL", "URLs that could not be fetched or read"),
    Column(
        "left_out",
        "INTEGER NOT NULL",
        "addresses it was led to and did not ask for; `coverage` has the reasons",
    ),
    Column("bytes", "INTEGER NOT NULL", "bytes received"),
)

# What `search`, `show` and `export` give of an article, in their order.
PUBLIC_ARTICLE_COLUMNS: Final = tuple(column.name for column in ARTICLES if column.name != "docid")
# What a file of articles holds: the same without what only serves to find the rows that belong to
# it.
EXPORTED_ARTICLE_COLUMNS: Final = tuple(
    IntegerColumn(column.name) if column.sql.startswith("INTEGER") else column.name
    for column in ARTICLES
    if column.name not in {"docid", "version_id", "source"}
)


def columns_sql(columns: Iterable[Column]) -> str:
    """The columns as they stand between the brackets of CREATE TABLE, long texts last."""
    ordered = sorted(columns, key=lambda column: column.long)
    return ",\n  ".join(f"{column.name} {column.sql}" for column in ordered)


# Captures whose line in the CDXJ is that of an HTTP exchange (`archive.cdx.other_records`).
OF_EXCHANGE = "record_type = 'revisit' OR (status IS NOT NULL AND record_type != 'conversion')"


def column_names(columns: Iterable[Column], *origins: ColumnOrigin) -> tuple[str, ...]:
    """The names of the columns, in order; of these origins only, where some are given."""
    return tuple(column.name for column in columns if not origins or column.origin in origins)
