"""What earlier crawls left of an address."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive.config import SiteConfig
from archive.index.site_names import SiteNames
from archive.model import (
    CrawlSummary,
    Failure,
    FetchFacts,
    LeftOut,
    LeftOutBatch,
    LeftOutReason,
    PayloadKind,
    Reading,
    Sighting,
    Stage,
)

HOST = "https://news.example"
STORY, MAP = f"{HOST}/a/1001", f"{HOST}/sitemap.xml"
LATER = datetime(2024, 6, 1, tzinfo=UTC)
ASKED = datetime(2024, 3, 1, 12, tzinfo=UTC)


def sitemap(kit: Any, hour: float, *named: str, modified: str | None = None) -> Any:
    """A sitemap read at some hour, with what it states of the addresses it names."""
    said = tuple(Sighting(url=url, source=MAP, kind="sitemap", modified=modified) for url in named)
    return kit.capture(MAP, hour), Reading(kind=PayloadKind.SITEMAP, sightings=said)


def test_an_address_never_asked_for_has_none(kit: Any) -> None:
    """Nor one that was only announced."""
    with kit.index() as index:
        index.apply_captures([sitemap(kit, 0, STORY)])
        assert index.history.page("news", STORY, LATER) is None


def test_when_it_was_asked_for_and_what_it_answered(kit: Any) -> None:
    """First and last, with the newest status."""
    page = Reading(kind=PayloadKind.PAGE)
    with kit.index() as index:
        index.apply_captures(
            [
                (kit.capture(f"{HOST}/list", 2, status=404), page),
                (kit.capture(f"{HOST}/list"), page),
            ]
        )
        history = index.history.page("news", f"{HOST}/list", LATER)
    assert history is not None
    assert (history.first_asked, history.asked, history.status) == (
        ASKED,
        ASKED + timedelta(hours=2),
        404,
    )
    assert history.article is None


def test_what_another_site_asked_for_is_not_this_ones(kit: Any) -> None:
    """Two sites of a collection may overlap: each reads the articles itself that it has."""
    page = Reading(kind=PayloadKind.PAGE)
    facts = FetchFacts(crawl_id="crawl-2", site="other")
    other = kit.capture(f"{HOST}/list", 5, status=404, facts=facts)
    with kit.index() as index:
        index.apply_captures([(kit.capture(f"{HOST}/list"), page), (other, page)])
        history = index.history.page("news", f"{HOST}/list", LATER)
        assert index.history.page("third", f"{HOST}/list", LATER) is None
        assert index.history.last_asked("news", f"{HOST}/list") == ASKED
        assert index.history.last_asked("third", f"{HOST}/list") is None
    assert history is not None
    assert (history.asked, history.status) == (ASKED, 200)


def test_the_article_at_an_address_and_at_its_other_spellings(kit: Any) -> None:
    """Seen first and asked for last where it was read last; with its publication and versions."""
    edited = kit.entry(STORY, 5, paragraphs=["نص آخر تماما بعد التعديل"])
    with kit.index() as index:
        index.apply_captures([kit.entry(STORY), edited])
        found = [index.history.page("news", url, LATER) for url in (STORY, f"{STORY}?utm_source=x")]
        assert index.history.page("other", f"{STORY}?utm_source=x", LATER) is None
        assert index.history.articles("news", ASKED + timedelta(hours=6), LATER) == [
            history.article for history in found[:1] if history
        ]
        assert index.history.articles("news", ASKED + timedelta(hours=5), LATER) == []
    for history in found:
        assert history is not None
        assert history.article is not None
        assert (history.article.url, history.article.versions) == (STORY, 2)
        assert (history.article.first_seen, history.article.asked) == (
            ASKED,
            ASKED + timedelta(hours=5),
        )
        assert history.article.published == ASKED


def test_a_renamed_site_knows_its_articles(kit: Any) -> None:
    """At their other spellings, too, by the name that the site has now."""
    spelt = f"{STORY}?utm_source=x"
    with kit.index() as index:
        index.apply_captures([kit.entry(STORY)])
        now = SiteConfig(name="paper", start=(HOST,), aliases=("news",))
        index.rename_sites(SiteNames.of_sites([now]))
        found = [index.history.page("paper", url, LATER) for url in (STORY, spelt)]
    articles = [history.article for history in found if history]
    assert len(articles) == 2
    assert articles[0] is not None
    assert articles[0] == articles[1]


def test_what_a_clock_that_was_ahead_saw_is_not_the_latest(kit: Any) -> None:
    """Neither its time nor its status, while there is another."""
    url, page = f"{HOST}/list", Reading(kind=PayloadKind.PAGE)
    with kit.index() as index:
        index.apply_captures([(kit.capture(url, 1), page), (kit.capture(url, 9, status=404), page)])
        history = index.history.page("news", url, ASKED + timedelta(hours=2))
        assert history is not None
        assert (history.asked, history.status) == (ASKED + timedelta(hours=1), 200)
        history = index.history.page("news", url, ASKED)
        assert history is not None
        assert history.status == 404


def test_when_a_page_led_to_an_article_last(kit: Any) -> None:
    """By what captures say led to them."""
    listing = f"{HOST}/list"
    capture, reading = kit.entry(STORY, 3)
    led = replace(capture, facts=FetchFacts(crawl_id="crawl-1", site="news", via=listing))
    with kit.index() as index:
        index.apply_captures(
            [(kit.capture(listing), Reading(kind=PayloadKind.PAGE)), (led, reading)]
        )
        history = index.history.page("news", listing, LATER)
    assert history is not None
    assert history.fruitful == ASKED + timedelta(hours=3)


@pytest.mark.parametrize(
    ("modified", "announced"),
    [("2024-02-01", True), ("2024-03-01T13:30:00Z", False), (None, False), ("2024-03-01", False)],
)
def test_whether_a_sitemap_states_that_nothing_changed(
    kit: Any, modified: str | None, *, announced: bool
) -> None:
    """By a date before the article was asked for last; no date states nothing."""
    with kit.index() as index:
        index.apply_captures([kit.entry(STORY, 1), sitemap(kit, 2, STORY, modified=modified)])
        [article] = index.history.articles("news", ASKED + timedelta(days=1), LATER)
    assert (article.announced, article.vanished) == (announced, False)


def test_what_a_sitemap_names_no_more_has_vanished_until_it_is_asked_for(kit: Any) -> None:
    """A sitemap that was answered as unchanged names what it named; a feed drops what is old."""
    unchanged = kit.revisit(kit.capture(MAP), 3)
    with kit.index() as index:
        index.apply_captures([kit.entry(STORY), sitemap(kit, 2, STORY, modified="2024-02-01")])
        index.apply_captures([unchanged])
        [article] = index.history.articles("news", ASKED + timedelta(days=1), LATER)
        assert (article.announced, article.vanished) == (True, False)
        index.apply_captures([sitemap(kit, 4, f"{HOST}/other")])
        [article] = index.history.articles("news", ASKED + timedelta(days=1), LATER)
        assert (article.announced, article.vanished) == (False, True)
        index.apply_captures([kit.entry(STORY, 5)])
        [article] = index.history.articles("news", ASKED + timedelta(days=1), LATER)
        assert not article.vanished
        index.apply_captures([sitemap(kit, 6, f"{HOST}/other")])  # named no more, as before
        [article] = index.history.articles("news", ASKED + timedelta(days=1), LATER)
        assert not article.vanished


def test_the_lastmod_stated_last_counts_whatever_the_order(kit: Any) -> None:
    """The announcement keeps the time at which it was first made."""
    read = [
        sitemap(kit, 1, STORY, modified="2024-02-01"),
        sitemap(kit, 2, STORY, modified="2024-03-01"),
    ]
    for order in (read, read[::-1]):
        with kit.index() as index:
            index.apply_captures(order)
        assert kit.rows("SELECT seen, last_seen, modified FROM sightings") == [
            ("2024-03-01T13:00:00Z", "2024-03-01T14:00:00Z", "2024-03-01")
        ]


def test_the_sources_of_a_sites_news(kit: Any) -> None:
    """Every sitemap and feed that was ever read as one."""
    with kit.index() as index:
        index.apply_captures(
            [
                sitemap(kit, 0),
                (kit.capture(f"{HOST}/rss"), Reading(kind=PayloadKind.FEED)),
                (kit.capture(f"{HOST}/list"), Reading(kind=PayloadKind.PAGE)),
            ]
        )
        assert index.history.sources("news") == [
            (f"{HOST}/rss", PayloadKind.FEED),
            (MAP, PayloadKind.SITEMAP),
        ]
        assert index.history.sources("other") == []


def test_edits_are_counted_by_what_led_to_them(kit: Any) -> None:
    """Those that something announced, and those found by a look of the crawl's own accord."""
    silent = kit.entry(STORY, 1, paragraphs=["نص معدل في صمت"])
    capture, reading = kit.entry(STORY, 2, paragraphs=["نص معدل أعلنت عنه الخريطة"])
    told = replace(capture, facts=FetchFacts(crawl_id="crawl-1", site="news", via=MAP)), reading
    with kit.index() as index:
        index.apply_captures([kit.entry(STORY), silent])
        assert index.history.edit_counts("news") == (0, 1)
        index.apply_captures([told])
        assert index.history.edit_counts("news") == (1, 1)
        assert index.history.edit_counts("other") == (0, 0)


