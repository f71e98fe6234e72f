"""The command that takes an article back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from cli_run import Run


def test_a_withdrawn_article_is_not_found_any_more(
    run: Run, collection: Path, tmp_path: Path
) -> None:
    """After `withdraw` the article's id is named, and a search does not give it."""
    folder = tmp_path / "copy"
    shutil.copytree(collection, folder)
    search = ("-C", folder, "search", "وراقين", "--format", "jsonl")
    row = json.loads(run(*search).out.splitlines()[0])
    done = run("-C", folder, "withdraw", row["id"], "--reason", "asked for")
    assert (done.code, done.out) == (0, f"withdrawn {row['id']} {row['url']}\n")
    assert row["id"] not in run(*search).out


def test_a_reason_is_needed(run: Run, collection: Path) -> None:
    """Without `--reason` nothing is done: wrong usage."""
    done = run("-C", collection, "withdraw", "0123456789abcdef")
    assert done.code == 2
    assert "--reason" in done.err
