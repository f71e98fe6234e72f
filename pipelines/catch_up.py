"""Bringing a collection's projections up to date with its WARC files: after a crash, an import, or from nothing.

Used by `index`, by `import`, and by each crawl before it starts. Fetching is left to `crawler`, the meaning of a capture
to `pipelines.ingest`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.cdxj import CdxjFile
from archive.config import CollectionConfig
from archive.index import Index
from archive.layout import Layout
from archive.model import Capture, Change
from archive.recovery import Recovered, recover
from archive.schema import remove_database, take_place
from archive.warc_reader import DamagedRecord, captures
from pipelines.ingest import Ingest
from pipelines.workers import Pool

SUFFIXES = (".warc.gz", ".warc", ".arc.gz", ".arc")


@dataclass(slots=True, kw_only=True)
class CaughtUp:
    """What a catch-up did: captures indexed, articles by what they were, damaged records, files recovered."""

    captures: int = 0
    new: int = 0
    changed: int = 0
    duplicates: int = 0
    damaged: list[DamagedRecord]
    recovered: list[Recovered]


def warc_files(archive: Path) -> list[Path]:
    """The closed WARC and ARC files of a collection, by name: the order they were made in."""
    return sorted(path for path in archive.iterdir() if path.name.endswith(SUFFIXES) and path.is_file())


def catch_up(
    layout: Layout,
    config: CollectionConfig,
    *,
    rebuild: bool = False,
    workers: int | None = None,
    on_capture: Callable[[CaughtUp], None] = lambda _: None,
) -> CaughtUp:
    """Recover files left open, then index what the WARC files hold beyond what the index knows. Needs the write lock.

    With `rebuild` both projections are made from nothing beside the old ones, and take their place when they are whole.
    """
    done = CaughtUp(damaged=[], recovered=recover(layout.archive))
    files = warc_files(layout.archive)
    if rebuild:
        fresh = layout.index_db.with_name("index.db.rebuilding")
        remove_database(fresh)
        _index(fresh, files, config, layout, workers, done, on_capture)
        take_place(fresh, layout.index_db)
    else:
        _index(layout.index_db, files, config, layout, workers, done, on_capture)
    if rebuild or done.recovered or not layout.cdxj.exists():
        rebuild_cdxj(layout, files)
    return done


def _index(
    target: Path,
    files: Sequence[Path],
    config: CollectionConfig,
    layout: Layout,
    workers: int | None,
    done: CaughtUp,
    on_capture: Callable[[CaughtUp], None],
) -> None:
    with Index(target) as index:
        # A file is read again from where the index stopped, if that is only the end of its last exchange: a few records.
        behind = [file for file in files if index.indexed_up_to(file.name) < file.stat().st_size]
        if not behind:
            return
        with Pool(workers=workers) as pool:
            ingest = Ingest(index, pool, config.sites, layout.archive)
            for applied in ingest.catch_up(behind):
                if isinstance(applied, DamagedRecord):
                    done.damaged.append(applied)
                    continue
                done.captures += 1
                done.new += applied.change == Change.NEW
                done.changed += applied.change == Change.CHANGED
                done.duplicates += applied.change == Change.DUPLICATE
                on_capture(done)


def rebuild_cdxj(layout: Layout, files: Sequence[Path]) -> None:
    """Write `index.cdxj` anew from the WARC files."""
    found = (item for file in files for item in captures(file) if isinstance(item, Capture))
    CdxjFile(layout.cdxj).rebuild(found)
