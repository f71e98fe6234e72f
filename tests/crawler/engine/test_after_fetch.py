"""Retries, redirects and outcomes, on real crawls."""

from __future__ import annotations

import asyncio
import gzip
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from loopback_site.server import Behaviour, Site, Talk, redirect, say
from loopback_site.small_paper import article, listing
from scrapy import Request

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.engine.run import crawl_sites
from crawler.engine.spider import NewsSpider
from crawler.fetch.errors import FetchError

ROBOTS = "User-agent: *\nDisallow: /private"
MINE = "tests.crawler.engine.test_after_fetch"


class Asking(NewsSpider):
    """Asks for what a test puts into `wanted` instead of the site's seeds, and keeps what came."""

    custom_settings = {"LOG_LEVEL": "CRITICAL"}  # noqa: RUF012 - as Scrapy has it
    wanted: list[Request]
    answers: list[tuple[str, int]]
    errors: list[BaseException]

    async def start(self) -> Any:
        for request in self.wanted:
            yield request.replace(callback=self.take, errback=self.miss)

    def take(self, response: Any) -> None:
        self.answers.append((response.url, response.status))

    def miss(self, failure: Any) -> None:
        self.errors.append(failure.value)


class Place:
    """A loopback site whose start page links to what a test puts there."""

    def __init__(self, site: Site, layout: CollectionFolder) -> None:
        self.site = site
        self.layout = layout

    def put(self, **pages: Behaviour) -> None:
        routes = {f"/{name}": page for name, page in pages.items()}
        self.site.routes |= routes
        self.site.routes["/"] = say(listing("الجريدة", [path for path in routes if path != "/b"]))

    def ask(self, path: str, **request: Any) -> None:
        """Crawl with a spider that makes this one request of its own."""
        Asking.wanted = [Request(self.site.url + path, **request)]
        Asking.answers, Asking.errors = [], []
        self.crawl(spider=f"{MINE}:Asking")

    def crawl(self, **table: Any) -> str:
        start = (self.site.url + "/",)
        site = SiteConfig(name="paper", start=start, **{"delay": 0.0, **table})
        config = CollectionConfig(name="test", sites=(site,))
        return crawl_sites(self.layout, config, [site])[0].outcome

    def rows(self, query: str) -> list[tuple]:
        with sqlite3.connect(f"file:{self.layout.index_db}?mode=ro", uri=True) as db:
            return db.execute(query.replace("SITE", self.site.url)).fetchall()

    def failures(self) -> dict[str, str]:
        return dict(self.rows("SELECT replace(url, 'SITE', ''), reason FROM failures"))

    def asked(self) -> Counter[str]:
        return Counter(self.site.wire.targets)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with Site({"/robots.txt": say(ROBOTS, kind="text/plain")}) as site:
        yield Place(site, CollectionFolder.create(tmp_path / "c", ""))


def failing(times: int, page: str, headers: dict[str, str] | None = None) -> Behaviour:
    """503 so many times, then the page."""
    left = [times]

    async def behave(talk: Talk) -> None:
        left[0] -= 1
        if left[0] >= 0:
            await talk.reply("busy", status="503 Service Unavailable", headers=headers)
        else:
            await talk.reply(page)

    return behave


async def drop(talk: Talk) -> None:
    """No answer at all."""
    talk.reset()


def test_robots_txt_is_kept_to_on_every_hop(place: Place) -> None:
    """A forbidden page is not fetched, also where a redirect leads to it; both are said."""
    place.put(a=redirect("/private/1"))
    place.site.routes["/private/1"] = say(article("/private/1"))
    place.crawl()
    assert place.asked()["/private/1"] == 0
    assert place.failures() == {"/private/1": "robots.txt forbids it"}


def test_the_target_of_redirects_is_fetched_once(place: Place) -> None:
    """However many pages lead there, and though a page links to it, too."""
    place.put(a=redirect("/b"), c=redirect("/b", status="301 Moved Permanently"), d=redirect("/b"))
    place.site.routes["/b"] = say(article("/b"))
    assert place.crawl() == "finished"
    assert place.asked()["/b"] == 1
    assert place.rows("SELECT count(*) FROM captures WHERE url LIKE 'SITE/_' AND status < 400") == [
        (4,)
    ]
    assert place.failures() == {}


