"""All kinds of alarms over one history; `tests/years/test_alarms.py` lives through weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from years.made_weeks import DAY, Fault, Newsroom, live_through

from archive.model.alarm import AlarmKind
from archive.query.alarms.detection import detect_alarms
from archive.query.alarms.site_history import SiteHistory

NOW = datetime(2026, 3, 2, tzinfo=UTC) + 24 * DAY


def test_a_site_that_was_never_crawled_has_no_alarm() -> None:
    """Nothing is known of it."""
    assert detect_alarms(SiteHistory(site="new"), NOW) == []


def test_behind_a_wall_there_is_no_silence() -> None:
    """The wall is named with who stands there, and nothing that follows from it."""
    fault = Fault(kind=AlarmKind.WALL, begins=22 * DAY, lasts=3 * DAY)
    history = live_through(Newsroom(), 24, 1, fault).until(NOW, "Asia/Baghdad")
    (alarm,) = detect_alarms(history, NOW, blocker="Anubis (anubis_challenge)")
    assert alarm.kind is AlarmKind.WALL
    assert alarm.text.startswith("Anubis")


def test_what_stands_for_a_month_is_the_new_normal() -> None:
    """An open alarm of a layout teaches nothing for four weeks; then it is accepted."""
    fault = Fault(kind=AlarmKind.LAYOUT, begins=20 * DAY, lasts=40 * DAY)
    weeks = live_through(Newsroom(), 50, 1, fault)
    opened = {AlarmKind.LAYOUT: NOW - 4 * DAY}
    for days, kinds in ((20, [AlarmKind.LAYOUT]), (25, [])):
        now = NOW + timedelta(days=days)
        history = weeks.until(now, "Asia/Baghdad")
        assert [alarm.kind for alarm in detect_alarms(history, now, open_since=opened)] == kinds
