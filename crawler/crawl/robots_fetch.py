"""robots.txt fetched as everything is: by Scrapy's downloader, into the archive; and remembered
from run to run, with the record it stands in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from scrapy import Request
from scrapy.http import Response

from archive.index.writer import Index
from crawler.crawl.lease import ROBOTS
from crawler.fetch.download_handler import PATIENCE
from crawler.fetch.errors import FetchError
from crawler.fetch.response import CapturedResponse
from crawler.frontier.host_memory import HostMemory, RobotsRecord
from crawler.politeness.robots_cache import RobotsResponse

_OUR_OWN = ("dont_obey_robotstxt", "dont_redirect", "dont_retry", ROBOTS)


async def fetch_robots(
    url: str,
    download: Callable[[Request], Awaitable[Response]],
    *,
    patience: float | None = None,
) -> RobotsResponse:
    """What a robots.txt, or another file about a whole site, answers, its redirects not followed;
    an error of the fetch is told. `patience`: seconds on the wire after which it is given up.
    """
    meta: dict[str, object] = dict.fromkeys(_OUR_OWN, True)
    request = Request(url, dont_filter=True, meta={**meta, PATIENCE: patience})
    try:
        response = await download(request)
    except FetchError as error:
        return RobotsResponse(url=url, error=f"{error.reason}: {error.detail}")
    if not isinstance(response, CapturedResponse):
        return RobotsResponse(url=url, status=response.status, body=response.body)
    return RobotsResponse.from_message(url, response.message, response.capture.record_id)


class KeptRobots:
    """The robots.txt of earlier runs, from the frontier; only those whose record the index has, so
    that each use can be traced. With `force` nothing is recalled, and all is asked for anew.
    """

    def __init__(self, hosts: HostMemory, index: Index, *, force: bool) -> None:
        self._hosts = hosts
        self._index = index
        self._force = force

    def recall(self, origin: str) -> tuple[RobotsResponse, float] | None:
        """The answer as it was kept last, and its age in seconds; None where it has no record."""
        kept = None if self._force else self._hosts.recall_robots(origin)
        if kept is None or not self._index.has_record(kept.record):
            return None
        answer = RobotsResponse(
            url=kept.url, status=kept.status, body=kept.body, record=kept.record
        )
        return answer, kept.age

    def keep(self, origin: str, answer: RobotsResponse) -> None:
        """Keep an answer of now, if it stands in the archive."""
        if answer.record is not None and answer.status is not None:
            kept = RobotsRecord(
                url=answer.url, status=answer.status, body=answer.body, record=answer.record
            )
            self._hosts.keep_robots(origin, kept)
