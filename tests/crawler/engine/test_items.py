"""What a spider yields of a page."""

from __future__ import annotations

import asyncio
from typing import cast

from itemadapter import ItemAdapter
from made_captures import made_capture

from archive.model import Article
from crawler.crawl.pending_captures import CaptureOwner, PendingCapture
from crawler.engine.items import ArticleItem

URL = "https://news.example/news/1"


def test_an_item_holds_the_article_s_fields_and_where_its_capture_stands() -> None:
    """As exporters and pipelines take it; what it was to the index is not known yet."""

    async def made() -> ArticleItem:
        loop = asyncio.get_running_loop()
        capture = made_capture(URL, offset=12)
        pending = PendingCapture(
            capture=capture,
            owner=cast("CaptureOwner", None),
            lease=None,
            reading=loop.create_future(),
            applied=loop.create_future(),
        )
        return ArticleItem(
            Article(url=URL, canonical=URL, title="عنوان", paragraphs=["نص"]), pending
        )

    item = asyncio.run(made())
    fields = ItemAdapter(item).asdict()
    assert (fields["title"], fields["warc"], fields["offset"]) == ("عنوان", "w.warc.gz", 12)
    assert fields["change"] is None
    assert item.capture.url == URL
