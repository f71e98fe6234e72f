"""When a site is left alone: refusals and silence in a row."""

from __future__ import annotations

from crawler.politeness.refusals import RefusalCounter


def test_a_site_that_refuses_ten_times_in_a_row_is_left():
    """Single refusals are forgotten at the next page; a row of them is a block."""
    counter = RefusalCounter(limit=3)
    for _ in range(5):
        counter.refused("403")
        counter.refused("403")
        counter.welcomed()
    assert counter.lost is None
    for _ in range(3):
        counter.refused("403")
    assert counter.lost is not None


def test_pages_read_late_do_not_break_a_row_of_silence():
    """A page fetched before the server died may be read after it: it says nothing of the server
    now.
    """
    counter = RefusalCounter(limit=3)
    for _ in range(3):
        counter.welcomed()
        counter.silent("reset")
    assert counter.lost is not None


def test_a_response_ends_a_row_of_silence():
    """Only an answer on the wire shows that the server is there again."""
    counter = RefusalCounter(limit=3)
    for _ in range(5):
        counter.silent("reset")
        counter.silent("reset")
        counter.answered()
    assert counter.lost is None


def test_ten_refusals_among_many_welcomes_do_not_close_a_site():
    """What counts is also how much of what the site says lately is a refusal."""
    counter = RefusalCounter()
    for _ in range(25):
        counter.welcomed()
    for _ in range(12):
        counter.refused("403")
    assert counter.lost is None
    for _ in range(10):
        counter.refused("403")
    assert counter.lost is not None
