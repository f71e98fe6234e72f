"""Taking in WARC, ARC and WACZ files that other tools made: kept byte for byte, with a note of where they came from.

Only files are handled here. What they hold is read afterwards by the one path every capture takes
(`pipelines.catch_up`), so a damaged record is named there and skipped.
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
from archive.model import iso

# What a WACZ member may grow to: rotation stands at 1 GB everywhere; a hostile one is a disk bomb.
MEMBER_LIMIT = 20 << 30
_COPY = 1 << 20
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One WARC or ARC file of a source: its name in `archive/`, its SHA-256, and whether it was there already."""

    source: str
    name: str
    sha256: str
    known: bool


def take_in(archive: Path, source: Path, *, known: dict[str, str], now: datetime) -> list[Imported]:
    """Copy `source` (or the WARC files inside, if it is a WACZ) into `archive`; returns what came of each.

    `known` maps SHA-256 to the name of a file that is in the collection already: the same bytes twice are no change.
    Raises UsageError for a file that is none of these forms, StorageError where the disk refuses.
    """
    try:
        with source.open("rb") as file:
            if file.read(4).startswith(b"PK\x03\x04"):
                return list(_from_wacz(archive, source, known, now))
            file.seek(0)
            return [_copy(archive, file, source.name, {"file": source.name}, known, now)]
    except FileNotFoundError as error:
        raise UsageError(f"{source}: no such file") from error
    except (IsADirectoryError, PermissionError) as error:
        raise UsageError(f"{source}: cannot be read: {error.strerror}") from error
    except OSError as error:
        raise StorageError(f"{source}: could not be taken in: {error.strerror or error}") from error


def _from_wacz(archive: Path, source: Path, known: dict[str, str], now: datetime) -> Iterator[Imported]:
    try:
        package = zipfile.ZipFile(source)
    except zipfile.BadZipFile as error:
        raise UsageError(f"{source}: a damaged zip file: {error}; get another copy") from error
    with package:
        stated = _stated_digests(package, source)
        members = [info for info in package.infolist() if _is_warc_member(info.filename)]
        if not members:
            raise UsageError(f"{source}: a zip file without archive/*.warc.gz is no WACZ")
        for info in members:
            if info.file_size > MEMBER_LIMIT:
                raise UsageError(
                    f"{source}: {info.filename} is larger than {MEMBER_LIMIT >> 30} GB; unpack it yourself"
                )
            origin = {"file": source.name, "member": info.filename}
            try:
                with package.open(info) as file:
                    name = PurePosixPath(info.filename).name
                    yield _copy(archive, file, name, origin, known, now, stated.get(info.filename))
            except (zipfile.BadZipFile, zlib.error) as error:
                raise UsageError(f"{source}: {info.filename} is damaged: {error}; get another copy") from error


def _is_warc_member(name: str) -> bool:
    return bool(re.fullmatch(r"archive/[^/]+\.(warc|arc)(\.gz)?", name))


def _stated_digests(package: zipfile.ZipFile, source: Path) -> dict[str, str]:
    """What datapackage.json says the SHA-256 of each member is; it must itself be what its digest file says."""
    try:
        raw = package.read("datapackage.json")
        if "datapackage-digest.json" in package.namelist():
            stated = json.loads(package.read("datapackage-digest.json"))["hash"]
            if stated.startswith("sha256:") and hashlib.sha256(raw).hexdigest() != stated[7:]:
                raise UsageError(f"{source}: datapackage.json was changed after it was written; get another copy")
        resources = json.loads(raw)["resources"]
        return {each["path"]: each["hash"][7:] for each in resources if str(each["hash"]).startswith("sha256:")}
    except KeyError:
        return {}
    except (ValueError, TypeError) as error:
        raise UsageError(f"{source}: datapackage.json cannot be read: {error}") from error


def _copy(
    archive: Path,
    file: IO[bytes],
    name: str,
    origin: dict[str, str],
    known: dict[str, str],
    now: datetime,
    stated: str | None = None,
) -> Imported:
    start = file.read(512)
    suffix = _suffix(start, name)
    partial = archive / f".import-{os.getpid()}.part"
    digest = hashlib.sha256(start)
    with _removed_after(partial), partial.open("xb") as copy:
        copy.write(start)
        while chunk := file.read(_COPY):
            copy.write(chunk)
            digest.update(chunk)
        copy.flush()
        os.fsync(copy.fileno())
        sha256 = digest.hexdigest()
        if stated is not None and stated != sha256:
            raise UsageError(f"{origin['file']}: {name} is not what datapackage.json states; get another copy")
        if sha256 in known:
            return Imported(source=origin["file"], name=known[sha256], sha256=sha256, known=True)
        stem = _UNSAFE.sub("-", re.sub(r"\.(warc|arc)(\.gz)?$", "", name)).strip(".-")[:80]
        target = archive / f"import-{sha256[:16]}-{stem}{suffix}"
        note = {**origin, "sha256": sha256, "imported": iso(now)}
        target.with_name(target.name + ".origin.json").write_text(json.dumps(note, ensure_ascii=False) + "\n", "utf-8")
        partial.chmod(0o640)
        partial.replace(target)
    known[sha256] = target.name
    return Imported(source=origin["file"], name=target.name, sha256=sha256, known=False)


@contextmanager
def _removed_after(partial: Path) -> Iterator[None]:
    try:
        yield
    finally:
        partial.unlink(missing_ok=True)


def _suffix(start: bytes, name: str) -> str:
    """What kind of file this is, by its first bytes; UsageError where it is neither WARC nor ARC."""
    packed = start.startswith(b"\x1f\x8b")
    plain = start
    if packed:
        try:
            plain = zlib.decompressobj(31).decompress(start, 64)
        except zlib.error as error:
            raise UsageError(f"{name}: gzip that cannot be read from its start: {error}") from error
    kind = ".warc" if plain.lstrip(b"\r\n").startswith(b"WARC/") else ".arc" if plain.startswith(b"filedesc:") else None
    if kind is None:
        raise UsageError(f"{name}: neither a WARC nor an ARC nor a WACZ file")
    return kind + (".gz" if packed else "")
