"""prove: by an article's id or address, a capture's id, the address of anything captured."""

from __future__ import annotations

import json
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
