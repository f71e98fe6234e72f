"""Articles that nothing announces any more: a full crawl looks whether they are still there and
still the same.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from loopback_site.server import Site, say
from loopback_site.small_paper import article, cached, listing, paper

from archive.config import CollectionConfig, SiteConfig
from archive.index.page_history import ArticleHistory, PageHistory, SiteEdits
from archive.layout import CollectionFolder
from archive.model import Sighting
from crawler.discovery.recrawl_policy import (
    AT_MOST,
    QUARTER,
    allowance,
    article_interval,
    believes,
    due_again,
    is_article_due,
    is_due,
    visits_a_day,
)
from crawler.engine.run import CrawlOptions, crawl_sites, exit_code_of
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Paper:
    """A newspaper of one loopback site and its collection."""

    def __init__(self, site: Site, layout: CollectionFolder) -> None:
        self.site, self.layout = site, layout
        self.later = timedelta()  # how far ahead the clock of a crawl is
        self.config = SiteConfig(name="paper", start=(site.url + "/",), delay=0.0)
        self.collection = CollectionConfig(name="test", sites=(self.config,))

    def crawl(self, **options) -> int:
        self.site.wire.clear()
        with time_machine.travel(datetime.now(UTC) + self.later):
            self.summaries = crawl_sites(
                self.layout, self.collection, [self.config], CrawlOptions(**options)
            )
        return exit_code_of(self.summaries, self.collection)

    def rows(self, query: str) -> list[tuple]:
        with sqlite3.connect(f"file:{self.layout.index_db}?mode=ro", uri=True) as db:
            return db.execute(query).fetchall()

    def asked(self) -> list[str]:
        return sorted(target for target in self.site.wire.targets if target.startswith("/news/"))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    """The paper and its collection after a first crawl, to be copied."""
    with Site(paper(4)) as site:
        for number in range(4):
            site.routes[f"/news/{number}"] = cached(article(f"/news/{number}"))
        made = Paper(
            site, CollectionFolder.create(tmp_path_factory.mktemp("first") / "collection", "")
        )
        made.crawl()
        yield made


@pytest.fixture
def newspaper(first: Paper, tmp_path: Path) -> Iterator[Paper]:
    """A copy, after which the front page names only one of the four articles."""
    kept = dict(first.site.routes)
    first.site.routes["/"] = say(listing("الجريدة", ["/news/0"]))
    made = Paper(
        first.site,
        CollectionFolder(Path(shutil.copytree(first.layout.root, tmp_path / "collection"))),
    )
    made.later = timedelta(days=3)
    yield made
    first.site.routes.clear()
    first.site.routes.update(kept)


def test_what_is_no_longer_linked_is_looked_after(newspaper: Paper) -> None:
    """Off the front page: a withdrawal is a disappearance (and no failure), a silent edit a
    version, the rest 304.
    """
    newspaper.site.routes["/news/1"] = say("gone", status="410 Gone")
    newspaper.site.routes["/news/2"] = cached(article("/news/2", edition=2))
    assert newspaper.crawl() == 0
    assert newspaper.asked() == [f"/news/{number}" for number in range(4)]
    gone = newspaper.rows(
        "SELECT a.url, d.reason FROM disappearances d JOIN articles a ON a.id = d.article_id"
    )
    assert gone == [(f"{newspaper.site.url}/news/1", "HTTP 410")]
    assert newspaper.summaries[0].changed == 1
    assert newspaper.rows("SELECT url, reason FROM failures WHERE url LIKE '%/news/%'") == []
    assert [
        exchange.header("If-None-Match") is None for exchange in newspaper.site.wire.of("/news/3")
    ] == [False]


@pytest.mark.parametrize("options", [{"limit": 50}, {"since": "2020"}])
def test_a_bounded_crawl_stays_within_its_bounds(
    newspaper: Paper, options: dict[str, object]
) -> None:
    """With --limit, --since or --until only what is announced and new is fetched."""
    newspaper.site.routes["/"] = say(listing("الجريدة", ["/news/0", "/news/9"]))
    newspaper.site.routes["/news/9"] = say(article("/news/9"))
    newspaper.crawl(**options)
    assert newspaper.asked() == ["/news/9"]


def test_a_site_that_is_away_is_not_asked_for_every_article(newspaper: Paper) -> None:
    """Where the start page does not answer, nothing is learned from the rest."""
    newspaper.site.routes["/"] = say("oops", status="404 Not Found")
    assert newspaper.crawl() == 3
    assert newspaper.asked() == []


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORY = "https://news.example/a"


def known(age: timedelta, quiet: timedelta, **more: object) -> ArticleHistory:
    """An article first seen so long ago and asked for so long ago."""
    return ArticleHistory(url=STORY, first_seen=NOW - age, asked=NOW - quiet, **more)  # type: ignore[arg-type]


def page(quiet: timedelta, first: timedelta, **more: object) -> PageHistory:
    """A page asked for so long ago, and for the first time so long ago."""
    values: dict[str, object] = {"status": 200}
    return PageHistory(asked=NOW - quiet, first_asked=NOW - first, **values | more)  # type: ignore[arg-type]


def announced(kind: UrlKind = UrlKind.ARTICLE, stated: str | None = None) -> QueuedUrl:
    """An entry with what a sitemap states of it."""
    claim = Sighting(
        url=STORY, source="https://news.example/s.xml", kind="sitemap", modified=stated
    )
    return QueuedUrl(url=STORY, kind=kind, claims=(claim,))


@pytest.mark.parametrize(
    ("age", "quiet", "due"),
    [
        (1 * HOUR, 1 * HOUR, True),
        (2 * HOUR, 0.9 * HOUR, False),
        (2 * HOUR, 1 * HOUR, True),
        (1 * DAY, 11 * HOUR, False),
        (20 * DAY, 47 * HOUR, False),
        (20 * DAY, 2 * DAY, True),
        (40 * DAY, 19 * DAY, False),
        (40 * DAY, 20 * DAY, True),
        (3000 * DAY, 90 * DAY, False),
        (3000 * DAY, 91 * DAY, True),
    ],
)
def test_what_nothing_speaks_for_is_looked_at_as_it_ages(
    age: timedelta, quiet: timedelta, *, due: bool
) -> None:
    """Whenever its age has doubled; every two days in its first month; once a quarter for ever."""
    article = known(age, quiet)
    assert is_article_due(article, NOW, is_believed=True) is due
    assert (
        is_due(
            QueuedUrl(url=STORY, kind=UrlKind.KNOWN),
            page(quiet, age, article=article),
            NOW,
            is_believed=True,
        )
        is due
    )


def test_an_article_older_than_the_collection_is_old() -> None:
    """Its age counts from its publication; a date in the future says nothing."""
    old = known(1 * HOUR, 1 * HOUR, published=NOW - 2000 * DAY)
    assert not is_article_due(old, NOW, is_believed=True)
    assert is_article_due(replace(old, published=NOW + 5 * DAY), NOW, is_believed=True)


def test_what_was_edited_is_looked_at_sooner() -> None:
    """After a quarter of its age."""
    article = known(1 * DAY, 7 * HOUR)
    assert not is_article_due(article, NOW, is_believed=True)
    assert is_article_due(replace(article, versions=2), NOW, is_believed=True)


def test_what_is_announced_as_unchanged_is_left_alone() -> None:
    """But for a look after a day and some later ones, while the site is believed; once no sitemap
    names it any more, it is asked for at once.
    """
    article = known(10 * DAY, 3 * DAY, announced=True)
    assert not is_article_due(article, NOW, is_believed=True)
    assert is_article_due(article, NOW, is_believed=False)
    assert is_article_due(replace(article, vanished=True), NOW, is_believed=True)
    assert not is_article_due(known(20 * HOUR, 20 * HOUR, announced=True), NOW, is_believed=True)
    assert is_article_due(known(25 * HOUR, 25 * HOUR, announced=True), NOW, is_believed=True)
    assert is_article_due(known(29 * DAY, 21 * DAY, announced=True), NOW, is_believed=True)


def test_a_stated_change_is_looked_at_at_once() -> None:
    """A later date than that of the last look; an earlier one, or none, is no reason."""
    history = page(1 * HOUR, 1 * DAY, article=known(1 * DAY, 1 * HOUR))
    for stated, due in (
        ("2026-11-22T11:30:00Z", True),
        ("Sun, 22 Nov 2026 11:30:00 GMT", True),
        ("2026-11-22T10:30:00Z", False),
        ("2026-11-23", True),
        ("2026-11-22", False),
        ("soon", False),
        (None, False),
    ):
        assert is_due(announced(stated=stated), history, NOW, is_believed=True) is due, stated


def test_a_link_to_a_known_article_is_no_reason_to_ask() -> None:
    """Front pages link to the same stories for days; one never asked for is asked for."""
    link = QueuedUrl(url=STORY)
    history = page(9 * DAY, 10 * DAY, article=known(10 * DAY, 9 * DAY))
    assert not is_due(link, history, NOW, is_believed=True)
    assert is_due(link, None, NOW, is_believed=True)


def test_sources_of_news_are_read_as_often_as_they_bring_some() -> None:
    """One that brought an article at its last reading each time, one that long brought none every
    two hours.
    """
    for kind in (UrlKind.START, UrlKind.FEED, UrlKind.SITEMAP):
        source = QueuedUrl(url=STORY, kind=kind)
        fruitful = page(1 * HOUR, 9 * DAY, fruitful=NOW - 1 * HOUR)
        assert is_due(source, fruitful, NOW, is_believed=True)
        barren = page(1 * HOUR, 9 * DAY, fruitful=NOW - 5 * DAY)
        assert not is_due(source, barren, NOW, is_believed=True)
        assert is_due(source, replace(barren, asked=NOW - 2 * HOUR), NOW, is_believed=True)


def test_other_pages_are_read_ever_more_rarely() -> None:
    """A listing that brings nothing at least once a week, what is gone once a quarter, and guesses
    not twice a day.
    """
    link = QueuedUrl(url=STORY, kind=UrlKind.SECTION)
    for quiet, first, due in ((1, 24, False), (8, 24, True), (24 * 7, 5000, True)):
        assert is_due(link, page(quiet * HOUR, first * HOUR), NOW, is_believed=True) is due
    gone = page(7 * DAY, 200 * DAY, status=404)
    assert not is_due(link, gone, NOW, is_believed=True)
    assert is_due(link, replace(gone, asked=NOW - 91 * DAY), NOW, is_believed=True)
    guess = replace(link, kind=UrlKind.FEED, guess=True)
    for quiet, due in ((23 * HOUR, False), (24 * HOUR, True)):
        assert is_due(guess, page(quiet, quiet, status=404), NOW, is_believed=True) is due


def test_a_site_is_believed_until_edits_were_found_that_it_had_not_stated() -> None:
    """One may be an accident; among many stated ones a few are."""
    assert believes(0, 0)
    assert believes(0, 1)
    assert not believes(0, 2)
    assert not believes(7, 2)
    assert believes(9, 2)


def test_a_fresh_article_is_looked_at_every_two_hours_and_one_of_late_every_day() -> None:
    """Where nothing states whether it changed; a date of publication alone says nothing yet."""
    for age, quiet, due in ((7, 1.9, False), (7, 2, True), (90, 23, False), (90, 24, True)):
        assert is_article_due(known(age * HOUR, quiet * HOUR), NOW, is_believed=True) is due
    fresh = known(7 * HOUR, 2 * HOUR, announced=True)
    assert is_article_due(fresh, NOW, is_believed=True)
    assert not is_article_due(replace(fresh, by_lastmod=True), NOW, is_believed=True)
    older = known(10 * HOUR, 6 * HOUR, announced=True)
    assert not is_article_due(older, NOW, is_believed=True)


def test_sites_and_sections_are_looked_at_as_they_edit() -> None:
    """Up to twice as often, or half as often; the section counts for its own articles."""
    article = known(10 * DAY, 1 * HOUR, named=True, section="sport")
    usual = article_interval(article, NOW, is_believed=True)
    for counts, factor in (((2000, 0), 1.5), ((2000, 100), 1), ((2000, 1000), 0.5)):
        edits = SiteEdits(by_section={"sport": counts})
        interval = article_interval(article, NOW, is_believed=True, edits=edits)
        assert interval / usual == pytest.approx(factor, rel=0.01)
    edits = SiteEdits(by_section={"sport": (200, 100), "culture": (800, 0)})
    other = replace(article, section="culture")
    assert article_interval(article, NOW, is_believed=True, edits=edits) < usual
    assert article_interval(other, NOW, is_believed=True, edits=edits) > usual


def test_what_something_names_is_there() -> None:
    """Until articles were found gone that were still named; what nothing names is looked at every
    two days in its first month, and all once a quarter.
    """
    named, unnamed = known(20 * DAY, 2 * DAY, named=True), known(20 * DAY, 2 * DAY)
    assert not is_article_due(named, NOW, is_believed=True)
    assert is_article_due(unnamed, NOW, is_believed=True)
    silent = SiteEdits(unlisted=1, silent_takedowns=2)
    assert is_article_due(named, NOW, is_believed=True, edits=silent)
    for each in (named, unnamed):
        old = replace(each, first_seen=NOW - 4000 * DAY, asked=NOW - QUARTER)
        assert is_article_due(old, NOW, is_believed=True)
        assert not is_article_due(replace(old, asked=NOW - 90 * DAY), NOW, is_believed=True)


def test_a_site_that_stated_all_its_edits_is_taken_at_its_word_for_longer() -> None:
    """A single one that it had not stated has each article looked at after a day again."""
    article = known(3 * DAY, 3 * DAY, announced=True, by_lastmod=True)
    for edits, due in (
        (SiteEdits(stated=4), True),
        (SiteEdits(stated=5), False),
        (SiteEdits(stated=5, silent=1), True),
    ):
        assert is_article_due(article, NOW, is_believed=True, edits=edits) is due
    older = known(4 * DAY, 4 * DAY, announced=True, by_lastmod=True)
    assert is_article_due(older, NOW, is_believed=True, edits=SiteEdits(stated=5))


def test_what_is_gone_is_looked_at_ever_more_rarely() -> None:
    """After a day first; at least once a quarter, since it may come back."""
    for gone, quiet, due in ((1, 0.9, False), (1, 1, True), (9, 4, False), (9, 5, True)):
        article = known(10 * DAY, quiet * DAY, gone=NOW - gone * DAY)
        assert is_article_due(article, NOW, is_believed=True) is due
    assert is_article_due(known(999 * DAY, QUARTER, gone=NOW - 900 * DAY), NOW, is_believed=True)


def test_further_pages_are_looked_at_the_more_rarely_the_deeper_they_lie() -> None:
    """At least once a quarter."""
    for number, hours, due in (
        (2, 23, False),
        (2, 24, True),
        (30, 24 * 14, False),
        (30, 361, True),
    ):
        url = f"https://news.example/list?page={number}"
        entry = QueuedUrl(url=url, kind=UrlKind.SECTION)
        seen = page(hours * HOUR, hours * HOUR)
        assert is_due(entry, seen, NOW, is_believed=True) is due
    deepest = QueuedUrl(url="https://news.example/list?page=9000", kind=UrlKind.SECTION)
    assert is_due(deepest, page(QUARTER, QUARTER), NOW, is_believed=True)


def test_a_budget_lets_through_what_waited_longest_for_its_interval() -> None:
    """First what a sitemap names no more; so nobody waits for ever."""
    articles = [
        replace(known(5000 * DAY, days * DAY), url=f"https://news.example/{days}")
        for days in (92, 200, 400)
    ]
    fresh = replace(known(6 * HOUR, 3 * HOUR), url="https://news.example/fresh")
    gone = replace(known(9 * DAY, 1 * HOUR, vanished=True), url="https://news.example/gone")
    due = due_again([*articles, fresh, gone], NOW, is_believed=True, at_most=3)
    assert [entry.url.rpartition("/")[2] for entry in due] == ["gone", "400", "200"]


def test_a_budget_is_spread_over_the_day() -> None:
    """All crawls of a day together get no more of it, however often there are some."""
    assert allowance(None, NOW, NOW) == AT_MOST
    assert allowance(100, None, NOW) == 100
    assert allowance(100, NOW - 30 * DAY, NOW) == 100
    for minutes in (1, 7, 60, 24 * 60):
        times = [NOW + timedelta(minutes=minutes * each) for each in range(24 * 60 // minutes + 1)]
        got = [allowance(100, last, now) for last, now in pairwise(times)]
        assert 98 <= sum(got) <= 100


def test_what_the_policy_costs_a_day() -> None:
    """The visits of all articles at their present ages; none more often than there are crawls."""
    articles = [known(3000 * DAY, 5 * DAY)] * 91 + [known(20 * DAY, 1 * DAY)] * 10
    cost = visits_a_day(articles, NOW, is_believed=True, crawls_a_day=24)
    assert cost == pytest.approx(1 + 5)
    fresh = [known(1 * HOUR, 1 * HOUR)] * 3
    assert visits_a_day(fresh, NOW, is_believed=True, crawls_a_day=2) == pytest.approx(6)


@pytest.mark.parametrize("said", [{}, {"named": True, "announced": True, "by_lastmod": True}])
def test_the_cost_of_a_day_is_what_is_asked_for(said: dict[str, bool]) -> None:
    """Of a story that is looked at every hour for a quarter, the visits foretold for each hour are
    together those that were made, but for a seventh.
    """
    story = replace(known(DAY, DAY, **said), first_seen=NOW, asked=NOW)
    made, foretold = 0, 0.0
    for hour in range(90 * 24):
        now = NOW + hour * HOUR
        foretold += visits_a_day([story], now, is_believed=True, crawls_a_day=24) / 24
        if is_article_due(story, now, is_believed=True):
            story = replace(story, asked=now)
            made += 1
    assert foretold == pytest.approx(made, rel=1 / 7)


def test_one_crawl_asks_for_a_bounded_number() -> None:
    """However many articles a site has; --force takes what is not due, too."""
    many = [known(1 * HOUR, 1 * HOUR)] * (AT_MOST + 1)
    assert len(due_again(many, NOW, is_believed=True)) == AT_MOST
    early = known(9 * DAY, 1 * HOUR)
    assert due_again([early], NOW, is_believed=True) == []
    assert due_again([early], NOW, is_believed=True, force=True)[0].kind is UrlKind.KNOWN


@pytest.mark.parametrize(
    ("age", "quiet", "due"),
    [(-4000, -4000, True), (24, -4000, True), (-4000, 1, False), (-4000, 12, True)],
)
def test_dates_of_a_clock_that_was_ahead_are_not_believed(
    age: float, quiet: float, *, due: bool
) -> None:
    """What was asked for in the future is asked for now; once it was, an article first seen in the
    future is taken for a day old, and not asked for in every crawl.
    """
    article = known(age * HOUR, quiet * HOUR)
    assert is_article_due(article, NOW, is_believed=True) is due
    assert is_due(QueuedUrl(url=STORY), page(-1 * HOUR, 9 * DAY), NOW, is_believed=True)
