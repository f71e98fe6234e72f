"""Any published date text → an instant, how much of it is known, and the text itself.

Reads ISO 8601, RFC 2822, epochs, written dates of many languages (Arabic of every region first),
Hijri and Persian dates, and counts back from the capture. Where a page states its dates is
`metadata`'s business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from archive.model import Precision
from pipelines.dates.absolute import DateHints, DateMatch, find_date
from pipelines.dates.calendars import Calendar
from pipelines.dates.relative import parse_relative_date
from pipelines.dates.time_of_day import TimeOfDay, split_time
from pipelines.language.date_spellings import normalise_levantine_months, normalise_spelling
from pipelines.language.dates import MODIFIED_LABELS, fold_for_dates
from pipelines.page.entities import resolve_entities

# A date text is a line, not a paragraph: no byline measured was longer than 160 characters.
_MAX_LENGTH = 240

_ISO = re.compile(
    r"([12]\d{3})-(\d{2})-(\d{2})(?:[T ] "
    r"?(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(?:(Z|z|UTC|GMT)|([+-])(\d{2}):?(\d{2})?)?)?"
)
_BASIC = re.compile(
    r"((?:19|20)\d{2})(\d{2})(\d{2})(?:[T-]?(\d{2})(\d{2})(\d{2})?(?:\.\d+)?\s?(Z)?(?:([+-])(\d{2}):?(\d{2})?)?)?"
)
_NAMED_ZONE = re.compile(
    r"([12]\d{3}-.{0,30}?)[ "
    r"\[]((?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_/]{3,40})\]?"
)
_MONTH_ONLY = re.compile(
    r"(?P<year>(?:19|20)\d{2})-(?P<month>\d{2})|(?P<month_first>\d{1,2})/(?P<year_last>(?:19|20)\d{2})"
)
_YEAR_ONLY = re.compile(r"(?:19|20)\d{2}")
_EPOCH = re.compile(r"(?:/Date\()?(\d{9,10}|\d{12,13})(?:\.\d+)?(?:\)/)?")
# Epochs outside 1990-2100 are other numbers.
_EPOCH_SECONDS = range(631_152_000, 4_102_444_800)

_MODIFIED = re.compile(
    r"(?<!\w)(?:"
    + "|".join(
        sorted(
            {re.escape(fold_for_dates(label)) for label in MODIFIED_LABELS}, key=len, reverse=True
        )
    )
    + r")(?!\w)"
)
# A label of publication that may follow an update's ("Updated …, published …"), and the room one
# takes before a date.
_PUBLISHED = re.compile(
    r"(?<!\w)(?:نشرت?|النشر|صدر|published|first "
    r"published|posted|publie|veroffentlicht|publicado|pubblicato|yayinlanma|опубликовано)(?!\w)"
)
_LABEL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDate:
    """A date as a page states it.

    `instant` is aware, in the zone stated or else the site's; None if less than the day is known
    (`precision` is month or year, and only `year` and `month` are set). With precision `day` it is
    that day's midnight in its zone. `raw` is the text. `zone_stated` is true if the text itself
    names a zone, `relative` if it counts back from the capture, `ambiguous` if another reading was
    possible (03/04/2024, a year left out).
    """

    instant: datetime | None
    precision: Precision
    raw: str
    year: int
    month: int | None = None
    day: int | None = None
    zone_stated: bool = False
    calendar: Calendar = Calendar.GREGORIAN
    relative: bool = False
    ambiguous: bool = False


class DateVerdict(StrEnum):
    """Whether a stated date can be true."""

    SOUND = "sound"
    COARSE = "coarse"  # less than the day is known
    FUTURE = "future"  # after the page was captured
    AFTER_DISCOVERY = "after-discovery"  # after the page's address was already known
    TOO_EARLY = "too-early"  # before there were pages on the Web


_FIRST_YEAR = 1991
# Clocks of sites run ahead, and a zone left out may be half a day off.
_SLACK = timedelta(hours=1)
_ZONE_SLACK = timedelta(hours=14)


def judge_date(
    stated: StatedDate, *, captured: datetime | None = None, discovered: datetime | None = None
) -> DateVerdict:
    """Judge a stated date against the time of capture and the time its address was first seen; both
    aware, or None.
    """
    if stated.year < _FIRST_YEAR:
        return DateVerdict.TOO_EARLY
    if stated.instant is None:
        if captured and (stated.year, stated.month or 1) > (captured.year, captured.month):
            return DateVerdict.FUTURE
        return DateVerdict.COARSE
    slack = _SLACK if stated.zone_stated and stated.precision != Precision.DAY else _ZONE_SLACK
    if captured and stated.instant > captured + slack:
        return DateVerdict.FUTURE
    if discovered and stated.instant > discovered + slack:
        return DateVerdict.AFTER_DISCOVERY
    return DateVerdict.SOUND


def read_date(
    text: str, *, captured: datetime | None = None, zone: tzinfo = UTC, language: str | None = None
) -> StatedDate | None:
    """The date that `text` states, or None if it states none; never raises.

    `captured` (aware) is what relative dates and dates without a year count from; `zone` is the
    site's, for times without one; `language` (BCP 47) settles the order of 03/04/2024. A text with
    both a publication and an update date gives the former. ISO 8601, RFC 2822 §3.3, and written
    forms.
    """
    raw = resolve_entities(text).strip() if "&" in text else text.strip()
    if not raw or len(raw) > _MAX_LENGTH:
        return None
    try:
        if named := _NAMED_ZONE.fullmatch(raw):
            return _parse_zoned_date(raw, named)
        return _parse_machine_date(raw, zone) or _parse_written_date(raw, captured, zone, language)
    except (ValueError, OverflowError):
        return None


def is_update(text: str) -> bool:
    """Whether a date text says that it is the time of the last change ("آخر تحديث: …")."""
    return _MODIFIED.search(fold_for_dates(text[:_MAX_LENGTH])) is not None


# -------------------------------------------------------------------------- forms made for machines


def _parse_machine_date(raw: str, zone: tzinfo) -> StatedDate | None:
    match = _ISO.fullmatch(raw) or _BASIC.fullmatch(raw)
    if match:
        return _from_iso(match, raw, zone)
    if match := _MONTH_ONLY.fullmatch(raw):
        month = int(match["month"] or match["month_first"])
        return (
            _coarse_date(raw, int(match["year"] or match["year_last"]), month)
            if 1 <= month <= 12
            else None
        )
    if _YEAR_ONLY.fullmatch(raw):
        return _coarse_date(raw, int(raw))
    if match := _EPOCH.fullmatch(raw):
        seconds = int(match[1]) // (1000 if len(match[1]) > 10 else 1)
        if seconds in _EPOCH_SECONDS:
            return _exact_date(
                raw, datetime.fromtimestamp(seconds, tz=UTC), Precision.SECOND, zone_stated=True
            )
    return None


def _parse_zoned_date(raw: str, named: re.Match[str]) -> StatedDate | None:
    """A date that is followed by the name of its zone (`2024-10-25T18:53[Asia/Dubai]`)."""
    try:
        zone = ZoneInfo(named[2])
    except ZoneInfoNotFoundError:
        return None
    stated = _parse_machine_date(named[1].strip(), zone)
    return stated and replace(stated, raw=raw, zone_stated=stated.instant is not None)


def _from_iso(match: re.Match[str], raw: str, zone: tzinfo) -> StatedDate | None:
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if year < 1900:
        return None  # a Persian or Hijri year: read as a written date
    if match[4] is None:
        return _date_at_time(raw, date(year, month, day), None, zone)
    named_zone: tzinfo | None = UTC if match[7] else None
    if match[8]:
        size = timedelta(hours=int(match[9]), minutes=int(match[10] or 0))
        named_zone = timezone(-size if match[8] == "-" else size)
    second = min(int(match[6]), 59) if match[6] else None
    time = TimeOfDay(hour=int(match[4]), minute=int(match[5]), second=second, zone=named_zone)
    return _date_at_time(raw, date(year, month, day), time, zone)


# ---------------------------------------------------------------------------- forms made for people


def _parse_written_date(
    raw: str, captured: datetime | None, zone: tzinfo, language: str | None
) -> StatedDate | None:
    text = normalise_levantine_months(fold_for_dates(normalise_spelling(raw)))
    update = _MODIFIED.search(text)
    issued = _PUBLISHED.search(text, update.end()) if update else None
    if update and (issued or update.start() > _LABEL):
        first = _parse_text(
            raw,
            text[issued.start() :] if issued else text[: update.start()],
            captured,
            zone,
            language,
        )
        if first:
            return first
    return _parse_text(raw, text, captured, zone, language)


def _parse_text(
    raw: str, text: str, captured: datetime | None, zone: tzinfo, language: str | None
) -> StatedDate | None:
    time, rest = split_time(text, zone)
    hints = DateHints(language=language, zone=zone, captured=captured)
    match = find_date(rest, hints)
    if match is None:
        return _parse_counted_back(raw, text, rest, time, captured, zone)
    if match.month is None or match.day is None:
        return _coarse_date(raw, match.year, match.month, match.calendar)
    if time is None:
        time, _ = split_time(rest[: match.start] + " ~ " + rest[match.end :], zone, dotted=True)
    return _date_at_time(raw, date(match.year, match.month, match.day), time, zone, match)


def _parse_counted_back(
    raw: str, text: str, rest: str, time: TimeOfDay | None, captured: datetime | None, zone: tzinfo
) -> StatedDate | None:
    if captured is None:
        return None
    back = parse_relative_date(text, None, captured=captured, zone=zone)
    if back is None:
        if time is None:
            time, rest = split_time(text, zone, dotted=True)
        back = parse_relative_date(rest, time, captured=captured, zone=(time and time.zone) or zone)
    if back is None:
        return None
    if back.precision == Precision.DAY:
        match = DateMatch(
            year=back.moment.year, month=back.moment.month, day=back.moment.day, relative=True
        )
        return _date_at_time(raw, back.moment.date(), time, zone, match)
    if back.precision in (Precision.MONTH, Precision.YEAR):
        month = back.moment.month if back.precision == Precision.MONTH else None
        return StatedDate(
            instant=None,
            precision=back.precision,
            raw=raw,
            year=back.moment.year,
            month=month,
            relative=True,
        )
    return _exact_date(raw, back.moment, back.precision, zone_stated=True, relative=True)


# --------------------------------------------------------------------------------------- the result


def _coarse_date(
    raw: str, year: int, month: int | None = None, calendar: Calendar = Calendar.GREGORIAN
) -> StatedDate:
    precision = Precision.YEAR if month is None else Precision.MONTH
    return StatedDate(
        instant=None, precision=precision, raw=raw, year=year, month=month, calendar=calendar
    )


def _exact_date(
    raw: str, instant: datetime, precision: Precision, *, zone_stated: bool, relative: bool = False
) -> StatedDate:
    return StatedDate(
        instant=instant,
        precision=precision,
        raw=raw,
        year=instant.year,
        month=instant.month,
        day=instant.day,
        zone_stated=zone_stated,
        relative=relative,
    )


def _date_at_time(
    raw: str,
    day: date,
    time: TimeOfDay | None,
    zone: tzinfo,
    match: DateMatch | None = None,
) -> StatedDate:
    """The stated date of a calendar day, with the time of that day if there is one."""
    named_zone = time.zone if time else None
    local = datetime(
        day.year,
        day.month,
        day.day,
        time.hour if time else 0,
        (time.minute or 0) if time else 0,
        (time.second or 0) if time else 0,
        tzinfo=named_zone or zone,
    )
    # There and back, so that a wall clock the change to summer time skips becomes a time that was.
    instant = local.astimezone(UTC).astimezone(named_zone or zone)
    return StatedDate(
        instant=instant,
        precision=_precision_of(time),
        raw=raw,
        year=day.year,
        month=day.month,
        day=day.day,
        zone_stated=named_zone is not None,
        calendar=match.calendar if match else Calendar.GREGORIAN,
        relative=bool(match and match.relative),
        ambiguous=bool(match and match.ambiguous),
    )


def _precision_of(time: TimeOfDay | None) -> Precision:
    if time is None:
        return Precision.DAY
    if time.minute is None:
        return Precision.HOUR
    return Precision.MINUTE if time.second is None else Precision.SECOND
