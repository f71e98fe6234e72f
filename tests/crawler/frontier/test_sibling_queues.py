"""The queues of one site: what waits in one is safe from crawls of another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.model import CrawlSummary
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl

URL, OTHER = "https://a.example/1", "https://a.example/2"
WINDOW = "news 2020..2021"


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    made = Frontier(tmp_path / "frontier.db")
    run = CrawlSummary(id="c", site="news", started=datetime(2026, 11, 20, tzinfo=UTC))
    made.note_run(run)
    made.note_run(run, WINDOW)
    yield made
    made.close()


def test_a_queue_survives_the_end_of_another(frontier: Frontier) -> None:
    """Both may hold the same address, and are told apart by their window."""
    for queue in ("news", WINDOW):
        assert frontier.add(queue, [QueuedUrl(url=URL), QueuedUrl(url=OTHER)]) == 2
    frontier.forget_entries("news")
    assert frontier.count_waiting("news") == 0
    assert [entry.url for entry in frontier.lease(WINDOW, count=9)] == [URL, OTHER]
    assert frontier.siblings.queues("news") == ["news", WINDOW]
    assert frontier.siblings.queues("new") == []


def test_an_article_that_one_fetched_waits_in_no_other(frontier: Frontier) -> None:
    """It would be asked for twice."""
    for queue in ("news", WINDOW):
        frontier.add(queue, [QueuedUrl(url=URL), QueuedUrl(url=OTHER)])
    frontier.siblings.drop_elsewhere(WINDOW, URL)
    assert [entry.url for entry in frontier.lease("news", count=9)] == [OTHER]
    assert [entry.url for entry in frontier.lease(WINDOW, count=9)] == [URL, OTHER]


def test_how_far_a_back_fill_is_is_kept(frontier: Frontier) -> None:
    """The last note holds."""
    assert frontier.siblings.standing(WINDOW) == (None, {})
    frontier.siblings.note_standing(WINDOW, None, {})
    frontier.siblings.note_standing(WINDOW, "2020-05-01", {"/a": {"2": [1, 0, 0]}})
    assert frontier.siblings.standing(WINDOW) == ("2020-05-01", {"/a": {"2": [1, 0, 0]}})
