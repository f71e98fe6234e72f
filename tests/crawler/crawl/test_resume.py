"""After a process that was killed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from made_captures import WHEN, made_capture

from archive.index.writer import Index
from archive.model import Capture, CrawlSummary
from crawler.crawl.resume import end_killed_runs, latest_capture, queue_given_up
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl
from pipelines.ingest.retry_notes import GivenUpPage

URL = "https://news.example/a"


def capture(status: int, *, truncated: str | None = None) -> Capture:
    return made_capture(URL, offset=status, status=status, truncated=truncated)


def nobody(queue: str) -> bool:
    """Stands for the leases: no other process crawls a queue."""
    del queue
    return False


class Known:
    """Stands for the index: the captures of a URL, and what a crawl's captures add up to."""

    def __init__(self, *captures: Capture, given_up: frozenset[Capture] = frozenset()) -> None:
        self.captures = captures
        self.given_up = given_up
        self.since: datetime | None = None

    def captured_since(self, url: str, since: datetime) -> tuple[Capture, ...]:
        assert url == URL
        self.since = since
        return self.captures

    def is_given_up(self, capture: Capture) -> bool:
        return capture in self.given_up

    def crawl_totals(self, crawl_id: str) -> tuple[int, int, int]:
        assert crawl_id == "c"
        return 7, 5, 9000


def answer(*captures: Capture, given_up: frozenset[Capture] = frozenset()) -> Capture | None:
    entry = QueuedUrl(url=URL, leased=WHEN.timestamp())
    index = Known(*captures, given_up=given_up)
    found = latest_capture(cast("Index", index), entry)
    assert index.since == WHEN
    return found


def test_what_was_captured_since_the_lease_answers() -> None:
    """The latest of its captures; redirects and 304 answer, too."""
    assert answer() is None
    assert answer(capture(200), capture(304)) == capture(304)
    assert answer(capture(301)) == capture(301)


def test_what_would_be_tried_again_does_not_answer() -> None:
    """Errors and pages that were cut are asked for anew."""
    assert answer(capture(503)) is None
    assert answer(capture(200, truncated="disconnect")) is None
    assert answer(capture(200), capture(503)) == capture(200)


def test_what_was_given_up_answers_first() -> None:
    """One capture for each entry, though later ones of the address were read."""
    first, second = capture(200), capture(304)
    assert answer(first, second, capture(301), given_up=frozenset({first, second})) == first


def test_pages_that_were_given_up_wait_beside_their_address(frontier: Frontier) -> None:
    """First, and under keys of their own; a second call is no second entry."""
    frontier.acknowledge("news", [], [QueuedUrl(url=URL)])
    page = GivenUpPage(capture_id="ab", url=URL, site="news", captured=WHEN)
    for _ in range(2):
        queue_given_up(frontier, [page], "news")
    leased = frontier.lease("news", count=9)
    assert [each.leased == WHEN.timestamp() for each in leased] == [True, False]
    frontier.acknowledge("news", [leased[0].key], [])
    queue_given_up(frontier, [page], "news")
    assert [each.leased for each in frontier.lease("news", count=9)] == [WHEN.timestamp()]


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    made = Frontier(tmp_path / "frontier.db")
    yield made
    made.close()


def test_a_killed_crawl_is_ended_with_what_its_captures_tell(frontier: Frontier) -> None:
    """Its own numbers were lost with the process. What it had under way waits again."""
    frontier.add("news", [QueuedUrl(url=URL)])
    frontier.lease("news")
    frontier.note_run(CrawlSummary(id="c", site="news", started=WHEN, fetched=3))
    [killed] = end_killed_runs(frontier, cast("Index", Known()), "news", nobody)
    assert (killed.outcome, killed.fetched, killed.new, killed.bytes) == ("interrupted", 7, 5, 9000)
    assert [entry.url for entry in frontier.lease("news")] == [URL]


def test_what_a_killed_crawl_had_noted_is_never_made_less(frontier: Frontier) -> None:
    """Not every exchange leaves a capture in the index: the larger number is the true one."""
    noted = CrawlSummary(id="c", site="news", started=WHEN, fetched=8, new=6, bytes=9001)
    frontier.note_run(noted)
    [killed] = end_killed_runs(frontier, cast("Index", Known()), "news", nobody)
    assert (killed.fetched, killed.new, killed.bytes) == (8, 6, 9001)


def test_a_crawl_that_ended_is_left_as_it_is(frontier: Frontier) -> None:
    """So is a site that was never crawled."""
    assert list(end_killed_runs(frontier, cast("Index", Known()), "news", nobody)) == []
    frontier.note_run(CrawlSummary(id="c", site="news", started=WHEN, outcome="finished"))
    assert list(end_killed_runs(frontier, cast("Index", Known()), "news", nobody)) == []


def test_a_killed_back_fill_is_ended_by_the_next_crawl_of_its_site(frontier: Frontier) -> None:
    """What it had under way waits for the next crawl of its window."""
    window = "news 2020..2021"
    frontier.add(window, [QueuedUrl(url=URL)])
    frontier.lease(window)
    frontier.note_run(CrawlSummary(id="c", site="news", started=WHEN), window, 5.0)
    [killed] = end_killed_runs(frontier, cast("Index", Known()), "news", nobody)
    assert (killed.id, killed.outcome) == ("c", "interrupted")
    assert list(end_killed_runs(frontier, cast("Index", Known()), "news", nobody)) == []
    assert frontier.lease(window) == []
    assert list(end_killed_runs(frontier, cast("Index", Known()), window, nobody)) == []
    assert [entry.url for entry in frontier.lease(window)] == [URL]


def test_a_back_fill_that_another_process_crawls_is_not_ended(frontier: Frontier) -> None:
    """It has not been killed; nor is what it has under way given back."""
    window = "news 2020..2021"
    frontier.add(window, [QueuedUrl(url=URL)])
    frontier.lease(window)
    frontier.note_run(CrawlSummary(id="c", site="news", started=WHEN), window)
    index = cast("Index", Known())
    assert list(end_killed_runs(frontier, index, "news", lambda queue: queue == window)) == []
    assert frontier.lease(window) == []
