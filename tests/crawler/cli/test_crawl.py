"""The commands that set up and arrange crawls."""

from __future__ import annotations

import shutil
from pathlib import Path

from cli_run import Run


def test_init_makes_a_collection(run: Run, tmp_path: Path) -> None:
    """Without sites only the folder and its configuration are made."""
    assert run("init", tmp_path / "new").code == 0
    assert (tmp_path / "new" / "warraq.toml").is_file()


def test_index_rebuild_finds_the_same_articles(run: Run, collection: Path, tmp_path: Path) -> None:
    """The index made anew from the WARC files gives the same rows."""
    folder = tmp_path / "copy"
    shutil.copytree(collection, folder)
    listing = ("-C", folder, "status", "--format", "csv")
    before = run("-C", folder, "search", "وراقين", "--format", "jsonl").out
    assert run("-C", folder, "index", "--rebuild").code == 0
    assert run("-C", folder, "search", "وراقين", "--format", "jsonl").out == before
    assert run(*listing).code == 0


def test_a_site_that_is_not_configured_is_refused(run: Run, collection: Path) -> None:
    """The message names the site that was asked for; nothing is fetched."""
    done = run("-C", collection, "crawl", "nowhere")
    assert done.code == 2
    assert "nowhere" in done.err
