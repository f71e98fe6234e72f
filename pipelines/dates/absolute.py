"""Finds the calendar date in a folded text: numbers, month names, calendars, and the order they
stand in.

The time of day is already out of the text (`time_of_day`), and counts back from the capture are
`relative_dates`' business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from pipelines.dates import calendars
from pipelines.dates.calendars import Calendar
from pipelines.language.dates import FILLERS, TOKEN, month_number

_YEAR_FIRST = re.compile(
    r"(?<![\d.])(\d{4}) ?([/.\-]|年|년) ?(\d{1,2}) ?(?:[/.\-]|月|월) ?(\d{1,2})(?!\d)"
)
_YEAR_LAST = re.compile(r"(?<![\d.])(\d{1,2}) ?([/.\-]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})(?!\d)")
_VIETNAMESE = re.compile(r"(\d{1,2}) thang (\d{1,2})(?:,| nam| -)* (\d{4})")
_COMPACT = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
_MONTH_DAY = re.compile(r"(?<![\d年년]) ?(?<!\d)(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]")

# هـ, هجري: the year is of the Hijra; ه.ش, شمسي: of the Persian calendar.
_HIJRI_MARK = re.compile(
    r"(?<!\w)(?:ه|هجري|هجريه|هجرى|ه ?ق|قمري)(?!\w)|\d ?ه(?!\w)|(?<!\w)a\.?h\.?(?!\w)"
)
_PERSIAN_MARK = re.compile(r"(?<!\w)(?:ه\.? ?ش|هش|شمسي|خورشيدي)(?!\w)")
_PERSIAN_PLACES = ("Asia/Tehran", "Iran", "Asia/Kabul")
# A bare year below this is Persian, above it of the Hijra: 1412 began in 1991 there and will begin
# in 2033 here.
_FIRST_HIJRI_YEAR = 1412
_OTHER_YEARS = range(1300, 1500)
_YEARS = range(1900, 2100)
_BUDDHIST_YEARS = range(2440, 2643)

# Countries that write the month first; elsewhere the day comes first.
_MONTH_FIRST_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Asia/Manila",
    "US/",
)
_MONTH_FIRST_LANGUAGES = ("en", "en-us", "fil", "tl")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateHints:
    """What is known from outside the text: the page's language, the site's zone, the time of
    capture.
    """

    language: str | None = None
    zone: tzinfo = UTC
    captured: datetime | None = None

    @property
    def is_persian(self) -> bool:
        """Whether dates of this page are by the Persian calendar where they don't say."""
        return (self.language or "")[:2].lower() in ("fa", "ps") or str(
            self.zone
        ) in _PERSIAN_PLACES

    @property
    def month_first(self) -> bool:
        """Whether 03/04 means the fourth of March."""
        language = (self.language or "").lower().replace("_", "-")
        if language in _MONTH_FIRST_LANGUAGES:
            return (
                language != "en"
                or self.zone is UTC
                or str(self.zone).startswith(("UTC", *_MONTH_FIRST_ZONES))
            )
        return not language and str(self.zone).startswith(_MONTH_FIRST_ZONES)

    def is_ahead(self, day: date) -> bool:
        """Whether the day had not begun anywhere when the page was captured."""
        return self.captured is not None and day > (self.captured + timedelta(hours=14)).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMatch:
    """A date found at `start`-`end` of the text, in Gregorian terms; `day` and `month` are None if
    the text names none.
    """

    year: int
    month: int | None = None
    day: int | None = None
    calendar: Calendar = Calendar.GREGORIAN
    ambiguous: bool = False
    relative: bool = False
    year_guessed: bool = False
    start: int = 0
    end: int = 0


def find_date(text: str, hints: DateHints) -> DateMatch | None:
    """The date the folded `text` states: a whole one before a coarse one, a Gregorian one before
    others, the first.
    """
    best: DateMatch | None = None
    for match in (*_numeric_dates(text, hints), *_named_dates(text, hints)):
        if best is None or _rank_match(match) < _rank_match(best):
            best = match
    return best


def _rank_match(match: DateMatch) -> tuple[bool, bool, bool, int]:
    return match.day is None, match.year_guessed, match.calendar != Calendar.GREGORIAN, match.start


# ------------------------------------------------------------------------------------ numbers alone


