"""A newspaper's year, lived through fast: what each month leaves in the index, and what it costs.

Nothing crosses a wire and no WARC is written: captures with what would have been read from them go
through the index's own writer (`Index.apply_captures`), in the batches of a crawl, and what is
asked for is decided by the crawl's own policy (`Recrawl`) on that index, at the year's own time
(time-machine). Reading 80,000 pages would take a quarter of an hour.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import time_machine
from made_captures import made_capture

from archive.config import SiteConfig
from archive.index.writer import Entry, Index
from archive.layout import CollectionFolder
from archive.model import (
    Article,
    Capture,
    CrawlSummary,
    Digest,
    FetchFacts,
    Link,
    PayloadKind,
    Reading,
    RecordType,
    Sighting,
)
from archive.text.shared_lines import make_place
from crawler.admin.recrawl_cost import recrawl_costs
from crawler.discovery.recrawl import Recrawl
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind
from pipelines.near_duplicates import text_signature

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ROOT = "https://paper.example"
FEED = f"{ROOT}/feed"
SITE = SiteConfig(name="paper", start=(f"{ROOT}/",))
BATCH = 50  # captures in a transaction, as in a crawl
MONTH = 30
EDITED, REMOVED = 0.06, 0.03  # shares of the stories
SECTIONS = ("سياسة", "اقتصاد", "رياضة", "ثقافة")
HOUSE_LINE = "تابعوا آخر الأخبار على قناتنا وعلى صفحات الصحيفة في شبكات التواصل."


@dataclass(slots=True)
class Story:
    """One story: when it was published and edited last, how often, whether it is still there, and
    when anything happened to it last; `captured` is its last capture with the edition it shows.
    """

    number: int
    published: datetime
    modified: datetime
    edition: int = 1
    removed: bool = False
    changed: datetime | None = None
    captured: tuple[Capture, int] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"{ROOT}/news/{self.number}"

    @property
    def sitemap(self) -> str:
        """The sitemap that names it: that of its month."""
        return f"{ROOT}/sitemap-{self.published:%Y-%m}.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What stands at the end of a month, and what it cost.

    `asked`: visits of the crawls' own accord. `seconds`: of the processor, for applying the
    captures, for asking the policy what is due (all crawls of the month), and for one
    `schedule --explain`.
    """

    number: int
    articles: int
    versions: int
    captures: int
    new_captures: int
    index_bytes: int
    free_bytes: int
    days: int
    asked: int
    expected: float
    applying: float
    asking: float
    crawls: int
    explaining: float

    @property
    def per_article(self) -> float:
        """Bytes of the index for each article."""
        return self.index_bytes / self.articles

    @property
    def asked_a_day(self) -> float:
        """Visits a day of the crawls' own accord."""
        return self.asked / self.days

    @property
    def floor(self) -> float:
        """Visits a day that the floor for takedowns is worth: each article once a quarter."""
        return self.articles / 91

    def __str__(self) -> str:
        return (
            f"month {self.number:2}: {self.articles:6} articles, {self.captures:6} captures,"
            f" {self.index_bytes / 1e6:6.1f} MB index, {self.per_article:6.0f} bytes an article;"
            f" {1000 * self.applying / self.new_captures:5.2f} s per 1,000 captures applied;"
            f" {self.asked_a_day:5.1f} visits a day of its own accord ({self.expected:.1f} by"
            f" schedule --explain), {1000 * self.asking / self.crawls:6.1f} ms a crawl to ask what"
            f" is due, {1000 * self.explaining:6.1f} ms for schedule --explain"
        )


class Words:
    """Made-up Arabic prose with few frequent and ever more rare words, as in every language."""

    def __init__(self, chance: random.Random) -> None:
        letters = "ابتجحدرزسشصطعفقكلمنهوي"
        made = ("".join(chance.choices(letters, k=chance.randint(3, 7))) for _ in range(30_000))
        self._words = list(dict.fromkeys(made))
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self._words))))
        self._chance = chance

    def say(self, count: int) -> str:
        """So many words."""
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=count))


@dataclass(slots=True)
class Spent:
    """What a month costs, as it goes on."""

    asked: int = 0
    crawls: int = 0
    applying: float = 0.0
    asking: float = 0.0
    captures: int = 0


