"""Made-up weeks of a newsroom, looked at after each crawl: quiet ones raise no alarm, and each kind
of fault is named once, soon, and closed.

`pytest -s` prints precision and delay; `make fortnight` takes more newsrooms and seeds.
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from years.made_weeks import DAY, HOUR, Fault, Newsroom, live_through, watch

from archive.model.alarm import AlarmKind

SEEDS = 4 if "WARRAQ_DAYS" in os.environ else 1
ROOMS = {
    "26 a day": Newsroom(),
    "80 a day": Newsroom(a_day=80),
    "3 a day": Newsroom(a_day=3),
    "one in two days": Newsroom(a_day=0.5),
    "nothing at weekends": Newsroom(at_weekends=0),
    "undated, four times a day": Newsroom(every=6 * HOUR, dated=False),
}
# How late each kind may be noticed at 26 articles a day.
LATEST = {
    AlarmKind.SILENCE: 20 * HOUR,
    AlarmKind.EMPTY_SOURCE: 3 * HOUR,
    AlarmKind.LAYOUT: 14 * HOUR,
    AlarmKind.WALL: HOUR,
    AlarmKind.ERRORS: 12 * HOUR,
    AlarmKind.GONE: 6 * HOUR,
    AlarmKind.FUTURE_DATES: 14 * HOUR,
    AlarmKind.ALWAYS_FAILING: 4 * DAY,
}
LONG = {AlarmKind.ALWAYS_FAILING: 5 * DAY, AlarmKind.LAYOUT: 4 * DAY}


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
def test_quiet_weeks_raise_no_alarm(room: Newsroom) -> None:
    """Nights, weekends, three holidays, dead links and slow hours of eight weeks are normal."""
    for seed in range(SEEDS):
        watched = watch(room, live_through(room, 56, seed), step=3 if room.every == HOUR else 1)
        assert watched.opened == []


@pytest.mark.parametrize("kind", LATEST)
def test_each_fault_is_named_once_and_closed(kind: AlarmKind) -> None:
    """In the fifth week: soon, nothing else with it, and it is over within a day of its end."""
    room = Newsroom()
    fault = Fault(kind=kind, begins=30 * DAY, lasts=LONG.get(kind, 2 * DAY))
    days = 44 if kind is AlarmKind.ALWAYS_FAILING else 38
    weeks = live_through(room, days, 7, fault)
    watched = watch(room, weeks, begins=28 * DAY)
    delay = watched.delay(fault)
    print(f"{kind}: {len(watched.opened)} alarms, the first after {delay}")
    assert [alarm.kind for _, alarm in watched.opened] == [kind]
    assert delay is not None
    assert delay <= LATEST[kind]
    ((closed, over),) = watched.closed
    ended = watched.opened[0][0] - delay + fault.lasts
    assert over is kind
    assert ended <= closed <= ended + (9 * DAY if kind is AlarmKind.ALWAYS_FAILING else DAY)


def test_a_first_week_teaches_enough_to_notice_a_silent_day() -> None:
    """A site known for six days that is silent on the seventh is told of on that day."""
    room, fault = Newsroom(), Fault(kind=AlarmKind.SILENCE, begins=6 * DAY)
    watched = watch(room, live_through(room, 10, 3, fault))
    assert [alarm.kind for _, alarm in watched.opened] == [AlarmKind.SILENCE]
    assert (watched.delay(fault) or DAY) < timedelta(hours=22)


def test_precision_over_newsrooms_and_faults() -> None:
    """Over sites of many and of few articles, of all alarms that are raised none is false."""
    raised = false = 0
    for a_day in (8, 120):
        room = Newsroom(a_day=a_day)
        for kind in LATEST:
            fault = Fault(kind=kind, begins=23 * DAY, lasts=LONG.get(kind, 2 * DAY))
            weeks = live_through(room, 31, 5, fault)
            watched = watch(room, weeks, step=2, begins=21 * DAY)
            raised += len(watched.opened)
            wrong = watched.false_alarms(fault)
            false += len(wrong)
            print(f"{a_day} a day, {kind}: after {watched.delay(fault)}", wrong or "")
    print(f"precision: {raised - false} of {raised}")
    assert raised >= 2 * len(LATEST)
    assert false == 0
