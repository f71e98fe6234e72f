"""Dates as sites write them: the table of forms, the calendars, and what no text may do to the
reader.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import Precision
from pipelines.dates.calendars import Calendar
from pipelines.dates.parse import DateVerdict, StatedDate, is_update, judge_date, read_date

CAPTURED = datetime(2024, 10, 25, 15, 0, tzinfo=UTC)
DUBAI = ZoneInfo("Asia/Dubai")
TABLE = Path(__file__).with_name("dates.tsv")
ARABIC_MONTHS = (
    ("يناير", "كانون الثاني", "جانفي", "كانون الثاني/يناير"),
    ("فبراير", "شباط", "فيفري", "فبراير/شباط"),
    ("مارس", "آذار", "مارس", "آذار/مارس"),
    ("أبريل", "نيسان", "أفريل", "نيسان / أبريل"),
    ("مايو", "أيار", "ماي", "مايو/أيار"),
    ("يونيو", "حزيران", "جوان", "حزيران/يونيو"),
    ("يوليو", "تموز", "جويلية", "يوليو/تموز"),
    ("أغسطس", "آب", "أوت", "آب/أغسطس"),
    ("سبتمبر", "أيلول", "شتنبر", "أيلول/سبتمبر"),
    ("أكتوبر", "تشرين الأول", "أكتوبر", "تشرين الأول/أكتوبر"),
    ("نوفمبر", "تشرين الثاني", "نونبر", "نوفمبر/تشرين الثاني"),
    ("ديسمبر", "كانون الأول", "دجنبر", "ديسمبر / كانون الأول"),
)
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def rows() -> list[tuple[str, str, str, str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    split = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(cells[0], cells[1], cells[2], cells[3]) for cells in split]


def as_known(stated: StatedDate | None) -> str:
    """The stated date in ISO 8601, as long as it is known."""
    if stated is None:
        return "-"
    if stated.instant is None:
        return f"{stated.year}" if stated.month is None else f"{stated.year}-{stated.month:02}"
    if stated.precision == Precision.DAY:
        return stated.instant.date().isoformat()
    if stated.precision == Precision.HOUR:
        return stated.instant.strftime("%Y-%m-%dT%H") + stated.instant.isoformat()[-6:]
    return stated.instant.isoformat(
        timespec="minutes" if stated.precision == Precision.MINUTE else "seconds"
    )


def test_the_table_is_large_enough() -> None:
    """At least 120 written forms are promised to be read."""
    assert len({text for text, expected, *_ in rows() if expected != "-"}) >= 120


@pytest.mark.parametrize(("text", "expected", "zone", "language"), rows())
def test_written_form(text: str, expected: str, zone: str, language: str) -> None:
    """Each written form of the table is read to exactly what it says, no more and no less."""
    stated = read_date(text, captured=CAPTURED, zone=ZoneInfo(zone), language=language or None)
    assert as_known(stated) == expected


def test_a_month_is_no_first_of_the_month() -> None:
    """A date known to the month has no instant and says so, and never becomes the first of it."""
    stated = read_date("أكتوبر 2024", captured=CAPTURED, zone=DUBAI)
    assert stated is not None
    assert (stated.instant, stated.precision, stated.year, stated.month, stated.day) == (
        None,
        Precision.MONTH,
        2024,
        10,
        None,
    )


def test_a_year_is_no_first_of_january() -> None:
    """A date known to the year has no instant and says so, and never becomes 1 January."""
    stated = read_date("2024", captured=CAPTURED, zone=DUBAI)
    assert stated is not None
    assert (stated.instant, stated.precision, stated.month) == (None, Precision.YEAR, None)


def test_the_text_is_kept() -> None:
    """The text is kept as it was written, beside what was read from it."""
    stated = read_date(" ٢٥ أكتوبر ٢٠٢٤ ", captured=CAPTURED, zone=DUBAI)
    assert stated is not None
    assert stated.raw == "٢٥ أكتوبر ٢٠٢٤"


def test_a_zone_left_out_is_told_apart_from_one_stated() -> None:
    """Whether the page named a zone is known, so that a wrong site zone can be put right later."""
    bare = read_date("2024-10-25 18:53", captured=CAPTURED, zone=DUBAI)
    stated = read_date("2024-10-25T18:53+04:00", captured=CAPTURED, zone=UTC)
    assert bare is not None
    assert stated is not None
    assert (bare.zone_stated, stated.zone_stated) == (False, True)
    assert bare.instant == stated.instant


def test_a_doubtful_order_is_noted() -> None:
    """03/04/2024 is read by the page's language and marked as readable otherwise; 25/10/2024 is
    not.
    """
    doubtful = read_date("03/04/2024", captured=CAPTURED, zone=DUBAI, language="ar")
    clear = read_date("25/10/2024", captured=CAPTURED, zone=DUBAI, language="ar")
    assert doubtful is not None
    assert clear is not None
    assert (doubtful.ambiguous, clear.ambiguous) == (True, False)


def test_the_calendar_is_noted() -> None:
    """A Hijri date says that it was one; beside a Gregorian date it gives way to it."""
    pure = read_date("22 ربيع الآخر 1446 هـ", captured=CAPTURED, zone=DUBAI)
    both = read_date("21 ربيع الآخر 1446 هـ - 25 أكتوبر 2024", captured=CAPTURED, zone=DUBAI)
    assert pure is not None
    assert both is not None
    assert (pure.calendar, both.calendar) == (Calendar.HIJRI, Calendar.GREGORIAN)
    assert both.day == 25


def test_a_relative_date_needs_the_capture() -> None:
    """Without a time of capture a relative date is no date."""
    assert read_date("قبل 3 ساعات", captured=None, zone=DUBAI) is None


def test_a_paragraph_is_no_date() -> None:
    """A text too long to be a date line is not read, whatever days it names."""
    assert read_date("قال في 25 أكتوبر 2024 " + "كلام " * 80, captured=CAPTURED, zone=DUBAI) is None


@pytest.mark.parametrize(
    "text",
    [
        "آخر تحديث: 4 آذار 2026",
        "Updated Oct 25, 2024",
        "Mis à jour le 25/10/2024",
        "Aktualisiert: 25.10.2024",
    ],
)
def test_update_label(text: str) -> None:
    """A label that speaks of the last change is recognised."""
    assert is_update(text)


def test_publication_label_is_no_update() -> None:
    """A label that speaks of publication is not taken for one of change."""
    assert not is_update("نشر في 25 أكتوبر 2024")


def _stated(text: str) -> StatedDate:
    stated = read_date(text, captured=CAPTURED, zone=DUBAI)
    assert stated is not None
    return stated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-10-25T14:59:00Z", DateVerdict.SOUND),
        ("2024-10-25T17:00:00Z", DateVerdict.FUTURE),
        ("2024-10-27", DateVerdict.FUTURE),
        ("2025-01", DateVerdict.FUTURE),
        ("2024-10", DateVerdict.COARSE),
        ("1970-01-01", DateVerdict.TOO_EARLY),
    ],
)
def test_verdict(text: str, expected: DateVerdict) -> None:
    """A date after the capture, before the Web, or only half known is told from a sound one."""
    assert judge_date(_stated(text), captured=CAPTURED) == expected


def test_verdict_on_discovery() -> None:
    """A date after the page's address was first seen is not sound."""
    discovered = datetime(2024, 10, 20, tzinfo=UTC)
    assert (
        judge_date(_stated("2024-10-25T10:00Z"), captured=CAPTURED, discovered=discovered)
        == DateVerdict.AFTER_DISCOVERY
    )


