"""The command that shows what would be indexed for a page."""

from __future__ import annotations

import json
from pathlib import Path

from cli_run import Run

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
