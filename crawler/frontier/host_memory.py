"""What outlives a process of how hosts want to be treated: until when each is to be left alone, how
long it takes to answer, and the robots.txt that applies.

Kept in the frontier's database. Times are Unix times, and a date that the clock contradicts is
distrusted: a clock that jumps neither closes a host for good nor keeps a robots.txt for ever. What
follows from it is `crawler.politeness`'.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crawler.frontier.stored_rows import stored_rows

# User name and password that a site wrote into an address of its robots.txt. They are in the WARC,
# as sent, and nowhere else; they are never sent either.
_CREDENTIALS = re.compile(rb"(?<=//)[^/?#\\\s]*@")

SCHEMA = """
CREATE TABLE IF NOT EXISTS hosts (
    host         TEXT PRIMARY KEY,           -- with its port, as in a URL
    noted        REAL NOT NULL,              -- Unix time of this row
    held_until   REAL NOT NULL,              -- Unix time until which it is to be left alone
    refused_runs INTEGER NOT NULL,           -- runs in a row that it only refused (429, 503)
    answer_time  REAL NOT NULL               -- seconds; a moving mean
);
CREATE TABLE IF NOT EXISTS robots (
    origin TEXT PRIMARY KEY,
    asked  REAL NOT NULL,                    -- Unix time
    url    TEXT NOT NULL,                    -- where the redirects led
    status INTEGER NOT NULL,
    body   BLOB NOT NULL,                    -- decoded, as far as it is read
    record TEXT NOT NULL                     -- WARC-Record-ID of the capture
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRecord:
    """How a host stood: `held` are the seconds for which it is still to be left alone;
    `answer_time` in seconds, 0 where it is not known.
    """

    held: float = 0.0
    refused_runs: int = 0
    answer_time: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRecord:
    """The answer to a robots.txt, its redirects followed, `age` seconds ago; `record` is the
    WARC-Record-ID of its capture.
    """

    url: str
    status: int
    body: bytes
    record: str
    age: float = 0.0


class HostMemory:
    """The tables `hosts` and `robots` on an open connection; `wall` gives Unix times."""

    def __init__(self, db: sqlite3.Connection, wall: Callable[[], float]) -> None:
        self._db = db
        self._wall = wall
        db.executescript(SCHEMA)

    def recall_host(self, host: str) -> HostRecord:
        """How a host stood when it was kept last."""
        row = self._db.execute(
            "SELECT noted, held_until, refused_runs, answer_time FROM hosts WHERE host=?", (host,)
        ).fetchone()
        if row is None:
            return HostRecord()
        noted, until, refused, answer_time = row
        return HostRecord(
            held=_seconds_left(noted, until, self._wall()),
            refused_runs=refused,
            answer_time=answer_time,
        )

    def keep_host(self, host: str, *, held: float, refused_runs: int, answer_time: float) -> None:
        """Keep how a host stands; `held` are seconds from now on, if it is not held for longer
        already: by another process.
        """
        now, held = self._wall(), max(held, self.recall_host(host).held)
        self._db.execute(
            "INSERT OR REPLACE INTO hosts VALUES (?, ?, ?, ?, ?)",
            (host, now, now + held, refused_runs, answer_time),
        )

    def recall_robots(self, origin: str) -> RobotsRecord | None:
        """The robots.txt of an origin as it was kept last; None where there is none, or it is dated
        in the future.
        """
        row = self._db.execute(
            "SELECT url, status, body, record, asked FROM robots WHERE origin=?", (origin,)
        ).fetchone()
        if row is None or (age := self._wall() - row[4]) < 0:
            return None
        url, status, body, record = row[:4]
        return RobotsRecord(url=url, status=status, body=bytes(body), record=record, age=age)

    def keep_robots(self, origin: str, answer: RobotsRecord) -> None:
        """Keep the robots.txt of an origin as it was answered `age` seconds ago, without
        credentials in its addresses.
        """
        asked = self._wall() - answer.age
        body = _CREDENTIALS.sub(b"", answer.body)
        self._db.execute(
            "INSERT OR REPLACE INTO robots VALUES (?, ?, ?, ?, ?, ?)",
            (origin, asked, answer.url, answer.status, body, answer.record),
        )


def _seconds_left(noted: float, until: float, now: float) -> float:
    """Seconds until the end of a hold; where the clock was set back, no more than it had left when
    it was noted.
    """
    return max(0.0, min(until - now, until - noted))


def holds(path: Path, now: float) -> dict[str, float]:
    """Until when (Unix time) each host that was held is to be left alone, also those whose time is
    over by `now`; read without opening the frontier in `path` for writing. Empty where there is
    none that can be read: it may be deleted at any time.
    """
    known: dict[str, float] = {}
    for host, noted, until in stored_rows(path, "SELECT host, noted, held_until FROM hosts"):
        if until > noted:
            known[host] = now + left if (left := _seconds_left(noted, until, now)) else until
    return known
