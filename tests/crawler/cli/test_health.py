"""The commands that look after a collection."""

from __future__ import annotations

import json
from pathlib import Path

from cli_run import Run


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