def test_a_server_in_trouble_is_asked_again(place: Place) -> None:
    """Its errors are captures, and no failures once the page has come."""
    place.put(a=failing(2, article("/a")))
    assert place.crawl() == "finished"
    assert place.asked()["/a"] == 3
    assert place.rows("SELECT status FROM captures WHERE url = 'SITE/a' ORDER BY captured") == [
        (503,),
        (503,),
        (200,),
    ]
    assert place.failures() == {}


def test_it_is_given_up_after_the_fourth_try(place: Place) -> None:
    """And the reason is kept."""
    place.put(a=failing(9, ""))
    place.crawl()
    assert place.asked()["/a"] == 4
    assert place.failures() == {"/a": "HTTP 503, at 4 tries"}


def test_a_page_behind_a_redirect_is_what_is_tried_again(place: Place) -> None:
    """The redirect that worked is done."""
    place.put(a=redirect("/b"))
    place.site.routes["/b"] = failing(1, article("/b"))
    assert place.crawl() == "finished"
    assert (place.asked()["/a"], place.asked()["/b"]) == (1, 2)


def test_a_site_that_asks_for_a_day_is_left_to_the_next_crawl(place: Place) -> None:
    """What it asks for is said once; the page waits. A crawl within the day asks for nothing at
    all, and the one after it goes on.
    """
    place.put(a=failing(1, article("/a"), {"Retry-After": "86400"}))
    assert place.crawl() == "failed"
    assert place.asked()["/a"] == 1
    assert "the next crawl goes on" in place.failures()["/a"]
    before = place.asked()
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=23)):
        assert place.crawl() == "failed"
    assert place.asked() == before
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=24, minutes=1)):
        assert place.crawl() == "finished"
    assert place.asked()["/a"] == 2


@pytest.mark.parametrize("status", ["503 Service Unavailable", "429 Too Many", "403 Forbidden"])
def test_a_host_that_wants_to_be_left_alone_is_asked_for_nothing_more(
    place: Place, status: str
) -> None:
    """Not for the pages that are queued already, and not after the five minutes a crawl waits."""
    links = {f"n{n}": say(article(f"/n{n}")) for n in range(6)}
    busy = say("later", status=status, Retry_After="86400")
    place.put(**links)
    place.site.routes["/"] = busy
    assert place.crawl(concurrency=1) == "failed"
    asked = place.asked()
    assert asked["/"] == 1
    place.crawl(concurrency=1)
    assert place.asked() == asked


def test_robots_txt_of_the_day_is_not_asked_for_again(place: Place) -> None:
    """The next crawl keeps to it all the same, and each capture names the record it was read from;
    a day later it is asked for again.
    """
    place.put(a=say(article("/a")), private=say(article("/private")))
    for _ in range(2):
        place.crawl()
    assert place.asked()["/robots.txt"] == 1
    assert place.asked()["/private"] == 0
    ((record,),) = place.rows("SELECT record_id FROM captures WHERE kind = 'robots'")
    with (place.layout.archive / place.rows("SELECT warc FROM captures")[0][0]).open("rb") as file:
        text = gzip.decompress(file.read())
    assert text.count(f"warraq-robots: {record}".encode()) >= len(
        place.rows("SELECT 1 FROM captures WHERE url IN ('SITE/', 'SITE/a')")
    )
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        place.crawl()
    assert place.asked()["/robots.txt"] == 2


def test_the_scope_is_kept_to_on_every_hop(place: Place) -> None:
    """Two redirects do not lead where one would not."""
    place.put(a=redirect("/b"), b=redirect("/tag/1"))
    place.crawl(exclude=("/tag/",))
    assert place.asked()["/tag/1"] == 0
    assert "matches `exclude`" in place.failures()["/b"]


def test_a_host_that_asks_for_time_is_asked_for_nothing_meanwhile(place: Place) -> None:
    """Retry-After is of the host, not of the one page."""
    moments: list[float] = []

    def noting(answer: Behaviour) -> Behaviour:
        async def behave(talk: Talk) -> None:
            moments.append(time.monotonic())
            await answer(talk)

        return behave

    busy = failing(1, article("/a"), {"Retry-After": "1"})
    place.put(a=noting(busy), b=noting(say(article("/b"))), c=noting(say(article("/c"))))
    assert place.crawl(concurrency=1) == "finished"
    assert moments[1] - moments[0] > 0.9


