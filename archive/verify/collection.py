"""`verify`: everything in a collection that is not as it should be, as values.

WARC files are read record by record with a parser of our own (`strict_reader`) and held against ISO
28500 and what Warraq promises on top (`header_rules`, `block_rules`); then what records say of
each other (`cross_record_rules`), CDXJ and index against the WARCs (`index_rules`), the index's
bytes (`fixity.index_seal`), and the fixity manifest. The verdict, and the exit code, is the
caller's to draw: any finding is damage. Nothing is changed, and memory does not grow with the
collection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from archive.errors import StorageError
from archive.fixity.anchor import NO_ANCHOR, Anchor
from archive.fixity.index_seal import changed_blocks
from archive.fixity.manifest import check_fixity, closed_files, files_without_checksum
from archive.layout import CollectionFolder
from archive.model import Capture
from archive.model.finding import Finding
from archive.verify.block_rules import check_block, software_of
from archive.verify.cross_record_rules import RecordLedger
from archive.verify.header_rules import RecordOrigin, check_fields
from archive.verify.index_rules import (
    INDEX_DAMAGED,
    check_cdxj,
    check_index,
    check_purges,
    read_hidden,
)
from archive.verify.strict_reader import RawRecord, raw_records
from archive.warc.capture_reader import DamagedRecord, OtherRecord, read_captures
from archive.warc.file_names import final_name, is_arc, list_warc_files
from archive.warc.http_message import parse_head
from archive.warc.serialization import gzip_member

Reread = Callable[[CollectionFolder], Iterable[Finding]]


def verify_collection(
    folder: CollectionFolder,
    *,
    reread: Reread | None = None,
    anchor: Anchor = NO_ANCHOR,
) -> Iterator[Finding]:
    """Check a whole collection; yields findings as they are made.

    A crawl that runs is no obstacle: the file in progress, and what it adds to CDXJ and index, is
    left out. `reread` reads captures again and yields what differs from the index; it comes from
    the caller, as extraction is none of the archive's business. `anchor` is what the fixity
    chain is held against. With one for copies (`chain_alone`) there need be no index and no CDXJ.
    StorageError where the disk does not let itself be read.
    """
    busy, readable = folder.is_busy(), True
    has_index = folder.index_db.exists() or not anchor.chain_alone
    named_files: set[str] = set()
    with RecordLedger() as ledger:
        paths = warc_files(folder.archive, include_open=not busy)
        for finding in _verify_files(paths, ledger):
            named_files.add(finding.file)
            yield finding
        # A crawl that began meanwhile, and may be over, has added what was not walked.
        busy = busy or folder.is_busy() or warc_files(folder.archive) != paths
        for finding in _verify_projections(folder, ledger) if has_index and not busy else ():
            readable = readable and finding.rule != INDEX_DAMAGED
            yield finding
    for finding in _verify_fixity(folder, anchor, crawling=busy):
        yield finding
        path = folder.root / finding.file
        if (
            path.parent == folder.archive
            and finding.rule == "fixity"
            and path.name not in named_files
        ):
            yield from _unusual_gzip_members(path)
    if reread is not None and has_index and not busy and readable:
        yield from reread(folder)


def _verify_files(paths: Iterable[Path], ledger: RecordLedger) -> Iterator[Finding]:
    """Check each record by itself, then what records say of each other."""
    for path in paths:
        yield from _verify_arc(path, ledger) if is_arc(path) else verify_warc(path, ledger)
    yield from ledger.contradictions()


def _verify_projections(folder: CollectionFolder, ledger: RecordLedger) -> Iterator[Finding]:
    """Check CDXJ and index against the records read, and the index's bytes by their digests."""
    # The bytes first: reading the index makes SQLite work a log that it finds into the database.
    yield from changed_blocks(folder.index_db, folder.index_checksums)
    yield from check_cdxj(folder.cdxj, ledger, read_hidden(folder.index_db))
    yield from check_index(folder.index_db, ledger)
    yield from check_purges(folder)


def _verify_fixity(
    folder: CollectionFolder, anchor: Anchor, *, crawling: bool
) -> Iterator[Finding]:
    """Check files against the manifest and its chain; unless a crawl runs, whose closed files are
    not listed yet, also that the manifest lists every file.
    """
    yield from check_fixity(folder.fixity, folder.root, anchor, note=folder.fixity_head)
    if not crawling and folder.archive.is_dir():
        for name in files_without_checksum(
            folder.fixity, folder.root, closed_files(folder.archive)
        ):
            detail = "no checksum of it is stated; run: warraq index"
            yield Finding(file=name, rule="fixity-unstated", detail=detail)


