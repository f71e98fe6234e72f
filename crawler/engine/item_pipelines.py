"""The first item pipeline: pipelines behind it see articles as the index has them."""

from __future__ import annotations

from typing import Any, Self

from scrapy.crawler import Crawler

from crawler.engine.items import ArticleItem


class Indexed:
    """Holds an article until its capture is in the index, committed, then says what it was.

    It waits and writes nothing: the order of captures decides what the index holds, whatever
    spiders and pipelines do, so that a rebuild gives the same rows. Other items pass.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The pipeline of a crawler."""
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Wait for the index, and set `change`; also where a process that was killed before the
        article reached its pipelines had applied it.
        """
        if isinstance(item, ArticleItem):
            change = await item.pending.applied
            item["change"] = str(change) if change is not None else "none"
            if self._crawler.stats is not None:
                self._crawler.stats.inc_value(f"warraq/articles/{item['change']}")
        return item
