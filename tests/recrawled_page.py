"""A collection of one page and its image that four crawls saw: new, unchanged (304), changed, gone.
Made without a crawl, so that the times are known.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from served_collection import CONFIG, HTML, PARAGRAPHS, png, response

from archive.cdx.cdxj import CdxjFile
from archive.config import load_config
from archive.layout import CollectionFolder
from archive.model import Exchange, FetchFacts, RecordType, Reference
from archive.warc.capture_reader import reference_to
from archive.warc.writer import WarcInfo, WarcWriter
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.preserve import Preserver

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
PAGE, IMAGE = "http://news.example/news/1001", "http://news.example/img/a.png"
FIRST, CHANGED, GONE = "عنوان الخبر الأول", "عنوان الخبر بعد تعديله", "الصفحة غير موجودة"
WIDTH = 5
# Before the first crawl, six hours after each of the first three, long after the last.
MOMENTS = tuple(START + timedelta(hours=hours) for hours in (-90, 6, 54, 102, 900))
_UNCHANGED = b'HTTP/1.1 304 Not Modified\r\nETag: "7"\r\n\r\n'


def _page(title: str) -> bytes:
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in PARAGRAPHS)
    body = f"<h1>{title}</h1><time>1 مارس 2026</time><img src='/img/a.png'>{text}"
    head = (
        f'<!DOCTYPE html><html lang="ar"><head><meta charset="utf-8"><title>{title}</title></head>'
    )
    return f"{head}<body><article>{body}</article></body></html>".encode()


def make(root: Path) -> CollectionFolder:
    """The four crawls, two days apart; the image is unchanged in all."""
    layout = CollectionFolder.create(root, CONFIG)
    gone = response(f"<h1>{GONE}</h1>".encode(), HTML, status="404 Not Found")
    crawls = [
        (response(_page(FIRST), HTML, 'ETag: "7"'), response(png(WIDTH), "image/png", 'ETag: "7"')),
        (_UNCHANGED, _UNCHANGED),
        (response(_page(CHANGED), HTML, 'ETag: "8"'), _UNCHANGED),
        (gone, _UNCHANGED),
    ]
    last: dict[str, Reference] = {}
    cdxj = CdxjFile(layout.cdxj)
    for number, answers in enumerate(crawls):
        with WarcWriter(layout.archive, info=WarcInfo(software="warraq/test")) as writer:
            preserver = Preserver(writer, cdxj, lambda _: None)
            for second, (url, answer) in enumerate(zip((PAGE, IMAGE), answers, strict=True)):
                exchange = Exchange(
                    url=url,
                    started=START + timedelta(days=2 * number, seconds=second),
                    request=b"GET / HTTP/1.1\r\n\r\n",
                    response=answer,
                )
                facts = FetchFacts(crawl_id=f"c{number}", site="news")
                capture = preserver.preserve(exchange, facts, unchanged=last.get(url))
                if capture.record_type is RecordType.RESPONSE:
                    last[url] = reference_to(capture)
    cdxj.close()
    update_index(layout, load_config(layout.config))
    return layout
