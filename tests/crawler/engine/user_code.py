"""Spiders and pipelines as users write them, for the tests of what the engine promises them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, ClassVar

from scrapy import Request
from scrapy.exceptions import DropItem
from scrapy.http import Response

from archive.model import Article
from crawler.engine.spider import NewsSpider


class Collecting:
    """A pipeline that keeps what it sees, and drops every other article."""

    seen: ClassVar[list[Any]] = []

    def process_item(self, item: Any) -> Any:
        self.seen.append(item)
        if len(self.seen) % 2:
            raise DropItem("not wanted")
        return item


class Faulty:
    """A pipeline that drops the second article of three, and fails at the third."""

    count = 0

    def process_item(self, item: Any) -> Any:
        self.count += 1
        if self.count % 3 == 2:
            raise DropItem("not wanted")
        if self.count % 3 == 0:
            raise ValueError("a mistake")
        return item


class WithFaulty(NewsSpider):
    """Has that pipeline, and keeps the crawl's stats."""

    custom_settings: ClassVar[dict[str, Any]] = {
        "ITEM_PIPELINES": {Faulty: 300},
        "LOG_LEVEL": "CRITICAL",
    }
    stats: ClassVar[dict[str, Any]] = {}

    def closed(self, reason: str) -> None:
        del reason
        collector = self.crawler.stats
        assert collector is not None
        self.stats.clear()
        self.stats.update(collector.get_stats())


class WithComments(NewsSpider):
    """Asks an API for the comments of each article."""

    custom_settings: ClassVar[dict[str, Any]] = {
        "ITEM_PIPELINES": {Collecting: 300},
        "LOG_LEVEL": "CRITICAL",
    }

    async def parse_article(self, response: Response, article: Article) -> AsyncIterator[Any]:
        async for item in super().parse_article(response, article):
            yield item
        number = article.url.rpartition("/")[2]
        yield Request(
            response.urljoin("/api"),
            method="POST",
            body=f"article={number}".encode(),
            callback=self.parse_comments,
            cb_kwargs={"number": number},
        )

    def parse_comments(self, response: Response, number: str) -> Any:
        yield {"comments": response.json()["comments"], "number": number}  # type: ignore[attr-defined]


class Failing(NewsSpider):
    """Raises wherever it can."""

    custom_settings: ClassVar[dict[str, Any]] = {"LOG_LEVEL": "CRITICAL"}

    async def parse_article(self, response: Response, article: Article) -> AsyncIterator[Any]:
        raise ValueError(article.url)
        yield response


class Elsewhere:
    """No spider."""
