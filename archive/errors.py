"""Every error a user can meet, and the exit code each one ends a command with.

    WarraqError                 1
    ├── UsageError              2   wrong arguments, or nothing of that name
    ├── ConfigError             2   warraq.toml: file, table, key, what was expected
    ├── NewerCollectionError    2   the collection was written by a newer Warraq
    ├── StorageError            1   disk full, no permission, database locked or corrupt
    ├── ArchiveWriteError       1   a WARC could not be written: the crawl stops at once
    ├── DamagedRecordError      4   bytes of a WARC record are not what they should be
    ├── CollectionBusyError    75   another process holds the write lock (EX_TEMPFAIL, sysexits.h)
    └── CrawlInterruptedError 130   a signal ended the work; state is saved

Exit codes 3 (done, but a site failed) and 4 (damage found) are verdicts drawn over a summary or
over findings, not exceptions. Only `crawler.cli` exits. A message says which file, field or URL,
what is wrong, and what to do.
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


class ArchiveWriteError(WarraqError):
    """A WARC record could not be written whole. Nothing may be fetched after this."""


class DamagedRecordError(WarraqError):
    """A WARC record cannot be read as it was written."""

    exit_code = 4


class CollectionBusyError(WarraqError):
    """Another process holds the collection's write lock."""

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
