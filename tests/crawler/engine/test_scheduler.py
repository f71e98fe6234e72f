"""Requests in the frontier: what survives the process, and what is asked once or again."""

from __future__ import annotations

import asyncio
import logging
import marshal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from loopback_site.server import Site, Talk, redirect, say
from loopback_site.small_paper import article, listing
from scrapy import Request, Spider
from scrapy.core.scheduler import Scheduler
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from archive.config import CollectionConfig, SiteConfig
from archive.errors import StorageError
from archive.layout import CollectionFolder
from archive.model import Capture
from crawler.crawl.options import CrawlOptions
from crawler.crawl.site_crawl import SiteCrawl
from crawler.engine.run import crawl_sites
from crawler.engine.scheduler import FrontierScheduler
from crawler.engine.scrapy_settings import as_dict
from crawler.engine.spider import NewsSpider
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import EntryState

MINE = "tests.crawler.engine.test_scheduler"


class Asking(NewsSpider):
    """Asks for what a test puts into `wanted`, before anything else."""

    wanted: list[Request]
    answered: list[Any]
    running: SiteCrawl
    custom_settings = {"LOG_LEVEL": "CRITICAL"}  # noqa: RUF012 - as Scrapy has it

    async def start(self) -> Any:
        Asking.running = self.crawl
        for request in self.wanted:
            yield request.replace(callback=getattr(self, request.meta["callback"]))
        async for request in super().start():
            yield request

    def parse_api(self, response: Any, page: int = 0) -> None:
        type(self).answered.append((response.url, response.request.method, page))


class Together(Asking):
    """One that asks for all of `wanted` in one callback."""

    in_memory = False

    async def start(self) -> Any:
        yield Request(self.site.start[0], callback=self.ask, dont_filter=True)

    def ask(self, response: Any) -> Any:
        callback = self.answered.append if self.in_memory else self.parse_api
        for request in self.wanted:
            yield request.replace(callback=callback)
        yield Request(response.url, dont_filter=True)


class InMemory(Together):
    """One whose callback is no method of it."""

    in_memory = True


class Urgent(Together):
    """One whose first answer makes it ask for something before all that waits."""

    def parse_api(self, response: Any, page: int = 0) -> Any:  # noqa: ARG002 - as above
        yield Request(f"{self.site.start[0]}urgent", priority=1, callback=self.parse_urgent)

    def parse_urgent(self, response: Any) -> None:
        """Nothing."""


class Endless(Together):
    """One whose callback goes on asking until something of it is answered."""

    def ask(self, response: Any) -> Any:
        for number in range(5000):
            if self.answered:
                return
            yield Request(response.urljoin(f"/api/{number}"), callback=self.parse_api)


class Closing(Asking):
    """One whose callback is no method of it."""

    async def start(self) -> Any:
        for request in self.wanted:
            yield Request(request.url, callback=self.answered.append)
        async for request in super().start():
            yield request


@pytest.fixture
def site() -> Iterator[Site]:
    pages = [f"/news/{number}" for number in range(4)]
    routes = {"/": say(listing("الجريدة", pages)), "/api": say("{}", kind="application/json")}
    routes |= {page: say(article(page)) for page in pages}
    Asking.answered, Asking.wanted = [], []
    with Site(routes) as running:
        yield running


def crawl(
    layout: CollectionFolder,
    site: Site,
    spider: str = "Asking",
    exclude: tuple[str, ...] = (),
    concurrency: int = 4,
    **options: Any,
) -> str:
    config = SiteConfig(
        name="paper",
        start=(site.url + "/",),
        delay=0.0,
        exclude=exclude,
        concurrency=concurrency,
        spider=f"{MINE}:{spider}",
    )
    collection = CollectionConfig(name="test", sites=(config,))
    return crawl_sites(layout, collection, [config], CrawlOptions(**options))[0].outcome


def requests_waiting(layout: CollectionFolder) -> int:
    with closing(sqlite3.connect(layout.frontier)) as db:
        return int(
            db.execute(
                "SELECT count(*) FROM entries WHERE request IS NOT NULL AND state = 0"
            ).fetchone()[0]
        )


