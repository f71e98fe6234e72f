"""Is this machine fit to run Warraq, and is this collection's place fit to hold it? Each check says
what to do.

No check asks the network. What is wrong inside a collection is `archive.verify`'s business.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from archive.config import CollectionConfig, load_config
from archive.disk.room import DiskRoom, free_space, size_on_disk, size_text
from archive.errors import WarraqError
from archive.layout import CollectionFolder
from archive.model import iso_utc
from archive.query.reports import crawls_ahead, latest_captures
from archive.urls import origin_of
from archive.warc.capture_reader import read_payload
from crawler.browser.chromium import find_chromium, missing_parts
from crawler.fetch.server_dates import ServerDates

# The SQLite whose FTS5 and window functions the index is written for.
_SQLITE = (3, 40, 0)
# Below this many free bytes a crawl of a day may not find room: one rotated WARC and its index.
_FREE = 2_000_000_000
# File systems that cannot share SQLite's WAL between processes, by their names in /proc/mounts.
_NETWORKED = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs")
_NEEDED = ("scrapy", "trafilatura", "warcio", "fastwarc", "lxml", "brotli", "cronsim", "tzdata")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at: what was found, and what to do where it is not right (else empty)."""

    name: str
    observed: str
    advice: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is to be done."""
        return not self.advice


def run_checks(folder: Path) -> Iterator[Check]:
    """All checks of this machine and of `folder`, where a collection is or will be."""
    for look in (_python, _sqlite, _packages, _brotli, _zones, _workers):
        yield _run_guarded(look)
    for look_at in (_space, _file_system, _wal, _clock):
        yield _run_guarded(lambda look_at=look_at: look_at(folder), look_at.__name__)  # type: ignore[misc]
    yield _run_guarded(_browser)
    yield _run_guarded(_scheduler)


def _run_guarded(look: Callable[[], Check], name: str = "") -> Check:
    """A check that breaks is itself a finding, and the others still run."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001  # whatever is broken on this machine is what we are here to tell
        return Check(
            name=(name or look.__name__).strip("_").replace("_", " "),
            observed=f"{type(error).__name__}: {error}",
            advice="this check broke: reinstall Warraq in a fresh virtual environment, "
            "and report it if it stays",
        )


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    advice = "" if sys.version_info >= (3, 11) else "install Python 3.11 or newer"
    return Check(name="Python", observed=found, advice=advice)


def _sqlite() -> Check:
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    connection.close()
    advice = ""
    if sqlite3.sqlite_version_info < _SQLITE:
        advice = f"use a Python with SQLite {'.'.join(map(str, _SQLITE))} or newer"
    elif "ENABLE_FTS5" not in options:
        advice = "use a Python whose SQLite has FTS5"
    return Check(
        name="SQLite",
        observed=f"{sqlite3.sqlite_version}, FTS5 {'yes' if 'ENABLE_FTS5' in options else 'no'}",
        advice=advice,
    )


def _packages() -> Check:
    missing, found = [], []
    for name in _NEEDED:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    advice = (
        f"install again: pip install --force-reinstall warraq (missing: {', '.join(missing)})"
        if missing
        else ""
    )
    return Check(name="packages", observed=", ".join(found), advice=advice)


def _brotli() -> Check:
    # Another package of the same module name (brotlipy) shadows the real one, and every br page
    # would fail.
    brotli = import_module("brotli")
    fine = brotli.decompress(brotli.compress(b"warraq")) == b"warraq" and hasattr(
        brotli.Decompressor(), "process"
    )
    advice = (
        ""
        if fine
        else "uninstall brotlipy from this environment, then pip install --force-reinstall brotli"
    )
    return Check(
        name="Brotli", observed="decodes" if fine else "another package shadows it", advice=advice
    )


def _zones() -> Check:
    from zoneinfo import available_timezones

    count = len(available_timezones())
    return Check(
        name="time zones",
        observed=f"{count} known",
        advice="" if count > 300 else "pip install tzdata",
    )


def _workers() -> Check:
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    return Check(name="processors", observed=f"{cores} usable, zlib {zlib.ZLIB_RUNTIME_VERSION}")


