"""Article or not, on made-up pages in seven languages: each is what it is, and what hides an
article is no edit of it.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made_pages import load_pages

from archive.config import SiteConfig
from archive.index.writer import Index
from archive.model import Article, Capture, Change, FetchFacts, RecordType
from pipelines.article.extraction import extract
from pipelines.payload_facts import PayloadFacts
from pipelines.read_payload import read_payload

PAGES = load_pages()
START = datetime(2026, 3, 3, 12, tzinfo=UTC)
SITE = SiteConfig(name="marsh", start=("https://www.marsh-en.example/",))


def kind(url: str, html: bytes) -> str:
    found = extract(html, url)
    return "article" if isinstance(found, Article) else str(found.reason)


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_what_it_is(name: str) -> None:
    """Checks, consent, errors, log-ins, lists, films, stubs and a site's own pages are no articles,
    and no story is one of them.
    """
    url, html, right = PAGES[name]
    assert kind(url, html) in right


def test_there_are_pages_of_every_kind() -> None:
    """The pages cover every kind, so that none goes untested."""
    wanted = [right for _, _, right in PAGES.values()]
    kinds = (
        "article",
        "challenge",
        "consent",
        "error-page",
        "listing",
        "paywall",
        "video",
        "gallery",
        "audio",
        "service",
    )
    assert all(sum(right == {kind} for right in wanted) >= 1 for kind in kinds)


def show(index: Index, html: bytes, hour: int) -> Change:
    """A page captured at the address of one article."""
    url = "https://www.marsh-en.example/news/2026/rebuild-footbridge-48213"
    capture = Capture(
        url=url,
        captured=START + timedelta(hours=hour),
        warc="x.warc.gz",
        offset=hour,
        length=1,
        record_id=f"<urn:uuid:{hour}>",
        record_type=RecordType.RESPONSE,
        status=200,
        mime="text/html",
        facts=FetchFacts(crawl_id="c", site="marsh"),
    )
    reading = read_payload(
        html,
        PayloadFacts.of_capture(
            capture, content_type="text/html; charset=utf-8", content_encoding=None
        ),
        SITE,
    )
    return index.apply_captures([(capture, reading)])[0]


def test_what_hides_an_article_is_no_edit_of_it(tmp_path: Path) -> None:
    """A check, a request for consent, a stub or an error in a known article's place makes no
    version and no disappearance.
    """
    hiding = [
        name
        for name, (_, _, right) in PAGES.items()
        if right <= {"challenge", "consent", "paywall"}
    ]
    passing = [name for name, (_, _, right) in PAGES.items() if right <= {"error-page"}]
    assert len(hiding) > 40
    with Index(tmp_path / "index.db") as index:
        assert show(index, PAGES["paywhole-en"][1], 0) == Change.NEW
        for hour, name in enumerate((*hiding, *passing), start=1):
            assert show(index, PAGES[name][1], hour) == Change.NONE, name
        assert show(index, PAGES["paywhole-en"][1], 999) == Change.UNCHANGED
    with sqlite3.connect(tmp_path / "index.db") as db:
        assert db.execute("SELECT versions, last_seen FROM articles").fetchall() == [
            (1, "2026-04-14T03:00:00Z")
        ]
        assert db.execute("SELECT count(*) FROM disappearances").fetchone() == (0,)
        reasons = {
            reason.split(":")[0]
            for (reason,) in db.execute("SELECT reason FROM failures WHERE stage = 'extract'")
        }
        assert reasons == {"challenge", "consent", "paywall"}