def test_an_article_at_an_address_that_it_does_not_name_itself_by(kit: Any) -> None:
    """What a link with a mark of the site's own leads to is known at its next look."""
    marked = f"{STORY}?ref=related"
    capture, reading = kit.entry(STORY, 1)
    with kit.index() as index:
        index.apply_captures([kit.entry(STORY), (replace(capture, url=marked), reading)])
        history = index.history.page("news", marked, LATER)
        assert index.history.aliases("news") == [(marked, STORY)]
        assert index.history.aliases("other") == []
    assert history is not None
    assert history.article is not None
    assert history.article.first_seen == ASKED


def test_only_what_was_new_is_fruit(kit: Any) -> None:
    """A page that leads again to a known article has not led to one."""
    listing = f"{HOST}/list"
    capture, reading = kit.entry(STORY, 3)
    led = replace(capture, facts=FetchFacts(crawl_id="crawl-1", site="news", via=listing)), reading
    with kit.index() as index:
        index.apply_captures([kit.entry(STORY), led])
        index.apply_captures([(kit.capture(listing, 2), Reading(kind=PayloadKind.PAGE))])
        history = index.history.page("news", listing, LATER)
    assert history is not None
    assert history.fruitful is None


def test_what_names_an_article_and_how(kit: Any) -> None:
    """A sitemap without dates names it; one with a lastmod states that nothing changed."""
    for modified, stated in ((None, False), ("2024-02-01", True)):
        with kit.index() as index:
            index.apply_captures([kit.entry(STORY, 1), sitemap(kit, 2, STORY, modified=modified)])
            [article] = index.history.articles("news", ASKED + timedelta(days=1), LATER)
        assert (article.named, article.by_lastmod) == (True, stated)


