"""export and import: articles and whole collections handed on and taken in."""

import csv
import json
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

from warc_kit import with_a_flipped_byte

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def ids(folder: Path) -> list[str]:
    connection = sqlite3.connect(folder / "index.db")
    try:
        return [row[0] for row in connection.execute("SELECT id FROM articles ORDER BY id")]
    finally:
        connection.close()


def test_export_by_ending(warraq: Run, crawled: Path, tmp_path: Path) -> None:
    """Exports hold every article with its body; filters and words limit them; another ending is
    refused.
    """
    for name in ("all.jsonl", "all.csv"):
        done = warraq("-C", crawled, "export", "--to", tmp_path / name)
        assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text("utf-8").splitlines()]
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == [row["id"] for row in rows]
    assert sorted(row["id"] for row in rows) == ids(crawled)
    assert all(row["body"] for row in rows)
    warraq("-C", crawled, "export", "مخطوطات", "--to", tmp_path / "some.jsonl")
    some = [
        json.loads(line)["url"].rsplit("/", 1)[1]
        for line in (tmp_path / "some.jsonl").read_text("utf-8").splitlines()
    ]
    assert sorted(some) == ["1001", "3001"]
    assert warraq("-C", crawled, "export", "--to", tmp_path / "all.xls").returncode == 2


def test_export_wants_one_target(warraq: Run, crawled: Path, tmp_path: Path) -> None:
    """Neither or both targets, and filters for a whole collection, are wrong usage."""
    for arguments in (
        (),
        ("--to", "a.csv", "--bag", "b"),
        ("x", "--to", "a.wacz"),
        ("--site", "s", "--bag", "b"),
    ):
        assert warraq("-C", crawled, "export", *arguments, folder=tmp_path).returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_wacz_there_and_back(warraq: Run, crawled: Path, tmp_path: Path) -> None:
    """A collection packed as WACZ and imported into another that has the same site gives the same
    articles; a second import changes nothing.
    """
    done = warraq("-C", crawled, "export", "--to", tmp_path / "all.wacz")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "all.wacz") as package:
        names = package.namelist()
        pages = package.read("pages/pages.jsonl").decode().splitlines()
    assert "datapackage.json" in names
    assert len(pages) == 1 + len(ids(crawled))
    other = tmp_path / "other"
    warraq("init", other)
    shutil.copy(crawled / "warraq.toml", other)
    for _ in range(2):
        taken = warraq("-C", other, "import", tmp_path / "all.wacz")
        assert taken.returncode == 0, taken.stderr
        assert ids(other) == ids(crawled)
    assert "was there already" in taken.stderr
    assert warraq("-C", other, "verify").returncode == 0


def test_import_names_damage_and_goes_on(warraq: Run, crawled: Path, tmp_path: Path) -> None:
    """A damaged record in an imported file is named, exit code 4, and the ones after it are in."""
    warc = min((crawled / "archive").glob("*.warc.gz"))
    (tmp_path / "damaged.warc.gz").write_bytes(with_a_flipped_byte(warc.read_bytes()))
    other = tmp_path / "other"
    warraq("init", other)
    done = warraq("-C", other, "import", tmp_path / "damaged.warc.gz")
    assert done.returncode == 4, done.stderr
    assert "damaged: import-" in done.stdout
    assert len(ids(other)) >= len(ids(crawled)) - 2


def test_import_of_something_else(warraq: Run, tmp_path: Path) -> None:
    """A file that is no archive, or not there, is one line and exit code 2, and nothing is taken
    in.
    """
    warraq("init", tmp_path / "c")
    (tmp_path / "note.txt").write_text("hello")
    for name in ("note.txt", "missing.warc.gz"):
        done = warraq("-C", tmp_path / "c", "import", tmp_path / name)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert list((tmp_path / "c" / "archive").iterdir()) == []


def test_bag_is_valid(warraq: Run, crawled: Path, tmp_path: Path) -> None:
    """A bag is valid by BagIt's own library and holds WARC files, index and configuration."""
    import bagit

    done = warraq("-C", crawled, "export", "--bag", tmp_path / "bag")
    assert done.returncode == 0, done.stderr
    bag = bagit.Bag(str(tmp_path / "bag"))
    assert bag.is_valid()
    assert {"data/warraq.toml", "data/index.db", "data/indexes/index.cdxj"} <= set(
        bag.payload_entries()
    )
