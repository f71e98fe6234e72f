"""Requests that only memory holds: a crawl makes them as it makes all others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback_site.server import Site, Talk, redirect, say
from loopback_site.small_paper import article, listing
from scrapy import Request

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.crawl.lease import FetchOutcome, FetchResult, Lease
from crawler.crawl.options import CrawlOptions
from crawler.engine.memory_queue import MemoryQueue
from crawler.engine.run import crawl_sites
from crawler.engine.spider import NewsSpider
from crawler.frontier.queued_url import QueuedUrl

MINE = "tests.crawler.engine.test_memory_queue"


class InMemory(NewsSpider):
    """Asks for `wanted` with callbacks that no name leads to."""

    wanted: list[Request]
    answered: list[Any]
    failed: list[Any]
    custom_settings = {"LOG_LEVEL": "CRITICAL"}  # noqa: RUF012 - as Scrapy has it

    async def start(self) -> Any:
        for request in self.wanted:
            yield request.replace(
                callback=lambda response: self.answered.append((response.url, response.status)),
                errback=lambda failure: self.failed.append(failure.value),
            )
        async for request in super().start():
            yield request


@pytest.fixture
def site() -> Iterator[Site]:
    InMemory.wanted, InMemory.answered, InMemory.failed = [], [], []
    routes = {"/": say(listing("الجريدة", ["/news/1"])), "/news/1": say(article("/news/1"))}
    with Site(routes | {"/api": say("{}", kind="application/json")}) as running:
        yield running


def crawl(layout: CollectionFolder, site: Site, **options: Any) -> str:
    paper = SiteConfig(name="paper", start=(site.url + "/",), delay=0.0, spider=f"{MINE}:InMemory")
    collection = CollectionConfig(name="test", sites=(paper,))
    return crawl_sites(layout, collection, [paper], CrawlOptions(**options))[0].outcome


def fingerprint(request: Request) -> bytes:
    return request.url.encode()


def retried(url: str, at: float) -> Lease:
    """A lease whose fetch is to be tried again at a Unix time."""
    result = FetchResult(outcome=FetchOutcome.RETRY, url=url, retry_at=at)
    return Lease(entry=QueuedUrl(url=url), request=Request(url), result=result, in_memory=True)


def names(taken: list[tuple[QueuedUrl, Request] | None]) -> list[str | None]:
    return [each and each[0].url.rpartition("/")[2] for each in taken]


def test_the_first_by_priority_that_is_due_comes_out() -> None:
    """One to be tried later waits for its time, and says when that is; of equal ones the earlier
    goes first.
    """
    queue = MemoryQueue(fingerprint)
    queue.take_back(retried("https://paper.example/later", 50.0))
    for name, priority in {"last": 0, "first": 1, "second": 1}.items():
        url = f"https://paper.example/{name}"
        queue.add(QueuedUrl(url=url, priority=priority), Request(url))
    assert names([queue.take_request(now=10.0) for _ in range(4)]) == [
        "first",
        "second",
        "last",
        None,
    ]
    assert (len(queue), queue.next_due()) == (1, 50.0)
    again = queue.take_request(now=50.0)
    assert again is not None
    assert again[0].attempts == 1
    assert (len(queue), queue.next_due()) == (0, None)


def test_equal_requests_are_queued_once() -> None:
    """Also when the first was made; unless that is asked for."""
    queue, url = MemoryQueue(fingerprint), "https://paper.example/one"
    entry = QueuedUrl(url=url)
    assert queue.add(entry, Request(url))
    assert names([queue.take_request(now=1.0)]) == ["one"]
    assert not queue.add(entry, Request(url))
    assert not queue
    assert queue.add(entry, Request(url), again=True)
    assert len(queue) == 1


def test_when_pages_are_spent_only_what_belongs_to_one_comes_out() -> None:
    """Where an answer led on: the rest of a page that was asked for."""
    queue = MemoryQueue(fingerprint)
    for name, redirected in {"new": False, "led": True}.items():
        url = f"https://paper.example/{name}"
        queue.add(QueuedUrl(url=url, redirected=redirected), Request(url))
    assert queue.next_due(started=True) == 0.0
    assert names([queue.take_request(now=1.0, started=True) for _ in range(2)]) == ["led", None]
    assert (len(queue), queue.next_due(started=True)) == (1, None)


def test_a_redirect_leads_on(tmp_path: Path, site: Site) -> None:
    """Also over several, and from a POST to a GET; the crawl goes on to its end."""
    site.routes |= {"/first": redirect("/second"), "/second": redirect("/api")}
    site.routes["/form"] = redirect("/api?sent", status="303 See Other")
    InMemory.wanted = [
        Request(f"{site.url}/first"),
        Request(f"{site.url}/form", method="POST", body=b"x"),
    ]
    assert crawl(CollectionFolder.create(tmp_path / "c", ""), site) == "finished"
    assert sorted(InMemory.answered) == [(f"{site.url}/api", 200), (f"{site.url}/api?sent", 200)]
    assert "/news/1" in site.wire.targets


def test_another_try_is_made(tmp_path: Path, site: Site) -> None:
    """After the time that the server names, as often as any request gets."""
    count = 0

    async def busy_once(talk: Talk) -> None:
        nonlocal count
        count += 1
        if count == 1:
            await say("busy", status="503 Service Unavailable", Retry_After="1")(talk)
        else:
            await say("{}", kind="application/json")(talk)

    site.routes["/busy"] = busy_once
    InMemory.wanted = [Request(f"{site.url}/busy")]
    assert crawl(CollectionFolder.create(tmp_path / "c", ""), site) == "finished"
    assert (count, InMemory.answered) == (2, [(f"{site.url}/busy", 200)])


def test_a_request_that_fails_for_good_is_told_to_its_errback(tmp_path: Path, site: Site) -> None:
    """And is not made again; `failures` has it."""

    async def drop(talk: Talk) -> None:
        talk.reset()

    site.routes["/gone"] = drop
    InMemory.wanted = [Request(f"{site.url}/gone", meta={"dont_retry": True})]
    layout = CollectionFolder.create(tmp_path / "c", "")
    assert crawl(layout, site) == "finished"
    assert site.wire.targets.count("/gone") == 1
    assert (InMemory.answered, len(InMemory.failed)) == ([], 1)


def test_pages_that_lead_to_each_other_are_asked_for_once(tmp_path: Path, site: Site) -> None:
    """A callback may yield requests of its own kind without end: equal ones are made once, by
    themselves and where redirects lead.
    """
    site.routes |= {"/a": redirect("/api"), "/b": redirect("/api")}
    wanted = [Request(f"{site.url}/{name}") for name in ("a", "b", "api?c")]
    InMemory.wanted = [*wanted, *(request.copy() for request in wanted)]
    assert crawl(CollectionFolder.create(tmp_path / "c", ""), site) == "finished"
    asked = [target for target in site.wire.targets if target in {"/a", "/b", "/api", "/api?c"}]
    assert sorted(asked) == ["/a", "/api", "/api?c", "/b"]


def test_a_wall_that_a_cookie_opens_is_passed(tmp_path: Path, site: Site) -> None:
    """It leads to itself once more, and is asked again with the cookie."""

    async def wall(talk: Talk) -> None:
        if "seen=1" in (talk.header("Cookie") or ""):
            await say("{}", kind="application/json")(talk)
        else:
            opening = {"Location": "/wall", "Set_Cookie": "seen=1; Path=/"}
            await say("", status="302 Found", **opening)(talk)

    site.routes["/wall"] = wall
    InMemory.wanted = [Request(f"{site.url}/wall")]
    assert crawl(CollectionFolder.create(tmp_path / "c", ""), site) == "finished"
    assert InMemory.answered == [(f"{site.url}/wall", 200)]
