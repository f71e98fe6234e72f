"""Nothing is silent: what became of each address that a crawl was led to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from loopback_site.documents import sitemap
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing, paper

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.model import CrawlSummary, LeftOutReason
from archive.urls import is_tracked
from crawler.crawl.options import CrawlOptions
from crawler.discovery.left_out import MAX_LINKED, LeftOutLog, why_waiting
from crawler.engine.run import crawl_sites
from crawler.frontier.queue import PAST, TRAP, Frontier
from crawler.frontier.queued_url import QueuedUrl, frontier_key
from crawler.frontier.scope import UrlKind
from pipelines.ingest.catch_up import update_index

HOST = "https://news.example"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(paper(4)) as running:
        yield running


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    return CollectionFolder.create(tmp_path / "c", "")


def config_of(site: Site, **more: Any) -> CollectionConfig:
    table = SiteConfig(name="paper", start=(site.url + "/",), delay=0.0, concurrency=1)
    return CollectionConfig(name="test", sites=(replace(table, **more),))


def crawl(layout: CollectionFolder, config: CollectionConfig, **options: Any) -> CrawlSummary:
    return crawl_sites(layout, config, config.sites, CrawlOptions(**options))[0]


def coverage(layout: CollectionFolder, site: Site) -> dict[str, tuple[str | None, str | None]]:
    """Outcome and reason of each address, the site's own as paths."""
    with closing(sqlite3.connect(layout.index_db)) as db:
        rows = db.execute("SELECT url, outcome, reason FROM coverage").fetchall()
    return {url.removeprefix(site.url): (outcome, reason) for url, outcome, reason in rows}


def dump(layout: CollectionFolder) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(layout.index_db)) as db:
        return db.execute("SELECT * FROM coverage ORDER BY url, site").fetchall()


def test_each_address_ends_as_captured_failed_or_left_out(
    layout: CollectionFolder, site: Site
) -> None:
    """Whether a sitemap announced it or a page links to it, with the reason; a rebuild says the
    same.
    """
    announced = [
        f"{site.url}/{path}"
        for path in ("news/0", "tag/all", "private/1", "gone", "news/1?utm_source=s")
    ]
    announced += [
        "https://elsewhere.example/story",
        f"{site.url}/news/2;jsessionid=0123456789ABCDEF",
    ]
    site.routes |= {
        "/sitemap.xml": say(sitemap(*announced), kind="application/xml"),
        "/": say(listing("الجريدة", ["/news/3", "/report.pdf", "/tag/one", "/news/3/", "/news/2"])),
        "/news/3/": say(article("/news/3")),
        "/gone": say("gone", status="410 Gone"),
    }
    config = config_of(site, exclude=("/tag/",))
    summary = crawl(layout, config)
    found = coverage(layout, site)
    assert found["/news/0"] == found["/news/2"] == found["/news/3"] == ("captured", None)
    assert found["/private/1"] == ("left out", "robots: robots.txt forbids it")
    assert found["/tag/all"] == found["/tag/one"] == ("left out", "scope: matches `exclude`: /tag/")
    assert found["/report.pdf"] == ("left out", "scope: a file that is not a page: pdf")
    assert found["/gone"] == ("failed", "HTTP 410")
    assert found["https://elsewhere.example/story"][0] == "left out"
    assert found["/news/2;jsessionid=0123456789ABCDEF"] == (
        "left out",
        f"folded: {site.url}/news/2",
    )
    assert found["/news/3/"] == ("left out", f"folded: {site.url}/news/3")
    assert [url for url, (outcome, _) in found.items() if outcome is None] == []
    assert summary.left_out == sum(
        outcome == "left out" and not str(reason).startswith("robots")
        for outcome, reason in found.values()
    )
    before = dump(layout)
    update_index(layout, config, rebuild=True)
    assert dump(layout) == before


