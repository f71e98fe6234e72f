"""`min_free` and `quota`: crawls end in good order before the disk is full."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from faults.full_disk import PAGES, crawl, page
from loopback_site.server import Site, say
from loopback_site.small_paper import listing

from archive.disk.room import size_on_disk
from archive.layout import CollectionFolder
from archive.query.reader import IndexReader

FULL_DISK = Path(__file__).parent / "full_disk.py"
CONFIG = """
[collection]
name = "test"
quota = "{quota}"
[sites.paper]
start = "{url}/"
delay = 0
concurrency = 2
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Sixty articles of 60 kB that hardly get smaller."""
    routes = {f"/news/{number}": say(page(number)) for number in range(PAGES)}
    routes |= {"/": say(listing("الجريدة", routes)), "/robots.txt": say("", kind="text/plain")}
    with Site(routes) as running:
        yield running


def test_a_quota_ends_the_crawl_in_good_order(site: Site, tmp_path: Path) -> None:
    """Exit code 3 and a line with the folder, what is left and the key; everything fetched is read
    and indexed. Where the quota is reached before, nothing is asked for; once it is raised, the
    rest is, and nothing twice.
    """
    layout = CollectionFolder.create(tmp_path / "c", CONFIG.format(url=site.url, quota="2 MB"))
    first = crawl(layout)
    fetched = [target for target in site.wire.targets if target.startswith("/news/")]
    assert (first["code"], first["torn"], first["open"], first["findings"]) == (3, 0, 0, [])
    line = str(first["err"]).splitlines()[0]
    assert line.startswith(f"warraq: {layout.root}: ")
    assert re.search(r"quota of \[collection\] is 2.0 MB \([\d.]+ \w+ left\): raise quota", line)
    assert 5 < len(fetched) < PAGES
    assert size_on_disk(layout.root) < 2_100_000
    with IndexReader(layout.index_db) as reader:
        assert reader.count("") == len(fetched)
        assert [row["outcome"] for row in reader.crawls("paper", limit=5)] == ["limited"]

    layout.config.write_text(CONFIG.format(url=site.url, quota="500 kB"), "utf-8")
    site.wire.clear()
    below = crawl(layout)
    assert (below["code"], site.wire.targets, below["findings"]) == (3, [], [])
    assert "quota of [collection] is 500 kB" in str(below["err"])

    layout.config.write_text(CONFIG.format(url=site.url, quota="50 MB"), "utf-8")
    last = crawl(layout)
    asked = [target for target in site.wire.targets if target.startswith("/news/")]
    assert (last["code"], last["findings"]) == (0, [])
    assert sorted(fetched + asked) == sorted(f"/news/{number}" for number in range(PAGES))


def test_run_due_tells_once_that_there_is_no_room(site: Site, tmp_path: Path) -> None:
    """Cron mails what it says, and calls it each minute: the exit code is 3 every time, but with -q
    the line comes once. Without it, it comes each time.
    """
    config = CONFIG.format(url=site.url, quota="10 kB") + 'schedule = "* * * * *"\n'
    layout = CollectionFolder.create(tmp_path / "c", config.replace('quota = "10 kB"', ""))
    page_of_one = warraq(layout, "crawl", "--limit", "1")
    assert page_of_one.returncode == 0, page_of_one.stderr
    layout.config.write_text(config, "utf-8")
    with closing(sqlite3.connect(layout.index_db)) as db, db:
        db.execute("UPDATE crawls SET started = '2020-01-01T00:00:00Z'")
    shutil.rmtree(layout.state)
    calls = [warraq(layout, *options, "run-due") for options in (("-q",), ("-q",), ("-q",), ())]
    told = ["quota of [collection] is 10.0 kB" in call.stderr for call in calls]
    assert [call.returncode for call in calls] == [3, 3, 3, 3]
    assert told == [True, False, False, True]
    assert calls[1].stderr == ""


def warraq(layout: CollectionFolder, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as cron would call it."""
    script = Path(sys.executable).with_name("warraq")
    command = [script, "-C", layout.root, *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=200, check=False)


def test_a_floor_ends_the_crawl_before_the_disk_is_full(tmp_path: Path) -> None:
    """A real file system of 7 MB with a floor of 4: exit code 3, and what is free is about that;
    while less is free nothing is asked for; with room again, the rest is, and nothing twice.
    """
    prefix = ("unshare", "--mount", "--net", "--map-root-user")
    start = [*(prefix if shutil.which("unshare") else ()), sys.executable, FULL_DISK]
    command = [*start, tmp_path, "7000", "4 MB"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=200, check=False)
    if done.returncode in (1, 77) and not done.stdout:
        assert done.returncode == 77 or "unshare" in done.stderr, done.stderr
        print("note: no file system may be mounted here; see tests/archive/disk/test_room.py")
        return
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for crawled in (told["first"], told["between"]):
        assert (crawled["code"], crawled["torn"], crawled["findings"]) == (3, 0, [])
        assert "min_free of [collection] is 4.0 MB: make room there" in crawled["err"]
    assert 3_900_000 < told["left"] < 5_500_000
    assert (told["between"]["asked"], 5 < told["asked"] < 60) == (0, True)
    assert (told["second"]["code"], told["second"]["findings"]) == (0, [])
    assert sorted(told["pages"]) == sorted(f"/news/{number}" for number in range(PAGES))
