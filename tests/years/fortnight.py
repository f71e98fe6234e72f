"""A newspaper's fortnight, crawled every hour: what it does is made up from a seed, what became of
it is counted.

It publishes more by day than by night and at weekends, corrects stories within hours and after
days, takes some down, is silent for a day, broken for some hours, and redesigned towards the end.
The clock of the crawls is the story's (time-machine); nothing waits.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape

import time_machine
from loopback_site.newsroom import BAGHDAD, Newsroom, Story, stories
from loopback_site.server import Behaviour, Site, Talk, say

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from archive.model.alarm import Alarm
from crawler.alarms.watch import watch_sites
from crawler.crawl.options import CrawlOptions
from crawler.engine.run import crawl_sites

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A_DAY = 26  # stories
BREAKS, MENDED = BEGAN + 8 * DAY + 10 * HOUR, BEGAN + 8 * DAY + 16 * HOUR  # 503 in between
FRESH = 8 * HOUR  # an edit of a story no older than that
EDITS, TAKEDOWNS = 13, 8


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to the newspaper at a time."""

    at: datetime
    kind: str  # publish, edit, remove
    path: str


@dataclass(slots=True)
class Outcome:
    """What became of a fortnight: what was asked for, by kind, and how late each event was noticed.

    `spent`: requests for robots.txt, sitemaps, feeds, listings, new articles, visits of known ones,
    and others.
    """

    spent: Counter[str] = field(default_factory=Counter)
    articles: int = 0
    late: dict[Event, timedelta | None] = field(default_factory=dict)
    versions: int = 0
    alarms: list[tuple[datetime, Alarm]] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """Requests in all, without those for robots.txt."""
        return self.spent.total() - self.spent["robots"]

    def count(self, targets: Iterable[str], known: set[str]) -> None:
        """Count what a crawl asked for; `known` are the stories that were asked for before."""
        for target in targets:
            path = target.partition("?")[0]
            kind = _kind_of(path)
            self.spent["visits" if kind == "articles" and path in known else kind] += 1
            known.add(path)

    def in_time(self, kind: str, bound: timedelta, until: datetime) -> tuple[int, int]:
        """How many events of a kind (`fresh` and `old` edits, too) were noticed within a time, and
        of how many: those after which so much time was left until the end.
        """
        began = {event.path: event.at for event in self.late if event.kind == "publish"}
        ages = {"fresh": True, "old": False}
        chosen = [
            late
            for event, late in self.late.items()
            if event.at + bound <= until
            and (
                event.kind == kind
                if kind not in ages
                else event.kind == "edit" and (event.at - began[event.path] <= FRESH) is ages[kind]
            )
        ]
        return sum(late is not None and late <= bound for late in chosen), len(chosen)

    def of(self, kind: str) -> list[timedelta | None]:
        """How late the events of one kind were noticed; None where they never were."""
        return [late for event, late in self.late.items() if event.kind == kind]


def _kind_of(path: str) -> str:
    """What a path of the newspaper is."""
    first = path.strip("/").split("/")[0]
    if first in {"", "section"}:
        return "listings"
    if first == "news":
        return "articles" if path.count("/") == 2 else "others"
    if first == "robots.txt":
        return "robots"
    return "sitemaps" if "sitemap" in first else "feeds"


class LivingPaper(Newsroom):
    """The newspaper; `states` whether its sitemap says when each story changed last."""

    def __init__(self, *, states: bool) -> None:
        super().__init__([], page_size=20)
        self.states = states
        self.broken = False
        self.redesigned = False

    def __call__(self, talk: Talk) -> Behaviour | None:
        """The behaviour of a path."""
        if self.broken and talk.path != "/robots.txt":
            return say("الموقع تحت الصيانة", status="503 Service Unavailable")
        if talk.path == "/sitemap.xml":
            return say(self._stating_sitemap(talk.site.url), kind="application/xml")
        return super().__call__(talk)

    def _stating_sitemap(self, root: str) -> str:
        entries = "".join(
            f"<url><loc>{root}{story.path}</loc>"
            + (
                f"<lastmod>{(story.modified or story.published).isoformat()}</lastmod>"
                if self.states
                else ""
            )
            + "</url>"
            for story in self.newest_first
        )
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'

    def _frame(self, title: str, content: str, head: str = "") -> str:
        if not self.redesigned:
            return super()._frame(title, content, head)
        content = content.replace("<article>", "<section class=story-v2>")
        content = content.replace("</article>", "</section>").replace("<div class=text>", "<div>")
        return (
            super()
            ._frame(title, f"<div class=shell>{content}</div>", head)
            .replace("<main>", f"<div data-title='{escape(title)}'>")
            .replace("</main>", "</div>")
        )


