"""Weeks of a made-up site as rows: what the index would hold of it, for alarms to be tried on.

It publishes by a rhythm of days and hours, less on holidays, with the noise of every site: dead
links, a slow hour, an article without its author. A fault may begin at a time, and end.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from archive.model.alarm import Alarm, AlarmKind
from archive.query.alarms.detection import detect_alarms
from archive.query.alarms.site_history import (
    WINDOW,
    PastCrawl,
    PastFailure,
    PastGone,
    SeenArticle,
    SiteHistory,
    SourceCapture,
)

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A newsroom's day: nights are nearly empty, mornings and evenings full.
HOURS = (1, 0, 0, 0, 0, 1, 3, 6, 8, 9, 9, 8, 7, 7, 8, 8, 7, 6, 6, 6, 5, 4, 3, 2)
HOME = "https://paper.example/"
SITEMAP, FEED = HOME + "sitemap.xml", HOME + "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """How a site works: articles a working day, their share on days of the weekend (Monday is 0),
    holidays by day number with the share published on them, how often it is crawled.
    """

    a_day: float = 26
    weekend: tuple[int, ...] = (4, 5)
    at_weekends: float = 0.5
    holidays: tuple[int, ...] = (24, 25, 26)
    on_holidays: float = 0.33
    every: timedelta = HOUR
    zone: str = "Asia/Baghdad"
    dated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, from when, for how long."""

    kind: AlarmKind
    begins: timedelta
    lasts: timedelta = 2 * DAY

    def holds(self, time: datetime) -> bool:
        """Whether it is on at a time."""
        return BEGAN + self.begins <= time < BEGAN + self.begins + self.lasts


@dataclass(slots=True)
class Weeks:
    """Everything that happened, each list by time."""

    articles: list[SeenArticle] = field(default_factory=list)
    crawls: list[PastCrawl] = field(default_factory=list)
    failures: list[PastFailure] = field(default_factory=list)
    gone: list[PastGone] = field(default_factory=list)
    sources: dict[str, list[SourceCapture]] = field(default_factory=lambda: {SITEMAP: [], FEED: []})

    def until(self, now: datetime, zone: str) -> SiteHistory:
        """What the index would give at a time."""
        since = now - WINDOW
        return SiteHistory(
            site="paper",
            zone=zone,
            starts=(HOME,),
            articles=_between(self.articles, since, now, lambda row: row.seen),
            crawls=_between(self.crawls, since, now, lambda row: row.started),
            failures=_between(self.failures, since, now, lambda row: row.at),
            gone=_between(self.gone, since, now, lambda row: row.since),
            sources=tuple(
                (url, _thinned(_between(rows, now - 28 * DAY, now, lambda row: row.captured)))
                for url, rows in self.sources.items()
            ),
        )


def _between(rows, since, until, key):  # type: ignore[no-untyped-def]
    return tuple(rows[bisect_right(rows, since, key=key) : bisect_right(rows, until, key=key)])


def _thinned(rows: tuple[SourceCapture, ...]) -> tuple[SourceCapture, ...]:
    """The first of each day and the last sixty, as the index is asked for."""
    days = {row.captured.date(): row for row in reversed(rows)}
    return (*(row for row in reversed(days.values()) if row not in rows[-60:]), *rows[-60:])


def live_through(room: Newsroom, days: int, seed: int, fault: Fault | None = None) -> Weeks:
    """So many days of a newsroom, crawled all the while."""
    chance, weeks = random.Random(seed), Weeks()  # noqa: S311
    published = sorted(_publications(room, days, chance))
    waiting = iter([*published, BEGAN + (days + 1) * DAY])
    coming = next(waiting)
    for number in range(int(days * DAY / room.every)):
        now = BEGAN + (number + 1) * room.every
        new: list[datetime] = []
        while coming < now:
            new.append(coming)
            coming = next(waiting)
        on = fault if fault is not None and fault.holds(now) else None
        _crawl(weeks, room, now, new, chance, on)
    return weeks


def _publications(room: Newsroom, days: int, chance: random.Random) -> Iterator[datetime]:
    for day in range(days):
        weekday = (BEGAN + day * DAY).weekday()
        volume = room.a_day * chance.lognormvariate(0, 0.15)
        volume *= room.at_weekends if weekday in room.weekend else 1
        volume *= room.on_holidays if day in room.holidays else 1
        count = int(volume) + (chance.random() < volume % 1)
        for hour in chance.choices(range(24), HOURS, k=count):
            yield BEGAN + day * DAY + (hour - 3 + chance.random()) * HOUR


