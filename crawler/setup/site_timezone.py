"""Which time zone a site publishes in, learned from dates that its own pages, feeds and sitemaps
state.

Pure: offsets in, a zone and the reason for it out. A zone is believed when its offset agrees with
the dates at the very instants they name, so that summer time tells zones apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from importlib import resources
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

# Tried in this order after the zones of the host's own country: where Arabic news is made, then the
# rest of the world's newsrooms. Offsets are shared by many zones; the first that fits is as good as
# any other for reading dates.
_ZONES = [
    "Asia/Riyadh",
    "Asia/Dubai",
    "Africa/Cairo",
    "Asia/Baghdad",
    "Asia/Beirut",
    "Asia/Damascus",
    "Asia/Amman",
    "Asia/Jerusalem",
    "Africa/Tripoli",
    "Africa/Tunis",
    "Africa/Algiers",
    "Africa/Casablanca",
    "Africa/Khartoum",
    "Asia/Tehran",
    "Asia/Kabul",
    "Asia/Karachi",
    "Europe/Istanbul",
    "Europe/London",
    "Europe/Paris",
    "Europe/Athens",
    "Europe/Moscow",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Asia/Jakarta",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
]

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)")
# RFC 822 dates of feeds; named zones other than GMT are too ambiguous to count.
_RFC822 = re.compile(r"(\d{1,2}) (\w{3}) (\d{4}) (\d\d:\d\d(?::\d\d)?) ([+-]\d{4}|GMT|UTC|UT|Z)\b")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

# A zone is believed where it explains this share of the dates: one page in five may carry a date
# from elsewhere.
_AGREEMENT = 0.8
_EARLIEST, _LATEST = timedelta(hours=-12), timedelta(hours=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedZone:
    """A time zone's IANA name, and why it was chosen in words; `sure` where the site's own dates
    say so.
    """

    zone: str
    why: str
    confident: bool


def stated_instants(text: str) -> Iterator[datetime]:
    """The dates in `text` that carry their offset (ISO 8601, RFC 822), as aware datetimes with that
    very offset.
    """
    for day, clock, offset in _ISO.findall(text):
        yield from _parse_with_offset(f"{day}T{clock}", offset)
    for day, month, year, clock, offset in _RFC822.findall(text):
        if month.title() in _MONTHS:
            stated = f"{year}-{_MONTHS.index(month.title()) + 1:02d}-{int(day):02d}T{clock}"
            yield from _parse_with_offset(stated, "Z" if offset.isalpha() else offset)


def wall_offset(instant: datetime, wall: datetime) -> datetime | None:
    """`instant` (aware) with the UTC offset, in quarters of an hour, at which its clock shows
    `wall` (naive); None if no offset in use on Earth does.

    For pages whose metadata are in UTC while readers see local time. A difference of up to a
    minute is ignored: one of the two may lack seconds.
    """
    difference = wall - instant.astimezone(UTC).replace(tzinfo=None, second=0, microsecond=0)
    quarters = round(difference / timedelta(minutes=15))
    offset = timedelta(minutes=15) * quarters
    if abs(difference - offset) > timedelta(minutes=1) or not _EARLIEST <= offset <= _LATEST:
        return None
    return instant.astimezone(timezone(offset))


def learn_zone(instants: Sequence[datetime], url: str) -> LearnedZone:
    """The zone that explains `instants` (aware, with the offsets as published); else the country's;
    else UTC.
    """
    with_offset = [moment for moment in instants if moment.utcoffset()]
    if with_offset and len(with_offset) * 2 >= len(instants):
        for name in (*country_zones(url), *_ZONES):
            agreeing = sum(_agrees(name, moment) for moment in with_offset)
            if agreeing >= _AGREEMENT * len(with_offset):
                return LearnedZone(
                    zone=name,
                    why=f"{agreeing} of {len(with_offset)} dates of the site fit it",
                    confident=True,
                )
        offset = with_offset[0].strftime("%z")
        return LearnedZone(
            zone="UTC",
            why=f"its dates say {offset}, which fits no zone all year: please check",
            confident=False,
        )
    zones = country_zones(url)
    if zones:
        seen = "its dates are in UTC" if instants else "no dated page was found"
        return LearnedZone(
            zone=zones[0],
            why=f"by the country in its address; {seen}: please check",
            confident=False,
        )
    if instants:
        return LearnedZone(
            zone="UTC", why=f"all {len(instants)} dates of the site are in UTC", confident=True
        )
    return LearnedZone(
        zone="UTC", why="nothing tells the site's zone: please check", confident=False
    )


def country_zones(url: str) -> list[str]:
    """The time zones of the country whose top-level domain the URL's host ends in, the chief one
    first.
    """
    label = (urlsplit(url).hostname or "").rpartition(".")[2].upper()
    code = {"UK": "GB"}.get(label, label)
    if not re.fullmatch(r"[A-Z]{2}", code):
        return []
    lines = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8").splitlines()
    return [line.split("\t")[2] for line in lines if line.startswith(f"{code}\t")]


def instants_of(texts: Iterable[str | None]) -> list[datetime]:
    """All stated instants of several texts."""
    return [moment for text in texts if text for moment in stated_instants(text)]


def _agrees(zone: str, moment: datetime) -> bool:
    return moment.astimezone(ZoneInfo(zone)).utcoffset() == moment.utcoffset()


def _parse_with_offset(stated: str, offset: str) -> Iterator[datetime]:
    try:
        yield datetime.fromisoformat(stated + offset)
    except ValueError:
        return
