"""The pages that an imported WACZ lists (`pages/pages.jsonl`, `pages/extraPages.jsonl`): kept
beside its WARC files, so that an export lists them again with their titles and texts.

They are a list and nothing more: no article, no version and no search of the collection is made of
them. An entry is kept if it has an http(s) `url` and a `ts` (WACZ 1.1.1 §5.3); of its fields `url`,
`ts`, `title` and `text`.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from archive.errors import StorageError, UsageError
from archive.fixity.own_files import IMPORTED_PREFIX
from archive.locks.file_modes import open_private
from archive.model import iso_utc
from archive.packaging.foreign_streams import (
    DamagedSourceError,
    ImportFolder,
    refuse_bomb,
    safe_stem,
)
from archive.packaging.wacz import PageEntry
from archive.urls import normalise_url
from archive.warc.open_file import sync_folder

LISTS = ("pages/pages.jsonl", "pages/extraPages.jsonl")
SUFFIX = ".pages.jsonl"
_LONGEST_LINE = 16 << 20
_LONGEST_TEXT = 1_000_000  # characters: the longest articles have a tenth of it


def import_pages(
    folder: ImportFolder,
    source: Path,
    package: zipfile.ZipFile,
    member: str,
    declared: str | None = None,
) -> None:
    """Keep what a list of a WACZ names, in a file of its own in `archive/`; the same list again is
    no change. `declared` is the SHA-256 that it is to have.

    Raises DamagedSourceError if it cannot be read to its end or is not as declared, and what
    `zipfile` raises for a damaged member; nothing of it is kept then.
    """
    name = f"{source}: {member}"
    info = package.getinfo(member)
    refuse_bomb(name, info.file_size, info.compress_size)
    partial = folder.archive / f".import-{os.getpid()}{SUFFIX}.part"
    read, written, count = hashlib.sha256(), hashlib.sha256(), 0
    try:
        with package.open(info) as file, open_private(partial, "xb") as kept:
            for entry in _entries_of(file, name, read.update):
                line = _line_of(entry)
                kept.write(line)
                written.update(line)
                count += 1
            kept.flush()
            os.fsync(kept.fileno())
        if declared not in {None, read.hexdigest()}:
            raise DamagedSourceError(
                f"{name} is not what datapackage.json states; get another copy"
            )
        stem = safe_stem(f"{source.stem}-{Path(member).stem}")
        target = f"{IMPORTED_PREFIX}{written.hexdigest()[:16]}-{stem}{SUFFIX}"
        if count and not (folder.archive / target).exists():
            partial.replace(folder.archive / target)
            sync_folder(folder.archive)
    finally:
        partial.unlink(missing_ok=True)


def _entries_of(
    file: IO[bytes], name: str, see: Callable[[bytes], object] = lambda _: None
) -> Iterator[PageEntry]:
    """The pages that a list names, without its first line, which describes it; `see` is given each
    line.
    """
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        see(line)
        try:
            entry = _page_entry(json.loads(line)) if line.strip() else None
        except ValueError as error:
            raise DamagedSourceError(
                f"{name}: line {number} cannot be read; get another copy"
            ) from error
        if entry is not None:
            yield entry


def _page_entry(said: Any) -> PageEntry | None:
    """The page that a line names; None if it names none."""
    if not isinstance(said, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - one error for all that is malformed
    url, time, title, text = (said.get(key) for key in ("url", "ts", "title", "text"))
    if not isinstance(url, str) or not isinstance(time, str) or normalise_url(url) is None:
        return None
    try:
        captured = datetime.fromisoformat(time)
    except ValueError:
        return None
    return PageEntry(
        url=url,
        captured=captured.replace(tzinfo=captured.tzinfo or UTC).astimezone(UTC),
        title=title[:_LONGEST_TEXT] if isinstance(title, str) else "",
        text=text[:_LONGEST_TEXT] if isinstance(text, str) else None,
    )


def _line_of(entry: PageEntry) -> bytes:
    fields = {
        "url": entry.url,
        "ts": iso_utc(entry.captured),
        "title": entry.title,
        "text": entry.text,
    }
    known = {name: value for name, value in fields.items() if value}
    return json.dumps(known, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def read_imported_pages(archive: Path) -> Iterator[PageEntry]:
    """The pages that imported files listed, by file. StorageError if one cannot be read."""
    for path in list_page_files(archive):
        try:
            with path.open("rb") as file:
                yield from _entries_of(file, path.name)
        except (OSError, UsageError) as error:
            raise StorageError(
                f"{path}: cannot be read: {error}. Import the WACZ it came from again"
            ) from error


def list_page_files(archive: Path) -> list[Path]:
    """The kept lists of pages, by name."""
    return sorted(archive.glob(f"{IMPORTED_PREFIX}*{SUFFIX}"))


def drop_pages(
    path: Path, is_gone: Callable[[str], bool], before_rename: Callable[[Path], None]
) -> bool:
    """Take the pages whose URLs are to go out of a kept list; whether there were any.

    `before_rename` is called with the new file, whole and synced, before it takes the old one's
    place; the same list gives the same bytes. StorageError if the disk refuses.
    """
    fresh = path.with_name(path.name + ".tmp")
    dropped = False
    try:
        with path.open("rb") as file, open_private(fresh, "wb") as kept:
            for entry in _entries_of(file, path.name):
                if is_gone(entry.url):
                    dropped = True
                else:
                    kept.write(_line_of(entry))
            kept.flush()
            os.fsync(kept.fileno())
        if dropped:
            before_rename(fresh)
            fresh.replace(path)
            sync_folder(path.parent)
    except OSError as error:
        raise StorageError(
            f"{error.filename or path}: cannot be rewritten: {error.strerror or error}"
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
    return dropped
