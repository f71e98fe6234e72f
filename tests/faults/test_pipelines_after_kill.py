"""What pipelines of somebody's own see of a crawl that is killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback_site.server import Behaviour, Site, say
from loopback_site.small_paper import article, cached, listing

from archive.layout import CollectionFolder

PAGES = 30
WRITING = """
import asyncio, json, os
from pathlib import Path
from crawler.engine.spider import NewsSpider

class Writing(NewsSpider):
    custom_settings = {"ITEM_PIPELINES": {"writing.Write": 300}, "LOG_LEVEL": "CRITICAL"}

class Write:
    async def process_item(self, item):
        await asyncio.sleep(0.3 if item["url"][-1] == "3" else 0.02)  # as a database would
        seen = {name: item[name] for name in ("url", "change", "warc", "offset")}
        with Path(os.environ["SEEN"]).open("a") as file:
            file.write(json.dumps(seen) + "\\n")
        return item
"""
# The program with its clock so many days ahead.
PROGRAM = """
import sys, time
import time_machine
from crawler.cli import main
with time_machine.travel(time.time() + 86400 * int(sys.argv.pop(1))):
    main()
"""
CONFIG = (
    '[collection]\nname = "test"\n[sites.paper]\nstart = "{url}/"\ndelay = 0\n'
    'spider = "writing:Writing"\n'
)


@pytest.fixture
def site() -> Iterator[Site]:
    """A site in which most articles are found only through others; each knows its ETag."""
    routes: dict[str, Behaviour] = {"/robots.txt": say("", kind="text/plain")}
    for number in range(PAGES):
        links = [f"/news/{child}" for child in (2 * number + 1, 2 * number + 2) if child < PAGES]
        routes[f"/news/{number}"] = cached(article(f"/news/{number}", links=links))
    routes["/"] = say(listing("الجريدة", ["/news/0"]))
    with Site(routes) as running:
        yield running


def crawl(layout: CollectionFolder, *, days: int, kill_after: int | None) -> None:
    """Crawl to the end, or until the pipeline has seen so many more articles; `days` from now."""
    seen = layout.root.parent / "seen"
    seen.touch()
    path = os.pathsep.join([str(layout.root.parent), *sys.path])
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(days), "-q", "crawl"],
        cwd=layout.root,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": path, "SEEN": str(seen)},
    )
    if kill_after is not None:
        least = len(seen_articles(layout)) + kill_after
        deadline = time.monotonic() + 60
        while (
            len(seen_articles(layout)) < least
            and process.poll() is None
            and time.monotonic() < deadline
        ):
            time.sleep(0.002)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0 or kill_after is not None, err.decode()


def seen_articles(layout: CollectionFolder) -> list[dict[str, Any]]:
    lines = (layout.root.parent / "seen").read_text("utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def test_a_pipeline_sees_each_article_at_least_once(tmp_path: Path, site: Site) -> None:
    """Killed while its articles go through the pipeline, a crawl goes on with those it had not
    seen: each with its capture and its change as the index has them, new at first, unchanged when
    all were known before and are due again.
    """
    (tmp_path / "writing.py").write_text(WRITING, "utf-8")
    layout = CollectionFolder.create(tmp_path / "c", CONFIG.format(url=site.url))
    wanted = {f"{site.url}/news/{number}" for number in range(PAGES)}
    for change, days in (("new", 0), ("unchanged", 3)):
        (tmp_path / "seen").unlink(missing_ok=True)
        for kill_after in (0, 1, 4, 9):
            crawl(layout, days=days, kill_after=kill_after)
        crawl(layout, days=days, kill_after=None)
        seen = seen_articles(layout)
        assert {each["url"] for each in seen if each["change"] == change} == wanted
        with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db:
            for each in seen:
                found = db.execute(
                    "SELECT count(*) FROM captures JOIN articles ON articles.id = article_id"
                    " WHERE warc = :warc AND offset = :offset AND articles.url = :url",
                    each,
                ).fetchone()
                assert found == (1,), each
