"""What a crawl says of its failures."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any, cast

from archive.model import CrawlSummary
from archive.warc.capture_reader import DamagedRecord
from crawler.cli.failure_lines import (
    damage_lines,
    failure_lines,
    ignored_lines,
    other_record_lines,
)


class Reader:
    def failures(self, crawl: str) -> list[dict[str, Any]]:
        assert crawl == "c1"
        told = [
            ("discovery", "left here"),
            *(("fetch", f"HTTP 50{n}\x1b[31m\nx") for n in range(6)),
        ]
        return [
            {
                "url": f"https://n.example/{at}",
                "stage": stage,
                "reason": reason,
                "at": f"2026-11-26T00:00:0{at}Z",
            }
            for at, (stage, reason) in enumerate(told)
        ]


def test_few_lines_the_gravest_first() -> None:
    """Five lines for a site, what counts as failed first, then how many more; no line steers a
    terminal or breaks in two.
    """
    summary = CrawlSummary(id="c1", site="news", started=datetime(2026, 11, 26, tzinfo=UTC))
    lines = list(failure_lines(cast("Any", Reader()), [summary]))
    assert lines[0] == "news: https://n.example/1: HTTP 500�[31m x"
    assert lines[-1] == "news: and 2 more; see `warraq status --failures`"
    assert len(lines) == 6
    assert not any("left here" in line for line in lines)


def test_what_is_damaged_and_what_does_not_count() -> None:
    """One line for each damaged stretch, and for each file that states what only ours may."""
    damaged = [DamagedRecord(warc="a.warc.gz", offset=7, problem="no end")]
    assert list(damage_lines(damaged)) == ["damaged: a.warc.gz at 7: no end"]
    (line,) = ignored_lines({"b.warc": Counter(["withdrawal", "failure", "failure"])})
    assert line.startswith("ignored: b.warc: ")
    assert line.endswith(": 2 x failure, 1 x withdrawal")


def test_records_that_are_no_capture() -> None:
    """One line, in the order of their kinds; none where there are none."""
    counts = Counter({"response dns:": 2, "resource urn:": 1})
    assert list(other_record_lines(counts)) == [
        "3 other records, no HTTP exchanges: 1 x resource urn:, 2 x response dns:"
    ]
    assert list(other_record_lines(Counter())) == []
