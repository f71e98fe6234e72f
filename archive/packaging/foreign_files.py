"""Import of WARC, ARC and WACZ files that other tools made: kept byte for byte, with a note of
their origin.

Only files are handled here. What they hold is read afterwards by the one path every capture takes
(`pipelines.ingest`), so a damaged record is named there and skipped. The one change ever
made: a file packed as a whole, in which no record could be found again by its offset, is kept
unpacked, with its records as they were.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from archive.errors import StorageError, UsageError
from archive.fixity.manifest import ORIGIN
from archive.model import iso_utc
from archive.warc import arc
from archive.warc.file_names import split_suffix
from archive.warc.open_file import open_private, sync_folder
from archive.warc.record import SECOND_RECORD, Damage, Record
from archive.warc.record_reader import read_records

# What a packed file may grow to: rotation stands at 1 GB everywhere; a hostile one is a disk bomb.
MEMBER_LIMIT = 20 << 30
# Text packs 3 to 20 times, zeros 1030 times. Small files may do as they like.
_MAX_RATIO = 200
_SMALL = 1 << 30
_DESCRIPTION_LIMIT = 64 << 20
_NO_WEB_ARCHIVE = "neither a WARC nor an ARC nor a WACZ file"
_COPY = 1 << 20
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One WARC or ARC file of a source: its name in `archive/`, its SHA-256, and whether it was
    there already.

    `unpacked` says that it was one gzip stream and is kept without it.
    """

    source: str
    name: str
    sha256: str
    known: bool
    unpacked: bool = False


def import_file(
    archive: Path, source: Path, *, known: dict[str, str], now: datetime
) -> list[Imported]:
    """Copy `source` (or the WARC files inside, if it is a WACZ) into `archive`; returns what came
    of each.

    `known` maps SHA-256 to the name of a file that is in the collection already: the same bytes
    twice are no change. Raises UsageError for a file that is none of these forms, StorageError
    where the disk refuses.
    """
    try:
        with source.open("rb") as file:
            if file.read(4).startswith(b"PK\x03\x04"):
                return list(_import_wacz(archive, source, known, now))
            file.seek(0)
            return [_import_stream(archive, file, source.name, {"file": source.name}, known, now)]
    except FileNotFoundError as error:
        raise UsageError(f"{source}: no such file") from error
    except (IsADirectoryError, PermissionError) as error:
        raise UsageError(f"{source}: cannot be read: {error.strerror}") from error
    except OSError as error:
        raise StorageError(f"{source}: could not be taken in: {error.strerror or error}") from error


def remove_partial_imports(archive: Path) -> None:
    """Remove the partial copies that a killed import left. The caller holds the write lock."""
    for half in archive.glob(".import-*"):
        half.unlink(missing_ok=True)


def _import_wacz(
    archive: Path, source: Path, known: dict[str, str], now: datetime
) -> Iterator[Imported]:
    try:
        package = zipfile.ZipFile(source)
    except zipfile.BadZipFile as error:
        raise UsageError(f"{source}: a damaged zip file: {error}; get another copy") from error
    with package:
        declared = _declared_digests(package, source)
        members = [info for info in package.infolist() if _is_warc_member(info.filename)]
        if not members:
            raise UsageError(f"{source}: a zip file without archive/*.warc.gz is no WACZ")
        for info in members:
            _refuse_bomb(f"{source}: {info.filename}", info.file_size, info.compress_size)
            origin = {"file": source.name, "member": info.filename}
            try:
                with package.open(info) as file:
                    name = PurePosixPath(info.filename).name
                    yield _import_stream(
                        archive, file, name, origin, known, now, declared.get(info.filename)
                    )
            except (
                zipfile.BadZipFile,
                zlib.error,
                RuntimeError,
                EOFError,
            ) as error:  # RuntimeError: encrypted, unknown form
                raise UsageError(
                    f"{source}: {info.filename} is damaged: {error}; get another copy"
                ) from error


def _refuse_bomb(what: str, size: int, packed: int) -> None:
    if size > MEMBER_LIMIT or (size > _SMALL and size > _MAX_RATIO * max(1, packed)):
        raise UsageError(
            f"{what} unpacks to more than {min(size, MEMBER_LIMIT) >> 20} MB; "
            "if it is to be, unpack it first"
        )


def _is_warc_member(name: str) -> bool:
    folder, _, file_name = name.rpartition("/")
    stem, suffix = split_suffix(file_name)
    return folder == "archive" and bool(stem and suffix)


def _declared_digests(package: zipfile.ZipFile, source: Path) -> dict[str, str]:
    """The SHA-256 of each member by datapackage.json, which must itself match its digest file."""
    try:
        raw = _read_small_member(package, "datapackage.json")
        if "datapackage-digest.json" in package.namelist():
            declared = json.loads(_read_small_member(package, "datapackage-digest.json"))["hash"]
            if declared.startswith("sha256:") and hashlib.sha256(raw).hexdigest() != declared[7:]:
                raise UsageError(
                    f"{source}: datapackage.json was changed after it was written; get another copy"
                )
        resources = json.loads(raw)["resources"]
        return {
            resource["path"]: resource["hash"][7:]
            for resource in resources
            if str(resource["hash"]).startswith("sha256:")
        }
    except KeyError:
        return {}
    except (
        ValueError,
        TypeError,
        AttributeError,
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
    ) as error:
        raise UsageError(f"{source}: datapackage.json cannot be read: {error}") from error


