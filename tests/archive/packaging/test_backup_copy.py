"""The files of a backup are copied whole, in an order that no crawl can upset."""

from __future__ import annotations

import fcntl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from recorded_site import CONFIG, RESPONSES, Site

from archive.fixity.manifest import CHAIN, MANIFEST, is_chain_end, state_fixity
from archive.layout import CollectionFolder
from archive.packaging.backup_copy import BackupCopy
from archive.warc.file_names import list_warc_files

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def source(tmp_path: Path) -> CollectionFolder:
    site = Site(CollectionFolder.create(tmp_path / "c", CONFIG))
    site.write(RESPONSES)
    return site.layout


@pytest.fixture
def target(tmp_path: Path) -> CollectionFolder:
    return CollectionFolder(tmp_path / "b")


def state(source: CollectionFolder) -> dict[str, str]:
    files = list_warc_files(source.archive)
    state_fixity(source.fixity, source.root, files, now=NOW)
    digests = (source.fixity / MANIFEST).read_text().split()
    return {digests[1]: digests[0]}


def test_a_file_in_progress_is_copied_to_its_last_whole_exchange(
    source: CollectionFolder, target: CollectionFolder
) -> None:
    """And so is one that a process has closed and not let go of; both are called as in progress.
    Once it is stated it has its name.
    """
    (path,) = list_warc_files(source.archive)
    whole = path.read_bytes()
    growing = path.rename(path.with_name(path.name + ".open"))
    growing.write_bytes(whole + whole[:70])
    BackupCopy(source, target).copy_archive({})
    copied = target.archive / growing.name
    assert copied.read_bytes() == whole
    growing.write_bytes(whole)
    growing.rename(path)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        BackupCopy(source, target).copy_archive({})
        assert [each.name for each in target.archive.iterdir()] == [growing.name]
    copy = BackupCopy(source, target)
    copy.copy_archive(state(source))
    assert [each.name for each in target.archive.iterdir()] == [path.name]
    assert (copy.files.copied, copy.files.bytes) == (1, len(whole))
    assert (target.archive / path.name).stat().st_mode & 0o777 == 0o640


def test_a_snapshot_is_in_its_place_at_the_end(
    source: CollectionFolder, target: CollectionFolder
) -> None:
    """Until then the earlier ones stand; what a killed backup left goes at once, and what the
    collection has no more at the end.
    """
    state(source)
    copy = BackupCopy(source, target)
    parts = copy.snapshot_fixity()
    assert {part.name for part in parts} == {f".{CHAIN}.part", f".{MANIFEST}.part"}
    assert is_chain_end(*sorted(parts))
    (target.fixity / "old.jsonl").touch()
    (target.fixity / ".left.part").touch()
    copy.replace_folder(source.fixity, parts)
    assert {path.name for path in target.fixity.iterdir()} == {CHAIN, MANIFEST}
    assert is_chain_end(target.fixity / CHAIN, target.fixity / MANIFEST)
    (target.fixity / MANIFEST).write_text("")
    assert not is_chain_end(target.fixity / CHAIN, target.fixity / MANIFEST)
    (target.root / ".index.db.part").touch()
    copy.remove_leftovers()
    assert not list(target.root.rglob(".*.part"))
    assert copy.snapshot_database(source.index_db) is None


def test_secrets_stay_closed(source: CollectionFolder, target: CollectionFolder) -> None:
    """A file of the operator's has no more rights in the backup than it has, and none for all; it
    is copied again when it has changed.
    """
    secret = source.root / "cookies.txt"
    secret.write_text("x")
    for mode, expected in ((0o600, 0o600), (0o644, 0o640)):
        secret.chmod(mode)
        secret.write_text(f"{mode}")
        copy = BackupCopy(source, target)
        copy.copy_file(secret)
        copy.copy_file(secret)
        assert (copy.files.copied, copy.files.unchanged) == (1, 1)
        assert (target.root / "cookies.txt").stat().st_mode & 0o777 == expected
