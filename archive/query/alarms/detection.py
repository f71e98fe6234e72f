"""What departs from a site's normal: every kind of alarm over one history. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from archive.model.alarm import Alarm, AlarmKind
from archive.query.alarms.disappearing import find_disappearing
from archive.query.alarms.layout_drift import find_future_dates, find_layout_drift
from archive.query.alarms.refusals import find_always_failing, find_errors, find_wall
from archive.query.alarms.silence import find_empty_sources, find_silence
from archive.query.alarms.site_history import SiteHistory

# After so long what an alarm is about is the new normal.
ACCEPTED = timedelta(weeks=4)


def detect_alarms(
    history: SiteHistory,
    now: datetime,
    *,
    open_since: Mapping[AlarmKind, datetime] | None = None,
    blocker: str | None = None,
) -> list[Alarm]:
    """The alarms of a site as it stands, at most one of a kind.

    `open_since`: the alarms that are open already, and since when; what came after them teaches
    nothing. `blocker`: who turns the crawler away, if anybody does.
    """
    normal = {kind: since for kind, since in (open_since or {}).items() if now - since < ACCEPTED}
    wall = find_wall(history, blocker=blocker)
    candidates = [
        wall,
        None if wall else find_silence(history),
        find_empty_sources(history),
        find_layout_drift(history, normal_until=normal.get(AlarmKind.LAYOUT)),
        *find_errors(history, normal_until=normal.get(AlarmKind.ERRORS)),
        find_disappearing(history, now),
        find_future_dates(history),
        find_always_failing(history, now),
    ]
    alarms: dict[AlarmKind, Alarm] = {}
    for alarm in candidates:
        if alarm is not None:
            alarms.setdefault(alarm.kind, alarm)
    return list(alarms.values())