def _read_small_member(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as member:
        data = member.read(_DESCRIPTION_LIMIT + 1)
    if len(data) > _DESCRIPTION_LIMIT:
        raise ValueError(f"{name} is larger than {_DESCRIPTION_LIMIT >> 20} MB")
    return data


def _import_stream(
    archive: Path,
    file: IO[bytes],
    name: str,
    origin: dict[str, str],
    known: dict[str, str],
    now: datetime,
    declared: str | None = None,
) -> Imported:
    start = file.read(512)
    suffix = _suffix_of_content(start)
    trusts_name, suffix = suffix is None, suffix or _suffix_of_name(name)
    if suffix is None:
        raise UsageError(f"{name}: {_NO_WEB_ARCHIVE}")
    partial = archive / f".import-{os.getpid()}{suffix}.part"
    with _removed_after(partial):
        sha256 = _copy_durably(file, start, partial)
        if declared is not None and declared != sha256:
            raise UsageError(
                f"{origin['file']}: {name} is not what datapackage.json states; get another copy"
            )
        if trusts_name and not _holds_records(partial, suffix):
            raise UsageError(f"{name}: {_NO_WEB_ARCHIVE}")
        if sha256 in known:
            return Imported(source=origin["file"], name=known[sha256], sha256=sha256, known=True)
        note = {**origin, "sha256": sha256, "imported": iso_utc(now)}
        unpacked = suffix.endswith(".gz") and _is_one_stream(partial, suffix)
        if unpacked:
            suffix = suffix.removesuffix(".gz")
            note |= _unpack_and_describe(partial, name)
        stem = _UNSAFE.sub("-", split_suffix(name)[0]).strip(".-")[:80]
        target = archive / f"import-{sha256[:16]}-{stem}{suffix}"
        _place_with_note(partial, target, note)
    known[sha256] = target.name
    return Imported(
        source=origin["file"], name=target.name, sha256=sha256, known=False, unpacked=unpacked
    )


def _copy_durably(file: IO[bytes], start: bytes, partial: Path) -> str:
    """Write `start` and the rest of `file` to `partial`, synced; returns the SHA-256 of all."""
    digest = hashlib.sha256(start)
    with partial.open("xb") as copy:
        copy.write(start)
        while chunk := file.read(_COPY):
            copy.write(chunk)
            digest.update(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _unpack_and_describe(partial: Path, name: str) -> dict[str, str]:
    """Unpack a file that is one gzip stream; returns what its note of origin says of it."""
    change = "it was packed as one gzip stream and is kept unpacked, every record byte for byte"
    problem = _replace_by_unpacked(partial, name)
    if problem is None:
        return {"change": change}
    return {"change": change, "damage": f"the gzip stream cannot be read to its end: {problem}"}


def _place_with_note(partial: Path, target: Path, note: dict[str, str]) -> None:
    """Move the file to its final name with its note of origin beside it; on an error, neither
    stays.
    """
    about = target.with_name(target.name + ORIGIN)
    try:
        with open_private(about, "wb") as file:
            file.write(json.dumps(note, ensure_ascii=False).encode() + b"\n")
        partial.chmod(0o640)
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


def _replace_by_unpacked(partial: Path, name: str) -> str | None:
    """Replace a gzip file by its content; returns what is wrong if that ends early, else None."""
    packed, fresh, problem = (
        partial.stat().st_size,
        partial.with_name(partial.name + ".plain"),
        None,
    )
    with _removed_after(fresh):
        with partial.open("rb") as source, fresh.open("xb") as target:
            try:
                for chunk in _decompress_members(source):
                    target.write(chunk)
                    _refuse_bomb(name, target.tell(), packed)
            except (EOFError, zlib.error) as error:
                problem = str(error)
            target.flush()
            os.fsync(target.fileno())
        fresh.replace(partial)
    return problem


def _decompress_members(source: IO[bytes]) -> Iterator[bytes]:
    """What gzip members hold, one after another; unlike gzip.open all that comes before damage is
    given out.
    """
    decoder, data, inside = zlib.decompressobj(31), b"", False
    while data := (data or source.read(_COPY)):
        inside = True
        yield decoder.decompress(data, _COPY)
        data = decoder.unconsumed_tail
        if decoder.eof:
            data, decoder, inside = decoder.unused_data.lstrip(b"\0"), zlib.decompressobj(31), False
    if inside:
        yield decoder.flush()
        if not decoder.eof:
            raise EOFError("it ends inside the gzip stream")


@contextmanager
def _removed_after(partial: Path) -> Iterator[None]:
    try:
        yield
    finally:
        partial.unlink(missing_ok=True)


def _suffix_of_content(start: bytes) -> str | None:
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


def _suffix_of_name(name: str) -> str | None:
    """The suffix in a file's name, for files whose beginning is damaged or an empty gzip member."""
    return split_suffix(name)[1] or None


def _holds_records(partial: Path, suffix: str) -> bool:
    """Whether there is any readable record in a file of that kind."""
    return any(not isinstance(record, Damage) for record in _read_records(partial, suffix))


def _read_records(partial: Path, suffix: str) -> Iterator[Record | Damage]:
    return (arc.read_arc_records if suffix.startswith(".arc") else read_records)(
        partial, keep=lambda _: 0
    )
