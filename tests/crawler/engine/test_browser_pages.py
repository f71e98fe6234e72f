"""Crawls of a newspaper that shows its text by scripts, with a real Chromium: what it asks for and
shows is in the WARC, is read, and a rebuild reads the same.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from crawled_newsroom import Newsroom
from loopback_site.proxies import HttpProxy
from loopback_site.scripted_paper import LISTED, scripted_paper, title
from loopback_site.server import Site, Talk
from needed_parts import need_browser

from archive.credentials import parse_proxy
from archive.errors import ConfigError
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from archive.query.reader import IndexReader
from archive.warc.record import Record
from archive.warc.record_reader import read_records
from crawler.admin.captures_of_articles import gather_captures
from crawler.browser import chromium

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def browsing_newsroom(site: Site, folder: Path, **keys: object) -> Newsroom:
    """A collection of the site, crawled with a browser."""
    need_browser()
    room = Newsroom(site, CollectionFolder.create(folder, ""))
    room.config = replace(room.config, **{"browser": "empty", **keys})
    return room


def warraq(*words: object) -> int:
    """The exit code of a command, run as a process."""
    command = [sys.executable, "-m", "crawler.cli", *map(str, words)]
    return subprocess.run(command, check=False, env=ENVIRONMENT).returncode


def records(layout: CollectionFolder) -> list[Record]:
    """Every record of a collection, with its whole block."""
    found = []
    for path in sorted(layout.archive.glob("*.warc.gz*")):
        for record in read_records(path, keep=lambda _: 1 << 30):
            assert isinstance(record, Record)
            found.append(record)
    return found


@dataclass
class Crawled:
    """A newsroom after its one crawl."""

    room: Newsroom
    summary: CrawlSummary
    records: list[Record]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """The whole site, crawled once with all that the browser can do."""
    with Site(scripted_paper()) as site:
        room = browsing_newsroom(
            site,
            tmp_path_factory.mktemp("browser") / "c",
            browser_clicks=("#accept",),
            browser_scrolls=4,
            browser_views=("screenshot", "pdf"),
        )
        summary = room.crawl()
        yield Crawled(room, summary, records(room.layout))


def test_text_that_scripts_show_becomes_articles(crawled: Crawled) -> None:
    """Each story is an article with its headline and date: those that only scrolling brings up, and
    the one behind the consent layer.
    """
    found = dict(crawled.room.rows("SELECT title, substr(published, 1, 10) FROM articles"))
    numbers = [*range(1, LISTED + 1), 20]
    assert found == {title(number): f"2026-03-{number:02d}" for number in numbers}
    assert (crawled.summary.outcome, crawled.summary.new) == ("finished", LISTED + 1)


def test_a_page_that_the_browser_shows_is_no_failure(crawled: Crawled) -> None:
    """That the pages are empty without it is neither counted nor listed as a failure."""
    assert crawled.summary.failed == 0
    assert set(crawled.room.failures().values()) == {"robots.txt forbids it"}


def test_what_the_browser_asks_for_is_kept_as_on_the_wire(crawled: Crawled) -> None:
    """The WARC holds the very bytes of scripts, data and images that the server sent and got."""
    wire = crawled.room.site.wire
    kept = {(record.type, record.target_uri): record.block for record in reversed(crawled.records)}
    for target in ("/app.js", "/api/news/1.json", "/photo.png", "/api/list.json?page=2"):
        url = crawled.room.site.url + target
        assert kept["response", url] == bytes(wire.of(target)[0].response)
        assert kept["request", url] == wire.of(target)[0].request


def test_the_document_is_a_record_of_its_own(crawled: Crawled) -> None:
    """The page as shown refers to the record that the browser was given, comes after all that it
    was made from, and says which browser showed it and what was done.
    """
    url = f"{crawled.room.site.url}/walled/1"
    places = {record.id: place for place, record in enumerate(crawled.records)}
    shown = next(
        record
        for record in crawled.records
        if (record.type, record.target_uri) == ("conversion", url)
    )
    page = crawled.records[places[str(shown.header("WARC-Refers-To"))]]
    data = next(record for record in crawled.records if "/api/walled/1" in str(record.target_uri))
    assert (page.target_uri, page.type in {"response", "revisit"}) == (url, True)
    assert places[page.id] < places[data.id] < places[shown.id]
    assert str(shown.header("Warraq-Rendered-By")).startswith("Chromium/")
    assert title(20) in shown.block.decode()
    companion = crawled.records[places[shown.id] - 1]
    assert shown.id in companion.headers_all("WARC-Concurrent-To")
    assert b"warraq-browser-step: clicked #accept" in companion.block


def test_pictures_are_kept_where_they_are_asked_for(crawled: Crawled) -> None:
    """Each page shown has its screenshot and its print, under URIs that replay does not mistake for
    pages.
    """
    views = [record for record in crawled.records if record.type == "resource"]
    shown = [record for record in crawled.records if record.type == "conversion"]
    starts = sorted(record.block[:4] for record in views)
    assert starts == sorted([b"\x89PNG", b"%PDF"] * len(shown))
    assert all(str(record.target_uri).startswith("urn:view:http") for record in views)


def test_the_browser_keeps_to_robots_txt(crawled: Crawled) -> None:
    """What robots.txt forbids is not asked for, whosever script wants it; that is told once."""
    assert not [target for target in crawled.room.site.wire.targets if "/private/" in target]
    assert list(crawled.room.failures()) == ["/private/seen?/"]


def test_a_rebuild_reads_the_same(crawled: Crawled) -> None:
    """`index --rebuild` gives the same rows from the WARC alone, and `verify` finds nothing."""
    layout = crawled.room.layout
    tables = ("captures", "articles", "versions", "failures", "crawls", "sightings", "addresses")
    before = {name: sorted(crawled.room.rows(f"SELECT * FROM {name}"), key=str) for name in tables}
    (layout.root / "warraq.toml").write_text(
        f'[collection]\nname = "test"\n[sites.paper]\nstart = "{crawled.room.config.start[0]}"\n'
        'timezone = "Asia/Dubai"\n'
    )
    assert warraq("-C", layout.root, "verify") == 0
    assert warraq("-C", layout.root, "index", "--rebuild") == 0
    after = {name: sorted(crawled.room.rows(f"SELECT * FROM {name}"), key=str) for name in tables}
    assert after == before
    assert warraq("-C", layout.root, "verify") == 0


def test_an_exported_article_has_the_page_that_the_browser_was_given(
    crawled: Crawled,
) -> None:
    """Not only the document: replay shows the page itself."""
    layout = crawled.room.layout
    (url,) = crawled.room.rows("SELECT url FROM articles WHERE url LIKE '%/news/1'")[0]
    with IndexReader(layout.index_db) as reader:
        article = reader.require_article(url)
        kept = gather_captures(reader, layout.archive, [article["id"]])
    kinds = {str(each.record_type) for each in kept if each.url == url}
    assert "conversion" in kinds
    assert kinds & {"response", "revisit"}


def test_without_a_browser_the_pages_are_told(tmp_path: Path) -> None:
    """A page that would show its text by scripts is a failure called `needs-browser`, not empty."""
    with Site(scripted_paper()) as site:
        room = browsing_newsroom(site, tmp_path / "c", browser="never")
        room.config = replace(room.config, start=(f"{site.url}/news/1",))
        assert room.crawl().failed == 1
        reasons = [reason for (reason,) in room.rows("SELECT reason FROM failures")]
        assert [reason for reason in reasons if reason.startswith("needs-browser: ")]
        assert not [reason for reason in reasons if reason.startswith("empty")]
        assert "/app.js" not in site.wire.targets


def test_pages_shown_in_any_case_have_one_text(tmp_path: Path) -> None:
    """With `always` a page's own bytes are not read beside the document, and a second crawl finds
    the article unchanged, though it asks for everything anew.
    """
    with Site(scripted_paper()) as site:
        room = browsing_newsroom(site, tmp_path / "c", browser="always")
        room.config = replace(room.config, start=(f"{site.url}/news/1",), max_pages=1)
        assert room.crawl().new == 1
        assert (room.crawl(force=True).unchanged, site.wire.targets.count("/app.js")) == (1, 1)
        assert room.rows("SELECT count(*) FROM versions") == [(1,)]
        kinds = room.rows("SELECT kind FROM captures WHERE url LIKE '%/news/1' ORDER BY warc_date")
        assert [kind for (kind,) in kinds][:2] == ["other", "article"]


def test_a_page_whose_scripts_lead_away_is_told(tmp_path: Path) -> None:
    """Another page's document is not filed under the address that was asked for."""
    with Site(scripted_paper()) as site:
        room = browsing_newsroom(site, tmp_path / "c")
        room.config = replace(room.config, start=(f"{site.url}/away",))
        room.crawl()
        assert "lead on to" in str(room.rows("SELECT group_concat(reason) FROM failures"))
        assert room.rows("SELECT count(*) FROM captures WHERE record_type = 'conversion'") == [(0,)]


