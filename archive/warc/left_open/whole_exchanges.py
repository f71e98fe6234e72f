"""Which exchanges of a file in progress are whole: up to where it is kept, and which stretches
before that are damaged.

A kill cuts the end of a file off; a disk, or a power loss that wrote later blocks before earlier
ones, damages any stretch of it. What follows a damaged stretch is read on from the next gzip member
that holds a record, as in closed files. Setting aside and closing is `archive.warc.recovery`'s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archive.warc.record import CAPTURE_TYPES, Damage, Record
from archive.warc.record_reader import read_records


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A damaged stretch with whole exchanges behind it: bytes `offset` to `end`.

    `record_ids` are those that records beside it name and that nowhere stand: of the records that
    were lost here, as far as they are known. `concurrent_to` is the id of a record of the exchange
    that it is in the middle of, if it is in one. `date` is the WARC-Date of the record before (or
    after) it, `warcinfo_id` the id of the file's warcinfo record.
    """

    offset: int
    end: int
    problem: str
    record_ids: tuple[str, ...]
    concurrent_to: str | None = None
    date: str
    warcinfo_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeExchanges:
    """What of a file is kept: bytes up to `end` with `records` whole records and these `gaps`;
    `problem` is what is wrong with the rest (None if nothing).
    """

    end: int
    records: int
    problem: str | None
    gaps: tuple[Gap, ...]


def find_whole_exchanges(path: Path) -> WholeExchanges:
    """Read a file in progress (CRC and length of all members checked) for its whole exchanges.

    An exchange is whole if each record that its records name in WARC-Concurrent-To is there, or was
    lost in a damaged stretch beside them. One whose response was not written is part of the torn
    tail: no record may refer to a missing one. OSError if the file cannot be read.
    """
    size = path.stat().st_size
    scan = _Scan()
    problem = None
    for record in read_records(path, keep=lambda _headers: 0):
        if not isinstance(record, Damage):
            if not scan.add_record(record):
                problem = _HALF_EXCHANGE
                break
        elif record.cut or record.end >= size:
            problem = record.problem
            break
        else:
            scan.damaged.append(_Lost(record))
    if scan.group.awaited and not scan.end_file():
        problem = problem or _HALF_EXCHANGE
    return scan.result(problem)


# Records further back belong to other exchanges: what stands in for a lost one may come first.
_NEAR = 64
_HALF_EXCHANGE = "the last exchange was not written whole"


@dataclass(slots=True)
class _Lost:
    """A damaged stretch, and the ids that its records must have had."""

    damage: Damage
    date: str = ""
    concurrent_to: str | None = None
    ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    """Records that name each other; `lost` are the damaged stretches before and between them."""

    lost: list[_Lost] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)
    has_capture: bool = False

    def accepts(self, record: Record, named: set[str]) -> bool:
        """True if a record names one of these, or one of these names it."""
        if not self.seen:
            return True
        return record.id in self.awaited or bool(named & (self.seen | self.awaited))


@dataclass(slots=True)
class _Scan:
    """The walk through one file; `damaged` are the stretches since the last record."""

    kept: int = 0
    kept_count: int = 0
    count: int = 0
    end: int = 0
    warcinfo_id: str = ""
    date: str = ""
    group: _Group = field(default_factory=_Group)
    damaged: list[_Lost] = field(default_factory=list)
    lost: list[_Lost] = field(default_factory=list)
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=_NEAR))

    def add_record(self, record: Record) -> bool:
        """Add the next record; False if the exchange before it is not whole and nothing explains
        that: what is kept ends before it.
        """
        named = set(record.headers_all("WARC-Concurrent-To"))
        if not self.group.accepts(record, named):
            if self.group.awaited and not self._end_group():
                return False
            self.group = _Group()
        self._take_damaged(record)
        group = self.group
        group.seen.add(record.id)
        self.recent.append(record.id)
        group.awaited.discard(record.id)
        group.awaited.update(named.difference(group.seen, self.recent))
        group.has_capture = group.has_capture or record.type in CAPTURE_TYPES
        self.count, self.end = self.count + 1, record.end
        if not group.awaited:
            self.kept, self.kept_count = record.end, self.count
        return True

    def _take_damaged(self, record: Record) -> None:
        """Note what a record says of the file, and give its group the stretches before it."""
        if not self.warcinfo_id:
            is_warcinfo = record.type == "warcinfo"
            self.warcinfo_id = record.id if is_warcinfo else record.header("WARC-Warcinfo-ID") or ""
        date = record.header("WARC-Date") or ""
        for each in self.damaged:
            each.date = self.date or date
            each.concurrent_to = min(self.group.awaited, default=None)
        self.date = date
        self.group.lost.extend(self.damaged)
        self.lost.extend(self.damaged)
        self.damaged = []

    def _end_group(self) -> bool:
        """Say of the ids that a group waits for in which damaged stretch they were lost; False if
        there is none in it or beside it.
        """
        if not self._assign([*self.group.lost, *self.damaged]):
            return False
        ends = [each.damage.end for each in self.damaged if each.ids]
        self.kept, self.kept_count = max([self.end, *ends]), self.count
        return True

    def end_file(self) -> bool:
        """The same where the file ends: a request behind a damaged stretch has no response yet."""
        if not self.group.has_capture or not self._assign(self.group.lost):
            return False
        self.kept, self.kept_count = self.end, self.count
        return True

    def _assign(self, lost: Sequence[_Lost]) -> bool:
        if lost:
            for record_id in sorted(self.group.awaited):
                min(lost, key=lambda each: len(each.ids)).ids.append(record_id)
        return bool(lost)

    def result(self, problem: str | None) -> WholeExchanges:
        """What is kept, as a value."""
        gaps = [
            Gap(
                offset=each.damage.offset,
                end=each.damage.end,
                problem=each.damage.problem,
                record_ids=tuple(each.ids),
                concurrent_to=each.concurrent_to,
                date=each.date,
                warcinfo_id=self.warcinfo_id,
            )
            for each in self.lost
            if each.damage.end <= self.kept
        ]
        return WholeExchanges(
            end=self.kept, records=self.kept_count, problem=problem, gaps=tuple(gaps)
        )
