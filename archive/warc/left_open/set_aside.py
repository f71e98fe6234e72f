"""The files in which bytes of a WARC in progress are set aside that hold no whole record, and what
stands in their place.

They are called `NAME.torn-OFFSET` and are never read again by anything here. Behind the last whole
exchange they are the torn tail that a kill leaves; before it a damaged stretch, in whose place a
`metadata` record of the same length names the file, so that every other record keeps its offset and
other tools read on. A person moves the files away.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.locks.file_modes import open_private
from archive.warc import warc_fields
from archive.warc.file_names import final_name
from archive.warc.left_open.whole_exchanges import Gap
from archive.warc.open_file import sync_folder
from archive.warc.serialization import Headers
from archive.warc.tombstones import gzip_of_length

SET_ASIDE_FIELD = "warraq-set-aside"
_COPY = 1 << 20
_NAME = re.compile(r"(?P<warc>.+\.warc\.gz)\.torn-(?P<offset>[0-9]{1,18})")
# The namespace of ids of records whose own id is not known (RFC 9562 §5.5).
_IDS = uuid.UUID("2f9f4a55-6e58-5b86-9f0a-60b2b2d1a1ce")
_LEAST = 512  # bytes of a gzip member with such a record, at the most


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """`size` bytes from `offset` on of the WARC `warc`, in the file `path`; `is_damage` is true if
    whole exchanges followed them.
    """

    path: Path
    warc: str
    offset: int
    size: int
    is_damage: bool

    def row(self) -> dict[str, str | int]:
        """As `status --json` has it."""
        return {
            "file": self.path.name,
            "warc": self.warc,
            "offset": self.offset,
            "size": self.size,
            "is_damage": self.is_damage,
        }

    def __str__(self) -> str:
        what = "were damaged" if self.is_damage else "are behind its last whole exchange"
        return f"{self.size} bytes of {self.warc} that {what}: {self.path.name}"


def list_set_aside(archive: Path) -> list[SetAside]:
    """What is set aside in `archive`, sorted by name; [] if there is no such folder."""
    found = []
    for path in sorted(archive.glob("*.torn-*")):
        if match := _NAME.fullmatch(path.name):
            warc = archive / match["warc"]
            offset = int(match["offset"])
            found.append(
                SetAside(
                    path=path,
                    warc=warc.name,
                    offset=offset,
                    size=path.stat().st_size,
                    is_damage=warc.is_file() and offset < warc.stat().st_size,
                )
            )
    return found


def set_bytes_aside(path: Path, offset: int, end: int) -> Path:
    """Copy bytes `offset` to `end` of a file in progress into a second file, complete on the disk
    before this returns; returns its path.
    """
    torn = path.with_name(f"{final_name(path)}.torn-{offset}")
    half = path.with_name(f"{torn.name}.tmp")
    with path.open("rb") as source, open_private(half, "wb") as target:
        source.seek(offset)
        while block := source.read(min(_COPY, end - source.tell())):
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    half.replace(torn)
    sync_folder(path.parent)
    return torn


def replace_gap(path: Path, gap: Gap) -> Path | None:
    """Set a damaged stretch of a file in progress aside and write records of the same length in its
    place; returns the file it is in now, None if it is too short for such a record and stays as it
    is.

    Killed on the way it may be called again: what was set aside first is kept.
    """
    torn = path.with_name(f"{final_name(path)}.torn-{gap.offset}")
    try:
        data = b"".join(_stand_ins(gap, final_name(path), torn.name))
    except ValueError:
        return None
    if not torn.exists():
        set_bytes_aside(path, gap.offset, gap.end)
    with path.open("r+b") as file:
        file.seek(gap.offset)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return torn


def _stand_ins(gap: Gap, warc: str, torn: str) -> Iterator[bytes]:
    """Gzip members that are together as long as a damaged stretch: a record for each that is known
    to have been in it, as far as there is room. ValueError if there is room for none.
    """
    length = gap.end - gap.offset
    info = gap.warcinfo_id if gap.offset == 0 else ""
    fresh = f"<{uuid.uuid5(_IDS, torn).urn}>"
    ids = [each for each in (info, *gap.record_ids) if each] or [fresh]
    ids = ids[: max(1, length // _LEAST)]
    share = length // len(ids)
    for number, record_id in enumerate(ids, 1):
        size = share if number < len(ids) else length - share * (len(ids) - 1)
        yield _stand_in(gap, record_id, size, torn, warc if record_id == info else None)


def _stand_in(gap: Gap, record_id: str, length: int, torn: str, warc: str | None) -> bytes:
    """One such record: a `metadata` record, or the `warcinfo` record of the file `warc`."""
    headers: Headers = [("WARC-Type", "warcinfo" if warc else "metadata")]
    headers += [("WARC-Record-ID", record_id), ("WARC-Date", gap.date)]
    headers += [("WARC-Filename", warc)] if warc else [("WARC-Warcinfo-ID", gap.warcinfo_id)]
    if gap.concurrent_to and gap.concurrent_to != record_id:
        headers += [("WARC-Concurrent-To", gap.concurrent_to)]
    headers += [("Content-Type", warc_fields.MEDIA_TYPE)]
    fields = [("software", "warraq"), ("format", "WARC File Format 1.1")] if warc else []
    fields += [(SET_ASIDE_FIELD, torn)]
    for more in ([("problem", gap.problem)], []):
        try:
            return gzip_of_length(headers, warc_fields.encode_fields([*fields, *more]), length)
        except ValueError:
            continue
    raise ValueError("it does not fit")
