"""What comes back: a collection from its backup, and a part of a collection imported into it."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_archive_and_configuration_are_enough(warraq: Run, crawled: Path, tmp_path: Path) -> None:
    """A backup of archive/ and warraq.toml becomes the same collection by `index`, and verify
    objects to nothing.
    """
    backup = tmp_path / "b"
    shutil.copytree(crawled / "archive", backup / "archive")
    shutil.copy(crawled / "warraq.toml", backup)
    done = warraq("-C", backup, "index")
    assert done.returncode == 0, done.stderr
    checked = warraq("-C", backup, "verify")
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stdout + checked.stderr
    cdxj = Path("indexes", "index.cdxj")
    assert (backup / cdxj).read_bytes() == (crawled / cdxj).read_bytes()


def test_a_lost_cdxj_comes_back(warraq: Run, collection: Path) -> None:
    """`verify` on a collection without indexes/, or with a part of its CDXJ, names what is missing;
    `index` mends it.
    """
    cdxj = collection / "indexes" / "index.cdxj"
    whole = cdxj.read_bytes()
    for part in (None, whole[: whole.index(b"\n") + 1]):
        shutil.rmtree(collection / "indexes")
        if part is not None:
            cdxj.parent.mkdir()
            cdxj.write_bytes(part)
        assert warraq("-C", collection, "verify").returncode == 4
        assert warraq("-C", collection, "index").returncode == 0
        assert cdxj.read_bytes() == whole
        assert warraq("-C", collection, "verify").returncode == 0


def test_a_part_that_comes_back_is_no_damage(warraq: Run, collection: Path, tmp_path: Path) -> None:
    """A collection that imports a part of itself has its captures twice, and verify objects to
    nothing.
    """
    part = tmp_path / "part.wacz"
    assert warraq("-C", collection, "export", "مخطوطات", "--to", part).returncode == 0
    done = warraq("-C", collection, "import", part)
    assert done.returncode == 0, done.stderr
    checked = warraq("-C", collection, "verify")
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stdout + checked.stderr


def test_another_record_of_the_same_id_is_damage(
    warraq: Run, collection: Path, tmp_path: Path
) -> None:
    """An imported record with the id of another one, and not the same as it, is named: one of them
    is not what it says.
    """
    (first, *_) = sorted((collection / "archive").glob("*.warc.gz"))
    whole = gzip.decompress(first.read_bytes())
    start = whole.index(b"WARC/1.1\r\nWARC-Type: response")
    record = whole[start : whole.index(b"WARC/1.1\r\n", start + 1)]
    (tmp_path / "other.warc.gz").write_bytes(
        gzip.compress(record.replace(b"WARC-Date: 2", b"WARC-Date: 1", 1))
    )
    assert warraq("-C", collection, "import", tmp_path / "other.warc.gz").returncode == 0
    checked = warraq("-C", collection, "verify", "--format", "csv")
    assert checked.returncode == 4
    assert "duplicate-id" in checked.stdout


def test_a_wacz_holds_nothing_withdrawn(warraq: Run, collection: Path, tmp_path: Path) -> None:
    """A WACZ of everything has no text of a withdrawn article, though the WARC files still hold it;
    a bag says so.
    """
    with closing(sqlite3.connect(collection / "index.db")) as index:
        article, body = index.execute(
            "SELECT id, body FROM articles ORDER BY length(body) DESC LIMIT 1"
        ).fetchone()
    needle = body.splitlines()[-1].encode()

    def holds(warc: bytes) -> bool:
        return needle in gzip.decompress(warc)

    assert any(holds(warc.read_bytes()) for warc in (collection / "archive").glob("*.warc.gz"))
    assert warraq("-C", collection, "withdraw", article, "--reason", "x").returncode == 0
    target = tmp_path / "all.wacz"
    assert warraq("-C", collection, "export", "--to", target).returncode == 0
    with zipfile.ZipFile(target) as package:
        warcs = [package.read(name) for name in package.namelist() if name.endswith(".warc.gz")]
        others = [package.read(name) for name in package.namelist() if not name.endswith(".gz")]
    assert warcs
    assert not any(holds(warc) for warc in warcs)
    assert not any(needle in other for other in others)
    bagged = warraq("-C", collection, "export", "--bag", tmp_path / "bag")
    assert bagged.returncode == 0
    assert "withdrawn" in bagged.stderr
