"""A collection handed on, and others' files taken in: WACZ, BagIt, import. Gathers what the
archive's modules need.

The forms themselves are `archive.packaging.wacz`, `archive.packaging.bagit` and
`archive.packaging.foreign_files`; what imported files hold is read by the one path every capture
takes.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archive.cdx.cdxj import line_target, replayed_lines
from archive.cdx.not_modified import resolve_not_modified
from archive.config import CollectionConfig
from archive.disk.room import DiskRoom
from archive.errors import StorageError, UsageError, WarraqError
from archive.fixity.manifest import ORIGIN, closed_files, read_manifest
from archive.layout import CollectionFolder
from archive.locks.file_modes import make_folder
from archive.model import Capture, iso_utc
from archive.packaging.bagit import write_bag
from archive.packaging.foreign_files import (
    find_sources,
    import_file,
    refusal,
    remove_partial_imports,
)
from archive.packaging.foreign_streams import Imported, Refused
from archive.packaging.wacz import write_new_file, write_wacz
from archive.query.filters import Filters
from archive.query.reader import IndexReader
from archive.warc.capture_reader import OtherRecord, read_captures
from archive.warc.file_names import is_arc, list_warc_files
from archive.warc.subset import write_selection
from archive.warc.writer import WarcInfo
from crawler.admin.captures_of_articles import gather_captures
from crawler.admin.listed_pages import list_pages
from crawler.admin.withdraw import without_withdrawn
from pipelines.ingest.catch_up import IndexUpdate, update_index


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import did: each file of the sources, those that were refused or damaged, and the
    catch-up of the index afterwards.
    """

    files: list[Imported]
    refused: list[Refused]
    index_update: IndexUpdate

    @property
    def is_damaged(self) -> bool:
        """Whether anything was damaged: a file, a stretch of one, or a record."""
        return bool(
            self.index_update.damaged
            or any(each.damaged for each in self.refused)
            or any(each.damage for each in self.files)
        )

    def summary(self) -> dict[str, Any]:
        """All of it as JSON has it: `files`, `refused`, `captures`, `new`, `changed`, `duplicates`,
        `other_records` (by kind), `damaged` (stretches of files) and `ignored` (by file and kind).
        """
        done = self.index_update
        return {
            "files": [asdict(each) for each in self.files],
            "refused": [asdict(each) for each in self.refused],
            "captures": done.captures,
            "new": done.new,
            "changed": done.changed,
            "duplicates": done.duplicates,
            "other_records": dict(sorted(done.other_records.items())),
            "damaged": [asdict(each) for each in done.damaged],
            "ignored": {warc: dict(kinds) for warc, kinds in sorted(done.ignored.items())},
        }


def import_files(
    layout: CollectionFolder,
    config: CollectionConfig,
    sources: Sequence[Path],
    *,
    on_capture: Callable[[IndexUpdate], None] = lambda _: None,
) -> ImportResult:
    """Take WARC, ARC and WACZ files into the collection and index them; takes the write lock.

    `sources` are files, folders and names with wildcards (`find_sources`). Files that are there
    already are no change; a file that is none of these, or damaged, is left out, and the others
    are taken. Raises UsageError where the only source is none of these, StorageError, and
    NoRoomError before a file for which there is no room within `min_free` and `quota`; what came
    before it is in the collection.
    """
    with layout.write_lock():
        remove_partial_imports(layout.archive)
        taken: list[Imported | Refused] = []
        try:
            for each in _import_each(layout, config, sources):
                taken.append(each)  # noqa: PERF402 - what came before an error is needed
        except WarraqError:
            if any(isinstance(each, Imported) and not each.known for each in taken):
                update_index(layout, config, on_capture=on_capture)  # what came before is in, whole
            raise
        return ImportResult(
            files=[each for each in taken if isinstance(each, Imported)],
            refused=[each for each in taken if isinstance(each, Refused)],
            index_update=update_index(layout, config, on_capture=on_capture),
        )


def _import_each(
    layout: CollectionFolder, config: CollectionConfig, named: Sequence[Path]
) -> Iterator[Imported | Refused]:
    """Take in each file that is named; yields what came of it, and of each member of a WACZ."""
    known, now = _known_files(layout), datetime.now(UTC)
    room, written = DiskRoom(layout.root, config), 0
    sources = list(find_sources(named))
    for source in sources:
        if isinstance(source, Refused):
            yield source
            continue
        size = source.stat().st_size if source.is_file() else 0
        room.check(written=written, planned=size)
        written += size
        try:
            yield from import_file(layout.archive, source, known=known, now=now)
        except UsageError as error:
            if len(sources) == 1:
                raise
            yield refusal(error)


def _known_files(layout: CollectionFolder) -> dict[str, str]:
    """SHA-256 to name of the files in the collection, as far as notes of origin and the fixity
    manifest state them.
    """
    manifest = read_manifest(layout.fixity)
    known = {
        digest: Path(name).name for name, digest in manifest.items() if not name.endswith(ORIGIN)
    }
    for note in layout.archive.glob(f"*{ORIGIN}"):
        name = note.name.removesuffix(ORIGIN)
        if (layout.archive / name).is_file():
            known[json.loads(note.read_text("utf-8"))["sha256"]] = name
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """What was written: so many files, or bytes; and which of the files copied are not what the
    fixity manifest states.
    """

    amount: int
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionResult:
    """A part of a collection as one file: its size in bytes, and how many captures of it stand in
    ARC files, whose records cannot be copied into a WARC, and were left out.
    """

    size: int
    left_out: int


