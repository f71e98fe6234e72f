"""The commands that read articles."""

from __future__ import annotations

import json
from pathlib import Path

from cli_run import Run


def find(run: Run, collection: Path) -> dict[str, str]:
    """The first article that a search for the demonstration's word finds."""
    done = run("-C", collection, "search", "وراقين", "--format", "jsonl")
    assert done.code == 0
    return dict(json.loads(done.out.splitlines()[0]))


def test_a_found_article_can_be_shown_and_cited(run: Run, collection: Path) -> None:
    """The id that `search` gives is taken by `show`, `versions` and `cite`."""
    row = find(run, collection)
    assert row["title"] in run("-C", collection, "show", row["id"]).out
    versions = run("-C", collection, "versions", row["id"], "--format", "jsonl")
    assert len(versions.out.splitlines()) >= 1
    assert row["url"] in run("-C", collection, "cite", row["id"]).out


def test_a_version_that_is_not_there_is_wrong_usage(run: Run, collection: Path) -> None:
    """The message names the article and how many versions it has."""
    row = find(run, collection)
    done = run("-C", collection, "show", row["id"], "--version", 99)
    assert done.code == 2
    assert f"{row['id']} has no version 99" in done.err


def test_nothing_found_is_said_beside_the_results(run: Run, collection: Path) -> None:
    """A search without results prints no row, and says so on standard error."""
    done = run("-C", collection, "search", "zzzzqq")
    assert done.code == 0
    assert done.out == ""
    assert done.err
