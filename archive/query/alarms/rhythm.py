"""How many articles a site brings at which hour of the week, learned from the weeks before.

The volume of an hour is the volume of its day of the week (a median, so that a holiday or a day of
breaking news teaches nothing) times the hour's share of a day. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import mean, median
from zoneinfo import ZoneInfo

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Whole days that are needed to know anything; from a week on each day of the week was seen.
FEWEST_DAYS, WEEK = 4, 7
# So many of one day of the week have a median of their own; fewer are held against all days.
OWN_MEDIAN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """The usual volume: articles for each day of the week (Monday first), and each hour's share of
    a day. `learned` is the number of whole days it was learned from.
    """

    days: tuple[float, ...]
    hours: tuple[float, ...]
    zone: str
    learned: int

    def expected(self, start: datetime, end: datetime) -> float:
        """How many articles a time usually brings (aware datetimes)."""
        zone, total = ZoneInfo(self.zone), 0.0
        for begins, ends in _hours_between(start, end):
            local = begins.astimezone(zone)
            share = (ends - begins) / HOUR
            total += share * self.days[local.weekday()] * self.hours[local.hour]
        return total


def learn_rhythm(
    times: Iterable[datetime], since: datetime, until: datetime, zone: str
) -> Rhythm | None:
    """The rhythm of a site by the `times` (aware) of its articles between `since` and `until`; None
    where there are less than FEWEST_DAYS whole days, by the site's own clock.
    """
    local = ZoneInfo(zone)
    first = since.astimezone(local).date() + DAY
    last = until.astimezone(local).date() - DAY
    length = (last - first).days + 1
    if length < FEWEST_DAYS:
        return None
    counts, hours = Counter[date](), [0] * 24
    for time in times:
        moment = time.astimezone(local)
        if first <= moment.date() <= last:
            counts[moment.date()] += 1
            hours[moment.hour] += 1
    every = [counts[first + number * DAY] for number in range(length)]
    by_weekday: defaultdict[int, list[int]] = defaultdict(list)
    for number, count in enumerate(every):
        by_weekday[(first + number * DAY).weekday()].append(count)
    days = tuple(_volume_of_day(by_weekday[day], every) for day in range(7))
    return Rhythm(days=days, hours=_shares_of_hours(hours), zone=zone, learned=length)


def _volume_of_day(own: Sequence[int], every: Sequence[int]) -> float:
    """The usual volume of a day of the week. A day never seen counts as the quietest of all, one
    seen rarely as no more than any day.
    """
    if not own:
        return float(min(every))
    return float(median(own)) if len(own) >= OWN_MEDIAN else min(mean(own), float(median(every)))


def _shares_of_hours(counts: Sequence[int]) -> tuple[float, ...]:
    """Each hour's share of a day, smoothed with the hours before and after it."""
    total = sum(counts)
    if not total:
        return (1 / 24,) * 24
    smooth = [
        (counts[hour - 1] + 2 * counts[hour] + counts[(hour + 1) % 24]) / 4 for hour in range(24)
    ]
    return tuple(count / total for count in smooth)


def _hours_between(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """A time cut at the full hours."""
    while start < end:
        full = start.replace(minute=0, second=0, microsecond=0) + HOUR
        yield start, min(full, end)
        start = full