def test_a_request_waits_for_the_next_process(tmp_path: Path, site: Site) -> None:
    """Method, body, callback and arguments: what a crawl with a limit leaves is asked by the next
    one.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")
    Asking.wanted = [
        Request(
            site.url + "/api",
            method="POST",
            body=b"page=%d" % page,
            cb_kwargs={"page": page},
            meta={"callback": "parse_api"},
        )
        for page in (1, 2)
    ]
    assert crawl(layout, site, limit=1) == "limited"
    assert (len(Asking.answered), requests_waiting(layout)) == (1, 1)
    Asking.wanted = []
    assert crawl(layout, site) == "finished"
    assert Asking.answered == [(site.url + "/api", "POST", 1), (site.url + "/api", "POST", 2)]


def test_the_same_request_is_made_once_unless_it_says_otherwise(tmp_path: Path, site: Site) -> None:
    """Two equal POSTs are one; `dont_filter` asks again."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    same = Request(site.url + "/api", method="POST", body=b"x", meta={"callback": "parse_api"})
    Asking.wanted = [same, same.replace(), same.replace(body=b"y")]
    crawl(layout, site)
    assert site.wire.targets.count("/api") == 2
    Asking.wanted = [same]
    crawl(layout, site)
    assert site.wire.targets.count("/api") == 3


def test_an_announcement_moves_a_link_forward_that_waits(tmp_path: Path, site: Site) -> None:
    """What a feed names is asked for before links that were met earlier, though it was one, too."""
    pages = [f"/news/{number}" for number in range(30)]
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    named = f"<item><title>خبر</title><link>{site.url}{pages[-1]}</link></item>"
    rss = f'<rss version="2.0"><channel><title>ف</title>{named}</channel></rss>'
    site.routes |= {page: say(article(page)) for page in pages}
    site.routes["/"] = say(listing("الجريدة", pages, feed))
    site.routes["/feed.xml"] = say(rss, kind="application/rss+xml")
    paper = SiteConfig(name="paper", start=(site.url + "/",), delay=0.02, concurrency=1)
    collection = CollectionConfig(name="test", sites=(paper,))
    crawl_sites(CollectionFolder.create(tmp_path / "c", ""), collection, [paper])
    asked = [target for target in site.wire.targets if target in pages]
    assert sorted(asked) == sorted(pages)
    assert asked.index(pages[-1]) < asked.index(pages[-2])


