"""Walls, errors far more often than usual, and addresses that always fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.model.alarm import AlarmKind
from archive.query.alarms.refusals import (
    class_of,
    find_always_failing,
    find_errors,
    find_wall,
    out_of_reach,
    refused_urls,
)
from archive.query.alarms.site_history import PastCrawl, PastFailure, SiteHistory

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOME = "https://paper.example/"


def crawls(count: int, *, fetched: int = 20, every: timedelta = HOUR) -> tuple[PastCrawl, ...]:
    return tuple(
        PastCrawl(id=f"c{number}", started=BEGAN + number * every, fetched=fetched)
        for number in range(count)
    )


def failures(crawl: PastCrawl, reason: str, *urls: str) -> list[PastFailure]:
    return [
        PastFailure(url=url, crawl=crawl.id, stage="fetch", reason=reason, at=crawl.started)
        for url in urls
    ]


def pages(count: int) -> list[str]:
    return [f"{HOME}{number}" for number in range(count)]


def history(runs: tuple[PastCrawl, ...], *rows: PastFailure) -> SiteHistory:
    return SiteHistory(site="paper", starts=(HOME,), crawls=runs, failures=rows)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("HTTP 403", "HTTP 403"),
        ("HTTP 500, at 4 tries", "HTTP 500"),
        ("HTTP 429: the site asks to be left alone for 90 s", "HTTP 429"),
        ("challenge: cf_chl", "challenge"),
        ("timeout: no answer within 30 s", "timeout"),
        ("needs-browser", "needs-browser"),
    ],
)
def test_failures_have_classes(reason: str, expected: str) -> None:
    """By what their reasons begin with."""
    assert class_of(reason) == expected


def test_a_wall_is_told_with_who_stands_there() -> None:
    """In the first crawl, too: nothing needs to be learned for it."""
    runs = crawls(1, fetched=10)
    walled = history(runs, *failures(runs[0], "challenge: cf_chl", *pages(4)))
    alarm = find_wall(walled, blocker="Cloudflare (cf-mitigated)")
    assert alarm is not None
    assert alarm.text == (
        "Cloudflare (cf-mitigated) turns the crawler away: 4 of 10 answers of the last crawl"
        " (4 × challenge)"
    )


def test_a_front_page_that_is_refused_is_a_wall() -> None:
    """Where the crawl failed of it, or there is little else."""
    (run,) = crawls(1, fetched=30)
    lost = "10 answers in a row refused the crawler, the last with HTTP 403: the site blocks it"
    refused = failures(run, lost, HOME)
    assert find_wall(history((run,), *refused)) is None
    failed = history((replace(run, outcome="failed"),), *refused)
    assert find_wall(failed) is not None
    assert out_of_reach(failed) == {"c0"}
    (few,) = crawls(1, fetched=3)
    assert find_wall(history((few,), *failures(few, "HTTP 403", HOME))) is not None


def test_a_crawl_without_any_front_page_found_nothing_out() -> None:
    """For whatever reason; where one of two answers it did."""
    runs = crawls(3)
    rows = [*failures(runs[0], "HTTP 503, at 4 tries", HOME), *failures(runs[1], "HTTP 404", "x")]
    assert out_of_reach(history(runs, *rows)) == {"c0"}
    two = replace(history(runs, *rows), starts=(HOME, HOME + "en/"))
    assert out_of_reach(two) == set()
    broken = failures(runs[2], "HTTP 503, at 4 tries", HOME + "feed", HOME + "sitemap.xml")
    few = (*runs[:2], replace(runs[2], fetched=9))
    assert out_of_reach(history(few, *broken)) == {"c2"}
    assert out_of_reach(history(runs, *broken)) == set()
    interrupted = (*runs, replace(runs[0], id="c3", outcome="interrupted"))
    assert out_of_reach(history(interrupted)) == {"c3"}


def test_a_closed_section_is_usual() -> None:
    """A third of the answers refused in each crawl is how the site is."""
    runs = crawls(9)
    rows = [row for run in runs for row in failures(run, "HTTP 403", *pages(7))]
    assert find_wall(history(runs, *rows)) is None
    assert find_wall(history(runs, *rows[-7:])) is not None


def test_refused_addresses_are_those_of_the_last_crawl() -> None:
    """Front pages first."""
    runs = crawls(2)
    rows = [
        *failures(runs[0], "HTTP 403", HOME + "old"),
        *failures(runs[1], "HTTP 403", HOME + "a", HOME),
        *failures(runs[1], "HTTP 404", HOME + "b"),
    ]
    assert refused_urls(history(runs, *rows)) == [HOME, HOME + "a"]


def test_errors_are_told_where_they_are_far_more_than_usual() -> None:
    """Of many addresses; dead links and a single page that fails each hour are none."""
    runs = crawls(72)
    late = [row for run in runs[-6:] for row in failures(run, "HTTP 500", *pages(20))]
    (alarm,) = find_errors(history(runs, *late))
    assert alarm.kind is AlarmKind.ERRORS
    assert "120 × HTTP 500" in alarm.text
    one = [row for run in runs[-24:] for row in failures(run, "timeout", *pages(3))]
    dead = [row for run in runs[-6:] for row in failures(run, "HTTP 404", *pages(20))]
    assert find_errors(history(runs, *one, *dead)) == []
    always = [row for run in runs for row in failures(run, "HTTP 500", *pages(10))]
    assert find_errors(history(runs, *always)) == []


def test_pages_of_which_nothing_is_read_are_a_matter_of_layout() -> None:
    """They came, and the reader found no text."""
    runs = crawls(72)
    late = [row for run in runs[-6:] for row in failures(run, "empty: no text", *pages(20))]
    (alarm,) = find_errors(history(runs, *late))
    assert alarm.kind is AlarmKind.LAYOUT
    assert "nothing could be read" in alarm.text


def test_errors_are_over_with_the_latest_answers() -> None:
    """Some good crawls end it, though the day still counts them."""
    runs = crawls(72)
    late = [row for run in runs[-8:-2] for row in failures(run, "HTTP 500", *pages(20))]
    assert find_errors(history(runs, *late)) == []


def test_what_always_fails_is_told_after_days() -> None:
    """In five crawls over three days; a page that was read in between starts anew."""
    runs = crawls(8, every=DAY)
    rows = [row for run in runs for row in failures(run, "timeout: 60 s", HOME + "x")]
    alarm = find_always_failing(history(runs, *rows), runs[-1].started)
    assert alarm is not None
    assert "x failed in each of the last 8 crawls that asked: timeout" in alarm.text
    assert find_always_failing(history(runs, *rows[:4]), runs[-1].started) is None
    assert find_always_failing(history(runs, *rows), runs[-1].started + 9 * DAY) is None
    rows[5] = replace(rows[5], was_read=True)
    assert find_always_failing(history(runs, *rows), runs[-1].started) is None


def test_dead_links_may_fail_for_ever() -> None:
    """Every site has them; refusals are the wall's."""
    runs = crawls(8, every=DAY)
    for reason in ("HTTP 404", "HTTP 403", "paywall: subscribe", "empty"):
        rows = [row for run in runs for row in failures(run, reason, HOME + "x")]
        assert find_always_failing(history(runs, *rows), runs[-1].started) is None
