"""The runs of a collection by its index."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from archive.errors import UsageError
from archive.model import CrawlSummary, Failure, Stage, crawl_id
from archive.query.reader import IndexReader
from archive.query.runs import (
    counted_by_site,
    report_of,
    resolve_run,
    run_events,
    run_rows,
    unreported_runs,
)

FIRST, SECOND = "20240301T120000000000", "20240302T120000000000"


def crawl(kit: Any, site: str, day: int, minutes: int | None = 5, **more: Any) -> CrawlSummary:
    """A crawl of `site` in the run of a day; without `minutes` it has not ended."""
    started = kit.START + timedelta(days=day)
    ended = None if minutes is None else started + timedelta(minutes=minutes)
    values = {"outcome": "running" if ended is None else "finished", "finished": ended, **more}
    return CrawlSummary(id=crawl_id(started, site), site=site, started=started, **values)


@pytest.fixture
def reader(kit: Any) -> Any:
    """Two runs of the sites `news` and `other`; the second failed in part and is under way."""
    failed = crawl(kit, "news", 1, outcome="failed", fetched=3, failed=3)
    with kit.index() as index:
        index.apply_captures([kit.entry(hour=24.01)])
        index.end_crawl(crawl(kit, "news", 0, fetched=10, new=4))
        index.end_crawl(crawl(kit, "other", 0, 90, fetched=20, new=1, outcome="limited"))
        index.end_crawl(failed)
        index.end_crawl(crawl(kit, "other", 1, None, fetched=1))
        index.add_failures(
            [
                Failure(url=f"https://news.example/{n}", stage=Stage.FETCH, reason=reason,
                        at=kit.START + timedelta(days=1, minutes=1), crawl_id=failed.id)
                for n, reason in enumerate(["HTTP 500", "HTTP 500", "refused"])
            ]
        )  # fmt: skip
    with IndexReader(kit.path()) as opened:
        yield opened


def test_a_run_is_the_sum_of_its_crawls(reader: IndexReader) -> None:
    """Latest first; a run ends with the last of its crawls, and its outcome is the worst of
    theirs.
    """
    second, first = run_rows(reader)
    assert (first["run"], first["sites"], first["fetched"], first["new"]) == (FIRST, 2, 30, 5)
    assert (first["outcome"], first["finished"]) == ("limited", "2024-03-01T13:30:00Z")
    assert (second["run"], second["outcome"], second["finished"]) == (SECOND, "running", None)


def test_runs_of_a_site_have_its_own_numbers(reader: IndexReader) -> None:
    """As many as were asked for, without what other sites brought."""
    (row,) = run_rows(reader, site="news", limit=1)
    assert (row["run"], row["sites"], row["outcome"], row["fetched"]) == (SECOND, 1, "failed", 3)


def test_a_run_is_found_by_what_a_person_types(reader: IndexReader) -> None:
    """By its id, a beginning of it, a crawl of it, or without any as the last one."""
    for name in (FIRST, "20240301", f"{FIRST}-other"):
        assert resolve_run(reader, name) == FIRST
    assert resolve_run(reader) == SECOND


@pytest.mark.parametrize("name", ["2024", "2023", "nothing", "%"])
def test_a_run_that_is_not_one_is_refused(reader: IndexReader, name: str) -> None:
    """Neither the first nor the last is guessed where it may be several or none."""
    with pytest.raises(UsageError, match=name):
        resolve_run(reader, name)


def test_a_report_tells_what_failed_and_what_came(reader: IndexReader) -> None:
    """Failures are grouped by site and reason, most first; new articles are those first seen while
    the crawl ran; the days before are there to compare with.
    """
    report = report_of(reader, SECOND, collection="c")
    assert [crawl["site"] for crawl in report.crawls] == ["news", "other"]
    told = [(group["site"], group["reason"], group["urls"]) for group in report.failures]
    assert told == [("news", "HTTP 500", 2), ("news", "refused", 1)]
    assert report.failed_urls == 3
    assert [article["site"] for article in report.articles] == ["news"]
    days = {(day["site"], day["day"]): (day["new"], day["failed"]) for day in report.days}
    assert days["news", "2024-03-01"] == (4, 0)
    assert days["news", "2024-03-02"] == (0, 3)
    assert report_of(reader, FIRST, collection="c").articles == ()
    with pytest.raises(UsageError):
        report_of(reader, "2024", collection="c")


def test_the_steps_of_a_run_are_in_order(reader: IndexReader) -> None:
    """Begins, failures and ends, each with its site and time: what a log says that is gone."""
    events = [(row["event"], row["site"], row["at"]) for row in run_events(reader, SECOND)]
    assert [event for event, _, _ in events] == [
        *("crawl began", "crawl began"),
        *("failure", "failure", "failure", "crawl ended"),
    ]
    assert events[-1] == ("crawl ended", "news", "2024-03-02T12:05:00Z")


def test_runs_without_a_report_are_those_that_ended(kit: Any, reader: IndexReader) -> None:
    """One under way will write its own, and so will one that has ended just now."""
    later = kit.START + timedelta(days=2)
    assert unreported_runs(reader, set(), before=later, limit=9) == [FIRST]
    assert unreported_runs(reader, {FIRST}, before=later, limit=9) == []
    just_then = kit.START + timedelta(minutes=90)
    assert unreported_runs(reader, set(), before=just_then, limit=9) == []


def test_counts_of_all_crawls_only_grow(reader: IndexReader) -> None:
    """The sums over all crawls of a site."""
    assert counted_by_site(reader)["news"]["fetched"] == 13
