"""A small collection of a hostile page and what it needs, made without a crawl, for tests of
`serve` and the replay.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.cdx.cdxj import CdxjFile
from archive.config import load_config
from archive.layout import CollectionFolder
from archive.model import Capture, Exchange, FetchFacts, Reference
from archive.warc.capture_reader import reference_to
from archive.warc.writer import WarcInfo, WarcWriter
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.preserve import Preserver

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
PAGE = "http://news.example/news/1001"
CONFIG = """
[collection]
name = "test"
[sites.news]
start = ["http://news.example/"]
timezone = "Asia/Dubai"
"""
HEADLINE = "ترميم السوق القديم <script>document.title='ran'</script> يبدأ الشهر المقبل"
PARAGRAPHS = [
    (
        "أعلن المتحدث باسم البلدية صباح الثلاثاء أن أعمال ترميم السوق القديم ستبدأ مطلع الشهر"
        " المقبل بعد سنوات من الانتظار."
    ),
    (
        "وكتب أحد المعلقين \"><img src=x onerror=alert(1)> ثم أضاف <script>alert('x')</script> وسط"
        " النص من غير سبب معروف."
    ),
    (
        "ويأمل التجار أن تنتهي الأعمال قبل موسم الصيف، حيث ترتفع أعداد الزوار إلى أكثر من ثلاثة"
        " أضعاف المعدل المعتاد."
    ),
    (
        "من جانبهم، طالب عدد من السكان بتوفير مواقف بديلة للسيارات خلال فترة العمل حتى لا تتعطل"
        " حركة المرور في الحي."
    ),
]


def png(width: int = 3, height: int = 2) -> bytes:
    """A PNG image of one colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    rows = (b"\0" + b"\x80\x40\x20" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def article_page(paragraphs: list[str]) -> bytes:
    """The hostile page: whatever it says is text for us; whatever it does must not happen."""
    from html import escape

    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return f"""<!DOCTYPE html>
<html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{escape(HEADLINE)}</title>
<base href="http://news.example/news/">
<meta http-equiv="refresh" content="0;url=http://evil.example/refresh">
<meta http-equiv="Content-Security-Policy" content="default-src *">
<link rel="dns-prefetch" href="http://evil.example/"><link rel="preconnect" href="http://evil.example/">
<link rel="stylesheet" href="../css/main.css" integrity="sha256-x" crossorigin>
<style>.hero {{ background: url(/img/hero.png) }}</style>
<script>document.documentElement.setAttribute("data-ran", "1"); document.write("SCRIPT RAN");</script></head>
<body onload="document.body.append('SCRIPT RAN')"><article><h1>{escape(HEADLINE)}</h1><time>1 مارس 2026، 10:00 ص</time>
<figure><img class="hero" src="../img/a.png?w=1&amp;h=2" srcset="/img/a.png?w=1&amp;h=2 1x, //news.example/img/b.png 2x"
 onerror="document.body.append('SCRIPT RAN')"></figure>
<img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==" data-src="/img/lazy.png">
{body}</article><a href="javascript:document.body.append('SCRIPT RAN')">x</a><a href="/news/1002#top">y</a>
<iframe src="javascript:parent.document.body.append('SCRIPT RAN')"></iframe><iframe srcdoc="<script>1</script>"></iframe>
<object data="http://evil.example/o"></object><form action="http://evil.example/f"><button>ok</button></form>
<img src="http://evil.example/beacon.png"></body></html>""".encode()  # noqa: E501


def response(body: bytes, kind: str, *headers: str, status: str = "200 OK") -> bytes:
    """A response as it crossed the wire."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


CSS = (
    b'@import "more.css"; @font-face { font-family: f; src: url(../fonts/f.woff2) } h1 {'
    b" color: rgb(1, 2, 3) }"
)
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg"><script>document.documentElement.append("SCRIPT'
    b' RAN")</script></svg>'
)
COOKIES = (
    "Set-Cookie: sid=archived; Path=/",
    "Content-Security-Policy: script-src *",
    "Refresh: 0;url=http://evil.example/",
    'Link: <http://evil.example/p>; rel="preload"',
    "Access-Control-Allow-Origin: *",
)
HTML = "text/html; charset=utf-8"
EXCHANGES = [
    (PAGE, response(article_page(PARAGRAPHS), HTML, *COOKIES)),
    (
        "http://news.example/css/main.css",
        response(gzip.compress(CSS), "text/css", "Content-Encoding: gzip"),
    ),
    (
        "http://news.example/css/more.css",
        response(b"h1{font-size:33px;background:url(/img/hero.png)}", "text/css"),
    ),
    ("http://news.example/img/a.png?w=1&h=2", response(png(5), "image/png")),
    ("http://news.example/img/b.png", response(png(10), "image/png")),
    ("http://news.example/img/hero.png", response(png(7), "image/png")),
    ("http://news.example/img/lazy.png", response(png(9), "image/png")),
    ("http://news.example/img/s.svg", response(SVG, "image/svg+xml")),
    ("http://news.example/js/app.js", response(b"document.write('SCRIPT RAN')", "text/javascript")),
    (
        "http://news.example/odd",
        response(b"<script>document.write('SCRIPT RAN')</script>", "application/x-odd"),
    ),
    (
        "http://news.example/old",
        response(b"", HTML, "Location: /news/1001", status="301 Moved Permanently"),
    ),
    (
        "http://news.example/out",
        response(b"", HTML, "Location: javascript:alert(1)", status="302 Found"),
    ),
    ("http://news.example/gone", response(b"<h1>gone</h1>", HTML, status="404 Not Found")),
    (
        PAGE,
        response(article_page([*PARAGRAPHS[:2], PARAGRAPHS[2].replace("الصيف", "الشتاء")]), HTML),
    ),
    ("http://news.example/img/hero.png", response(png(7), "image/png")),
    (
        "http://news.example/based",
        response(
            b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN"><html><head>'
            b'<base href="http://news.example/deep/er/"></head>'
            b'<body><img src="x.png"></body></html>',
            HTML,
        ),
    ),
    ("http://news.example/busy", response(b"<h1>busy</h1>", HTML, status="999 Busy")),
]


def make(root: Path, *, evil: str = "evil.example") -> CollectionFolder:
    """A collection of `EXCHANGES`, a minute apart, indexed; `evil` is the host that hostile markup
    calls.
    """
    layout = CollectionFolder.create(root, CONFIG)
    known: dict[str, Reference] = {}
    writer = WarcWriter(layout.archive, info=WarcInfo(software="warraq/test"))
    cdxj = CdxjFile(layout.cdxj)
    preserver = Preserver(writer, cdxj, lambda digest: known.get(str(digest)))
    for number, (url, sent) in enumerate(EXCHANGES):
        head, _, body = sent.partition(b"\r\n\r\n")
        answer = head + b"\r\n\r\n" + body.replace(b"evil.example", evil.encode())
        started = START + timedelta(minutes=number)
        exchange = Exchange(
            url=url, started=started, request=b"GET / HTTP/1.1\r\n\r\n", response=answer
        )
        capture: Capture = preserver.preserve(exchange, FetchFacts(crawl_id="c1", site="news"))
        known.setdefault(str(capture.payload_digest), reference_to(capture))
    writer.close()
    cdxj.close()
    update_index(layout, load_config(layout.config))
    return layout
