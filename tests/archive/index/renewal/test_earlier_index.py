"""What a sound index of another version still tells a crawl, while another takes its place."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.index.renewal.earlier_index import EarlierIndex, IndexInMaking
from archive.index.schema import SCHEMA_VERSION
from archive.index.writer import Index
from archive.model import CrawlSummary, Digest, PayloadKind, Reading
from archive.model.withdrawal import Withdrawal
from archive.urls import canonical_key

URL = "https://news.example/a/1001"
DIGEST = Digest.compute(b"payload")
FEED = "https://news.example/feed"


@pytest.fixture
def earlier(kit: Any) -> Path:
    """An index of an article and a feed, of an older version."""
    entries = [
        kit.entry(URL, etag='"1"', payload_digest=DIGEST),
        (kit.capture(FEED), Reading(kind=PayloadKind.FEED)),
    ]
    with kit.index() as index:
        index.apply_captures(entries)
        summary = CrawlSummary(id="c1", site="news", started=kit.START)
        index.end_crawl(replace(summary, finished=kit.START, outcome="finished"))
        path: Path = kit.path()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    return path


def test_what_it_knows_is_known(kit: Any, earlier: Path, tmp_path: Path) -> None:
    """Validators, digests, when an address was asked for, the articles, the sources."""
    later = kit.START + timedelta(days=9)
    with IndexInMaking(tmp_path / "new.db", EarlierIndex(earlier)) as index:
        validators = index.validators(URL)
        assert validators is not None
        assert validators.etag == '"1"'
        reference = index.earliest_with_digest(DIGEST)
        assert reference is not None
        assert index.has_record(reference.record_id)
        page = index.history.page("news", URL, later)
        assert page is not None
        assert page.asked == kit.START == index.history.last_asked("news", URL)
        (article,) = index.history.articles("news", later, later)
        assert article.url == URL
        assert index.history.sources("news") == [(FEED, PayloadKind.FEED)]
        assert index.history.last_crawl("news", later) == kit.START
        assert index.history.page("news", "https://news.example/other", later) is None
        # Nothing of it is in the new index.
        assert index.exchange_count() == 0


def test_what_came_since_is_told_by_the_new_one(kit: Any, earlier: Path, tmp_path: Path) -> None:
    """An address asked for again has its later answer, and an article is listed once."""
    later = kit.START + timedelta(days=9)
    with IndexInMaking(tmp_path / "new.db", EarlierIndex(earlier)) as index:
        index.apply_captures([kit.entry(URL, 24, etag='"2"')])
        asked = kit.START + timedelta(hours=24)
        page = index.history.page("news", URL, later)
        assert page is not None
        assert page.asked == asked == index.history.last_asked("news", URL)
        assert [each.asked for each in index.history.articles("news", later, later)] == [asked]
        validators = index.validators(URL)
        assert validators is not None
        assert validators.etag == '"2"'


@pytest.mark.parametrize("statement", ["DROP TABLE captures", "DROP TABLE _site_names"])
def test_what_it_cannot_tell_is_unknown(
    kit: Any, earlier: Path, tmp_path: Path, statement: str
) -> None:
    """Another version has other tables: that stops no crawl."""
    with closing(sqlite3.connect(earlier)) as db:
        db.execute(statement)
    later = kit.START + timedelta(days=9)
    with IndexInMaking(tmp_path / "new.db", EarlierIndex(earlier)) as index:
        assert not index.has_record("<urn:uuid:1>")
        assert not index.is_withdrawn("news", "https://news.example/other")
        assert index.stated_signals(URL) == []
        if "captures" in statement:
            assert index.validators(URL) is None
            assert index.history.page("news", URL, later) is None
            assert index.history.articles("news", later, later) == []
            assert index.history.sources("news") == []
        index.history.site_edits("news", kit.START)


def test_what_was_withdrawn_stays_withdrawn(kit: Any, earlier: Path, tmp_path: Path) -> None:
    """Though the record of it is not in the new index yet."""
    with closing(sqlite3.connect(earlier)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    with Index(earlier) as index:
        index.withdraw(
            Withdrawal(
                article_id="a",
                url=URL,
                site="news",
                at=kit.START,
                reason="x",
                keys=(canonical_key(URL),),
                texts=(),
                urls=(URL,),
            )
        )
    with IndexInMaking(tmp_path / "new.db", EarlierIndex(earlier)) as index:
        assert index.is_withdrawn("news", URL)
    with IndexInMaking(tmp_path / "new.db", None) as index:
        assert not index.is_withdrawn("news", URL)
