"""The captures that show an article as a reader would see it."""

from __future__ import annotations

from pathlib import Path

import served_collection

from archive.query.reader import IndexReader
from crawler.admin.captures_of_articles import gather_captures


def test_an_article_comes_with_what_its_page_calls(tmp_path: Path) -> None:
    """Its page, the images and style sheets of the page are there, each once, in order of time."""
    layout = served_collection.make(tmp_path / "c")
    with IndexReader(layout.index_db) as reader:
        article = reader.require_article(served_collection.PAGE)
        captures = gather_captures(reader, layout.archive, [article["id"], article["id"]])
        none = gather_captures(reader, layout.archive, [])
    urls = [capture.url for capture in captures]
    assert served_collection.PAGE in urls
    assert any((capture.mime or "").startswith("image/") for capture in captures)
    assert any(capture.mime == "text/css" for capture in captures)
    assert len({capture.id for capture in captures}) == len(captures)
    assert captures == sorted(captures, key=lambda capture: capture.captured)
    assert none == []
