"""The site as teacher, with and without: what learning from a site's own pages does for the text of
its articles.

Each site of `unlike_sites` is read page by page; the texts as one page gives them are compared with
those in the index after a few pages and after many. Noise is a line that is no paragraph of the
article, lost a paragraph that is not there word for word, exact a page whose list of paragraphs is
right to the letter. `--write` puts the table into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.index.writer import Index
from archive.model import Article, Capture, FetchFacts, PayloadKind, Reading, RecordType
from pipelines.article.extraction import extract
from pipelines.near_duplicates import text_signature

sys.path.insert(0, str(Path(__file__).parent))
from unlike_sites import TEMPLATES, Made, Template, article

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = (
    "<!-- teacher: begin (written by bench/extraction/teacher.py) -->",
    "<!-- teacher: end -->",
)
FEW, MANY = 5, 25
START = datetime(2024, 3, 1, tzinfo=UTC)


@dataclass(slots=True)
class Score:
    """Counts over the pages of a site."""

    pages: int = 0
    noise: int = 0
    lost: int = 0
    exact: int = 0

    def add(self, paragraphs: list[str], made: Made) -> None:
        """Count one page."""
        self.pages += 1
        self.noise += sum(text not in made.paragraphs for text in paragraphs)
        self.lost += sum(text not in paragraphs for text in made.paragraphs)
        self.exact += paragraphs == made.paragraphs

    def __str__(self) -> str:
        return f"{self.noise} / {self.lost} / {self.exact}"


def measure(template: Template, pages: int) -> tuple[Score, Score]:
    """The score of a site's pages each read alone, and as the index has them once it holds them
    all."""
    alone, taught = Score(), Score()
    made = [article(template, number) for number in range(1, pages + 1)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        with Index(path) as index:
            entries = []
            for number, page in enumerate(made):
                read = extract(page.html, page.url, captured=START)
                alone.add(read.paragraphs if isinstance(read, Article) else [], page)
                entries.append((_capture(page.url, number), _reading(read)))
            index.apply_captures([entry for entry in entries if entry[1] is not None])  # type: ignore[misc]
        with sqlite3.connect(path) as db:
            bodies = dict(db.execute("SELECT url, body FROM articles"))
        for page in made:
            taught.add(bodies.get(page.url, "").split("\n"), page)
    return alone, taught


def _capture(url: str, number: int) -> Capture:
    return Capture(
        url=url,
        captured=START + timedelta(minutes=number),
        warc="bench.warc.gz",
        offset=number * 1000,
        length=900,
        record_id=f"<urn:uuid:{number}>",
        record_type=RecordType.RESPONSE,
        status=200,
        facts=FetchFacts(crawl_id="bench", site=url.split("/")[2].split(".", maxsplit=1)[0]),
    )


def _reading(read: object) -> Reading | None:
    if not isinstance(read, Article):
        return None
    return Reading(kind=PayloadKind.ARTICLE, article=read, signature=text_signature(read.body))


def table() -> str:
    """The table as Markdown."""
    rows = [
        (
            f"| site | layout | {FEW} pages, alone | {FEW} pages, taught | {MANY} pages, alone |"
            f" {MANY} pages, taught |"
        ),
        "| --- | --- | --- | --- | --- | --- |",
    ]
    sums = [Score() for _ in range(4)]
    for template in TEMPLATES:
        scores = [score for pages in (FEW, MANY) for score in measure(template, pages)]
        for total, score in zip(sums, scores, strict=True):
            for name in ("pages", "noise", "lost", "exact"):
                setattr(total, name, getattr(total, name) + getattr(score, name))
        layout = (template.page.__doc__ or "").rstrip(".")
        rows.append(
            f"| {template.name} ({template.language}) | {layout} | "
            + " | ".join(map(str, scores))
            + " |"
        )
    rows.append(
        f"| all {len(TEMPLATES)} | {sums[0].pages} and {sums[2].pages} pages | "
        + " | ".join(map(str, sums))
        + " |"
    )
    return "\n".join(rows)


def main() -> None:
    """Print the table; `--write` also puts it into the documentation."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/benchmarks.md"
    )
    written = table()
    print(written)
    if parser.parse_args().write:
        text = DOCS.read_text("utf-8")
        before, _, rest = text.partition(BEGIN)
        DOCS.write_text(f"{before}{BEGIN}\n{written}\n{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