def test_how_a_site_edits_and_takes_down(kit: Any) -> None:
    """By section, of the articles seen since; what is gone by whether it was still named."""
    others = [f"{HOST}/a/{number}" for number in (1002, 1003)]
    gone = [(kit.capture(url, 5, status=410), Reading(kind=PayloadKind.OTHER)) for url in others]
    with kit.index() as index:
        index.apply_captures(
            [
                kit.entry(STORY),
                *(kit.entry(url, paragraphs=[f"نص خبر آخر {url}"], title=url) for url in others),
            ]
        )
        index.apply_captures([kit.entry(STORY, 1, paragraphs=["نص معدل في صمت تام"])])
        index.apply_captures([sitemap(kit, 2, *others), *gone, sitemap(kit, 6, others[0])])
        edits = index.history.site_edits("news", ASKED)
        later = index.history.site_edits("news", ASKED + timedelta(hours=1))
    assert (edits.stated, edits.silent) == (0, 1)
    assert (edits.unlisted, edits.silent_takedowns) == (1, 1)
    assert list(edits.by_section.values()) == [(1, 1)]  # the others were looked at once
    assert later.by_section == {}


def test_what_was_looked_at_for_a_day_says_that_it_was_not_edited(kit: Any) -> None:
    """Unless it was old when it was seen first: it might have been edited before."""
    fresh, late, brief = (f"{HOST}/a/{number}" for number in (1002, 1003, 1004))
    old = datetime(2024, 1, 1, tzinfo=UTC)

    def seen(url: str, hour: float, **more: Any) -> Any:
        return kit.entry(url, hour, paragraphs=[f"نص خبر آخر {url}"], title=url, **more)

    with kit.index() as index:
        index.apply_captures([seen(fresh, 0), seen(fresh, 30), seen(brief, 0), seen(brief, 9)])
        index.apply_captures([seen(late, 0, published=old), seen(late, 30, published=old)])
        assert list(index.history.site_edits("news", ASKED).by_section.values()) == [(1, 0)]