@given(st.text(max_size=260))
def test_never_raises(text: str) -> None:
    """No text whatever makes the reader raise."""
    read_date(text, captured=CAPTURED, zone=DUBAI, language="ar")


WORDS = st.sampled_from(
    ["25", "10", "2024", "1446", "١٤٠٣", "أكتوبر", "تشرين", "الأول", "رمضان", "مهر", "/", "-", ":", ".", "،", "م", "ص", "GMT", "+04:00", "منذ", "قبل", "ساعات", "أمس", "هـ", "Oct", "99", "0", "T", "Z", "شهر", "9999", "2 years", "ago", "年", "~", "|"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=12), st.sampled_from(["", " "]))
def test_never_raises_on_pieces_of_dates(pieces: list[str], joint: str) -> None:
    """No heap of pieces of dates makes the reader raise, and what it reads is consistent."""
    stated = read_date(joint.join(pieces), captured=CAPTURED, zone=DUBAI)
    if stated is not None:
        assert (stated.instant is None) == (stated.precision in (Precision.MONTH, Precision.YEAR))
        assert stated.instant is None or stated.instant.tzinfo is not None


@given(
    st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2024, 10, 20)),  # noqa: DTZ001 - wall clocks
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
    st.sampled_from(
        [
            "{day} {month} {year}، {time}",
            "{time} - {day} {month} {year}",
            "الجمعة {day} {month}، {year} الساعة {time}",
            "{month} {day}, {year} {time}",
            "نشر في {day}-{month}-{year} {time}",
        ]
    ),
)
def test_arabic_forms_are_read_back(
    moment: datetime, region: int, eastern: bool, halves: bool, form: str
) -> None:
    """Any moment written in any Arab region's months, either digits, with or without ص/م, is read
    back to the minute.
    """
    time = (
        f"{moment.hour % 12 or 12}:{moment.minute:02} {'ص' if moment.hour < 12 else 'م'}"
        if halves
        else f"{moment:%H:%M}"
    )
    text = form.format(
        day=moment.day, month=ARABIC_MONTHS[moment.month - 1][region], year=moment.year, time=time
    )
    stated = read_date(
        text.translate(EASTERN) if eastern else text, captured=CAPTURED, zone=DUBAI, language="ar"
    )
    assert stated is not None
    assert stated.instant == moment.replace(second=0, microsecond=0, tzinfo=DUBAI)
    assert stated.precision == Precision.MINUTE
