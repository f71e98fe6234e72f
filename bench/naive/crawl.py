"""The straightforward build that the benchmark compares with: each library as its tutorial shows
it.

A CrawlSpider that follows every link of the site, trafilatura in the callback, one WARC record a
response by warcio, one sqlite-utils upsert an item into a table with full-text search. Kept short
on purpose; nothing of Warraq uses it.

    python bench/naive/crawl.py http://127.0.0.1:8000/ out/
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlite_utils
import trafilatura
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response, TextResponse
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


class NewsSpider(CrawlSpider):
    """Follows all links within the host; pages under `/article/` are items."""

    name = "news"

    def __init__(self, start: str, out: Path) -> None:
        self.start_urls = [start]
        self.allowed_domains = [urlsplit(start).hostname]
        self.rules = (
            Rule(LinkExtractor(allow=r"/article/"), callback="parse_article", follow=True),
            Rule(LinkExtractor(), callback="parse_other", follow=True),
        )
        super().__init__()
        self._file = (out / "crawl.warc.gz").open("wb")
        self._warc = WARCWriter(self._file, gzip=True, warc_version="WARC/1.1")
        self._warc.write_record(
            self._warc.create_warcinfo_record("crawl.warc.gz", {"software": "naive"})
        )

    def parse_start_url(self, response: Response, **_: Any) -> None:
        self._keep(response)

    def parse_other(self, response: Response) -> None:
        self._keep(response)

    def parse_article(self, response: TextResponse) -> Iterator[dict[str, Any]]:
        self._keep(response)
        document = trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True)
        if document is not None and document.text:
            yield {
                "url": response.url,
                "title": document.title,
                "body": document.text,
                "author": document.author,
                "published": document.date,
                "description": document.description,
                "sitename": document.sitename,
                "image": document.image,
            }

    def _keep(self, response: Response) -> None:
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ]
        status = StatusAndHeaders(f"{response.status} OK", headers, protocol="HTTP/1.1")
        self._warc.write_record(
            self._warc.create_warc_record(
                response.url, "response", payload=io.BytesIO(response.body), http_headers=status
            )
        )

    def closed(self, _reason: str) -> None:
        self._file.close()


class SqlitePipeline:
    """One upsert an item, with full-text search kept by triggers."""

    def __init__(self, path: str) -> None:
        self._database = sqlite_utils.Database(path)
        articles: Any = self._database["articles"]
        columns = (
            "url",
            "title",
            "body",
            "author",
            "published",
            "description",
            "sitename",
            "image",
        )
        articles.create(dict.fromkeys(columns, str), pk="url")
        articles.enable_fts(["title", "body"], create_triggers=True)
        self._articles = articles

    @classmethod
    def from_crawler(cls, crawler: Any) -> SqlitePipeline:
        return cls(crawler.settings["DATABASE"])

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        self._articles.upsert(item, pk="url")
        return item

    def close_spider(self) -> None:
        self._database.close()


def main() -> None:
    """Crawl the site into `out`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("start")
    parser.add_argument("out", type=Path)
    parser.add_argument("--concurrency", type=int, default=8)
    arguments = parser.parse_args()
    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS_PER_DOMAIN": arguments.concurrency,
            "DOWNLOAD_DELAY": 0,
            "LOG_LEVEL": "WARNING",
            "TELNETCONSOLE_ENABLED": False,
            "DATABASE": str(arguments.out / "articles.db"),
            "ITEM_PIPELINES": {SqlitePipeline: 300},
        }
    )
    process.crawl(NewsSpider, start=arguments.start, out=arguments.out)
    process.start()


if __name__ == "__main__":
    main()
