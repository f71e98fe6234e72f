"""What the index gives of a site's last weeks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from archive.model import (
    CrawlSummary,
    Failure,
    FetchFacts,
    PayloadKind,
    Reading,
    RecordType,
    Stage,
)
from archive.query.alarms.site_history import SeenArticle, latest_answer, read_history
from archive.query.reader import IndexReader

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def crawl(kit: Any, number: int, hours: float, **more: Any) -> CrawlSummary:
    started = kit.START + hours * HOUR
    values = {"outcome": "finished", "finished": started, "fetched": 9, **more}
    return CrawlSummary(id=f"crawl-{number}", site="news", started=started, **values)


def test_articles_are_given_as_they_came(kit: Any) -> None:
    """With what they have; an old one of a back-fill is no news, and other sites are left out."""
    url = "https://news.example/"
    with kit.index() as index:
        index.apply_captures(
            [
                kit.entry(url + "1", 1, section="اقتصاد"),
                kit.entry(url + "2", 2, published=None, authors=[], title="خبر ثان"),
                kit.entry(url + "3", 3, published=kit.START - 5 * DAY, title="خبر قديم"),
                kit.entry("https://other.example/1", 3, site="other"),
            ]
        )
    with IndexReader(kit.path()) as reader:
        articles = read_history(reader, "news", kit.START + DAY).articles
    assert [(row.section, row.author, row.published is None) for row in articles] == [
        (True, True, False),
        (False, False, True),
        (False, True, False),
    ]
    assert [row.is_news for row in articles] == [True, True, False]
    assert [row.time for row in articles][:2] == [kit.START, kit.START + 2 * HOUR]


def test_a_date_that_cannot_be_true_is_not_when_an_article_came_out(kit: Any) -> None:
    """One ahead of the capture, or of a whole day: it came when it was seen."""
    seen = kit.START
    assert SeenArticle(seen=seen, published=seen + HOUR).time == seen
    assert SeenArticle(seen=seen, published=seen - 9 * HOUR, is_day=True).time == seen
    assert SeenArticle(seen=seen, published=seen - HOUR).time == seen - HOUR


def test_crawls_and_failures_are_those_of_the_window(kit: Any) -> None:
    """What a later capture read is marked; announcements, robots.txt and dates of a clock that was
    ahead are left out.
    """
    page, dead = "https://news.example/1", "https://news.example/2"
    with kit.index() as index:
        for number, hours in enumerate((-90 * 24, 0, 24, 400 * 24)):
            index.end_crawl(crawl(kit, number, hours))
        index.add_failures(
            [
                Failure(url=url, stage=stage, reason="timeout", at=kit.START, crawl_id="crawl-1")
                for url in (page, dead)
                for stage in (Stage.FETCH, Stage.DISCOVERY, Stage.ROBOTS)
            ]
        )
        index.apply_captures([kit.entry(page, 3)])
    with IndexReader(kit.path()) as reader:
        history = read_history(reader, "news", kit.START + 2 * DAY)
    assert [each.id for each in history.crawls] == ["crawl-1", "crawl-2"]
    assert history.crawls[0].was_served
    assert {each.url: each.was_read for each in history.failures} == {page: True, dead: False}


def test_disappearances_are_given_with_their_time(kit: Any) -> None:
    """Since when, and what answers."""
    url = "https://news.example/1"
    with kit.index() as index:
        index.apply_captures([kit.entry(url, 1)])
        index.apply_captures([(kit.capture(url, 5, status=410), Reading(kind=PayloadKind.OTHER))])
    with IndexReader(kit.path()) as reader:
        (gone,) = read_history(reader, "news", kit.START + DAY).gone
    assert (gone.since, gone.reason) == (kit.START + 5 * HOUR, "HTTP 410")


def test_of_a_sitemap_the_last_answers_and_one_a_day_are_given(kit: Any) -> None:
    """However often it is asked, days ago are not forgotten; revisits say what they repeat."""
    url = "https://news.example/sitemap.xml"
    first = kit.capture(url, 0)
    captures = [(first, Reading(kind=PayloadKind.SITEMAP))]
    captures += [kit.revisit(first, hour / 2) for hour in range(1, 10 * 48)]
    with kit.index() as index:
        index.apply_captures(captures)
    with IndexReader(kit.path()) as reader:
        ((name, rows),) = read_history(reader, "news", kit.START + 10 * DAY).sources
    assert name == url
    assert len(rows) == 60 + 10
    assert {row.captured.date() for row in rows} == {
        (kit.START + day * DAY).date() for day in range(11)
    }
    assert (rows[0].kind, rows[0].is_revisit, rows[0].length) == ("sitemap", False, 900)
    assert (rows[-1].is_revisit, rows[-1].same_as) == (True, kit.START)
    assert [row.captured for row in rows] == sorted(row.captured for row in rows)


def test_the_latest_answer_of_an_address_is_given_whatever_it_was(kit: Any) -> None:
    """A refusal, too; nothing for an address that was never asked for."""
    url = "https://news.example/1"
    late = kit.capture(url, 5, status=403, facts=FetchFacts(crawl_id="c", site="news"))
    with kit.index() as index:
        index.apply_captures([kit.entry(url, 1), (late, Reading(kind=PayloadKind.OTHER))])
    with IndexReader(kit.path()) as reader:
        found = latest_answer(reader, url)
        assert latest_answer(reader, url + "0") is None
    assert found is not None
    assert (found.id, found.record_type) == (late.id, RecordType.RESPONSE)