def test_what_the_browser_asks_for_goes_through_the_site_s_proxy(tmp_path: Path) -> None:
    """All of it, and the records say so: none of it comes from the operator's own address."""
    with Site(scripted_paper()) as site, HttpProxy() as proxy:
        room = browsing_newsroom(site, tmp_path / "c", proxy=parse_proxy(proxy.url))
        room.crawl(limit=3)
        assert any("/api/" in target for target in site.wire.targets)
        assert len(proxy.asked) == len(site.wire.exchanges)
    told = [
        b"warraq-proxy: http" in record.block
        for record in records(room.layout)
        if record.type == "metadata" and b"fetchTimeMs" in record.block
    ]
    assert len(told) > 3
    assert all(told)


def test_what_the_browser_could_not_get_is_told(tmp_path: Path) -> None:
    """Data that a page's script asked for and no server gave has its reason in the index."""
    with Site(scripted_paper()) as site:

        async def hang_up(talk: Talk) -> None:
            talk.reset()

        site.routes["/api/news/1.json"] = hang_up
        room = browsing_newsroom(site, tmp_path / "c")
        room.config = replace(room.config, start=(f"{site.url}/news/1",), max_pages=1)
        room.crawl()
        assert room.failures()["/api/news/1.json"].startswith("no-response: ")


