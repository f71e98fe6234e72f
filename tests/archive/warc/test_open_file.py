"""The file in progress, when the disk fails or a name is taken."""

from __future__ import annotations

import errno
import os

import pytest
import warc_kit

from archive.errors import ArchiveWriteError
from archive.warc.capture_reader import read_captures
from archive.warc.recovery import recover_open_files


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "archive"


def test_a_half_record_that_cannot_be_taken_back_is_left_to_recovery(folder, monkeypatch):
    """Where even cutting back fails nothing is written behind the half record and the file is not
    called finished.
    """
    writer = warc_kit.writer(folder)
    first = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
    really = os.write

    def full(descriptor, data):
        if len(data) > 100:
            return really(descriptor, data[:100])
        raise OSError(errno.EIO, "Input/output error")

    def broken(_descriptor, _size):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "write", full)
    monkeypatch.setattr(os, "ftruncate", broken)
    with pytest.raises(ArchiveWriteError):
        writer.write_exchange(warc_kit.exchange(second=1), warc_kit.FACTS)
    monkeypatch.undo()
    with pytest.raises(ArchiveWriteError, match="half record"):
        writer.write_exchange(warc_kit.exchange(second=2), warc_kit.FACTS)
    writer.close()
    assert [path.name for path in folder.iterdir()] == [first.warc + ".open"]
    (done,) = recover_open_files(folder)
    assert done.warc == first.warc
    assert done.torn_bytes > 0
    assert list(read_captures(folder / first.warc)) == [first]


def test_a_file_that_cannot_be_begun_is_an_error_and_leaves_nothing(folder, monkeypatch):
    """A disk that is full from the start gives the error, and no empty file stays behind."""
    writer = warc_kit.writer(folder)

    def full(_descriptor, _data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ArchiveWriteError):
        writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
    monkeypatch.undo()
    assert list(folder.iterdir()) == []
    folder.rmdir()
    with pytest.raises(ArchiveWriteError, match="cannot be created"):
        writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)


def test_closing_never_overwrites(folder):
    """If a file of the final name has appeared meanwhile, closing fails and both stay."""
    writer = warc_kit.writer(folder)
    capture = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
    (folder / capture.warc).write_bytes(b"somebody else's")
    with pytest.raises(ArchiveWriteError, match="exists"):
        writer.close()
    assert (folder / capture.warc).read_bytes() == b"somebody else's"
    assert (folder / (capture.warc + ".open")).stat().st_size > 0


def test_a_failed_write_leaves_whole_records_only(folder, monkeypatch):
    """When the disk fills in the middle of a record the error is raised, the half record is taken
    back, and writing can go on once there is room.
    """
    writer = warc_kit.writer(folder)
    first = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
    really = os.write

    def full(descriptor, data):
        if len(data) > 100:
            return really(descriptor, data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ArchiveWriteError, match="No space left"):
        writer.write_exchange(warc_kit.exchange(second=1), warc_kit.FACTS)
    monkeypatch.undo()
    second = writer.write_exchange(warc_kit.exchange(second=2), warc_kit.FACTS)
    writer.close()
    assert second.offset > first.offset
    assert [
        fields["WARC-Type"][0] for fields, _ in warc_kit.raw_records(warc_kit.only_file(folder))
    ] == [*("warcinfo", "request", "metadata", "response", "request", "metadata", "response")]
