"""A crawl of a window of days asks for little that lies outside it, and is done piece by piece."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from loopback_site.documents import sitemap, sitemap_index
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from crawler.admin.due_times import last_starts
from crawler.crawl.options import CrawlOptions
from crawler.engine.run import crawl_sites
from crawler.frontier.noted_runs import noted_back_fills
from crawler.frontier.trap_budgets import FRUITLESS

PAGES, A_PAGE = 40, 3
CRAWL = """
import sys
from pathlib import Path
from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.admin.due_times import last_starts
from crawler.crawl.options import CrawlOptions
from crawler.engine.run import crawl_sites
site = SiteConfig(name="paper", start=(sys.argv[2] + "/",), delay=0.0, concurrency=2)
config = CollectionConfig(name="test", sites=(site,))
options = CrawlOptions(since=sys.argv[3])
crawl_sites(CollectionFolder(Path(sys.argv[1])), config, [site], options)
"""
NEWEST = date(2026, 11, 1)


def day_of(page: int) -> date:
    """The day of the articles on a page of the section: three days from page to page."""
    return NEWEST - timedelta(days=3 * (page - 1))


def dated(name: str, day: date) -> str:
    return article(name).replace("2026-11-20", day.isoformat())


def section(further: str = "/world?page={page}") -> dict[str, Any]:
    """Forty pages, the newest first, whose addresses but for the first are formed as told; neither
    addresses nor headlines tell a day.
    """

    def address(page: int) -> str:
        return further.format(page=page, offset=A_PAGE * (page - 1)) if page > 1 else "/world"

    routes = {"/robots.txt": say("User-agent: *\nDisallow:\n", kind="text/plain")}
    for page in range(1, PAGES + 1):
        names = [f"/story/{chr(97 + page % 26)}{page}x{number}" for number in range(A_PAGE)]
        routes |= {name: say(dated(name, day_of(page))) for name in names}
        others = [each for each in (page + 1, PAGES) if page < each <= PAGES]
        pager = "".join(f'<a href="{address(each)}">{each}</a>' for each in others)
        text = listing("العالم", names).replace("</ul>", f"</ul><p>{pager}</p>")
        routes[address(page)] = say(text)
    routes["/"] = say(listing("الجريدة", ["/world"]))
    return routes


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(section()) as running:
        yield running


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    return CollectionFolder.create(tmp_path / "c", "")


def crawl(layout: CollectionFolder, site: Site, **options: Any) -> CrawlSummary:
    table = SiteConfig(name="paper", start=(site.url + "/",), delay=0.0, concurrency=2)
    config = CollectionConfig(name="test", sites=(table,))
    return crawl_sites(layout, config, config.sites, CrawlOptions(**options))[0]


def asked(site: Site, part: str) -> list[str]:
    return [path for path in site.wire.targets if part in path]


def days(layout: CollectionFolder) -> list[str]:
    with closing(sqlite3.connect(layout.index_db)) as db:
        return sorted({row[0][:10] for row in db.execute("SELECT published FROM articles")})


def left_out(layout: CollectionFolder, site: Site) -> dict[str, str]:
    with closing(sqlite3.connect(layout.index_db)) as db:
        rows = db.execute("SELECT url, reason FROM coverage WHERE outcome = 'left out'").fetchall()
    return {url.removeprefix(site.url): reason for url, reason in rows}


def test_a_section_is_read_back_to_the_first_day(layout: CollectionFolder, site: Site) -> None:
    """Two pages in a row of older articles end it, the last page its pager names among those that
    are not asked for; it says so.
    """
    crawl(layout, site, since=day_of(6).isoformat())
    assert len(asked(site, "/world")) == 8
    assert len(asked(site, "/story/")) == 8 * A_PAGE
    reason = "date: the pages before it bring only what is older"
    assert left_out(layout, site)[f"/world?page={PAGES}"] == reason


def test_pages_after_the_last_day_are_passed_through(layout: CollectionFolder, site: Site) -> None:
    """Where addresses tell the day, no article outside the window is asked for, and the listing
    goes on through what is newer.
    """
    for page in range(1, PAGES + 1):
        names = [f"/{day_of(page):%Y/%m/%d}/story-{number}" for number in range(A_PAGE)]
        site.routes |= {name: say(dated(name, day_of(page))) for name in names}
        more = f'<a rel="next" href="/world?page={page + 1}">2</a>' if page < PAGES else ""
        text = listing("العالم", names).replace("</ul>", f"</ul>{more}")
        site.routes["/world" if page == 1 else f"/world?page={page}"] = say(text)
    since, until = day_of(12).isoformat(), day_of(9).isoformat()
    crawl(layout, site, since=since, until=until)
    assert len(asked(site, "/world")) == 14
    assert len(asked(site, "/story-")) == 4 * A_PAGE
    assert days(layout) == [day_of(page).isoformat() for page in (12, 11, 10, 9)]
    day = day_of(8).isoformat()
    assert left_out(layout, site)[f"/{day_of(8):%Y/%m/%d}/story-0"] == (
        f"date: its address names {day}"
    )


def test_a_back_fill_is_done_piece_by_piece_beside_daily_crawls(
    layout: CollectionFolder, site: Site
) -> None:
    """Each goes on where the last one of its window ended; the daily crawls in between neither take
    nor lose what waits, and nothing is fetched twice.
    """
    since = day_of(6).isoformat()
    news = {"/": say(listing("الجريدة", ["/news/a"])), "/news/a": say(article("/news/a"))}
    first = crawl(layout, site, since=since, limit=9)
    assert first.outcome == "limited"
    assert last_starts(layout, datetime.now(UTC)).started == {}
    section_home = site.routes["/"]
    site.routes |= news
    before = len(asked(site, "/world")) + len(asked(site, "/story/"))
    assert crawl(layout, site).outcome == "finished"
    assert len(asked(site, "/world")) + len(asked(site, "/story/")) == before
    site.routes["/"] = section_home
    own = last_starts(layout, datetime.now(UTC)).started["paper"]
    with closing(sqlite3.connect(layout.frontier)) as frontier:
        rows = frontier.execute("SELECT queue, reached FROM back_fills").fetchall()
        assert rows == [(f"paper {since}..", day_of(2).isoformat())]
    while crawl(layout, site, since=since, limit=9).outcome == "limited":
        pass
    assert abs(last_starts(layout, datetime.now(UTC)).started["paper"] - own) < timedelta(seconds=1)
    stories = asked(site, "/story/")
    assert len(stories) == len(set(stories))
    assert len(asked(site, "/world")) == len(set(asked(site, "/world"))) <= 10
    assert {day_of(page).isoformat() for page in range(1, 7)} <= set(days(layout))


def test_calendars_are_walked_within_the_window(layout: CollectionFolder, site: Site) -> None:
    """By way of the months between, where a page leads from month to month only."""
    site.routes["/"] = say(listing("الجريدة", ["/calendar?month=2026-11"]))
    for month in range(1, 12):
        links = [f"/calendar?date=2026-{month:02}-{day:02}" for day in (1, 2, 3)]
        back = f'<a href="/calendar?month=2026-{month - 1:02}">قبل</a>' if month > 1 else ""
        text = listing("التقويم", links).replace("</ul>", f"</ul>{back}")
        site.routes[f"/calendar?month=2026-{month:02}"] = say(text)
        for day in (1, 2, 3):
            name = f"/read/m{month}d{day}"
            site.routes[f"/calendar?date=2026-{month:02}-{day:02}"] = say(listing("يوم", [name]))
            site.routes[name] = say(dated(name, date(2026, month, day)))
    crawl(layout, site, since="2026-07-02", until="2026-08-02")
    walked = asked(site, "?date=")
    assert sorted(each[-5:] for each in walked) == ["07-02", "07-03", "08-01", "08-02"]
    assert len(asked(site, "?month=")) == 5
    assert len(asked(site, "/read/")) == 4


def test_sitemaps_of_other_days_are_passed_over(layout: CollectionFolder, site: Site) -> None:
    """By the days in their names, or by a change that lies before the window; it says so. Those
    that are numbered are read.
    """
    maps = [f"/maps/posts-{year}-{month:02}.xml" for year in (2024, 2025) for month in (4, 5)]
    old = "<sitemap><loc>{}/maps/a.xml</loc><lastmod>2023-02-03</lastmod></sitemap>"
    index = sitemap_index(*[site.url + name for name in [*maps, "/maps/part-2019.xml"]])
    index = index.replace("</sitemapindex>", old.format(site.url) + "</sitemapindex>")
    index = index.replace(
        "</sitemapindex>",
        f"<sitemap><loc>{site.url}/maps/part-3.xml</loc></sitemap></sitemapindex>",
    )
    site.routes = {
        "/": say(listing("الجريدة", [])),
        "/sitemap.xml": say(index, kind="application/xml"),
    }
    for name in (*maps, "/maps/a.xml", "/maps/part-2019.xml", "/maps/part-3.xml"):
        story = f"{site.url}/story/{name[6:-4]}"
        site.routes[name] = say(sitemap(story), kind="application/xml")
        site.routes[f"/story/{name[6:-4]}"] = say(article(name))
    crawl(layout, site, since="2025-05", until="2025-06")
    assert sorted(asked(site, "/maps/")) == [
        "/maps/part-2019.xml",
        "/maps/part-3.xml",
        "/maps/posts-2025-05.xml",
    ]
    told = left_out(layout, site)
    assert told["/maps/posts-2024-04.xml"] == "date: its address names 2024-04-01 to 2024-04-30"
    assert told["/maps/a.xml"] == "date: changed 2023-02-03"


def test_a_back_fill_that_is_killed_goes_on(layout: CollectionFolder, site: Site) -> None:
    """It comes to the same articles, and asks at most twice for what was under way."""
    since = day_of(6).isoformat()
    command = [sys.executable, "-c", CRAWL, str(layout.root), site.url, since]
    process = subprocess.Popen(command, start_new_session=True)
    deadline = time.monotonic() + 60
    while len(site.wire.exchanges) < 18 and time.monotonic() < deadline:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert crawl(layout, site, since=since).outcome == "finished"
    assert {day_of(page).isoformat() for page in range(1, 7)} <= set(days(layout))
    stories, pages = asked(site, "/story/"), asked(site, "/world")
    assert len(stories) + len(pages) <= len({*stories, *pages}) + 2
    assert len(set(pages)) <= 10
    assert noted_back_fills(layout.frontier) == []


def test_articles_with_numbers_that_look_like_years_are_read(
    layout: CollectionFolder, site: Site
) -> None:
    """What has a headline is counted, not dated, by a mere number."""
    names = [f"/read/{number}" for number in (1999, 2001)]
    site.routes = {"/": say(listing("الجريدة", names))}
    site.routes |= {name: say(article(name)) for name in names}
    crawl(layout, site, since="2026-11")
    assert sorted(asked(site, "/read/")) == names


def test_a_page_known_from_daily_crawls_is_read_on_the_way(
    layout: CollectionFolder, site: Site
) -> None:
    """Although it is not due: what lies behind it was never asked for."""
    crawl(layout, site, limit=5)
    seen = {"/world", "/world?page=2"}
    assert seen <= set(asked(site, "/world"))
    site.wire.clear()
    crawl(layout, site, since=day_of(6).isoformat())
    assert seen <= set(asked(site, "/world"))
    assert {day_of(page).isoformat() for page in range(1, 7)} <= set(days(layout))


@pytest.mark.parametrize("further", ["/world?first={offset}", "/world/{offset}/"])
def test_lists_by_offset_are_walked_back(
    layout: CollectionFolder, site: Site, further: str
) -> None:
    """As those with page numbers are, without rel=next, and piece by piece: in a process that knows
    nothing of the list but what was kept.
    """
    site.routes.clear()
    site.routes |= section(further)
    since = day_of(6).isoformat()
    while crawl(layout, site, since=since, limit=9).outcome == "limited":
        pass
    stories, pages = asked(site, "/story/"), asked(site, "/world")
    assert len(stories) == len(set(stories))
    assert len(pages) == len(set(pages)) <= 10
    assert {day_of(page).isoformat() for page in range(1, 7)} <= set(days(layout))
    last = further.format(offset=A_PAGE * (PAGES - 1))
    assert left_out(layout, site)[last] == "date: the pages before it bring only what is older"


def test_a_list_by_offset_without_an_end_is_left(layout: CollectionFolder, site: Site) -> None:
    """One that goes on with the same articles for ever: no more of it than of any other trap."""
    names = [f"/story/{letter}" for letter in "abc"]
    site.routes |= {name: say(dated(name, day_of(1))) for name in names}
    for page in range(1, 3 * FRUITLESS[0]):
        here, there = (f"/world?first={A_PAGE * each}" for each in (page - 1, page))
        text = listing("العالم", names).replace("</ul>", f'</ul><a href="{there}">more</a>')
        site.routes["/world" if page == 1 else here] = say(text)
    crawl(layout, site, since=day_of(6).isoformat())
    assert 2 < len(asked(site, "/world")) <= FRUITLESS[0] + 3