def export_wacz(layout: CollectionFolder, config: CollectionConfig, target: Path) -> ExportResult:
    """Write the closed WARC files with their index and the list of articles as one WACZ file; its
    size in bytes.

    Withdrawn articles are not in it: where a file holds one still, a copy with tombstones is
    packed.
    """
    make_folder(layout.state)
    with (
        IndexReader(layout.index_db) as reader,
        tempfile.TemporaryDirectory(dir=layout.state) as folder,
    ):
        warcs = list(without_withdrawn(layout, list_warc_files(layout.archive), Path(folder)))
        names = {warc.name for warc in warcs}
        size = write_wacz(
            target,
            warcs=warcs,
            cdxj=_cdxj_lines(layout.cdxj, names),
            pages=list_pages(reader, layout.archive, holds=lambda capture: capture.warc in names),
            title=config.name,
            created=datetime.now(UTC),
            software=f"warraq/{version('warraq')}",
        )
        as_they_are = {f"archive/{warc.name}" for warc in warcs if warc.parent == layout.archive}
    with zipfile.ZipFile(target) as package:
        resources = json.loads(package.read("datapackage.json"))["resources"]
    packed = {
        each["path"]: each["hash"].removeprefix("sha256:")
        for each in resources
        if each["path"] in as_they_are
    }
    return ExportResult(amount=size, damaged=_damaged_files(layout, packed))


def export_selection(
    layout: CollectionFolder, config: CollectionConfig, target: Path, filters: Filters, text: str
) -> SelectionResult:
    """Write the articles that answer `text` and the filters: their captures, with what revisits
    among them refer to and what their pages need. `target` is a WACZ, or by its name a WARC.

    Raises UsageError where none answers or `target` exists.
    """
    now = datetime.now(UTC)
    info = WarcInfo(
        software=f"warraq/{version('warraq')}", operator=config.operator, collection=config.name
    )
    make_folder(layout.state)
    with (
        IndexReader(layout.index_db) as reader,
        tempfile.TemporaryDirectory(dir=layout.state) as folder,
    ):
        ids = {row["id"] for row in reader.select(filters, text=text)}
        if not ids:
            raise UsageError("no article answers that; nothing was written")
        wanted = gather_captures(reader, layout.archive, sorted(ids))
        left_out = sum(is_arc(Path(capture.warc)) for capture in wanted)
        if target.name.endswith(".warc.gz"):
            size = write_new_file(
                target,
                lambda part: write_selection(
                    part, layout.archive, wanted, info=info, now=now, name=target.name
                ),
            )
            return SelectionResult(size=size, left_out=left_out)
        warc = Path(folder) / f"warraq-part-{now:%Y%m%d%H%M%S}.warc.gz"
        write_selection(warc, layout.archive, wanted, info=info, now=now)
        held = {capture.id for capture in wanted}
        size = write_wacz(
            target,
            warcs=[warc],
            cdxj=resolve_not_modified(sorted(replayed_lines(_records_of(warc)))),
            pages=list_pages(
                reader, layout.archive, articles=ids, holds=lambda capture: capture.id in held
            ),
            title=config.name,
            created=now,
            software=info.software,
        )
        return SelectionResult(size=size, left_out=left_out)


def _records_of(warc: Path) -> Iterator[Capture | OtherRecord]:
    return (item for item in read_captures(warc) if isinstance(item, Capture | OtherRecord))


def _damaged_files(layout: CollectionFolder, copied: Mapping[str, str]) -> tuple[str, ...]:
    """The files (paths in the collection, with the SHA-256 of what was copied) that are not as the
    manifest states.
    """
    stated = read_manifest(layout.fixity)
    return tuple(
        name for name, digest in sorted(copied.items()) if stated.get(name, digest) != digest
    )


def _cdxj_lines(cdxj: Path, names: set[str]) -> Iterator[bytes]:
    """The lines of the index that lead into these files: a crawl may be adding others meanwhile."""
    if not cdxj.is_file():
        raise StorageError(f"{cdxj}: no index here; run `warraq index`")
    with cdxj.open("rb") as file:
        yield from resolve_not_modified(line for line in file if line_target(line)[0] in names)


def count_withdrawn_kept(layout: CollectionFolder) -> int:
    """How many captures of withdrawn articles the WARC files still hold."""
    if not layout.index_db.exists():
        return 0
    with IndexReader(layout.index_db) as reader:
        return len(reader.hidden_from_replay().places)


def export_bag(layout: CollectionFolder, config: CollectionConfig, target: Path) -> ExportResult:
    """Write the collection as a BagIt bag to the folder `target`; the number of its files."""
    info = {
        "Source-Organization": config.operator or "",
        "Contact-Email": config.contact or "",
        "External-Description": config.name,
        "Bagging-Date": iso_utc(datetime.now(UTC))[:10],
        "Bag-Software-Agent": f"warraq/{version('warraq')}",
    }
    fixity = sorted(path for path in layout.fixity.glob("*") if path.is_file())
    files = [layout.config, *config.files, *closed_files(layout.archive), *fixity]
    files += [layout.cdxj] if layout.cdxj.is_file() else []
    chosen = {name: value for name, value in info.items() if value}
    count = write_bag(target, root=layout.root, files=files, database=layout.index_db, info=chosen)
    copied = {name.removeprefix("data/"): digest for name, digest in read_manifest(target).items()}
    return ExportResult(amount=count, damaged=_damaged_files(layout, copied))
