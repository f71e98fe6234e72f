"""What users' spiders and pipelines get, and what they cannot do to the index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from loopback_site.server import Site, say
from loopback_site.small_paper import article, paper

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.engine.items import ArticleItem
from crawler.engine.run import crawl_sites
from pipelines.ingest.catch_up import update_index

from .user_code import Collecting, WithFaulty

PAGES = 6
MINE = "tests.crawler.engine.user_code"


@pytest.fixture
def site() -> Iterator[Site]:
    Collecting.seen.clear()
    with Site(paper(PAGES) | {"/api": say('{"comments": 3}', kind="application/json")}) as running:
        yield running


def crawl(layout: CollectionFolder, site: Site, spider: str | None) -> str:
    start = (site.url + "/",)
    config = SiteConfig(name="paper", start=start, delay=0.0, spider=spider)
    collection = CollectionConfig(name="test", sites=(config,))
    return crawl_sites(layout, collection, [config])[0].outcome


def rows(layout: CollectionFolder, query: str) -> list[tuple]:
    with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db:
        return db.execute(query).fetchall()


def news_items() -> list[ArticleItem]:
    return [each for each in Collecting.seen if isinstance(each, ArticleItem)]


def test_a_pipeline_sees_each_article_as_indexed(tmp_path: Path, site: Site) -> None:
    """New at first, changed where the text did, unchanged else; each with its capture."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    assert crawl(layout, site, f"{MINE}:WithComments") == "finished"
    first = {item["url"]: item for item in news_items()}
    assert {item["change"] for item in first.values()} == {"new"}
    assert len(first) == PAGES
    for item in first.values():
        assert rows(
            layout,
            "SELECT count(*) FROM captures WHERE warc = '{warc}' AND offset = {offset}"
            " AND article_id IS NOT NULL".format(**item),
        ) == [(1,)]
    Collecting.seen.clear()
    site.routes["/news/2"] = say(article("/news/2", edition=2))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        assert crawl(layout, site, f"{MINE}:WithComments") == "finished"
    changes = {item["url"].rpartition("/")[2]: item["change"] for item in news_items()}
    assert changes.pop("2") == "changed"
    assert set(changes.values()) == {"unchanged"}


def test_requests_of_a_spider_s_own_are_made_and_captured(tmp_path: Path, site: Site) -> None:
    """A POST with a body and a callback for each article: its answer reaches the callback, and the
    WARC.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")
    crawl(layout, site, f"{MINE}:WithComments")
    comments = [each for each in Collecting.seen if "comments" in each]
    assert sorted(each["number"] for each in comments) == [str(number) for number in range(PAGES)]
    posted = [
        exchange.request.rpartition(b"\r\n\r\n")[2]
        for exchange in site.wire.exchanges
        if exchange.target == "/api"
    ]
    assert sorted(posted) == [f"article={number}".encode() for number in range(PAGES)]
    assert rows(layout, "SELECT count(*) FROM captures WHERE url LIKE '%/api'") == [(PAGES,)]


@pytest.mark.parametrize("spider", ["WithComments", "Failing", "WithFaulty"])
def test_user_code_cannot_change_the_index(tmp_path: Path, site: Site, spider: str) -> None:
    """Dropped items and exceptions leave the index as it would be, and as a rebuild makes it."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    assert crawl(layout, site, f"{MINE}:{spider}") == "finished"
    query = "SELECT id, url, title, body FROM articles ORDER BY 1"
    grown = rows(layout, query)
    assert sum("/news/" in row[1] for row in grown) == PAGES
    config = CollectionConfig(
        name="test", sites=(SiteConfig(name="paper", start=(site.url + "/",), delay=0.0),)
    )
    with layout.write_lock():
        update_index(layout, config, rebuild=True)
    assert rows(layout, query) == grown


def test_what_a_pipeline_refuses_is_counted(tmp_path: Path, site: Site) -> None:
    """Dropped articles and mistakes of a pipeline stand in the stats; no row lacks them, and the
    crawl has not failed for it.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")
    assert crawl(layout, site, f"{MINE}:WithFaulty") == "finished"
    stats = WithFaulty.stats
    assert stats["warraq/articles/new"] == PAGES
    assert stats["item_scraped_count"] == stats["item_dropped_count"] == PAGES // 3
    assert stats["warraq/item_errors/count"] == stats["warraq/item_errors/ValueError"] == PAGES // 3
    assert rows(layout, "SELECT new, failed FROM crawls") == [(PAGES, 0)]