def warc_files(archive: Path, *, include_open: bool = True) -> list[Path]:
    """The WARC (and ARC) files of a collection by name; `include_open` adds those that no crawl
    has closed.
    """
    if not archive.is_dir():  # then CDXJ, index and fixity tell what is missing
        return []
    return list_warc_files(archive, include_open=include_open)


def verify_warc(path: Path, ledger: RecordLedger | None = None) -> Iterator[Finding]:
    """Check one WARC file; what its records say of others is noted in `ledger`, if there is one."""
    name = final_name(path)
    origin = RecordOrigin.IMPORTED if name.startswith("import-") else RecordOrigin.STANDARD
    first = True
    try:
        for record in raw_records(path):
            if first and origin is RecordOrigin.STANDARD and _is_warcinfo_of_ours(record):
                origin = RecordOrigin.OURS
            findings = list(_check_record(record, origin))
            if first and origin is not RecordOrigin.IMPORTED and record.version:
                findings.extend(_check_first_record(record, name))
            first = first and not record.version
            if ledger is not None and record.version:
                ledger.add(name, record, origin)
            yield from findings
    except OSError as error:
        raise StorageError(f"{path}: cannot be read: {error.strerror or error}") from error


def _is_warcinfo_of_ours(record: RawRecord) -> bool:
    if record.first("WARC-Type") != "warcinfo":
        return False
    return software_of(record).lower().startswith("warraq")


def _unusual_gzip_members(path: Path) -> Iterator[Finding]:
    """Findings for the records of a changed file that are not packed as Warraq packs them, though
    all their checksums hold.

    Deflate has bits that no reader looks at; a change there does no harm, and is
    reported all the same.
    """
    if not path.name.endswith(".warc.gz") or not path.is_file():
        return
    unusual = []
    count = 0
    with path.open("rb") as file:
        for record in raw_records(path):
            count += 1
            block = record.block.read()
            file.seek(record.offset)
            if file.read(record.length) not in _expected_members(record, block):
                unusual.append((record.offset, record.record_id))
    # Another version of zlib packs differently: then this says nothing.
    for offset, record_id in unusual if len(unusual) <= max(1, count // 10) else []:
        detail = "its data is whole, and its gzip member is not as it was written"
        yield Finding(
            file=path.name, offset=offset, record_id=record_id, rule="gzip-packing", detail=detail
        )


def _expected_members(record: RawRecord, block: bytes) -> Iterator[bytes]:
    headers = list(record.fields[:-2])  # the writer adds block digest and length itself
    yield gzip_member(headers, block)
    yield gzip_member(headers, block, stored_from=parse_head(block).body_offset)


def _verify_arc(path: Path, ledger: RecordLedger) -> Iterator[Finding]:
    """Check that each record of an ARC file can be read; ARC has no digests and no ids."""
    for item in read_captures(path):
        if isinstance(item, Capture):
            ledger.add_capture(item)
        elif isinstance(item, OtherRecord):
            ledger.add_other(item)
        elif isinstance(item, DamagedRecord):
            yield Finding(
                file=path.name, offset=item.offset, rule="arc-record", detail=item.problem
            )


def _check_record(record: RawRecord, origin: RecordOrigin) -> Iterator[Finding]:
    """Everything wrong with one record."""
    yield from _reader_findings(record, origin)
    cut_head = any(finding.rule in {"header-cut", "header-too-long"} for finding in record.findings)
    if record.version and not cut_head and (record.whole or record.fields):
        yield from check_fields(record, origin)
    if record.whole:
        yield from check_block(record, origin)


def _reader_findings(record: RawRecord, origin: RecordOrigin) -> Iterator[Finding]:
    """What the parser saw, without what is known and harmless in files of other makers."""
    for finding in record.findings:
        if origin is RecordOrigin.IMPORTED and finding.rule in {
            "empty-member",
            "folded-field",
            "field-encoding",
        }:
            continue
        yield finding


def _check_first_record(record: RawRecord, name: str) -> Iterator[Finding]:
    """The first record of a file says what the file is."""
    if record.first("WARC-Type") != "warcinfo":
        yield record.finding("warcinfo-missing", "the file does not begin with a warcinfo record")
        return
    declared = record.first("WARC-Filename")
    if declared is not None and declared != name:
        yield record.finding("warcinfo-filename", f"WARC-Filename says {declared!r}")
