"""A site whose responses are made here and written as a crawl would: for tests of the way into the
index.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.cdx.cdxj import CdxjFile
from archive.layout import CollectionFolder
from archive.model import Capture, Exchange, FetchFacts, Reference
from archive.warc.writer import WarcInfo, WarcWriter
from pipelines.ingest.preserve import Preserver

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


CONFIG = """
[collection]
name = "test"
[sites.news]
start = ["http://news.example/"]
timezone = "Asia/Dubai"
"""


PARAGRAPHS = [
    (
        "أعلن المتحدث باسم البلدية صباح الثلاثاء أن أعمال ترميم "
        "السوق القديم ستبدأ مطلع الشهر المقبل بعد سنوات من الانتظار."
    ),
    (
        "وأضاف أن المشروع يشمل تجديد الأسقف الخشبية وشبكات "
        "الإنارة، إلى جانب تخصيص ممرات للمشاة داخل الأزقة الضيقة."
    ),
    (
        "ويأمل التجار أن تنتهي الأعمال قبل موسم الصيف، حيث ترتفع "
        "أعداد الزوار إلى أكثر من ثلاثة أضعاف المعدل المعتاد."
    ),
    (
        "من جانبهم، طالب عدد من السكان بتوفير مواقف بديلة للسيارات "
        "خلال فترة العمل حتى لا تتعطل حركة المرور في الحي."
    ),
]


def page(title: str, *, ticker: str = "أ", paragraphs: list[str] | None = None) -> bytes:
    body = "".join(f"<p>{text}</p>" for text in paragraphs or PARAGRAPHS)
    return (
        f'<html lang="ar"><head><title>{title}</title></head>'
        f'<body><div class="t">عاجل {ticker}</div>'
        f"<article><h1>{title}</h1><time>1 مارس 2026، 10:00 ص</time>{body}</article></body></html>"
    ).encode()


class Site:
    """A site whose responses are made here and written as a crawl would."""

    def __init__(self, layout: CollectionFolder) -> None:
        self.layout = layout
        self.moment = START
        self.taken: list[tuple[Capture, bytes]] = []

    def write(self, responses: list[tuple[str, bytes]], known: Reference | None = None) -> None:
        writer = WarcWriter(self.layout.archive, info=WarcInfo(software="warraq/test"))
        cdxj = CdxjFile(self.layout.cdxj)
        preserver = Preserver(writer, cdxj, lambda _: known)
        for url, response in responses:
            self.moment += timedelta(minutes=1)
            exchange = Exchange(
                url=url, started=self.moment, request=b"GET / HTTP/1.1\r\n\r\n", response=response
            )
            capture = preserver.preserve(exchange, FetchFacts(crawl_id="c1", site="news"))
            self.taken.append((capture, response))
        writer.close()
        cdxj.close()


def ok(body: bytes, kind: str = "text/html; charset=utf-8") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + body


RESPONSES = [
    ("http://news.example/robots.txt", ok(b"User-agent: *\nSitemap: /map.xml\n", "text/plain")),
    ("http://news.example/a", ok(page("ترميم السوق القديم يبدأ الشهر المقبل"))),
    (
        "http://news.example/a?utm_source=x",
        ok(page("ترميم السوق القديم يبدأ الشهر المقبل", ticker="ب")),
    ),
    (
        "http://news.example/a",
        ok(page("ترميم السوق القديم يبدأ الشهر المقبل", paragraphs=PARAGRAPHS[:3])),
    ),
    (
        "http://news.example/a",
        ok(page("ترميم السوق القديم يبدأ الشهر المقبل", paragraphs=PARAGRAPHS[:3])),
    ),
    ("http://news.example/gone", b"HTTP/1.1 404 Not Found\r\n\r\nno"),
    ("http://news.example/old", b"HTTP/1.1 301 Moved\r\nLocation: /a\r\n\r\n"),
]


def tables(path: Path) -> dict[str, list[str]]:
    """Every row of every table but FTS5's own bookkeeping."""
    with closing(sqlite3.connect(path)) as db:
        names = [
            row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {
            name: sorted(map(repr, db.execute(f"SELECT * FROM {name}")))
            for name in names
            if name not in ("articles_fts_data", "articles_fts_idx", "articles_fts_docsize")
        }