def test_who_announced_it_first_and_when_it_was_asked_for(
    layout: CollectionFolder, site: Site
) -> None:
    """With the capture and the article that came of it."""
    crawl(layout, config_of(site))
    with closing(sqlite3.connect(layout.index_db)) as db:
        [row] = db.execute(
            "SELECT c.announced_by, c.site, c.first_announced <= c.last_asked, k.url, a.url"
            " FROM coverage c JOIN captures k ON k.id = c.capture_id"
            " JOIN articles a ON a.id = c.article_id WHERE c.url = ?",
            (site.url + "/news/1",),
        )
    assert row == (site.url + "/", "paper", 1, site.url + "/news/1", site.url + "/news/1")


def test_what_a_limit_leaves_waits_and_is_told_once(layout: CollectionFolder, site: Site) -> None:
    """Each limited crawl counts what waits; the archive says it once, until it is asked for."""
    summary = crawl(layout, config_of(site), limit=2)
    waiting = {url: said for url, said in coverage(layout, site).items() if said[0] == "left out"}
    assert len(waiting) == summary.left_out == 3
    assert set(waiting.values()) == {("left out", "limit: pages")}
    assert stated(layout) == 1
    assert crawl(layout, config_of(site), limit=2).left_out == 2
    assert stated(layout) == 1
    assert crawl(layout, config_of(site)).left_out == 0
    assert {said[0] for said in coverage(layout, site).values()} == {"captured"}


def stated(layout: CollectionFolder) -> int:
    """How many records of what was left out the archive holds."""
    from archive.model import LeftOutBatch
    from archive.warc.capture_reader import read_captures

    return sum(
        isinstance(item, LeftOutBatch)
        for path in layout.archive.iterdir()
        for item in read_captures(path)
    )


def test_what_was_announced_for_other_days_says_so(layout: CollectionFolder, site: Site) -> None:
    """As does a link to it."""
    old = f"<url><loc>{site.url}/news/0</loc><lastmod>2020-01-02</lastmod></url>"
    site.routes["/sitemap.xml"] = say(
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{old}</urlset>',
        kind="application/xml",
    )
    crawl(layout, config_of(site), since="2026")
    assert coverage(layout, site)["/news/0"] == ("left out", "date: 2020-01-02")


def test_what_is_withdrawn_is_no_longer_told(layout: CollectionFolder, site: Site) -> None:
    """Its address may hold its headline."""
    from crawler.admin.withdraw import withdraw_article

    site.routes["/"] = say(listing("الجريدة", ["/news/3", "/news/3/"]))
    crawl(layout, config_of(site))
    withdraw_article(layout, config_of(site), site.url + "/news/3", reason="an error of fact")
    with closing(sqlite3.connect(layout.index_db)) as db:
        assert db.execute("SELECT url FROM _left_out").fetchall() == []


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    made = Frontier(tmp_path / "frontier.db")
    yield made
    made.close()


def test_linked_addresses_are_kept_up_to_a_bound_and_counted_beyond(frontier: Frontier) -> None:
    """A trap makes up ever more; what is announced is kept however much it is."""
    log = LeftOutLog("news", frontier)
    for number in range(MAX_LINKED + 7):
        log.note(QueuedUrl(url=f"{HOST}/tag/{number}"), LeftOutReason.SCOPE)
        log.note(QueuedUrl(url=f"{HOST}/s/{number}", kind=UrlKind.LISTED), LeftOutReason.SCOPE)
    found, total = log.conclude(LeftOutReason.LIMIT, "pages")
    assert len(found) == 2 * MAX_LINKED + 7
    assert total == 2 * (MAX_LINKED + 7)


def test_guesses_and_requisites_are_nothing_that_was_left_out(frontier: Frontier) -> None:
    """Nobody named the first, and pages only show the second."""
    log = LeftOutLog("news", frontier)
    log.note(QueuedUrl(url=f"{HOST}/feed", kind=UrlKind.FEED, guess=True), LeftOutReason.SCOPE)
    log.note(QueuedUrl(url=f"{HOST}/i.png", kind=UrlKind.REQUISITE), LeftOutReason.SCOPE)
    assert log.conclude(LeftOutReason.LIMIT, "pages") == ([], 0)


