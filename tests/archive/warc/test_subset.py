"""A selection of captures in a WARC file of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import warc_kit

from archive.errors import DamagedRecordError, StorageError
from archive.model import Capture
from archive.warc.capture_reader import read_captures, record_bytes
from archive.warc.record import Record
from archive.warc.record_reader import read_records
from archive.warc.subset import write_selection


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder with one WARC of four exchanges."""
    folder = tmp_path / "archive"
    with warc_kit.writer(folder) as writer:
        for second in range(4):
            writer.write_exchange(
                warc_kit.exchange(f"http://news.example/{second}", second=second), warc_kit.FACTS
            )
    return folder


def captures_of(folder: Path) -> list[Capture]:
    return [
        item
        for path in sorted(folder.glob("*.warc.gz"))
        for item in read_captures(path)
        if isinstance(item, Capture)
    ]


def test_selected_captures_are_copied_byte_for_byte_with_their_companions(
    archive: Path, tmp_path: Path
) -> None:
    """The new file has a warcinfo of its own, then request, metadata and response of each."""
    chosen = [captures_of(archive)[number] for number in (3, 1)]
    target = tmp_path / "out" / "part.warc.gz"
    target.parent.mkdir()
    written = write_selection(target, archive, chosen, info=warc_kit.INFO, now=warc_kit.START)
    assert [capture.url[-1] for capture in written] == ["1", "3"]
    assert captures_of(target.parent) == written
    for old, new in zip(reversed(chosen), written, strict=True):
        assert record_bytes(archive, old) == record_bytes(target.parent, new)
    types = [record.type for record in read_records(target) if isinstance(record, Record)]
    assert types == ["warcinfo", *("request", "metadata", "response") * 2]


def test_an_uncompressed_file_is_compressed_on_the_way(archive: Path, tmp_path: Path) -> None:
    """Records of a plain WARC become gzip members, their content unchanged."""
    import gzip

    packed = warc_kit.only_file(archive)
    plain = archive / "plain.warc"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    capture = next(item for item in read_captures(plain) if isinstance(item, Capture))
    target = tmp_path / "part.warc.gz"
    (written,) = write_selection(target, archive, [capture], info=warc_kit.INFO, now=warc_kit.START)
    assert target.read_bytes()[written.offset :].startswith(b"\x1f\x8b")
    assert record_bytes(tmp_path, written) == record_bytes(archive, capture)


def test_a_missing_file_and_a_taken_name_are_errors(archive: Path, tmp_path: Path) -> None:
    """A WARC that is gone is named, and an existing file is never overwritten."""
    (first, *_) = captures_of(archive)
    target = tmp_path / "part.warc.gz"
    target.write_bytes(b"mine")
    with pytest.raises(StorageError, match="part"):
        write_selection(target, archive, [first], info=warc_kit.INFO, now=warc_kit.START)
    assert target.read_bytes() == b"mine"
    warc_kit.only_file(archive).unlink()
    with pytest.raises(DamagedRecordError, match="missing"):
        write_selection(
            tmp_path / "b.warc.gz", archive, [first], info=warc_kit.INFO, now=warc_kit.START
        )
