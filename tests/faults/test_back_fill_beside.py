"""A back-fill of a site goes on for weeks beside its daily crawls, in a process of its own: these
are done at once, neither takes anything from the other, and the host is asked no faster by both.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from faults.whole_collection import check_rebuilt, contents
from loopback_site.server import Behaviour, Site, say
from loopback_site.small_paper import article, listing

from archive.layout import CollectionFolder
from crawler.frontier.noted_runs import noted_starts

DELAY = 0.4  # seconds
OLD, NEWS = 26, 3
SINCE = ("--since", "2026-11-01", "--until", "2026-11-30")
CONFIG = """[collection]
name = "test"
rotate_bytes = "30 KB"
[sites.paper]
start = "{url}/"
delay = {delay}
concurrency = 4
"""


@pytest.fixture
def site() -> Iterator[Site]:
    """A paper with an archive of 26 articles, the last of which leads to the news."""
    old = [f"/archive/{number}" for number in range(OLD)]
    routes: dict[str, Behaviour] = {name: say(article(name)) for name in old}
    routes[old[-1]] = say(article(old[-1], links=["/news/0"]))
    routes |= {"/": say(listing("الجريدة", old)), "/robots.txt": say("", kind="text/plain")}
    with Site(routes) as running:
        yield running


@pytest.fixture
def layout(tmp_path: Path, site: Site) -> CollectionFolder:
    return CollectionFolder.create(tmp_path / "c", CONFIG.format(url=site.url, delay=DELAY))


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Those of the test, ended behind it however it ends."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


Processes = list[subprocess.Popen[bytes]]


def start(layout: CollectionFolder, processes: Processes, *arguments: str) -> subprocess.Popen:
    script = Path(sys.executable).with_name("warraq")
    process = subprocess.Popen(
        [script, "-C", layout.root, "-q", "crawl", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    processes.append(process)
    return process


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, err = process.communicate(timeout=120)
    return process.returncode, err.decode()


def old_pages(site: Site) -> list[str]:
    return [target for target in site.wire.targets if target.startswith("/archive/")]


def articles(site: Site) -> list[str]:
    return [target for target in site.wire.targets if target.startswith(("/archive/", "/news/"))]


def when_fetched(site: Site, count: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while len(old_pages(site)) < count and time.monotonic() < deadline:
        assert process.poll() is None, ended(process)
        time.sleep(0.005)


def publish(site: Site) -> list[str]:
    """Have the front page list news, and an article that is in the archive already and one that
    is not.
    """
    names = [f"/news/{number}" for number in range(NEWS)]
    site.routes |= {name: say(article(name)) for name in names}
    site.routes["/"] = say(listing("الجريدة", [*names, "/archive/0", f"/archive/{OLD - 2}"]))
    return names


def least_gap(site: Site) -> float:
    """The shortest time between two requests, in seconds."""
    times = sorted(exchange.came for exchange in site.wire.exchanges)
    return min(later - earlier for earlier, later in pairwise(times))


def outcomes(layout: CollectionFolder) -> list[str]:
    return [row[4] for row in contents(layout)["crawls"]]


def test_a_daily_crawl_goes_first_and_the_host_is_asked_no_faster(
    layout: CollectionFolder, site: Site, processes: Processes
) -> None:
    """It brings the news in while the back-fill waits, which then goes on in the same process;
    nothing is asked for twice. A second back-fill of the same days is refused with 75.
    """
    back_fill = start(layout, processes, *SINCE)
    when_fetched(site, 8, back_fill)
    news = publish(site)
    before = len(old_pages(site))
    daily = start(layout, processes)
    code, err = ended(start(layout, processes, *SINCE))
    assert (code, f"process {back_fill.pid} (warraq " in err) == (75, True)
    assert ended(daily) == (0, "")
    assert back_fill.poll() is None
    asked = site.wire.targets
    first, last = asked.index(news[0]), max(asked.index(name) for name in news)
    assert not [target for target in asked[first:last] if target.startswith("/archive/")]
    # while the daily process starts up the back-fill goes on; that it is over is seen at once
    assert len(old_pages(site)) < OLD - 5, before
    assert ended(back_fill) == (0, "")
    assert sorted(articles(site)) == sorted({*articles(site)})
    assert len(articles(site)) == OLD + NEWS
    assert least_gap(site) > 0.6 * DELAY
    assert outcomes(layout) == ["finished", "finished"]
    check_rebuilt(layout)


def test_two_back_fills_together_ask_no_faster_than_one(
    layout: CollectionFolder, site: Site, processes: Processes
) -> None:
    """Those of other days run side by side, and take turns."""
    for days in (SINCE, ("--since", "2025-01-01", "--until", "2026-11-30")):
        start(layout, processes, *days, "--limit", "8")
    assert [ended(process) for process in processes] == [(0, ""), (0, "")]
    assert sorted(outcomes(layout)) == ["limited", "limited"]
    assert len(old_pages(site)) >= 8
    assert least_gap(site) > 0.6 * DELAY


@pytest.mark.parametrize("killed", ["back-fill", "daily"])
def test_one_of_both_is_killed(
    layout: CollectionFolder, site: Site, processes: Processes, killed: str
) -> None:
    """The other goes on as if nothing had been, and what was killed is taken up where it was."""
    layout.config.write_text(CONFIG.format(url=site.url, delay=DELAY / 4))
    back_fill = start(layout, processes, *SINCE)
    when_fetched(site, 6, back_fill)
    news = publish(site)
    daily = start(layout, processes)
    while "paper" not in noted_starts(layout.frontier):  # the daily crawl has begun
        assert daily.poll() is None, ended(daily)
        time.sleep(0.005)
    victim, other = (back_fill, daily) if killed == "back-fill" else (daily, back_fill)
    os.killpg(victim.pid, signal.SIGKILL)
    victim.communicate()
    assert ended(other) == (0, "")
    again = start(layout, processes, *(SINCE if victim is back_fill else ()))
    assert ended(again) == (0, "")
    pages = articles(site)
    assert set(pages) == {*news, *(f"/archive/{number}" for number in range(OLD))}
    assert len(pages) <= len(set(pages)) + 4  # what was under way
    assert sorted(outcomes(layout)) == ["finished", "finished", "interrupted"]
    check_rebuilt(layout)
