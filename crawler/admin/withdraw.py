"""An article withdrawn: the record that says so, then index, CDXJ and, where it is purged, the WARC
files themselves.

Every step may be the last before a kill. The record comes first; asked again, the command finds the
tombstone and does what is still to do.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.config import CollectionConfig
from archive.errors import UsageError
from archive.layout import CollectionFolder
from archive.model.withdrawal import Withdrawal
from archive.packaging.foreign_streams import companion_files
from archive.query.reader import IndexReader
from archive.query.withdrawal_scope import (
    captures_carrying,
    captures_showing,
    readings_of,
    standing_withdrawal,
    withdrawals,
)
from archive.warc.file_names import is_arc
from archive.warc.tombstones import holds_made_of, replace_with_tombstones
from crawler.monitor.report_files import drop_reports_naming
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.purge import Purge, check_purge, write_withdrawal

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalResult:
    """What a withdrawal did: how many captures no longer show the article, which files were
    rewritten, and the captures of pages that carry its whole text beside others (URL and time),
    which only a person can judge.
    """

    withdrawal: Withdrawal
    captures: int
    rewritten: tuple[str, ...]
    carried: tuple[tuple[str, str], ...]


def withdraw_article(
    layout: CollectionFolder,
    config: CollectionConfig,
    name: str,
    *,
    reason: str,
    purge: bool = False,
) -> WithdrawalResult:
    """Withdraw the article of that id or address, for that reason; takes the write lock.

    With `purge` its payloads are taken out of the WARC files, too. Raises UsageError where there is
    no such article or a file cannot hold a tombstone, DamagedRecordError where one is not what the
    manifest states, before anything is changed; StorageError and ArchiveWriteError where the disk
    refuses: then the next writer goes on with what was begun.
    """
    if not reason.strip():
        raise UsageError("withdraw: a reason must be stated")
    with layout.write_lock():
        purges = update_index(layout, config).purges
        withdrawal, known = _withdrawal_of(layout, name, reason.strip(), purge=purge)
        shown = _shown(layout, withdrawal)
        if purge and not _is_begun(purges, withdrawal) and (shown or not known):
            check_purge(layout, withdrawal, shown)
            withdrawal, known = replace(withdrawal, purge=secrets.token_hex(8)), False
        if not known:
            withdrawal = replace(withdrawal, digests=_payload_digests(shown, withdrawal))
            drop_reports_naming(layout.reports, withdrawal.article_id)
            write_withdrawal(layout, config, withdrawal)
            purges += update_index(layout, config).purges
        rewritten = _finished(purges, withdrawal) if purge else ()
        return WithdrawalResult(
            withdrawal=withdrawal,
            captures=len(shown),
            rewritten=rewritten,
            carried=_carried(layout, withdrawal),
        )


def _is_begun(purges: Iterable[Purge], withdrawal: Withdrawal) -> bool:
    """Whether a purge of the article was begun before and is still to be finished."""
    return any(each.error and each.article_id == withdrawal.article_id for each in purges)


def _finished(purges: Iterable[Purge], withdrawal: Withdrawal) -> tuple[str, ...]:
    """The files that were rewritten for the article; raises what keeps its purge from its end."""
    rewritten: set[str] = set()
    for each in purges:
        if each.article_id == withdrawal.article_id:
            rewritten.update(each.rewritten)
            if each.error:
                raise each.error
    return _sorted(rewritten)


def without_withdrawn(
    layout: CollectionFolder, warcs: Iterable[Path], folder: Path
) -> Iterator[Path]:
    """The files to hand on: those that still hold withdrawn payloads as copies in `folder` with
    tombstones in their place.

    An ARC file that holds any cannot be handed on, and is left out.
    """
    with IndexReader(layout.index_db) as reader:
        standing = [standing_withdrawal(reader, row) for row in withdrawals(reader)]
    shown = [(each, row) for each in standing for row in _shown(layout, each)]
    names = {row["warc"] for _, row in shown}
    beside = {path.name for path in companion_files(layout.archive, names)}
    for warc in warcs:
        held = [(each, row) for each, row in shown if row["warc"] == warc.name]
        if warc.name in beside and any(holds_made_of(warc, each) for each in standing):
            copy = Path(shutil.copyfile(warc, folder / warc.name))
            for each in standing:
                replace_with_tombstones(copy, {}, each)
            yield copy
        elif not held:
            yield warc
        elif not is_arc(warc):
            copy = Path(shutil.copyfile(warc, folder / warc.name))
            for each, row in held:
                replace_with_tombstones(copy, {row["offset"]: row["record_id"]}, each)
            yield copy


def _withdrawal_of(
    layout: CollectionFolder, name: str, reason: str, *, purge: bool
) -> tuple[Withdrawal, bool]:
    """What is to be withdrawn, and whether the archive says so already, purge included."""
    now = datetime.now(UTC)
    with IndexReader(layout.index_db) as reader:
        article = reader.article(name)
        gone = reader.withdrawal(name) if article is None else None
        if gone is not None:
            return _resume_withdrawal(reader, gone, now, purge=purge)
        article = article or reader.require_article(name)
        rows = readings_of(reader, article["id"])
    own = [row for row in rows if row["ordinal"] == 0]
    return Withdrawal(
        article_id=article["id"],
        site=article["site"],
        url=article["url"],
        at=now,
        reason=reason,
        keys=_sorted(row[key] for row in rows for key in ("name_key", "own_key")),
        texts=_sorted(row[text] for row in rows for text in ("text_sha256", "raw_sha256")),
        urls=_sorted([*(row["url"] for row in own), article["url"]]),
        signatures=_sorted(row["signature"].hex() for row in rows if row["signature"]),
    ), False


def _resume_withdrawal(
    reader: IndexReader, gone: Row, now: datetime, *, purge: bool
) -> tuple[Withdrawal, bool]:
    """Resume an earlier withdrawal; a new record is written only if the purge is new."""
    known = bool(gone["purged"]) or not purge
    stands = standing_withdrawal(reader, gone)
    return stands if known else replace(stands, at=now), known


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def _shown(layout: CollectionFolder, withdrawal: Withdrawal) -> list[Row]:
    """The captures that show the article, withdrawn or about to be, and the revisits of them."""
    with IndexReader(layout.index_db) as reader:
        return captures_showing(reader, withdrawal)


def _payload_digests(shown: Iterable[Row], withdrawal: Withdrawal) -> tuple[str, ...]:
    return _sorted(
        [*withdrawal.digests, *(row["payload_digest"] for row in shown if row["payload_digest"])]
    )


def _carried(layout: CollectionFolder, withdrawal: Withdrawal) -> tuple[tuple[str, str], ...]:
    """The captures of other pages (listings) in which the article's text stands too."""
    with IndexReader(layout.index_db) as reader:
        return captures_carrying(reader, withdrawal)
