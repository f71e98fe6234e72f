"""What outlives a process of how hosts want to be treated."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crawler.frontier.host_memory import HostMemory, HostRecord, RobotsRecord, holds
from crawler.frontier.queue import Frontier

HOST, ORIGIN = "news.example:8443", "https://news.example:8443"
DAY = 86400.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(tmp_path: Path, clock: Clock) -> HostMemory:
    return HostMemory(sqlite3.connect(tmp_path / "frontier.db", isolation_level=None), clock)


def test_a_hold_runs_on_while_nobody_looks(memory: HostMemory, clock: Clock) -> None:
    """A process that begins an hour later has an hour less to wait, and none when it is over."""
    assert memory.recall_host(HOST) == HostRecord()
    memory.keep_host(HOST, held=DAY, refused_runs=2, answer_time=0.5)
    clock.now += 3600
    assert memory.recall_host(HOST) == HostRecord(held=DAY - 3600, refused_runs=2, answer_time=0.5)
    clock.now += DAY
    assert memory.recall_host(HOST).held == 0.0


def test_a_longer_hold_of_another_process_stands(memory: HostMemory) -> None:
    """Whoever notes the host last."""
    memory.keep_host(HOST, held=DAY, refused_runs=0, answer_time=0.0)
    memory.keep_host(HOST, held=0.0, refused_runs=0, answer_time=0.2)
    assert memory.recall_host(HOST) == HostRecord(held=DAY, answer_time=0.2)


def test_a_clock_set_back_holds_a_host_no_longer(memory: HostMemory, clock: Clock) -> None:
    """Not for the years by which the clock was ahead, but for what the host asked for at most."""
    memory.keep_host(HOST, held=DAY, refused_runs=0, answer_time=0.0)
    clock.now -= 400 * DAY
    assert memory.recall_host(HOST).held == DAY


def test_a_robots_txt_comes_back_with_its_record_and_age(memory: HostMemory, clock: Clock) -> None:
    """Byte for byte; one that is dated in the future is none."""
    answer = RobotsRecord(url=f"{ORIGIN}/r", status=200, body=b"a\0\xff", record="<urn:uuid:1>")
    assert memory.recall_robots(ORIGIN) is None
    memory.keep_robots(ORIGIN, answer)
    clock.now += 60
    kept = memory.recall_robots(ORIGIN)
    assert kept is not None
    assert (kept.body, kept.record, kept.url, kept.age) == (
        answer.body,
        answer.record,
        answer.url,
        60,
    )
    clock.now -= 120
    assert memory.recall_robots(ORIGIN) is None


def test_credentials_in_a_robots_txt_are_not_kept(memory: HostMemory) -> None:
    """A site that writes a password into the address of its sitemap told the archive, no more."""
    body = b"Sitemap: https://user:secret@news.example/map.xml\nDisallow: /@home\n"
    memory.keep_robots(ORIGIN, RobotsRecord(url=ORIGIN, status=200, body=body, record="<urn:1>"))
    kept = memory.recall_robots(ORIGIN)
    assert kept is not None
    assert kept.body == b"Sitemap: https://news.example/map.xml\nDisallow: /@home\n"


def test_holds_are_read_beside_a_running_crawl(tmp_path: Path) -> None:
    """Those that are over, too, by their date; nothing where there is no frontier to be read."""
    path = tmp_path / "frontier.db"
    assert holds(path, 0.0) == {}
    frontier = Frontier(path)
    frontier.hosts.keep_host(HOST, held=DAY, refused_runs=0, answer_time=0.0)
    frontier.hosts.keep_host("calm.example", held=0.0, refused_runs=0, answer_time=1.0)
    (until,) = holds(path, 0.0).values() or (0.0,)
    assert until == pytest.approx(DAY)  # the clock was set back to 1970: a day, and no more
    kept = holds(path, 9e9)
    assert list(kept) == [HOST]
    assert kept[HOST] < 9e9
    frontier.close()
    path.write_bytes(b"no database at all, but longer than its header: " * 9)
    assert holds(path, 0.0) == {}
