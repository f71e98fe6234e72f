"""Purges: the payloads of withdrawn articles taken out of the WARC files, and of all that was made
of them.

A purge is begun by a record in the archive and done by another (`archive.model.withdrawal`). All
between the two can be done again from any point: every writer that brings the index up to date goes
on with what was begun, and the record that says that the payloads are gone is written when they
are. Which article is withdrawn, and why, is `crawler.admin.withdraw`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archive.config import CollectionConfig
from archive.errors import CollectionBusyError, DamagedRecordError, UsageError, WarraqError
from archive.fixity.manifest import digests_ever_stated, restate_fixity, sha256_of
from archive.index.connection import overwrite_deleted, remove_database
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.locks.file_locks import is_locked
from archive.model.withdrawal import Withdrawal
from archive.packaging.foreign_pages import drop_pages, list_page_files
from archive.packaging.foreign_streams import companion_files
from archive.query.reader import IndexReader
from archive.query.withdrawal_scope import begun_purges, captures_showing, standing_withdrawal
from archive.urls import canonical_key
from archive.warc.file_names import is_arc
from archive.warc.tombstones import holds_made_of, replace_with_tombstones
from archive.warc.writer import WarcInfo, WarcWriter

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """What came of a purge that was begun: the files rewritten now, and the `error` that keeps it
    from its end, if any.
    """

    article_id: str
    rewritten: tuple[str, ...] = ()
    error: WarraqError | None = None


def finish_purges(
    layout: CollectionFolder, config: CollectionConfig, key: Path | None
) -> list[Purge]:
    """Go on with each purge that was begun; those that are done get their record, which is to be
    indexed. `key` signs statements of fixity.

    Needs the write lock or the turn at upkeep, an index that is up to date, and a CDXJ without the
    lines of what is withdrawn. What cannot be finished keeps nobody from writing: it is told by
    `status` and `verify`, and tried again by the next writer.
    """
    with IndexReader(layout.index_db) as reader:
        begun = [(standing_withdrawal(reader, row), purge) for row, purge in begun_purges(reader)]
    if begun:
        _remove_leftovers(layout)
    done = []
    for withdrawal, purge in begun:
        rewritten: list[str] = []
        try:
            _purge(layout, withdrawal, key, rewritten)
            ended = replace(withdrawal, purge=purge, purged=True)
            write_withdrawal(layout, config, ended)
            error = None
        except WarraqError as problem:
            error = problem
        done.append(
            Purge(article_id=withdrawal.article_id, rewritten=tuple(rewritten), error=error)
        )
    return done


def check_purge(layout: CollectionFolder, withdrawal: Withdrawal, shown: Iterable[Row]) -> None:
    """Raise what would keep a purge from its end, before it is begun: UsageError for an ARC file
    and a record too small for a tombstone, DamagedRecordError for a file that is not what the
    manifest states. `shown` are the captures that show the article.
    """
    for name, rows in _by_file(shown):
        if is_arc(Path(name)):
            raise UsageError(
                f"{name}: an ARC file cannot hold a tombstone, so it cannot be purged; "
                "nothing was changed"
            )
        _refuse_damaged(layout, layout.archive / name, withdrawal, rows)


def write_withdrawal(
    layout: CollectionFolder, config: CollectionConfig, withdrawal: Withdrawal
) -> None:
    """Write the record of a withdrawal into a WARC file of its own, synced and closed."""
    info = WarcInfo(
        software=f"warraq/{version('warraq')}", operator=config.operator, collection=config.name
    )
    with WarcWriter(layout.archive, info=info) as writer:
        writer.write_withdrawal(withdrawal)


def _remove_leftovers(layout: CollectionFolder) -> None:
    """Delete copies that killed processes left: of files half rewritten, and of an index half
    rebuilt, which may hold what is to go.
    """
    for path in layout.archive.glob("*.tmp"):
        path.unlink(missing_ok=True)
    remove_database(layout.index_db.with_name("index.db.rebuilding"))
    # An index of a newer version that was set aside has the same texts.
    for path in layout.root.glob("index.db.schema-*"):
        remove_database(path)


def _purge(
    layout: CollectionFolder, withdrawal: Withdrawal, key: Path | None, rewritten: list[str]
) -> None:
    """Take the captures of an article out of each file, and then out of the index, all at once:
    until then they are found there again. Adds to `rewritten` the names of the files.
    """
    with IndexReader(layout.index_db) as reader:
        shown = captures_showing(reader, withdrawal)
    for name, rows in _by_file(shown):
        path = layout.archive / name
        if is_locked(path):
            raise CollectionBusyError(f"{name} is being written; its purge is to be finished")
        _refuse_damaged(layout, path, withdrawal, rows)
        _rewrite(layout, path, withdrawal, rows, key)
        rewritten.append(name)
    rewritten += _drop_made_of(layout, withdrawal, {row["warc"] for row in shown}, key)
    rewritten += _drop_listed(layout, withdrawal, key)
    with Index(layout.index_db) as index:
        index.delete_captures([row["id"] for row in shown])
    if not overwrite_deleted(layout.index_db):
        raise CollectionBusyError(
            f"{layout.index_db}: another process reads it, so that deleted text stays in its log; "
            "run `warraq index` when it has ended"
        )


def _drop_made_of(
    layout: CollectionFolder, withdrawal: Withdrawal, names: set[str], key: Path | None
) -> Iterator[str]:
    """Take texts and pictures of the article's pages out of the files that came with those of these
    names; yields the names of those rewritten.
    """
    for path in companion_files(layout.archive, names):
        if holds_made_of(path, withdrawal):
            _refuse_unstated(layout, path)
            restate = _restating(layout, path, withdrawal, key)
            replace_with_tombstones(path, {}, withdrawal, before_rename=restate)
            yield path.name


def _drop_listed(
    layout: CollectionFolder, withdrawal: Withdrawal, key: Path | None
) -> Iterator[str]:
    """Take the article's pages, with their texts, out of the lists that imported files brought;
    yields the names of those rewritten.
    """
    urls, keys = set(withdrawal.urls), set(withdrawal.keys)
    for path in list_page_files(layout.archive):
        restate = _restating(layout, path, withdrawal, key)
        if drop_pages(path, lambda url: url in urls or canonical_key(url) in keys, restate):
            yield path.name


def _by_file(shown: Iterable[Row]) -> list[tuple[str, Sequence[Row]]]:
    files: dict[str, list[Row]] = {}
    for row in shown:
        files.setdefault(row["warc"], []).append(row)
    return sorted(files.items())


def _places(rows: Iterable[Row]) -> dict[int, str]:
    return {row["offset"]: row["record_id"] for row in rows}


def _refuse_damaged(
    layout: CollectionFolder, path: Path, withdrawal: Withdrawal, rows: Iterable[Row]
) -> None:
    """Raise DamagedRecordError for a file that is not as it was ever stated, unless all that is to
    be done to it is done; the errors of `replace_with_tombstones` in any case.
    """
    if replace_with_tombstones(path, _places(rows), withdrawal, dry_run=True):
        _refuse_unstated(layout, path)


def _refuse_unstated(layout: CollectionFolder, path: Path) -> None:
    """Raise DamagedRecordError for a file that is not as it was ever stated."""
    name = path.relative_to(layout.root).as_posix()
    if sha256_of(path) not in digests_ever_stated(layout.fixity, name):
        raise DamagedRecordError(
            f"{path.name} is not what the fixity manifest states; run `warraq verify` before"
            " purging"
        )


def _rewrite(
    layout: CollectionFolder,
    path: Path,
    withdrawal: Withdrawal,
    rows: Iterable[Row],
    key: Path | None,
) -> None:
    """Replace the records of one file by tombstones. What the file will be is stated before it
    becomes that: after a kill it is what was stated before or now.
    """
    restate = _restating(layout, path, withdrawal, key)
    done = replace_with_tombstones(path, _places(rows), withdrawal, before_rename=restate)
    if not done:  # a killed process of an earlier version stated it later
        restate(path)


def _restating(
    layout: CollectionFolder, path: Path, withdrawal: Withdrawal, key: Path | None
) -> Callable[[Path], None]:
    """What states that a file is about to have the bytes of another, which it is given."""

    def restate(fresh: Path) -> None:
        restate_fixity(
            layout.fixity,
            layout.root,
            [path],
            now=datetime.now(UTC),
            reason=f"withdrawn {withdrawal.article_id}: {withdrawal.reason}",
            key=key,
            coming={} if fresh == path else {path: fresh},
        )

    return restate
