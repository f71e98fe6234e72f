"""Stories that turn into pages that say that they are not there, with status 200."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from loopback_site.server import Behaviour, Site, redirect, say
from loopback_site.small_paper import article, listing, paper

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.crawl.options import CrawlOptions
from crawler.engine.run import crawl_sites
from pipelines.ingest.catch_up import update_index

LOST = {
    "/news/1": "<h1>عذرا، الصفحة التي تبحث عنها غير موجودة</h1><p>ربما حذفت أو نقلت.</p>",
    "/news/2": "<h1>تم حذف هذا الخبر</h1><p>حذف هذا الخبر بطلب من أصحاب الشأن.</p>",
}
CLOSED = {
    "/news/3": "<h1>تسجيل الدخول</h1><p>يرجى تسجيل الدخول إلى حسابك لمتابعة القراءة.</p>",
    "/news/4": "<h1>الموقع تحت الصيانة</h1><p>نعمل حاليا على تحديث الموقع وسنعود قريبا.</p>",
}


def rows(layout: CollectionFolder, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(layout.index_db)) as db:
        return db.execute(statement).fetchall()


def test_a_story_that_turns_into_such_a_page_is_gone(tmp_path: Path) -> None:
    """Days later, at a visit of the crawl's own accord: told with what it turned into, no failure,
    no version, and the same after a rebuild. A log-in or maintenance in its place says nothing.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")
    gone = (
        "SELECT a.url, d.reason, d.gone_since, d.capture_id, a.versions FROM disappearances d"
        " JOIN articles a ON a.id = d.article_id ORDER BY a.url"
    )
    with Site(paper(6)) as site:
        table = SiteConfig(name="paper", start=(site.url + "/",), delay=0.0)
        config = CollectionConfig(name="test", sites=(table,))
        crawl_sites(layout, config, [table], CrawlOptions())
        site.routes["/"] = say(listing("الجريدة", ["/news/0", "/news/5"]))
        for path, body in {**LOST, **CLOSED}.items():
            site.routes[path] = say(f"<html><title>الجريدة</title><body>{body}</body></html>")
        with time_machine.travel(datetime.now(UTC) + timedelta(days=9)):
            crawl_sites(layout, config, [table], CrawlOptions())
        told = rows(layout, gone)
        assert [(url.removeprefix(site.url), reason) for url, reason, *_ in told] == [
            (path, "a page that says it is not there, with HTTP 200") for path in LOST
        ]
        assert {versions for *_, versions in told} == {1}
        failed = {url for (url,) in rows(layout, "SELECT url FROM failures")}
        assert not failed & {site.url + path for path in LOST}
    with layout.write_lock():
        update_index(layout, config, rebuild=True)
    assert rows(layout, gone) == told


GONE = (
    "SELECT a.url, d.reason, d.gone_since, d.capture_id FROM disappearances d"
    " JOIN articles a ON a.id = d.article_id ORDER BY a.url"
)
NAMES = [f"/news/{number}" for number in range(9)]
PAPER = listing("الجريدة", NAMES)
BOX = "".join(
    f'<li><a href="{name}">خبر طويل العنوان عن {name} في المدينة</a></li>' for name in NAMES
)


def crawl_twice(
    folder: Path, later: dict[str, Behaviour], force: bool = False
) -> tuple[list[tuple[str, str]], CollectionFolder]:
    """What is gone (path, reason) after a crawl and another one nine days later, when these
    addresses answer so; a rebuild says the same.
    """
    layout = CollectionFolder.create(folder / "c", "")
    with Site(paper(9)) as site:
        table = SiteConfig(name="paper", start=(site.url + "/",), delay=0.0)
        config = CollectionConfig(name="test", sites=(table,))
        crawl_sites(layout, config, [table], CrawlOptions())
        site.routes.update(later)
        with time_machine.travel(datetime.now(UTC) + timedelta(days=9)):
            crawl_sites(layout, config, [table], CrawlOptions(force=force))
        told = rows(layout, GONE)
    assert rows(layout, "SELECT count(*) FROM articles") == [(9,)]
    private = rows(layout, "SELECT * FROM _listing_pages ORDER BY capture_id")
    with layout.write_lock():
        update_index(layout, config, rebuild=True)
    assert rows(layout, GONE) == told
    assert rows(layout, "SELECT * FROM _listing_pages ORDER BY capture_id") == private
    base = site.url
    return [(url.removeprefix(base), reason.replace(base, "")) for url, reason, *_ in told], layout


def test_a_story_replaced_by_another_page_of_its_site_is_gone(tmp_path: Path) -> None:
    """The front page in its place, byte for byte or nearly, a page that says to be the front page
    or a section, a redirect to either: told without any word of it. A page that cannot be read any
    more but has the headline, a redirect to a log-in, a wrong canonical URL above the text and a
    front page that quotes the whole story are no disappearances.
    """
    text = article("/news/7").replace("<head>", '<head><link rel="canonical" href="/">')
    quoted = article("/news/8").partition("<article>")[2].partition("</article>")[0]
    unread = (
        "<html><head><title>خبر عن /news/6 | الجريدة</title></head><body><h1>خبر عن /news/6 خبر"
        f'</h1><div id="story"></div><ul>{BOX}</ul></body></html>'
    )
    canonical = '<link rel="canonical" href="/"><meta property="og:url" content="/news/">'
    section = listing("الأخبار", [*NAMES[5:], "/news/later", "/news/other"])
    later = {
        "/news/": say(section),
        "/news/1": say(PAPER),
        "/news/2": say(listing("أهم ما عندنا الآن", [f"/x/{n}" for n in range(5)], canonical)),
        "/news/3": redirect("/"),
        "/news/4": redirect("/news/"),
        "/news/5": redirect("/login"),
        "/news/6": say(unread),
        "/news/7": say(text),
        "/news/8": say(PAPER.replace("<ul>", f"{quoted}<ul>")),
        "/login": say("<h1>تسجيل الدخول</h1><p>يرجى تسجيل الدخول إلى حسابك لمتابعة القراءة.</p>"),
    }
    told, _ = crawl_twice(tmp_path, later)
    assert told == [
        ("/news/1", "/ is shown in its place, with HTTP 200"),
        ("/news/2", "/ is shown in its place, with HTTP 200"),
        ("/news/3", "redirects to /"),
        ("/news/4", "redirects to /news/"),
    ]


def test_nothing_is_gone_where_no_story_can_be_read(tmp_path: Path) -> None:
    """A redesign that answers every address with the front page, for scripts to draw the rest, and
    a site that sends everybody to a notice take nothing away.
    """
    told, _ = crawl_twice(tmp_path / "a", {name: say(PAPER) for name in NAMES}, force=True)
    assert told == []
    notice = say("<html><title>الجريدة</title><body><h1>الموقع تحت الصيانة</h1></body></html>")
    closed = {**{name: redirect("/") for name in NAMES}, "/": notice}
    told, _ = crawl_twice(tmp_path / "b", closed, force=True)
    assert told == []
