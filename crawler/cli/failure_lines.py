"""The lines that `crawl` and `run-due` print about failures: one for each URL that failed, up to a
limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archive.model import CrawlSummary, Stage

if TYPE_CHECKING:
    from archive.query.reader import IndexReader

_MOST = 5  # lines for each site; `status --failures` has the rest


def failure_lines(reader: IndexReader, summaries: Sequence[CrawlSummary]) -> Iterator[str]:
    """`site: URL: reason` for the failures of these crawls, what counts as failed first, then how
    many more there are.
    """
    from archive.render.tables import printable_text

    for summary in summaries:
        rows = sorted(
            reader.failures(summary.id),
            key=lambda row: (row["stage"] == Stage.DISCOVERY, row["at"]),
        )
        for row in rows[:_MOST]:
            yield " ".join(printable_text(f"{summary.site}: {row['url']}: {row['reason']}").split())
        if len(rows) > _MOST:
            yield f"{summary.site}: and {len(rows) - _MOST} more; see `warraq status --failures`"
