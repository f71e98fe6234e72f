"""Bringing a collection's projections up to date with its WARC files: after a crash, an import, or
from nothing.

Used by `index`, by `import`, and by each crawl before it starts. Fetching is left to `crawler`, the
meaning of a capture to `pipelines.ingest`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.cdx.cdxj import CdxjFile
from archive.config import CollectionConfig
from archive.errors import ConfigError
from archive.fixity.manifest import closed_files, state_fixity
from archive.index.connection import remove_database, replace_database
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import Capture, Change
from archive.warc.capture_reader import DamagedRecord, read_captures
from archive.warc.file_names import OPEN_SUFFIX, final_name, list_warc_files
from archive.warc.recovery import RecoveredFile, recover_open_files
from pipelines.ingest.queue import IngestQueue
from pipelines.ingest.worker_pool import WorkerPool


@dataclass(slots=True, kw_only=True)
class IndexUpdate:
    """What a catch-up did: captures indexed, how many of them brought a new, a changed or a
    duplicate article, damaged records, and files recovered.
    """

    captures: int = 0
    new: int = 0
    changed: int = 0
    duplicates: int = 0
    damaged: list[DamagedRecord]
    recovered: list[RecoveredFile]

    def count_capture(self, change: Change) -> None:
        """Count one capture that is indexed now, by what it was to the index."""
        self.captures += 1
        if change == Change.NEW:
            self.new += 1
        elif change == Change.CHANGED:
            self.changed += 1
        elif change == Change.DUPLICATE:
            self.duplicates += 1


def update_index(
    layout: CollectionFolder,
    config: CollectionConfig,
    *,
    rebuild: bool = False,
    workers: int | None = None,
    on_capture: Callable[[IndexUpdate], None] = lambda _: None,
) -> IndexUpdate:
    """Recover files left open, then index what the WARC files hold beyond what the index knows.
    Needs the write lock.

    With `rebuild` both projections are made from nothing beside the old ones, and take their place
    when they are whole; so they are where a file in progress lost what the index had of it already.
    """
    in_progress = [final_name(path) for path in layout.archive.glob("*" + OPEN_SUFFIX)]
    done = IndexUpdate(damaged=[], recovered=recover_open_files(layout.archive))
    files = list_warc_files(layout.archive)
    rebuild = rebuild or (layout.index_db.exists() and _is_ahead(layout, in_progress))
    rebuild_lines = rebuild or bool(done.recovered) or not layout.cdxj.exists()
    if rebuild:
        fresh = layout.index_db.with_name("index.db.rebuilding")
        remove_database(fresh)
        index_files(fresh, files, config, layout, workers=workers, done=done, on_capture=on_capture)
        replace_database(fresh, layout.index_db)
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
            )
    if rebuild_lines or _lacks_lines(layout):
        rebuild_cdxj(layout, files)
    state_closed_files(layout, config)
    return done


def _is_ahead(layout: CollectionFolder, names: Sequence[str]) -> bool:
    """Whether the index knows more of these WARCs than they hold now."""
    if not names:
        return False
    sizes = {
        name: path.stat().st_size if (path := layout.archive / name).exists() else 0
        for name in names
    }
    with Index(layout.index_db) as index:
        return any(index.indexed_up_to(name) > size for name, size in sizes.items())


def _lacks_lines(layout: CollectionFolder) -> bool:
    """True if the CDXJ has fewer lines than the index has captures that are not withdrawn."""
    with Index(layout.index_db) as index:
        expected = index.capture_count() - len(index.withdrawn_places())
    return CdxjFile(layout.cdxj).count() < expected


def state_closed_files(layout: CollectionFolder, config: CollectionConfig) -> None:
    """Drop the CDXJ lines of withdrawn articles, and state the fixity of each closed file.

    Needs the write lock, and no file in progress that is meant to be stated.
    """
    with Index(layout.index_db) as index:
        withdrawn = index.withdrawn_places()
    if withdrawn:
        cdxj = CdxjFile(layout.cdxj)
        cdxj.drop_lines(withdrawn)
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
) -> None:
    """Index into `target` what `files` hold beyond what it knows of each; `done` counts what came
    of it.
    """
    done = done or IndexUpdate(damaged=[], recovered=[])
    with Index(target) as index:
        # A file is read again from where the index stopped, if that is only the end of its last
        # exchange: a few records.
        behind = [file for file in files if index.indexed_up_to(file.name) < file.stat().st_size]
        if not behind:
            return
        with WorkerPool(workers=workers) as pool:
            ingest = IngestQueue(index, pool, config.sites, layout.archive)
            for applied in ingest.catch_up(behind):
                if isinstance(applied, DamagedRecord):
                    done.damaged.append(applied)
                    continue
                if cdxj is not None:
                    cdxj.add(applied.capture)
                done.count_capture(applied.change)
                on_capture(done)


def rebuild_cdxj(layout: CollectionFolder, files: Sequence[Path]) -> None:
    """Write `index.cdxj` anew from the WARC files, without what the index says is withdrawn."""
    with Index(layout.index_db) as index:
        withdrawn = index.withdrawn_places()
    found = (item for file in files for item in read_captures(file) if isinstance(item, Capture))
    CdxjFile(layout.cdxj).rebuild(
        item for item in found if (item.warc, item.offset) not in withdrawn
    )
