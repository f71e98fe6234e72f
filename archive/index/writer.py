"""The one writer of `index.db`: takes captures with their readings, in transactions, in whatever
order they come.

The index is a projection of the WARCs. Rows that say what a capture is (`archive.index.rows`) are
written once; everything else is derived from them (`archive.index.transaction` and what it calls),
so that a live crawl, a rebuild and an import end at equal tables. Reading is
`archive.query.reader`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archive.index.capture_lookup import (
    Validators,
    earliest_with_digest,
    given_up_captures,
    has_capture_in,
    latest_validators,
    offset_before,
    revisit_target,
)
from archive.index.columns import CRAWLS, OF_EXCHANGE, column_names
from archive.index.connection import open_writer, storage_errors
from archive.index.derived.article_urls import tracked_twins
from archive.index.derived.usage_signals import stated_signals
from archive.index.learned_boilerplate import SampleCache
from archive.index.left_out import insert_left_out, is_new_left_out
from archive.index.page_history import IndexHistory
from archive.index.rows import CAPTURE_COLUMNS, capture_of, crawl_row, exact_time
from archive.index.site_names import SiteNames, needs_rebuild, store_site_names
from archive.index.transaction import CaptureBatch, insert_failures
from archive.index.withdrawals import hidden_from_replay, is_withdrawn
from archive.model import (
    Capture,
    Change,
    CrawlSummary,
    Digest,
    Failure,
    LeftOut,
    LeftOutBatch,
    Reading,
    Reference,
    iso_utc,
)
from archive.model.usage_signals import UsageSignal
from archive.model.withdrawal import HiddenFromReplay, Withdrawal
from archive.urls import canonical_key

_CRAWL_NAMES = column_names(CRAWLS)
_REPLACE_CRAWL = (
    f"INSERT OR REPLACE INTO crawls ({', '.join(_CRAWL_NAMES)})"  # noqa: S608 - constants
    f" VALUES ({', '.join(':' + name for name in _CRAWL_NAMES)})"
)

Entry = tuple[Capture, Reading]


class Index:
    """`index.db`, open for writing; made where it is missing. Hold the collection's write lock, or
    its crawl lock. A context manager.

    Any number of processes have one open, and one of them writes at a time: `timeout` is how long,
    in seconds, a transaction waits for another writer. Every method raises
    StorageError where the disk or a lock refuses; opening raises NewerCollectionError on a file of
    a later version.
    """

    def __init__(self, path: Path, *, timeout: float = 30.0) -> None:
        self._path = Path(path)
        self._db = open_writer(self._path, timeout=timeout)
        self._samples = SampleCache()
        self.history = IndexHistory(self._db, self._path)  # what a crawl asks of earlier ones
        with storage_errors(self._path):
            self._names = SiteNames.stored_in(self._db)
            self._version = self._data_version()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was applied is in it."""
        self._db.close()

    # -------------------------------------------------------------------------------------- writing

    @property
    def site_names(self) -> SiteNames:
        """The names of renamed sites that the index was made with."""
        return self._names

    def needs_rebuild(self, names: SiteNames) -> bool:
        """Whether sites of other `names` could only be shown by an index made anew."""
        with storage_errors(self._path):
            return needs_rebuild(self._db, names)

    def rename_sites(self, names: SiteNames) -> None:
        """Show sites under other names from now on; nothing else about their articles changes."""
        if names != self._names:
            with self._transaction():
                store_site_names(self._db, names)
            self._names = names

    def apply_captures(
        self, entries: Sequence[Entry], *, progress: Mapping[str, int] | None = None
    ) -> list[Change]:
        """Apply captures with what their payloads were read as, in one transaction; what each
        meant, in order.

        A capture that is there already changes nothing (`Change.NONE`). `progress` notes, in the
        same transaction, up to which byte each WARC is in the index.
        """
        with self._transaction():
            batch = CaptureBatch(self._db, self._samples, self._names)
            changes = [batch.add(capture, reading) for capture, reading in entries]
            batch.derive_all()
            for warc, end in (progress or {}).items():
                self._mark(warc, end)
            return [batch.change_of(change) for change in changes]

    def change_of(self, capture: Capture) -> Change:
        """What a capture that is there already meant when it was applied, if those before it were
        there: for who did not hear of it then.
        """
        with storage_errors(self._path):
            batch = CaptureBatch(self._db, self._samples, self._names)
            return batch.change_of(batch.indexed_change(capture.id))

    def apply_late(self, entries: Sequence[Entry]) -> None:
        """Apply captures that are there already and whose payload could not be had until now
        (`unread_revisits`).
        """
        with self._transaction():
            batch = CaptureBatch(self._db, self._samples, self._names)
            for capture, reading in entries:
                batch.add_late(capture, reading)
            batch.derive_all()

    def add_failures(self, failures: Sequence[Failure]) -> None:
        """Add failures; the same failure of one crawl is one row."""
        with self._transaction():
            insert_failures(self._db, failures)

    def add_left_out(self, batch: LeftOutBatch) -> None:
        """Add addresses that a crawl left out; of several reasons for one the latest is kept."""
        with self._transaction():
            insert_left_out(self._db, replace(batch, site=self._names.shown_as(batch.site)))

    def new_left_out(self, site: str, entries: Iterable[LeftOut]) -> list[LeftOut]:
        """Those of `entries` whose reason is not what the index says of their address already, and
        whose article is not withdrawn.
        """
        with storage_errors(self._path):
            return [each for each in entries if is_new_left_out(self._db, site, each)]

    def withdraw(self, withdrawal: Withdrawal) -> None:
        """Take an article out, now and whenever it is read again; the same withdrawal twice is no
        change.
        """
        with self._transaction():
            batch = CaptureBatch(self._db, self._samples, self._names)
            batch.withdraw(withdrawal)
            batch.derive_all()

    def is_withdrawn(self, site: str, url: str) -> bool:
        """Whether an address of a site is that of a withdrawn article."""
        with storage_errors(self._path):
            return is_withdrawn(self._db, self._names.identity_of(site), canonical_key(url), "")

    def hidden_from_replay(self) -> HiddenFromReplay:
        """What shows a withdrawn article, so that replay must not find it."""
        with storage_errors(self._path):
            return hidden_from_replay(self._db)

    def exchange_count(self) -> int:
        """How many captures there are whose line in the CDXJ is that of an HTTP exchange."""
        row = self._one(f"SELECT count(*) FROM captures WHERE {OF_EXCHANGE}", ())  # noqa: S608
        return int(row[0]) if row else 0

    def crawl_totals(self, crawl: str) -> tuple[int, int, int]:
        """Counts of a crawl (its id): captures, articles first seen in them, bytes of their
        records.
        """
        row = self._one(
            "SELECT count(*), ifnull(sum(length), 0) FROM captures WHERE crawl_id = ?"
            " AND record_type != 'conversion'",
            (crawl,),
        )
        new = self._one(
            "SELECT count(*) FROM articles a WHERE ? = (SELECT crawl_id FROM captures WHERE "
            "article_id = a.id"
            " ORDER BY captured, warc, offset LIMIT 1)",
            (crawl,),
        )
        fetched, size = row or (0, 0)
        return int(fetched), int(new[0]) if new else 0, int(size)

    def delete_captures(self, captures: Sequence[str]) -> None:
        """Take out withdrawn captures (ids) whose records have become tombstones."""
        with self._transaction():
            batch = CaptureBatch(self._db, self._samples, self._names)
            batch.delete_captures(captures)
            batch.derive_all()

    def end_crawl(self, summary: CrawlSummary) -> None:
        """Store the row of a crawl, running or ended; a row with `finished` is not overwritten
        by one without.
        """
        with self._transaction():
            row = crawl_row(replace(summary, site=self._names.shown_as(summary.site)))
            known = self._db.execute(
                "SELECT finished FROM crawls WHERE id = :id", {"id": summary.id}
            ).fetchone()
            if known is None or row["finished"] is not None or known[0] is None:
                self._db.execute(_REPLACE_CRAWL, row)

    def mark_indexed(self, warc: str, end: int) -> None:
        """Store that a WARC is in the index up to byte `end`; a smaller number than before is
        ignored.
        """
        with self._transaction():
            self._mark(warc, end)

    def _mark(self, warc: str, end: int) -> None:
        self._db.execute(
            "INSERT INTO _progress VALUES (?, ?) ON CONFLICT DO UPDATE SET end = max(end, "
            "excluded.end)",
            (warc, end),
        )

    # ------------------------------------------------------------------- what a crawl needs to know

    def indexed_up_to(self, warc: str) -> int:
        """Up to which byte a WARC is in the index; 0 for one never seen."""
        row = self._one("SELECT end FROM _progress WHERE warc = ?", (warc,))
        return int(row[0]) if row else 0

    def knows_captures_in(self, warc: str, start: int, end: int) -> bool:
        """Whether it has captures at bytes `start` to `end` of a WARC."""
        with storage_errors(self._path):
            return has_capture_in(self._db, warc, start, end)

    def offset_before(self, warc: str, offset: int) -> int:
        """Where the last capture before an offset of a WARC begins, in bytes; 0 where none does."""
        with storage_errors(self._path):
            return offset_before(self._db, warc, offset)

    def earliest_with_digest(self, digest: Digest) -> Reference | None:
        """The earliest whole `response` with status 200 whose payload has this digest: what a
        revisit refers to.
        """
        with storage_errors(self._path):
            return earliest_with_digest(self._db, digest)

    def validators(self, url: str) -> Validators | None:
        """ETag and Last-Modified of the newest complete 200 capture of `url`; None if it had
        neither.
        """
        with storage_errors(self._path):
            return latest_validators(self._db, url)

    def revisit_target(self, capture: Capture) -> Reference | None:
        """The record whose payload a revisit repeats; None for any other capture, and if that
        record is not in the index.
        """
        with storage_errors(self._path):
            return revisit_target(self._db, capture)

    def has_record(self, record_id: str) -> bool:
        """Whether the index has the capture of this WARC-Record-ID."""
        return self._one("SELECT 1 FROM captures WHERE record_id = ?", (record_id,)) is not None

    def stated_signals(self, url: str, *sources: str) -> list[UsageSignal]:
        """What the file or page at `url` states about use in these places (a tdmrep.json where none
        are named), by its newest answer.
        """
        with storage_errors(self._path):
            return stated_signals(self._db, url, sources or ("tdmrep.json",))

    def unread_revisits(self) -> list[Capture]:
        """Revisits indexed before the record of another URL that they refer to, which is there now.

        Files of other tools come in any order. Of these captures' facts only crawl and site are
        known.
        """
        with storage_errors(self._path):
            rows = self._db.execute(
                f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE record_type = 'revisit' AND kind = 'not-modified'"  # noqa: E501, S608
                " AND refers_to_url != url ORDER BY warc, offset"
            ).fetchall()
        return [
            capture for row in rows if self.revisit_target(capture := capture_of(row)) is not None
        ]

    def given_up_captures(self) -> list[Capture]:
        """The captures whose reading was given up, in the order of their records; of their facts
        only crawl and site are known.
        """
        with storage_errors(self._path):
            return given_up_captures(self._db)

    def is_given_up(self, capture: Capture) -> bool:
        """Whether the reading of a capture was given up."""
        with storage_errors(self._path):
            return bool(given_up_captures(self._db, capture))

    def cut_before(self, capture: Capture, limit: int) -> list[Capture]:
        """Earlier captures of the same URL that were cut, too: those with the same payload digest
        first, then the newest; at most `limit`.
        """
        with storage_errors(self._path):
            rows = self._db.execute(
                f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE url = ? AND warc_date < ?"  # noqa: S608
                " AND truncated IS NOT NULL"
                " ORDER BY payload_digest = ? DESC, warc_date DESC LIMIT ?",
                (
                    capture.url,
                    exact_time(capture.captured),
                    str(capture.payload_digest),
                    limit,
                ),
            ).fetchall()
        return [capture_of(row) for row in rows]

    def captured_since(self, url: str, since: datetime) -> list[Capture]:
        """The captures of a URL at or after a time (aware), in their order (was it fetched before
        the crash?).
        """
        with storage_errors(self._path):
            rows = self._db.execute(
                f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE url = ? AND captured >= ?"  # noqa: S608
                " ORDER BY captured, warc, offset",
                (url, iso_utc(since)),
            ).fetchall()
        return [capture_of(row) for row in rows]

    def tracked_twins(self, site: str) -> tuple[int, int]:
        """How many addresses of a site with tracking parameters showed the text of those without,
        and how many never did.
        """
        with storage_errors(self._path):
            return tracked_twins(self._db, site)

    def _one(self, statement: str, values: tuple[str, ...]) -> tuple[Any, ...] | None:
        with storage_errors(self._path):
            row: tuple[Any, ...] | None = self._db.execute(statement, values).fetchone()
        return row

    def _data_version(self) -> int:
        """A number that changes with what other connections write.

        Of what is kept in memory only the names of sites can change with it: the lines of a text
        are those of its id.
        """
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """IMMEDIATE: a transaction that began by reading would fail at once, timeout or not, when
        another writes.
        """
        with storage_errors(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                if (version := self._data_version()) != self._version:
                    self._version, self._names = version, SiteNames.stored_in(self._db)
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
