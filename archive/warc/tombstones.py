"""Replaces records of a finished WARC file by tombstones: the one exception to append-only.

A tombstone is a `metadata` record with the id of the record it replaces, that record's digest and
the reason. It has exactly the length of the old record (empty stored deflate blocks fill a gzip
member, RFC 1951 §3.2.4; a padding field an uncompressed record), so that every other record keeps
its offset and bytes. The file is replaced whole or not at all.
"""

from __future__ import annotations

import os
import shutil
import struct
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archive.errors import StorageError, UsageError
from archive.locks.file_modes import open_private
from archive.model import iso_utc
from archive.model.digest import Digest
from archive.model.withdrawal import Withdrawal
from archive.warc import warc_fields
from archive.warc.file_names import is_arc
from archive.warc.gzip_members import MAGIC
from archive.warc.open_file import sync_folder
from archive.warc.parsing.other_record import page_of_uri
from archive.warc.record import CAPTURE_TYPES, VIEW_URI, Damage, Record
from archive.warc.record_reader import read_records
from archive.warc.serialization import DIGEST_ALGORITHM, GZIP_HEADER, Headers, warc_date

_EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
_PADDING = "warraq-padding"
_MAX_TRIES = 400
_FIELDS_LIMIT = 4 << 20


@dataclass(frozen=True, slots=True)
class Replacement:
    """Bytes that replace as many at `offset`."""

    offset: int
    data: bytes


def replace_with_tombstones(
    path: Path,
    places: Mapping[int, str],
    withdrawal: Withdrawal,
    *,
    dry_run: bool = False,
    before_rename: Callable[[Path], None] = lambda _: None,
) -> int:
    """Replace the records at these offsets of a WARC file, each with its record id, by tombstones;
    returns their number.

    What sitemaps and feeds announced of them is removed too, from their `metadata` records, and so
    are pictures and texts of these pages in the same file, which are not counted. With `dry_run`
    the records are only counted. `before_rename` is called with the new file, whole and synced,
    before it takes the old one's place; the same records give the same bytes. Raises UsageError for
    an ARC file, which cannot hold a tombstone, and for a record too small for one; StorageError if
    the disk refuses.
    """
    if is_arc(path):
        raise UsageError(
            f"{path.name}: an ARC file cannot hold a tombstone;"
            " make it a WARC (warcio recompress) first"
        )
    try:
        replacements = list(_replacements(path, places, withdrawal))
        if replacements and not dry_run:
            _replace_bytes(path, replacements, before_rename)
    except OSError as error:
        raise StorageError(
            f"{error.filename or path}: cannot be rewritten: {error.strerror or error}"
        ) from error
    return sum(replacement.offset in places for replacement in replacements)


def holds_made_of(path: Path, withdrawal: Withdrawal) -> bool:
    """Whether a WARC file holds texts or pictures of the withdrawn pages, which are replaced even
    where none of its captures is to go. OSError if it cannot be read.
    """
    return bool(withdrawal.urls) and any(True for _ in _replacements(path, {}, withdrawal))


def _replacements(
    path: Path, places: Mapping[int, str], withdrawal: Withdrawal
) -> Iterator[Replacement]:
    ids = set(places.values()) - {""}
    with path.open("rb") as file:
        packed = file.read(len(MAGIC)) == MAGIC
    for record in read_records(path, keep=lambda _: _FIELDS_LIMIT):
        if isinstance(record, Damage):
            continue
        captured = record.offset in places and record.type in CAPTURE_TYPES
        if captured or _is_view(record, ids):
            yield Replacement(record.offset, _tombstone(record, withdrawal, packed=packed))
        elif _is_made_of(record, withdrawal):
            with suppress(UsageError):  # too small for a tombstone, it has no text to speak of
                yield Replacement(record.offset, _tombstone(record, withdrawal, packed=packed))
        elif record.type == "metadata" and ids & set(record.headers_all("WARC-Concurrent-To")):
            fields = warc_fields.decode_fields(record.block)
            kept = [(name, value) for name, value in fields if name != warc_fields.CLAIM_FIELD]
            if len(kept) < len(fields):
                headers = [
                    (name, value)
                    for name, value in record.headers
                    if name.lower() not in _COMPUTED_HEADERS
                ]
                yield Replacement(
                    record.offset, _record_of_length(headers, kept, record.length, packed=packed)
                )


def _is_view(record: Record, ids: set[str]) -> bool:
    """True if a record is a picture of one of these pages (record ids of their documents)."""
    if record.type != "resource" or not (record.target_uri or "").startswith(VIEW_URI):
        return False
    return bool(ids & set(record.headers_all("WARC-Concurrent-To")))


def _is_made_of(record: Record, withdrawal: Withdrawal) -> bool:
    """True if a record says that it was made of one of the article's pages, as other tools keep
    texts and pictures (`urn:text:`, `urn:thumbnail:`).
    """
    return (
        record.type in {"resource", "metadata"}
        and record.header("Content-Type") != warc_fields.MEDIA_TYPE  # a tombstone already
        and page_of_uri(record.target_uri or "") in withdrawal.urls
    )


