"""How a run stands while it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.crawl.run_progress import RunProgress
from crawler.crawl.tally import Tally
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    opened = Frontier(tmp_path / "frontier.db")
    yield opened
    opened.close()


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def tallies() -> list[Tally]:
    began = datetime(2026, 11, 28, tzinfo=UTC)
    return [Tally(id=name, site=name, started=began) for name in ("a", "b")]


def queue(frontier: Frontier, site: str, count: int) -> None:
    urls = [f"https://{site}.example/{number}" for number in range(count)]
    frontier.add(site, [QueuedUrl(url=url) for url in urls])


def test_rate_is_that_of_the_last_minute(frontier: Frontier) -> None:
    """A fast first hour says nothing of how fast it goes now; in the first second nothing does."""
    a, b = tallies()
    clock = Clock()
    progress = RunProgress([a, b], frontier, clock=clock)
    assert progress.numbers()["per_minute"] is None
    for _ in range(60):
        clock.now += 1
        a.fetched += 10
        progress.numbers()
    assert progress.numbers()["per_minute"] == 600
    for _ in range(60):
        clock.now += 1
        b.fetched += 1
        progress.numbers()
    numbers = progress.numbers()
    assert (numbers["per_minute"], numbers["fetched"]) == (60, 660)


def test_what_waits_and_how_long_it_takes(frontier: Frontier) -> None:
    """Of the sites that still run; counted now and then, not at each look."""
    a, b = tallies()
    clock = Clock()
    progress = RunProgress([a, b], frontier, clock=clock)
    queue(frontier, "a", 240)
    queue(frontier, "b", 60)
    assert progress.numbers()["waiting"] == 300
    frontier.forget_entries("b")
    assert progress.numbers()["waiting"] == 300
    clock.now += 60
    a.fetched = 60
    numbers = progress.numbers()
    assert (numbers["waiting"], numbers["left"]) == (240, "about 4m")
    a.outcome = "finished"
    clock.now += 60
    assert (progress.numbers()["waiting"], progress.numbers()["left"]) == (0, None)


def test_how_many_sites_are_done(frontier: Frontier) -> None:
    """Where there are several: one says by its end that it is done."""
    a, b = tallies()
    progress = RunProgress([a, b], frontier, clock=Clock())
    assert progress.numbers()["sites_done"] == "0 of 2"
    b.outcome = "failed"
    assert progress.numbers()["sites_done"] == "1 of 2"
    assert RunProgress([a], frontier, clock=Clock()).numbers()["sites_done"] is None


def test_where_it_is(frontier: Frontier) -> None:
    """The site whose address was asked for last."""
    a, b = tallies()
    progress = RunProgress([a, b], frontier, clock=Clock())
    assert progress.numbers()["where"] is None
    a.url = "https://a.example/1"
    assert progress.numbers()["where"] == "a https://a.example/1"
    b.url = "https://b.example/1"
    assert progress.numbers()["where"] == "b https://b.example/1"
    assert progress.numbers()["where"] == "b https://b.example/1"
