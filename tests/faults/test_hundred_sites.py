"""A hundred sites of which one hangs: it keeps no other from its schedule."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from loopback_site.server import Site, Talk, say
from loopback_site.small_paper import article, listing

from archive.layout import CollectionFolder

SITES = 100
HANGING = "s7"
SITE = '[sites.{name}]\nstart = "{url}/"\ndelay = 0\nschedule = "* * * * *"\n'


async def hang(talk: Talk) -> None:
    """Say nothing for longer than any test takes, but a byte now and then."""
    await talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        await talk.send(b" ")
        await talk.wait(1)


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[CollectionFolder]:
    with ExitStack() as running:
        tables = ['[collection]\nname = "hundred"\n']
        for number in range(1, SITES + 1):
            name = f"s{number}"
            routes = {
                "/robots.txt": say("", kind="text/plain"),
                "/": hang if name == HANGING else say(listing(name, ["/news/1"])),
                "/news/1": say(article(f"{name}/1")),
            }
            site = running.enter_context(Site(routes, host=f"127.0.3.{number}"))
            tables.append(SITE.format(name=name, url=site.url))
        yield CollectionFolder.create(tmp_path / "c", "".join(tables))


def run_due(layout: CollectionFolder) -> subprocess.Popen[bytes]:
    command = [Path(sys.executable).with_name("warraq"), "-q", "-C", layout.root, "run-due"]
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


def finished(layout: CollectionFolder) -> Counter[str]:
    """How many crawls of each site are finished."""
    with (
        suppress(sqlite3.OperationalError),  # not made yet
        sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db,
    ):
        return Counter(
            site for (site,) in db.execute("SELECT site FROM crawls WHERE outcome = 'finished'")
        )
    return Counter()


@pytest.mark.timeout(600)  # up to a minute of it is waiting for the next one
def test_one_that_hangs_keeps_no_other_waiting(layout: CollectionFolder) -> None:
    """While the first run waits for it, the run of a later minute crawls all others anew, says 75
    for the one that is held, and is over.
    """
    first = run_due(layout)
    try:
        deadline = time.monotonic() + 200
        while len(finished(layout)) < SITES - 1 and time.monotonic() < deadline:
            time.sleep(0.2)
        others = {f"s{number}" for number in range(1, SITES + 1)} - {HANGING}
        assert finished(layout) == Counter(others)
        assert first.poll() is None
        assert layout.is_crawling(HANGING)
        assert not layout.is_crawling("s8")
        time.sleep(60.5 - datetime.now(UTC).second)  # the schedule comes round
        second = run_due(layout)
        _, err = second.communicate(timeout=200)
        assert (second.returncode, err) == (75, b"")
        assert finished(layout) == Counter(dict.fromkeys(others, 2))
        assert first.poll() is None
    finally:
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=60)
    assert first.returncode == 130
