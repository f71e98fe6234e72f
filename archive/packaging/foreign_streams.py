"""One WARC or ARC file that another tool made, taken into `archive/` from a stream of its bytes:
kept byte for byte, with a note of its origin.

The one change ever made: a file in which no record could be found again by its offset, since it is
packed as a whole or not with gzip, is kept unpacked, with its records as they were. Where the
stream comes from is `archive.packaging.foreign_files`' business.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from archive.errors import UsageError
from archive.fixity.manifest import ORIGIN
from archive.fixity.own_files import IMPORTED_PREFIX
from archive.locks.file_modes import open_private
from archive.model import iso_utc
from archive.packaging.packed_files import GZIP, Packing, packing_of, unpack, without_packing
from archive.warc import arc
from archive.warc.file_names import is_arc, split_suffix
from archive.warc.open_file import sync_folder
from archive.warc.record import SECOND_RECORD, Damage, Record
from archive.warc.record_reader import read_records

# What a packed file may grow to: rotation stands at 1 GB everywhere; a hostile one is a disk bomb.
MEMBER_LIMIT = 20 << 30
# Text packs 3 to 20 times, zeros 1030 times. Small files may do as they like.
_MAX_RATIO = 200
_SMALL = 1 << 30
_COPY = 1 << 20
_START = 512
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One WARC or ARC file of a source: its name in `archive/`, its SHA-256, and whether it was
    there already.

    `unpacked` says how it was packed, if it is kept unpacked; `damage` what of that could not be
    read, a line for each stretch.
    """

    source: str
    name: str
    sha256: str
    known: bool
    unpacked: str | None = None
    damage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file, or a member of a WACZ, that was not taken in, with the reason (which names it);
    `damaged` if its bytes are not what they should be.
    """

    problem: str
    damaged: bool = False


class DamagedSourceError(UsageError):
    """A file that cannot be taken in, since its bytes are not what they should be."""

    exit_code = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFolder:
    """Where files are taken in: the collection's `archive/`, the files that are in it already by
    their SHA-256 (a file that comes twice is no change), and the time to note.
    """

    archive: Path
    known: dict[str, str]
    now: datetime


def web_archive_suffix(name: str) -> str:
    """The suffix that a file has once it is unpacked, by its name: `.warc` of `x.warc.zst`; '' if
    it is not called as a WARC or ARC file is.
    """
    return split_suffix(without_packing(name))[1]


def safe_stem(name: str) -> str:
    """What of a foreign name may stand in the name of a file here: letters, digits, `_`, `.`, `-`,
    80 at most.
    """
    return _UNSAFE.sub("-", name).strip(".-")[:80]


def refuse_bomb(what: str, size: int, packed: int) -> None:
    """UsageError where `packed` bytes unpack to so many that they can only fill a disk."""
    if size > MEMBER_LIMIT or (size > _SMALL and size > _MAX_RATIO * max(1, packed)):
        raise UsageError(
            f"{what} unpacks to more than {min(size, MEMBER_LIMIT) >> 20} MB; "
            "if it is to be, unpack it first"
        )


def import_stream(
    folder: ImportFolder,
    file: IO[bytes],
    name: str,
    origin: dict[str, str],
    declared: str | None = None,
) -> Imported:
    """Take in the file called `name` whose bytes `file` gives. `origin` is what its note says of
    where it came from, `declared` the SHA-256 that it is to have.

    Raises UsageError if it is no WARC or ARC file, DamagedSourceError if it cannot be read or is
    not as declared.
    """
    start, label = read_source(file, _START), ": ".join(origin.values())
    packing = packing_of(start)
    suffix = suffix_of_content(start) or web_archive_suffix(name)
    if not suffix and packing is None:
        raise _no_web_archive(label)
    partial = folder.archive / f".import-{os.getpid()}{suffix}.part"
    with _removed_after(partial):
        sha256 = _copy_durably(file, start, partial)
        if declared is not None and declared != sha256:
            raise DamagedSourceError(
                f"{label} is not what datapackage.json states; get another copy"
            )
        if sha256 in folder.known:
            there = folder.known[sha256]
            return Imported(source=origin["file"], name=there, sha256=sha256, known=True)
        damage: list[str] = []
        if packing is not None:
            damage = _replace_by_unpacked(partial, label, packing)
            with partial.open("rb") as content:
                start = content.read(_START)
            suffix = suffix_of_content(start) or web_archive_suffix(name).removesuffix(".gz")
        _refuse_others(partial, label, suffix, start, damage)
        if suffix.endswith(".gz") and _is_one_stream(partial, suffix):
            packing, suffix = GZIP, suffix.removesuffix(".gz")
            damage += _replace_by_unpacked(partial, label, GZIP)
        stem = safe_stem(split_suffix(without_packing(name))[0])
        target = folder.archive / f"{IMPORTED_PREFIX}{sha256[:16]}-{stem}{suffix}"
        note = {**origin, "sha256": sha256, "imported": iso_utc(folder.now)}
        _place_with_note(partial, target, note | _changes(packing, damage))
    folder.known[sha256] = target.name
    return Imported(
        source=origin["file"],
        name=target.name,
        sha256=sha256,
        known=False,
        unpacked=packing.name if packing else None,
        damage=tuple(damage),
    )


def _no_web_archive(label: str) -> UsageError:
    return UsageError(f"{label}: neither a WARC nor an ARC nor a WACZ file")


def _refuse_others(partial: Path, label: str, suffix: str, start: bytes, damage: list[str]) -> None:
    """UsageError where a file holds no record, though its name or its packing may say so."""
    if suffix and (suffix_of_content(start) or _holds_records(partial, suffix)):
        return
    if damage and web_archive_suffix(label):
        raise DamagedSourceError(f"{label}: nothing in it can be read: {damage[0]}")
    raise _no_web_archive(label)


def companion_files(archive: Path, names: Collection[str]) -> list[Path]:
    """The WARC files of `archive/` that were imported from the same sources as those of these
    names, and are none of them: a crawler keeps texts and pictures of pages in files of their own.
    """
    sources = {}
    for note in sorted(archive.glob(f"{IMPORTED_PREFIX}*{ORIGIN}")):
        try:
            said = json.loads(note.read_text("utf-8"))
        except (OSError, ValueError):  # verify tells what is wrong with it
            continue
        if isinstance(said, dict) and "member" in said:
            sources[note.name.removesuffix(ORIGIN)] = said.get("file")
    wanted = {sources[name] for name in names if name in sources}
    files = [archive / name for name, source in sources.items() if source in wanted]
    return [
        path for path in files if path.name not in names and path.is_file() and not is_arc(path)
    ]


def _changes(packing: Packing | None, damage: list[str]) -> dict[str, str]:
    """What the note of origin says of a file that is not kept as it came."""
    if packing is None:
        return {}
    how = "as one gzip stream" if packing is GZIP else f"with {packing.name}"
    change = f"it was packed {how} and is kept unpacked, every record byte for byte"
    return {"change": change} | ({"damage": "; ".join(damage)} if damage else {})


def read_source(file: IO[bytes], size: int) -> bytes:
    """Read from a file that is taken in; DamagedSourceError where its disk does not let it be
    read, which is no fault of the collection's.
    """
    try:
        return file.read(size)
    except OSError as error:
        where = getattr(file, "name", "the file")
        raise DamagedSourceError(f"{where}: cannot be read: {error.strerror or error}") from error


def _copy_durably(file: IO[bytes], start: bytes, partial: Path) -> str:
    """Write `start` and the rest of `file` to `partial`, synced; returns the SHA-256 of all."""
    digest = hashlib.sha256(start)
    with open_private(partial, "xb") as copy:
        copy.write(start)
        while chunk := read_source(file, _COPY):
            copy.write(chunk)
            digest.update(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _place_with_note(partial: Path, target: Path, note: dict[str, str]) -> None:
    """Move the file to its final name with its note of origin beside it; on an error, neither
    stays.
    """
    about = target.with_name(target.name + ORIGIN)
    try:
        with open_private(about, "wb") as file:
            file.write(json.dumps(note, ensure_ascii=False).encode() + b"\n")
        partial.replace(target)
    except OSError:
        about.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def _is_one_stream(partial: Path, suffix: str) -> bool:
    """Whether some gzip member holds more than one record, so that not every record has an offset
    of its own.
    """
    return any(
        isinstance(record, Damage) and SECOND_RECORD in record.problem
        for record in _read_records(partial, suffix)
    )


def _replace_by_unpacked(partial: Path, label: str, packing: Packing) -> list[str]:
    """Replace a packed file by its content; returns what of it is damaged, a line each."""
    packed, fresh = partial.stat().st_size, partial.with_name(partial.name + ".plain")
    with _removed_after(fresh):
        with partial.open("rb") as source, open_private(fresh, "xb") as target:
            problems = unpack(
                source, target, packing, lambda size: refuse_bomb(label, size, packed)
            )
            target.flush()
            os.fsync(target.fileno())
        fresh.replace(partial)
    return problems


@contextmanager
def _removed_after(partial: Path) -> Iterator[None]:
    try:
        yield
    finally:
        partial.unlink(missing_ok=True)


def suffix_of_content(start: bytes) -> str | None:
    """The suffix that fits a file's first bytes; None if they are of no known form."""
    packed = start.startswith(b"\x1f\x8b")
    plain = start
    if packed:
        try:
            plain = zlib.decompressobj(31).decompress(start, 64)
        except zlib.error:
            return None
    compression = ".gz" if packed else ""
    if plain.lstrip(b"\r\n").startswith(b"WARC/"):
        return ".warc" + compression
    if plain.startswith(b"filedesc:"):
        return ".arc" + compression
    return None


def _holds_records(partial: Path, suffix: str) -> bool:
    """Whether there is any readable record in a file of that kind."""
    return any(not isinstance(record, Damage) for record in _read_records(partial, suffix))


def _read_records(partial: Path, suffix: str) -> Iterator[Record | Damage]:
    return (arc.read_arc_records if suffix.startswith(".arc") else read_records)(
        partial, keep=lambda _: 0
    )