def _numeric_dates(text: str, hints: DateHints) -> Iterator[DateMatch]:
    for match in _YEAR_FIRST.finditer(text):
        yield from _year_first(match, text, hints)
    for match in _YEAR_LAST.finditer(text):
        yield from _year_last(match, text, hints)
    for match in _VIETNAMESE.finditer(text):
        yield from _match_of(int(match[3]), int(match[2]), int(match[1]), match, Calendar.GREGORIAN)
    for match in _MONTH_DAY.finditer(text):
        date_match = _without_year(
            int(match[1]), int(match[2]), Calendar.GREGORIAN, match.start(), match.end(), hints
        )
        if date_match:
            yield date_match
    for match in _COMPACT.finditer(text):
        yield from _match_of(int(match[1]), int(match[2]), int(match[3]), match, Calendar.GREGORIAN)


def _year_first(match: re.Match[str], text: str, hints: DateHints) -> Iterator[DateMatch]:
    year, second, third = int(match[1]), int(match[3]), int(match[4])
    if second > 12 >= third:  # right-to-left layouts turn 25/10/2024 round
        second, third = third, second
    calendar = _calendar_of_year(year, text, hints)
    if calendar:
        yield from _match_of(year, second, third, match, calendar)


def _year_last(match: re.Match[str], text: str, hints: DateHints) -> Iterator[DateMatch]:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if len(match[4]) == 2:
        year += 2000 if year < 70 else 1900
    calendar = _calendar_of_year(year, text, hints)
    if calendar is None:
        return
    doubtful = first <= 12 and second <= 12 and first != second
    month_first = second > 12 or (doubtful and match[2] != "." and hints.month_first)
    day, number = (second, first) if month_first else (first, second)
    for date_match in _match_of(year, number, day, match, calendar, ambiguous=doubtful):
        if doubtful and hints.is_ahead(
            date(date_match.year, date_match.month or 1, date_match.day or 1)
        ):
            yield from _match_of(year, day, number, match, calendar, ambiguous=True)
        else:
            yield date_match


def _calendar_of_year(year: int, text: str, hints: DateHints) -> Calendar | None:
    """The calendar that a bare year belongs to; None if the number is no year."""
    if year in _YEARS:
        return Calendar.GREGORIAN
    if year not in _OTHER_YEARS:
        return Calendar.BUDDHIST if year in _BUDDHIST_YEARS else None
    if _PERSIAN_MARK.search(text):
        return Calendar.PERSIAN
    if hints.is_persian and year < 1430:
        return Calendar.PERSIAN
    return (
        Calendar.HIJRI
        if year >= _FIRST_HIJRI_YEAR or _HIJRI_MARK.search(text)
        else Calendar.PERSIAN
    )


def _match_of(
    year: int,
    number: int,
    day: int,
    match: re.Match[str],
    calendar: Calendar,
    *,
    ambiguous: bool = False,
) -> Iterator[DateMatch]:
    gregorian = _to_gregorian(year, number, day, calendar)
    if gregorian:
        yield DateMatch(
            year=gregorian.year,
            month=gregorian.month,
            day=gregorian.day,
            calendar=calendar,
            ambiguous=ambiguous,
            start=match.start(),
            end=match.end(),
        )


def _to_gregorian(year: int, number: int, day: int, calendar: Calendar) -> date | None:
    try:
        if calendar == Calendar.HIJRI:
            return calendars.hijri_to_gregorian(year, number, day)
        if calendar == Calendar.PERSIAN:
            return calendars.persian_to_gregorian(year, number, day)
        return date(year - 543 if calendar == Calendar.BUDDHIST else year, number, day)
    except ValueError:
        return None


# -------------------------------------------------------------------------------------- month names

# A text as one letter a part: d a day's number, n another of two digits, y a Gregorian (or
# Buddhist) year, z one of another calendar, m h p a month of each calendar, x anything else. The
# groups are day, month, year. Where a month comes first its names are met from the first of them
# on.
_MONTH_FIRST = "(?<!m)m++|(?<!h)h++|(?<!p)p++"
_BARE_MONTH = "|".join(f"(?:(?<![dn{month}])|(?<=[dn]{month})){month}++" for month in "mhp")
_SHAPES = (
    (re.compile(r"(d)(m+|h+|p+)([yz])"), "dmy"),
    (re.compile(rf"({_MONTH_FIRST})(d)([yz])"), "mdy"),
    (re.compile(r"([yz])(m+|h+|p+)(d)"), "ymd"),
    (re.compile(r"([yz])(d)(m+|h+|p+)"), "ydm"),
    (re.compile(r"(d)(m+)([dn])(?![mdn])"), "dmy"),
    (re.compile(r"(d)(m+|h+|p+)"), "dm"),
    (re.compile(r"((?<!m)m++)(d)"), "md"),
    (re.compile(rf"({_BARE_MONTH})([yz])"), "my"),
    (re.compile(r"([yz])(m+|h+|p+)(?![dn])"), "ym"),
)
_CALENDARS = {
    "g": ("m", Calendar.GREGORIAN),
    "h": ("h", Calendar.HIJRI),
    "p": ("p", Calendar.PERSIAN),
}


