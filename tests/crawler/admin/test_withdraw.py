"""An article is withdrawn: index, CDXJ and packages no longer show it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import served_collection

from archive.config import load_config
from archive.errors import UsageError
from archive.model.runs import RunReport
from archive.query.reader import IndexReader
from crawler.admin.withdraw import withdraw_article, without_withdrawn
from crawler.monitor.report_files import reported_runs, write_reports


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


def test_reports_do_not_tell_what_was_withdrawn(tmp_path: Path) -> None:
    """The report of the run that brought the article is deleted, with its title; others stay."""
    layout = served_collection.make(tmp_path / "c")
    with IndexReader(layout.index_db) as reader:
        article = reader.require_article(served_collection.PAGE)
    empty = RunReport(
        run="20261127T000000000000",
        collection="c",
        started="2026-11-27T00:00:00Z",
        finished=None,
        outcome="running",
        crawls=(),
    )
    listed = {name: article[name] for name in ("site", "id", "title", "url", "published")}
    for report in (empty, replace(empty, run="20261128T000000000000", articles=(listed,))):
        write_reports(layout.reports, report)
    config = load_config(layout.config)
    withdraw_article(layout, config, served_collection.PAGE, reason="an error of fact")
    assert reported_runs(layout.reports) == {empty.run}
    assert article["title"] not in "".join(x.read_text("utf-8") for x in layout.reports.iterdir())
