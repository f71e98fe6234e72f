"""A collection as one WACZ file (Web Archive Collection Zipped 1.1.1), for ReplayWeb.page and other
readers.

WARC files go in as they are, stored; the index is a ZipNum CDXJ (gzip blocks with a secondary
index), so that a reader can open a remote WACZ of any size by a few range requests. Where 304
answers were captured there is a second index for pywb, which reads every `*.cdx.gz` when it unpacks
a WACZ (`archive.cdx.not_modified`). Choosing what the collection holds is left to others.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice
from pathlib import Path
from typing import IO

from archive.cdx.not_modified import confirmed_lines
from archive.errors import UsageError, file_refused
from archive.locks.file_modes import FILE_MODE
from archive.model import content_id, iso_utc

# Lines a gzip block of the index: py-wacz's own figure is 3000, wabac reads a block whole for one
# look-up.
BLOCK_LINES = 1024
_COPY = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntry:
    """One line of `pages.jsonl`: a page a reader can open; `title` may be empty."""

    url: str
    captured: datetime
    title: str
    text: str | None = None


class _Package:
    """A zip file that remembers the digest and size of each resource put into it."""

    def __init__(self, file: IO[bytes], moment: datetime) -> None:
        self._zip = zipfile.ZipFile(file, "w", allowZip64=True)
        self._date = moment.timetuple()[:6]
        self.resources: list[dict[str, str | int]] = []
        self._names: set[str] = set()

    def add(
        self, name: str, chunks: Iterable[bytes], *, size: int = 0, listed: bool = True
    ) -> None:
        """Add a member, stored: readers seek in WARC and index, and the rest is small. `size` where
        it may be large.
        """
        entry = zipfile.ZipInfo(name, (max(self._date[0], 1980), *self._date[1:]))
        entry.compress_type = zipfile.ZIP_STORED
        entry.external_attr = FILE_MODE << 16
        # zipfile decides by this size alone; a needless zip64 field in the local header misleads
        # wabac.js by 20 bytes.
        entry.file_size = size
        digest, written = hashlib.sha256(), 0
        with self._zip.open(entry, "w") as member:
            for chunk in chunks:
                member.write(chunk)
                digest.update(chunk)
                written += len(chunk)
        if listed:
            self.resources.append(
                {
                    "name": self._resource_name(name.rpartition("/")[2]),
                    "path": name,
                    "hash": f"sha256:{digest.hexdigest()}",
                    "bytes": written,
                }
            )

    def _resource_name(self, file: str) -> str:
        """A name of its own for a resource, of the letters that one may have (Frictionless Data
        Package 1.0, "name"); its path is as it is.
        """
        name = plain = re.sub("[^-a-z0-9._]", "-", file.lower())
        for number in count(2):
            if name not in self._names:
                break
            name = f"{plain}-{number}"
        self._names.add(name)
        return name

    def close(self) -> None:
        """Write the end of the zip file."""
        self._zip.close()

    def discard(self) -> None:
        """Release the file without writing the end of the zip into it."""
        self._zip.fp = None


def _open_alone(partial: Path, target: Path) -> IO[bytes]:
    """What is to become `target`, written anew; UsageError where another process writes it."""
    try:
        file = partial.open("ab")
    except OSError as error:
        raise file_refused(target, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise UsageError(f"{partial} is being written by another process") from None
    file.truncate(0)
    return file


def write_wacz(
    target: Path,
    *,
    warcs: Iterable[Path],
    cdxj: Iterable[bytes],
    pages: Iterable[PageEntry],
    title: str,
    created: datetime,
    software: str,
) -> int:
    """Write `target`; returns its size in bytes. `cdxj` are the lines of the index as the sorted
    file has them, each with its line feed.

    Raises UsageError where `target` exists or another process writes it, StorageError where the
    disk refuses; what was begun is then removed. What a killed process began is written over.
    """

    def write_package(partial: Path) -> None:
        with partial.open("wb") as file:
            package = _Package(file, created)
            try:
                _write_members(package, warcs, cdxj, pages, (title, created, software))
            except BaseException:
                package.discard()
                raise
            file.flush()
            os.fsync(file.fileno())

    return write_new_file(target, write_package)


def write_new_file(target: Path, write: Callable[[Path], object]) -> int:
    """Have `write` fill an empty file beside `target`, and call it `target` once it is whole; its
    size in bytes. Raises as `write_wacz` does.
    """
    if target.exists():
        raise UsageError(f"{target} exists; name another file or remove it")
    partial = target.with_name(target.name + ".part")
    lock = _open_alone(partial, target)
    try:
        with lock:
            write(partial)
            partial.replace(target)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise file_refused(target, error) from error
    return target.stat().st_size


def _write_members(
    package: _Package,
    warcs: Iterable[Path],
    cdxj: Iterable[bytes],
    pages: Iterable[PageEntry],
    about: tuple[str, datetime, str],
) -> None:
    title, created, software = about
    for warc in warcs:
        package.add(f"archive/{warc.name}", _read_chunks(warc), size=warc.stat().st_size)
    _write_indexes(package, cdxj)
    package.add("pages/pages.jsonl", _page_lines(pages))
    described = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": title,
        "software": software,
        "created": iso_utc(created),
        "modified": iso_utc(created),
        "resources": package.resources,
    }
    datapackage = json.dumps(described, ensure_ascii=False, indent=2).encode()
    package.add("datapackage.json", [datapackage], listed=False)
    digest = {
        "path": "datapackage.json",
        "hash": "sha256:" + hashlib.sha256(datapackage).hexdigest(),
    }
    package.add("datapackage-digest.json", [json.dumps(digest, indent=2).encode()], listed=False)
    package.close()


def _write_indexes(package: _Package, cdxj: Iterable[bytes]) -> None:
    """The index, its secondary index, and the lines of 304 answers as pywb shows them."""
    blocks: list[str] = []
    with tempfile.SpooledTemporaryFile(_COPY) as kept:
        with gzip.GzipFile(fileobj=kept, mode="wb", mtime=0) as not_modified:
            lines = confirmed_lines(cdxj, not_modified.write)
            package.add("indexes/index.cdx.gz", _zipnum_blocks(lines, blocks))
            count = not_modified.tell()
        package.add("indexes/index.idx", ["".join(blocks).encode()])
        if count:
            kept.seek(0)
            package.add("indexes/not-modified.cdx.gz", iter(lambda: kept.read(_COPY), b""))


def _read_chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_COPY):
            yield chunk


def _zipnum_blocks(lines: Iterable[bytes], secondary: list[str]) -> Iterator[bytes]:
    """Yield the gzip blocks of a ZipNum index; appends the secondary index's line of each to
    `secondary`.
    """
    secondary.append('!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n')
    source, offset = iter(lines), 0
    while batch := list(islice(source, BLOCK_LINES)):
        block = gzip.compress(b"".join(batch), compresslevel=6, mtime=0)
        key, timestamp, _ = batch[0].decode("utf-8").split(" ", 2)
        where = {
            "offset": offset,
            "length": len(block),
            "digest": "sha256:" + hashlib.sha256(block).hexdigest(),
        }
        secondary.append(f"{key} {timestamp} {json.dumps({**where, 'filename': 'index.cdx.gz'})}\n")
        offset += len(block)
        yield block


def _page_lines(pages: Iterable[PageEntry]) -> Iterator[bytes]:
    yield b'{"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": true}\n'
    for page in pages:
        line = {
            "id": content_id("page", page.url, iso_utc(page.captured)),
            "url": page.url,
            "ts": iso_utc(page.captured),
        }
        if page.title:
            line["title"] = page.title
        if page.text is not None:
            line["text"] = page.text
        yield json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