_COMPUTED_HEADERS = {"content-length", "warc-block-digest"}
_DROPPED_FIRST = (
    "block_digest",
    "type",
    "captured",
    "article_id",
    "withdrawn",
    "reason",
    "payload_digest",
)
_KEPT_HEADERS = ("WARC-Target-URI", "WARC-Warcinfo-ID", "WARC-Concurrent-To")


def _made_id(record: Record) -> str:
    """The id of a tombstone for a record that has none: always the same for the same record."""
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'{record.offset} {record.headers}').urn}>"


def _tombstone(record: Record, withdrawal: Withdrawal, *, packed: bool) -> bytes:
    headers = [
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", record.id or _made_id(record)),
        ("WARC-Date", warc_date(withdrawal.at)),
        *((name, value) for name, value in record.headers if name in _KEPT_HEADERS),
        ("Content-Type", warc_fields.MEDIA_TYPE),
    ]
    what = {
        "type": record.type,
        "captured": record.header("WARC-Date"),
        "payload_digest": record.header("WARC-Payload-Digest"),
        "block_digest": record.header("WARC-Block-Digest"),
        "withdrawn": iso_utc(withdrawal.at),
        "article_id": withdrawal.article_id,
        "reason": withdrawal.reason,
    }
    # A small record has no room for all of it; the withdrawal's own record has it all.
    for number in range(len(_DROPPED_FIRST) + 1):
        kept = {name: value for name, value in what.items() if name not in _DROPPED_FIRST[:number]}
        try:
            return _record_of_length(
                headers, warc_fields.tombstone_fields(**kept), record.length, packed=packed
            )
        except ValueError:
            continue
    raise UsageError(
        f"the record {record.id} is too small for a tombstone ({record.length} bytes);"
        " nothing of it was changed"
    )


# --------------------------------------------------------------------------- of exactly that length


def _record_of_length(
    headers: Headers, fields: warc_fields.Fields, length: int, *, packed: bool
) -> bytes:
    """A record with these fields that is exactly `length` bytes long; ValueError if it is
    longer.
    """
    block = warc_fields.encode_fields(fields)
    return (
        gzip_of_length(headers, block, length)
        if packed
        else _plain_of_length(headers, block, length)
    )


def _record_bytes(headers: Headers, block: bytes, *, digits: int = 0) -> bytes:
    digest = Digest.compute(block, DIGEST_ALGORITHM)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    last = f"WARC-Block-Digest: {digest}\r\nContent-Length: {len(block):0{digits}d}\r\n\r\n"
    return f"WARC/1.1\r\n{lines}{last}".encode() + block


def gzip_of_length(headers: Headers, block: bytes, length: int) -> bytes:
    """The record as one gzip member. An empty block has five bytes; a few padding characters make
    the remaining length a multiple of that.
    """
    padding = b""
    for number in range(_MAX_TRIES):
        content = _record_bytes(headers, block + padding) + b"\r\n\r\n"
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        start = packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)
        trailer = struct.pack("<LL", zlib.crc32(content), len(content) & 0xFFFFFFFF)
        left = length - len(GZIP_HEADER) - len(start) - 5 - len(trailer)
        if left >= 0 and left % 5 == 0:
            return b"".join(
                (GZIP_HEADER, start, _EMPTY_BLOCK * (left // 5), b"\x01\x00\x00\xff\xff", trailer)
            )
        padding = f"{_PADDING}: {number:x}\r\n".encode()
    raise ValueError("it does not fit")


def _plain_of_length(headers: Headers, block: bytes, length: int) -> bytes:
    """The record uncompressed: filled by a padding field, and by zeros before Content-Length when
    its digits become more.
    """
    for digits in (0, *range(1, 16)):
        short = length - len(_record_bytes(headers, block, digits=digits))
        if short == 0:
            return _record_bytes(headers, block, digits=digits)
        frame = len(_PADDING) + 4
        for fill in range(max(0, short - frame - 12), max(0, short - frame + 1)):
            line = f"{_PADDING}: {'-' * fill}\r\n".encode()
            content = _record_bytes(headers, block + line, digits=digits)
            if len(content) == length:
                return content
    raise ValueError("it does not fit")


def _replace_bytes(
    path: Path, replacements: list[Replacement], before_rename: Callable[[Path], None]
) -> None:
    """Write a copy of the file with these bytes replaced, sync it, and rename it over the file."""
    fresh = path.with_name(path.name + ".tmp")
    try:
        with open_private(fresh, "wb"):
            shutil.copyfile(path, fresh)
        shutil.copystat(path, fresh)
        with fresh.open("r+b") as file:
            for replacement in replacements:
                file.seek(replacement.offset)
                file.write(replacement.data)
            file.flush()
            os.fsync(file.fileno())
        before_rename(fresh)
        fresh.replace(path)
        sync_folder(path.parent)
    finally:
        fresh.unlink(missing_ok=True)
