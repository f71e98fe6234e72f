"""The commands that take in archives of other tools and hand out articles."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import foreign_files
from cli_run import Run


def test_export_writes_every_article(run: Run, collection: Path, tmp_path: Path) -> None:
    """The exported file has one row for each article that `status` counts."""
    target = tmp_path / "articles.jsonl"
    assert run("-C", collection, "export", "--to", target).code == 0
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    status = json.loads(run("-C", collection, "status", "--format", "jsonl").out)
    assert len(rows) == status["articles"]
    assert all(row["url"] and row["title"] for row in rows)


def test_the_ending_says_that_a_warc_is_meant(run: Run, collection: Path, tmp_path: Path) -> None:
    """The captures of what a query finds as one WARC file; the same name again is refused, and so
    is a query that finds nothing.
    """
    target = tmp_path / "some.warc.gz"
    done = run("-C", collection, "export", "--to", target)
    assert (done.code, f"bytes in {target}" in done.err) == (0, True)
    assert target.read_bytes().startswith(b"\x1f\x8b")
    assert run("-C", collection, "export", "--to", target).code == 2
    done = run("-C", collection, "export", "لاشيء", "--to", tmp_path / "none.warc.gz")
    assert (done.code, "nothing was written" in done.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_file_that_is_not_there_is_wrong_usage(run: Run, collection: Path) -> None:
    """`import` of a missing file ends with 2 and names it."""
    done = run("-C", collection, "import", "missing.warc.gz")
    assert done.code == 2
    assert "missing.warc.gz" in done.err


def test_what_an_import_took_in_as_json(run: Run, tmp_path: Path) -> None:
    """One object for a program: files, refusals, captures, and records that are no exchange."""
    source = tmp_path / "odd.warc"
    source.write_bytes(b"".join([*foreign_files.warcprox(), *foreign_files.beside_pages()]))
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "warraq.toml").write_text('[collection]\nname = "x"\n')
    done = run("-C", tmp_path / "c", "import", "--json", source, tmp_path / "none.warc")
    told = json.loads(done.out)
    assert done.code == 3
    assert [file["source"] for file in told["files"]] == ["odd.warc"]
    assert "none.warc" in told["refused"][0]["problem"]
    assert told["captures"] >= told["new"] == 1
    assert sum(told["other_records"].values()) == 5
    assert (told["damaged"], told["ignored"]) == ([], {})


def test_a_backup_is_a_collection(run: Run, collection: Path, tmp_path: Path) -> None:
    """One line for a person, an object for a monitor; exit code 4 where the collection has lost a
    file that the backup keeps.
    """
    source, target = Path(shutil.copytree(collection, tmp_path / "c")), tmp_path / "b"
    done = run("-C", source, "backup", target)
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert " 0 unchanged, in " in done.err
    assert run("-C", target, "verify").code == 0
    for path in (source / "archive").glob("*.warc.gz"):
        path.unlink()
    done = run("-C", source, "-q", "backup", target, "--json", "--check")
    told = json.loads(done.out)
    assert (done.code, told["copied"], told["damaged"]) == (4, 0, [])
    assert f"lost: {told['lost'][0]} is gone" in done.err
    assert run("-C", source, "backup", source / "inside").code == 2


def test_nothing_of_a_collection_is_open_to_all(run: Run, collection: Path, tmp_path: Path) -> None:
    """Whatever writes it: a crawl, an import, a purge, a rebuild; and a bag and a backup are as it
    is, where files of the operator's were open, too.
    """
    source = Path(shutil.copytree(collection, tmp_path / "c"))
    (source / "notes.txt").write_text("x")
    (source / "notes.txt").chmod(0o644)
    wacz = tmp_path / "some.wacz"
    assert run("-C", source, "export", "--to", wacz).code == 0
    row = json.loads(run("-C", source, "search", "--limit", "1", "", "--format", "jsonl").out)
    for command in (
        ("import", wacz),
        ("withdraw", row["id"], "--reason", "x", "--purge"),
        ("index", "--rebuild"),
        ("sites", "pause", row["site"]),
        ("backup", tmp_path / "backup"),
        ("export", "--bag", tmp_path / "bag"),
    ):
        assert run("-C", source, *command).code == 0
    (source / "notes.txt").unlink()
    opened = [
        path
        for folder in (collection, source, tmp_path / "backup", tmp_path / "bag")
        for path in (folder, *folder.rglob("*"))
        if path.stat().st_mode & 0o027
    ]
    assert opened == []
