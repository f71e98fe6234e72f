"""Import of WARC, ARC and WACZ files that other tools made: which files a person means, and what
is inside them.

Each file is kept by `archive.packaging.foreign_streams`. What it holds is read afterwards by the
one path every capture takes (`pipelines.ingest`), so a damaged record is named there and skipped.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from archive.errors import StorageError, UsageError
from archive.packaging.foreign_pages import LISTS, import_pages
from archive.packaging.foreign_streams import (
    DamagedSourceError,
    Imported,
    ImportFolder,
    Refused,
    import_stream,
    read_source,
    refuse_bomb,
    suffix_of_content,
    web_archive_suffix,
)

_DESCRIPTION_LIMIT = 64 << 20
_ZIP_MAGIC = b"PK\x03\x04"
_ZIP_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError)


def find_sources(named: Iterable[Path]) -> Iterator[Path | Refused]:
    """The files that a person names, each once: a folder means the web archives in it and below,
    a name with `*`, `?` or `[` that no file has those that fit it. Refused for what means none.
    """
    seen: set[Path] = set()
    for path in named:
        found = False
        for source in _files_meant(path):
            found = True
            if source not in seen:
                seen.add(source)
                yield source
        if not found:
            yield Refused(problem=f"{path}: no WARC, ARC or WACZ file there")


def _files_meant(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in _files_below(path) if _is_web_archive(file))
    elif not os.path.lexists(path) and glob.has_magic(str(path)):
        # Path.glob takes no absolute pattern.
        for name in sorted(glob.glob(str(path), recursive=True)):  # noqa: PTH207
            yield from _files_meant(Path(name))
    else:
        yield path


def _files_below(folder: Path) -> Iterator[Path]:
    """All files of a folder and the folders in it, sorted; links to folders are not followed."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names))


def _is_web_archive(path: Path) -> bool:
    """True if a file is one by its name or by its first bytes."""
    if not path.is_file():
        return False
    if web_archive_suffix(path.name) or path.suffix.lower() == ".wacz":
        return True
    try:
        with path.open("rb") as file:
            return suffix_of_content(file.read(512)) is not None
    except OSError:
        return False


def refusal(error: UsageError) -> Refused:
    """What an error says of a file that was not taken in."""
    return Refused(problem=str(error), damaged=isinstance(error, DamagedSourceError))


def import_file(
    archive: Path, source: Path, *, known: dict[str, str], now: datetime
) -> list[Imported | Refused]:
    """Copy `source` (or the WARC files inside, if it is a WACZ) into `archive`; returns what came
    of each.

    `known` maps SHA-256 to the name of a file that is in the collection already: the same bytes
    twice are no change. Raises UsageError where nothing of it can be taken in, since it is none of
    these forms, or damaged (DamagedSourceError); StorageError where the disk refuses.
    """
    try:
        file = source.open("rb")
    except FileNotFoundError as error:
        raise UsageError(f"{source}: no such file") from error
    except OSError as error:
        raise UsageError(f"{source}: cannot be read: {error.strerror}") from error
    folder = ImportFolder(archive=archive, known=known, now=now)
    try:
        with file:
            if read_source(file, 4) == _ZIP_MAGIC:
                return _import_wacz(folder, source)
            file.seek(0)
            return [import_stream(folder, file, source.name, {"file": source.name})]
    except OSError as error:
        raise StorageError(f"{source}: could not be taken in: {error.strerror or error}") from error


def remove_partial_imports(archive: Path) -> None:
    """Remove the partial copies that a killed import left. The caller holds the write lock."""
    for half in archive.glob(".import-*"):
        half.unlink(missing_ok=True)


def _import_wacz(folder: ImportFolder, source: Path) -> list[Imported | Refused]:
    """Take in each WARC file of a WACZ; one that cannot be is left out alone."""
    try:
        package = zipfile.ZipFile(source)
    except zipfile.BadZipFile as error:
        raise DamagedSourceError(
            f"{source}: a damaged zip file: {error}; get another copy"
        ) from error
    with package:
        members = [info for info in package.infolist() if _is_warc_member(info.filename)]
        if not members:
            raise UsageError(f"{source}: a zip file without archive/*.warc.gz is no WACZ")
        taken: list[Imported | Refused] = []
        declared = {}
        try:
            declared = _declared_digests(package, source)
        except DamagedSourceError as error:
            taken.append(refusal(error))
        lost: UsageError | None = None
        for info in members:
            try:
                taken.append(
                    _import_member(folder, source, package, info, declared.get(info.filename))
                )
            except UsageError as error:
                lost = lost or error
                taken.append(refusal(error))
        if lost is not None and all(isinstance(each, Refused) for each in taken):
            raise lost
        taken += _import_lists(folder, source, package, declared)
    return taken


def _import_lists(
    folder: ImportFolder, source: Path, package: zipfile.ZipFile, declared: dict[str, str]
) -> list[Refused]:
    """Keep the lists of pages of a WACZ; returns what could not be read of them."""
    refused = []
    for member in sorted(set(LISTS) & set(package.namelist())):
        name = f"{source}: {member}"
        try:
            import_pages(folder, source, package, member, declared.get(member))
        except UsageError as error:
            refused.append(refusal(error))
        except RuntimeError as error:  # encrypted, or of an unknown form
            refused.append(Refused(problem=f"{name} cannot be unpacked: {error}"))
        except _ZIP_DAMAGE as error:
            problem = f"{name} is damaged: {error}; get another copy"
            refused.append(Refused(problem=problem, damaged=True))
    return refused


def _import_member(
    folder: ImportFolder,
    source: Path,
    package: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    declared: str | None,
) -> Imported:
    """Take in one member of a WACZ; UsageError as in `import_stream`."""
    name = f"{source}: {info.filename}"
    refuse_bomb(name, info.file_size, info.compress_size)
    origin = {"file": source.name, "member": info.filename}
    base = PurePosixPath(info.filename).name
    try:
        with package.open(info) as file:
            return import_stream(folder, file, base, origin, declared)
    except RuntimeError as error:  # encrypted, or of an unknown form
        raise UsageError(f"{name} cannot be unpacked: {error}") from error
    except _ZIP_DAMAGE as error:
        raise DamagedSourceError(f"{name} is damaged: {error}; get another copy") from error


def _is_warc_member(name: str) -> bool:
    folder, _, file_name = name.rpartition("/")
    suffix = web_archive_suffix(file_name)
    return folder == "archive" and bool(suffix) and not file_name.lower().startswith(suffix)


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
        raise DamagedSourceError(f"{source}: datapackage.json cannot be read: {error}") from error


def _read_small_member(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as member:
        data = member.read(_DESCRIPTION_LIMIT + 1)
    if len(data) > _DESCRIPTION_LIMIT:
        raise ValueError(f"{name} is larger than {_DESCRIPTION_LIMIT >> 20} MB")
    return data
