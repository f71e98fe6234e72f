"""Articles that disappear in numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archive.query.alarms.disappearing import find_disappearing
from archive.query.alarms.site_history import PastGone, SiteHistory

NOW = datetime(2026, 3, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def gone(count: int, ago: timedelta, reason: str = "HTTP 404") -> list[PastGone]:
    return [PastGone(since=NOW - ago, reason=reason)] * count


def history(*rows: PastGone) -> SiteHistory:
    return SiteHistory(site="paper", gone=tuple(sorted(rows, key=lambda row: row.since)))


def test_soft_404s_in_numbers_are_told() -> None:
    """With how many of them answered with status 200."""
    alarm = find_disappearing(
        history(*gone(2, 20 * DAY), *gone(3, 20 * HOUR), *gone(9, HOUR, "says: not found")), NOW
    )
    assert alarm is not None
    assert alarm.since == NOW - 20 * HOUR
    assert alarm.text.startswith("12 articles disappeared within two days, 9 of them")


def test_takedowns_as_ever_are_not_told() -> None:
    """A few always disappear, and a site that takes down many always does."""
    assert find_disappearing(history(*gone(9, HOUR)), NOW) is None
    usual = [row for day in range(3, 20, 3) for row in gone(8, day * DAY)]
    assert find_disappearing(history(*usual, *gone(20, HOUR)), NOW) is None
    assert find_disappearing(history(*usual, *gone(24, HOUR)), NOW) is not None
    assert find_disappearing(history(*gone(50, 3 * DAY)), NOW) is None
