"""Articles that are read without what they used to have, and dates ahead of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive.query.alarms.layout_drift import find_future_dates, find_layout_drift
from archive.query.alarms.site_history import SeenArticle, SiteHistory

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def articles(count: int, first: int = 0, **more: Any) -> list[SeenArticle]:
    """Articles an hour apart, with everything but what is told otherwise."""
    rows = []
    for number in range(first, first + count):
        seen = BEGAN + number * HOUR
        values = {"published": seen - HOUR / 2, "author": True, "section": True, "words": 300}
        rows.append(SeenArticle(seen=seen, **{**values, **more}))
    return rows


def history(*rows: SeenArticle) -> SiteHistory:
    return SiteHistory(site="paper", articles=rows)


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ({"published": None}, "0% have a date, usually 100%"),
        ({"author": False}, "0% have an author"),
        ({"section": False}, "0% have a section"),
        ({"words": 90}, "less than 90 words, usually 300"),
        ({"words": 1500}, "less than 1500 words"),
    ],
)
def test_a_redesign_is_told_by_what_is_lost(lost: dict[str, Any], told: str) -> None:
    """Once twelve articles lack it; half of them are enough where all had it."""
    before = articles(48)
    alarm = find_layout_drift(history(*before, *articles(12, 48, **lost)))
    assert alarm is not None
    assert told in alarm.text
    assert alarm.since == BEGAN + 48 * HOUR
    assert find_layout_drift(history(*before, *articles(12, 48))) is None
    assert find_layout_drift(history(*before, *articles(2, 48, **lost))) is None


def test_what_always_varied_is_normal() -> None:
    """A site of which half the articles have authors, in long stretches, is not drifting."""
    mixed = [row for block in range(6) for row in articles(12, 12 * block, author=block % 2 == 0)]
    assert find_layout_drift(history(*mixed, *articles(12, 72, author=False))) is None


def test_few_articles_teach_nothing() -> None:
    """Less than four dozen say nothing of what is normal."""
    assert find_layout_drift(history(*articles(47), *articles(12, 47, author=False))) is None


def test_while_an_alarm_is_open_nothing_new_is_learned() -> None:
    """A week of the new design does not become the normal one behind the alarm's back."""
    rows = [*articles(48), *articles(200, 48, author=False)]
    assert find_layout_drift(history(*rows)) is None
    assert find_layout_drift(history(*rows), normal_until=BEGAN + 48 * HOUR) is not None


def ahead(by: timedelta, count: int) -> SiteHistory:
    late = [
        SeenArticle(seen=row.seen, published=row.seen + by, words=300)
        for row in articles(count, 40 - count)
    ]
    return history(*articles(40 - count), *late)


def test_dates_ahead_are_told() -> None:
    """A few days ahead of the capture, or many hours ahead: a wrong zone."""
    alarm = find_future_dates(ahead(timedelta(days=9), 4))
    assert alarm is not None
    assert "4 of the last 40 articles are dated days later" in alarm.text
    assert "minutes or hours" in str(find_future_dates(ahead(3 * HOUR, 5)))


def test_single_dates_and_clocks_that_differ_are_not_told() -> None:
    """One announcement of an event, minutes of a clock, and a day that has begun in the east."""
    assert find_future_dates(ahead(timedelta(days=200), 3)) is None
    assert find_future_dates(ahead(timedelta(minutes=9), 30)) is None
    days = [
        SeenArticle(seen=row.seen, published=row.seen + 8 * HOUR, is_day=True)
        for row in articles(40)
    ]
    assert find_future_dates(history(*days)) is None


def test_dates_ahead_are_over_with_the_last_of_them() -> None:
    """Five articles dated as they should be end it."""
    rows = ahead(3 * HOUR, 12).articles
    assert find_future_dates(history(*rows, *articles(5, 40))) is None
