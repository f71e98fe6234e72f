"""An alarm: what is out of the ordinary at a site, or with the collection, until it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlarmKind(StrEnum):
    """What may be wrong. A site has at most one alarm of a kind at a time."""

    SILENCE = "silence"  # no new article for longer than the site ever is without one
    EMPTY_SOURCE = "empty-source"  # a sitemap or feed that announces nothing any more
    LAYOUT = "layout"  # articles are read without what they used to have
    WALL = "wall"  # the crawler is turned away
    ERRORS = "errors"  # an error far more often than usual
    GONE = "gone"  # articles disappear in numbers
    FUTURE_DATES = "future-dates"  # articles dated later than they were captured
    ALWAYS_FAILING = "always-failing"  # addresses that failed whenever they were asked for
    DISK = "disk"  # the collection fills its disk within days


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One thing that is wrong: its kind, since when, and in words what was seen.

    `site` is the name of a site, or None where the whole collection is meant.
    """

    kind: AlarmKind
    since: datetime
    text: str
    site: str | None = None