def test_what_was_queued_after_all_is_not_left_out(frontier: Frontier) -> None:
    """Found again nearer to the start, say; another spelling of it stays one."""
    log = LeftOutLog("news", frontier)
    story, tracked = QueuedUrl(url=f"{HOST}/1"), QueuedUrl(url=f"{HOST}/1?utm_source=x")
    assert is_tracked(tracked.url)
    log.note(story, LeftOutReason.SCOPE, "too deep")
    frontier.add("news", [story])
    log.note_known(frontier_key("news", story.url), tracked)
    log.note_known(frontier_key("news", story.url), story)
    frontier.acknowledge("news", [each.key for each in frontier.lease("news")])
    [left], total = log.conclude(LeftOutReason.LIMIT, "pages")
    assert (left.url, left.why, left.detail, total) == (
        tracked.url,
        LeftOutReason.FOLDED,
        story.url,
        1,
    )


def test_what_was_given_up_as_a_trap_says_so(frontier: Frontier) -> None:
    """What waits beside it does for the reason given; neither is told twice."""
    log = LeftOutLog("news", frontier)
    frontier.add("news", [QueuedUrl(url=f"{HOST}/{number}") for number in range(2)])
    [leased] = frontier.lease("news")
    frontier.mark_dead(leased.key, TRAP)
    found, total = log.conclude(LeftOutReason.LIMIT, "pages")
    assert {each.url: each.why for each in found} == {
        leased.url: LeftOutReason.TRAP,
        f"{HOST}/1": LeftOutReason.LIMIT,
    }
    frontier.note_told("news")
    assert log.conclude(LeftOutReason.LIMIT, "pages") == ([], total)


def test_what_waited_and_was_given_up_later_says_so(frontier: Frontier) -> None:
    """The reason of the last crawl counts: what lies before the days asked for is no longer a part
    of what a limit left.
    """
    log = LeftOutLog("news", frontier)
    frontier.add("news", [QueuedUrl(url=f"{HOST}/list?page=9")])
    log.conclude(LeftOutReason.LIMIT, "pages")
    frontier.note_told("news")
    [leased] = frontier.lease("news")
    frontier.mark_dead(leased.key, PAST)
    [left], _ = log.conclude(LeftOutReason.LIMIT, "pages")
    assert left.why is LeftOutReason.DATE


def test_why_entries_wait_when_a_crawl_ends() -> None:
    """A stop, a limit, or a site that does not answer any more."""
    assert why_waiting("interrupted", lost=None, limit="time")[0] is LeftOutReason.INTERRUPTED
    assert why_waiting("limited", lost=None, limit="pages") == (LeftOutReason.LIMIT, "pages")
    assert why_waiting("failed", lost="refused 30 times", limit="pages") == (
        LeftOutReason.AWAY,
        "refused 30 times",
    )
    assert why_waiting("failed", lost=None, limit=None)[0] is LeftOutReason.AWAY


def test_what_is_left_to_the_next_crawl_is_noted(tmp_path: Path) -> None:
    """With the reason; what only belongs to a page comes with it."""
    frontier = Frontier(tmp_path / "frontier.db")
    log = LeftOutLog("paper", frontier)
    page = QueuedUrl(url=f"{HOST}/a", kind=UrlKind.ARTICLE, via=f"{HOST}/")
    image = QueuedUrl(url=f"{HOST}/a.png", kind=UrlKind.REQUISITE)
    assert log.leave_to_next_crawl([page, image], "only what was missing") == [image]
    ((entry,), count) = log.conclude(LeftOutReason.LIMIT, "pages")
    assert (entry.url, entry.why, entry.detail) == (
        page.url,
        LeftOutReason.LIMIT,
        "only what was missing",
    )
    assert count == 1
    frontier.close()
