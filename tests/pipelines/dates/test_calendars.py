"""Dates of other calendars are days of ours: new years and known days of both."""

from datetime import date

import pytest

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
