"""The way of a capture from the archive into the index."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from loopback_site.small_paper import article

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.model import Change, Exchange, FetchFacts, Reading
from archive.warc.http_message import parse_response
from crawler.crawl.context import CrawlContext, open_context
from crawler.crawl.lease import CaptureState
from crawler.crawl.pending_captures import MAX_UNREAD, PendingCapture
from pipelines.ingest.queue import AppliedCapture

URL = "https://news.example/news/1"
CONFIG = CollectionConfig(
    name="test", sites=(SiteConfig(name="news", start=("https://news.example/",)),)
)


class Owner:
    """Stands for the crawl of a site: what it heard, in order."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def on_reading(self, pending: PendingCapture, reading: Reading) -> None:
        assert pending.state is CaptureState.PRESERVED
        self.heard.append(reading.article is not None)

    def on_applied(self, applied: list[tuple[PendingCapture, AppliedCapture]]) -> None:
        self.heard += [each.change for _, each in applied]


def submit(context: CrawlContext, owner: Owner, url: str = URL) -> PendingCapture:
    page = article(url).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    exchange = Exchange(
        url=url,
        started=datetime.now(UTC),
        request=b"GET / HTTP/1.1\r\n\r\n",
        response=head + page,
    )
    message = parse_response(exchange.response)
    facts = FetchFacts(crawl_id="c", site="news")
    capture = context.preserver.preserve(exchange, facts, message=message)
    return context.captures.submit(capture, message, owner, None)


def test_a_capture_is_read_then_applied(tmp_path: Path) -> None:
    """Whoever waits for its reading, or for its place in the index, gets them in this order."""
    layout = CollectionFolder.create(tmp_path / "c", "")

    async def run(context: CrawlContext) -> None:
        owner = Owner()
        pending = submit(context, owner)
        reading = await pending.reading
        assert reading is not None
        assert pending.state is CaptureState.READ
        assert (context.captures.unread, context.captures.waiting) == (0, 1)
        context.captures.apply_ready(force=True)
        assert await pending.applied is Change.NEW
        assert pending.state is CaptureState.APPLIED
        assert context.captures.waiting == 0
        assert owner.heard == [True, Change.NEW]
        again = context.captures.read_again(pending.capture, owner)
        assert await again.applied is Change.NEW  # as it was then
        assert await again.reading == reading

    with open_context(layout, CONFIG, []) as context:
        asyncio.run(run(context))


def test_fetching_pauses_while_too_much_waits_to_be_read(tmp_path: Path) -> None:
    """Memory stays bounded, however slow the readers are."""
    layout = CollectionFolder.create(tmp_path / "c", "")

    async def run(context: CrawlContext) -> None:
        for number in range(MAX_UNREAD):
            assert not context.captures.full
            submit(context, Owner(), f"{URL}{number}")
        assert context.captures.full
        context.captures.apply_all()
        assert not context.captures.full

    with open_context(layout, CONFIG, []) as context:
        asyncio.run(run(context))


def test_nobody_waits_for_a_crawl_that_broke_off(tmp_path: Path) -> None:
    """None is what they get, for answers that were on their way, too; the next process finds the
    captures in the WARC.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")

    async def run(context: CrawlContext) -> None:
        pending = submit(context, Owner())
        context.captures.break_off()
        assert (await pending.reading, await pending.applied) == (None, None)
        came_in_after = submit(context, Owner(), f"{URL}2")
        assert (await came_in_after.reading, await came_in_after.applied) == (None, None)
        again = context.captures.read_again(pending.capture, Owner())
        assert (await again.reading, await again.applied) == (None, None)

    with open_context(layout, CONFIG, []) as context:
        asyncio.run(run(context))