@dataclass(frozen=True, slots=True)
class _DatePart:
    letter: str
    value: int
    start: int
    end: int


def _date_parts(text: str, language: str | None) -> list[_DatePart]:
    tokens = [match for match in TOKEN.finditer(text) if match[0].isalnum() or match[0] == "|"]
    parts: list[_DatePart] = []
    index = 0
    while index < len(tokens):
        word, taken = tokens[index][0], 1
        start = tokens[index].start()
        if word.isdecimal():
            parts.append(
                _DatePart(
                    _number_letter(word),
                    int(word) if len(word) <= 4 else 0,
                    start,
                    tokens[index].end(),
                )
            )
        else:
            named = month_number(
                word, tokens[index + 1][0] if index + 1 < len(tokens) else "", language
            )
            if named:
                taken = named[2]
                parts.append(
                    _DatePart(
                        _CALENDARS[named[0]][0], named[1], start, tokens[index + taken - 1].end()
                    )
                )
            elif word not in FILLERS:
                parts.append(_DatePart("x", 0, start, tokens[index].end()))
        index += taken
    return parts


def _number_letter(digits: str) -> str:
    value = int(digits) if len(digits) <= 4 else 0
    if len(digits) <= 2:
        return "d" if 1 <= value <= 31 else "n"
    if len(digits) == 4 and (value in _YEARS or value in _BUDDHIST_YEARS):
        return "y"
    return "z" if len(digits) == 4 and value in _OTHER_YEARS else "x"


def _named_dates(text: str, hints: DateHints) -> Iterator[DateMatch]:
    parts = _date_parts(text, hints.language)
    shape = "".join(part.letter for part in parts)
    if not ("m" in shape or "h" in shape or "p" in shape):
        if shape == "y" and parts[0].value in _YEARS:
            yield DateMatch(year=parts[0].value, start=parts[0].start, end=parts[0].end)
        return
    for pattern, order in _SHAPES:
        for match in pattern.finditer(shape):
            fields = {
                # Of two month names that disagree the one beside the day counts (a weekday can look
                # like a month).
                field: parts[match.end(group) - 1 if order.startswith("md") else match.start(group)]
                for group, field in enumerate(order, 1)
            }
            date_match = _from_fields(
                fields, parts[match.start()].start, parts[match.end() - 1].end, hints
            )
            if date_match:
                yield date_match


def _from_fields(
    fields: dict[str, _DatePart], start: int, end: int, hints: DateHints
) -> DateMatch | None:
    letter, number = fields["m"].letter, fields["m"].value
    calendar = next(calendar for mark, calendar in _CALENDARS.values() if mark == letter)
    year = fields["y"].value if "y" in fields else None
    day = fields["d"].value if "d" in fields else None
    if year is None:
        return _without_year(number, day or 1, calendar, start, end, hints)
    if fields["y"].letter in "dn":
        year += 2000 if year < 70 else 1900
    if (calendar == Calendar.GREGORIAN) != (year >= _YEARS.start):
        return None
    if calendar == Calendar.GREGORIAN and year in _BUDDHIST_YEARS:
        calendar = Calendar.BUDDHIST
    if day is None:
        # A month of another calendar lies in two Gregorian ones: the one it begins in, two weeks
        # on, is named.
        first = _to_gregorian(
            year, number, 15 if calendar in (Calendar.HIJRI, Calendar.PERSIAN) else 1, calendar
        )
        if first is None:
            return None
        return DateMatch(
            year=first.year, month=first.month, calendar=calendar, start=start, end=end
        )
    whole = _to_gregorian(year, number, day, calendar)
    if whole is None:
        return None
    return DateMatch(
        year=whole.year, month=whole.month, day=whole.day, calendar=calendar, start=start, end=end
    )


def _without_year(
    number: int, day: int, calendar: Calendar, start: int, end: int, hints: DateHints
) -> DateMatch | None:
    """A day and month: the last time they came round before the capture."""
    if hints.captured is None:
        return None
    current_year = hints.captured.year
    if calendar == Calendar.HIJRI:
        current_year = int((current_year - 622) * 33 / 32) + 1
    elif calendar == Calendar.PERSIAN:
        current_year -= 621
    for year in (current_year + 1, current_year, current_year - 1, current_year - 2):
        gregorian = _to_gregorian(year, number, day, calendar)
        if gregorian and not hints.is_ahead(gregorian):
            return DateMatch(
                year=gregorian.year,
                month=gregorian.month,
                day=gregorian.day,
                calendar=calendar,
                ambiguous=True,
                year_guessed=True,
                start=start,
                end=end,
            )
    return None
