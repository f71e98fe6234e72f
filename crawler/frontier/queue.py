"""What a crawl will fetch next, on SQLite: nothing queued is lost with the process, and nothing is
fetched needlessly twice.

At least once: an entry is leased before its fetch and acknowledged only when its capture is
durable, the index committed and its links queued, the last two in one transaction here. What a
killed process had leased is released by the next one, and answered from its capture where there
is one. Which URL
may be queued is `crawler.frontier.scope`'s question; when a host may be asked is
`crawler.politeness`'.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.index.connection import create_private, storage_errors
from archive.model import CrawlSummary, LeftOut, LeftOutReason
from archive.urls import is_amp
from crawler.frontier.entry_table import (
    ADVANCE_LAST,
    COUNT_WAITING,
    FORMAT,
    INSERT_ENTRY,
    LEASE_NEXT,
    LEASE_STARTED,
    NEXT_DUE,
    PROMOTE_ENTRY,
    SCHEMA,
    STARTED,
    claims_text,
    entry_from_row,
    request_blob,
    row_from_entry,
)
from crawler.frontier.host_memory import HostMemory
from crawler.frontier.key_set import KeySet
from crawler.frontier.queued_url import (
    EntryState,
    LastRun,
    QueuedUrl,
    UnaskedEntry,
    key_of,
    queue_priority,
)
from crawler.frontier.scope import UrlKind
from crawler.frontier.sibling_queues import SiblingQueues

PAST = "past"  # the reason of further pages of a listing that lie before the window of days
TRAP = "trap"  # the reason of entries that are given up because their shape brings nothing
_ENDED = (int(EntryState.DONE), int(EntryState.DEAD))
_REPAIR = "the crawl's state may be deleted, the next crawl finds everything anew"


class _Connection(sqlite3.Connection):
    """A connection that raises StorageError if the disk or a lock refuses. `place` is the file."""

    place: Path

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        with _state_errors(self.place):
            return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        with _state_errors(self.place):
            return super().executemany(*arguments)


class Frontier:
    """The queue of all sites of one collection, in `path`. To be used from one thread.

    `timeout` is how long, in seconds, it waits for another writer. StorageError where the disk or a
    lock refuses.
    """

    def __init__(self, path: Path, *, timeout: float = 30.0) -> None:
        create_private(path)
        with _state_errors(path):
            self._db = sqlite3.connect(
                path, isolation_level=None, timeout=timeout, factory=_Connection
            )
            self._db.place = path
            self._prepare()
        self.hosts = HostMemory(self._db, time.time)
        self._path = path
        self.siblings = SiblingQueues(self._db)
        self._known: dict[str, KeySet] = {}
        self._seen: dict[str, KeySet] = {}
        self._amp: set[int] = set()  # keys of which this process has met no other form yet

    def _prepare(self) -> None:
        # NORMAL: a power cut may forget the last moments. They are then fetched again, never lost.
        self._db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
        )
        if self._db.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            # State of another version is not worth a migration: the next crawl finds everything
            # anew.
            self._db.executescript(
                "DROP TABLE IF EXISTS entries; DROP TABLE IF EXISTS runs;"
                " DROP TABLE IF EXISTS left_out;"
            )
            self._db.execute(f"PRAGMA user_version={FORMAT}")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file; what is leased stays leased."""
        self._db.close()

    # --------------------------------------------------------------------------------------- adding

    def unseen_urls(self, site: str, urls: Iterable[str]) -> list[str]:
        """Those of `urls` that this process has not passed here before, compared as strings.

        A cheap first filter: pages of one site share most of their links.
        """
        seen = self._seen.setdefault(site, KeySet())
        return [url for url in urls if seen.add(hash(url))]

    def add(self, site: str, entries: Iterable[QueuedUrl]) -> int:
        """Queue what is not known yet; the number of new entries.

        A waiting entry that is announced anew keeps the better place and gains the announcement.
        """
        with self.transaction():
            return self._add(site, entries)

    def _add(self, site: str, entries: Iterable[QueuedUrl]) -> int:
        known = self._known_of(site)
        fresh, again = [], []
        for entry in entries:
            key = key_of(site, entry)
            if known.add(key):
                fresh.append(row_from_entry(site, key, entry, EntryState.WAITING))
                if is_amp(entry.url):
                    self._amp.add(key)
                continue
            if key in self._amp and not is_amp(
                entry.url
            ):  # the page itself, of which only the AMP form was known
                self._amp.discard(key)
                self._db.execute(
                    "UPDATE entries SET url=?, priority=? WHERE key=? AND state=0",
                    (entry.url, queue_priority(entry), key),
                )
            if entry.claims or entry.kind is UrlKind.FEED:
                again.append(
                    (queue_priority(entry), entry.kind, claims_text(entry), entry.guess, key)
                )
        if fresh:
            self._db.executemany(INSERT_ENTRY, fresh)
        if again:
            self._db.executemany(PROMOTE_ENTRY, again)
        return len(fresh)

    def requeue(self, site: str, entry: QueuedUrl) -> None:
        """Have this fetched whether it is known or not: a known entry, that must not be leased,
        takes the address and the request of the new one and waits as if it were new.
        """
        key = key_of(site, entry)
        with self.transaction():
            if self._add(site, [entry]):
                return
            self._db.execute(
                "UPDATE entries SET state=0, attempts=0, not_before=0, leased=NULL, url=?, via=?,"
                " kind=?, priority=?, redirected=?, request=? WHERE key=?",
                (
                    entry.url,
                    entry.via,
                    str(entry.kind),
                    queue_priority(entry),
                    int(entry.redirected),
                    request_blob(entry.request),
                    key,
                ),
            )

    def answer_from_archive(self, site: str, entries: Iterable[QueuedUrl]) -> None:
        """Have addresses wait as if a process had been killed after it had leased them (`leased`)
        and captured them. Those that wait already are left alone.
        """
        with self.transaction():
            for entry in entries:
                if not self._add(site, [entry]):
                    self._db.execute(
                        "UPDATE entries SET state=0, attempts=0, not_before=0, leased=?, url=?"
                        " WHERE key=? AND state IN (?, ?)",
                        (entry.leased, entry.url, key_of(site, entry), *_ENDED),
                    )

    def _known_of(self, site: str) -> KeySet:
        if site not in self._known:
            rows = self._db.execute("SELECT key FROM entries WHERE site=?", (site,))
            self._known[site] = KeySet(row[0] for row in rows)
        return self._known[site]

    # ------------------------------------------------------------------------------------- fetching

    def knows(self, site: str, key: int) -> bool:
        """Whether an entry of this key was ever queued, and not forgotten."""
        return key in self._known_of(site)

    def url_of(self, key: int) -> str | None:
        """The address of the entry of this key; None where there is none."""
        row = self._db.execute("SELECT url FROM entries WHERE key=?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def lease(
        self, site: str, now: float | None = None, *, count: int = 1, started: bool = False
    ) -> list[QueuedUrl]:
        """The next entries of a site that may be fetched now (Unix time), at most `count`, leased;
        the first to be fetched first.

        `started`: only what belongs to pages that were asked for (redirect targets, requisites).
        """
        now = time.time() if now is None else now
        statement = LEASE_STARTED if started else LEASE_NEXT
        rows = self._db.execute(statement, {"now": now, "site": site, "count": count}).fetchall()
        return [entry_from_row(row) for row in sorted(rows, key=lambda row: row[-2:])]

    def next_due(self, site: str, *, started: bool = False) -> float | None:
        """The Unix time at which the earliest waiting entry may be fetched; None where nothing
        waits. `started` as for `lease`.
        """
        statement = NEXT_DUE + (STARTED if started else "")
        row = self._db.execute(statement, (site,)).fetchone()
        return None if row[0] is None else float(row[0])

    def count_waiting(self, site: str) -> int:
        """How many entries of a site wait to be asked for."""
        row = self._db.execute(COUNT_WAITING, (site,)).fetchone()
        return int(row[0])

    def acknowledge(
        self, site: str, keys: Iterable[int], discovered: Iterable[QueuedUrl] = ()
    ) -> int:
        """Acknowledge leased entries by their keys and queue what they led to, in one transaction;
        the number of new entries.
        """
        with self.transaction():
            new = self._add(site, discovered)
            self._db.executemany(
                "UPDATE entries SET state=2, leased=NULL, claims=NULL, request=NULL WHERE key=?",
                [(key,) for key in keys],
            )
        return new

    def retry_later(self, key: int, at: float) -> None:
        """Give a leased entry back, not to be fetched before `at` (Unix time); counts the
        attempt.
        """
        self._db.execute(
            "UPDATE entries SET state=0, attempts=attempts+1, not_before=?, leased=NULL"
            " WHERE key=?",
            (at, key),
        )

    def put_back(self, key: int) -> None:
        """Give a leased entry back as if it had never been taken."""
        self._db.execute("UPDATE entries SET state=0, leased=NULL WHERE key=?", (key,))

    def mark_dead(self, key: int, reason: str) -> None:
        """The entry will not be fetched in this crawl; the archive may say why it waited before."""
        self._db.execute("UPDATE entries SET state=3, reason=?, told=0 WHERE key=?", (reason, key))

    # ------------------------------------------------------------------------------------- left out

    def leave_out(self, site: str, entries: Iterable[LeftOut]) -> None:
        """Keep addresses that are not queued, each with the reason met first, until they are
        noted as told.
        """
        self._db.executemany(
            "INSERT OR IGNORE INTO left_out VALUES (?, ?, ?, ?, ?)",
            [(site, each.url, str(each.why), each.detail, each.found_on) for each in entries],
        )

    def left_out(self, site: str) -> list[LeftOut]:
        """What is kept as left out."""
        rows = self._db.execute(
            "SELECT url, why, detail, found_on FROM left_out WHERE site=? ORDER BY url", (site,)
        )
        return [
            LeftOut(url=url, why=LeftOutReason(why), detail=detail, found_on=found_on)
            for url, why, detail, found_on in rows
        ]

    def unasked(self, site: str) -> Iterator[UnaskedEntry]:
        """The entries that were announced or linked and not asked for: those that wait, and those
        given up untried.
        """
        rows = self._db.execute(
            "SELECT url, via, iif(state=3, reason, NULL), told FROM entries"
            " WHERE site=? AND guess=0 AND kind != ?"
            " AND (state=0 OR (state=3 AND reason IN (?, ?))) ORDER BY seq",
            (site, str(UrlKind.REQUISITE), TRAP, PAST),
        )
        for url, via, given_up, told in rows:
            yield UnaskedEntry(url=url, via=via, given_up=given_up, told=bool(told))

    def note_told(self, site: str) -> None:
        """Note that the archive has what is left out, and why entries were not asked for."""
        with self.transaction():
            self._db.execute("DELETE FROM left_out WHERE site=?", (site,))
            self._db.execute(
                "UPDATE entries SET told=1 WHERE site=? AND told=0 AND state IN (0, 3)", (site,)
            )

    # ------------------------------------------------------------------------------ from run to run

    def release_leases(self, site: str) -> int:
        """Have all leased entries of a site wait again; how many they were. What has a low priority
        of its own comes forward: to be called once for each crawl.

        The time of the lease is kept: what was captured since need not be fetched again.
        """
        released = self._db.execute(
            "UPDATE entries SET state=0 WHERE site=? AND state=1", (site,)
        ).rowcount
        self._db.execute(ADVANCE_LAST, (site,))
        return released

    def forget_waits(self, site: str) -> None:
        """Forget waits and attempts of an earlier run: a new one may try everything at once."""
        self._db.execute(
            "UPDATE entries SET not_before=0, attempts=0 WHERE site=? AND state=0", (site,)
        )

    def last_run(self, site: str) -> LastRun | None:
        """How the last run for the site ended; None if there was no run. A killed run is still
        `running`.
        """
        row = self._db.execute("SELECT summary, at FROM runs WHERE site=?", (site,)).fetchone()
        if row is None:
            return None
        fields = json.loads(row[0])
        moments = {
            name: datetime.fromisoformat(fields[name])
            for name in ("started", "finished")
            if fields[name]
        }
        return LastRun(CrawlSummary(**{**fields, **moments}), row[1])

    def note_run(self, summary: CrawlSummary, queue: str = "", at: float | None = None) -> None:
        """Remember how a run stands, or ended, now or `at` (Unix time); `queue` where it is not
        that of its site alone.
        """
        text = json.dumps(asdict(summary), default=datetime.isoformat)
        values = (queue or summary.site, time.time() if at is None else at, text)
        self._db.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", values)

    def forget_entries(self, site: str, least: EntryState = EntryState.WAITING) -> None:
        """Forget a site's entries (those in state `least` or beyond): its next crawl starts
        afresh.
        """
        with self.transaction():
            self._db.execute("DELETE FROM entries WHERE site=? AND state>=?", (site, least))
        self._known.pop(site, None)
        self._seen.pop(site, None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done in the block is kept together, or not at all; blocks may be nested."""
        nested = self._db.in_transaction
        if nested:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # a full disk may have ended it already
                self._db.execute("ROLLBACK")
            self._known.clear()  # may hold keys whose rows were rolled back
            self._seen.clear()
            raise
        self._db.execute("COMMIT")


def _state_errors(path: Path) -> AbstractContextManager[None]:
    return storage_errors(path, repair=_REPAIR, is_trusted=False)
