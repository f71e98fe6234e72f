"""A collection as a BagIt bag (RFC 8493), for deposit: WARC files, CDXJ, fixity, configuration and
an index snapshot.

The snapshot is made by SQLite's own backup, so a bag taken during a crawl holds a whole database.
Any BagIt tool can check the bag.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import bagit

from archive.errors import StorageError, UsageError, file_refused
from archive.index.connection import connect_existing, create_private, storage_errors
from archive.locks.file_modes import FILE_MODE, FOLDER_MODE, make_folder


def write_bag(
    target: Path,
    *,
    root: Path,
    files: Iterable[Path],
    database: Path | None,
    info: Mapping[str, str],
) -> int:
    """Write a bag to `target` (a folder that must not exist yet) with SHA-256 and SHA-512
    manifests.

    `files` lie below `root` and keep their relative paths; `database` is snapshot as `index.db`;
    `info` goes into `bag-info.txt`. Returns the number of payload files. Raises UsageError,
    StorageError.
    """
    if target.exists():
        raise UsageError(f"{target} exists; name a folder that does not")
    # A folder that a killed export left is in nobody's way.
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        make_folder(partial)
        count = 0
        for file in files:
            copy = partial / file.relative_to(root)
            make_folder(copy.parent)
            shutil.copy2(file, copy)
            count += 1
        if database is not None and database.exists():
            _back_up(database, partial / "index.db")
            count += 1
        bagit.make_bag(str(partial), bag_info=dict(info), checksums=["sha256", "sha512"])
        for path in partial.rglob("*"):
            path.chmod(path.stat().st_mode & (FOLDER_MODE if path.is_dir() else FILE_MODE))
        partial.replace(target)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise file_refused(target, error) from error
    except StorageError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return count


def _back_up(database: Path, target: Path) -> None:
    create_private(target)
    with (
        storage_errors(database),
        closing(connect_existing(database, "ro")) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
