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
from loopback_site.server import Site, say
from loopback_site.small_paper import paper

from archive.layout import CollectionFolder
from archive.model import run_id

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


def run_scrapy(
    layout: CollectionFolder, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the scrapy command in the collection's folder."""
    how = in_the_folder_of(layout)
    how["env"] |= environment
    return subprocess.run([sys.executable, "-m", "scrapy", *arguments], check=False, **how)


def scrapy(layout: CollectionFolder, *arguments: str) -> str:
    """What the scrapy command printed, which had nothing to object to."""
    done = run_scrapy(layout, *arguments)
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


def test_a_crawl_of_scrapy_has_one_log(layout: CollectionFolder, site: Site) -> None:
    """From its beginning to its end, with what failed, named as its run is, each line once; what is
    logged elsewhere is so as ever.
    """
    site.routes["/news/1"] = say("", status="500 Internal Server Error")
    site.routes["/news/2"] = say("", status="404 Not Found")
    done = run_scrapy(layout, "crawl", "paper", "-s", "LOG_LEVEL=INFO")
    assert done.returncode == 0, done.stderr
    (log,) = layout.logs.iterdir()
    ((crawl,),) = rows(layout, "SELECT id FROM crawls")
    assert log.stem == run_id(crawl)
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    events = [line["event"] for line in lines if line["event"] != "log"]
    failed = len(rows(layout, "SELECT 1 FROM failures"))
    assert events == [
        *("run began", "crawl began"),
        *["failure"] * failed,
        *("crawl ended", "run ended"),
    ]
    assert failed
    assert lines[0]["command"] == "scrapy crawl paper"
    assert {line["run"] for line in lines} == {log.stem}
    assert "the crawl begins" in done.stderr


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


@pytest.mark.parametrize(
    ("command", "broken", "said"),
    [
        (("list",), ("[sites.paper]", "[sites.paper"), "warraq.toml: "),
        (("crawl", "paper"), ("[sites.paper]", "[sites.paper"), "warraq.toml: "),
        (
            ("crawl", "paper"),
            ("start", "stat"),
            "warraq.toml: [sites.paper] has no key 'stat'; did you mean 'start'?",
        ),
    ],
    ids=["list", "crawl", "crawl of a wrong table"],
)
def test_a_broken_configuration_ends_in_a_line(
    layout: CollectionFolder,
    site: Site,
    command: tuple[str, ...],
    broken: tuple[str, str],
    said: str,
) -> None:
    """It names the file, and table and key where these are wrong; there is no traceback, and the
    exit code is that of usage.
    """
    layout.config.write_text(CONFIG.format(url=site.url).replace(*broken), "utf-8")
    done = run_scrapy(layout, *command)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert said in done.stderr.splitlines()[-1]
    assert site.wire.targets == []


def test_a_crawl_of_a_busy_collection_ends_in_a_line(layout: CollectionFolder, site: Site) -> None:
    """It names who writes; there is nothing else to read, and the exit code is not 0."""
    with layout.write_lock():
        done = run_scrapy(layout, "crawl", "paper")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"ERROR: {layout.root} is being written by process {os.getpid()}" in line
    assert site.wire.targets == []
    assert "paper" in scrapy(layout, "list")


@pytest.mark.parametrize(
    ("key", "message"),
    [('cookies_file = "none.txt"', "cookies_file"), ('browser = "always"', "browser = 'always'")],
)
def test_a_crawl_that_lacks_something_ends_in_a_line(
    layout: CollectionFolder, site: Site, key: str, message: str
) -> None:
    """A file that the configuration names, or the browser; the collection is free again."""
    layout.config.write_text(f"{CONFIG.format(url=site.url)}{key}\n", "utf-8")
    done = run_scrapy(layout, "crawl", "paper", PATH="", CHROMIUM="")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert message in line
    assert site.wire.targets == []
    with layout.write_lock():
        pass
