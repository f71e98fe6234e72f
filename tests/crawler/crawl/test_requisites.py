"""`requisites = true`: what pages show is fetched with them, once, from wherever it lies, and is no
page itself.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from loopback_site.server import Site, redirect, say
from loopback_site.small_paper import article, listing
from served_collection import png

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.model import CrawlSummary, FetchFacts
from archive.query.reader import IndexReader
from archive.warc.capture_reader import read_captures
from crawler.engine.run import CrawlOptions, crawl_sites, exit_code_of
from crawler.serve.replay import Replay

CSS, FONT = "text/css", "font/woff2"


class Paper:
    """A site whose pages show what lies on three hosts: its own, one named beside it, and one that
    nobody named.
    """

    def __init__(self, home: Site, cdn: Site, private: Site, root: Path) -> None:
        self.home, self.cdn, self.private = home, cdn, private
        self.layout = CollectionFolder.create(root / "collection", "")
        self.config = SiteConfig(
            name="paper",
            start=(home.url + "/", cdn.url + "/"),
            delay=0.0,
            timezone="Asia/Dubai",
            requisites=True,
            exclude=("/tracker/",),
        )
        shown = (
            f'<link rel="stylesheet" href="{cdn.url}/main.css"><img src="/own.png?w=1&amp;h=2"'
            f' srcset="{cdn.url}/big.png 2x">'
            f'<img src="{cdn.url}/moved.png"><img src="{cdn.url}/missing.png"><img'
            f' src="{private.url}/inner.png">'
            f'<img src="/soft.png"><img src="/tracker/1.gif"><script src="/app.js"></script>'
            '<div style="background: url(bg.png)"></div>'
        )
        self.home.routes.update(
            {
                "/": say(listing("الجريدة", ["/news/a", "/news/b"])),
                "/news/a": say(article("a").replace("</body>", shown + "</body>")),
                "/news/b": say(article("b").replace("</body>", shown + "</body>")),
                "/own.png": say(png(), kind="image/png"),
                "/news/bg.png": say(png(4), kind="image/png"),
                "/soft.png": say(article("soft")),
            }
        )
        imports = '@import "more.css"; @font-face { font-family: f; src: url("/f.woff2") }'
        self.cdn.routes.update(
            {
                "/": say(
                    listing("الصور", [home.url + "/news/a", home.url + "/news/b", home.url + "/"])
                ),
                "/main.css": say(imports, kind=CSS, ETag='"m"'),
                "/more.css": say("@import 'main.css'; h1 { background: url(h.png) }", kind=CSS),
                "/f.woff2": say(b"wOF2font", kind=FONT),
                "/h.png": say(png(6), kind="image/png"),
                "/big.png": say(png(10), kind="image/png"),
                "/moved.png": redirect("/big2.png"),
                "/big2.png": say(png(11), kind="image/png"),
            }
        )

    def crawl(self, **options: object) -> CrawlSummary:
        for site in (self.home, self.cdn, self.private):
            site.wire.clear()
        config = CollectionConfig(name="test", sites=(self.config,))
        self.summaries = crawl_sites(self.layout, config, [self.config], CrawlOptions(**options))
        return self.summaries[0]

    def rows(self, query: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(f"file:{self.layout.index_db}?mode=ro", uri=True)) as db:
            return db.execute(query, values).fetchall()

    def asked(self) -> Counter[str]:
        found = Counter(
            target
            for target in self.home.wire.targets
            if target.startswith(("/own", "/soft", "/news/bg"))
        )
        found.update(
            "cdn" + t for t in self.cdn.wire.targets if t.endswith((".css", ".png", ".woff2"))
        )
        return found


@contextmanager
def hosts(root: Path) -> Iterator[Paper]:
    with Site() as home, Site(host="127.0.0.2") as cdn, Site(host="127.0.0.3") as private:
        yield Paper(home, cdn, private, root)


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    with hosts(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    """Crawled once, for tests that only look."""
    with hosts(tmp_path_factory.mktemp("requisites")) as made:
        made.crawl()
        yield made


NEEDED = (
    "/own.png?w=1&h=2",
    "/soft.png",
    "/news/bg.png",
    *(
        f"cdn/{name}"
        for name in (
            "main.css",
            "more.css",
            "f.woff2",
            "h.png",
            "big.png",
            "moved.png",
            "big2.png",
            "missing.png",
        )
    ),
)


def test_everything_shown_is_fetched_once(crawled: Paper):
    """Images, style sheets, what these import, fonts, srcset, redirects, from other hosts too: each
    once, each in the WARC.
    """
    summary = crawled.summaries[0]
    assert summary.outcome == "finished"
    assert crawled.asked() == Counter(NEEDED)
    assert "/app.js" not in crawled.home.wire.targets
    assert "/tracker/1.gif" not in crawled.home.wire.targets
    urls = [
        item.url
        for path in sorted(crawled.layout.archive.iterdir())
        for item in read_captures(path)
        if hasattr(item, "url") and hasattr(item, "offset")
    ]
    for name in NEEDED:
        full = crawled.cdn.url + name[3:] if name.startswith("cdn") else crawled.home.url + name
        assert urls.count(full) == 1, name


def test_without_the_setting_nothing_more_is_fetched(paper: Paper):
    """By default pages are fetched without what they show."""
    paper.config = SiteConfig(
        name="paper", start=paper.config.start, delay=0.0, timezone="Asia/Dubai"
    )
    paper.crawl()
    assert not paper.asked()


def test_private_addresses_are_refused_to_requisites(crawled: Paper):
    """An image on a private host that nobody named is not asked for, and the refusal is told."""
    assert crawled.private.wire.connections == 0
    ((reason,),) = crawled.rows(
        "SELECT reason FROM failures WHERE url = ?", crawled.private.url + "/inner.png"
    )
    assert "address" in reason or "private" in reason


def test_a_page_in_place_of_an_image_is_no_article(paper: Paper):
    """What answers at an image's address is kept and not indexed, in the crawl and in a rebuild of
    the index alike.
    """
    from pipelines.ingest.catch_up import update_index

    paper.crawl()
    for _ in range(2):
        assert paper.rows("SELECT kind FROM captures WHERE url LIKE '%/soft.png'") == [("other",)]
        assert paper.rows("SELECT count(*) FROM articles WHERE url LIKE '%soft%'") == [(0,)]
        update_index(
            paper.layout, CollectionConfig(name="test", sites=(paper.config,)), rebuild=True
        )


def test_a_dead_image_is_told_and_does_not_fail_the_crawl(crawled: Paper):
    """A missing image has its row in `failures`; the crawl's own count and its exit code stay those
    of the pages.
    """
    summary = crawled.summaries[0]
    assert crawled.rows(
        "SELECT reason FROM failures WHERE url = ?", crawled.cdn.url + "/missing.png"
    ) == [("HTTP 404",)]
    assert summary.failed == 0
    assert (
        exit_code_of(crawled.summaries, CollectionConfig(name="test", sites=(crawled.config,))) == 0
    )


def test_robots_of_the_other_host_are_obeyed(paper: Paper):
    """What another host's robots.txt forbids is not fetched from it, and that is told."""
    paper.cdn.routes["/robots.txt"] = say("User-agent: *\nDisallow: /big.png\n", kind="text/plain")
    paper.crawl()
    assert "/big.png" not in paper.cdn.wire.targets
    assert "/main.css" in paper.cdn.wire.targets
    ((reason,),) = paper.rows(
        "SELECT reason FROM failures WHERE url = ?", paper.cdn.url + "/big.png"
    )
    assert "robots.txt forbids it" in reason


