"""The commands that set up and arrange crawls."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from cli_run import Run
from loopback_site.server import Site
from loopback_site.small_paper import paper

from archive.layout import CollectionFolder


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


def test_missing_addresses_have_no_days(run: Run, collection: Path) -> None:
    """`--missing` asks for whatever is missing: days are refused beside it."""
    done = run("-C", collection, "crawl", "--missing", "--since", "2026-11-01")
    assert done.code == 2
    assert "--missing asks for every day" in done.err


def test_a_run_of_what_is_due_ends_in_time(run: Run, tmp_path: Path) -> None:
    """`--max-time` ends a site's crawl; it is not due again before its schedule comes round."""
    with Site(paper(30)) as site:
        table = f'[sites.paper]\nstart = "{site.url}/"\ndelay = 0.5\nschedule = "@yearly"\n'
        CollectionFolder.create(tmp_path / "c", '[collection]\nname = "test"\n' + table)
        done = run("-C", tmp_path / "c", "run-due", "--max-time", "1s")
        assert (done.code, json.loads(done.out)["outcome"]) == (0, "limited")
        again = run("-C", tmp_path / "c", "run-due", "--max-time", "1s")
        assert (again.code, again.out, "nothing is due" in again.err) == (0, "", True)