def test_pace_holds_for_what_scripts_load(tmp_path: Path) -> None:
    """Data that a page's script asks for waits for the host's turn."""
    with Site(scripted_paper()) as site:
        room = browsing_newsroom(site, tmp_path / "c", browser_scrolls=3)
        room.config = replace(room.config, start=(f"{site.url}/list",), delay=2.0, max_pages=1)
        room.crawl()
        query = "SELECT warc_date FROM captures WHERE url LIKE '%list.json%' ORDER BY warc_date"
        times = [datetime.fromisoformat(date).timestamp() for (date,) in room.rows(query)]
        assert len(times) >= 3
        assert all(later - earlier >= 1.95 for earlier, later in pairwise(times))


def test_a_missing_browser_is_a_matter_of_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site that wants a browser where there is none is not crawled without: the message says what
    to install.
    """
    with Site(scripted_paper()) as site:
        room = browsing_newsroom(site, tmp_path / "c")
        monkeypatch.setattr(chromium, "find_chromium", lambda: None)
        with pytest.raises(ConfigError, match=r"\[sites\.paper\] browser.*chromium"):
            room.crawl()


CRAWL = """
import sys
from pathlib import Path
from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.engine.run import crawl_sites
site = SiteConfig(
    name="paper", start=(sys.argv[2] + "/",), delay=0.0, timezone="Asia/Dubai", browser="empty"
)
config = CollectionConfig(name="test", sites=(site,))
print(crawl_sites(CollectionFolder(Path(sys.argv[1])), config, [site])[0].outcome)
"""


def _parents() -> dict[int, int]:
    """The parent of each process that runs."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            found[int(stat.parent.name)] = int(fields[1])
    return found


def _descendants(ancestor: int) -> set[int]:
    parents, found = _parents(), {ancestor}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {ancestor}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "stop"])
def test_a_crawl_that_ends_leaves_no_browser_and_loses_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    """However it ends while a page is shown, Chromium goes with the crawl, and the next one shows
    the page that was under way, and all others.
    """
    with Site(scripted_paper()) as site:
        room = browsing_newsroom(site, tmp_path / "c")
        command = [sys.executable, "-c", CRAWL, str(room.layout.root), site.url]
        crawl = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while "/api/news/1.json" not in site.wire.targets and time.monotonic() < deadline:
            time.sleep(0.05)
        running = _descendants(crawl.pid)
        assert len(running) > 5, "Chromium is there"
        os.kill(crawl.pid, number)
        crawl.wait(timeout=60)
        deadline = time.monotonic() + 20
        while running & _parents().keys() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not running & _parents().keys()
        assert room.crawl().outcome == "finished"
        titles = {text for (text,) in room.rows("SELECT title FROM articles")}
        assert titles >= {title(each) for each in range(1, 4)}
        if number == signal.SIGKILL:
            assert "/news/1" not in site.wire.targets, "it is answered from the WARC"
