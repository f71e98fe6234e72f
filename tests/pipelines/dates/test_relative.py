"""Counts back from the capture, as exact as they are told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.model import Precision
from pipelines.dates.relative import parse_relative_date
from pipelines.dates.time_of_day import TimeOfDay
from pipelines.language.dates import fold_for_dates

CAPTURED = datetime(2024, 10, 25, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("3 hours ago", "2024-10-25T12:00", Precision.HOUR),
        ("قبل 3 ساعات", "2024-10-25T12:00", Precision.HOUR),
        ("منذ ساعتين", "2024-10-25T13:00", Precision.HOUR),
        ("vor einer Stunde", "2024-10-25T14:00", Precision.HOUR),
        ("قبل ساعة ونصف", "2024-10-25T13:30", Precision.MINUTE),
        ("5時間前", "2024-10-25T10:00", Precision.HOUR),
        ("منذ دقائق", "2024-10-25T15:00", Precision.HOUR),
        ("just now", "2024-10-25T15:00", Precision.MINUTE),
        ("أمس", "2024-10-24T15:00", Precision.DAY),
        ("avant-hier", "2024-10-23T15:00", Precision.DAY),
        ("2 weeks ago", "2024-10-11T15:00", Precision.DAY),
        ("3 months ago", "2024-07-27T15:00", Precision.MONTH),
    ],
)
def test_a_count_leads_back(text: str, moment: str, precision: Precision) -> None:
    """To a moment, with how much of it the words tell."""
    date = parse_relative_date(fold_for_dates(text), None, captured=CAPTURED, zone=UTC)
    assert date is not None
    assert date.moment.strftime("%Y-%m-%dT%H:%M") == moment
    assert date.precision == precision


@pytest.mark.parametrize(
    "text", ["", "3 hours", "in 3 hours", "yesterday the quay reopened", "ago"]
)
def test_anything_else_is_no_count(text: str) -> None:
    """A length of time, or a sentence that names a day, is no date."""
    assert parse_relative_date(fold_for_dates(text), None, captured=CAPTURED, zone=UTC) is None


def test_only_a_day_has_a_time() -> None:
    """A time of day may stand with "yesterday", never with a count of hours."""
    time = TimeOfDay(hour=9, minute=30)
    day = parse_relative_date("yesterday", time, captured=CAPTURED, zone=UTC)
    assert day is not None
    assert day.moment.date().isoformat() == "2024-10-24"
    assert parse_relative_date("3 hours ago", time, captured=CAPTURED, zone=UTC) is None
