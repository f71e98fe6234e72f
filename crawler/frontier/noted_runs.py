"""When each site's last run began and how far its back-fills are, as the frontier has it, read
without opening it for writing.

The frontier has one row a site, and the last run wrote it: it says what was last even where a clock
was wrong, which dates cannot.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.frontier.stored_rows import stored_rows


def noted_starts(path: Path) -> dict[str, datetime]:
    """The start of each site's last run but for back-fills, whatever its date (aware); empty where
    there is no frontier in `path`, or none that can be read: it may be deleted at any time.
    """
    return {queue: started for queue, started in _noted(path).items() if " " not in queue}


def _noted(path: Path) -> dict[str, datetime]:
    return {
        queue: datetime.fromisoformat(json.loads(summary)["started"])
        for queue, summary in stored_rows(path, "SELECT site, summary FROM runs")
    }


def noted_back_fill_starts(path: Path) -> dict[str, datetime]:
    """The start of the last run of each site's back-fills (aware); empty as for `noted_starts`."""
    starts: dict[str, datetime] = {}
    for queue, started in _noted(path).items():
        site, _, window = queue.partition(" ")
        if window:
            starts[site] = max(started, starts.get(site, started))
    return starts


@dataclass(frozen=True, slots=True, kw_only=True)
class BackFillStanding:
    """A back-fill that is not over: its `site` and the days of its window (None: open), the oldest
    day with an article read (`reached`, ISO; None before there is any), how many addresses wait.
    """

    site: str
    since: str | None
    until: str | None
    reached: str | None
    waiting: int

    def __str__(self) -> str:
        window = f"{self.since or 'the beginning'} to {self.until or 'today'}"
        come = f"back to {self.reached}" if self.reached else "no article yet"
        return f"{self.site}: back-fill of {window}: {come}, {self.waiting} waiting"


def noted_back_fills(path: Path) -> list[BackFillStanding]:
    """The back-fills of which something waits, by site and window; empty as for `noted_starts`."""
    rows = stored_rows(
        path,
        "SELECT queue, reached, (SELECT count(*) FROM entries WHERE site = queue AND state < 2)"
        " FROM back_fills ORDER BY queue",
    )
    found: list[BackFillStanding] = []
    for queue, reached, waiting in rows:
        site, _, window = queue.partition(" ")
        since, _, until = window.partition("..")
        if waiting:
            found.append(
                BackFillStanding(
                    site=site,
                    since=since or None,
                    until=until or None,
                    reached=reached,
                    waiting=waiting,
                )
            )
    return found