def events(days: int, seed: int) -> list[Event]:
    """What happens in so many days, by time."""
    chance = random.Random(seed)  # noqa: S311
    happened: list[Event] = []
    number = 0
    for day in range(days):
        begins = BEGAN + day * DAY
        silent, weekend = day == 6, day % 7 in {4, 5}
        for _ in range(0 if silent else A_DAY // 2 if weekend else A_DAY):
            hour = min(23.9, max(0.0, chance.gauss(12, 4)))
            happened.append(Event(begins + hour * HOUR, "publish", f"/news/{1001 + number}"))
            number += 1
    published = sorted(happened, key=lambda event: event.at)
    share = days / 14
    for at in range(round(EDITS * share)):
        event = chance.choice(published[: len(published) * 3 // 4])
        fresh = at % 2 == 0
        after = chance.uniform(0.5, 6) * HOUR if fresh else chance.uniform(1, 3) * DAY
        happened.append(Event(event.at + after, "edit", event.path))
    for _ in range(round(TAKEDOWNS * share)):
        event = chance.choice(published[: len(published) * 3 // 4])
        happened.append(Event(event.at + chance.uniform(0.2, 3) * DAY, "remove", event.path))
    end = BEGAN + days * DAY
    return sorted((event for event in happened if event.at < end), key=lambda event: event.at)


def live(
    site: Site, paper: LivingPaper, days: int, seed: int
) -> Iterator[tuple[datetime, list[Event]]]:
    """Let the days pass an hour at a time; yields each hour's end with what happened in it."""
    plan = events(days, seed)
    made = {story.path: story for story in stories(days * A_DAY)}
    del site
    for hour in range(days * 24):
        now = BEGAN + (hour + 1) * HOUR
        past = [event for event in plan if now - HOUR <= event.at < now]
        happened = [event for event in past if _happens(paper, event, made)]
        paper.broken = BREAKS <= now < MENDED
        paper.redesigned = hour >= 11 * 24
        yield now, happened


def _happens(paper: LivingPaper, event: Event, made: dict[str, Story]) -> bool:
    """Have an event happen; False where its story was taken down before."""
    story = paper.stories.get(event.path)
    if event.kind == "publish":
        # as its readers' clocks show it: the page has it in words, too
        paper.publish(replace(made[event.path], published=event.at.astimezone(BAGHDAD)))
    elif story is None:
        return False
    elif event.kind == "edit":
        # within a paragraph: a line that all corrected stories have would be learned as boilerplate
        lead = f"{story.body[0]} وصححت الصحيفة هذه الفقرة بعد النشر في {event.at:%d %H:%M}."
        paper.edit(event.path, body=(lead, *story.body[1:]), modified=event.at)
    else:
        paper.remove(event.path)
    return True


def fortnight(
    layout: CollectionFolder,
    *,
    states: bool,
    days: int = 14,
    seed: int = 1,
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Crawl the newspaper every hour of so many days; what became of it."""
    paper, outcome = LivingPaper(states=states), Outcome()
    known: set[str] = set()
    with Site(homes=(paper,)) as site:
        table = SiteConfig(
            name="paper", start=(site.url + "/",), delay=0.0, timezone="Asia/Baghdad", language="ar"
        )
        config = CollectionConfig(name="fortnight", sites=(table,))
        for now, past in live(site, paper, days, seed):
            site.wire.clear()
            with time_machine.travel(now):
                summary: CrawlSummary = crawl_sites(layout, config, [table], CrawlOptions())[0]
                opened = watch_sites(layout, config, [table], now).opened
            outcome.alarms += [(now, alarm) for alarm in opened]
            outcome.count(site.wire.targets, known)
            outcome.late |= dict.fromkeys(past)
            _notice(layout, site.url, outcome, now)
            if now.hour == 0:
                tell(f"{now:%d %b}: {outcome.requests} requests, {summary.outcome}")
        with closing(sqlite3.connect(layout.index_db)) as db:
            outcome.articles, outcome.versions = db.execute(
                "SELECT count(*), sum(versions) FROM articles"
            ).fetchone()
    return outcome


def _notice(layout: CollectionFolder, root: str, outcome: Outcome, now: datetime) -> None:
    """Note which events the index tells of now for the first time."""
    waiting = [event for event, late in outcome.late.items() if late is None]
    with closing(sqlite3.connect(layout.index_db)) as db:
        for event in waiting:
            row = db.execute(
                "SELECT versions, d.article_id FROM articles a LEFT JOIN disappearances d"
                " ON d.article_id = a.id WHERE a.url = ?",
                (root + event.path,),
            ).fetchone()
            if row is None:
                continue
            edits = sum(
                other.kind == "edit" and other.path == event.path and other.at <= event.at
                for other in outcome.late
            )
            seen = {
                "publish": True,
                "edit": row[0] > edits,
                "remove": row[1] is not None,
            }[event.kind]
            if seen:
                readable = MENDED if BREAKS <= event.at + HOUR < MENDED else event.at
                outcome.late[event] = max(now - readable, timedelta())
