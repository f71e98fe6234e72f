"""The counters of one crawl."""

from __future__ import annotations

from datetime import UTC, datetime

from archive.model import Change
from crawler.crawl.tally import Tally


def test_each_change_has_its_counter() -> None:
    """New, changed, unchanged and duplicate captures are counted; others are not."""
    tally = Tally(id="c", site="s", started=datetime(2026, 11, 20, tzinfo=UTC))
    for change in (Change.NEW, Change.NEW, Change.CHANGED, Change.DUPLICATE, Change.NONE):
        tally.count_change(change)
    summary = tally.summary()
    counts = (summary.new, summary.changed, summary.unchanged, summary.duplicates)
    assert counts == (2, 1, 0, 1)


def test_a_running_crawl_has_no_end() -> None:
    """The time of the end is set only once the outcome is known."""
    tally = Tally(id="c", site="s", started=datetime(2026, 11, 20, tzinfo=UTC))
    assert tally.summary().finished is None
    tally.outcome = "finished"
    assert tally.summary().finished is not None