@pytest.mark.parametrize("busy", [False, True])
def test_a_crawl_that_is_busy_takes_no_host_for_slow(
    place: Place, monkeypatch: pytest.MonkeyPatch, *, busy: bool
) -> None:
    """What the crawler itself needed processor time for (a made-up clock of it) does not count as
    the host's, by which that is asked more slowly.
    """
    spent = iter(range(10**6))
    monkeypatch.setattr(time, "thread_time", lambda: next(spent) if busy else 0.0)

    async def slow(talk: Talk) -> None:
        await asyncio.sleep(0.3)
        await talk.reply(article("/a"))

    place.put(a=slow)
    place.ask("/a")
    assert Asking.answers
    with closing(sqlite3.connect(place.layout.frontier)) as db:
        ((answer_time,),) = db.execute("SELECT answer_time FROM hosts").fetchall()
    assert (answer_time < 0.3) is busy


def test_a_page_that_never_answers_is_one_sign_of_a_site_that_is_away(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it is tried: three such pages do not end a crawl as ten would. Each is a row in
    `failures`, and no traceback.
    """
    place.put(a=drop, c=drop, d=drop)
    assert place.crawl() == "finished"
    assert [place.asked()[path] for path in ("/a", "/c", "/d")] == [4, 4, 4]
    assert sorted(place.failures()) == ["/a", "/c", "/d"]
    assert [record for record in caplog.records if record.exc_info] == []


def test_a_request_may_forbid_a_second_try(place: Place) -> None:
    """`dont_retry`: its answer, or that it had none, is the end of it, and is said."""
    place.site.routes |= {"/busy": failing(9, ""), "/gone": drop}
    for path, reason in (("/busy", "HTTP 503"), ("/gone", "no-response")):
        place.ask(path, meta={"dont_retry": True})
        assert place.asked()[path] == 1
        assert reason in place.failures()[path]


def test_an_errback_hears_why_there_was_no_answer(place: Place) -> None:
    """The error of the wire itself, not that it was noted."""
    place.site.routes["/gone"] = drop
    place.ask("/gone", meta={"dont_retry": True})
    (error,) = Asking.errors
    assert isinstance(error, FetchError)


@pytest.mark.parametrize(
    "meta",
    [
        {"dont_redirect": True, "handle_httpstatus_all": True},
        {"handle_httpstatus_all": True},
        {"handle_httpstatus_list": [302]},
    ],
)
def test_a_request_may_take_a_redirect_as_its_answer(place: Place, meta: dict[str, Any]) -> None:
    """The callback gets the 302; where it leads is not asked for."""
    place.site.routes |= {"/a": redirect("/b"), "/b": say(article("/b"))}
    place.ask("/a", meta=meta)
    assert Asking.answers == [(place.site.url + "/a", 302)]
    assert place.asked()["/b"] == 0


def test_a_request_that_forbids_redirects_ends_there(place: Place) -> None:
    """With `dont_redirect` alone the callback sees nothing, and nothing else is asked for."""
    place.site.routes |= {"/a": redirect("/b"), "/b": say(article("/b"))}
    place.ask("/a", meta={"dont_redirect": True})
    assert (Asking.answers, place.asked()["/b"]) == ([], 0)


@pytest.mark.parametrize(
    ("method", "status", "then"),
    [
        ("POST", "302 Found", "GET"),
        ("PUT", "303 See Other", "GET"),
        ("POST", "307 Temporary Redirect", "POST"),
    ],
)
def test_what_is_sent_again_where_a_redirect_leads(
    place: Place, method: str, status: str, then: str
) -> None:
    """A form is sent once, unless the server asks for it elsewhere (RFC 9110 §15.4)."""
    place.site.routes |= {"/a": redirect("/b", status=status), "/b": say("ok")}
    headers = {"Content-Type": "text/plain"}
    place.ask("/a", method=method, body=b"form=1", headers=headers)
    assert Asking.answers == [(place.site.url + "/b", 200)]
    (exchange,) = place.site.wire.of("/b")
    again = then != "GET"
    assert exchange.method == then
    assert exchange.request.endswith(b"form=1") is again
    assert exchange.header("Content-Type") == ("text/plain" if again else None)


def test_conditions_are_of_one_address(place: Place) -> None:
    """A tag that is known of a page is not sent to where that page now leads."""
    place.site.routes |= {"/a": redirect("/b"), "/b": say(article("/b"))}
    place.ask("/a", headers={"If-None-Match": '"a"'})
    (first,), (second,) = place.site.wire.of("/a"), place.site.wire.of("/b")
    assert (first.header("If-None-Match"), second.header("If-None-Match")) == ('"a"', None)
