"""When the last run of each site began, as the frontier has it."""

from datetime import UTC, datetime
from pathlib import Path

from archive.model import CrawlSummary
from crawler.frontier.noted_runs import noted_back_fills, noted_starts
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl

EARLY, LATE = datetime(2026, 3, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)


def test_the_run_that_was_noted_last_counts(tmp_path: Path) -> None:
    """Not the one with the later date; and it is read while the frontier is open."""
    frontier = Frontier(tmp_path / "frontier.db")
    for started in (LATE, EARLY):
        frontier.note_run(CrawlSummary(id="c", site="a", started=started, outcome="finished"))
    assert noted_starts(tmp_path / "frontier.db") == {"a": EARLY}
    frontier.close()


def test_a_frontier_that_is_no_more_says_nothing(tmp_path: Path) -> None:
    """It may be deleted, or be of another version, at any time."""
    path = tmp_path / "frontier.db"
    assert noted_starts(path) == {}
    assert noted_back_fills(path) == []
    path.write_bytes(b"no database at all, but longer than its header: " * 9)
    assert noted_starts(path) == {}


def test_back_fills_are_told_until_nothing_of_them_waits(tmp_path: Path) -> None:
    """How far each has come; when one began says nothing of the site's daily crawls."""
    path, queue = tmp_path / "frontier.db", "a 2019..2020-05"
    frontier = Frontier(path)
    frontier.note_run(CrawlSummary(id="c", site="a", started=EARLY), "a 2019..2020-05")
    frontier.siblings.note_standing(queue, "2020-03-04", {})
    assert noted_back_fills(path) == []
    frontier.add(queue, [QueuedUrl(url="https://a.example/1")])
    [told] = noted_back_fills(path)
    assert (told.site, told.since, told.until) == ("a", "2019", "2020-05")
    assert str(told) == "a: back-fill of 2019 to 2020-05: back to 2020-03-04, 1 waiting"
    assert noted_starts(path) == {}
    frontier.close()
