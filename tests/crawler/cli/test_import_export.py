"""The commands that take in archives of other tools and hand out articles."""

from __future__ import annotations

import json
from pathlib import Path

from cli_run import Run


def test_export_writes_every_article(run: Run, collection: Path, tmp_path: Path) -> None:
    """The exported file has one row for each article that `status` counts."""
    target = tmp_path / "articles.jsonl"
    assert run("-C", collection, "export", "--to", target).code == 0
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    status = json.loads(run("-C", collection, "status", "--format", "jsonl").out)
    assert len(rows) == status["articles"]
    assert all(row["url"] and row["title"] for row in rows)


def test_a_file_that_is_not_there_is_wrong_usage(run: Run, collection: Path) -> None:
    """`import` of a missing file ends with 2 and names it."""
    done = run("-C", collection, "import", "missing.warc.gz")
    assert done.code == 2
    assert "missing.warc.gz" in done.err
