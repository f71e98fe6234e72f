"""What sites state about use, in the index: beside its capture, and for articles."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import warc_kit

from archive.cdx.cdxj import CdxjFile
from archive.config import CollectionConfig, SiteConfig
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import Capture, FetchFacts
from archive.model.usage_signals import TDMREP_PATH
from archive.warc.writer import WarcInfo, WarcWriter
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.preserve import Preserver

HOST = "https://news.example"
CONFIG = CollectionConfig(name="test", sites=(SiteConfig(name="paper", start=(HOST + "/",)),))
ARTICLE = """<html><head><title>The bridge opens</title>
<meta property="og:type" content="article"><meta name="tdm-reservation" content="1">
<meta property="article:published_time" content="2026-11-19T10:00:00Z"></head>
<body><article><h1>The bridge opens</h1>{}</article></body></html>""".format(
    "".join(
        f"<p>The old bridge over the river was opened again on day {n}, after years of work"
        " by the city and its engineers, and many people came to see it.</p>"
        for n in range(6)
    )
)
ROBOTS = "User-agent: *\nContent-Signal: ai-train=no\n"
TDMREP = '[{"location": "/", "tdm-reservation": 1}]'


def answer(body: str, kind: str = "text/html; charset=utf-8", *headers: str) -> bytes:
    data = body.encode()
    head = ["HTTP/1.1 200 OK", f"Content-Type: {kind}", f"Content-Length: {len(data)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + data


class Archive:
    """A collection to which exchanges are written an hour apart."""

    def __init__(self, root: Path) -> None:
        self.layout = CollectionFolder.create(root, "")
        self.time = datetime(2026, 11, 20, tzinfo=UTC)

    def write(self, *exchanges: tuple[str, bytes], robots: str | None = None) -> list[Capture]:
        cdxj = CdxjFile(self.layout.cdxj)
        with WarcWriter(self.layout.archive, info=WarcInfo(software="warraq/test")) as writer:
            preserver = Preserver(writer, cdxj, lambda _: None)
            captures = []
            for path, response in exchanges:
                self.time += timedelta(hours=1)
                made = warc_kit.exchange(url=HOST + path, answer=response, started=self.time)
                facts = FetchFacts(crawl_id="c", site="paper", robots=robots)
                captures.append(preserver.preserve(made, facts))
        cdxj.close()
        return captures

    def rows(self, query: str, *, rebuild: bool = False) -> list[tuple]:
        update_index(self.layout, CONFIG, rebuild=rebuild, workers=1)
        with sqlite3.connect(f"file:{self.layout.index_db}?mode=ro", uri=True) as db:
            return db.execute(query).fetchall()


def test_an_article_has_what_its_site_states(tmp_path: Path) -> None:
    """In its own header and meta, in the robots.txt that applied, in the site's tdmrep.json; a
    capture that only repeats another has what that one says, and its own header. A rebuild gives
    the same.
    """
    archive = Archive(tmp_path / "c")
    robots, _ = archive.write(
        ("/robots.txt", answer(ROBOTS, "text/plain")),
        ("/.well-known/tdmrep.json", answer(TDMREP, "application/json")),
    )
    first, second = archive.write(
        ("/news/1", answer(ARTICLE, "text/html; charset=utf-8", "X-Robots-Tag: noarchive")),
        ("/news/1", answer(ARTICLE, "text/html; charset=utf-8", "X-Robots-Tag: noai")),
        robots=robots.record_id,
    )
    query = "SELECT capture_id, source, name, value FROM article_signals ORDER BY 1, 2, 3"
    rows = archive.rows(query)
    own = {
        ("meta", "tdm-reservation", "1"),
        ("robots.txt", "ai-train", "no"),
        ("tdmrep.json", "tdm-reservation", "1"),
        ("header", "noarchive", None),
    }
    assert {row[1:] for row in rows if row[0] == first.id} == own
    assert {row[1:] for row in rows if row[0] == second.id} == {*own, ("header", "noai", None)}
    assert archive.rows(query, rebuild=True) == rows
    assert archive.rows("SELECT DISTINCT robots_id FROM captures WHERE article_id IS NOT NULL") == [
        (robots.record_id,)
    ]


def test_what_a_tdmrep_json_says_later_does_not_reach_back(tmp_path: Path) -> None:
    """A page captured before the reservation was not reserved."""
    archive = Archive(tmp_path / "c")
    page = ARTICLE.replace('<meta name="tdm-reservation" content="1">', "")
    archive.write(
        ("/news/1", answer(page)), ("/.well-known/tdmrep.json", answer(TDMREP, "application/json"))
    )
    assert archive.rows("SELECT 1 FROM article_signals") == []
    assert archive.rows("SELECT name FROM usage_signals") == [("tdm-reservation",)]


def test_a_tdmrep_json_counts_as_long_as_it_stands(tmp_path: Path) -> None:
    """Not once it is gone, and again once it is back, though its record only repeats the first one;
    a server that fails says nothing. In a rebuilt index, too.
    """
    archive = Archive(tmp_path / "c")
    page = ARTICLE.replace('<meta name="tdm-reservation" content="1">', "")
    there = answer(TDMREP, "application/json")
    gone, failing = (
        there.replace(b"200 OK", status, 1) for status in (b"410 Gone", b"503 Unavailable")
    )
    captures = archive.write(
        *((TDMREP_PATH, there), ("/news/1", answer(page))),
        *((TDMREP_PATH, failing), ("/news/2", answer(page.replace("bridge", "tower")))),
        *((TDMREP_PATH, gone), ("/news/3", answer(page.replace("bridge", "tunnel")))),
        *((TDMREP_PATH, there), ("/news/4", answer(page.replace("bridge", "harbour")))),
    )
    assert [each.record_type for each in captures[::2]] == [*["response"] * 3, "revisit"]
    query = "SELECT capture_id, value FROM article_signals"
    reserved = {(each.id, "1") for each in (captures[1], captures[3], captures[7])}
    assert set(archive.rows(query)) == reserved
    assert set(archive.rows(query, rebuild=True)) == reserved
    with Index(archive.layout.index_db) as index:
        assert [each.value for each in index.stated_signals(HOST + TDMREP_PATH)] == ["1"]


def test_the_headers_of_a_sites_files_are_about_these_alone(tmp_path: Path) -> None:
    """Many servers send `noindex` with whatever is no page: the articles are not reserved by it."""
    archive = Archive(tmp_path / "c")
    robots, _ = archive.write(
        ("/robots.txt", answer(ROBOTS, "text/plain", "X-Robots-Tag: noindex")),
        (TDMREP_PATH, answer(TDMREP, "application/json", "X-Robots-Tag: noindex")),
    )
    archive.write(("/news/1", answer(ARTICLE)), robots=robots.record_id)
    sources = {"meta", "robots.txt", "tdmrep.json"}
    assert {source for (source,) in archive.rows("SELECT source FROM article_signals")} == sources
    with Index(archive.layout.index_db) as index:
        stated = index.stated_signals(HOST + TDMREP_PATH)
    assert [each.name for each in stated] == ["tdm-reservation"]
