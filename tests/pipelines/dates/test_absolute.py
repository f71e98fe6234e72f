"""The calendar date in a text, by numbers or by the names of months."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.dates.absolute import DateHints, find_date
from pipelines.dates.calendars import Calendar

CAPTURED = datetime(2024, 10, 25, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected", "calendar"),
    [
        ("2024-10-25", (2024, 10, 25), Calendar.GREGORIAN),
        ("25.10.24", (2024, 10, 25), Calendar.GREGORIAN),
        ("2024年10月25日", (2024, 10, 25), Calendar.GREGORIAN),
        ("25 thang 10, 2024", (2024, 10, 25), Calendar.GREGORIAN),
        ("25 october 2024", (2024, 10, 25), Calendar.GREGORIAN),
        ("october 25, 2024", (2024, 10, 25), Calendar.GREGORIAN),
        ("25 تشرين الاول 2024", (2024, 10, 25), Calendar.GREGORIAN),
        ("october 2024", (2024, 10, None), Calendar.GREGORIAN),
        ("2024", (2024, None, None), Calendar.GREGORIAN),
        ("25 ตลาคม 2567", (2024, 10, 25), Calendar.BUDDHIST),
        ("22 ربيع الاخر 1446", (2024, 10, 25), Calendar.HIJRI),
        ("4 ابان 1403", (2024, 10, 25), Calendar.PERSIAN),
    ],
)
def test_a_date_is_found(
    text: str, expected: tuple[int, int | None, int | None], calendar: Calendar
) -> None:
    """In Gregorian terms, with the calendar it was written by; what is not written is None."""
    match = find_date(text, DateHints(captured=CAPTURED))
    assert match is not None
    assert (match.year, match.month, match.day) == expected
    assert match.calendar == calendar
    assert text[match.start : match.end].strip()


@pytest.mark.parametrize("text", ["", "quay", "31.02.2024", "12345", "7 of 9"])
def test_no_date(text: str) -> None:
    """Words, days that no month has, and other numbers are none."""
    assert find_date(text, DateHints(captured=CAPTURED)) is None


@pytest.mark.parametrize(
    ("hints", "month"),
    [
        (DateHints(language="en-us"), 3),
        (DateHints(language="en", zone=ZoneInfo("America/New_York")), 3),
        (DateHints(language="en", zone=ZoneInfo("Europe/London")), 4),
        (DateHints(language="ar"), 4),
        (DateHints(language="en-us", captured=datetime(2024, 3, 10, tzinfo=UTC)), 3),
        (DateHints(language="ar", captured=datetime(2024, 3, 10, tzinfo=UTC)), 3),
    ],
)
def test_the_order_follows_the_page(hints: DateHints, month: int) -> None:
    """03/04 is read as the page's language and zone have it, unless that day had not come yet; both
    are marked as doubtful.
    """
    match = find_date("03/04/2024", hints)
    assert match is not None
    assert (match.month, match.ambiguous) == (month, True)


def test_a_year_left_out_is_the_last_one() -> None:
    """A day without a year is the last such day before the capture, and marked as a guess."""
    past = find_date("20 october", DateHints(captured=CAPTURED))
    ahead = find_date("20 december", DateHints(captured=CAPTURED))
    assert past is not None
    assert ahead is not None
    assert (past.year, ahead.year, past.year_guessed) == (2024, 2023, True)
    assert find_date("20 october", DateHints()) is None


def test_a_whole_date_goes_first() -> None:
    """A whole date beats a month, and a Gregorian one that of another calendar beside it."""
    match = find_date("october 2023 | 22 ربيع الاخر 1446 | 25 october 2024", DateHints())
    assert match is not None
    assert date(match.year, match.month or 0, match.day or 0) == date(2024, 10, 25)
