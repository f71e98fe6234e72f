"""A crawl as a whole, against a real server on loopback: what is fetched, kept, indexed, and how it
ends.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from crawled_newsroom import Newsroom
from loopback_site.server import Behaviour, Site, Talk, not_found, redirect, say
from loopback_site.small_paper import article, cached, listing, paper
from loopback_site.traps import TRAPS, unavailable_then
from warc_kit import raw_records

from archive.config import CollectionConfig, SiteConfig
from crawler.engine.run import crawl_sites

FORBIDDEN = "User-agent: *\nDisallow: /\n"


def test_a_site_is_crawled_from_its_address_alone(newsroom: Newsroom):
    """robots.txt first, then the start page and what it links to, each once; articles in the index,
    all in the WARC.
    """
    summary = newsroom.crawl()
    assert summary.outcome == "finished"
    assert newsroom.site.wire.targets[0] == "/robots.txt"
    assert newsroom.asked() == Counter(["/robots.txt", "/", *(f"/news/{n}" for n in range(6))])
    assert newsroom.articles() == 6
    assert (summary.new, summary.failed) == (
        newsroom.rows("SELECT count(*) FROM articles")[0][0],
        0,
    )
    assert summary.fetched == len(newsroom.site.wire.targets)
    assert len(newsroom.rows("SELECT 1 FROM captures")) == summary.fetched
    assert newsroom.rows("SELECT outcome, fetched FROM crawls") == [("finished", summary.fetched)]
    assert newsroom.verdict() == 0
    assert not newsroom.failures()


def test_a_second_crawl_asks_whether_anything_changed(newsroom: Newsroom):
    """What has validators is asked for conditionally; a 304 is a revisit, and its links are
    followed all the same.
    """
    pages = {
        "/": listing("الجريدة", ["/news/a", "/news/b"]),
        "/news/a": article("a"),
        "/news/b": article("b"),
    }
    newsroom.site.routes.update({path: cached(page) for path, page in pages.items()})
    newsroom.crawl()
    newsroom.site.routes["/news/b"] = cached(article("b", edition=2))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        summary = newsroom.crawl()
    assert newsroom.asked() == Counter(["/robots.txt", "/", "/news/a", "/news/b"])
    assert (summary.new, summary.changed) == (0, 1)
    assert summary.unchanged >= 1
    revisits = newsroom.rows(
        "SELECT url FROM captures WHERE status = 304 AND record_type = 'revisit'"
    )
    assert sorted(url.removeprefix(newsroom.site.url) for (url,) in revisits) == ["/", "/news/a"]
    newsroom.crawl(force=True)
    assert all(
        exchange.header("If-None-Match") is None for exchange in newsroom.site.wire.exchanges
    )


def test_what_robots_txt_forbids_is_not_fetched_and_said(newsroom: Newsroom):
    """A forbidden link leaves a row in `failures` and no request."""
    newsroom.site.routes["/"] = say(listing("الجريدة", ["/news/1", "/private/1"]))
    newsroom.crawl()
    assert "/private/1" not in newsroom.asked()
    assert newsroom.failures() == {"/private/1": "robots.txt forbids it"}


def test_a_site_that_forbids_all_is_a_failed_site(newsroom: Newsroom):
    """Nothing but robots.txt is fetched; the outcome is `failed`, the verdict 3."""
    newsroom.site.routes["/robots.txt"] = say(FORBIDDEN, kind="text/plain")
    summary = newsroom.crawl()
    assert set(newsroom.site.wire.targets) == {"/robots.txt"}
    assert summary.outcome == "failed"
    assert newsroom.verdict() == 3
    assert newsroom.failures() == {"/": "robots.txt forbids it"}


@pytest.mark.parametrize("behaviour", ["/error", "/unavailable"])
def test_a_failing_robots_txt_fails_the_site_until_it_recovers(newsroom: Newsroom, behaviour: str):
    """An unreachable robots.txt forbids everything (RFC 9309); the next crawl goes on."""
    kept = newsroom.site.routes["/robots.txt"]
    newsroom.site.routes["/robots.txt"] = TRAPS[behaviour]
    summary = newsroom.crawl()
    assert set(newsroom.site.wire.targets) == {"/robots.txt"}
    assert summary.outcome == "failed"
    assert "RFC 9309" in newsroom.failures()["/robots.txt"]
    newsroom.site.routes["/robots.txt"] = kept
    assert newsroom.crawl().outcome == "finished"
    assert newsroom.articles() == 6


def test_an_unreachable_site_is_a_failed_site(newsroom: Newsroom):
    """A refused connection is a row in `failures`, not a traceback."""
    newsroom.site.stop()
    assert newsroom.crawl().outcome == "failed"
    assert "refused" in next(iter(newsroom.failures().values()))


def test_a_busy_page_is_tried_again_when_it_asks_to_be(newsroom: Newsroom):
    """503 with Retry-After: fetched again after that time, then indexed; no failure is left."""
    newsroom.site.routes["/news/3"] = unavailable_then(2, say(article("three")), retry_after="0")
    summary = newsroom.crawl()
    assert newsroom.asked()["/news/3"] == 3
    assert (newsroom.articles(), summary.failed) == (6, 0)


def test_a_page_that_stays_broken_is_given_up_and_said(newsroom: Newsroom):
    """After four tries a 503 is a row in `failures`; the rest of the site is there."""
    newsroom.site.routes["/news/3"] = say(
        "later", status="503 Service Unavailable", Retry_After="0"
    )
    newsroom.crawl()
    assert newsroom.asked()["/news/3"] == 4
    assert newsroom.failures() == {"/news/3": "HTTP 503, at 4 tries"}
    assert newsroom.articles() == 5


def test_a_missing_page_is_said_but_a_guess_is_not(newsroom: Newsroom):
    """A dead link is a failure; an address that only we thought of is none."""
    newsroom.site.routes["/"] = say(listing("الجريدة", ["/news/1", "/news/none"]))
    newsroom.crawl()
    assert newsroom.failures() == {"/news/none": "HTTP 404"}


def test_redirects_are_captured_and_followed(newsroom: Newsroom):
    """Each hop is a capture of its own; loops and long chains end with a reason."""
    traps = [
        "/redirect-loop",
        "/redirect-ping",
        "/redirect-growing",
        "/redirect-offsite",
        "/redirect-private",
    ]
    links = ["/old", "/redirect-chain/12", *traps]
    newsroom.site.routes |= {name: TRAPS[name] for name in [*traps, "/redirect-pong"]}
    newsroom.site.routes["/old"] = redirect("/older")
    newsroom.site.routes["/older"] = redirect("/moved/1")
    newsroom.site.routes["/moved/1"] = say(article("moved"))
    newsroom.site.routes["/"] = say(listing("الجريدة", links))
    newsroom.crawl()
    asked = newsroom.asked()
    assert (asked["/old"], asked["/older"], asked["/moved/1"]) == (1, 1, 1)
    assert sum(count for path, count in asked.items() if path.startswith("/redirect-chain")) == 11
    assert sum(count for path, count in asked.items() if path.startswith("/redirect-growing")) <= 11
    reasons = newsroom.failures()
    assert "redirect loop" in reasons["/redirect-loop"]
    assert "redirect loop" in reasons["/redirect-pong"]
    assert any("more than 10 redirects" in reason for reason in reasons.values())
    assert newsroom.articles() == 1


def test_a_start_that_moved_within_the_site_is_followed(newsroom: Newsroom):
    """A start may move to https, www. and the like, which share its key; the redirect is followed
    all the same.
    """
    newsroom.site.routes["/"] = redirect("/?utm_source=home")
    newsroom.site.routes["/?utm_source=home"] = say(listing("الجريدة", ["/news/1"]))
    assert newsroom.crawl().outcome == "finished"
    assert newsroom.articles() == 1


def test_a_limit_ends_a_crawl_and_the_next_one_goes_on(newsroom: Newsroom):
    """`--limit` bounds pages; the rest is fetched by the next crawl, only the seeds again."""
    first = newsroom.crawl(limit=3)
    assert first.outcome == "limited"
    before = newsroom.asked()
    assert sum(before.values()) == 1 + 3
    second = newsroom.crawl()
    assert second.outcome == "finished"
    assert {path for path in newsroom.asked() if path in before} == {"/"}
    assert newsroom.articles() == 6


def test_force_fetches_again_what_a_limited_crawl_has(newsroom: Newsroom):
    """Without it the next crawl goes on behind the limit; with it everything is asked for once
    more.
    """
    first = set(newsroom_articles(newsroom, limit=3))
    second = set(newsroom_articles(newsroom, limit=3))
    assert first
    assert not first & second
    assert set(newsroom_articles(newsroom, force=True)) == {
        f"/news/{number}" for number in range(6)
    }


def newsroom_articles(newsroom: Newsroom, **options) -> list[str]:
    """The articles asked for by one crawl."""
    newsroom.crawl(**options)
    return [path for path in newsroom.asked() if path.startswith("/news/")]


def test_a_calendar_without_end_is_left(newsroom: Newsroom):
    """A calendar that links to tomorrow for ever costs a bounded number of pages, and is
    reported.
    """
    newsroom.site.routes["/"] = say(listing("الجريدة", ["/news/1", "/calendar", "/news/2"]))
    summary = newsroom.crawl()
    assert summary.outcome == "finished"
    days = sum(count for path, count in newsroom.asked().items() if path.startswith("/calendar"))
    assert days < 120
    reasons = newsroom.failures()
    assert any(
        "/calendar" in url and ("not followed" in why or "left here" in why)
        for url, why in reasons.items()
    )
    assert newsroom.articles() >= 2


@pytest.mark.parametrize("trap", ["/session", "/facets", "/deeper"])
def test_other_traps_are_left_too(newsroom: Newsroom, trap: str):
    """Session ids, filters and deepening paths end."""
    newsroom.site.routes["/"] = say(listing("الجريدة", ["/news/1", trap]))
    newsroom.site.routes |= {name: behaviour for name, behaviour in TRAPS.items() if name == trap}
    assert newsroom.crawl().outcome == "finished"
    assert sum(newsroom.asked().values()) < 250


def test_announced_articles_are_found_through_sitemaps_and_feeds(newsroom: Newsroom):
    """A sitemap that robots.txt names, the index it is in, and a feed the start page names lead to
    unlinked articles.
    """
    url = newsroom.site.url
    front = listing(
        "الجريدة",
        ["/news/1", "/deep/2?utm_source=home"],
        '<link rel="alternate" type="application/rss+xml" href="/feed.xml">',
    )

    async def after_the_sitemap(talk: Talk) -> None:
        """A link can only be left alone for its date where the sitemap that tells it was read
        before.
        """
        for _ in range(200):
            if "/maps/1.xml" in newsroom.site.wire.targets:
                break
            await talk.wait(0.05)
        await talk.wait(1)
        await say(front)(talk)

    newsroom.site.routes |= {
        "/robots.txt": say(f"Sitemap: {url}/maps/index.xml\n", kind="text/plain"),
        "/maps/index.xml": say(
            f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>'
            f"<loc>{url}/maps/1.xml</loc>"
            "</sitemap></sitemapindex>",
            kind="application/xml",
        ),
        "/maps/1.xml": say(
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            f"<url><loc>{url}/deep/1</loc><lastmod>2026-11-20</lastmod></url>"
            f"<url><loc>{url}/deep/2</loc><lastmod>2019-01-01</lastmod></url></urlset>",
            kind="application/xml",
        ),
        "/": after_the_sitemap,
        "/feed.xml": say(
            f'<rss version="2.0"><channel><title>x</title><item><title>خبر</title>'
            f"<link>{url}/deep/3</link>"
            "<pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate></item></channel></rss>",
            kind="application/rss+xml",
        ),
        **{f"/deep/{n}": say(article(f"deep{n}")) for n in (1, 2, 3)},
    }
    newsroom.crawl(since="2026")
    asked = newsroom.asked()
    assert asked["/deep/1"] == asked["/deep/3"] == asked["/news/1"] == 1
    assert not [
        path for path in asked if path.startswith("/deep/2")
    ]  # known to be older, though a page links to it
    assert newsroom.rows("SELECT count(*) FROM sightings WHERE kind = 'feed'") == [(1,)]
    guessed = set(newsroom.asked(guesses=True)) - set(asked)
    sitemaps = {"/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml"}
    assert guessed == {*sitemaps, "/.well-known/tdmrep.json"}
    assert not {"/rss", "/feed", "/rss.xml"} & guessed  # the start page names one


def test_one_article_under_many_addresses_is_fetched_once(newsroom: Newsroom):
    """Tracking parameters, fragments and a trailing slash make no second fetch."""
    links = ["/news/1", "/news/1?utm_source=a", "/news/1#top", "/news/1/", "/news/1?fbclid=x"]
    newsroom.site.routes["/"] = say(listing("الجريدة", links))
    newsroom.crawl()
    assert [path for path in newsroom.asked() if path.startswith("/news/")] == ["/news/1"]


def test_two_sites_are_crawled_in_one_run(newsroom: Newsroom):
    """Each has its summary; what one links of the other stays out of its scope."""
    with Site(paper(3)) as other:
        second = SiteConfig(name="other", start=(other.url + "/",), delay=0.0)
        newsroom.site.routes["/"] = say(listing("الجريدة", ["/news/1", f"{other.url}/news/2"]))
        config = CollectionConfig(name="test", sites=(newsroom.config, second))
        summaries = crawl_sites(newsroom.layout, config, config.sites)
    assert [summary.outcome for summary in summaries] == ["finished", "finished"]
    found = newsroom.rows(
        "SELECT site, count(*) FROM articles WHERE url LIKE '%/news/%' GROUP BY site"
    )
    assert dict(found) == {"paper": 1, "other": 3}


def test_two_sites_on_one_host_share_its_delay(newsroom: Newsroom):
    """A host is asked no faster because two sites of a collection lie on it, and as slowly as the
    slower of them wants.
    """
    asked: list[float] = []

    def timed(behave):
        async def answer(talk):
            asked.append(time.monotonic())
            await behave(talk)

        return answer

    newsroom.site.routes = {path: timed(behave) for path, behave in newsroom.site.routes.items()}
    sites = [
        SiteConfig(name=name, start=(newsroom.site.url + start,), delay=delay, max_pages=2)
        for name, start, delay in (("one", "/news/1", 0.05), ("two", "/news/2", 0.3))
    ]
    crawl_sites(newsroom.layout, CollectionConfig(name="test", sites=tuple(sites)), sites)
    gaps = [later - earlier for earlier, later in itertools.pairwise(sorted(asked))]
    assert len(gaps) >= 3
    assert min(gaps[1:]) > 0.25


def test_the_delay_is_kept(newsroom: Newsroom):
    """Two requests to one host begin at least `delay` apart, however many may be under way."""
    newsroom.config = replace(newsroom.config, delay=0.2, concurrency=4)
    newsroom.site.routes["/"] = say(listing("الجريدة", ["/news/1"]))
    summary = newsroom.crawl()
    took = (summary.finished - summary.started).total_seconds()
    assert took > 0.2 * (summary.fetched - 1)


def test_a_site_is_asked_under_the_name_its_operator_chose(newsroom: Newsroom):
    """`user_agent` is what every request says, that for robots.txt too."""
    newsroom.config = replace(newsroom.config, user_agent="LibraryBot/1.0")
    newsroom.crawl()
    said = {exchange.header("User-Agent") for exchange in newsroom.site.wire.exchanges}
    assert said == {"LibraryBot/1.0"}


def test_a_crawl_keeps_to_its_version_of_ip(newsroom: Newsroom):
    """With `ip_family` 6 a server that has an IPv4 address alone is not asked; with 4 it is."""
    newsroom.config = replace(newsroom.config, ip_family=4)
    assert newsroom.crawl().fetched > 0
    newsroom.config = replace(newsroom.config, ip_family=6)
    newsroom.crawl()
    assert newsroom.site.wire.exchanges == []


def _end_connections_in_order(site: Site) -> None:
    """Have a site say `Connection: close` where it is asked to, as web servers do."""
    routes = dict(site.routes)
    site.routes.clear()

    def home(talk: Talk) -> Behaviour:
        behave = routes.get(talk.exchange.target) or routes.get(talk.path) or not_found
        reply = talk.reply

        async def reply_in_order(
            body: bytes | str = b"", *, headers: Mapping[str, str] | None = None, **more: Any
        ) -> None:
            last = {"Connection": "close"} if talk.header("Connection") == "close" else {}
            await reply(body, headers={**(headers or {}), **last}, **more)

        talk.reply = reply_in_order
        return behave

    site.homes.insert(0, home)


@pytest.mark.parametrize("keep_alive", [True, False])
def test_a_crawl_makes_two_requests_over_a_connection(newsroom: Newsroom, *, keep_alive: bool):
    """Where a server ends its connections in order, two requests share one, unless `keep_alive` is
    off; every page stands in the archive as the server sent it.
    """
    _end_connections_in_order(newsroom.site)
    newsroom.config = replace(newsroom.config, keep_alive=keep_alive, concurrency=1, delay=0.06)
    assert newsroom.crawl().outcome == "finished"
    wire = newsroom.site.wire
    assert (wire.connections < len(wire.exchanges)) == keep_alive
    kept = {
        header["WARC-Target-URI"][0]: block
        for path in newsroom.layout.archive.glob("*.warc.gz")
        for header, block in raw_records(path)
        if header["WARC-Type"] == ["response"]
    }
    assert len(kept) == len(wire.exchanges) == len(set(wire.targets))
    for exchange in wire.exchanges:
        assert kept[newsroom.site.url + exchange.target] == exchange.response


@pytest.mark.parametrize(("concurrency", "delay"), [(2, 0.1), (4, 0.05), (4, 0.0)])
def test_waiting_for_answers_and_for_the_pace_overlap(
    newsroom: Newsroom, concurrency: int, delay: float
):
    """The next request goes out when the pace lets it, although earlier ones have not been
    answered: as many are under way as `concurrency` says. Here nothing is answered before that.
    """
    under_way: set[Talk] = set()
    most = 0

    def together(behave: Behaviour) -> Behaviour:
        async def answer(talk: Talk) -> None:
            nonlocal most
            under_way.add(talk)
            most = max(most, len(under_way))
            for _ in range(1000):
                if most >= concurrency:
                    break
                await talk.wait(0.01)
            await behave(talk)
            under_way.discard(talk)

        return answer

    for path, behave in newsroom.site.routes.items():
        if path.startswith("/news/"):
            newsroom.site.routes[path] = together(behave)
    newsroom.config = replace(newsroom.config, concurrency=concurrency, delay=delay)
    assert newsroom.crawl().outcome == "finished"
    assert most == concurrency
