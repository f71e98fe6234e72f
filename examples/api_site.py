"""A spider for a site whose stories are listed by a JSON API, page by page.

The start page draws its list by a script, so that no link leads to a story. The API answers
`GET /api/stories?page=N` with `{"stories": [{"url": ...}, ...], "next": N+1 or null}`; a story's
comments come from `GET /api/comments?story=URL`.

Use it with the folder of this file on PYTHONPATH, in warraq.toml:

    [sites.paper]
    start = "https://paper.example/"
    spider = "api_site:ApiSite"

Every answer, the API's too, is in the WARC; articles are indexed as from any page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response

from archive.model import Article
from crawler.engine.spider import NewsSpider


class ApiSite(NewsSpider):
    """Asks the API for its first page, and follows from there."""

    async def start(self) -> AsyncIterator[Any]:
        """The API's first page, then what a crawl begins with anyhow."""
        yield self.list_request(page=1)
        async for request in super().start():
            yield request

    def list_request(self, page: int) -> Request:
        """The request for one page of the list.

        The first page is asked for in each crawl (`dont_filter`); further ones once in a crawl.
        """
        return Request(
            f"{self.site.start[0]}api/stories?{urlencode({'page': page})}",
            callback=self.parse_list,
            headers={"Accept": "application/json"},
            dont_filter=page == 1,
        )

    def parse_list(self, response: Response) -> Iterator[Request]:
        """The stories of one page, and the next page."""
        listed = response.json()  # type: ignore[attr-defined]
        for story in listed["stories"]:
            yield Request(response.urljoin(story["url"]))
        if listed["next"]:
            yield self.list_request(listed["next"])

    async def parse_article(self, response: Response, article: Article) -> AsyncIterator[Any]:
        """The article, and a request for its comments."""
        async for item in super().parse_article(response, article):
            yield item
        query = urlencode({"story": article.url})
        yield Request(
            response.urljoin(f"/api/comments?{query}"),
            callback=self.parse_comments,
            cb_kwargs={"story": article.url},
        )

    def parse_comments(self, response: Response, story: str) -> Iterator[dict[str, Any]]:
        """An item of another kind: it goes through the same pipelines and feeds."""
        yield {"story": story, "comments": response.json()["comments"]}  # type: ignore[attr-defined]
