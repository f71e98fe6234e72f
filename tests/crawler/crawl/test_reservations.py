"""What a site reserves, on real crawls: recorded always, kept to where its table says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from crawled_newsroom import Newsroom
from loopback_site.server import Behaviour, Site, Talk, say
from loopback_site.small_paper import article, listing, paper

from archive.config import CollectionConfig, SiteConfig
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model.usage_signals import TDMREP_PATH
from crawler.crawl.reservations import SiteReservations
from crawler.politeness.robots_cache import RobotsResponse, robots_policy
from pipelines.ingest.catch_up import update_index

ROBOTS = "User-agent: *\nContent-Signal: search=yes, ai-train=no\nLicense: /license.xml\n"
RSL = "<rsl><content url='/'><prohibits type='usage'>all</prohibits></content></rsl>"


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with Site(paper()) as site:
        yield Newsroom(site, CollectionFolder.create(tmp_path / "collection", ""))


@pytest.fixture
def reserved(newsroom: Newsroom) -> Newsroom:
    """A newsroom that reserves its rights in every place."""
    newsroom.site.routes |= {
        "/": say(listing("الجريدة", ["/news/a", "/news/b", "/news/c"])),
        "/news/a": say(article("a"), X_Robots_Tag="noarchive"),
        "/news/b": say(article("b")),
        "/news/c": say(article("c"), TDM_Reservation="1"),
        "/robots.txt": say(ROBOTS, kind="text/plain"),
        "/license.xml": say(RSL, kind="application/rsl+xml"),
        TDMREP_PATH: say(
            '[{"location": "/news/b", "tdm-reservation": 1}]', kind="application/json"
        ),
    }
    return newsroom


def test_all_is_recorded_and_nothing_is_kept_to_by_default(reserved: Newsroom) -> None:
    """Every page is crawled; what the site states can be searched, for each article."""
    reserved.crawl()
    stated = reserved.rows(
        "SELECT DISTINCT replace(c.url, ?, ''), s.source, s.name, s.value FROM article_signals s"
        " JOIN captures c ON c.id = s.capture_id WHERE c.url LIKE '%/news/%' AND s.source NOT IN"
        " ('tdmrep.json', 'rsl') ORDER BY 1, 2, 3",
        reserved.site.url,
    )
    assert reserved.articles() == 3
    whole_site = [
        ("robots.txt", "ai-train", "no"),
        ("robots.txt", "license", "/license.xml"),
        ("robots.txt", "search", "yes"),
    ]
    assert [row for row in stated if row[0] == "/news/b"] == [
        ("/news/b", *each) for each in whole_site
    ]
    assert ("/news/a", "header", "noarchive", None) in stated
    assert ("/news/c", "header", "tdm-reservation", "1") in stated
    sources = reserved.rows("SELECT DISTINCT source FROM usage_signals ORDER BY 1")
    assert sources == [("header",), ("robots.txt",), ("rsl",), ("tdmrep.json",)]


def test_a_page_that_reserves_itself_stays_out_of_the_index(reserved: Newsroom) -> None:
    """Where the table says so; it stands in the WARC, and its links lead on."""
    reserved.config = _with(reserved, "noarchive")
    reserved.crawl()
    titles = reserved.rows("SELECT count(*) FROM articles WHERE url LIKE '%/news/a'")
    assert (titles, reserved.articles()) == ([(0,)], 2)
    assert reserved.rows("SELECT kind FROM captures WHERE url LIKE '%/news/a'") == [("page",)]


def test_what_robots_txt_reserves_is_not_asked_for(reserved: Newsroom) -> None:
    """And the reason stands in `failures`."""
    reserved.config = _with(reserved, "ai-train")
    assert reserved.crawl().outcome == "failed"
    assert not {"/", "/news/a"} & set(reserved.asked())
    assert reserved.failures()["/"] == "the site reserves it: ai-train=no, in robots.txt"


def test_what_a_tdmrep_json_reserves_is_never_asked_for(reserved: Newsroom) -> None:
    """The file is read before the first page of the first crawl; `--force` or not."""
    reserved.config = _with(reserved, "tdm")
    for force in (False, True):
        reserved.crawl(force=force)
        assert reserved.asked()["/news/b"] == 0
        assert reserved.asked()["/news/a"] == 1
        asked = reserved.site.wire.targets
        assert asked.index(TDMREP_PATH) < asked.index("/")
        assert asked.count(TDMREP_PATH) == 1
    assert "tdm-reservation=1, in tdmrep.json" in reserved.failures()["/news/b"]
    assert reserved.rows("SELECT 1 FROM articles WHERE url LIKE '%/news/c'") == []


def test_nofollow_is_of_links(reserved: Newsroom) -> None:
    """The page itself is read."""
    front = listing("الجريدة", ["/news/a", "/news/b"])
    reserved.site.routes["/"] = say(front, X_Robots_Tag="nofollow")
    reserved.config = _with(reserved, "nofollow")
    reserved.crawl()
    assert not {"/news/a", "/news/b"} & set(reserved.asked())


def test_a_reservation_that_is_taken_back_counts_no_more(newsroom: Newsroom) -> None:
    """What the newest answer of the tdmrep.json says."""
    newsroom.site.routes[TDMREP_PATH] = say('[{"tdm-reservation": 1}]', kind="application/json")
    newsroom.crawl()
    url = newsroom.site.url + "/news/1"
    policy = robots_policy(RobotsResponse(url=url, status=404))
    kept_to = SiteConfig(name="paper", start=(), obey_signals=("tdm",))
    with Index(newsroom.layout.index_db) as index:
        assert SiteReservations(kept_to, index).why_reserved(url, policy)
        assert not SiteReservations(newsroom.config, index).why_reserved(url, policy)
    del newsroom.site.routes[TDMREP_PATH]
    newsroom.crawl(force=True)
    with Index(newsroom.layout.index_db) as index:
        assert not SiteReservations(kept_to, index).why_reserved(url, policy)


def test_what_a_licence_prohibits_is_not_asked_for(newsroom: Newsroom) -> None:
    """An RSL licence named by robots.txt is read first, once a day; the reason is in the index and
    in `coverage`, and a rebuild gives the same. What it permits is crawled.
    """
    _license(newsroom, "/license.xml", prohibits("/news/2", "all"), prohibits("/", "ai-all"))
    newsroom.config = _with(newsroom, "rsl")
    newsroom.crawl()
    asked = newsroom.site.wire.targets
    assert asked.index("/license.xml") < asked.index("/")
    assert asked.count("/license.xml") == 1
    assert (newsroom.asked()["/news/1"], newsroom.asked()["/news/2"]) == (1, 0)
    why = "the site reserves it: prohibits usage=all, in rsl"
    assert newsroom.failures()["/news/2"] == why
    outcome = "SELECT outcome, reason FROM coverage WHERE url LIKE '%/news/2'"
    assert newsroom.rows(outcome) == [("left out", f"robots: {why}")]
    stated = "SELECT capture_id, name, value, path FROM usage_signals ORDER BY 1, 2, 3, 4"
    pages = "SELECT url, kind, robots_id FROM captures ORDER BY id"
    rows = [newsroom.rows(query) for query in (stated, pages)]
    assert ("prohibits usage", "all", "/news/2") in {row[1:] for row in rows[0]}
    newsroom.crawl()
    assert "/license.xml" not in newsroom.site.wire.targets
    assert newsroom.asked()["/news/2"] == 0
    before = [newsroom.rows(query) for query in (stated, pages)]
    config = CollectionConfig(name="test", sites=(newsroom.config,))
    update_index(newsroom.layout, config, rebuild=True)
    assert [newsroom.rows(query) for query in (stated, pages)] == before
    assert newsroom.failures()["/news/2"] == why


def test_a_licence_is_not_kept_to_without_the_key(newsroom: Newsroom) -> None:
    """It is recorded, as ever."""
    _license(newsroom, "/license.xml", prohibits("/", "all"))
    newsroom.config = _with(newsroom, "tdm")
    newsroom.crawl()
    assert newsroom.asked()["/news/2"] == 1
    assert newsroom.rows("SELECT value FROM usage_signals WHERE source = 'rsl'") == [("all",)]


def test_a_page_that_carries_its_licence_stays_out_of_the_index(newsroom: Newsroom) -> None:
    """It could not be known before; it stands in the WARC."""
    licence = f'<script type="application/rsl+xml">{rsl(prohibits("", "search"))}</script></head>'
    page = article("2").replace("</head>", licence)
    assert licence in page
    newsroom.site.routes["/news/2"] = say(page)
    newsroom.config = _with(newsroom, "rsl")
    newsroom.crawl()
    indexed = newsroom.rows("SELECT url FROM articles WHERE url LIKE '%/news/_' ORDER BY 1")
    assert (newsroom.site.url + "/news/1",) in indexed
    assert (newsroom.site.url + "/news/2",) not in indexed
    assert newsroom.rows("SELECT kind FROM captures WHERE url LIKE '%/news/2'") == [("page",)]


@pytest.mark.parametrize("place", ["header", "link"])
def test_a_licence_that_the_front_page_links_to_is_kept_to(newsroom: Newsroom, place: str) -> None:
    """From the first article on, and by the next crawl, whose front page has not changed."""
    names = [f"/news/{number}" for number in range(6)]
    head = '<link rel="license" type="application/rsl+xml" href="/terms.xml">'
    front = listing("الجريدة", names, head if place == "link" else "")
    link = '</terms.xml>; rel="license"; type="application/rsl+xml"'
    newsroom.site.routes |= {
        "/": say(front, **({"Link": link} if place == "header" else {})),
        "/terms.xml": say(rsl(prohibits("/news/2", "search")), kind="application/rsl+xml"),
    }
    newsroom.config = _with(newsroom, "rsl")
    newsroom.crawl()
    assert newsroom.asked()["/terms.xml"] == 1
    assert (newsroom.asked()["/news/1"], newsroom.asked()["/news/2"]) == (1, 0)
    newsroom.crawl(force=True)
    asked = newsroom.site.wire.targets
    assert asked.index("/terms.xml") < asked.index("/")
    assert (asked.count("/terms.xml"), asked.count("/news/2")) == (1, 0)


async def _never(talk: Talk) -> None:
    await talk.wait(60)


@pytest.mark.parametrize(
    "answer", [_never, say("<p>no", status="503 Busy"), say("<p>no", status="404 Not Found")]
)
def test_files_that_do_not_answer_hold_up_nothing(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, answer: Behaviour
) -> None:
    """They are asked for once; the crawl is as it would be without them."""
    monkeypatch.setattr("crawler.crawl.reservations.PATIENCE", 0.3)
    _license(newsroom, "/license.xml")
    newsroom.site.routes |= {"/license.xml": answer, TDMREP_PATH: answer}
    newsroom.config = replace(newsroom.config, obey_signals=("rsl", "tdm"))
    began = time.monotonic()
    summary = newsroom.crawl()
    assert (summary.outcome, newsroom.failures()) == ("finished", {})
    assert newsroom.asked()["/news/2"] == 1
    assert time.monotonic() - began < 30
    asked = newsroom.asked(guesses=True)
    assert (asked["/license.xml"], asked[TDMREP_PATH]) == (1, 1)


def test_a_file_that_robots_txt_forbids_is_not_asked_for(newsroom: Newsroom) -> None:
    """Nothing is known then of what it would say."""
    forbids = "User-agent: *\nDisallow: /license.xml\nLicense: /license.xml\n"
    _license(newsroom, "/license.xml", prohibits("/", "all"), robots=forbids)
    newsroom.config = _with(newsroom, "rsl")
    newsroom.crawl()
    assert (newsroom.asked()["/license.xml"], newsroom.asked()["/news/2"]) == (0, 1)


def prohibits(path: str, uses: str) -> str:
    terms = f'<license><prohibits type="usage">{uses}</prohibits></license>'
    return f'<content url="{path}">{terms}</content>'


def rsl(*contents: str) -> str:
    return f'<rsl xmlns="https://rslstandard.org/rsl">{"".join(contents)}</rsl>'


def _license(newsroom: Newsroom, path: str, *contents: str, robots: str | None = None) -> None:
    """Have robots.txt name a licence of these contents."""
    newsroom.site.routes |= {
        "/robots.txt": say(robots or f"License: {path}\n", kind="text/plain"),
        path: say(rsl(*contents), kind="application/rsl+xml"),
    }


def _with(newsroom: Newsroom, use: str) -> SiteConfig:
    return replace(newsroom.config, obey_signals=(use,))
