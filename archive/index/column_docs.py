"""What each column of `index.db` means, in words: the text of `docs/tables.md`, kept beside the
schema it explains.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from archive.index.schema import TABLES

# A column means the same in every table that has it; where it does not, `table.column` is looked up
# first.
MEANINGS = {
    "articles.id": "16 hex digits derived from site and canonical URL; the same after every rebuild",
    "articles.url": "canonical URL: the address that names the article",
    "articles.versions": "how many distinct texts have been seen",
    "articles.version_id": "the version last seen, whose title and body stand here",
    "articles.source": "`page`, or `listing` where only a listing carried the text",
    "versions.id": "derived from the article's id and the text",
    "captures.id": "derived from WARC file name and offset",
    "captures.url": "the URL asked for",
    "captures.site": "the site it was crawled for",
    "captures.kind": "what the payload is: `article`, `page`, `sitemap`, `feed`, `robots`, `redirect`, `not-modified`, `other`",
    "clusters.id": "derived from the articles in it",
    "clusters.articles": "how many articles are in it",
    "crawls.id": "names one crawl; `crawl_id` elsewhere",
    "crawls.finished": "when the crawl ended; empty while it runs, or where it was killed",
    "addresses.url": "an address of the article",
    "addresses.kind": "`canonical`, `tracking`, `amp`, `alias` or `duplicate` (an address with the same text of its own)",
    "links.url": "where the link leads",
    "links.text": "the link's words",
    "links.kind": "`body` (inside the article) or `related` (a box of related news)",
    "images.url": "the image's address",
    "sightings.id": "derived from source, URL and what was stated",
    "sightings.url": "the URL announced",
    "sightings.kind": "`sitemap`, `news-sitemap`, `feed` or `section`",
    "sightings.title": "the title as announced",
    "sightings.published": "the publication time as announced, unparsed",
    "sightings.modified": "the sitemap's lastmod, unparsed",
    "failures.id": "derived from URL, stage, reason and crawl",
    "failures.url": "the URL that failed",
    "withdrawals.url": "its canonical URL",
    "withdrawals.reason": "why, as stated when it was withdrawn",
    "withdrawals.text_sha256": "the digests of its texts, as `versions.text_sha256` had them, apart by spaces",
    "failures.reason": "why, in words",
    "disappearances.reason": "what is answered now: the status, or what the page has become",
    "docid": "the row's number, which is that of `articles_fts`; derived from the id",
    "site": "name of the site in `warraq.toml`",
    "title": "headline as published",
    "lead": "the paragraph that introduces the article, where it stands apart",
    "body": "paragraphs, one a line, as published (NFC, plain spaces)",
    "author": "authors, joined by `; `; one a row in `authors`",
    "section": "section as the site names it",
    "language": "language tag (BCP 47)",
    "published": "publication instant in UTC, or a date where only the day is known",
    "published_precision": "how much of it is known: `second`, `minute`, `hour`, `day`, `month`, `year`",
    "published_raw": "the publication time as the page states it, zone included",
    "modified": "time of the last change that the page states, UTC",
    "publisher": "who publishes, as the page states it",
    "image_url": "the article's main image",
    "image_caption": "its caption",
    "image_credit": "whose picture it is",
    "words": "words in the body",
    "first_seen": "first capture that showed it, UTC",
    "last_seen": "last capture that showed it, UTC",
    "cluster_id": "the group of near-duplicates it belongs to, if any",
    "article_id": "the article; `articles.id`",
    "version_id": "the version; `versions.id`",
    "capture_id": "the capture; `captures.id`",
    "crawl_id": "the crawl; `crawls.id`",
    "number": "1 for the first version",
    "text_sha256": "SHA-256 over title, line feed, body in UTF-8",
    "extractor": "what read the text, with its version",
    "captured": "when the exchange began, UTC",
    "status": "HTTP status",
    "mime": "media type as sent, without parameters",
    "record_type": "`response`, `revisit` or `resource`",
    "payload_digest": "digest of the payload (transfer coding removed, content coding kept)",
    "warc": "file in `archive/`",
    "offset": "where the record begins in it, in bytes",
    "length": "bytes of the record as compressed",
    "record_id": "WARC-Record-ID",
    "profile": "of a revisit: `identical-payload-digest` or `server-not-modified`",
    "refers_to_url": "of a revisit: the earlier capture's URL",
    "refers_to_date": "of a revisit: the earlier capture's time",
    "refers_to_id": "of a revisit: the earlier record's id",
    "truncated": "why the message is not whole: `length`, `time`, `disconnect`, `unspecified`",
    "etag": "ETag header",
    "last_modified": "Last-Modified header",
    "location": "where a redirect leads",
    "warc_date": "WARC-Date of the record, with its fraction of a second if it has one",
    "position": "order on the page, from 0",
    "name": "the author's name",
    "tag": "the tag's words",
    "caption": "the image's caption",
    "credit": "whose picture it is",
    "first_published": "earliest publication in the group",
    "first_article_id": "the article that was first",
    "started": "when the crawl began, UTC",
    "outcome": "`running`, `finished`, `limited`, `interrupted` or `failed`",
    "fetched": "exchanges made",
    "new": "articles not known before",
    "changed": "articles whose text was another than last time",
    "unchanged": "articles whose text was the same",
    "duplicates": "known articles found under another address",
    "failed": "URLs that could not be fetched or read",
    "bytes": "bytes received",
    "source": "the sitemap, feed or page that announced it",
    "seen": "when it was first announced, UTC",
    "stage": "where it failed: `robots`, `fetch`, `archive`, `discovery`, `extract`, `index`",
    "at": "when, UTC",
    "gone_since": "first capture that no longer showed it, UTC",
    "withdrawn": "when, UTC",
    "payload_digests": "the digests of the payloads that showed it, as `captures.payload_digest` had them, apart by spaces",
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
    "disappearances": "An article that answered and no longer does.",
    "withdrawals": "An article that was taken back: what is left of it, as a tombstone.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of one table: its name, SQLite's type, and what it means (empty where nobody has
    said).
    """

    name: str
    type: str
    meaning: str


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
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'articles_fts%'"
        )
        for (name,) in names.fetchall():
            if name.startswith(("_", "sqlite_")):
                continue
            columns = tuple(
                Column(
                    name=column,
                    type=kind,
                    meaning=MEANINGS.get(f"{name}.{column}") or MEANINGS.get(column, ""),
                )
                for _, column, kind, *_ in connection.execute(f"PRAGMA table_info({name})")
            )
            yield Table(name=name, row=ROWS.get(name, ""), columns=columns)
    finally:
        connection.close()
