"""An article withdrawn: the record that says so, then index, CDXJ and, where it is purged, the WARC
files themselves.

Every step may be the last before a kill. The record comes first; asked again, the command finds the
tombstone and does what is still to do.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archive.config import CollectionConfig
from archive.errors import DamagedRecordError, UsageError
from archive.fixity.manifest import read_manifest, restate_fixity, sha256_of
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model.withdrawal import Withdrawal
from archive.query.reader import IndexReader
from archive.query.withdrawal_scope import (
    captures_carrying,
    captures_showing,
    readings_of,
    withdrawals,
    withdrawn_values,
)
from archive.warc.file_names import is_arc
from archive.warc.tombstones import replace_with_tombstones
from archive.warc.writer import WarcInfo, WarcWriter
from pipelines.ingest.catch_up import signing_key, state_closed_files, update_index

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
    no such article or a file cannot hold a tombstone, StorageError and ArchiveWriteError where the
    disk refuses.
    """
    if not reason.strip():
        raise UsageError("withdraw: a reason must be stated")
    with layout.write_lock():
        update_index(layout, config)
        withdrawal, known = _withdrawal_of(layout, name, reason.strip(), purge=purge)
        shown = _shown(layout, withdrawal)
        if purge:
            _refuse_arcs({row["warc"] for row in shown})
        if not known:
            withdrawal = replace(withdrawal, digests=_payload_digests(shown, withdrawal))
            _write_record(layout, config, withdrawal)
            update_index(layout, config)
        rewritten = _purge(layout, config, withdrawal, _shown(layout, withdrawal)) if purge else ()
        state_closed_files(layout, config)
        return WithdrawalResult(
            withdrawal=withdrawal,
            captures=len(shown),
            rewritten=rewritten,
            carried=_carried(layout, withdrawal),
        )


def without_withdrawn(
    layout: CollectionFolder, warcs: Iterable[Path], folder: Path
) -> Iterator[Path]:
    """The files to hand on: those that still hold withdrawn payloads as copies in `folder` with
    tombstones in their place.

    An ARC file that holds any cannot be handed on, and is left out.
    """
    with IndexReader(layout.index_db) as reader:
        standing = [
            _resume_withdrawal(reader, row, datetime.now(UTC), purge=False)[0]
            for row in withdrawals(reader)
        ]
    shown = [(each, row) for each in standing for row in _shown(layout, each)]
    for warc in warcs:
        held = [(each, row) for each, row in shown if row["warc"] == warc.name]
        if not held:
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
        purged=purge,
    ), False


def _resume_withdrawal(
    reader: IndexReader, gone: Row, now: datetime, *, purge: bool
) -> tuple[Withdrawal, bool]:
    """Resume an earlier withdrawal; a new record is written only if the purge is new."""
    known = bool(gone["purged"]) or not purge
    withdrawn = withdrawn_values(reader, gone["article_id"])
    return Withdrawal(
        article_id=gone["article_id"],
        site=gone["site"],
        url=gone["url"],
        at=datetime.fromisoformat(gone["withdrawn"]) if known else now,
        reason=gone["reason"],
        keys=_sorted(withdrawn["key"]),
        texts=_sorted(withdrawn["text"]),
        urls=_sorted(withdrawn["url"]),
        digests=tuple(gone["payload_digests"].split()),
        signatures=_sorted(withdrawn["signature"]),
        purged=purge,
    ), known


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


def _write_record(
    layout: CollectionFolder, config: CollectionConfig, withdrawal: Withdrawal
) -> None:
    info = WarcInfo(
        software=f"warraq/{version('warraq')}", operator=config.operator, collection=config.name
    )
    with WarcWriter(layout.archive, info=info) as writer:
        writer.write_withdrawal(withdrawal)


def _refuse_arcs(warcs: Iterable[str]) -> None:
    """Before anything is changed: an ARC file has no place for a tombstone."""
    for name in sorted(warcs):
        if is_arc(Path(name)):
            raise UsageError(
                f"{name}: an ARC file cannot hold a tombstone, so it cannot be purged; "
                "nothing was changed"
            )


def _purge(
    layout: CollectionFolder, config: CollectionConfig, withdrawal: Withdrawal, shown: list[Row]
) -> tuple[str, ...]:
    """Replace the records in each file with tombstones, restate its fixity, and delete the captures
    from the index, file by file; the names of the files.
    """
    key = signing_key(layout, config)
    why = f"withdrawn {withdrawal.article_id}: {withdrawal.reason}"
    rewritten = _sorted(row["warc"] for row in shown)
    for name in rewritten:
        rows = [row for row in shown if row["warc"] == name]
        path = layout.archive / name
        stated = _matches_manifest(layout, path)
        if (
            replace_with_tombstones(
                path,
                {row["offset"]: row["record_id"] for row in rows},
                withdrawal,
                dry_run=not stated,
            )
            and not stated
        ):
            raise DamagedRecordError(
                f"{name} is not what the fixity manifest states; run `warraq verify` before purging"
            )
        if not _matches_manifest(layout, path):
            restate_fixity(
                layout.fixity, layout.root, [path], now=datetime.now(UTC), reason=why, key=key
            )
        with Index(layout.index_db) as index:
            index.delete_captures([row["id"] for row in rows])
    return rewritten


def _matches_manifest(layout: CollectionFolder, path: Path) -> bool:
    """Whether a file has the digest that the manifest states; a file just rewritten has not."""
    return read_manifest(layout.fixity).get(path.relative_to(layout.root).as_posix()) == sha256_of(
        path
    )


def _carried(layout: CollectionFolder, withdrawal: Withdrawal) -> tuple[tuple[str, str], ...]:
    """The captures of other pages (listings) in which the article's text stands too."""
    with IndexReader(layout.index_db) as reader:
        return captures_carrying(reader, withdrawal)
