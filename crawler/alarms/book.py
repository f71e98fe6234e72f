"""Which alarms are open, what was told of them, and what is still to be sent: `state/alarms.json`.

An alarm is told when it begins and when it is over. One that comes back soon after is open again at
once, and told only if it stays. The file may be deleted: what is wrong then is told once more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from archive.locks.file_locks import FileLock
from archive.locks.file_modes import FILE_MODE, make_folder
from archive.model import iso_utc
from archive.model.alarm import Alarm, AlarmKind

# An alarm that is back within REST is told only once it has stood for STAYS.
REST, STAYS = timedelta(hours=12), timedelta(hours=6)
# A notice that no channel takes is tried again in so many runs.
TRIES = 20
_PATIENCE = 60.0  # seconds for which another process is waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedAlarm:
    """An alarm as it is remembered: when it was opened here, when closed; `quiet` while it is not
    told.
    """

    alarm: Alarm
    opened: datetime
    closed: datetime | None = None
    quiet: bool = False

    @property
    def key(self) -> tuple[str | None, AlarmKind]:
        """What tells it from others: site and kind."""
        return self.alarm.site, self.alarm.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be told at once: alarms that began, and alarms that are over. `left` names the
    channels that have not taken it, after so many `tries`.
    """

    at: datetime
    opened: tuple[Alarm, ...] = ()
    closed: tuple[Alarm, ...] = ()
    left: tuple[str, ...] = ()
    tries: int = 0


@dataclass(slots=True, kw_only=True)
class AlarmBook:
    """The alarms of a collection. `looked`: when each site was looked at last."""

    open: dict[tuple[str | None, AlarmKind], BookedAlarm] = field(default_factory=dict)
    recent: dict[tuple[str | None, AlarmKind], BookedAlarm] = field(default_factory=dict)
    looked: dict[str, datetime] = field(default_factory=dict)
    pending: list[Notice] = field(default_factory=list)

    def alarms_of(self, site: str | None) -> list[Alarm]:
        """The open alarms of a site, or (None) of the collection itself."""
        return [booked.alarm for booked in self.open.values() if booked.alarm.site == site]

    def open_since(self, site: str | None) -> dict[AlarmKind, datetime]:
        """The same by kind, with the time since when."""
        return {alarm.kind: alarm.since for alarm in self.alarms_of(site)}

    def enter(self, site: str | None, alarms: Iterable[Alarm], now: datetime) -> Notice:
        """Take down the alarms of a site as they stand now; what of it is to be told."""
        current = {(site, alarm.kind): alarm for alarm in alarms}
        opened = [alarm for key, alarm in current.items() if self._open(key, alarm, now)]
        over = [key for key in self.open if key[0] == site and key not in current]
        closed = [self._close(key, now) for key in over]
        if site is not None:
            self.looked[site] = now
        told = tuple(booked.alarm for booked in closed if not booked.quiet)
        return Notice(at=now, opened=tuple(opened), closed=told)

    def _open(self, key: tuple[str | None, AlarmKind], alarm: Alarm, now: datetime) -> bool:
        """Open an alarm, or keep it open; whether it is to be told."""
        known = self.open.get(key)
        if known is not None:
            told = known.quiet and now - known.opened >= STAYS
            since = min(known.alarm.since, alarm.since)
            self.open[key] = replace(
                known, alarm=replace(alarm, since=since), quiet=known.quiet and not told
            )
            return told
        before = self.recent.pop(key, None)
        quiet = before is not None and before.closed is not None and now - before.closed < REST
        self.open[key] = BookedAlarm(alarm=alarm, opened=now, quiet=quiet)
        return not quiet

    def _close(self, key: tuple[str | None, AlarmKind], now: datetime) -> BookedAlarm:
        booked = replace(self.open.pop(key), closed=now)
        self.recent[key] = booked
        return booked

    def forget_others(self, sites: Iterable[str], now: datetime) -> None:
        """Drop what is remembered of sites that are no more, and of what was over long ago."""
        names = {*sites, None}
        self.open = {key: booked for key, booked in self.open.items() if key[0] in names}
        self.looked = {site: time for site, time in self.looked.items() if site in names}
        self.recent = {
            key: booked
            for key, booked in self.recent.items()
            if key[0] in names and booked.closed is not None and now - booked.closed < REST
        }


