"""How much room is left to a collection."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from archive.config import CollectionConfig
from archive.disk.room import WALKED_EVERY, DiskRoom, free_space, size_on_disk, size_text
from archive.errors import NoRoomError
from archive.layout import CollectionFolder


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A collection of 10,000 bytes."""
    layout = CollectionFolder.create(tmp_path / "c", "#" * 1_000)
    layout.index_db.write_bytes(bytes(4_000))
    (layout.archive / "a.warc.gz").write_bytes(bytes(5_000))
    return layout.root


def with_quota(quota: int) -> CollectionConfig:
    return CollectionConfig(name="test", quota=quota)


def test_without_bounds_there_is_room(root: Path) -> None:
    """Whatever is written; the disk itself is others' business."""
    assert DiskRoom(root, CollectionConfig(name="test")).shortage(planned=10**15) is None


def test_a_quota_is_on_all_files(root: Path) -> None:
    """The line names the folder, what is taken and left, the key, and what to do."""
    assert size_on_disk(root) == 10_000
    assert DiskRoom(root, with_quota(10_001)).shortage() is None
    with pytest.raises(NoRoomError) as refused:
        DiskRoom(root, with_quota(10_000)).check()
    assert str(refused.value) == (
        f"{root}: the collection takes up 10.0 kB, and quota of [collection] is 10.0 kB"
        " (0 bytes left): raise quota, or go on in another collection; what is there is safe, and"
        " the next call goes on"
    )
    assert refused.value.exit_code == 3
    planned = DiskRoom(root, with_quota(12_000)).shortage(planned=2_000)
    assert planned is not None
    assert f"{root}: no room for 2.0 kB more: the collection takes up 10.0 kB" in planned


def test_what_was_written_counts_at_once_and_others_files_by_and_by(root: Path) -> None:
    """Files that grow in place, and what the caller adds to the archive, are seen at each call; of
    a large archive the files are not all looked at for that.
    """
    clock = Clock()
    room = DiskRoom(root, with_quota(20_000), clock=clock)
    (root / "archive" / "b.warc.gz").write_bytes(bytes(6_000))
    assert room.shortage(written=6_000) is None
    (root / "index.db-wal").write_bytes(bytes(4_000))
    assert room.shortage(written=6_000) is not None
    (root / "index.db-wal").unlink()
    assert room.shortage(written=6_000) is None
    (root / "archive" / "of-another-process.warc.gz").write_bytes(bytes(50_000))
    clock.now += WALKED_EVERY - 1
    assert room.shortage(written=6_000) is None
    clock.now += 2
    assert room.shortage(written=6_000) is not None


def test_the_archive_is_not_walked_through_for_each_page(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand pages, one look at all files."""
    room = DiskRoom(root, with_quota(10**9), clock=Clock())
    walked: list[Path] = []
    monkeypatch.setattr("archive.disk.room.size_on_disk", walked.append)
    assert not any(room.shortage(written=number * 1000) for number in range(1000))
    assert walked == []


def test_there_is_room_again_where_files_went(root: Path) -> None:
    """By a look at all files before the line is said."""
    room = DiskRoom(root, with_quota(10_001), clock=Clock())
    (root / "archive" / "a.warc.gz").unlink()
    assert room.shortage(written=2_000) is None


def test_each_file_counts_once_wherever_it_lies(root: Path, tmp_path: Path) -> None:
    """Hard links once, an archive on another disk too, links to strangers' files not."""
    os.link(root / "index.db", root / "state" / "copy")
    (root / "archive").rename(tmp_path / "elsewhere")
    (root / "archive").symlink_to(tmp_path / "elsewhere")
    link = len(str((root / "archive").readlink()))
    assert size_on_disk(root) == 10_000 + link
    (tmp_path / "strangers").mkdir()
    (tmp_path / "strangers" / "file").write_bytes(bytes(1_000_000))
    (root / "link").symlink_to(tmp_path / "strangers")
    assert size_on_disk(root) < 11_000


def test_a_floor_is_on_what_is_free(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is made up: 6 GB are free, of which 5 have to stay."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=6 * 10**9))
    room = DiskRoom(root, CollectionConfig(name="test", min_free=5 * 10**9))
    assert free_space(root) == 6 * 10**9
    assert room.shortage(planned=10**9) is None
    assert room.shortage(planned=10**9 + 1) is not None
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4_980_000_000))
    assert room.shortage() == (
        f"{root}: 4.98 GB are free on this disk, and min_free of [collection] is 5.0 GB: make room"
        " there, or lower min_free; what is there is safe, and the next call goes on"
    )


def test_the_disk_of_the_archive_counts_too(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where `archive/` is a link to another disk, the fuller of the two is meant. Made up."""
    (root / "archive").rename(tmp_path / "elsewhere")
    (root / "archive").symlink_to(tmp_path / "elsewhere")
    free = {root: 9, root / "archive": 7}
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=free[place]))
    assert free_space(root) == 7


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_500, "1.5 kB"),
        (64_000_000, "64.0 MB"),
        (512_400_000, "512 MB"),
        (4_984_000_000, "4.98 GB"),
        (5 * 10**9, "5.0 GB"),
        (2 * 10**12, "2.0 TB"),
    ],
)
def test_sizes_are_told_to_a_person(size: int, text: str) -> None:
    """Three digits say enough."""
    assert size_text(size) == text
