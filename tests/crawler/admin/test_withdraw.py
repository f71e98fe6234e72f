"""An article is withdrawn: index, CDXJ and packages no longer show it."""

from __future__ import annotations

import gzip
import random
from dataclasses import replace
from pathlib import Path

import foreign_files
import pytest
import served_collection

from archive.config import load_config
from archive.errors import UsageError
from archive.layout import CollectionFolder
from archive.model.runs import RunReport
from archive.query.reader import IndexReader
from archive.verify.collection import verify_collection
from crawler.admin.import_export import import_files
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


def test_texts_in_files_of_their_own_go_with_the_page(tmp_path: Path) -> None:
    """A crawler keeps texts and pictures of pages in WARC files beside those of the pages: they are
    handed on no more, and purged; what came from elsewhere is left alone.
    """
    words = b"words words" + random.Random(7).randbytes(1189)  # noqa: S311
    page, *beside = foreign_files.browsertrix()[1:]
    text = [each.replace(b"\r\n\r\ntext", b"\r\n\r\n" + words) for each in beside]
    text = [each.replace(b"Content-Length: 4", b"Content-Length: 1200") for each in text]
    members = {"archive/pages.warc.gz": [page], "archive/text.warc.gz": text}
    packed = {name: foreign_files.gz(records) for name, records in members.items()}
    (tmp_path / "crawl.wacz").write_bytes(foreign_files.wacz(packed))
    (tmp_path / "other.warc").write_bytes(b"".join(text))
    layout = CollectionFolder.create(tmp_path / "c", '[collection]\nname = "x"\n')
    config = load_config(layout.config)
    import_files(layout, config, [tmp_path / "crawl.wacz", tmp_path / "other.warc"])
    (kept,) = layout.archive.glob("*-text.warc.gz")
    assert b"words words" in gzip.decompress(kept.read_bytes())
    withdraw_article(layout, config, foreign_files.url(8), reason="x")
    folder = tmp_path / "copies"
    folder.mkdir()
    handed_on = {path.name: path for path in without_withdrawn(layout, [kept], folder)}
    assert b"words words" not in gzip.decompress(handed_on[kept.name].read_bytes())
    assert b"words words" in gzip.decompress(kept.read_bytes())
    result = withdraw_article(layout, config, foreign_files.url(8), reason="x", purge=True)
    assert kept.name in result.rewritten
    assert b"words words" not in gzip.decompress(kept.read_bytes())
    (other,) = layout.archive.glob("*-other.warc")
    assert b"words words" in other.read_bytes()
    assert {finding.rule for finding in verify_collection(layout)} <= {"duplicate-id"}
