"""A live blog is one article whose versions grow."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.index.writer import Index
from archive.model import Article, Capture, Change, FetchFacts, PayloadKind, Reading, RecordType
from pipelines.article.extraction import extract

URL = "https://paper.example/live/bridge"
START = datetime(2024, 3, 1, 10, tzinfo=UTC)


def page(updates: int) -> bytes:
    """The blog with its latest update first."""
    body = "".join(
        f"<div><h3>Pillar {number} of the bridge seen by engineers</h3><p>The council said at "
        f"{number} that the bridge would"
        f" stay closed until the engineers had also seen pillar {number + 1}, which takes "
        f"another hour.</p></div>"
        for number in range(updates, 0, -1)
    )
    data = (
        '{"@type": "LiveBlogPosting", "headline": "The bridge, live", "datePublished": '
        '"2024-03-01T10:00:00Z"}'
    )
    head = f'<title>The bridge, live</title><script type="application/ld+json">{data}</script>'
    return (
        f"<html><head>{head}</head><body><article><h1>The bridge, "
        f"live</h1><div>{body}</div></article></body></html>"
    ).encode()


def test_a_live_blog_is_one_article_whose_versions_grow(tmp_path: Path) -> None:
    """Each capture with more updates is a further version of the same article; one without is no
    edit.
    """
    changes = []
    with Index(tmp_path / "index.db") as index:
        for hour, updates in enumerate((2, 5, 5, 9)):
            article = extract(page(updates), URL, captured=START)
            assert isinstance(article, Article)
            assert len(article.paragraphs) == 2 * updates
            capture = Capture(
                url=URL,
                captured=START + timedelta(hours=hour),
                warc="x.warc.gz",
                offset=hour,
                length=1,
                record_id=f"<urn:uuid:{hour}>",
                record_type=RecordType.RESPONSE,
                status=200,
                facts=FetchFacts(crawl_id="c", site="paper"),
            )
            changes += index.apply_captures(
                [(capture, Reading(kind=PayloadKind.ARTICLE, article=article))]
            )
    assert changes == [Change.NEW, Change.CHANGED, Change.UNCHANGED, Change.CHANGED]
    with sqlite3.connect(tmp_path / "index.db") as db:
        assert db.execute("SELECT url, versions FROM articles").fetchall() == [(URL, 3)]
