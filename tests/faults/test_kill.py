"""A crawl killed without warning: the next one goes on, nothing is lost, nothing is fetched twice
without need.
"""

from __future__ import annotations

import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_site.server import Behaviour, Site, Talk, say
from loopback_site.small_paper import article, listing

from archive.layout import CollectionFolder

PAGES = 60
CRAWL = """
import sys
from pathlib import Path
from archive.config import CollectionConfig, SiteConfig
from archive.errors import WarraqError
from archive.layout import CollectionFolder
from crawler.engine.run import crawl_sites
site = SiteConfig(name="paper", start=(sys.argv[2] + "/",), delay=0.0)
config = CollectionConfig(name="test", sites=(site,), rotate_bytes=int(sys.argv[3]))
try:
    print(crawl_sites(CollectionFolder(Path(sys.argv[1])), config, [site])[0].outcome)
except WarraqError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def slow(body: str) -> Behaviour:
    """A page that takes a moment."""

    async def behave(talk: Talk) -> None:
        await talk.wait(0.02)
        await talk.reply(body)

    return behave


@pytest.fixture
def chain() -> Iterator[Site]:
    """A site in which most articles are found only through others."""
    routes: dict[str, Behaviour] = {"/robots.txt": say("", kind="text/plain")}
    for number in range(PAGES):
        links = [f"/news/{child}" for child in (2 * number + 1, 2 * number + 2) if child < PAGES]
        routes[f"/news/{number}"] = slow(article(f"/news/{number}", links=links))
    routes["/"] = say(listing("الجريدة", ["/news/0"]))
    with Site(routes) as site:
        yield site


def start(layout: CollectionFolder, site: Site, rotate: int = 1 << 30) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", CRAWL, str(layout.root), site.url, str(rotate)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def finish(layout: CollectionFolder, site: Site) -> str:
    process = start(layout, site)
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err.decode()
    return out.decode().strip()


def when_fetched(process: subprocess.Popen[bytes], site: Site, count: int) -> None:
    deadline = time.monotonic() + 100
    while (
        len(site.wire.exchanges) < count and process.poll() is None and time.monotonic() < deadline
    ):
        time.sleep(0.005)


def pages(site: Site) -> Counter[str]:
    return Counter(target for target in site.wire.targets if target.startswith("/news/"))


def rows(layout: CollectionFolder, query: str) -> list[tuple]:
    with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db:
        return db.execute(query).fetchall()


@pytest.mark.parametrize("after", [3, 21])
def test_kill_9_loses_no_page_and_repeats_few(tmp_path: Path, chain: Site, after: int):
    """SIGKILL of the whole group at some point: the next run fetches the rest, and only what was
    under way again.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")
    process = start(layout, chain)
    when_fetched(process, chain, after)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert finish(layout, chain) == "finished"
    fetched = pages(chain)
    assert len(fetched) == PAGES
    assert sum(fetched.values()) - PAGES <= 2  # what was on the wire: site.concurrency
    assert rows(layout, "SELECT count(*) FROM articles WHERE url LIKE '%/news/%'") == [(PAGES,)]
    captured = rows(
        layout,
        "SELECT count(DISTINCT url) FROM captures WHERE url LIKE '%/news/%' AND status = 200",
    )
    assert captured == [(PAGES,)]
    for path in layout.archive.glob("*.warc.gz"):
        assert gzip.decompress(path.read_bytes())
    assert not list(layout.archive.glob("*.open"))
    outcomes = [
        outcome for (outcome,) in rows(layout, "SELECT outcome FROM crawls ORDER BY started")
    ]
    assert outcomes[-1] == "finished"
    assert "running" not in outcomes
    told = (
        "SELECT fetched, bytes > 0, (SELECT count(*) FROM captures WHERE crawl_id ="
        " crawls.id) FROM crawls WHERE outcome = 'interrupted'"
    )
    for count, some, captured_in_it in rows(layout, told):
        assert count >= captured_in_it
        assert bool(some) == bool(captured_in_it)


def test_what_was_left_out_before_a_kill_is_told_after_it(tmp_path: Path, chain: Site):
    """The page that led to an address is not read again by the crawl that goes on; why the address
    was not asked for is told all the same, and no address ends without an outcome.
    """
    chain.routes["/news/0"] = slow(article("/news/0", links=["/news/1", "/news/2", "/report.pdf"]))
    layout = CollectionFolder.create(tmp_path / "c", "")
    process = start(layout, chain)
    when_fetched(process, chain, 52)  # by then that page is acknowledged
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert finish(layout, chain) == "finished"
    assert pages(chain)["/news/0"] == 1
    told = rows(layout, "SELECT url, outcome, reason, announced_by FROM coverage")
    report = [row for row in told if row[0].endswith("/report.pdf")]
    why = "scope: a file that is not a page: pdf"
    assert report == [(f"{chain.url}/report.pdf", "left out", why, f"{chain.url}/news/0")]
    assert [url for url, outcome, *_ in told if outcome is None] == []


def test_kills_again_and_again_still_come_to_an_end(tmp_path: Path, chain: Site):
    """A machine that goes down every few pages gets the whole site in the end."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    for round_ in range(4):
        process = start(layout, chain, rotate=20_000)
        when_fetched(process, chain, (round_ + 1) * 12)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert finish(layout, chain) == "finished"
    assert len(pages(chain)) == PAGES
    assert rows(layout, "SELECT count(*) FROM articles WHERE url LIKE '%/news/%'") == [(PAGES,)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_crawl_in_order(tmp_path: Path, chain: Site, number: signal.Signals):
    """Exit 130, WARC closed, outcome `interrupted`; the next run fetches only the rest."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    process = start(layout, chain)
    when_fetched(process, chain, 15)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err.decode()
    assert "goes on" in err.decode()
    assert not list(layout.archive.glob("*.open"))
    assert rows(layout, "SELECT outcome FROM crawls") == [("interrupted",)]
    assert finish(layout, chain) == "finished"
    assert set(pages(chain).values()) == {1}
    assert len(pages(chain)) == PAGES


def test_a_hangup_that_is_ignored_stays_so(tmp_path: Path, chain: Site):
    """`nohup warraq crawl` goes on when its terminal is closed."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        layout = CollectionFolder.create(tmp_path / "c", "")
        process = start(layout, chain)
    finally:
        signal.signal(signal.SIGHUP, before)
    when_fetched(process, chain, 5)
    process.send_signal(signal.SIGHUP)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err.decode()
    assert len(pages(chain)) == PAGES
