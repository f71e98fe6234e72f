"""Whether articles disappear in numbers: a section that is closed, or a server that answers every
old address with a page that says "not found". Pure.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from archive.model.alarm import Alarm, AlarmKind
from archive.query.alarms.site_history import PastGone, SiteHistory

# So many within so long, and so many times what any such time before had.
WITHIN, COUNT, TIMES = timedelta(days=2), 10, 3


def find_disappearing(history: SiteHistory, now: datetime) -> Alarm | None:
    """The alarm where far more articles disappeared within two days than ever before."""
    latest = [each for each in history.gone if each.since > now - WITHIN]
    if len(latest) < max(COUNT, TIMES * _most_before(history.gone, now - WITHIN)):
        return None
    soft = sum(not each.reason.startswith(("HTTP ", "redirects ")) for each in latest)
    how = f", {soft} of them answered with status 200" if soft else ""
    text = f"{len(latest)} articles disappeared within two days{how}: {latest[-1].reason}"
    return Alarm(kind=AlarmKind.GONE, site=history.site, since=latest[0].since, text=text)


def _most_before(gone: tuple[PastGone, ...], until: datetime) -> int:
    """The most that disappeared within such a time before."""
    times = [each.since for each in gone if each.since <= until]
    most = begin = 0
    for end, time in enumerate(times):
        while time - times[begin] > WITHIN:
            begin += 1
        most = max(most, end - begin + 1)
    return most
