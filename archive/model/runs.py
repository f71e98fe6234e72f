"""What is told of a run: its crawls, what failed in them, what they brought, and how that compares
with the days before.

All but the last four fields is read from the index, and so can be told anew at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

Row = Mapping[str, Any]

# How a run ended is the worst of how its crawls did, in this order.
OUTCOMES = ("running", "failed", "interrupted", "limited", "finished")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """One run. Times are ISO 8601 in UTC, as in the tables of the index.

    `crawls` are the rows of `crawls`, by site. `failures` are groups of failures of one site with
    one reason: `site, stage, reason, urls, url` (how many, and one of them); `failed_urls` is how
    many there are in all. `articles` are the newest of those first seen: `site, id, title, url,
    published`. `days` are the days up to the run, by site: `site, day, new, changed, failed`.

    `exit_code`, `error` and `command` are known to the run itself only; `not_crawled` are the sites
    it passed over: `site, problem`.
    """

    run: str
    collection: str
    started: str
    finished: str | None
    outcome: str
    crawls: tuple[Row, ...]
    failed_urls: int = 0
    failures: tuple[Row, ...] = ()
    articles: tuple[Row, ...] = ()
    days: tuple[Row, ...] = ()
    exit_code: int | None = None
    error: str | None = None
    command: str | None = None
    not_crawled: tuple[Row, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)
