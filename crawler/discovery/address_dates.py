"""The days that an address names: of a calendar, an archive, a sitemap for a month, an article.

Pure. An address says nothing of days where its number may as well be a serial one: a year alone,
or eight digits, count only among addresses of the same form that are all dates (`NumberForms`).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.frontier.scope import PAGINATION

_YEAR = r"(?P<y>(?:19|20)\d\d)"
_MONTH = r"(?P<m>0?[1-9]|1[0-2])"
_DAY = r"(?P<d>0?[1-9]|[12]\d|3[01])"
# From the surest to the least sure; between its parts a date has the same mark throughout.
_YMD = re.compile(rf"(?<!\d){_YEAR}(?P<s>[-_./]){_MONTH}(?P=s){_DAY}(?!\d)")
_DMY = re.compile(rf"(?<!\d){_DAY}(?P<s>[-_./]){_MONTH}(?P=s){_YEAR}(?!\d)")
# A single digit behind a year, but for a segment of its own, may be the number of a part.
_YM = re.compile(rf"(?<!\d){_YEAR}(?:/{_MONTH}|[-_.](?P<m2>0[1-9]|1[0-2]))(?=$|[/?&.])")
_MY = re.compile(rf"(?<!\d)(?P<m>0[1-9]|1[0-2])[-_./]{_YEAR}(?=$|[/?&.])")
_COMPACT = re.compile(rf"(?<!\d){_YEAR}(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])?(?!\d)")
_YEAR_ALONE = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
_NUMBER = re.compile(r"\d+")
_NAMES = {
    "y": frozenset({"y", "yy", "yyyy", "year"}),
    "m": frozenset({"m", "mm", "month", "mon", "monthnum"}),
    "d": frozenset({"d", "dd", "day"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressDays:
    """The days, both included, that an address names.

    `form` is the address with its date taken out, the same for all dates of a calendar. `is_bare`:
    the date ends the address, as in calendars; an article has a name behind it. `is_sure` is False
    where the date is one number that may be a serial one.
    """

    first: date
    last: date
    form: str
    is_bare: bool = False
    is_sure: bool = True


def days_in(url: str, *, anywhere: bool = False) -> AddressDays | None:
    """The days that an address names in its path or query; None where it names none.

    A year alone, or a date without marks, counts where it is a segment, or the value of a
    parameter, of its own; `anywhere`: within one, too, as in the names of sitemaps.
    """
    parts = urlsplit(url)
    path = PAGINATION.sub("/", parts.path)  # a page number is no year
    return _in_query(url, parts.query) or _in_path(path, anywhere=anywhere)


def _in_path(path: str, *, anywhere: bool) -> AddressDays | None:
    path = unquote(path)
    for pattern in (_YMD, _DMY, _YM, _MY, _COMPACT, _YEAR_ALONE):
        is_number = pattern in {_COMPACT, _YEAR_ALONE}
        for found in pattern.finditer(path):
            if not (anywhere or _stands_out(path, found, whole=is_number)):
                continue
            form = f"{path[: found.start()]}*{path[found.end() :]}"
            is_bare = not path[found.end() :].strip("/")
            if days := _days(found, form, is_bare=is_bare, is_sure=not is_number):
                return days
    return None


def _stands_out(path: str, found: re.Match[str], *, whole: bool) -> bool:
    """Whether a date begins or ends a segment (both, if `whole`): within one it may be what an
    article is about.
    """
    begins = path[: found.start()].endswith("/")
    ends = path[found.end() : found.end() + 1] in {"", "/"}
    if whole:
        return begins and ends
    return begins or ends or path[found.end()] == "."


def _in_query(url: str, query: str) -> AddressDays | None:
    pairs = [(name.lower(), value) for name, value in parse_qsl(query)]
    form = url.partition("?")[0]
    stated = [days for name, value in pairs if (days := _of_value(value, f"{form}?{name}"))]
    if stated:  # two are where a stretch begins and where it ends
        last = max(days.last for days in stated)
        return replace(min(stated, key=lambda days: days.first), last=last)
    named = {
        part: value for name, value in pairs for part, names in _NAMES.items() if name in names
    }
    if "y" not in named:
        return None
    text = "-".join(named[part] for part in "ymd" if part in named)
    text = re.sub(r"-(\d)(?!\d)", r"-0\1", text)
    found = _YMD.fullmatch(text) or _YM.fullmatch(text) or _YEAR_ALONE.fullmatch(text)
    return _days(found, f"{form}?y", is_bare=True, is_sure=True) if found else None


def _of_value(value: str, form: str) -> AddressDays | None:
    for pattern in (_YMD, _DMY, _YM, _MY, _COMPACT):
        found = pattern.fullmatch(value)
        if found and (days := _days(found, form, is_bare=True, is_sure=pattern != _COMPACT)):
            return days
    return None


def _days(found: re.Match[str], form: str, *, is_bare: bool, is_sure: bool) -> AddressDays | None:
    parts = found.groupdict()
    year, month, day = int(parts["y"]), parts.get("m") or parts.get("m2"), parts.get("d")
    try:
        if day and month:
            first = last = date(year, int(month), int(day))
        elif month:
            first = date(year, int(month), 1)
            last = date(year, int(month), monthrange(year, int(month))[1])
        else:
            first, last = date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        return None
    return AddressDays(first=first, last=last, form=form, is_bare=is_bare, is_sure=is_sure)


class NumberForms:
    """The forms of address that were met with a number which is no date: their numbers are serial,
    though some of them look like years.
    """

    def __init__(self) -> None:
        self._serial: set[str] = set()

    def note(self, url: str) -> None:
        """Note the forms in which an address has a number that is no year and no date."""
        path = unquote(urlsplit(url).path)
        for found, form in _numbers(path):
            if not (_YEAR_ALONE.fullmatch(found) or _COMPACT.fullmatch(found)):
                self._serial.add(form)

    def believes(self, days: AddressDays) -> bool:
        """Whether what an address names are days, as far as is known yet."""
        return days.is_sure or days.form not in self._serial


def _numbers(path: str) -> Iterator[tuple[str, str]]:
    for found in _NUMBER.finditer(path):
        yield found[0], f"{path[: found.start()]}*{path[found.end() :]}"
