"""From the Hijri (Umm al-Qura) and the Persian (Solar Hijri) calendar to Gregorian dates.

Pure arithmetic on dates; which calendar a text means is decided in `dates`.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class Calendar(StrEnum):
    """The calendar a date was written by."""

    GREGORIAN = "gregorian"
    HIJRI = "hijri"
    PERSIAN = "persian"
    BUDDHIST = "buddhist"  # Thailand's: Gregorian, 543 years on


# 1 Farvardin of this year, and the years around it for which the 33-year rule below equals the
# calendar in force (compared with the published equinox dates of 1370-1410).
_NOWRUZ_1399 = date(2020, 3, 20)
_PERSIAN_YEARS = range(1300, 1500)


def _leap_days_before(year: int) -> int:
    """Leap days in the Persian years before `year`: eight in each cycle of 33."""
    return (8 * year + 21) // 33


def persian_to_gregorian(year: int, month: int, day: int) -> date:
    """The Gregorian date of a Persian one; ValueError where there is no such day or year.

    The first six months have 31 days, the next five 30, the last 29 or, in leap years, 30.
    """
    if year not in _PERSIAN_YEARS or not 1 <= month <= 12:
        raise ValueError("no such Persian month")
    leap = _leap_days_before(year + 1) - _leap_days_before(year)
    length = 29 + leap
    if month <= 11:
        length = 31 if month <= 6 else 30
    if not 1 <= day <= length:
        raise ValueError("no such Persian day")
    years = year - 1399
    days = years * 365 + _leap_days_before(year) - _leap_days_before(1399)
    before = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return _NOWRUZ_1399 + timedelta(days=days + before + day - 1)


def hijri_to_gregorian(year: int, month: int, day: int) -> date:
    """The Gregorian date of a Hijri one by the Umm al-Qura calendar; ValueError where there is no
    such day or year.

    Sighting of the moon may put a country a day off.
    """
    from hijridate import Hijri  # read only where a page uses it: 10 ms at import

    try:
        gregorian = Hijri(year, month, day).to_gregorian()
    except OverflowError as error:
        raise ValueError("outside the Umm al-Qura calendar") from error
    return date(gregorian.year, gregorian.month, gregorian.day)
