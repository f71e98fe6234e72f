"""Every error a user can meet, and the exit code each one ends a command with.

    WarraqError                 1
    ├── UsageError              2   wrong arguments, or nothing of that name
    ├── ConfigError             2   warraq.toml: file, table, key, what was expected
    ├── NewerCollectionError    2   the collection was written by a newer Warraq
    ├── StorageError            1   disk full, no permission, database locked or corrupt
    │   └── DamagedDatabaseError 1  a database is corrupt; an index is made anew from the WARCs
    ├── ArchiveWriteError       1   a WARC could not be written: the crawl stops at once
    ├── NoReaderError           1   no process can be had to read pages: the crawl stops
    ├── StalledError            1   a run made no progress although work was due
    ├── DamagedRecordError      4   bytes of a WARC record are not what they should be
    ├── NoRoomError             3   the floor of free space, or the quota: all ended in good order
    ├── CollectionBusyError    75   another process holds it, or the site (EX_TEMPFAIL, sysexits.h)
    └── CrawlInterruptedError 130   a signal ended the work; state is saved

Exit codes 3 (done, but a site failed) and 4 (damage found) are verdicts otherwise, drawn over a
summary or over findings, not exceptions. Only `crawler.cli` exits. A message says which file, field
or URL, what is wrong, and what to do.
"""

from __future__ import annotations

import os
from pathlib import Path


class WarraqError(Exception):
    """Base of all errors that a command shows in one line, without a traceback."""

    exit_code = 1


class UsageError(WarraqError):
    """Wrong arguments, or an article, version or site that does not exist."""

    exit_code = 2


class ConfigError(WarraqError):
    """`warraq.toml` (or an option that overrides it) is wrong: names file, table and key."""

    exit_code = 2


class NewerCollectionError(WarraqError):
    """The collection or its index was written by a newer version than this one."""

    exit_code = 2


class StorageError(WarraqError):
    """The disk or the database refused: full, read-only, locked, corrupt."""


class DamagedDatabaseError(StorageError):
    """The database at `path` is damaged: what it says cannot be believed any more."""

    def __init__(self, message: str, path: Path | None = None) -> None:
        super().__init__(message)
        self.path = path


class ArchiveWriteError(WarraqError):
    """A WARC record could not be written whole. Nothing may be fetched after this."""


class NoReaderError(WarraqError):
    """No process can be had to read pages. What was captured is kept, and read by the next run."""


class StalledError(WarraqError):
    """A run made no progress for long, although work was due. The next goes on from there."""


class DamagedRecordError(WarraqError):
    """A WARC record cannot be read as it was written."""

    exit_code = 4


class NoRoomError(WarraqError):
    """The collection has reached its floor of free space or its quota; nothing is lost by that."""

    exit_code = 3


class CollectionBusyError(WarraqError):
    """Another process holds the collection, or crawls the site."""

    exit_code = 75


class CrawlInterruptedError(WarraqError):
    """A signal ended the crawl; everything captured is kept and the next crawl goes on."""

    exit_code = 130


def file_refused(path: Path, error: OSError) -> WarraqError:
    """The error to raise if a file that the user named cannot be written: UsageError if its folder
    is missing or not theirs to write to, StorageError if the disk refused.
    """
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return UsageError(f"{path}: cannot be written: {error.strerror or error}")
    other = f" ({error.filename})" if error.filename else ""
    return StorageError(f"{path}: cannot be written: {error.strerror or error}{other}")
