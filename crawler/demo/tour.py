"""The guided tour: the made-up site served, a collection founded, crawled and searched, by the code
that real sites get.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.config import load
from archive.errors import UsageError
from archive.model import CrawlSummary
from archive.query.reader import Reader
from crawler.crawl.run import crawl, verdict
from crawler.demo.site import serving
from crawler.setup.create_collection import found_collection

# In the text it stands as الوراقين, والوراقين, للوراقين ... : a search for the bare word finds them
# all.
QUERY = "وراقين"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the tour shows: the crawl's summaries and exit code, rows of the articles, rows that
    answer `QUERY`.
    """

    summaries: list[CrawlSummary]
    verdict: int
    articles: list[dict[str, Any]]
    hits: list[dict[str, Any]]


def free_folder(folder: Path) -> Path:
    """`folder`, or with the first free number behind it where something is there already: nothing
    is overwritten.
    """
    if not folder.exists():
        return folder
    for number in range(2, 1000):
        numbered = folder.with_name(f"{folder.name}-{number}")
        if not numbered.exists():
            return numbered
    raise UsageError(f"{folder} and 998 numbered ones are there already; delete some")


def run_demo(folder: Path, *, say: Callable[[str], None], progress: Callable[..., None]) -> Told:
    """Serve the site on a free loopback port, found a collection of it in `folder`, crawl it once,
    and search it.
    """
    with serving() as url:
        say(f"serving the made-up site at {url}")
        founded = found_collection(folder, [url], name="sidr", say=say)
        config = load(founded.layout.config)
        say("crawling it")
        summaries = crawl(founded.layout, config, config.sites, None, progress)
    with Reader(founded.layout.index_db) as reader:
        rows = sorted(reader.select(), key=lambda row: row["published"] or "")
        articles = [row | {"addresses": len(reader.addresses(row["id"]))} for row in rows]
        return Told(
            summaries=summaries,
            verdict=verdict(summaries, config),
            articles=articles,
            hits=reader.search(QUERY, limit=5),
        )
