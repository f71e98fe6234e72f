"""The tables that people query, with what a row and each column means: the text of `docs/tables.md`.

What the columns of `captures`, `articles` and `crawls` mean stands with them in
`archive.index.columns`.
"""  # noqa: E501

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from archive.index.columns import ARTICLES, CAPTURES, CRAWLS, Column
from archive.index.schema import TABLES

# A column means the same in every table that has it; where it does not, `table.column` is looked up
# first.
MEANINGS = {
    "versions.id": "derived from the article's id and the text",
    "clusters.id": "derived from the articles in it",
    "clusters.articles": "how many articles are in it",
    "addresses.url": "an address of the article",
    "addresses.kind": (
        "`canonical`, `tracking`, `amp`, `alias` or `duplicate` (an address with the same text of "
        "its own)"
    ),
    "links.url": "where the link leads",
    "links.text": "the link's words",
    "links.kind": "`body` (inside the article) or `related` (a box of related news)",
    "images.url": "the image's address",
    "sightings.id": "derived from source, URL and what was stated",
    "sightings.url": "the URL announced",
    "sightings.kind": "`sitemap`, `news-sitemap`, `feed` or `section`",
    "sightings.title": "the title as announced",
    "sightings.published": "the publication time as announced, unparsed",
    "sightings.modified": "the sitemap's lastmod as stated last, unparsed",
    "failures.id": "derived from URL, stage, reason and crawl",
    "failures.url": "the URL that failed",
    "withdrawals.url": "its canonical URL",
    "withdrawals.reason": "why, as stated when it was withdrawn",
    "withdrawals.text_sha256": "the digests of its texts, as `versions.text_sha256` had them, apart by spaces",  # noqa: E501
    "failures.reason": "why, in words",
    "disappearances.reason": "what is answered now: the status, or what the page has become",
    "coverage.url": "an address that was announced or linked, or asked for",
    "coverage.reason": (
        "of `failed` and `left out`: why. What was left out begins with `scope`, `robots`, `date`, "
        "`folded` (and the address asked for instead), `trap`, `budget`, `limit`, `interrupted`, "
        "`away`, or `no crawl`"
    ),
    "coverage.capture_id": "the newest capture that answered, else the newest; `captures.id`",
    "coverage.article_id": "the article that capture shows; `articles.id`",
    "usage_signals.source": (
        "who states it: `header`, `meta`, `link`, `robots.txt`, `tdmrep.json` or `rsl`"
    ),
    "usage_signals.name": "what is stated: `noarchive`, `tdm-reservation`, `ai-train` ...",
    "article_signals.source": "as in `usage_signals`",
    "article_signals.name": "as in `usage_signals`",
    "article_signals.capture_id": "the capture of the article; `captures.id`",
    "stated_in": "the capture that brought the statement; `captures.id`",
    "agent": "whom it is said to: a product token in lower case, or `*`",
    "path": "what it is about, as written; empty for all that the source is about",
    "value": "its value, if it has one",
    "raw": "the statement as written, up to 1,000 characters",
    "announced_by": "a page, sitemap or feed that led to it",
    "first_announced": "when it was first met, UTC",
    "last_asked": "when it was asked for last, UTC",
    "outcome": "`captured`, `failed` or `left out`; empty where nothing is known of it",
    "site": "name of the site in `warraq.toml`",
    "title": "headline as published",
    "body": "paragraphs, one a line, as published (NFC, plain spaces)",
    "first_seen": "first capture that showed it, UTC",
    "last_seen": "last capture that showed it, UTC",
    "article_id": "the article; `articles.id`",
    "capture_id": "the capture; `captures.id`",
    "crawl_id": "the crawl; `crawls.id`",
    "number": "1 for the first version",
    "text_sha256": "SHA-256 over title, line feed, body in UTF-8",
    "extractor": "what read the text, with its version",
    "position": "order on the page, from 0",
    "name": "the author's name",
    "tag": "the tag's words",
    "caption": "the image's caption",
    "credit": "whose picture it is",
    "first_published": "earliest publication in the group",
    "first_article_id": "the article that was first",
    "source": "the sitemap, feed or page that announced it",
    "seen": "when it was first announced, UTC",
    "stage": "where it failed: `robots`, `fetch`, `archive`, `discovery`, `extract`, `index`",
    "at": "when, UTC",
    "gone_since": "first capture that no longer showed it, UTC",
    "withdrawn": "when, UTC",
    "payload_digests": (
        "the digests of the payloads that showed it, as `captures.payload_digest` had them, apart "
        "by spaces"
    ),
    "purged": "1 where the payloads were taken out of the WARC files, too",
}

# What a row of each table is.
ROWS = {
    "captures": "One exchange as kept in a WARC: a request and its response (or revisit).",
    "articles": "One article of one site, as last seen.",
    "addresses": "One URL under which an article was found.",
    "versions": "One distinct text of an article.",
    "authors": "One author of an article.",
    "tags": "One tag of an article.",
    "images": "One image of an article.",
    "links": "One link in an article's body or in a box of related news.",
    "clusters": "A group of near-duplicates; an article without any belongs to none.",
    "crawls": "One run for one site.",
    "sightings": "One announcement of a URL; repeated unchanged it is the same one, seen again.",
    "failures": "A URL that could not be fetched or indexed, and why.",
    "coverage": (
        "A view: what became of each address that was announced or linked. `SELECT * FROM coverage "
        "WHERE outcome IS NULL` finds what was lost without a word: nothing."
    ),
    "usage_signals": (
        "One statement of a site about the use of what was captured: X-Robots-Tag, robots metas, "
        "TDM reservations, Content-Signal, Content-Usage, RSL licences, and what robots.txt says "
        "to crawlers for AI and archives."
    ),
    "article_signals": (
        "A view: the statements that concern each capture of an article: its own, those of what it "
        "repeats, of the robots.txt that applied, and of the site's tdmrep.json of the time. "
        "`SELECT DISTINCT article_id FROM article_signals WHERE name = 'noarchive'` finds what is "
        "not to be shown from an archive."
    ),
    "disappearances": "An article that answered and no longer does.",
    "withdrawals": "An article that was taken back: what is left of it, as a tombstone.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table that people query: its name, what a row is, its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]


def public_tables() -> Iterator[Table]:
    """The tables of the schema that are for everybody, in its order."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(TABLES)
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
            " AND name NOT LIKE 'articles_fts%'"
        )
        for (name,) in names.fetchall():
            if name.startswith(("_", "sqlite_")):
                continue
            meanings = {column.name: column.meaning for column in _COLUMN_LISTS.get(name, ())}
            columns = tuple(
                Column(column, kind, meanings.get(column) or _meaning(name, column))
                for _, column, kind, *_ in connection.execute(f"PRAGMA table_info({name})")
            )
            yield Table(name=name, row=ROWS.get(name, ""), columns=columns)
    finally:
        connection.close()


_COLUMN_LISTS = {"captures": CAPTURES, "articles": ARTICLES, "crawls": CRAWLS}


def _meaning(table: str, column: str) -> str:
    return MEANINGS.get(f"{table}.{column}") or MEANINGS.get(column, "")
