"""A crawl of a site that gets everything wrong, beside sites that are away and one that is well:
who is served, and what is said.

One run of the real `warraq crawl` where only loopback can be reached (`hostile_crawl.py`); each
line of the tables is one promise about it.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from loopback_site import hostile_crawl
from loopback_site.closed_network import run_closed
from loopback_site.hostile_crawl import ENDLESS, GOOD, PAGES

from archive.layout import CollectionFolder
from archive.verify.collection import verify_collection
from archive.warc.capture_reader import read_record

PROGRAM = Path(hostile_crawl.__file__)
# What the crawler's own process may hold, whatever a server sends; measured: 290 MB, most of it one
# 50 MB body three times.
MEMORY = 400 << 20
SECONDS = 150  # measured: 30, with time-outs of a few seconds


@dataclass(frozen=True)
class Crawled:
    """What the run left behind, by path of the hostile site."""

    told: dict
    layout: CollectionFolder

    @property
    def base(self) -> str:
        return self.told["sites"]["hostile"]

    def rows(self, query: str, *values: object) -> list[tuple]:
        with sqlite3.connect(f"file:{self.layout.index_db}?mode=ro", uri=True) as db:
            return db.execute(query, values).fetchall()

    def captures(self, path: str) -> list[tuple]:
        query = (
            "SELECT status, truncated, article_id IS NOT NULL FROM captures WHERE url = ?"
            " ORDER BY captured"
        )
        return self.rows(query, self.base + path)

    def failures(self, path: str) -> list[str]:
        found = self.rows(
            "SELECT DISTINCT stage || ': ' || reason FROM failures WHERE url = ?", self.base + path
        )
        return [text for (text,) in found]

    def asked(self, path: str) -> int:
        return Counter(self.told["asked"]["hostile"])[path]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """The one run."""
    folder = tmp_path_factory.mktemp("hostile") / "collection"
    done = run_closed([sys.executable, PROGRAM, folder])
    assert done.returncode == 0, done.stderr
    return Crawled(json.loads(done.stdout), CollectionFolder(folder))


# ------------------------------------------------------------------------------- the run as a whole


def test_the_run_ends_in_order(crawled: Crawled) -> None:
    """Exit code 3, a summary for each site, no traceback, in bounded time."""
    assert crawled.told["code"] == 3, crawled.told["err"]
    outcomes = {
        row["site"]: row["outcome"] for row in map(json.loads, crawled.told["out"].splitlines())
    }
    assert outcomes == {
        "hostile": "finished",
        "good": "finished",
        "forbidding": "failed",
        "unreachable": "failed",
        "nameless": "failed",
    }
    assert "Traceback" not in crawled.told["err"]
    assert "bug" not in crawled.told["err"]
    assert crawled.told["seconds"] < SECONDS


def test_memory_is_bounded(crawled: Crawled) -> None:
    """Endless bodies, heads and bombs: the crawler's process stays under 400 MB."""
    assert crawled.told["peak"] < MEMORY, f"{crawled.told['peak'] >> 20} MB"


def test_good_pages_are_there(crawled: Crawled) -> None:
    """Every article of the hostile site, and every one of its neighbour, is fetched once and
    indexed.
    """
    found = crawled.rows(
        "SELECT site, count(*) FROM articles WHERE url LIKE '%/news/%' GROUP BY site"
    )
    assert dict(found) == {"hostile": GOOD, "good": 6}


def test_everything_kept_is_sound(crawled: Crawled) -> None:
    """The collection verifies: structure, digests, CDXJ and index agree."""
    assert list(verify_collection(crawled.layout)) == []


def test_every_page_has_an_outcome(crawled: Crawled) -> None:
    """No URL is passed over in silence: each was captured, or has a row in `failures`."""
    silent = [page for page in PAGES if not crawled.captures(page) and not crawled.failures(page)]
    assert silent == []


def test_whoever_is_not_invited_is_not_asked(crawled: Crawled) -> None:
    """Private addresses in links, redirects and sitemaps get no connection; no file is read."""
    assert crawled.told["asked"]["intranet"] == []
    kept = crawled.rows("SELECT url FROM captures WHERE url NOT LIKE 'http://127.0.0.1:%'")
    assert kept == []
    assert crawled.rows("SELECT url FROM captures WHERE url LIKE '%hostname%'") == []


