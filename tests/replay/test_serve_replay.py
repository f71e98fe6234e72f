"""`serve` in headless Chromium: a reader sees the article and its image, and nothing archived runs in either origin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import served_collection

from archive.search import Reader
from crawler.serve import serving


@pytest.mark.parametrize("framed", [True, False], ids=["in its frame", "by itself"])
def test_archived_page_is_seen_and_does_nothing(in_chromium: Callable[..., Any], tmp_path: Path, framed: bool) -> None:
    """The headline and every image of the hostile page are seen; its scripts, handlers and refresh did nothing."""
    layout = served_collection.make(tmp_path / "collection")
    with Reader(layout.index_db) as reader:
        capture = reader.captures(reader.find(served_collection.PAGE)["id"])[0]["id"]
    with serving(layout) as (pages, replay):
        address = f"{pages}/replay/{capture}" if framed else f"{replay}/{capture}/{served_collection.PAGE}"
        seen = in_chromium("page.mjs", address)
    assert "ترميم السوق القديم" in seen.text
    assert ("Scripts do not run here" in seen.text) == framed
    assert "SCRIPT RAN" not in seen.text
    assert seen.outside == []
    shown = {src.partition("news.example")[2]: width for src, width in seen.images}
    assert shown["/img/a.png?w=1&h=2"] == 5
    assert shown["/img/lazy.png"] == 9


@pytest.mark.parametrize("target", ["/?q=script", "/article/{article}", "/article/{article}/compare"])
def test_archived_markup_does_nothing_on_our_pages(
    in_chromium: Callable[..., Any], tmp_path: Path, target: str
) -> None:
    """On our own pages the literal tags of the headline are read as text, and no image or request comes of them."""
    layout = served_collection.make(tmp_path / "collection")
    with Reader(layout.index_db) as reader:
        article = reader.find(served_collection.PAGE)["id"]
    with serving(layout) as (pages, _):
        seen = in_chromium("page.mjs", pages + target.format(article=article))
    assert "<script>document.title='ran'</script>" in seen.text
    assert seen.images == []
    assert seen.outside == []


def test_headers_alone_stop_scripts(
    in_chromium: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where nothing is rewritten, no archived script runs and nothing is asked of another host."""
    from crawler import replay as module

    def unchanged(body: bytes, content_type: str, _: object) -> tuple[bytes, str, tuple[()]]:
        return body, content_type, ()

    monkeypatch.setattr(module, "_presented", unchanged)
    layout = served_collection.make(tmp_path / "collection")
    with serving(layout) as (_, replay):
        for url in (served_collection.PAGE, "http://news.example/img/s.svg"):
            seen = in_chromium("page.mjs", f"{replay}/20260301080000/{url}")
            assert "SCRIPT RAN" not in seen.text
            assert seen.outside == []