def _nearest_existing(folder: Path) -> Path:
    folder = folder.expanduser().resolve()
    return next(path for path in (folder, *folder.parents) if path.exists())


def _space(folder: Path) -> Check:
    place = _nearest_existing(folder)
    free = free_space(place)
    observed = f"{free / 1e9:.1f} GB free at {place}"
    advice = "make room: a crawl stops when the disk is full (nothing captured is lost)"
    advice = "" if free >= _FREE else advice
    bounds = _bounds_of(folder)
    if bounds is not None and bounds.min_free is not None:
        observed += f", crawls end at {size_text(bounds.min_free)}"
        advice = ""
    if bounds is not None and bounds.quota is not None:
        observed += f"; {size_text(size_on_disk(place))} of a quota of {size_text(bounds.quota)}"
    if bounds is not None:
        advice = DiskRoom(place, bounds).shortage() or advice
    return Check(name="disk space", observed=observed, advice=advice)


def _bounds_of(folder: Path) -> CollectionConfig | None:
    """The configuration of a collection; None where there is none, or it cannot be read."""
    with suppress(WarraqError):
        return load_config(CollectionFolder.locate(folder).config)
    return None


def _file_system(folder: Path) -> Check:
    place = _nearest_existing(folder)
    try:
        mounts = [
            line.split(" ")
            for line in Path("/proc/mounts").read_text("utf-8", "replace").splitlines()
        ]
    except OSError:
        return Check(name="file system", observed="unknown on this system")
    within = [
        entry
        for entry in mounts
        if len(entry) > 2 and place.is_relative_to(entry[1].replace("\\040", " "))
    ]
    kind = max(within, key=lambda entry: len(entry[1]))[2] if within else "unknown"
    advice = (
        "keep the collection on a local disk: SQLite's WAL needs one" if kind in _NETWORKED else ""
    )
    return Check(name="file system", observed=kind, advice=advice)


def _wal(folder: Path) -> Check:
    place = _nearest_existing(folder)
    if not os.access(place, os.W_OK):
        return Check(
            name="writing",
            observed=f"{place} cannot be written",
            advice="choose another folder or change its rights",
        )
    with tempfile.TemporaryDirectory(dir=place, prefix=".warraq-doctor-") as scratch:
        connection = sqlite3.connect(Path(scratch) / "try.db")
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        finally:
            connection.close()
    return Check(
        name="writing",
        observed=f"SQLite journal: {mode}",
        advice="" if mode == "wal" else "use a local disk",
    )


def _clock(folder: Path) -> Check:
    """The clock against the Date that servers sent with the newest captures of the collection."""
    now = datetime.now(UTC)
    try:
        return _compare_clock(CollectionFolder(folder.expanduser()), now)
    except WarraqError as error:  # the index is no business of this check
        return Check(name="clock", observed=f"{iso_utc(now)}; no captures to compare: {error}")


def _compare_clock(layout: CollectionFolder, now: datetime) -> Check:
    dates, compared = ServerDates(), 0
    for capture in latest_captures(layout.index_db, now):
        with suppress(WarraqError, OSError, LookupError):
            message = read_payload(layout.archive, capture)
            dates.note(origin_of(capture.url), message, capture.captured)
            compared += message.header("date") is not None
    ahead = crawls_ahead(layout.index_db, now)
    observed = f"{iso_utc(now)}; {compared} captures compared with the servers' dates"
    if ahead:
        observed += f"; crawls dated up to {iso_utc(max(ahead.values()))}"
    warning = dates.warning()
    advice = f"when the newest captures were made: {warning} (timedatectl set-ntp true)"
    return Check(name="clock", observed=observed, advice=advice if warning else "")


def _browser() -> Check:
    """What pages in a browser take; without it all else works."""
    missing = missing_parts()
    if missing:
        return Check(name="browser", observed=f"no pages in a browser: {'; '.join(missing)}")
    return Check(name="browser", observed=f"{find_chromium()}, playwright {version('playwright')}")


def _scheduler() -> Check:
    there = [name for name in ("crontab", "systemctl") if shutil.which(name)]
    found = (
        ", ".join(there)
        or "neither crontab nor systemctl; `warraq run-due` can be run by anything else"
    )
    return Check(name="scheduler", observed=found)
