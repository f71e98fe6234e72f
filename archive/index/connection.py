"""Opening, checking, replacing and removing `index.db`."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from archive.errors import DamagedDatabaseError, NewerCollectionError, StorageError
from archive.index.schema import APPLICATION_ID, SCHEMA_VERSION, TABLES
from archive.locks.file_modes import FILE_MODE

# SQLite's primary result codes that say nothing of the file itself: the disk, the file system or
# another program refuses.
_REFUSALS = frozenset(
    {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL),
        *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM),
        sqlite3.SQLITE_INTERRUPT,
    }
)
# How SQLite begins what it says of a wrong statement.
_WRONG_STATEMENT = (
    *("no such", "near ", "ambiguous", "table ", "fts5:", "wrong number", "too many"),
)
_READERS_WAIT = 3000  # milliseconds for which the log waits for those who read in it
REBUILD = "run `warraq index --rebuild`"


@contextmanager
def storage_errors(path: Path, *, repair: str = REBUILD, is_trusted: bool = True) -> Iterator[None]:
    """Turn what SQLite says of the disk and of locks into StorageError, and what it says of damage
    into DamagedDatabaseError, with advice: `repair` is what to do about damage.

    A wrong statement or a broken constraint passes as the bug it is; but not with `is_trusted`
    false, where another program may have changed the tables: then it is damage, too.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if _primary_code(error) in _REFUSALS:
            advice = "check the disk and whether another program holds the file"
            raise StorageError(f"{path}: {error}; {advice}") from error
        if is_trusted and _is_bug(error):
            raise
        raise DamagedDatabaseError(f"{path}: {error}; {repair}", path) from error
    except UnicodeDecodeError as error:  # what SQLite says of a damaged name is no text
        told = f"{path}: a name in it is damaged; {repair}"
        raise DamagedDatabaseError(told, path) from error


def is_locked_or_read_only(error: sqlite3.DatabaseError) -> bool:
    """True if SQLite refuses to write, though nothing need be wrong with the file."""
    refusals = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY)
    return _primary_code(error) in refusals


def _primary_code(error: sqlite3.DatabaseError) -> int | None:
    """The low byte of the result code; None if the error is Python's (text that is no UTF-8)."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _is_bug(error: sqlite3.DatabaseError) -> bool:
    return isinstance(
        error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.NotSupportedError
    ) or (isinstance(error, sqlite3.OperationalError) and str(error).startswith(_WRONG_STATEMENT))


def connect_existing(path: Path, mode: str, *, timeout: float = 30.0) -> sqlite3.Connection:
    """Open a database that is there, `ro` or `rw`, whosever it is and whatever its version."""
    address = f"{path.resolve().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None)


def create_private(path: Path) -> None:
    """Make the empty file of a database that is not there yet, closed to other users: SQLite's own
    would be open to all.
    """
    with suppress(OSError):  # SQLite meets the same trouble at once, and says it
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))


def open_writer(path: Path, *, timeout: float = 30.0) -> sqlite3.Connection:
    """Open `index.db` for writing, made where it is missing: WAL, busy after `timeout` seconds.
    Transactions are explicit.
    """
    create_private(path)
    with storage_errors(path):
        connection = sqlite3.connect(path, timeout=timeout, isolation_level=None)
        try:
            _configure_writer(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def open_reader(path: Path, *, timeout: float = 30.0) -> sqlite3.Connection:
    """Open `index.db` for reading only; StorageError where it is not there."""
    with storage_errors(path):
        if not path.is_file():
            raise StorageError(f"{path}: no index here; run `warraq index`")
        connection = connect_reader(path, timeout=timeout)
        try:
            check_version(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_reader(path: Path, *, timeout: float = 30.0) -> sqlite3.Connection:
    """Open a database that is there for reading only, whatever its version."""
    address = f"{path.resolve().as_uri()}?mode=ro"
    if not path.with_name(path.name + "-shm").exists() and not _can_write(path.parent):
        # WAL wants a file beside the database; here nobody can write either of them
        address += "&immutable=1"
    connection = sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None)
    try:
        connection.execute("PRAGMA query_only = 1").close()
    except BaseException:
        connection.close()
        raise
    return connection


def _can_write(folder: Path) -> bool:
    """Whether a file could be made in a folder: a disk mounted read-only says no to root, too."""
    return os.access(folder, os.W_OK) and not os.statvfs(folder).f_flag & os.ST_RDONLY


def check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is no index of ours, or one of another schema version."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        raise StorageError(
            f"{path}: a database, but no index of Warraq; move it away and run `warraq index`"
        )
    if version > SCHEMA_VERSION:
        raise NewerCollectionError(
            f"{path}: written by a newer Warraq (schema {version}, this one knows "
            f"{SCHEMA_VERSION}); update Warraq, or run `warraq index`: it keeps this one under"
            " another name and makes its own"
        )
    if version < SCHEMA_VERSION:
        raise StorageError(
            f"{path}: written by an older Warraq (schema {version}); the next `warraq crawl`, or"
            " `warraq index`, makes it anew"
        )


def _configure_writer(connection: sqlite3.Connection, path: Path) -> None:
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StorageError(
            f"{path}: this file system does not allow SQLite's WAL ({mode}); use a local disk"
        )
    # The index can be made again from the WARCs, so the last commits may be lost with the power
    # (NORMAL), never its order. What is taken out is overwritten, on every build of SQLite: a
    # withdrawn text must not stay in free space.
    for pragma in (
        *("synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"),
        *("cache_size = -65536", "wal_autocheckpoint = 4000"),
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        check_version(connection, path)
        return
    connection.executescript(
        f"BEGIN IMMEDIATE; {TABLES}"
        f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    )


def overwrite_deleted(path: Path) -> bool:
    """Leave nothing of deleted texts in the full-text index and in the write-ahead log; False where
    another process reads or writes, so that the log must stay.
    """
    with storage_errors(path), closing(open_writer(path)) as db:
        # A deleted row's words stay in older segments of FTS5 until these are merged.
        db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
        db.execute(f"PRAGMA busy_timeout = {_READERS_WAIT}")
        busy: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy


def replace_database(fresh: Path, old: Path) -> None:
    """Put the database `fresh` where `old` stands and remove `fresh`; those who read `old` go on
    undisturbed.

    By SQLite's backup, as one transaction: a file renamed over a database in WAL mode could meet
    the old one's log. An `old` that cannot be written any more (damaged, no database) is removed
    first.
    """
    with storage_errors(old), closing(sqlite3.connect(fresh)) as source:
        try:
            _copy_database(source, old)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            remove_database(old)
            _copy_database(source, old)
    remove_database(fresh)


def _copy_database(source: sqlite3.Connection, target: Path) -> None:
    create_private(target)
    with closing(sqlite3.connect(target, timeout=30)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = WAL")


def remove_database(path: Path) -> None:
    """Remove a database with its log and shared-memory files, where they are."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
