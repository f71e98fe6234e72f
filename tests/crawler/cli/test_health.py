"""The commands that look after a collection."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from cli_run import Run

from archive.config import load_config
from archive.layout import CollectionFolder
from archive.model.withdrawal import Withdrawal
from pipelines.ingest.purge import write_withdrawal


def test_a_sound_collection_has_no_findings(run: Run, collection: Path) -> None:
    """`verify --deep` ends with 0 and prints no finding."""
    done = run("-C", collection, "verify", "--deep", "--format", "jsonl")
    assert (done.code, done.out) == (0, "")


def test_status_counts_the_articles_of_each_site(run: Run, collection: Path) -> None:
    """One row for each site, with its number of articles."""
    done = run("-C", collection, "status", "--format", "jsonl")
    (row,) = map(json.loads, done.out.splitlines())
    assert row["site"] == "sidr"
    assert row["articles"] > 0


def test_stats_add_up_to_the_articles(run: Run, collection: Path) -> None:
    """The rows of `stats` count each article of `status` once."""
    done = run("-C", collection, "status", "--format", "jsonl")
    articles = json.loads(done.out)["articles"]
    rows = [json.loads(line) for line in run("-C", collection, "stats").out.splitlines()]
    assert sum(row["articles"] for row in rows) == articles


def test_an_unfinished_purge_is_told_and_index_finishes_it(
    run: Run, collection: Path, tmp_path: Path
) -> None:
    """`status` and `verify` name it, whether the index knows of it or not; `index` says that it
    was finished.
    """
    folder = shutil.copytree(collection, tmp_path / "copy")
    begun = Withdrawal(
        article_id="0123456789abcdef",
        site="sidr",
        url="http://sidr.example/gone",
        at=datetime(2026, 5, 6, tzinfo=UTC),
        reason="asked",
        purge="1",
    )
    write_withdrawal(CollectionFolder(folder), load_config(folder / "warraq.toml"), begun)
    done = run("-C", folder, "status")
    assert done.code == 3
    assert "not finished: the purge of 0123456789abcdef" in done.err
    status = json.loads(run("-C", folder, "status", "--json").out)
    assert (status["healthy"], status["unfinished_purges"]) == (False, ["0123456789abcdef"])
    verified = run("-C", folder, "verify", "--format", "jsonl")
    assert verified.code == 4
    assert "purge-unfinished" in verified.out
    done = run("-C", folder, "index")
    assert done.code == 0, done.err
    assert "0123456789abcdef" in done.err
    assert run("-C", folder, "status").code == 0
    assert run("-C", folder, "verify", "--format", "jsonl").out == ""
