"""When sites are due, and when that is overdue."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.config import SiteConfig
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from crawler.admin.due_times import (
    LastStarts,
    due_sites,
    due_time,
    is_due,
    jitter_offset,
    last_starts,
    polling_minutes,
    timing_problem,
)
from crawler.frontier.queue import Frontier

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FUTURE = datetime(2027, 6, 1, tzinfo=UTC)


def site(
    name: str,
    schedule: str | None,
    timezone: str = "UTC",
    *,
    jitter: float = 0,
    paused: bool = False,
) -> SiteConfig:
    return SiteConfig(
        name=name,
        start=("https://a.example/",),
        schedule=schedule,
        timezone=timezone,
        jitter=jitter,
        paused=paused,
    )


@pytest.mark.parametrize(
    ("cron", "last", "expected"),
    [
        ("*/30 * * * *", None, True),
        ("*/30 * * * *", "2026-11-20T11:31", True),
        ("*/30 * * * *", "2026-11-20T11:30", True),
        ("*/30 * * * *", "2026-11-20T12:00", False),
        ("0 6 * * *", "2026-11-18T06:00", True),
        ("0 18 * * *", "2026-11-19T18:00", False),
        (None, None, False),
        (None, "2026-11-18T06:00", False),
    ],
)
def test_due_when_the_schedule_came_round_since_the_last_start(
    cron: str | None, last: str | None, expected: bool
) -> None:
    """A site is due when its schedule came round after its last crawl began, however long ago;
    never without one.
    """
    started = datetime.fromisoformat(last).replace(tzinfo=UTC) if last else None
    assert is_due(site("a", cron), started, NOON) is expected


def test_schedule_is_in_the_sites_zone() -> None:
    """Six in the morning is six in the morning at the site, not here."""
    last = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
    just_before, just_after = (
        datetime(2026, 11, 20, 1, 59, tzinfo=UTC),
        datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    )
    dubai = site("a", "0 6 * * *", "Asia/Dubai")
    assert not is_due(dubai, last, just_before)
    assert is_due(dubai, last, just_after)


def test_longest_waiting_first() -> None:
    """Of several due sites the one never crawled comes first, then the one whose last crawl is the
    oldest.
    """
    sites = [
        site("new", "0 * * * *"),
        site("old", "0 * * * *"),
        site("never", "0 * * * *"),
        site("off", None),
    ]
    last = {
        "new": datetime(2026, 11, 20, 10, tzinfo=UTC),
        "old": datetime(2026, 11, 19, 10, tzinfo=UTC),
    }
    assert [each.name for each in due_sites(sites, last, NOON)] == ["never", "old", "new"]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_crawl_that_begins_now_is_not_due_again_now(now: datetime) -> None:
    """Whatever the moment, having just begun a crawl is never a reason to begin another, in zones
    with summer time too.
    """
    for zone in ("UTC", "Africa/Cairo", "America/New_York"):
        assert not is_due(site("a", "*/7 * * * *", zone), now, now)


def test_asked_as_often_as_needed() -> None:
    """Every five minutes does for usual schedules; one that is due at minute 7 is asked for every
    minute.
    """
    assert polling_minutes([site("a", "*/30 * * * *"), site("b", "5 4 * * *")]) == 5
    assert polling_minutes([site("a", "*/30 * * * *"), site("b", "7 4 * * *")]) == 1


def test_a_paused_site_is_never_due() -> None:
    """Neither for the first time nor when its schedule comes round."""
    paused = site("a", "* * * * *", paused=True)
    assert not is_due(paused, None, NOON)
    assert not is_due(paused, NOON - timedelta(days=9), NOON)


def test_sites_of_one_schedule_are_spread_over_the_jitter() -> None:
    """A hundred sites due at one hour begin all over the ten minutes behind it, each at a moment
    that is the same whoever asks; without jitter they begin at the hour.
    """
    last = NOON - timedelta(minutes=30)
    spread = [due_time(site(f"s{number}", "0 * * * *", jitter=600), last) for number in range(100)]
    assert spread == [
        due_time(site(f"s{number}", "0 * * * *", jitter=600), last) for number in range(100)
    ]
    minutes = [int((time - NOON).total_seconds() // 60) for time in spread]
    assert set(minutes) == set(range(10))
    assert {due_time(site(f"s{number}", "0 * * * *"), last) for number in range(9)} == {NOON}
    one = site("s1", "0 * * * *", jitter=600)
    assert is_due(one, last, NOON + timedelta(minutes=10))
    assert not is_due(one, last, NOON + jitter_offset(one, NOON) - timedelta(seconds=1))
    assert is_due(one, last, NOON + jitter_offset(one, NOON))


def crawl(layout: CollectionFolder, started: datetime, number: int, *, noted: bool = True) -> None:
    """A crawl of the site `a` in the index and, if `noted`, as the frontier has its last run."""
    summary = CrawlSummary(
        id=f"crawl-{number}", site="a", started=started, outcome="finished", finished=started
    )
    with Index(layout.index_db) as index:
        index.end_crawl(summary)
    if noted:
        frontier = Frontier(layout.frontier)
        frontier.note_run(summary)
        frontier.close()


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    (tmp_path / "state").mkdir()
    return CollectionFolder(tmp_path)


def test_a_crawl_of_a_clock_that_was_ahead_puts_off_none(layout: CollectionFolder) -> None:
    """A crawl dated next year says nothing of when the site is due: it is due now, once. After the
    next crawl dates count again, so that no site is crawled twice as often until that year.
    """
    crawl(layout, NOON - timedelta(hours=3), 1)
    crawl(layout, FUTURE, 2)
    starts = last_starts(layout, NOON)
    assert (starts.started, starts.ahead) == ({}, {"a": FUTURE})
    crawl(layout, NOON, 3)
    assert last_starts(layout, NOON) == LastStarts(started={"a": NOON})
    assert last_starts(layout, NOON + timedelta(hours=1)).started == {"a": NOON}


def test_without_the_frontier_a_future_date_makes_the_site_due(layout: CollectionFolder) -> None:
    """The frontier may be deleted: which crawl was the last is not known then, and the site is due
    rather than put off.
    """
    crawl(layout, NOON - timedelta(hours=3), 1, noted=False)
    crawl(layout, FUTURE, 2, noted=False)
    assert last_starts(layout, NOON).started == {}


def test_a_clock_that_is_set_back_a_little_crawls_nothing_twice(layout: CollectionFolder) -> None:
    """A minute that a clock is set back is no future: the site stays not due."""
    crawl(layout, NOON + timedelta(minutes=1), 1)
    starts = last_starts(layout, NOON)
    assert starts.ahead == {}
    assert not is_due(site("a", "*/30 * * * *"), starts.started["a"], NOON)


def test_a_clock_that_is_behind_stops_no_site(layout: CollectionFolder) -> None:
    """In 2020, for the clock, all crawls of 2026 are in the future: the site is due, once, and then
    goes by that clock; set right, the site goes on from its true last crawl.
    """
    past = datetime(2020, 1, 1, tzinfo=UTC)
    crawl(layout, NOON, 1)
    assert last_starts(layout, past).started == {}
    crawl(layout, past, 2)
    assert last_starts(layout, past).started == {"a": past}
    assert last_starts(layout, NOON + timedelta(hours=1)).started == {"a": NOON}


def test_nothing_is_known_before_the_first_crawl(layout: CollectionFolder) -> None:
    """Without index and frontier there are no dates, and that is no error."""
    assert last_starts(layout, NOON) == LastStarts()


@pytest.mark.parametrize(
    ("schedule", "waited", "expected"),
    [
        ("*/30 * * * *", timedelta(minutes=80), False),
        ("*/30 * * * *", timedelta(minutes=100), True),
        ("0 12 * * *", timedelta(hours=6), False),
        ("0 12 * * *", timedelta(hours=8), True),
    ],
)
def test_a_cron_that_died_is_noticed(schedule: str, waited: timedelta, expected: bool) -> None:
    """A site that has been due for longer than lies between two of its times, and an hour, is a
    problem that says since when; one that is due every day after seven hours.
    """
    last = due_time(site("a", schedule), NOON - timedelta(minutes=1)) - timedelta(days=1)
    due = due_time(site("a", schedule), last)
    starts = LastStarts(started={"a": last})
    problem = timing_problem(site("a", schedule), starts, due + waited, since=NOON)
    assert (problem is not None) is expected
    assert problem is None or f"due since {due:%Y-%m-%d %H:%M} UTC" in problem


def test_a_cron_that_was_never_installed_is_noticed() -> None:
    """A site that was never crawled is due from when the configuration was written."""
    one, starts = site("a", "*/30 * * * *"), LastStarts()
    assert timing_problem(one, starts, NOON + timedelta(hours=1), since=NOON) is None
    assert "due since" in str(timing_problem(one, starts, NOON + timedelta(hours=2), since=NOON))


def test_what_waits_for_a_reason_is_not_overdue() -> None:
    """Neither a paused site, nor one without a schedule, nor one that is being crawled; nor one
    that waits for another's crawl, unless that takes more than a day.
    """
    starts = LastStarts(started={"a": NOON})
    late = NOON + timedelta(hours=20)
    for one in (site("a", "*/30 * * * *", paused=True), site("a", None)):
        assert timing_problem(one, starts, late, since=NOON) is None
    one = site("a", "*/30 * * * *")
    assert timing_problem(one, starts, late, since=NOON, running=True) is None
    assert timing_problem(one, starts, late, since=NOON, busy=True) is None
    assert timing_problem(one, starts, late + timedelta(days=1), since=NOON, busy=True) is not None


def test_a_crawl_in_the_future_is_a_problem() -> None:
    """Its date is named, and the clock."""
    problem = timing_problem(site("a", None), LastStarts(ahead={"a": FUTURE}), NOON, since=NOON)
    assert "2027-06-01 00:00 UTC" in str(problem)
    assert "clock" in str(problem)


def test_a_site_that_asks_to_be_left_alone_is_not_overdue(layout: CollectionFolder) -> None:
    """It is away until all its hosts may be asked again, in whatever run; then it has its usual
    time.
    """
    daily = site("a", "0 * * * *")
    frontier = Frontier(layout.frontier)
    frontier.hosts.keep_host("a.example", held=86400.0, refused_runs=0, answer_time=0.0)
    frontier.close()
    now = datetime.now(UTC)
    starts = last_starts(layout, now)
    assert starts.is_away(daily, now)
    assert not starts.is_away(daily, now + timedelta(hours=23, minutes=58))
    began = LastStarts(started={"a": now - timedelta(days=2)}, held=starts.held)
    assert timing_problem(daily, began, now, since=now) is None
    assert timing_problem(daily, began, now + timedelta(days=1), since=now) is None
    assert timing_problem(daily, began, now + timedelta(days=2), since=now) is not None
    elsewhere = SiteConfig(name="b", start=("https://a.example/", "https://b.example/"))
    assert not starts.is_away(elsewhere, now)
