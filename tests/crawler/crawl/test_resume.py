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
from crawler.crawl.resume import end_killed_run, latest_capture
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl

URL = "https://news.example/a"


def capture(status: int, *, truncated: str | None = None) -> Capture:
    return made_capture(URL, offset=status, status=status, truncated=truncated)


class Known:
    """Stands for the index: the captures of a URL, and what a crawl's captures add up to."""

    def __init__(self, *captures: Capture) -> None:
        self.captures = captures
        self.since: datetime | None = None

    def captured_since(self, url: str, since: datetime) -> tuple[Capture, ...]:
        assert url == URL
        self.since = since
        return self.captures

    def crawl_totals(self, crawl_id: str) -> tuple[int, int, int]:
        assert crawl_id == "c"
        return 7, 5, 9000


def answer(*captures: Capture) -> Capture | None:
    entry = QueuedUrl(url=URL, leased=WHEN.timestamp())
    index = Known(*captures)
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
    killed = end_killed_run(frontier, cast("Index", Known()), "news")
    assert killed is not None
    assert (killed.outcome, killed.fetched, killed.new, killed.bytes) == ("interrupted", 7, 5, 9000)
    assert [entry.url for entry in frontier.lease("news")] == [URL]


def test_what_a_killed_crawl_had_noted_is_never_made_less(frontier: Frontier) -> None:
    """Not every exchange leaves a capture in the index: the larger number is the true one."""
    noted = CrawlSummary(id="c", site="news", started=WHEN, fetched=8, new=6, bytes=9001)
    frontier.note_run(noted)
    killed = end_killed_run(frontier, cast("Index", Known()), "news")
    assert killed is not None
    assert (killed.fetched, killed.new, killed.bytes) == (8, 6, 9001)


def test_a_crawl_that_ended_is_left_as_it_is(frontier: Frontier) -> None:
    """So is a site that was never crawled."""
    assert end_killed_run(frontier, cast("Index", Known()), "news") is None
    frontier.note_run(CrawlSummary(id="c", site="news", started=WHEN, outcome="finished"))
    assert end_killed_run(frontier, cast("Index", Known()), "news") is None
