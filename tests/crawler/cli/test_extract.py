"""The command that shows what would be indexed for a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_run import Run

from pipelines.ingest.worker_pool import WorkerPool

PARAGRAPH = "The council of the town decided on Monday to open the old bridge for everybody again. "
PAGE = (
    "<html lang=en><head><title>The bridge is open</title>"
    '<meta property="og:type" content="article"></head><body><article><h1>The bridge is open</h1>'
    + "".join(f"<p>{number} people heard it. {PARAGRAPH}</p>" for number in range(20, 25))
    + "</article></body></html>"
)


def test_a_file_is_read_as_the_page_of_a_url(run: Run, tmp_path: Path) -> None:
    """With `--html` nothing is fetched: the article is read from the file."""
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    url = "https://n.example/news/2026/bridge"
    done = run("extract", url, "--html", tmp_path / "page.html", "--format", "json")
    assert done.code == 0
    article = json.loads(done.out)
    assert article["title"] == "The bridge is open"
    assert len(article["paragraphs"]) == 5
    assert any(row["field"] == "title" and row["chosen"] for row in article["evidence"])


def test_a_page_that_would_take_minutes_is_given_up(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read in a process of its own, within the limits of a crawl; a sitemap is told for what
    it is.
    """
    monkeypatch.setitem(WorkerPool.__init__.__kwdefaults__, "seconds", 0.5)
    many = " ".join(f"a{number}=1" for number in range(120_000))
    (tmp_path / "slow.html").write_text(f"<html><body><p {many}>x</p></body></html>", "utf-8")
    given_up = run("extract", tmp_path / "slow.html")
    assert given_up.code == 0
    assert "not an article: timeout (not read within 0.5 s of processor time)" in given_up.out
    (tmp_path / "map.xml").write_text(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>'
        "<loc>https://n.example/1</loc></url></urlset>"
    )
    assert "not an article: not-html" in run("extract", tmp_path / "map.xml").out
