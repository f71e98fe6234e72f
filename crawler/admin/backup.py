"""A second copy of a collection, that is a collection: taken while crawls write, brought up to date
by each further backup, opened at the end.

How files are copied is `archive.packaging.backup_copy`'s. Nothing is locked in the collection, and
nothing is written to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.config import CollectionConfig
from archive.errors import StorageError, UsageError
from archive.fixity.anchor import configured_public_keys, signing_key_path
from archive.fixity.manifest import (
    MANIFEST,
    check_fixity,
    closed_files,
    read_manifest,
    read_manifest_file,
)
from archive.index.renewal.index_state import IndexState, examine_index
from archive.layout import CollectionFolder
from archive.locks.file_modes import make_folder, open_private
from archive.model import iso_utc
from archive.packaging.backup_copy import BackupCopy, CopiedFiles
from pipelines.ingest.catch_up import update_index

NOTE = "backup.json"  # in a backup: whose it is, and when it was brought up to date last
_OWN = frozenset({"archive", "indexes", "fixity", "state", "index.db"})
_PASSES = 5  # over the archive: a purge may rewrite files that were copied already


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupResult:
    """What a backup did: the files copied, unchanged and damaged, and those that the collection has
    lost (`lost`, relative names) and the backup keeps. `has_index`: its index is up to date.
    """

    files: CopiedFiles
    lost: tuple[str, ...]
    has_index: bool

    @property
    def is_damaged(self) -> bool:
        """Whether a file of the collection is not what it should be, or lost."""
        return bool(self.files.damaged or self.lost)


def back_up(
    layout: CollectionFolder, config: CollectionConfig, folder: Path, *, check: bool = False
) -> BackupResult:
    """Bring the backup of a collection in `folder` up to date, made where it is missing; with
    `check` all of it is read again.

    A kill leaves it as it was or with some files more, and the next one goes on. Raises UsageError
    where the folder holds anything else, CollectionBusyError where another process writes to the
    backup, StorageError where a disk refuses.
    """
    target = CollectionFolder(folder.expanduser().resolve())
    _refuse_others(layout, target)
    _write_note(target, layout, config, finished=None)
    with target.write_lock():
        copy = BackupCopy(layout, target)
        copy.remove_leftovers()
        _drop_reports(layout, target)
        # What the backup stated itself gives way to what the collection states, which is no loss.
        target.fixity_head.unlink(missing_ok=True)
        state = examine_index(layout.index_db, layout.state)
        _copy_all(copy, layout, has_index=state is IndexState.CURRENT)
        # One that has to be made anew takes hours, which are the crawls' to spend.
        has_index = state is IndexState.MISSING or target.has_usable_index()
        if has_index:
            key = signing_key_path(layout.root, config)
            # What holds a disk's bounds is where crawls write.
            own = replace(config, min_free=None, quota=None)
            own = replace(
                own,
                signing_key=str(key) if key else None,
                public_key=tuple(sorted(configured_public_keys(layout.root, config))),
            )
            update_index(target, own)
        if check:
            for finding in check_fixity(target.fixity, target.root):
                copy.files.damaged.append(f"{finding.file} of the backup ({finding.detail})")
    _write_note(target, layout, config, finished=datetime.now(UTC))
    there = {path.name for path in layout.archive.iterdir()}
    stated = read_manifest(layout.fixity)
    gone = (
        f"archive/{path.name}" for path in closed_files(target.archive) if path.name not in there
    )
    lost = tuple(name for name in gone if name in stated)
    return BackupResult(files=copy.files, lost=lost, has_index=has_index)


def _copy_all(copy: BackupCopy, layout: CollectionFolder, *, has_index: bool) -> None:
    """Copy the parts, against the order in which a crawl writes them; then put the snapshots in
    their places, in that order.
    """
    for _ in range(_PASSES):
        frontier = copy.snapshot_database(layout.frontier)
        index = copy.snapshot_database(layout.index_db) if has_index else None
        cdxj, fixity = copy.snapshot_cdxj(), copy.snapshot_fixity()
        stated: dict[str, str] = {}
        for part in fixity:
            if MANIFEST in part.name:
                stated = read_manifest_file(part)
        copy.copy_archive(stated)
        now = read_manifest(layout.fixity)
        if all(now.get(name) == digest for name, digest in stated.items()):
            break
    for path in _other_files(layout):
        copy.copy_file(path)
    copy.replace_folder(layout.fixity, fixity)
    copy.replace_folder(layout.indexes, cdxj)
    copy.put_in_place([part for part in (index, frontier) if part is not None])


def _drop_reports(layout: CollectionFolder, target: CollectionFolder) -> None:
    """Delete reports of runs that the collection has no more: a withdrawal takes those that name an
    article.
    """
    for path in _files_in(target.reports):
        if not (layout.reports / path.relative_to(target.reports)).exists():
            path.unlink(missing_ok=True)


def _other_files(layout: CollectionFolder) -> Iterator[Path]:
    """What a person put into the folder, and what of its state is more than of the moment."""
    for path in sorted(layout.root.iterdir()):
        if path.name.partition(".db")[0] == "index" or path.name in _OWN or path.name == NOTE:
            continue
        if not path.name.startswith("."):
            yield from _files_in(path)
    yield from (path for path in [layout.state / "alarms.json"] if path.is_file())
    for folder in (layout.given_up, layout.logs):
        yield from _files_in(folder)


def _files_in(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir() and not path.is_symlink() and path.name != "__pycache__":
        for each in sorted(path.iterdir()):
            yield from _files_in(each)


def _refuse_others(layout: CollectionFolder, target: CollectionFolder) -> None:
    """Raise UsageError where a folder is not fit to be the collection's backup."""
    root, folder = layout.root.resolve(), target.root
    if folder.is_relative_to(root) or root.is_relative_to(folder):
        raise UsageError(f"{folder}: a backup lies outside of its collection, best on another disk")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder")
    whose = _read_note(folder).get("source")
    if whose is None and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty, and no backup; name a folder that is")
    if whose is not None and whose != str(root):
        raise UsageError(
            f"{folder} is the backup of {whose}; name another folder, or correct `source` in its"
            f" {NOTE} if the collection was moved"
        )


def _read_note(folder: Path) -> dict[str, Any]:
    try:
        note = json.loads((folder / NOTE).read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _write_note(
    target: CollectionFolder,
    layout: CollectionFolder,
    config: CollectionConfig,
    *,
    finished: datetime | None,
) -> None:
    note = _read_note(target.root) | {
        "collection": config.name,
        "source": str(layout.root.resolve()),
    }
    if finished is not None:
        note["finished"] = iso_utc(finished)
    try:
        make_folder(target.root)
        fresh = target.root / f".{NOTE}.part"
        with open_private(fresh, "wb") as file:
            file.write(json.dumps(note, ensure_ascii=False, indent=1).encode() + b"\n")
        fresh.replace(target.root / NOTE)
    except OSError as error:
        raise StorageError(
            f"{error.filename or target.root}: cannot be written: {error.strerror}"
        ) from error