def _crawl(
    weeks: Weeks,
    room: Newsroom,
    now: datetime,
    new: list[datetime],
    chance: random.Random,
    fault: Fault | None,
) -> None:
    kind = fault.kind if fault else None
    name = f"crawl-{len(weeks.crawls)}"
    if kind is AlarmKind.SILENCE:
        new = []
    asked = 6 + 2 * len(new) + chance.randrange(4)
    failed: list[tuple[str, str]] = []
    if chance.random() < 0.1:  # dead links, as every site has them
        failed.append((f"{HOME}dead/{chance.randrange(9)}", "HTTP 404"))
    if chance.random() < 0.02:  # a slow moment
        failed += [(f"{HOME}news/{chance.random()}", "timeout: no answer within 30 s")] * 2
    if kind is AlarmKind.WALL:
        failed += [(HOME, "challenge: cf_chl"), (FEED, "HTTP 403"), (SITEMAP, "HTTP 403")]
        new, asked = [], 4
    if kind is AlarmKind.ERRORS:
        failed += [(f"{HOME}news/e{now}{n}", "HTTP 500, at 4 tries") for n in range(len(new) + 2)]
    if kind is AlarmKind.ALWAYS_FAILING:
        failed.append((f"{HOME}news/broken", "timeout: reading took longer than 60 s"))
    weeks.failures += [
        PastFailure(url=url, crawl=name, stage="fetch", reason=reason, at=now)
        for url, reason in failed
    ]
    weeks.articles += [_article(room, time, now, chance, kind) for time in new]
    weeks.crawls.append(
        PastCrawl(id=name, started=now, finished=now, fetched=asked, new=len(new), bytes=10**6)
    )
    if chance.random() < 0.02:
        weeks.gone.append(PastGone(since=now, reason="HTTP 404"))
    if kind is AlarmKind.GONE:
        weeks.gone += [PastGone(since=now, reason="error-page: not found")] * 4
    _sources(weeks, now, bool(new), kind, chance)


def _article(
    room: Newsroom, time: datetime, now: datetime, chance: random.Random, kind: AlarmKind | None
) -> SeenArticle:
    article = SeenArticle(
        seen=now,
        published=time if room.dated else None,
        author=chance.random() < 0.7,
        section=chance.random() < 0.95,
        words=int(chance.lognormvariate(5.6, 0.5)),
    )
    if kind is AlarmKind.LAYOUT:
        article = replace(article, author=False, published=None)
    if kind is AlarmKind.FUTURE_DATES:
        article = replace(article, published=now + timedelta(hours=3))
    return article


def _sources(
    weeks: Weeks, now: datetime, is_new: bool, kind: AlarmKind | None, chance: random.Random
) -> None:
    for url, rows in weeks.sources.items():
        sort = "feed" if url == FEED else "sitemap"
        emptied = kind is AlarmKind.EMPTY_SOURCE and url == SITEMAP
        row = SourceCapture(
            id=f"{url} {now}",
            captured=now,
            status=200,
            kind=sort,
            length=chance.randrange(5000, 6000),
        )
        if emptied:
            row = replace(row, length=500, entries=0)
        elif not is_new and rows:
            row = replace(row, is_revisit=True, same_as=rows[-1].same_as or rows[-1].captured)
        elif chance.random() < 0.01:
            row = replace(row, status=503, kind="other")
        rows.append(row)


@dataclass(slots=True)
class Watched:
    """When which alarms were open, and what of it was false."""

    opened: list[tuple[datetime, Alarm]] = field(default_factory=list)
    closed: list[tuple[datetime, AlarmKind]] = field(default_factory=list)

    def false_alarms(self, fault: Fault | None) -> list[tuple[datetime, Alarm]]:
        """Those that no fault explains; a wall or a new layout has consequences of its own."""
        return [
            (at, alarm)
            for at, alarm in self.opened
            if fault is None
            or alarm.kind is not fault.kind
            or not fault.begins <= at - BEGAN <= fault.begins + fault.lasts + 2 * DAY
        ]

    def delay(self, fault: Fault) -> timedelta | None:
        """How long after it began a fault was noticed."""
        times = [at for at, alarm in self.opened if alarm.kind is fault.kind]
        times = [at for at in times if at >= BEGAN + fault.begins]
        return times[0] - BEGAN - fault.begins if times else None


def watch(room: Newsroom, weeks: Weeks, *, step: int = 1, begins: timedelta = DAY) -> Watched:
    """Look after every `step`th crawl, as a collection would."""
    watched, known = Watched(), {}
    for crawl in weeks.crawls[::step]:
        now = crawl.started
        if now < BEGAN + begins:
            continue
        current = {
            alarm.kind: alarm
            for alarm in detect_alarms(weeks.until(now, room.zone), now, open_since=known)
        }
        for kind, alarm in current.items():
            if kind not in known:
                known[kind] = alarm.since
                watched.opened.append((now, alarm))
        for kind in [kind for kind in known if kind not in current]:
            del known[kind]
            watched.closed.append((now, kind))
    return watched