def test_what_cannot_be_written_down_is_made_all_the_same(
    tmp_path: Path, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """A callback that is no method of the spider: kept in memory, and a warning says so."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    Closing.wanted = [Request(site.url + "/api", meta={"callback": "parse_api"})]
    with caplog.at_level(logging.WARNING, "crawler.engine.scheduler"):
        assert crawl(layout, site, "Closing") == "finished"
    assert any("lost if the process is killed" in record.message for record in caplog.records)
    assert len(Closing.answered) == 2


def test_a_crawl_without_a_collection_has_scrapy_s_own_scheduler() -> None:
    """`scrapy shell` and `scrapy fetch` queue nothing in any collection."""

    async def scheduler() -> object:
        settings = Settings(as_dict() | {"WARRAQ_COLLECTION": None}, priority="project")
        settings.set("TWISTED_REACTOR_ENABLED", value=False)
        crawler = Crawler(Spider, settings)
        crawler._apply_settings()
        return FrontierScheduler.from_crawler(crawler)

    assert type(asyncio.run(scheduler())) is Scheduler


def test_a_spider_s_own_requests_are_no_trap(tmp_path: Path, site: Site) -> None:
    """However many in a row bring no article: an API is asked for each page it lists."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    count = 150
    Asking.wanted = [
        Request(f"{site.url}/api/{number}", meta={"callback": "parse_api"})
        for number in range(count)
    ]
    site.routes |= {f"/api/{number}": say("{}", kind="application/json") for number in range(count)}
    assert crawl(layout, site) == "finished"
    assert len(Asking.answered) == count


def test_a_spider_s_own_requests_may_lead_anywhere(tmp_path: Path, site: Site) -> None:
    """Over any number of redirects, with a callback or without: the scope is for links."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    Asking.wanted = [
        Request(f"{site.url}/own", meta={"callback": "parse_api"}),
        Request(f"{site.url}/plain", meta={"callback": "parse"}),
    ]
    site.routes |= {
        "/own": redirect("/tag/1"),
        "/tag/1": redirect("/tag/2"),
        "/tag/2": redirect("/tag/3"),
        "/tag/3": say("{}", kind="application/json"),
        "/plain": redirect("/tag/4"),
        "/tag/4": say(article("/tag/4")),
        "/linked": redirect("/tag/5"),
        "/": say(listing("الجريدة", ["/linked"])),
    }
    assert crawl(layout, site, exclude=("/tag/",)) == "finished"
    assert [url for url, _, _ in Asking.answered] == [f"{site.url}/tag/3"]
    assert "/tag/4" in site.wire.targets
    assert "/tag/5" not in site.wire.targets


@pytest.mark.parametrize("refused", ["lease", "next_due", "note_run"])
def test_a_frontier_that_refuses_ends_the_crawl_with_its_error(
    tmp_path: Path,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    refused: str,
) -> None:
    """Where the disk is full when the frontier gives the next address out, is asked for what waits,
    or notes how the crawl stands, that error is raised by the run; nothing vanishes in a log.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")
    monkeypatch.setattr("crawler.crawl.site_crawl.NOTE", 0.0)
    monkeypatch.setattr("crawler.crawl.context.ROUND", 0.01)
    answer = say(article("/news/1"))

    async def late(talk: Talk) -> None:
        await asyncio.sleep(0.5)
        await answer(talk)

    site.routes["/news/1"] = late
    real = getattr(Frontier, refused)
    calls = iter(range(10**6))

    def refuse(self: Frontier, *arguments: Any, **named: Any) -> Any:
        if next(calls) == 2:
            raise StorageError("database or disk is full")
        return real(self, *arguments, **named)

    monkeypatch.setattr(Frontier, refused, refuse)
    with pytest.raises(StorageError, match="full"):
        crawl(layout, site)
    assert not [each for each in caplog.records if each.name == "asyncio"]


def test_an_answer_that_comes_in_after_an_error_holds_the_end_up_for_nobody(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk refuses the index while a page is on its way: the run ends with that error, though
    nothing reads the page any more.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")
    submit = SiteCrawl.submit

    def refuse_first(self: SiteCrawl, capture: Capture, *arguments: Any) -> Any:
        if capture.url == site.url + "/":
            self.context.stop(StorageError("database or disk is full"))
        return submit(self, capture, *arguments)

    monkeypatch.setattr(SiteCrawl, "submit", refuse_first)
    with pytest.raises(StorageError, match="full"):
        crawl(layout, site)


def test_a_limit_holds_for_requests_in_memory_too(
    tmp_path: Path, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Those that are not made then are lost, and that is said."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    Closing.wanted = [
        Request(f"{site.url}/api?{number}", meta={"callback": "parse_api"}) for number in range(3)
    ]
    with caplog.at_level(logging.WARNING, "crawler.engine.scheduler"):
        assert crawl(layout, site, "Closing", limit=1) == "limited"
    assert len(Closing.answered) == 1
    assert "2 requests that only memory held are lost" in caplog.text


def test_a_spider_s_priorities_are_kept_by_the_next_process(tmp_path: Path, site: Site) -> None:
    """More goes first, less than 0 last; a crawl with a limit leaves the rest in that order."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    priorities = (-5, 0, 7, 3, -1)
    Asking.wanted = [
        Request(f"{site.url}/api/{number}", priority=number, meta={"callback": "parse_api"})
        for number in priorities
    ]
    site.routes |= {f"/api/{each}": say("{}", kind="application/json") for each in priorities}
    assert crawl(layout, site, "Together", limit=3, concurrency=1) == "limited"
    assert [target for target in site.wire.targets if "/api/" in target] == ["/api/7", "/api/3"]
    Asking.wanted = []
    assert crawl(layout, site, "Together", concurrency=1) == "finished"
    asked = [target.removeprefix("/api/") for target in site.wire.targets if "/api/" in target]
    assert asked == ["7", "3", "0", "-1", "-5"]


def test_priorities_hold_in_memory_too(tmp_path: Path, site: Site) -> None:
    """Requests that cannot be written down are made in the order of theirs."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    InMemory.wanted = [Request(f"{site.url}/api?{number}", priority=number) for number in (1, 3, 2)]
    assert crawl(layout, site, "InMemory", concurrency=1) == "finished"
    asked = [target for target in site.wire.targets if target.startswith("/api")]
    assert asked == ["/api?3", "/api?2", "/api?1"]


def test_the_most_urgent_of_a_page_goes_first_however_many_it_leads_to(
    tmp_path: Path, site: Site
) -> None:
    """Also where the page names it last of forty, and requests come in one after another."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    Asking.wanted = [
        Request(f"{site.url}/api/{number}", priority=number, meta={"callback": "parse_api"})
        for number in range(40)
    ]
    site.routes |= {f"/api/{each}": say("{}", kind="application/json") for each in range(40)}
    assert crawl(layout, site, "Together", concurrency=1) == "finished"
    asked = [each for each in site.wire.targets if each.startswith("/api/")]
    assert asked[0] == "/api/39"


def test_a_page_that_leads_on_without_end_holds_nothing_up(tmp_path: Path, site: Site) -> None:
    """What it has led to is asked for meanwhile."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    site.routes |= {f"/api/{each}": say("{}", kind="application/json") for each in range(5000)}
    assert crawl(layout, site, "Endless", limit=20) == "limited"
    assert 0 < requests_waiting(layout) < 4000


def test_what_is_urgent_goes_before_what_was_taken_from_the_queue(
    tmp_path: Path, site: Site
) -> None:
    """Entries leased together and not yet asked for step back for a priority above theirs."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    Asking.wanted = [Request(f"{site.url}/api/{number}") for number in range(6)]
    site.routes |= {f"/api/{each}": say("{}", kind="application/json") for each in range(6)}
    site.routes["/urgent"] = say("{}", kind="application/json")
    assert crawl(layout, site, "Urgent", concurrency=1) == "finished"
    asked = [each for each in site.wire.targets if each.startswith(("/api/", "/urgent"))]
    assert asked.index("/urgent") < 4


def states(layout: CollectionFolder) -> dict[str, tuple[int, float | None]]:
    with closing(sqlite3.connect(layout.frontier)) as db:
        found = db.execute("SELECT url, state, leased FROM entries").fetchall()
    return {"/" + url.partition("//")[2].partition("/")[2]: (state, at) for url, state, at in found}


def test_what_a_stop_broke_off_waits_as_if_it_had_never_been_taken(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that hangs when time is up: the crawl is limited, and the next one asks for it."""
    monkeypatch.setattr("crawler.crawl.site_crawl.GRACE", 0.2)
    layout = CollectionFolder.create(tmp_path / "c", "")

    async def hang(talk: Talk) -> None:
        Asking.running._deadline = 0.0  # time is up
        await talk.wait(60)

    site.routes["/news/3"] = hang
    assert crawl(layout, site, max_time=600) == "limited"
    assert states(layout)["/news/3"] == (EntryState.WAITING, None)
    site.routes["/news/3"] = say(article("/news/3"))
    assert crawl(layout, site) == "finished"
    assert site.wire.targets.count("/news/3") == 2


def test_a_crawl_that_is_closed_leaves_nothing_taken(tmp_path: Path, site: Site) -> None:
    """What was fetched is acknowledged when the index has it, even if that is at the very end, as
    with pages that nobody waits for; what was not asked for waits.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")
    site.routes |= {f"/news/{each}": say(listing(f"قسم {each}", [])) for each in range(4)}
    Asking.custom_settings = Asking.custom_settings | {"CLOSESPIDER_PAGECOUNT": 10}
    try:
        assert crawl(layout, site, concurrency=1) == "limited"
    finally:
        del Asking.custom_settings["CLOSESPIDER_PAGECOUNT"]
    fetched = {target for target in site.wire.targets if target.startswith("/news/")}
    assert 0 < len(fetched) < 4
    now = states(layout)
    assert {now[each][0] for each in fetched} == {EntryState.DONE}
    assert EntryState.LEASED not in {state for state, _ in now.values()}


def test_what_a_killed_crawl_had_posted_is_posted_again(tmp_path: Path, site: Site) -> None:
    """No capture of the same address by GET answers for it, and no condition of one is put on it;
    the GET itself is answered from its capture.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")
    site.routes["/api"] = say("{}", kind="application/json", ETag='"1"')
    Asking.wanted = [
        Request(f"{site.url}/api", meta={"callback": "parse_api"}),
        Request(f"{site.url}/api", method="POST", body=b"x", meta={"callback": "parse_api"}),
    ]
    assert crawl(layout, site, limit=2, concurrency=1) == "limited"
    assert [(each[1], each[2]) for each in Asking.answered] == [("GET", 0)]
    with closing(sqlite3.connect(layout.frontier)) as db, db:
        # as a process leaves them that had both under way when it was killed
        db.execute("UPDATE entries SET state = 1, leased = ? WHERE url LIKE '%/api'", (1.0,))
        blob = marshal.dumps(
            Request(f"{site.url}/api", callback=None).to_dict() | {"callback": "parse_api"}
        )
        db.execute("UPDATE entries SET request = ? WHERE request IS NULL", (blob,))
        db.execute("UPDATE entries SET state = 3 WHERE state = 0")
    Asking.wanted, Asking.answered[:] = [], []
    crawl(layout, site, concurrency=1)
    assert sorted(each[1] for each in Asking.answered) == ["GET", "POST"]
    asked = [each for each in site.wire.exchanges if each.target == "/api"]
    assert [each.request.partition(b" ")[0] for each in asked] == [b"GET", b"POST"]
    assert b"if-none-match" not in asked[-1].request.lower()
