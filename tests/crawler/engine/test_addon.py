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
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object
from scrapy.utils.python import global_object_name

from archive.layout import CollectionFolder
from crawler.engine.addon import MIDDLEWARES, WarraqAddon
from crawler.engine.spider import NewsSpider
from crawler.fetch.download_handler import RecordingHandler

PROJECT = '''
import sys
import scrapy
from scrapy import crawler

class Old(scrapy.Spider):
    """A spider that knows nothing of Warraq."""

    name = "old"
    start_urls = [sys.argv[1]]

    def parse(self, response):
        for link in response.css("h3 a"):
            yield response.follow(link, self.parse_page)

    def parse_page(self, response):
        yield {"title": response.css("h1::text").get(), "warc": response.capture.warc}

process = getattr(crawler, sys.argv[4])({
    "ADDONS": {"crawler.engine.addon.WarraqAddon": 100},
    "WARRAQ_COLLECTION": sys.argv[2],
    "LOG_LEVEL": "ERROR",
    "FEEDS": {sys.argv[3]: {"format": "jsonlines", "overwrite": True}},
    "JOBDIR": sys.argv[5] or None,
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


def run(
    folder: Path, site: Site, process: str = "CrawlerProcess", jobs: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the project in a folder, whose `c` is to be the collection."""
    (folder / "project.py").write_text(PROJECT)
    return subprocess.run(
        [sys.executable, "project.py", site.url + "/", "c", "items.jsonl", process, jobs],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.parametrize("process", ["CrawlerProcess", "AsyncCrawlerProcess"])
def test_a_project_s_own_spiders_write_to_a_collection(
    tmp_path: Path, site: Site, process: str
) -> None:
    """Every exchange is in the WARC, articles in the index, items say where; its feed is written
    as ever.
    """
    layout = CollectionFolder.create(tmp_path / "c", '[collection]\nname = "test"\n')
    feed = tmp_path / "items.jsonl"
    done = run(tmp_path, site, process)
    assert (done.returncode, done.stderr) == (0, "")
    items = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert len(items) == 5
    assert {item["warc"] for item in items} == {path.name for path in layout.archive.iterdir()}
    assert rows(layout, "SELECT site, outcome, fetched, new FROM crawls") == [
        ("old", "finished", 6, 5)
    ]
    assert rows(layout, "SELECT count(*) FROM captures") == [(6,)]


def test_a_project_s_jobdir_is_its_own(tmp_path: Path, site: Site) -> None:
    """What its own scheduler has seen is not asked for again; what is, is captured."""
    layout = CollectionFolder.create(tmp_path / "c", '[collection]\nname = "test"\n')
    for _ in range(2):
        done = run(tmp_path, site, jobs="jobs")
        assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "jobs" / "requests.seen").is_file()
    assert sorted(site.wire.targets) == ["/", "/", *(f"/news/{each}" for each in range(5))]
    assert rows(layout, "SELECT fetched, new FROM crawls ORDER BY started") == [(6, 5), (1, 0)]


def test_a_collection_that_is_missing_is_named(tmp_path: Path, site: Site) -> None:
    """With what to do about it; nothing is asked for."""
    done = run(tmp_path, site)
    assert "c is no collection; make one with `warraq init c`" in done.stderr
    assert site.wire.targets == []


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


RETRY = "scrapy.downloadermiddlewares.retry.RetryMiddleware"


@pytest.mark.parametrize("named", [{}, {RETRY: 500}, {load_object(RETRY): 500}])
def test_what_would_hide_exchanges_is_out_however_it_is_named(named: dict[object, int]) -> None:
    """Scrapy's retries are no part of a site's crawl, by default or where a project orders them by
    path or class.
    """
    settings = components(NewsSpider, DOWNLOADER_MIDDLEWARES=named)
    parts = settings.get_component_priority_dict_with_base("DOWNLOADER_MIDDLEWARES")
    active = {global_object_name(load_object(part)) for part in build_component_list(parts)}
    assert "crawler.engine.after_fetch.RetryMiddleware" in active
    assert RETRY not in active


@pytest.mark.parametrize("is_on", [True, False])
def test_a_door_is_there_where_a_project_opens_it(*, is_on: bool) -> None:
    """What listens on a port is not even loaded, unless a setting says so."""
    settings = components(Spider, TELNETCONSOLE_ENABLED=is_on)
    parts = settings.get_component_priority_dict_with_base("EXTENSIONS")
    assert any("TelnetConsole" in str(part) for part in parts) == is_on


def test_another_project_s_spider_keeps_its_own_scheduling() -> None:
    """Only the recorder, and what must not come between it and the spider, is put in."""
    settings = components(Spider)
    assert settings["SCHEDULER"] == "scrapy.core.scheduler.Scheduler"
    assert settings.getdict("DOWNLOADER_MIDDLEWARES") == {}
    scrapys = Settings().getdict("DOWNLOADER_MIDDLEWARES_BASE")
    taken_out = set(scrapys) - set(settings.getdict("DOWNLOADER_MIDDLEWARES_BASE"))
    assert {path.rpartition(".")[2] for path in taken_out} == {
        "HttpCompressionMiddleware",
        "HttpCacheMiddleware",
    }
    assert settings.getdict("DOWNLOAD_HANDLERS")["https"] is RecordingHandler
