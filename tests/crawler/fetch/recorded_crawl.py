"""Run as a program: one Scrapy crawl of given URLs through the recorder, with Warraq's own
settings.

    python recorded_crawl.py < job.json > results.jsonl

The job: `urls` (or [url, method] pairs), `starts` (what the operator named), `archive` (a folder
for WARCs), `settings` to put on top, `break_after` (the archive fails from that exchange on). Each
result line is what a spider's callback or errback got. The last line says what the process was
listening on meanwhile and how the crawl ended.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from archive.errors import ArchiveWriteError
from archive.model import Capture, Exchange, FetchFacts
from archive.warc.writer import WarcInfo, WarcWriter
from crawler.engine.scrapy_settings import as_dict
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.download_handler import CapturedResponse, FetchError, register_keeper
from crawler.fetch.operator_secrets import OperatorSecrets


def listening() -> list[str]:
    """The TCP ports of this process's network namespace in state LISTEN whose sockets are ours."""
    mine = {str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in mine:
                found.append(fields[1])
    return found


class Recorder(Spider):
    name = "recorder"

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Recorder:
        spider = super().from_crawler(crawler, *args, **kwargs)
        register_keeper(crawler, spider)
        return spider

    def __init__(self, job: dict[str, Any]) -> None:
        super().__init__()
        self.job = job
        self.address_guard = AddressGuard.for_starts(job.get("starts", []))
        self.writer = WarcWriter(Path(job["archive"]), info=WarcInfo(software="warraq/test"))
        self.preserved = 0
        self.fetched = 0
        self.ports: list[str] = []

    def preserve(self, exchange: Exchange, request: Request) -> Capture:
        assert isinstance(request, Request)
        self.preserved += 1
        if self.preserved > self.job.get("break_after", 1_000_000):
            raise ArchiveWriteError("the disk is full (said the test)")
        return self.writer.write_exchange(exchange, FetchFacts(site="test"))

    proxy = None

    def secrets_of(self, request: Request) -> OperatorSecrets:
        del request
        return OperatorSecrets()

    async def start(self) -> AsyncIterator[Request]:
        for entry in self.job["urls"]:
            url, method = (entry, "GET") if isinstance(entry, str) else entry
            try:
                yield Request(
                    url, method=method, callback=self.parse, errback=self.failed, dont_filter=True
                )
            except ValueError as error:
                self.say(url=url, invalid=str(error))

    def say(self, **result: object) -> None:
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()

    def parse(self, response: Any) -> None:
        assert isinstance(response, CapturedResponse)
        self.ports += listening()
        capture = response.capture
        self.say(
            url=response.url,
            status=response.status,
            body=base64.b64encode(response.message.entity).decode(),
            headers=list(response.message.headers),
            cookies=[value.decode() for value in response.headers.getlist("Set-Cookie")],
            truncated=capture.truncated,
            flags=response.flags,
            warc=capture.warc,
            offset=capture.offset,
            decoded=base64.b64encode(response.body[:1000]).decode(),
            length=capture.length,
            protocol=response.protocol,
        )

    def failed(self, failure: Any) -> None:
        error = failure.value
        reason = str(error.reason) if isinstance(error, FetchError) else None
        request: Request = failure.request
        self.say(url=request.url, failed=type(error).__name__, reason=reason, detail=str(error))

    def closed(self, reason: str) -> None:
        self.writer.close()
        self.say(closed=reason, ports=sorted(set(self.ports)))


def main() -> None:
    job = json.load(sys.stdin)
    settings = Settings(as_dict(), priority="project")
    # Tests want every answer, and no collection.
    settings.setdict(
        {
            "WARRAQ_COLLECTION": None,
            "HTTPERROR_ALLOW_ALL": True,
            "REDIRECT_ENABLED": False,
            "RETRY_ENABLED": False,
            **job.get("settings", {}),
        },
        priority="cmdline",
    )
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(Recorder)
    process.crawl(crawler, job=job)
    process.start()


if __name__ == "__main__":
    main()
