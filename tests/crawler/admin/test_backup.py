"""A backup of a collection at rest: what is copied, what is kept, what is refused. Beside a crawl,
and killed: `tests/faults/test_backup.py`.
"""

from __future__ import annotations

import gzip
import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import fixity_kit
import pytest
from recorded_site import CONFIG, RESPONSES, Site, ok, page, tables

from archive.config import load_config
from archive.errors import CollectionBusyError, UsageError
from archive.fixity.manifest import sign_chain
from archive.layout import CollectionFolder
from archive.verify.collection import verify_collection
from archive.warc.file_names import list_warc_files
from crawler.admin.backup import NOTE, BackupResult, back_up
from crawler.admin.withdraw import withdraw_article
from crawler.frontier.queue import Frontier
from pipelines.ingest.catch_up import update_index


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(CollectionFolder.create(tmp_path / "c", CONFIG))
    site.write(RESPONSES)
    Frontier(site.layout.frontier).close()
    update(site)
    return site


@pytest.fixture
def target(tmp_path: Path) -> CollectionFolder:
    return CollectionFolder(tmp_path / "b")


def update(site: Site) -> None:
    with site.layout.write_lock():
        update_index(site.layout, load_config(site.layout.config), workers=1)


def run(site: Site, target: CollectionFolder, *, check: bool = False) -> BackupResult:
    return back_up(site.layout, load_config(site.layout.config), target.root, check=check)


def is_sound(target: CollectionFolder) -> bool:
    return not list(verify_collection(target))


def test_a_second_backup_copies_what_is_new(site: Site, target: CollectionFolder) -> None:
    """The backup has the same rows, passes `verify`, and says whose it is."""
    (site.layout.root / "spiders").mkdir()
    (site.layout.root / "spiders" / "mine.py").write_text("x = 1\n")
    first = run(site, target)
    assert first.files.copied == 3  # a WARC, warraq.toml, a spider
    assert (target.root / "spiders" / "mine.py").read_text() == "x = 1\n"
    site.write([("http://news.example/new", ok(page("خبر جديد عن السوق")))])
    update(site)
    second = run(site, target)
    assert (second.files.copied, second.files.unchanged) == (1, 3)
    assert tables(target.index_db) == tables(site.layout.index_db)
    assert is_sound(target)
    assert json.loads((target.root / NOTE).read_text())["source"] == str(site.layout.root)
    assert run(site, target, check=True).files.copied == 0


def files_with_the_text(target: CollectionFolder) -> list[Path]:
    words, found = "السوق القديم".encode(), []
    for path in target.root.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        found += (
            [path] if words in (gzip.decompress(data) if path.suffix == ".gz" else data) else []
        )
    return found


def test_a_purge_is_carried_over(site: Site, target: CollectionFolder) -> None:
    """No byte of the text is left in the backup: not in a WARC file, an index, or a part of one."""
    run(site, target)
    assert len(files_with_the_text(target)) == 2  # the WARC, the index
    part = target.root / f".{site.layout.index_db.name}.part"
    part.write_bytes(site.layout.index_db.read_bytes())
    config = load_config(site.layout.config)
    withdraw_article(site.layout, config, "http://news.example/a", reason="x", purge=True)
    run(site, target)
    assert files_with_the_text(target) == []
    assert is_sound(target)
    assert tables(target.index_db) == tables(site.layout.index_db)


def test_a_report_that_a_withdrawal_took_is_taken_from_the_backup(
    site: Site, target: CollectionFolder
) -> None:
    """Reports name articles; what a person put into the backup himself stays."""
    site.layout.reports.mkdir()
    for name in ("one.txt", "two.txt"):
        (site.layout.reports / name).write_text("new: السوق القديم")
    run(site, target)
    (target.root / "mine.txt").write_text("x")
    (site.layout.reports / "one.txt").unlink()
    run(site, target)
    assert [path.name for path in target.reports.iterdir()] == ["two.txt"]
    assert (target.root / "mine.txt").exists()


