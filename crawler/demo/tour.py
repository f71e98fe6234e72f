"""The guided tour: the made-up site served, a collection founded, crawled and searched, by the code
that real sites get.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.config import load_config
from archive.errors import UsageError
from archive.model import CrawlSummary
from archive.query.reader import IndexReader
from crawler.demo.site import serve_demo_site
from crawler.engine.run import RunListener, crawl_sites, exit_code_of
from crawler.setup.create_collection import create_collection

# In the text it stands as الوراقين, والوراقين, للوراقين ... : a search for the bare word finds them
# all.
QUERY = "وراقين"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What the tour shows: the crawl's summaries and exit code, rows of the articles, rows that
    answer `QUERY`.
    """

    summaries: list[CrawlSummary]
    verdict: int
    articles: list[dict[str, Any]]
    hits: list[dict[str, Any]]


def free_folder(folder: Path) -> Path:
    """`folder`, or with the first free number appended if it exists: nothing is overwritten."""
    if not folder.exists():
        return folder
    for number in range(2, 1000):
        numbered = folder.with_name(f"{folder.name}-{number}")
        if not numbered.exists():
            return numbered
    raise UsageError(f"{folder} and 998 numbered ones are there already; delete some")


def run_demo(
    folder: Path, *, say: Callable[[str], None], progress: Callable[..., None]
) -> DemoResult:
    """Serve the site on a free loopback port, found a collection of it in `folder`, crawl it once,
    and search it.
    """
    with serve_demo_site() as url:
        say(f"serving the made-up site at {url}")
        founded = create_collection(folder, [url], name="sidr", say=say)
        config = load_config(founded.layout.config)
        say("crawling it")
        summaries = crawl_sites(
            founded.layout, config, config.sites, None, RunListener(progress=progress)
        )
    with IndexReader(founded.layout.index_db) as reader:
        rows = sorted(reader.select(), key=lambda row: row["published"] or "")
        articles = [row | {"addresses": len(reader.addresses(row["id"]))} for row in rows]
        return DemoResult(
            summaries=summaries,
            verdict=exit_code_of(summaries, config),
            articles=articles,
            hits=reader.search(QUERY, limit=5),
        )
