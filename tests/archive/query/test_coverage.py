"""How many addresses ended how."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from archive.model import LeftOut, LeftOutBatch, LeftOutReason
from archive.query.coverage import COUNTED, coverage_counts
from archive.query.reader import IndexReader


def test_addresses_are_counted_by_outcome_and_kind_of_reason(kit: Any) -> None:
    """Of what was left out each kind of reason apart, whatever its detail."""
    left_out = [
        LeftOut(url=f"https://news.example/{number}", why=why, detail=detail)
        for number, (why, detail) in enumerate(
            [
                (LeftOutReason.LIMIT, "pages"),
                (LeftOutReason.LIMIT, "time"),
                (LeftOutReason.DATE, ""),
            ]
        )
    ]
    at = kit.START + timedelta(hours=1)
    with kit.index() as index:
        index.apply_captures([kit.entry()])
        index.add_left_out(
            LeftOutBatch(crawl_id="crawl-1", site="news", at=at, entries=tuple(left_out))
        )
    with IndexReader(kit.path()) as reader:
        counts = coverage_counts(reader)
    assert [tuple(row.values()) for row in counts] == [
        ("news", "captured", None, 1, "2024-03-01T12:00:00Z", "2024-03-01T12:00:00Z"),
        ("news", "left out", "limit", 2, "2024-03-01T13:00:00Z", "2024-03-01T13:00:00Z"),
        ("news", "left out", "date", 1, "2024-03-01T13:00:00Z", "2024-03-01T13:00:00Z"),
    ]
    assert tuple(counts[0]) == COUNTED