def test_damage_takes_no_good_copys_place(site: Site, target: CollectionFolder) -> None:
    """A changed file, and one that is gone, are named; the backup keeps what it has. With no copy
    yet the damaged one is better than none.
    """
    run(site, target)
    (path,) = list_warc_files(site.layout.archive)
    good = path.read_bytes()
    path.write_bytes(good[:-9] + bytes(9))
    name = f"archive/{path.name}"
    result = run(site, target)
    assert result.files.damaged == []  # by its checksum it was there already
    path.write_bytes(good + b"x")
    result = run(site, target)
    assert (result.files.damaged, result.is_damaged) == ([name], True)
    assert (target.archive / path.name).read_bytes() == good
    other = CollectionFolder(target.root.with_name("other"))
    assert run(site, other).files.damaged == [name]
    assert (other.archive / path.name).read_bytes() == good + b"x"
    path.unlink()
    result = run(site, target)
    assert (result.lost, result.is_damaged) == ((name,), True)
    assert (target.archive / path.name).read_bytes() == good


def test_a_check_reads_the_whole_backup(site: Site, target: CollectionFolder) -> None:
    """What has gone bad in it since is named."""
    run(site, target)
    (path,) = list_warc_files(target.archive)
    data = bytearray(path.read_bytes())
    data[50] ^= 0x55
    path.write_bytes(data)
    assert not run(site, target).is_damaged
    (damaged,) = run(site, target, check=True).files.damaged
    assert path.name in damaged


def test_an_index_that_has_to_be_made_anew_is_left_out(
    site: Site, target: CollectionFolder
) -> None:
    """The backup has none, or brings up the one it has; one that is missing it makes."""
    site.layout.index_db.unlink()
    assert run(site, target).has_index
    site.layout.index_db.write_bytes(b"no database" * 1000)
    assert not run(site, CollectionFolder(target.root.with_name("other"))).has_index
    site.write([("http://news.example/new", ok(page("خبر جديد عن السوق")))])
    assert run(site, target).has_index
    update(site)
    assert tables(target.index_db) == tables(site.layout.index_db)


def test_nothing_else_is_overwritten(site: Site, target: CollectionFolder, tmp_path: Path) -> None:
    """A folder that holds other things, or the backup of another collection, one inside the other,
    and a backup that another process writes to.
    """
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").touch()
    with pytest.raises(UsageError, match="not empty"):
        run(site, CollectionFolder(tmp_path / "full"))
    with pytest.raises(UsageError, match="outside"):
        run(site, CollectionFolder(site.layout.root / "backup"))
    with pytest.raises(UsageError, match="no folder"):
        run(site, CollectionFolder(tmp_path / "full" / "thesis.txt"))
    run(site, target)
    other = Site(CollectionFolder.create(tmp_path / "other", CONFIG))
    with pytest.raises(UsageError, match="is the backup of"):
        run(other, target)
    with target.write_lock(), pytest.raises(CollectionBusyError):
        run(site, target)


def test_the_bounds_of_the_disk_hold_where_crawls_write(
    site: Site, target: CollectionFolder
) -> None:
    """A quota that is reached keeps nobody from a backup."""
    config = replace(load_config(site.layout.config), quota=1)
    assert back_up(site.layout, config, target.root).has_index
    assert datetime.fromisoformat(
        json.loads((target.root / NOTE).read_text())["finished"]
    ) <= datetime.now(UTC)


def test_what_the_backup_stated_itself_gives_way(site: Site, target: CollectionFolder) -> None:
    """A file that was closed and not stated yet is stated in the backup; the collection's own
    statement takes its place with the next one, which is no loss. Keys are found where the
    collection has them.
    """
    key = fixity_kit.make_key(site.layout.root.parent / "key.pem")
    config = site.layout.config.read_text("utf-8")
    site.layout.config.write_text(
        config.replace("[collection]\n", '[collection]\nsigning_key = "../key.pem"\n', 1)
    )
    sign_chain(site.layout.fixity, now=fixity_kit.NOW, key=key)
    subprocess.run(
        ["openssl", "pkey", "-in", key, "-pubout", "-out", key.with_name("public.pem")], check=True
    )
    text = site.layout.config.read_text("utf-8")
    site.layout.config.write_text(
        text.replace("[collection]\n", '[collection]\npublic_key = "../public.pem"\n', 1)
    )
    site.write([("http://news.example/new", ok(page("خبر جديد عن السوق")))])
    elsewhere = CollectionFolder(target.root.parent / "disk" / "b")
    run(site, elsewhere)
    assert len(fixity_kit.lines(elsewhere.root)) == 3
    site.write([("http://news.example/newer", ok(page("خبر آخر عن السوق")))])
    update(site)
    run(site, elsewhere)
    assert fixity_kit.lines(elsewhere.root) == fixity_kit.lines(site.layout.root)
    assert is_sound(elsewhere)
