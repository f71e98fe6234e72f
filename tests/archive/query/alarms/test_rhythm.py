"""The usual volume of a site by hour of the week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archive.query.alarms.rhythm import DAY, HOUR, learn_rhythm

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def weeks(count: int, *, skip: tuple[int, ...] = ()) -> list[datetime]:
    """Ten articles each working day from eight to ten, one on Sundays, none on days skipped."""
    times = []
    for day in range(7 * count):
        number = 1 if day % 7 == 6 else 10
        times += [
            MONDAY + day * DAY + 8 * HOUR + part * timedelta(minutes=12)
            for part in range(0 if day in skip else number)
        ]
    return times


def test_days_and_hours_have_their_own_volume() -> None:
    """Mondays bring ten, Sundays one, nights none, and a single holiday teaches nothing."""
    rhythm = learn_rhythm(weeks(5, skip=(14,)), MONDAY - DAY, MONDAY + 35 * DAY, "UTC")
    assert rhythm is not None
    monday = MONDAY + 35 * DAY
    assert rhythm.expected(monday, monday + DAY) == 10
    assert rhythm.expected(monday + 6 * DAY, monday + 7 * DAY) == 1
    assert rhythm.expected(monday - 4 * HOUR, monday + 4 * HOUR) == 0
    assert rhythm.expected(monday + 8.5 * HOUR, monday + 9 * HOUR) > 1


def test_hours_are_those_of_the_sites_own_clock() -> None:
    """Through a change to summer time the morning stays the morning."""
    zone = "Europe/Berlin"  # one hour ahead, from 29 March two
    rhythm = learn_rhythm(weeks(3), MONDAY - DAY, MONDAY + 21 * DAY, zone)
    assert rhythm is not None
    summer = MONDAY + 28 * DAY
    assert rhythm.expected(summer + 7 * HOUR, summer + 9 * HOUR) > 7


def test_a_few_days_teach_nothing() -> None:
    """Less than four whole days say nothing of a site."""
    assert learn_rhythm(weeks(1), MONDAY, MONDAY + 4 * DAY, "UTC") is None
    assert learn_rhythm(weeks(1), MONDAY, MONDAY + 6 * DAY, "UTC") is not None


def test_a_day_that_was_never_seen_counts_as_the_quietest() -> None:
    """After Monday to Saturday a Sunday is expected to bring no more than the poorest of them."""
    times = [time for time in weeks(1) if time.weekday() != 2]
    rhythm = learn_rhythm(times, MONDAY - DAY, MONDAY + 6 * DAY, "UTC")
    assert rhythm is not None
    assert rhythm.days[6] == 0
    assert rhythm.days[0] == 10
