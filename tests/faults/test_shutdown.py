"""A crawl that is told to end: within seconds, whatever the servers do, and with nothing lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_site.misbehaviours import MISBEHAVIOURS
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing

from archive.layout import CollectionFolder
from archive.verify.collection import verify_collection

SLOW = ["/stall-head", "/stall-body", "/drip"]
CONFIG = (
    '[collection]\nname = "test"\n[sites.paper]\nstart = "{url}/"\ndelay = 0\nconcurrency = 4\n'
)


@pytest.fixture
def site() -> Iterator[Site]:
    routes = {name: MISBEHAVIOURS[name] for name in SLOW}
    routes |= {f"/news/{number}": say(article(f"/news/{number}")) for number in range(3)}
    routes["/"] = say(listing("الجريدة", [*routes]))
    routes["/robots.txt"] = say("", kind="text/plain")
    with Site(routes) as running:
        yield running


def start(layout: CollectionFolder, *arguments: str) -> subprocess.Popen[str]:
    script = Path(sys.executable).with_name("warraq")
    command = [str(script), "-C", str(layout.root), "crawl", *arguments]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def when_waiting(site: Site, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while (
        not set(SLOW) <= set(site.wire.targets)
        and process.poll() is None
        and time.monotonic() < deadline
    ):
        time.sleep(0.02)
    time.sleep(0.3)


def test_requests_under_way_do_not_hold_up_the_end(tmp_path: Path, site: Site) -> None:
    """SIGTERM to the whole group, as systemd and `timeout` send it: over in seconds, exit 130, all
    kept.

    The next crawl asks again for what was broken off, and for nothing else.
    """
    layout = CollectionFolder.create(tmp_path / "c", CONFIG.format(url=site.url))
    process = start(layout)
    when_waiting(site, process)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - began < 15
    assert process.returncode == 130, err
    assert "goes on" in err
    assert list(verify_collection(layout)) == []
    with sqlite3.connect(layout.index_db) as db:
        assert db.execute("SELECT count(*) FROM articles WHERE url LIKE '%/news/%'").fetchone() == (
            3,
        )
        # Nothing that the signal cut short is told as the site's doing.
        assert (
            db.execute("SELECT reason FROM failures WHERE reason LIKE '%process%'").fetchall() == []
        )
    for name in SLOW:
        site.routes[name] = say(article(name))
    site.wire.clear()
    again = start(layout)
    _, err = again.communicate(timeout=100)
    assert again.returncode == 0, err
    assert sorted(target for target in site.wire.targets if target != "/robots.txt") == sorted(SLOW)


def test_time_that_is_over_is_over(tmp_path: Path, site: Site) -> None:
    """--max-time does not wait for a server that drips."""
    layout = CollectionFolder.create(tmp_path / "c", CONFIG.format(url=site.url))
    began = time.monotonic()
    process = start(layout, "--max-time", "2s")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert '"limited"' in out
    assert time.monotonic() - began < 25
