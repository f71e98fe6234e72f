"""Extensions and feeds of Scrapy's, and those of others, do on a crawl what their pages say."""

from __future__ import annotations

import csv
import json
import logging
import marshal
import os
import pickle
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

import pytest
import time_machine
from loopback_site.server import Site
from loopback_site.small_paper import paper
from needed_parts import PEERS, need_peers
from scrapy import signals
from scrapy.settings import BaseSettings

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.engine.run import crawl_sites
from crawler.engine.spider import NewsSpider

MINE = "tests.crawler.engine.test_scrapy_extensions"
SPIDERMON = PEERS / "spidermon"
GUIDE = (Path(__file__).parents[3] / "docs" / "scrapy.md").read_text("utf-8")
PAGES = 12


class Set(NewsSpider):
    """A spider with the settings of a test, which keeps the crawl's stats."""

    mine: ClassVar[dict[str, Any]] = {}
    stats: ClassVar[dict[str, Any]] = {}

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        settings.update(cls.mine, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Any:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.keep_stats, signals.engine_stopped)
        return spider

    def keep_stats(self) -> None:
        stats = self.crawler.stats
        Set.stats = dict(stats.get_stats()) if stats is not None else {}


class Raising(Set):
    """One whose callback fails."""

    async def parse_article(self, response: Any, article: Any) -> Any:
        raise ValueError(article.url)
        yield response


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(paper(PAGES)) as running:
        yield running


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    return CollectionFolder.create(tmp_path / "c", "")


def crawl(
    layout: CollectionFolder, site: Site, spider: str = "Set", delay: float = 0.0, **settings: Any
) -> str:
    Set.mine, Set.stats = {"LOG_LEVEL": "CRITICAL"} | settings, {}
    start = (site.url + "/",)
    config = SiteConfig(name="paper", start=start, delay=delay, spider=f"{MINE}:{spider}")
    collection = CollectionConfig(name="test", sites=(config,))
    return crawl_sites(layout, collection, [config])[0].outcome


def rows(layout: CollectionFolder, query: str) -> list[tuple]:
    with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db:
        return db.execute(query).fetchall()


@pytest.mark.parametrize(
    ("limit", "delay", "spider"),
    [
        ({"CLOSESPIDER_TIMEOUT": 1}, 0.3, "Set"),
        ({"CLOSESPIDER_TIMEOUT_NO_ITEM": 1}, 0.6, "Set"),
        ({"CLOSESPIDER_ITEMCOUNT": 1}, 0.6, "Set"),
        ({"CLOSESPIDER_PAGECOUNT": 7}, 0.0, "Set"),
        ({"CLOSESPIDER_PAGECOUNT_NO_ITEM": 7}, 0.0, "Raising"),
        ({"CLOSESPIDER_ERRORCOUNT": 2}, 0.6, "Raising"),
    ],
    ids=str,
)
def test_each_limit_of_closespider_ends_a_crawl_that_the_next_one_finishes(
    layout: CollectionFolder, site: Site, limit: dict[str, int], delay: float, spider: str
) -> None:
    """It ends as limited, under the reason that CloseSpider gives; the next crawl has the rest."""
    assert crawl(layout, site, spider, delay, **limit) == "limited"
    assert Set.stats["finish_reason"] == next(iter(limit)).lower()
    assert crawl(layout, site) == "finished"
    assert rows(layout, "SELECT count(*) FROM articles WHERE url LIKE '%/news/%'") == [(PAGES,)]


def test_a_process_that_grows_too_large_ends_its_crawl(
    layout: CollectionFolder, site: Site
) -> None:
    """MemoryUsage closes the spider in order, even before it has asked for anything; the next crawl
    does it all.
    """
    memory = {"MEMUSAGE_LIMIT_MB": 10, "MEMUSAGE_CHECK_INTERVAL_SECONDS": 0.5}
    assert crawl(layout, site, delay=0.1, **memory) == "limited"
    assert Set.stats["finish_reason"] == "memusage_exceeded"
    assert Set.stats["memusage/limit_reached"] == 1
    assert "spider_exceptions/count" not in Set.stats
    assert site.wire.targets == []
    assert crawl(layout, site) == "finished"
    assert rows(layout, "SELECT count(*) FROM articles WHERE url LIKE '%/news/%'") == [(PAGES,)]


