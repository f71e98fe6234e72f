"""What is read of a frontier that others write."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawler.frontier.queue import Frontier
from crawler.frontier.stored_rows import stored_rows

QUERY = "SELECT host FROM hosts"


def test_rows_are_read_while_a_crawl_writes(tmp_path: Path) -> None:
    """What it has committed."""
    path = tmp_path / "frontier.db"
    with closing(Frontier(path)) as frontier:
        frontier.hosts.keep_host("a.example", held=9.0, refused_runs=0, answer_time=0.1)
        with frontier.transaction():
            frontier.hosts.keep_host("b.example", held=9.0, refused_runs=0, answer_time=0.1)
            assert stored_rows(path, QUERY) == [("a.example",)]
        assert len(stored_rows(path, QUERY)) == 2


def test_no_frontier_and_one_of_another_form_have_no_rows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be deleted at any time, and is not made by being asked."""
    path = tmp_path / "frontier.db"
    assert stored_rows(path, QUERY) == []
    assert not path.exists()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE queue (url TEXT)")
    assert stored_rows(path, QUERY) == []
    assert caplog.records == []


def test_a_damaged_frontier_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Asking does not fail for it, but says what is missing."""
    path = tmp_path / "frontier.db"
    path.write_bytes(b"no database" * 1000)
    with caplog.at_level(logging.WARNING):
        assert stored_rows(path, QUERY) == []
    assert str(path) in caplog.text
    assert "not a database" in caplog.text
