"""The history of earlier crawls, opened for reading alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from archive.query.crawl_history import open_history


def test_before_the_first_crawl_there_is_none(tmp_path: Path) -> None:
    """No index is an answer, and none is made."""
    with open_history(tmp_path / "index.db") as history:
        assert history is None
    assert not (tmp_path / "index.db").exists()


def test_it_is_read_and_not_written(kit: Any) -> None:
    """What an index holds can be asked; whoever tries to write is refused."""
    with kit.index() as index:
        index.apply_captures([kit.entry()])
    with open_history(kit.path()) as history:
        assert history is not None
        assert history.last_asked("news", "https://news.example/a/1001") is not None
        with pytest.raises(sqlite3.OperationalError):
            history._db.execute("DELETE FROM articles")