@dataclass(slots=True)
class Year:
    """The newspaper with `a_day` stories on each day, crawled `crawls` times a day."""

    layout: CollectionFolder
    a_day: int
    crawls: int = 2
    seed: int = 1
    stories: dict[str, Story] = field(default_factory=dict)
    _coming: list[tuple[datetime, str, str]] = field(default_factory=list)  # edits, takedowns
    _offset: int = 0
    _spent: Spent = field(default_factory=Spent)
    _chance: random.Random = field(default_factory=random.Random)
    _words: Words | None = None

    def live(self, days: int, month: int = MONTH) -> Iterator[Month]:
        """Live through so many days; yields each month of so many days when it is over."""
        self._chance = random.Random(self.seed)  # noqa: S311
        self._words = Words(self._chance)
        with Index(self.layout.index_db) as index:
            for day in range(days):
                for crawl in range(1, self.crawls + 1):
                    now = BEGAN + day * DAY + crawl * DAY / self.crawls
                    self._happen(now - DAY / self.crawls, now)
                    with time_machine.travel(now, tick=False):
                        self._crawl(index, now)
                if (day + 1) % month == 0:
                    yield self._conclude((day + 1) // month, month, now)

    # ------------------------------------------------------------------------------ the newspaper

    def _happen(self, begins: datetime, ends: datetime) -> None:
        """Publish, edit and remove what is to be by a time."""
        chance = self._chance
        whole, rest = divmod(self.a_day, self.crawls)
        for _ in range(whole + (chance.random() < rest / self.crawls)):
            at = begins + chance.random() * (ends - begins)
            story = Story(len(self.stories) + 1, at, at)
            self.stories[story.url] = story
            if chance.random() < EDITED:  # most within a day, some after months
                after = min(chance.lognormvariate(-1.5, 1.5), 120.0)
                self._coming.append((at + after * DAY, "edit", story.url))
            if chance.random() < REMOVED:
                self._coming.append((at + chance.uniform(0.1, 200) * DAY, "remove", story.url))
        due = sorted(each for each in self._coming if each[0] < ends)
        self._coming = [each for each in self._coming if each[0] >= ends]
        for at, kind, url in due:
            story = self.stories[url]
            story.changed = at
            if kind == "remove":
                story.removed = True
            else:
                story.edition, story.modified = story.edition + 1, at

    # ------------------------------------------------------------------------------------- crawls

    def _crawl(self, index: Index, now: datetime) -> None:
        """One crawl: sources first, what they announce, then what is due of its own accord."""
        crawl = f"{now:%Y%m%dT%H%M%S}000000-paper"
        spent = self._spent
        spent.crawls += 1
        recrawl = self._timed(lambda: Recrawl(index, SITE.name))
        self._apply(index, list(self._sources(crawl, now)))
        announced = [
            story
            for story in self.stories.values()
            if story.published >= now - MONTH * DAY and not story.removed
        ]
        entries = [_entry_of(story) for story in announced if story.sitemap == _sitemap_at(now)]
        admitted = self._timed(lambda: [entry for entry in entries if recrawl.admits(entry)])
        self._apply(index, [self._capture(entry, crawl, now) for entry in admitted])
        due = self._timed(recrawl.unannounced)
        spent.asked += len(due)
        self._apply(index, [self._capture(entry, crawl, now) for entry in due])
        done = CrawlSummary(
            id=crawl, site=SITE.name, started=now, finished=now, outcome="finished", fetched=1
        )
        index.end_crawl(done)

    def _timed(self, ask):  # type: ignore[no-untyped-def]
        began = time.process_time()
        answer = ask()
        self._spent.asking += time.process_time() - began
        return answer

    def _apply(self, index: Index, entries: list[Entry]) -> None:
        began = time.process_time()
        for start in range(0, len(entries), BATCH):
            index.apply_captures(entries[start : start + BATCH])
        self._spent.applying += time.process_time() - began
        self._spent.captures += len(entries)

    def _sources(self, crawl: str, now: datetime) -> Iterator[Entry]:
        """Front page, feed, and the sitemap of the month."""
        there = [story for story in reversed(self.stories.values()) if not story.removed]
        newest = there[:40]
        links = tuple(Link(url=story.url, text=f"خبر {story.number}") for story in newest[:25])
        yield (
            self._made(f"{ROOT}/", crawl, now),
            Reading(kind=PayloadKind.PAGE, links=links),
        )
        feed = tuple(_sighting(story, FEED, "feed") for story in newest)
        yield (
            self._made(FEED, crawl, now, mime="application/rss+xml"),
            Reading(kind=PayloadKind.FEED, sightings=feed),
        )
        sitemap = _sitemap_at(now)
        named = tuple(_sighting(s, sitemap, "sitemap") for s in there if s.sitemap == sitemap)
        yield (
            self._made(sitemap, crawl, now, mime="application/xml"),
            Reading(kind=PayloadKind.SITEMAP, sightings=named),
        )

    def _capture(self, entry: QueuedUrl, crawl: str, now: datetime) -> Entry:
        """An article as it is now: new, edited, as before (a revisit), or gone."""
        story = self.stories[entry.url]
        via = entry.via
        if story.removed:
            return self._made(story.url, crawl, now, via=via, status=404), Reading(
                kind=PayloadKind.PAGE
            )
        if story.captured is not None and story.captured[1] == story.edition:
            before = story.captured[0]
            again = self._made(
                story.url,
                crawl,
                now,
                via=via,
                record_type=RecordType.REVISIT,
                profile="identical-payload-digest",
                payload_digest=before.payload_digest,
                refers_to_url=before.url,
                refers_to_date=before.captured,
            )
            return again, Reading(kind=PayloadKind.NOT_MODIFIED)
        capture = self._made(story.url, crawl, now, via=via)
        story.captured = (capture, story.edition)
        article = self._article(story)
        signature = text_signature(article.body)
        return capture, Reading(kind=PayloadKind.ARTICLE, article=article, signature=signature)

    def _made(
        self, url: str, crawl: str, now: datetime, *, via: str | None = None, **facts: object
    ) -> Capture:
        self._offset += 1000
        number = self._offset // 1000
        fields = {
            "captured": now + timedelta(microseconds=number % 10**6),
            "warc": f"warraq-{now:%Y%m}01000000000-00000-vm.warc.gz",
            "offset": self._offset,
            "length": 900,
            "record_id": f"<urn:uuid:00000000-0000-4000-8000-{number:012x}>",
            "mime": "text/html",
            "payload_digest": Digest.compute(f"{url} {number}".encode()),
            "facts": FetchFacts(crawl_id=crawl, site=SITE.name, via=via),
        }
        return made_capture(url, **{**fields, **facts})

    def _article(self, story: Story) -> Article:
        """What is read from a story's page: some 250 words, as an agency's story has."""
        assert self._words is not None
        say = self._words.say
        paragraphs = [f"{say(30)}." for _ in range(8)]
        if story.edition > 1:
            paragraphs.append(f"وصححت الصحيفة هذا الخبر: {say(10)}.")
        paragraphs.append(HOUSE_LINE)
        others = [f"{ROOT}/news/{max(1, story.number - back)}" for back in (3, 7, 20, 50, 90)]
        return Article(
            url=story.url,
            canonical=story.url,
            title=say(9),
            lead=say(20),
            paragraphs=paragraphs,
            authors=[f"كاتب {story.number % 17}"],
            section=SECTIONS[story.number % len(SECTIONS)],
            language="ar",
            published=story.published,
            published_raw=story.published.isoformat(),
            modified=story.modified,
            tags=[f"وسم {story.number % 97}", f"وسم {story.number % 31}"],
            related=[Link(url=url, text=say(8), kind="related") for url in others],
            places=[make_place(text, "main article p", None) for text in paragraphs],
            site=SITE.name,
        )

    # ------------------------------------------------------------------------------------ figures

    def _conclude(self, number: int, days: int, now: datetime) -> Month:
        spent, self._spent = self._spent, Spent()
        began = time.process_time()
        with time_machine.travel(now, tick=False):
            table = replace(SITE, schedule=f"0 */{24 // self.crawls} * * *")
            (cost,) = recrawl_costs(self.layout, [table], now)
        explaining = time.process_time() - began
        with closing(sqlite3.connect(self.layout.index_db)) as db:
            (articles, versions), (captures,) = (
                db.execute("SELECT count(*), sum(versions) FROM articles").fetchone(),
                db.execute("SELECT count(*) FROM captures").fetchone(),
            )
            pages, free, size = (
                db.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        return Month(
            number=number,
            articles=articles,
            versions=versions,
            captures=captures,
            new_captures=spent.captures,
            index_bytes=pages * size,
            free_bytes=free * size,
            days=days,
            asked=spent.asked,
            expected=cost.visits,
            applying=spent.applying,
            asking=spent.asking,
            crawls=spent.crawls,
            explaining=explaining,
        )


def _sitemap_at(now: datetime) -> str:
    return f"{ROOT}/sitemap-{now - timedelta(seconds=1):%Y-%m}.xml"


def _sighting(story: Story, source: str, kind: str) -> Sighting:
    modified = story.modified.isoformat() if kind == "sitemap" else None
    published = story.published.isoformat() if kind == "feed" else None
    return Sighting(url=story.url, source=source, kind=kind, published=published, modified=modified)


def _entry_of(story: Story) -> QueuedUrl:
    claim = _sighting(story, story.sitemap, "sitemap")
    return QueuedUrl(url=story.url, kind=UrlKind.LISTED, hops=1, via=story.sitemap, claims=(claim,))