def test_when_the_crawl_before_began(kit: Any) -> None:
    """None where there was none."""
    crawl = CrawlSummary(
        id="crawl-1", site="news", started=ASKED, finished=ASKED, outcome="finished"
    )
    with kit.index() as index:
        index.end_crawl(crawl)
        assert index.history.last_crawl("news", LATER) == ASKED
        assert index.history.last_crawl("news", ASKED) is None
        assert index.history.last_crawl("other", LATER) is None


def test_a_revisit_counts_as_asked_for(kit: Any) -> None:
    """A 304 says that the page was looked at."""
    first = kit.entry(STORY)
    with kit.index() as index:
        index.apply_captures([first, kit.revisit(first[0], 4)])
        history = index.history.page("news", STORY, LATER)
    assert history is not None
    assert history.asked == ASKED + timedelta(hours=4)


def test_captures_dated_in_the_future_count_only_where_there_are_no_others(kit: Any) -> None:
    """They are of a clock that was ahead; an article seen in the future alone is there to be
    judged, too.
    """
    now = ASKED + timedelta(hours=2)
    with kit.index() as index:
        index.apply_captures([kit.entry(STORY, 900)])
        [article] = index.history.articles("news", now, now)
        assert article.asked == ASKED + timedelta(hours=900)
        index.apply_captures([kit.entry(STORY)])
        [article] = index.history.articles("news", now, now)
        history = index.history.page("news", STORY, now)
    assert history is not None
    assert article.asked == history.asked == ASKED


def test_what_is_missing_was_announced_and_never_captured(kit: Any) -> None:
    """Failures that may pass and what a limit left out; not dead links, nor what nothing would come
    of.
    """
    started = kit.START
    reasons = {
        "limit": LeftOutReason.LIMIT,
        "trap": LeftOutReason.TRAP,
        "folded": LeftOutReason.FOLDED,
        "scope": LeftOutReason.SCOPE,
    }
    site = "https://news.example/"
    left = [LeftOut(url=site + name, why=why, found_on=site) for name, why in reasons.items()]
    facts = FetchFacts(crawl_id="crawl-1", site="news", via=site)
    refused = [
        (kit.capture(site + name, status=status, facts=facts), Reading(kind=PayloadKind.OTHER))
        for name, status in (("dead", 404), ("closed", 403))
    ]
    with kit.index() as index:
        index.apply_captures([kit.entry(site + "there"), *refused])
        index.end_crawl(CrawlSummary(id="crawl-1", site="news", started=started))
        slow = Failure(
            url=site + "slow", stage=Stage.FETCH, reason="timeout", at=started, crawl_id="crawl-1"
        )
        index.add_failures([slow])
        index.add_left_out(
            LeftOutBatch(crawl_id="crawl-1", site="news", at=started, entries=tuple(left))
        )
        missing = index.history.missing("news")
    assert sorted(url.removeprefix(site) for url, _ in missing) == [
        "closed",
        "limit",
        "scope",
        "slow",
    ]
    assert dict(missing)[site + "limit"] == site


def test_all_articles_together_are_known_as_each_by_itself(kit: Any) -> None:
    """Whatever was announced, dropped, edited, taken down, found elsewhere, or seen by a clock
    that was ahead: what is asked for all of a site at once is what is asked for one address.
    """
    chance = random.Random(2)  # noqa: S311
    urls = [f"{HOST}/a/{number}" for number in range(1, 41)]
    feed = f"{HOST}/feed"
    with kit.index() as index:
        for step in range(1, 9):
            hour = 24.0 * step
            entries = []
            for url in chance.sample(urls, 15):
                number = int(url.rpartition("/")[2])
                story = min(number, 36)  # the last ones are one story at five addresses
                edition = chance.randrange(3) if story < 36 else 0
                text = [f"فقرة {story} في نسخة {edition} {word}" for word in kit.TEXT]
                late = 24 * 300 * chance.choice([0] * 9 + [1])  # the clock was ahead
                spelt = chance.choice(["", "", "?utm_source=x"])
                said = {"title": f"خبر {story}", "paragraphs": text, "canonical": url}
                entries.append(kit.entry(url + spelt, hour + late + number / 100, **said))
            gone = kit.capture(chance.choice(urls), hour + 1, status=404)
            entries.append((gone, Reading(kind=PayloadKind.PAGE)))
            entries.append(sitemap(kit, hour + 2, *chance.sample(urls, 20), modified="2024-03-03"))
            said = tuple(
                Sighting(url=url, source=feed, kind="feed", published="Mon, 04 Mar 2024 12:00 GMT")
                for url in chance.sample(urls, 10)
            )
            entries.append(
                (kit.capture(feed, hour + 3), Reading(kind=PayloadKind.FEED, sightings=said))
            )
            index.apply_captures(entries)
        for until in (LATER, ASKED + timedelta(days=4)):
            together = index.history.articles("news", LATER, until)
            alone = [index.history.page("news", article.url, until) for article in together]
            assert [history and history.article for history in alone] == together
            assert len(together) > 20
            times = [article.first_seen for article in together]
            assert times == sorted(times, reverse=True)
    for state in ("named", "announced", "by_lastmod", "vanished"):
        assert len({getattr(article, state) for article in together}) == 2, state
    assert {article.gone is None for article in together} == {True, False}
    assert any(article.versions > 1 for article in together)
    assert len(kit.rows("SELECT url FROM addresses WHERE kind = 'duplicate'")) > 1


