"""How a collection stands: each site's last crawl, failures, and counts over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.model import CrawlSummary, Failure, Stage
from archive.query.reader import IndexReader
from archive.query.reports import (
    SiteReport,
    count_articles,
    crawls_ahead,
    last_crawls,
    latest_captures,
    site_reports,
)


def crawl(kit: Any, number: int, hours: float, **more: Any) -> CrawlSummary:
    """The crawl `number` of the site `news`, begun so many hours after the start."""
    started = kit.START + timedelta(hours=hours)
    values = {"outcome": "finished", "finished": started, **more}
    return CrawlSummary(id=f"crawl-{number}", site="news", started=started, **values)


def failure(kit: Any, url: str, stage: Stage, reason: str, number: int = 2) -> Failure:
    at = kit.START + timedelta(hours=stage is not Stage.DISCOVERY)  # discovery fails first
    return Failure(url=url, stage=stage, reason=reason, at=at, crawl_id=f"crawl-{number}")


def test_a_site_is_reported_by_its_last_crawl(kit: Any) -> None:
    """Counts are those of the crawl that began last, whichever was written last; URLs that failed
    in it are counted once, and what failed at fetching weighs more than at discovery.
    """
    page, feed = "https://news.example/1", "https://news.example/feed"
    with kit.index() as index:
        index.apply_captures([kit.entry()])
        index.end_crawl(crawl(kit, 2, 24, fetched=7, failed=2))
        index.end_crawl(crawl(kit, 1, 0, fetched=50, failed=9))
        index.add_failures(
            [
                failure(kit, feed, Stage.DISCOVERY, "cut off"),
                failure(kit, page, Stage.FETCH, "refused"),
                failure(kit, page, Stage.FETCH, "timed out"),
                failure(kit, "https://news.example/old", Stage.FETCH, "old", 1),
            ]
        )
    report = site_reports(kit.path())["news"]
    assert (report.started, report.fetched, report.failed) == ("2024-03-02T12:00:00Z", 7, 2)
    assert report.owed == 2
    assert str(report.reason).startswith(f"{page}: ")
    assert (report.articles, report.newest) == (1, "2024-03-01T12:00:00Z")


@pytest.mark.parametrize("last", [1, 2])
def test_of_two_crawls_of_one_second_the_later_counts(kit: Any, last: int) -> None:
    """Their ids tell which it is, whichever was written last; it is listed first, too."""
    with kit.index() as index:
        for number in (3 - last, last):
            index.end_crawl(crawl(kit, number, 0, fetched=number))
    assert site_reports(kit.path())["news"].fetched == 2
    with IndexReader(kit.path()) as reader:
        assert [row["id"] for row in reader.crawls("news")] == ["crawl-2", "crawl-1"]


def test_a_site_that_was_only_imported_is_reported(kit: Any) -> None:
    """Its articles are counted, and there is no crawl to tell of."""
    with kit.index() as index:
        index.apply_captures([kit.entry(site="imported")])
    assert site_reports(kit.path()) == {
        "imported": SiteReport(site="imported", articles=1, newest="2024-03-01T12:00:00Z")
    }


def test_articles_are_counted_by_period_and_site(kit: Any) -> None:
    """Each day, month or year of publication has its count for each site; what has no date comes
    first.
    """
    with kit.index() as index:
        index.apply_captures(
            [
                kit.entry(
                    f"https://news.example/{number}",
                    number,
                    title=f"عنوان {number}",
                    published=published,
                    site=site,
                )
                for number, (published, site) in enumerate(
                    [
                        (datetime(2024, 3, 1, tzinfo=UTC), "a"),
                        (datetime(2024, 3, 9, tzinfo=UTC), "a"),
                        (datetime(2024, 4, 1, tzinfo=UTC), "b"),
                        (None, "a"),
                    ]
                )
            ]
        )
    words = len(" ".join(kit.TEXT).split())
    assert count_articles(kit.path())[:2] == [
        {"period": None, "site": "a", "articles": 1, "words": words, "versions": 1},
        {"period": "2024-03", "site": "a", "articles": 2, "words": 2 * words, "versions": 2},
    ]
    days = [(row["period"], row["site"]) for row in count_articles(kit.path(), per="day")]
    assert days[1:] == [("2024-03-01", "a"), ("2024-03-09", "a"), ("2024-04-01", "b")]
    (row,) = count_articles(kit.path(), per="year", site="b")
    assert (row["period"], row["articles"]) == ("2024", 1)


def test_when_each_site_was_crawled_last(kit: Any) -> None:
    """The time the latest crawl began, as an aware time."""
    with kit.index() as index:
        index.end_crawl(crawl(kit, 2, 24))
        index.end_crawl(crawl(kit, 1, 0))
    assert last_crawls(kit.path()) == {"news": kit.START + timedelta(hours=24)}


def test_before_the_first_crawl_there_is_nothing_to_report(tmp_path: Path) -> None:
    """A collection without an index has no sites, counts and crawls; that is no error."""
    none = tmp_path / "none.db"
    assert (site_reports(none), count_articles(none), last_crawls(none)) == ({}, [], {})


def test_dates_of_the_future_are_told_apart(kit: Any) -> None:
    """With the time that it is now, the last crawl is the last that can have been; ten minutes more
    are no future. Where there is no other, the site is reported by it all the same.
    """
    now = kit.START + timedelta(hours=48)
    with kit.index() as index:
        index.end_crawl(crawl(kit, 1, 24, fetched=7))
        index.end_crawl(crawl(kit, 2, 9999, fetched=9))
    assert last_crawls(kit.path(), now=now) == {"news": kit.START + timedelta(hours=24)}
    assert crawls_ahead(kit.path(), now) == {"news": kit.START + timedelta(hours=9999)}
    assert site_reports(kit.path(), now=now)["news"].fetched == 7
    assert site_reports(kit.path())["news"].fetched == 9
    assert site_reports(kit.path(), now=kit.START)["news"].fetched == 9
    with kit.index() as index:
        index.end_crawl(crawl(kit, 3, 48.1, fetched=1))
    assert last_crawls(kit.path(), now=now) == {"news": kit.START + timedelta(hours=48.1)}


def test_the_newest_captures_come_from_the_newest_files(kit: Any) -> None:
    """Responses only, and none that is dated later than now."""
    entries = [kit.entry(f"https://news.example/{hour}", hour) for hour in range(4)]
    with kit.index() as index:
        index.apply_captures([*entries, kit.revisit(entries[0][0], 3)])
    now = kit.START + timedelta(hours=2)
    found = latest_captures(kit.path(), now, count=2)
    assert [capture.url for capture in found] == [entries[2][0].url, entries[1][0].url]
    assert latest_captures(kit.path().with_name("none.db"), now) == []
