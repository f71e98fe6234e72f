"""Bringing a collection's projections up to date with its WARC files: after a crash, an import, or
from nothing.

Used by `index`, by `import`, and by each crawl before it starts. Fetching is left to `crawler`, the
meaning of a capture to `pipelines.ingest`.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from archive.cdx.cdxj import CdxjFile
from archive.config import CollectionConfig
from archive.disk.room import DiskRoom
from archive.errors import (
    CollectionBusyError,
    DamagedDatabaseError,
    NoRoomError,
    WarraqError,
)
from archive.fixity.anchor import usable_signing_key
from archive.fixity.head_note import write_head_note
from archive.fixity.manifest import closed_files, state_fixity
from archive.fixity.own_files import OwnFiles
from archive.index.connection import open_reader, remove_database
from archive.index.renewal.index_state import IndexState, examine_index, note_damage
from archive.index.renewal.replacement import discard_index, put_in_place
from archive.index.site_names import SiteNames
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.locks.file_locks import is_locked
from archive.model import Capture, Change
from archive.warc.capture_reader import (
    DamagedRecord,
    ForeignStatements,
    OtherRecord,
)
from archive.warc.file_names import list_warc_files
from archive.warc.recovery import RecoveredFile, list_left_files, recover_open_files
from pipelines.ingest.cdxj_upkeep import lacks_lines, mend_lines, rebuild_cdxj
from pipelines.ingest.outdated_index import has_begun, is_outdated
from pipelines.ingest.purge import Purge, finish_purges
from pipelines.ingest.queue import AppliedCapture, IngestQueue
from pipelines.ingest.retry_notes import GivenUpPage, RetryNotes
from pipelines.ingest.worker_pool import WorkerPool

_AT_ONCE = 4  # pages that were given up and are tried again before a crawl: two minutes at most
logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class IndexUpdate:
    """What a catch-up did: captures indexed, how many of them brought a new, a changed or a
    duplicate article, records that are no HTTP exchange by kind, damaged records, files recovered,
    purges gone on with, and what files of other makers state that does not count: by file, how many
    of each kind.
    """

    captures: int = 0
    new: int = 0
    changed: int = 0
    duplicates: int = 0
    damaged: list[DamagedRecord]
    recovered: list[RecoveredFile]
    purges: list[Purge] = field(default_factory=list)  # those that were begun
    ignored: dict[str, Counter[str]] = field(default_factory=dict)
    other_records: Counter[str] = field(default_factory=Counter)

    def count_passed_over(self, item: DamagedRecord | ForeignStatements | OtherRecord) -> None:
        """Note a damaged record, what a file of another maker states, or a record that is no
        exchange.
        """
        if isinstance(item, DamagedRecord):
            self.damaged.append(item)
        elif isinstance(item, OtherRecord):
            self.other_records[item.kind] += 1
        else:
            self.ignored.setdefault(item.warc, Counter()).update(item.kinds)

    def count_capture(self, change: Change) -> None:
        """Count one capture that is indexed now, by what it was to the index."""
        self.captures += 1
        if change == Change.NEW:
            self.new += 1
        elif change == Change.CHANGED:
            self.changed += 1
        elif change == Change.DUPLICATE:
            self.duplicates += 1


def _is_alone() -> bool:
    """The caller has the collection to itself."""
    return True


def _do_nothing(_: IndexUpdate) -> None:
    """Nobody watches."""


def update_index(
    layout: CollectionFolder,
    config: CollectionConfig,
    *,
    rebuild: bool = False,
    workers: int | None = None,
    on_capture: Callable[[IndexUpdate], None] = _do_nothing,
) -> IndexUpdate:
    """Recover files left open, then index what the WARC files hold beyond what the index knows.
    Needs the write lock.

    Files that a living process holds are left to it. With `rebuild` both projections are made from
    nothing beside the old ones, and take their place when they are whole; so they are where the
    index is damaged or of another version (what crawls have begun of one is gone on with), where a
    file in progress lost what the index had of it already, and where names that were sites of
    their own have become one site's. The CDXJ is made anew where lines are missing.

    Raises NoRoomError where `min_free` or `quota` is reached: the next update goes on where this
    one was, but a rebuild, which has as much to write as it replaces, begins again. Purges that
    were begun are finished (`purges`); what keeps one from its end is no error here.
    """
    try:
        return _update(layout, config, rebuild=rebuild, workers=workers, on_capture=on_capture)
    except DamagedDatabaseError as error:
        if rebuild or error.path != layout.index_db:
            raise
        note_damage(layout.index_db, layout.state)
        return _update(layout, config, workers=workers, on_capture=on_capture)


def update_beside_crawls(
    layout: CollectionFolder, config: CollectionConfig, become_alone: Callable[[], bool]
) -> IndexUpdate:
    """The same with the turn at upkeep, while others may crawl: `become_alone` has the collection
    locked for this process alone or says that it cannot be.

    Raises CollectionBusyError where a rebuild is needed and it cannot be, and DamagedDatabaseError
    where the index is. The CDXJ is made anew by the next update that has the collection alone.
    """
    return _update(layout, config, become_alone=become_alone)


def _update(
    layout: CollectionFolder,
    config: CollectionConfig,
    *,
    rebuild: bool = False,
    workers: int | None = None,
    on_capture: Callable[[IndexUpdate], None] = _do_nothing,
    become_alone: Callable[[], bool] = _is_alone,
) -> IndexUpdate:
    left = list_left_files(layout.archive)
    done = IndexUpdate(damaged=[], recovered=recover_open_files(layout.archive, left))
    state = examine_index(layout.index_db, layout.state)
    is_useless = state not in {IndexState.CURRENT, IndexState.MISSING}
    if (
        rebuild
        or is_useless
        or (state is IndexState.CURRENT and is_outdated(layout, config, left, done.recovered))
    ):
        if not become_alone():
            raise CollectionBusyError(
                f"{layout.root}: the index must be made anew, but it is being written by"
                f" {layout.describe_lock_holder()}; try again later"
            )
        if rebuild or not is_useless or not has_begun(layout, config, left, done.recovered):
            discard_index(layout.index_in_making, layout.state)
        rebuild = True
        _rebuild(layout, config, workers=workers, done=done, on_capture=on_capture)
    else:
        _catch_up(layout, config, workers=workers, done=done, on_capture=on_capture)
        _read_given_up(layout, config, workers=workers, is_alone=become_alone is _is_alone)
    if layout.index_in_making.exists() and become_alone():  # a killed process left it
        discard_index(layout.index_in_making, layout.state)
    if (rebuild or not layout.cdxj.exists() or lacks_lines(layout)) and become_alone():
        rebuild_cdxj(layout, list_warc_files(layout.archive))
    state_closed_files(layout, config)
    done.purges = finish_purges(layout, config, usable_signing_key(layout.root, config))
    if any(purge.error is None for purge in done.purges):  # the records that say so
        index_files(layout.index_db, list_warc_files(layout.archive), config, layout)
        state_closed_files(layout, config)
    return done


def _catch_up(
    layout: CollectionFolder,
    config: CollectionConfig,
    *,
    workers: int | None,
    done: IndexUpdate,
    on_capture: Callable[[IndexUpdate], None],
) -> None:
    """Index what the index lacks, with lines in the CDXJ."""
    with closing(CdxjFile(layout.cdxj)) as cdxj:
        index_files(
            layout.index_db,
            list_warc_files(layout.archive),
            config,
            layout,
            workers=workers,
            done=done,
            on_capture=on_capture,
            cdxj=cdxj,
            check=DiskRoom(layout.root, config).check,
        )
        mend_lines(layout, cdxj, done.recovered)


def _rebuild(
    layout: CollectionFolder,
    config: CollectionConfig,
    *,
    workers: int | None,
    done: IndexUpdate,
    on_capture: Callable[[IndexUpdate], None],
) -> None:
    """Make the index, of which a part may be there, and have it take the place of the old one."""
    fresh = layout.index_in_making
    size = layout.index_db.stat().st_size if layout.index_db.exists() else 0
    DiskRoom(layout.root, config).check(planned=size)
    try:
        index_files(
            fresh,
            list_warc_files(layout.archive),
            config,
            layout,
            workers=workers,
            done=done,
            on_capture=on_capture,
            check=DiskRoom(layout.root, config).check,
        )
    except NoRoomError:
        remove_database(fresh)
        raise
    replace_index(layout)


def _read_given_up(
    layout: CollectionFolder, config: CollectionConfig, *, workers: int | None, is_alone: bool
) -> None:
    """Read pages that were given up once more. Before a crawl those of sites without a crawl, and
    not many of these; the others are answered by it, so that it follows their links.
    """
    crawled = {name for site in config.sites for name in (site.name, *site.aliases)}
    notes = RetryNotes(layout.given_up)
    with Index(layout.index_db) as index:
        captures = [
            each
            for each in index.given_up_captures()
            if notes.may_be_tried(GivenUpPage.of_capture(each))
        ]
        if not is_alone:
            captures = [each for each in captures if each.facts.site not in crawled][:_AT_ONCE]
        if captures:
            with WorkerPool(workers=workers) as pool:
                ingest = IngestQueue(index, pool, config.sites, layout.archive)
                ingest.late_readings(OwnFiles(layout.fixity)).read_given_up(captures, notes)


def replace_index(layout: CollectionFolder) -> None:
    """Put the index in the making, which is whole, in the place of `index_db`; tells where an
    index is kept that the WARC files do not give again. Needs the collection alone.
    """
    if (kept := put_in_place(layout.index_in_making, layout.index_db, layout.state)) is not None:
        logger.warning("%s is kept as %s", layout.index_db.name, kept.name)


def _site_names(layout: CollectionFolder, config: CollectionConfig) -> SiteNames:
    """The names of renamed sites: as configured, and as the index has them of sites that the
    configuration has no table of any more.
    """
    stored = None
    with suppress(WarraqError, sqlite3.Error), closing(open_reader(layout.index_db)) as index:
        stored = SiteNames.stored_in(index)
    return SiteNames.of_sites(config.sites, stored)


def state_closed_files(layout: CollectionFolder, config: CollectionConfig) -> None:
    """Drop the CDXJ lines of withdrawn articles, and state the fixity of each closed file.

    Needs the write lock, and no file in progress that is meant to be stated.
    """
    with Index(layout.index_db) as index:
        hidden = index.hidden_from_replay()
    if hidden:
        cdxj = CdxjFile(layout.cdxj)
        cdxj.drop_hidden(hidden)
        cdxj.close()
    if config.public_key and config.signing_key is None:
        logger.warning(
            "warraq.toml: [collection] has `public_key` and no `signing_key`: what is stated now is"
            " not signed, and `verify` objects to that ever after"
        )
    state_fixity(
        layout.fixity,
        layout.root,
        closed_files(layout.archive),
        now=datetime.now(UTC),
        key=usable_signing_key(layout.root, config),
        vouch=not config.public_key,
    )
    write_head_note(layout.fixity, layout.fixity_head)


def index_files(  # noqa: PLR0913 - a rebuild, a catch-up and a check differ in just these
    target: Path,
    files: Sequence[Path],
    config: CollectionConfig,
    layout: CollectionFolder,
    *,
    workers: int | None = None,
    done: IndexUpdate | None = None,
    on_capture: Callable[[IndexUpdate], None] = lambda _: None,
    cdxj: CdxjFile | None = None,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Index into `target` what `files` hold beyond what it knows of each; `done` counts what came
    of it. `check` is called before each capture; what it raises ends the work there.
    """
    done = done or IndexUpdate(damaged=[], recovered=[])
    names = _site_names(layout, config)
    with Index(target) as index:
        index.rename_sites(names)
        behind = files_behind(index, files)
        if not behind:
            return
        with WorkerPool(workers=workers) as pool:
            ingest = IngestQueue(index, pool, config.sites, layout.archive)
            for applied in ingest.catch_up(behind, OwnFiles(layout.fixity), check):
                record = applied.capture if isinstance(applied, AppliedCapture) else applied
                if cdxj is not None and isinstance(record, Capture | OtherRecord):
                    cdxj.add(record)
                if isinstance(applied, AppliedCapture):
                    done.count_capture(applied.change)
                    on_capture(done)
                else:
                    done.count_passed_over(applied)


def files_behind(index: Index, files: Sequence[Path]) -> list[Path]:
    """Those of the files that the index has not to their end.

    A file is read again from where the index stopped, if that is only the end of its last exchange:
    a few records. What a living process has closed is not all there, and its to bring there.
    """
    return [
        file
        for file in files
        if index.indexed_up_to(file.name) < file.stat().st_size and not is_locked(file)
    ]
