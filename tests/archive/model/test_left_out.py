"""What a crawl left out, as a value."""

from __future__ import annotations

from archive.model import LeftOut, LeftOutReason


def test_reasons_are_words_that_a_query_can_name() -> None:
    """`coverage.reason` begins with one of them."""
    assert [str(reason) for reason in LeftOutReason] == [
        "scope",
        "date",
        "folded",
        "trap",
        "budget",
        "limit",
        "interrupted",
        "away",
    ]


def test_a_reason_needs_no_detail() -> None:
    """Nor does anything have to have led to the address: a spider may ask by itself."""
    left_out = LeftOut(url="https://news.example/1", why=LeftOutReason.TRAP)
    assert (left_out.detail, left_out.found_on) == ("", None)
