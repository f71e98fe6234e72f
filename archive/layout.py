"""A collection on disk: where each thing lies, how a folder becomes a collection, and who may write
to it.

What stands inside the files is others' business; `warraq.toml` is read by `archive.config`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from archive.config import check_format
from archive.errors import CollectionBusyError, StorageError, UsageError
from archive.fixity.head_note import HEAD_NOTE
from archive.fixity.index_seal import (
    begin_index_checksums,
    delete_index_checksums,
    write_index_checksums,
)
from archive.index.renewal.index_state import IndexState, examine_index
from archive.locks.file_locks import FileLock, holder_of, is_locked
from archive.locks.file_modes import make_folder, open_private

CONFIG_NAME = "warraq.toml"
ENVIRONMENT = "WARRAQ_COLLECTION"

# Seconds for which a crawl waits while another one mends or closes files. Where that takes longer,
# as after a deleted index, it had better come again.
_TURN = 30.0
_LEASE = 0.02  # seconds for which a lease is tried: of a hundred sites all may be held


def chosen_root(option: Path | None = None) -> Path:
    """The folder meant, be it a collection or not: `option` (`-C DIR`), else
    `$WARRAQ_COLLECTION`, else the current one.
    """
    return (option or Path(os.environ.get(ENVIRONMENT) or ".")).expanduser().resolve()


@dataclass(frozen=True, slots=True)
class CollectionFolder:
    """The paths of the collection at `root`. Making one touches nothing; `find` and `create` do."""

    root: Path
    index_name: str = "index.db"

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
        return self.root / self.index_name

    @property
    def index_in_making(self) -> Path:
        """The index that takes the place of `index_db` when it is whole."""
        return self.root / "index.db.rebuilding"

    def with_index(self, path: Path) -> CollectionFolder:
        """The same collection with another file of it as its index."""
        return replace(self, index_name=path.name)

    def has_usable_index(self) -> bool:
        """Whether `index_db` is there and can be read and written by this Warraq."""
        return examine_index(self.index_db, self.state) is IndexState.CURRENT

    def with_written_index(self) -> CollectionFolder:
        """The same collection with the index that crawls write to: `index_in_making`, where there
        is one and `index_db` cannot be used.
        """
        if self.index_in_making.exists() and not self.has_usable_index():
            return self.with_index(self.index_in_making)
        return self

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
    def fixity_head(self) -> Path:
        """Which line of the chain was the last, as the last writer left it."""
        return self.state / HEAD_NOTE

    @property
    def given_up(self) -> Path:
        """The folder of notes of pages whose reading was given up."""
        return self.state / "given-up"

    @property
    def logs(self) -> Path:
        """The folder of the logs of runs."""
        return self.state / "logs"

    @property
    def reports(self) -> Path:
        """The folder of the reports of runs."""
        return self.root / "reports"

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
                make_folder(folder)
            with open_private(collection.config, "xb") as file:
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
        root = chosen_root(option)
        if not (root / CONFIG_NAME).is_file():
            source = f" (from ${ENVIRONMENT})" if named else " (the current folder)"
            shown = root if option else f"{root}{source}"
            raise UsageError(
                f"{shown} is not a collection: there is no {CONFIG_NAME} in it; "
                "name one with -C DIR or make one with `warraq init DIR --site URL`"
            )
        check_format(root / CONFIG_NAME)
        return cls(root)

    # ---------------------------------------------------------------------------------- who writes

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        """Be the only process that writes to the collection while the block runs; its end notes
        what the index's bytes are (`archive.fixity.index_seal`).

        For what concerns the whole collection: a rebuild, an import, a withdrawal. Raises
        CollectionBusyError at once where another process writes or crawls, naming it.
        """
        lock = self._lock()
        try:
            yield
        finally:
            write_index_checksums(self.index_db, self.index_checksums)
            lock.release()

    @contextmanager
    def crawl_lock(self) -> Iterator[FileLock]:
        """Write to the collection beside other crawls while the block runs; `site_lease` says for
        which sites.

        Raises CollectionBusyError at once where a process has the whole collection. The last of the
        crawls notes what the index's bytes are.
        """
        lock = self._lock(shared=True)
        try:
            yield lock
        finally:
            try:
                self._seal_behind_last(lock)
            except BlockingIOError:
                pass  # another process has the whole collection already, and sees to it
            finally:
                lock.release()

    def _lock(self, *, shared: bool = False) -> FileLock:
        lock = FileLock(self.lock)
        try:
            # A restored backup may hold no more than warraq.toml and archive/.
            for folder in (self.archive, self.indexes, self.state):
                make_folder(folder)
            if not lock.acquire(shared=shared):
                raise CollectionBusyError(
                    f"{self.root} is being written by {self.describe_lock_holder()};"
                    " try again later"
                )
            delete_index_checksums(self.index_checksums)
        except OSError as error:
            lock.release()
            raise StorageError(
                f"{error.filename or self.state}: cannot be written: {error.strerror}"
            ) from error
        return lock

    def _seal_behind_last(self, lock: FileLock) -> None:
        """Note what the index's bytes are, unless another process writes or comes meanwhile."""
        if not lock.become_exclusive():
            return
        begin_index_checksums(self.index_checksums)
        lock.become_shared()  # so that reading the index keeps nobody out
        write_index_checksums(
            self.index_db, self.index_checksums, is_undisturbed=lock.become_exclusive
        )

    def site_lease(self, site: str) -> FileLock:
        """The right to crawl a site, until it is released or this process ends; hold `crawl_lock`.

        Raises CollectionBusyError at once where another process has it, naming it.
        """
        lease = FileLock(self._lease(site))
        try:
            make_folder(self._leases)
            if lease.acquire(wait=_LEASE):
                return lease
        except OSError as error:
            raise StorageError(
                f"{error.filename or self.state}: cannot be written: {error.strerror}"
            ) from error
        raise CollectionBusyError(f"{site} is being crawled by {self.crawler_of(site)}")

    @contextmanager
    def upkeep_turn(self, wait: float = _TURN) -> Iterator[None]:
        """Mend, close and state files while the block runs, one crawl at a time; hold `crawl_lock`.

        Raises CollectionBusyError where another crawl has its turn for longer than `wait` seconds.
        """
        path = self.state / "upkeep"
        turn = FileLock(path)
        if not turn.acquire(wait=wait):
            raise CollectionBusyError(
                f"{self.root} is being brought up to date by {holder_of(path)}; try again later"
            )
        try:
            yield
        finally:
            turn.release()

    def is_busy(self) -> bool:
        """Whether any process writes to the collection; keeps none from beginning to."""
        return is_locked(self.lock)

    def is_held_alone(self) -> bool:
        """Whether a process has the whole collection, so that no site can be crawled."""
        return is_locked(self.lock, alone=True)

    def is_crawling(self, site: str) -> bool:
        """Whether a process crawls the site."""
        return is_locked(self._lease(site), alone=True)

    def crawler_of(self, site: str) -> str:
        """The process that crawls the site: its id, command and start time."""
        return holder_of(self._lease(site))

    def describe_lock_holder(self) -> str:
        """A process that writes to the collection: its id, command and start time."""
        if self.is_held_alone():
            return holder_of(self.lock)
        held = (path for path in sorted(self._leases.glob("*.lock")) if is_locked(path, alone=True))
        return next((holder_of(path) for path in held), "another process")

    @property
    def _leases(self) -> Path:
        return self.state / "leases"

    def _lease(self, site: str) -> Path:
        # A spider of another project may be called anything.
        return self._leases / (site.replace("%", "%25").replace("/", "%2F") + ".lock")