def test_stats_tell_the_crawl_s_numbers(
    layout: CollectionFolder, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """CoreStats, the downloader's and our own agree with the index; LogStats says how far it is."""
    with caplog.at_level(logging.INFO, "scrapy.extensions.logstats"):
        outcome = crawl(layout, site, delay=0.05, LOG_LEVEL="INFO", LOGSTATS_INTERVAL=0.2)
    assert outcome == "finished"
    stats = Set.stats
    assert stats["finish_reason"] == "finished"
    assert stats["item_scraped_count"] == stats["warraq/articles/new"] == PAGES
    assert (stats["response_received_count"],) == rows(layout, "SELECT count(*) FROM captures")[0]
    assert stats["elapsed_time_seconds"] > 0
    assert "Crawled 0 pages (at 0 pages/min)" in caplog.text
    assert any(
        " pages (at " in each.message and "Crawled 0" not in each.message for each in caplog.records
    )
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        assert crawl(layout, site) == "finished"
    assert Set.stats["warraq/articles/unchanged"] == PAGES
    assert "warraq/articles/new" not in Set.stats


def _json_lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _csv(path: Path) -> list[Any]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _xml(path: Path) -> list[Any]:
    root = ET.parse(path).getroot()  # noqa: S314 - our own file
    return [{field.tag: field.text for field in item} for item in root]


def _one_by_one(load: Callable[[Any], Any]) -> Callable[[Path], list[Any]]:
    def read(path: Path) -> list[Any]:
        items = []
        with path.open("rb") as file:
            while file.peek(1):
                items.append(load(file))
        return items

    return read


READERS: dict[str, Callable[[Path], list[Any]]] = {
    "json": lambda path: list(json.loads(path.read_text("utf-8"))),
    "jsonlines": _json_lines,
    "csv": _csv,
    "xml": _xml,
    "pickle": _one_by_one(pickle.load),
    "marshal": _one_by_one(marshal.load),
}


def test_feeds_hold_each_article_in_each_format(
    layout: CollectionFolder, site: Site, tmp_path: Path
) -> None:
    """With its columns, its text as published, what changed, and where its capture stands."""
    feeds = {str(tmp_path / f"feed.{name}"): {"format": name} for name in READERS}
    assert crawl(layout, site, FEEDS=feeds) == "finished"
    titles = dict(rows(layout, "SELECT url, title FROM articles WHERE url LIKE '%/news/%'"))
    for name, read in READERS.items():
        items = [dict(item) for item in read(tmp_path / f"feed.{name}")]
        assert {item["url"]: item["title"] for item in items} == titles, name
        assert {item["change"] for item in items} == {"new"}, name
        assert {(layout.archive / item["warc"]).is_file() for item in items} == {True}, name


(WATCHED,) = re.findall(r"^```python\n(# watched.py\n.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
SAY = """
from spidermon.core.actions import Action


class Say(Action):
    def run_action(self):
        print("monitors:", "failed" if self.result.monitors_failed_results else "passed")


AtTheEnd.monitors_finished_actions = [Say]
WatchedSpider.custom_settings |= {"SPIDERMON_ADD_FIELD_COVERAGE": True, "STATS_DUMP": True}
"""
COMMANDS = {
    "warraq": "from crawler.cli import main; main(['crawl'])",
    "scrapy": "from scrapy.cmdline import execute;"
    " execute(['scrapy', 'crawl', 'paper', '-s', 'LOG_LEVEL=INFO'])",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_spidermon_judges_a_crawl(tmp_path: Path, site: Site, command: str) -> None:
    """The guide's suite at the spider's end sees the stats, coverage of fields among them; its
    actions run; what it finds changes nothing of the crawl.
    """
    need_peers(SPIDERMON)
    table = f'[sites.paper]\nstart = "{site.url}/"\ndelay = 0\nspider = "watched:WatchedSpider"\n'
    layout = CollectionFolder.create(tmp_path / "c", '[collection]\nname = "t"\n' + table)
    (tmp_path / "watched.py").write_text(WATCHED + SAY)
    path = os.pathsep.join([*sys.path, str(tmp_path), str(SPIDERMON)])
    settings = {"SCRAPY_SETTINGS_MODULE": "crawler.engine.scrapy_settings", "PYTHONPATH": path}
    for verdict in ("passed", "failed"):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", COMMANDS[command]],
            cwd=layout.root,
            capture_output=True,
            encoding="utf-8",
            timeout=100,
            check=False,
            env=os.environ | settings,
        )
        assert done.returncode == 0, done.stderr
        assert f"monitors: {verdict}\n" in done.stdout
        if command == "scrapy" and verdict == "passed":  # the second finds nothing new
            assert f"'spidermon_item_scraped_count/ArticleItem/title': {PAGES}" in done.stderr
    crawls = rows(layout, "SELECT outcome, new FROM crawls ORDER BY started")
    assert crawls == [("finished", PAGES), ("finished", 0)]
