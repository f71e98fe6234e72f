"""A collection on disk: where each thing lies, how a folder becomes a collection, and who may write
to it.

What stands inside the files is others' business; `warraq.toml` is read by `archive.config`.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from archive.config import check_format
from archive.errors import CollectionBusyError, StorageError, UsageError
from archive.fixity.index_seal import delete_index_checksums, write_index_checksums
from archive.model import iso_utc

CONFIG_NAME = "warraq.toml"
ENVIRONMENT = "WARRAQ_COLLECTION"

# Readable by the group, closed to the rest: an archive may hold what its publisher later takes
# back.
_FOLDER_MODE = 0o750
_FILE_MODE = 0o640


@dataclass(frozen=True, slots=True)
class CollectionFolder:
    """The paths of the collection at `root`. Making one touches nothing; `find` and `create` do."""

    root: Path

    @property
    def config(self) -> Path:
        """What to crawl and how: the only file that a person edits."""
        return self.root / CONFIG_NAME

    @property
    def archive(self) -> Path:
        """The folder of WARC files."""
        return self.root / "archive"

    @property
    def indexes(self) -> Path:
        """The folder of CDXJ, where pywb looks for it."""
        return self.root / "indexes"

    @property
    def cdxj(self) -> Path:
        """The sorted CDXJ file."""
        return self.indexes / "index.cdxj"

    @property
    def index_db(self) -> Path:
        """The SQLite index."""
        return self.root / "index.db"

    @property
    def fixity(self) -> Path:
        """The folder of checksums and their chain."""
        return self.root / "fixity"

    @property
    def state(self) -> Path:
        """The folder that may be deleted when no crawl runs."""
        return self.root / "state"

    @property
    def lock(self) -> Path:
        """The file whose lock makes its holder the one writer."""
        return self.state / "lock"

    @property
    def frontier(self) -> Path:
        """The resumable state of crawls."""
        return self.state / "frontier.db"

    @property
    def index_checksums(self) -> Path:
        """Digests of the index's blocks, as the last writer left them."""
        return self.state / "index.seal"

    @property
    def log(self) -> Path:
        """The log of crawls."""
        return self.state / "crawl.log"

    @classmethod
    def create(cls, root: Path, config_text: str) -> CollectionFolder:
        """Make a collection in `root` (made too where missing) with `config_text` as its
        `warraq.toml`.

        Raises UsageError where there is one already: nothing is ever overwritten. Other files in
        the folder may stay.
        """
        collection = cls(root.resolve())
        if collection.config.exists():
            raise UsageError(f"{collection.root} is a collection already; nothing was changed")
        try:
            for folder in (
                collection.root,
                collection.archive,
                collection.indexes,
                collection.state,
            ):
                folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            with os.fdopen(
                os.open(collection.config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE), "wb"
            ) as file:
                file.write(config_text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError as error:
            raise UsageError(
                f"{collection.root}: a file stands where the collection needs a folder: {error}"
            ) from error
        except OSError as error:
            raise StorageError(
                f"{error.filename or root}: cannot be written: {error.strerror}"
            ) from error
        return collection

    @classmethod
    def locate(cls, option: Path | None = None) -> CollectionFolder:
        """The collection meant: `option` (`-C DIR`), else `$WARRAQ_COLLECTION`, else the current
        folder.

        Raises UsageError where that is not a collection, NewerCollectionError where a newer Warraq
        made it.
        """
        named = os.environ.get(ENVIRONMENT)
        root = (option or Path(named or ".")).expanduser().resolve()
        if not (root / CONFIG_NAME).is_file():
            source = f" (from ${ENVIRONMENT})" if named else " (the current folder)"
            shown = root if option else f"{root}{source}"
            raise UsageError(
                f"{shown} is not a collection: there is no {CONFIG_NAME} in it; "
                "name one with -C DIR or make one with `warraq init DIR --site URL`"
            )
        check_format(root / CONFIG_NAME)
        return cls(root)

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        """Be the collection's one writer while the block runs; its end notes what the index's bytes
        are (`archive.fixity.index_seal`).

        Raises CollectionBusyError at once where another process is, naming it. The lock is the
        kernel's (`flock`) and ends with its holder, so a process that was killed leaves nothing to
        clean up; the file beside it only tells who.
        """
        lock = FileLock(self.lock, mode=_FILE_MODE, timeout=0)
        try:
            # A restored backup may hold no more than warraq.toml and archive/.
            for folder in (self.archive, self.indexes, self.state):
                folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
            lock.acquire()
            self._write_signature()
            delete_index_checksums(self.index_checksums)
        except Timeout as error:
            raise CollectionBusyError(
                f"{self.root} is being written by {self.describe_lock_holder()}; try again later"
            ) from error
        except OSError as error:
            lock.release()
            raise StorageError(
                f"{error.filename or self.state}: cannot be written: {error.strerror}"
            ) from error
        try:
            yield
        finally:
            write_index_checksums(self.index_db, self.index_checksums)
            with suppress(OSError):
                self._signature.unlink()
            lock.release()

    def is_busy(self) -> bool:
        """Whether another process holds the write lock; does not keep it from being taken."""
        try:
            descriptor = os.open(self.lock, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def describe_lock_holder(self) -> str:
        """Who holds the write lock, by the file beside it: process id, command and start time."""
        try:
            holder = json.loads(self._signature.read_text("utf-8"))
            return f"process {int(holder['pid'])} ({holder['command']}, since {holder['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"

    @property
    def _signature(self) -> Path:
        return self.state / "lock.holder"

    def _write_signature(self) -> None:
        command = " ".join([Path(sys.argv[0] or "python").name, *sys.argv[1:]])[:200]
        holder = {"pid": os.getpid(), "command": command, "since": iso_utc(datetime.now(UTC))}
        fresh = self._signature.with_suffix(".new")
        fresh.write_text(json.dumps(holder, ensure_ascii=False), "utf-8")
        fresh.replace(self._signature)  # whole or not at all: a second writer may be reading it
