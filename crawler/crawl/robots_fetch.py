"""robots.txt fetched as everything is: by Scrapy's downloader, into the archive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from scrapy import Request
from scrapy.http import Response

from crawler.crawl.lease import ROBOTS
from crawler.fetch.errors import FetchError
from crawler.fetch.response import CapturedResponse
from crawler.politeness.robots_cache import RobotsResponse

_OUR_OWN = ("dont_obey_robotstxt", "dont_redirect", "dont_retry", ROBOTS)


async def fetch_robots(
    url: str, download: Callable[[Request], Awaitable[Response]]
) -> RobotsResponse:
    """What a robots.txt answers, its redirects not followed; an error of the fetch is told."""
    request = Request(url, dont_filter=True, meta=dict.fromkeys(_OUR_OWN, True))
    try:
        response = await download(request)
    except FetchError as error:
        return RobotsResponse(url=url, error=f"{error.reason}: {error.detail}")
    if not isinstance(response, CapturedResponse):
        return RobotsResponse(url=url, status=response.status, body=response.body)
    return RobotsResponse.from_message(url, response.message)
