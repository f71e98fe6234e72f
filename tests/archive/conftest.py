"""Captures, readings and indexes made up for tests of the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.index.rows import capture_row
from archive.index.schema import TABLES
from archive.index.transaction import insert_row
from archive.index.writer import Index
from archive.model import (
    Article,
    Capture,
    Digest,
    FetchFacts,
    PayloadKind,
    Reading,
    RecordType,
)
from archive.urls import canonical_url, credible_canonical

START = datetime(2024, 3, 1, 12, tzinfo=UTC)
TEXT = (
    "قال المتحدث باسم الكرملين إن العام ٢٠٢٤ شهد تغيرات كبيرة في الاقتصاد والسياسة",
    "وأضاف أن الحكومة ستعلن عن خطة جديدة لدعم القطاعات المتضررة خلال الأسابيع المقبلة",
    "ويتوقع خبراء أن ترتفع الأسعار في الأسواق العالمية مع بداية الصيف",
)


class Kit:
    """Makes captures, readings and indexes for tests, and shows what an index holds."""

    START = START
    TEXT = TEXT

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.offset = 0
        self.indexes = 0

    def capture(
        self, url: str = "https://news.example/a/1001", hour: float = 0, **more: Any
    ) -> Capture:
        """A capture of `url`, `hour` hours after the start, each at the next offset of one WARC."""
        self.offset += 1000
        values: dict[str, Any] = {
            "url": url,
            "captured": START + timedelta(hours=hour),
            "warc": "test-0001.warc.gz",
            "offset": self.offset,
            "length": 900,
            "record_id": f"<urn:uuid:{self.offset}>",
            "record_type": RecordType.RESPONSE,
            "status": 200,
            "mime": "text/html",
            "payload_digest": Digest.compute(f"{url}{self.offset}".encode()),
            "facts": FetchFacts(crawl_id="crawl-1", site="news"),
        }
        return Capture(**values | more)

    def article(self, url: str, **more: Any) -> Article:
        """An article at `url`; `canonical` may be a rel=canonical to be judged."""
        stated = more.pop("canonical", None)
        canonical = (credible_canonical(url, stated) if stated else None) or canonical_url(url)
        values: dict[str, Any] = {
            "url": url,
            "canonical": canonical,
            "title": "الكرملين يعلن خطة جديدة",
            "paragraphs": list(TEXT),
            "authors": ["أحمد علي"],
            "published": START,
            "site": "news",
        }
        return Article(**values | more)

    def entry(
        self, url: str = "https://news.example/a/1001", hour: float = 0, **more: Any
    ) -> tuple[Capture, Reading]:
        """A capture that was read as an article; `paragraphs`, `title`, `canonical` and the like
        are the article's.
        """
        signature = more.pop("signature", None)
        crossing = {
            name: more.pop(name)
            for name in ("etag", "last_modified", "payload_digest")
            if name in more
        }
        article = self.article(url, **more)
        return self.capture(url, hour, **crossing), Reading(
            kind=PayloadKind.ARTICLE, article=article, signature=signature
        )

    def revisit(self, of: Capture, hour: float, **more: Any) -> tuple[Capture, Reading]:
        """A revisit of a capture, under the same URL."""
        values: dict[str, Any] = {
            "record_type": RecordType.REVISIT,
            "profile": "identical-payload-digest",
            "payload_digest": of.payload_digest,
            "refers_to_url": of.url,
            "refers_to_date": of.captured,
        }
        return self.capture(of.url, hour, **values | more), Reading(kind=PayloadKind.NOT_MODIFIED)

    @staticmethod
    def insert(db: sqlite3.Connection, *captures: Capture) -> None:
        """Insert the rows of captures that were read as pages, nothing that follows from them."""
        for capture in captures:
            insert_row(db, "captures", capture_row(capture, Reading(kind=PayloadKind.PAGE)))

    def index(self) -> Index:
        """A new index."""
        self.indexes += 1
        return Index(self.folder / f"index-{self.indexes}.db", timeout=0.2)

    def path(self) -> Path:
        """Where the newest index is."""
        return self.folder / f"index-{self.indexes}.db"

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What plain sqlite3 reads from the newest index."""
        connection = sqlite3.connect(self.path())
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table of the newest index, sorted."""
        tables = self.rows(
            "SELECT name FROM sqlite_master"
            " WHERE type = 'table' AND name NOT LIKE 'articles_fts_%' ORDER BY name"
        )
        found = {name: sorted(self.rows(f'SELECT * FROM "{name}"'), key=repr) for (name,) in tables}
        found["articles_fts"] = sorted(self.rows("SELECT rowid, * FROM articles_fts"))
        return found


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """The tables of an index, empty and in memory: for what takes an open connection."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(TABLES)
    yield connection
    connection.close()


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """The kit, with a folder of its own."""
    return Kit(tmp_path)
