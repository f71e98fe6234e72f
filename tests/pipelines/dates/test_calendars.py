"""Dates of other calendars are days of ours: new years and known days of both."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dates.calendars import hijri_to_gregorian, persian_to_gregorian


@pytest.mark.parametrize(
    ("persian", "gregorian"),
    [
        ((1403, 1, 1), date(2024, 3, 20)),
        ((1402, 1, 1), date(2023, 3, 21)),
        ((1399, 12, 30), date(2021, 3, 20)),
        ((1357, 11, 22), date(1979, 2, 11)),
    ],
)
def test_persian_days(persian: tuple[int, int, int], gregorian: date) -> None:
    """Solar Hijri days, leap days included, are the days on which newspapers printed them."""
    assert persian_to_gregorian(*persian) == gregorian


@pytest.mark.parametrize(
    ("hijri", "gregorian"),
    [((1445, 9, 1), date(2024, 3, 11)), ((1446, 1, 1), date(2024, 7, 7))],
)
def test_hijri_days(hijri: tuple[int, int, int], gregorian: date) -> None:
    """By the Umm al-Qura calendar, which Arab states print."""
    assert hijri_to_gregorian(*hijri) == gregorian


@pytest.mark.parametrize("convert", [persian_to_gregorian, hijri_to_gregorian])
def test_a_day_that_is_none(convert) -> None:
    """A thirteenth month is refused, never turned into another day."""
    with pytest.raises(ValueError):
        convert(1403, 13, 1)


@pytest.mark.parametrize(
    ("year", "first"),
    [
        (1370, "1991-03-21"),
        (1375, "1996-03-20"),
        (1379, "2000-03-20"),
        (1388, "2009-03-21"),
        (1391, "2012-03-20"),
        (1395, "2016-03-20"),
        (1396, "2017-03-21"),
        (1399, "2020-03-20"),
        (1400, "2021-03-21"),
        (1403, "2024-03-20"),
        (1404, "2025-03-21"),
        (1408, "2029-03-20"),
    ],
)
def test_nowruz(year: int, first: str) -> None:
    """The Persian year begins on the day of the equinox as published."""
    assert persian_to_gregorian(year, 1, 1) == date.fromisoformat(first)


@given(st.integers(1300, 1498), st.integers(1, 12))
def test_persian_months_follow_each_other(year: int, month: int) -> None:
    """Each Persian month begins the day after the one before it ends."""
    length = next(day for day in (31, 30, 29) if _exists(year, month, day))
    following = persian_to_gregorian(year + month // 12, month % 12 + 1, 1)
    assert persian_to_gregorian(year, month, length) + timedelta(days=1) == following


def _exists(year: int, month: int, day: int) -> bool:
    try:
        persian_to_gregorian(year, month, day)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("year", "month", "day"), [(1446, 13, 1), (1446, 1, 31), (1200, 1, 1), (1700, 1, 1)]
)
def test_no_such_hijri_day(year: int, month: int, day: int) -> None:
    """A day the Umm al-Qura calendar doesn't have is refused."""
    with pytest.raises(ValueError):
        hijri_to_gregorian(year, month, day)
