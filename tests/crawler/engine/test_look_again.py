"""What is announced while a long crawl goes on is asked for before the rest of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from loopback_site.server import Behaviour, Site, Talk, say
from loopback_site.small_paper import article, listing

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.crawl.options import CrawlOptions
from crawler.engine import look_again
from crawler.engine.run import crawl_sites

OLD = 80


def feed(*stories: str) -> str:
    """A feed of these stories."""
    items = "".join(f"<item><title>خبر</title><link>{each}</link></item>" for each in stories)
    return f'<rss version="2.0"><channel><title>f</title>{items}</channel></rss>'


@pytest.fixture
def site() -> Iterator[Site]:
    """Eighty old articles in a sitemap; when ten of them were read the feed brings a story, and so
    does the front page.
    """

    def is_later() -> bool:
        return sum("/old/" in target for target in running.wire.targets) >= 10

    async def front(talk: Talk) -> None:
        more = ["/linked"] if is_later() else []
        link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
        await talk.reply(listing("الجريدة", ["/old/1", *more], link))

    async def news(talk: Talk) -> None:
        stories = [f"{running.url}/breaking"] if is_later() else []
        await talk.reply(feed(*stories), kind="application/rss+xml")

    routes: dict[str, Behaviour] = {"/": front, "/feed": news}
    with Site(routes) as running:
        urls = "".join(f"<url><loc>{running.url}/old/{n}</loc></url>" for n in range(OLD))
        spec = "http://www.sitemaps.org/schemas/sitemap/0.9"
        sitemap = f'<urlset xmlns="{spec}">{urls}</urlset>'
        robots = f"User-agent: *\nSitemap: {running.url}/sitemap.xml\n"
        running.routes |= {
            "/robots.txt": say(robots, kind="text/plain"),
            "/sitemap.xml": say(sitemap, kind="application/xml"),
            "/breaking": say(article("breaking")),
            "/linked": say(article("linked")),
            **{f"/old/{n}": say(article(f"old/{n}")) for n in range(OLD)},
        }
        yield running


def crawl(
    folder: Path, site: Site, options: CrawlOptions | None = None, schedule: str | None = None
) -> list[str]:
    """What a crawl asked for, in order."""
    layout = CollectionFolder.create(folder, "")
    table = SiteConfig(name="paper", start=(site.url + "/",), delay=0.15, schedule=schedule)
    config = CollectionConfig(name="test", sites=(table,))
    outcome = "finished" if options is None else "limited"
    assert crawl_sites(layout, config, config.sites, options)[0].outcome == outcome
    return site.wire.targets


def test_fresh_news_goes_before_old(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Feed and front page are read again and again, and what they bring comes before what
    waits; nothing else is asked for twice.
    """
    monkeypatch.setattr(look_again, "EVERY", 0.5)
    asked = crawl(tmp_path / "c", site)
    assert asked.count("/feed") > 2
    assert asked.count("/") > 2
    for story in ("/breaking", "/linked"):
        assert sum("/old/" in target for target in asked[: asked.index(story)]) < OLD - 5
    pages = [target for target in asked if target not in {"/", "/feed"}]
    assert len(pages) == len(set(pages))
    assert len([target for target in asked if "/old/" in target]) == OLD


def test_a_short_crawl_looks_once(tmp_path: Path, site: Site) -> None:
    """Nothing is asked for again before the site's schedule comes round, or two hours passed."""
    asked = crawl(tmp_path / "c", site)
    assert (asked.count("/feed"), asked.count("/")) == (1, 1)


def test_a_back_fill_leaves_the_news_to_the_schedule(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The crawls that the schedule asks for run beside it; without a schedule it looks itself."""
    monkeypatch.setattr(look_again, "next_look", lambda _, now: now.timestamp() + 0.5)
    monkeypatch.setattr(look_again, "EVERY", 0.5)
    options = CrawlOptions(since="2026-11-01", limit=24)
    asked = crawl(tmp_path / "c", site, options, "* * * * *")
    assert (asked.count("/feed"), asked.count("/")) == (1, 1)
    site.wire.clear()
    asked = crawl(tmp_path / "d", site, options)
    assert asked.count("/feed") > 1


def test_the_site_is_looked_at_by_its_schedule() -> None:
    """At the times at which `run-due` would have crawled it, in its own zone."""
    site = SiteConfig(name="x", start=("http://x.example/",), timezone="Asia/Kathmandu")
    now = datetime(2026, 11, 28, 12, 1, tzinfo=UTC)
    hourly = replace(site, schedule="0 * * * *")
    assert look_again.next_look(hourly, now) == now.timestamp() + 14 * 60
    assert look_again.next_look(site, now) == now.timestamp() + look_again.EVERY