@pytest.mark.parametrize(
    ("site", "reason"),
    [
        ("forbidding", "robots.txt forbids it"),
        ("unreachable", "refused"),
        ("nameless", "dns"),
    ],
)
def test_a_site_that_is_away_is_said(crawled: Crawled, site: str, reason: str) -> None:
    """Forbidden, refused, unknown to the name server: a row that says which."""
    found = crawled.rows(
        "SELECT reason FROM failures WHERE url LIKE ?", crawled.told["sites"][site] + "%"
    )
    assert [text for (text,) in found if reason in text]


# ------------------------------------------------------------------------------------- page by page

ARTICLE: list[str] = [
    *(
        "/plain",
        "/http10",
        "/close-delimited",
        "/continue-and-hints",
        "/chunked",
        "/chunked-gzip-dribbled",
        "/gzip",
        "/br",
    ),
    *(
        "/deflate",
        "/deflate-raw",
        "/unknown-coding",
        "/validators",
        "/sets-cookie",
        "/1256-header",
        "/1256-meta",
    ),
    *(
        "/1256-undeclared",
        "/1256-says-utf8",
        "/1256-says-latin1",
        "/utf8-says-1256",
        "/utf8-says-latin1",
        "/utf8-mark",
    ),
    *("/utf16-mark", "/utf16-header", "/charset-unknown", "/gzip-cut", "/gzip-not", "/many-links"),
]


@pytest.mark.parametrize("path", ARTICLE)
def test_odd_but_readable(crawled: Crawled, path: str) -> None:
    """Asked for once, kept whole, and read as the article it is."""
    assert crawled.captures(path) == [(200, None, 1)]
    assert crawled.asked(path) == 1


def test_arabic_is_right_whatever_a_page_says_of_its_charset(crawled: Crawled) -> None:
    """No mojibake: the headline is the same under every character set, declared rightly, wrongly or
    not at all.
    """
    pages = [path for path in ARTICLE if path.startswith(("/1256", "/utf", "/charset"))]
    query = "SELECT a.title FROM captures c JOIN articles a ON a.id = c.article_id WHERE c.url = ?"
    assert {crawled.rows(query, crawled.base + path)[0][0] for path in pages} == {"ترميم الجسر"}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/endless-headers", "fetch: header-flood"),
        ("/endless-line", "fetch: header-flood"),
        ("/endless-interim", "fetch: header-flood"),
        ("/half-head", "fetch: no-response"),
        ("/no-response", "fetch: no-response"),
        ("/stall-head", "fetch: timeout"),
        ("/http09", "fetch: bad-response"),
        ("/icy", "fetch: bad-response"),
        ("/http2-line", "fetch: bad-response"),
    ],
)
def test_nothing_to_keep(crawled: Crawled, path: str, reason: str) -> None:
    """No complete head: no capture, at most four tries, and the reason."""
    assert crawled.captures(path) == []
    assert crawled.asked(path) <= 4
    (said,) = crawled.failures(path)
    assert said.startswith(reason)


@pytest.mark.parametrize(
    ("path", "mark", "most"),
    [
        ("/short-length", "disconnect", 4),
        ("/reset", "disconnect", 4),
        ("/chunked-cut", "disconnect", 4),
        ("/chunked-no-end", "disconnect", 4),
        ("/stall-body", "time", 4),
        ("/drip", "time", 4),
        ("/endless-body", "length", 1),
        ("/huge-page", "length", 1),
        ("/chunked-broken", "unspecified", 1),
    ],
)
def test_what_came_of_a_cut_response_is_kept(
    crawled: Crawled, path: str, mark: str, most: int
) -> None:
    """With WARC-Truncated and its reason, a row in `failures`, and more tries where these may
    help.
    """
    found = crawled.captures(path)
    assert 1 <= len(found) <= most
    assert mark in {truncated for _, truncated, _ in found}
    assert None not in {truncated for _, truncated, _ in found}
    assert crawled.failures(path)


