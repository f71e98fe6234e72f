"""Dates of changes as sitemaps and feeds state them, and what they say of a page that was captured.

How articles state their publication is `pipelines.dates`' business.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime


def says_unchanged(stated: str | None, asked: str | datetime) -> bool:
    """Whether a stated date says that nothing changed since a page was asked for; a bare day says
    so only of days before that.
    """
    last = datetime.fromisoformat(asked) if isinstance(asked, str) else asked
    return _compare(stated, last) < 0


def says_changed(stated: str | None, asked: datetime) -> bool:
    """Whether a stated date says that a page changed since it was asked for."""
    return _compare(stated, asked) > 0


def _compare(stated: str | None, asked: datetime) -> int:
    """Before (-1) or after (1) a time, or neither: no date, or the same day (0)."""
    instant = stated_instant(stated)
    if instant is None:
        return 0
    if _is_bare_day(str(stated)):
        day, other = instant.date(), asked.astimezone(UTC).date()
        return (day > other) - (day < other)
    return 1 if instant > asked else -1


def stated_instant(text: str | None) -> datetime | None:
    """An aware time from a date as sitemaps (W3C) and feeds (RFC 5322) write it, in UTC where it
    names no zone; None where the text is no such date.
    """
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            instant = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _is_bare_day(text: str) -> bool:
    text = text.strip()
    if len(text) > len("2026-11-28"):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
