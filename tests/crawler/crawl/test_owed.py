"""What a crawl owes an explanation for: each answer that is not what it was asked for has one line,
and none is silent.
"""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_site.server import Behaviour, Site, Talk, say
from loopback_site.small_paper import article, listing

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from crawler.engine.run import crawl_sites, exit_code_of


class Paper:
    """A collection of one loopback site."""

    def __init__(self, site: Site, layout: CollectionFolder) -> None:
        self.site, self.layout = site, layout

    def crawl(self, **routes: Behaviour) -> tuple[CrawlSummary, int]:
        """One crawl of these routes (`_` for the start page): the summary and the exit code."""
        self.site.routes = {
            "/" + name.strip("_").replace("_", "."): behave for name, behave in routes.items()
        }
        site = SiteConfig(name="paper", start=(self.site.url + "/",), delay=0.0)
        config = CollectionConfig(name="test", sites=(site,))
        (summary,) = crawl_sites(self.layout, config, [site])
        return summary, exit_code_of([summary], config)

    def failures(self) -> set[tuple[str, str, str]]:
        """Path, stage and reason of each row."""
        with sqlite3.connect(f"file:{self.layout.index_db}?mode=ro", uri=True) as db:
            return set(
                db.execute(
                    "SELECT replace(url, ?, ''), stage, reason FROM failures", (self.site.url,)
                )
            )


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    with Site() as site:
        yield Paper(site, CollectionFolder.create(tmp_path / "collection", ""))


def test_an_announced_sitemap_that_is_none(paper: Paper) -> None:
    """What robots.txt or a page names as a sitemap or feed, and is none, is told; the usual places
    are only guesses.
    """
    robots = say("Sitemap: /broken.xml\nSitemap:\n", kind="text/plain")
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    routes = {
        "news1": say(article("x")),
        "_": say(listing("الجريدة", ["/news1"], feed)),
        "robots_txt": robots,
    }
    summary, code = paper.crawl(
        **routes,
        broken_xml=say("no list of anything", kind="text/xml"),
        feed_xml=say("neither", kind="text/xml"),
    )
    assert (summary.new, code) == (1, 0)
    assert paper.failures() == {
        ("/broken.xml", "discovery", "named as a sitemap, but what answers is none (text/xml)"),
        ("/feed.xml", "discovery", "named as a feed, but what answers is none (text/xml)"),
    }
    assert paper.site.wire.targets.count("/robots.txt") == 1  # "Sitemap:" names nothing


def test_a_page_that_is_none(paper: Paper) -> None:
    """What answers with something else than a page is told; it counts as failed where somebody
    announced a page.
    """
    pdf = say(b"%PDF-1.7", kind="application/pdf")
    names = say("<urlset><url><loc>/announced</loc></url></urlset>", kind="text/xml")
    summary, _ = paper.crawl(
        _=say(listing("الجريدة", ["/news1", "/linked"])),
        news1=say(article("x")), linked=pdf, announced=pdf, sitemap_xml=names,
    )  # fmt: skip
    assert summary.failed == 1
    assert paper.failures() == {
        ("/announced", "extract", "not a page: application/pdf"),
        ("/linked", "discovery", "not a page: application/pdf"),
    }


def test_an_error_page_in_place_of_an_article(paper: Paper) -> None:
    """A page that says it is not there, with status 200, is as much owed as a 404 where a sitemap
    announced it.
    """
    missing = say("<title>الصفحة غير موجودة</title><h1>الصفحة غير موجودة</h1>")
    names = say("<urlset><url><loc>/announced</loc></url></urlset>", kind="text/xml")
    summary, _ = paper.crawl(
        _=say(listing("الجريدة", ["/news1", "/linked"])),
        news1=say(article("x")), linked=missing, announced=missing, sitemap_xml=names,
    )  # fmt: skip
    assert summary.failed == 1
    ((path, stage, reason),) = paper.failures()
    assert (path, stage) == ("/announced", "extract")
    assert reason.startswith("an error, although the status says that all is well: ")


@pytest.mark.parametrize(
    "start",
    [
        say('<div id="app"></div><script src="/app.js"></script>'),
        say("{}", kind="application/json"),
        say("<h1>صحيفة المدينة</h1><p>قريبا</p>"),
        say('<a href="/">الرئيسية</a> <a href="https://elsewhere.example/">موقع آخر</a>'),
    ],
)
def test_a_site_where_nothing_is_found_has_failed(paper: Paper, start: Behaviour) -> None:
    """A start that leads to no page, drawn by scripts or no page at all, is told, and the exit code
    is 3; each time.
    """
    for _ in range(2):
        summary, code = paper.crawl(_=start)
        assert (summary.outcome, code) == ("failed", 3)
    reasons = {reason for path, _, reason in paper.failures() if path == "/"}
    assert any(reason.startswith("nothing here leads to a page") for reason in reasons)


def test_a_start_that_is_an_article_is_enough(paper: Paper) -> None:
    """Whoever names a single article gets it, and nothing is missing."""
    assert paper.crawl(_=say(article("x")))[1] == 0
    assert paper.failures() == set()


def test_one_line_for_one_cause(paper: Paper) -> None:
    """A payload that is too large, or cannot be unpacked, is explained once."""
    bomb = gzip.compress(b"<p>x</p>" * 5_000_000)
    paper.crawl(
        _=say(listing("الجريدة", ["/bomb", "/noise"])),
        bomb=say(bomb, Content_Encoding="gzip"),
        noise=say(b"\x00\x01noise" * 50, Content_Encoding="br"),
    )  # fmt: skip
    found = sorted((path, reason) for path, _, reason in paper.failures())
    assert [path for path, _ in found] == ["/bomb", "/noise"]
    assert "more than 32 MB" in found[0][1]
    assert "declared br" in found[1][1]


def test_a_page_that_breaks_off_at_each_try_is_one_failure(paper: Paper) -> None:
    """Each try is kept in the archive; what is owed is told once, as what it is."""

    async def broken(talk: Talk) -> None:
        await talk.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\n<p>"
        )
        talk.close()

    paper.crawl(
        _=say(listing("الجريدة", ["/news1", "/broken"])), news1=say(article("x")), broken=broken
    )
    with sqlite3.connect(f"file:{paper.layout.index_db}?mode=ro", uri=True) as db:
        tries = [
            row[0]
            for row in db.execute(
                "SELECT captured FROM captures WHERE url LIKE '%/broken' ORDER BY captured"
            )
        ]
        rows = db.execute(
            "SELECT stage, reason, at FROM failures WHERE url LIKE '%/broken'"
        ).fetchall()
    assert len(tries) == 2  # the same bytes came again: there are no more
    assert rows == [("extract", "truncated: the response was cut (disconnect)", tries[0])]


def test_a_page_that_only_loads_another_owes_nothing(paper: Paper) -> None:
    """A refresh or a script that leads on is followed, and the empty page before it is no failure
    where it says so.
    """
    refresh = say('<meta http-equiv="refresh" content="0; url=/ar/home">')
    summary, code = paper.crawl(
        **{"_": refresh, "ar/home": say(listing("الجريدة", ["/news1"])), "news1": say(article("x"))}
    )
    assert (summary.new, code, paper.failures()) == (1, 0, set())
