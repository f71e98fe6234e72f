"""When a site is to be crawled next, and since when that is overdue.

Pure, but for `last_starts`, which asks the index and the frontier. What has `run-due` called is
`crawler.admin.schedule`'s; crawling what is due is `crawler.engine.run`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cronsim import CronSim

from archive.config import SiteConfig
from archive.layout import CollectionFolder
from archive.query.reports import AHEAD, crawls_ahead, last_crawls
from crawler.frontier.host_memory import holds
from crawler.frontier.noted_runs import noted_back_fill_starts, noted_starts
from crawler.politeness.host_pacing import MAX_HELD

# Every schedule whose minutes are multiples of five is met to the minute by asking every five
# minutes.
_STEP = 5
# A site is overdue once it has been due for as long as lies between two of its times, and this
# much more for the crawls that were before it; at a day or more between them sooner.
_SLACK = timedelta(hours=1)
_LONGEST_WAIT = timedelta(hours=6)
# A rebuild or import that takes longer than this keeps sites from being crawled at all.
_LONGEST_HOLD = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastStarts:
    """When the last crawl of each site began. `ahead`: the sites whose last crawl is dated later
    than now, with that date; they are not in `started`, and so due at once. `held`: until when each
    host that asked for it is, or was, to be left alone.
    """

    started: Mapping[str, datetime] = field(default_factory=dict)
    ahead: Mapping[str, datetime] = field(default_factory=dict)
    held: Mapping[str, datetime] = field(default_factory=dict)

    def held_until(self, site: SiteConfig) -> datetime | None:
        """Until when all start hosts of the site are, or were, to be left alone; None where one
        asked for nothing of the kind.
        """
        times = [self.held.get(urlsplit(url).netloc) for url in site.start]
        return None if None in times else min((each for each in times if each), default=None)

    def is_away(self, site: SiteConfig, now: datetime) -> bool:
        """Whether the site asks to be left alone for longer than a crawl waits."""
        until = self.held_until(site)
        return until is not None and until - now > timedelta(seconds=MAX_HELD)


def last_starts(layout: CollectionFolder, now: datetime) -> LastStarts:
    """When the last crawl of each site began, as far as dates can be believed.

    A crawl of a clock that was ahead is dated in the future. It was not the last one where the
    frontier notes another since; else the site's other dates say nothing, and it is due. Back-fills
    put off no crawl.
    """
    noted = noted_starts(layout.frontier)
    ahead, started = _dated_starts(layout, noted, now)
    for site, began in noted_back_fill_starts(layout.frontier).items():
        if site in started and _is_same_second(started[site], began):
            # a back-fill is no crawl that the schedule asks for
            del started[site]
            if site in noted and noted[site] <= now:
                started[site] = noted[site]
    held = holds(layout.frontier, now.timestamp())
    return LastStarts(
        started={site: time for site, time in started.items() if site not in ahead},
        ahead=ahead,
        held={host: datetime.fromtimestamp(until, UTC) for host, until in held.items()},
    )


def _dated_starts(
    layout: CollectionFolder, noted: Mapping[str, datetime], now: datetime
) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """The dates of last crawls that are in the future and are the last ones, and those that are
    not. Of an index that does not know of all crawls, since it is being made anew, or can tell of
    none, the later ones are those `noted`.
    """
    written = layout.with_written_index()
    if not written.has_usable_index():
        return {}, {site: time for site, time in noted.items() if time <= now}
    ahead = {
        site: date
        for site, date in crawls_ahead(written.index_db, now).items()
        if noted.get(site, date) > now + AHEAD
    }
    started = last_crawls(written.index_db, now=now)
    if written is not layout:
        for site, time in noted.items():
            if time <= now:
                started[site] = max(time, started.get(site, time))
    return ahead, started


def _is_same_second(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=1)


def is_due(site: SiteConfig, last_started: datetime | None, now: datetime) -> bool:
    """Whether the site's schedule has come round since its last crawl began; a site never crawled
    is due at once, a paused one never.

    The schedule is meant in the site's own time zone, and what was missed (the machine was off) is
    made good once.
    """
    if site.schedule is None or site.paused:
        return False
    if last_started is None:
        return True
    return due_time(site, last_started) <= now


def due_time(site: SiteConfig, last_started: datetime) -> datetime:
    """When a site with a schedule is due next, as an aware UTC datetime: its `jitter` included."""
    if site.schedule is None:
        raise ValueError(f"{site.name} has no schedule")
    time = next_time(site.schedule, site.timezone, last_started)
    return time + jitter_offset(site, time)


def jitter_offset(site: SiteConfig, time: datetime) -> timedelta:
    """How long after `time` a site begins, in whole seconds up to `jitter`: always the same for one
    site and time, and evenly spread over sites and times.
    """
    digest = hashlib.sha256(f"{site.name}\n{time.timestamp():.0f}".encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    return timedelta(seconds=int(share * site.jitter))


def next_time(schedule: str, timezone: str, after: datetime) -> datetime:
    """The first time the schedule comes round after `after`, as an aware UTC datetime."""
    return next(CronSim(schedule, after.astimezone(ZoneInfo(timezone)))).astimezone(UTC)


def due_sites(
    sites: Iterable[SiteConfig], last_started: Mapping[str, datetime], now: datetime
) -> list[SiteConfig]:
    """The sites to crawl now, the one that has waited longest first."""
    waiting = [site for site in sites if is_due(site, last_started.get(site.name), now)]
    return sorted(
        waiting, key=lambda site: last_started.get(site.name, datetime.min.replace(tzinfo=UTC))
    )


def polling_minutes(sites: Iterable[SiteConfig]) -> int:
    """How often, in minutes, to ask which sites are due so that none is late: 5, or 1 where a
    schedule needs it.
    """
    now = datetime(2000, 1, 1, tzinfo=UTC)
    minutes = {
        minute for site in sites if site.schedule for minute in CronSim(site.schedule, now).minutes
    }
    return _STEP if all(minute % _STEP == 0 for minute in minutes) else 1


def timing_problem(
    site: SiteConfig,
    starts: LastStarts,
    now: datetime,
    *,
    since: datetime,
    busy: bool = False,
    running: bool = False,
) -> str | None:
    """What is wrong with when the site was crawled last, in words, or None.

    `since` is when the configuration was last written: from then on a site never crawled has been
    due. `busy`: a process has the whole collection, and may take its time; `running`: one crawls
    the site.
    """
    if (ahead := starts.ahead.get(site.name)) is not None:
        return (
            f"the last crawl is dated {ahead:%Y-%m-%d %H:%M} UTC, which is in the future: the clock"
            " was wrong then, or is wrong now; see `warraq doctor`"
        )
    if site.schedule is None or site.paused or running:
        return None
    last = starts.started.get(site.name)
    due = since if last is None else due_time(site, last)
    due = max(due, starts.held_until(site) or due)  # nobody crawls it before
    following = next_time(site.schedule, site.timezone, due)
    patience = min(following - due, _LONGEST_WAIT) + _SLACK + timedelta(seconds=site.jitter)
    if now - due <= patience + (_LONGEST_HOLD if busy else timedelta()):
        return None
    return (
        f"due since {due:%Y-%m-%d %H:%M} UTC, and not crawled: does cron or systemd call"
        " `warraq run-due`? see `warraq schedule --help`"
    )
