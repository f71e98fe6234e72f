"""prove: by an article's id or address, a capture's id, the address of anything captured."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

from cli_run import Run

from archive.layout import CollectionFolder
from archive.query.reader import IndexReader


def test_what_is_named_is_proved(run: Run, collection: Path, tmp_path: Path) -> None:
    """Each form of name gives a proof of the capture that is meant, with its request; a revisit
    brings the record that it refers to.
    """
    target = tmp_path / "proof.zip"
    with IndexReader(CollectionFolder(collection).index_db) as reader:
        (article, *_) = reader.rows("SELECT id, url FROM articles ORDER BY id")
        kinds = {
            kind: next(
                reader.rows("SELECT id, url FROM captures WHERE record_type = :k", {"k": kind}),
                None,
            )
            for kind in ("response", "revisit")
        }
        (robots,) = reader.rows(
            "SELECT url FROM captures WHERE url LIKE '%/robots.txt' AND record_type = 'response'"
        )
    names = [article["id"], article["url"], robots["url"]]
    names += [row["id"] for row in kinds.values() if row]
    for name in names:
        done = run("-C", collection, "prove", name, "-o", target)
        assert (done.code, str(target) in done.out) == (0, True), done.err
        with zipfile.ZipFile(target) as package:
            told = json.loads(package.read("proof.json"))
        assert target.stat().st_size < 50_000
        assert len(told["records"]) >= 3
        if name.startswith("http"):
            assert told["about"]["url"] == name
    assert "neither signed nor time-stamped" in done.err


def test_what_is_not_there_is_told(run: Run, collection: Path, tmp_path: Path) -> None:
    """A name that nothing has, and a place that cannot be written: code 2, one line."""
    for name, target in (
        ("http://nowhere.example/", tmp_path / "x.zip"),
        ("0123456789abcdef", tmp_path / "x.zip"),
    ):
        done = run("-C", collection, "prove", name, "-o", target)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert not target.exists()


def test_a_purge_leaves_the_others_their_proofs(run: Run, collection: Path, tmp_path: Path) -> None:
    """After `withdraw --purge` of another article a proof leads to the same statement as before,
    to the byte, and `verify` has nothing to object to; of what was purged there is none.
    """
    folder = shutil.copytree(collection, tmp_path / "copy")
    with IndexReader(CollectionFolder(folder).index_db) as reader:
        gone, kept, *_ = reader.rows("SELECT id FROM articles ORDER BY id")
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    assert run("-C", folder, "prove", kept["id"], "-o", before).code == 0
    withdrawn = run("-C", folder, "withdraw", gone["id"], "--reason", "asked", "--purge")
    assert (withdrawn.code, "rewritten" in withdrawn.err) == (0, True), withdrawn.err
    assert run("-C", folder, "prove", kept["id"], "-o", after).code == 0
    assert after.read_bytes() == before.read_bytes()
    assert run("-C", folder, "prove", gone["id"], "-o", after).code == 2
    done = run("-C", folder, "verify", "--format", "jsonl")
    assert (done.code, done.out) == (0, ""), done.out
