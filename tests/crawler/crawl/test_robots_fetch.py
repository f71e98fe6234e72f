"""What the fetch of a robots.txt brings."""

from __future__ import annotations

import asyncio
from pathlib import Path

from scrapy import Request
from scrapy.http import Response

from archive.index.writer import Index
from crawler.crawl.robots_fetch import KeptRobots, fetch_robots
from crawler.fetch.errors import FetchError, FetchReason
from crawler.frontier.queue import Frontier
from crawler.politeness.robots_cache import RobotsResponse

URL = "https://news.example/robots.txt"


def fetched(answer: Response | FetchError) -> tuple[RobotsResponse, list[Request]]:
    """What comes of an answer, and the requests that were made."""
    made: list[Request] = []

    async def download(request: Request) -> Response:
        made.append(request)
        if isinstance(answer, FetchError):
            raise answer
        return answer

    return asyncio.run(fetch_robots(URL, download)), made


def test_an_answer_is_told_as_it_came() -> None:
    """One request, held neither to robots.txt itself nor to redirects and retries of pages."""
    answer, [request] = fetched(Response(URL, status=404, body=b"none"))
    assert (answer.url, answer.status, answer.body) == (URL, 404, b"none")
    assert request.meta["dont_obey_robotstxt"]
    assert request.meta["dont_redirect"]
    assert request.meta["dont_retry"]


def test_no_answer_is_told_with_its_reason() -> None:
    """So that nothing is asked for where nobody can say what may be."""
    answer, _ = fetched(FetchError(FetchReason.REFUSED, URL, "127.0.0.1 port 1"))
    assert answer.status is None
    assert answer.error == f"{FetchReason.REFUSED}: 127.0.0.1 port 1"


def test_only_what_stands_in_the_archive_is_recalled(tmp_path: Path) -> None:
    """State that outlived its archive says nothing, and nothing is kept of what has no record."""
    frontier = Frontier(tmp_path / "frontier.db")
    with Index(tmp_path / "index.db") as index:
        kept = KeptRobots(frontier.hosts, index, force=False)
        kept.keep("https://a.example", RobotsResponse(url=URL, status=200))
        assert frontier.hosts.recall_robots("https://a.example") is None
        kept.keep("https://a.example", RobotsResponse(url=URL, status=200, record="<urn:uuid:1>"))
        assert frontier.hosts.recall_robots("https://a.example") is not None
        assert kept.recall("https://a.example") is None
    frontier.close()
