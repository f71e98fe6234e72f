"""What `status` tells of the collection as a whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from archive.layout import CollectionFolder
from crawler.cli.monitor.collection_lines import tell_collection_lines, tell_unfinished_back_fills
from crawler.cli.session import Session


def test_troubles_are_told_one_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Alarms with their kind, purges with what to do."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    tell_unfinished_back_fills(Session(), layout, "2020", None)
    tell_collection_lines(Session(), layout, [{"kind": "disk", "text": "full soon"}], ["abc"])
    assert capsys.readouterr().err.splitlines() == [
        "alarm: disk: full soon",
        "not finished: the purge of abc; run `warraq index`",
    ]


def test_an_index_that_cannot_be_used_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what becomes of it, and whether that has begun; of none and a good one nothing."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    session = Session()
    tell_collection_lines(session, layout, [], [])
    assert capsys.readouterr().err == ""
    layout.index_db.write_bytes(b"no database" * 1000)
    tell_collection_lines(session, layout, [], [])
    assert "index.db: damaged; crawls go on and make it anew, as" in capsys.readouterr().err
    shutil.copy(layout.index_db, layout.index_in_making)
    tell_collection_lines(session, layout, [], [])
    assert "make it anew (begun)" in capsys.readouterr().err
    tell_collection_lines(Session(quiet=True), layout, [], [])
    assert capsys.readouterr().err == ""
