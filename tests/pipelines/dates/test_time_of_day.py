"""The time of day in a text, its zone, and the text without both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines.dates.time_of_day import split_time
from pipelines.language.dates import fold_for_dates

DAY = datetime(2024, 10, 25)  # noqa: DTZ001 - a wall clock


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("18:53", 18, 53),
        ("6:53 pm", 18, 53),
        ("12:05 a.m.", 0, 5),
        ("٦:٥٣ مساءً", 18, 53),
        ("الساعة 10:15 صباحا", 10, 15),
        ("下午6:53", 18, 53),
        ("18h53", 18, 53),
        ("18 Uhr", 18, None),
        ("7 pm", 19, None),
        ("1 ليلا", 1, None),
    ],
)
def test_a_time_is_read(text: str, hour: int, minute: int | None) -> None:
    """On a clock of 24 hours; minutes that are not written are None."""
    time, rest = split_time(fold_for_dates(text), UTC)
    assert time is not None
    assert (time.hour, time.minute, time.second) == (hour, minute, None)
    assert not any(char.isdecimal() for char in rest)


@pytest.mark.parametrize(
    ("text", "site", "hours"),
    [
        ("18:53 GMT", "Asia/Dubai", 0),
        ("18:53 +04:00", "UTC", 4),
        ("18:53 (GMT+3)", "UTC", 3),
        ("18:53 EST", "UTC", -5),
        ("18:53 ET", "UTC", -4),
        ("18:53 IST", "Asia/Kolkata", 5.5),
        ("18:53 IST", "Asia/Jerusalem", 3),
        ("18:53 بتوقيت مكة", "UTC", 3),
        ("18:53 بتوقيت غرينتش", "Asia/Dubai", 0),
    ],
)
def test_a_zone_is_read(text: str, site: str, hours: float) -> None:
    """As an offset, an abbreviation (in the site's own sense) or a place."""
    time, _ = split_time(fold_for_dates(text), ZoneInfo(site))
    assert time is not None
    assert time.zone is not None
    assert time.zone.utcoffset(DAY) == timedelta(hours=hours)


def test_the_date_is_left() -> None:
    """What stands around the time stays, parted by a gap; a dotted time is read only when the
    dates are out of the text.
    """
    time, rest = split_time("25 october 2024 18:53 gmt", UTC)
    assert time is not None
    assert rest.split() == ["25", "october", "2024", "~"]
    assert split_time("25.10", UTC) == (None, "25.10")
    dotted, _ = split_time("18.53", UTC, dotted=True)
    assert dotted is not None
    assert (dotted.hour, dotted.minute) == (18, 53)


@pytest.mark.parametrize("text", ["25:10", "18:75", "1:2:3:4", "october"])
def test_no_time(text: str) -> None:
    """Numbers that no clock shows are none."""
    assert split_time(text, UTC) == (None, text)