def test_unchanged_requisites_of_a_second_crawl_are_revisits(paper: Paper):
    """The second crawl asks again, conditionally where it can, and writes no payload a second
    time.
    """
    paper.crawl()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        paper.crawl()
    types = dict(
        paper.rows(
            "SELECT record_type, count(*) FROM captures WHERE url LIKE '%.png%' AND status ="
            " 200 GROUP BY 1"
        )
    )
    assert types["response"] == len({"own", "bg", "soft", "h", "big", "big2"})
    assert types["revisit"] == types["response"]
    assert paper.cdn.wire.of("/main.css")[0].header("If-None-Match") == '"m"'


def test_limit_counts_pages_and_spares_what_they_show(paper: Paper):
    """With `--limit` the pages are counted, and all that they show is still fetched."""
    paper.crawl(limit=3)
    pages = [target for target in paper.home.wire.targets if target in ("/", "/news/a", "/news/b")]
    assert len(pages) + paper.cdn.wire.targets.count("/") == 3
    assert paper.asked() == Counter(NEEDED)


def test_endless_style_sheets_end(paper: Paper):
    """A style sheet that imports another one for ever is left after a few."""

    async def endless(talk) -> None:
        await talk.reply(f"@import '/endless.css?n={int(talk.number('n', 0)) + 1}';", kind=CSS)

    paper.cdn.routes["/endless.css"] = endless
    paper.cdn.routes["/main.css"] = say("@import '/endless.css?n=1';", kind=CSS)
    paper.config = SiteConfig(
        name="paper",
        start=paper.config.start,
        delay=0.0,
        timezone="Asia/Dubai",
        requisites=True,
        max_depth=2,
    )
    assert paper.crawl().outcome == "finished"
    assert 1 < sum(target.startswith("/endless") for target in paper.cdn.wire.targets) < 10


def test_hops_say_what_was_fetched_to_be_shown(crawled: Paper):
    """In the WARC `hopsFromSeed` of what a page shows ends in E, as Heritrix writes it, and it is
    read back.
    """
    facts: dict[str, FetchFacts] = {
        item.url: item.facts
        for path in crawled.layout.archive.iterdir()
        for item in read_captures(path)
        if hasattr(item, "facts")
    }
    assert facts[crawled.cdn.url + "/h.png"].requisite
    assert facts[crawled.cdn.url + "/h.png"].via == crawled.cdn.url + "/more.css"
    assert not facts[crawled.home.url + "/news/a"].requisite


def test_replayed_page_has_all_it_shows(crawled: Paper):
    """The replay answers every address that the replayed page and its style sheets ask for."""
    with IndexReader(crawled.layout.index_db) as reader:
        capture = reader.captures(crawled.home.url + "/news/a") or reader.captures(
            reader.require_article(crawled.home.url + "/news/a")["id"]
        )
    replay = Replay(
        index=crawled.layout.index_db,
        archive=crawled.layout.archive,
        pages_origin="http://127.0.0.1:1",
    )
    waiting, seen = [f"/{capture[0]['id']}/{capture[0]['url']}"], {}
    while waiting:
        target = waiting.pop()
        answer = replay.answer(target)
        seen[target.partition("/http")[2]] = answer.status
        if target in seen or answer.content_type.startswith("image"):
            continue
        text = answer.body.decode()
        found = re.findall(
            r'(?:src="|url\("|@import "|rel="stylesheet" href=")(/\d{14}/[^"]+)', text
        )
        waiting += [
            each.replace("&amp;", "&") for each in found if each.partition("/http")[2] not in seen
        ]
        waiting += [value for name, value in answer.headers if name == "Location"]
    missing = {url for url, status in seen.items() if status == 404}
    assert {url.rsplit("/", 1)[1] for url in missing} == {"missing.png", "inner.png", "1.gif"}
    assert sum(status == 200 for status in seen.values()) >= 9
