"""What the demonstration leaves."""

from __future__ import annotations

from pathlib import Path

from cli_run import Run


def test_the_demonstration_leaves_a_collection(run: Run, collection: Path) -> None:
    """The folder holds WARC files and an index, and other commands work on it."""
    assert list((collection / "archive").rglob("*.warc.gz"))
    assert (collection / "index.db").is_file()
    assert run("-C", collection, "search", "مخطوطات").out
