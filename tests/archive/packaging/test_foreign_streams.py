"""One file of another tool is taken in from its bytes: what it is, what of it is kept, and what its
note says.
"""

from __future__ import annotations

import bz2
import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import foreign_files as made
import lz4.frame
import pytest

from archive.errors import UsageError
from archive.packaging.foreign_streams import (
    DamagedSourceError,
    Imported,
    ImportFolder,
    import_stream,
    web_archive_suffix,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
PACKS: dict[str, Any] = {"zst": zstd.compress, "lz4": lz4.frame.compress, "bz2": bz2.compress}


@pytest.fixture
def folder(tmp_path: Path) -> ImportFolder:
    return ImportFolder(archive=tmp_path, known={}, now=NOW)


def take(folder: ImportFolder, data: bytes, name: str) -> Imported:
    return import_stream(folder, io.BytesIO(data), name, {"file": name})


@pytest.mark.parametrize("ending", PACKS)
@pytest.mark.parametrize("kind", ["warc", "arc"])
def test_packed_files_are_kept_unpacked(folder: ImportFolder, ending: str, kind: str) -> None:
    """Whatever the file is called, it is known by its bytes; its records are kept byte for byte,
    the note says what was changed, and the same file again is no change.
    """
    records = made.wget() if kind == "warc" else made.arc()
    data = b"".join(map(PACKS[ending], records))
    taken = take(folder, data, "no name at all")
    assert taken.name.endswith(f".{kind}")
    assert (folder.archive / taken.name).read_bytes() == b"".join(records)
    note = json.loads((folder.archive / f"{taken.name}.origin.json").read_text("utf-8"))
    assert taken.unpacked
    assert taken.unpacked in note["change"]
    assert "damage" not in note
    before = sorted(folder.archive.iterdir())
    again = take(folder, data, f"again.{kind}.{ending}")
    assert (again.known, again.name) == (True, taken.name)
    assert sorted(folder.archive.iterdir()) == before


@pytest.mark.parametrize("ending", PACKS)
def test_what_is_damaged_is_told(folder: ImportFolder, ending: str) -> None:
    """Of a torn file all whole records are kept; what is missing is in the result and the note."""
    records = made.wget()
    data = b"".join(map(PACKS[ending], records))[:-30]
    taken = take(folder, data, f"torn.warc.{ending}")
    assert (folder.archive / taken.name).read_bytes().startswith(b"".join(records[:-1]))
    (problem,) = taken.damage
    assert "cannot be read" in problem
    note = json.loads((folder.archive / f"{taken.name}.origin.json").read_text("utf-8"))
    assert note["damage"] == problem


@pytest.mark.parametrize("ending", PACKS)
def test_packed_words_are_refused(folder: ImportFolder, ending: str) -> None:
    """A packed file without a record is no web archive; one that is called so and cannot be read is
    damaged. Neither leaves anything behind.
    """
    with pytest.raises(UsageError, match="neither") as refused:
        take(folder, PACKS[ending](b"words " * 200), f"words.warc.{ending}")
    assert not isinstance(refused.value, DamagedSourceError)
    data = PACKS[ending](b"".join(made.wget()))
    with pytest.raises(DamagedSourceError, match="nothing in it can be read"):
        take(folder, data[:12], f"words.warc.{ending}")
    assert list(folder.archive.iterdir()) == []


def test_a_disk_that_cannot_be_read(folder: ImportFolder) -> None:
    """A fault of the disk that the file lies on is damage of that file, and no fault of the
    collection's.
    """

    class Faulty(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read(size)

    data = made.gz(made.wget()) * 2
    with pytest.raises(DamagedSourceError, match="Input/output error"):
        import_stream(folder, Faulty(data), "x.warc.gz", {"file": "x.warc.gz"})
    assert list(folder.archive.iterdir()) == []


def test_names_of_web_archives() -> None:
    """Known by their names: WARC and ARC, packed or not, in any case."""
    for name in ("a.warc", "a.WARC.gz", "a.arc.bz2", "a.warc.gz.xz", "a.warc.zst"):
        assert web_archive_suffix(name)
    for name in ("a.gz", "a.zst", "warc", "a.warc.txt", "a.cdxj"):
        assert not web_archive_suffix(name)
