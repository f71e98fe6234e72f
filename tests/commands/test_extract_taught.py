"""extract in a collection: what the site's own pages have taught."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import Article, Capture, FetchFacts, PayloadKind, Reading, RecordType
from pipelines.article.extraction import extract

Run = Callable[..., "subprocess.CompletedProcess[str]"]

CONFIG = """
[collection]
name = "paper"
operator = "Reading Room"
contact = "desk@example.org"

[sites.paper]
start = ["https://paper.example/"]
timezone = "UTC"
"""
APPEAL = (
    "Readers pay for every line here, and a monthly letter tells them what the newsroom"
    " has planned."
)
TOPICS = ("bridge", "harvest", "museum", "railway", "harbour", "orchard")


def page(topic: str) -> str:
    """An article on a topic with the house's line in its text."""
    lines = [
        f"The {topic} was on everybody's lips when the council met on Monday evening to speak"
        f" about the {topic} of {where}."
        for where in (f"upper{topic}", f"lower{topic}", f"{topic}side")
    ]
    body = "".join(f"<p>{line}</p>" for line in [*lines[:2], APPEAL, lines[2]])
    return (
        f"<html><body><article><h1>A {topic} at last</h1><div class='text'>{body}</div>"
        f"</article></body></html>"
    )


def test_extract_names_what_was_learned(warraq: Run, tmp_path: Path) -> None:
    """In a collection the line that comes back on the site's pages is left out, and --explain says
    why; elsewhere it stays.
    """
    layout = CollectionFolder.create(tmp_path / "c", CONFIG)
    with Index(layout.index_db) as index:
        for number, topic in enumerate(TOPICS[:5]):
            url = f"https://paper.example/n/{number}"
            article = extract(page(topic).encode(), url)
            assert isinstance(article, Article)
            capture = Capture(
                url=url,
                captured=datetime(2024, 3, 1 + number, tzinfo=UTC),
                warc="x.warc.gz",
                offset=number,
                length=1,
                record_id=f"<urn:uuid:{number}>",
                record_type=RecordType.RESPONSE,
                status=200,
                facts=FetchFacts(crawl_id="c", site="paper"),
            )
            index.apply_captures([(capture, Reading(kind=PayloadKind.ARTICLE, article=article))])
    file = tmp_path / "page.html"
    file.write_text(page(TOPICS[5]), "utf-8")
    asked = ("extract", "https://paper.example/n/9", "--html", file)
    done = warraq("-C", layout.root, *asked, "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert APPEAL not in told["paragraphs"]
    assert len(told["paragraphs"]) == 3
    explained = warraq("-C", layout.root, *asked, "--explain").stdout
    assert any("learned-line" in line and APPEAL[:40] in line for line in explained.splitlines())
    alone = json.loads(warraq(*asked, "--format", "json", folder=tmp_path).stdout)
    assert APPEAL in alone["paragraphs"]
