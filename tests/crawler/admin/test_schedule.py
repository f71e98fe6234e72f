"""Which sites are due, and the text that has cron or systemd ask so."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.config import SiteConfig
from archive.errors import UsageError
from crawler.admin.schedule import (
    Schedule,
    crontab_lines,
    due_sites,
    is_due,
    plan_schedule,
    polling_minutes,
    replace_crontab_lines,
    systemd_units,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def site(name: str, schedule: str | None, timezone: str = "UTC") -> SiteConfig:
    return SiteConfig(
        name=name, start=("https://a.example/",), schedule=schedule, timezone=timezone
    )


def schedule(root: str = "/srv/news", minutes: int = 5) -> Schedule:
    return Schedule(
        root=Path(root), command=("/opt/bin/warraq", "-C", root, "-q", "run-due"), minutes=minutes
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


def test_crontab_line_is_quoted_for_shell_and_cron() -> None:
    """A folder with a blank or a per cent sign reaches the shell whole: cron would end the command
    at a bare %.
    """
    comment, line = crontab_lines(schedule("/srv/my 100% news")).splitlines()
    assert comment.startswith("# warraq-my-100-news-")
    assert line == r"*/5 * * * * /opt/bin/warraq -C '/srv/my 100\% news' -q run-due >/dev/null"


def test_crontab_is_changed_only_in_our_lines() -> None:
    """Installing twice leaves one line, removing takes out ours alone, and other lines stay as they
    were.
    """
    other = "MAILTO=me\n0 1 * * * backup\n# warraq is nice\n"
    once = replace_crontab_lines(other, schedule(), install=True)
    assert once.startswith(other)
    assert replace_crontab_lines(once, schedule(), install=True) == once
    assert replace_crontab_lines(once, schedule("/srv/else"), install=False) == once
    assert replace_crontab_lines(once, schedule(), install=False) == other


def test_systemd_words_are_escaped() -> None:
    """Blanks, per cent and dollar signs in the folder survive systemd's own rules."""
    units = systemd_units(schedule("/srv/my $100% news"))
    service = next(text for name, text in units.items() if name.endswith(".service"))
    assert 'ExecStart=/opt/bin/warraq -C "/srv/my $$100%% news" -q run-due\n' in service
    assert "SuccessExitStatus=75" in service
    timer = next(text for name, text in units.items() if name.endswith(".timer"))
    assert "OnCalendar=*:0/5\n" in timer


def test_names_differ_for_folders_of_one_name() -> None:
    """Two collections called alike get units and crontab lines of their own."""
    assert schedule("/a/news").name != schedule("/b/news").name


def test_plan_refuses_what_would_do_nothing(tmp_path: Path) -> None:
    """Without any schedule in the file, or for a site that has none, the person is told what to
    write.
    """
    sites = [site("a", None), site("b", "0 * * * *")]
    with pytest.raises(UsageError, match=r"schedule = "):
        plan_schedule(tmp_path, [site("a", None)])
    with pytest.raises(UsageError, match="for a;"):
        plan_schedule(tmp_path, sites, only=["a"])
    assert plan_schedule(tmp_path, sites).command[-1] == "run-due"
    assert plan_schedule(tmp_path, sites, only=["b"]).command[-2:] == ("run-due", "b")
