"""Warraq in a Scrapy project that exists."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_site.server import Site
from loopback_site.small_paper import paper
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from archive.layout import CollectionFolder
from crawler.engine.addon import MIDDLEWARES, WarraqAddon
from crawler.engine.spider import NewsSpider
from crawler.fetch.download_handler import RecordingHandler

PROJECT = '''
import sys
import scrapy
from scrapy.crawler import CrawlerProcess

class Old(scrapy.Spider):
    """A spider that knows nothing of Warraq."""

    name = "old"
    start_urls = [sys.argv[1]]

    def parse(self, response):
        for link in response.css("h3 a"):
            yield response.follow(link, self.parse_page)

    def parse_page(self, response):
        yield {"title": response.css("h1::text").get(), "warc": response.capture.warc}

process = CrawlerProcess({
    "ADDONS": {"crawler.engine.addon.WarraqAddon": 100},
    "WARRAQ_COLLECTION": sys.argv[2],
    "LOG_LEVEL": "ERROR",
    "FEEDS": {sys.argv[3]: {"format": "jsonlines"}},
})
process.crawl(Old)
process.start()
'''


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(paper(5)) as running:
        yield running


def rows(layout: CollectionFolder, query: str) -> list[tuple]:
    with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db:
        return db.execute(query).fetchall()


def test_a_project_s_own_spiders_write_to_a_collection(tmp_path: Path, site: Site) -> None:
    """Every exchange is in the WARC, articles in the index, items say where; its feed is written
    as ever.
    """
    layout = CollectionFolder.create(tmp_path / "c", '[collection]\nname = "test"\n')
    program, feed = tmp_path / "project.py", tmp_path / "items.jsonl"
    program.write_text(PROJECT)
    done = subprocess.run(
        [sys.executable, program, site.url + "/", layout.root, feed],
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    items = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert len(items) == 5
    assert {item["warc"] for item in items} == {path.name for path in layout.archive.iterdir()}
    assert rows(layout, "SELECT site, outcome, fetched, new FROM crawls") == [
        ("old", "finished", 6, 5)
    ]
    assert rows(layout, "SELECT count(*) FROM captures") == [(6,)]


def components(spider: type[Spider], **more: object) -> Settings:
    settings = Settings(more, priority="project")
    crawler = Crawler(spider, settings)
    WarraqAddon.from_crawler(crawler).update_settings(crawler.settings)
    return crawler.settings


def test_what_a_project_named_itself_stays() -> None:
    """Its pipelines are kept beside ours, its order of a part of ours too."""
    settings = components(
        NewsSpider, ITEM_PIPELINES={"tests.crawler.engine.user_code.Collecting": 300}
    )
    pipelines = settings.getdict("ITEM_PIPELINES")
    assert pipelines["tests.crawler.engine.user_code.Collecting"] == 300
    assert 100 in pipelines.values()
    (turn,) = [each for each in MIDDLEWARES if each.__name__ == "TurnMiddleware"]
    moved = components(NewsSpider, DOWNLOADER_MIDDLEWARES={turn: 890})
    assert moved.getdict("DOWNLOADER_MIDDLEWARES")[turn] == 890


def test_another_project_s_spider_keeps_its_own_scheduling() -> None:
    """Only the recorder, and what must not come between it and the spider, is put in."""
    settings = components(Spider)
    assert settings["SCHEDULER"] == "scrapy.core.scheduler.Scheduler"
    middlewares = settings.getdict("DOWNLOADER_MIDDLEWARES")
    assert not set(MIDDLEWARES) & set(middlewares)
    assert {each.__name__ for each in middlewares} == {
        "HttpCompressionMiddleware",
        "HttpCacheMiddleware",
    }
    assert settings.getdict("DOWNLOAD_HANDLERS")["https"] is RecordingHandler
