"""A collection's index and CDXJ are brought up to date with its WARC files."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.cdx.cdxj import CdxjFile
from archive.config import load_config
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import Capture, Exchange, FetchFacts, Reference
from archive.warc.http_message import parse_response
from archive.warc.writer import WarcInfo, WarcWriter
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.preserve import Preserver
from pipelines.ingest.queue import IngestQueue
from pipelines.ingest.worker_pool import WorkerPool

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
        writer = WarcWriter(self.layout.archive, info=WarcInfo(software="test"))
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


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(CollectionFolder.create(tmp_path / "collection", CONFIG))


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


def test_live_catch_up_and_rebuild_end_equal(site: Site) -> None:
    """The index of a live crawl, of a later catch-up and of a rebuild from nothing hold the same
    rows and ids.
    """
    config = load_config(site.layout.config)
    site.write(RESPONSES[:4])
    site.write(RESPONSES[4:])
    live = site.layout.root / "live.db"
    with Index(live) as index, WorkerPool(workers=2) as pool:
        ingest = IngestQueue(index, pool, config.sites, site.layout.archive)
        for capture, response in site.taken:
            ingest.submit(capture, parse_response(response))
            ingest.apply_ready()
        ingest.apply_all()
    update_index(site.layout, config)
    caught_up = tables(site.layout.index_db)
    assert len(caught_up["articles"]) == 1
    assert len(caught_up["versions"]) == 2
    assert len(caught_up["captures"]) == len(RESPONSES)
    site.layout.index_db.unlink()
    update_index(site.layout, config)
    assert tables(site.layout.index_db) == caught_up
    update_index(site.layout, config, rebuild=True)
    assert tables(site.layout.index_db) == caught_up
    live_tables = tables(live)
    for rows in (live_tables, caught_up):
        rows.pop(
            "_progress"
        )  # a live crawl stops counting at the response, not behind its metadata record
    assert live_tables == caught_up


def test_a_rebuild_takes_the_place_while_others_read(site: Site) -> None:
    """Whoever reads the index during a rebuild is not disturbed, and sees the new one next."""
    config = load_config(site.layout.config)
    site.write(RESPONSES)
    update_index(site.layout, config)
    with closing(sqlite3.connect(site.layout.index_db)) as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchone() == (1,)
        update_index(site.layout, config, rebuild=True)
        assert reader.execute("SELECT count(*) FROM articles").fetchone() == (1,)
        assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not list(site.layout.root.glob("index.db.rebuilding*"))


def test_a_damaged_index_is_no_obstacle_to_a_rebuild(site: Site) -> None:
    """The index is a projection: whatever became of it, a rebuild makes it anew."""
    config = load_config(site.layout.config)
    site.write(RESPONSES)
    update_index(site.layout, config)
    good = tables(site.layout.index_db)
    site.layout.index_db.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    update_index(site.layout, config, rebuild=True)
    assert tables(site.layout.index_db) == good


def test_cdxj_is_made_anew_with_the_index(site: Site) -> None:
    """A rebuild gives the CDXJ that the crawl kept, byte for byte."""
    config = load_config(site.layout.config)
    site.write(RESPONSES)
    kept = site.layout.cdxj.read_bytes()
    site.layout.cdxj.unlink()
    update_index(site.layout, config, rebuild=True)
    assert site.layout.cdxj.read_bytes() == kept
