"""The scrapy command on a collection."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback_site.server import Site
from loopback_site.small_paper import paper

from archive.layout import CollectionFolder

CONFIG = '[collection]\nname = "test"\n[sites.paper]\nstart = "{url}/"\n'
PAGES = 4


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(paper(PAGES)) as running:
        yield running


@pytest.fixture
def layout(tmp_path: Path, site: Site) -> CollectionFolder:
    return CollectionFolder.create(tmp_path / "c", CONFIG.format(url=site.url))


def in_the_folder_of(layout: CollectionFolder) -> dict[str, Any]:
    """How a process is run in the collection's folder, with Warraq's settings."""
    settings = {
        "SCRAPY_SETTINGS_MODULE": "crawler.engine.scrapy_settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    return {
        "cwd": layout.root,
        "capture_output": True,
        "encoding": "utf-8",
        "timeout": 100,
        "env": os.environ | settings,
    }


def scrapy(layout: CollectionFolder, *arguments: str) -> str:
    """Run the scrapy command in the collection's folder; what it printed."""
    command = [sys.executable, "-m", "scrapy", *arguments]
    done = subprocess.run(command, check=False, **in_the_folder_of(layout))
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(layout: CollectionFolder, query: str) -> list[tuple]:
    with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db:
        return db.execute(query).fetchall()


def files(layout: CollectionFolder) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in layout.root.rglob("*")
        if path.is_file()
    }


def test_scrapy_crawls_a_site_of_the_collection(layout: CollectionFolder, tmp_path: Path) -> None:
    """Its items go where Scrapy's feeds go, its captures into the collection, its row says how it
    ended.
    """
    assert scrapy(layout, "list") == "paper\n"
    feed = tmp_path / "items.jsonl"
    scrapy(layout, "crawl", "paper", "-O", str(feed))
    items = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert {item["change"] for item in items} == {"new"}
    assert len(items) == PAGES
    assert rows(layout, "SELECT site, outcome, new FROM crawls") == [("paper", "finished", PAGES)]
    assert not list(layout.archive.glob("*.open"))


TWO_SPIDERS = """
import sys
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings

process = AsyncCrawlerProcess(get_project_settings())
for name in sys.argv[1:]:
    process.crawl(name)
process.start()
"""


def test_crawls_of_one_process_share_the_collection(tmp_path: Path, site: Site) -> None:
    """It is opened by the first and closed behind the last, whichever that is."""
    with Site(paper(30)) as longer:
        sites = (
            CONFIG.format(url=site.url) + f'[sites.longer]\nstart = "{longer.url}/"\ndelay = 0.2\n'
        )
        layout = CollectionFolder.create(tmp_path / "two", sites)
        done = subprocess.run(
            [sys.executable, "-c", TWO_SPIDERS, "paper", "longer"],
            check=False,
            **in_the_folder_of(layout),
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(layout, "SELECT site, outcome, new FROM crawls ORDER BY site") == [
        ("longer", "finished", 30),
        ("paper", "finished", PAGES),
    ]
    assert not list(layout.archive.glob("*.open"))


def test_a_crawl_that_scrapy_closes_early_goes_on_with_the_next(layout: CollectionFolder) -> None:
    """CloseSpider's limits end a crawl as limited; nothing is lost, and nothing fetched twice."""
    scrapy(layout, "crawl", "paper", "-s", "CLOSESPIDER_PAGECOUNT=2")
    scrapy(layout, "crawl", "paper")
    assert rows(layout, "SELECT outcome FROM crawls ORDER BY started") == [
        ("limited",),
        ("finished",),
    ]
    assert rows(layout, "SELECT count(*) FROM articles WHERE url LIKE '%/news/%'") == [(PAGES,)]


def test_looking_at_a_page_leaves_no_trace(layout: CollectionFolder, site: Site) -> None:
    """`scrapy fetch` and `scrapy shell` show a page, also with a site's spider; no file of the
    collection is touched.
    """
    before, url = files(layout), f"{site.url}/news/1"
    for spider in ([], ["--spider=paper"]):
        assert "<h1>" in scrapy(layout, "fetch", "--nolog", *spider, url)
        css = "response.css('h1::text').get()"
        assert "/news/1" in scrapy(layout, "shell", *spider, url, "-c", css)
    assert files(layout) == before


def test_scrapy_parse_shows_one_page_and_leaves_the_queue_alone(
    layout: CollectionFolder, site: Site
) -> None:
    """Its article and its links; the page is captured, no other is asked for."""
    shown = scrapy(layout, "parse", "--spider=paper", f"{site.url}/news/1")
    assert "'title':" in shown
    assert [target for target in site.wire.targets if target.startswith("/news/")] == ["/news/1"]
    assert rows(layout, "SELECT outcome, new FROM crawls") == [("limited", 1)]
