"""Whether a page with status 200 stands in the place of an article: the front page or a section,
under the article's address.

It is told by what the page is, not by words: it announces articles of its site, shows neither the
headline nor the text of the article, and says to be the front page or a section (rel=canonical,
og:url) or is (nearly) that page as captured about that time. Where a crawl can read no article at
all, a site may have been redesigned, or be closed for a while: then nothing is told.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from archive.index.derived.article_urls import MOST_HOPS, urls_leading_to
from archive.index.rows import capture_order_key, storable_text
from archive.model import Capture, NotArticleReason, PayloadKind, Reading, iso_utc
from archive.model.listing_page import ListingPage
from archive.text.page_parts import are_alike, is_told, pack_parts, text_parts, unpack_parts
from archive.urls import names_a_work, origin_of

LISTING_PAGES = """
-- Pages that lead to articles and are none: what they show (archive.text.page_parts), and say
-- to be.
CREATE TABLE _listing_pages (
  capture_id TEXT PRIMARY KEY, origin TEXT NOT NULL, url TEXT NOT NULL,
  warc TEXT NOT NULL, crawl_id TEXT,
  order_key TEXT NOT NULL, named TEXT,
  headlines INTEGER NOT NULL, headings BLOB NOT NULL,
  texts BLOB NOT NULL, links BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX _listing_pages_url ON _listing_pages (url, order_key); -- the front page about then
CREATE INDEX _listing_pages_warc ON _listing_pages (warc, crawl_id); -- what a crawl found
CREATE INDEX _listing_pages_origin ON _listing_pages (origin, order_key); -- compared with
"""

# A page that announces fewer addresses of its site may be anything, a notice among them.
FEW = 3
# From so many lines on the lines alone tell a page, whatever its links resolve to.
LINES = 8
# Front pages captured so long before and after are compared with; of earlier ones, the last.
BEFORE, AFTER = timedelta(days=7), timedelta(days=1)


def write_listing_page(db: sqlite3.Connection, capture: Capture, reading: Reading) -> bool:
    """Write what a capture shows, if it was read as a list of articles; return whether it was."""
    no = reading.not_article
    if reading.kind != PayloadKind.PAGE or (no and no.reason is not NotArticleReason.LISTING):
        return False
    page, url = reading.listing or ListingPage(), storable_text(capture.url)
    db.execute(
        "INSERT INTO _listing_pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            capture.id,
            origin_of(url),
            url,
            capture.warc,
            capture.facts.crawl_id and storable_text(capture.facts.crawl_id),
            capture_order_key(capture),
            page.named and storable_text(page.named),
            page.headlines,
            pack_parts(page.headings),
            pack_parts(page.texts),
            pack_parts(page.links),
        ),
    )
    return True


def delete_listing_page(db: sqlite3.Connection, capture_id: str) -> None:
    """Delete what a capture shows."""
    db.execute("DELETE FROM _listing_pages WHERE capture_id = ?", (capture_id,))


def page_in_place_of(db: sqlite3.Connection, capture_id: str, article: str) -> str | None:
    """The address of the front page or section that a capture shows in the place of an article
    (its id); None where it does not.
    """
    row = db.execute(
        "SELECT url, order_key, named, headlines, headings, texts, links FROM _listing_pages"
        " WHERE capture_id = ?",
        (capture_id,),
    ).fetchone()
    if row is None or row[3] < FEW:
        return None
    url, moment, named, _, headings, texts, links = row
    if _shows(db, capture_id, article, headings, texts):
        return None
    if not _reads_articles(db, capture_id, article):
        return None
    return named or _same_as(db, url, moment, texts, links)


def _shows(
    db: sqlite3.Connection, capture_id: str, article: str, headings: bytes, texts: bytes
) -> bool:
    """Whether the page has the headline or the text of the article, in whatever version, or
    carries it in its data.
    """
    titles, shown = unpack_parts(headings), unpack_parts(texts)
    versions = db.execute("SELECT title, body FROM versions WHERE article_id = ?", (article,))
    if any(
        text_parts([title]) & titles or is_told(body.split("\n"), shown) for title, body in versions
    ):
        return True
    carried = (
        "SELECT 1 FROM _readings e JOIN _readings r ON r.site = e.site AND r.key = e.key"
        " WHERE e.capture_id = ? AND e.ordinal > 0 AND r.article_id = ? LIMIT 1"
    )
    return db.execute(carried, (capture_id, article)).fetchone() is not None


def _reads_articles(db: sqlite3.Connection, capture_id: str, article: str) -> bool:
    """Whether the crawl of a capture read other articles, as far as its WARC file tells."""
    statement = (
        "SELECT 1 FROM captures c, captures o INDEXED BY captures_warc WHERE c.id = ?"
        " AND o.warc = c.warc AND o.crawl_id IS c.crawl_id AND o.site IS c.site"
        " AND o.article_id IS NOT NULL AND o.article_id != ? LIMIT 1"
    )
    return db.execute(statement, (capture_id, article)).fetchone() is not None


def _same_as(
    db: sqlite3.Connection, url: str, moment: str, texts: bytes, links: bytes
) -> str | None:
    """The page above an address that was (nearly) the same about that time."""
    lines, leads = unpack_parts(texts), unpack_parts(links)
    for above in _pages_above(url):
        for other_lines, other_leads in _captured_about(db, above, moment):
            there = unpack_parts(other_lines)
            if are_alike(lines, there) and (
                min(len(lines), len(there)) >= LINES or are_alike(leads, unpack_parts(other_leads))
            ):
                return above
    return None


def _captured_about(db: sqlite3.Connection, url: str, moment: str) -> Iterable[tuple[bytes, bytes]]:
    begin, end = _window(moment)
    shown = f"SELECT texts, links FROM _listing_pages WHERE url = ? AND headlines >= {FEW}"  # noqa: S608
    yield from db.execute(
        f"{shown} AND order_key BETWEEN ? AND ? ORDER BY order_key", (url, begin, end)
    )
    yield from db.execute(
        f"{shown} AND order_key < ? ORDER BY order_key DESC LIMIT 1", (url, begin)
    )


def _window(moment: str) -> tuple[str, str]:
    time = datetime.fromisoformat(moment[:20])
    return iso_utc(time - BEFORE), iso_utc(time + AFTER)


def _pages_above(url: str) -> list[str]:
    """The front page and the sections that an address stands under, each spelt with a slash at its
    end and without.
    """
    parts = urlsplit(url)
    steps = [step for step in parts.path.split("/") if step][:-1]
    paths = ["/" + "/".join(steps[:count]) for count in range(1, len(steps) + 1)]
    every = ["/", *(spelt for path in paths for spelt in (path, path + "/"))]
    found = [f"{parts.scheme}://{parts.netloc}{path}" for path in every]
    return [each for each in found if not names_a_work(each) and each != url]


def is_known_listing(db: sqlite3.Connection, url: str) -> bool:
    """Whether an address was ever read as a page that leads to articles and is none."""
    statement = "SELECT 1 FROM _listing_pages WHERE url = ? LIMIT 1"
    return db.execute(statement, (url,)).fetchone() is not None


def is_closed(db: sqlite3.Connection, url: str, crawl: str | None) -> bool:
    """Whether a crawl met a refusal or a failing server at an address, or what is no list of
    articles where there was one: a notice, or a wall.
    """
    statement = (
        "SELECT kind = 'page' AND l.capture_id IS NULL AND ? OR status >= 500"
        " OR status IN (401, 403, 429) FROM captures c"
        " LEFT JOIN _listing_pages l ON l.capture_id = c.id WHERE c.url = ? AND c.crawl_id IS ?"
        " AND c.location IS NULL"
    )
    answers = db.execute(statement, (is_known_listing(db, url), url, crawl)).fetchall()
    return bool(answers) and all(closed for (closed,) in answers)


def urls_to_judge_again(
    db: sqlite3.Connection,
    pages: Iterable[str],
    crawls: Iterable[tuple[str, str | None]],
    answered: Iterable[tuple[str, str | None]],
) -> set[str]:
    """The addresses whose answers may mean something else for their articles now: new `pages`
    (captures, ids) are compared with, `crawls` (WARC and crawl) have more captures, and pages to
    which others redirect `answered` (URL and crawl).
    """
    found: set[str] = set()
    for warc, crawl in crawls:
        found |= {
            url
            for (url,) in db.execute(
                "SELECT DISTINCT p.url FROM _listing_pages p JOIN addresses n ON n.url = p.url"
                " WHERE p.warc = ? AND p.crawl_id IS ? AND n.article_id NOT IN"
                " (SELECT article_id FROM disappearances)",
                (warc, crawl),
            )
        }
    for page in pages:
        found |= _compared_with(db, page) | _led_to(db, page)
    for url, crawl in answered:
        found |= _redirected_in(db, url, crawl)
    return found


def _led_to(db: sqlite3.Connection, page: str) -> set[str]:
    """The addresses that redirect to a page, where it is the first of its address."""
    (url, count) = db.execute(
        "SELECT url, (SELECT count(*) FROM (SELECT 1 FROM _listing_pages WHERE url = p.url"
        " LIMIT 2)) FROM _listing_pages p WHERE capture_id = ?",
        (page,),
    ).fetchone() or ("", 0)
    return urls_leading_to(db, {url}) if count == 1 else set()


def _redirected_in(db: sqlite3.Connection, url: str, crawl: str | None) -> set[str]:
    """The addresses that redirected to `url` in a crawl."""
    edge, seen = {url}, {url}
    for _ in range(MOST_HOPS):
        edge = {
            source
            for each in edge
            for (source,) in db.execute(
                "SELECT DISTINCT url FROM captures WHERE location = ? AND crawl_id IS ?",
                (each, crawl),
            )
        } - seen
        seen |= edge
        if not edge:
            break
    return seen - {url}


def _compared_with(db: sqlite3.Connection, page: str) -> set[str]:
    """The addresses of articles whose pages are compared with a page that is above them."""
    row = db.execute(
        "SELECT origin, url, order_key FROM _listing_pages WHERE capture_id = ?", (page,)
    ).fetchone()
    if row is None or names_a_work(row[1]):
        return set()
    origin, url, moment = row
    following = db.execute(
        "SELECT min(order_key) FROM _listing_pages WHERE url = ? AND order_key > ?", (url, moment)
    ).fetchone()[0]
    time = datetime.fromisoformat(moment[:20])
    # Of later pages those up to the next capture and the window behind it: that was the last one.
    until = (
        iso_utc(datetime.fromisoformat(following[:20]) + BEFORE + AFTER) if following else "9999"
    )
    rows = db.execute(
        "SELECT DISTINCT p.url FROM _listing_pages p JOIN addresses n ON n.url = p.url"
        " WHERE p.origin = ? AND p.order_key BETWEEN ? AND ? AND substr(p.url, 1, ?) = ?",
        (origin, iso_utc(time - AFTER), until, len(url), url),
    )
    return {each for (each,) in rows if each != url}
