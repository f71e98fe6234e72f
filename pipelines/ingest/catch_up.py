"""Bringing a collection's projections up to date with its WARC files: after a crash, an import, or
from nothing.

Used by `index`, by `import`, and by each crawl before it starts. Fetching is left to `crawler`, the
meaning of a capture to `pipelines.ingest`.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from archive.cdx.cdxj import CdxjFile
from archive.cdx.other_records import is_hidden
from archive.config import CollectionConfig
from archive.disk.room import DiskRoom
from archive.errors import CollectionBusyError, ConfigError, NoRoomError, WarraqError
from archive.fixity.manifest import closed_files, state_fixity
from archive.fixity.own_files import OwnFiles
from archive.index.connection import open_reader, remove_database, replace_database
from archive.index.site_names import SiteNames
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.locks.file_locks import is_locked
from archive.model import Capture, Change
from archive.warc.capture_reader import (
    DamagedRecord,
    ForeignStatements,
    OtherRecord,
    read_captures,
)
from archive.warc.file_names import final_name, list_warc_files
from archive.warc.left_open.set_aside import list_set_aside
from archive.warc.recovery import RecoveredFile, list_left_files, recover_open_files
from pipelines.ingest.purge import Purge, finish_purges
from pipelines.ingest.queue import AppliedCapture, IngestQueue
from pipelines.ingest.worker_pool import WorkerPool


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


def update_index(
    layout: CollectionFolder,
    config: CollectionConfig,
    *,
    rebuild: bool = False,
    workers: int | None = None,
    on_capture: Callable[[IndexUpdate], None] = lambda _: None,
    become_alone: Callable[[], bool] = _is_alone,
) -> IndexUpdate:
    """Recover files left open, then index what the WARC files hold beyond what the index knows.
    Needs the write lock; or, beside crawls, the turn at upkeep, and `become_alone`, which has the
    collection locked for this process alone or says that it cannot be.

    Files that a living process holds are left to it. With `rebuild` both projections are made from
    nothing beside the old ones, and take their place when they are whole; so they are where a file
    in progress lost what the index had of it already, and where names that were sites of their own
    have become one site's. That needs the collection alone: CollectionBusyError where it cannot be
    had. The CDXJ, where lines are missing, is made anew by the next update that has it.

    Raises NoRoomError where `min_free` or `quota` is reached: the next update goes on where this
    one was, but a rebuild, which has as much to write as it replaces, begins again. Purges that
    were begun are finished (`purges`); what keeps one from its end is no error here.
    """
    left = list_left_files(layout.archive)
    done = IndexUpdate(damaged=[], recovered=recover_open_files(layout.archive, left))
    files = list_warc_files(layout.archive)
    rebuild = rebuild or (
        layout.index_db.exists()
        and (
            _is_ahead(layout, map(final_name, left), done.recovered) or _is_renamed(layout, config)
        )
    )
    if rebuild:
        if not become_alone():
            raise CollectionBusyError(
                f"{layout.root}: the index must be made anew, but it is being written by"
                f" {layout.describe_lock_holder()}; try again later"
            )
        _rebuild(files, config, layout, workers=workers, done=done, on_capture=on_capture)
    else:
        with closing(CdxjFile(layout.cdxj)) as cdxj:
            index_files(
                layout.index_db,
                files,
                config,
                layout,
                workers=workers,
                done=done,
                on_capture=on_capture,
                cdxj=cdxj,
                has_bounds=True,
            )
            _mend_lines(layout, cdxj, done.recovered)
    if (rebuild or not layout.cdxj.exists() or _lacks_lines(layout)) and become_alone():
        rebuild_cdxj(layout, list_warc_files(layout.archive))
    state_closed_files(layout, config)
    done.purges = finish_purges(layout, config, signing_key(layout, config))
    if any(purge.error is None for purge in done.purges):  # the records that say so
        index_files(layout.index_db, list_warc_files(layout.archive), config, layout)
        state_closed_files(layout, config)
    return done


def _rebuild(
    files: Sequence[Path],
    config: CollectionConfig,
    layout: CollectionFolder,
    *,
    workers: int | None,
    done: IndexUpdate,
    on_capture: Callable[[IndexUpdate], None],
) -> None:
    """Make the index from nothing and have it take the place of the old one."""
    fresh = layout.index_db.with_name("index.db.rebuilding")
    remove_database(fresh)
    size = layout.index_db.stat().st_size if layout.index_db.exists() else 0
    DiskRoom(layout.root, config).check(planned=size)
    try:
        index_files(
            fresh,
            files,
            config,
            layout,
            workers=workers,
            done=done,
            on_capture=on_capture,
            has_bounds=True,
        )
    except NoRoomError:
        remove_database(fresh)
        raise
    replace_database(fresh, layout.index_db)


def _mend_lines(
    layout: CollectionFolder, cdxj: CdxjFile, recovered: Sequence[RecoveredFile]
) -> None:
    """Have the CDXJ say of recovered files what they hold: a power cut may have taken lines, or
    records whose lines stand.
    """
    for file in recovered:
        cdxj.drop_beyond(file.name, file.kept_bytes)
        if file.damaged:
            cdxj.drop_within(file.name, [(gap.offset, gap.end) for gap in file.damaged])
        if file.warc is not None:
            for item in read_captures(layout.archive / file.warc):
                if isinstance(item, Capture | OtherRecord):
                    cdxj.add(item)


def _is_ahead(
    layout: CollectionFolder, names: Iterable[str], recovered: Sequence[RecoveredFile]
) -> bool:
    """Whether the index knows more of these WARCs, or of those recovered or in part set aside, than
    they hold now.
    """
    aside = list_set_aside(layout.archive)
    sizes = {
        name: path.stat().st_size if (path := layout.archive / name).exists() else 0
        for name in {*names, *(each.warc for each in aside)}
    }
    if not sizes:
        return False
    with Index(layout.index_db) as index:
        return (
            any(index.indexed_up_to(name) > size for name, size in sizes.items())
            or any(
                index.indexed_up_to(file.name) > gap.offset
                for file in recovered
                for gap in file.damaged
            )
            # Where the rebuild was not to be had at once.
            or any(
                index.knows_captures_in(each.warc, each.offset, each.offset + each.size)
                for each in aside
            )
        )


def _lacks_lines(layout: CollectionFolder) -> bool:
    """True if the CDXJ has fewer lines of exchanges than the index has that are not withdrawn."""
    with Index(layout.index_db) as index:
        expected = index.exchange_count() - len(index.hidden_from_replay().places)
    # Counted last: a line is there before its capture is in the index.
    return CdxjFile(layout.cdxj).count_exchanges() < expected


def _is_renamed(layout: CollectionFolder, config: CollectionConfig) -> bool:
    """Whether sites were renamed in a way that the index cannot follow."""
    with Index(layout.index_db) as index:
        return index.needs_rebuild(SiteNames.of_sites(config.sites, index.site_names))


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
    state_fixity(
        layout.fixity,
        layout.root,
        closed_files(layout.archive),
        now=datetime.now(UTC),
        key=signing_key(layout, config),
    )


def signing_key(layout: CollectionFolder, config: CollectionConfig) -> Path | None:
    """The key that statements of fixity are signed with; ConfigError where it lies among what is
    handed on.
    """
    if config.signing_key is None:
        return None
    key = (layout.root / Path(config.signing_key).expanduser()).resolve()
    if any(
        key.is_relative_to(folder.resolve())
        for folder in (layout.archive, layout.indexes, layout.fixity)
    ):
        raise ConfigError(
            f"warraq.toml: [collection] signing_key: {key} lies in a folder that is handed on; "
            "move it out"
        )
    return key


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
    has_bounds: bool = False,
) -> None:
    """Index into `target` what `files` hold beyond what it knows of each; `done` counts what came
    of it. With `has_bounds` NoRoomError is raised where `min_free` or `quota` is reached.
    """
    done = done or IndexUpdate(damaged=[], recovered=[])
    names = _site_names(layout, config)
    with Index(target) as index:
        index.rename_sites(names)
        # A file is read again from where the index stopped, if that is only the end of its last
        # exchange: a few records. What a living process has closed is not all there, and its to
        # bring there.
        behind = [
            file
            for file in files
            if index.indexed_up_to(file.name) < file.stat().st_size and not is_locked(file)
        ]
        if not behind:
            return
        check = DiskRoom(layout.root, config).check if has_bounds else lambda: None
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


def rebuild_cdxj(layout: CollectionFolder, files: Sequence[Path]) -> None:
    """Write `index.cdxj` anew from the WARC files, without what the index says is withdrawn."""
    with Index(layout.index_db) as index:
        hidden = index.hidden_from_replay()
    found = (
        item
        for file in files
        for item in read_captures(file)
        if isinstance(item, Capture | OtherRecord)
    )
    CdxjFile(layout.cdxj).rebuild(item for item in found if not is_hidden(item, hidden))
