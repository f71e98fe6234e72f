"""Two processes crawl two sites of one collection at once: neither waits for the other, and a kill
of one harms nothing.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.whole_collection import check_rebuilt, contents
from loopback_site.server import Behaviour, Site, Talk, say
from loopback_site.small_paper import article, listing

from archive.layout import CollectionFolder

PAGES = 30
CONCURRENCY = 2
# A small rotation size, so that files are begun and closed all the time.
CONFIG = '[collection]\nname = "test"\nrotate_bytes = "30 KB"\n'
SITE = '[sites.{name}]\nstart = "{url}/"\ndelay = 0\nconcurrency = {concurrency}\n'


class Gate:
    """What pages wait for: open, or shut until the test opens it."""

    def __init__(self) -> None:
        self.is_open = True

    def page(self, body: str) -> Behaviour:
        """A page that takes a moment, and waits while the gate is shut."""

        async def behave(talk: Talk) -> None:
            await talk.wait(0.03)
            while not self.is_open:
                await talk.wait(0.03)
            await talk.reply(body)

        return behave


def chain(gate: Gate) -> Site:
    """A site in which most articles are found only through others; all such sites bring the same
    texts.
    """
    routes: dict[str, Behaviour] = {"/robots.txt": say("", kind="text/plain")}
    for number in range(PAGES):
        links = [f"/news/{child}" for child in (2 * number + 1, 2 * number + 2) if child < PAGES]
        routes[f"/news/{number}"] = gate.page(article(f"/news/{number}", links=links))
    routes["/"] = say(listing("الجريدة", ["/news/0"]))
    return Site(routes)


@pytest.fixture
def gate() -> Gate:
    """The gate of the first site."""
    return Gate()


@pytest.fixture
def sites(gate: Gate) -> Iterator[tuple[Site, Site]]:
    with chain(gate) as one, chain(Gate()) as other:
        yield one, other


@pytest.fixture
def layout(tmp_path: Path, sites: tuple[Site, Site]) -> CollectionFolder:
    tables = (
        SITE.format(name=name, url=site.url, concurrency=CONCURRENCY)
        for name, site in zip(("one", "other"), sites, strict=True)
    )
    return CollectionFolder.create(tmp_path / "c", CONFIG + "".join(tables))


def crawl(layout: CollectionFolder, *arguments: str) -> subprocess.Popen[bytes]:
    script = Path(sys.executable).with_name("warraq")
    return subprocess.Popen(
        [script, "-C", layout.root, "crawl", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, err = process.communicate(timeout=120)
    return process.returncode, err.decode()


def when_fetched(site: Site, count: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while len(site.wire.exchanges) < count and time.monotonic() < deadline:
        assert process.poll() is None, ended(process)
        time.sleep(0.005)


def pages(site: Site) -> Counter[str]:
    return Counter(target for target in site.wire.targets if target.startswith("/news/"))


def test_two_sites_are_crawled_at_once(
    layout: CollectionFolder, sites: tuple[Site, Site], gate: Gate
) -> None:
    """The second process begins and ends while the first is under way; the site that is held is
    refused with 75 and its holder, and so is what concerns the whole collection.
    """
    first = crawl(layout, "one")
    when_fetched(sites[0], 8, first)
    gate.is_open = False
    second = crawl(layout)  # both sites: the free one is crawled
    code, err = ended(second)
    assert (code, f"one is being crawled by process {first.pid}" in err) == (75, True)
    for arguments in (("crawl", "one"), ("index", "--rebuild")):
        script = Path(sys.executable).with_name("warraq")
        refused = subprocess.run(
            [script, "-C", layout.root, *arguments], capture_output=True, text=True, check=False
        )
        assert refused.returncode == 75
        assert f"process {first.pid} (warraq " in refused.stderr
    assert first.poll() is None
    gate.is_open = True
    assert ended(first)[0] == 0
    assert [set(pages(site).values()) for site in sites] == [{1}, {1}]
    assert [len(pages(site)) for site in sites] == [PAGES, PAGES]
    rows = contents(layout)
    assert [row[4] for row in sorted(rows["crawls"], key=lambda row: row[1])] == ["finished"] * 2
    assert len(rows["articles"]) == 2 * PAGES
    assert not layout.is_busy()
    assert layout.index_checksums.exists()
    check_rebuilt(layout)


def test_one_of_two_crawls_is_killed(
    layout: CollectionFolder, sites: tuple[Site, Site], gate: Gate
) -> None:
    """The other goes on, its files are left alone, and a third process takes the killed one's site
    up at once: what it had captured is kept and not asked for again.
    """
    living, killed = crawl(layout, "one"), crawl(layout, "other")
    when_fetched(sites[0], 8, living)
    gate.is_open = False
    when_fetched(sites[1], PAGES // 2, killed)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    code, err = ended(crawl(layout, "other"))
    assert code == 0, err
    assert living.poll() is None
    assert len(list(layout.archive.glob("*.open"))) == 1
    gate.is_open = True
    code, err = ended(living)
    assert code == 0, err
    assert [len(pages(site)) for site in sites] == [PAGES, PAGES]
    assert set(pages(sites[0]).values()) == {1}
    assert sum(pages(sites[1]).values()) <= PAGES + CONCURRENCY
    outcomes = Counter(row[4] for row in contents(layout)["crawls"])
    assert outcomes == {"interrupted": 1, "finished": 2}
    check_rebuilt(layout)