def test_a_page_to_its_end_tag_is_read_whatever_its_framing_says(crawled: Crawled) -> None:
    """No chunk is one, but the page is whole: it is read, and marked."""
    assert crawled.captures("/chunked-not") == [(200, "unspecified", 1)]
    assert crawled.failures("/chunked-not") == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/endless-body", "too-large"),
        ("/huge-page", "too-large"),
        ("/gzip-bomb", "too-large"),
        ("/gzip-twice", "too-large"),
        ("/gzip-cut", "cut short"),
        ("/gzip-not", "declared gzip"),
        (ENDLESS, "timeout"),
        ("/deep-nesting", "nested too deeply"),
        ("/challenge", "challenge"),
        ("/empty", "empty"),
        ("/blank", "empty"),
        ("/with-nuls", "empty"),
        ("/many-links", "6000 links"),
        ("/error", "HTTP 500, at 4 tries"),
        ("/too-many", "HTTP 429, at 4 tries"),
        ("/unavailable", "HTTP 503, at 4 tries"),
        ("/gone", "HTTP 410"),
        ("/304", "to a request without conditions"),
        ("/redirect-loop", "redirect loop"),
        ("/redirect-chain/2", "more than 10 redirects"),
        ("/redirect-growing?x=1&x=1", "repeats"),
        ("/redirect-file", "usable Location"),
        ("/redirect-empty", "usable Location"),
        ("/redirect-junk", "usable Location"),
        ("/sitemap-cut.xml", "incomplete"),
        ("/sitemap-evil.xml", "unusable addresses skipped"),
        ("/sitemap-laughs.xml", "entities"),
        ("/sitemap-entity.xml", "entities"),
        ("/sitemap-bomb.xml.gz", "expands to more than"),
        ("/sitemap-large.xml", "more than 50000 entries"),
    ],
)
def test_kept_and_explained(crawled: Crawled, path: str, reason: str) -> None:
    """The exchange is in the archive, and `failures` says what is wrong with it."""
    assert crawled.captures(path)
    assert any(reason in said for said in crawled.failures(path)), crawled.failures(path)


@pytest.mark.parametrize("path", ["/204"])
def test_no_page_and_no_failure(crawled: Crawled, path: str) -> None:
    """What says that it has no body is kept and owes nothing."""
    assert len(crawled.captures(path)) == 1
    assert crawled.failures(path) == []


@pytest.mark.parametrize(
    "path", ["/binary", "/report", "/echo", "/big-header", "/many-headers", "/no-reason"]
)
def test_no_page(crawled: Crawled, path: str) -> None:
    """What is no page is kept, and said in one line; a header line of 20 kB is no reason to lose
    one.
    """
    assert len(crawled.captures(path)) == 1
    (failure,) = crawled.failures(path)
    assert failure.startswith("discovery: not a page: ")


@pytest.mark.parametrize("path", ["/second-response", "/late-second-response", "/long-length"])
def test_excess_never_answers_for_another_page(crawled: Crawled, path: str) -> None:
    """What a server sends beyond its response is in no record: it would be filed under somebody
    else's URL.
    """
    (place,) = crawled.rows(
        "SELECT warc, offset, length FROM captures WHERE url = ?", crawled.base + path
    )
    block = read_record(crawled.layout.archive / place[0], place[1]).block
    assert b"second" not in block.partition(b"\r\n\r\n")[2]
    assert b"stray" not in block
    assert len(block.partition(b"\r\n\r\n")[2]) in {0, 5, 10}  # 0: a revisit


def test_a_sitemap_index_that_makes_itself_up_ends(crawled: Crawled) -> None:
    """Two levels below the one that robots.txt names, and no further."""
    asked = [
        target
        for target in crawled.told["asked"]["hostile"]
        if target.startswith("/sitemap-endless.xml?")
    ]
    assert 3 <= len(set(asked)) <= 12


def test_a_good_entry_of_a_bad_sitemap_is_used(crawled: Crawled) -> None:
    """One `<loc>` that is no address, or the end that is missing, costs only itself."""
    assert crawled.asked("/relative") >= 1
    assert crawled.asked("/whole") >= 1
    assert crawled.asked("/cu") == 0