def read_book(folder: Path) -> AlarmBook:
    """The book of the collection whose `state/` is `folder`; an empty one where there is none that
    can be read.
    """
    try:
        return _book_of(json.loads(_file(folder).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return AlarmBook()


@contextmanager
def change_book(folder: Path) -> Iterator[AlarmBook]:
    """The book, to be changed in the block and written behind it; other processes wait.

    Raises OSError where it cannot be written.
    """
    make_folder(folder)
    path = folder / "alarms.lock"
    lock = FileLock(path)
    if not lock.acquire(wait=_PATIENCE):
        raise TimeoutError(f"{path}: another process has held the alarms for {_PATIENCE:.0f} s")
    try:
        book = read_book(folder)
        yield book
        fresh = _file(folder).with_suffix(".new")
        text = json.dumps(_plain_book(book), ensure_ascii=False, indent=1)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "w") as to:
            to.write(text)
        fresh.replace(_file(folder))
    finally:
        lock.release()


def _file(folder: Path) -> Path:
    return folder / "alarms.json"


def plain_alarm(alarm: Alarm) -> dict[str, str | None]:
    """An alarm as JSON has it."""
    return {
        "site": alarm.site,
        "kind": str(alarm.kind),
        "since": iso_utc(alarm.since),
        "text": alarm.text,
    }


def _alarm_of(row: Mapping[str, Any]) -> Alarm:
    return Alarm(
        kind=AlarmKind(row["kind"]),
        since=datetime.fromisoformat(row["since"]),
        text=row["text"],
        site=row["site"],
    )


def _plain_book(book: AlarmBook) -> dict[str, Any]:
    return {
        "open": [_plain_booked(booked) for booked in book.open.values()],
        "recent": [_plain_booked(booked) for booked in book.recent.values()],
        "looked": {site: iso_utc(time) for site, time in book.looked.items()},
        "pending": [
            {
                "at": iso_utc(notice.at),
                "opened": [plain_alarm(alarm) for alarm in notice.opened],
                "closed": [plain_alarm(alarm) for alarm in notice.closed],
                "left": list(notice.left),
                "tries": notice.tries,
            }
            for notice in book.pending
        ],
    }


def _plain_booked(booked: BookedAlarm) -> dict[str, Any]:
    closed = iso_utc(booked.closed) if booked.closed else None
    state = {"opened": iso_utc(booked.opened), "closed": closed, "quiet": booked.quiet}
    return plain_alarm(booked.alarm) | state


def _book_of(plain: Mapping[str, Any]) -> AlarmBook:
    return AlarmBook(
        open={booked.key: booked for booked in map(_booked_of, plain["open"])},
        recent={booked.key: booked for booked in map(_booked_of, plain["recent"])},
        looked={site: datetime.fromisoformat(time) for site, time in plain["looked"].items()},
        pending=[
            Notice(
                at=datetime.fromisoformat(row["at"]),
                opened=tuple(map(_alarm_of, row["opened"])),
                closed=tuple(map(_alarm_of, row["closed"])),
                left=tuple(row["left"]),
                tries=row["tries"],
            )
            for row in plain["pending"]
        ],
    )


def _booked_of(row: Mapping[str, Any]) -> BookedAlarm:
    return BookedAlarm(
        alarm=_alarm_of(row),
        opened=datetime.fromisoformat(row["opened"]),
        closed=datetime.fromisoformat(row["closed"]) if row["closed"] else None,
        quiet=row["quiet"],
    )
