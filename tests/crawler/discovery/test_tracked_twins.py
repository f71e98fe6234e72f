"""Whether addresses with tracking parameters show the same pages as those without."""

from __future__ import annotations

from archive.model import Change
from crawler.discovery.tracked_twins import ENOUGH, TrackedTwins

STORY = "https://news.example/news/1"


def test_it_is_known_after_a_few_pages_seen_both_ways() -> None:
    """In either order; pages seen one way only say nothing."""
    twins = TrackedTwins()
    for number in range(9):
        twins.note(f"{STORY}?utm_source=rss", number, met=False, change=Change.NEW)
    assert not twins.are_alike
    twins.note(STORY, 0, met=True, change=Change.UNCHANGED)
    twins.note(STORY, 50, met=False, change=Change.NEW)
    for number in range(50, 50 + ENOUGH - 1):
        assert not twins.are_alike
        twins.note(f"{STORY}?utm_source=rss", number, met=True, change=Change.UNCHANGED)
    assert twins.are_alike


def test_one_page_that_differs_decides() -> None:
    """However many are alike: then each address is asked for."""
    twins = TrackedTwins()
    for number in range(2 * ENOUGH):
        twins.note(f"{STORY}?fbclid=1", number, met=True, change=Change.UNCHANGED)
    twins.note(f"{STORY}?fbclid=1", 99, met=True, change=Change.CHANGED)
    assert not twins.are_alike


def test_what_earlier_crawls_learned_is_known_at_once() -> None:
    """Unless any page of theirs differed: then it is learned anew."""
    assert TrackedTwins(ENOUGH, 0).are_alike
    assert not TrackedTwins(ENOUGH - 1, 0).are_alike
    twins = TrackedTwins(9, 1)
    assert not twins.are_alike
    for number in range(ENOUGH):
        twins.note(f"{STORY}?fbclid=1", number, met=True, change=Change.UNCHANGED)
    assert twins.are_alike
