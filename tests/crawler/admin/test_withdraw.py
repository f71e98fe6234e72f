"""An article is withdrawn: index, CDXJ and packages no longer show it."""

from __future__ import annotations

from pathlib import Path

import pytest
import served_collection

from archive.config import load_config
from archive.errors import UsageError
from archive.query.reader import IndexReader
from crawler.admin.withdraw import withdraw_article, without_withdrawn


def test_a_withdrawn_article_is_found_no_more(tmp_path: Path) -> None:
    """Asked again, the command repeats nothing; a copy to hand on holds none of its payloads."""
    layout = served_collection.make(tmp_path / "c")
    config = load_config(layout.config)
    first = withdraw_article(layout, config, served_collection.PAGE, reason="an error of fact")
    second = withdraw_article(layout, config, served_collection.PAGE, reason="asked again")
    with IndexReader(layout.index_db) as reader:
        assert reader.article(served_collection.PAGE) is None
    assert first.captures > 0
    assert second.withdrawal.reason == "an error of fact"
    assert served_collection.PAGE not in layout.cdxj.read_text("utf-8")
    folder = tmp_path / "copies"
    folder.mkdir()
    originals = sorted(layout.archive.glob("*.warc.gz"))
    handed_on = list(without_withdrawn(layout, originals, folder))
    assert [path.name for path in handed_on] == [path.name for path in originals]
    assert any(path.parent == folder for path in handed_on)


def test_a_withdrawal_needs_a_reason_and_an_article(tmp_path: Path) -> None:
    """Without them nothing is written."""
    layout = served_collection.make(tmp_path / "c")
    config = load_config(layout.config)
    before = sorted(path.name for path in layout.archive.iterdir())
    with pytest.raises(UsageError):
        withdraw_article(layout, config, served_collection.PAGE, reason="  ")
    with pytest.raises(UsageError):
        withdraw_article(layout, config, "http://news.example/none", reason="x")
    assert sorted(path.name for path in layout.archive.iterdir()) == before
