"""A newspaper crawled every hour for days: what it costs, and what is noticed how late.

`make test` lives through some days, `make fortnight` through fourteen (WARRAQ_DAYS).
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from years.fortnight import BEGAN, DAY, HOUR, Outcome, fortnight

from archive.layout import CollectionFolder
from archive.model.alarm import AlarmKind

FORTNIGHT = 14
MOST = 6  # requests an article in all
DAYS = int(os.environ.get("WARRAQ_DAYS", "1"))


def within(late: list[timedelta | None], bound: timedelta) -> int:
    """How many were noticed within a time."""
    return sum(each is not None and each <= bound for each in late)


def told(outcome: Outcome) -> str:
    """The figures."""
    new, end = outcome.of("publish"), BEGAN + DAYS * DAY
    bounds = {"publish": 2 * HOUR, "fresh": 2 * HOUR, "old": DAY, "remove": 2 * DAY}
    noticed = "; ".join(
        "{}: {} of {} within {:.0f} h".format(
            kind, *outcome.in_time(kind, bound, end), bound / HOUR
        )
        for kind, bound in bounds.items()
    )
    return (
        f"{outcome.articles} articles of {len(new)}, {outcome.versions} versions;"
        f" {outcome.requests} requests, {outcome.requests / max(1, len(new)):.1f} each"
        f" ({', '.join(f'{n} {kind}' for kind, n in outcome.spent.most_common())}); {noticed};"
        " alarms: "
        + (", ".join(f"{alarm.kind} at {at:%d %b %H:%M}" for at, alarm in outcome.alarms) or "none")
    )


@pytest.mark.parametrize("states", [True, False], ids=["states lastmod", "states nothing"])
def test_a_newspaper_every_hour(tmp_path: Path, *, states: bool) -> None:
    """Every story is captured within two hours, and no version is made up; edits that are stated
    are seen within two hours, too, in a fortnight all but one.
    """
    layout = CollectionFolder.create(tmp_path / "collection", "")
    outcome = fortnight(layout, states=states, days=DAYS, tell=print)
    print(told(outcome))
    new, edits = outcome.of("publish"), outcome.of("edit")
    assert within(new, 2 * HOUR) == outcome.articles == len(new)
    if states and DAYS < FORTNIGHT:
        assert within(edits, 2 * HOUR) == len(edits)
    assert outcome.versions <= outcome.articles + len(edits)
    # What happens is told, and nothing else: a day of silence, then hours out of order.
    days = {alarm.kind: (at - BEGAN).days for at, alarm in outcome.alarms}
    assert len(days) == len(outcome.alarms)
    if DAYS >= 8:
        assert days[AlarmKind.SILENCE] == 6
    assert set(days) <= {AlarmKind.SILENCE, AlarmKind.ERRORS, AlarmKind.LAYOUT}
    if DAYS >= FORTNIGHT:
        hold_to_the_goal(outcome, states=states)


def hold_to_the_goal(outcome: Outcome, *, states: bool) -> None:
    """Takedowns within two days; where changes are stated, at most six requests an article and all
    edits but one: within two hours of fresh stories, and a day of old ones. Who states nothing is
    visited for it, and may cost more.
    """
    end = BEGAN + DAYS * DAY
    caught, removed = outcome.in_time("remove", 2 * DAY, end)
    assert caught == removed
    if states:
        assert outcome.spent.total() <= MOST * len(outcome.of("publish"))
        edits = [outcome.in_time("fresh", 2 * HOUR, end), outcome.in_time("old", DAY, end)]
        assert sum(seen for seen, _ in edits) >= sum(made for _, made in edits) - 1