def test_an_article_on_several_pages_is_known_by_its_first(kit: Any) -> None:
    """Also where a further page was read after it."""
    parts = [
        kit.entry(
            STORY + ("?page=2" if number == 2 else ""),
            hour,
            title="خبر طويل",
            paragraphs=[f"{line} {number}" for line in kit.TEXT[number - 1 : number + 1]],
            canonical=STORY,
            page_number=number,
            is_last=number == 2,
        )
        for number, hour in ((1, 0), (2, 1))
    ]
    with kit.index() as index:
        index.apply_captures(parts)
        (article,) = index.history.articles("news", LATER, LATER)
        history = index.history.page("news", STORY, LATER)
    assert (article.url, article.asked) == (STORY, ASKED)
    assert history is not None
    assert history.article == article


def test_a_story_that_moves_to_another_sitemap_is_still_there(kit: Any) -> None:
    """It has vanished only where no sitemap names it any more."""
    other = kit.capture(f"{HOST}/sitemap-2.xml", 5)
    moved = Sighting(url=STORY, source=other.url, kind="sitemap")
    with kit.index() as index:
        index.apply_captures([sitemap(kit, 0, STORY), kit.entry(STORY, 1), sitemap(kit, 4)])
        (article,) = index.history.articles("news", LATER, LATER)
        assert article.vanished
        reading = Reading(kind=PayloadKind.SITEMAP, sightings=(moved,))
        index.apply_captures([(other, reading)])
        (article,) = index.history.articles("news", LATER, LATER)
        assert (article.vanished, article.named) == (False, True)


@pytest.mark.parametrize(
    ("why", "detail", "is_missed"),
    [
        (LeftOutReason.LIMIT, "pages", True),
        (LeftOutReason.AWAY, "its host did not answer", True),
        (LeftOutReason.DATE, "2020-01-02", False),
        (LeftOutReason.SCOPE, "on another site: other.example", False),
        (LeftOutReason.SCOPE, "too many links away from the start: more than 3", False),
        (LeftOutReason.SCOPE, "matches `exclude`: /tag/", True),
    ],
)
def test_what_was_not_wanted_is_not_missed(
    kit: Any, why: LeftOutReason, detail: str, *, is_missed: bool
) -> None:
    """What lies outside the days asked for, or out of scope; but the configuration, which may have
    changed, is asked again of what it excluded.
    """
    left = LeftOut(url="https://news.example/a", why=why, detail=detail)
    with kit.index() as index:
        index.add_left_out(
            LeftOutBatch(crawl_id="crawl-1", site="news", at=kit.START, entries=(left,))
        )
        assert bool(index.history.missing("news")) is is_missed


@pytest.mark.parametrize(
    ("reason", "is_missed"),
    [
        ("robots.txt forbids it", False),
        ("the site reserves it: tdm-reservation", False),
        ("robots.txt answers 503, so nothing may be fetched (RFC 9309)", True),
        ("the site asks to be left alone until 2026-11-20 10:00 UTC", True),
    ],
)
def test_what_the_site_forbids_is_not_missed(kit: Any, reason: str, *, is_missed: bool) -> None:
    """What it could not say for a while is."""
    failure = Failure(
        url="https://news.example/a",
        stage=Stage.ROBOTS,
        reason=reason,
        at=kit.START,
        crawl_id="crawl-1",
    )
    with kit.index() as index:
        index.end_crawl(CrawlSummary(id="crawl-1", site="news", started=kit.START))
        index.add_failures([failure])
        assert bool(index.history.missing("news")) is is_missed
