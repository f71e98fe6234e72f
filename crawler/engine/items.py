"""What a spider yields of a page: the article that was read from its capture."""

from __future__ import annotations

from typing import Any

from archive.model import Article, Capture
from crawler.crawl.pending_captures import PendingCapture


class ArticleItem(dict[str, Any]):
    """An article's fields by name, with where its capture stands (`warc`, `offset`,
    `payload_digest`) and `change`: what it was to the index (`new`, `changed`, `unchanged`,
    `duplicate`, `none`), known behind the pipeline `Indexed`.

    `article` and `capture` are the same as objects. Changing an item changes nothing in the index.
    """

    __slots__ = ("article", "capture", "pending")

    def __init__(self, article: Article, pending: PendingCapture) -> None:
        super().__init__(article.to_dict())
        self.article = article
        self.pending = pending
        self.capture: Capture = pending.capture
        self.update(
            captured=self.capture.captured.isoformat(),
            warc=self.capture.warc,
            offset=self.capture.offset,
            payload_digest=str(self.capture.payload_digest),
            change=None,
        )
