"""kill -9 at random moments of a real crawl, over and over: after each, everything on the disk is
whole and agrees.

`make test` kills a few times; `make soak` fifty times with each spider (WARRAQ_KILLS).
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.whole_collection import check_rebuilt, check_whole, contents
from loopback_site.server import Behaviour, Site, Talk, say
from loopback_site.small_paper import article, listing

from archive.config import load_config
from archive.layout import CollectionFolder
from pipelines.ingest.catch_up import update_index

KILLS = int(os.environ.get("WARRAQ_KILLS", "3"))
SEED = int(os.environ.get("WARRAQ_SEED", "0")) or random.randrange(1 << 32)  # noqa: S311
PAGES = 40
CONCURRENCY = 4
# A spider of somebody's own, with all that may go wrong in such code: methods that raise, a
# pipeline that drops and raises, and requests that only it knows of.
UNRULY = """
from scrapy import Request
from scrapy.exceptions import DropItem
from crawler.engine.spider import NewsSpider

class Unruly(NewsSpider):
    custom_settings = {"ITEM_PIPELINES": {"unruly.Picky": 300}, "LOG_LEVEL": "CRITICAL"}

    async def parse_article(self, response, article):
        number = int(article.url.rpartition("/")[2])
        yield Request(
            response.urljoin(f"/api/{number}"), method="POST", body=b"what=comments",
            callback=self.parse_comments, cb_kwargs={"number": number},
        )
        if number % 7 == 3:
            raise ValueError("a mistake in a spider")
        async for item in super().parse_article(response, article):
            yield item

    def parse_comments(self, response, number):
        if number % 5 == 2:
            raise KeyError("a mistake in a callback")
        yield {"comments": number}

class Picky:
    def process_item(self, item):
        if item.get("comments", 0) % 3 == 1:
            raise DropItem("not wanted")
        if item.get("comments", 0) % 11 == 5:
            raise RuntimeError("a mistake in a pipeline")
        return item
"""
# A small rotation size, so that files are begun and closed all the time.
CONFIG = (
    '[collection]\nname = "test"\nrotate_bytes = "30 KB"\n'
    f'[sites.paper]\nstart = "{{url}}/"\ndelay = 0\nconcurrency = {CONCURRENCY}\n{{more}}'
)


def slow(body: str) -> Behaviour:
    """A page that takes a moment."""

    async def behave(talk: Talk) -> None:
        await talk.wait(0.03)
        await talk.reply(body)

    return behave


@pytest.fixture
def site() -> Iterator[Site]:
    """A site in which most articles are found only through others."""
    routes: dict[str, Behaviour] = {"/robots.txt": say("", kind="text/plain")}
    for number in range(PAGES):
        links = [f"/news/{child}" for child in (2 * number + 1, 2 * number + 2) if child < PAGES]
        routes[f"/news/{number}"] = slow(article(f"/news/{number}", links=links))
        routes[f"/api/{number}"] = say('{"comments": []}', kind="application/json")
    routes["/"] = say(listing("الجريدة", ["/news/0"]))
    with Site(routes) as running:
        yield running


def crawl(layout: CollectionFolder) -> subprocess.Popen[bytes]:
    script = Path(sys.executable).with_name("warraq")
    command = [script, "-q", "-C", layout.root, "crawl"]
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(layout.root.parent), *sys.path])},
    )


def kill_at(process: subprocess.Popen[bytes], site: Site, exchanges: int, after: float) -> bool:
    """Kill the whole group once so many exchanges have begun, and a moment later; whether it was
    still running.
    """
    deadline = time.monotonic() + 60
    while (
        len(site.wire.exchanges) < exchanges
        and process.poll() is None
        and time.monotonic() < deadline
    ):
        time.sleep(0.001)
    time.sleep(after)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return running


def check(layout: CollectionFolder) -> None:
    """What holds after a kill, as soon as anything of Warraq's has looked at the collection."""
    config = load_config(layout.config)
    with layout.write_lock():
        update_index(layout, config)
    check_whole(layout)


@pytest.mark.parametrize("spider", ["", 'spider = "unruly:Unruly"\n'], ids=["ours", "unruly"])
def test_a_crawl_killed_at_any_moment_loses_nothing(
    tmp_path: Path, site: Site, spider: str
) -> None:
    """With our spider as with one whose code fails all the time: no torn record, `gunzip -t` and
    verify content, and in the end every page is there, hardly one fetched twice.

    An index rebuilt from the WARC files equals the one that grew through the kills, row by row.
    """
    chance = random.Random(SEED)  # noqa: S311
    print(f"WARRAQ_SEED={SEED}")
    (tmp_path / "unruly.py").write_text(UNRULY)
    left, number = KILLS, 0
    while left:
        number += 1
        layout = CollectionFolder.create(
            tmp_path / f"c{number}", CONFIG.format(url=site.url, more=spider)
        )
        site.wire.clear()
        killed = 0
        while left and len(site.wire.exchanges) < PAGES:
            more = len(site.wire.exchanges) + chance.randrange(1, max(2, PAGES // 3))
            if not kill_at(crawl(layout), site, more, chance.random() * 0.2):
                break
            killed += 1
            left -= 1
            check(layout)
        last = crawl(layout)
        _, err = last.communicate(timeout=120)
        assert last.returncode == 0, err.decode()
        check(layout)
        pages = Counter(target for target in site.wire.targets if target.startswith("/news/"))
        assert len(pages) == PAGES
        grown = contents(layout)
        # A process may be killed when its crawl is already over: the next one is then a new crawl
        # of everything.
        with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db:
            (whole,) = db.execute(
                "SELECT count(*) FROM crawls WHERE outcome = 'finished'"
            ).fetchone()
        assert sum(pages.values()) - PAGES * whole <= killed * CONCURRENCY
        captured = {row[1] for row in grown["captures"] if "/news/" in row[1]}
        assert len(captured) == PAGES
        calls = Counter(target for target in site.wire.targets if target.startswith("/api/"))
        assert len(calls) == (PAGES if spider else 0)
        assert {row[1].rpartition("/")[2] for row in grown["captures"] if "/api/" in row[1]} == {
            target.rpartition("/")[2] for target in calls
        }
        check_rebuilt(layout)
